/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The connection to BITS, the search for a job, and how failures are told. */
#include "bitsadmin.h"

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

HRESULT session_connect(struct session *session)
{
    return CoCreateInstance(&CLSID_BackgroundCopyManager, NULL,
                            CLSCTX_INPROC_SERVER | CLSCTX_LOCAL_SERVER, &IID_IBackgroundCopyManager,
                            (void **)&session->manager);
}

HRESULT session_open(struct session *session)
{
    HRESULT hr = session_connect(session);

    if (SUCCEEDED(hr)) return hr;
    session_fail(session, hr, L"connect to BITS");
    out_print(L"bitsadmin doctor tells what is missing.\n");
    return hr;
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
    session->is_told = TRUE;
    return hr;
}

HRESULT session_refuse(struct session *session, const WCHAR *format, ...)
{
    WCHAR text[MISTAKE_CHARS];
    va_list args;

    va_start(args, format);
    _vsnwprintf(text, ARRAYSIZE(text), format, args);
    va_end(args);
    text[ARRAYSIZE(text) - 1] = 0;
    out_print(L"%ls\n", text);
    session->is_told = TRUE;
    return EXIT_USAGE;
}

void session_note(struct session *session, HRESULT hr)
{
    WCHAR *text;

    if (hr == S_OK || hr == S_FALSE || !(text = session_error_text(session, hr))) return;
    out_print(L"0x%08lx - %ls\n", hr, text);
    CoTaskMemFree(text);
}

/* ---- jobs ---- */

static HRESULT find_by_id(struct session *session, const GUID *id, IBackgroundCopyJob **job)
{
    HRESULT hr = IBackgroundCopyManager_GetJob(session->manager, id, job);

    if (SUCCEEDED(hr)) return hr;
    session_fail(session, hr, L"get job");
    if (hr == BG_E_NOT_FOUND)
        out_print(L"It has been completed or canceled, or there was none. /LIST shows what there "
                  L"is.\n");
    return hr;
}

/* What a search by name has come to. */
struct search
{
    const WCHAR *name;
    unsigned int found;
    IBackgroundCopyJob *job;      /* the first */
    WCHAR similar[OUT_ROW_CHARS]; /* the name of one that differs in case only */
};

static void look_at(struct search *search, IBackgroundCopyJob *job)
{
    WCHAR *name;

    if (FAILED(IBackgroundCopyJob_GetDisplayName(job, &name))) return;
    if (!wcscmp(name, search->name))
    {
        if (!search->found++)
        {
            search->job = job;
            IBackgroundCopyJob_AddRef(job);
        }
    }
    else if (!_wcsicmp(name, search->name))
        out_shorten(name, OUT_ROW_CHARS - 1, search->similar);
    CoTaskMemFree(name);
}

static HRESULT search_jobs(struct session *session, DWORD flags, struct search *search)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    HRESULT hr;

    if (FAILED(hr = IBackgroundCopyManager_EnumJobs(session->manager, flags, &jobs))) return hr;
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        look_at(search, job);
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    return hr;
}

static void print_hint(const struct search *search)
{
    WCHAR text[MISTAKE_CHARS];

    if (explain_job_name(search->name, text))
        out_print(L"%ls\n", text);
    else if (*search->similar)
        out_print(L"There is \"%ls\"; upper and lower case count.\n", search->similar);
    else
        out_print(L"/LIST shows the jobs that there are, with /ALLUSERS those of everybody.\n");
}

/* One's own jobs first; those of others for who may see them. */
static HRESULT find_by_name(struct session *session, const WCHAR *name, IBackgroundCopyJob **out)
{
    struct search search = {.name = name};
    HRESULT hr;

    if (FAILED(hr = search_jobs(session, 0, &search)))
        return session_fail(session, hr, L"enum jobs");
    if (!search.found) search_jobs(session, BG_JOB_ENUM_ALL_USERS, &search);
    if (search.found == 1)
    {
        *out = search.job;
        return S_OK;
    }
    session->is_told = TRUE;
    if (search.found)
    {
        IBackgroundCopyJob_Release(search.job);
        out_print(L"Unable to find job named \"%ls\": %u jobs have this name, use the {GUID}.\n",
                  name, search.found);
        return E_INVALIDARG;
    }
    out_print(L"Unable to find job named \"%ls\".\n", name);
    print_hint(&search);
    return BG_E_NOT_FOUND;
}

HRESULT session_find_job(struct session *session, const WCHAR *name, IBackgroundCopyJob **job)
{
    GUID id;

    *job = NULL;
    if (name[0] == '{' && SUCCEEDED(IIDFromString(name, &id))) return find_by_id(session, &id, job);
    return find_by_name(session, name, job);
}
