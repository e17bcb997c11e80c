/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the schemes say. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/str.h"
#include "net/base64.h"
#include "net/http_auth_private.h"
#include "net/http_digest.h"
#ifdef _WIN32
#include "net/http_sspi.h"
#endif

#define NONCE_SIZE 16

void http_wipe_text(char *text)
{
    for (volatile char *byte = text; byte && *byte; byte++)
        *byte = 0;
    free(text);
}

/* ---- logins ---- */

bool http_text_login_make(struct http_text_login *text, const struct http_login *login)
{
    *text = (struct http_text_login){NULL, NULL};
    if (!login->is_set || !login->user || !login->password) return false;
    text->user = str_to_utf8(login->user);
    text->password = str_to_utf8(login->password);
    if (text->user && text->password) return true;
    http_text_login_done(text);
    return false;
}

void http_text_login_done(struct http_text_login *text)
{
    http_wipe_text(text->user);
    http_wipe_text(text->password);
    *text = (struct http_text_login){NULL, NULL};
}

/* ---- Basic and Digest ---- */

/* "SCHEME TOKEN" of bytes. */
static char *make_field(const char *scheme, const void *data, size_t size)
{
    char *token = base64_encode(data, size), *field = NULL;

    if (token && (field = malloc(strlen(scheme) + strlen(token) + 2)))
        sprintf(field, "%s %s", scheme, token);
    http_wipe_text(token);
    return field;
}

/* The colon ends the name. */
char *http_basic_field(const struct http_text_login *login)
{
    size_t user = strlen(login->user), password = strlen(login->password);
    char *pair, *field;

    if (strchr(login->user, ':') || !(pair = malloc(user + password + 2))) return NULL;
    sprintf(pair, "%s:%s", login->user, login->password);
    field = make_field("Basic", pair, user + password + 1);
    http_wipe_text(pair);
    return field;
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f) return true;
    return false;
}

char *http_digest_field(const struct http_text_login *login, const struct http_challenge *challenge,
                        const char *method, const char *uri, unsigned int count)
{
    uint8_t nonce[NONCE_SIZE];
    char nonce_text[2 * NONCE_SIZE + 1];
    const struct http_digest_request request = {method,          uri,        login->user,
                                                login->password, nonce_text, count};

    if (has_control(login->user) || has_control(uri)) return NULL;
    if (FAILED(random_bytes(nonce, sizeof(nonce)))) return NULL;
    for (int i = 0; i < NONCE_SIZE; i++)
        sprintf(nonce_text + 2 * i, "%02x", nonce[i]);
    return http_digest_answer(challenge, &request);
}

/* ---- NTLM and Negotiate ---- */

static const char *name_of(enum http_auth_scheme scheme)
{
    return scheme == HTTP_AUTH_NTLM ? "NTLM" : "Negotiate";
}

static char *own_begin(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                       const struct http_login *login)
{
    if (!login->user || !login->password || FAILED(ntlm_begin(&dialogue->first))) return NULL;
    return make_field(name_of(scheme), dialogue->first.data, dialogue->first.size);
}

static char *own_go_on(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                       const struct http_login *login, const void *data, size_t size)
{
    struct ntlm_login facts = {
        .user = login->user, .password = login->password, .now = clock_filetime(&clock_system)};
    struct ntlm_message answer;
    char *field;

    if (!dialogue->first.data || FAILED(random_bytes(facts.nonce, sizeof(facts.nonce))))
        return NULL;
    if (FAILED(ntlm_answer(&facts, &dialogue->first, data, size, &answer))) return NULL;
    field = make_field(name_of(scheme), answer.data, answer.size);
    ntlm_message_done(&answer);
    return field;
}

#ifdef _WIN32

/* The log-on of the user is known to the system alone, and so is Kerberos. */
char *http_dialogue_begin(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const struct http_login *login, const char *host)
{
    struct ntlm_message token;
    char *field;

    if (login->user && scheme == HTTP_AUTH_NTLM) return own_begin(dialogue, scheme, login);
    if (FAILED(http_sspi_begin(scheme, login, host, &dialogue->sspi, &token)))
        return own_begin(dialogue, scheme, login);
    field = make_field(name_of(scheme), token.data, token.size);
    ntlm_message_done(&token);
    return field;
}

static char *system_go_on(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const void *data, size_t size)
{
    struct ntlm_message token;
    char *field;

    if (FAILED(http_sspi_step(dialogue->sspi, data, size, &token))) return NULL;
    field = make_field(name_of(scheme), token.data, token.size);
    ntlm_message_done(&token);
    return field;
}

#else

char *http_dialogue_begin(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const struct http_login *login, const char *host)
{
    (void)host;
    return own_begin(dialogue, scheme, login);
}

#endif

char *http_dialogue_go_on(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const struct http_login *login, const struct http_span *token)
{
    size_t size;
    uint8_t *data = base64_decode(token->text, token->len, &size);
    char *field = NULL;

    if (!data) return NULL;
#ifdef _WIN32
    if (dialogue->sspi)
        field = system_go_on(dialogue, scheme, data, size);
    else
#endif
        field = own_go_on(dialogue, scheme, login, data, size);
    free(data);
    return field;
}

void http_dialogue_done(struct http_dialogue *dialogue)
{
#ifdef _WIN32
    http_sspi_end(dialogue->sspi);
#endif
    ntlm_message_done(&dialogue->first);
    *dialogue = (struct http_dialogue){0};
}
