/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Secrets by Windows' data protection, for this machine: the service must read what it wrote for
 * any user, under whichever account it runs. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include <wincrypt.h>

#include "base/err.h"

static HRESULT take(DATA_BLOB *blob, struct store_secret *out)
{
    HRESULT hr = S_OK;

    if (!(out->data = malloc(blob->cbData ? blob->cbData : 1)))
        hr = E_OUTOFMEMORY;
    else
    {
        memcpy(out->data, blob->pbData, blob->cbData);
        out->size = blob->cbData;
    }
    SecureZeroMemory(blob->pbData, blob->cbData);
    LocalFree(blob->pbData);
    return hr;
}

static HRESULT protect(void *ctx, const void *data, size_t size, struct store_secret *out)
{
    DATA_BLOB in = {(DWORD)size, (BYTE *)data}, blob;

    (void)ctx;
    if (!CryptProtectData(&in, NULL, NULL, NULL, NULL,
                          CRYPTPROTECT_LOCAL_MACHINE | CRYPTPROTECT_UI_FORBIDDEN, &blob))
        return err_from_last_error();
    return take(&blob, out);
}

static HRESULT unprotect(void *ctx, const void *data, size_t size, struct store_secret *out)
{
    DATA_BLOB in = {(DWORD)size, (BYTE *)data}, blob;

    (void)ctx;
    if (!CryptUnprotectData(&in, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &blob))
        return err_from_last_error();
    return take(&blob, out);
}

const struct secret_ops store_secrets_by_windows = {
    .protect = protect,
    .unprotect = unprotect,
};
