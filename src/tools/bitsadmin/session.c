/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection to BITS, the search for a job, and how failures are told. */
#include "bitsadmin.h"

#include <wchar.h>

HRESULT session_open(struct session *session)
{
    HRESULT hr;

    hr = CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                          CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER, &IID_IBackgroundCopyManager,
                          (void **)&session->manager);
    return FAILED(hr) ? session_fail(session, hr, L"connect to BITS") : hr;
}

void session_close(struct session *session)
{
    if (session->manager) IBackgroundCopyManager_Release(session->manager);
    session->manager = NULL;
}

static WCHAR *system_error_text(HRESULT hr)
{
    WCHAR *text = NULL, *copy;
    DWORD len;

    len = FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                             FORMAT_MESSAGE_IGNORE_INSERTS,
                         NULL, hr, 0, (WCHAR *)&text, 0, NULL);
    while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = 0;
    copy = len ? CoTaskMemAlloc((len + 1) * sizeof(*copy)) : NULL;
    if (copy) memcpy(copy, text, (len + 1) * sizeof(*copy));
    LocalFree(text);
    return copy;
}

WCHAR *session_error_text(struct session *session, HRESULT hr)
{
    WCHAR *text = NULL;

    if (session->manager &&
        SUCCEEDED(IBackgroundCopyManager_GetErrorDescription(session->manager, hr,
                                                             GetUserDefaultLangID(), &text)) &&
        text)
        return text;
    /* The user's language may have no texts. */
    if (session->manager &&
        SUCCEEDED(IBackgroundCopyManager_GetErrorDescription(
            session->manager, hr, MAKELANGID(LANG_ENGLISH, SUBLANG_ENGLISH_US), &text)))
        return text;
    return system_error_text(hr);
}

HRESULT session_fail(struct session *session, HRESULT hr, const WCHAR *what)
{
    WCHAR *text = session_error_text(session, hr);

    out_print(L"Unable to %ls - 0x%08lx\n%ls\n", what, hr, text ? text : L"");
    CoTaskMemFree(text);
    return hr;
}

static void print_where_jobs_are(void)
{
    out_print(L"A job ends with the process that created it, unless a BITS service holds it.\n");
}

static HRESULT find_by_id(struct session *session, const GUID *id, IBackgroundCopyJob **job)
{
    HRESULT hr = IBackgroundCopyManager_GetJob(session->manager, id, job);

    if (SUCCEEDED(hr)) return hr;
    session_fail(session, hr, L"get job");
    if (hr == BG_E_NOT_FOUND) print_where_jobs_are();
    return hr;
}

static BOOL has_name(IBackgroundCopyJob *job, const WCHAR *name)
{
    WCHAR *display_name;
    BOOL is_equal;

    if (FAILED(IBackgroundCopyJob_GetDisplayName(job, &display_name))) return FALSE;
    is_equal = !wcscmp(display_name, name);
    CoTaskMemFree(display_name);
    return is_equal;
}

static HRESULT find_by_name(struct session *session, const WCHAR *name, IBackgroundCopyJob **out)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    unsigned int found = 0;
    HRESULT hr;

    if (FAILED(hr = IBackgroundCopyManager_EnumJobs(session->manager, 0, &jobs)))
        return session_fail(session, hr, L"enum jobs");
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        if (has_name(job, name) && !found++)
            *out = job;
        else
            IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    if (found == 1) return S_OK;

    if (found)
    {
        IBackgroundCopyJob_Release(*out);
        *out = NULL;
        out_print(L"Unable to find job named \"%ls\": %u jobs have this name, use the {GUID}.\n",
                  name, found);
        return E_INVALIDARG;
    }
    out_print(L"Unable to find job named \"%ls\".\n", name);
    print_where_jobs_are();
    return BG_E_NOT_FOUND;
}

HRESULT session_find_job(struct session *session, const WCHAR *name, IBackgroundCopyJob **job)
{
    GUID id;

    *job = NULL;
    if (name[0] == '{' && SUCCEEDED(IIDFromString(name, &id))) return find_by_id(session, &id, job);
    return find_by_name(session, name, job);
}
