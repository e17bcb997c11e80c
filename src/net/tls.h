/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TLS over whatever sends and receives, without waiting: both sides show a certificate, and the
 * caller's check decides on the other's before any data passes. TLS 1.2. A connection belongs to
 * one thread; a context may be used by several. */
#ifndef OPENBITS_NET_TLS_H
#define OPENBITS_NET_TLS_H

#include "base/types.h"

/* Results of the transport's functions, beside a count of bytes above 0. */
#define TLS_IO_CLOSED 0 /* only when receiving: the other side will send no more */
#define TLS_IO_BLOCK  (-1)
#define TLS_IO_FAILED (-2)

/* They may do less than they were asked for, and never wait. */
struct tls_transport
{
    int (*send)(void *ctx, const void *data, size_t size);
    int (*receive)(void *ctx, void *buffer, size_t size);
    void *ctx;
};

enum tls_status
{
    TLS_DONE,
    TLS_WANT_READ,  /* call again when there is something to receive */
    TLS_WANT_WRITE, /* call again when it can send */
    TLS_CLOSED,     /* the other side has closed in good order */
    TLS_FAILED      /* for good; see tls_failure() */
};

enum tls_failure
{
    TLS_FAILURE_NONE,
    TLS_FAILURE_NETWORK,     /* the transport */
    TLS_FAILURE_CUT,         /* no more data, but not closed in good order */
    TLS_FAILURE_CERTIFICATE, /* we refused the other side, or it showed no certificate */
    TLS_FAILURE_REFUSED,     /* the other side sent an alert */
    TLS_FAILURE_PROTOCOL,
    TLS_FAILURE_MEMORY
};

/* May the other side, which shows this certificate, go on? Called at most once for a connection,
 * within tls_handshake(). */
typedef bool (*tls_check_fn)(void *ctx, const uint8_t *der, size_t size);

enum tls_role
{
    TLS_CLIENT,
    TLS_SERVER
};

struct tls_identity
{
    const uint8_t *der; /* one certificate */
    size_t der_size;
    const uint8_t *key; /* its private key, DER */
    size_t key_size;
};

struct tls_context;
struct tls;

/* Copies the identity. */
HRESULT tls_context_create(const struct tls_identity *identity, enum tls_role role,
                           struct tls_context **out);

/* Its connections go on. Takes NULL. */
void tls_context_release(struct tls_context *context);

/* The name is what a client says whom it wants to speak to (not looked at otherwise); NULL without.
 */
HRESULT tls_open(struct tls_context *context, const struct tls_transport *transport,
                 tls_check_fn check, void *check_ctx, const char *server_name, struct tls **out);

/* Sends nothing. Takes NULL. */
void tls_destroy(struct tls *tls);

/* To be called until it is TLS_DONE, before anything else. */
enum tls_status tls_handshake(struct tls *tls);

/* Reads what there is; *got is 0 unless TLS_DONE. Call until TLS_WANT_READ before waiting for the
 * transport: data may have been received already. */
enum tls_status tls_read(struct tls *tls, void *buffer, size_t size, size_t *got);

/* Has something been received that tls_read() has not given out? Then the transport need not have
 * more for it to go on. */
bool tls_has_pending(const struct tls *tls);

/* *sent counts what was taken, with every status; TLS_DONE when all is taken and handed to the
 * transport. After TLS_WANT_WRITE call again with the rest, even when nothing is left of it. */
enum tls_status tls_write(struct tls *tls, const void *data, size_t size, size_t *sent);

/* Says that we shall send no more. */
enum tls_status tls_close(struct tls *tls);

enum tls_failure tls_failure(const struct tls *tls);

/* For the log; not NULL. */
const char *tls_failure_text(const struct tls *tls);

/* The other side's certificate, as long as the connection; NULL before the end of the handshake. */
const uint8_t *tls_peer_certificate(const struct tls *tls, size_t *size);

/* The cipher suite's name; not NULL. */
const char *tls_cipher(const struct tls *tls);

#endif
