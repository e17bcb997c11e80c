/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What command interpreters do to a command line that was not quoted as they want it, seen from the
 * words that arrive. */
#include "bitsadmin.h"

#include <stdio.h>
#include <wchar.h>

struct mistake
{
    BOOL (*is_made)(const WCHAR *word);
    const WCHAR *text; /* %ls: the word */
};

static BOOL has_curly_quote(const WCHAR *word)
{
    return wcspbrk(word, L"\x201c\x201d\x201e\x2018\x2019") != NULL;
}

static BOOL is_single_quoted(const WCHAR *word)
{
    size_t len = wcslen(word);

    return word[0] == '\'' || (len && word[len - 1] == '\'');
}

static BOOL has_quote(const WCHAR *word)
{
    return wcschr(word, '"') != NULL;
}

static BOOL is_script_block(const WCHAR *word)
{
    return !_wcsicmp(word, L"-encodedCommand");
}

static BOOL has_long_dash(const WCHAR *word)
{
    return word[0] == 0x2013 || word[0] == 0x2014;
}

static BOOL is_unix_path(const WCHAR *word)
{
    return word[0] == '/' && wcschr(word + 1, '/') != NULL;
}

/* Most certain first. */
static const struct mistake mistakes[] = {
    {is_script_block, L"PowerShell has taken an id in braces for a piece of script. Put it in "
                      L"quotes: \"{...}\"."},
    {has_curly_quote, L"There are typographic quotes in %ls. Only straight ones (\") keep the "
                      L"words of a name together."},
    {has_long_dash, L"%ls begins with a long dash; switches begin with / here."},
    {has_quote,
     L"There is a quote inside of %ls. A backslash before the closing quote, as in "
     L"\"C:\\folder\\\", makes it a part of the name: leave the backslash away, or write "
     L"two."},
    {is_single_quoted, L"There is a single quote around %ls. Only double quotes (\") keep the "
                       L"words of a name together."},
    {is_unix_path, L"%ls looks like a path. A shell may have changed a switch into it; files are "
                   L"named with a drive, as C:\\folder\\file."},
};

static void copy_text(const WCHAR *format, const WCHAR *word, WCHAR text[MISTAKE_CHARS])
{
    WCHAR shown[OUT_ROW_CHARS];

    out_shorten(word, 100, shown);
    _snwprintf(text, MISTAKE_CHARS, format, shown);
    text[MISTAKE_CHARS - 1] = 0;
}

BOOL explain_mistake(WCHAR *const *words, int count, WCHAR text[MISTAKE_CHARS])
{
    text[0] = 0;
    for (unsigned int i = 0; i < ARRAYSIZE(mistakes); i++)
        for (int k = 0; k < count; k++)
        {
            if (!mistakes[i].is_made(words[k])) continue;
            copy_text(mistakes[i].text, words[k], text);
            return TRUE;
        }
    return FALSE;
}

BOOL explain_job_name(const WCHAR *name, WCHAR text[MISTAKE_CHARS])
{
    WCHAR *words[1] = {(WCHAR *)name}, braced[41];
    GUID id;

    if (wcslen(name) == 36)
    {
        _snwprintf(braced, ARRAYSIZE(braced), L"{%ls}", name);
        if (SUCCEEDED(IIDFromString(braced, &id)))
        {
            copy_text(L"An id needs its braces: %ls.", braced, text);
            return TRUE;
        }
    }
    return explain_mistake(words, 1, text);
}
