/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The names of Wine's test framework for host builds. Include harness/test.h. */
#ifndef OPENBITS_TESTS_TEST_HOST_H
#define OPENBITS_TESTS_TEST_HOST_H

#include <stdarg.h>
#include <stdint.h>
#include <uchar.h>

#define TEST_PRINTF(format_arg, first) __attribute__((format(printf, format_arg, first)))

struct test
{
    const char *name;
    void (*func)(void);
};
extern const struct test winetest_testlist[];

/* "host": neither todo_wine nor broken() apply. */
extern const char *winetest_platform;
/* 0 keeps traces, todos and skips quiet; from the variable WINETEST_DEBUG. */
extern int winetest_debug;

void winetest_set_location(const char *file, int line);
void winetest_subtest(const char *name);
void winetest_ok(int condition, const char *format, ...) TEST_PRINTF(2, 3);
int winetest_vok(int condition, const char *format, va_list args);
void winetest_skip(const char *format, ...) TEST_PRINTF(1, 2);
void winetest_win_skip(const char *format, ...) TEST_PRINTF(1, 2);
void winetest_trace(const char *format, ...) TEST_PRINTF(1, 2);
void winetest_push_context(const char *format, ...) TEST_PRINTF(1, 2);
void winetest_pop_context(void);
void winetest_start_todo(int is_todo);
int winetest_loop_todo(void);
void winetest_end_todo(void);
long winetest_get_failures(void);
void winetest_add_failures(long count);
int winetest_get_mainargs(char ***argv);
int broken(int condition);

/* In quotes; valid until the thread has asked for some more. */
const char *wine_dbgstr_w(const char16_t *text);

#define ok_(file, line)       (winetest_set_location(file, line), winetest_ok)
#define skip_(file, line)     (winetest_set_location(file, line), winetest_skip)
#define win_skip_(file, line) (winetest_set_location(file, line), winetest_win_skip)
#define trace_(file, line)    (winetest_set_location(file, line), winetest_trace)
#define subtest_(file, line)  (winetest_set_location(file, line), winetest_subtest)

#define ok       ok_(__FILE__, __LINE__)
#define skip     skip_(__FILE__, __LINE__)
#define win_skip win_skip_(__FILE__, __LINE__)
#define trace    trace_(__FILE__, __LINE__)
#define subtest  subtest_(__FILE__, __LINE__)

#define todo_if(is_todo)                                                                           \
    for (winetest_start_todo(is_todo); winetest_loop_todo(); winetest_end_todo())
#define todo_wine_if(is_todo) todo_if((is_todo) && 0)
#define todo_wine             todo_if(0)

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#endif

#endif
