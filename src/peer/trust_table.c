/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of exchanged certificates as a back end, and the calls that fill it: one for a machine
 * at a time, for whose end all wait that have met it meanwhile. */
#include "peer/trust_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "base/list.h"
#include "base/log.h"
#include "peer/certificate_blob.h"

/* Machines that are remembered because a call failed, or is under way. */
#define CALLS_MAX 64

struct waiter
{
    struct list entry;
    void (*done)(void *arg, HRESULT hr);
    void *arg;
};

struct call
{
    struct list entry;
    struct trust_table *table;
    char *fqdn;
    bool is_under_way;
    tick_t again;        /* not before, when it has failed */
    struct list waiters; /* for its end, while it is under way */
    unsigned int waiter_count;
};

struct trust_table
{
    struct trust_table_config config;
    struct peer_certificates certificates;
    uint8_t *own; /* blob; NULL: not set yet */
    size_t own_size;
    struct list calls;
    unsigned int call_count;
};

static struct key_exchange exchange_of(struct trust_table *table)
{
    return (struct key_exchange){&table->certificates, clock_filetime(&table->config.clock),
                                 table->config.allows_legacy};
}

/* ---- who waits ---- */

static struct waiter *add_waiter(struct call *call, void (*done)(void *arg, HRESULT hr), void *arg)
{
    struct waiter *waiter = calloc(1, sizeof(*waiter));

    if (!waiter) return NULL;
    waiter->done = done;
    waiter->arg = arg;
    list_add_tail(&call->waiters, &waiter->entry);
    call->waiter_count++;
    return waiter;
}

static void free_waiter(struct waiter *waiter)
{
    list_remove(&waiter->entry);
    free(waiter);
}

static void take_waiters(struct call *call, struct list *taken)
{
    struct waiter *waiter;

    list_init(taken);
    while ((waiter = LIST_HEAD_ENTRY(&call->waiters, struct waiter, entry)))
    {
        list_remove(&waiter->entry);
        list_add_tail(taken, &waiter->entry);
    }
    call->waiter_count = 0;
}

static void tell_waiters(struct list *waiters, HRESULT hr)
{
    struct waiter *waiter;

    while ((waiter = LIST_HEAD_ENTRY(waiters, struct waiter, entry)))
    {
        waiter->done(waiter->arg, hr);
        free_waiter(waiter);
    }
}

/* ---- calls ---- */

static void free_call(struct call *call)
{
    list_remove(&call->entry);
    call->table->call_count--;
    free(call->fqdn);
    free(call);
}

static struct call *find_call(struct trust_table *table, const char *fqdn)
{
    struct list *cursor;

    LIST_FOR_EACH(cursor, &table->calls)
    {
        struct call *call = LIST_ENTRY_OF(cursor, struct call, entry);

        if (!strcmp(call->fqdn, fqdn)) return call;
    }
    return NULL;
}

/* The one that has rested for the longest time makes room. */
static bool make_room(struct trust_table *table)
{
    struct list *cursor;

    if (table->call_count < CALLS_MAX) return true;
    LIST_FOR_EACH(cursor, &table->calls)
    {
        struct call *call = LIST_ENTRY_OF(cursor, struct call, entry);

        if (call->is_under_way) continue;
        free_call(call);
        return true;
    }
    return false;
}

static struct call *add_call(struct trust_table *table, const char *fqdn)
{
    struct call *call = make_room(table) ? calloc(1, sizeof(*call)) : NULL;
    size_t size = strlen(fqdn) + 1;

    if (!call) return NULL;
    if (!(call->fqdn = malloc(size)))
    {
        free(call);
        return NULL;
    }
    memcpy(call->fqdn, fqdn, size);
    call->table = table;
    list_init(&call->waiters);
    list_add_tail(&table->calls, &call->entry);
    table->call_count++;
    return call;
}

static void rest(struct call *call)
{
    call->is_under_way = false;
    call->again = clock_ticks(&call->table->config.clock) + TRUST_TABLE_BACK_OFF_MS;
    list_remove(&call->entry);
    list_add_tail(&call->table->calls, &call->entry);
}

static void take_answer(void *arg, const struct key_exchange_answer *answer)
{
    struct call *call = arg;
    const struct key_exchange exchange = exchange_of(call->table);
    struct list waiters;
    HRESULT hr =
        key_exchange_take(&exchange, &answer->server, answer->result, answer->blob, answer->size);

    LOG_INFO(LOG_PEER, "keys are exchanged with %s: %#lx", call->fqdn, (unsigned long)hr);
    take_waiters(call, &waiters);
    if (SUCCEEDED(hr))
        free_call(call);
    else
        rest(call);
    /* They may ask again at once. */
    tell_waiters(&waiters, hr);
}

static HRESULT begin_call(struct call *call, void (*done)(void *arg, HRESULT hr), void *arg)
{
    struct trust_table *table = call->table;
    const struct key_exchange_carrier *carrier = table->config.carrier;
    struct waiter *waiter = add_waiter(call, done, arg);
    HRESULT hr = E_OUTOFMEMORY;

    call->is_under_way = true;
    if (waiter)
        hr =
            carrier->call(carrier->ctx, call->fqdn, table->own, table->own_size, take_answer, call);
    if (SUCCEEDED(hr)) return hr;
    if (waiter) free_waiter(waiter);
    call->waiter_count = 0;
    rest(call);
    return hr;
}

static HRESULT join_call(struct call *call, void (*done)(void *arg, HRESULT hr), void *arg)
{
    if (call->waiter_count >= TRUST_TABLE_WAITERS_MAX) return E_ABORT;
    return add_waiter(call, done, arg) ? S_OK : E_OUTOFMEMORY;
}

static HRESULT table_exchange(void *ctx, const char *fqdn, void (*done)(void *arg, HRESULT hr),
                              void *arg)
{
    struct trust_table *table = ctx;
    struct call *call = find_call(table, fqdn);

    if (!table->config.carrier) return E_NOTIMPL;
    if (!table->own) return E_FAIL;
    if (call && call->is_under_way) return join_call(call, done, arg);
    if (call && clock_ticks(&table->config.clock) < call->again) return E_ABORT;
    if (!call && !(call = add_call(table, fqdn))) return E_OUTOFMEMORY;
    return begin_call(call, done, arg);
}

/* ---- as a back end ---- */

static bool table_find(void *ctx, const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE],
                       filetime_t now, struct trusted_peer *peer)
{
    struct trust_table *table = ctx;
    const struct peer_certificate *row;

    if (!(row = peer_certificates_find(&table->certificates, fingerprint, now))) return false;
    memset(peer, 0, sizeof(*peer));
    memcpy(peer->fingerprint, row->fingerprint, sizeof(peer->fingerprint));
    memcpy(peer->sid, row->sid, sizeof(peer->sid));
    peer->use = row->use;
    return true;
}

/* Whoever can be called can come to be trusted. */
static bool table_has_peers(void *ctx)
{
    return ((struct trust_table *)ctx)->config.carrier != NULL;
}

static const struct trust_ops table_ops = {table_find, table_has_peers, table_exchange};

struct trust trust_table_trust(struct trust_table *table)
{
    return (struct trust){&table_ops, table};
}

/* ---- our own ---- */

HRESULT trust_table_set_own(struct trust_table *table, const uint8_t *der, size_t size)
{
    uint8_t *blob;
    size_t blob_size;
    HRESULT hr;

    if (FAILED(hr = certificate_blob_make(der, size, &blob, &blob_size))) return hr;
    free(table->own);
    table->own = blob;
    table->own_size = blob_size;
    return S_OK;
}

HRESULT trust_table_serve(struct trust_table *table, const struct key_exchange_peer *caller,
                          const uint8_t *blob, size_t size, uint8_t **answer, size_t *answer_size)
{
    const struct key_exchange exchange = exchange_of(table);
    HRESULT hr;

    *answer = NULL;
    *answer_size = 0;
    if (!table->config.carrier || !table->own) return E_ACCESSDENIED;
    if (FAILED(hr = key_exchange_serve(&exchange, caller, blob, size))) return hr;
    if (!(*answer = malloc(table->own_size))) return E_OUTOFMEMORY;
    memcpy(*answer, table->own, table->own_size);
    *answer_size = table->own_size;
    return S_OK;
}

/* ---- life ---- */

HRESULT trust_table_create(const struct trust_table_config *config, struct trust_table **out)
{
    struct trust_table *table = calloc(1, sizeof(*table));

    *out = table;
    if (!table) return E_OUTOFMEMORY;
    table->config = *config;
    list_init(&table->calls);
    return S_OK;
}

void trust_table_destroy(struct trust_table *table)
{
    struct call *call;

    if (!table) return;
    while ((call = LIST_HEAD_ENTRY(&table->calls, struct call, entry)))
    {
        tell_waiters(&call->waiters, E_ABORT);
        free_call(call);
    }
    free(table->own);
    free(table);
}
