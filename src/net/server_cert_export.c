/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Certificates on their way to a client who looks at them himself. */
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <wincrypt.h>

#include "base/err.h"
#include "net/server_cert.h"

#define CHAIN_SIZE_MAX (1u << 20)

bool server_cert_hash(const void *certificate, uint8_t hash[32])
{
    const CERT_CONTEXT *cert = certificate;
    DWORD size = 32;

    return CryptHashCertificate(0, CALG_SHA_256, 0, cert->pbCertEncoded, cert->cbCertEncoded, hash,
                                &size) &&
           size == 32;
}

static HRESULT save(HCERTSTORE store, uint8_t **bytes, uint32_t *size)
{
    CERT_BLOB blob = {0, NULL};

    if (!CertSaveStore(store, X509_ASN_ENCODING, CERT_STORE_SAVE_AS_STORE,
                       CERT_STORE_SAVE_TO_MEMORY, &blob, 0))
        return err_from_last_error();
    if (blob.cbData > CHAIN_SIZE_MAX) return E_INVALIDARG;
    if (!(blob.pbData = *bytes = malloc(blob.cbData))) return E_OUTOFMEMORY;
    if (!CertSaveStore(store, X509_ASN_ENCODING, CERT_STORE_SAVE_AS_STORE,
                       CERT_STORE_SAVE_TO_MEMORY, &blob, 0))
        return err_from_last_error();
    *size = blob.cbData;
    return S_OK;
}

/* Only certificates: what else the connection's store has is no business of the client. */
static HRESULT save_chain(const CERT_CONTEXT *cert, uint8_t **chain, uint32_t *size)
{
    HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    const CERT_CONTEXT *issuer = NULL;
    bool is_whole;
    HRESULT hr;

    if (!store) return err_from_last_error();
    is_whole = CertAddCertificateContextToStore(store, cert, CERT_STORE_ADD_ALWAYS, NULL);
    while (is_whole && cert->hCertStore &&
           (issuer = CertEnumCertificatesInStore(cert->hCertStore, issuer)))
        is_whole =
            CertAddCertificateContextToStore(store, issuer, CERT_STORE_ADD_USE_EXISTING, NULL);
    if (issuer) CertFreeCertificateContext(issuer);
    hr = is_whole ? save(store, chain, size) : E_OUTOFMEMORY;
    CertCloseStore(store, 0);
    return hr;
}

HRESULT server_cert_export(const void *certificate, uint8_t **bytes, uint32_t *size,
                           uint8_t **chain, uint32_t *chain_size)
{
    const CERT_CONTEXT *cert = certificate;

    if (!(*bytes = malloc(cert->cbCertEncoded))) return E_OUTOFMEMORY;
    memcpy(*bytes, cert->pbCertEncoded, cert->cbCertEncoded);
    *size = cert->cbCertEncoded;
    return save_chain(cert, chain, chain_size);
}
