/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A cache for tests, in a folder of this program alone: its clock stands still, its disk has the
 * size that the test gives it and fails when it is told to. Portable. */
#ifndef OPENBITS_TESTS_CACHE_FIXTURE_H
#define OPENBITS_TESTS_CACHE_FIXTURE_H

#include <stdatomic.h>

#include "cache/cache.h"

#define TEST_DAY (86400 * FILETIME_PER_SECOND)

/* Set by the test; cache_test_begin() gives the values of the comments. */
extern struct cache_test
{
    struct cache_limits limits; /* 50 percent, no age */
    _Atomic filetime_t now;     /* 2025 */
    atomic_ullong disk_size;    /* 100 MiB */
    atomic_uint calls;          /* of the disk so far */
    unsigned int fail_from;     /* the number of the first call that fails; 0: none */
    unsigned int fail_count;    /* how many fail from there on */
    HRESULT fail_with;
    void (*at_call)(unsigned int number); /* before each call of the disk; NULL */
    const char *vfs;                      /* of SQLite; NULL */
} cache_test;

/* Before anything else: takes the folder of another process of this test. */
void cache_test_share(unsigned int process);
/* The defaults, and the folder as it is. */
void cache_test_join(void);
/* Makes an empty folder, whatever was there, and the defaults. */
void cache_test_begin(void);
/* Removes the folder. */
void cache_test_end(void);

/* The folder of the cache, or of the test's own files, and paths in them; free(). */
const WCHAR *cache_test_folder(void);
WCHAR *cache_test_path(const char *name);

/* Opens with what cache_test says. The report may be NULL. */
HRESULT cache_test_try_open(struct cache **cache, struct cache_report *report);
/* The same, and it must work. */
struct cache *cache_test_open(struct cache_report *report);

/* The byte of the content that belongs to a seed. */
uint8_t cache_test_byte(unsigned int seed, uint64_t offset);
/* A URL that belongs to it; free(). */
WCHAR *cache_test_url(unsigned int seed);
filetime_t cache_test_time(unsigned int seed);
/* A whole file of this size, with the texts in storage that the next call uses again. */
struct cache_request cache_test_request(unsigned int seed, uint64_t size);

/* Adds content of the seed through a writer. */
HRESULT cache_test_add(struct cache *cache, const struct cache_request *request, unsigned int seed,
                       GUID *id);
/* The same with a whole file, and it must work. */
GUID cache_test_must_add(struct cache *cache, unsigned int seed, uint64_t size);
/* Reads all of it in pieces; S_OK and *is_right when it is the seed's. */
HRESULT cache_test_read(struct cache *cache, const GUID *id, unsigned int seed, bool *is_right);
void cache_test_must_read(struct cache *cache, const GUID *id, unsigned int seed);
bool cache_test_has(struct cache *cache, const GUID *id);

/* Files in the content folder. */
unsigned int cache_test_count_files(void);
/* Makes, changes one byte of, cuts, removes, reads the size of a file of the test; false when it
 * cannot. */
bool cache_test_write_file(const WCHAR *path, const void *data, size_t size);
bool cache_test_flip(const WCHAR *path, uint64_t offset);
bool cache_test_cut(const WCHAR *path, uint64_t size);
bool cache_test_exists(const WCHAR *path);
void cache_test_remove(const WCHAR *path);
/* The path of a record's content; free(). */
WCHAR *cache_test_content(const GUID *id);

#endif
