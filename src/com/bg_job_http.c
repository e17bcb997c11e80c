/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJobHttpOptions to 3: how a job's requests are made. A second interface of the
 * job's front. */
#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"
#include "com/bg_callback.h"
#include "com/bg_job_private.h"
#include "com/client_cert.h"
#include "job/http_options.h"

#define NULL_REF HRESULT_FROM_WIN32(RPC_X_NULL_REF_POINTER)
#define BAD_STUB HRESULT_FROM_WIN32(RPC_X_BAD_STUB_DATA)

static inline struct bg_job *impl_from_options(IBackgroundCopyJobHttpOptions3 *iface)
{
    return CONTAINING_RECORD(iface, struct bg_job, IBackgroundCopyJobHttpOptions3_iface);
}

static struct job *core_of(IBackgroundCopyJobHttpOptions3 *iface)
{
    return impl_from_options(iface)->job;
}

bool bg_job_is_http_options(REFIID iid)
{
    return IsEqualIID(iid, &IID_IBackgroundCopyJobHttpOptions) ||
           IsEqualIID(iid, &IID_IBackgroundCopyJobHttpOptions2) ||
           IsEqualIID(iid, &IID_IBackgroundCopyJobHttpOptions3);
}

static HRESULT WINAPI bg_job_http_QueryInterface(IBackgroundCopyJobHttpOptions3 *iface, REFIID iid,
                                                 void **out)
{
    return IBackgroundCopyJob5_QueryInterface(&impl_from_options(iface)->IBackgroundCopyJob5_iface,
                                              iid, out);
}

static ULONG WINAPI bg_job_http_AddRef(IBackgroundCopyJobHttpOptions3 *iface)
{
    return IBackgroundCopyJob5_AddRef(&impl_from_options(iface)->IBackgroundCopyJob5_iface);
}

static ULONG WINAPI bg_job_http_Release(IBackgroundCopyJobHttpOptions3 *iface)
{
    return IBackgroundCopyJob5_Release(&impl_from_options(iface)->IBackgroundCopyJob5_iface);
}

/* ---- the client's certificate ---- */

/* Takes the texts of the certificate with it. */
static HRESULT set_cert(IBackgroundCopyJobHttpOptions3 *iface, HRESULT found,
                        struct http_client_cert *cert)
{
    HRESULT hr = found;

    if (SUCCEEDED(hr)) hr = bg_job_check_owner(core_of(iface));
    if (SUCCEEDED(hr)) hr = job_set_http_cert(core_of(iface), cert);
    client_cert_done(cert);
    return hr;
}

static HRESULT WINAPI bg_job_http_SetClientCertificateByID(IBackgroundCopyJobHttpOptions3 *iface,
                                                           BG_CERT_STORE_LOCATION location,
                                                           const WCHAR *store, BYTE *hash)
{
    struct http_client_cert cert = {0};

    if (!store || !hash) return NULL_REF;
    return set_cert(iface, client_cert_find_hash(location, store, hash, &cert), &cert);
}

static HRESULT WINAPI bg_job_http_SetClientCertificateByName(IBackgroundCopyJobHttpOptions3 *iface,
                                                             BG_CERT_STORE_LOCATION location,
                                                             const WCHAR *store,
                                                             const WCHAR *subject)
{
    struct http_client_cert cert = {0};

    if (!store || !subject) return NULL_REF;
    return set_cert(iface, client_cert_find_name(location, store, subject, &cert), &cert);
}

static HRESULT WINAPI bg_job_http_RemoveClientCertificate(IBackgroundCopyJobHttpOptions3 *iface)
{
    return job_remove_http_cert(core_of(iface));
}

/* All three or none. */
static HRESULT give_cert(const struct http_client_cert *cert, WCHAR **store, BYTE **hash,
                         WCHAR **subject)
{
    HRESULT hr = com_copy_string(cert->store, store);

    if (SUCCEEDED(hr)) hr = com_copy_string(cert->subject ? cert->subject : L"", subject);
    if (SUCCEEDED(hr) && !(*hash = CoTaskMemAlloc(HTTP_CERT_HASH_SIZE))) hr = E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
        memcpy(*hash, cert->hash, HTTP_CERT_HASH_SIZE);
    else
    {
        CoTaskMemFree(*store);
        CoTaskMemFree(*subject);
        *store = *subject = NULL;
    }
    return hr;
}

static HRESULT WINAPI bg_job_http_GetClientCertificate(IBackgroundCopyJobHttpOptions3 *iface,
                                                       BG_CERT_STORE_LOCATION *location,
                                                       WCHAR **store, BYTE **hash, WCHAR **subject)
{
    struct http_settings *settings;
    HRESULT hr = BAD_STUB;

    if (location) *location = BG_CERT_STORE_LOCATION_CURRENT_USER;
    if (store) *store = NULL;
    if (hash) *hash = NULL;
    if (subject) *subject = NULL;
    if (!location || !store || !hash || !subject) return NULL_REF;
    if (FAILED(bg_job_check_owner(core_of(iface)))) return BAD_STUB;

    settings = job_http_settings(core_of(iface));
    if (settings && settings->cert.is_set &&
        SUCCEEDED(hr = give_cert(&settings->cert, store, hash, subject)))
        *location = (BG_CERT_STORE_LOCATION)settings->cert.location;
    http_settings_release(settings);
    return hr;
}

/* ---- fields ---- */

static HRESULT WINAPI bg_job_http_SetCustomHeaders(IBackgroundCopyJobHttpOptions3 *iface,
                                                   const WCHAR *headers)
{
    HRESULT hr = bg_job_check_owner(core_of(iface));

    return FAILED(hr) ? hr : job_set_http_headers(core_of(iface), headers);
}

static HRESULT WINAPI bg_job_http_GetCustomHeaders(IBackgroundCopyJobHttpOptions3 *iface,
                                                   WCHAR **headers)
{
    WCHAR *text;
    HRESULT hr;

    if (!headers) return NULL_REF;
    *headers = NULL;
    if (FAILED(hr = bg_job_check_owner(core_of(iface)))) return hr;
    if ((hr = job_get_http_headers(core_of(iface), &text)) != S_OK) return hr;
    return com_give_string(text, headers);
}

/* ---- security ---- */

static HRESULT WINAPI bg_job_http_SetSecurityFlags(IBackgroundCopyJobHttpOptions3 *iface,
                                                   ULONG flags)
{
    return job_set_http_security(core_of(iface), flags);
}

static HRESULT WINAPI bg_job_http_GetSecurityFlags(IBackgroundCopyJobHttpOptions3 *iface,
                                                   ULONG *flags)
{
    if (!flags) return NULL_REF;
    *flags = job_http_security(core_of(iface));
    return S_OK;
}

/* ---- IBackgroundCopyJobHttpOptions2 ---- */

static HRESULT WINAPI bg_job_http_SetHttpMethod(IBackgroundCopyJobHttpOptions3 *iface,
                                                const WCHAR *method)
{
    HRESULT hr = job_set_http_method(core_of(iface), method);

    return hr == E_NOTIMPL ? com_not_written("SetHttpMethod of an upload") : hr;
}

static HRESULT WINAPI bg_job_http_GetHttpMethod(IBackgroundCopyJobHttpOptions3 *iface,
                                                WCHAR **method)
{
    WCHAR *text;
    HRESULT hr;

    if (!method) return E_INVALIDARG;
    *method = NULL;
    if (FAILED(hr = job_http_method(core_of(iface), &text))) return hr;
    return com_give_string(text, method);
}

/* ---- IBackgroundCopyJobHttpOptions3 ---- */

static HRESULT WINAPI bg_job_http_SetServerCertificateValidationInterface(
    IBackgroundCopyJobHttpOptions3 *iface, IUnknown *client)
{
    struct bg_callback *callback = NULL;
    HRESULT hr;

    if (client &&
        FAILED(hr = bg_callback_create_for(
                   client, &IID_IBackgroundCopyServerCertificateValidationCallback, &callback)))
        return hr;
    return job_set_server_judge(core_of(iface), callback);
}

static HRESULT WINAPI bg_job_http_MakeCustomHeadersWriteOnly(IBackgroundCopyJobHttpOptions3 *iface)
{
    return job_hide_http_headers(core_of(iface));
}

const IBackgroundCopyJobHttpOptions3Vtbl bg_job_http_vtbl = {
    bg_job_http_QueryInterface,
    bg_job_http_AddRef,
    bg_job_http_Release,
    /* IBackgroundCopyJobHttpOptions */
    bg_job_http_SetClientCertificateByID,
    bg_job_http_SetClientCertificateByName,
    bg_job_http_RemoveClientCertificate,
    bg_job_http_GetClientCertificate,
    bg_job_http_SetCustomHeaders,
    bg_job_http_GetCustomHeaders,
    bg_job_http_SetSecurityFlags,
    bg_job_http_GetSecurityFlags,
    /* IBackgroundCopyJobHttpOptions2 */
    bg_job_http_SetHttpMethod,
    bg_job_http_GetHttpMethod,
    /* IBackgroundCopyJobHttpOptions3 */
    bg_job_http_SetServerCertificateValidationInterface,
    bg_job_http_MakeCustomHeadersWriteOnly,
};
