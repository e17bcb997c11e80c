/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the parsers of HTTP share: parts of a line, characters and words. Private to this folder. */
#ifndef OPENBITS_NET_HTTP_TEXT_H
#define OPENBITS_NET_HTTP_TEXT_H

#include <string.h>

#include "base/types.h"

/* A part of a line; not terminated. */
struct text
{
    const char *at;
    size_t len;
};

static inline char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The word is in lower case. */
static inline bool is_word(struct text text, const char *word)
{
    if (text.len != strlen(word)) return false;
    for (size_t i = 0; i < text.len; i++)
        if (fold(text.at[i]) != word[i]) return false;
    return true;
}

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline struct text trim(struct text text)
{
    while (text.len && is_blank(text.at[0]))
        text.at++, text.len--;
    while (text.len && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

#endif
