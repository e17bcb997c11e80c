/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where the bytes of a file come from: a pure function of the flags in force and of what is known
 * about the file. Every change of the answer goes through EV_SOURCES_CHANGED. */
#ifndef OPENBITS_JOB_SOURCE_H
#define OPENBITS_JOB_SOURCE_H

#include "base/types.h"

enum source_kind
{
    SOURCE_ORIGIN, /* the server that the remote name tells */
    SOURCE_PEER,   /* a peer that holds the file, the origin for what no peer has */
    SOURCE_FILE    /* a local or SMB path */
};

struct source_facts
{
    bool is_file_url;    /* file: or UNC */
    bool is_origin_only; /* peers were wrong about this file, or of no use */
};

enum source_kind source_select(uint32_t effective_flags, const struct source_facts *facts);

#endif
