/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The check of a server's certificate, with an authority that this test makes known to the machine
 * for as long as it runs. */
#include "harness/test.h"

#include <wincrypt.h>

#include "base/err_codes.h"
#include "net/server_cert.h"
#include "server_cert_data.h"

static const CERT_CONTEXT *decode(const char *base64)
{
    BYTE bytes[4096];
    DWORD size = sizeof(bytes);

    ok(CryptStringToBinaryA(base64, 0, CRYPT_STRING_BASE64, bytes, &size, NULL, NULL),
       "Got error %lu.\n", GetLastError());
    return CertCreateCertificateContext(X509_ASN_ENCODING, bytes, size);
}

/* The certificate as it comes from a connection: with those that the server sent along. */
static HRESULT check(const char *base64, const char *sent_along, const char *host)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    const CERT_CONTEXT *bare = decode(base64), *extra, *cert = NULL;
    HRESULT hr = E_FAIL;

    if (sent_along)
    {
        extra = decode(sent_along);
        CertAddCertificateContextToStore(store, extra, CERT_STORE_ADD_ALWAYS, NULL);
        CertFreeCertificateContext(extra);
    }
    ok(CertAddCertificateContextToStore(store, bare, CERT_STORE_ADD_ALWAYS, &cert),
       "Got error %lu.\n", GetLastError());
    if (cert) hr = server_cert_check(cert, host, 0);
    CertFreeCertificateContext(cert);
    CertFreeCertificateContext(bare);
    CertCloseStore(store, 0);
    return hr;
}

static void test_names(void)
{
    static const struct
    {
        const char *host;
        HRESULT hr;
    } tests[] = {
        {"server.example", S_OK},
        {"SERVER.Example", S_OK},
        {"one.wild.example", S_OK},
        {"localhost", S_OK},
        {"127.0.0.1", S_OK},
        {"[::1]", S_OK},
        {"::1", S_OK},
        {"[0:0:0:0:0:0:0:1]", S_OK},
        {"server.example.evil.example", ERR_HTTP_CERT_CN_INVALID},
        {"evil-server.example", ERR_HTTP_CERT_CN_INVALID},
        {"example", ERR_HTTP_CERT_CN_INVALID},
        {"wild.example", ERR_HTTP_CERT_CN_INVALID},
        {"two.one.wild.example", ERR_HTTP_CERT_CN_INVALID},
        {"127.0.0.2", ERR_HTTP_CERT_CN_INVALID},
        {"[::2]", ERR_HTTP_CERT_CN_INVALID},
        {"[::1", ERR_HTTP_CERT_CN_INVALID},
        {"*", ERR_HTTP_CERT_CN_INVALID},
        {"", ERR_HTTP_CERT_CN_INVALID},
    };

    withstands("D11");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        HRESULT hr = check(cert_good, NULL, tests[i].host);

        ok(hr == tests[i].hr, "%s: got %#lx.\n", tests[i].host, hr);
    }
}

static void test_faults(void)
{
    static const struct
    {
        const char *name;
        const char *base64;
        const char *sent_along;
        HRESULT hr;
    } tests[] = {
        {"good", cert_good, NULL, S_OK},
        {"behind another", cert_behind_middle, cert_middle, S_OK},
        {"behind one that was not sent", cert_behind_middle, NULL, ERR_HTTP_CERT_INVALID_CA},
        {"expired", cert_expired, NULL, ERR_HTTP_CERT_DATE_INVALID},
        {"not yet valid", cert_not_yet, NULL, ERR_HTTP_CERT_DATE_INVALID},
        {"unknown issuer", cert_unknown_issuer, NULL, ERR_HTTP_CERT_INVALID_CA},
        {"unknown issuer sent along", cert_unknown_issuer, cert_stranger, ERR_HTTP_CERT_INVALID_CA},
        {"self-signed", cert_self_signed, NULL, ERR_HTTP_CERT_INVALID_CA},
        {"for clients", cert_for_clients, NULL, ERR_HTTP_CERT_WRONG_USAGE},
        {"other name", cert_other_name, NULL, ERR_HTTP_CERT_CN_INVALID},
        {"NUL in its name", cert_nul_name, NULL, ERR_HTTP_CERT_CN_INVALID},
    };

    withstands("D11");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        HRESULT hr = check(tests[i].base64, tests[i].sent_along, "server.example");

        ok(hr == tests[i].hr, "%s: got %#lx.\n", tests[i].name, hr);
    }
}

/* Which of the faults of such a certificate is told does not matter. */
static void test_no_authority(void)
{
    HRESULT hr = check(cert_issued_by_good, cert_good, "server.example");

    ok(FAILED(hr), "A certificate that is no authority issued one.\n");
}

static void test_no_connection(void)
{
    struct server_cert_cache cache = {0};
    HRESULT hr = server_cert_check_connection(&cache, NULL, "server.example", 0);

    ok(hr == ERR_HTTP_SECURE_FAILURE, "Got %#lx.\n", hr);
}

/* The store of the machine: that of the user would ask the user. Closed at once, or the change does
 * not get to whoever looks for authorities. */
static bool set_authority(bool is_known)
{
    HCERTSTORE roots =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"Root");
    const CERT_CONTEXT *authority = decode(cert_authority), *found;
    bool is_done = false;

    if (roots && is_known)
        is_done = CertAddCertificateContextToStore(roots, authority,
                                                   CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    else if (roots && (found = CertFindCertificateInStore(roots, X509_ASN_ENCODING, 0,
                                                          CERT_FIND_EXISTING, authority, NULL)))
        is_done = CertDeleteCertificateFromStore(found);
    CertFreeCertificateContext(authority);
    if (roots) CertCloseStore(roots, 0);
    return is_done;
}

START_TEST(server_cert)
{
    if (!set_authority(true))
    {
        win_skip("No right to add an authority: %lu.\n", GetLastError());
        return;
    }
    RUN_TEST(test_names);
    RUN_TEST(test_faults);
    RUN_TEST(test_no_authority);
    RUN_TEST(test_no_connection);
    ok(set_authority(false), "The authority stays: %lu.\n", GetLastError());
}
