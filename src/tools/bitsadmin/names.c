/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The words of the command line and of its output. */
#include "bitsadmin.h"

#include <wchar.h>

static const WCHAR *const types[] = {L"DOWNLOAD", L"UPLOAD", L"UPLOAD-REPLY"};
static const WCHAR *const states[] = {L"QUEUED",      L"CONNECTING",   L"TRANSFERRING",
                                      L"SUSPENDED",   L"ERROR",        L"TRANSIENT_ERROR",
                                      L"TRANSFERRED", L"ACKNOWLEDGED", L"CANCELLED"};
static const WCHAR *const priorities[] = {L"FOREGROUND", L"HIGH", L"NORMAL", L"LOW"};
static const WCHAR *const usages[] = {L"PRECONFIG", L"NO_PROXY", L"OVERRIDE", L"AUTODETECT"};

static const WCHAR *name_in(const WCHAR *const *names, unsigned int count, unsigned int value)
{
    return value < count ? names[value] : L"UNKNOWN";
}

const WCHAR *name_of_type(BG_JOB_TYPE type)
{
    return name_in(types, ARRAYSIZE(types), type);
}

const WCHAR *name_of_state(BG_JOB_STATE state)
{
    return name_in(states, ARRAYSIZE(states), state);
}

const WCHAR *name_of_priority(BG_JOB_PRIORITY priority)
{
    return name_in(priorities, ARRAYSIZE(priorities), priority);
}

const WCHAR *name_of_proxy_usage(BG_JOB_PROXY_USAGE usage)
{
    return name_in(usages, ARRAYSIZE(usages), usage);
}

const WCHAR *name_of_bool(BOOL value)
{
    return value ? L"true" : L"false";
}

int find_name(const WCHAR *word, const WCHAR *const *names, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        if (is_word(word, names[i])) return (int)i;
    return -1;
}

BOOL parse_priority(const WCHAR *word, BG_JOB_PRIORITY *priority)
{
    int place = find_name(word, priorities, ARRAYSIZE(priorities));

    if (place >= 0) *priority = (BG_JOB_PRIORITY)place;
    return place >= 0;
}

BOOL parse_proxy_usage(const WCHAR *word, BG_JOB_PROXY_USAGE *usage)
{
    int place = find_name(word, usages, ARRAYSIZE(usages));

    if (place >= 0) *usage = (BG_JOB_PROXY_USAGE)place;
    return place >= 0;
}

BOOL parse_bool(const WCHAR *word, BOOL *value)
{
    static const WCHAR *const words[] = {L"false", L"true", L"0", L"1"};
    int place = find_name(word, words, ARRAYSIZE(words));

    if (place >= 0) *value = place % 2;
    return place >= 0;
}

BOOL parse_acl_flags(const WCHAR *word, DWORD *flags)
{
    static const WCHAR letters[] = L"OGDS";
    const WCHAR *letter;

    *flags = 0;
    if (is_word(word, L"NONE")) return TRUE;
    for (; *word; word++)
    {
        if (!(letter = wcschr(letters, towupper(*word)))) return FALSE;
        *flags |= BG_COPY_FILE_OWNER << (letter - letters);
    }
    return *flags != 0;
}

const WCHAR *null_word(const WCHAR *word)
{
    return !*word || is_word(word, L"NULL") ? NULL : word;
}

static unsigned int digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

BOOL parse_size(const WCHAR *word, UINT64 *value)
{
    unsigned int base = 10, digit;
    UINT64 sum = 0;

    if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
    {
        base = 16;
        word += 2;
    }
    if (!*word) return FALSE;
    for (; *word; word++)
    {
        if ((digit = digit_of(*word)) >= base || sum > (MAXUINT64 - digit) / base) return FALSE;
        sum = sum * base + digit;
    }
    *value = sum;
    return TRUE;
}

BOOL parse_number(const WCHAR *word, DWORD *value)
{
    UINT64 size;

    if (!parse_size(word, &size) || size > MAXDWORD) return FALSE;
    *value = (DWORD)size;
    return TRUE;
}

WCHAR *printable(WCHAR *text)
{
    for (WCHAR *c = text; c && *c; c++)
        if (*c < ' ' || (*c >= 0x7f && *c < 0xa0)) *c = '?';
    return text;
}

const WCHAR *text_or_null(WCHAR *text)
{
    return text && *text ? printable(text) : L"NULL";
}
