/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The class object. */
#include "com/class_factory.h"

#include <stdlib.h>

#include "bits10_3.h"

#include "com/bg_manager.h"
#include "com/com_util.h"

const struct class_info class_infos[CLASS_COUNT] = {
    {&CLSID_BackgroundCopyManager, L"OpenBITS Background Copy Manager"},
    {&CLSID_BackgroundCopyManager1_5, L"OpenBITS Background Copy Manager 1.5"},
    {&CLSID_BackgroundCopyManager2_0, L"OpenBITS Background Copy Manager 2.0"},
    {&CLSID_BackgroundCopyManager2_5, L"OpenBITS Background Copy Manager 2.5"},
    {&CLSID_BackgroundCopyManager3_0, L"OpenBITS Background Copy Manager 3.0"},
    {&CLSID_BackgroundCopyManager4_0, L"OpenBITS Background Copy Manager 4.0"},
    {&CLSID_BackgroundCopyManager5_0, L"OpenBITS Background Copy Manager 5.0"},
    {&CLSID_BackgroundCopyManager10_1, L"OpenBITS Background Copy Manager 10.1"},
    {&CLSID_BackgroundCopyManager10_2, L"OpenBITS Background Copy Manager 10.2"},
    {&CLSID_BackgroundCopyManager10_3, L"OpenBITS Background Copy Manager 10.3"},
};

struct class_factory
{
    IClassFactory IClassFactory_iface;
    struct com_front front;
    com_start_engine_fn start; /* immutable after create */
};

static inline struct class_factory *impl_from_IClassFactory(IClassFactory *iface)
{
    return CONTAINING_RECORD(iface, struct class_factory, IClassFactory_iface);
}

static HRESULT WINAPI class_factory_QueryInterface(IClassFactory *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IClassFactory, NULL};
    return com_front_query(&impl_from_IClassFactory(iface)->front, iface, iids, iid, out);
}

static ULONG WINAPI class_factory_AddRef(IClassFactory *iface)
{
    return com_front_addref(&impl_from_IClassFactory(iface)->front);
}

static ULONG WINAPI class_factory_Release(IClassFactory *iface)
{
    struct class_factory *factory = impl_from_IClassFactory(iface);
    ULONG ref = com_front_release(&factory->front);

    if (!ref)
    {
        com_front_done(&factory->front);
        free(factory);
    }
    return ref;
}

static HRESULT WINAPI class_factory_CreateInstance(IClassFactory *iface, IUnknown *outer,
                                                   REFIID iid, void **out)
{
    struct class_factory *factory = impl_from_IClassFactory(iface);
    IBackgroundCopyManager *manager;
    struct com_engine engine;
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    if (FAILED(hr = factory->start(&engine))) return hr;
    if (FAILED(hr = bg_manager_create(&engine, &manager))) return hr;
    hr = IBackgroundCopyManager_QueryInterface(manager, iid, out);
    IBackgroundCopyManager_Release(manager);
    return hr;
}

static HRESULT WINAPI class_factory_LockServer(IClassFactory *iface, BOOL is_locked)
{
    (void)iface;
    if (is_locked)
        com_module_lock();
    else
        com_module_unlock();
    return S_OK;
}

static const IClassFactoryVtbl class_factory_vtbl = {
    class_factory_QueryInterface,
    class_factory_AddRef,
    class_factory_Release,
    /* IClassFactory */
    class_factory_CreateInstance,
    class_factory_LockServer,
};

static HRESULT class_factory_create(com_start_engine_fn start, IClassFactory **out)
{
    struct class_factory *factory;
    HRESULT hr;

    *out = NULL;
    if (!(factory = calloc(1, sizeof(*factory)))) return E_OUTOFMEMORY;
    factory->IClassFactory_iface.lpVtbl = &class_factory_vtbl;
    factory->start = start;
    if (FAILED(hr = com_front_init(&factory->front, &factory->IClassFactory_iface)))
    {
        com_front_done(&factory->front);
        free(factory);
        return hr;
    }
    *out = &factory->IClassFactory_iface;
    return S_OK;
}

static bool is_known(REFCLSID clsid)
{
    for (unsigned int i = 0; i < CLASS_COUNT; i++)
        if (IsEqualGUID(clsid, class_infos[i].clsid)) return true;
    return false;
}

HRESULT class_factory_get(com_start_engine_fn start, REFCLSID clsid, REFIID iid, void **out)
{
    IClassFactory *factory;
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (!is_known(clsid)) return CLASS_E_CLASSNOTAVAILABLE;
    if (FAILED(hr = class_factory_create(start, &factory))) return hr;
    hr = IClassFactory_QueryInterface(factory, iid, out);
    IClassFactory_Release(factory);
    return hr;
}
