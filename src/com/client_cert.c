/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Certificates are looked for when they are set; the TLS library finds them again by their hash. */
#include "com/client_cert.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <wincrypt.h>

#include "base/err.h"
#include "base/str.h"
#include "bitsmsg.h"

/* BG_CERT_STORE_LOCATION, in its order. */
static const DWORD locations[] = {
    CERT_SYSTEM_STORE_CURRENT_USER,
    CERT_SYSTEM_STORE_LOCAL_MACHINE,
    CERT_SYSTEM_STORE_CURRENT_SERVICE,
    CERT_SYSTEM_STORE_SERVICES,
    CERT_SYSTEM_STORE_USERS,
    CERT_SYSTEM_STORE_CURRENT_USER_GROUP_POLICY,
    CERT_SYSTEM_STORE_LOCAL_MACHINE_GROUP_POLICY,
    CERT_SYSTEM_STORE_LOCAL_MACHINE_ENTERPRISE,
};

struct store_search
{
    const WCHAR *name;
    bool is_found;
};

static BOOL WINAPI compare_store(const void *name, DWORD flags, PCERT_SYSTEM_STORE_INFO info,
                                 void *reserved, void *ctx)
{
    struct store_search *search = ctx;

    (void)flags;
    (void)info;
    (void)reserved;
    if (str_is_equal_nocase(name, search->name)) search->is_found = true;
    return TRUE;
}

/* To open a store makes it: is there one of this name? */
static bool is_store(DWORD location, const WCHAR *name)
{
    static const WCHAR *const standard[] = {L"MY", L"CA", L"Root", L"SPC"};
    struct store_search search = {name, false};

    for (size_t i = 0; i < ARRAY_COUNT(standard); i++)
        if (str_is_equal_nocase(name, standard[i])) return true;
    CertEnumSystemStore(location, NULL, &search, compare_store);
    return search.is_found;
}

static HRESULT open_store(uint32_t location, const WCHAR *name, HCERTSTORE *store)
{
    if (location >= ARRAY_COUNT(locations)) return E_NOTIMPL;
    if (str_len_max(name, CLIENT_CERT_NAME_SIZE) >= CLIENT_CERT_NAME_SIZE)
        return BG_E_STRING_TOO_LONG;
    if (!*name || !is_store(locations[location], name))
        return HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    *store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, locations[location], name);
    return *store ? S_OK : err_from_last_error();
}

/* The values of the names in the subject, in reverse order, with commas between them. */
static bool get_subject(const CERT_CONTEXT *cert, WCHAR *text, DWORD size)
{
    return CertNameToStrW(X509_ASN_ENCODING, &cert->pCertInfo->Subject,
                          CERT_SIMPLE_NAME_STR | CERT_NAME_STR_REVERSE_FLAG |
                              CERT_NAME_STR_NO_QUOTING_FLAG,
                          text, size) > 1;
}

static bool contains(const WCHAR *text, const WCHAR *part)
{
    size_t len = str_len(part), size = str_len(text);

    for (size_t at = 0; at + len <= size; at++)
        if (CompareStringOrdinal(text + at, (int)len, part, (int)len, TRUE) == CSTR_EQUAL)
            return true;
    return false;
}

/* Without the extension it is good for anything. */
static bool is_for_clients(const CERT_CONTEXT *cert)
{
    union
    {
        CERT_ENHKEY_USAGE usage;
        BYTE bytes[2048];
    } buffer;
    DWORD size = sizeof(buffer);

    if (!CertGetEnhancedKeyUsage(cert, 0, &buffer.usage, &size)) return false;
    if (!buffer.usage.cUsageIdentifier) return GetLastError() == (DWORD)CRYPT_E_NOT_FOUND;
    for (DWORD i = 0; i < buffer.usage.cUsageIdentifier; i++)
        if (!strcmp(buffer.usage.rgpszUsageIdentifier[i], szOID_PKIX_KP_CLIENT_AUTH)) return true;
    return false;
}

static const CERT_CONTEXT *find_subject(HCERTSTORE store, const WCHAR *subject)
{
    const CERT_CONTEXT *cert = NULL;
    WCHAR text[1024];

    while ((cert = CertEnumCertificatesInStore(store, cert)))
        if (get_subject(cert, text, ARRAY_COUNT(text)) && contains(text, subject) &&
            is_for_clients(cert))
            break;
    return cert;
}

void client_cert_done(struct http_client_cert *cert)
{
    free(cert->store);
    free(cert->subject);
    memset(cert, 0, sizeof(*cert));
}

static HRESULT describe(const CERT_CONTEXT *found, uint32_t location, const WCHAR *store,
                        struct http_client_cert *cert)
{
    DWORD size = sizeof(cert->hash);
    WCHAR subject[1024];

    if (!get_subject(found, subject, ARRAY_COUNT(subject))) subject[0] = 0;
    /* What can be kept of it. */
    subject[CLIENT_CERT_NAME_SIZE - 1] = 0;
    cert->is_set = true;
    cert->location = location;
    if (!CertGetCertificateContextProperty(found, CERT_SHA1_HASH_PROP_ID, cert->hash, &size))
        return err_from_last_error();
    cert->store = str_dup(store);
    cert->subject = str_dup(subject);
    return cert->store && cert->subject ? S_OK : E_OUTOFMEMORY;
}

/* By the hash, else by the subject. */
static HRESULT find(uint32_t location, const WCHAR *name, const uint8_t *hash, const WCHAR *subject,
                    struct http_client_cert *cert)
{
    CRYPT_HASH_BLOB blob = {HTTP_CERT_HASH_SIZE, (BYTE *)hash};
    const CERT_CONTEXT *found;
    HCERTSTORE store;
    HRESULT hr;

    memset(cert, 0, sizeof(*cert));
    if (FAILED(hr = open_store(location, name, &store))) return hr;
    found = hash ? CertFindCertificateInStore(store, X509_ASN_ENCODING, 0, CERT_FIND_SHA1_HASH,
                                              &blob, NULL)
                 : find_subject(store, subject);
    hr = found ? describe(found, location, name, cert) : CRYPT_E_NOT_FOUND;
    if (found) CertFreeCertificateContext(found);
    CertCloseStore(store, 0);
    if (FAILED(hr)) client_cert_done(cert);
    return hr;
}

HRESULT client_cert_find_hash(uint32_t location, const WCHAR *store, const uint8_t *hash,
                              struct http_client_cert *cert)
{
    return find(location, store, hash, NULL, cert);
}

HRESULT client_cert_find_name(uint32_t location, const WCHAR *store, const WCHAR *subject,
                              struct http_client_cert *cert)
{
    if (str_len_max(subject, CLIENT_CERT_NAME_SIZE) >= CLIENT_CERT_NAME_SIZE)
        return BG_E_STRING_TOO_LONG;
    if (!*subject) return E_INVALIDARG;
    return find(location, store, NULL, subject, cert);
}
