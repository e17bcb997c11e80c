/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * CERTIFICATE_BLOB of [MS-BPAU] 2.2.2: properties, then one certificate, nothing after it. Pure. */
#ifndef OPENBITS_PEER_CERTIFICATE_BLOB_H
#define OPENBITS_PEER_CERTIFICATE_BLOB_H

#include "base/types.h"

#define CERTIFICATE_BLOB_MAX 65536

struct certificate_blob
{
    const uint8_t *der; /* in the blob that was read */
    size_t der_size;
    unsigned int use; /* CERTIFICATE_USE_...; all when no property says so */
};

/* Only the framing, and the key usage: what the certificate says is not looked at. */
HRESULT certificate_blob_split(const uint8_t *blob, size_t size, struct certificate_blob *out);

/* The whole of it: a property that contradicts the certificate is an error. ERR_INVALID_DATA for
 * every fault. */
HRESULT certificate_blob_read(const uint8_t *blob, size_t size, struct certificate_blob *out);

/* With the properties that Windows sends, in its order. The caller frees the blob with free(). */
HRESULT certificate_blob_make(const uint8_t *der, size_t der_size, uint8_t **blob, size_t *size);

#endif
