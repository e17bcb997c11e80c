/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Making a machine's certificate: [MS-BPAU] as far as it says, and both key usages as an extension,
 * which newer checks ask for. */
#include "peer/certificate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mbedtls/asn1write.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/x509_crt.h>

#include "base/err_codes.h"
#include "base/random.h"
#include "net/mbedtls_setup.h"
#include "peer/certificate_time.h"

#define SERIAL_SIZE 16
#define EXPONENT    65537
#define BUFFER_SIZE 8192

/* GeneralNames with one dNSName; the lengths are at most 255. */
static int set_dns_name(mbedtls_x509write_cert *writer, const char *name)
{
    unsigned char der[CERTIFICATE_DNS_NAME_SIZE + 8], *at = der + sizeof(der);
    size_t len = strlen(name);

    if (!len) return 0;
    if (len >= CERTIFICATE_DNS_NAME_SIZE) return MBEDTLS_ERR_X509_BAD_INPUT_DATA;

    at -= len;
    memcpy(at, name, len);
    len = (size_t)(der + sizeof(der) - at);
    len += (size_t)mbedtls_asn1_write_len(&at, der, len);
    len += (size_t)mbedtls_asn1_write_tag(
        &at, der, MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME);
    len += (size_t)mbedtls_asn1_write_len(&at, der, len);
    len +=
        (size_t)mbedtls_asn1_write_tag(&at, der, MBEDTLS_ASN1_SEQUENCE | MBEDTLS_ASN1_CONSTRUCTED);
    return mbedtls_x509write_crt_set_extension(writer, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                               MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0,
                                               at, len);
}

static int set_use(mbedtls_x509write_cert *writer)
{
    static const unsigned char both[] = {0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05,
                                         0x05, 0x07, 0x03, 0x01, 0x06, 0x08, 0x2b, 0x06,
                                         0x01, 0x05, 0x05, 0x07, 0x03, 0x02};

    return mbedtls_x509write_crt_set_extension(writer, MBEDTLS_OID_EXTENDED_KEY_USAGE,
                                               MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE), 0,
                                               both, sizeof(both));
}

static int set_serial(mbedtls_x509write_cert *writer)
{
    unsigned char bytes[SERIAL_SIZE];
    mbedtls_mpi serial;
    int code;

    if (FAILED(random_bytes(bytes, sizeof(bytes)))) return MBEDTLS_ERR_X509_FATAL_ERROR;
    /* Positive and of the full size. */
    bytes[0] = (bytes[0] & 0x7f) | 0x40;

    mbedtls_mpi_init(&serial);
    code = mbedtls_mpi_read_binary(&serial, bytes, sizeof(bytes));
    if (!code) code = mbedtls_x509write_crt_set_serial(writer, &serial);
    mbedtls_mpi_free(&serial);
    return code;
}

static int fill(mbedtls_x509write_cert *writer, const struct certificate_request *request,
                mbedtls_pk_context *key)
{
    char name[CERTIFICATE_SID_SIZE + 3], from[CERTIFICATE_TIME_SIZE], to[CERTIFICATE_TIME_SIZE];
    int code;

    if (!certificate_time_format(request->not_before, from) ||
        !certificate_time_format(request->not_after, to) ||
        !certificate_is_machine_sid(request->sid))
        return MBEDTLS_ERR_X509_BAD_INPUT_DATA;
    snprintf(name, sizeof(name), "CN=%s", request->sid);

    mbedtls_x509write_crt_set_version(writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(writer, key);
    mbedtls_x509write_crt_set_issuer_key(writer, key);
    if ((code = set_serial(writer)) ||
        (code = mbedtls_x509write_crt_set_validity(writer, from, to)) ||
        (code = mbedtls_x509write_crt_set_subject_name(writer, name)) ||
        (code = mbedtls_x509write_crt_set_issuer_name(writer, name)) ||
        (code = set_dns_name(writer, request->dns_name)) || (code = set_use(writer)))
        return code;
    return 0;
}

/* mbedTLS writes from the end of a buffer. */
static bool keep_tail(const unsigned char *buffer, int size, uint8_t **out, size_t *out_size)
{
    if (size <= 0 || !(*out = malloc((size_t)size))) return false;
    memcpy(*out, buffer + BUFFER_SIZE - size, (size_t)size);
    *out_size = (size_t)size;
    return true;
}

static bool write_both(mbedtls_x509write_cert *writer, mbedtls_pk_context *key,
                       struct certificate *out)
{
    unsigned char *buffer = malloc(BUFFER_SIZE);
    bool ok;

    if (!buffer) return false;
    ok = keep_tail(
             buffer,
             mbedtls_x509write_crt_der(writer, buffer, BUFFER_SIZE, mbedtls_setup_random, NULL),
             &out->der, &out->der_size) &&
         keep_tail(buffer, mbedtls_pk_write_key_der(key, buffer, BUFFER_SIZE), &out->key,
                   &out->key_size);
    mbedtls_platform_zeroize(buffer, BUFFER_SIZE);
    free(buffer);
    return ok;
}

static int set_key(mbedtls_pk_context *key, const struct certificate_request *request)
{
    int code;

    if (request->key)
    {
        code = mbedtls_pk_parse_key(key, request->key, request->key_size, NULL, 0);
        if (!code && !mbedtls_pk_can_do(key, MBEDTLS_PK_RSA)) code = MBEDTLS_ERR_PK_TYPE_MISMATCH;
        return code;
    }
    if ((code = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_RSA)))) return code;
    return mbedtls_rsa_gen_key(mbedtls_pk_rsa(*key), mbedtls_setup_random, NULL, request->key_bits,
                               EXPONENT);
}

HRESULT certificate_make(const struct certificate_request *request, struct certificate *out)
{
    mbedtls_x509write_cert writer;
    mbedtls_pk_context key;
    HRESULT hr = E_FAIL;

    memset(out, 0, sizeof(*out));
    mbedtls_setup();
    mbedtls_x509write_crt_init(&writer);
    mbedtls_pk_init(&key);

    if (set_key(&key, request)) goto done;
    if (fill(&writer, request, &key)) goto done;
    if (write_both(&writer, &key, out)) hr = S_OK;

done:
    if (FAILED(hr)) certificate_done(out);
    mbedtls_pk_free(&key);
    mbedtls_x509write_crt_free(&writer);
    return hr;
}

bool certificate_has_key(const struct certificate *certificate)
{
    mbedtls_x509_crt crt;
    mbedtls_pk_context key;
    bool ok;

    mbedtls_setup();
    mbedtls_x509_crt_init(&crt);
    mbedtls_pk_init(&key);
    ok = !mbedtls_x509_crt_parse_der(&crt, certificate->der, certificate->der_size) &&
         !mbedtls_pk_parse_key(&key, certificate->key, certificate->key_size, NULL, 0) &&
         !mbedtls_pk_check_pair(&crt.pk, &key);
    mbedtls_pk_free(&key);
    mbedtls_x509_crt_free(&crt);
    return ok;
}

void certificate_done(struct certificate *certificate)
{
    if (certificate->key) mbedtls_platform_zeroize(certificate->key, certificate->key_size);
    free(certificate->key);
    free(certificate->der);
    memset(certificate, 0, sizeof(*certificate));
}
