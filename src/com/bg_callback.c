/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls clients, on the threads of the notifier and with no lock held. */
#include "com/bg_callback.h"

#include <stdlib.h>

#include "bits10_3.h"

#include "base/log.h"
#include "com/bg_error.h"
#include "com/bg_file.h"
#include "com/bg_job.h"
#include "com/com_ranges.h"
#include "com/qmgr_fronts.h"

struct bg_callback
{
    /* Immutable after create. */
    const IID *iid;   /* of the interface in the table */
    DWORD cookie;     /* of the table, or */
    IUnknown *remote; /* a proxy of the multithreaded apartment, where we call from, or */
    bool is_class;    /* a class */
    CLSID clsid;
};

static HRESULT get_table(IGlobalInterfaceTable **table)
{
    return CoCreateInstance(&CLSID_StdGlobalInterfaceTable, NULL, CLSCTX_INPROC_SERVER,
                            &IID_IGlobalInterfaceTable, (void **)table);
}

/* The newest interface that the object has. Real clients have one and not the other, whatever the
 * inheritance says. */
static HRESULT query_callback(IUnknown *client, const IID **iid, IUnknown **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyCallback3, &IID_IBackgroundCopyCallback2,
                                      &IID_IBackgroundCopyCallback, &IID_IBackgroundCopyCallback1};
    HRESULT hr = E_NOINTERFACE;

    for (unsigned int i = 0; i < ARRAY_COUNT(iids); i++)
    {
        *iid = iids[i];
        if (SUCCEEDED(hr = IUnknown_QueryInterface(client, *iid, (void **)out))) return hr;
    }
    return hr;
}

/* The object of another process, called in the apartment that our own threads are in. The table
 * would do as well, but under Wine it never lets go of a proxy. */
static bool is_remote(IUnknown *object)
{
    APTTYPEQUALIFIER qualifier;
    IUnknown *security;
    APTTYPE type;

    if (FAILED(CoGetApartmentType(&type, &qualifier)) || type != APTTYPE_MTA) return false;
    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&security)))
        return false;
    IUnknown_Release(security);
    return true;
}

/* The object, queried for callback->iid. */
static HRESULT keep_object(struct bg_callback *callback, IUnknown *object)
{
    IGlobalInterfaceTable *table;
    HRESULT hr;

    if (is_remote(object))
    {
        callback->remote = object;
        IUnknown_AddRef(object);
        return S_OK;
    }
    if (FAILED(hr = get_table(&table))) return hr;
    hr = IGlobalInterfaceTable_RegisterInterfaceInGlobal(table, object, callback->iid,
                                                         &callback->cookie);
    IGlobalInterfaceTable_Release(table);
    return hr;
}

/* Takes the object over. */
static HRESULT create(const IID *iid, IUnknown *object, struct bg_callback **out)
{
    struct bg_callback *callback = calloc(1, sizeof(*callback));
    HRESULT hr = E_OUTOFMEMORY;

    if (callback)
    {
        callback->iid = iid;
        hr = keep_object(callback, object);
    }
    IUnknown_Release(object);
    if (SUCCEEDED(hr))
        *out = callback;
    else
        free(callback);
    return hr;
}

/* Nothing is asked of the class now: it may be installed later. */
HRESULT bg_callback_create_of_class(const CLSID *clsid, const IID *iid, struct bg_callback **out)
{
    struct bg_callback *callback = calloc(1, sizeof(*callback));

    if (!(*out = callback)) return E_OUTOFMEMORY;
    callback->iid = iid;
    callback->is_class = true;
    callback->clsid = *clsid;
    return S_OK;
}

HRESULT bg_callback_create(IUnknown *client, struct bg_callback **out)
{
    IUnknown *object;
    const IID *iid;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = query_callback(client, &iid, &object))) return hr;
    return create(iid, object, out);
}

HRESULT bg_callback_create_for(IUnknown *client, const IID *iid, struct bg_callback **out)
{
    IUnknown *object;
    HRESULT hr;

    *out = NULL;
    if (FAILED(hr = IUnknown_QueryInterface(client, iid, (void **)&object))) return hr;
    return create(iid, object, out);
}

void bg_callback_destroy(struct bg_callback *callback)
{
    IGlobalInterfaceTable *table;

    if (callback->remote)
        IUnknown_Release(callback->remote);
    else if (!callback->is_class && SUCCEEDED(get_table(&table)))
    {
        IGlobalInterfaceTable_RevokeInterfaceFromGlobal(table, callback->cookie);
        IGlobalInterfaceTable_Release(table);
    }
    free(callback);
}

static HRESULT get_interface(const struct bg_callback *callback, const IID *iid, void **out)
{
    IGlobalInterfaceTable *table;
    HRESULT hr;

    *out = NULL;
    if (callback->is_class)
        return CoCreateInstance(&callback->clsid, NULL, CLSCTX_LOCAL_SERVER, iid, out);
    if (callback->remote) return IUnknown_QueryInterface(callback->remote, iid, out);
    if (FAILED(hr = get_table(&table))) return hr;
    hr = IGlobalInterfaceTable_GetInterfaceFromGlobal(table, callback->cookie, iid, out);
    IGlobalInterfaceTable_Release(table);
    return hr;
}

HRESULT bg_callback_get_object(struct bg_callback *callback, void **out)
{
    return get_interface(callback, callback->iid, out);
}

HRESULT bg_callback_get_client(struct bg_callback *callback, IUnknown **out)
{
    *out = NULL;
    /* An object of a class is only made to be told something. */
    if (callback->is_class) return S_OK;
    return get_interface(callback, &IID_IUnknown, (void **)out);
}

/* ---- events ---- */

static HRESULT tell_error(IBackgroundCopyCallback *client, IBackgroundCopyJob *job,
                          const struct notify_event *event)
{
    IBackgroundCopyError *error;
    HRESULT hr;

    if (FAILED(hr = bg_error_create(event->job, &event->error, &error))) return hr;
    hr = IBackgroundCopyCallback_JobError(client, job, error);
    IBackgroundCopyError_Release(error);
    return hr;
}

static HRESULT tell_file(IBackgroundCopyCallback2 *client, IBackgroundCopyJob *job,
                         const struct notify_event *event)
{
    IBackgroundCopyFile6 *file;
    HRESULT hr;

    if (FAILED(hr = bg_file_create(event->job, event->file_index, &file))) return hr;
    hr = IBackgroundCopyCallback2_FileTransferred(client, job, (IBackgroundCopyFile *)file);
    IBackgroundCopyFile6_Release(file);
    return hr;
}

static HRESULT tell_ranges(IBackgroundCopyCallback3 *client, IBackgroundCopyJob *job,
                           const struct notify_event *event)
{
    IBackgroundCopyFile6 *file;
    BG_FILE_RANGE *ranges;
    DWORD count;
    HRESULT hr;

    if (FAILED(hr = com_give_range_set(&event->ranges, &count, &ranges))) return hr;
    if (SUCCEEDED(hr = bg_file_create(event->job, event->file_index, &file)))
    {
        hr = IBackgroundCopyCallback3_FileRangesTransferred(
            client, job, (IBackgroundCopyFile *)file, count, ranges);
        IBackgroundCopyFile6_Release(file);
    }
    CoTaskMemFree(ranges);
    return hr;
}

/* The client's object has the newer interfaces where the event needs them. */
static HRESULT tell(void *client, IBackgroundCopyJob *job, const struct notify_event *event)
{
    switch (event->kind)
    {
    case NOTIFY_FILE_TRANSFERRED:
        return tell_file(client, job, event);
    case NOTIFY_TRANSFERRED:
        return IBackgroundCopyCallback_JobTransferred((IBackgroundCopyCallback *)client, job);
    case NOTIFY_ERROR:
        return tell_error(client, job, event);
    case NOTIFY_MODIFICATION:
        return IBackgroundCopyCallback_JobModification((IBackgroundCopyCallback *)client, job, 0);
    case NOTIFY_RANGES_TRANSFERRED:
        return tell_ranges(client, job, event);
    }
    return E_UNEXPECTED;
}

static HRESULT deliver(const struct bg_callback *callback, const struct notify_event *event)
{
    IBackgroundCopyJob5 *job;
    IUnknown *client;
    HRESULT hr;

    if (FAILED(hr = get_interface(callback, callback->iid, (void **)&client))) return hr;
    if (callback->iid == &IID_IBackgroundCopyCallback1)
    {
        hr = qmgr_callback_tell((IBackgroundCopyCallback1 *)client, event);
        IUnknown_Release(client);
        return hr;
    }
    if (SUCCEEDED(hr = bg_job_create(event->job, &job)))
    {
        hr = tell(client, (IBackgroundCopyJob *)job, event);
        IBackgroundCopyJob5_Release(job);
    }
    IUnknown_Release(client);
    return hr;
}

/* A client with an older interface gets its other events and no word of files. */
static bool understands(const struct bg_callback *callback, enum notify_kind kind)
{
    if (kind == NOTIFY_RANGES_TRANSFERRED) return callback->iid == &IID_IBackgroundCopyCallback3;
    if (kind == NOTIFY_FILE_TRANSFERRED) return callback->iid != &IID_IBackgroundCopyCallback;
    return true;
}

HRESULT bg_callback_tell(const struct bg_callback *callback, const struct notify_event *event)
{
    HRESULT hr;

    if (!understands(callback, event->kind)) return S_OK;

    hr = deliver(callback, event);
    if (FAILED(hr))
        LOG_INFO(LOG_NOTIFY, "a client did not take event %d: %#lx", (int)event->kind,
                 (unsigned long)hr);
    return hr;
}

bool bg_callback_deliver(void *ctx, const struct notify_event *event)
{
    (void)ctx;
    return SUCCEEDED(bg_callback_tell(event->target, event));
}

/* ---- threads ---- */

HRESULT bg_callback_thread_begin(void *ctx)
{
    (void)ctx;
    return CoInitializeEx(NULL, COINIT_MULTITHREADED);
}

void bg_callback_thread_end(void *ctx)
{
    (void)ctx;
    CoUninitialize();
}

/* The table can be used in an apartment only. The scheduler's and the mover's threads have entered
 * none: they are in that of others at best, and must not wait for a client's destructor. */
bool bg_callback_release(void *ctx, void *target)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    (void)ctx;
    if (FAILED(CoGetApartmentType(&type, &qualifier))) return false;
    if (qualifier == APTTYPEQUALIFIER_IMPLICIT_MTA) return false;
    bg_callback_destroy(target);
    return true;
}
