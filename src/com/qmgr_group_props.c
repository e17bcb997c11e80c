/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The properties of a group: numbers and BSTRs in variants. */
#include <stdlib.h>

#include <windows.h>
#include <objbase.h>
#include <oleauto.h>

#include "base/str.h"
#include "com/qmgr_fronts.h"
#include "job/job.h"
#include "job/legacy_group.h"

#define PRIORITY_ONLY 1 /* there is no other */

static bool is_supported(GROUPPROP id)
{
    switch (id)
    {
    case GROUPPROP_PRIORITY:
    case GROUPPROP_PROTOCOLFLAGS:
    case GROUPPROP_NOTIFYFLAGS:
    case GROUPPROP_NOTIFYCLSID:
    case GROUPPROP_DISPLAYNAME:
    case GROUPPROP_DESCRIPTION:
        return true;
    default:
        return false;
    }
}

/* ---- get ---- */

static HRESULT give_number(DWORD number, VARIANT *out)
{
    V_VT(out) = VT_I4;
    V_I4(out) = (LONG)number;
    return S_OK;
}

static HRESULT give_bstr(const WCHAR *text, VARIANT *out)
{
    if (!(V_BSTR(out) = SysAllocString(text))) return E_OUTOFMEMORY;
    V_VT(out) = VT_BSTR;
    return S_OK;
}

static HRESULT give_text(HRESULT (*get)(struct job *job, WCHAR **text), struct job *job,
                         VARIANT *out)
{
    WCHAR *text;
    HRESULT hr;

    if (FAILED(hr = get(job, &text))) return hr;
    hr = give_bstr(text, out);
    free(text);
    return hr;
}

static HRESULT give_class(struct job *job, VARIANT *out)
{
    static const GUID none = {0};
    struct legacy_group group;
    WCHAR text[GUID_TEXT_SIZE];

    job_get_legacy(job, &group);
    text[0] = 0;
    if (!IsEqualGUID(&group.notify_class, &none)) guid_format(&group.notify_class, text);
    return give_bstr(text, out);
}

HRESULT WINAPI qmgr_group_GetProp(IBackgroundCopyGroup *iface, GROUPPROP id, VARIANT *out)
{
    struct job *job = qmgr_group_job(iface);

    if (!out) return E_INVALIDARG;
    VariantInit(out);
    switch (id)
    {
    case GROUPPROP_PRIORITY:
        return give_number(PRIORITY_ONLY, out);
    case GROUPPROP_PROTOCOLFLAGS:
        return give_number(QM_PROTOCOL_HTTP, out);
    case GROUPPROP_NOTIFYFLAGS:
        return give_number(job_notify_flags(job) & NOTIFY_FLAG_DISABLE ? QM_NOTIFY_DISABLE_NOTIFY
                                                                       : QM_NOTIFY_GROUP_DONE,
                           out);
    case GROUPPROP_NOTIFYCLSID:
        return give_class(job, out);
    case GROUPPROP_DISPLAYNAME:
        return give_text(job_get_display_name, job, out);
    case GROUPPROP_DESCRIPTION:
        return give_text(job_get_description, job, out);
    default:
        return E_NOTIMPL;
    }
}

/* ---- set ---- */

static HRESULT take_number(const VARIANT *value, DWORD *number)
{
    switch (V_VT(value))
    {
    case VT_I4:
    case VT_UI4:
    case VT_INT:
    case VT_UINT:
        *number = V_UI4(value);
        return S_OK;
    case VT_I2:
        *number = (DWORD)(LONG)V_I2(value);
        return S_OK;
    case VT_UI2:
        *number = V_UI2(value);
        return S_OK;
    default:
        return E_INVALIDARG;
    }
}

static HRESULT take_text(const VARIANT *value, const WCHAR **text)
{
    if (V_VT(value) != VT_BSTR) return E_INVALIDARG;
    /* A BSTR of no characters may be NULL. */
    *text = V_BSTR(value) ? V_BSTR(value) : L"";
    return S_OK;
}

static HRESULT set_only(const VARIANT *value, DWORD only)
{
    DWORD number;
    HRESULT hr;

    if (FAILED(hr = take_number(value, &number))) return hr;
    return number == only ? S_OK : E_INVALIDARG;
}

static HRESULT set_notify_flags(struct job *job, const VARIANT *value)
{
    DWORD flags;
    HRESULT hr;

    if (FAILED(hr = take_number(value, &flags))) return hr;
    if (flags == QM_NOTIFY_GROUP_DONE) return job_set_notify_flags(job, NOTIFY_FLAG_DEFAULT);
    if (flags == QM_NOTIFY_DISABLE_NOTIFY) return job_set_notify_flags(job, NOTIFY_FLAG_DISABLE);
    return E_INVALIDARG;
}

static HRESULT set_class(struct job *job, const VARIANT *value)
{
    CLSID clsid = {0};
    const WCHAR *text;
    HRESULT hr;

    if (FAILED(hr = take_text(value, &text))) return hr;
    if (*text && !guid_parse(text, &clsid)) return E_INVALIDARG;
    return qmgr_callback_set_class(job, &clsid);
}

static HRESULT set_text(HRESULT (*set)(struct job *job, const WCHAR *text), struct job *job,
                        const VARIANT *value)
{
    const WCHAR *text;
    HRESULT hr;

    if (FAILED(hr = take_text(value, &text))) return hr;
    return set(job, text);
}

static HRESULT set_prop(struct job *job, GROUPPROP id, const VARIANT *value)
{
    switch (id)
    {
    case GROUPPROP_PRIORITY:
        return set_only(value, PRIORITY_ONLY);
    case GROUPPROP_PROTOCOLFLAGS:
        return set_only(value, QM_PROTOCOL_HTTP);
    case GROUPPROP_NOTIFYFLAGS:
        return set_notify_flags(job, value);
    case GROUPPROP_NOTIFYCLSID:
        return set_class(job, value);
    case GROUPPROP_DISPLAYNAME:
        return set_text(job_set_display_name, job, value);
    case GROUPPROP_DESCRIPTION:
        return set_text(job_set_description, job, value);
    default:
        return E_NOTIMPL;
    }
}

HRESULT WINAPI qmgr_group_SetProp(IBackgroundCopyGroup *iface, GROUPPROP id, VARIANT *value)
{
    if (!value) return E_INVALIDARG;
    if (!is_supported(id)) return E_NOTIMPL;
    return qmgr_from_core(set_prop(qmgr_group_job(iface), id, value));
}
