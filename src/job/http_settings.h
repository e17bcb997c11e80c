/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the requests of a job are to be made: what its client has set with SetCredentials and
 * IBackgroundCopyJobHttpOptions. Immutable once it is shared: a change makes a copy, changes that
 * and puts it in the place of the old one, so that a transfer that runs keeps what it began with.
 */
#ifndef OPENBITS_JOB_HTTP_SETTINGS_H
#define OPENBITS_JOB_HTTP_SETTINGS_H

#include <stdatomic.h>

#include "base/types.h"

#define HTTP_CERT_HASH_SIZE 20

/* BG_AUTH_TARGET and BG_AUTH_SCHEME, from 0. */
enum auth_target
{
    AUTH_TARGET_SERVER,
    AUTH_TARGET_PROXY,
    AUTH_TARGET_COUNT
};

enum auth_scheme
{
    AUTH_BASIC,
    AUTH_DIGEST,
    AUTH_NTLM,
    AUTH_NEGOTIATE,
    AUTH_PASSPORT,
    AUTH_SCHEME_COUNT
};

/* NULL user and password of a scheme that has them: the user's own, as he is logged on. */
struct http_credential
{
    bool is_set;
    WCHAR *user;
    WCHAR *password;
};

/* A certificate of the client, in a store of the system. */
struct http_client_cert
{
    bool is_set;
    uint32_t location; /* BG_CERT_STORE_LOCATION */
    WCHAR *store;
    WCHAR *subject; /* NULL: it was chosen by its hash */
    uint8_t hash[HTTP_CERT_HASH_SIZE];
};

struct server_judge;

struct http_settings
{
    atomic_uint refs;
    uint32_t serial; /* of these settings alone, as long as the program runs */
    WCHAR *headers;  /* lines that end in CR LF; NULL: none */
    bool are_headers_write_only;
    WCHAR *method; /* NULL: GET */
    uint32_t security_flags;
    struct http_client_cert cert;
    struct http_credential credentials[AUTH_TARGET_COUNT][AUTH_SCHEME_COUNT];
    bool uses_stored_for_proxy; /* credentials that the system keeps for the owner */
    bool needs_judge;           /* kept, where the judge is not */
    struct server_judge *judge; /* a reference; NULL: none */
};

/* NULL stands for the defaults everywhere below. */

struct http_settings *http_settings_addref(struct http_settings *settings);
/* Overwrites the passwords of the last reference's. */
void http_settings_release(struct http_settings *settings);

/* A copy that is still the caller's alone; NULL when there is no memory. */
struct http_settings *http_settings_copy(const struct http_settings *settings);

/* Puts a copy of the text into a field of a copy; NULL empties it. False when there is no memory.
 */
bool http_settings_put_text(WCHAR **field, const WCHAR *text);

/* Forgets a credential of a copy. */
void http_credential_clear(struct http_credential *credential);

#endif
