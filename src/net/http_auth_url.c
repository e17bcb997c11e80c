/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a URL says to those who authenticate. */
#include <stdlib.h>
#include <string.h>

#include "net/http_auth_private.h"

struct parts
{
    const char *user; /* NULL: none; ends at the @ */
    const char *host; /* with the port */
    const char *rest; /* path, query and fragment */
};

static bool split(const char *url, struct parts *parts)
{
    const char *begin = strstr(url, "://");

    if (!begin) return false;
    begin += 3;
    parts->rest = begin + strcspn(begin, "/?#");
    parts->user = NULL;
    parts->host = begin;
    for (const char *at = begin; at < parts->rest; at++)
        if (*at == '@')
        {
            parts->user = begin;
            parts->host = at + 1;
        }
    return true;
}

static char *copy(const char *begin, const char *end)
{
    size_t len = (size_t)(end - begin);
    char *text = malloc(len + 1);

    if (!text) return NULL;
    memcpy(text, begin, len);
    text[len] = 0;
    return text;
}

char *http_url_target(const char *url)
{
    struct parts parts;
    size_t len;
    char *target;

    if (!split(url, &parts)) return NULL;
    len = strcspn(parts.rest, "#");
    if (*parts.rest == '/') return copy(parts.rest, parts.rest + len);
    if (!(target = malloc(len + 2))) return NULL;
    target[0] = '/';
    memcpy(target + 1, parts.rest, len);
    target[len + 1] = 0;
    return target;
}

/* Where the port begins; the end without one. */
static const char *port_of(const struct parts *parts)
{
    const char *colon = NULL;

    for (const char *at = parts->host; at < parts->rest; at++)
    {
        if (*at == ':') colon = at;
        if (*at == ']') colon = NULL;
    }
    return colon ? colon : parts->rest;
}

char *http_url_host(const char *url)
{
    struct parts parts;

    return split(url, &parts) ? copy(parts.host, port_of(&parts)) : NULL;
}

char *http_url_authority(const char *url)
{
    bool is_https = !strncmp(url, "https:", 6);
    const char *port;
    struct parts parts;
    char *text;

    if (!split(url, &parts)) return NULL;
    port = port_of(&parts);
    if (parts.rest - port > 1) return copy(parts.host, parts.rest);
    if (!(text = malloc((size_t)(port - parts.host) + 5))) return NULL;
    memcpy(text, parts.host, (size_t)(port - parts.host));
    strcpy(text + (port - parts.host), is_https ? ":443" : ":80");
    return text;
}

/* ---- the login ---- */

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* In place. False: it has a byte that no text has. */
static bool decode(char *text)
{
    char *to = text;

    for (const char *from = text; *from; from++)
    {
        int high, low;

        *to = *from;
        if (*from == '%' && (high = hex_value(from[1])) >= 0 && (low = hex_value(from[2])) >= 0)
        {
            *to = (char)(high << 4 | low);
            from += 2;
        }
        if (!*to++) return false;
    }
    *to = 0;
    return true;
}

bool http_text_login_of_url(struct http_text_login *text, const char *url)
{
    const char *colon, *end;
    struct parts parts;

    *text = (struct http_text_login){NULL, NULL};
    if (!split(url, &parts) || !parts.user) return false;
    end = parts.host - 1;
    colon = memchr(parts.user, ':', (size_t)(end - parts.user));
    text->user = copy(parts.user, colon ? colon : end);
    text->password = copy(colon ? colon + 1 : end, end);
    if (text->user && text->password && decode(text->user) && decode(text->password)) return true;
    http_text_login_done(text);
    return false;
}

bool http_auth_has_user(const char *url)
{
    struct parts parts;

    return split(url, &parts) && parts.user;
}
