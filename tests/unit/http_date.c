/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/http_date.c */
#include "harness/test.h"

#include <string.h>

#include "net/http_date.h"

#define T_1994 124285853770000000ull /* 1994-11-06 08:49:37 */

static void test_parse(void)
{
    static const struct
    {
        const char *text;
        filetime_t time; /* 0: refused */
    } tests[] = {
        {"Sun, 06 Nov 1994 08:49:37 GMT", T_1994},
        {"Sunday, 06-Nov-94 08:49:37 GMT", T_1994},
        {"Sun Nov  6 08:49:37 1994", T_1994},
        {"Sun Nov 06 08:49:37 1994", T_1994},
        {"Thu, 01 Jan 1970 00:00:00 GMT", 116444736000000000ull},
        {"Mon, 01 Jan 1601 00:00:01 GMT", 10000000},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 2650467743990000000ull},
        {"Thu, 29 Feb 2024 00:00:00 GMT", 133536384000000000ull},
        {"Tue, 29 Feb 2000 00:00:00 GMT", 125962560000000000ull},
        {"Sat, 31 Dec 2016 23:59:60 GMT", 131277024000000000ull},
        {"Thursday, 01-Jan-70 00:00:00 GMT", 116444736000000000ull},
        {"Tuesday, 31-Dec-69 00:00:00 GMT", 148001472000000000ull},
        {"Mon, 01 Jan 1601 00:00:00 GMT", 0},
        {"Sun, 31 Dec 1600 23:59:59 GMT", 0},
        {"Sat, 01 Jan 0000 00:00:00 GMT", 0},
        {"Fri, 30 Feb 2024 00:00:00 GMT", 0},
        {"Wed, 29 Feb 2023 00:00:00 GMT", 0},
        {"Thu, 29 Feb 1900 00:00:00 GMT", 0},
        {"Mon, 31 Apr 2024 00:00:00 GMT", 0},
        {"Sun, 00 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 32 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1994 24:00:00 GMT", 0},
        {"Sun, 06 Nov 1994 08:60:37 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:61 GMT", 0},
        {"Sun, 06 Nov 1994 08:49:37 UTC", 0},
        {"Sun, 06 Nov 1994 08:49:37 +0100", 0},
        {"Sun, 06 Nov 1994 08:49:37", 0},
        {"Sun, 06 Nov 1994 08:49:37 GMT ", 0},
        {" Sun, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 6 Nov 1994 08:49:37 GMT", 0},
        {"Sun,06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 19940 08:49:37 GMT", 0},
        {"Sun, 06 Nov 94 08:49:37 GMT", 0},
        {"sun, 06 nov 1994 08:49:37 gmt", 0},
        {"Xyz, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Xyz 1994 08:49:37 GMT", 0},
        {"Sunday, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, -6 Nov 1994 08:49:37 GMT", 0},
        {"Sun Nov   6 08:49:37 1994", 0},
        {"1994-11-06T08:49:37Z", 0},
        {"784111777", 0},
        {"", 0},
    };

    withstands("B26");
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        filetime_t time = 1;
        bool is_date = http_parse_date(tests[i].text, strlen(tests[i].text), &time);

        ok(is_date == (tests[i].time != 0), "%s: got %d.\n", tests[i].text, is_date);
        ok(time == tests[i].time, "%s: got %llu.\n", tests[i].text, (unsigned long long)time);
    }
}

/* No reader may look past the length it is given. */
static void test_truncated(void)
{
    static const char *const dates[] = {
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(dates); i++)
        for (size_t len = 0; len < strlen(dates[i]); len++)
        {
            filetime_t time;

            ok(!http_parse_date(dates[i], len, &time), "%s: taken at length %u.\n", dates[i],
               (unsigned int)len);
        }
}

static void test_format(void)
{
    char text[HTTP_DATE_SIZE];

    ok(http_format_date(T_1994, text), "Refused.\n");
    ok(!strcmp(text, "Sun, 06 Nov 1994 08:49:37 GMT"), "Got %s.\n", text);
    ok(http_format_date(0, text), "Refused.\n");
    ok(!strcmp(text, "Mon, 01 Jan 1601 00:00:00 GMT"), "Got %s.\n", text);
    ok(http_format_date(2650467743999999999ull, text), "Refused.\n");
    ok(!strcmp(text, "Fri, 31 Dec 9999 23:59:59 GMT"), "Got %s.\n", text);
    ok(!http_format_date(2650467744000000000ull, text) && !*text, "Got %s.\n", text);
    ok(!http_format_date(UINT64_MAX, text) && !*text, "Got %s.\n", text);
}

/* A step of a prime number of seconds visits every month, and leap days, over 8,000 years. */
static void test_round_trip(void)
{
    char text[HTTP_DATE_SIZE];
    unsigned int failures = 0;

    for (filetime_t time = FILETIME_PER_SECOND; time < 2650467744000000000ull;
         time += 1000003 * FILETIME_PER_SECOND)
    {
        filetime_t again;

        if (!http_format_date(time, text) || strlen(text) != HTTP_DATE_SIZE - 1 ||
            !http_parse_date(text, HTTP_DATE_SIZE - 1, &again) || again != time)
            failures++;
    }
    ok(!failures, "%u dates changed on the way.\n", failures);
}

START_TEST(http_date)
{
    RUN_TEST(test_parse);
    RUN_TEST(test_truncated);
    RUN_TEST(test_format);
    RUN_TEST(test_round_trip);
}
