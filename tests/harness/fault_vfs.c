/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A disk that fails. */
#include "harness/fault_vfs.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct fault_file
{
    sqlite3_file base;
    sqlite3_file *real; /* behind this struct */
    enum disk_file which;
};

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static int64_t space = FAULT_VFS_UNLIMITED;
static bool skips_sync, is_recording, is_read_only;
static struct disk_op *ops;
static size_t op_count, op_capacity;

static void record(enum disk_op_kind kind, enum disk_file file, int64_t offset, const void *data,
                   size_t size)
{
    struct disk_op *op;

    if (!is_recording) return;
    if (op_count == op_capacity)
    {
        op_capacity = op_capacity ? op_capacity * 2 : 64;
        if (!(ops = realloc(ops, op_capacity * sizeof(*ops)))) abort();
    }
    op = &ops[op_count++];
    *op = (struct disk_op){kind, file, offset, size, NULL};
    if (!data) return;
    if (!(op->data = malloc(size + 1))) abort();
    memcpy(op->data, data, size);
}

static struct fault_file *impl_of(sqlite3_file *file)
{
    return (struct fault_file *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return impl_of(file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), data, size, offset);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    if (size > space)
    {
        space = 0;
        return SQLITE_FULL;
    }
    if (space != FAULT_VFS_UNLIMITED) space -= size;
    record(DISK_WRITE, impl_of(file)->which, offset, data, (size_t)size);
    return real_of(file)->pMethods->xWrite(real_of(file), data, size, offset);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    record(DISK_TRUNCATE, impl_of(file)->which, size, NULL, 0);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    record(DISK_SYNC, impl_of(file)->which, 0, NULL, 0);
    return skips_sync ? SQLITE_OK : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_is_reserved(sqlite3_file *file, int *answer)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), answer);
}

/* Hints to the file system change what is written: not recorded, so not given. */
static int file_control(sqlite3_file *file, int op, void *arg)
{
    if (op == SQLITE_FCNTL_SIZE_HINT || op == SQLITE_FCNTL_CHUNK_SIZE) return SQLITE_NOTFOUND;
    return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int file_sector_size(sqlite3_file *file)
{
    (void)file;
    return 512;
}

/* Nothing is promised. */
static int file_promises(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_is_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_promises,
};

static enum disk_file which_of(const char *name)
{
    size_t len = name ? strlen(name) : 0;

    if (len > 4 && !strcmp(name + len - 4, "-wal")) return DISK_LOG;
    if (len > 8 && !strcmp(name + len - 8, "-journal")) return DISK_OTHER;
    return name ? DISK_MAIN : DISK_OTHER;
}

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                    int *out_flags)
{
    struct fault_file *impl = impl_of(file);
    int code;

    (void)self;
    impl->real = (sqlite3_file *)(impl + 1);
    impl->which = which_of(name);
    if (is_read_only)
        flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    code = real_vfs->xOpen(real_vfs, name, impl->real, flags, out_flags);
    impl->base.pMethods = impl->real->pMethods ? &methods : NULL;
    return code;
}

static int vfs_delete(sqlite3_vfs *self, const char *name, int sync_dir)
{
    (void)self;
    record(DISK_REMOVE, which_of(name), 0, NULL, 0);
    return real_vfs->xDelete(real_vfs, name, skips_sync ? 0 : sync_dir);
}

void fault_vfs_use(void)
{
    if (real_vfs) return;
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = FAULT_VFS;
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    sqlite3_vfs_register(&vfs, 0);
}

void fault_vfs_set_space(int64_t bytes)
{
    space = bytes;
}

void fault_vfs_read_only(bool is)
{
    is_read_only = is;
}

void fault_vfs_skip_sync(bool skips)
{
    skips_sync = skips;
}

void fault_vfs_record(bool records)
{
    is_recording = records;
}

void fault_vfs_forget(void)
{
    for (size_t i = 0; i < op_count; i++)
        free(ops[i].data);
    free(ops);
    ops = NULL;
    op_count = op_capacity = 0;
}

void fault_vfs_mark(int64_t value)
{
    record(DISK_MARK, DISK_OTHER, value, NULL, 0);
}

const struct disk_op *fault_vfs_ops(size_t *count)
{
    *count = op_count;
    return ops;
}
