/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The one header of every test: Wine's framework on Windows, the same names on the host. On top of
 * it, shows("ID") names a statement of the conformance checklist, withstands("ID") a row of the
 * table of faults (tests/faults/rows.txt), and RUN_TEST(fn) records what was named in fn if fn made
 * checks and none of them failed, was skipped or is a todo.
 * A test file has one START_TEST(name) and no main(); helper files just include this. */
#ifndef OPENBITS_TESTS_TEST_H
#define OPENBITS_TESTS_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32

#include <windows.h>

#include <wine/debug.h>

/* Messages use C99's formats, on Windows too: %llu, %zu and %#lx, never %I64u. */
#undef __WINE_PRINTF_ATTR
#ifdef __clang__
#define __WINE_PRINTF_ATTR(format_arg, first) __attribute__((format(printf, format_arg, first)))
#else
#define __WINE_PRINTF_ATTR(format_arg, first) __attribute__((format(gnu_printf, format_arg, first)))
#endif

#include <wine/test.h>

#ifndef STANDALONE
struct test
{
    const char *name;
    void (*func)(void);
};
extern const struct test winetest_testlist[];
#endif

#else

#include "harness/test_host.h"

#endif

/* main() is in the library: the test file only says what it has to run. */
#undef START_TEST
#define START_TEST(name)                                                                           \
    static void func_##name(void);                                                                 \
    const struct test winetest_testlist[] = {{#name, func_##name}, {0, 0}};                        \
    static void func_##name(void)

/* Runs a void function without arguments as one test; on the test's own thread, not nested. */
#define RUN_TEST(fn) test_run(__FILE__, __LINE__, #fn, fn)

/* Inside of RUN_TEST: these checks show the statement with this id of the checklist. */
#define shows(id) test_shows(__FILE__, __LINE__, id)

/* Inside of RUN_TEST: these checks would fail if the defence against this fault were gone. */
#define withstands(id) test_withstands(__FILE__, __LINE__, id)

void test_run(const char *file, int line, const char *name, void (*fn)(void));
void test_shows(const char *file, int line, const char *id);
void test_withstands(const char *file, int line, const char *id);

/* Asks again and again until the condition holds; false when the time is over. Sleeps between, so
 * where an apartment must be pumped take com_wait_for() of com_fixture.h. */
bool wait_for(bool (*condition)(void *ctx), void *ctx, unsigned int timeout_ms);

/* Milliseconds that never go back. */
uint64_t test_ticks(void);

/* The value of an environment variable in the caller's buffer; false, and empty, without. */
bool test_env(const char *name, char *buffer, size_t size);

/* The folder and the name without extension of this program; terminated, cut to the buffer. */
void test_program_name(char *buffer, size_t size);

#endif
