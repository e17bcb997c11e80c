/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all fronts share. */
#include "com/com_util.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"

static LONG module_locks;

void com_module_lock(void)
{
    InterlockedIncrement(&module_locks);
}

void com_module_unlock(void)
{
    InterlockedDecrement(&module_locks);
}

bool com_module_is_locked(void)
{
    return InterlockedCompareExchange(&module_locks, 0, 0) != 0;
}

HRESULT com_front_init(struct com_front *front, void *outer)
{
    front->ref = 1;
    front->marshaler = NULL;
    com_module_lock();
    return CoCreateFreeThreadedMarshaler(outer, &front->marshaler);
}

void com_front_done(struct com_front *front)
{
    if (front->marshaler) IUnknown_Release(front->marshaler);
    com_module_unlock();
}

ULONG com_front_addref(struct com_front *front)
{
    return InterlockedIncrement(&front->ref);
}

ULONG com_front_release(struct com_front *front)
{
    return InterlockedDecrement(&front->ref);
}

static bool is_listed(const IID *const *iids, REFIID iid)
{
    if (IsEqualGUID(iid, &IID_IUnknown)) return true;
    for (; *iids; iids++)
        if (IsEqualGUID(iid, *iids)) return true;
    return false;
}

HRESULT com_front_query(struct com_front *front, void *outer, const IID *const *iids, REFIID iid,
                        void **out)
{
    if (!out) return E_POINTER;
    *out = NULL;
    if (IsEqualGUID(iid, &IID_IMarshal)) return IUnknown_QueryInterface(front->marshaler, iid, out);
    if (!is_listed(iids, iid)) return E_NOINTERFACE;

    com_front_addref(front);
    *out = outer;
    return S_OK;
}

bool com_is_identity(REFIID iid)
{
    return IsEqualGUID(iid, &IID_IUnknown) || IsEqualGUID(iid, &IID_IMarshal);
}

HRESULT com_copy_string(const WCHAR *text, WCHAR **out)
{
    size_t size = (str_len(text) + 1) * sizeof(*text);

    if (!(*out = CoTaskMemAlloc(size))) return E_OUTOFMEMORY;
    memcpy(*out, text, size);
    return S_OK;
}

HRESULT com_give_string(WCHAR *text, WCHAR **out)
{
    HRESULT hr = com_copy_string(text, out);

    free(text);
    return hr;
}

HRESULT com_not_written(const char *method)
{
    LOG_WARN(LOG_COM, "%s is not there yet", method);
    return E_NOTIMPL;
}
