/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fields of a client: what is one, what is ours, and where the lines end. */
#include "harness/test.h"

#include <string.h>

#include "base/str.h"
#include "bitsmsg.h"
#include "job/http_lines.h"

static void test_check(void)
{
    static const struct
    {
        const WCHAR *lines;
        HRESULT hr;
    } tests[] = {
        {u"X: a\r\n", S_OK},
        {u"X: a\r\nY:\r\n", S_OK},
        {u"X: a", S_OK},
        {u"X:\ta b\r\n", S_OK},
        {u"", E_INVALIDARG},
        {u"\r\n", E_INVALIDARG},
        {u"X\r\n", E_INVALIDARG},
        {u": a\r\n", E_INVALIDARG},
        {u"X : a\r\n", E_INVALIDARG},
        {u"X: a\r\n\r\n", E_INVALIDARG},
        {u"X: a\n", E_INVALIDARG},
        {u"X: a\rY: b\r\n", E_INVALIDARG},
        {u"X: a\r\n folded\r\n", E_INVALIDARG},
        {u"X: \x7f\r\n", E_INVALIDARG},
        {u"\u00e4: a\r\n", E_INVALIDARG},
    };
    static const WCHAR half[] = {'X', ':', 0xd800, '\r', '\n', 0};

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        HRESULT hr = http_lines_check(tests[i].lines);

        ok(hr == tests[i].hr, "%u: got hr %#lx.\n", (unsigned int)i, (unsigned long)hr);
    }
    ok(http_lines_check(half) == E_INVALIDARG, "Half a character is taken.\n");
}

static void test_limits(void)
{
    static WCHAR lines[HTTP_LINES_MAX + 2];

    for (size_t i = 0; i <= HTTP_LINES_MAX; i++)
        lines[i] = i == 1 ? ':' : 'x';
    ok(http_lines_check(lines) == BG_E_STRING_TOO_LONG, "It is not too long.\n");
    lines[HTTP_LINES_MAX] = 0;
    ok(http_lines_check(lines) == S_OK, "It is not taken.\n");
}

static void test_reserved(void)
{
    static const WCHAR *const ours[] = {u"Host: a", u"RANGE:", u"if-Match: x", u"Content-Length:0"};
    static const WCHAR *const free_ones[] = {u"Hosts: a", u"X-Range: a", u"Cookie: Host: x",
                                             u"Authorization: x", u"Hos"};

    for (size_t i = 0; i < ARRAY_COUNT(ours); i++)
        ok(http_lines_is_reserved(ours[i], str_len(ours[i])), "%u is not ours.\n", (unsigned int)i);
    for (size_t i = 0; i < ARRAY_COUNT(free_ones); i++)
        ok(!http_lines_is_reserved(free_ones[i], str_len(free_ones[i])), "%u is ours.\n",
           (unsigned int)i);
}

static void test_method(void)
{
    ok(http_method_check(u"PROPFIND") == S_OK, "It is not taken.\n");
    ok(http_method_check(u"") == E_INVALIDARG, "An empty one is taken.\n");
    ok(http_method_check(u"GET /") == E_INVALIDARG, "Two words are taken.\n");
    ok(http_method_check(u"X\r\n") == E_INVALIDARG, "Two lines are taken.\n");
}

START_TEST(http_lines)
{
    test_check();
    test_limits();
    test_reserved();
    test_method();
}
