/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Local and SMB files as a source: a thread for each stream, which reads in pieces of 1 MiB. */
#ifndef OPENBITS_TRANSFER_FILE_COPY_H
#define OPENBITS_TRANSFER_FILE_COPY_H

#include "transfer/source_stream.h"

extern const struct source_ops file_copy_ops;

#endif
