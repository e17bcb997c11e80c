/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/str.c and base/random.c */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/str.h"

static void test_len(void)
{
    ok(str_len(u"") == 0, "Got %u.\n", (unsigned int)str_len(u""));
    ok(str_len(u"four") == 4, "Got %u.\n", (unsigned int)str_len(u"four"));
    ok(str_len_max(u"four", 9) == 4, "Got %u.\n", (unsigned int)str_len_max(u"four", 9));
    ok(str_len_max(u"four", 3) == 3, "Got %u.\n", (unsigned int)str_len_max(u"four", 3));
    ok(str_len_max(u"four", 0) == 0, "Got %u.\n", (unsigned int)str_len_max(u"four", 0));
}

static void test_dup(void)
{
    static const WCHAR text[] = u"caf\u00e9";
    WCHAR *copy;

    copy = str_dup(text);
    ok(copy && copy != text && str_is_equal(copy, text), "The copy is not equal.\n");
    free(copy);
    copy = str_dup(u"");
    ok(copy && !*copy, "The copy of an empty text is not empty.\n");
    free(copy);
    copy = str_dup_len(text, 2);
    ok(copy && str_is_equal(copy, u"ca"), "The copy of two characters is not equal.\n");
    free(copy);
    copy = str_dup_len(text, SIZE_MAX / sizeof(WCHAR));
    ok(!copy, "A length that overflows was taken.\n");
    free(copy);
}

static void test_compare(void)
{
    static const struct
    {
        const WCHAR *a, *b;
        int order;
        bool is_equal_nocase, starts;
    } tests[] = {
        {u"", u"", 0, true, true},         {u"a", u"", 1, false, true},
        {u"", u"a", -1, false, false},     {u"abc", u"abc", 0, true, true},
        {u"abc", u"ab", 1, false, true},   {u"abc", u"abd", -1, false, false},
        {u"AbC", u"aBc", -1, true, false}, {u"a\u00c4", u"a\u00e4", -1, false, false},
        {u"[", u"{", -1, false, false},    {u"@", u"`", -1, false, false},
        {u"Z", u"z", -1, true, false},     {u"\uffff", u"\x01", 1, false, false},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        int order = str_compare(tests[i].a, tests[i].b);
        int reverse = str_compare(tests[i].b, tests[i].a);

        winetest_push_context("pair %u", i);
        ok(order == tests[i].order && reverse == -order, "Got order %d, %d.\n", order, reverse);
        ok(str_is_equal(tests[i].a, tests[i].b) == !tests[i].order, "Wrong str_is_equal().\n");
        ok(str_is_equal_nocase(tests[i].a, tests[i].b) == tests[i].is_equal_nocase,
           "Wrong str_is_equal_nocase().\n");
        ok(str_starts_with(tests[i].a, tests[i].b) == tests[i].starts,
           "Wrong str_starts_with().\n");
        winetest_pop_context();
    }
}

/* Every code point there and back. */
static void test_utf8_round_trip(void)
{
    unsigned int failures = 0;

    for (uint32_t code = 1; code < 0x110000; code++)
    {
        WCHAR text[3] = {(WCHAR)code};
        char *narrow;
        WCHAR *wide;

        if (code >= 0xd800 && code < 0xe000) continue;
        if (code >= 0x10000)
        {
            text[0] = (WCHAR)(0xd800 + ((code - 0x10000) >> 10));
            text[1] = (WCHAR)(0xdc00 + ((code - 0x10000) & 0x3ff));
        }
        narrow = str_to_utf8(text);
        wide = narrow ? str_from_utf8(narrow) : NULL;
        if (!wide || !str_is_equal(wide, text)) failures++;
        free(narrow);
        free(wide);
    }
    ok(!failures, "%u code points changed on the way.\n", failures);
}

static void test_utf8_forms(void)
{
    static const WCHAR halves[][3] = {
        {0xd800}, {0xdc00}, {0xdbff, 'a'}, {'a', 0xdfff}, {0xdc00, 0xd800}, {0xd800, 0xd800},
    };
    static const char *const malformed[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xfe",
        "\xff",
        "\xc3",
        "\xe2\x82",
        "\xf0\x9f\x98",
        "a\xc3",
        "\xc3(",
        "\xe2(\xa1",
    };
    char *narrow;
    WCHAR *wide;

    narrow = str_to_utf8(u"a\u00e9\u20ac\U0001f600");
    ok(narrow && !strcmp(narrow, "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "Got %s.\n", narrow);
    free(narrow);
    narrow = str_to_utf8(u"");
    ok(narrow && !*narrow, "Got %s.\n", narrow);
    free(narrow);

    for (unsigned int i = 0; i < ARRAY_COUNT(halves); i++)
    {
        narrow = str_to_utf8(halves[i]);
        ok(!narrow, "Text %u: half a pair was taken.\n", i);
        free(narrow);
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(malformed); i++)
    {
        wide = str_from_utf8(malformed[i]);
        ok(!wide, "Text %u: malformed UTF-8 was taken.\n", i);
        free(wide);
    }
}

static void test_utf8_sizes(void)
{
    static const struct
    {
        const char *text;
        size_t needed;
    } tests[] = {
        {"", 1}, {"abc", 4}, {"\xc3\xa9", 2}, {"\xf0\x9f\x98\x80", 3}, {"a\xf0\x9f\x98\x80", 4}};
    WCHAR out[8];

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
        for (size_t size = 0; size <= 6; size++)
        {
            bool is_taken;

            memset(out, 0x7f, sizeof(out));
            is_taken = str_decode_utf8(tests[i].text, out, size);
            ok(is_taken == (size >= tests[i].needed), "Text %u, size %u: got %d.\n", i,
               (unsigned int)size, is_taken);
            ok(out[size] == 0x7f7f, "Text %u, size %u: wrote too far.\n", i, (unsigned int)size);
        }
}

static void test_guid(void)
{
    static const GUID guid = {
        0x12345678, 0x9abc, 0xdef0, {1, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef}};
    static const WCHAR text[] = u"{12345678-9ABC-DEF0-0123-456789ABCDEF}";
    WCHAR formatted[GUID_TEXT_SIZE], broken[GUID_TEXT_SIZE + 1];
    GUID parsed;

    guid_format(&guid, formatted);
    ok(str_is_equal(formatted, text), "Wrong text.\n");
    ok(guid_parse(text, &parsed) && guid_is_equal(&parsed, &guid), "Not parsed.\n");
    ok(guid_parse(u"{12345678-9abc-def0-0123-456789abcdef}", &parsed) &&
           guid_is_equal(&parsed, &guid),
       "Lower case is not parsed.\n");

    for (unsigned int i = 0; i < GUID_TEXT_SIZE; i++)
    {
        memcpy(broken, text, sizeof(text));
        broken[i] = i == GUID_TEXT_SIZE - 1 ? 'x' : 'g';
        broken[GUID_TEXT_SIZE] = 0;
        memset(&parsed, 0xff, sizeof(parsed));
        ok(!guid_parse(broken, &parsed), "A wrong character at %u is taken.\n", i);
        ok(!parsed.Data1 && !parsed.Data4[7], "The result is not emptied.\n");

        broken[i] = 0;
        ok(guid_parse(broken, &parsed) == (i == GUID_TEXT_SIZE - 1), "Cut at %u: wrong.\n", i);
    }
    ok(!guid_parse(u"", &parsed), "An empty text is taken.\n");
    ok(!guid_parse(u"12345678-9ABC-DEF0-0123-456789ABCDEF", &parsed), "No braces: taken.\n");
}

static void test_guid_hash(void)
{
    unsigned int counts[64] = {0}, most = 0;
    GUID guid = {0};

    for (unsigned int i = 0; i < 4096; i++)
    {
        guid.Data1 = i;
        counts[guid_hash(&guid) % ARRAY_COUNT(counts)]++;
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(counts); i++)
        if (counts[i] > most) most = counts[i];
    ok(most <= 128, "One of 64 buckets got %u of 4096.\n", most);
}

static void test_random_guid(void)
{
    GUID guids[32];

    for (unsigned int i = 0; i < ARRAY_COUNT(guids); i++)
    {
        HRESULT hr = guid_create_random(&guids[i]);

        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        ok(guids[i].Data3 >> 12 == 4, "Got version %u.\n", guids[i].Data3 >> 12);
        ok((guids[i].Data4[0] & 0xc0) == 0x80, "Got variant %#x.\n", guids[i].Data4[0]);
        for (unsigned int j = 0; j < i; j++)
            ok(!guid_is_equal(&guids[i], &guids[j]), "GUIDs %u and %u are equal.\n", i, j);
    }
}

static void test_random_below(void)
{
    unsigned int seen = 0;

    ok(random_below(0) == 0, "Below 0 is not 0.\n");
    ok(random_below(1) == 0, "Below 1 is not 0.\n");
    for (unsigned int i = 0; i < 2000; i++)
    {
        uint32_t value = random_below(7);

        ok(value < 7, "Got %u.\n", value);
        seen |= 1u << value;
    }
    ok(seen == 0x7f, "Not every value came: %#x.\n", seen);
    ok(random_below(UINT32_MAX) < UINT32_MAX, "Got the limit.\n");
}

START_TEST(str)
{
    RUN_TEST(test_len);
    RUN_TEST(test_dup);
    RUN_TEST(test_compare);
    RUN_TEST(test_utf8_round_trip);
    RUN_TEST(test_utf8_forms);
    RUN_TEST(test_utf8_sizes);
    RUN_TEST(test_guid);
    RUN_TEST(test_guid_hash);
    RUN_TEST(test_random_guid);
    RUN_TEST(test_random_below);
}
