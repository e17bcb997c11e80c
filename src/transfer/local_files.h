/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The core's port to local files. Needs no context. */
#ifndef OPENBITS_TRANSFER_LOCAL_FILES_H
#define OPENBITS_TRANSFER_LOCAL_FILES_H

#include "job/ports.h"

extern const struct file_ops local_file_ops;

#endif
