/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/cache where somebody or something else changed the files, and where the disk fails. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "cache/cache_content.h"
#include "harness/cache_fixture.h"
#include "harness/fault_vfs.h"

#ifndef _WIN32
#include <sys/stat.h>
#include <unistd.h>
#endif

#define SIZE (2 * CACHE_BLOCK_SIZE + 100)

static void expect(HRESULT hr, HRESULT expected, const char *what)
{
    ok(hr == expected, "%s: got hr %#lx, expected %#lx.\n", what, (unsigned long)hr,
       (unsigned long)expected);
}

static void expect_usage(struct cache *cache, uint32_t records, uint64_t held)
{
    struct cache_usage usage;

    cache_get_usage(cache, &usage);
    ok(usage.records == records && usage.held == held, "Got %u records, %llu held.\n",
       (unsigned int)usage.records, (unsigned long long)usage.held);
}

/* ---- what is logged ---- */

static char last_line[LOG_LINE_MAX];

static void keep_line(const char *line)
{
    strcpy(last_line, line);
}

static void expect_line(const char *text)
{
    ok(strstr(last_line, text) != NULL, "Not \"%s\" but: %s\n", text, last_line);
    last_line[0] = 0;
}

/* ---- content ---- */

static void test_changed_byte(void)
{
    static const uint64_t places[] = {0, CACHE_BLOCK_SIZE, SIZE - 1, SIZE, SIZE + 11};
    static uint8_t data[SIZE];

    withstands("F12");
    for (unsigned int i = 0; i < ARRAY_COUNT(places); i++)
    {
        struct cache *cache = cache_test_open(NULL);
        GUID id = cache_test_must_add(cache, i, SIZE);
        WCHAR *path = cache_test_content(&id);
        struct cache_reader *reader;
        HRESULT hr;

        ok(cache_test_flip(path, places[i]), "The content was not changed.\n");
        hr = cache_reader_open(cache, &id, &reader);
        if (places[i] < SIZE)
        {
            expect(hr, S_OK, "open");
            hr = cache_reader_read(reader, 0, data, SIZE);
            expect(hr, ERR_CRC, "read");
            expect(cache_reader_read(reader, places[i], data, 1), ERR_CRC, "read again");
            cache_reader_close(reader);
        }
        else
            expect(hr, BG_E_NOT_FOUND, "open"); /* the sums themselves */
        expect_line("not what it was");
        expect_usage(cache, 0, 0);
        ok(!cache_test_exists(path), "The content is still there.\n");
        free(path);
        cache_close(cache);
    }
}

static void spoil(const WCHAR *path, unsigned int how)
{
    switch (how)
    {
    case 0:
        cache_test_remove(path);
        break;
    case 1:
        ok(cache_test_cut(path, SIZE), "The content was not cut.\n");
        break;
    case 2:
        ok(cache_test_write_file(path, "", 0), "The content was not emptied.\n");
        break;
#ifndef _WIN32
    case 3: /* a link to a file that is just like it */
    {
        char *name = str_to_utf8(path), other[400];

        snprintf(other, sizeof(other), "%s.other", name);
        ok(!rename(name, other) && !symlink(other, name), "No link was made.\n");
        free(name);
        break;
    }
    case 4:
    {
        char *name = str_to_utf8(path);

        ok(!unlink(name) && !mkfifo(name, 0600), "No pipe was made.\n");
        free(name);
        break;
    }
#endif
    }
}

#ifdef _WIN32
#define SPOILS 3
#else
#define SPOILS 5
#endif

static void test_spoilt_content(void)
{
    withstands("F12");
    for (unsigned int how = 0; how < SPOILS; how++)
    {
        struct cache *cache = cache_test_open(NULL);
        GUID id = cache_test_must_add(cache, how, SIZE), other;
        struct cache_reader *reader;
        struct cache_report report;
        WCHAR *path = cache_test_content(&id);

        /* While it is open ... */
        spoil(path, how);
        expect(cache_reader_open(cache, &id, &reader), BG_E_NOT_FOUND, "open");
        ok(!reader, "There is a reader.\n");
        expect_usage(cache, 0, 0);
        free(path);

        /* ... and while it is closed. */
        id = cache_test_must_add(cache, how, SIZE);
        other = cache_test_must_add(cache, 77, SIZE);
        path = cache_test_content(&id);
        cache_close(cache);
        spoil(path, how);
        cache = cache_test_open(&report);
        ok(report.records == 1 && report.lost == 1, "Got %u records, %u lost.\n", report.records,
           report.lost);
        cache_test_must_read(cache, &other, 77);
        ok(!cache_test_has(cache, &id), "It is still there.\n");
        ok(!cache_test_exists(path), "The content is still there.\n");
        free(path);
        cache_close(cache);
        cache_test_end();
    }
}

/* A file that shrinks after it was opened. */
static void test_cut_under_reader(void)
{
    static uint8_t data[SIZE];
    struct cache *cache = cache_test_open(NULL);
    GUID id = cache_test_must_add(cache, 1, SIZE);
    WCHAR *path = cache_test_content(&id);
    struct cache_reader *reader;

    withstands("F12");
    expect(cache_reader_open(cache, &id, &reader), S_OK, "open");
    expect(cache_reader_read(reader, 0, data, 10), S_OK, "read");
    ok(cache_test_cut(path, CACHE_BLOCK_SIZE), "The content was not cut.\n");
    expect(cache_reader_read(reader, 0, data, SIZE), ERR_CRC, "read on");
    expect_usage(cache, 0, SIZE);
    cache_reader_close(reader);
    expect_usage(cache, 0, 0);
    free(path);
    cache_close(cache);
}

static void test_strays(void)
{
    static const char *const ours[] = {
        "files/00000000-0000-0000-0000-000000000001.bin",
        "files/00000000-0000-0000-0000-000000000001.tmp",
        "files/abcdefAB-0000-0000-0000-000000000001.bin",
    };
    static const char *const others[] = {
        "files/00000000-0000-0000-0000-00000000000x.bin",
        "files/00000000-0000-0000-0000-000000000001.txt",
        "files/00000000-0000-0000-0000-000000000001.bin2",
        "files/readme",
        "00000000-0000-0000-0000-000000000001.bin",
    };
    struct cache *cache = cache_test_open(NULL);
    GUID id = cache_test_must_add(cache, 1, SIZE);
    struct cache_report report;
    WCHAR *path;

    cache_close(cache);
    for (unsigned int i = 0; i < ARRAY_COUNT(ours); i++)
    {
        ok(cache_test_write_file(path = cache_test_path(ours[i]), "x", 1), "No file %u.\n", i);
        free(path);
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(others); i++)
    {
        ok(cache_test_write_file(path = cache_test_path(others[i]), "x", 1), "No file %u.\n", i);
        free(path);
    }
    cache = cache_test_open(&report);
    ok(report.strays == ARRAY_COUNT(ours) && !report.lost, "Got %u strays, %u lost.\n",
       report.strays, report.lost);
    for (unsigned int i = 0; i < ARRAY_COUNT(ours); i++)
    {
        ok(!cache_test_exists(path = cache_test_path(ours[i])), "File %u stayed.\n", i);
        free(path);
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(others); i++)
    {
        ok(cache_test_exists(path = cache_test_path(others[i])), "File %u went.\n", i);
        free(path);
    }
    cache_test_must_read(cache, &id, 1);
    cache_close(cache);
}

/* ---- the index ---- */

static bool aside_exists(unsigned int number, const char *ending)
{
    char name[64];
    WCHAR *path;
    bool answer;

    snprintf(name, sizeof(name), "index.db.damaged-%u%s", number, ending);
    answer = cache_test_exists(path = cache_test_path(name));
    free(path);
    return answer;
}

static void test_damaged_index(void)
{
    struct cache_report report;

    for (unsigned int i = 1; i <= 3; i++)
    {
        struct cache *cache = cache_test_open(NULL);
        WCHAR *path = cache_test_path("index.db");

        cache_test_must_add(cache, i, SIZE);
        cache_close(cache);
        if (i == 1)
            ok(cache_test_write_file(path, "this is no database at all", 26), "Not written.\n");
        else if (i == 2)
            ok(cache_test_flip(path, 0), "Not changed.\n");
        else /* for a writer of the format that nobody knows */
            ok(cache_test_flip(path, 18), "Not changed.\n");
        free(path);

        cache = cache_test_open(&report);
        ok(report.aside == i && !report.records, "Got number %u, %u records.\n", report.aside,
           report.records);
        ok(report.strays == (i == 1 ? 1 : 2), "Got %u strays.\n", report.strays);
        ok(!cache_test_count_files(), "The content stayed.\n");
        ok(aside_exists(i, ""), "The index is not kept.\n");
        cache_test_must_add(cache, 9, SIZE);
        cache_close(cache);
    }
    ok(aside_exists(1, "") && aside_exists(2, ""), "An older one is gone.\n");
}

/* Wherever a byte is changed: the cache opens, and what it gives is right. */
static void test_flipped_bytes(void)
{
    enum
    {
        RECORDS = 12
    };
    unsigned int whole = 0, aside = 0;

    for (unsigned int step = 0; step < 40; step++)
    {
        struct cache *cache = cache_test_open(NULL);
        WCHAR *path = cache_test_path("index.db");
        struct cache_report report;
        struct cache_list list;
        uint64_t place = step * 509 % 16384;

        for (unsigned int i = 0; i < RECORDS; i++)
            cache_test_must_add(cache, i, 50 + i);
        cache_close(cache);
        cache_test_flip(path, place);
        free(path);

        cache = cache_test_open(&report);
        expect(cache_enumerate(cache, &list), S_OK, "enumerate");
        ok(list.count == report.records, "Got %zu records.\n", list.count);
        ok(cache_test_count_files() == list.count, "Got %u files.\n", cache_test_count_files());
        for (size_t i = 0; i < list.count; i++)
            cache_test_must_read(cache, &list.records[i].id,
                                 (unsigned int)list.records[i].file_size - 50);
        if (report.aside)
            aside++;
        else
            whole += list.count == RECORDS;
        ok(report.aside || list.count == RECORDS, "At %llu: records are lost unseen.\n",
           (unsigned long long)place);
        cache_list_free(&list);
        cache_close(cache);
        cache_test_end();
    }
    ok(whole && aside, "Got %u times no harm, %u times damage.\n", whole, aside);
}

/* A folder in the place of a file is nothing of ours: it is let alone, and so is the content. */
static void test_folder_for_file(void)
{
    struct cache *cache = cache_test_open(NULL), *other;
    GUID id = cache_test_must_add(cache, 1, SIZE);
    WCHAR *index = cache_test_path("index.db"), *moved = cache_test_path("moved.db");
    WCHAR *content = cache_test_content(&id);
    struct cache_report report;

    cache_close(cache);
    expect(cache_disk_system.move(NULL, index, moved), S_OK, "move");
    expect(cache_disk_system.make_folder(NULL, index), S_OK, "folder");
    ok(FAILED(cache_test_try_open(&other, NULL)) && !other, "There is a cache.\n");
    ok(cache_test_count_files() == 1, "The content is gone.\n");
    expect(cache_disk_system.move(NULL, index, content), ERR_FILE_EXISTS, "move over content");

    cache_test_remove(content);
    expect(cache_disk_system.move(NULL, index, content), S_OK, "move");
    expect(cache_disk_system.move(NULL, moved, index), S_OK, "move");
    cache = cache_test_open(&report);
    ok(!report.records && report.lost == 1, "Got %u records, %u lost.\n", report.records,
       report.lost);
    cache_close(cache);
    cache = cache_test_open(&report);
    ok(!report.lost && !report.strays, "Got %u lost, %u strays.\n", report.lost, report.strays);
    cache_close(cache);
    free(index);
    free(moved);
    free(content);
}

/* A kill between the two renames: the log belongs to what was set aside. */
static void test_log_left_behind(void)
{
    struct cache *cache = cache_test_open(NULL);
    struct cache_report report;
    WCHAR *path;

    cache_close(cache);
    path = cache_test_path("index.db");
    cache_test_remove(path);
    free(path);
    ok(cache_test_write_file(path = cache_test_path("index.db.damaged-1"), "x", 1), "No file.\n");
    free(path);
    ok(cache_test_write_file(path = cache_test_path("index.db-wal"), "log", 3), "No file.\n");
    free(path);
    cache = cache_test_open(&report);
    ok(report.is_new && !report.aside, "Got new %d, number %u.\n", report.is_new, report.aside);
    ok(aside_exists(1, "-wal"), "The log is gone.\n");
    cache_close(cache);
}

/* ---- the disk ---- */

static void expect_consistent(unsigned int round)
{
    struct cache_list list;
    struct cache *cache;

    cache_test.fail_from = 0;
    cache = cache_test_open(NULL);
    expect(cache_enumerate(cache, &list), S_OK, "enumerate");
    ok(cache_test_count_files() == list.count, "Round %u: %u files, %zu records.\n", round,
       cache_test_count_files(), list.count);
    for (size_t i = 0; i < list.count; i++)
        cache_test_must_read(cache, &list.records[i].id, 1);
    cache_list_free(&list);
    cache_close(cache);
}

/* Every call of the disk fails once, and then all from there on. */
static void test_failing_adds(void)
{
    struct cache_request request = cache_test_request(1, SIZE);

    for (unsigned int rest = 0; rest < 2; rest++)
    {
        HRESULT hr = E_FAIL;
        unsigned int round;

        for (round = 1; FAILED(hr) && round < 100; round++)
        {
            struct cache *cache = cache_test_open(NULL);
            struct cache_usage usage;
            GUID id;

            cache_test.fail_from = cache_test.calls + round;
            cache_test.fail_count = rest ? UINT32_MAX : 1;
            cache_test.fail_with = ERR_DISK_FULL;
            hr = cache_test_add(cache, &request, 1, &id);
            if (FAILED(hr)) expect(hr, ERR_DISK_FULL, "add");
            ok(rest || cache_test_count_files() == SUCCEEDED(hr), "Round %u: got %u files.\n",
               round, cache_test_count_files());
            ok(SUCCEEDED(hr) == cache_test_has(cache, &id), "Round %u: %#lx.\n", round,
               (unsigned long)hr);
            cache_test.fail_from = 0;
            cache_get_usage(cache, &usage);
            ok(usage.records == SUCCEEDED(hr) && !usage.held, "Round %u: got %u records.\n", round,
               (unsigned int)usage.records);
            cache_close(cache);
            expect_consistent(round);
        }
        ok(hr == S_OK && round > 5, "Got hr %#lx after %u rounds.\n", (unsigned long)hr, round);
        cache_test_end();
    }
}

/* Content that cannot be removed now is removed later, and counts until then. */
static void test_failing_removal(void)
{
    struct cache_limits limits = {3, 0};
    struct cache *cache = cache_test_open(NULL);
    struct cache_request request = cache_test_request(3, 2 << 20);
    GUID id = cache_test_must_add(cache, 1, 2 << 20);

    expect(cache_set_limits(cache, &limits), S_OK, "limits");
    cache_test.fail_from = cache_test.calls + 1;
    cache_test.fail_count = UINT32_MAX;
    cache_test.fail_with = ERR_SHARING_VIOLATION;
    expect(cache_delete(cache, &id), S_OK, "delete");
    expect_usage(cache, 0, 2 << 20);
    ok(cache_test_count_files() == 1, "Got %u files.\n", cache_test_count_files());
    expect(cache_test_add(cache, &request, 3, &id), ERR_DISK_FULL, "add");
    cache_test.fail_from = 0;
    expect(cache_maintain(cache), S_OK, "maintain");
    expect_usage(cache, 0, 0);
    ok(!cache_test_count_files(), "Got %u files.\n", cache_test_count_files());
    expect(cache_test_add(cache, &request, 3, &id), S_OK, "add");
    cache_close(cache);
}

static void test_failing_reads(void)
{
    struct cache *cache = cache_test_open(NULL);
    GUID id = cache_test_must_add(cache, 1, SIZE);
    struct cache_reader *reader;
    uint8_t byte;

    /* The machine's fault is none of the record's before its content was read. */
    cache_test.fail_from = cache_test.calls + 1;
    cache_test.fail_with = ERR_TOO_MANY_OPEN_FILES;
    expect(cache_reader_open(cache, &id, &reader), ERR_TOO_MANY_OPEN_FILES, "open");
    cache_test_must_read(cache, &id, 1);

    expect(cache_reader_open(cache, &id, &reader), S_OK, "open");
    cache_test.fail_from = cache_test.calls + 1;
    cache_test.fail_with = ERR_IO_DEVICE;
    expect(cache_reader_read(reader, 0, &byte, 1), ERR_IO_DEVICE, "read");
    expect_usage(cache, 0, SIZE);
    cache_reader_close(reader);
    expect_usage(cache, 0, 0);
    cache_close(cache);
}

static void test_failing_open(void)
{
    struct cache *cache = cache_test_open(NULL);
    HRESULT hr = E_FAIL;

    cache_test_must_add(cache, 1, SIZE);
    cache_close(cache);
    for (unsigned int round = 1; FAILED(hr) && round < 100; round++)
    {
        struct cache_report report;

        cache_test.fail_from = cache_test.calls + round;
        hr = cache_test_try_open(&cache, &report);
        ok(SUCCEEDED(hr) == (cache != NULL), "Got hr %#lx.\n", (unsigned long)hr);
        if (SUCCEEDED(hr)) ok(report.records == 1, "The record is gone.\n");
        cache_close(cache);
    }
    expect(hr, S_OK, "open");
    expect_consistent(0);
}

/* There is no room for the index's next bytes. What a call said is so afterwards, and after a start
 * records and content are together again. */
static void test_full_index(void)
{
    static const int64_t step = 700;
    unsigned int failed[4] = {0};

    fault_vfs_use();
    cache_test.vfs = FAULT_VFS;
    for (int64_t space = 0; space < 40 * step; space += step)
    {
        struct cache *cache = cache_test_open(NULL);
        struct cache_request request = cache_test_request(1, SIZE);
        HRESULT added, validated = S_OK, cleared;
        GUID id, other = cache_test_must_add(cache, 1, 1000);

        fault_vfs_set_space(space);
        request.is_validated = false;
        added = cache_test_add(cache, &request, 1, &id);
        ok(SUCCEEDED(added) == cache_test_has(cache, &id), "Got hr %#lx.\n", (unsigned long)added);
        failed[0] += FAILED(added);
        if (SUCCEEDED(added)) validated = cache_set_validated(cache, &id, true);
        failed[1] += FAILED(validated);
        cache_touch(cache, &other);
        failed[2] += FAILED(cache_maintain(cache));
        ok(cache_test_has(cache, &other), "The record is gone.\n");
        cleared = cache_clear(cache);
        failed[3] += FAILED(cleared);
        fault_vfs_set_space(FAULT_VFS_UNLIMITED);
        cache_close(cache);

        cache = cache_test_open(NULL);
        if (FAILED(cleared)) cleared = cache_clear(cache);
        expect(cleared, S_OK, "clear");
        expect_usage(cache, 0, 0);
        cache_close(cache);
        expect_consistent((unsigned int)space);
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(failed); i++)
        ok(failed[i] > 0 && failed[i] < 40, "Call %u failed %u times.\n", i, failed[i]);
}

static void run(void (*test)(void))
{
    cache_test_begin();
    log_set_sink(keep_line);
    test();
    log_set_sink(NULL);
    cache_test_end();
}

#define TEST(name)                                                                                 \
    static void in_folder_##name(void)                                                             \
    {                                                                                              \
        run(test_##name);                                                                          \
    }

TEST(changed_byte)
TEST(spoilt_content)
TEST(cut_under_reader)
TEST(strays)
TEST(damaged_index)
TEST(flipped_bytes)
TEST(folder_for_file)
TEST(log_left_behind)
TEST(failing_adds)
TEST(failing_removal)
TEST(failing_reads)
TEST(failing_open)
TEST(full_index)

START_TEST(cache_damage)
{
    RUN_TEST(in_folder_changed_byte);
    RUN_TEST(in_folder_spoilt_content);
    RUN_TEST(in_folder_cut_under_reader);
    RUN_TEST(in_folder_strays);
    RUN_TEST(in_folder_damaged_index);
    RUN_TEST(in_folder_flipped_bytes);
    RUN_TEST(in_folder_folder_for_file);
    RUN_TEST(in_folder_log_left_behind);
    RUN_TEST(in_folder_failing_adds);
    RUN_TEST(in_folder_failing_removal);
    RUN_TEST(in_folder_failing_reads);
    RUN_TEST(in_folder_failing_open);
    RUN_TEST(in_folder_full_index);
}
