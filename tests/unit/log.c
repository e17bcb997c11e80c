/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/log.c */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

static char last_line[2 * LOG_LINE_MAX];
static unsigned int line_count;

static void keep_line(const char *line)
{
    size_t size = strlen(line) + 1;

    line_count++;
    if (size > sizeof(last_line)) size = sizeof(last_line);
    memcpy(last_line, line, size);
    last_line[sizeof(last_line) - 1] = 0;
}

/* What the line says after time and thread. */
static const char *text_of_last_line(void)
{
    const char *text = strchr(last_line, ' ');

    text = text ? strchr(text + 1, ' ') : NULL;
    return text ? text + 1 : "";
}

static unsigned int evaluations;

static int evaluate(void)
{
    evaluations++;
    return 7;
}

static void test_levels(void)
{
    static const struct
    {
        const char *levels;
        enum log_level http, job;
    } tests[] = {
        {"", LOG_LEVEL_WARN, LOG_LEVEL_WARN},
        {"all=trace", LOG_LEVEL_TRACE, LOG_LEVEL_TRACE},
        {"all=off", LOG_LEVEL_OFF, LOG_LEVEL_OFF},
        {"http=trace,job=info", LOG_LEVEL_TRACE, LOG_LEVEL_INFO},
        {"all=info,http=error", LOG_LEVEL_ERROR, LOG_LEVEL_INFO},
        {"http=error,all=info", LOG_LEVEL_INFO, LOG_LEVEL_INFO},
        {"http=loud,jobs=trace,=,,job", LOG_LEVEL_WARN, LOG_LEVEL_WARN},
        {"http=traces,job=trac", LOG_LEVEL_WARN, LOG_LEVEL_WARN},
        {",http=info,", LOG_LEVEL_INFO, LOG_LEVEL_WARN},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        winetest_push_context("%s", tests[i].levels);
        log_configure(tests[i].levels);
        for (enum log_level level = LOG_LEVEL_ERROR; level < LOG_LEVEL_COUNT; level++)
        {
            unsigned int expected = (level <= tests[i].http) + (level <= tests[i].job);

            line_count = evaluations = 0;
            LOG_AT(LOG_HTTP, level, "value %d", evaluate());
            LOG_AT(LOG_JOB, level, "value %d", evaluate());
            ok(line_count == expected, "Level %u: got %u lines.\n", level, line_count);
            ok(evaluations == expected, "Level %u: %u evaluations.\n", level, evaluations);
            ok(log_is_on(LOG_HTTP, level) == (level <= tests[i].http), "Level %u.\n", level);
        }
        winetest_pop_context();
    }
}

static void test_environment(void)
{
    unsigned int i;

    /* The run starts without the variable, so this is what users see. */
    for (i = 0; i < LOG_CHANNEL_COUNT; i++)
    {
        line_count = 0;
        LOG_ERR(i, "shown");
        LOG_WARN(i, "shown");
        LOG_INFO(i, "not shown");
        LOG_TRACE(i, "not shown");
        ok(line_count == 2, "Channel %u: got %u lines.\n", i, line_count);
    }
}

static void test_form(void)
{
    log_configure("");
    LOG_ERR(LOG_HTTP, "status %d of %s", 404, "x");
    ok(!strcmp(text_of_last_line(), "http error: status 404 of x\n"), "Got %s", last_line);
    LOG_WARN(LOG_STORE, "size %zu, %llu, %#lx", (size_t)5, 1ull << 40, 0x80070057ul);
    ok(!strcmp(text_of_last_line(), "store warn: size 5, 1099511627776, 0x80070057\n"), "Got %s",
       last_line);
    LOG_ERR(LOG_SERVICE, "one line end only\n");
    ok(!strcmp(text_of_last_line(), "service error: one line end only\n"), "Got %s", last_line);
    LOG_ERR(LOG_JOB, "%s", "a\r\n1.0 job error: forged\x1b[31m\t\x7f");
    ok(!strcmp(text_of_last_line(), "job error: a??1.0 job error: forged?[31m??\n"), "Got %s",
       last_line);
    LOG_ERR(LOG_JOB, "%s", "");
    ok(!strcmp(text_of_last_line(), "job error: \n"), "Got %s", last_line);
}

static void test_bounds(void)
{
    static char text[2 * LOG_LINE_MAX];

    for (size_t len = LOG_LINE_MAX - 100; len < LOG_LINE_MAX + 100; len++)
    {
        size_t size;

        memset(text, 'x', len);
        text[len] = 0;
        LOG_ERR(LOG_JOB, "%s", text);
        size = strlen(last_line);
        ok(size < LOG_LINE_MAX && size >= LOG_LINE_MAX - 100, "Got %u characters.\n",
           (unsigned int)size);
        ok(last_line[size - 1] == '\n' && last_line[size - 2] == 'x', "Wrong end.\n");
    }
}

#define THREADS 4
#define LINES   200

static struct lock sink_lock;
static unsigned int whole_lines; /* sink_lock */

static void check_line(const char *line)
{
    const char *text = strstr(line, "job error: ");
    bool is_whole = text && strlen(text) == strlen("job error: ") + 101 && text[111] == '\n';

    for (unsigned int i = 12; is_whole && i < 111; i++)
        is_whole = text[i] == text[11];
    lock_acquire(&sink_lock);
    whole_lines += is_whole;
    lock_release(&sink_lock);
}

static void write_lines(void *arg)
{
    const char *letter = arg;
    char text[101];

    memset(text, *letter, 100);
    text[100] = 0;
    for (unsigned int i = 0; i < LINES; i++)
        LOG_ERR(LOG_JOB, "%s", text);
}

static void test_threads(void)
{
    static char letters[THREADS] = {'a', 'b', 'c', 'd'};
    struct thread threads[THREADS] = {0};

    lock_init(&sink_lock, LOCK_RANK_LEAF, "sink");
    log_set_sink(check_line);
    for (unsigned int i = 0; i < THREADS; i++)
        ok(thread_start(&threads[i], write_lines, &letters[i], "writer") == S_OK, "No thread.\n");
    for (unsigned int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    log_set_sink(keep_line);
    ok(whole_lines == THREADS * LINES, "Got %u whole lines.\n", whole_lines);
    lock_done(&sink_lock);
}

START_TEST(log)
{
    char levels[8];

    log_set_sink(keep_line);
    if (!test_env("OPENBITS_LOG", levels, sizeof(levels))) RUN_TEST(test_environment);
    RUN_TEST(test_levels);
    RUN_TEST(test_form);
    RUN_TEST(test_bounds);
    RUN_TEST(test_threads);
}
