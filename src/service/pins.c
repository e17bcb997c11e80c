/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One object that claims every interface and is never called, marshalled once for each of them. */
#include "service/pins.h"

#include <stdlib.h>

#include <objbase.h>
#include <rpcproxy.h>

#include "base/log.h"

/* More than there are, with IClassFactory. */
#define PINS_MAX 96

/* Of dlldata.c, which widl makes. */
void RPC_ENTRY GetProxyDllInfo(const ProxyFileInfo ***files, const CLSID **clsid);

struct pins
{
    IUnknown IUnknown_iface;
    LONG ref;
    unsigned int count;
    IStream *streams[PINS_MAX];
};

static inline struct pins *impl_from_IUnknown(IUnknown *iface)
{
    return CONTAINING_RECORD(iface, struct pins, IUnknown_iface);
}

static bool is_ours(REFIID iid)
{
    const ProxyFileInfo **files;
    const CLSID *proxy;

    if (IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IClassFactory)) return true;
    GetProxyDllInfo(&files, &proxy);
    for (; *files; files++)
        for (unsigned int i = 0; i < (*files)->TableSize; i++)
            if (IsEqualGUID(iid, (*files)->pStubVtblList[i]->header.piid)) return true;
    return false;
}

static HRESULT WINAPI pins_QueryInterface(IUnknown *iface, REFIID iid, void **out)
{
    *out = is_ours(iid) ? iface : NULL;
    if (!*out) return E_NOINTERFACE;
    IUnknown_AddRef(iface);
    return S_OK;
}

static ULONG WINAPI pins_AddRef(IUnknown *iface)
{
    return InterlockedIncrement(&impl_from_IUnknown(iface)->ref);
}

static ULONG WINAPI pins_Release(IUnknown *iface)
{
    struct pins *pins = impl_from_IUnknown(iface);
    ULONG ref = InterlockedDecrement(&pins->ref);

    if (!ref) free(pins);
    return ref;
}

static const IUnknownVtbl pins_vtbl = {pins_QueryInterface, pins_AddRef, pins_Release};

static void pin(struct pins *pins, REFIID iid)
{
    IStream *stream;
    HRESULT hr;

    if (pins->count == PINS_MAX || FAILED(CreateStreamOnHGlobal(NULL, TRUE, &stream))) return;
    hr = CoMarshalInterface(stream, iid, &pins->IUnknown_iface, MSHCTX_LOCAL, NULL,
                            MSHLFLAGS_TABLESTRONG);
    if (SUCCEEDED(hr))
        pins->streams[pins->count++] = stream;
    else
    {
        LOG_WARN(LOG_SERVICE, "an interface is not pinned: %#lx", (unsigned long)hr);
        IStream_Release(stream);
    }
}

struct pins *pins_create(void)
{
    struct pins *pins = calloc(1, sizeof(*pins));
    const ProxyFileInfo **files;
    const CLSID *proxy;

    if (!pins) return NULL;
    pins->IUnknown_iface.lpVtbl = &pins_vtbl;
    pins->ref = 1;
    pin(pins, &IID_IClassFactory);
    GetProxyDllInfo(&files, &proxy);
    for (; *files; files++)
        for (unsigned int i = 0; i < (*files)->TableSize; i++)
            pin(pins, (*files)->pStubVtblList[i]->header.piid);
    return pins;
}

void pins_destroy(struct pins *pins)
{
    if (!pins) return;
    for (unsigned int i = 0; i < pins->count; i++)
    {
        IStream_Seek(pins->streams[i], (LARGE_INTEGER){0}, STREAM_SEEK_SET, NULL);
        CoReleaseMarshalData(pins->streams[i]);
        IStream_Release(pins->streams[i]);
    }
    IUnknown_Release(&pins->IUnknown_iface);
}
