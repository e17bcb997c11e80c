/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The self-signed certificate of a machine, whose name is its SID: what one says, whether it may
 * stand for a peer ([MS-BPCR] 3.1.5), and making one. Whom it belongs to is asked of peer/trust.
 * Pure; any thread. */
#ifndef OPENBITS_PEER_CERTIFICATE_H
#define OPENBITS_PEER_CERTIFICATE_H

#include "base/types.h"

#define CERTIFICATE_SID_SIZE         184
#define CERTIFICATE_DNS_NAME_SIZE    256
#define CERTIFICATE_FINGERPRINT_SIZE 32 /* SHA-256 of the DER */
#define CERTIFICATE_DER_MAX          16384

#define CERTIFICATE_USE_SERVER 0x1
#define CERTIFICATE_USE_CLIENT 0x2
#define CERTIFICATE_USE_ANY    0x3

#define CERTIFICATE_KEY_BITS 2048
#define CERTIFICATE_DAYS     14

#define CERTIFICATE_DAY (86400 * FILETIME_PER_SECOND)

enum certificate_fault
{
    CERTIFICATE_GOOD,
    CERTIFICATE_NOT_A_MACHINE, /* subject and issuer are not one and the same SID */
    CERTIFICATE_NOT_SELF_SIGNED,
    CERTIFICATE_WEAK_KEY,
    CERTIFICATE_WEAK_DIGEST,
    CERTIFICATE_NOT_YET_VALID,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_WRONG_USE
};

struct certificate_facts
{
    char sid[CERTIFICATE_SID_SIZE];           /* empty when it names no machine */
    char dns_name[CERTIFICATE_DNS_NAME_SIZE]; /* the first, empty without; says nothing of trust */
    filetime_t not_before;
    filetime_t not_after;
    unsigned int key_bits;    /* of an RSA key; 0 for others, and for keys meant to keep us busy */
    unsigned int use;         /* by its extension; all when it has none */
    unsigned int digest_bits; /* of the signature: 160 for SHA-1; 0 for what is broken or unknown */
    bool is_self_signed;      /* and the signature is right */
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    uint8_t key_fingerprint[CERTIFICATE_FINGERPRINT_SIZE]; /* of the SubjectPublicKeyInfo */
};

struct certificate_rules
{
    filetime_t now;
    unsigned int use;          /* asked for */
    unsigned int property_use; /* what came beside it in a blob; CERTIFICATE_USE_ANY without */
    bool allows_legacy;        /* RSA of 1024 bits, SHA-1: machines of 2006 */
};

/* Everything the checks need. Fails with ERR_INVALID_DATA when it is no certificate, or something
 * follows it; *facts is then empty but for the fingerprint. */
HRESULT certificate_read(const uint8_t *der, size_t size, struct certificate_facts *facts);

/* The first rule that is broken. */
enum certificate_fault certificate_check(const struct certificate_facts *facts,
                                         const struct certificate_rules *rules);

/* For the log. */
const char *certificate_fault_text(enum certificate_fault fault);

/* S-1-5-21 and three or four numbers: a domain or machine, or an account in it. */
bool certificate_is_machine_sid(const char *sid);

/* The key usage in a DER list of purposes, as property 9 of a blob has it; false for no such list.
 */
bool certificate_read_use(const uint8_t *der, size_t size, unsigned int *use);

void certificate_fingerprint(const uint8_t *der, size_t size,
                             uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE]);

/* 64 hex digits of either case; false, and zeroes, for anything else. */
bool certificate_parse_fingerprint(const char *text,
                                   uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE]);

/* A certificate with its private key, both DER. */
struct certificate
{
    uint8_t *der;
    size_t der_size;
    uint8_t *key;
    size_t key_size;
};

struct certificate_request
{
    const char *sid;
    const char *dns_name;
    filetime_t not_before;
    filetime_t not_after;
    unsigned int key_bits; /* of a new key */
    const uint8_t *key;    /* DER; NULL: a new one */
    size_t key_size;
};

/* A new key takes a tenth of a second and more. certificate_done() frees the result. */
HRESULT certificate_make(const struct certificate_request *request, struct certificate *out);

/* Is this the private key of this certificate? */
bool certificate_has_key(const struct certificate *certificate);

/* Wipes the key. Takes a zeroed struct. */
void certificate_done(struct certificate *certificate);

#endif
