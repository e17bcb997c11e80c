/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names of remote and local files. RFC 3986 for URLs, the naming rules of Windows for paths, and
 * where these leave room the stricter reading: a name must mean one thing to everybody. */
#include "base/url.h"

#include <string.h>

#include "base/str.h"

#define PORT_HTTP  80
#define PORT_HTTPS 443

static bool is_digit(WCHAR c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(WCHAR c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int hex_value(WCHAR c)
{
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static bool is_one_of(WCHAR c, const char *set)
{
    return c && c < 0x80 && strchr(set, c);
}

static bool starts_with_nocase(const WCHAR *text, const char *prefix)
{
    for (; *prefix; text++, prefix++)
    {
        WCHAR c = *text >= 'A' && *text <= 'Z' ? (WCHAR)(*text + ('a' - 'A')) : *text;

        if (c != (unsigned char)*prefix) return false;
    }
    return true;
}

static bool span_is_equal_nocase(struct url_span a, struct url_span b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
    {
        WCHAR c = a.text[i], d = b.text[i];

        if (c != d && (!is_letter(c) || (c ^ d) != 0x20)) return false;
    }
    return true;
}

static struct url_span take_until(const WCHAR **text, const char *stops)
{
    struct url_span span = {*text, 0};

    while (span.text[span.len] && !is_one_of(span.text[span.len], stops))
        span.len++;
    *text += span.len;
    return span;
}

static bool is_separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

static bool is_drive_path(const WCHAR *text)
{
    return is_letter(text[0]) && text[1] == ':' && is_separator(text[2]);
}

enum url_scheme url_scheme_of(const WCHAR *url)
{
    if (starts_with_nocase(url, "http://")) return URL_HTTP;
    if (starts_with_nocase(url, "https://")) return URL_HTTPS;
    if (starts_with_nocase(url, "file:")) return URL_FILE;
    if (url[0] == '\\' && url[1] == '\\') return URL_FILE;
    return is_drive_path(url) ? URL_FILE : URL_UNKNOWN;
}

/* --- paths --- */

/* Devices are found in every directory, whatever their extension is. */
static bool is_device_name(const WCHAR *text, size_t len)
{
    static const char *const names[] = {"con", "prn", "aux", "nul", "conin$", "conout$"};
    size_t stem = 0;

    while (stem < len && text[stem] != '.')
        stem++;
    while (stem && text[stem - 1] == ' ')
        stem--;

    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (stem == strlen(names[i]) && starts_with_nocase(text, names[i])) return true;
    if (stem != 4) return false;
    if (!starts_with_nocase(text, "com") && !starts_with_nocase(text, "lpt")) return false;
    return (text[3] >= '1' && text[3] <= '9') || text[3] == 0xb9 || text[3] == 0xb2 ||
           text[3] == 0xb3;
}

static bool is_path_text(const WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
    {
        if (text[i] < 0x20 || is_one_of(text[i], "<>:\"|?*")) return false;
        if (text[i] < 0xd800 || text[i] > 0xdfff) continue;
        if (text[i] > 0xdbff || i + 1 == len) return false;
        i++;
        if (text[i] < 0xdc00 || text[i] > 0xdfff) return false;
    }
    return true;
}

static bool is_path_component(struct url_span part, bool is_last)
{
    if (part.len > URL_SEGMENT_MAX || !is_path_text(part.text, part.len)) return false;
    if (part.len == 1 && part.text[0] == '.') return false;
    if (part.len == 2 && part.text[0] == '.' && part.text[1] == '.') return false;
    if (is_device_name(part.text, part.len)) return false;

    /* Windows would drop these and open another file. */
    return !is_last || !is_one_of(part.text[part.len - 1], ". ");
}

/* A server or a share: one must be there, and it must not lead to pipes or mail slots. */
static bool take_unc_part(const WCHAR **path)
{
    struct url_span part = take_until(path, "\\/");

    if (!part.len || !**path || !is_path_component(part, true)) return false;
    if (part.len == 4 && starts_with_nocase(part.text, "pipe")) return false;
    if (part.len == 8 && starts_with_nocase(part.text, "mailslot")) return false;
    ++*path;
    return true;
}

/* A file below a drive or a share. */
static bool is_file_path(const WCHAR *path)
{
    struct url_span part;

    if (is_drive_path(path))
        path += 3;
    else if (is_separator(path[0]) && is_separator(path[1]))
    {
        path += 2;
        if (!take_unc_part(&path) || !take_unc_part(&path)) return false;
    }
    else
        return false;

    for (;;)
    {
        part = take_until(&path, "\\/");
        if (!*path) return part.len && is_path_component(part, true);
        if (part.len && !is_path_component(part, false)) return false;
        path++;
    }
}

HRESULT url_check_local(const WCHAR *path)
{
    if (str_len_max(path, URL_LOCAL_MAX + 1) > URL_LOCAL_MAX) return E_INVALIDARG;
    return is_file_path(path) ? S_OK : E_INVALIDARG;
}

/* --- http --- */

static bool is_ipv4(const WCHAR *text, size_t len)
{
    unsigned int parts = 0;
    size_t i = 0;

    for (;;)
    {
        unsigned int value = 0;
        size_t digits = 0;

        for (; i < len && is_digit(text[i]) && digits < 4; i++, digits++)
            value = value * 10 + (text[i] - '0');
        if (!digits || digits > 3 || value > 255) return false;
        if (++parts == 4) return i == len;
        if (i == len || text[i++] != '.') return false;
    }
}

static bool is_ipv6_address(const WCHAR *text, size_t len)
{
    unsigned int groups = 0;
    bool has_gap = false;
    size_t i = 0;

    if (len >= 2 && text[0] == ':' && text[1] == ':')
    {
        has_gap = true;
        i = 2;
    }
    while (i < len)
    {
        size_t digits = 0;

        while (i + digits < len && hex_value(text[i + digits]) >= 0)
            digits++;
        if (!digits || digits > 4) return false;
        if (i + digits < len && text[i + digits] == '.')
        {
            if (!is_ipv4(text + i, len - i)) return false;
            groups += 2;
            break;
        }
        groups++;
        i += digits;
        if (i == len) break;
        if (text[i++] != ':' || i == len) return false;
        if (text[i] == ':')
        {
            if (has_gap) return false;
            has_gap = true;
            i++;
        }
    }
    return has_gap ? groups < 8 : groups == 8;
}

/* Without the brackets. A zone is allowed: RFC 6874. */
static bool is_ipv6(struct url_span host)
{
    size_t len = 0;

    while (len < host.len && host.text[len] != '%')
        len++;
    if (!is_ipv6_address(host.text, len)) return false;
    if (len == host.len) return true;
    if (host.len - len < 4 || host.text[len + 1] != '2' || host.text[len + 2] != '5') return false;
    for (size_t i = len + 3; i < host.len; i++)
    {
        WCHAR c = host.text[i];

        if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "-._~")) return false;
    }
    return true;
}

static bool is_host(struct url_span host)
{
    if (!host.len || host.len > URL_HOST_MAX) return false;
    if (host.text[0] == '[')
    {
        if (host.len < 2 || host.text[host.len - 1] != ']') return false;
        return is_ipv6((struct url_span){host.text + 1, host.len - 2});
    }
    for (size_t i = 0; i < host.len; i++)
    {
        WCHAR c = host.text[i];

        if (!is_letter(c) && !is_digit(c) && !is_one_of(c, "-._")) return false;
    }
    return true;
}

static bool parse_port(struct url_span text, uint16_t *port)
{
    uint32_t value = 0;

    if (!text.len || text.len > 5) return false;
    for (size_t i = 0; i < text.len; i++)
    {
        if (!is_digit(text.text[i])) return false;
        value = value * 10 + (uint32_t)(text.text[i] - '0');
    }
    if (!value || value > 65535) return false;
    *port = (uint16_t)value;
    return true;
}

static bool split_authority(struct url_span authority, struct url_parts *parts)
{
    struct url_span host = authority, port = {NULL, 0};
    size_t end;

    for (size_t i = 0; i < authority.len; i++)
    {
        if (authority.text[i] != '@') continue;
        /* Of two, nobody knows which one ends the password. */
        if (parts->user.text) return false;
        parts->user = (struct url_span){authority.text, i};
        host = (struct url_span){authority.text + i + 1, authority.len - i - 1};
    }

    /* The colons of an IPv6 literal are before the bracket. */
    end = host.len;
    while (end && host.text[end - 1] != ':' && host.text[end - 1] != ']')
        end--;
    if (end && host.text[end - 1] == ':')
    {
        port = (struct url_span){host.text + end, host.len - end};
        host.len = end - 1;
        if (!parse_port(port, &parts->port)) return false;
    }
    parts->host = host;
    return is_host(host);
}

bool url_split(const WCHAR *url, struct url_parts *parts)
{
    enum url_scheme scheme = url_scheme_of(url);
    struct url_span authority;

    memset(parts, 0, sizeof(*parts));
    if (scheme != URL_HTTP && scheme != URL_HTTPS) return false;
    parts->scheme = scheme;
    parts->port = scheme == URL_HTTP ? PORT_HTTP : PORT_HTTPS;

    url += scheme == URL_HTTP ? 7 : 8;
    authority = take_until(&url, "/?#\\");
    if (*url == '\\' || !split_authority(authority, parts))
    {
        memset(parts, 0, sizeof(*parts));
        return false;
    }
    parts->path = take_until(&url, "?#");
    if (*url == '?')
    {
        url++;
        parts->query = take_until(&url, "#");
    }
    return true;
}

bool url_same_origin(const WCHAR *a, const WCHAR *b)
{
    struct url_parts first, second;

    if (!url_split(a, &first) || !url_split(b, &second)) return false;
    return first.scheme == second.scheme && first.port == second.port &&
           span_is_equal_nocase(first.host, second.host);
}

/* Every character as it may stand in a URL, every escape whole. Brackets are taken outside of hosts
 * too, where many servers expect them. */
static bool is_url_text(const WCHAR *url)
{
    for (; *url; url++)
    {
        if (*url == '%')
        {
            if (hex_value(url[1]) < 0 || hex_value(url[2]) < 0) return false;
        }
        else if (!is_letter(*url) && !is_digit(*url) && !is_one_of(*url, "-._~:/?#[]@!$&'()*+,;="))
        {
            return false;
        }
    }
    return true;
}

static bool are_segments_short(struct url_span path)
{
    size_t len = 0;

    for (size_t i = 0; i < path.len; i++)
    {
        len = path.text[i] == '/' ? 0 : len + 1;
        if (len > URL_SEGMENT_MAX) return false;
    }
    return true;
}

/* --- file: --- */

/* Decodes a run of escapes, which spells UTF-8. A separator or a control character that had to be
 * hidden in an escape is up to no good. */
static bool decode_escapes(const WCHAR **url, WCHAR *out, size_t *len)
{
    char bytes[URL_REMOTE_MAX / 3 + 1];
    size_t count = 0;
    WCHAR decoded[ARRAY_COUNT(bytes)];

    while (**url == '%')
    {
        int value = hex_value((*url)[1]) << 4 | hex_value((*url)[2]);

        if (value < 0x20 || value == '/' || value == '\\') return false;
        bytes[count++] = (char)value;
        *url += 3;
    }
    bytes[count] = 0;
    if (!str_decode_utf8(bytes, decoded, ARRAY_COUNT(decoded))) return false;
    for (count = 0; decoded[count]; count++)
        out[(*len)++] = decoded[count];
    return true;
}

/* The caller has checked the characters and the length of the URL. */
static bool file_url_to_path(const WCHAR *url, WCHAR path[URL_REMOTE_MAX + 1])
{
    size_t len = 0;

    url += strlen("file:");
    if (url[0] != '/' || url[1] != '/') return false;
    url += 2;
    if (starts_with_nocase(url, "localhost/")) url += strlen("localhost");

    if (url[0] == '/' && is_drive_path(url + 1))
        url++;
    else if (url[0] == '/' && url[1] == '/')
        url += 2;
    if (!is_drive_path(url))
    {
        path[len++] = '\\';
        path[len++] = '\\';
    }
    while (*url)
    {
        if (*url == '%')
        {
            if (!decode_escapes(&url, path, &len)) return false;
            continue;
        }
        path[len++] = *url == '/' ? '\\' : *url;
        url++;
    }
    path[len] = 0;
    return true;
}

/* Fills in the path of a name of scheme URL_FILE. */
static bool get_file_path(const WCHAR *url, WCHAR path[URL_REMOTE_MAX + 1])
{
    if (str_len_max(url, URL_REMOTE_MAX + 1) > URL_REMOTE_MAX) return false;
    if (url_scheme_of(url) != URL_FILE) return false;
    if (starts_with_nocase(url, "file:"))
    {
        if (!is_url_text(url) || !file_url_to_path(url, path)) return false;
    }
    else
        memcpy(path, url, (str_len(url) + 1) * sizeof(*path));
    return is_file_path(path);
}

HRESULT url_to_path(const WCHAR *url, WCHAR **path)
{
    WCHAR text[URL_REMOTE_MAX + 1];

    *path = NULL;
    if (!get_file_path(url, text)) return E_INVALIDARG;
    return (*path = str_dup(text)) ? S_OK : E_OUTOFMEMORY;
}

HRESULT url_check_remote(const WCHAR *url)
{
    WCHAR path[URL_REMOTE_MAX + 1];
    struct url_parts parts;

    if (str_len_max(url, URL_REMOTE_MAX + 1) > URL_REMOTE_MAX) return E_INVALIDARG;
    switch (url_scheme_of(url))
    {
    case URL_HTTP:
    case URL_HTTPS:
        if (!is_url_text(url) || !url_split(url, &parts)) return E_INVALIDARG;
        return are_segments_short(parts.path) ? S_OK : E_INVALIDARG;
    case URL_FILE:
        return get_file_path(url, path) ? S_OK : E_INVALIDARG;
    default:
        return E_INVALIDARG;
    }
}

/* --- what may be shown --- */

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
    if (parts.port != (scheme == URL_HTTP ? PORT_HTTP : PORT_HTTPS))
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
