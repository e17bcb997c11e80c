/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/content_values.c */
#include "harness/test.h"

#include <string.h>

#include "peer/content_values.h"

static void test_guid(void)
{
    static const char text[] = "{3F2504E0-4F89-41D3-9A0C-0305E82C3301}";
    static const GUID guid = {
        0x3f2504e0, 0x4f89, 0x41d3, {0x9a, 0x0c, 0x03, 0x05, 0xe8, 0x2c, 0x33, 0x01}};
    static const char *const bad[] = {
        "",
        "{}",
        "{3F2504E0-4F89-41D3-9A0C-0305E82C3301",
        "3F2504E0-4F89-41D3-9A0C-0305E82C3301}",
        "(3F2504E0-4F89-41D3-9A0C-0305E82C3301)",
        "3F2504E04F8941D39A0C0305E82C33010000",
        "3F2504E0-4F89-41D3-9A0C-0305E82C330G",
        "3F2504E0-4F89-41D3-9A0C-0305E82C33011",
        "{../../boot.ini}",
    };
    char out[CONTENT_GUID_SIZE];
    GUID read;

    content_format_guid(&guid, out);
    ok(!strcmp(out, text), "Got %s.\n", out);
    ok(content_parse_guid(text, 38, &read) && !memcmp(&read, &guid, 16), "With braces.\n");
    ok(content_parse_guid(text + 1, 36, &read) && !memcmp(&read, &guid, 16), "Without braces.\n");
    ok(content_parse_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301", 36, &read) &&
           !memcmp(&read, &guid, 16),
       "Lower case.\n");
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ok(!content_parse_guid(bad[i], strlen(bad[i]), &read) && !read.Data1, "Takes %s.\n",
           bad[i]);
}

static void test_time(void)
{
    static const struct
    {
        const char *text;
        filetime_t time;
        const char *written; /* NULL: as it was */
    } tests[] = {
        {"2024-03-05T10:20:30.000Z", 0x1DA6EE6BFC8EB00, NULL},
        {"2024-03-05T10:20:30Z", 0x1DA6EE6BFC8EB00, "2024-03-05T10:20:30.000Z"},
        {"2024-03-05T10:20:30", 0x1DA6EE6BFC8EB00, "2024-03-05T10:20:30.000Z"},
        {"2024-03-05T12:50:30+02:30", 0x1DA6EE6BFC8EB00, "2024-03-05T10:20:30.000Z"},
        {"2024-03-04T20:20:30-14:00", 0x1DA6EE6BFC8EB00, "2024-03-05T10:20:30.000Z"},
        {"2024-03-05T10:20:30.1239999999999999Z", 0x1DA6EE6BFC8EB00 + 1230000,
         "2024-03-05T10:20:30.123Z"},
        {"1601-01-01T00:00:00.000Z", 0, NULL},
        {"1601-01-01T00:00:00.001Z", 10000, NULL},
        {"1970-01-01T00:00:00.000Z", 116444736000000000, NULL},
        {"2000-02-29T23:59:59.999Z", 125963423999990000, NULL},
        {"1999-12-31T24:00:00Z", 125911584000000000, "2000-01-01T00:00:00.000Z"},
        {"9999-12-31T23:59:59.999Z", 2650467743999990000, NULL},
    };
    static const char *const bad[] = {
        "",
        "2024-03-05",
        "2024-03-05T10:20Z",
        "2024-3-05T10:20:30Z",
        "2024-02-30T10:20:30Z",
        "2023-02-29T10:20:30Z",
        "1900-02-29T10:20:30Z",
        "2024-00-05T10:20:30Z",
        "2024-13-05T10:20:30Z",
        "2024-03-00T10:20:30Z",
        "2024-03-05T24:00:01Z",
        "2024-03-05T10:60:30Z",
        "2024-03-05T10:20:60Z",
        "2024-03-05T10:20:30.Z",
        "2024-03-05T10:20:30z",
        "2024-03-05T10:20:30ZZ",
        "2024-03-05T10:20:30+2:00",
        "2024-03-05T10:20:30+14:01",
        "2024-03-05t10:20:30Z",
        "1600-12-31T23:59:59Z",
        "1601-01-01T00:00:00+00:01",
        "12024-03-05T10:20:30Z",
    };
    char out[CONTENT_TIME_SIZE];
    filetime_t time;

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        const char *written = tests[i].written ? tests[i].written : tests[i].text;

        ok(content_parse_time(tests[i].text, strlen(tests[i].text), &time), "Refuses %s.\n",
           tests[i].text);
        ok(time == tests[i].time, "%s: got %llu.\n", tests[i].text, (unsigned long long)time);
        ok(content_format_time(tests[i].time, out) && !strcmp(out, written), "%s: got %s.\n",
           tests[i].text, out);
    }
    for (size_t i = 0; i < ARRAY_COUNT(bad); i++)
        ok(!content_parse_time(bad[i], strlen(bad[i]), &time) && !time, "Takes %s.\n", bad[i]);
    ok(!content_format_time(2650467744000000000, out) && !out[0], "Year 10000: %s.\n", out);
    ok(!content_format_time(UINT64_MAX, out) && !out[0], "The last time: %s.\n", out);
}

/* Every day has one name, and its name that day. */
static void test_days(void)
{
    char last[CONTENT_TIME_SIZE] = "", out[CONTENT_TIME_SIZE];
    unsigned int failures = 0;

    for (uint64_t day = 0; day < 3067671; day += 7)
    {
        filetime_t time = day * 864000000000ull, read;

        if (!content_format_time(time, out) || strcmp(out, last) <= 0 ||
            !content_parse_time(out, strlen(out), &read) || read != time)
            failures++;
        memcpy(last, out, sizeof(last));
    }
    ok(!failures, "%u days are wrong.\n", failures);
}

static void test_number(void)
{
    uint64_t number;

    ok(content_parse_number("18446744073709551615", 20, &number) && number == UINT64_MAX,
       "The largest.\n");
    ok(content_parse_number("0007", 4, &number) && number == 7, "Zeros before.\n");
    ok(!content_parse_number("18446744073709551616", 20, &number) && !number, "One more.\n");
    ok(!content_parse_number("", 0, &number), "Nothing.\n");
    ok(!content_parse_number("-1", 2, &number), "A sign.\n");
    ok(!content_parse_number("1 ", 2, &number), "A blank.\n");
}

START_TEST(content_values)
{
    RUN_TEST(test_guid);
    RUN_TEST(test_time);
    RUN_TEST(test_days);
    RUN_TEST(test_number);
}
