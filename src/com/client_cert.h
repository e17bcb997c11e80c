/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Certificates of clients in the stores of the system. */
#ifndef OPENBITS_COM_CLIENT_CERT_H
#define OPENBITS_COM_CLIENT_CERT_H

#include "job/http_settings.h"

/* Characters, with the terminator. */
#define CLIENT_CERT_NAME_SIZE 256

/* What there is under this SHA-1 hash, or the first certificate for client authentication whose
 * subject has the text in it. On success the texts are the caller's, to free with free(). E_NOTIMPL
 * for a location that is none, ERROR_FILE_NOT_FOUND for a store, CRYPT_E_NOT_FOUND. */
HRESULT client_cert_find_hash(uint32_t location, const WCHAR *store, const uint8_t *hash,
                              struct http_client_cert *cert);
HRESULT client_cert_find_name(uint32_t location, const WCHAR *store, const WCHAR *subject,
                              struct http_client_cert *cert);
void client_cert_done(struct http_client_cert *cert);

#endif
