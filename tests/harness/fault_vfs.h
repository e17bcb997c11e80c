/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk for SQLite that can be full, can forget to flush, and writes down what was asked of it, so
 * that a power cut can be played at any point. Over the system's own files; for one thread. */
#ifndef OPENBITS_TESTS_FAULT_VFS_H
#define OPENBITS_TESTS_FAULT_VFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its name for SQLite. */
#define FAULT_VFS "fault"

#define FAULT_VFS_UNLIMITED INT64_MAX

enum disk_file
{
    DISK_MAIN,
    DISK_LOG,
    DISK_OTHER, /* a rollback journal */
    DISK_FILE_COUNT
};

enum disk_op_kind
{
    DISK_WRITE,
    DISK_TRUNCATE, /* to offset */
    DISK_SYNC,
    DISK_REMOVE,
    DISK_MARK, /* offset: what the test said */
};

struct disk_op
{
    enum disk_op_kind kind;
    enum disk_file file;
    int64_t offset;
    size_t size;
    uint8_t *data;
};

/* Registers it, once. */
void fault_vfs_use(void);

/* Bytes that still can be written; then SQLITE_FULL. */
void fault_vfs_set_space(int64_t bytes);

/* Files are opened for reading only from now on, and none is made. */
void fault_vfs_read_only(bool is);

/* Flushes nothing from now on: for tests that need no such promise, and time. */
void fault_vfs_skip_sync(bool skips);

void fault_vfs_record(bool records);
void fault_vfs_forget(void);
void fault_vfs_mark(int64_t value);
const struct disk_op *fault_vfs_ops(size_t *count);

#endif
