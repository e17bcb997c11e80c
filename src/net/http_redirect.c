/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * References are resolved by libcurl, RFC 3986; who may be asked is decided by our own, stricter
 * reading of URLs. */
#include "net/http_redirect.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/url.h"

/* Byte by byte: what is not ASCII is refused where it matters, in the host. */
static WCHAR *widen(const char *text)
{
    size_t len = strlen(text);
    WCHAR *wide = malloc((len + 1) * sizeof(*wide));

    if (!wide) return NULL;
    for (size_t i = 0; i <= len; i++)
        wide[i] = (unsigned char)text[i];
    return wide;
}

static bool names_a_server(const char *url)
{
    struct url_parts parts;
    WCHAR *wide = widen(url);
    bool is_sound = wide && url_split(wide, &parts);

    free(wide);
    return is_sound;
}

bool http_redirect_is_same_server(const char *a, const char *b)
{
    WCHAR *wide_a = widen(a), *wide_b = widen(b);
    bool is_same = wide_a && wide_b && url_same_origin(wide_a, wide_b);

    free(wide_a);
    free(wide_b);
    return is_same;
}

/* libcurl makes a host of what follows too many slashes. */
static bool has_empty_host(const char *location)
{
    const char *slashes = strstr(location, "//");

    if (!slashes || slashes[2] != '/') return false;
    return slashes == location || slashes[-1] == ':';
}

static bool is_way_down(const char *from, const char *to)
{
    return !strncmp(from, "https:", 6) && strncmp(to, "https:", 6);
}

static bool resolve(CURLU *to, const char *url, const char *location)
{
    return !curl_url_set(to, CURLUPART_URL, url, 0) && !curl_url_set(to, CURLUPART_USER, NULL, 0) &&
           !curl_url_set(to, CURLUPART_PASSWORD, NULL, 0) &&
           !curl_url_set(to, CURLUPART_URL, location, CURLU_DISALLOW_USER) &&
           !curl_url_set(to, CURLUPART_FRAGMENT, NULL, 0);
}

static bool copy_part(const CURLU *from, CURLU *to, CURLUPart part)
{
    char *text = NULL;
    bool is_copied = true;

    if (!curl_url_get((CURLU *)from, part, &text, 0)) is_copied = !curl_url_set(to, part, text, 0);
    curl_free(text);
    return is_copied;
}

/* The scheme comes out in small letters. */
static char *url_of(CURLU *handle)
{
    char *text = NULL, *copy = NULL;

    if (!curl_url_get(handle, CURLUPART_URL, &text, 0)) copy = strdup(text);
    curl_free(text);
    return copy;
}

static char *allowed_target(CURLU *from, CURLU *to, bool may_leave_https)
{
    char *origin = url_of(from), *target = url_of(to);
    bool is_allowed = origin && target && names_a_server(target) &&
                      (may_leave_https || !is_way_down(origin, target));

    if (is_allowed && http_redirect_is_same_server(origin, target))
    {
        free(target);
        target = NULL;
        if (copy_part(from, to, CURLUPART_USER) && copy_part(from, to, CURLUPART_PASSWORD))
            target = url_of(to);
    }
    free(origin);
    if (is_allowed) return target;
    free(target);
    return NULL;
}

char *http_redirect_target(const char *url, const char *location, bool may_leave_https)
{
    CURLU *from = curl_url(), *to = curl_url();
    char *target = NULL;

    if (from && to && !has_empty_host(location) && !curl_url_set(from, CURLUPART_URL, url, 0) &&
        resolve(to, url, location))
        target = allowed_target(from, to, may_leave_https);
    curl_url_cleanup(from);
    curl_url_cleanup(to);
    return target;
}
