/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The test framework of host builds, with main(). Checks may come from any thread: counters are
 * atomic, location, todo level and contexts belong to a thread. */
#include "harness/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/test_private.h"

#define CONTEXT_MAX 8

struct thread_state
{
    const char *file;
    int line;
    unsigned int todo_level; /* one bit for each nesting, the innermost last */
    int is_todo_pending;
    unsigned int context_count;
    char contexts[CONTEXT_MAX][128];
    char strings[4][320];
    unsigned int next_string;
};

const char *winetest_platform = "host";
int winetest_debug = 1;

static _Thread_local struct thread_state state;
static atomic_long successes, failures, todos, todo_failures, skips;
static int main_argc;
static char **main_argv;

/* One write for each line, so that lines of several threads do not mix. */
static void print_line(const char *kind, const char *format, va_list args)
{
    char line[4096];
    size_t len;

    len = (size_t)snprintf(line, sizeof(line) / 2, "%s:%d: %s", state.file ? state.file : "?",
                           state.line, kind);
    for (unsigned int i = 0; i < state.context_count && i < CONTEXT_MAX; i++)
        len += (size_t)snprintf(line + len, sizeof(line) - len, "%s: ", state.contexts[i]);
    vsnprintf(line + len, sizeof(line) - len, format, args);
    fputs(line, stdout);
}

void winetest_set_location(const char *file, int line)
{
    const char *slash = strrchr(file, '/');

    state.file = slash ? slash + 1 : file;
    state.line = line;
}

void winetest_subtest(const char *name)
{
    printf("%s:%d: Subtest %s\n", state.file, state.line, name);
}

int winetest_vok(int condition, const char *format, va_list args)
{
    if (state.todo_level && condition)
    {
        print_line("Test succeeded inside todo block: ", format, args);
        atomic_fetch_add(&todo_failures, 1);
        return 0;
    }
    if (state.todo_level)
    {
        if (winetest_debug) print_line("Test marked todo: ", format, args);
        atomic_fetch_add(&todos, 1);
        return 1;
    }
    if (condition)
    {
        atomic_fetch_add(&successes, 1);
        return 1;
    }
    print_line("Test failed: ", format, args);
    atomic_fetch_add(&failures, 1);
    return 0;
}

void winetest_ok(int condition, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    winetest_vok(condition, format, args);
    va_end(args);
}

static void count_skip(const char *format, va_list args)
{
    if (winetest_debug) print_line("Tests skipped: ", format, args);
    atomic_fetch_add(&skips, 1);
}

void winetest_skip(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    count_skip(format, args);
    va_end(args);
}

void winetest_win_skip(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    count_skip(format, args);
    va_end(args);
}

void winetest_trace(const char *format, ...)
{
    va_list args;

    if (!winetest_debug) return;
    va_start(args, format);
    print_line("", format, args);
    va_end(args);
}

void winetest_push_context(const char *format, ...)
{
    va_list args;

    if (state.context_count < CONTEXT_MAX)
    {
        va_start(args, format);
        vsnprintf(state.contexts[state.context_count], sizeof(state.contexts[0]), format, args);
        va_end(args);
    }
    state.context_count++;
}

void winetest_pop_context(void)
{
    if (state.context_count) state.context_count--;
}

void winetest_start_todo(int is_todo)
{
    state.todo_level = state.todo_level << 1 | !!is_todo;
    state.is_todo_pending = 1;
}

int winetest_loop_todo(void)
{
    int is_pending = state.is_todo_pending;

    state.is_todo_pending = 0;
    return is_pending;
}

void winetest_end_todo(void)
{
    state.todo_level >>= 1;
}

long winetest_get_failures(void)
{
    return atomic_load(&failures);
}

void winetest_add_failures(long count)
{
    atomic_fetch_add(&failures, count);
}

int winetest_get_mainargs(char ***argv)
{
    *argv = main_argv;
    return main_argc;
}

int broken(int condition)
{
    (void)condition;
    return 0;
}

const char *wine_dbgstr_w(const char16_t *text)
{
    char *out = state.strings[state.next_string++ % ARRAY_SIZE(state.strings)];
    const size_t size = sizeof(state.strings[0]);
    size_t len = 0;

    if (!text) return "(null)";
    out[len++] = '"';
    for (; *text && len + 12 < size; text++)
    {
        if (*text >= ' ' && *text < 127 && *text != '"' && *text != '\\')
            out[len++] = (char)*text;
        else
            len += (size_t)snprintf(out + len, size - len, "\\%04x", (unsigned int)*text);
    }
    snprintf(out + len, size - len, "\"%s", *text ? "..." : "");
    return out;
}

void test_get_counts(struct test_counts *counts)
{
    counts->failures = atomic_load(&failures) + atomic_load(&todo_failures);
    counts->todos = atomic_load(&todos);
    counts->skips = atomic_load(&skips);
    counts->checks = atomic_load(&successes) + counts->failures + counts->todos;
}

int main(int argc, char **argv)
{
    const char *debug = getenv("WINETEST_DEBUG");
    const struct test *test = winetest_testlist;
    struct test_counts counts;

    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    if (debug) winetest_debug = atoi(debug);
    main_argc = argc;
    main_argv = argv;

    test->func();

    test_get_counts(&counts);
    printf("%04x:%s: %ld tests executed (%ld marked as todo, %ld %s), %ld skipped.\n",
           (unsigned int)getpid(), test->name, counts.checks, counts.todos, counts.failures,
           counts.failures == 1 ? "failure" : "failures", counts.skips);
    return counts.failures ? 1 : 0;
}
