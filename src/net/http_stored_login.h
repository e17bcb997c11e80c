/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Logins that users keep with the system (Credential Manager, cmdkey, CredWrite) for a proxy. They
 * are read when a proxy asks, and are those of whoever this process runs as. */
#ifndef OPENBITS_NET_HTTP_STORED_LOGIN_H
#define OPENBITS_NET_HTTP_STORED_LOGIN_H

#include "net/http_auth.h"

struct http_stored_login
{
    struct http_login login;
    WCHAR *user, *password; /* what the login points to */
};

/* proxy: scheme://server:port. What is kept for server:port comes before what is for the server.
 * S_FALSE: there is none. A login without a password that can be read is one as the user is logged
 * on: the system adds it where it speaks for him. */
HRESULT http_stored_login_read(const char *proxy, struct http_stored_login *stored);
/* Overwrites it. Takes a zeroed struct, too. */
void http_stored_login_done(struct http_stored_login *stored);

#endif
