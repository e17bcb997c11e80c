/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Words, lists and rows of bitsadmin, and the texts of JSON that it writes. */
#include "harness/test.h"

#include <stdlib.h>

#include "bitsadmin.h"
#include "command.h"
#include "ie_proxy.h"
#include "json.h"

/* ---- words ---- */

static void test_sizes(void)
{
    static const struct
    {
        const WCHAR *word;
        BOOL is_size;
        UINT64 value;
    } tests[] = {{L"0", TRUE, 0},
                 {L"4294967296", TRUE, 4294967296ull},
                 {L"18446744073709551615", TRUE, MAXUINT64},
                 {L"18446744073709551616", FALSE, 0},
                 {L"0xffffffffffffffff", TRUE, MAXUINT64},
                 {L"0x10000000000000000", FALSE, 0},
                 {L"0x", FALSE, 0},
                 {L"", FALSE, 0},
                 {L"-1", FALSE, 0},
                 {L"1 ", FALSE, 0}};
    UINT64 value;
    DWORD number;

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        BOOL is_size = parse_size(tests[i].word, &value);

        ok(is_size == tests[i].is_size && (!is_size || value == tests[i].value), "%u: got %d.\n", i,
           is_size);
    }
    ok(parse_number(L"0xFFFFffff", &number) && number == MAXDWORD, "Got %#lx.\n", number);
    ok(!parse_number(L"0x100000000", &number), "It is too large.\n");
}

static void test_words(void)
{
    BG_JOB_PROXY_USAGE usage;
    DWORD flags;
    BOOL value;

    ok(parse_acl_flags(L"sGdO", &flags) && flags == BG_COPY_FILE_ALL, "Got %#lx.\n", flags);
    ok(parse_acl_flags(L"none", &flags) && !flags, "Got %#lx.\n", flags);
    ok(!parse_acl_flags(L"OX", &flags) && !parse_acl_flags(L"", &flags), "Got flags.\n");
    ok(parse_bool(L"True", &value) && value && parse_bool(L"0", &value) && !value, "Got %d.\n",
       value);
    ok(!parse_bool(L"yes", &value), "It is no such word.\n");
    ok(parse_proxy_usage(L"autodetect", &usage) && usage == BG_JOB_PROXY_USAGE_AUTODETECT,
       "Got %d.\n", usage);
    ok(!null_word(L"null") && !null_word(L"") && null_word(L"nulls"), "Got another word.\n");
}

static void test_ranges(void)
{
    static const WCHAR *const bad[] = {
        L"",       L"1",   L"1:",   L":1",      L"1:2,",  L",1:2",     L"1:2:3",
        L"1:eof2", L"a:1", L"1:-1", L"1:2;3:4", L"eof:1", L"1:2,,3:4", L"99999999999999999999:1"};
    BG_FILE_RANGE *ranges;
    DWORD count;
    BOOL is_read = parse_ranges(L"0:100,2000:100,0x1388:EOF", &ranges, &count);

    ok(is_read && count == 3, "Got %d, %lu ranges.\n", is_read, count);
    if (is_read && count == 3)
    {
        ok(!ranges[0].InitialOffset && ranges[0].Length == 100, "Got another range.\n");
        ok(ranges[1].InitialOffset == 2000 && ranges[1].Length == 100, "Got another range.\n");
        ok(ranges[2].InitialOffset == 5000 && ranges[2].Length == BG_LENGTH_TO_EOF,
           "Got another range.\n");
    }
    free(ranges);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        is_read = parse_ranges(bad[i], &ranges, &count);
        ok(!is_read && !ranges && !count, "%u: got %lu ranges.\n", i, count);
    }
}

/* ---- lists of files ---- */

static void check_set(const WCHAR *text, DWORD count, DWORD bad_line)
{
    struct file_set set;
    BOOL is_parsed = file_set_parse(wcsdup(text), &set);

    ok(is_parsed && set.bad_line == bad_line && (bad_line || set.count == count),
       "%s: got %lu files, bad line %lu.\n", wine_dbgstr_w(text), set.count, set.bad_line);
    file_set_done(&set);
}

static void test_file_set(void)
{
    struct file_set set;

    check_set(L"", 0, 0);
    check_set(L"# only\r\n\r\n   \n", 0, 0);
    check_set(L"http://a/1 C:\\1\nhttp://a/2 C:\\2", 2, 0);
    check_set(L"http://a/1 C:\\1\r\nhttp://a/2\r\n", 0, 2);
    check_set(L"\"http://a/1 C:\\1", 0, 1);
    check_set(L"\"http://a/1\" \"C:\\1\" more", 0, 1);

    ok(file_set_parse(wcsdup(L"# list\r\n  http://a/1\t C:\\my files\\1 \r\n"
                             L"\"http://a/2 x\" \"C:\\my files\\2\"\r\n"),
                      &set) &&
           set.count == 2,
       "Got %lu files, bad line %lu.\n", set.count, set.bad_line);
    if (set.count == 2)
    {
        ok(!wcscmp(set.files[0].RemoteName, L"http://a/1"), "Got %ls.\n", set.files[0].RemoteName);
        ok(!wcscmp(set.files[0].LocalName, L"C:\\my files\\1"), "Got %s.\n",
           wine_dbgstr_w(set.files[0].LocalName));
        ok(!wcscmp(set.files[1].RemoteName, L"http://a/2 x"), "Got %ls.\n",
           set.files[1].RemoteName);
        ok(!wcscmp(set.files[1].LocalName, L"C:\\my files\\2"), "Got %ls.\n",
           set.files[1].LocalName);
    }
    file_set_done(&set);
}

static void write_list(const WCHAR *path, const void *bytes, DWORD size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    DWORD written;

    WriteFile(file, bytes, size, &written, NULL);
    CloseHandle(file);
}

/* What editors write: UTF-16 and UTF-8 with marks, and without. */
static void test_file_set_encodings(void)
{
    static const struct
    {
        const char *bytes;
        DWORD size;
    } tests[] = {{"\xff\xfeh\0:\0/\0/\0\xe4\0 \0C\0:\0", 18},
                 {"\xef\xbb\xbfh://\xc3\xa4 C:", 11},
                 {"h://\xc3\xa4 C:", 8 + 1}};
    WCHAR folder[MAX_PATH], path[MAX_PATH];
    struct file_set set;
    HRESULT hr;

    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"set", 0, path);
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        write_list(path, tests[i].bytes, tests[i].size);
        hr = file_set_read(path, &set);
        ok(hr == S_OK && set.count == 1, "%u: got hr %#lx, %lu files.\n", i, hr, set.count);
        if (set.count == 1)
            ok(!wcscmp(set.files[0].RemoteName, L"h://\u00e4"), "%u: got %s.\n", i,
               wine_dbgstr_w(set.files[0].RemoteName));
        file_set_done(&set);
    }
    DeleteFileW(path);
    hr = file_set_read(path, &set);
    ok(hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) && !set.files, "Got hr %#lx.\n", hr);
}

/* ---- rows ---- */

static void test_break(void)
{
    static const struct
    {
        const WCHAR *line;
        int columns, len;
    } tests[] = {{L"", 10, 1},
                 {L"word", 10, 4},
                 {L"two words", 9, 9},
                 {L"two words", 8, 3},
                 {L"two words", 3, 3},
                 {L"two words", 2, 2},
                 {L"    indented", 8, 8},
                 {L"\ta b", 9, 2},
                 {L"\u540d\u524d\u540d", 5, 2},
                 {L"\u540d", 1, 1}};

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        int len = row_break(tests[i].line, tests[i].columns);

        ok(len == tests[i].len, "%u: got %d, expected %d.\n", i, len, tests[i].len);
    }
}

/* ---- mistakes ---- */

static void test_mistakes(void)
{
    static const struct
    {
        const WCHAR *word, *part; /* of what is said; NULL for nothing */
    } tests[] = {{L"name", NULL},
                 {L"it's", NULL},
                 {L"\x201cmy", L"typographic quotes"},
                 {L"'my", L"single quote"},
                 {L"C:\\folder\" next", L"backslash"},
                 {L"-encodedCommand", L"PowerShell"},
                 {L"\x2013list", L"long dash"},
                 {L"/c/list", L"looks like a path"}};
    WCHAR text[MISTAKE_CHARS], *words[2] = {L"/info"};

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        BOOL is_known;

        words[1] = (WCHAR *)tests[i].word;
        is_known = explain_mistake(words, 2, text);
        ok(is_known == (tests[i].part != NULL), "%u: got %d.\n", i, is_known);
        if (tests[i].part) ok(wcsstr(text, tests[i].part) != NULL, "%u: got %ls.\n", i, text);
    }
    ok(explain_job_name(L"6af46e48-41d3-453f-b7af-a694bbc823f7", text) && wcschr(text, '{'),
       "Got %ls.\n", text);
    ok(!explain_job_name(L"6af46e48-41d3-453f-b7af-a694bbc823fx", text), "Got %ls.\n", text);
}

static void test_similar(void)
{
    static const struct
    {
        const WCHAR *word, *name; /* NULL for nothing */
    } tests[] = {{L"-list", L"/list"},
                 {L"help", L"/help"},
                 {L"/setprioritty", L"/setpriority"},
                 {L"/PEER", L"/peers"},
                 {L"/cahce", L"/cache"},
                 {L"/xyz", NULL},
                 {L"docter", L"doctor"},
                 {L"", NULL}};

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        const WCHAR *name = help_find_similar(tests[i].word);

        ok(tests[i].name ? name && !wcscmp(name, tests[i].name) : !name, "%u: got %s.\n", i,
           wine_dbgstr_w(name));
    }
}

/* One row for each switch, and all of it fits. */
static void test_tables(void)
{
    for (unsigned int i = 0; i < command_table_count; i++)
        for (unsigned int k = 0; k < command_tables[i]->count; k++)
        {
            const struct command *command = &command_tables[i]->commands[k];

            winetest_push_context("%ls", command->name);
            ok((command->run != NULL) != (command->run_job != NULL), "It has no function.\n");
            ok(!command->run_job || command->min_words >= 1, "It names no job.\n");
            ok(command->max_words < 0 || command->max_words >= command->min_words,
               "No line fits.\n");
            ok(*command->help && wcslen(command->help) < 400, "It has no help.\n");
            for (unsigned int m = 0; m < k; m++)
                ok(wcscmp(command->name, command_tables[i]->commands[m].name), "It is there.\n");
            winetest_pop_context();
        }
}

/* ---- JSON ---- */

static void test_json_text(void)
{
    static const WCHAR value[] = L"a\"b\\c/\b\f\n\r\t\x01\x7f\u00e4\xd83d\xde00\xdc00";
    static const WCHAR expected[] =
        L"{\n  \"k\": \"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0001\\u007f\\u00e4\\ud83d\\ude00\\udc00\"";
    struct json json = {0};

    json_begin_object(&json, NULL);
    json_text(&json, L"k", value);
    ok(!wcscmp(json.text, expected), "Got %s.\n", wine_dbgstr_w(json.text));
    free(json.text);
}

static void test_json_values(void)
{
    static const WCHAR expected[] = L"{\n  \"list\": [\n    1,\n    null\n  ],\n  \"none\": [],\n"
                                    L"  \"size\": null,\n  \"max\": 18446744073709551614,\n"
                                    L"  \"yes\": true,\n  \"time\": \"2024-03-05T10:20:30Z\",\n"
                                    L"  \"never\": null,\n  \"code\": \"0x80070005\"\n}";
    static const SYSTEMTIME system = {2024, 3, 2, 5, 10, 20, 30, 0};
    FILETIME time, never = {0, 0};
    struct json json = {0};

    SystemTimeToFileTime(&system, &time);
    json_begin_object(&json, NULL);
    json_begin_array(&json, L"list");
    json_number(&json, NULL, 1);
    json_null(&json, NULL);
    json_end_array(&json);
    json_begin_array(&json, L"none");
    json_end_array(&json);
    json_size(&json, L"size", BG_SIZE_UNKNOWN);
    json_size(&json, L"max", BG_SIZE_UNKNOWN - 1);
    json_bool(&json, L"yes", 4);
    json_time(&json, L"time", &time);
    json_time(&json, L"never", &never);
    json_code(&json, L"code", E_ACCESSDENIED);
    json_end_object(&json);
    ok(!wcscmp(json.text, expected), "Got %s.\n", wine_dbgstr_w(json.text));
    free(json.text);
}

/* ---- proxies of accounts ---- */

static void test_ie_proxy(void)
{
    static struct ie_proxy proxy = {7, IE_PROXY_DIRECT | IE_PROXY_MANUAL, "http://p:1", "<local>",
                                    ""},
                           read;
    static BYTE blob[IE_PROXY_BLOB_MAX];
    DWORD size = ie_proxy_write(&proxy, blob);

    ok(size == 12 + 4 + 10 + 4 + 7 + 4 + 32, "Got %lu bytes.\n", size);
    ok(blob[0] == 0x46 && blob[4] == 7 && blob[8] == 3 && blob[12] == 10, "Got another head.\n");
    ok(ie_proxy_read(blob, size, &read) && !memcmp(&read, &proxy, sizeof(read)),
       "It is not what was written.\n");
    for (DWORD cut = 0; cut < size - 32; cut++)
        ok(!ie_proxy_read(blob, cut, &read) && !read.flags, "%lu bytes are enough.\n", cut);
    blob[15] = 0xff;
    ok(!ie_proxy_read(blob, size, &read), "A length beyond the end is taken.\n");
}

START_TEST(tool_text)
{
    RUN_TEST(test_sizes);
    RUN_TEST(test_words);
    RUN_TEST(test_ranges);
    RUN_TEST(test_file_set);
    RUN_TEST(test_file_set_encodings);
    RUN_TEST(test_break);
    RUN_TEST(test_mistakes);
    RUN_TEST(test_similar);
    RUN_TEST(test_tables);
    RUN_TEST(test_json_text);
    RUN_TEST(test_json_values);
    RUN_TEST(test_ie_proxy);
}
