/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/file_keeper.c with a real cache and real files, whose disk the test watches: which contents
 * are kept, and what happens to a file while it is read. */
#include "harness/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "bitsmsg.h"
#include "harness/cache_fixture.h"
#include "harness/os.h"
#include "peer/file_keeper.h"

#define SMALL 5000
/* Several pieces of reading, the last one not whole. */
#define BIG (3 * 0x40000 + 17)

static struct cache *cache;
static struct file_keeper *keeper;

/* ---- What the keeper sees of the world ---- */

static struct world
{
    HRESULT cache_result, open_result;
    atomic_uint caches, opens, reads;
    filetime_t modified;   /* of all files; 0: the true one */
    void (*at_read)(void); /* before the read of this number, from 1 */
    unsigned int hooked_read;
    void (*at_cache)(void); /* before each answer */
} world;

static HRESULT get_cache(void *ctx, struct cache **out)
{
    ok(ctx == &world, "Got another context.\n");
    atomic_fetch_add(&world.caches, 1);
    if (world.at_cache) world.at_cache();
    *out = SUCCEEDED(world.cache_result) ? cache : NULL;
    return world.cache_result;
}

static HRESULT open_file(void *ctx, const WCHAR *path, struct cache_file **file)
{
    atomic_fetch_add(&world.opens, 1);
    *file = NULL;
    if (FAILED(world.open_result)) return world.open_result;
    return cache_disk_system.open(ctx, path, file);
}

static HRESULT get_facts(void *ctx, struct cache_file *file, struct cache_file_facts *facts)
{
    HRESULT hr = cache_disk_system.get_facts(ctx, file, facts);

    if (SUCCEEDED(hr) && world.modified) facts->modified = world.modified;
    return hr;
}

static HRESULT read_file(void *ctx, struct cache_file *file, uint64_t offset, void *data,
                         size_t size)
{
    if (atomic_fetch_add(&world.reads, 1) + 1 == world.hooked_read) world.at_read();
    return cache_disk_system.read(ctx, file, offset, data, size);
}

static void close_file(void *ctx, struct cache_file *file)
{
    cache_disk_system.close(ctx, file);
}

static const struct cache_disk watched_disk = {
    .open = open_file, .get_facts = get_facts, .read = read_file, .close = close_file};

static void drop_line(const char *line)
{
    (void)line;
}

static void create_keeper(uint32_t maintain_ms)
{
    const struct file_keeper_config config = {
        .get_cache = get_cache, .ctx = &world, .disk = &watched_disk, .maintain_ms = maintain_ms};
    HRESULT hr = file_keeper_create(&config, &keeper);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void begin(void)
{
    memset(&world, 0, sizeof(world));
    cache_test_begin();
    log_set_sink(drop_line);
    cache = cache_test_open(NULL);
    create_keeper(60000);
}

/* No keeper, and no piece of a file beside the records. */
static void end(void)
{
    struct cache_list list;

    file_keeper_destroy(keeper);
    keeper = NULL;
    ok(cache_enumerate(cache, &list) == S_OK, "No list.\n");
    ok(cache_test_count_files() == list.count, "Got %u files, %zu records.\n",
       cache_test_count_files(), list.count);
    cache_list_free(&list);
    cache_close(cache);
    log_set_sink(NULL);
    cache_test_end();
}

/* ---- Files ---- */

/* A downloaded file with the bytes of a seed; free_file(). */
struct test_file
{
    struct file_version version;
    struct file_sum sum;
    struct file_ranges *ranges;
    WCHAR *url, *path;
};

static void make_file(struct test_file *file, unsigned int seed, size_t size)
{
    uint8_t *data = malloc(size + 1);
    char name[32];

    for (size_t i = 0; i < size; i++)
        data[i] = cache_test_byte(seed, i);
    snprintf(name, sizeof(name), "download-%u", seed);
    memset(file, 0, sizeof(*file));
    file->path = cache_test_path(name);
    file->url = cache_test_url(seed);
    file->version.known = file->version.has_mtime = true;
    file->version.size = size;
    file->version.mtime = cache_test_time(seed);
    file->sum.end = size;
    file->sum.crc32c = crc32c(0, data, size);
    ok(cache_test_write_file(file->path, data, size), "Could not write a file.\n");
    free(data);
}

static void free_file(struct test_file *file)
{
    file_ranges_release(file->ranges);
    cache_test_remove(file->path);
    free(file->path);
    free(file->url);
}

static void keep(const struct test_file *file)
{
    file_keeper_keep(keeper, &(struct judged_file){file->url, file->path, &file->version,
                                                   &file->sum, file->ranges});
}

static void drop(const struct test_file *file)
{
    file_keeper_drop(keeper, &(struct judged_file){file->url, file->path, &file->version,
                                                   &file->sum, file->ranges});
}

/* Records of this version; the id of the first. */
static size_t find(const struct test_file *file, GUID *id)
{
    const struct cache_query query = {.url = file->url, .file_time = file->version.mtime};
    struct cache_list list;
    size_t count;

    ok(cache_find(cache, &query, 10, &list) == S_OK, "No list.\n");
    count = list.count;
    if (count && id) *id = list.records[0].id;
    cache_list_free(&list);
    return count;
}

#define expect_kept(file, is_kept) expect_kept_(__LINE__, file, is_kept)
static void expect_kept_(int line, const struct test_file *file, bool is_kept)
{
    size_t count;

    file_keeper_wait(keeper);
    count = find(file, NULL);
    ok_(__FILE__, line)(count == is_kept, "Got %zu records.\n", count);
}

/* ---- Keeping ---- */

static void test_keep(void)
{
    static const size_t sizes[] = {1, SMALL, 0x40000, BIG};
    struct cache_record record;
    struct test_file file;
    GUID id;

    begin();
    for (unsigned int i = 0; i < ARRAY_COUNT(sizes); i++)
    {
        make_file(&file, i, sizes[i]);
        keep(&file);
        expect_kept(&file, true);
        if (find(&file, &id) == 1 && cache_get(cache, &id, &record) == S_OK)
        {
            ok(record.is_validated, "It is not validated.\n");
            ok(record.file_size == sizes[i] && record.size == sizes[i], "Got %llu bytes.\n",
               (unsigned long long)record.file_size);
            ok(record.file_time == cache_test_time(i), "Got another time.\n");
            ok(record.range_count == 1 && !record.ranges[0].offset, "Got other ranges.\n");
            cache_record_done(&record);
            cache_test_must_read(cache, &id, i);
        }
        free_file(&file);
    }
    end();
}

/* The values are copied: the caller's may go at once. */
/* Programs move what they have got. */
static void test_moved_away(void)
{
    struct test_file files[3];

    begin();
    for (unsigned int i = 0; i < ARRAY_COUNT(files); i++)
        make_file(&files[i], i + 1, BIG);
    for (unsigned int i = 0; i < ARRAY_COUNT(files); i++)
        keep(&files[i]);
    for (unsigned int i = 0; i < ARRAY_COUNT(files); i++)
        cache_test_remove(files[i].path);
    for (unsigned int i = 0; i < ARRAY_COUNT(files); i++)
    {
        expect_kept(&files[i], true);
        free_file(&files[i]);
    }
    end();
}

static void test_copied(void)
{
    struct test_file file, gone;

    begin();
    make_file(&file, 1, SMALL);
    gone = file;
    gone.url = str_dup(file.url);
    gone.path = str_dup(file.path);
    keep(&gone);
    free(gone.url);
    free(gone.path);
    memset(&gone, 0xaa, sizeof(gone));
    expect_kept(&file, true);
    free_file(&file);
    end();
}

/* What is there already is not read again. */
static void test_twice(void)
{
    struct test_file file;
    GUID first, second;

    begin();
    make_file(&file, 1, SMALL);
    keep(&file);
    expect_kept(&file, true);
    find(&file, &first);
    ok(world.reads == 1, "Read %u times.\n", world.reads);
    keep(&file);
    expect_kept(&file, true);
    find(&file, &second);
    ok(world.reads == 1, "Read %u times.\n", world.reads);
    ok(!memcmp(&first, &second, sizeof(first)), "It is another record.\n");

    /* A record that nobody has vouched for does not count. */
    cache_set_validated(cache, &first, false);
    keep(&file);
    file_keeper_wait(keeper);
    ok(world.reads == 2, "Read %u times.\n", world.reads);
    expect_kept(&file, true);
    free_file(&file);
    end();
}

/* ---- Not keeping ---- */

static void test_not_findable(void)
{
    static const char *const urls[] = {"ftp://host/file", "\\\\server\\share\\file", "file", ""};
    struct test_file file, other;

    begin();
    make_file(&file, 1, SMALL);
    other = file;
    other.version.known = false;
    keep(&other);
    drop(&other);
    other = file;
    other.version.has_mtime = false;
    keep(&other);
    drop(&other);
    other = file;
    other.version.size = 0;
    keep(&other);
    drop(&other);
    for (unsigned int i = 0; i < ARRAY_COUNT(urls); i++)
    {
        other = file;
        other.url = str_from_utf8(urls[i]);
        keep(&other);
        drop(&other);
        free(other.url);
    }
    file_keeper_wait(keeper);
    ok(!world.caches, "It was worked on.\n");
    free_file(&file);
    end();
}

static void test_not_the_file(void)
{
    struct test_file file;

    withstands("F21");
    begin();
    make_file(&file, 1, SMALL);
    file.version.size--;
    file.sum.end--;
    keep(&file);
    expect_kept(&file, false);
    file.version.size += 2;
    file.sum.end += 2;
    keep(&file);
    expect_kept(&file, false);
    ok(!world.reads, "It was read.\n");
    file.version.size--;
    file.sum.end--;
    file.sum.crc32c++;
    keep(&file);
    expect_kept(&file, false);
    file.sum.crc32c--;

    world.open_result = E_ACCESSDENIED;
    keep(&file);
    expect_kept(&file, false);
    world.open_result = S_OK;
    world.cache_result = E_FAIL;
    keep(&file);
    drop(&file);
    expect_kept(&file, false);
    world.cache_result = S_OK;
    cache_test_flip(file.path, SMALL - 1);
    keep(&file);
    expect_kept(&file, false);
    cache_test_flip(file.path, SMALL - 1);

    /* None of this stands in the way of the next. */
    keep(&file);
    expect_kept(&file, true);
    cache_clear(cache);
    cache_test_remove(file.path);
    keep(&file);
    expect_kept(&file, false);
    free_file(&file);
    end();
}

/* A URL with a name in it is private. */
static void test_user_in_URL(void)
{
    struct test_file file;

    withstands("F20");
    begin();
    make_file(&file, 1, SMALL);
    free(file.url);
    file.url = str_from_utf8("http://somebody:secret@host/file");
    keep(&file);
    expect_kept(&file, false);
    free_file(&file);
    end();
}

/* The server said so, or was told who wants it. */
static void test_private(void)
{
    struct test_file file;

    withstands("F20");
    begin();
    make_file(&file, 1, SMALL);
    file.version.is_private = true;
    keep(&file);
    expect_kept(&file, false);
    file.version.is_private = false;
    keep(&file);
    expect_kept(&file, true);
    free_file(&file);
    end();
}

/* Without a sum over all of it, the time decides. */
static void test_no_sum(void)
{
    static const struct
    {
        int64_t later;
        bool is_kept;
    } tests[] = {{0, true},         {19999999, true},   {-19999999, true},
                 {20000000, false}, {-20000000, false}, {600000000, false}};
    struct test_file file;

    begin();
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        make_file(&file, i, SMALL);
        file.sum.end = i % 2 ? 0 : SMALL / 2;
        file.sum.crc32c = 0x12345678;
        world.modified = file.version.mtime + (filetime_t)tests[i].later;
        keep(&file);
        expect_kept(&file, tests[i].is_kept);
        free_file(&file);
    }
    end();
}

/* ---- Changes while it is read ---- */

static struct test_file *victim;

static void change_end(void)
{
    cache_test_flip(victim->path, BIG - 1);
}

static void change_start(void)
{
    cache_test_flip(victim->path, 0);
}

static void change_time(void)
{
    world.modified += 30 * FILETIME_PER_SECOND;
}

static void cut(void)
{
    cache_test_cut(victim->path, BIG - 1);
}

static void grow(void)
{
    uint8_t *data = calloc(1, BIG + 1);

    for (size_t i = 0; i < BIG; i++)
        data[i] = cache_test_byte(1, i);
    cache_test_write_file(victim->path, data, BIG + 1);
    free(data);
}

static void test_changed(void)
{
    static const struct
    {
        void (*change)(void);
        bool has_sum, is_kept;
    } tests[] = {{change_end, true, false},
                 {cut, true, false},
                 {cut, false, false},
                 {grow, true, false},
                 {grow, false, false},
                 {change_time, false, false},
                 /* These bytes were read before. */
                 {change_start, true, true},
                 {change_time, true, true}};
    struct test_file file;

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        begin();
        make_file(&file, 1, BIG);
        victim = &file;
        if (!tests[i].has_sum) file.sum.end = 0;
        world.modified = file.version.mtime;
        world.at_read = tests[i].change;
        world.hooked_read = 2;
        keep(&file);
        file_keeper_wait(keeper);
        ok(find(&file, NULL) == tests[i].is_kept, "Test %u: got %zu records.\n", i,
           find(&file, NULL));
        ok(world.reads >= 2, "Test %u: got %u reads.\n", i, world.reads);
        free_file(&file);
        end();
    }
}

/* ---- Dropping ---- */

static void test_drop(void)
{
    struct test_file file, other;

    begin();
    make_file(&file, 1, SMALL);
    make_file(&other, 2, SMALL);
    drop(&file);
    keep(&file);
    keep(&other);
    expect_kept(&file, true);
    expect_kept(&other, true);
    drop(&file);
    expect_kept(&file, false);
    expect_kept(&other, true);

    /* In the order in which they were asked for. */
    keep(&file);
    drop(&file);
    keep(&file);
    drop(&file);
    expect_kept(&file, false);
    drop(&file);
    keep(&file);
    expect_kept(&file, true);

    /* Another version of the same URL is another content. */
    file.version.mtime += FILETIME_PER_SECOND;
    drop(&file);
    file.version.mtime -= FILETIME_PER_SECOND;
    expect_kept(&file, true);
    free_file(&file);
    free_file(&other);
    end();
}

/* One that is read goes on for that reader alone. */
static void test_drop_while_read(void)
{
    struct cache_reader *reader = NULL;
    struct cache_record record;
    struct test_file file;
    char byte;
    GUID id;

    begin();
    make_file(&file, 1, SMALL);
    keep(&file);
    expect_kept(&file, true);
    find(&file, &id);
    ok(cache_reader_open(cache, &id, &reader) == S_OK, "It cannot be read.\n");
    drop(&file);
    file_keeper_wait(keeper);
    if (cache_get(cache, &id, &record) == S_OK)
    {
        ok(!record.is_validated, "It may still be served.\n");
        cache_record_done(&record);
    }
    ok(cache_reader_read(reader, 0, &byte, 1) == S_OK, "It cannot be read.\n");
    cache_reader_close(reader);
    drop(&file);
    expect_kept(&file, false);
    free_file(&file);
    end();
}

/* ---- The queue ---- */

static os_mutex gate_lock;
static os_cond gate_changed;
static bool is_open, is_reached;

static void set_gate(bool *value)
{
    os_lock(&gate_lock);
    *value = true;
    os_cond_broadcast(&gate_changed);
    os_unlock(&gate_lock);
}

static void wait_gate(bool *value)
{
    uint64_t end_ms = test_ticks() + 20000;

    os_lock(&gate_lock);
    while (!*value && test_ticks() < end_ms)
        os_cond_wait(&gate_changed, &gate_lock, 1000);
    ok(*value, "Nobody came.\n");
    os_unlock(&gate_lock);
}

static void stop_at_gate(void)
{
    set_gate(&is_reached);
    wait_gate(&is_open);
}

static void shut_gate(void)
{
    os_mutex_init(&gate_lock);
    os_cond_init(&gate_changed);
    is_open = is_reached = false;
}

static void end_gate(void)
{
    os_cond_done(&gate_changed);
    os_mutex_done(&gate_lock);
}

static void test_too_many(void)
{
    struct test_file file;

    begin();
    shut_gate();
    make_file(&file, 1, SMALL);
    world.at_cache = stop_at_gate;
    drop(&file);
    wait_gate(&is_reached);
    for (unsigned int i = 0; i < FILE_KEEPER_MAX + 100; i++)
        drop(&file);
    keep(&file);
    set_gate(&is_open);
    expect_kept(&file, false);
    ok(world.caches == 1 + FILE_KEEPER_MAX, "Worked on %u files.\n", world.caches);
    keep(&file);
    expect_kept(&file, true);
    free_file(&file);
    end_gate();
    end();
}

/* What waits is given up, what runs ends between two pieces or is whole. */
static void open_later(void *arg)
{
    (void)arg;
    set_gate(&is_open);
}

static void test_destroy(void)
{
    struct test_file file, waiting;
    struct thread thread;
    HRESULT hr;

    for (unsigned int i = 0; i < 20; i++)
    {
        begin();
        shut_gate();
        make_file(&file, 1, BIG);
        make_file(&waiting, 2, SMALL);
        world.at_read = stop_at_gate;
        world.hooked_read = 1 + i % 4;
        keep(&file);
        keep(&waiting);
        drop(&waiting);
        wait_gate(&is_reached);
        hr = thread_start(&thread, open_later, NULL, "test");
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        file_keeper_destroy(keeper);
        keeper = NULL;
        thread_join(&thread);
        free_file(&file);
        free_file(&waiting);
        end();
        end_gate();
    }
    begin();
    end();
    file_keeper_destroy(NULL);
}

/* ---- Upkeep ---- */

static bool is_empty(void *ctx)
{
    struct cache_usage usage;

    (void)ctx;
    cache_get_usage(cache, &usage);
    return !usage.records;
}

static void test_maintain(void)
{
    const struct cache_limits limits = {50, 86400};
    struct test_file file;

    begin();
    file_keeper_destroy(keeper);
    create_keeper(5);
    ok(cache_set_limits(cache, &limits) == S_OK, "No limits.\n");
    make_file(&file, 1, SMALL);
    keep(&file);
    expect_kept(&file, true);
    atomic_fetch_add(&cache_test.now, TEST_DAY);
    expect_kept(&file, true);
    atomic_fetch_add(&cache_test.now, FILETIME_PER_SECOND);
    ok(wait_for(is_empty, NULL, 20000), "It has not gone.\n");
    free_file(&file);
    end();
}

/* ---- Threads ---- */

#define THREADS 4
#define TURNS   100
#define FILES   5

static struct test_file files[FILES];

static void judge_loop(void *arg)
{
    uint32_t state = 1 + *(unsigned int *)arg;

    for (unsigned int i = 0; i < TURNS; i++)
    {
        state = state * 1664525u + 1013904223u;
        if (state >> 8 & 1)
            keep(&files[(state >> 9) % FILES]);
        else
            drop(&files[(state >> 9) % FILES]);
        if (!(i % 25)) file_keeper_wait(keeper);
    }
}

static void test_threads(void)
{
    struct thread threads[THREADS] = {{0}};
    unsigned int numbers[THREADS];
    GUID id;

    begin();
    for (unsigned int i = 0; i < FILES; i++)
        make_file(&files[i], i, SMALL);
    for (unsigned int i = 0; i < THREADS; i++)
    {
        HRESULT hr;

        numbers[i] = i;
        hr = thread_start(&threads[i], judge_loop, &numbers[i], "test");
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    for (unsigned int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    file_keeper_wait(keeper);
    ok(world.caches == THREADS * TURNS, "Worked on %u files.\n", world.caches);
    for (unsigned int i = 0; i < FILES; i++)
    {
        size_t count = find(&files[i], &id);

        ok(count <= 1, "Got %zu records.\n", count);
        if (count) cache_test_must_read(cache, &id, i);
        drop(&files[i]);
        expect_kept(&files[i], false);
        keep(&files[i]);
        expect_kept(&files[i], true);
        free_file(&files[i]);
    }
    end();
}

/* The file consists of parts of a larger one: a record of its own, beside that of the whole. */
static void test_parts(void)
{
    const struct file_range parts[] = {{50000, FILE_RANGE_TO_END}, {10, SMALL - 1000}};
    struct test_file file;
    struct cache_list list;
    HRESULT hr;

    begin();
    make_file(&file, 1, SMALL);
    file.version.size = 51000;
    hr = file_ranges_create(parts, 2, &file.ranges);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    keep(&file);
    keep(&file);
    file_keeper_wait(keeper);
    ok(cache_enumerate(cache, &list) == S_OK && list.count == 1, "Got %zu records.\n", list.count);
    if (list.count == 1)
    {
        const struct cache_record *record = &list.records[0];

        ok(record->file_size == 51000 && record->size == SMALL && record->range_count == 2,
           "Got %zu ranges.\n", record->range_count);
        ok(record->ranges[0].offset == 50000 && record->ranges[0].length == 1000 &&
               record->ranges[1].offset == 10 && record->ranges[1].length == SMALL - 1000,
           "They are other ones.\n");
    }
    cache_list_free(&list);

    /* Other parts, and another size than the parts have. */
    file_ranges_release(file.ranges);
    file_ranges_create(&(struct file_range){0, SMALL}, 1, &file.ranges);
    keep(&file);
    file_keeper_wait(keeper);
    ok(find(&file, NULL) == 2, "Got %zu records.\n", find(&file, NULL));
    file_ranges_release(file.ranges);
    file_ranges_create(&(struct file_range){0, SMALL + 1}, 1, &file.ranges);
    keep(&file);
    file_keeper_wait(keeper);
    ok(find(&file, NULL) == 2, "Got %zu records.\n", find(&file, NULL));
    drop(&file);
    file_keeper_wait(keeper);
    ok(!find(&file, NULL), "Got %zu records.\n", find(&file, NULL));
    free_file(&file);
    end();
}

START_TEST(file_keeper)
{
    RUN_TEST(test_parts);
    RUN_TEST(test_keep);
    RUN_TEST(test_moved_away);
    RUN_TEST(test_copied);
    RUN_TEST(test_twice);
    RUN_TEST(test_not_findable);
    RUN_TEST(test_not_the_file);
    RUN_TEST(test_user_in_URL);
    RUN_TEST(test_private);
    RUN_TEST(test_no_sum);
    RUN_TEST(test_changed);
    RUN_TEST(test_drop);
    RUN_TEST(test_drop_while_read);
    RUN_TEST(test_too_many);
    RUN_TEST(test_destroy);
    RUN_TEST(test_maintain);
    RUN_TEST(test_threads);
}
