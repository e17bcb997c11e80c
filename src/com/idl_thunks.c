/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The [call_as] methods of our IDL: what a [local] method is between apartments. Part of the
 * proxy/stub code; any thread, no locks. */

#include <windows.h>
#include <objbase.h>
#include <stdbool.h>

#include "bits5_0.h"
#include "qmgr.h"

/* The marshaller answers NULL with a code of RPC; in one apartment it is a wrong argument. */
HRESULT CALLBACK IBackgroundCopyGroup_SetProp_Proxy(IBackgroundCopyGroup *This, GROUPPROP propID,
                                                    VARIANT *pvarVal)
{
    if (!pvarVal) return E_INVALIDARG;
    return IBackgroundCopyGroup_InternalSetProp_Proxy(This, propID, pvarVal);
}

HRESULT __RPC_STUB IBackgroundCopyGroup_SetProp_Stub(IBackgroundCopyGroup *This, GROUPPROP propID,
                                                     VARIANT *pvarVal)
{
    return IBackgroundCopyGroup_SetProp(This, propID, pvarVal);
}

static bool has_string(BITS_FILE_PROPERTY_ID id)
{
    return id == BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS;
}

HRESULT CALLBACK IBackgroundCopyFile5_SetProperty_Proxy(IBackgroundCopyFile5 *This,
                                                        BITS_FILE_PROPERTY_ID PropertyId,
                                                        BITS_FILE_PROPERTY_VALUE PropertyValue)
{
    WCHAR *string = has_string(PropertyId) ? PropertyValue.String : NULL;

    return IBackgroundCopyFile5_RemoteSetProperty_Proxy(This, PropertyId, string);
}

HRESULT __RPC_STUB IBackgroundCopyFile5_SetProperty_Stub(IBackgroundCopyFile5 *This,
                                                         BITS_FILE_PROPERTY_ID PropertyId,
                                                         LPCWSTR String)
{
    BITS_FILE_PROPERTY_VALUE value = {(WCHAR *)String};

    return IBackgroundCopyFile5_SetProperty(This, PropertyId, value);
}

HRESULT CALLBACK IBackgroundCopyFile5_GetProperty_Proxy(IBackgroundCopyFile5 *This,
                                                        BITS_FILE_PROPERTY_ID PropertyId,
                                                        BITS_FILE_PROPERTY_VALUE *PropertyValue)
{
    if (!PropertyValue) return E_INVALIDARG;
    PropertyValue->String = NULL;
    return IBackgroundCopyFile5_RemoteGetProperty_Proxy(This, PropertyId, &PropertyValue->String);
}

HRESULT __RPC_STUB IBackgroundCopyFile5_GetProperty_Stub(IBackgroundCopyFile5 *This,
                                                         BITS_FILE_PROPERTY_ID PropertyId,
                                                         LPWSTR *String)
{
    BITS_FILE_PROPERTY_VALUE value = {NULL};
    HRESULT hr = IBackgroundCopyFile5_GetProperty(This, PropertyId, &value);

    *String = has_string(PropertyId) ? value.String : NULL;
    return hr;
}

/* ---- enumerators of interface pointers: the elements travel one by one ---- */

static HRESULT end_next(HRESULT hr, ULONG celt, ULONG got, IUnknown **elements, ULONG *fetched)
{
    if (FAILED(hr))
    {
        for (; got; got--)
        {
            IUnknown_Release(elements[got - 1]);
            elements[got - 1] = NULL;
        }
        return hr;
    }
    if (fetched) *fetched = got;
    if (celt && !got) elements[0] = NULL;
    return got == celt ? S_OK : S_FALSE;
}

#define DEFINE_NEXT(iface, type)                                                                   \
    HRESULT CALLBACK iface##_Next_Proxy(iface *This, ULONG celt, type **rgelt,                     \
                                        ULONG *pceltFetched)                                       \
    {                                                                                              \
        HRESULT hr = S_OK;                                                                         \
        ULONG got = 0;                                                                             \
                                                                                                   \
        if (pceltFetched) *pceltFetched = 0;                                                       \
        if (!rgelt || (!pceltFetched && celt != 1)) return E_INVALIDARG;                           \
        while (got < celt)                                                                         \
        {                                                                                          \
            hr = iface##_RemoteNext_Proxy(This, &rgelt[got]);                                      \
            if (hr == S_OK && !rgelt[got]) hr = E_UNEXPECTED;                                      \
            if (hr != S_OK) break;                                                                 \
            got++;                                                                                 \
        }                                                                                          \
        return end_next(hr, celt, got, (IUnknown **)rgelt, pceltFetched);                          \
    }                                                                                              \
                                                                                                   \
    HRESULT __RPC_STUB iface##_Next_Stub(iface *This, type **element)                              \
    {                                                                                              \
        ULONG got = 0;                                                                             \
                                                                                                   \
        *element = NULL;                                                                           \
        return iface##_Next(This, 1, element, &got);                                               \
    }

/* clang-format off */
DEFINE_NEXT(IEnumBackgroundCopyFiles, IBackgroundCopyFile)
DEFINE_NEXT(IEnumBackgroundCopyJobs, IBackgroundCopyJob)
DEFINE_NEXT(IEnumBitsPeerCacheRecords, IBitsPeerCacheRecord)
DEFINE_NEXT(IEnumBitsPeers, IBitsPeer)
/* clang-format on */
