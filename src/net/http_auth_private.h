/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of http_auth: which scheme is tried, and what it says. */
#ifndef OPENBITS_NET_HTTP_AUTH_PRIVATE_H
#define OPENBITS_NET_HTTP_AUTH_PRIVATE_H

#include "net/http_auth.h"
#include "net/http_challenge.h"
#include "net/http_ntlm.h"

/* A dialogue of NTLM or Negotiate: by the system, or, where that cannot, by our own messages. */
struct http_dialogue
{
    struct http_sspi *sspi; /* NULL: our own */
    struct ntlm_message first;
};

struct http_text_login
{
    char *user, *password; /* UTF-8 */
};

/* A copy as UTF-8; false when it has none or there is no memory. */
bool http_text_login_make(struct http_text_login *text, const struct http_login *login);
/* The login in a URL, decoded. */
bool http_text_login_of_url(struct http_text_login *text, const char *url);
void http_text_login_done(struct http_text_login *text);

/* Values of fields from malloc(); NULL: it cannot be said, or there is no memory. */
char *http_basic_field(const struct http_text_login *login);
/* count: of answers to the challenge, this one among them. */
char *http_digest_field(const struct http_text_login *login, const struct http_challenge *challenge,
                        const char *method, const char *uri, unsigned int count);
/* The first word of a dialogue, and what follows the server's token. */
char *http_dialogue_begin(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const struct http_login *login, const char *host);
char *http_dialogue_go_on(struct http_dialogue *dialogue, enum http_auth_scheme scheme,
                          const struct http_login *login, const struct http_span *token);
void http_dialogue_done(struct http_dialogue *dialogue);

/* What is answered for the first time. Takes the place over; NULL: nothing is kept. */
void http_auth_question_keep(struct http_auth_question *question, char *place, bool is_secure,
                             enum http_auth_scheme scheme, const struct http_span *fields);

/* Parts of a URL from malloc(): what the request line has, the host's name, and host:port. */
char *http_url_target(const char *url);
char *http_url_host(const char *url);
char *http_url_authority(const char *url);

void http_wipe_text(char *text); /* and free it; NULL is welcome */

#endif
