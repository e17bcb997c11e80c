/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The local file of an upload. It is opened for reading and never for anything else; others may do
 * with it what they like meanwhile, which is noticed by its size and time. For one thread at a
 * time. */
#ifndef OPENBITS_TRANSFER_UPLOAD_FILE_H
#define OPENBITS_TRANSFER_UPLOAD_FILE_H

#include "base/types.h"
#include "job/file_version.h"
#include "job/job_token.h"

struct upload_file
{
    HANDLE handle; /* NULL: not open */
    uint64_t position;
    struct file_version version;
};

/* As the user of the token, or, NULL, with our own rights. Fails for a folder, and what else has no
 * bytes of its own. */
HRESULT upload_file_open(struct upload_file *file, const WCHAR *path,
                         const struct job_token *token);
void upload_file_close(struct upload_file *file);

/* BG_E_LOCAL_FILE_CHANGED: it is not what it was when it was opened. */
HRESULT upload_file_check(const struct upload_file *file);

/* All of the bytes; BG_E_LOCAL_FILE_CHANGED when they are not there any more. */
HRESULT upload_file_read(struct upload_file *file, uint64_t offset, void *buffer, size_t size);

bool upload_file_is_same(const struct file_version *a, const struct file_version *b);

#endif
