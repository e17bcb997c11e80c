/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache with real threads: writers, readers and an administrator at the same time. Whatever a
 * reader gets is right, and in the end the books add up. Meant for the thread sanitizer. */
#include "harness/test.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/thread.h"
#include "bitsmsg.h"
#include "cache/cache_content.h"
#include "harness/cache_fixture.h"
#include "harness/os.h"

#define WRITERS 2
#define READERS 3
#define WRITES  150
#define READS   300
#define END_MS  20000
#define SEEDS   24

static struct cache *cache;
static atomic_uint writers_left, faults, reads, busy;

static void check(bool is_right)
{
    if (!is_right) atomic_fetch_add(&faults, 1);
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void write_loop(void *arg)
{
    uint32_t state = 1 + *(unsigned int *)arg;
    uint64_t end = test_ticks() + END_MS;

    for (unsigned int i = 0; i < WRITES || (atomic_load(&reads) < READS && test_ticks() < end); i++)
    {
        unsigned int seed = next_random(&state) % SEEDS;
        struct cache_request request =
            cache_test_request(seed, next_random(&state) % (2 * CACHE_BLOCK_SIZE) + 1);
        GUID id;
        HRESULT hr = cache_test_add(cache, &request, seed, &id);

        /* There is no room when everything is read. */
        check(hr == S_OK || hr == ERR_DISK_FULL || hr == ERR_FILE_TOO_LARGE);
        cache_test.now += 1;
    }
    atomic_fetch_sub(&writers_left, 1);
}

static void read_some(uint32_t *state)
{
    unsigned int seed = next_random(state) % SEEDS;
    WCHAR *url = cache_test_url(seed);
    struct cache_query query = {.url = url, .file_time = cache_test_time(seed)};
    struct cache_list list;

    check(cache_find(cache, &query, 5, &list) == S_OK);
    for (size_t i = 0; i < list.count; i++)
    {
        bool is_right;
        HRESULT hr = cache_test_read(cache, &list.records[i].id, seed, &is_right);

        check((hr == S_OK && is_right) || hr == BG_E_NOT_FOUND);
        if (hr == S_OK) atomic_fetch_add(&reads, 1);
    }
    cache_list_free(&list);
    free(url);
}

static void read_loop(void *arg)
{
    uint32_t state = 1000 + *(unsigned int *)arg;

    while (atomic_load(&writers_left))
        read_some(&state);
}

static void delete_one(uint32_t *state)
{
    struct cache_list list;
    HRESULT hr;

    check(cache_enumerate(cache, &list) == S_OK);
    if (list.count)
    {
        const struct cache_record *record = &list.records[next_random(state) % list.count];

        hr = next_random(state) % 2 ? cache_delete(cache, &record->id)
                                    : cache_delete_url(cache, record->url);
        check(hr == S_OK || hr == S_FALSE || hr == BG_E_NOT_FOUND || hr == BG_E_BUSYCACHERECORD);
        if (hr == BG_E_BUSYCACHERECORD) atomic_fetch_add(&busy, 1);
        record = &list.records[next_random(state) % list.count];
        hr = cache_set_validated(cache, &record->id, next_random(state) % 2);
        check(hr == S_OK || hr == BG_E_RECORD_DELETED);
        cache_touch(cache, &record->id);
    }
    cache_list_free(&list);
}

static void administer(uint32_t *state)
{
    const struct cache_limits limits = {3 + next_random(state) % 20, 0};
    struct cache_usage usage;

    switch (next_random(state) % 40)
    {
    case 0:
        check(cache_clear(cache) == S_OK);
        break;
    case 1:
    case 2:
    case 3:
        check(cache_set_limits(cache, &limits) == S_OK);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        delete_one(state);
        break;
    case 8:
    case 9:
        check(cache_maintain(cache) == S_OK);
        break;
    default:
        cache_get_usage(cache, &usage);
        check(usage.size <= usage.limit);
    }
}

static void administer_loop(void *arg)
{
    uint32_t state = 2000 + *(unsigned int *)arg;

    while (atomic_load(&writers_left))
    {
        administer(&state);
        os_sleep(1); /* else nothing is ever old enough to be read */
    }
}

static void drop_line(const char *line)
{
    (void)line;
}

static void test_threads(void)
{
    struct thread threads[WRITERS + READERS + 1] = {{0}};
    unsigned int numbers[ARRAY_COUNT(threads)];
    struct cache_usage usage;
    struct cache_list list;
    uint64_t size = 0;

    withstands("F17");
    cache_test_begin();
    cache_test.disk_size = 400ull << 18;
    log_set_sink(drop_line);
    cache = cache_test_open(NULL);
    atomic_store(&writers_left, WRITERS);
    for (unsigned int i = 0; i < ARRAY_COUNT(threads); i++)
    {
        void (*loop)(void *) = i < WRITERS             ? write_loop
                               : i < WRITERS + READERS ? read_loop
                                                       : administer_loop;
        HRESULT hr;

        numbers[i] = i;
        hr = thread_start(&threads[i], loop, &numbers[i], "test");
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(threads); i++)
        thread_join(&threads[i]);

    ok(!faults, "%u faults.\n", atomic_load(&faults));
    ok(reads >= READS, "Got %u reads.\n", atomic_load(&reads));
    trace("%u reads, %u times busy.\n", atomic_load(&reads), atomic_load(&busy));
    cache_get_usage(cache, &usage);
    ok(cache_enumerate(cache, &list) == S_OK, "No list.\n");
    for (size_t i = 0; i < list.count; i++)
        size += list.records[i].size;
    ok(usage.size == size && usage.records == list.count && !usage.held,
       "Got %llu bytes, %llu held; the records have %llu.\n", (unsigned long long)usage.size,
       (unsigned long long)usage.held, (unsigned long long)size);
    ok(cache_test_count_files() == list.count, "Got %u files, %zu records.\n",
       cache_test_count_files(), list.count);
    cache_list_free(&list);
    cache_close(cache);
    log_set_sink(NULL);
    cache_test_end();
}

START_TEST(cache_threads)
{
    RUN_TEST(test_threads);
}
