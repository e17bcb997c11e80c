/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of peer certificates, [MS-BPAU] 3.1.1.2: what machines proved to be theirs by
 * exchanging keys. One table for both roles. No lock: it belongs to the peers' thread. */
#ifndef OPENBITS_PEER_PEER_CERTIFICATES_H
#define OPENBITS_PEER_PEER_CERTIFICATES_H

#include "peer/certificate.h"

#define PEER_CERTIFICATES_MAX     100
#define PEER_CERTIFICATES_MIN_AGE (60 * FILETIME_PER_SECOND)

struct peer_certificate
{
    char sid[CERTIFICATE_SID_SIZE];
    uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE];
    unsigned int use; /* of the property that came with it */
    filetime_t inserted;
    filetime_t not_after;
};

struct peer_certificates
{
    unsigned int count;
    struct peer_certificate rows[PEER_CERTIFICATES_MAX];
};

/* Replaces the row of the same SID; a full table gives up its oldest row when that is older than a
 * minute, else ERR_TABLE_FULL. */
HRESULT peer_certificates_insert(struct peer_certificates *table,
                                 const struct certificate_facts *facts, unsigned int use,
                                 filetime_t now);

/* NULL for an unknown certificate. Drops what has expired; the row is good until the next call. */
const struct peer_certificate *
peer_certificates_find(struct peer_certificates *table,
                       const uint8_t fingerprint[CERTIFICATE_FINGERPRINT_SIZE], filetime_t now);

#endif
