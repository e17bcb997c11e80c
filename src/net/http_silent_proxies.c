/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Proxies that did not answer lately. */
#include "net/http_silent_proxies.h"

#include <stdlib.h>
#include <string.h>

static unsigned int place_of(const struct http_silent_proxies *silent, const char *proxy)
{
    for (unsigned int i = 0; i < HTTP_SILENT_PROXIES_MAX; i++)
        if (silent->places[i].proxy && !strcmp(silent->places[i].proxy, proxy)) return i;
    return HTTP_SILENT_PROXIES_MAX;
}

void http_silent_proxies_add(struct http_silent_proxies *silent, const char *proxy, tick_t now)
{
    unsigned int i = place_of(silent, proxy);
    char *copy;

    if (i == HTTP_SILENT_PROXIES_MAX)
    {
        if (!(copy = strdup(proxy))) return;
        i = silent->next++ % HTTP_SILENT_PROXIES_MAX;
        free(silent->places[i].proxy);
        silent->places[i].proxy = copy;
    }
    silent->places[i].until = now + HTTP_SILENT_MS;
}

bool http_silent_proxies_has(const struct http_silent_proxies *silent, const char *proxy,
                             tick_t now)
{
    unsigned int i = place_of(silent, proxy);

    return i < HTTP_SILENT_PROXIES_MAX && now < silent->places[i].until;
}

void http_silent_proxies_done(struct http_silent_proxies *silent)
{
    for (unsigned int i = 0; i < HTTP_SILENT_PROXIES_MAX; i++)
        free(silent->places[i].proxy);
    memset(silent, 0, sizeof(*silent));
}
