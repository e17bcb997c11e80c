/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Checks of servers' certificates that ask the network, on threads of the system's pool: a list of
 * what was taken back may come slowly, or never, and nobody else waits for it. All calls are the
 * owner's, on one thread. */
#ifndef OPENBITS_NET_SERVER_CERT_CHECKS_H
#define OPENBITS_NET_SERVER_CERT_CHECKS_H

#include "base/types.h"

struct server_cert_checks;
struct server_cert_wait;

/* wake(ctx) is called on any thread when a check is over; it waits for nothing. */
HRESULT server_cert_checks_create(void (*wake)(void *ctx), void *ctx,
                                  struct server_cert_checks **out);
/* Does not wait: what runs ends by itself. All waits have been ended. NULL is welcome. */
void server_cert_checks_destroy(struct server_cert_checks *checks);

/* As server_cert_check(). ERR_HTTP_CERT_REV_FAILED: too many are under way. */
HRESULT server_cert_wait_begin(struct server_cert_checks *checks, const void *certificate,
                               const char *host, uint32_t flags, struct server_cert_wait **out);
/* E_PENDING: it is not over. */
HRESULT server_cert_wait_result(struct server_cert_wait *wait);
/* Is it for the same certificate? */
bool server_cert_wait_is_for(const struct server_cert_wait *wait, const void *certificate);
/* Over or not. NULL is welcome. */
void server_cert_wait_end(struct server_cert_wait *wait);

#endif
