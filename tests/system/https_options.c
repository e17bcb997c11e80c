/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client can say of servers with bad certificates and of servers that want to see his own;
 * and his own look at certificates. https.sh has started them. */
#include "harness/test.h"

#include <wincrypt.h>

#include "base/err_codes.h"
#include "bitsmsg.h"
#include "harness/com_fixture.h"
#include "harness/origin.h"
#include "https_fixture.h"
#include "https_look.h"

#define CONTAINER L"OpenBITS test client"
#define SUBJECT   L"CN=OpenBITS client, O=OpenBITS tests"

static IBackgroundCopyJobHttpOptions3 *options_of(IBackgroundCopyJob *job)
{
    IBackgroundCopyJobHttpOptions3 *options = NULL;

    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions3, (void **)&options);
    IBackgroundCopyJobHttpOptions3_Release(options); /* the job keeps it */
    return options;
}

static void resume(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static HRESULT run(const char *certificate, ULONG flags)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job(certificate, "localhost", path);
    HRESULT hr = IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options_of(job), flags);
    BG_JOB_STATE state;

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    state = wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    hr = state == BG_JOB_STATE_TRANSFERRED ? S_OK : job_error(job, NULL);
    end_job(job);
    return hr;
}

/* ---- leniency ---- */

static const struct
{
    const char *certificate;
    ULONG flag;
    HRESULT hr;
} faults[] = {
    {"expired", BG_SSL_IGNORE_CERT_DATE_INVALID, ERR_HTTP_CERT_DATE_INVALID},
    {"not_yet", BG_SSL_IGNORE_CERT_DATE_INVALID, ERR_HTTP_CERT_DATE_INVALID},
    {"unknown_issuer", BG_SSL_IGNORE_UNKNOWN_CA, ERR_HTTP_CERT_INVALID_CA},
    {"self_signed", BG_SSL_IGNORE_UNKNOWN_CA, ERR_HTTP_CERT_INVALID_CA},
    {"for_clients", BG_SSL_IGNORE_CERT_WRONG_USAGE, ERR_HTTP_CERT_WRONG_USAGE},
    {"other_name", BG_SSL_IGNORE_CERT_CN_INVALID, ERR_HTTP_CERT_CN_INVALID},
};

#define LENIENT 0x1eu

/* Each bit excuses its own fault and no other, and a connection that was excused is not used by a
 * job that excuses nothing. */
static void test_leniency(void)
{
    withstands("D11");
    for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
    {
        HRESULT hr;

        winetest_push_context("%s", faults[i].certificate);
        hr = run(faults[i].certificate, faults[i].flag);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = run(faults[i].certificate, 0);
        ok(hr == faults[i].hr, "Got hr %#lx.\n", hr);
        hr = run(faults[i].certificate, LENIENT & ~faults[i].flag);
        ok(hr == faults[i].hr, "Got hr %#lx.\n", hr);
        winetest_pop_context();
    }
}

/* The authority of these servers says nowhere what it has taken back. */
static void test_revocation(void)
{
    HRESULT hr;

    withstands("D11");
    hr = run("good", BG_SSL_ENABLE_CRL_CHECK);
    ok(hr == ERR_HTTP_CERT_REV_FAILED, "Got hr %#lx.\n", hr);
    hr = run("good", 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    shows("HO-SEC-10");
    hr = run("kept", BG_SSL_ENABLE_CRL_CHECK);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = run("revoked", BG_SSL_ENABLE_CRL_CHECK);
    ok(hr == ERR_HTTP_CERT_REVOKED, "Got hr %#lx.\n", hr);
    hr = run("revoked", 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

#define RUNS 10

/* A list that comes at a byte a second holds up nobody else, and its own job not for long. */
static void test_slow_list(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("slow_list", "localhost", path);
    HRESULT hr =
        IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options_of(job), BG_SSL_ENABLE_CRL_CHECK);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_CONNECTING), HTTPS_WAIT_MS);
    for (unsigned int i = 0; i < RUNS; i++)
    {
        hr = run("good", 0);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(job_state(job) == BG_JOB_STATE_CONNECTING, "Run %u: got state %d.\n", i, job_state(job));
    }
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    hr = job_error(job, NULL);
    ok(hr == ERR_HTTP_CERT_REV_FAILED, "Got hr %#lx.\n", hr);
    end_job(job);
}

/* ---- the client's certificate ---- */

static bool make_key(void)
{
    HCRYPTPROV provider;
    HCRYPTKEY key;
    bool is_made = false;

    CryptAcquireContextW(&provider, CONTAINER, NULL, PROV_RSA_AES, CRYPT_DELETEKEYSET);
    if (!CryptAcquireContextW(&provider, CONTAINER, NULL, PROV_RSA_AES, CRYPT_NEWKEYSET))
        return false;
    if (CryptGenKey(provider, AT_KEYEXCHANGE, (2048u << 16) | CRYPT_EXPORTABLE, &key))
    {
        is_made = true;
        CryptDestroyKey(key);
    }
    /* The TLS of Wine reads it from where this leaves it. */
    CryptReleaseContext(provider, 0);
    return is_made;
}

/* Nothing of it stays open, or nobody else finds it. */
static bool make_certificate(HCERTSTORE store, BYTE hash[20])
{
    CRYPT_KEY_PROV_INFO key = {CONTAINER, NULL, PROV_RSA_AES, 0, 0, NULL, AT_KEYEXCHANGE};
    CRYPT_ALGORITHM_IDENTIFIER algorithm = {.pszObjId = (char *)szOID_RSA_SHA256RSA};
    const CERT_CONTEXT *made;
    CERT_NAME_BLOB subject;
    DWORD size = 20;
    BYTE name[256];
    bool is_kept;

    subject.pbData = name;
    subject.cbData = sizeof(name);
    if (!CertStrToNameW(X509_ASN_ENCODING, SUBJECT, CERT_X500_NAME_STR, NULL, name, &subject.cbData,
                        NULL))
        return false;
    if (!(made = CertCreateSelfSignCertificate(0, &subject, 0, &key, &algorithm, NULL, NULL, NULL)))
        return false;
    CertSetCertificateContextProperty(made, CERT_KEY_PROV_INFO_PROP_ID, 0, &key);
    is_kept = CertGetCertificateContextProperty(made, CERT_SHA1_HASH_PROP_ID, hash, &size) &&
              CertAddCertificateContextToStore(store, made, CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    CertFreeCertificateContext(made);
    return is_kept;
}

static void check_certificate(IBackgroundCopyJob *job, const BYTE hash[20])
{
    BG_CERT_STORE_LOCATION location = 77;
    WCHAR *store = NULL, *subject = NULL;
    BYTE *got = NULL;
    HRESULT hr = IBackgroundCopyJobHttpOptions3_GetClientCertificate(options_of(job), &location,
                                                                     &store, &got, &subject);

    ok(hr == S_OK && !location, "Got hr %#lx, location %u.\n", hr, location);
    if (FAILED(hr)) return;
    ok(!memcmp(got, hash, 20), "Got another hash.\n");
    ok(!wcscmp(store, L"MY") && wcsstr(subject, L"OpenBITS client"), "Got %s, %s.\n",
       wine_dbgstr_w(store), wine_dbgstr_w(subject));
    CoTaskMemFree(store);
    CoTaskMemFree(subject);
    CoTaskMemFree(got);
}

static void check_outcome(IBackgroundCopyJob *job, HRESULT expected)
{
    BG_JOB_STATE state;
    HRESULT hr;

    resume(job);
    state = wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), HTTPS_WAIT_MS);
    hr = state == BG_JOB_STATE_TRANSFERRED ? S_OK : job_error(job, NULL);
    ok(hr == expected, "Got hr %#lx.\n", hr);
}

static void check_client(BYTE hash[20])
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("asks", "localhost", path);
    IBackgroundCopyJob *other = https_job("asks", "localhost", path);
    HRESULT hr;

    shows("HO-CERT-1");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options_of(job), 0, L"MY", hash);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_certificate(job, hash);
    check_outcome(job, S_OK);
    /* Not on its connection, which stands still. */
    check_outcome(other, (HRESULT)0x80190193);

    shows("HO-CERT-8");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByName(options_of(other), 0, L"MY",
                                                                   L"OpenBITS client");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_certificate(other, hash);
    check_outcome(other, S_OK);
    shows("HO-CERT-10");
    hr = IBackgroundCopyJobHttpOptions3_RemoveClientCertificate(options_of(other));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_job(job);

    shows("HO-CERT-7");
    hr = IBackgroundCopyJob_Complete(other);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options_of(other), 0, L"MY", hash);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    end_job(other);
    other = https_job("asks", "localhost", path);
    IBackgroundCopyJob_Cancel(other);
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options_of(other), 0, L"MY", hash);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    end_job(other);
}

static void test_client_certificate(void)
{
    HCERTSTORE store =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_CURRENT_USER, L"MY");
    bool is_made;
    BYTE hash[20];

    is_made = make_key() && make_certificate(store, hash);
    ok(is_made, "There is no certificate: error %#lx.\n", GetLastError());
    CertCloseStore(store, 0);
    if (is_made) check_client(hash);
}

/* ---- the client's own look ---- */

static void test_look_accepts(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);
    HRESULT hr;

    shows("HO3-1");
    hr = https_look_set(job, &look);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
    ok(look.calls == 1, "Called %ld times.\n", look.calls);
    ok(look.cert_size && look.store_count, "Got %lu bytes, %lu in the store.\n", look.cert_size,
       look.store_count);
    shows("HO3-3");
    hr = https_look_set(job, &look);
    ok(hr == BG_E_READ_ONLY_WHEN_JOB_ACTIVE, "Got hr %#lx.\n", hr);
    end_job(job);
}

static void test_look_refuses(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1, .answer = 0x8abcdef0};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);
    BG_ERROR_CONTEXT context = 77;
    HRESULT hr;

    withstands("D15");
    shows("HO3-5");
    https_look_set(job, &look);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), HTTPS_WAIT_MS);
    hr = job_error(job, &context);
    ok(hr == look.answer && context == BG_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK,
       "Got hr %#lx in context %u.\n", hr, context);
    look.answer = S_OK;
    resume(job);
    wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
    ok(look.calls == 2, "Called %ld times.\n", look.calls);
    end_job(job);
}

static bool is_called_twice(void *ctx)
{
    return ((struct https_look *)ctx)->calls >= 2;
}

static void test_look_lacks_interface(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);
    HRESULT hr;

    shows("HO3-2");
    hr = IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(options_of(job),
                                                                                (IUnknown *)job);
    ok(hr == E_NOINTERFACE, "Got hr %#lx.\n", hr);
    /* Nobody is asked, then. */
    check_outcome(job, S_OK);
    end_job(job);
}

/* More files on the same server. */
static void add_files(IBackgroundCopyJob *job)
{
    WCHAR path[MAX_PATH], url[128];

    for (unsigned int i = 0; i < 2; i++)
    {
        HRESULT hr;

        swprintf(url, ARRAY_SIZE(url), L"https://localhost:%u/file?%u", https_port("good"), i);
        hr = IBackgroundCopyJob_AddFile(job, url, temp_path(i ? L"look_b" : L"look_a", path));
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
    }
}

/* The server is known from its yes on, and not from its no; another job knows nothing of it. */
static void test_look_is_remembered(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;

    shows("HO3-7");
    for (unsigned int i = 0; i < 2; i++)
    {
        look.answer = 0x8abcdef0;
        look.calls = 0;
        job = https_job("good", "localhost", path);
        add_files(job);
        https_look_set(job, &look);
        resume(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), HTTPS_WAIT_MS);
        ok(look.calls == 1, "Called %ld times.\n", look.calls);
        resume(job);
        ok(com_wait_for(is_called_twice, &look, HTTPS_WAIT_MS), "It was not called again.\n");
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), HTTPS_WAIT_MS);
        look.answer = S_OK;
        resume(job);
        wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
        ok(look.calls == 3, "Called %ld times.\n", look.calls);
        end_job(job);
    }
}

/* The first file is there, the second one is nowhere; and then it is beside the first. */
static void see_server_twice(bool is_set_again, LONG calls)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    WCHAR path[MAX_PATH], dead[128], good[128];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);
    IBackgroundCopyJob3 *job3;
    HRESULT hr;

    swprintf(dead, ARRAY_SIZE(dead), L"https://localhost:%u/file", origin_dead_port());
    swprintf(good, ARRAY_SIZE(good), L"https://localhost:%u/file", https_port("good"));
    hr = IBackgroundCopyJob_AddFile(job, dead, temp_path(L"look_second", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    https_look_set(job, &look);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), HTTPS_WAIT_MS);
    ok(look.calls == 1, "Called %ld times.\n", look.calls);
    IBackgroundCopyJob_Suspend(job);
    hr = is_set_again ? https_look_set(job, &look) : S_OK;
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job3, dead, good);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job3);
    check_outcome(job, S_OK);
    ok(look.calls == calls, "Called %ld times.\n", look.calls);
    end_job(job);
}

/* Whoever is set, also the same one, has not seen any server yet. */
static void test_look_forgets(void)
{
    see_server_twice(false, 1);
    shows("HO3-8");
    see_server_twice(true, 2);
}

/* What a proxy answers whose object has gone with its process. */
static void test_look_is_gone(void)
{
    static const HRESULT answers[] = {RPC_E_DISCONNECTED, RPC_E_SERVER_DIED_DNE,
                                      HRESULT_FROM_WIN32(RPC_S_SERVER_UNAVAILABLE)};
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);

    shows("HO3-6");
    https_look_set(job, &look);
    for (unsigned int i = 0; i < ARRAY_SIZE(answers); i++)
    {
        look.answer = answers[i];
        check_outcome(job, BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED);
    }
    look.answer = S_OK;
    check_outcome(job, S_OK);
    ok(look.calls == (LONG)ARRAY_SIZE(answers) + 1, "Called %ld times.\n", look.calls);
    end_job(job);
}

/* Who is refused by the system is not shown to anybody. */
static void test_look_comes_after(void)
{
    struct https_look look = {.iface.lpVtbl = &https_look_vtbl, .refs = 1};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("expired", "localhost", path);
    HRESULT hr;

    shows("HO3-4");
    https_look_set(job, &look);
    check_outcome(job, ERR_HTTP_CERT_DATE_INVALID);
    ok(!look.calls, "Called %ld times.\n", look.calls);
    IBackgroundCopyJob_Suspend(job);
    hr = IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(options_of(job),
                                                                                (IUnknown *)job);
    ok(hr == E_NOINTERFACE || hr == BG_E_READ_ONLY_WHEN_JOB_ACTIVE, "Got hr %#lx.\n", hr);
    end_job(job);
}

static bool is_called(void *ctx)
{
    return ((struct https_look *)ctx)->calls;
}

/* A client that thinks it over holds up nobody else, nor a stop of its own job. */
static void test_look_hangs(void)
{
    struct https_look look = {
        .iface.lpVtbl = &https_look_vtbl, .refs = 1, .gate = CreateEventW(NULL, TRUE, FALSE, NULL)};
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job = https_job("good", "localhost", path);
    HRESULT hr;

    withstands("D15");
    https_look_set(job, &look);
    resume(job);
    ok(com_wait_for(is_called, &look, HTTPS_WAIT_MS), "It was not called.\n");
    hr = run("good", 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    SetEvent(look.gate);
    resume(job);
    wait_for_state(job, TRANSFERRED, HTTPS_WAIT_MS);
    end_job(job);
    CloseHandle(look.gate);
}

START_TEST(https_options)
{
    const CERT_CONTEXT *authority = https_begin();

    if (!authority) return;
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_leniency);
    RUN_TEST(test_revocation);
    RUN_TEST(test_slow_list);
    RUN_TEST(test_client_certificate);
    RUN_TEST(test_look_accepts);
    RUN_TEST(test_look_refuses);
    RUN_TEST(test_look_lacks_interface);
    RUN_TEST(test_look_is_remembered);
    RUN_TEST(test_look_forgets);
    RUN_TEST(test_look_is_gone);
    RUN_TEST(test_look_comes_after);
    RUN_TEST(test_look_hangs);
    com_stop();
    https_end(authority);
}
