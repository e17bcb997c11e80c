/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A back end of trust: machines that have exchanged keys ([MS-BPAU]), over whatever carries the
 * call. Where nothing can say for sure who the other side is, there is no carrier, nobody is in the
 * table, and every exchange is refused. Belongs to the peers' thread; no lock. */
#ifndef OPENBITS_PEER_TRUST_TABLE_H
#define OPENBITS_PEER_TRUST_TABLE_H

#include "base/clock.h"
#include "peer/key_exchange.h"
#include "peer/trust.h"

/* For so long a machine with which it failed is not asked again. */
#define TRUST_TABLE_BACK_OFF_MS 300000

/* So many can wait for the call of one machine; the next is told E_ABORT at once. */
#define TRUST_TABLE_WAITERS_MAX 64

/* What a call gave. The server is who it has proved to be; size 0: no certificate. */
struct key_exchange_answer
{
    HRESULT result;
    struct key_exchange_peer server;
    const uint8_t *blob;
    size_t size;
};

struct key_exchange_carrier
{
    /* Starts to call a machine and to give it this blob, which is copied. done comes once, later,
     * on the peers' thread, unless this fails. */
    HRESULT(*call)
    (void *ctx, const char *fqdn, const uint8_t *blob, size_t size,
     void (*done)(void *arg, const struct key_exchange_answer *answer), void *arg);
    void *ctx;
};

struct trust_table_config
{
    const struct key_exchange_carrier *carrier; /* NULL: nothing can be carried */
    struct clock clock;
    bool allows_legacy;
};

struct trust_table;

HRESULT trust_table_create(const struct trust_table_config *config, struct trust_table **out);
/* Calls that are under way end with E_ABORT; their carrier is gone. NULL is welcome. */
void trust_table_destroy(struct trust_table *table);

/* The certificate that is shown to others, after each renewal too; copied. */
HRESULT trust_table_set_own(struct trust_table *table, const uint8_t *der, size_t size);

/* A caller that the carrier has named gives its blob, or nothing. On S_OK *answer is our own, to be
 * freed with free(); on anything else there is none. */
HRESULT trust_table_serve(struct trust_table *table, const struct key_exchange_peer *caller,
                          const uint8_t *blob, size_t size, uint8_t **answer, size_t *answer_size);

/* Good as long as the table. */
struct trust trust_table_trust(struct trust_table *table);

#endif
