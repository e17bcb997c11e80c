/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsPeer: what was known of one peer. */
#include "com/bg_peer.h"

#include <stdlib.h>

#include "com/enum_body.h"
#include "peer/peer_cache.h"

struct bg_peer
{
    IBitsPeer IBitsPeer_iface;
    struct com_front front;
    struct peer_facts facts; /* immutable after create */
};

static inline struct bg_peer *impl_from_IBitsPeer(IBitsPeer *iface)
{
    return CONTAINING_RECORD(iface, struct bg_peer, IBitsPeer_iface);
}

static HRESULT WINAPI bg_peer_QueryInterface(IBitsPeer *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBitsPeer, NULL};

    return com_front_query(&impl_from_IBitsPeer(iface)->front, iface, iids, iid, out);
}

static ULONG WINAPI bg_peer_AddRef(IBitsPeer *iface)
{
    return com_front_addref(&impl_from_IBitsPeer(iface)->front);
}

static ULONG WINAPI bg_peer_Release(IBitsPeer *iface)
{
    struct bg_peer *peer = impl_from_IBitsPeer(iface);
    ULONG ref = com_front_release(&peer->front);

    if (!ref)
    {
        com_front_done(&peer->front);
        free(peer);
    }
    return ref;
}

static HRESULT WINAPI bg_peer_GetPeerName(IBitsPeer *iface, WCHAR **out)
{
    if (!out) return E_INVALIDARG;
    return com_copy_string(impl_from_IBitsPeer(iface)->facts.name, out);
}

static HRESULT WINAPI bg_peer_IsAuthenticated(IBitsPeer *iface, BOOL *out)
{
    if (!out) return E_INVALIDARG;
    *out = impl_from_IBitsPeer(iface)->facts.is_authenticated;
    return S_OK;
}

static HRESULT WINAPI bg_peer_IsAvailable(IBitsPeer *iface, BOOL *out)
{
    if (!out) return E_INVALIDARG;
    *out = impl_from_IBitsPeer(iface)->facts.is_available;
    return S_OK;
}

static const IBitsPeerVtbl bg_peer_vtbl = {
    bg_peer_QueryInterface,
    bg_peer_AddRef,
    bg_peer_Release,
    /* IBitsPeer */
    bg_peer_GetPeerName,
    bg_peer_IsAuthenticated,
    bg_peer_IsAvailable,
};

static HRESULT create(const struct peer_facts *facts, IUnknown **out)
{
    struct bg_peer *peer;
    HRESULT hr;

    *out = NULL;
    if (!(peer = calloc(1, sizeof(*peer)))) return E_OUTOFMEMORY;
    peer->IBitsPeer_iface.lpVtbl = &bg_peer_vtbl;
    peer->facts = *facts;
    if (FAILED(hr = com_front_init(&peer->front, &peer->IBitsPeer_iface)))
    {
        com_front_done(&peer->front);
        free(peer);
        return hr;
    }
    *out = (IUnknown *)&peer->IBitsPeer_iface;
    return S_OK;
}

/* ---- the enumerator ---- */

struct snapshot
{
    struct enum_snapshot base;
    struct peer_facts *peers;
};

static HRESULT create_element(const struct enum_snapshot *base, uint32_t index, IUnknown **out)
{
    return create(&((const struct snapshot *)base)->peers[index], out);
}

static void destroy(struct enum_snapshot *base)
{
    struct snapshot *snapshot = (struct snapshot *)base;

    free(snapshot->peers);
    free(snapshot);
}

static const struct enum_snapshot_ops snapshot_ops = {create_element, destroy};

HRESULT bg_peer_enum_create(struct peer_cache *peers, IEnumBitsPeers **out)
{
    struct snapshot *snapshot;
    HRESULT hr;

    *out = NULL;
    if (!(snapshot = calloc(1, sizeof(*snapshot)))) return E_OUTOFMEMORY;
    snapshot->base = (struct enum_snapshot){1, 0, &snapshot_ops};
    if (FAILED(hr = peer_cache_list(peers, &snapshot->peers, &snapshot->base.count)))
    {
        free(snapshot);
        return hr;
    }
    return enum_create(&enum_peers, &snapshot->base, (void **)out);
}
