/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/range_set.c */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/range_set.h"

/* As 0-10,20-30. */
static const char *text_of(const struct range_set *set)
{
    static char text[256];
    size_t len = 0;

    text[0] = 0;
    for (size_t i = 0; i < range_set_count(set) && len < sizeof(text); i++)
    {
        const struct byte_range *range = range_set_get(set, i);

        len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%u-%u", i ? "," : "",
                                (unsigned int)range->begin, (unsigned int)range->end);
    }
    return text;
}

static void add(struct range_set *set, uint64_t begin, uint64_t end)
{
    HRESULT hr = range_set_add(set, begin, end);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void test_merge(void)
{
    static const struct
    {
        unsigned int begin, end;
        const char *expected;
    } tests[] = {
        {100, 101, "20-30,40-50,60-70,100-101"},
        {0, 1, "0-1,20-30,40-50,60-70"},
        {32, 38, "20-30,32-38,40-50,60-70"},
        {30, 35, "20-35,40-50,60-70"},
        {35, 40, "20-30,35-50,60-70"},
        {30, 40, "20-50,60-70"},
        {25, 45, "20-50,60-70"},
        {20, 30, "20-30,40-50,60-70"},
        {22, 28, "20-30,40-50,60-70"},
        {19, 31, "19-31,40-50,60-70"},
        {0, 100, "0-100"},
        {20, 70, "20-70"},
        {45, 65, "20-30,40-70"},
        {70, 80, "20-30,40-50,60-80"},
        {10, 20, "10-30,40-50,60-70"},
        {35, 35, "20-30,40-50,60-70"},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct range_set set;

        range_set_init(&set);
        add(&set, 40, 50);
        add(&set, 20, 30);
        add(&set, 60, 70);
        add(&set, tests[i].begin, tests[i].end);
        ok(!strcmp(text_of(&set), tests[i].expected), "Adding %u-%u: got %s, expected %s.\n",
           tests[i].begin, tests[i].end, text_of(&set), tests[i].expected);
        range_set_done(&set);
    }
}

static void test_empty(void)
{
    struct range_set set = {0};
    struct byte_range gap;

    ok(!range_set_count(&set) && !range_set_total(&set), "The set is not empty.\n");
    ok(!range_set_get(&set, 0), "Got a range.\n");
    ok(range_set_covers(&set, 5, 5), "Nothing is not covered.\n");
    ok(!range_set_covers(&set, 5, 6), "A byte is covered.\n");
    ok(range_set_first_gap(&set, 3, 9, &gap) && gap.begin == 3 && gap.end == 9, "Wrong gap.\n");
    ok(!range_set_first_gap(&set, 0, 0, &gap), "A gap in nothing.\n");
    ok(range_set_add(&set, 2, 1) == E_INVALIDARG, "A range that ends before it begins.\n");
    range_set_clear(&set);
    range_set_done(&set);
}

static void test_edges(void)
{
    struct range_set set = {0};
    struct byte_range gap;

    add(&set, UINT64_MAX - 1, UINT64_MAX);
    add(&set, 0, 1);
    ok(range_set_total(&set) == 2, "Got %u.\n", (unsigned int)range_set_total(&set));
    ok(range_set_first_gap(&set, 0, UINT64_MAX, &gap), "No gap.\n");
    ok(gap.begin == 1 && gap.end == UINT64_MAX - 1, "Wrong gap.\n");
    ok(!range_set_first_gap(&set, UINT64_MAX - 1, UINT64_MAX, &gap), "A gap at the end.\n");
    add(&set, 0, UINT64_MAX);
    ok(range_set_count(&set) == 1 && range_set_total(&set) == UINT64_MAX, "Not all.\n");
    ok(range_set_covers(&set, 0, UINT64_MAX), "Not covered.\n");
    range_set_done(&set);
}

static void test_copy(void)
{
    struct range_set from = {0}, to = {0};

    add(&to, 1, 2);
    for (unsigned int i = 0; i < 20; i++)
        add(&from, i * 10, i * 10 + 5);
    ok(range_set_copy(&to, &from) == S_OK, "Not copied.\n");
    ok(range_set_count(&to) == 20 && range_set_total(&to) == 100, "Got %u ranges.\n",
       (unsigned int)range_set_count(&to));
    add(&from, 0, 1000);
    ok(range_set_count(&to) == 20, "The copy follows its source.\n");
    ok(range_set_copy(&to, &to) == S_OK && range_set_count(&to) == 20, "Copy to itself.\n");
    range_set_clear(&from);
    ok(range_set_copy(&to, &from) == S_OK && !range_set_count(&to), "Not emptied.\n");
    range_set_done(&from);
    range_set_done(&to);
}

static void test_limit(void)
{
    struct range_set set = {0};
    HRESULT hr;

    for (unsigned int i = 0; i < RANGE_SET_MAX; i++)
        add(&set, i * 2, i * 2 + 1);
    hr = range_set_add(&set, RANGE_SET_MAX * 2, RANGE_SET_MAX * 2 + 1);
    ok(hr == E_OUTOFMEMORY, "Got hr %#lx.\n", (unsigned long)hr);
    ok(range_set_count(&set) == RANGE_SET_MAX && range_set_total(&set) == RANGE_SET_MAX,
       "The set changed.\n");
    add(&set, 1, 2);
    ok(range_set_count(&set) == RANGE_SET_MAX - 1, "Got %u ranges.\n",
       (unsigned int)range_set_count(&set));
    add(&set, RANGE_SET_MAX * 2, RANGE_SET_MAX * 2 + 1);
    range_set_done(&set);
}

#define MODEL_SIZE 64

static void compare_with_model(const struct range_set *set, const bool model[MODEL_SIZE])
{
    unsigned int total = 0;

    for (unsigned int i = 0; i < MODEL_SIZE; i++)
    {
        unsigned int begin = i, end;
        struct byte_range gap;
        bool has_gap = range_set_first_gap(set, i, MODEL_SIZE, &gap);

        total += model[i];
        while (begin < MODEL_SIZE && model[begin])
            begin++;
        for (end = begin; end < MODEL_SIZE && !model[end];)
            end++;
        ok(has_gap == (begin < MODEL_SIZE), "From %u: wrong answer %d.\n", i, has_gap);
        if (has_gap)
            ok(gap.begin == begin && gap.end == end, "From %u: got gap %u-%u, expected %u-%u.\n", i,
               (unsigned int)gap.begin, (unsigned int)gap.end, begin, end);
        ok(range_set_covers(set, i, i + 1) == model[i], "Byte %u is wrong.\n", i);
        ok(range_set_covers(set, i, begin), "Bytes %u to %u are missing.\n", i, begin);
        ok(!range_set_covers(set, i, begin + 1), "Byte %u is there.\n", begin);
    }
    ok(range_set_total(set) == total, "Got %u bytes, expected %u.\n",
       (unsigned int)range_set_total(set), total);

    for (size_t i = 1; i < range_set_count(set); i++)
        ok(range_set_get(set, i - 1)->end < range_set_get(set, i)->begin,
           "Ranges %u and %u touch.\n", (unsigned int)i - 1, (unsigned int)i);
}

/* Random ranges, against an array of bytes. */
static void test_model(void)
{
    uint32_t seed = 1;

    for (unsigned int round = 0; round < 50; round++)
    {
        bool model[MODEL_SIZE] = {0};
        struct range_set set = {0};

        winetest_push_context("round %u", round);
        for (unsigned int step = 0; step < 20; step++)
        {
            unsigned int begin, end;

            seed = seed * 1664525 + 1013904223;
            begin = (seed >> 8) % MODEL_SIZE;
            end = begin + (seed >> 20) % 9;
            if (end > MODEL_SIZE) end = MODEL_SIZE;
            add(&set, begin, end);
            for (unsigned int i = begin; i < end; i++)
                model[i] = true;
            compare_with_model(&set, model);
        }
        range_set_done(&set);
        winetest_pop_context();
    }
}

START_TEST(range_set)
{
    RUN_TEST(test_empty);
    RUN_TEST(test_merge);
    RUN_TEST(test_edges);
    RUN_TEST(test_copy);
    RUN_TEST(test_limit);
    RUN_TEST(test_model);
}
