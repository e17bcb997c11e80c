/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Parts of files, and what clients want first of them. */
#include "harness/test.h"

#include <string.h>

#include "bitsmsg.h"
#include "job/file_ranges.h"
#include "job/file_wishes.h"

#define END FILE_RANGE_TO_END

#define RANGES(...)                                                                                \
    (const struct file_range[]){__VA_ARGS__},                                                      \
        sizeof((const struct file_range[]){__VA_ARGS__}) / sizeof(struct file_range)

static void check_create(int line, HRESULT expected, const struct file_range *items, size_t count)
{
    struct file_ranges *ranges;
    HRESULT hr = file_ranges_create(items, (uint32_t)count, &ranges);

    ok(hr == expected, "Line %d: got hr %#lx.\n", line, (unsigned long)hr);
    ok(!ranges == FAILED(expected), "Line %d: got %p.\n", line, (void *)ranges);
    file_ranges_release(ranges);
}
#define CHECK_CREATE(expected, ...) check_create(__LINE__, expected, RANGES(__VA_ARGS__))

static void test_create(void)
{
    CHECK_CREATE(S_OK, {0, 1});
    CHECK_CREATE(S_OK, {100, 100}, {900, 100}, {400, 100});
    CHECK_CREATE(S_OK, {100, 100}, {200, 100}, {0, 100});
    CHECK_CREATE(S_OK, {100, END}, {0, 100});
    CHECK_CREATE(S_OK, {END - 1, 1});
    CHECK_CREATE(S_OK, {END - 1, END});

    CHECK_CREATE(BG_E_INVALID_RANGE, {0, 0});
    CHECK_CREATE(BG_E_INVALID_RANGE, {END, 1});
    CHECK_CREATE(BG_E_INVALID_RANGE, {END, END});
    CHECK_CREATE(BG_E_INVALID_RANGE, {2, END - 1});
    CHECK_CREATE(BG_E_INVALID_RANGE, {0, 10}, {20, 0});

    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {0, 100}, {99, 1});
    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {99, 1}, {0, 100});
    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {5, 5}, {5, 5});
    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {0, END}, {10, 1});
    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {10, END}, {20, END});
    CHECK_CREATE(BG_E_OVERLAPPING_RANGES, {0, 10}, {30, 10}, {5, 100});
    check_create(__LINE__, E_INVALIDARG, NULL, 1);
    check_create(__LINE__, E_INVALIDARG, &(struct file_range){0, 1}, 0);
}

static struct file_ranges *make(const struct file_range *items, size_t count)
{
    struct file_ranges *ranges;
    HRESULT hr = file_ranges_create(items, (uint32_t)count, &ranges);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return ranges;
}

static void test_sizes(void)
{
    struct file_ranges *ranges = make(RANGES({100, 100}, {900, END}, {400, 50}));

    ok(file_ranges_local_size(NULL, 77) == 77, "A whole file has another size.\n");
    ok(file_ranges_fit(NULL, 0), "An empty file has no whole.\n");
    ok(file_ranges_local_size(ranges, 1000) == 250, "Got size %llu.\n",
       (unsigned long long)file_ranges_local_size(ranges, 1000));
    ok(file_ranges_fit(ranges, 1000), "It does not fit.\n");
    ok(file_ranges_fit(ranges, 901), "A tail of one byte does not fit.\n");
    ok(!file_ranges_fit(ranges, 900), "A tail of no byte fits.\n");
    ok(!file_ranges_fit(ranges, 0), "It fits into nothing.\n");
    file_ranges_release(ranges);

    ranges = make(RANGES({0, 10}, {90, 10}));
    ok(file_ranges_fit(ranges, 100), "It does not fit.\n");
    ok(!file_ranges_fit(ranges, 99), "It fits.\n");
    file_ranges_release(ranges);

    ranges = make(RANGES({0, 1}, {1, END}));
    ok(file_ranges_local_size(ranges, UINT64_MAX) == UINT64_MAX, "The sum went over its end.\n");
    file_ranges_release(ranges);
}

static void check_find(int line, const struct file_ranges *ranges, uint64_t place, uint64_t length,
                       uint64_t begin, uint64_t end)
{
    struct byte_range found = file_ranges_find(ranges, 1000, place, length);

    ok(found.begin == begin && found.end == end, "Line %d: got %llu-%llu.\n", line,
       (unsigned long long)found.begin, (unsigned long long)found.end);
}
#define CHECK_FIND(ranges, place, length, begin, end)                                              \
    check_find(__LINE__, ranges, place, length, begin, end)

static void test_find(void)
{
    struct file_ranges *ranges = make(RANGES({100, 100}, {900, END}, {400, 50}, {450, 50}));

    CHECK_FIND(NULL, 10, 20, 10, 30);
    CHECK_FIND(NULL, 990, 20, 990, 1000);
    CHECK_FIND(ranges, 0, 300, 100, 200);
    CHECK_FIND(ranges, 99, 1, 199, 200);
    CHECK_FIND(ranges, 99, 5, 199, 200);
    CHECK_FIND(ranges, 100, 5, 900, 905);
    CHECK_FIND(ranges, 150, 500, 950, 1000);
    /* Neighbours in both files are fetched as one. */
    CHECK_FIND(ranges, 200, 100, 400, 500);
    CHECK_FIND(ranges, 240, 20, 440, 460);
    CHECK_FIND(ranges, 299, 100, 499, 500);
    CHECK_FIND(ranges, 300, 1, 300, 300);
    file_ranges_release(ranges);
}

/* ---- wishes ---- */

static void check_next(int line, struct file_wishes *wishes, const struct range_set *have,
                       bool is_all, uint64_t begin, uint64_t end)
{
    struct byte_range gap;
    bool is_any = file_wishes_next(wishes, have, 1000, is_all, &gap);

    ok(is_any == (begin < end), "Line %d: got %d.\n", line, is_any);
    ok(gap.begin == begin && gap.end == end, "Line %d: got %llu-%llu.\n", line,
       (unsigned long long)gap.begin, (unsigned long long)gap.end);
}
#define CHECK_NEXT(is_all, begin, end) check_next(__LINE__, &wishes, &have, is_all, begin, end)

static void wish(struct file_wishes *wishes, uint64_t begin, uint64_t end, bool is_first)
{
    HRESULT hr = file_wishes_add(wishes, &(struct byte_range){begin, end}, 1, is_first);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void test_wishes_in_order(void)
{
    struct file_wishes wishes = {0};
    struct range_set have = {0};

    CHECK_NEXT(true, 0, 1000);
    CHECK_NEXT(false, 0, 0);
    wish(&wishes, 500, 600, false);
    wish(&wishes, 100, 200, false);
    wish(&wishes, 550, 650, false);
    CHECK_NEXT(false, 500, 600);
    range_set_add(&have, 500, 530);
    CHECK_NEXT(false, 530, 600);
    range_set_add(&have, 530, 600);
    CHECK_NEXT(false, 100, 200);
    wishes.has_position = true;
    wishes.position = 900;
    CHECK_NEXT(false, 900, 1000);
    range_set_add(&have, 900, 1000);
    CHECK_NEXT(false, 100, 200);
    range_set_add(&have, 100, 200);
    CHECK_NEXT(false, 600, 650);
    range_set_add(&have, 600, 650);
    ok(wishes.count == 1, "Got %u wishes.\n", wishes.count);
    CHECK_NEXT(false, 0, 0);
    ok(!file_wishes_are_any(&wishes), "What has come true is wanted still.\n");
    CHECK_NEXT(true, 0, 100);
    wish(&wishes, 700, UINT64_MAX, false);
    wish(&wishes, 650, 660, true);
    CHECK_NEXT(false, 650, 660);
    range_set_add(&have, 650, 660);
    CHECK_NEXT(false, 700, 900);
    file_wishes_done(&wishes);
    range_set_done(&have);
}

static void check_fit(uint64_t begin, uint64_t end, HRESULT expected)
{
    struct file_wishes wishes = {0};
    HRESULT hr;

    wish(&wishes, 10, 20, false);
    wish(&wishes, begin, end, false);
    wish(&wishes, 30, 40, false);
    hr = file_wishes_fit(&wishes, 1000);
    ok(hr == expected, "%llu-%llu: got hr %#lx.\n", (unsigned long long)begin,
       (unsigned long long)end, (unsigned long)hr);
    ok(wishes.count == (FAILED(hr) ? 2u : 3u), "Got %u wishes.\n", wishes.count);
    ok(wishes.ranges[0].begin == 10 && wishes.ranges[wishes.count - 1].begin == 30,
       "The good ones are gone.\n");
    file_wishes_done(&wishes);
}

static void test_wishes_fit(void)
{
    struct file_wishes wishes = {.has_position = true, .position = 1000};

    check_fit(990, 1000, S_OK);
    check_fit(990, 1001, BG_E_INVALID_RANGE);
    check_fit(990, UINT64_MAX, S_OK);
    check_fit(1000, UINT64_MAX, BG_E_INVALID_RANGE);
    check_fit(5000, 6000, BG_E_INVALID_RANGE);
    ok(file_wishes_fit(&wishes, 1000) == BG_E_INVALID_RANGE, "A position behind the end fits.\n");
    ok(!wishes.has_position, "It is there still.\n");
    wishes.has_position = true;
    ok(file_wishes_fit(&wishes, 1001) == S_OK, "The last byte is no position.\n");
}

static void test_wishes_limit(void)
{
    struct file_wishes wishes = {0}, copy;
    HRESULT hr = S_OK;

    for (uint32_t i = 0; i < RANGE_SET_MAX; i++)
        wish(&wishes, 2ull * i, 2ull * i + 1, false);
    hr = file_wishes_add(&wishes, &(struct byte_range){0, 1}, 1, false);
    ok(hr == E_OUTOFMEMORY, "Got hr %#lx.\n", (unsigned long)hr);
    hr = file_wishes_copy(&copy, &wishes);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(copy.count == RANGE_SET_MAX, "Got %u.\n", copy.count);
    ok(!memcmp(copy.ranges, wishes.ranges, sizeof(*copy.ranges) * copy.count), "They differ.\n");
    file_wishes_done(&copy);
    file_wishes_done(&wishes);
}

START_TEST(file_ranges)
{
    RUN_TEST(test_create);
    RUN_TEST(test_sizes);
    RUN_TEST(test_find);
    RUN_TEST(test_wishes_in_order);
    RUN_TEST(test_wishes_fit);
    RUN_TEST(test_wishes_limit);
}
