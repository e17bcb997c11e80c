/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The class object. */
#include "com/class_factory.h"

#include <stdlib.h>

#include "bits10_3.h"
#include "qmgr.h"

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
    {&CLSID_BackgroundCopyQMgr, L"OpenBITS Background Copy Queue Manager"},
};

struct class_factory
{
    IClassFactory IClassFactory_iface;
    struct com_front front;
    com_create_manager_fn create; /* immutable after create, as the rest */
    bool is_offered;
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

/* An offered one has let go of the module when it was made. */
static void destroy(struct class_factory *factory)
{
    if (factory->is_offered) com_module_lock();
    com_front_done(&factory->front);
    free(factory);
}

static ULONG WINAPI class_factory_Release(IClassFactory *iface)
{
    struct class_factory *factory = impl_from_IClassFactory(iface);
    ULONG ref = com_front_release(&factory->front);

    if (!ref) destroy(factory);
    return ref;
}

static HRESULT WINAPI class_factory_CreateInstance(IClassFactory *iface, IUnknown *outer,
                                                   REFIID iid, void **out)
{
    struct class_factory *factory = impl_from_IClassFactory(iface);
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (outer) return CLASS_E_NOAGGREGATION;
    com_module_lock();
    hr = factory->create(iid, out);
    com_module_unlock();
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

static HRESULT class_factory_create(com_create_manager_fn create, IClassFactory **out)
{
    struct class_factory *factory;
    HRESULT hr;

    *out = NULL;
    if (!(factory = calloc(1, sizeof(*factory)))) return E_OUTOFMEMORY;
    factory->IClassFactory_iface.lpVtbl = &class_factory_vtbl;
    factory->create = create;
    if (FAILED(hr = com_front_init(&factory->front, &factory->IClassFactory_iface)))
    {
        destroy(factory);
        return hr;
    }
    *out = &factory->IClassFactory_iface;
    return S_OK;
}

HRESULT class_factory_create_offered(com_create_manager_fn create, IClassFactory **out)
{
    HRESULT hr = class_factory_create(create, out);

    if (FAILED(hr)) return hr;
    CONTAINING_RECORD(*out, struct class_factory, IClassFactory_iface)->is_offered = true;
    com_module_unlock();
    return S_OK;
}

static bool is_known(REFCLSID clsid)
{
    for (unsigned int i = 0; i < CLASS_COUNT; i++)
        if (IsEqualGUID(clsid, class_infos[i].clsid)) return true;
    return false;
}

HRESULT class_factory_get(com_create_manager_fn create, REFCLSID clsid, REFIID iid, void **out)
{
    IClassFactory *factory;
    HRESULT hr;

    if (!out) return E_POINTER;
    *out = NULL;
    if (!is_known(clsid)) return CLASS_E_CLASSNOTAVAILABLE;
    if (FAILED(hr = class_factory_create(create, &factory))) return hr;
    hr = IClassFactory_QueryInterface(factory, iid, out);
    IClassFactory_Release(factory);
    return hr;
}
