/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file of this machine's certificate: mark, two lengths, two parts, SHA-256 of all that. */
#include "peer/identity_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "peer/certificate.h"

#define MARK      "OBIDENT1"
#define MARK_SIZE 8
#define HEAD_SIZE (MARK_SIZE + 8)
#define SUM_SIZE  CERTIFICATE_FINGERPRINT_SIZE

static uint32_t get_le32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put_le32(uint8_t *at, size_t value)
{
    for (unsigned int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

bool identity_file_read(const uint8_t *bytes, size_t size, struct identity_file *out)
{
    uint8_t sum[SUM_SIZE];
    size_t parts;

    memset(out, 0, sizeof(*out));
    if (size < HEAD_SIZE + SUM_SIZE || size > IDENTITY_FILE_MAX) return false;
    if (memcmp(bytes, MARK, MARK_SIZE)) return false;
    parts = size - HEAD_SIZE - SUM_SIZE;
    certificate_fingerprint(bytes, size - SUM_SIZE, sum);
    if (memcmp(bytes + size - SUM_SIZE, sum, SUM_SIZE)) return false;

    out->der_size = get_le32(bytes + MARK_SIZE);
    out->secret_size = get_le32(bytes + MARK_SIZE + 4);
    out->der = bytes + HEAD_SIZE;
    if (out->der_size <= parts && out->secret_size == parts - out->der_size)
    {
        out->secret = out->der + out->der_size;
        return true;
    }
    memset(out, 0, sizeof(*out));
    return false;
}

HRESULT identity_file_make(const struct identity_file *file, uint8_t **bytes, size_t *size)
{
    *bytes = NULL;
    *size = 0;
    if (file->der_size > CERTIFICATE_DER_MAX || file->secret_size > IDENTITY_FILE_MAX / 2)
        return ERR_INVALID_DATA;
    if (!(*bytes = malloc(HEAD_SIZE + file->der_size + file->secret_size + SUM_SIZE)))
        return E_OUTOFMEMORY;

    memcpy(*bytes, MARK, MARK_SIZE);
    put_le32(*bytes + MARK_SIZE, file->der_size);
    put_le32(*bytes + MARK_SIZE + 4, file->secret_size);
    memcpy(*bytes + HEAD_SIZE, file->der, file->der_size);
    memcpy(*bytes + HEAD_SIZE + file->der_size, file->secret, file->secret_size);
    *size = HEAD_SIZE + file->der_size + file->secret_size;
    certificate_fingerprint(*bytes, *size, *bytes + *size);
    *size += SUM_SIZE;
    return S_OK;
}
