/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsPeerCacheAdministration of the manager: the machine's settings for peer caching, the records
 * of its cache, and the peers that it knows. */
#include "bitsmsg.h"
#include "cache/cache.h"
#include "com/bg_manager_private.h"
#include "com/bg_peer.h"
#include "com/caller.h"
#include "peer/peer_cache.h"
#include "policy/policy_source.h"

static inline struct bg_manager *
impl_from_IBitsPeerCacheAdministration(IBitsPeerCacheAdministration *iface)
{
    return CONTAINING_RECORD(iface, struct bg_manager, IBitsPeerCacheAdministration_iface);
}

static HRESULT WINAPI bg_peer_admin_QueryInterface(IBitsPeerCacheAdministration *iface, REFIID iid,
                                                   void **out)
{
    struct bg_manager *manager = impl_from_IBitsPeerCacheAdministration(iface);
    return IBackgroundCopyManager_QueryInterface(&manager->IBackgroundCopyManager_iface, iid, out);
}

static ULONG WINAPI bg_peer_admin_AddRef(IBitsPeerCacheAdministration *iface)
{
    struct bg_manager *manager = impl_from_IBitsPeerCacheAdministration(iface);
    return IBackgroundCopyManager_AddRef(&manager->IBackgroundCopyManager_iface);
}

static ULONG WINAPI bg_peer_admin_Release(IBitsPeerCacheAdministration *iface)
{
    struct bg_manager *manager = impl_from_IBitsPeerCacheAdministration(iface);
    return IBackgroundCopyManager_Release(&manager->IBackgroundCopyManager_iface);
}

/* ---- the settings ---- */

static struct policy_source *source_of(IBitsPeerCacheAdministration *iface)
{
    return impl_from_IBitsPeerCacheAdministration(iface)->engine.policy;
}

/* Only administrators change the cache; anybody may read. */
static HRESULT check_admin(void)
{
    struct caller_facts caller;
    HRESULT hr;

    if (FAILED(hr = caller_get(&caller))) return hr;
    return caller.is_admin ? S_OK : E_ACCESSDENIED;
}

typedef uint32_t (*get_setting_fn)(const struct policy *policy);
typedef bool (*is_overridden_fn)(const struct policy *policy);
typedef HRESULT (*set_setting_fn)(struct policy_source *source, uint32_t value);

static HRESULT get_setting(IBitsPeerCacheAdministration *iface, get_setting_fn get, DWORD *out)
{
    struct policy *policy;

    if (!out) return E_INVALIDARG;
    policy = policy_source_get(source_of(iface));
    *out = get(policy);
    policy_release(policy);
    return S_OK;
}

/* S_FALSE: saved, but a policy is configured. */
static HRESULT set_setting(IBitsPeerCacheAdministration *iface, set_setting_fn set,
                           is_overridden_fn is_overridden, DWORD value)
{
    struct policy *policy;
    bool has_policy;
    HRESULT hr;

    if (FAILED(hr = check_admin())) return hr;
    if (FAILED(hr = set(source_of(iface), value))) return hr;
    policy = policy_source_get(source_of(iface));
    has_policy = is_overridden(policy);
    policy_release(policy);
    return has_policy ? S_FALSE : S_OK;
}

static HRESULT WINAPI bg_peer_admin_GetMaximumCacheSize(IBitsPeerCacheAdministration *iface,
                                                        DWORD *percent)
{
    return get_setting(iface, policy_cache_size, percent);
}

static HRESULT WINAPI bg_peer_admin_SetMaximumCacheSize(IBitsPeerCacheAdministration *iface,
                                                        DWORD percent)
{
    return set_setting(iface, policy_source_set_cache_size, policy_overrides_size, percent);
}

static HRESULT WINAPI bg_peer_admin_GetMaximumContentAge(IBitsPeerCacheAdministration *iface,
                                                         ULONG *seconds)
{
    return get_setting(iface, policy_content_age, seconds);
}

static HRESULT WINAPI bg_peer_admin_SetMaximumContentAge(IBitsPeerCacheAdministration *iface,
                                                         ULONG seconds)
{
    return set_setting(iface, policy_source_set_content_age, policy_overrides_age, seconds);
}

static HRESULT WINAPI bg_peer_admin_GetConfigurationFlags(IBitsPeerCacheAdministration *iface,
                                                          DWORD *flags)
{
    return get_setting(iface, policy_machine_flags, flags);
}

/* Unlike size and age it tells of the policy only where that says something else. */
static HRESULT WINAPI bg_peer_admin_SetConfigurationFlags(IBitsPeerCacheAdministration *iface,
                                                          DWORD flags)
{
    DWORD effective;
    HRESULT hr;

    hr = set_setting(iface, policy_source_set_flags, policy_overrides_flags, flags);
    if (hr != S_FALSE) return hr;
    get_setting(iface, policy_machine_flags, &effective);
    return effective == flags ? S_OK : BG_S_OVERRIDDEN_BY_POLICY;
}

/* ---- records ---- */

static HRESULT get_cache(IBitsPeerCacheAdministration *iface, struct cache **cache)
{
    return peer_cache_files(impl_from_IBitsPeerCacheAdministration(iface)->engine.peers, cache);
}

/* For a change. */
static HRESULT get_cache_as_admin(IBitsPeerCacheAdministration *iface, struct cache **cache)
{
    HRESULT hr = check_admin();

    return SUCCEEDED(hr) ? get_cache(iface, cache) : hr;
}

static HRESULT WINAPI bg_peer_admin_EnumRecords(IBitsPeerCacheAdministration *iface,
                                                IEnumBitsPeerCacheRecords **out)
{
    struct cache *cache;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = get_cache(iface, &cache))) return hr;
    return bg_peer_record_enum_create(cache, out);
}

static HRESULT WINAPI bg_peer_admin_GetRecord(IBitsPeerCacheAdministration *iface, REFGUID id,
                                              IBitsPeerCacheRecord **out)
{
    struct cache_record record;
    struct cache *cache;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!id) return E_INVALIDARG;
    if (FAILED(hr = get_cache(iface, &cache)) || FAILED(hr = cache_get(cache, id, &record)))
        return hr;
    hr = bg_peer_record_create(&record, out);
    cache_record_done(&record);
    return hr;
}

static HRESULT WINAPI bg_peer_admin_ClearRecords(IBitsPeerCacheAdministration *iface)
{
    struct cache *cache;
    HRESULT hr;

    if (FAILED(hr = get_cache_as_admin(iface, &cache))) return hr;
    return cache_clear(cache);
}

static HRESULT WINAPI bg_peer_admin_DeleteRecord(IBitsPeerCacheAdministration *iface, REFGUID id)
{
    struct cache *cache;
    HRESULT hr;

    if (!id) return E_INVALIDARG;
    if (FAILED(hr = get_cache_as_admin(iface, &cache))) return hr;
    return cache_delete(cache, id);
}

static HRESULT WINAPI bg_peer_admin_DeleteUrl(IBitsPeerCacheAdministration *iface, const WCHAR *url)
{
    struct cache *cache;
    HRESULT hr;

    if (!url) return E_INVALIDARG;
    if (FAILED(hr = get_cache_as_admin(iface, &cache))) return hr;
    return cache_delete_url(cache, url);
}

/* ---- peers ---- */

static HRESULT WINAPI bg_peer_admin_EnumPeers(IBitsPeerCacheAdministration *iface,
                                              IEnumBitsPeers **out)
{
    if (!out) return E_INVALIDARG;
    return bg_peer_enum_create(impl_from_IBitsPeerCacheAdministration(iface)->engine.peers, out);
}

static HRESULT WINAPI bg_peer_admin_ClearPeers(IBitsPeerCacheAdministration *iface)
{
    HRESULT hr;

    if (FAILED(hr = check_admin())) return hr;
    return peer_cache_forget(impl_from_IBitsPeerCacheAdministration(iface)->engine.peers);
}

static HRESULT WINAPI bg_peer_admin_DiscoverPeers(IBitsPeerCacheAdministration *iface)
{
    HRESULT hr;

    if (FAILED(hr = check_admin())) return hr;
    return peer_cache_discover(impl_from_IBitsPeerCacheAdministration(iface)->engine.peers);
}

const IBitsPeerCacheAdministrationVtbl bg_peer_admin_vtbl = {
    bg_peer_admin_QueryInterface,
    bg_peer_admin_AddRef,
    bg_peer_admin_Release,
    /* IBitsPeerCacheAdministration */
    bg_peer_admin_GetMaximumCacheSize,
    bg_peer_admin_SetMaximumCacheSize,
    bg_peer_admin_GetMaximumContentAge,
    bg_peer_admin_SetMaximumContentAge,
    bg_peer_admin_GetConfigurationFlags,
    bg_peer_admin_SetConfigurationFlags,
    bg_peer_admin_EnumRecords,
    bg_peer_admin_GetRecord,
    bg_peer_admin_ClearRecords,
    bg_peer_admin_DeleteRecord,
    bg_peer_admin_DeleteUrl,
    bg_peer_admin_EnumPeers,
    bg_peer_admin_ClearPeers,
    bg_peer_admin_DiscoverPeers,
};
