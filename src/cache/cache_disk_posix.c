/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files of the host, for tests. */
#include "cache/cache_disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/err_codes.h"
#include "base/str.h"

#define FILETIME_OF_1970 116444736000000000ull

struct cache_file
{
    int fd;
};

static HRESULT from_errno(void)
{
    switch (errno)
    {
    case ENOENT:
    case ENOTDIR:
        return ERR_FILE_NOT_FOUND;
    case EEXIST:
        return ERR_FILE_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return ERR_DISK_FULL;
    case ENOMEM:
        return E_OUTOFMEMORY;
    case EMFILE:
    case ENFILE:
        return ERR_TOO_MANY_OPEN_FILES;
    case EIO:
        return ERR_IO_DEVICE;
    }
    return E_ACCESSDENIED;
}

static HRESULT get_size(void *ctx, const WCHAR *folder, uint64_t *bytes)
{
    char *name = str_to_utf8(folder);
    struct statvfs facts;
    HRESULT hr = name ? S_OK : E_OUTOFMEMORY;

    (void)ctx;
    *bytes = 0;
    if (name && statvfs(name, &facts))
        hr = from_errno();
    else if (name)
        *bytes = (uint64_t)facts.f_blocks * facts.f_frsize;
    free(name);
    return hr;
}

static HRESULT make_folder(void *ctx, const WCHAR *path)
{
    char *name = str_to_utf8(path);
    HRESULT hr = name ? S_OK : E_OUTOFMEMORY;

    (void)ctx;
    if (name && mkdir(name, 0700) && errno != EEXIST) hr = from_errno();
    free(name);
    return hr;
}

static HRESULT visit_one(int folder, const char *entry, cache_visit_fn visit, void *visit_ctx)
{
    struct stat facts;
    WCHAR *name;
    HRESULT hr;

    if (!strcmp(entry, ".") || !strcmp(entry, "..")) return S_OK;
    /* Gone meanwhile, or of a name that none of ours has. */
    if (fstatat(folder, entry, &facts, AT_SYMLINK_NOFOLLOW)) return S_OK;
    if (!(name = str_from_utf8(entry))) return S_OK;
    hr = visit(visit_ctx, name, (uint64_t)facts.st_size, S_ISREG(facts.st_mode));
    free(name);
    return hr;
}

static HRESULT visit_all(void *ctx, const WCHAR *folder, cache_visit_fn visit, void *visit_ctx)
{
    char *name = str_to_utf8(folder);
    DIR *dir = name ? opendir(name) : NULL;
    HRESULT hr = S_OK;
    struct dirent *entry;

    (void)ctx;
    if (!dir)
        hr = name ? from_errno() : E_OUTOFMEMORY;
    else
    {
        while (SUCCEEDED(hr) && (entry = readdir(dir)))
            hr = visit_one(dirfd(dir), entry->d_name, visit, visit_ctx);
        closedir(dir);
    }
    free(name);
    return hr;
}

static HRESULT open_with(const WCHAR *path, int flags, struct cache_file **file)
{
    char *name = str_to_utf8(path);
    struct stat facts;
    HRESULT hr = S_OK;

    *file = calloc(1, sizeof(**file));
    if (!name || !*file)
        hr = E_OUTOFMEMORY;
    else if (((*file)->fd = open(name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)) < 0)
        hr = from_errno();
    else if (fstat((*file)->fd, &facts) || !S_ISREG(facts.st_mode))
    {
        close((*file)->fd);
        hr = E_ACCESSDENIED;
    }
    free(name);
    if (FAILED(hr))
    {
        free(*file);
        *file = NULL;
    }
    return hr;
}

static HRESULT create_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    (void)ctx;
    return open_with(path, O_RDWR | O_CREAT | O_EXCL, file);
}

static HRESULT open_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    (void)ctx;
    return open_with(path, O_RDONLY, file);
}

static HRESULT get_facts(void *ctx, struct cache_file *file, struct cache_file_facts *facts)
{
    struct stat found;

    (void)ctx;
    if (fstat(file->fd, &found)) return from_errno();
    facts->size = (uint64_t)found.st_size;
    facts->modified = FILETIME_OF_1970 + (filetime_t)found.st_mtim.tv_sec * FILETIME_PER_SECOND +
                      (filetime_t)found.st_mtim.tv_nsec / 100;
    return S_OK;
}

static HRESULT read_file(void *ctx, struct cache_file *file, uint64_t offset, void *data,
                         size_t size)
{
    char *next = data;

    (void)ctx;
    if (offset > INT64_MAX - size) return ERR_HANDLE_EOF;
    while (size)
    {
        ssize_t got = pread(file->fd, next, size, (off_t)offset);

        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return from_errno();
        if (!got) return ERR_HANDLE_EOF;
        next += got;
        offset += (uint64_t)got;
        size -= (size_t)got;
    }
    return S_OK;
}

static HRESULT write_file(void *ctx, struct cache_file *file, uint64_t offset, const void *data,
                          size_t size)
{
    const char *next = data;

    (void)ctx;
    while (size)
    {
        ssize_t put = pwrite(file->fd, next, size, (off_t)offset);

        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return from_errno();
        next += put;
        offset += (uint64_t)put;
        size -= (size_t)put;
    }
    return S_OK;
}

static HRESULT flush_file(void *ctx, struct cache_file *file)
{
    (void)ctx;
    return fsync(file->fd) ? from_errno() : S_OK;
}

static void close_file(void *ctx, struct cache_file *file)
{
    (void)ctx;
    close(file->fd);
    free(file);
}

static HRESULT move_file(void *ctx, const WCHAR *from, const WCHAR *to)
{
    char *old_name = str_to_utf8(from), *new_name = str_to_utf8(to);
    HRESULT hr = old_name && new_name ? S_OK : E_OUTOFMEMORY;

    (void)ctx;
    if (SUCCEEDED(hr) && renameat2(AT_FDCWD, old_name, AT_FDCWD, new_name, RENAME_NOREPLACE))
        hr = from_errno();
    free(old_name);
    free(new_name);
    return hr;
}

static HRESULT remove_file(void *ctx, const WCHAR *path)
{
    char *name = str_to_utf8(path);
    HRESULT hr = name ? S_OK : E_OUTOFMEMORY;

    (void)ctx;
    if (name && unlink(name) && errno != ENOENT) hr = from_errno();
    free(name);
    return hr;
}

const struct cache_disk cache_disk_system = {
    .get_size = get_size,
    .make_folder = make_folder,
    .visit = visit_all,
    .create = create_file,
    .open = open_file,
    .get_facts = get_facts,
    .read = read_file,
    .write = write_file,
    .flush = flush_file,
    .close = close_file,
    .move = move_file,
    .remove = remove_file,
};
