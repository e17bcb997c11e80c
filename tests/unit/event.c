/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/event.c */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/event.h"

static char last[EVENT_LINE_MAX];
static bool is_taken = true;

static bool take(const char *line)
{
    snprintf(last, sizeof(last), "%s", line);
    return is_taken;
}

static void test_line(void)
{
    unsigned int year, month, day, hour, minute, second;
    int end = 0;

    event_write(EVENT_SERVER_LISTENS, "port %u", 2178u);
    ok(!*last, "There is no sink, but a line.\n");
    event_set_sink(take);
    event_write(EVENT_SERVER_LISTENS, "port %u", 2178u);
    ok(sscanf(last, "{\"time\":\"%u-%u-%uT%u:%u:%uZ\"%n", &year, &month, &day, &hour, &minute,
              &second, &end) == 6,
       "Got %s", last);
    ok(year >= 2024 && year < 2200 && month >= 1 && month <= 12 && day >= 1 && day <= 31, "Got %s",
       last);
    ok(hour < 24 && minute < 60 && second < 60, "Got %s", last);
    ok(!strcmp(last + end,
               ",\"id\":10,\"event\":\"peer server listening\",\"detail\":\"port 2178\"}\n"),
       "Got %s", last);
}

static void test_escapes(void)
{
    char text[2000];

    event_write(EVENT_RECORD_FOUND, "%s", "a\"b\\c\nd\x7f");
    ok(strstr(last, "\"detail\":\"a\\\"b\\\\c?d?\"}\n") != NULL, "Got %s", last);
    memset(text, '"', sizeof(text));
    text[sizeof(text) - 1] = 0;
    event_write(EVENT_RECORD_FOUND, "%s", text);
    ok(strlen(last) < EVENT_LINE_MAX && !strcmp(last + strlen(last) - 5, "\\\"\"}\n"), "Got %s",
       last);
}

static void test_loss(void)
{
    uint32_t before = event_lost();

    withstands("N5");
    is_taken = false;
    event_write(EVENT_SERVER_STOPPED, "now");
    ok(event_lost() == before + 1, "Got %u.\n", event_lost());
    is_taken = true;
    event_write(EVENT_SERVER_STOPPED, "now");
    ok(event_lost() == before + 1, "Got %u.\n", event_lost());
    event_set_sink(NULL);
}

START_TEST(event)
{
    RUN_TEST(test_line);
    RUN_TEST(test_escapes);
    RUN_TEST(test_loss);
}
