/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * com/error_text.c and its tables. */
#include "harness/test.h"

#include "base/err.h"
#include "base/str.h"
#include "bitsmsg.h"
#include "com/error_table.h"
#include "com/error_text.h"

#define US_ENGLISH  0x0409
#define NO_LANGUAGE ((HRESULT)0x80070717)

static const struct error_table *const tables[] = {&error_table_bits, &error_table_http,
                                                   &error_table_system};

static bool has_text(const WCHAR *text, const WCHAR *part)
{
    for (; *text; text++)
        if (str_starts_with(text, part)) return true;
    return false;
}

static bool is_sentence(const WCHAR *text)
{
    size_t len = str_len(text);

    if (len < 10 || len >= ERROR_TEXT_SIZE || text[len - 1] != '.') return false;
    if (text[0] < 'A' || text[0] > 'Z') return false;
    for (size_t i = 0; i < len; i++)
        if (text[i] < ' ' || text[i] > '~' || (text[i] == ' ' && text[i + 1] == ' ')) return false;
    return true;
}

static void test_tables(void)
{
    for (unsigned int t = 0; t < ARRAY_COUNT(tables); t++)
    {
        for (size_t i = 0; i < tables[t]->count; i++)
        {
            const struct error_row *row = &tables[t]->rows[i];
            const WCHAR *text = NULL;
            HRESULT hr;

            ok(!i || (uint32_t)row[-1].code < (uint32_t)row->code, "Code %#lx is out of order.\n",
               (unsigned long)row->code);
            ok(is_sentence(row->text), "Code %#lx: %s is no sentence.\n", (unsigned long)row->code,
               wine_dbgstr_w(row->text));
            /* Another text would come from another table. */
            hr = error_text_find(row->code, US_ENGLISH, &text);
            ok(hr == S_OK && text == row->text, "Code %#lx: got %#lx, %s.\n",
               (unsigned long)row->code, (unsigned long)hr, wine_dbgstr_w(text));
        }
    }
}

/* As many, for the same codes, and no text is still in English. */
static void test_german(void)
{
    const struct error_table *german = &error_table_http_german, *english = &error_table_http;
    WCHAR buffer[ERROR_TEXT_SIZE];

    ok(german->count == english->count, "There are %u rows.\n", (unsigned int)german->count);
    for (size_t i = 0; i < german->count && i < english->count; i++)
    {
        const struct error_row *row = &german->rows[i];
        size_t len = str_len(row->text);
        const WCHAR *text = NULL;
        HRESULT hr;

        ok(row->code == english->rows[i].code, "Row %u is of code %#lx.\n", (unsigned int)i,
           (unsigned long)row->code);
        ok(len < ERROR_TEXT_SIZE && row->text[len - 1] == '.', "Code %#lx: %s is no sentence.\n",
           (unsigned long)row->code, wine_dbgstr_w(row->text));
        ok(has_text(row->text, u"(HTTP-Status ") && !has_text(row->text, u"The "),
           "Code %#lx: %s.\n", (unsigned long)row->code, wine_dbgstr_w(row->text));
        hr = error_text_find(row->code, 0x0407, &text);
        ok(hr == S_OK && text == row->text, "Code %#lx: got %#lx.\n", (unsigned long)row->code,
           (unsigned long)hr);
        hr = error_text_format(row->code, 0x0c07, buffer);
        ok(hr == S_OK && str_is_equal(buffer, row->text), "Code %#lx: got %#lx.\n",
           (unsigned long)row->code, (unsigned long)hr);
    }
}

/* Whoever adds a code to bitsmsg.h writes its text. */
static void test_every_published_code(void)
{
    static const struct
    {
        const char *name;
        HRESULT code;
    } codes[] = {
#define X(name) {#name, name},
#include "bitsmsg_codes.h"
#undef X
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(codes); i++)
    {
        const WCHAR *text;
        HRESULT hr;

        /* Event messages have texts of their own. */
        if (((uint32_t)codes[i].code & 0xfffff000u) == (uint32_t)BITS_MC_JOB_CANCELLED) continue;

        hr = error_text_find(codes[i].code, US_ENGLISH, &text);
        ok(hr == S_OK && text, "%s has no text, got %#lx.\n", codes[i].name, (unsigned long)hr);
    }
}

static void test_http_statuses(void)
{
    WCHAR buffer[ERROR_TEXT_SIZE];

    for (unsigned int status = 100; status < 600; status++)
    {
        HRESULT hr, code = err_from_http_status(status);
        const WCHAR number[] = {(WCHAR)('0' + status / 100), (WCHAR)('0' + status / 10 % 10),
                                (WCHAR)('0' + status % 10), 0};
        const WCHAR *text;

        hr = error_text_find(code, US_ENGLISH, &text);
        ok(hr == S_OK && text && is_sentence(text), "Status %u: got %#lx, %s.\n", status,
           (unsigned long)hr, wine_dbgstr_w(text));
        hr = error_text_format(code, US_ENGLISH, buffer);
        ok(hr == S_OK && is_sentence(buffer) && has_text(buffer, number),
           "Status %u: got %#lx, %s.\n", status, (unsigned long)hr, wine_dbgstr_w(buffer));
    }
    error_text_format(err_from_http_status(404), US_ENGLISH, buffer);
    ok(has_text(buffer, u"no file at this URL"), "Got %s.\n", wine_dbgstr_w(buffer));
    error_text_format(err_from_http_status(599), US_ENGLISH, buffer);
    ok(str_is_equal(buffer, u"HTTP status 599: The server reported an error of its own."),
       "Got %s.\n", wine_dbgstr_w(buffer));
}

static void test_languages(void)
{
    static const uint32_t known[] = {
        0x0409,     0x0809, 0x0c09, 0x4809, 0x0009, /* English: some countries, and none */
        0x00010409,                                 /* LCID with a sort order */
        0x0000,     0x0400, 0x0800, 0x0c00, 0x1000, /* neutral, defaults */
        0x007f,                                     /* invariant */
    };
    static const uint32_t unknown[] = {0x0407,     0x0007, 0x040c, 0x0411, 0x0804,
                                       0x00010407, 0xffff, 0x0008, 0x000a};
    WCHAR buffer[ERROR_TEXT_SIZE];
    const WCHAR *text;
    HRESULT hr;

    for (unsigned int i = 0; i < ARRAY_COUNT(known); i++)
    {
        winetest_push_context("language %#lx", (unsigned long)known[i]);
        ok(error_text_has_language(known[i]), "No texts.\n");
        hr = error_text_find(BG_E_NOT_FOUND, known[i], &text);
        ok(hr == S_OK && text, "Got %#lx.\n", (unsigned long)hr);
        hr = error_text_format(BG_E_NOT_FOUND, known[i], buffer);
        ok(hr == S_OK && text && str_is_equal(buffer, text), "Got %#lx.\n", (unsigned long)hr);
        winetest_pop_context();
    }
    for (unsigned int i = 0; i < ARRAY_COUNT(unknown); i++)
    {
        winetest_push_context("language %#lx", (unsigned long)unknown[i]);
        ok(!error_text_has_language(unknown[i]), "Texts.\n");
        text = u"old";
        hr = error_text_find(BG_E_NOT_FOUND, unknown[i], &text);
        ok(hr == NO_LANGUAGE && !text, "Got %#lx.\n", (unsigned long)hr);
        buffer[0] = 'x';
        hr = error_text_format((HRESULT)0x8123abcd, unknown[i], buffer);
        ok(hr == NO_LANGUAGE && !buffer[0], "Got %#lx.\n", (unsigned long)hr);
        winetest_pop_context();
    }
}

static void test_unknown_codes(void)
{
    static const struct
    {
        HRESULT code;
        const WCHAR *text;
    } tests[] = {
        {(HRESULT)0x8123abcd, u"The operation failed with the code 0x8123ABCD."},
        {(HRESULT)0x0123abcd, u"The operation succeeded with the code 0x0123ABCD."},
        {(HRESULT)0x8020ffff,
         u"BITS reported an error that this version has no text for: 0x8020FFFF."},
        {(HRESULT)0x8007ffff, u"The system reported the error 65535 (0x8007FFFF)."},
        {(HRESULT)0x80072b5b,
         u"The network reported the Windows Sockets error 11099 (0x80072B5B)."},
        {(HRESULT)0x80073235, u"The HTTP client reported the error 12853 (0x80073235)."},
        {(HRESULT)0x80190000, u"The operation failed with the code 0x80190000."},
        {(HRESULT)0x801903e7, u"The operation failed with the code 0x801903E7."},
    };
    WCHAR buffer[ERROR_TEXT_SIZE];

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        const WCHAR *text = u"old";
        HRESULT hr = error_text_find(tests[i].code, US_ENGLISH, &text);

        ok(hr == ERR_MR_MID_NOT_FOUND && !text, "Code %#lx: got %#lx.\n",
           (unsigned long)tests[i].code, (unsigned long)hr);
        hr = error_text_format(tests[i].code, US_ENGLISH, buffer);
        ok(hr == S_OK && str_is_equal(buffer, tests[i].text), "Code %#lx: got %#lx, %s.\n",
           (unsigned long)tests[i].code, (unsigned long)hr, wine_dbgstr_w(buffer));
    }
}

#ifdef _WIN32
/* Codes that only the system explains. */
static void test_system_texts(void)
{
    static const struct
    {
        HRESULT code;
        const WCHAR *generic;
    } tests[] = {
        {HRESULT_FROM_WIN32(ERROR_BAD_ENVIRONMENT), u"The system reported the error "},
        {HRESULT_FROM_WIN32(ERROR_INVALID_BLOCK), u"The system reported the error "},
    };
    static const uint32_t languages[] = {US_ENGLISH, 0x0009, 0, 0x0400};
    WCHAR buffer[ERROR_TEXT_SIZE];

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        for (unsigned int k = 0; k < ARRAY_COUNT(languages); k++)
        {
            HRESULT hr = error_text_format(tests[i].code, languages[k], buffer);
            size_t len = str_len(buffer);

            ok(hr == S_OK && len, "Code %#lx: got %#lx.\n", (unsigned long)tests[i].code,
               (unsigned long)hr);
            ok(!len || buffer[len - 1] > ' ', "The text ends with a blank: %s.\n",
               wine_dbgstr_w(buffer));
            /* In English too, where the system speaks it. */
            ok(languages[k] || !str_starts_with(buffer, tests[i].generic),
               "Code %#lx has no text of the system.\n", (unsigned long)tests[i].code);
        }
    }
}
#endif

static void test_contexts(void)
{
    const WCHAR *unknown = error_context_text(ERROR_CONTEXT_UNKNOWN);

    for (int i = ERROR_CONTEXT_NONE; i <= ERROR_CONTEXT_CERTIFICATE_CALLBACK; i++)
    {
        const WCHAR *text = error_context_text((enum error_context)i);

        ok(text && is_sentence(text), "Context %d: got %s.\n", i, wine_dbgstr_w(text));
        for (int k = 0; k < i; k++)
            ok(text != error_context_text((enum error_context)k), "Contexts %d and %d are one.\n",
               i, k);
    }
    ok(has_text(error_context_text(ERROR_CONTEXT_REMOTE_FILE), u"remote file"), "Got %s.\n",
       wine_dbgstr_w(error_context_text(ERROR_CONTEXT_REMOTE_FILE)));
    ok(has_text(error_context_text(ERROR_CONTEXT_LOCAL_FILE), u"local file"), "Got %s.\n",
       wine_dbgstr_w(error_context_text(ERROR_CONTEXT_LOCAL_FILE)));
    ok(error_context_text((enum error_context)9) == unknown, "Context 9 is not unknown.\n");
    ok(error_context_text((enum error_context) - 1) == unknown, "Context -1 is not unknown.\n");
}

START_TEST(error_text)
{
    RUN_TEST(test_tables);
    RUN_TEST(test_german);
    RUN_TEST(test_every_published_code);
    RUN_TEST(test_http_statuses);
    RUN_TEST(test_languages);
    RUN_TEST(test_unknown_codes);
#ifdef _WIN32
    RUN_TEST(test_system_texts);
#endif
    RUN_TEST(test_contexts);
}
