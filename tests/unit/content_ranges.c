/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_ranges.c. R6 and so on are the vectors of the specification. */
#include "harness/content_vectors.h"

#include "peer/content_ranges.h"

static const struct content_piece two[] = {{100, 16}, {200, 48}};

static void test_positions(void)
{
    static const struct content_piece touching[] = {{0, 10}, {10, 10}, {30, 5}, {20, 5}};
    static const struct
    {
        uint64_t begin, end;
        bool is_there;
        uint64_t position;
    } tests[] = {
        {100, 116, true, 0},         {104, 116, true, 4},  {200, 248, true, 16},
        {247, 248, true, 63},        {99, 100, false, 0},  {100, 117, false, 0},
        {115, 201, false, 0},        {248, 249, false, 0}, {100, 100, false, 0},
        {200, UINT64_MAX, false, 0},
    };
    struct content_piece bytes;
    uint64_t position;

    ok(content_pieces_total(two, 2) == 64, "R5: another size.\n");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        bool is_there = content_find_in_record(two, 2, tests[i].begin, tests[i].end, &position);

        ok(is_there == tests[i].is_there && position == tests[i].position, "%u: got %d, %llu.\n",
           (unsigned int)i, is_there, (unsigned long long)position);
    }
    ok(content_find_in_record(touching, 4, 5, 15, &position) && position == 5, "Touching.\n");
    ok(!content_find_in_record(touching, 4, 15, 25, &position), "Not one behind the other.\n");
    ok(content_find_in_record(touching, 4, 20, 25, &position) && position == 25, "Out of order.\n");

    ok(content_find_in_url(two, 2, 0, &bytes) && bytes.offset == 100 && bytes.length == 16,
       "The first byte.\n");
    ok(content_find_in_url(two, 2, 15, &bytes) && bytes.offset == 115 && bytes.length == 1,
       "Before the gap.\n");
    ok(content_find_in_url(two, 2, 16, &bytes) && bytes.offset == 200 && bytes.length == 48,
       "After the gap.\n");
    ok(!content_find_in_url(two, 2, 64, &bytes) && !bytes.length, "Behind the record.\n");
}

static void test_lists(void)
{
    static const struct
    {
        const char *text;
        uint64_t total;
        size_t count; /* 0: 416 */
        bool is_list;
        struct byte_range ranges[2];
    } tests[] = {
        {"bytes=0-15", 64, 1, false, {{0, 16}}},                       /* R6 */
        {"bytes=12-19", 64, 1, false, {{12, 20}}},                     /* R7 */
        {"bytes=0-15,990-999", 1000, 2, true, {{0, 16}, {990, 1000}}}, /* R9 */
        {"bytes=990-999,0-15", 1000, 2, true, {{990, 1000}, {0, 16}}}, /* R10 */
        {"bytes=0-999", 1000, 1, false, {{0, 1000}}},                  /* R11 */
        {"bytes=1000-", 1000, 0, false, {{0}}},                        /* R12 */
        {"bytes=0-", 1000, 1, false, {{0, 1000}}},
        {"bytes=-1", 1000, 1, false, {{999, 1000}}},
        {"bytes=-2000", 1000, 1, false, {{0, 1000}}},
        {"bytes=-0", 1000, 0, false, {{0}}},
        {"bytes=5-4", 1000, 0, false, {{0}}},
        {"bytes=0-0,5-4", 1000, 0, false, {{0}}},
        {"bytes=999-18446744073709551615", 1000, 1, false, {{999, 1000}}},
        {"bytes=0-18446744073709551616", 1000, 0, false, {{0}}},
        {"bytes=18446744073709551615-", 1000, 0, false, {{0}}},
        {"bytes=0-0,2000-", 1000, 1, true, {{0, 1}}},
        {"Bytes= 0-0 ,, 5 - 6 ,", 1000, 2, true, {{0, 1}, {5, 7}}},
        {"bytes=0-9,0-9", 1000, 2, true, {{0, 10}, {0, 10}}},
        {"bytes=", 1000, 0, false, {{0}}},
        {"bytes=,", 1000, 0, false, {{0}}},
        {"bytes=-", 1000, 0, false, {{0}}},
        {"bytes=a-b", 1000, 0, false, {{0}}},
        {"bytes=1-2-3", 1000, 0, false, {{0}}},
        {"bytes=+1-2", 1000, 0, false, {{0}}},
        {"bytes 0-1", 1000, 0, false, {{0}}},
        {"lines=0-1", 1000, 0, false, {{0}}},
        {"", 1000, 0, false, {{0}}},
        {"bytes=0-0", 0, 0, false, {{0}}},
        {"bytes=-5", 0, 0, false, {{0}}},
    };
    struct content_asked asked;
    char many[8 + 4 * (CONTENT_ASKED_MAX + 1)] = "bytes=";

    withstands("F14");
    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        bool is_good =
            content_parse_range(tests[i].text, strlen(tests[i].text), tests[i].total, &asked);

        ok(is_good == (tests[i].count > 0) && asked.count == tests[i].count, "%s: got %u ranges.\n",
           tests[i].text, (unsigned int)asked.count);
        if (!is_good) continue;
        ok(asked.is_list == tests[i].is_list, "%s: a list.\n", tests[i].text);
        ok(!memcmp(asked.ranges, tests[i].ranges, asked.count * sizeof(*asked.ranges)),
           "%s: other ranges.\n", tests[i].text);
    }

    for (unsigned int i = 0; i < CONTENT_ASKED_MAX; i++)
        strcat(many, "1-1,");
    ok(content_parse_range(many, strlen(many), 1000, &asked) && asked.count == CONTENT_ASKED_MAX,
       "Many are refused.\n");
    strcat(many, "1-1");
    ok(!content_parse_range(many, strlen(many), 1000, &asked) && !asked.count, "Too many.\n");
}

static void test_prose(void)
{
    static const char *const good[] = {"0-1 / 1000", "bytes 0-1/1000", "bytes 0-1/*",
                                       "  0-1/1000 "};
    static const char *const bad[] = {
        "", "0-1", "0-1/", "bytes=0-1/1000", "*/1000", "1000-1001/1002", "0-1/a", "/1000"};
    struct content_asked asked;

    for (size_t i = 0; i < ARRAY_COUNT(good); i++)
        ok(content_parse_prose_range(good[i], strlen(good[i]), 1000, &asked) && asked.count == 1 &&
               !asked.is_list && !asked.ranges[0].begin && asked.ranges[0].end == 2,
           "R13: %s.\n", good[i]);
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ok(!content_parse_prose_range(bad[i], strlen(bad[i]), 1000, &asked), "Takes %s.\n", bad[i]);
}

static void test_multipart(void)
{
    static const char boundary[] = "BITSPEER_4F1C2A";
    static const char head[] = "\r\n--BITSPEER_4F1C2A\r\nContent-Type: application/octet-stream\r\n"
                               "Content-Range: bytes 990-999/1000\r\n\r\n";
    struct content_asked asked = {{{0, 16}, {990, 1000}}, 2, true};
    struct content_asked huge = {{{0, UINT64_MAX}}, 1, true};
    char text[CONTENT_PART_HEAD_MAX];
    uint64_t size;
    size_t len;

    ok(content_multipart_size(&asked, boundary, 1000, &size) && size == 242, "R9: %llu bytes.\n",
       (unsigned long long)size);
    len = content_format_part_head(boundary, &asked.ranges[1], 1000, text);
    ok(len == strlen(head) && !memcmp(text, head, len), "R9: got %.*s.\n", (int)len, text);
    len = content_format_part_end(boundary, text);
    ok(len == 23 && !memcmp(text, "\r\n--BITSPEER_4F1C2A--\r\n", len), "R9: got %.*s.\n", (int)len,
       text);
    ok(!content_multipart_size(&huge, boundary, UINT64_MAX, &size), "More than 64 bits.\n");
}

START_TEST(content_ranges)
{
    RUN_TEST(test_positions);
    RUN_TEST(test_lists);
    RUN_TEST(test_prose);
    RUN_TEST(test_multipart);
}
