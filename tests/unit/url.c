/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/url.c */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/url.h"

/* A run of so many letters between two texts. */
static const WCHAR *with_run(const WCHAR *before, size_t count, const WCHAR *after)
{
    static WCHAR text[2600];
    size_t len = str_len(before);

    memcpy(text, before, len * sizeof(*text));
    while (count--)
        text[len++] = 'a';
    memcpy(text + len, after, (str_len(after) + 1) * sizeof(*text));
    return text;
}

static void test_scheme(void)
{
    static const struct
    {
        const WCHAR *url;
        enum url_scheme scheme;
    } tests[] = {
        {u"http://h/", URL_HTTP},
        {u"HtTp://h/", URL_HTTP},
        {u"https://h/", URL_HTTPS},
        {u"HTTPS://", URL_HTTPS},
        {u"file:///C:/a", URL_FILE},
        {u"FILE:x", URL_FILE},
        {u"\\\\server\\share\\a", URL_FILE},
        {u"C:\\a", URL_FILE},
        {u"c:/a", URL_FILE},
        {u"C:a", URL_UNKNOWN},
        {u"1:\\a", URL_UNKNOWN},
        {u"\\a", URL_UNKNOWN},
        {u"//server/share/a", URL_UNKNOWN},
        {u"http:/h/", URL_UNKNOWN},
        {u"http", URL_UNKNOWN},
        {u" http://h/", URL_UNKNOWN},
        {u"ftp://h/a", URL_UNKNOWN},
        {u"javascript:alert(1)", URL_UNKNOWN},
        {u"", URL_UNKNOWN},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        enum url_scheme scheme = url_scheme_of(tests[i].url);

        ok(scheme == tests[i].scheme, "%s: got %u.\n", wine_dbgstr_w(tests[i].url), scheme);
    }
}

static void expect_remote(int line, const WCHAR *url, HRESULT expected)
{
    HRESULT hr = url_check_remote(url);

    ok(hr == expected, "Line %d, %s: got hr %#lx.\n", line, wine_dbgstr_w(url), (unsigned long)hr);
}
#define GOOD_REMOTE(url) expect_remote(__LINE__, url, S_OK)
#define BAD_REMOTE(url)  expect_remote(__LINE__, url, E_INVALIDARG)

static void test_remote_http(void)
{
    static const WCHAR *const good[] = {
        u"http://host",
        u"http://host/",
        u"http://host?query",
        u"http://host/a/b.cab",
        u"http://host/a//b",
        u"http://host/../a",
        u"https://host:8443/a?b=c&d=%20#part",
        u"http://host:1/a",
        u"http://host:65535/a",
        u"http://host:00080/a",
        u"http://127.0.0.1:80/a",
        u"http://h_o-s.t/a",
        u"http://[::1]/a",
        u"http://[::1]:8080/a",
        u"http://[::]/",
        u"http://[fe80::1%25eth0]/a",
        u"http://[1:2:3:4:5:6:7:8]/",
        u"http://[1:2:3:4:5:6:7::]/",
        u"http://[::ffff:192.0.2.1]/",
        u"http://user:password@host/a",
        u"http://user@host:8080/a",
        u"http://@host/a",
        u"http://host/a%00b",
        u"http://host/a*b?c*",
        u"http://host/~a!$&'()*+,;=:@-._",
        u"http://host/a[1]?b[]=2",
        u"http://xn--bcher-kva.example/",
    };
    static const WCHAR *const bad[] = {
        u"http://",
        u"http:///a",
        u"http://:80/a",
        u"http://?a",
        u"http://user@/a",
        u"http://host:/a",
        u"http://host:0/a",
        u"http://host:65536/a",
        u"http://host:4294967376/a",
        u"http://host:80a/a",
        u"http://host:-1/a",
        u"http://host:+80/a",
        u"http://host:80:80/a",
        u"http://host: 80/a",
        u"http://a b/",
        u"http://host/a b",
        u" http://host/a",
        u"http://host/a ",
        u"http://host/a\tb",
        u"http://host/a\r\nHost: other",
        u"http://host/a\nb",
        u"http://host/a\x01"
        u"b",
        u"http://host/a\x7f",
        u"http://host/a%",
        u"http://host/a%2",
        u"http://host/a%2g",
        u"http://host/a%%20",
        u"http://host/<a>",
        u"http://host/\"a\"",
        u"http://host/a\\b",
        u"http://host\\a",
        u"http://host\\@other/a",
        u"http://host/a^b",
        u"http://host/a`b",
        u"http://host/{a}",
        u"http://host/a|b",
        u"http://host/b\u00fccher",
        u"http://b\u00fccher.example/",
        u"http://ho%73t/a",
        u"http://a@b@host/a",
        u"http://[::1/a",
        u"http://::1/a",
        u"http://[]/a",
        u"http://[:]/a",
        u"http://[:::]/a",
        u"http://[1::2::3]/a",
        u"http://[12345::]/a",
        u"http://[1:2:3:4:5:6:7:8:9]/a",
        u"http://[1:2:3:4:5:6:7]/a",
        u"http://[1:2:3:4:5:6:7:8::]/a",
        u"http://[1:]/a",
        u"http://[:1]/a",
        u"http://[g::]/a",
        u"http://[::1]a/",
        u"http://[::1]8080/",
        u"http://[::256.1.1.1]/",
        u"http://[::1.1.1]/",
        u"http://[::1.1.1.1.1]/",
        u"http://[fe80::1%eth0]/a",
        u"http://[fe80::1%25]/a",
        u"http://[%25eth0]/a",
        u"http://[fe80::1%25a%20b]/a",
        u"http://[v1.a]/",
        u"ftp://host/a",
        u"ws://host/a",
        u"javascript:alert(1)",
        u"data:text/plain,a",
        u"//host/a",
        u"host/a",
        u"/a",
        u"",
    };

    withstands("D8");
    for (unsigned int i = 0; i < ARRAY_COUNT(good); i++)
        GOOD_REMOTE(good[i]);
    for (unsigned int i = 0; i < ARRAY_COUNT(bad); i++)
        BAD_REMOTE(bad[i]);
}

static void test_remote_lengths(void)
{
    withstands("D8");
    GOOD_REMOTE(with_run(u"http://host/?", 2200 - 13, u""));
    BAD_REMOTE(with_run(u"http://host/?", 2201 - 13, u""));
    GOOD_REMOTE(with_run(u"http://host/", 260, u""));
    GOOD_REMOTE(with_run(u"http://host/", 260, u"/b"));
    GOOD_REMOTE(with_run(u"http://host/", 260, u"?c"));
    BAD_REMOTE(with_run(u"http://host/", 261, u""));
    BAD_REMOTE(with_run(u"http://host/", 261, u"/b"));
    BAD_REMOTE(with_run(u"http://host/b/", 261, u"?c"));
    GOOD_REMOTE(with_run(u"http://", 255, u"/a"));
    BAD_REMOTE(with_run(u"http://", 256, u"/a"));
    GOOD_REMOTE(with_run(u"\\\\server\\share\\", 260, u""));
    BAD_REMOTE(with_run(u"\\\\server\\share\\", 261, u""));
    BAD_REMOTE(with_run(u"file://server/share/", 261, u""));
}

static void test_remote_files(void)
{
    static const WCHAR *const good[] = {
        u"\\\\server\\share\\a.cab",
        u"\\\\server\\share\\dir\\my file.cab",
        u"\\\\server\\c$\\a",
        u"\\\\server/share/a",
        u"\\\\server\\share\\pipe\\a",
        u"C:\\dir\\a",
        u"c:/dir/a",
        u"file:///C:/dir/a",
        u"file://C:/dir/a",
        u"FILE://localhost/C:/dir/a",
        u"file://server/share/a",
        u"file:////server/share/a",
        u"file:///C:/a%20b",
        u"file:///C:/caf%C3%A9",
        u"file:///C:/a#b",
    };
    static const WCHAR *const bad[] = {
        u"\\\\",
        u"\\\\server",
        u"\\\\server\\share",
        u"\\\\server\\share\\",
        u"\\\\server\\\\a",
        u"\\\\\\share\\a",
        u"\\\\server\\share\\a*",
        u"\\\\server\\share\\a?",
        u"\\\\server\\share\\*\\a",
        u"\\\\server\\share\\a:stream",
        u"\\\\server\\share\\..\\a",
        u"\\\\server\\share\\nul",
        u"\\\\server\\pipe\\a",
        u"\\\\server\\PIPE\\a",
        u"\\\\server\\mailslot\\a",
        u"\\\\.\\pipe\\a",
        u"\\\\.\\C:\\a",
        u"\\\\?\\C:\\a",
        u"\\\\?\\UNC\\server\\share\\a",
        u"C:\\",
        u"C:a",
        u"C:\\a\\",
        u"C:\\a*",
        u"file:",
        u"file:a",
        u"file:/C:/a",
        u"file://",
        u"file:///",
        u"file:///a",
        u"file:///C:/",
        u"file:///C:/a b",
        u"file:///C:/a?b",
        u"file:///C:/a*b",
        u"file:///C:/a%00b",
        u"file:///C:/a%2fb",
        u"file:///C:/a%5Cb",
        u"file:///C:/a%3Ab",
        u"file:///C:/%2e%2e/b",
        u"file:///C:/a%0D%0Ab",
        u"file:///C:/a%ff",
        u"file:///C:/a%c3",
        u"file:///C:/a%2",
        u"file:///C:\\a",
        u"file:///C:/\u00e9",
        u"file://server",
        u"file://server/share",
        u"file://server/share/",
        u"file:////./pipe/a",
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(good); i++)
        GOOD_REMOTE(good[i]);
    for (unsigned int i = 0; i < ARRAY_COUNT(bad); i++)
        BAD_REMOTE(bad[i]);
}

static void expect_local(int line, const WCHAR *path, HRESULT expected)
{
    HRESULT hr = url_check_local(path);

    ok(hr == expected, "Line %d, %s: got hr %#lx.\n", line, wine_dbgstr_w(path), (unsigned long)hr);
}
#define GOOD_LOCAL(path) expect_local(__LINE__, path, S_OK)
#define BAD_LOCAL(path)  expect_local(__LINE__, path, E_INVALIDARG)

static void test_local(void)
{
    static const WCHAR *const good[] = {
        u"C:\\a",
        u"z:\\dir\\a.b.c",
        u"C:/dir/a",
        u"C:\\dir\\\\a",
        u"C:\\dir with blanks\\a file",
        u"C:\\dir.\\a",
        u"C:\\.a",
        u"C:\\..a",
        u"C:\\a..b",
        u"C:\\a%20b",
        u"C:\\\u00e9\u05d0\u4e2d\U0001f600",
        u"C:\\console",
        u"C:\\com",
        u"C:\\com0",
        u"C:\\com10",
        u"C:\\nul1.txt",
        u"C:\\lpt\u2074",
        u"\\\\server\\share\\a",
        u"\\\\server\\c$\\dir\\a",
    };
    static const WCHAR *const bad[] = {
        u"",
        u"a",
        u"a\\b",
        u".\\a",
        u"\\a",
        u"C:",
        u"C:a",
        u"C:\\",
        u"C:\\a\\",
        u"C:\\a/",
        u"\u00c4:\\a",
        u"\\\\server\\share",
        u"\\\\server\\share\\",
        u"\\\\server\\\\a",
        u"\\\\server\\share.\\a",
        u"\\\\?\\C:\\a",
        u"\\\\.\\C:\\a",
        u"\\\\.\\pipe\\a",
        u"\\??\\C:\\a",
        u"http://host/a",
        u"file:///C:/a",
        u"C:\\a*",
        u"C:\\a?",
        u"C:\\*\\a",
        u"C:\\a<",
        u"C:\\a>",
        u"C:\\a\"",
        u"C:\\a|b",
        u"C:\\a:b",
        u"C:\\a::$DATA",
        u"C:\\C:\\a",
        u"C:\\a.",
        u"C:\\a ",
        u"C:\\a. .",
        u"C:\\.",
        u"C:\\..",
        u"C:\\.\\a",
        u"C:\\..\\a",
        u"C:\\dir\\..\\a",
        u"C:\\dir/../a",
        u"C:\\con",
        u"C:\\CON",
        u"C:\\con.txt",
        u"C:\\con .txt",
        u"C:\\dir\\nul",
        u"C:\\nul\\a",
        u"C:\\aux.tar.gz",
        u"C:\\PRN",
        u"C:\\com1",
        u"C:\\LPT9.log",
        u"C:\\com\u00b9",
        u"C:\\lpt\u00b3",
        u"C:\\conin$",
        u"C:\\CONOUT$",
        u"C:\\a\x01",
        u"C:\\a\nb",
        u"C:\\a\x1f",
    };
    static const WCHAR halves[][6] = {
        {'C', ':', '\\', 0xd800},
        {'C', ':', '\\', 0xdc00},
        {'C', ':', '\\', 0xd800, 'a'},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(good); i++)
        GOOD_LOCAL(good[i]);
    for (unsigned int i = 0; i < ARRAY_COUNT(bad); i++)
        BAD_LOCAL(bad[i]);
    for (unsigned int i = 0; i < ARRAY_COUNT(halves); i++)
        BAD_LOCAL(halves[i]);

    GOOD_LOCAL(with_run(u"C:\\", 259 - 3, u""));
    GOOD_LOCAL(with_run(u"C:\\", 260 - 3, u""));
    BAD_LOCAL(with_run(u"C:\\", 261 - 3, u""));
    BAD_LOCAL(with_run(u"C:\\", 2500, u""));
}

/* Of the first plane; what is on others has two of them. */
static void test_every_character(void)
{
    withstands("E9");
    for (unsigned int c = 1; c < 0x10000; c++)
    {
        const WCHAR path[] = {'C', ':', '\\', 'a', (WCHAR)c, 'b', 0};
        bool is_refused =
            c < 0x20 || (c < 0x80 && strchr("<>:\"|?*", (int)c)) || (c >= 0xd800 && c < 0xe000);
        HRESULT hr = url_check_local(path);

        ok(hr == (is_refused ? E_INVALIDARG : S_OK), "U+%04x: got hr %#lx.\n", c,
           (unsigned long)hr);
    }
}

static bool span_is(struct url_span span, const WCHAR *text)
{
    return span.len == str_len(text) && !memcmp(span.text, text, span.len * sizeof(*text));
}

static void test_split(void)
{
    struct url_parts parts;

    ok(url_split(u"https://us:pw@Host:8443/a/b?c=d?e#f?g", &parts), "Not split.\n");
    ok(parts.scheme == URL_HTTPS && parts.port == 8443, "Got scheme %u, port %u.\n", parts.scheme,
       parts.port);
    ok(span_is(parts.user, u"us:pw"), "Wrong user.\n");
    ok(span_is(parts.host, u"Host"), "Wrong host.\n");
    ok(span_is(parts.path, u"/a/b"), "Wrong path.\n");
    ok(span_is(parts.query, u"c=d?e"), "Wrong query.\n");

    ok(url_split(u"http://[::1]", &parts), "Not split.\n");
    ok(parts.port == 80 && span_is(parts.host, u"[::1]"), "Got port %u.\n", parts.port);
    ok(!parts.user.len && !parts.path.len && !parts.query.len, "Parts from nowhere.\n");
    ok(url_split(u"https://h?q", &parts) && parts.port == 443, "Got port %u.\n", parts.port);
    ok(span_is(parts.query, u"q"), "Wrong query.\n");

    memset(&parts, 0xff, sizeof(parts));
    ok(!url_split(u"http://us:pw@h:x/", &parts), "A wrong port is taken.\n");
    ok(!parts.scheme && !parts.user.text && !parts.host.text && !parts.port, "Parts are left.\n");
    ok(!url_split(u"file:///C:/a", &parts), "A file is split.\n");
}

static void test_same_origin(void)
{
    static const struct
    {
        const WCHAR *a, *b;
        bool is_same;
    } tests[] = {
        {u"http://h/a", u"http://h/b?c", true},
        {u"http://h/", u"http://h:80", true},
        {u"https://h/", u"https://h:443/", true},
        {u"HTTP://Host.EXAMPLE/", u"http://host.example/", true},
        {u"http://u:p@h/", u"http://h/", true},
        {u"http://h/", u"https://h/", false},
        {u"http://h:443/", u"https://h/", false},
        {u"http://h/", u"http://h:8080/", false},
        {u"http://h/", u"http://h.example/", false},
        {u"http://h1/", u"http://hq/", false},
        {u"http://[::1]/", u"http://[::1]:80/", true},
        {u"http://h@other/", u"http://h/", false},
        {u"file:///C:/a", u"file:///C:/a", false},
        {u"http://h:x/", u"http://h:x/", false},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        ok(url_same_origin(tests[i].a, tests[i].b) == tests[i].is_same, "Pair %u is wrong.\n", i);
        ok(url_same_origin(tests[i].b, tests[i].a) == tests[i].is_same, "Reverse %u: wrong.\n", i);
    }
}

static void test_to_path(void)
{
    static const struct
    {
        const WCHAR *url, *path;
    } tests[] = {
        {u"\\\\server\\share\\a%20b", u"\\\\server\\share\\a%20b"},
        {u"C:\\a", u"C:\\a"},
        {u"file:///C:/dir/a", u"C:\\dir\\a"},
        {u"file://C:/dir/a", u"C:\\dir\\a"},
        {u"file://LOCALHOST/C:/dir/a", u"C:\\dir\\a"},
        {u"file://server/share/a", u"\\\\server\\share\\a"},
        {u"file:////server/share/a", u"\\\\server\\share\\a"},
        {u"file:///C:/a%20b%C3%A9c", u"C:\\a b\u00e9c"},
        {u"file:///C:/%F0%9F%98%80", u"C:\\\U0001f600"},
        {u"http://host/a", NULL},
        {u"file:///C:/a*", NULL},
        {u"", NULL},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        WCHAR *path = (WCHAR *)&tests;
        HRESULT hr = url_to_path(tests[i].url, &path);

        winetest_push_context("%s", wine_dbgstr_w(tests[i].url));
        ok(hr == (tests[i].path ? S_OK : E_INVALIDARG), "Got hr %#lx.\n", (unsigned long)hr);
        if (tests[i].path)
            ok(path && str_is_equal(path, tests[i].path), "Got %s.\n", wine_dbgstr_w(path));
        else
            ok(!path, "Got a path.\n");
        free(path);
        winetest_pop_context();
    }
}

static void test_redact(void)
{
    static const struct
    {
        const WCHAR *url;
        const char *shown;
    } tests[] = {
        {u"http://host/a/b.cab", "http://host/a/b.cab"},
        {u"HTTPS://host:8443", "https://host:8443"},
        {u"http://host:80/", "http://host/"},
        {u"http://user:secret@host/a", "http://host/a"},
        {u"http://user:secret@host:81/a#secret", "http://host:81/a"},
        {u"http://host/a?key=secret&b=secret", "http://host/a?key=...&b=..."},
        {u"http://host/a?secret", "http://host/a?..."},
        {u"http://host/a?secret&k=secret=more&", "http://host/a?...&k=...&"},
        {u"http://host/a?=secret", "http://host/a?=..."},
        {u"http://host?k=secret", "http://host?k=..."},
        {u"http://user:sec/ret@host/a", "http://..."},
        {u"http://user:sec?ret@host/a", "http://..."},
        {u"http://user:sec#ret@host/a", "http://..."},
        {u"http://us@er:secret@host/a", "http://..."},
        {u"https://user:secret\\@host/a", "https://..."},
        {u"http://", "http://..."},
        {u"/a?key=secret", "..."},
        {u"ftp://user:secret@host/", "..."},
        {u"secret", "..."},
        {u"", "..."},
        {u"http://host/a\r\nb c\x7f", "http://host/a??b?c?"},
        {u"http://host/\u00e9", "http://host/?"},
        {u"\\\\server\\share\\a", "\\\\server\\share\\a"},
        {u"C:\\dir\\a", "C:\\dir\\a"},
        {u"file:///C:/a\nb", "file:///C:/a?b"},
    };
    char shown[64];

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        url_redact_to_char(tests[i].url, shown, sizeof(shown));
        ok(!strcmp(shown, tests[i].shown), "%s: got %s.\n", wine_dbgstr_w(tests[i].url), shown);
    }
}

static void test_redact_sizes(void)
{
    static const char full[] = "http://host/a?k=...";
    static char hostile[5000];
    char shown[32];
    WCHAR wide[32];

    for (size_t size = 1; size < sizeof(shown); size++)
    {
        size_t len = size < sizeof(full) ? size - 1 : sizeof(full) - 1;

        memset(shown, 'x', sizeof(shown));
        url_redact_char("http://u:p@host/a?k=v", shown, size);
        ok(strlen(shown) == len && !memcmp(shown, full, len), "Size %u: got %s.\n",
           (unsigned int)size, shown);
        memset(wide, 0xff, sizeof(wide));
        url_redact(u"http://u:p@host/a?k=v", wide, size);
        ok(str_len(wide) == len && wide[size] == 0xffff, "Size %u: got %u characters.\n",
           (unsigned int)size, (unsigned int)str_len(wide));
    }

    memcpy(hostile, "http://user:", 12);
    memset(hostile + 12, 's', sizeof(hostile) - 20);
    memcpy(hostile + sizeof(hostile) - 8, "@host/a", 8);
    url_redact_char(hostile, shown, sizeof(shown));
    ok(!strcmp(shown, "http://..."), "Got %s.\n", shown);
}

START_TEST(url)
{
    RUN_TEST(test_scheme);
    RUN_TEST(test_remote_http);
    RUN_TEST(test_remote_lengths);
    RUN_TEST(test_remote_files);
    RUN_TEST(test_local);
    RUN_TEST(test_every_character);
    RUN_TEST(test_split);
    RUN_TEST(test_same_origin);
    RUN_TEST(test_to_path);
    RUN_TEST(test_redact);
    RUN_TEST(test_redact_sizes);
}
