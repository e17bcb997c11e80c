/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Is the server of a TLS connection the one that was asked for? Any thread; may wait for the
 * system, which looks for issuers. */
#ifndef OPENBITS_NET_SERVER_CERT_H
#define OPENBITS_NET_SERVER_CERT_H

#include "base/types.h"

#define SERVER_CERT_CACHE_SIZE 8

/* Numbered as BG_SSL_... */
enum server_cert_flag
{
    SERVER_CERT_REVOCATION = 0x1, /* ask whether it was taken back; the rest ask less */
    SERVER_CERT_ANY_NAME = 0x2,
    SERVER_CERT_ANY_DATE = 0x4,
    SERVER_CERT_ANY_AUTHORITY = 0x8,
    SERVER_CERT_ANY_USAGE = 0x10,
};

/* What was found good lately, so that many small requests do not pay for a check each. For one
 * thread at a time; zeroed is empty. */
struct server_cert_cache
{
    struct
    {
        tick_t until;
        uint32_t flags;
        char host[256];
        size_t size;
        unsigned char *encoded; /* the whole certificate */
    } entries[SERVER_CERT_CACHE_SIZE];
    unsigned int next; /* to be replaced */
};

void server_cert_cache_done(struct server_cert_cache *cache);

/* Was the certificate found good for the host lately? */
bool server_cert_is_known(const struct server_cert_cache *cache, const void *certificate,
                          const char *host, uint32_t flags);
void server_cert_remember(struct server_cert_cache *cache, const void *certificate,
                          const char *host, uint32_t flags);

/* Of Schannel's connection, a CtxtHandle; the host is a name in its ASCII form, or an address with
 * or without brackets. S_OK, or why not: ERR_HTTP_CERT_..., ERR_HTTP_SECURE_FAILURE. */
HRESULT server_cert_check_connection(struct server_cert_cache *cache, void *context,
                                     const char *host, uint32_t flags);

/* The certificate of Schannel's connection, a PCCERT_CONTEXT, or NULL. To be freed. */
const void *server_cert_of_connection(void *context);
void server_cert_free(const void *certificate);

/* SHA-256 of the certificate. */
bool server_cert_hash(const void *certificate, uint8_t hash[32]);
/* The certificate as it came, and it with its issuers as a serialised store; freed with free(). */
HRESULT server_cert_export(const void *certificate, uint8_t **cert, uint32_t *cert_size,
                           uint8_t **chain, uint32_t *chain_size);

/* Of a certificate, a PCCERT_CONTEXT; its store holds the issuers that came with it. */
HRESULT server_cert_check(const void *certificate, const char *host, uint32_t flags);

#endif
