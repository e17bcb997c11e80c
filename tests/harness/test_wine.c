/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Wine's test framework with its main(), once for every test program, and what its header misses
 * outside of Wine. */
#define STANDALONE
#include "harness/test.h"

#include "harness/test_private.h"

/* Wine's debug.h keeps short-lived strings with it. A thread's buffer is used round and round. */
const char *__cdecl __wine_dbg_strdup(const char *text)
{
    struct tls_data *data = get_tls_data();
    size_t size = strlen(text) + 1;
    char *copy;

    if (size > sizeof(data->strings) - (size_t)(data->str_pos - data->strings))
        data->str_pos = data->strings;
    if (size > sizeof(data->strings)) return "(too long)";
    copy = data->str_pos;
    data->str_pos += size;
    return memcpy(copy, text, size);
}

void test_get_counts(struct test_counts *counts)
{
    counts->failures = failures + todo_failures + flaky_failures;
    counts->todos = todo_successes + muted_todo_successes;
    counts->skips = skipped + muted_skipped;
    counts->checks = successes + counts->failures + counts->todos;
}
