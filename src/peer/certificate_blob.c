/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CERTIFICATE_BLOB, which is also how CryptoAPI serializes a certificate of a store. */
#include "peer/certificate_blob.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/md5.h>
#include <mbedtls/sha1.h>
#include <mbedtls/x509_crt.h>

#include "base/err_codes.h"
#include "net/mbedtls_setup.h"
#include "peer/certificate.h"

#define HEADER_SIZE  12
#define ELEMENTS_MAX 64

#define MD5_SIZE  16
#define SHA1_SIZE 20

enum blob_id
{
    BLOB_SHA1 = 3,
    BLOB_MD5 = 4,
    BLOB_USE = 9,
    BLOB_SIGNED_PART_SHA1 = 15,
    BLOB_KEY_SHA1 = 20,
    BLOB_KEY_MD5 = 25,
    BLOB_CERTIFICATE = 32
};

struct element
{
    uint32_t id;
    const uint8_t *value;
    size_t size;
};

/* What is left to read. */
struct reader
{
    const uint8_t *at;
    size_t left;
    unsigned int count;
};

struct hashes
{
    uint8_t sha1[SHA1_SIZE];
    uint8_t md5[MD5_SIZE];
    uint8_t signed_part_sha1[SHA1_SIZE];
    uint8_t key_sha1[SHA1_SIZE];
    uint8_t key_md5[MD5_SIZE];
};

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint8_t *put_le32(uint8_t *at, uint32_t value)
{
    for (unsigned int i = 0; i < 4; i++)
        *at++ = (uint8_t)(value >> 8 * i);
    return at;
}

static bool next_element(struct reader *reader, struct element *element)
{
    if (reader->left < HEADER_SIZE || ++reader->count > ELEMENTS_MAX) return false;

    element->id = get_le32(reader->at);
    element->size = get_le32(reader->at + 8);
    element->value = reader->at + HEADER_SIZE;
    if (get_le32(reader->at + 4) != 1 || element->size > reader->left - HEADER_SIZE) return false;

    reader->at += HEADER_SIZE + element->size;
    reader->left -= HEADER_SIZE + element->size;
    return true;
}

HRESULT certificate_blob_split(const uint8_t *blob, size_t size, struct certificate_blob *out)
{
    struct reader reader = {blob, size, 0};
    struct element element;

    memset(out, 0, sizeof(*out));
    if (size > CERTIFICATE_BLOB_MAX) return ERR_INVALID_DATA;

    out->use = CERTIFICATE_USE_ANY;
    while (next_element(&reader, &element))
    {
        unsigned int use;

        if (element.id == BLOB_CERTIFICATE)
        {
            if (reader.left || !element.size) break;
            out->der = element.value;
            out->der_size = element.size;
            return S_OK;
        }
        if (element.id == BLOB_USE)
        {
            if (!certificate_read_use(element.value, element.size, &use)) break;
            out->use &= use;
        }
    }
    memset(out, 0, sizeof(*out));
    return ERR_INVALID_DATA;
}

/* The RSAPublicKey in a SubjectPublicKeyInfo. */
static bool find_key(const mbedtls_x509_buf *info, const uint8_t **key, size_t *size)
{
    unsigned char *at = info->p;
    const unsigned char *end = info->p + info->len;

    if (mbedtls_asn1_get_tag(&at, end, size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE) ||
        mbedtls_asn1_get_tag(&at, end, size, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE))
        return false;
    at += *size;
    if (mbedtls_asn1_get_bitstring_null(&at, end, size)) return false;
    *key = at;
    return true;
}

static bool make_hashes(const uint8_t *der, size_t size, struct hashes *hashes)
{
    mbedtls_x509_crt crt;
    const uint8_t *key;
    size_t key_size;
    bool ok;

    mbedtls_setup();
    mbedtls_x509_crt_init(&crt);
    ok = size <= CERTIFICATE_DER_MAX && !mbedtls_x509_crt_parse_der_nocopy(&crt, der, size) &&
         crt.raw.len == size && find_key(&crt.pk_raw, &key, &key_size) &&
         !mbedtls_sha1_ret(der, size, hashes->sha1) && !mbedtls_md5_ret(der, size, hashes->md5) &&
         !mbedtls_sha1_ret(crt.tbs.p, crt.tbs.len, hashes->signed_part_sha1) &&
         !mbedtls_sha1_ret(crt.pk_raw.p, crt.pk_raw.len, hashes->key_sha1) &&
         !mbedtls_md5_ret(key, key_size, hashes->key_md5);
    mbedtls_x509_crt_free(&crt);
    return ok;
}

static bool is_same(const struct element *element, const uint8_t *hash, size_t size)
{
    return element->size == size && !memcmp(element->value, hash, size);
}

static bool is_true(const struct element *element, const struct hashes *hashes)
{
    switch (element->id)
    {
    case BLOB_SHA1:
        return is_same(element, hashes->sha1, SHA1_SIZE);
    case BLOB_MD5:
        return is_same(element, hashes->md5, MD5_SIZE);
    case BLOB_SIGNED_PART_SHA1:
        return is_same(element, hashes->signed_part_sha1, SHA1_SIZE);
    case BLOB_KEY_SHA1:
        return is_same(element, hashes->key_sha1, SHA1_SIZE);
    case BLOB_KEY_MD5:
        return is_same(element, hashes->key_md5, MD5_SIZE);
    default:
        return true;
    }
}

HRESULT certificate_blob_read(const uint8_t *blob, size_t size, struct certificate_blob *out)
{
    struct reader reader = {blob, size, 0};
    struct element element;
    struct hashes hashes;
    HRESULT hr;

    if (FAILED(hr = certificate_blob_split(blob, size, out))) return hr;

    hr = make_hashes(out->der, out->der_size, &hashes) ? S_OK : ERR_INVALID_DATA;
    while (SUCCEEDED(hr) && next_element(&reader, &element))
        if (!is_true(&element, &hashes)) hr = ERR_INVALID_DATA;
    if (FAILED(hr)) memset(out, 0, sizeof(*out));
    return hr;
}

static uint8_t *put_element(uint8_t *at, uint32_t id, const uint8_t *value, size_t size)
{
    at = put_le32(at, id);
    at = put_le32(at, 1);
    at = put_le32(at, (uint32_t)size);
    memcpy(at, value, size);
    return at + size;
}

HRESULT certificate_blob_make(const uint8_t *der, size_t der_size, uint8_t **blob, size_t *size)
{
    static const uint8_t use[] = {0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03,
                                  0x01, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
    struct hashes hashes;
    uint8_t *at;

    *blob = NULL;
    *size = 0;
    if (!make_hashes(der, der_size, &hashes)) return ERR_INVALID_DATA;

    *size = 7 * HEADER_SIZE + 2 * MD5_SIZE + 3 * SHA1_SIZE + sizeof(use) + der_size;
    if (!(at = *blob = malloc(*size)))
    {
        *size = 0;
        return E_OUTOFMEMORY;
    }
    at = put_element(at, BLOB_KEY_MD5, hashes.key_md5, MD5_SIZE);
    at = put_element(at, BLOB_SIGNED_PART_SHA1, hashes.signed_part_sha1, SHA1_SIZE);
    at = put_element(at, BLOB_SHA1, hashes.sha1, SHA1_SIZE);
    at = put_element(at, BLOB_USE, use, sizeof(use));
    at = put_element(at, BLOB_MD5, hashes.md5, MD5_SIZE);
    at = put_element(at, BLOB_KEY_SHA1, hashes.key_sha1, SHA1_SIZE);
    put_element(at, BLOB_CERTIFICATE, der, der_size);
    return S_OK;
}
