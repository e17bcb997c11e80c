/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Caches for tests. */
#include "harness/cache_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cache/cache_content.h"
#include "harness/os.h"
#include "harness/test.h"

#define START     (134000000000000000ull) /* in 2025 */
#define PIECE_MAX 100000

struct cache_test cache_test;

/* ---- the disk ---- */

static HRESULT begin_call(void)
{
    unsigned int number = atomic_fetch_add(&cache_test.calls, 1) + 1;

    if (cache_test.at_call) cache_test.at_call(number);
    if (!cache_test.fail_from || number < cache_test.fail_from) return S_OK;
    return number - cache_test.fail_from < cache_test.fail_count ? cache_test.fail_with : S_OK;
}

#define CALL(call)                                                                                 \
    do                                                                                             \
    {                                                                                              \
        HRESULT failure = begin_call();                                                            \
        (void)ctx;                                                                                 \
        return FAILED(failure) ? failure : cache_disk_system.call;                                 \
    } while (0)

static HRESULT get_size(void *ctx, const WCHAR *folder, uint64_t *bytes)
{
    (void)ctx;
    (void)folder;
    *bytes = atomic_load(&cache_test.disk_size);
    return begin_call();
}

static HRESULT make_folder(void *ctx, const WCHAR *path)
{
    CALL(make_folder(NULL, path));
}

static HRESULT visit_all(void *ctx, const WCHAR *folder, cache_visit_fn visit, void *visit_ctx)
{
    CALL(visit(NULL, folder, visit, visit_ctx));
}

static HRESULT create_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    *file = NULL;
    CALL(create(NULL, path, file));
}

static HRESULT open_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    *file = NULL;
    CALL(open(NULL, path, file));
}

static HRESULT get_facts(void *ctx, struct cache_file *file, struct cache_file_facts *facts)
{
    CALL(get_facts(NULL, file, facts));
}

static HRESULT read_file(void *ctx, struct cache_file *file, uint64_t offset, void *data,
                         size_t size)
{
    CALL(read(NULL, file, offset, data, size));
}

static HRESULT write_file(void *ctx, struct cache_file *file, uint64_t offset, const void *data,
                          size_t size)
{
    CALL(write(NULL, file, offset, data, size));
}

static HRESULT flush_file(void *ctx, struct cache_file *file)
{
    CALL(flush(NULL, file));
}

static void close_file(void *ctx, struct cache_file *file)
{
    (void)ctx;
    cache_disk_system.close(NULL, file);
}

static HRESULT move_file(void *ctx, const WCHAR *from, const WCHAR *to)
{
    CALL(move(NULL, from, to));
}

static HRESULT remove_file(void *ctx, const WCHAR *path)
{
    CALL(remove(NULL, path));
}

static const struct cache_disk test_disk = {
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

/* ---- the folder ---- */

static unsigned int owner; /* 0: this process */

void cache_test_share(unsigned int process)
{
    owner = process;
}

const WCHAR *cache_test_folder(void)
{
    static WCHAR folder[300];

    if (!folder[0])
    {
        char name[300], temp[200] = "/tmp/";

#ifdef _WIN32
        GetTempPathA(sizeof(temp), temp);
#endif
        snprintf(name, sizeof(name), "%sopenbits-cache-%u", temp, owner ? owner : os_process_id());
        str_decode_utf8(name, folder, ARRAY_COUNT(folder));
    }
    return folder;
}

WCHAR *cache_test_path(const char *name)
{
    WCHAR *wide = str_from_utf8(name), *path = cache_path_join(cache_test_folder(), wide);

    for (WCHAR *c = path; *c; c++)
        if (*c == '/') *c = CACHE_SEPARATOR;
    free(wide);
    return path;
}

static void remove_folder(const WCHAR *path)
{
#ifdef _WIN32
    RemoveDirectoryW(path);
#else
    char *name = str_to_utf8(path);

    remove(name);
    free(name);
#endif
}

static HRESULT remove_one(void *ctx, const WCHAR *name, uint64_t size, bool is_plain)
{
    WCHAR *path = cache_path_join(ctx, name);

    (void)size;
    (void)is_plain;
    if (FAILED(cache_disk_system.remove(NULL, path)))
    {
        cache_disk_system.visit(NULL, path, remove_one, path);
        remove_folder(path);
    }
    free(path);
    return S_OK;
}

void cache_test_end(void)
{
    cache_disk_system.visit(NULL, cache_test_folder(), remove_one, (void *)cache_test_folder());
    remove_folder(cache_test_folder());
}

void cache_test_begin(void)
{
    cache_test_end();
    cache_test_join();
}

void cache_test_join(void)
{
    memset(&cache_test, 0, sizeof(cache_test));
    cache_test.limits.percent = 50;
    atomic_init(&cache_test.now, START);
    atomic_init(&cache_test.disk_size, 100u << 20);
    cache_test.fail_count = 1;
    cache_test.fail_with = ERR_IO_DEVICE;
}

static filetime_t test_now(void *ctx)
{
    (void)ctx;
    return atomic_load(&cache_test.now);
}

HRESULT cache_test_try_open(struct cache **cache, struct cache_report *report)
{
    struct cache_options options = {.limits = cache_test.limits,
                                    .clock = clock_system,
                                    .disk = &test_disk,
                                    .vfs = cache_test.vfs};
    struct cache_report unused;

    options.clock.filetime = test_now;
    return cache_open(cache_test_folder(), &options, cache, report ? report : &unused);
}

struct cache *cache_test_open(struct cache_report *report)
{
    struct cache *cache;
    HRESULT hr = cache_test_try_open(&cache, report);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return cache;
}

/* ---- content ---- */

uint8_t cache_test_byte(unsigned int seed, uint64_t offset)
{
    uint64_t mixed = (offset + seed * 1000003ull) * 0x9e3779b97f4a7c15ull;

    return (uint8_t)(mixed >> 56);
}

WCHAR *cache_test_url(unsigned int seed)
{
    char text[64];

    snprintf(text, sizeof(text), "http://Host/file-%u", seed);
    return str_from_utf8(text);
}

filetime_t cache_test_time(unsigned int seed)
{
    return START - (seed + 1) * FILETIME_PER_SECOND;
}

struct cache_request cache_test_request(unsigned int seed, uint64_t size)
{
    static _Thread_local WCHAR text[64];
    WCHAR *url = cache_test_url(seed);

    memcpy(text, url, (str_len(url) + 1) * sizeof(*text));
    free(url);
    return (struct cache_request){
        .url = text, .file_time = cache_test_time(seed), .file_size = size, .is_validated = true};
}

static uint64_t size_of(const struct cache_request *request)
{
    uint64_t size = request->range_count ? 0 : request->file_size;

    for (size_t i = 0; i < request->range_count; i++)
        size += request->ranges[i].length;
    return size;
}

static void fill(uint8_t *data, size_t size, unsigned int seed, uint64_t offset)
{
    for (size_t i = 0; i < size; i++)
        data[i] = cache_test_byte(seed, offset + i);
}

HRESULT cache_test_add(struct cache *cache, const struct cache_request *request, unsigned int seed,
                       GUID *id)
{
    uint64_t size = size_of(request), offset = 0;
    struct cache_writer *writer;
    uint8_t *piece;
    HRESULT hr;

    *id = (GUID){0};
    if (FAILED(hr = cache_writer_begin(cache, request, &writer))) return hr;
    piece = malloc(PIECE_MAX);
    while (SUCCEEDED(hr) && offset < size)
    {
        size_t length = size - offset < PIECE_MAX ? (size_t)(size - offset) : PIECE_MAX;

        fill(piece, length, seed, offset);
        hr = cache_writer_put(writer, piece, length);
        offset += length;
    }
    free(piece);
    if (FAILED(hr))
        cache_writer_cancel(writer);
    else
        hr = cache_writer_commit(writer, id);
    return hr;
}

GUID cache_test_must_add(struct cache *cache, unsigned int seed, uint64_t size)
{
    struct cache_request request = cache_test_request(seed, size);
    GUID id;
    HRESULT hr = cache_test_add(cache, &request, seed, &id);

    ok(hr == S_OK, "Seed %u: got hr %#lx.\n", seed, (unsigned long)hr);
    return id;
}

HRESULT cache_test_read(struct cache *cache, const GUID *id, unsigned int seed, bool *is_right)
{
    struct cache_reader *reader;
    uint64_t size, offset = 0;
    uint8_t *piece, *expected;
    HRESULT hr;

    *is_right = false;
    if (FAILED(hr = cache_reader_open(cache, id, &reader))) return hr;
    size = cache_reader_record(reader)->size;
    piece = malloc(PIECE_MAX);
    expected = malloc(PIECE_MAX);
    *is_right = true;
    while (SUCCEEDED(hr) && offset < size)
    {
        size_t length = size - offset < PIECE_MAX ? (size_t)(size - offset) : PIECE_MAX;

        fill(expected, length, seed, offset);
        hr = cache_reader_read(reader, offset, piece, length);
        if (SUCCEEDED(hr) && memcmp(piece, expected, length)) *is_right = false;
        offset += length;
    }
    free(piece);
    free(expected);
    cache_reader_close(reader);
    return hr;
}

void cache_test_must_read(struct cache *cache, const GUID *id, unsigned int seed)
{
    bool is_right;
    HRESULT hr = cache_test_read(cache, id, seed, &is_right);

    ok(hr == S_OK && is_right, "Seed %u: got hr %#lx, right %d.\n", seed, (unsigned long)hr,
       is_right);
}

bool cache_test_has(struct cache *cache, const GUID *id)
{
    struct cache_record record;
    HRESULT hr = cache_get(cache, id, &record);

    if (SUCCEEDED(hr)) cache_record_done(&record);
    return SUCCEEDED(hr);
}

/* ---- files ---- */

static HRESULT count_one(void *ctx, const WCHAR *name, uint64_t size, bool is_plain)
{
    (void)name;
    (void)size;
    (void)is_plain;
    ++*(unsigned int *)ctx;
    return S_OK;
}

unsigned int cache_test_count_files(void)
{
    WCHAR *path = cache_test_path("files");
    unsigned int count = 0;

    cache_disk_system.visit(NULL, path, count_one, &count);
    free(path);
    return count;
}

static FILE *open_path(const WCHAR *path, const char *mode)
{
#ifdef _WIN32
    WCHAR *wide = str_from_utf8(mode);
    FILE *file = _wfopen(path, wide);

    free(wide);
#else
    char *name = str_to_utf8(path);
    FILE *file = fopen(name, mode);

    free(name);
#endif
    return file;
}

bool cache_test_write_file(const WCHAR *path, const void *data, size_t size)
{
    FILE *file = open_path(path, "wb");
    bool done;

    if (!file) return false;
    done = fwrite(data, 1, size, file) == size;
    return !fclose(file) && done;
}

bool cache_test_flip(const WCHAR *path, uint64_t offset)
{
    FILE *file = open_path(path, "r+b");
    int c;

    if (!file) return false;
    if (fseek(file, (long)offset, SEEK_SET) || (c = fgetc(file)) == EOF ||
        fseek(file, (long)offset, SEEK_SET))
    {
        fclose(file);
        return false;
    }
    fputc(c ^ 0x10, file);
    return !fclose(file);
}

bool cache_test_cut(const WCHAR *path, uint64_t size)
{
    uint8_t *data = malloc((size_t)size + 1);
    FILE *file = open_path(path, "rb");
    bool done = file && fread(data, 1, (size_t)size, file) == size;

    if (file) fclose(file);
    done = done && cache_test_write_file(path, data, (size_t)size);
    free(data);
    return done;
}

bool cache_test_exists(const WCHAR *path)
{
    FILE *file = open_path(path, "rb");

    if (file) fclose(file);
    return file != NULL;
}

void cache_test_remove(const WCHAR *path)
{
    cache_disk_system.remove(NULL, path);
}

WCHAR *cache_test_content(const GUID *id)
{
    WCHAR *folder = cache_test_path("files"), *path;

    path = cache_content_path(folder, id, CACHE_CONTENT_WHOLE);
    free(folder);
    return path;
}
