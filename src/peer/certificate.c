/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reading and judging a machine's certificate. The DER is taken apart by mbedTLS alone. */
#include "peer/certificate.h"

#include <string.h>

#include <mbedtls/oid.h>
#include <mbedtls/sha256.h>
#include <mbedtls/x509_crt.h>

#include "base/err_codes.h"
#include "net/mbedtls_setup.h"
#include "peer/certificate_time.h"

#define KEY_BITS_LEGACY 1024
#define KEY_BITS_MAX    8192
/* As in CryptoAPI. A longer one only makes each check slow. */
#define EXPONENT_BITS_MAX 32

#define DIGEST_BITS_STRONG 256
#define DIGEST_BITS_SHA1   160

static bool is_sid_number(const char **at)
{
    const char *digit = *at;
    uint64_t number = 0;

    if (digit[0] == '0' && digit[1] >= '0' && digit[1] <= '9') return false;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        if ((number = number * 10 + (uint64_t)(*digit - '0')) > UINT32_MAX) return false;
    if (digit == *at) return false;
    *at = digit;
    return true;
}

bool certificate_is_machine_sid(const char *sid)
{
    static const char prefix[] = "S-1-5-21";
    unsigned int count = 0;

    if (strncmp(sid, prefix, sizeof(prefix) - 1)) return false;
    sid += sizeof(prefix) - 1;
    for (; *sid; count++)
        if (*sid++ != '-' || !is_sid_number(&sid)) return false;
    return count == 3 || count == 4;
}

/* The text of a name that is one common name and nothing else. */
static bool read_common_name(const mbedtls_x509_name *name, char *text, size_t size)
{
    text[0] = 0;
    if (name->next || MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid)) return false;
    if (name->val.tag != MBEDTLS_ASN1_PRINTABLE_STRING &&
        name->val.tag != MBEDTLS_ASN1_UTF8_STRING && name->val.tag != MBEDTLS_ASN1_IA5_STRING)
        return false;
    if (name->val.len >= size || memchr(name->val.p, 0, name->val.len)) return false;

    memcpy(text, name->val.p, name->val.len);
    text[name->val.len] = 0;
    return true;
}

static void read_names(const mbedtls_x509_crt *crt, struct certificate_facts *facts)
{
    char issuer[CERTIFICATE_SID_SIZE];

    if (!read_common_name(&crt->subject, facts->sid, sizeof(facts->sid)) ||
        !read_common_name(&crt->issuer, issuer, sizeof(issuer)) || strcmp(issuer, facts->sid) ||
        !certificate_is_machine_sid(facts->sid))
        facts->sid[0] = 0;
}

static void read_dns_name(const mbedtls_x509_crt *crt, struct certificate_facts *facts)
{
    if (!(crt->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME)) return;

    for (const mbedtls_x509_sequence *name = &crt->subject_alt_names; name; name = name->next)
    {
        if (name->buf.tag != (MBEDTLS_ASN1_CONTEXT_SPECIFIC | MBEDTLS_X509_SAN_DNS_NAME)) continue;
        if (!name->buf.len || name->buf.len >= sizeof(facts->dns_name)) continue;
        for (size_t i = 0; i < name->buf.len; i++)
            if (name->buf.p[i] <= ' ' || name->buf.p[i] >= 0x7f) return;
        memcpy(facts->dns_name, name->buf.p, name->buf.len);
        return;
    }
}

static filetime_t time_of(const mbedtls_x509_time *time)
{
    return certificate_time_of(time->year, time->mon, time->day, time->hour, time->min, time->sec);
}

static unsigned int digest_bits(mbedtls_md_type_t type)
{
    switch (type)
    {
    case MBEDTLS_MD_SHA1:
        return 160;
    case MBEDTLS_MD_SHA256:
        return 256;
    case MBEDTLS_MD_SHA384:
        return 384;
    case MBEDTLS_MD_SHA512:
        return 512;
    default:
        return 0;
    }
}

static void read_key(const mbedtls_x509_crt *crt, struct certificate_facts *facts)
{
    size_t bits = mbedtls_pk_get_bitlen(&crt->pk);

    if (mbedtls_pk_get_type(&crt->pk) != MBEDTLS_PK_RSA || bits > KEY_BITS_MAX) return;
    if (mbedtls_mpi_bitlen(&mbedtls_pk_rsa(crt->pk)->E) > EXPONENT_BITS_MAX) return;
    facts->key_bits = (unsigned int)bits;
}

static void read_signature(mbedtls_x509_crt *crt, struct certificate_facts *facts)
{
    const mbedtls_md_info_t *md = mbedtls_md_info_from_type(crt->sig_md);
    unsigned char hash[MBEDTLS_MD_MAX_SIZE];

    if (crt->sig_pk != MBEDTLS_PK_RSA || !md) return;
    facts->digest_bits = digest_bits(crt->sig_md);
    if (!facts->digest_bits || !facts->key_bits) return;
    if (mbedtls_md(md, crt->tbs.p, crt->tbs.len, hash)) return;
    facts->is_self_signed = !mbedtls_pk_verify(&crt->pk, crt->sig_md, hash, mbedtls_md_get_size(md),
                                               crt->sig.p, crt->sig.len);
}

static bool is_used_for(const mbedtls_x509_crt *crt, const char *oid, size_t size)
{
    return !mbedtls_x509_crt_check_extended_key_usage(crt, oid, size);
}

/* A certificate without the extension may be used for everything. */
static void read_use(const mbedtls_x509_crt *crt, struct certificate_facts *facts)
{
    if (is_used_for(crt, MBEDTLS_OID_SERVER_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)))
        facts->use |= CERTIFICATE_USE_SERVER;
    if (is_used_for(crt, MBEDTLS_OID_CLIENT_AUTH, MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH)))
        facts->use |= CERTIFICATE_USE_CLIENT;
    if (mbedtls_x509_crt_check_key_usage(crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE)) facts->use = 0;
}

HRESULT certificate_read(const uint8_t *der, size_t size, struct certificate_facts *facts)
{
    mbedtls_x509_crt crt;
    HRESULT hr = S_OK;

    memset(facts, 0, sizeof(*facts));
    certificate_fingerprint(der, size, facts->fingerprint);
    if (!size || size > CERTIFICATE_DER_MAX) return ERR_INVALID_DATA;

    mbedtls_setup();
    mbedtls_x509_crt_init(&crt);
    if (mbedtls_x509_crt_parse_der_nocopy(&crt, der, size) || crt.raw.len != size)
        hr = ERR_INVALID_DATA;
    else
    {
        read_names(&crt, facts);
        read_dns_name(&crt, facts);
        facts->not_before = time_of(&crt.valid_from);
        facts->not_after = time_of(&crt.valid_to);
        read_key(&crt, facts);
        certificate_fingerprint(crt.pk_raw.p, crt.pk_raw.len, facts->key_fingerprint);
        read_signature(&crt, facts);
        read_use(&crt, facts);
    }
    mbedtls_x509_crt_free(&crt);
    return hr;
}

enum certificate_fault certificate_check(const struct certificate_facts *facts,
                                         const struct certificate_rules *rules)
{
    unsigned int bits = rules->allows_legacy ? KEY_BITS_LEGACY : CERTIFICATE_KEY_BITS;
    unsigned int digest = rules->allows_legacy ? DIGEST_BITS_SHA1 : DIGEST_BITS_STRONG;

    if (!facts->sid[0]) return CERTIFICATE_NOT_A_MACHINE;
    if (facts->key_bits < bits) return CERTIFICATE_WEAK_KEY;
    if (facts->digest_bits < digest) return CERTIFICATE_WEAK_DIGEST;
    if (!facts->is_self_signed) return CERTIFICATE_NOT_SELF_SIGNED;
    if (!facts->not_before || rules->now < facts->not_before) return CERTIFICATE_NOT_YET_VALID;
    if (rules->now > facts->not_after) return CERTIFICATE_EXPIRED;
    if ((facts->use & rules->property_use & rules->use) != rules->use) return CERTIFICATE_WRONG_USE;
    return CERTIFICATE_GOOD;
}

const char *certificate_fault_text(enum certificate_fault fault)
{
    static const char *const texts[] = {
        [CERTIFICATE_GOOD] = "good",
        [CERTIFICATE_NOT_A_MACHINE] = "its name is not the SID of a machine",
        [CERTIFICATE_NOT_SELF_SIGNED] = "not signed by its own key",
        [CERTIFICATE_WEAK_KEY] = "no RSA key of sufficient length",
        [CERTIFICATE_WEAK_DIGEST] = "signed with a weak digest",
        [CERTIFICATE_NOT_YET_VALID] = "not yet valid",
        [CERTIFICATE_EXPIRED] = "expired",
        [CERTIFICATE_WRONG_USE] = "not meant for this use",
    };

    return fault < ARRAY_COUNT(texts) ? texts[fault] : "?";
}

bool certificate_read_use(const uint8_t *der, size_t size, unsigned int *use)
{
    unsigned char *at = (unsigned char *)der; /* the parser moves it, and writes nothing */
    mbedtls_asn1_sequence list = {0};
    bool ok;

    *use = 0;
    ok = size && !mbedtls_asn1_get_sequence_of(&at, der + size, &list, MBEDTLS_ASN1_OID) &&
         list.buf.p;
    for (const mbedtls_asn1_sequence *entry = &list; ok && entry; entry = entry->next)
    {
        if (!MBEDTLS_OID_CMP(MBEDTLS_OID_SERVER_AUTH, &entry->buf)) *use |= CERTIFICATE_USE_SERVER;
        if (!MBEDTLS_OID_CMP(MBEDTLS_OID_CLIENT_AUTH, &entry->buf)) *use |= CERTIFICATE_USE_CLIENT;
        if (!MBEDTLS_OID_CMP(MBEDTLS_OID_ANY_EXTENDED_KEY_USAGE, &entry->buf))
            *use = CERTIFICATE_USE_ANY;
    }
    mbedtls_asn1_sequence_free(list.next);
    return ok;
}

void certificate_fingerprint(const uint8_t *der, size_t size,
                             uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE])
{
    if (mbedtls_sha256_ret(der, size, fingerprint, 0))
        memset(fingerprint, 0, CERTIFICATE_FINGERPRINT_SIZE);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool certificate_parse_fingerprint(const char *text,
                                   uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE])
{
    bool ok = strlen(text) == 2 * CERTIFICATE_FINGERPRINT_SIZE;

    memset(fingerprint, 0, CERTIFICATE_FINGERPRINT_SIZE);
    for (unsigned int i = 0; ok && i < CERTIFICATE_FINGERPRINT_SIZE; i++)
    {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            ok = false;
        else
            fingerprint[i] = (uint8_t)(high << 4 | low);
    }
    if (!ok) memset(fingerprint, 0, CERTIFICATE_FINGERPRINT_SIZE);
    return ok;
}
