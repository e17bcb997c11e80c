/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * On whose behalf a job's requests are made, and by which way: its credentials and proxies in the
 * terms of the HTTP client. Kept by whoever makes requests for as long as they run. */
#ifndef OPENBITS_TRANSFER_HTTP_AUTH_H
#define OPENBITS_TRANSFER_HTTP_AUTH_H

#include "job/http_settings.h"
#include "job/proxy_settings.h"
#include "net/http_client.h"

struct http_identity
{
    struct http_settings *settings; /* a reference */
    struct proxy_settings proxy_settings;
    struct http_logins own, away;
    struct http_proxy_wish proxy;
};

/* Settings and proxy may be NULL: the defaults. */
HRESULT http_identity_init(struct http_identity *identity, struct http_settings *settings,
                           const struct proxy_settings *proxy);
/* Takes a zeroed struct, too. */
void http_identity_done(struct http_identity *identity);

/* Fills in logins and way. is_own_server: the request goes to the server that the client has named;
 * another one gets nothing that was meant for that. */
void http_identity_apply(const struct http_identity *identity, bool is_own_server,
                         struct http_request_params *params);

#endif
