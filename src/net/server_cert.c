/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The system's own check, called by us: Schannel does it inside of the handshake on Windows, but
 * under Wine it takes any certificate. */
#include "net/server_cert.h"

#include <stdlib.h>
#include <string.h>

#define CERT_CHAIN_PARA_HAS_EXTRA_FIELDS
#define SECURITY_WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#include <wincrypt.h>
#include <sspi.h>
#include <schannel.h>

#include "base/clock.h"
#include "base/err_codes.h"
#include "base/log.h"

#define HOST_SIZE 256
#define CACHE_MS  60000

#define REVOCATION_MS 10000 /* for one list of certificates that were taken back */

#ifndef SECURITY_FLAG_IGNORE_CERT_CN_INVALID /* of wininet.h, which is at odds with others */
#define SECURITY_FLAG_IGNORE_UNKNOWN_CA        0x00000100
#define SECURITY_FLAG_IGNORE_WRONG_USAGE       0x00000200
#define SECURITY_FLAG_IGNORE_CERT_CN_INVALID   0x00001000
#define SECURITY_FLAG_IGNORE_CERT_DATE_INVALID 0x00002000
#endif

/* clang-format off */
static const struct
{
    DWORD from;
    HRESULT to;
} codes[] = {
    { CERT_E_EXPIRED,              ERR_HTTP_CERT_DATE_INVALID },
    { CERT_E_VALIDITYPERIODNESTING, ERR_HTTP_CERT_DATE_INVALID },
    { CERT_E_CN_NO_MATCH,          ERR_HTTP_CERT_CN_INVALID },
    { CERT_E_INVALID_NAME,         ERR_HTTP_CERT_CN_INVALID },
    { CERT_E_UNTRUSTEDROOT,        ERR_HTTP_CERT_INVALID_CA },
    { CERT_E_UNTRUSTEDCA,          ERR_HTTP_CERT_INVALID_CA },
    { CERT_E_UNTRUSTEDTESTROOT,    ERR_HTTP_CERT_INVALID_CA },
    { CERT_E_CHAINING,             ERR_HTTP_CERT_INVALID_CA },
    { CERT_E_WRONG_USAGE,          ERR_HTTP_CERT_WRONG_USAGE },
    { CERT_E_PURPOSE,              ERR_HTTP_CERT_WRONG_USAGE },
    { CERT_E_ROLE,                 ERR_HTTP_CERT_INVALID },
    { CERT_E_REVOKED,              ERR_HTTP_CERT_REVOKED },
    { (DWORD)CRYPT_E_REVOKED,      ERR_HTTP_CERT_REVOKED },
    { (DWORD)TRUST_E_CERT_SIGNATURE, ERR_HTTP_CERT_INVALID },
    { (DWORD)TRUST_E_BASIC_CONSTRAINTS, ERR_HTTP_CERT_INVALID },
};
/* clang-format on */

static HRESULT code_of(DWORD error)
{
    if (!error) return S_OK;
    for (size_t i = 0; i < ARRAY_COUNT(codes); i++)
        if (codes[i].from == error) return codes[i].to;
    return ERR_HTTP_SECURE_FAILURE;
}

static const struct
{
    DWORD status;
    uint32_t excused_by;
    HRESULT code;
} faults[] = {
    /* What was taken back is not excused by anything. */
    {CERT_TRUST_IS_REVOKED, 0, ERR_HTTP_CERT_REVOKED},
    {CERT_TRUST_REVOCATION_STATUS_UNKNOWN | CERT_TRUST_IS_OFFLINE_REVOCATION, 0,
     ERR_HTTP_CERT_REV_FAILED},
    {CERT_TRUST_IS_UNTRUSTED_ROOT | CERT_TRUST_IS_PARTIAL_CHAIN, SERVER_CERT_ANY_AUTHORITY,
     ERR_HTTP_CERT_INVALID_CA},
    {CERT_TRUST_IS_CYCLIC, 0, ERR_HTTP_CERT_INVALID_CA},
    {CERT_TRUST_IS_NOT_TIME_VALID | CERT_TRUST_IS_NOT_TIME_NESTED, SERVER_CERT_ANY_DATE,
     ERR_HTTP_CERT_DATE_INVALID},
    {CERT_TRUST_IS_NOT_VALID_FOR_USAGE, SERVER_CERT_ANY_USAGE, ERR_HTTP_CERT_WRONG_USAGE},
};

/* The policy of Wine looks at some of these only: it takes a chain that ends nowhere. */
static HRESULT code_of_chain(DWORD status, uint32_t flags)
{
    for (size_t i = 0; i < ARRAY_COUNT(faults); i++)
    {
        if ((status & faults[i].status) && !(faults[i].excused_by & flags)) return faults[i].code;
        status &= ~faults[i].status;
    }
    return status ? ERR_HTTP_CERT_INVALID : S_OK;
}

/* ---- names ---- */

/* The bytes of an address; their number, or 0 for a name. */
static DWORD parse_address(const char *host, BYTE bytes[16])
{
    char text[HOST_SIZE];
    size_t len = strlen(host);

    if (len && host[0] == '[' && host[len - 1] == ']')
    {
        host++;
        len -= 2;
    }
    if (len >= sizeof(text)) return 0;
    memcpy(text, host, len);
    text[len] = 0;
    if (inet_pton(AF_INET, text, bytes) == 1) return 4;
    return inet_pton(AF_INET6, text, bytes) == 1 ? 16 : 0;
}

static bool is_address_in(const CERT_ALT_NAME_INFO *names, const BYTE *bytes, DWORD size)
{
    for (DWORD i = 0; i < names->cAltEntry; i++)
    {
        const CERT_ALT_NAME_ENTRY *name = &names->rgAltEntry[i];

        if (name->dwAltNameChoice == CERT_ALT_NAME_IP_ADDRESS && name->IPAddress.cbData == size &&
            !memcmp(name->IPAddress.pbData, bytes, size))
            return true;
    }
    return false;
}

/* The system compares names only, at least under Wine. */
static bool is_address_of(const CERT_CONTEXT *cert, const BYTE *bytes, DWORD size)
{
    const CERT_EXTENSION *extension = CertFindExtension(
        szOID_SUBJECT_ALT_NAME2, cert->pCertInfo->cExtension, cert->pCertInfo->rgExtension);
    CERT_ALT_NAME_INFO *names;
    DWORD names_size;
    bool is_match;

    if (!extension || !CryptDecodeObjectEx(X509_ASN_ENCODING, X509_ALTERNATE_NAME,
                                           extension->Value.pbData, extension->Value.cbData,
                                           CRYPT_DECODE_ALLOC_FLAG, NULL, &names, &names_size))
        return false;
    is_match = is_address_in(names, bytes, size);
    LocalFree(names);
    return is_match;
}

/* ---- the check ---- */

/* The same excuses for the policy, in its own terms. */
static DWORD excuses_of(uint32_t flags)
{
    DWORD excuses = 0;

    if (flags & SERVER_CERT_ANY_NAME) excuses |= SECURITY_FLAG_IGNORE_CERT_CN_INVALID;
    if (flags & SERVER_CERT_ANY_DATE) excuses |= SECURITY_FLAG_IGNORE_CERT_DATE_INVALID;
    if (flags & SERVER_CERT_ANY_AUTHORITY) excuses |= SECURITY_FLAG_IGNORE_UNKNOWN_CA;
    if (flags & SERVER_CERT_ANY_USAGE) excuses |= SECURITY_FLAG_IGNORE_WRONG_USAGE;
    return excuses;
}

static HRESULT check_chain(const CERT_CHAIN_CONTEXT *chain, const CERT_CONTEXT *cert,
                           const char *host, uint32_t flags)
{
    SSL_EXTRA_CERT_CHAIN_POLICY_PARA ssl = {
        .cbSize = sizeof(ssl), .dwAuthType = AUTHTYPE_SERVER, .fdwChecks = excuses_of(flags)};
    CERT_CHAIN_POLICY_PARA policy = {.cbSize = sizeof(policy), .pvExtraPolicyPara = &ssl};
    CERT_CHAIN_POLICY_STATUS status = {.cbSize = sizeof(status)};
    WCHAR name[HOST_SIZE];
    BYTE bytes[16];
    DWORD size = parse_address(host, bytes);
    HRESULT hr;

    if (!MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, host, -1, name, ARRAY_COUNT(name)))
        return ERR_HTTP_CERT_CN_INVALID;
    if (FAILED(hr = code_of_chain(chain->TrustStatus.dwErrorStatus, flags))) return hr;
    if (!(flags & SERVER_CERT_ANY_NAME) && (!size || !is_address_of(cert, bytes, size)))
        ssl.pwszServerName = name;
    if (!CertVerifyCertificateChainPolicy(CERT_CHAIN_POLICY_SSL, chain, &policy, &status))
        return ERR_HTTP_SECURE_FAILURE;
    return code_of(status.dwError);
}

/* Wine asks for the lists of all authorities in the chain, those without one included. */
static DWORD chain_flags(uint32_t flags)
{
    return flags & SERVER_CERT_REVOCATION ? CERT_CHAIN_REVOCATION_CHECK_CHAIN_EXCLUDE_ROOT : 0;
}

HRESULT server_cert_check(const void *certificate, const char *host, uint32_t flags)
{
    static const char usage[] = szOID_PKIX_KP_SERVER_AUTH;
    const CERT_CONTEXT *cert = certificate;
    LPSTR usages[] = {(LPSTR)usage};
    CERT_CHAIN_PARA para = {.cbSize = sizeof(para),
                            .RequestedUsage = {USAGE_MATCH_TYPE_AND, {1, usages}},
                            .dwUrlRetrievalTimeout = REVOCATION_MS};
    const CERT_CHAIN_CONTEXT *chain;
    HRESULT hr;

    /* An empty name would mean: none to compare with. */
    if (!host[0]) return ERR_HTTP_CERT_CN_INVALID;
    if (!CertGetCertificateChain(NULL, cert, NULL, cert->hCertStore, &para, chain_flags(flags),
                                 NULL, &chain))
        return ERR_HTTP_SECURE_FAILURE;
    hr = check_chain(chain, cert, host, flags);
    CertFreeCertificateChain(chain);
    return hr;
}

/* ---- what was found good ---- */

void server_cert_cache_done(struct server_cert_cache *cache)
{
    for (size_t i = 0; i < ARRAY_COUNT(cache->entries); i++)
        free(cache->entries[i].encoded);
    memset(cache, 0, sizeof(*cache));
}

bool server_cert_is_known(const struct server_cert_cache *cache, const void *certificate,
                          const char *host, uint32_t flags)
{
    const CERT_CONTEXT *cert = certificate;
    tick_t now = clock_ticks(&clock_system);

    for (size_t i = 0; i < ARRAY_COUNT(cache->entries); i++)
        if (now < cache->entries[i].until && cache->entries[i].size == cert->cbCertEncoded &&
            cache->entries[i].flags == flags && !strcmp(cache->entries[i].host, host) &&
            !memcmp(cache->entries[i].encoded, cert->pbCertEncoded, cert->cbCertEncoded))
            return true;
    return false;
}

void server_cert_remember(struct server_cert_cache *cache, const void *certificate,
                          const char *host, uint32_t flags)
{
    const CERT_CONTEXT *cert = certificate;
    unsigned int i = cache->next;
    size_t len = strlen(host);
    unsigned char *encoded;

    if (len >= sizeof(cache->entries[i].host) || !(encoded = malloc(cert->cbCertEncoded))) return;
    memcpy(encoded, cert->pbCertEncoded, cert->cbCertEncoded);
    free(cache->entries[i].encoded);
    cache->entries[i].encoded = encoded;
    cache->entries[i].flags = flags;
    cache->entries[i].size = cert->cbCertEncoded;
    memcpy(cache->entries[i].host, host, len + 1);
    cache->entries[i].until = clock_ticks(&clock_system) + CACHE_MS;
    cache->next = (i + 1) % ARRAY_COUNT(cache->entries);
}

/* ---- connections ---- */

static HRESULT check_with_cache(struct server_cert_cache *cache, const CERT_CONTEXT *cert,
                                const char *host, uint32_t flags)
{
    HRESULT hr;

    if (server_cert_is_known(cache, cert, host, flags)) return S_OK;
    if (SUCCEEDED(hr = server_cert_check(cert, host, flags)))
        server_cert_remember(cache, cert, host, flags);
    else
        LOG_INFO(LOG_HTTP, "the certificate of %s is refused: %#lx", host, (unsigned long)hr);
    return hr;
}

const void *server_cert_of_connection(void *context)
{
    const CERT_CONTEXT *cert = NULL;

    if (!context || QueryContextAttributesW(context, SECPKG_ATTR_REMOTE_CERT_CONTEXT, &cert))
        return NULL;
    return cert;
}

void server_cert_free(const void *certificate)
{
    if (certificate) CertFreeCertificateContext(certificate);
}

HRESULT server_cert_check_connection(struct server_cert_cache *cache, void *context,
                                     const char *host, uint32_t flags)
{
    const CERT_CONTEXT *cert = server_cert_of_connection(context);
    HRESULT hr = ERR_HTTP_SECURE_FAILURE;

    if (cert) hr = check_with_cache(cache, cert, host, flags);
    server_cert_free(cert);
    return hr;
}
