/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache with many records: what a start costs, and that no call walks over all of them. */
#include "harness/test.h"

#include <stdlib.h>

#include "cache/cache_content.h"
#include "cache/cache_store.h"
#include "harness/cache_fixture.h"
#include "harness/os.h"

/* Wine looks through the whole folder for each new name, in case another one has other letters. */
#ifdef _WIN32
#define RECORDS 2000
#else
#define RECORDS 10000
#endif
#define CALLS    20000
#define OPEN_MS  5000 /* far more than it takes, for slow machines and sanitizers */
#define CALLS_MS 5000

static GUID id_of(unsigned int seed)
{
    return (GUID){seed + 1, 0, 0, {0}};
}

/* A record is made in the way of a writer, but without its flush. */
static void add_row(struct cache_store *store, unsigned int seed)
{
    static const uint8_t content[1 + CACHE_SUM_SIZE];
    struct cache_range whole = {0, 1};
    struct cache_record record = {.id = id_of(seed),
                                  .created = cache_test.now,
                                  .accessed = cache_test.now,
                                  .url = cache_test_url(seed),
                                  .file_time = cache_test_time(seed),
                                  .file_size = 1,
                                  .ranges = &whole,
                                  .range_count = 1,
                                  .size = 1,
                                  .is_validated = true};
    WCHAR *path = cache_test_content(&record.id);
    int64_t number;

    if (FAILED(cache_store_add(store, &record, seed, &number)) ||
        !cache_test_write_file(path, content, sizeof(content)))
        ok(0, "Record %u was not made.\n", seed);
    free(path);
    free(record.url);
}

static void make_cache(void)
{
    struct cache *cache = cache_test_open(NULL);
    WCHAR *path = cache_test_path("index.db");
    struct cache_store *store;
    bool is_new;
    HRESULT hr;

    cache_close(cache);
    hr = cache_store_open(path, NULL, &store, &is_new);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    for (unsigned int seed = 0; seed < RECORDS && SUCCEEDED(hr); seed++)
        add_row(store, seed);
    cache_store_close(store);
    free(path);
}

static void call_all(struct cache *cache)
{
    uint64_t begin = os_micros(), took;
    unsigned int found = 0;

    for (unsigned int i = 0; i < CALLS; i++)
    {
        unsigned int seed = i * 7919 % RECORDS;
        WCHAR *url = cache_test_url(seed);
        struct cache_query query = {.url = url, .file_time = cache_test_time(seed)};
        GUID id = id_of(seed);
        struct cache_list list;

        if (SUCCEEDED(cache_find(cache, &query, 5, &list))) found += (unsigned int)list.count;
        cache_list_free(&list);
        found += cache_test_has(cache, &id);
        cache_touch(cache, &id);
        free(url);
    }
    took = os_micros() - begin;
    ok(found == 2 * CALLS, "Found %u.\n", found);
    ok(took / 1000 < CALLS_MS, "%u calls took %llu us.\n", 3 * CALLS, (unsigned long long)took);
    trace("A call took %llu ns.\n", (unsigned long long)took * 1000 / (3 * CALLS));
}

static void test_growth(void)
{
    struct cache_report report;
    struct cache *cache;
    uint64_t begin, took;
    HRESULT hr;

    cache_test_begin();
    make_cache();
    begin = os_micros();
    cache = cache_test_open(&report);
    took = os_micros() - begin;
    ok(report.records == RECORDS && !report.lost && !report.strays, "Got %u records.\n",
       report.records);
    ok(took / 1000 < OPEN_MS, "It took %llu us to open.\n", (unsigned long long)took);
    trace("It took %llu us to open.\n", (unsigned long long)took);
    call_all(cache);

    begin = os_micros();
    hr = cache_maintain(cache);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    trace("It took %llu us to keep all accesses.\n", (unsigned long long)(os_micros() - begin));
    begin = os_micros();
    hr = cache_clear(cache);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    trace("It took %llu us to clear.\n", (unsigned long long)(os_micros() - begin));
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
    cache_test_end();
}

START_TEST(cache_growth)
{
    RUN_TEST(test_growth);
}
