/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What of a job's HTTP settings is secret: the credentials, and the fields of its requests. Written
 * and removed in one commit with the texts of the job, so that a job is never kept with those of
 * another moment. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void wipe(struct store_buffer *buffer)
{
    struct store_secret bytes = {buffer->data, buffer->size};

    store_secret_free(&bytes);
    memset(buffer, 0, sizeof(*buffer));
}

HRESULT store_write_logins(struct store *store, const GUID *job,
                           const struct http_settings *settings)
{
    struct store_logins logins;
    struct store_buffer buffer = {0};
    HRESULT hr;

    if (!settings || (!settings->headers && !http_settings_have_credentials(settings)))
        return store->secrets ? store_remove_secret(store, job, SECRET_LOGINS) : S_OK;
    logins.headers = settings->headers;
    memcpy(logins.of, settings->credentials, sizeof(logins.of));
    hr = store_encode_logins(&buffer, &logins);
    if (SUCCEEDED(hr)) hr = store_put_secret(store, job, SECRET_LOGINS, buffer.data, buffer.size);
    wipe(&buffer);
    return hr;
}

static void clear(struct store_logins *logins)
{
    free(logins->headers);
    logins->headers = NULL;
    for (int target = 0; target < AUTH_TARGET_COUNT; target++)
        for (int scheme = 0; scheme < AUTH_SCHEME_COUNT; scheme++)
            http_credential_clear(&logins->of[target][scheme]);
}

static HRESULT decode(const struct store_secret *secret, struct http_settings *settings)
{
    const struct store_record record = {.data = secret->data, .size = secret->size};
    struct store_logins logins;
    HRESULT hr = store_decode_logins(&record, &logins);

    if (FAILED(hr))
        clear(&logins);
    else
    {
        free(settings->headers);
        settings->headers = logins.headers;
        memcpy(settings->credentials, logins.of, sizeof(logins.of));
    }
    return hr;
}

HRESULT store_read_logins(struct store *store, const GUID *job, struct http_settings *settings)
{
    struct store_secret secret;
    HRESULT hr = store_get_secret(store, job, SECRET_LOGINS, &secret);

    if (hr == ERR_NOT_FOUND || hr == E_NOTIMPL) return S_OK;
    if (SUCCEEDED(hr)) hr = decode(&secret, settings);
    store_secret_free(&secret);
    if (hr == E_OUTOFMEMORY) return hr;
    if (FAILED(hr))
        LOG_WARN(LOG_STORE, "the credentials of a job cannot be read any more: %#lx",
                 (unsigned long)hr);
    return S_OK;
}
