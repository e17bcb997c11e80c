/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method of a job's HTTP options and helper token, and the client's check of certificates,
 * through our proxies. */

#include <string.h>

#include "proxy_fixture.h"

#include <bits10_3.h>

#include "harness/test.h"

static const BYTE hash[20] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10,
                              11, 12, 13, 14, 15, 16, 17, 18, 19, 20};
static const BYTE store[] = {9, 8, 7};

/* The client's check, in the apartment of the test. */

static IBackgroundCopyJob *job_seen; /* borrowed: compared only */
static HRESULT verdict;

static HRESULT WINAPI check_Validate(IBackgroundCopyServerCertificateValidationCallback *This,
                                     IBackgroundCopyJob *job, IBackgroundCopyFile *file,
                                     DWORD cert_length, const BYTE *cert, DWORD encoding,
                                     DWORD store_length, const BYTE *store_data)
{
    (void)This;
    job_seen = job;
    note("Validate %s %s %lu %s %lu %lu %s", job ? "job" : "NULL", file ? "file" : "NULL",
         cert_length, cert_length == 20 && !memcmp(cert, hash, 20) ? "right" : "wrong", encoding,
         store_length,
         store_length == sizeof(store) && !memcmp(store_data, store, sizeof(store)) ? "right"
                                                                                    : "wrong");
    return verdict;
}

static const IBackgroundCopyServerCertificateValidationCallbackVtbl check_vtbl = {
    MOCK_UNKNOWN, .ValidateServerCertificate = check_Validate};

static const IID *const check_iids[] = {&IID_IBackgroundCopyServerCertificateValidationCallback,
                                        NULL};
static struct mock check = {&check_vtbl, check_iids, 1};

/* A job and a file to hand to it. */
static const IBackgroundCopyJobVtbl job_vtbl = {MOCK_UNKNOWN};
static const IBackgroundCopyFileVtbl file_vtbl = {MOCK_UNKNOWN};
static const IID *const job_iids[] = {&IID_IBackgroundCopyJob, NULL};
static const IID *const file_iids[] = {&IID_IBackgroundCopyFile, NULL};
static struct mock job = {&job_vtbl, job_iids, 1};
static struct mock file = {&file_vtbl, file_iids, 1};

/* clang-format off */
#define METHOD(name, ...)                                                                          \
    static HRESULT WINAPI http_##name(IBackgroundCopyJobHttpOptions3 *This, __VA_ARGS__)
#define PLAIN(name, hr)                                                                            \
    static HRESULT WINAPI http_##name(IBackgroundCopyJobHttpOptions3 *This)                        \
    { (void)This; note(#name); return hr; }
/* clang-format on */

METHOD(SetClientCertificateByID, BG_CERT_STORE_LOCATION location, const WCHAR *name, BYTE *blob)
{
    (void)This;
    note("SetClientCertificateByID %d %s %s", location, narrow(name),
         memcmp(blob, hash, 20) ? "wrong" : "right");
    return S_OK;
}

METHOD(SetClientCertificateByName, BG_CERT_STORE_LOCATION location, const WCHAR *name,
       const WCHAR *subject)
{
    (void)This;
    note("SetClientCertificateByName %d %s %s", location, narrow(name), narrow(subject));
    return E_NOTIMPL;
}

PLAIN(RemoveClientCertificate, S_FALSE)

METHOD(GetClientCertificate, BG_CERT_STORE_LOCATION *location, WCHAR **name, BYTE **blob,
       WCHAR **subject)
{
    (void)This;
    *location = BG_CERT_STORE_LOCATION_USERS;
    *name = task_string(L"MY");
    *blob = task_copy(hash, sizeof(hash));
    *subject = NULL;
    return S_OK;
}

METHOD(SetCustomHeaders, const WCHAR *headers)
{
    (void)This;
    note("SetCustomHeaders %s", narrow(headers));
    return S_OK;
}

METHOD(GetCustomHeaders, WCHAR **headers)
{
    (void)This;
    *headers = NULL;
    return S_FALSE;
}

METHOD(SetSecurityFlags, ULONG flags)
{
    (void)This;
    note("SetSecurityFlags %#lx", flags);
    return S_OK;
}

METHOD(GetSecurityFlags, ULONG *flags)
{
    (void)This;
    *flags = BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP;
    return S_OK;
}

METHOD(SetHttpMethod, const WCHAR *method)
{
    (void)This;
    note("SetHttpMethod %s", narrow(method));
    return S_OK;
}

METHOD(GetHttpMethod, WCHAR **method)
{
    (void)This;
    *method = task_string(L"GET");
    return S_OK;
}

/* Asks the client at once, from this apartment, and answers what it said. */
METHOD(SetServerCertificateValidationInterface, IUnknown *value)
{
    IBackgroundCopyServerCertificateValidationCallback *client;
    HRESULT hr;

    (void)This;
    if (!value) return S_OK;
    hr = IUnknown_QueryInterface(value, &IID_IBackgroundCopyServerCertificateValidationCallback,
                                 (void **)&client);
    if (FAILED(hr)) return hr;
    hr = IBackgroundCopyServerCertificateValidationCallback_ValidateServerCertificate(
        client, (IBackgroundCopyJob *)&job, (IBackgroundCopyFile *)&file, sizeof(hash), hash, 65537,
        sizeof(store), store);
    IBackgroundCopyServerCertificateValidationCallback_Release(client);
    return hr;
}

PLAIN(MakeCustomHeadersWriteOnly, S_OK)

static const IBackgroundCopyJobHttpOptions3Vtbl http_vtbl = {
    MOCK_UNKNOWN,
    .SetClientCertificateByID = http_SetClientCertificateByID,
    .SetClientCertificateByName = http_SetClientCertificateByName,
    .RemoveClientCertificate = http_RemoveClientCertificate,
    .GetClientCertificate = http_GetClientCertificate,
    .SetCustomHeaders = http_SetCustomHeaders,
    .GetCustomHeaders = http_GetCustomHeaders,
    .SetSecurityFlags = http_SetSecurityFlags,
    .GetSecurityFlags = http_GetSecurityFlags,
    .SetHttpMethod = http_SetHttpMethod,
    .GetHttpMethod = http_GetHttpMethod,
    .SetServerCertificateValidationInterface = http_SetServerCertificateValidationInterface,
    .MakeCustomHeadersWriteOnly = http_MakeCustomHeadersWriteOnly,
};

static const IID *const http_iids[] = {&IID_IBackgroundCopyJobHttpOptions,
                                       &IID_IBackgroundCopyJobHttpOptions2,
                                       &IID_IBackgroundCopyJobHttpOptions3, NULL};
static struct mock http = {&http_vtbl, http_iids, 1};

/* The helper token. */

static HRESULT WINAPI token_SetHelperTokenFlags(IBitsTokenOptions *This, DWORD flags)
{
    (void)This;
    note("SetHelperTokenFlags %#lx", flags);
    return S_OK;
}

static HRESULT WINAPI token_GetHelperTokenFlags(IBitsTokenOptions *This, DWORD *flags)
{
    (void)This;
    *flags = BG_TOKEN_LOCAL_FILE | BG_TOKEN_NETWORK;
    return S_OK;
}

static HRESULT WINAPI token_SetHelperToken(IBitsTokenOptions *This)
{
    (void)This;
    note("SetHelperToken");
    return CO_E_FAILEDTOIMPERSONATE;
}

static HRESULT WINAPI token_ClearHelperToken(IBitsTokenOptions *This)
{
    (void)This;
    note("ClearHelperToken");
    return S_OK;
}

static HRESULT WINAPI token_GetHelperTokenSid(IBitsTokenOptions *This, WCHAR **sid)
{
    (void)This;
    *sid = NULL;
    return S_OK;
}

static const IBitsTokenOptionsVtbl token_vtbl = {
    MOCK_UNKNOWN,
    .SetHelperTokenFlags = token_SetHelperTokenFlags,
    .GetHelperTokenFlags = token_GetHelperTokenFlags,
    .SetHelperToken = token_SetHelperToken,
    .ClearHelperToken = token_ClearHelperToken,
    .GetHelperTokenSid = token_GetHelperTokenSid,
};

static const IID *const token_iids[] = {&IID_IBitsTokenOptions, NULL};
static struct mock token = {&token_vtbl, token_iids, 1};

static IBackgroundCopyJobHttpOptions3 *proxy;

static void test_certificate(void)
{
    BG_CERT_STORE_LOCATION location = 0;
    WCHAR *name = NULL, *subject = NULL;
    BYTE *blob = NULL;

    expect_hr(IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(
                  proxy, (BG_CERT_STORE_LOCATION)77, L"MY", (BYTE *)hash),
              S_OK);
    expect_notes("SetClientCertificateByID 77 MY right");
    expect_hr(IBackgroundCopyJobHttpOptions3_SetClientCertificateByName(
                  proxy, BG_CERT_STORE_LOCATION_LOCAL_MACHINE, L"CA", L"me"),
              E_NOTIMPL);
    expect_notes("SetClientCertificateByName 1 CA me");
    expect_hr(IBackgroundCopyJobHttpOptions3_RemoveClientCertificate(proxy), S_FALSE);
    expect_notes("RemoveClientCertificate");

    expect_hr(IBackgroundCopyJobHttpOptions3_GetClientCertificate(proxy, &location, &name, &blob,
                                                                  &subject),
              S_OK);
    ok(location == BG_CERT_STORE_LOCATION_USERS, "Got location %d.\n", location);
    expect_string(name, L"MY");
    expect_string(subject, NULL);
    ok(blob && !memcmp(blob, hash, sizeof(hash)), "Got another hash.\n");
    CoTaskMemFree(blob);
}

static void test_settings(void)
{
    ULONG flags = 0;
    WCHAR *text = NULL;

    expect_hr(IBackgroundCopyJobHttpOptions3_SetCustomHeaders(proxy, NULL), S_OK);
    expect_hr(IBackgroundCopyJobHttpOptions3_SetCustomHeaders(proxy, L"A: b\r\n"), S_OK);
    expect_notes("SetCustomHeaders NULL; SetCustomHeaders A: b\r\n");
    expect_hr(IBackgroundCopyJobHttpOptions3_GetCustomHeaders(proxy, &text), S_FALSE);
    expect_string(text, NULL);
    expect_hr(IBackgroundCopyJobHttpOptions3_MakeCustomHeadersWriteOnly(proxy), S_OK);
    expect_hr(IBackgroundCopyJobHttpOptions3_SetSecurityFlags(proxy, 0xfedcba98), S_OK);
    expect_notes("MakeCustomHeadersWriteOnly; SetSecurityFlags 0xfedcba98");
    expect_hr(IBackgroundCopyJobHttpOptions3_GetSecurityFlags(proxy, &flags), S_OK);
    ok(flags == BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP, "Got flags %#lx.\n", flags);
    expect_hr(IBackgroundCopyJobHttpOptions3_SetHttpMethod(proxy, L"PUT"), S_OK);
    expect_notes("SetHttpMethod PUT");
    expect_hr(IBackgroundCopyJobHttpOptions3_GetHttpMethod(proxy, &text), S_OK);
    expect_string(text, L"GET");
}

static void test_check_of_certificates(void)
{
    IUnknown *mine = (IUnknown *)&check;

    verdict = S_OK;
    expect_hr(IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(proxy, mine),
              S_OK);
    expect_notes("Validate job file 20 right 65537 3 right");
    ok(job_seen != (IBackgroundCopyJob *)&job, "The job itself, no proxy.\n");
    verdict = E_ACCESSDENIED;
    expect_hr(IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(proxy, mine),
              E_ACCESSDENIED);
    expect_notes("Validate job file 20 right 65537 3 right");
    expect_hr(IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(proxy, NULL),
              S_OK);
    expect_notes("");
}

/* Each version has a proxy of its own, of its own length. */
static void test_versions(void)
{
    IBackgroundCopyJobHttpOptions2 *http2 = NULL;
    IBackgroundCopyJobHttpOptions *http1 = NULL;
    WCHAR *text = NULL;
    ULONG flags = 0;

    IBackgroundCopyJobHttpOptions3_QueryInterface(proxy, &IID_IBackgroundCopyJobHttpOptions,
                                                  (void **)&http1);
    IBackgroundCopyJobHttpOptions3_QueryInterface(proxy, &IID_IBackgroundCopyJobHttpOptions2,
                                                  (void **)&http2);
    ok(http1 && http2, "Not all versions.\n");
    if (!http1 || !http2) return;
    expect_hr(IBackgroundCopyJobHttpOptions_GetSecurityFlags(http1, &flags), S_OK);
    ok(flags == BG_HTTP_REDIRECT_POLICY_ALLOW_HTTPS_TO_HTTP, "Got flags %#lx.\n", flags);
    expect_hr(IBackgroundCopyJobHttpOptions2_GetHttpMethod(http2, &text), S_OK);
    expect_string(text, L"GET");
    IBackgroundCopyJobHttpOptions_Release(http1);
    IBackgroundCopyJobHttpOptions2_Release(http2);
}

static void test_token(void)
{
    IBitsTokenOptions *options = proxy_of(&IID_IBitsTokenOptions, &token);
    WCHAR *sid = (WCHAR *)L"";
    DWORD flags = 0;

    if (!options) return;
    expect_hr(IBitsTokenOptions_SetHelperTokenFlags(options, 3), S_OK);
    expect_hr(IBitsTokenOptions_SetHelperToken(options), CO_E_FAILEDTOIMPERSONATE);
    expect_hr(IBitsTokenOptions_ClearHelperToken(options), S_OK);
    expect_notes("SetHelperTokenFlags 0x3; SetHelperToken; ClearHelperToken");
    expect_hr(IBitsTokenOptions_GetHelperTokenFlags(options, &flags), S_OK);
    ok(flags == 3, "Got flags %#lx.\n", flags);
    expect_hr(IBitsTokenOptions_GetHelperTokenSid(options, &sid), S_OK);
    ok(!sid, "Got %p.\n", sid);
    IBitsTokenOptions_Release(options);
}

START_TEST(proxy_http)
{
    if (!proxy_start()) return;
    if ((proxy = proxy_of(&IID_IBackgroundCopyJobHttpOptions3, &http)))
    {
        RUN_TEST(test_certificate);
        RUN_TEST(test_settings);
        RUN_TEST(test_check_of_certificates);
        RUN_TEST(test_versions);
        RUN_TEST(test_token);
        IBackgroundCopyJobHttpOptions3_Release(proxy);
    }
    proxy_stop();
    check_released(&http);
    check_released(&check);
    check_released(&job);
    check_released(&file);
    check_released(&token);
}
