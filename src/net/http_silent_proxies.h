/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Proxies that did not answer lately: while another one does, nobody waits for them again at each
 * request. Pure. */
#ifndef OPENBITS_NET_HTTP_SILENT_PROXIES_H
#define OPENBITS_NET_HTTP_SILENT_PROXIES_H

#include "base/clock.h"

#define HTTP_SILENT_PROXIES_MAX 16
#define HTTP_SILENT_MS          60000

/* Zeroed is empty. */
struct http_silent_proxies
{
    struct
    {
        char *proxy; /* NULL: a free place */
        tick_t until;
    } places[HTTP_SILENT_PROXIES_MAX];
    unsigned int next; /* to be replaced */
};

void http_silent_proxies_add(struct http_silent_proxies *silent, const char *proxy, tick_t now);
bool http_silent_proxies_has(const struct http_silent_proxies *silent, const char *proxy,
                             tick_t now);
void http_silent_proxies_done(struct http_silent_proxies *silent);

#endif
