/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the files about names share: characters and spans. Private to url*.c. */
#ifndef OPENBITS_BASE_URL_TEXT_H
#define OPENBITS_BASE_URL_TEXT_H

#include <string.h>

#include "base/url.h"

#define URL_PORT_HTTP  80
#define URL_PORT_HTTPS 443

static inline bool is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

static inline bool is_letter(WCHAR c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline int hex_value(WCHAR c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static inline bool is_one_of(WCHAR c, const char *set)
{
    return c && c < 0x80 && strchr(set, c);
}

static inline bool starts_with_nocase(const WCHAR *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
    {
        WCHAR c = *text >= 'A' && *text <= 'Z' ? (WCHAR)(*text + ('a' - 'A')) : *text;

        if (c != (unsigned char)*prefix) return false;
    }
    return true;
}

/* Moves on to the first of these characters, or to the end, and gives what it passed. */
static inline struct url_span take_until(const WCHAR **text, const char *stops)
{
    struct url_span span = {*text, 0};

    while (span.text[span.len] && !is_one_of(span.text[span.len], stops))
        span.len++;
    *text += span.len;
    return span;
}

static inline bool is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

static inline bool is_drive_path(const WCHAR *text)
{
    return is_letter(text[0]) && text[1] == ':' && is_separator(text[2]);
}

/* Every character as it may stand in a URL, every escape whole. */
bool url_is_legal_text(const WCHAR *url);

/* Fills in the path that a name of scheme URL_FILE names; false when a job cannot take it. */
bool url_get_file_path(const WCHAR *url, WCHAR path[URL_REMOTE_MAX + 1]);

#endif
