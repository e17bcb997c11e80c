/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Remote names: RFC 3986, and where it leaves room the stricter reading, because a name must mean
 * one thing to everybody. */
#include "base/url.h"

#include "base/str.h"
#include "base/url_text.h"

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

enum url_scheme url_scheme_of(const WCHAR *url)
{
    if (starts_with_nocase(url, "http://")) return URL_HTTP;
    if (starts_with_nocase(url, "https://")) return URL_HTTPS;
    if (starts_with_nocase(url, "file:")) return URL_FILE;
    if (url[0] == '\\' && url[1] == '\\') return URL_FILE;
    return is_drive_path(url) ? URL_FILE : URL_UNKNOWN;
}

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
    parts->port = scheme == URL_HTTP ? URL_PORT_HTTP : URL_PORT_HTTPS;

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

/* Brackets are taken outside of hosts too, where many servers expect them. */
bool url_is_legal_text(const WCHAR *url)
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

HRESULT url_check_remote(const WCHAR *url)
{
    WCHAR path[URL_REMOTE_MAX + 1];
    struct url_parts parts;

    if (str_len_max(url, URL_REMOTE_MAX + 1) > URL_REMOTE_MAX) return E_INVALIDARG;
    switch (url_scheme_of(url))
    {
    case URL_HTTP:
    case URL_HTTPS:
        if (!url_is_legal_text(url) || !url_split(url, &parts)) return E_INVALIDARG;
        return are_segments_short(parts.path) ? S_OK : E_INVALIDARG;
    case URL_FILE:
        return url_get_file_path(url, path) ? S_OK : E_INVALIDARG;
    default:
        return E_INVALIDARG;
    }
}
