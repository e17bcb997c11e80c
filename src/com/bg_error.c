/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyError: a value; what the job does afterwards does not change it. */
#include "com/bg_error.h"

#include <stdlib.h>

#include "base/err_codes.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "com/bg_file.h"
#include "com/com_util.h"
#include "com/error_text.h"
#include "job/job.h"

struct bg_error
{
    IBackgroundCopyError IBackgroundCopyError_iface;
    struct com_front front;
    struct job *job;        /* JOB_HOLDER_FRONT; immutable after create */
    struct job_error error; /* immutable after create */
};

static inline struct bg_error *impl_from_IBackgroundCopyError(IBackgroundCopyError *iface)
{
    return CONTAINING_RECORD(iface, struct bg_error, IBackgroundCopyError_iface);
}

static HRESULT WINAPI bg_error_QueryInterface(IBackgroundCopyError *iface, REFIID iid, void **out)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyError, NULL};
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);

    return com_front_query(&error->front, iface, iids, iid, out);
}

static ULONG WINAPI bg_error_AddRef(IBackgroundCopyError *iface)
{
    return com_front_addref(&impl_from_IBackgroundCopyError(iface)->front);
}

static void destroy(struct bg_error *error)
{
    job_release(error->job, JOB_HOLDER_FRONT);
    com_front_done(&error->front);
    free(error);
}

static ULONG WINAPI bg_error_Release(IBackgroundCopyError *iface)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);
    ULONG ref = com_front_release(&error->front);

    if (!ref) destroy(error);
    return ref;
}

static HRESULT WINAPI bg_error_GetError(IBackgroundCopyError *iface, BG_ERROR_CONTEXT *context,
                                        HRESULT *code)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);

    if (context) *context = BG_ERROR_CONTEXT_NONE;
    if (code) *code = S_OK;
    if (!context || !code) return E_INVALIDARG;
    *context = (BG_ERROR_CONTEXT)error->error.context;
    *code = error->error.code;
    return S_OK;
}

static HRESULT WINAPI bg_error_GetFile(IBackgroundCopyError *iface, IBackgroundCopyFile **out)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);
    IBackgroundCopyFile6 *file;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (error->error.file_index == JOB_NO_FILE) return BG_E_FILE_NOT_AVAILABLE;
    if (FAILED(hr = bg_file_create(error->job, error->error.file_index, &file))) return hr;
    *out = (IBackgroundCopyFile *)file;
    return S_OK;
}

static HRESULT WINAPI bg_error_GetErrorDescription(IBackgroundCopyError *iface, DWORD language,
                                                   WCHAR **out)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);
    WCHAR text[ERROR_TEXT_SIZE];
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!language) return E_INVALIDARG;
    if (FAILED(hr = error_text_format(error->error.code, language, text))) return hr;
    return com_copy_string(text, out);
}

static HRESULT WINAPI bg_error_GetErrorContextDescription(IBackgroundCopyError *iface,
                                                          DWORD language, WCHAR **out)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!language) return E_INVALIDARG;
    if (!error_text_has_language(language)) return ERR_RESOURCE_LANG_NOT_FOUND;
    return com_copy_string(error_context_text(error->error.context), out);
}

/* Has the failure to do with the way over which the file came? */
static bool is_of_transport(enum error_context context)
{
    return context == ERROR_CONTEXT_REMOTE_FILE || context == ERROR_CONTEXT_GENERAL_TRANSPORT ||
           context == ERROR_CONTEXT_REMOTE_APPLICATION ||
           context == ERROR_CONTEXT_CERTIFICATE_CALLBACK;
}

static const WCHAR *protocol_name(const WCHAR *remote_name)
{
    switch (url_scheme_of(remote_name))
    {
    case URL_HTTP:
    case URL_HTTPS:
        return L"http";
    case URL_FILE:
        return L"file";
    default:
        return NULL;
    }
}

static HRESULT WINAPI bg_error_GetProtocol(IBackgroundCopyError *iface, WCHAR **out)
{
    struct bg_error *error = impl_from_IBackgroundCopyError(iface);
    const struct job_error *value = &error->error;
    const WCHAR *protocol;
    WCHAR *name;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (value->file_index == JOB_NO_FILE || !is_of_transport(value->context))
        return BG_E_PROTOCOL_NOT_AVAILABLE;
    if (FAILED(hr = job_file_get_remote_name(error->job, value->file_index, &name))) return hr;
    protocol = protocol_name(name);
    free(name);
    return protocol ? com_copy_string(protocol, out) : BG_E_PROTOCOL_NOT_AVAILABLE;
}

static const IBackgroundCopyErrorVtbl bg_error_vtbl = {
    bg_error_QueryInterface,
    bg_error_AddRef,
    bg_error_Release,
    /* IBackgroundCopyError */
    bg_error_GetError,
    bg_error_GetFile,
    bg_error_GetErrorDescription,
    bg_error_GetErrorContextDescription,
    bg_error_GetProtocol,
};

HRESULT bg_error_create(struct job *job, const struct job_error *value, IBackgroundCopyError **out)
{
    struct bg_error *error;
    HRESULT hr;

    *out = NULL;
    if (!(error = calloc(1, sizeof(*error)))) return E_OUTOFMEMORY;
    error->IBackgroundCopyError_iface.lpVtbl = &bg_error_vtbl;
    error->error = *value;
    error->job = job;
    job_addref(job, JOB_HOLDER_FRONT);
    if (FAILED(hr = com_front_init(&error->front, &error->IBackgroundCopyError_iface)))
    {
        destroy(error);
        return hr;
    }
    *out = &error->IBackgroundCopyError_iface;
    return S_OK;
}
