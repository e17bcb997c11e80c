/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file of this machine's certificate: the certificate, its private key as the system has
 * protected it, and a sum over both. Pure. */
#ifndef OPENBITS_PEER_IDENTITY_FILE_H
#define OPENBITS_PEER_IDENTITY_FILE_H

#include "base/types.h"

#define IDENTITY_FILE_MAX 131072

struct identity_file
{
    const uint8_t *der;
    size_t der_size;
    const uint8_t *secret; /* the protected key */
    size_t secret_size;
};

/* The parts are in the caller's bytes. False for anything that was not written by the other
 * function. */
bool identity_file_read(const uint8_t *bytes, size_t size, struct identity_file *out);

/* The caller frees the bytes with free(). */
HRESULT identity_file_make(const struct identity_file *file, uint8_t **bytes, size_t *size);

#endif
