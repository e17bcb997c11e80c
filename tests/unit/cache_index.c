/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache without its disk: when two URLs are the same, records as bytes, and the tables in
 * memory, compared with a plain list. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/err_codes.h"
#include "base/str.h"
#include "cache/cache_index.h"

#define SECOND FILETIME_PER_SECOND

/* ---- URLs ---- */

static bool is_same(const WCHAR *a, const WCHAR *b)
{
    struct cache_url one, other;
    bool answer;

    ok(cache_url_read(a, &one) && cache_url_read(b, &other), "A URL is refused.\n");
    answer = cache_url_is_equal(&one, &other);
    if (answer) ok(cache_url_hash(&one) == cache_url_hash(&other), "The hashes differ.\n");
    return answer;
}

static void test_urls(void)
{
    static const struct
    {
        const WCHAR *a, *b;
        bool is_same;
    } tests[] = {
        {u"http://host/File", u"http://host/File", true},
        {u"http://host/File", u"http://host/file", false},
        {u"HTTP://HOST/File", u"http://host/File", true},
        {u"http://host/File#part", u"http://host/File", true},
        {u"http://host/File#a", u"http://host/File#b", true},
        {u"http://host/f?a=B", u"http://host/f?a=b", false},
        {u"http://HOST?a=B", u"http://host?a=B", true},
        {u"http://host?A", u"http://host?a", false},
        {u"http://host:80/f", u"http://host/f", false},
        {u"http://host/%41", u"http://host/A", false},
        {u"http://host/f/", u"http://host/f", false},
        {u"http://host/f", u"https://host/f", false},
        {u"HTTP:///F", u"http:///F", true},
        {u"http://host/f\u00c4", u"http://host/f\u00e4", false},
        {u"\\\\Server\\Share\\f", u"\\\\SERVER\\Share\\f", true},
        {u"\\\\server\\Share\\f", u"\\\\server\\share\\f", false},
        {u"\\\\server\\share\\f#1", u"\\\\server\\share\\f#2", false},
        {u"C:\\f#1", u"C:\\f", false},
        {u"a", u"b", false},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
        ok(is_same(tests[i].a, tests[i].b) == tests[i].is_same, "Test %u is wrong.\n", i);
}

static void test_url_limits(void)
{
    struct cache_url url;
    WCHAR *text = calloc(CACHE_URL_MAX + 2, sizeof(*text));

    memcpy(text, u"http://h/", 9 * sizeof(*text));
    for (size_t i = 9; i < CACHE_URL_MAX; i++)
        text[i] = 'a';
    ok(cache_url_read(text, &url) && url.len == CACHE_URL_MAX, "The longest URL is refused.\n");
    text[CACHE_URL_MAX] = 'a';
    ok(!cache_url_read(text, &url), "A URL that is too long is taken.\n");
    free(text);
    ok(!cache_url_read(u"", &url), "An empty URL is taken.\n");
    ok(!cache_url_read(NULL, &url), "No URL is taken.\n");

    ok(cache_url_read(u"http://me:word@h/", &url) && url.has_user, "The user is overlooked.\n");
    ok(cache_url_read(u"http://me\\x@h/", &url) && url.has_user, "The user is overlooked.\n");
    ok(cache_url_read(u"http://h/a@b", &url) && !url.has_user, "A path became a user.\n");
    ok(cache_url_read(u"http://h?a@b", &url) && !url.has_user, "A query became a user.\n");
    ok(cache_url_read(u"\\\\h@80\\a", &url) && !url.has_user, "A port became a user.\n");
}

/* ---- records ---- */

static GUID id_of(unsigned int seed)
{
    return (GUID){seed * 2654435761u, (uint16_t)seed, 0x4f42, {8, 7, 6, 5, 4, 3, 2, 1}};
}

static void make_record(unsigned int seed, unsigned int url, filetime_t time,
                        struct cache_record *record)
{
    char text[64];

    snprintf(text, sizeof(text), "http://h/%u", url);
    *record = (struct cache_record){.id = id_of(seed),
                                    .created = seed + 1,
                                    .modified = seed + 2,
                                    .file_time = time,
                                    .file_size = 1000,
                                    .range_count = 2,
                                    .is_validated = seed % 2,
                                    .sums_crc = seed * 7};
    record->url = str_from_utf8(text);
    if (seed % 3) record->etag = str_dup(u"\"tag\u20ac\"");
    record->ranges = malloc(2 * sizeof(*record->ranges));
    record->ranges[0] = (struct cache_range){500, 500};
    record->ranges[1] = (struct cache_range){0, 1};
    ok(cache_record_check(record) == S_OK, "The record is refused.\n");
    ok(record->size == 501, "Got size %llu.\n", (unsigned long long)record->size);
}

static void expect_equal(const struct cache_record *a, const struct cache_record *b)
{
    ok(guid_is_equal(&a->id, &b->id), "The id differs.\n");
    ok(a->created == b->created && a->modified == b->modified && a->file_time == b->file_time,
       "A time differs.\n");
    ok(a->file_size == b->file_size && a->size == b->size, "A size differs.\n");
    ok(a->is_validated == b->is_validated && a->sums_crc == b->sums_crc, "A value differs.\n");
    ok(str_is_equal(a->url, b->url), "The URL differs.\n");
    ok(!a->etag == !b->etag && (!a->etag || str_is_equal(a->etag, b->etag)), "The tag differs.\n");
    ok(a->range_count == b->range_count &&
           !memcmp(a->ranges, b->ranges, a->range_count * sizeof(*a->ranges)),
       "The ranges differ.\n");
}

static void test_bytes(void)
{
    for (unsigned int seed = 0; seed < 6; seed++)
    {
        struct cache_record record, copy, back;
        size_t size = 0, taken = 0;
        uint8_t *data = NULL;
        HRESULT hr;

        make_record(seed, seed, 77 * SECOND, &record);
        hr = cache_record_copy(&record, &copy);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        expect_equal(&record, &copy);
        hr = cache_record_encode(&record, 5, &data, &size);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        hr = cache_record_decode(data, size, 5, &back);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        expect_equal(&record, &back);
        cache_record_done(&back);

        hr = cache_record_decode(data, size, 6, &back);
        ok(hr == ERR_FILE_CORRUPT, "Another key: got hr %#lx.\n", (unsigned long)hr);
        for (size_t i = 0; i < size; i++)
        {
            uint8_t *cut = malloc(i + 1); /* so that reading on is seen */

            memcpy(cut, data, i);
            taken += cache_record_decode(cut, i, 5, &back) == S_OK;
            free(cut);
            for (int bit = 0; bit < 8; bit++)
            {
                data[i] ^= (uint8_t)(1 << bit);
                taken += cache_record_decode(data, size, 5, &back) == S_OK;
                data[i] ^= (uint8_t)(1 << bit);
            }
        }
        ok(!taken, "%zu damaged records were taken.\n", taken);
        free(data);
        cache_record_done(&record);
        cache_record_done(&copy);
    }
}

static void put_sum(uint8_t *data, size_t size)
{
    uint32_t sum = crc32c(0, data, size - 4);

    for (int i = 0; i < 4; i++)
        data[size - 4 + i] = (uint8_t)(sum >> 8 * i);
}

/* Bytes with a right sum that no writer of ours put together. */
static void test_forged_bytes(void)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    unsigned int taken = 0, refused = 0;
    struct cache_record record, back;
    uint8_t *data, *forged;
    size_t size;
    HRESULT hr;

    make_record(1, 1, 77 * SECOND, &record);
    hr = cache_record_encode(&record, 5, &data, &size);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    for (size_t length = 4; length <= size; length++)
        for (size_t i = 0; i < length * ARRAY_COUNT(values); i++)
        {
            forged = malloc(length); /* so that reading on is seen */
            memcpy(forged, data, length);
            forged[i / ARRAY_COUNT(values)] = values[i % ARRAY_COUNT(values)];
            put_sum(forged, length);
            hr = cache_record_decode(forged, length, 5, &back);
            if (hr != S_OK && hr != ERR_FILE_CORRUPT) ok(0, "Got hr %#lx.\n", (unsigned long)hr);
            if (SUCCEEDED(hr) && cache_record_check(&back) != S_OK) ok(0, "No such record.\n");
            taken += SUCCEEDED(hr);
            refused += FAILED(hr);
            cache_record_done(&back);
            free(forged);
        }
    ok(taken && refused, "%u were taken, %u refused.\n", taken, refused);
    free(data);
    cache_record_done(&record);
}

static void test_limits_of_records(void)
{
    static const struct
    {
        struct cache_range ranges[2];
        size_t count;
        HRESULT hr;
    } tests[] = {
        {{{0, 1000}}, 1, S_OK},
        {{{999, 1}}, 1, S_OK},
        {{{0, 1001}}, 1, E_INVALIDARG},
        {{{1000, 0}}, 1, E_INVALIDARG},
        {{{1000, 1}}, 1, E_INVALIDARG},
        {{{0, 0}}, 1, E_INVALIDARG},
        {{{1, UINT64_MAX}}, 1, E_INVALIDARG},
        {{{UINT64_MAX, 2}}, 1, E_INVALIDARG},
        {{{0, 1000}, {0, 1000}}, 2, S_OK},
        {{{0, 1000}}, 0, E_INVALIDARG},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct cache_record record;
        HRESULT hr;

        make_record(1, 1, SECOND, &record);
        memcpy(record.ranges, tests[i].ranges, sizeof(tests[i].ranges));
        record.range_count = tests[i].count;
        hr = cache_record_check(&record);
        ok(hr == tests[i].hr, "Test %u: got hr %#lx.\n", i, (unsigned long)hr);
        record.file_size = UINT64_MAX;
        record.ranges[0] = record.ranges[1] = (struct cache_range){0, UINT64_MAX / 2 + 2};
        record.range_count = 2;
        hr = cache_record_check(&record);
        ok(hr == E_INVALIDARG, "Too much in sum: got hr %#lx.\n", (unsigned long)hr);
        record.file_time = 0;
        hr = cache_record_check(&record);
        ok(hr == E_INVALIDARG, "No time: got hr %#lx.\n", (unsigned long)hr);
        cache_record_done(&record);
    }
}

/* ---- tables ---- */

#define SEEDS 400
#define URLS  40
#define TIMES 3
#define STEPS 20000

/* The plain list: by seed, with the turn of the last use; 0: it is not there. */
static struct cache_entry *entries[SEEDS];
static unsigned int used[SEEDS];
static unsigned int turn;

static uint32_t next_random(void)
{
    static uint32_t state = 12345;

    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static filetime_t time_of(unsigned int seed)
{
    /* Parts of a second make no difference. */
    return (1 + seed / URLS % TIMES) * SECOND + seed;
}

static void step(struct cache_index *index)
{
    unsigned int seed = next_random() % SEEDS;
    struct cache_record record;
    HRESULT hr;

    if (!used[seed])
    {
        make_record(seed, seed % URLS, time_of(seed), &record);
        entries[seed] = cache_entry_create(&record, seed, 10);
        hr = cache_index_add(index, entries[seed]);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        used[seed] = ++turn;
    }
    else if (next_random() % 2)
    {
        cache_index_touch(index, entries[seed], 99);
        used[seed] = ++turn;
    }
    else
    {
        cache_index_remove(index, entries[seed]);
        cache_entry_free(entries[seed]);
        used[seed] = 0;
    }
}

static void compare_finds(struct cache_index *index, unsigned int seed)
{
    GUID id = id_of(seed);
    unsigned int by_url = 0, by_time = 0;
    struct cache_walk walk;
    struct cache_url url;
    char text[64];
    WCHAR *wide;

    ok(cache_index_find(index, &id) == (used[seed] ? entries[seed] : NULL), "Wrong by id.\n");
    for (unsigned int i = seed % URLS; i < SEEDS; i += URLS)
    {
        by_url += used[i] != 0;
        by_time += used[i] && time_of(i) / SECOND == time_of(seed) / SECOND;
    }
    snprintf(text, sizeof(text), "HTTP://H/%u#x", seed % URLS);
    wide = str_from_utf8(text);
    ok(cache_url_read(wide, &url), "The URL is refused.\n");
    cache_walk_begin(index, &url, 0, &walk);
    while (cache_walk_next(&walk))
        by_url--;
    cache_walk_begin(index, &url, time_of(seed), &walk);
    while (cache_walk_next(&walk))
        by_time--;
    ok(!by_url && !by_time, "%d and %d entries are missing.\n", (int)by_url, (int)by_time);
    free(wide);
}

static void compare_order(const struct cache_index *index)
{
    struct cache_entry *entry;
    unsigned int last = 0, count = 0;

    LIST_FOR_EACH_ENTRY(entry, &index->uses, struct cache_entry, use)
    {
        ok(used[entry->number] > last, "The order of use is wrong.\n");
        last = used[entry->number];
        count++;
    }
    ok(count == index->count && index->bytes == 10ull * count, "Got %zu entries, %llu bytes.\n",
       index->count, (unsigned long long)index->bytes);
}

static void test_tables(void)
{
    struct cache_index index;
    struct cache_walk walk;
    struct cache_url url;
    GUID id = id_of(1);

    cache_index_init(&index);
    ok(!cache_index_find(&index, &id), "Something is in an empty index.\n");
    ok(cache_url_read(u"http://h/1", &url), "The URL is refused.\n");
    cache_walk_begin(&index, &url, 0, &walk);
    ok(!cache_walk_next(&walk), "Something is in an empty index.\n");
    for (unsigned int i = 0; i < STEPS; i++)
    {
        step(&index);
        compare_finds(&index, next_random() % SEEDS);
        if (i % 500 == 0) compare_order(&index);
    }
    compare_order(&index);
    cache_index_done(&index);
}

START_TEST(cache_index)
{
    RUN_TEST(test_urls);
    RUN_TEST(test_url_limits);
    RUN_TEST(test_bytes);
    RUN_TEST(test_forged_bytes);
    RUN_TEST(test_limits_of_records);
    RUN_TEST(test_tables);
}
