/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client sets on a job and reads back. Limits and states are checked by the core. */
#include <stdlib.h>

#include "com/bg_callback.h"
#include "com/bg_job_private.h"
#include "com/caller.h"

typedef HRESULT (*get_text_fn)(struct job *job, WCHAR **text);

static HRESULT give_text(IBackgroundCopyJob5 *iface, get_text_fn get, WCHAR **out)
{
    WCHAR *text;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = get(job_from(iface), &text))) return hr;
    return com_give_string(text, out);
}

HRESULT WINAPI bg_job_SetDisplayName(IBackgroundCopyJob5 *iface, const WCHAR *name)
{
    return job_set_display_name(job_from(iface), name);
}

HRESULT WINAPI bg_job_GetDisplayName(IBackgroundCopyJob5 *iface, WCHAR **out)
{
    return give_text(iface, job_get_display_name, out);
}

HRESULT WINAPI bg_job_SetDescription(IBackgroundCopyJob5 *iface, const WCHAR *text)
{
    return job_set_description(job_from(iface), text);
}

HRESULT WINAPI bg_job_GetDescription(IBackgroundCopyJob5 *iface, WCHAR **out)
{
    return give_text(iface, job_get_description, out);
}

HRESULT WINAPI bg_job_SetPriority(IBackgroundCopyJob5 *iface, BG_JOB_PRIORITY priority)
{
    return job_set_priority(job_from(iface), priority);
}

HRESULT WINAPI bg_job_GetPriority(IBackgroundCopyJob5 *iface, BG_JOB_PRIORITY *out)
{
    if (!out) return E_INVALIDARG;
    *out = (BG_JOB_PRIORITY)job_priority(job_from(iface));
    return S_OK;
}

/* ---- notification ---- */

HRESULT WINAPI bg_job_SetNotifyFlags(IBackgroundCopyJob5 *iface, ULONG flags)
{
    return job_set_notify_flags(job_from(iface), flags);
}

HRESULT WINAPI bg_job_GetNotifyFlags(IBackgroundCopyJob5 *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_notify_flags(job_from(iface));
    return S_OK;
}

HRESULT WINAPI bg_job_SetNotifyInterface(IBackgroundCopyJob5 *iface, IUnknown *client)
{
    struct bg_callback *callback = NULL;
    HRESULT hr;

    if (client && FAILED(hr = bg_callback_create(client, &callback))) return hr;
    hr = job_set_notify_target(job_from(iface), callback);
    if (FAILED(hr) && callback) bg_callback_destroy(callback);
    return hr;
}

struct get_client
{
    HRESULT hr;
    IUnknown *client;
};

static void get_client(void *ctx, void *target)
{
    struct get_client *get = ctx;

    if (target) get->hr = bg_callback_get_client(target, &get->client);
}

HRESULT WINAPI bg_job_GetNotifyInterface(IBackgroundCopyJob5 *iface, IUnknown **out)
{
    struct get_client get = {S_OK, NULL};

    if (!out) return E_INVALIDARG;
    job_use_notify_target(job_from(iface), get_client, &get);
    *out = get.client;
    return get.hr;
}

/* ---- times ---- */

HRESULT WINAPI bg_job_SetMinimumRetryDelay(IBackgroundCopyJob5 *iface, ULONG seconds)
{
    return job_set_min_retry_delay(job_from(iface), seconds);
}

HRESULT WINAPI bg_job_GetMinimumRetryDelay(IBackgroundCopyJob5 *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_min_retry_delay(job_from(iface));
    return S_OK;
}

HRESULT WINAPI bg_job_SetNoProgressTimeout(IBackgroundCopyJob5 *iface, ULONG seconds)
{
    return job_set_no_progress_timeout(job_from(iface), seconds);
}

HRESULT WINAPI bg_job_GetNoProgressTimeout(IBackgroundCopyJob5 *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_no_progress_timeout(job_from(iface));
    return S_OK;
}

HRESULT WINAPI bg_job_SetMaximumDownloadTime(IBackgroundCopyJob5 *iface, ULONG seconds)
{
    return job_set_max_download_time(job_from(iface), seconds);
}

HRESULT WINAPI bg_job_GetMaximumDownloadTime(IBackgroundCopyJob5 *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_max_download_time(job_from(iface));
    return S_OK;
}

/* ---- proxy ---- */

HRESULT WINAPI bg_job_SetProxySettings(IBackgroundCopyJob5 *iface, BG_JOB_PROXY_USAGE usage,
                                       const WCHAR *list, const WCHAR *bypass)
{
    return job_set_proxy(job_from(iface), usage, list, bypass);
}

/* Frees the text. */
static HRESULT give_optional_string(WCHAR *text, WCHAR **out)
{
    return text ? com_give_string(text, out) : S_OK;
}

/* Both or none. */
static HRESULT give_two_strings(WCHAR *first_text, WCHAR **first, WCHAR *second_text,
                                WCHAR **second)
{
    HRESULT hr = give_optional_string(first_text, first);
    HRESULT second_hr = give_optional_string(second_text, second);

    if (SUCCEEDED(hr) && SUCCEEDED(second_hr)) return S_OK;
    CoTaskMemFree(*first);
    CoTaskMemFree(*second);
    *first = *second = NULL;
    return E_OUTOFMEMORY;
}

HRESULT WINAPI bg_job_GetProxySettings(IBackgroundCopyJob5 *iface, BG_JOB_PROXY_USAGE *usage,
                                       WCHAR **list, WCHAR **bypass)
{
    WCHAR *list_text, *bypass_text;
    enum proxy_usage value;
    HRESULT hr;

    if (usage) *usage = BG_JOB_PROXY_USAGE_PRECONFIG;
    if (list) *list = NULL;
    if (bypass) *bypass = NULL;
    if (!usage || !list || !bypass) return E_INVALIDARG;

    if (FAILED(hr = job_get_proxy(job_from(iface), &value, &list_text, &bypass_text))) return hr;
    if (SUCCEEDED(hr = give_two_strings(list_text, list, bypass_text, bypass)))
        *usage = (BG_JOB_PROXY_USAGE)value;
    return hr;
}

/* ---- command line ---- */

HRESULT WINAPI bg_job_SetNotifyCmdLine(IBackgroundCopyJob5 *iface, const WCHAR *program,
                                       const WCHAR *parameters)
{
    return job_set_notify_command(job_from(iface), program, parameters);
}

HRESULT WINAPI bg_job_GetNotifyCmdLine(IBackgroundCopyJob5 *iface, WCHAR **program,
                                       WCHAR **parameters)
{
    WCHAR *program_text, *parameters_text;
    HRESULT hr;

    if (program) *program = NULL;
    if (parameters) *parameters = NULL;
    if (!program || !parameters) return E_INVALIDARG;
    if (FAILED(hr = job_get_notify_command(job_from(iface), &program_text, &parameters_text)))
        return hr;
    return give_two_strings(program_text, program, parameters_text, parameters);
}

/* ---- the owner ---- */

HRESULT WINAPI bg_job_TakeOwnership(IBackgroundCopyJob5 *iface)
{
    struct caller_facts caller;
    HRESULT hr;

    if (FAILED(hr = caller_get(&caller))) return hr;
    return job_take_ownership(job_from(iface), &caller);
}

/* ---- peer caching and the owner's token ---- */

HRESULT WINAPI bg_job_SetPeerCachingFlags(IBackgroundCopyJob5 *iface, DWORD flags)
{
    return job_set_peer_flags(job_from(iface), flags);
}

HRESULT WINAPI bg_job_GetPeerCachingFlags(IBackgroundCopyJob5 *iface, DWORD *out)
{
    if (!out) return E_INVALIDARG;
    *out = job_peer_flags(job_from(iface));
    return S_OK;
}

HRESULT WINAPI bg_job_GetOwnerIntegrityLevel(IBackgroundCopyJob5 *iface, ULONG *out)
{
    struct caller_facts owner;

    if (!out) return E_INVALIDARG;
    job_get_owner(job_from(iface), &owner);
    *out = owner.integrity_level;
    return S_OK;
}

HRESULT WINAPI bg_job_GetOwnerElevationState(IBackgroundCopyJob5 *iface, BOOL *out)
{
    struct caller_facts owner;

    if (!out) return E_INVALIDARG;
    job_get_owner(job_from(iface), &owner);
    *out = owner.is_elevated;
    return S_OK;
}
