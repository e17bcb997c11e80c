/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache on a sound disk: what is put in comes out, found by what a peer asks for; what has to
 * go goes, and not under a reader. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "cache/cache_content.h"
#include "harness/cache_fixture.h"

#define MIB (1u << 20)

static const GUID unknown = {.Data1 = 1};

static void expect(HRESULT hr, HRESULT expected, const char *what)
{
    ok(hr == expected, "%s: got hr %#lx, expected %#lx.\n", what, (unsigned long)hr,
       (unsigned long)expected);
}

static void expect_usage(struct cache *cache, uint32_t records, uint64_t size, uint64_t held)
{
    struct cache_usage usage;

    cache_get_usage(cache, &usage);
    ok(usage.records == records && usage.size == size && usage.held == held,
       "Got %u records, %llu bytes, %llu held.\n", (unsigned int)usage.records,
       (unsigned long long)usage.size, (unsigned long long)usage.held);
}

static void set_limit(struct cache *cache, uint32_t percent)
{
    struct cache_limits limits = {percent, 0};

    expect(cache_set_limits(cache, &limits), S_OK, "limits");
}

static void pass(filetime_t time)
{
    cache_test.now += time;
}

/* ---- in and out ---- */

static const uint64_t sizes[] = {1,
                                 1000,
                                 CACHE_BLOCK_SIZE - 1,
                                 CACHE_BLOCK_SIZE,
                                 CACHE_BLOCK_SIZE + 1,
                                 3 * CACHE_BLOCK_SIZE + 5};

static void read_pieces(struct cache *cache, const GUID *id, unsigned int seed, uint64_t size)
{
    static const uint64_t places[] = {0, 1, CACHE_BLOCK_SIZE - 1, CACHE_BLOCK_SIZE, 999};
    static uint8_t data[2 * CACHE_BLOCK_SIZE];
    struct cache_reader *reader;

    expect(cache_reader_open(cache, id, &reader), S_OK, "open");
    for (unsigned int i = 0; i < ARRAY_COUNT(places); i++)
        for (size_t length = 1; length <= sizeof(data); length *= 8)
        {
            bool fits = places[i] + length <= size, is_right = true;
            HRESULT hr = cache_reader_read(reader, places[i], data, length);

            expect(hr, fits ? S_OK : ERR_HANDLE_EOF, "read");
            for (size_t j = 0; fits && j < length; j++)
                is_right = is_right && data[j] == cache_test_byte(seed, places[i] + j);
            ok(is_right, "Wrong bytes of size %llu at %llu.\n", (unsigned long long)size,
               (unsigned long long)places[i]);
        }
    expect(cache_reader_read(reader, size, data, 0), S_OK, "read nothing at the end");
    expect(cache_reader_read(reader, size + 1, data, 0), ERR_HANDLE_EOF, "read behind the end");
    expect(cache_reader_read(reader, UINT64_MAX, data, 2), ERR_HANDLE_EOF, "read far behind");
    cache_reader_close(reader);
}

static void test_round_trip(void)
{
    struct cache_report report;
    struct cache *cache = cache_test_open(&report);
    GUID ids[ARRAY_COUNT(sizes)];

    ok(report.is_new && !report.records, "Got new %d, %u.\n", report.is_new, report.records);
    for (unsigned int i = 0; i < ARRAY_COUNT(sizes); i++)
        ids[i] = cache_test_must_add(cache, i, sizes[i]);
    for (unsigned int turn = 0; turn < 2; turn++)
    {
        for (unsigned int i = 0; i < ARRAY_COUNT(sizes); i++)
        {
            cache_test_must_read(cache, &ids[i], i);
            read_pieces(cache, &ids[i], i, sizes[i]);
        }
        cache_close(cache);
        cache = cache_test_open(&report);
        ok(!report.is_new && report.records == ARRAY_COUNT(sizes), "Got new %d, %u.\n",
           report.is_new, report.records);
        ok(!report.lost && !report.strays && !report.aside, "Something was found.\n");
    }
    ok(cache_test_count_files() == ARRAY_COUNT(sizes), "Got %u files.\n", cache_test_count_files());
    cache_close(cache);
}

static void test_values(void)
{
    static const struct cache_range ranges[] = {{700, 300}, {0, 2}};
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = {.url = u"http://Host/a b?c=D#here",
                                    .file_time = 12345 * FILETIME_PER_SECOND + 7,
                                    .file_size = 1000,
                                    .etag = u"\"e\"",
                                    .ranges = ranges,
                                    .range_count = 2};
    filetime_t made = cache_test.now;
    struct cache_record record;
    GUID id;

    expect(cache_test_add(cache, &request, 3, &id), S_OK, "add");
    pass(TEST_DAY);
    cache_test_must_read(cache, &id, 3);
    pass(TEST_DAY);
    for (unsigned int turn = 0; turn < 2; turn++)
    {
        expect(cache_get(cache, &id, &record), S_OK, "get");
        ok(guid_is_equal(&record.id, &id), "Another id.\n");
        ok(str_is_equal(record.url, u"http://Host/a b?c=D"), "Another URL.\n");
        ok(str_is_equal(record.etag, u"\"e\""), "Another tag.\n");
        ok(record.created == made && record.modified == made, "Other times.\n");
        ok(record.accessed == made + TEST_DAY, "Another access.\n");
        ok(record.file_time == request.file_time && record.file_size == 1000, "Another file.\n");
        ok(record.size == 302 && record.range_count == 2, "Other ranges.\n");
        ok(!memcmp(record.ranges, ranges, sizeof(ranges)), "Other ranges.\n");
        ok(!record.is_validated, "It is validated.\n");
        cache_record_done(&record);
        cache_close(cache);
        cache = cache_test_open(NULL);
    }
    expect(cache_get(cache, &unknown, &record), BG_E_NOT_FOUND, "get nothing");
    ok(!record.url, "There is a record.\n");
    cache_close(cache);
}

static void test_refused(void)
{
    static const struct cache_range outside = {0, 11};
    struct cache *cache = cache_test_open(NULL);
    const struct cache_request good = cache_test_request(1, 10);
    WCHAR *text = calloc(CACHE_URL_MAX + 2, sizeof(*text));
    struct cache_request request;
    GUID id;

    for (size_t i = 0; i <= CACHE_URL_MAX; i++)
        text[i] = 'a';
#define EXPECT_REFUSED(hr, ...)                                                                    \
    do                                                                                             \
    {                                                                                              \
        request = good;                                                                            \
        __VA_ARGS__;                                                                               \
        expect(cache_test_add(cache, &request, 1, &id), (hr), #__VA_ARGS__);                       \
    } while (0)
    EXPECT_REFUSED(E_ACCESSDENIED, request.is_private = true);
    EXPECT_REFUSED(E_ACCESSDENIED, request.url = u"http://me:word@host/");
    EXPECT_REFUSED(E_INVALIDARG, request.url = NULL);
    EXPECT_REFUSED(E_INVALIDARG, request.url = u"");
    EXPECT_REFUSED(E_INVALIDARG, request.url = text);
    EXPECT_REFUSED(E_INVALIDARG, request.etag = text);
    EXPECT_REFUSED(E_INVALIDARG, request.file_time = 0);
    EXPECT_REFUSED(E_INVALIDARG, request.file_size = 0);
    EXPECT_REFUSED(E_INVALIDARG, request.ranges = &outside; request.range_count = 1);
    EXPECT_REFUSED(E_INVALIDARG, request.range_count = CACHE_RANGES_MAX + 1;
                   request.ranges = calloc(CACHE_RANGES_MAX + 1, sizeof(outside)));
    free((void *)request.ranges);
#undef EXPECT_REFUSED
    free(text);
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
}

static void test_too_large(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 2 * MIB + 1);
    GUID id;

    shows("PCA-SMCS-8");
    set_limit(cache, 2); /* of 100 MiB */
    expect(cache_test_add(cache, &request, 1, &id), ERR_FILE_TOO_LARGE, "one byte too much");
    ok(!cache_test_count_files(), "There are files.\n");
    request.file_size--;
    expect(cache_test_add(cache, &request, 1, &id), S_OK, "all of the limit");
    set_limit(cache, 0);
    request.file_size = 1;
    expect(cache_test_add(cache, &request, 1, &id), ERR_FILE_TOO_LARGE, "no cache");
    expect_usage(cache, 0, 0, 0);
    cache_close(cache);
}

static void test_unfinished(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 40 * MIB);
    struct cache_writer *writer;
    GUID id;

    expect(cache_writer_begin(cache, &request, &writer), S_OK, "begin");
    expect(cache_writer_put(writer, "abc", 3), S_OK, "put");
    ok(cache_test_count_files() == 1, "Got %u files.\n", cache_test_count_files());
    cache_writer_cancel(writer);
    ok(!cache_test_count_files(), "The file is still there.\n");
    /* Its room was given back. */
    expect(cache_writer_begin(cache, &request, &writer), S_OK, "begin");
    expect(cache_writer_commit(writer, &id), ERR_FILE_INVALID, "too little");

    request.file_size = 3;
    expect(cache_writer_begin(cache, &request, &writer), S_OK, "begin");
    expect(cache_writer_put(writer, "abcd", 4), ERR_FILE_INVALID, "too much");
    expect(cache_writer_put(writer, "abc", 3), E_FAIL, "after a failure");
    expect(cache_writer_commit(writer, &id), E_FAIL, "after a failure");
    ok(guid_is_equal(&id, &(GUID){0}), "There is an id.\n");
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_writer_cancel(NULL);
    cache_close(cache);
}

static bool cancel_at_third(void *ctx)
{
    return ++*(unsigned int *)ctx == 3;
}

/* Its owner goes on with it while it is copied. */
static bool write_more(void *ctx)
{
    if (++*(unsigned int *)ctx == 2)
    {
        WCHAR *path = cache_test_path("source");
        uint8_t *data = calloc(1, 4 * CACHE_BLOCK_SIZE);

        ok(cache_test_write_file(path, data, 4 * CACHE_BLOCK_SIZE), "Not written.\n");
        free(data);
        free(path);
    }
    return false;
}

static void test_add_file(void)
{
    const size_t size = 3 * CACHE_BLOCK_SIZE + 5;
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(9, size);
    WCHAR *path = cache_test_path("source");
    uint8_t *data = malloc(size);
    unsigned int asked = 0;
    GUID id;

    for (size_t i = 0; i < size; i++)
        data[i] = cache_test_byte(9, i);
    ok(cache_test_write_file(path, data, size), "The file was not made.\n");
    expect(cache_add_file(cache, &request, path, cancel_at_third, &asked, &id), E_ABORT, "cancel");
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), S_OK, "add");
    cache_test_must_read(cache, &id, 9);
    ok(cache_test_exists(path), "The file is gone.\n");
    asked = 0;
    expect(cache_add_file(cache, &request, path, write_more, &asked, &id), ERR_FILE_INVALID,
           "changed meanwhile");
    ok(cache_test_write_file(path, data, size), "The file was not made.\n");

    request.file_size++;
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), ERR_FILE_INVALID, "size");
    request.file_size -= 2;
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), ERR_FILE_INVALID, "size");
    cache_test_remove(path);
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), ERR_FILE_NOT_FOUND, "no file");
    expect_usage(cache, 1, size, 0);
    free(data);
    free(path);
    cache_close(cache);
}

static void test_add_part(void)
{
    static const struct cache_range ranges[] = {{100, 20}, {0, 10}};
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(4, 1000);
    WCHAR *path = cache_test_path("source");
    uint8_t data[30];
    GUID id;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = cache_test_byte(4, i);
    ok(cache_test_write_file(path, data, sizeof(data)), "The file was not made.\n");
    request.ranges = ranges;
    request.range_count = 2;
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), S_OK, "add");
    cache_test_must_read(cache, &id, 4);
    request.range_count = 1;
    expect(cache_add_file(cache, &request, path, NULL, NULL, &id), ERR_FILE_INVALID, "size");
    free(path);
    cache_close(cache);
}

/* ---- finding ---- */

static size_t count_found(struct cache *cache, struct cache_query query, size_t max)
{
    struct cache_list list;
    size_t count;

    expect(cache_find(cache, &query, max, &list), S_OK, "find");
    count = list.count;
    cache_list_free(&list);
    return count;
}

static void test_find(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 10);
    const filetime_t time = request.file_time - request.file_time % FILETIME_PER_SECOND;
    struct cache_query query = {.url = u"HTTP://hOST/file-1#x", .file_time = time};
    GUID id;

    request.file_time = time + FILETIME_PER_SECOND - 1;
    expect(cache_test_add(cache, &request, 1, &id), S_OK, "add");
    ok(count_found(cache, query, 5) == 1, "Parts of a second count.\n");
    query.file_time = time - 1;
    ok(!count_found(cache, query, 5), "A second does not count.\n");
    query.file_time = 0;
    ok(!count_found(cache, query, 5), "No time fits.\n");
    query.file_time = time;
    query.url = u"http://host/FILE-1";
    ok(!count_found(cache, query, 5), "Case of the path does not count.\n");
    query.url = NULL;
    ok(!count_found(cache, query, 5), "No URL fits.\n");
    query.url = u"http://host/file-1";
    query.has_size = true;
    query.file_size = 10;
    ok(count_found(cache, query, 5) == 1, "The size does not fit.\n");
    query.file_size = 11;
    ok(!count_found(cache, query, 5), "Another size fits.\n");
    query.has_size = false;
    query.etag = u"x";
    ok(!count_found(cache, query, 5), "No tag fits a tag.\n");

    request.etag = u"x";
    request.is_validated = false;
    request.file_size = 20;
    expect(cache_test_add(cache, &request, 1, &id), S_OK, "add");
    ok(count_found(cache, query, 5) == 1, "The tag does not fit.\n");
    query.etag = u"X";
    ok(!count_found(cache, query, 5), "Another tag fits.\n");
    query.etag = NULL;
    ok(count_found(cache, query, 5) == 2, "Not both are found.\n");
    ok(count_found(cache, query, 1) == 1, "Too many are found.\n");
    ok(!count_found(cache, query, 0), "Too many are found.\n");
    query.is_validated_only = true;
    ok(count_found(cache, query, 5) == 1, "Not the validated one is found.\n");
    cache_close(cache);
}

static void test_enumeration(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_list list;
    GUID ids[3];

    expect(cache_enumerate(cache, &list), S_OK, "enumerate");
    ok(!list.count, "Got %zu.\n", list.count);
    for (unsigned int i = 0; i < 3; i++)
        ids[i] = cache_test_must_add(cache, i, 10);
    expect(cache_enumerate(cache, &list), S_OK, "enumerate");
    expect(cache_clear(cache), S_OK, "clear");
    ok(list.count == 3, "Got %zu.\n", list.count);
    for (unsigned int i = 0; i < list.count; i++)
    {
        WCHAR *url = cache_test_url(i);

        ok(guid_is_equal(&list.records[i].id, &ids[i]), "Another record.\n");
        ok(str_is_equal(list.records[i].url, url), "Another URL.\n");
        free(url);
    }
    cache_list_free(&list);
    cache_close(cache);
}

/* ---- deleting ---- */

static void test_delete(void)
{
    struct cache *cache = cache_test_open(NULL);
    GUID ids[3];

    for (unsigned int i = 0; i < 3; i++)
        ids[i] = cache_test_must_add(cache, i, 10);
    expect(cache_delete(cache, &ids[1]), S_OK, "delete");
    expect(cache_delete(cache, &ids[1]), BG_E_NOT_FOUND, "delete again");
    expect_usage(cache, 2, 20, 0);
    ok(cache_test_count_files() == 2, "Got %u files.\n", cache_test_count_files());
    cache_close(cache);
    cache = cache_test_open(NULL);
    expect_usage(cache, 2, 20, 0);
    ok(cache_test_has(cache, &ids[0]) && !cache_test_has(cache, &ids[1]), "Another one went.\n");

    expect(cache_clear(cache), S_OK, "clear");
    expect(cache_clear(cache), S_OK, "clear again");
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
}

static void test_delete_url(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 10);
    struct cache_reader *reader;
    GUID ids[2], other;

    expect(cache_test_add(cache, &request, 1, &ids[0]), S_OK, "add");
    request.file_time += TEST_DAY;
    expect(cache_test_add(cache, &request, 1, &ids[1]), S_OK, "add");
    other = cache_test_must_add(cache, 2, 10);
    expect(cache_delete_url(cache, NULL), E_INVALIDARG, "no URL");
    expect(cache_delete_url(cache, u""), S_FALSE, "empty URL");
    expect(cache_delete_url(cache, u"http://host/file-3"), S_FALSE, "unknown URL");

    expect(cache_reader_open(cache, &ids[1], &reader), S_OK, "open");
    expect(cache_delete_url(cache, u"http://host/file-1"), BG_E_BUSYCACHERECORD, "busy");
    expect_usage(cache, 3, 30, 0);
    cache_reader_close(reader);
    expect(cache_delete_url(cache, u"http://HOST/file-1#x"), S_OK, "delete");
    expect(cache_delete_url(cache, u"http://host/file-1"), S_FALSE, "delete again");
    expect_usage(cache, 1, 10, 0);
    ok(cache_test_has(cache, &other), "Another one went.\n");
    cache_close(cache);
}

static void test_busy(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_reader *readers[2];
    GUID id = cache_test_must_add(cache, 1, MIB);
    uint8_t byte;

    withstands("F17");
    for (unsigned int i = 0; i < 2; i++)
        expect(cache_reader_open(cache, &id, &readers[i]), S_OK, "open");
    expect(cache_delete(cache, &id), BG_E_BUSYCACHERECORD, "busy");
    ok(cache_test_has(cache, &id), "It went.\n");

    expect(cache_clear(cache), S_OK, "clear");
    expect_usage(cache, 0, 0, MIB);
    ok(!cache_test_has(cache, &id), "It is still there.\n");
    expect(cache_delete(cache, &id), BG_E_NOT_FOUND, "delete");
    ok(cache_test_count_files() == 1, "The content went under a reader.\n");
    for (unsigned int i = 0; i < 2; i++)
    {
        expect(cache_reader_read(readers[1], MIB - 1 - i, &byte, 1), S_OK, "read");
        ok(byte == cache_test_byte(1, MIB - 1 - i), "Another byte.\n");
        cache_reader_close(readers[i]);
    }
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "The content is still there.\n");
    cache_close(cache);
}

/* ---- limits ---- */

static void test_least_recently_used(void)
{
    struct cache *cache = cache_test_open(NULL);
    GUID ids[6];

    withstands("F16");
    shows("PCA-SMCS-5");
    shows("PCA-SMCS-6");
    shows("PCA-SMCS-7");
    set_limit(cache, 5);
    for (unsigned int i = 0; i < 5; i++)
        ids[i] = cache_test_must_add(cache, i, MIB);
    expect_usage(cache, 5, 5 * MIB, 0);
    /* From here on the oldest are 2, 3, 4, 1, 0. */
    cache_test_must_read(cache, &ids[1], 1);
    cache_touch(cache, &ids[0]);
    cache_touch(cache, &unknown);
    ids[5] = cache_test_must_add(cache, 5, MIB + 1);
    ok(!cache_test_has(cache, &ids[2]) && !cache_test_has(cache, &ids[3]), "They stayed.\n");
    ok(cache_test_has(cache, &ids[4]), "Too much went.\n");
    cache_close(cache);

    /* The order is kept; the limit of the start counts. */
    cache_test.limits.percent = 3;
    cache = cache_test_open(NULL);
    expect_usage(cache, 2, 2 * MIB + 1, 0);
    ok(cache_test_has(cache, &ids[0]) && cache_test_has(cache, &ids[5]), "The order is wrong.\n");
    set_limit(cache, 2);
    ok(!cache_test_has(cache, &ids[0]) && cache_test_has(cache, &ids[5]), "The order is wrong.\n");
    set_limit(cache, 1);
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
}

static void test_shrink_under_reader(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_reader *reader;
    GUID ids[2];

    withstands("F16");
    shows("PCA-SMCS-14");
    for (unsigned int i = 0; i < 2; i++)
        ids[i] = cache_test_must_add(cache, i, MIB);
    expect(cache_reader_open(cache, &ids[0], &reader), S_OK, "open");
    set_limit(cache, 1);
    expect_usage(cache, 1, MIB, 0);
    ok(cache_test_has(cache, &ids[0]), "The one that was used last went.\n");
    set_limit(cache, 0);
    expect_usage(cache, 0, 0, MIB);
    ok(cache_test_count_files() == 1, "Got %u files.\n", cache_test_count_files());
    cache_reader_close(reader);
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    set_limit(cache, 1);
    cache_test_must_add(cache, 2, MIB);
    cache_close(cache);
}

/* What is read is no room for something new, and nothing goes in vain. */
static void test_no_room(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(9, 2 * MIB);
    struct cache_writer *writer;
    struct cache_reader *reader;
    GUID ids[3], id;

    withstands("F16");
    set_limit(cache, 3);
    for (unsigned int i = 0; i < 3; i++)
        ids[i] = cache_test_must_add(cache, i, MIB);
    expect(cache_reader_open(cache, &ids[0], &reader), S_OK, "open");
    for (unsigned int i = 1; i < 3; i++)
        cache_touch(cache, &ids[i]);
    request.file_size = 2 * MIB + 1;
    expect(cache_test_add(cache, &request, 9, &id), ERR_DISK_FULL, "no room");
    expect_usage(cache, 3, 3 * MIB, 0);
    request.file_size = 2 * MIB;
    expect(cache_test_add(cache, &request, 9, &id), S_OK, "room");
    expect_usage(cache, 2, 3 * MIB, 0);
    ok(cache_test_has(cache, &ids[0]), "What is read went.\n");
    cache_reader_close(reader);

    /* Two at once share the limit; the limit falls under a writer. */
    request.file_size = 2 * MIB;
    request.file_time += TEST_DAY;
    expect(cache_writer_begin(cache, &request, &writer), S_OK, "begin");
    expect(cache_test_add(cache, &request, 9, &id), ERR_DISK_FULL, "no room for two");
    set_limit(cache, 1);
    for (unsigned int i = 0; i < 2; i++)
    {
        uint8_t *data = calloc(1, MIB);

        expect(cache_writer_put(writer, data, MIB), S_OK, "put");
        free(data);
    }
    expect(cache_writer_commit(writer, &id), ERR_FILE_TOO_LARGE, "the limit fell");
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
}

/* A limit takes no space; and where the disk has none the limit gives none. */
static void test_no_reservation(void)
{
    struct cache_request request = cache_test_request(2, MIB);
    struct cache *cache = cache_test_open(NULL);
    GUID id;

    shows("PCA-SMCS-10");
    set_limit(cache, 100);
    ok(!cache_test_count_files(), "There are files.\n");
    expect_usage(cache, 0, 0, 0);
    cache_test_must_add(cache, 1, MIB);
    ok(cache_test_count_files() == 1, "There are %u files.\n", cache_test_count_files());
    expect_usage(cache, 1, MIB, 0);

    cache_test.fail_with = ERR_DISK_FULL;
    cache_test.fail_count = UINT32_MAX;
    cache_test.fail_from = cache_test.calls + 1;
    expect(cache_test_add(cache, &request, 2, &id), ERR_DISK_FULL, "a full disk");
    cache_test.fail_from = 0;
    expect_usage(cache, 1, MIB, 0);
    cache_close(cache);
}

static void test_size_of_disk(void)
{
    struct cache_limits limits = {101, 0};
    struct cache *cache = cache_test_open(NULL);
    struct cache_usage usage;

    cache_test_must_add(cache, 1, MIB);
    expect(cache_set_limits(cache, &limits), E_INVALIDARG, "101 percent");
    limits.percent = 1;
    cache_test.fail_from = cache_test.calls + 1;
    expect(cache_set_limits(cache, &limits), ERR_IO_DEVICE, "no size");
    cache_get_usage(cache, &usage);
    ok(usage.records == 1 && usage.limit == 50 * MIB, "Got limit %llu.\n",
       (unsigned long long)usage.limit);
    cache_test.disk_size = UINT64_MAX;
    limits.percent = 100;
    expect(cache_set_limits(cache, &limits), S_OK, "the largest disk");
    cache_get_usage(cache, &usage);
    ok(usage.limit == UINT64_MAX, "Got limit %llu.\n", (unsigned long long)usage.limit);
    cache_test.disk_size = 199;
    limits.percent = 1;
    expect(cache_set_limits(cache, &limits), S_OK, "the smallest disk");
    cache_get_usage(cache, &usage);
    ok(usage.limit == 1, "Got limit %llu.\n", (unsigned long long)usage.limit);
    cache_close(cache);
}

static void test_system_disk(void)
{
    struct cache *cache = cache_test_open(NULL);
    uint64_t bytes = 0;

    expect(cache_disk_system.get_size(NULL, cache_test_folder(), &bytes), S_OK, "size");
    ok(bytes > 64 * MIB && bytes < UINT64_MAX / 2, "Got %llu.\n", (unsigned long long)bytes);
    cache_close(cache);
}

static void test_age(void)
{
    struct cache_limits limits = {50, 2 * 86400};
    struct cache *cache = cache_test_open(NULL);
    struct cache_reader *reader;
    GUID ids[4];

    withstands("F16");
    shows("PCA-GMCA-2");
    shows("PCA-SMCA-4");
    shows("PCM-27");
    expect(cache_set_limits(cache, &limits), S_OK, "limits");
    for (unsigned int i = 0; i < 4; i++)
        ids[i] = cache_test_must_add(cache, i, 10);
    pass(TEST_DAY);
    cache_test_must_read(cache, &ids[1], 1);
    expect(cache_reader_open(cache, &ids[0], &reader), S_OK, "open");
    cache_touch(cache, &ids[2]);
    pass(TEST_DAY);
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 4, 40, 0);
    pass(1);
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 3, 30, 0);
    ok(!cache_test_has(cache, &ids[3]), "The oldest stayed.\n");
    pass(TEST_DAY);
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 0, 0, 10);
    cache_reader_close(reader);
    expect_usage(cache, 0, 0, 0);

    /* A shorter age counts at once, and at a start. */
    ids[0] = cache_test_must_add(cache, 0, 10);
    pass(TEST_DAY + 1);
    ids[1] = cache_test_must_add(cache, 1, 10);
    limits.max_age = 86400;
    expect(cache_set_limits(cache, &limits), S_OK, "limits");
    expect_usage(cache, 1, 10, 0);
    cache_close(cache);
    cache_test.limits = limits;
    pass(TEST_DAY + 1);
    cache = cache_test_open(NULL);
    expect_usage(cache, 0, 0, 0);
    ok(!cache_test_count_files(), "There are files.\n");
    cache_close(cache);
}

/* The date was wrong for a while. */
static void test_clock_put_back(void)
{
    struct cache_limits limits = {50, 86400};
    struct cache *cache = cache_test_open(NULL);

    expect(cache_set_limits(cache, &limits), S_OK, "limits");
    pass(1000 * TEST_DAY);
    cache_test_must_add(cache, 0, 10);
    cache_test_must_add(cache, 1, 10);
    cache_test.now -= 1000 * TEST_DAY;
    cache_test_must_add(cache, 2, 10);
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 3, 30, 0);
    cache_close(cache);
    cache = cache_test_open(NULL);
    expect(cache_set_limits(cache, &limits), S_OK, "limits");
    expect_usage(cache, 3, 30, 0);
    pass(TEST_DAY + 1);
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 0, 0, 0);
    cache_close(cache);
}

/* More of them than are written at once. */
static void test_accesses_kept(void)
{
    struct cache *cache = cache_test_open(NULL);
    GUID ids[300];

    for (unsigned int i = 0; i < ARRAY_COUNT(ids); i++)
        ids[i] = cache_test_must_add(cache, i, 1);
    pass(TEST_DAY);
    for (unsigned int i = ARRAY_COUNT(ids); i--;)
        cache_touch(cache, &ids[i]);
    expect(cache_maintain(cache), S_OK, "maintain");
    cache_close(cache);
    cache = cache_test_open(NULL);
    for (unsigned int i = 0; i < ARRAY_COUNT(ids); i++)
    {
        struct cache_record record;

        expect(cache_get(cache, &ids[i], &record), S_OK, "get");
        ok(record.accessed == cache_test.now, "Record %u has another time.\n", i);
        cache_record_done(&record);
    }
    cache_close(cache);
}

/* ---- validation and replacement ---- */

static void test_validation(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 10);
    filetime_t made = cache_test.now;
    struct cache_record record;
    GUID id;

    request.is_validated = false;
    expect(cache_test_add(cache, &request, 1, &id), S_OK, "add");
    pass(TEST_DAY);
    expect(cache_set_validated(cache, &id, true), S_OK, "validate");
    expect(cache_set_validated(cache, &id, true), S_OK, "validate again");
    for (unsigned int turn = 0; turn < 2; turn++)
    {
        expect(cache_get(cache, &id, &record), S_OK, "get");
        ok(record.is_validated, "It is not validated.\n");
        ok(record.created == made && record.modified == made + TEST_DAY, "Other times.\n");
        cache_record_done(&record);
        cache_close(cache);
        cache = cache_test_open(NULL);
    }
    cache_test_must_read(cache, &id, 1);

    expect(cache_delete(cache, &id), S_OK, "delete");
    expect(cache_set_validated(cache, &id, true), BG_E_RECORD_DELETED, "validate a deleted one");
    cache_close(cache);
}

static GUID add_numbered(struct cache *cache, unsigned int seed, uint64_t size)
{
    struct cache_request request = cache_test_request(seed, size);
    GUID id;

    expect(cache_test_add(cache, &request, 1, &id), S_OK, "add");
    return id;
}

static bool was_deleted(struct cache *cache, unsigned int seed, uint64_t size)
{
    struct cache_request request = cache_test_request(seed, size);
    const struct cache_query query = {
        .url = request.url, .file_time = request.file_time, .file_size = size};

    return cache_was_deleted(cache, &query);
}

static void test_deleted(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request;
    GUID id = add_numbered(cache, 1, 10);

    ok(!was_deleted(cache, 1, 10), "It is there.\n");
    expect(cache_delete(cache, &id), S_OK, "delete");
    ok(was_deleted(cache, 1, 10), "Nobody knows.\n");
    ok(!was_deleted(cache, 1, 11) && !was_deleted(cache, 2, 10), "These were never there.\n");
    add_numbered(cache, 1, 10);
    ok(!was_deleted(cache, 1, 10), "It has come back.\n");

    add_numbered(cache, 2, 10);
    request = cache_test_request(2, 10);
    expect(cache_delete_url(cache, request.url), S_OK, "delete");
    ok(was_deleted(cache, 2, 10), "Nobody knows.\n");

    add_numbered(cache, 3, 10);
    expect(cache_clear(cache), S_OK, "clear");
    ok(was_deleted(cache, 1, 10) && was_deleted(cache, 3, 10), "Nobody knows.\n");
    for (unsigned int i = 0; i < 1024; i++)
    {
        id = add_numbered(cache, 4, 11 + i);
        expect(cache_delete(cache, &id), S_OK, "delete");
    }
    ok(!was_deleted(cache, 1, 10), "It is not forgotten.\n");
    cache_close(cache);
}

static void test_replacement(void)
{
    static const struct cache_range part = {0, 5};
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(1, 10);
    struct cache_reader *reader;
    GUID first, second, third, ranged;

    expect(cache_test_add(cache, &request, 1, &first), S_OK, "add");
    request.is_validated = false;
    expect(cache_test_add(cache, &request, 2, &second), S_OK, "add");
    ok(cache_test_has(cache, &first), "A validated one gave way.\n");
    expect(cache_test_add(cache, &request, 3, &third), S_OK, "add");
    ok(cache_test_has(cache, &first) && !cache_test_has(cache, &second), "Another one went.\n");
    request.ranges = &part;
    request.range_count = 1;
    expect(cache_test_add(cache, &request, 1, &ranged), S_OK, "add");
    expect_usage(cache, 3, 25, 0);

    expect(cache_reader_open(cache, &first, &reader), S_OK, "open");
    expect(cache_set_validated(cache, &third, true), S_OK, "validate");
    ok(!cache_test_has(cache, &first) && cache_test_has(cache, &ranged), "Another one went.\n");
    expect_usage(cache, 2, 15, 10);
    cache_reader_close(reader);
    cache_test_must_read(cache, &third, 3);
    expect_usage(cache, 2, 15, 0);
    cache_close(cache);
}

static void test_in_use(void)
{
    struct cache *cache = cache_test_open(NULL), *other;
    GUID id = cache_test_must_add(cache, 1, 10);

    expect(cache_test_try_open(&other, NULL), ERR_SHARING_VIOLATION, "open twice");
    ok(!other, "There is a second cache.\n");
    cache_test_must_read(cache, &id, 1);
    cache_close(cache);
    cache_close(NULL);
}

static void run(void (*test)(void))
{
    cache_test_begin();
    test();
    cache_test_end();
}

#define TEST(name)                                                                                 \
    static void in_folder_##name(void)                                                             \
    {                                                                                              \
        run(test_##name);                                                                          \
    }

TEST(round_trip)
TEST(values)
TEST(refused)
TEST(too_large)
TEST(unfinished)
TEST(add_file)
TEST(add_part)
TEST(find)
TEST(enumeration)
TEST(delete)
TEST(delete_url)
TEST(busy)
TEST(least_recently_used)
TEST(shrink_under_reader)
TEST(no_room)
TEST(no_reservation)
TEST(size_of_disk)
TEST(system_disk)
TEST(age)
TEST(clock_put_back)
TEST(accesses_kept)
TEST(validation)
TEST(deleted)
TEST(replacement)
TEST(in_use)

START_TEST(cache)
{
    RUN_TEST(in_folder_round_trip);
    RUN_TEST(in_folder_values);
    RUN_TEST(in_folder_refused);
    RUN_TEST(in_folder_too_large);
    RUN_TEST(in_folder_unfinished);
    RUN_TEST(in_folder_add_file);
    RUN_TEST(in_folder_add_part);
    RUN_TEST(in_folder_find);
    RUN_TEST(in_folder_enumeration);
    RUN_TEST(in_folder_delete);
    RUN_TEST(in_folder_delete_url);
    RUN_TEST(in_folder_busy);
    RUN_TEST(in_folder_least_recently_used);
    RUN_TEST(in_folder_shrink_under_reader);
    RUN_TEST(in_folder_no_room);
    RUN_TEST(in_folder_no_reservation);
    RUN_TEST(in_folder_size_of_disk);
    RUN_TEST(in_folder_system_disk);
    RUN_TEST(in_folder_age);
    RUN_TEST(in_folder_clock_put_back);
    RUN_TEST(in_folder_accesses_kept);
    RUN_TEST(in_folder_validation);
    RUN_TEST(in_folder_deleted);
    RUN_TEST(in_folder_replacement);
    RUN_TEST(in_folder_in_use);
}
