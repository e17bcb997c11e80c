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

BOOL parse_priority(const WCHAR *word, BG_JOB_PRIORITY *priority)
{
    for (unsigned int i = 0; i < ARRAYSIZE(priorities); i++)
        if (is_word(word, priorities[i]))
        {
            *priority = (BG_JOB_PRIORITY)i;
            return TRUE;
        }
    return FALSE;
}

static int digit_of(WCHAR c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 16;
}

BOOL parse_number(const WCHAR *word, DWORD *value)
{
    int base = 10, digit;
    ULONGLONG sum = 0;

    if (word[0] == '0' && (word[1] == 'x' || word[1] == 'X'))
    {
        base = 16;
        word += 2;
    }
    if (!*word) return FALSE;
    for (; *word; word++)
    {
        if ((digit = digit_of(*word)) >= base) return FALSE;
        if ((sum = sum * base + digit) > MAXDWORD) return FALSE;
    }
    *value = (DWORD)sum;
    return TRUE;
}

WCHAR *printable(WCHAR *text)
{
    for (WCHAR *c = text; c && *c; c++)
        if (*c < ' ' || *c == 0x7f) *c = '?';
    return text;
}

const WCHAR *text_or_null(WCHAR *text)
{
    return text && *text ? printable(text) : L"NULL";
}
