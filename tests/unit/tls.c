/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/tls.c: both ends in one thread, over two pipes that can be narrow, cut or damaged. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/ssl.h>

#include "net/mbedtls_setup.h"
#include "net/tls.h"
#include "peer/certificate.h"

#define PIPE_SIZE 65536
#define ROUNDS    200000
#define NO_PLACE  SIZE_MAX

/* One direction. */
struct pipe
{
    unsigned char bytes[PIPE_SIZE];
    size_t from, to;
    size_t total;    /* bytes that went in */
    size_t piece;    /* the most for one call */
    size_t capacity; /* the most that waits */
    size_t cut;      /* the end comes after so many bytes */
    size_t flip;     /* this byte is changed */
    bool is_closed;  /* no more goes in */
    bool is_broken;
};

struct end
{
    struct pipe *in, *out;
    struct tls *tls;
    const struct certificate *other; /* the certificate that is expected */
    bool accepts;
    unsigned int checks;
    enum tls_status status;
};

static struct pipe pipes[2];
static struct end client, server;
static struct certificate machines[2];
static struct tls_context *contexts[2];

static int pipe_send(void *ctx, const void *data, size_t size)
{
    struct pipe *pipe = ((struct end *)ctx)->out;

    if (pipe->is_broken) return TLS_IO_FAILED;
    if (pipe->from == pipe->to) pipe->from = pipe->to = 0;
    if (size > pipe->piece) size = pipe->piece;
    if (size > pipe->capacity - (pipe->to - pipe->from))
        size = pipe->capacity - (pipe->to - pipe->from);
    if (size > PIPE_SIZE - pipe->to) size = PIPE_SIZE - pipe->to;
    if (!size) return TLS_IO_BLOCK;

    memcpy(pipe->bytes + pipe->to, data, size);
    if (pipe->flip >= pipe->total && pipe->flip < pipe->total + size)
        pipe->bytes[pipe->to + pipe->flip - pipe->total] ^= 0x55;
    pipe->total += size;
    pipe->to += size;
    /* What lies beyond the cut is lost. */
    if (pipe->total > pipe->cut)
    {
        size_t lost = pipe->total - pipe->cut;

        pipe->to = lost > pipe->to - pipe->from ? pipe->from : pipe->to - lost;
        pipe->is_closed = true;
    }
    return (int)size;
}

static int pipe_receive(void *ctx, void *buffer, size_t size)
{
    struct pipe *pipe = ((struct end *)ctx)->in;

    if (pipe->is_broken) return TLS_IO_FAILED;
    if (size > pipe->piece) size = pipe->piece;
    if (size > pipe->to - pipe->from) size = pipe->to - pipe->from;
    if (!size) return pipe->is_closed ? TLS_IO_CLOSED : TLS_IO_BLOCK;
    memcpy(buffer, pipe->bytes + pipe->from, size);
    pipe->from += size;
    return (int)size;
}

static bool check(void *ctx, const uint8_t *der, size_t size)
{
    struct end *end = ctx;

    end->checks++;
    return end->accepts && size == end->other->der_size && !memcmp(der, end->other->der, size);
}

static void reset(void)
{
    for (unsigned int i = 0; i < 2; i++)
    {
        memset(&pipes[i], 0, sizeof(pipes[i]));
        pipes[i].piece = pipes[i].capacity = PIPE_SIZE;
        pipes[i].cut = pipes[i].flip = NO_PLACE;
    }
    client = (struct end){&pipes[1], &pipes[0], NULL, &machines[1], true, 0, TLS_WANT_READ};
    server = (struct end){&pipes[0], &pipes[1], NULL, &machines[0], true, 0, TLS_WANT_READ};
}

static struct tls *open_end(struct end *end, struct tls_context *context, const char *name)
{
    struct tls_transport transport = {pipe_send, pipe_receive, end};
    HRESULT hr = tls_open(context, &transport, check, end, name, &end->tls);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    return end->tls;
}

static void open_both(void)
{
    open_end(&client, contexts[0], "server.example.test");
    open_end(&server, contexts[1], NULL);
}

static void close_both(void)
{
    tls_destroy(client.tls);
    tls_destroy(server.tls);
    client.tls = server.tls = NULL;
}

static bool is_waiting(const struct end *end)
{
    return end->status == TLS_WANT_READ || end->status == TLS_WANT_WRITE;
}

/* An end whose other end is gone sees the end of the data. */
static void shake(void)
{
    for (unsigned int i = 0; i < ROUNDS && (is_waiting(&client) || is_waiting(&server)); i++)
    {
        if (is_waiting(&client)) client.status = tls_handshake(client.tls);
        if (is_waiting(&server)) server.status = tls_handshake(server.tls);
        if (client.status == TLS_FAILED) client.out->is_closed = true;
        if (server.status == TLS_FAILED) server.out->is_closed = true;
    }
}

static void expect_failure(const struct end *end, enum tls_failure failure, const char *what)
{
    ok(end->status == TLS_FAILED, "%s: got status %d.\n", what, end->status);
    ok(tls_failure(end->tls) == failure, "%s: got %s.\n", what, tls_failure_text(end->tls));
}

/* Nothing passes over a connection that failed. */
static void expect_dead(const struct end *end, const char *what)
{
    char byte;
    size_t count;

    ok(tls_handshake(end->tls) == TLS_FAILED, "%s: the handshake goes on.\n", what);
    ok(tls_write(end->tls, "x", 1, &count) == TLS_FAILED && !count, "%s: writes.\n", what);
    ok(tls_read(end->tls, &byte, 1, &count) == TLS_FAILED && !count, "%s: reads.\n", what);
    ok(tls_peer_certificate(end->tls, &count) == NULL && !count, "%s: a certificate.\n", what);
}

static void send_all(struct end *from, struct end *to, size_t size)
{
    unsigned char *data = malloc(size), *copy = calloc(1, size);
    size_t sent = 0, got = 0;

    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(i * 7 + i / 251);
    for (unsigned int i = 0; i < ROUNDS && got < size; i++)
    {
        size_t part;
        enum tls_status status;

        status = tls_write(from->tls, data + sent, size - sent, &part);
        sent += part;
        if (status != TLS_DONE && status != TLS_WANT_WRITE) break;
        while ((status = tls_read(to->tls, copy + got, size - got, &part)) == TLS_DONE && part)
            got += part;
        if (status == TLS_FAILED) break;
    }
    ok(sent == size && got == size, "Sent %zu, got %zu of %zu.\n", sent, got, size);
    ok(!memcmp(data, copy, size), "Other bytes.\n");
    free(data);
    free(copy);
}

static void test_both_ways(void)
{
    static const size_t pieces[] = {1, 7, 1000, PIPE_SIZE};

    for (unsigned int i = 0; i < ARRAY_SIZE(pieces); i++)
    {
        const uint8_t *der;
        size_t size;
        char byte;

        reset();
        for (unsigned int p = 0; p < 2; p++)
        {
            pipes[p].piece = pieces[i];
            pipes[p].capacity = pieces[i] * 3 < PIPE_SIZE ? pieces[i] * 3 : PIPE_SIZE;
        }
        open_both();
        shake();
        ok(client.status == TLS_DONE && server.status == TLS_DONE, "Pieces of %zu: %s, %s.\n",
           pieces[i], tls_failure_text(client.tls), tls_failure_text(server.tls));
        ok(client.checks == 1 && server.checks == 1, "Got %u, %u checks.\n", client.checks,
           server.checks);
        ok(strstr(tls_cipher(client.tls), "GCM") != NULL, "Got %s.\n", tls_cipher(client.tls));
        der = tls_peer_certificate(server.tls, &size);
        ok(size == machines[0].der_size && !memcmp(der, machines[0].der, size), "Another.\n");

        send_all(&client, &server, 50000);
        send_all(&server, &client, 50001);

        for (unsigned int n = 0; n < ROUNDS && tls_close(client.tls) == TLS_WANT_WRITE; n++)
            tls_read(server.tls, &byte, 1, &size);
        ok(tls_read(server.tls, &byte, 1, &size) == TLS_CLOSED, "Not closed.\n");
        ok(tls_failure(server.tls) == TLS_FAILURE_NONE, "Got %s.\n", tls_failure_text(server.tls));
        close_both();
    }
}

static void test_refused_client(void)
{
    withstands("F10");
    reset();
    open_both();
    server.accepts = false;
    shake();
    expect_failure(&server, TLS_FAILURE_CERTIFICATE, "server");
    expect_failure(&client, TLS_FAILURE_REFUSED, "client");
    ok(server.checks == 1, "Got %u checks.\n", server.checks);
    expect_dead(&server, "server");
    expect_dead(&client, "client");
    close_both();
}

static void test_refused_server(void)
{
    withstands("F9");
    reset();
    open_both();
    client.accepts = false;
    shake();
    expect_failure(&client, TLS_FAILURE_CERTIFICATE, "client");
    expect_failure(&server, TLS_FAILURE_REFUSED, "server");
    ok(!server.checks, "Got %u checks.\n", server.checks);
    expect_dead(&server, "server");
    expect_dead(&client, "client");
    close_both();
}

/* The transport has given all at once what is read byte by byte. */
static void test_pending(void)
{
    char byte;
    size_t count;

    reset();
    open_both();
    shake();
    ok(!tls_has_pending(server.tls), "Before anything was sent.\n");
    tls_write(client.tls, "ab", 2, &count);
    tls_write(client.tls, "c", 1, &count);
    for (const char *at = "abc"; *at; at++)
    {
        ok(tls_read(server.tls, &byte, 1, &count) == TLS_DONE && byte == *at, "Got %c.\n", byte);
        ok(tls_has_pending(server.tls) == (*at != 'c'), "After %c.\n", *at);
        ok(pipes[0].from == pipes[0].to, "The transport has more.\n");
    }
    ok(tls_read(server.tls, &byte, 1, &count) == TLS_WANT_READ && !count, "More.\n");
    close_both();
}

/* Nothing is lost when the transport takes no more for a while. */
static void test_blocked_write(void)
{
    static unsigned char data[16 * PIPE_SIZE];
    enum tls_status status;
    size_t sent = 0, got = 0, part;
    unsigned int blocked = 0;
    unsigned char buffer[1000];

    reset();
    open_both();
    shake();
    pipes[0].capacity = 1000;
    while (sent < sizeof(data))
    {
        status = tls_write(client.tls, data + sent, sizeof(data) - sent, &part);
        sent += part;
        if (status != TLS_WANT_WRITE) break;
        blocked++;
        while ((status = tls_read(server.tls, buffer, sizeof(buffer), &part)) == TLS_DONE)
            got += part;
        if (status != TLS_WANT_READ) break;
    }
    ok(sent == sizeof(data) && blocked > 2, "Sent %zu, blocked %u times.\n", sent, blocked);
    ok(got < sizeof(data), "All has arrived already.\n");
    for (unsigned int i = 0; i < ROUNDS; i++)
    {
        while (tls_read(server.tls, buffer, sizeof(buffer), &part) == TLS_DONE)
            got += part;
        if ((status = tls_close(client.tls)) != TLS_WANT_WRITE) break;
    }
    ok(status == TLS_DONE, "Got status %d.\n", status);
    while ((status = tls_read(server.tls, buffer, sizeof(buffer), &part)) == TLS_DONE)
        got += part;
    ok(status == TLS_CLOSED && got == sizeof(data), "Got %zu bytes, status %d.\n", got, status);
    close_both();
}

static int raw_send(void *ctx, const unsigned char *data, size_t size)
{
    int sent = pipe_send(ctx, data, size);

    return sent < 0 ? MBEDTLS_ERR_SSL_WANT_WRITE : sent;
}

static int raw_receive(void *ctx, unsigned char *buffer, size_t size)
{
    int got = pipe_receive(ctx, buffer, size);

    return got < 0 ? MBEDTLS_ERR_SSL_WANT_READ : got;
}

/* A client of another make, that shows no certificate. */
static void test_no_certificate(void)
{
    mbedtls_ssl_config config;
    mbedtls_ssl_context ssl;
    int code = MBEDTLS_ERR_SSL_WANT_READ;

    reset();
    open_end(&server, contexts[1], NULL);
    mbedtls_ssl_config_init(&config);
    mbedtls_ssl_init(&ssl);
    mbedtls_ssl_config_defaults(&config, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                MBEDTLS_SSL_PRESET_DEFAULT);
    mbedtls_ssl_conf_authmode(&config, MBEDTLS_SSL_VERIFY_NONE);
    mbedtls_ssl_conf_rng(&config, mbedtls_setup_random, NULL);
    ok(!mbedtls_ssl_setup(&ssl, &config), "No client.\n");
    mbedtls_ssl_set_bio(&ssl, &client, raw_send, raw_receive, NULL);

    for (unsigned int i = 0; i < ROUNDS && is_waiting(&server); i++)
    {
        if (code == MBEDTLS_ERR_SSL_WANT_READ) code = mbedtls_ssl_handshake(&ssl);
        server.status = tls_handshake(server.tls);
    }
    code = mbedtls_ssl_handshake(&ssl);
    expect_failure(&server, TLS_FAILURE_CERTIFICATE, "server");
    expect_dead(&server, "server");
    ok(!server.checks, "Got %u checks.\n", server.checks);
    ok(code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE, "Got %#x.\n", (unsigned int)-code);

    mbedtls_ssl_free(&ssl);
    mbedtls_ssl_config_free(&config);
    tls_destroy(server.tls);
}

/* The bytes of a whole handshake in both directions. */
static void measure(size_t totals[2])
{
    reset();
    open_both();
    shake();
    totals[0] = pipes[0].total;
    totals[1] = pipes[1].total;
    close_both();
}

static void test_cut_handshake(void)
{
    size_t totals[2];

    withstands("D14");
    measure(totals);
    for (unsigned int direction = 0; direction < 2; direction++)
        for (size_t cut = 0; cut < totals[direction]; cut += cut < 8 ? 1 : 61)
        {
            struct end *reader = direction ? &client : &server;

            reset();
            pipes[direction].cut = cut;
            if (!cut) pipes[direction].is_closed = true;
            open_both();
            shake();
            ok(reader->status == TLS_FAILED, "Direction %u cut at %zu: status %d.\n", direction,
               cut, reader->status);
            ok(tls_failure(reader->tls) == TLS_FAILURE_CUT, "Direction %u cut at %zu: %s.\n",
               direction, cut, tls_failure_text(reader->tls));
            close_both();
        }
}

/* The lengths of random values and signatures differ from run to run, so the end is left out. */
static void test_damaged_handshake(void)
{
    size_t totals[2];

    measure(totals);
    for (unsigned int direction = 0; direction < 2; direction++)
        for (size_t flip = 0; flip < totals[direction] - 10; flip += 67)
        {
            reset();
            pipes[direction].flip = flip;
            open_both();
            shake();
            /* A length that was made larger leaves an end waiting: the caller has a timeout. */
            ok(client.status != TLS_DONE || server.status != TLS_DONE,
               "Direction %u, byte %zu changed: both went on.\n", direction, flip);
            close_both();
        }
}

static void test_garbage(void)
{
    static const char http[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    reset();
    open_both();
    pipe_send(&client, http, sizeof(http) - 1);
    server.status = tls_handshake(server.tls);
    expect_failure(&server, TLS_FAILURE_PROTOCOL, "HTTP to the server");
    expect_dead(&server, "HTTP to the server");
    close_both();

    reset();
    open_both();
    client.status = tls_handshake(client.tls);
    pipe_send(&server, "HTTP/1.1 400 Bad Request\r\n\r\n", 28);
    client.status = tls_handshake(client.tls);
    expect_failure(&client, TLS_FAILURE_PROTOCOL, "HTTP to the client");
    close_both();

    for (unsigned int seed = 0; seed < 200; seed++)
    {
        unsigned char noise[500];

        for (size_t i = 0; i < sizeof(noise); i++)
            noise[i] = (unsigned char)((seed * 1103515245u + i * 2654435761u) >> 13);
        /* Half of them look like a handshake's first record. */
        if (seed % 2) memcpy(noise, "\x16\x03\x01\x01\xef\x01\x00\x01\xeb\x03\x03", 11);
        reset();
        open_both();
        pipe_send(&client, noise, sizeof(noise));
        pipes[0].is_closed = true;
        for (unsigned int i = 0; i < 10 && is_waiting(&server); i++)
            server.status = tls_handshake(server.tls);
        ok(server.status == TLS_FAILED, "Seed %u: got status %d.\n", seed, server.status);
        close_both();
    }
}

static void test_early_data(void)
{
    char byte;
    size_t count;

    reset();
    open_both();
    ok(tls_write(client.tls, "x", 1, &count) == TLS_FAILED && !count, "Before the handshake.\n");
    ok(!pipes[0].total, "Sent %zu bytes.\n", pipes[0].total);
    ok(tls_read(server.tls, &byte, 1, &count) == TLS_FAILED, "Before the handshake.\n");
    close_both();
}

static void test_broken_network(void)
{
    char byte;
    size_t count;

    reset();
    open_both();
    pipes[0].is_broken = true;
    client.status = tls_handshake(client.tls);
    expect_failure(&client, TLS_FAILURE_NETWORK, "client");
    close_both();

    reset();
    open_both();
    shake();
    pipes[0].is_closed = true;
    ok(tls_read(server.tls, &byte, 1, &count) == TLS_FAILED, "Cut between records.\n");
    ok(tls_failure(server.tls) == TLS_FAILURE_CUT, "Got %s.\n", tls_failure_text(server.tls));
    close_both();
}

static void test_damaged_data(void)
{
    char buffer[100];
    size_t count;

    withstands("D14");
    reset();
    open_both();
    shake();
    pipes[0].flip = pipes[0].total + 20;
    tls_write(client.tls, "some data for the other side", 28, &count);
    ok(tls_read(server.tls, buffer, sizeof(buffer), &count) == TLS_FAILED && !count,
       "Got %zu bytes.\n", count);
    ok(tls_failure(server.tls) == TLS_FAILURE_PROTOCOL, "Got %s.\n", tls_failure_text(server.tls));
    close_both();
}

static void test_context(void)
{
    struct tls_identity mixed = {machines[0].der, machines[0].der_size, machines[1].key,
                                 machines[1].key_size};
    struct tls_identity good = {machines[0].der, machines[0].der_size, machines[0].key,
                                machines[0].key_size};
    struct tls_context *context;
    HRESULT hr = tls_context_create(&mixed, TLS_SERVER, &context);

    ok(hr == E_INVALIDARG && !context, "Another's key: got hr %#x.\n", (unsigned int)hr);
    good.der_size--;
    hr = tls_context_create(&good, TLS_SERVER, &context);
    ok(hr == E_INVALIDARG && !context, "A cut certificate: got hr %#x.\n", (unsigned int)hr);
    tls_context_release(NULL);
    tls_destroy(NULL);

    /* A connection goes on when its context has been replaced. */
    good.der_size++;
    hr = tls_context_create(&good, TLS_CLIENT, &context);
    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    reset();
    open_end(&client, context, NULL);
    open_end(&server, contexts[1], NULL);
    tls_context_release(context);
    shake();
    ok(client.status == TLS_DONE && server.status == TLS_DONE, "Got %s, %s.\n",
       tls_failure_text(client.tls), tls_failure_text(server.tls));
    send_all(&client, &server, 100);
    close_both();
}

/* Both ends may be one machine's, as two programs of one test have it. */
static void test_same_identity(void)
{
    struct tls_identity identity = {machines[0].der, machines[0].der_size, machines[0].key,
                                    machines[0].key_size};
    struct tls_context *context;

    tls_context_create(&identity, TLS_SERVER, &context);
    reset();
    client.other = &machines[0];
    open_end(&client, contexts[0], NULL);
    open_end(&server, context, NULL);
    shake();
    ok(client.status == TLS_DONE && server.status == TLS_DONE, "Got %s, %s.\n",
       tls_failure_text(client.tls), tls_failure_text(server.tls));
    ok(client.checks == 1 && server.checks == 1, "Got %u, %u checks.\n", client.checks,
       server.checks);
    close_both();

    reset();
    client.other = &machines[0];
    server.accepts = false;
    open_end(&client, contexts[0], NULL);
    open_end(&server, context, NULL);
    shake();
    expect_failure(&server, TLS_FAILURE_CERTIFICATE, "our own certificate");
    close_both();
    tls_context_release(context);
}

static bool make_machines(void)
{
    static const char *const sids[] = {"S-1-5-21-1-2-3-1000", "S-1-5-21-1-2-3-1001"};

    for (unsigned int i = 0; i < 2; i++)
    {
        struct certificate_request request = {sids[i],
                                              "host.example.test",
                                              133537620300000000ull,
                                              133537620300000000ull + 14 * CERTIFICATE_DAY,
                                              2048,
                                              NULL,
                                              0};
        struct tls_identity identity;

        if (FAILED(certificate_make(&request, &machines[i]))) return false;
        identity = (struct tls_identity){machines[i].der, machines[i].der_size, machines[i].key,
                                         machines[i].key_size};
        if (FAILED(tls_context_create(&identity, i ? TLS_SERVER : TLS_CLIENT, &contexts[i])))
            return false;
    }
    return true;
}

START_TEST(tls)
{
    bool made = make_machines();

    ok(made, "No certificates.\n");
    if (!made) return;
    RUN_TEST(test_both_ways);
    RUN_TEST(test_pending);
    RUN_TEST(test_blocked_write);
    RUN_TEST(test_refused_client);
    RUN_TEST(test_refused_server);
    RUN_TEST(test_no_certificate);
    RUN_TEST(test_cut_handshake);
    RUN_TEST(test_damaged_handshake);
    RUN_TEST(test_garbage);
    RUN_TEST(test_early_data);
    RUN_TEST(test_broken_network);
    RUN_TEST(test_damaged_data);
    RUN_TEST(test_context);
    RUN_TEST(test_same_identity);
    for (unsigned int i = 0; i < 2; i++)
    {
        tls_context_release(contexts[i]);
        certificate_done(&machines[i]);
    }
}
