/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ranges of a file as words: offset:length, with commas between; "eof" is up to the end. */
#include "bitsadmin.h"

#include <stdlib.h>
#include <wchar.h>

#define NUMBER_MAX 24

/* Copies up to the end mark, and stands behind it. */
static BOOL take(const WCHAR **text, const WCHAR *marks, WCHAR word[NUMBER_MAX])
{
    size_t len = wcscspn(*text, marks);

    if (len >= NUMBER_MAX) return FALSE;
    wmemcpy(word, *text, len);
    word[len] = 0;
    *text += len;
    return TRUE;
}

static BOOL take_range(const WCHAR **text, BG_FILE_RANGE *range)
{
    WCHAR word[NUMBER_MAX];

    if (!take(text, L":,", word) || **text != ':' || !parse_size(word, &range->InitialOffset))
        return FALSE;
    ++*text;
    if (!take(text, L":,", word)) return FALSE;
    if (is_word(word, L"eof"))
        range->Length = BG_LENGTH_TO_EOF;
    else if (!parse_size(word, &range->Length))
        return FALSE;
    return !**text || **text == ',';
}

BOOL parse_ranges(const WCHAR *text, BG_FILE_RANGE **ranges, DWORD *count)
{
    DWORD room = 1;

    for (const WCHAR *c = text; *c; c++)
        room += *c == ',';
    *count = 0;
    if (!(*ranges = calloc(room, sizeof(**ranges)))) return FALSE;
    while (take_range(&text, &(*ranges)[*count]))
    {
        ++*count;
        if (!*text++) return TRUE;
    }
    free(*ranges);
    *ranges = NULL;
    *count = 0;
    return FALSE;
}
