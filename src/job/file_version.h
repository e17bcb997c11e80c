/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which version of a remote file the bytes on the disk belong to. A file is consistent by size and
 * time stamp; a strong entity tag, where a server gives one, is held against it too. */
#ifndef OPENBITS_JOB_FILE_VERSION_H
#define OPENBITS_JOB_FILE_VERSION_H

#include "base/types.h"

struct file_version
{
    bool known;
    uint64_t size; /* bytes */
    bool has_mtime;
    filetime_t mtime;
    char last_modified[64]; /* as the server wrote it; empty without */
    char etag[128];         /* strong tags only, quotes included; empty without */
    bool is_private;        /* the server does not want others to have it */
};

#endif
