/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's messages of NTLM, [MS-NLMP], for a name and a password that are known: version 2
 * only, without signing or sealing. Pure: time and chance are given. */
#ifndef OPENBITS_NET_HTTP_NTLM_H
#define OPENBITS_NET_HTTP_NTLM_H

#include "base/types.h"

#define NTLM_NONCE_SIZE 8

struct ntlm_login
{
    const WCHAR *user; /* NAME, DOMAIN\NAME or NAME@DOMAIN */
    const WCHAR *password;
    filetime_t now; /* used when the server does not tell its own */
    uint8_t nonce[NTLM_NONCE_SIZE];
};

/* Bytes from malloc(). */
struct ntlm_message
{
    uint8_t *data;
    size_t size;
};

/* The first message, NEGOTIATE; the same for everybody. */
HRESULT ntlm_begin(struct ntlm_message *out);

/* The third message, AUTHENTICATE, for the server's CHALLENGE. BG_E_INVALID_SERVER_RESPONSE: that
 * is none. */
HRESULT ntlm_answer(const struct ntlm_login *login, const struct ntlm_message *first,
                    const void *challenge, size_t size, struct ntlm_message *out);

void ntlm_message_done(struct ntlm_message *message);

#endif
