/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the cache does to files, SQLite's aside: a port, so that tests let disks fail. Only plain
 * files are touched; a link in the place of one is neither read nor followed. */
#ifndef OPENBITS_CACHE_CACHE_DISK_H
#define OPENBITS_CACHE_CACHE_DISK_H

#include "base/types.h"

#ifdef _WIN32
#define CACHE_SEPARATOR '\\'
#else
#define CACHE_SEPARATOR '/'
#endif

struct cache_file;

struct cache_file_facts
{
    uint64_t size;
    filetime_t modified;
};

/* Anything but a plain file is shown with is_plain false. An error ends the visit. */
typedef HRESULT (*cache_visit_fn)(void *ctx, const WCHAR *name, uint64_t size, bool is_plain);

/* Every function may be called by several threads at once, for different files. */
struct cache_disk
{
    /* All of the disk that the folder is on, whatever is in use. */
    HRESULT (*get_size)(void *ctx, const WCHAR *folder, uint64_t *bytes);
    /* S_OK too when it is there. */
    HRESULT (*make_folder)(void *ctx, const WCHAR *path);
    HRESULT (*visit)(void *ctx, const WCHAR *folder, cache_visit_fn visit, void *visit_ctx);
    /* ERR_FILE_EXISTS when the name is taken. */
    HRESULT (*create)(void *ctx, const WCHAR *path, struct cache_file **file);
    /* For reading. ERR_FILE_NOT_FOUND; E_ACCESSDENIED for what is no plain file. */
    HRESULT (*open)(void *ctx, const WCHAR *path, struct cache_file **file);
    HRESULT (*get_facts)(void *ctx, struct cache_file *file, struct cache_file_facts *facts);
    /* All of it, or ERR_HANDLE_EOF. */
    HRESULT(*read)
    (void *ctx, struct cache_file *file, uint64_t offset, void *data, size_t size);
    HRESULT(*write)
    (void *ctx, struct cache_file *file, uint64_t offset, const void *data, size_t size);
    /* What was written survives a power cut. */
    HRESULT (*flush)(void *ctx, struct cache_file *file);
    void (*close)(void *ctx, struct cache_file *file);
    /* ERR_FILE_EXISTS when the new name is taken. */
    HRESULT (*move)(void *ctx, const WCHAR *from, const WCHAR *to);
    /* S_OK too when there is none. */
    HRESULT (*remove)(void *ctx, const WCHAR *path);
};

/* Needs no context. */
extern const struct cache_disk cache_disk_system;

#endif
