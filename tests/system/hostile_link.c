/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Certificates and connections of a hostile machine. */
#include "hostile.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "net/tls_socket.h"

#define SID "S-1-5-21-1-2-3-1104"

/* Nobody waits for ever, not even here. */
#define WAIT_MS 30000

bool hostile_make_certificate(enum hostile_certificate kind, struct certificate *certificate)
{
    const filetime_t now = clock_filetime(&clock_system);
    struct certificate_request request = {.sid = SID,
                                          .dns_name = "hostile.local",
                                          .not_before = now - CERTIFICATE_DAY,
                                          .not_after = now + 10 * CERTIFICATE_DAY,
                                          .key_bits = CERTIFICATE_KEY_BITS};

    if (kind == HOSTILE_EXPIRED)
    {
        request.not_before = now - 20 * CERTIFICATE_DAY;
        request.not_after = now - CERTIFICATE_DAY;
    }
    if (kind == HOSTILE_FUTURE) request.not_before = now + 2 * CERTIFICATE_DAY;
    if (kind == HOSTILE_WEAK) request.key_bits = 1024;
    return SUCCEEDED(certificate_make(&request, certificate));
}

struct tls_context *hostile_tls(const struct certificate *certificate, enum tls_role role)
{
    const struct tls_identity identity = {certificate->der, certificate->der_size, certificate->key,
                                          certificate->key_size};
    struct tls_context *context;

    return SUCCEEDED(tls_context_create(&identity, role, &context)) ? context : NULL;
}

void hostile_key_print(const struct certificate *certificate, char text[65])
{
    struct certificate_facts facts;

    certificate_read(certificate->der, certificate->der_size, &facts);
    for (unsigned int i = 0; i < CERTIFICATE_FINGERPRINT_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", facts.key_fingerprint[i]);
}

static bool believe(void *ctx, const uint8_t *der, size_t size)
{
    (void)ctx;
    (void)der;
    (void)size;
    return true;
}

/* Waits for what TLS waits for; false when it takes too long, or is over. */
static bool wait_for_socket(struct hostile_link *link, enum tls_status status)
{
    struct timeval limit = {WAIT_MS / 1000, 0};
    fd_set set;

    if (status != TLS_WANT_READ && status != TLS_WANT_WRITE) return false;
    FD_ZERO(&set);
    FD_SET(link->socket, &set);
    return select(0, status == TLS_WANT_READ ? &set : NULL, status == TLS_WANT_WRITE ? &set : NULL,
                  NULL, &limit) > 0;
}

bool hostile_open(struct hostile_link *link, SOCKET socket, struct tls_context *context)
{
    const struct tls_transport transport = tls_socket_transport(socket);
    enum tls_status status = TLS_FAILED;
    u_long yes = 1;

    *link = (struct hostile_link){socket, NULL};
    ioctlsocket(socket, FIONBIO, &yes);
    if (SUCCEEDED(tls_open(context, &transport, believe, NULL, "victim", &link->tls))) do
            status = tls_handshake(link->tls);
        while (wait_for_socket(link, status));
    if (status != TLS_DONE) hostile_close(link);
    return status == TLS_DONE;
}

void hostile_close(struct hostile_link *link)
{
    tls_destroy(link->tls);
    if (link->socket != INVALID_SOCKET) closesocket(link->socket);
    *link = (struct hostile_link){INVALID_SOCKET, NULL};
}

void hostile_reset(struct hostile_link *link)
{
    const struct linger none = {1, 0};

    setsockopt(link->socket, SOL_SOCKET, SO_LINGER, (const char *)&none, sizeof(none));
    hostile_close(link);
}

bool hostile_send(struct hostile_link *link, const void *data, size_t size)
{
    const uint8_t *at = data;
    enum tls_status status;
    size_t sent;

    do
    {
        status = tls_write(link->tls, at, size, &sent);
        at += sent;
        size -= sent;
    } while (wait_for_socket(link, status));
    return status == TLS_DONE && !size;
}

bool hostile_send_text(struct hostile_link *link, const char *format, ...)
{
    char text[4096];
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return size > 0 && (size_t)size < sizeof(text) && hostile_send(link, text, (size_t)size);
}

size_t hostile_receive(struct hostile_link *link, void *buffer, size_t size)
{
    enum tls_status status;
    size_t got;

    do
        status = tls_read(link->tls, buffer, size, &got);
    while (wait_for_socket(link, status));
    return status == TLS_DONE ? got : 0;
}

void hostile_wait_for_end(struct hostile_link *link)
{
    char bytes[512];

    while (hostile_receive(link, bytes, sizeof(bytes)))
        ;
}
