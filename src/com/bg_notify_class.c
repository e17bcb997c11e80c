/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The class stands in for an object that has gone, as it does with the client's process. Its object
 * is kept as the job's own then. On the threads of the notifier, with no lock held. */
#include "com/bg_notify_class.h"

#include <windows.h>
#include <objbase.h>

#include "base/log.h"
#include "com/bg_callback.h"
#include "com/caller.h"

/* An object that refuses is there; one that these tell of is not. */
static bool is_gone(HRESULT hr)
{
    return hr == RPC_E_DISCONNECTED || hr == CO_E_OBJNOTCONNECTED || hr == RPC_E_SERVER_DIED ||
           hr == RPC_E_SERVER_DIED_DNE || hr == HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE) ||
           hr == HRESULT_FROM_WIN32(RPC_S_CALL_FAILED) ||
           hr == HRESULT_FROM_WIN32(RPC_S_CALL_FAILED_DNE);
}

/* A server is started as we are: that must give it no more than the owner has. */
static bool may_activate(const struct notify_event *event)
{
    struct caller_facts self;

    if (SUCCEEDED(caller_get_process(&self)) && access_may_act_for(&self, &event->owner))
        return true;
    LOG_WARN(LOG_NOTIFY, "the notification class of a job is not activated: it is another user's");
    return false;
}

static HRESULT activate(const struct notify_event *event, struct bg_callback **callback)
{
    IUnknown *object;
    HRESULT hr;

    *callback = NULL;
    if (!may_activate(event)) return E_ACCESSDENIED;
    hr = CoCreateInstance(&event->notify_class, NULL, CLSCTX_LOCAL_SERVER, &IID_IUnknown,
                          (void **)&object);
    if (SUCCEEDED(hr))
    {
        hr = bg_callback_create(object, callback);
        IUnknown_Release(object);
    }
    if (FAILED(hr))
        LOG_WARN(LOG_NOTIFY, "the notification class of a job cannot be used: %#lx",
                 (unsigned long)hr);
    return hr;
}

bool bg_notify_deliver(void *ctx, const struct notify_event *event)
{
    struct bg_callback *callback;
    HRESULT hr = CO_E_OBJNOTCONNECTED;

    (void)ctx;
    if (event->target) hr = bg_callback_tell(event->target, event);
    if (SUCCEEDED(hr) || !event->has_class || !is_gone(hr)) return SUCCEEDED(hr);

    if (FAILED(activate(event, &callback))) return false;
    hr = bg_callback_tell(callback, event);
    if (FAILED(hr) || !job_notify_adopt(event, callback)) bg_callback_destroy(callback);
    return SUCCEEDED(hr);
}
