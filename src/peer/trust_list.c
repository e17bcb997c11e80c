/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Trusted peers as a list in memory. Any thread. */
#include "peer/trust.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"

struct trust_list
{
    struct lock lock;
    struct trusted_peer *peers; /* lock */
    size_t count;               /* lock */
};

static bool list_find(void *ctx, const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE],
                      filetime_t now, struct trusted_peer *peer)
{
    struct trust_list *list = ctx;
    bool found = false;

    (void)now;
    lock_acquire(&list->lock);
    for (size_t i = 0; i < list->count && !found; i++)
    {
        found = !memcmp(list->peers[i].fingerprint, fingerprint, CERTIFICATE_FINGERPRINT_SIZE);
        if (found) *peer = list->peers[i];
    }
    lock_release(&list->lock);
    return found;
}

static bool list_has_peers(void *ctx)
{
    struct trust_list *list = ctx;
    bool has_peers;

    lock_acquire(&list->lock);
    has_peers = list->count != 0;
    lock_release(&list->lock);
    return has_peers;
}

static const struct trust_ops list_ops = {list_find, list_has_peers, NULL};

struct trust trust_list_trust(struct trust_list *list)
{
    return (struct trust){&list_ops, list};
}

HRESULT trust_list_create(struct trust_list **out)
{
    struct trust_list *list = calloc(1, sizeof(*list));

    *out = list;
    if (!list) return E_OUTOFMEMORY;
    lock_init(&list->lock, LOCK_RANK_LEAF, "trust list");
    return S_OK;
}

void trust_list_destroy(struct trust_list *list)
{
    if (!list) return;
    lock_done(&list->lock);
    free(list->peers);
    free(list);
}

/* Callers zero their structs, so that bytes tell. */
static bool is_same(const struct trust_list *list, const struct trusted_peer *peers, size_t count)
{
    return list->count == count && (!count || !memcmp(list->peers, peers, count * sizeof(*peers)));
}

HRESULT trust_list_set(struct trust_list *list, const struct trusted_peer *peers, size_t count)
{
    struct trusted_peer *copy = NULL, *old;
    bool same;

    if (count && !(copy = calloc(count, sizeof(*copy)))) return E_OUTOFMEMORY;
    if (count) memcpy(copy, peers, count * sizeof(*copy));

    lock_acquire(&list->lock);
    same = is_same(list, peers, count);
    old = same ? copy : list->peers;
    if (!same)
    {
        list->peers = copy;
        list->count = count;
    }
    lock_release(&list->lock);
    free(old);
    return same ? S_FALSE : S_OK;
}
