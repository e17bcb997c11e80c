/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The temporary file of one transfer. Bytes are gathered and written at their own offsets in pieces
 * of 1 MiB; what has been written is reported. For one thread at a time. */
#ifndef OPENBITS_TRANSFER_FILE_WRITER_H
#define OPENBITS_TRANSFER_FILE_WRITER_H

#include "base/types.h"
#include "job/job_types.h"

struct file_writer;

/* Bytes [begin, end) are in the file. Called from inside put and flush. */
typedef void (*file_written_fn)(void *ctx, uint64_t begin, uint64_t end);

/* No file yet. The buffer is kept from file to file. */
HRESULT file_writer_create(file_written_fn written, void *ctx, struct file_writer **out);
void file_writer_destroy(struct file_writer *writer);

/* Makes the file; HRESULT_FROM_WIN32(ERROR_FILE_EXISTS) when the name is taken. */
HRESULT file_writer_make(struct file_writer *writer, const WCHAR *path);
/* Makes the file, for everybody to see, or empties the one that is there. */
HRESULT file_writer_make_anew(struct file_writer *writer, const WCHAR *path);
/* Opens the file that was made before. S_FALSE, and no file, when it is gone or has not the size
 * that the bytes in it need. */
HRESULT file_writer_reopen(struct file_writer *writer, const WCHAR *path, uint64_t size);
/* The end of what the file holds, if it was written since the machine was started; else 0. */
uint64_t file_writer_recent_end(const struct file_writer *writer);
/* What the bytes add up to, from the first on, as far as they were written one after the other. Of
 * a file that was opened again it is nothing until it is set, or read. */
const struct file_sum *file_writer_sum(const struct file_writer *writer);
void file_writer_set_sum(struct file_writer *writer, const struct file_sum *sum);
/* Takes up to 1 MiB more of what is there into the sum, up to end. */
HRESULT file_writer_sum_more(struct file_writer *writer, uint64_t end);
bool file_writer_is_open(const struct file_writer *writer);

HRESULT file_writer_put(struct file_writer *writer, uint64_t offset, const void *data, size_t size);
/* Writes what is gathered. */
HRESULT file_writer_flush(struct file_writer *writer);
/* The time since which something is gathered and not written; TICK_NEVER: nothing is. */
tick_t file_writer_oldest(const struct file_writer *writer);
/* Cuts off what an earlier run may have left behind the end. */
HRESULT file_writer_cut(struct file_writer *writer, uint64_t size);
/* Flushes and closes. Does nothing when no file is open. */
HRESULT file_writer_close(struct file_writer *writer);

#endif
