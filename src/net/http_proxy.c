/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lists of proxies and of hosts without one. Spaces and semicolons end an entry, as the settings of
 * the system have either. */
#include "net/http_proxy.h"

#include <bitsmsg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "net/http_auth_private.h"

#define SEPARATORS   " \t\r\n;"
#define DEFAULT_PORT 80

/* ---- entries ---- */

static struct http_span next_entry(const char **list)
{
    struct http_span entry;

    *list += strspn(*list, SEPARATORS);
    entry = (struct http_span){*list, strcspn(*list, SEPARATORS)};
    *list += entry.len;
    return entry;
}

/* Splits at the first place of the mark; false: it is not there. */
static bool cut(struct http_span *rest, const char *mark, struct http_span *first)
{
    size_t len = strlen(mark);

    for (size_t i = 0; i + len <= rest->len; i++)
        if (!memcmp(rest->text + i, mark, len))
        {
            *first = (struct http_span){rest->text, i};
            *rest = (struct http_span){rest->text + i + len, rest->len - i - len};
            return true;
        }
    return false;
}

/* Takes :PORT off the end. False: it is none. */
static bool cut_port(struct http_span *host, unsigned int *port)
{
    size_t len = host->len, digits = 0;

    *port = 0;
    while (digits < len && host->text[len - 1 - digits] >= '0' &&
           host->text[len - 1 - digits] <= '9')
        digits++;
    if (digits == len || host->text[len - 1 - digits] != ':')
        return !len || host->text[len - 1] == ']' || !memchr(host->text, ':', len);
    /* Without brackets there is one colon at most. */
    if (host->text[0] != '[' && memchr(host->text, ':', len - 1 - digits)) return false;
    if (!digits || digits > 5) return false;
    for (size_t i = len - digits; i < len; i++)
        *port = *port * 10 + (unsigned int)(host->text[i] - '0');
    host->len = len - 1 - digits;
    return *port && *port <= 0xffff;
}

static bool is_host_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("-._", byte));
}

static bool is_host(const struct http_span *host)
{
    bool has_brackets = host->len > 2 && host->text[0] == '[' && host->text[host->len - 1] == ']';

    if (!host->len) return false;
    for (size_t i = has_brackets; i + has_brackets < host->len; i++)
        if (!is_host_byte(host->text[i]) && !(has_brackets && host->text[i] == ':')) return false;
    return true;
}

/* ---- proxies ---- */

struct proxy_entry
{
    struct http_span protocol; /* empty: for all */
    struct http_span host;
    unsigned int port;
};

static bool parse_proxy(struct http_span entry, struct proxy_entry *proxy)
{
    struct http_span way;

    proxy->protocol = (struct http_span){entry.text, 0};
    if (cut(&entry, "=", &proxy->protocol) && !is_host(&proxy->protocol)) return false;
    if (cut(&entry, "://", &way) && !http_span_is(&way, "http") && !http_span_is(&way, "https") &&
        !http_span_is(&proxy->protocol, "socks"))
        return false;
    if (entry.len && entry.text[entry.len - 1] == '/') entry.len--;
    proxy->host = entry;
    if (!cut_port(&proxy->host, &proxy->port) || !is_host(&proxy->host)) return false;
    if (!proxy->port) proxy->port = DEFAULT_PORT;
    return true;
}

static bool is_for(const struct proxy_entry *proxy, const char *url)
{
    return http_span_is(&proxy->protocol, !strncmp(url, "https:", 6) ? "https" : "http");
}

/* Those of the protocol's own are meant, else those for all. */
struct wanted
{
    const char *url;
    bool has_any, has_own;
};

static bool is_wanted(const struct wanted *wanted, const struct proxy_entry *proxy)
{
    return proxy->protocol.len ? is_for(proxy, wanted->url) : !wanted->has_own;
}

static HRESULT look_through(const char *list, struct wanted *wanted)
{
    struct http_span entry = next_entry(&list);

    if (!entry.len) return BG_E_INVALID_PROXY_INFO;
    for (; entry.len; entry = next_entry(&list))
    {
        struct proxy_entry proxy;

        if (!parse_proxy(entry, &proxy)) return BG_E_INVALID_PROXY_INFO;
        if (!is_wanted(wanted, &proxy)) continue;
        wanted->has_any = true;
        if (proxy.protocol.len) wanted->has_own = true;
    }
    return wanted->has_any ? S_OK : S_FALSE;
}

/* ---- hosts without a proxy ---- */

static bool ends_with(const struct http_span *host, const struct http_span *end)
{
    char text[256];
    struct http_span tail = {host->text + host->len - end->len, end->len};

    if (end->len > host->len || end->len >= sizeof(text)) return false;
    memcpy(text, end->text, end->len);
    text[end->len] = 0;
    return http_span_is(&tail, text);
}

static bool is_local(const struct http_span *host)
{
    return !memchr(host->text, '.', host->len) && !memchr(host->text, ':', host->len);
}

static bool is_bypassed(struct http_span entry, const char *scheme, const struct http_span *host,
                        unsigned int port)
{
    unsigned int its_port;
    struct http_span way;

    if (http_span_is(&entry, "<local>")) return is_local(host);
    if (cut(&entry, "://", &way) && !http_span_is(&way, scheme)) return false;
    if (!cut_port(&entry, &its_port) || (its_port && its_port != port) || !entry.len) return false;
    if (*entry.text != '*') return entry.len == host->len && ends_with(host, &entry);
    entry.text++;
    entry.len--;
    return !memchr(entry.text, '*', entry.len) && ends_with(host, &entry);
}

static bool is_direct(const char *bypass, const char *url)
{
    bool is_https = !strncmp(url, "https:", 6), is_found = false;
    char *authority = http_url_authority(url);
    struct http_span host, entry;
    unsigned int port;

    if (!authority) return false;
    host = (struct http_span){authority, strlen(authority)};
    if (cut_port(&host, &port))
        for (entry = next_entry(&bypass); entry.len && !is_found; entry = next_entry(&bypass))
            is_found = is_bypassed(entry, is_https ? "https" : "http", &host, port);
    free(authority);
    return is_found;
}

/* ---- both ---- */

#define WAY_SIZE sizeof("http://:65535 ")

static void add_proxy(char *text, const struct proxy_entry *proxy)
{
    sprintf(text + strlen(text), "%shttp://%.*s:%u", *text ? " " : "", (int)proxy->host.len,
            proxy->host.text, proxy->port);
}

/* The list is good. */
static char *format_proxies(const char *list, const struct wanted *wanted)
{
    const char *rest = list;
    struct http_span entry;
    size_t size = 1;
    char *text;

    for (entry = next_entry(&rest); entry.len; entry = next_entry(&rest))
        size += entry.len + WAY_SIZE;
    if (!(text = calloc(1, size))) return NULL;
    for (entry = next_entry(&list); entry.len; entry = next_entry(&list))
    {
        struct proxy_entry proxy;

        if (parse_proxy(entry, &proxy) && is_wanted(wanted, &proxy)) add_proxy(text, &proxy);
    }
    return text;
}

static HRESULT pick(const char *list, const char *bypass, const char *url, char **out)
{
    struct wanted wanted = {.url = url};
    HRESULT hr = look_through(list, &wanted);

    if (hr != S_OK) return hr;
    if (bypass && is_direct(bypass, url)) return S_FALSE;
    return (*out = format_proxies(list, &wanted)) ? S_OK : E_OUTOFMEMORY;
}

HRESULT http_proxy_pick(const WCHAR *list, const WCHAR *bypass, const char *url, char **out)
{
    char *narrow_list = str_to_utf8(list), *narrow_bypass = bypass ? str_to_utf8(bypass) : NULL;
    HRESULT hr = BG_E_INVALID_PROXY_INFO;

    *out = NULL;
    if (narrow_list && (narrow_bypass || !bypass)) hr = pick(narrow_list, narrow_bypass, url, out);
    free(narrow_list);
    free(narrow_bypass);
    return hr;
}

char *http_proxy_next(const char **proxies)
{
    struct http_span entry = next_entry(proxies);
    char *proxy = entry.len ? malloc(entry.len + 1) : NULL;

    if (!proxy) return NULL;
    memcpy(proxy, entry.text, entry.len);
    proxy[entry.len] = 0;
    return proxy;
}
