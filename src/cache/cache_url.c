/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * URLs as keys. */
#include "cache/cache_url.h"

#include "base/str.h"
#include "cache/cache_record.h"

static WCHAR fold(WCHAR c)
{
    return c >= 'A' && c <= 'Z' ? (WCHAR)(c + 32) : c;
}

static WCHAR char_at(const struct cache_url *url, size_t i)
{
    return i < url->folded ? fold(url->text[i]) : url->text[i];
}

static bool is_slash(WCHAR c)
{
    return c == '/' || c == '\\';
}

/* Where the host begins; 0: there is none. */
static size_t find_authority(const WCHAR *text, size_t len)
{
    if (len > 2 && text[0] == '\\' && text[1] == '\\') return 2;
    for (size_t i = 1; i + 2 < len; i++)
    {
        if (text[i] == ':') return text[i + 1] == '/' && text[i + 2] == '/' ? i + 3 : 0;
        if (is_slash(text[i])) return 0;
    }
    return 0;
}

bool cache_url_read(const WCHAR *text, struct cache_url *url)
{
    size_t len = text ? str_len_max(text, CACHE_URL_MAX + 1) : 0, begin, end;
    bool is_path;

    *url = (struct cache_url){.text = text};
    if (!len || len > CACHE_URL_MAX) return false;
    begin = find_authority(text, len);
    /* The sign of a fragment is an ordinary character of a path. */
    is_path = !begin || is_slash(text[0]);
    for (end = 0; end < len && (is_path || text[end] != '#'); end++)
        ;
    url->len = end;
    url->folded = begin;
    if (!begin) return true;

    for (size_t i = begin; i < url->len && text[i] != '/' && text[i] != '?'; i++)
    {
        if (is_path && text[i] == '\\') break;
        url->folded = i + 1;
        if (text[i] == '@' && !is_path) url->has_user = true;
    }
    return true;
}

uint32_t cache_url_hash(const struct cache_url *url)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < url->len; i++)
        hash = (hash ^ char_at(url, i)) * 16777619u;
    return hash ^ hash >> 15;
}

bool cache_url_is_equal(const struct cache_url *a, const struct cache_url *b)
{
    if (a->len != b->len) return false;
    for (size_t i = 0; i < a->len; i++)
        if (char_at(a, i) != char_at(b, i)) return false;
    return true;
}
