/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/tls_socket.c: both ends of connections over loopback, driven by one thread as the peers are.
 */
#include <winsock2.h>

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "net/tls_socket.h"
#include "peer/certificate.h"

#define SIZE     (32u << 20)
#define BUFFER   65536
#define DEADLINE 30000 /* milliseconds */

struct end
{
    SOCKET socket;
    struct tls *tls;
    enum tls_status status;
};

static struct certificate machine;
static struct tls_context *contexts[2];
static struct end ends[2]; /* client, server */
static struct socket_set *set;
static unsigned char buffer[BUFFER], copy[BUFFER];

static bool check(void *ctx, const uint8_t *der, size_t size)
{
    (void)ctx;
    return size == machine.der_size && !memcmp(der, machine.der, size);
}

static void ready(void *ctx, socket_handle handle, unsigned int what)
{
    (void)ctx;
    (void)what;
    socket_set_want(set, handle, 0);
}

static bool connect_pair(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address);
    u_long on = 1;
    BOOL no_delay = TRUE;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr *)&address, &size))
        return false;
    ends[0].socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(ends[0].socket, (struct sockaddr *)&address, size)) return false;
    ends[1].socket = accept(listener, NULL, NULL);
    closesocket(listener);
    for (unsigned int i = 0; i < 2; i++)
    {
        struct tls_transport transport = tls_socket_transport(ends[i].socket);

        ioctlsocket(ends[i].socket, FIONBIO, &on);
        setsockopt(ends[i].socket, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay,
                   sizeof(no_delay));
        ends[i].status = TLS_WANT_READ;
        if (FAILED(tls_open(contexts[i], &transport, check, NULL, NULL, &ends[i].tls)))
            return false;
    }
    return true;
}

static void disconnect(void)
{
    for (unsigned int i = 0; i < 2; i++)
    {
        socket_set_want(set, ends[i].socket, 0);
        tls_destroy(ends[i].tls);
        if (ends[i].socket != INVALID_SOCKET) closesocket(ends[i].socket);
        ends[i].tls = NULL;
        ends[i].socket = INVALID_SOCKET;
    }
}

/* Until one of both can go on. */
static void wait_for_both(void)
{
    for (unsigned int i = 0; i < 2; i++)
        if (tls_socket_wanted(ends[i].status))
            socket_set_want(set, ends[i].socket, tls_socket_wanted(ends[i].status));
    socket_set_wait(set, DEADLINE, ready, NULL);
}

static bool is_waiting(const struct end *end)
{
    return tls_socket_wanted(end->status) != 0;
}

static bool shake(void)
{
    uint64_t end = test_ticks() + DEADLINE;

    while ((is_waiting(&ends[0]) || is_waiting(&ends[1])) && test_ticks() < end)
    {
        for (unsigned int i = 0; i < 2; i++)
            if (is_waiting(&ends[i])) ends[i].status = tls_handshake(ends[i].tls);
        if (is_waiting(&ends[0]) && is_waiting(&ends[1])) wait_for_both();
    }
    return ends[0].status == TLS_DONE && ends[1].status == TLS_DONE;
}

/* From the server to the client, which keeps up. */
static size_t transfer(size_t size)
{
    uint64_t end = test_ticks() + DEADLINE;
    size_t sent = 0, got = 0, part;
    bool same = true;

    while (got < size && test_ticks() < end)
    {
        size_t at = sent % BUFFER;

        ends[1].status = tls_write(ends[1].tls, buffer + at, sent < size ? BUFFER - at : 0, &part);
        sent += part;
        if (ends[1].status == TLS_FAILED) break;
        while ((ends[0].status = tls_read(ends[0].tls, copy, BUFFER - got % BUFFER, &part)) ==
               TLS_DONE)
        {
            same = same && !memcmp(copy, buffer + got % BUFFER, part);
            got += part;
        }
        if (ends[0].status != TLS_WANT_READ) break;
        if (got < size && ends[1].status != TLS_DONE) wait_for_both();
    }
    ok(same, "Other bytes.\n");
    return got;
}

static void test_transfer(void)
{
    uint64_t start, took;
    size_t got;

    ok(connect_pair(), "Not connected.\n");
    ok(shake(), "Got %s, %s.\n", tls_failure_text(ends[0].tls), tls_failure_text(ends[1].tls));
    start = test_ticks();
    got = transfer(SIZE);
    took = test_ticks() - start;
    ok(got == SIZE, "Got %zu bytes, %s, %s.\n", got, tls_failure_text(ends[0].tls),
       tls_failure_text(ends[1].tls));
    trace("%u MiB in %llu ms, %s\n", SIZE >> 20, (unsigned long long)took, tls_cipher(ends[0].tls));
    disconnect();
}

/* In good order, without it, and by a reset. */
static void test_ends(void)
{
    struct linger now = {1, 0};
    char byte;
    size_t got;

    ok(connect_pair() && shake(), "Not connected.\n");
    ok(tls_close(ends[1].tls) == TLS_DONE, "Not closed.\n");
    ends[0].status = TLS_WANT_READ;
    while ((ends[0].status = tls_read(ends[0].tls, &byte, 1, &got)) == TLS_WANT_READ)
        wait_for_both();
    ok(ends[0].status == TLS_CLOSED, "Got status %d.\n", ends[0].status);
    disconnect();

    for (unsigned int i = 0; i < 2; i++)
    {
        ok(connect_pair() && shake(), "Not connected.\n");
        if (i) setsockopt(ends[1].socket, SOL_SOCKET, SO_LINGER, (const char *)&now, sizeof(now));
        ends[1].status = TLS_DONE;
        closesocket(ends[1].socket);
        ends[1].socket = INVALID_SOCKET;
        while ((ends[0].status = tls_read(ends[0].tls, &byte, 1, &got)) == TLS_WANT_READ)
            wait_for_both();
        /* Wine may end it in order, though told otherwise. */
        ok(ends[0].status == TLS_FAILED, "Way %u: got status %d.\n", i, ends[0].status);
        ok(tls_failure(ends[0].tls) == TLS_FAILURE_CUT ||
               (i && tls_failure(ends[0].tls) == TLS_FAILURE_NETWORK),
           "Way %u: got %s.\n", i, tls_failure_text(ends[0].tls));
        disconnect();
    }
}

static bool make_contexts(void)
{
    struct certificate_request request = {.sid = "S-1-5-21-1-2-3-1000",
                                          .dns_name = "host.example.test",
                                          .not_before = 133537620300000000ull,
                                          .not_after = 133537620300000000ull + 14 * CERTIFICATE_DAY,
                                          .key_bits = CERTIFICATE_KEY_BITS};
    struct tls_identity identity;

    if (FAILED(certificate_make(&request, &machine))) return false;
    identity = (struct tls_identity){machine.der, machine.der_size, machine.key, machine.key_size};
    return SUCCEEDED(tls_context_create(&identity, TLS_CLIENT, &contexts[0])) &&
           SUCCEEDED(tls_context_create(&identity, TLS_SERVER, &contexts[1]));
}

START_TEST(tls_socket)
{
    WSADATA data;
    bool made =
        !WSAStartup(MAKEWORD(2, 2), &data) && make_contexts() && SUCCEEDED(socket_set_create(&set));

    ok(made, "Not ready.\n");
    if (!made) return;
    for (unsigned int i = 0; i < BUFFER; i++)
        buffer[i] = (unsigned char)(i * 7 + i / 251);
    RUN_TEST(test_transfer);
    RUN_TEST(test_ends);
    socket_set_destroy(set);
    tls_context_release(contexts[0]);
    tls_context_release(contexts[1]);
    certificate_done(&machine);
    WSACleanup();
}
