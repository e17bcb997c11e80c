/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The form of a name that may be shown: what cannot be taken apart safely is not shown at all. */
#include "base/str.h"
#include "base/url_text.h"

struct sink
{
    WCHAR *text;
    size_t size;
    size_t len;
};

static void put(struct sink *out, WCHAR c)
{
    if (out->len + 1 >= out->size) return;
    out->text[out->len++] = c <= 0x20 || c == 0x7f ? '?' : c;
    out->text[out->len] = 0;
}

static void put_text(struct sink *out, const char *text)
{
    while (*text)
        put(out, (unsigned char)*text++);
}

static void put_span(struct sink *out, struct url_span span)
{
    for (size_t i = 0; i < span.len; i++)
        put(out, span.text[i]);
}

static void put_query(struct sink *out, struct url_span query)
{
    size_t i = 0;

    put(out, '?');
    while (i < query.len)
    {
        struct url_span name = {query.text + i, 0};
        size_t end = i;

        while (end < query.len && query.text[end] != '&')
            end++;
        while (i + name.len < end && name.text[name.len] != '=')
            name.len++;
        if (i + name.len < end) put_span(out, (struct url_span){name.text, name.len + 1});
        put_text(out, "...");
        if (end < query.len) put(out, '&');
        i = end + 1;
    }
}

void url_redact(const WCHAR *url, WCHAR *out, size_t size)
{
    struct sink sink = {out, size, 0};
    enum url_scheme scheme = url_scheme_of(url);
    struct url_parts parts;

    *out = 0;
    if (scheme == URL_FILE)
    {
        put_span(&sink, (struct url_span){url, str_len_max(url, size)});
        return;
    }
    if (scheme == URL_UNKNOWN)
    {
        put_text(&sink, "...");
        return;
    }

    put_text(&sink, scheme == URL_HTTP ? "http://" : "https://");
    if (!url_split(url, &parts))
    {
        put_text(&sink, "...");
        return;
    }
    put_span(&sink, parts.host);
    if (parts.port != (scheme == URL_HTTP ? URL_PORT_HTTP : URL_PORT_HTTPS))
    {
        char digits[8];
        size_t at = sizeof(digits) - 1;

        digits[at] = 0;
        for (unsigned int rest = parts.port; rest; rest /= 10)
            digits[--at] = (char)('0' + rest % 10);
        put(&sink, ':');
        put_text(&sink, digits + at);
    }
    put_span(&sink, parts.path);
    if (parts.query.len) put_query(&sink, parts.query);
}

void url_redact_to_char(const WCHAR *url, char *out, size_t size)
{
    WCHAR text[URL_REMOTE_MAX + 1];
    size_t len = 0;

    url_redact(url, text, ARRAY_COUNT(text));
    for (; text[len] && len + 1 < size; len++)
        out[len] = text[len] < 0x80 ? (char)text[len] : '?';
    out[len] = 0;
}

void url_redact_char(const char *url, char *out, size_t size)
{
    WCHAR text[URL_REMOTE_MAX + 1];
    size_t len = 0;

    /* What is cut off cannot hold an authority that is still to end: those are much shorter. */
    for (; url[len] && len < URL_REMOTE_MAX; len++)
        text[len] = (unsigned char)url[len];
    text[len] = 0;
    url_redact_to_char(text, out, size);
}
