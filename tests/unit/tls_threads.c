/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * net/tls.c: handshakes on several threads with the same two keys. Without the locks of the TLS
 * library some of them fail, now and then. */
#include "harness/test.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/thread.h"
#include "net/tls.h"
#include "peer/certificate.h"

#define THREADS    4
#define HANDSHAKES 25
#define PIPE_SIZE  32768

struct pipe
{
    unsigned char bytes[PIPE_SIZE];
    size_t from, to;
};

struct end
{
    struct pipe *in, *out;
};

static struct certificate machines[2];
static struct tls_context *contexts[2];
static atomic_uint good, checks;

static int pipe_send(void *ctx, const void *data, size_t size)
{
    struct pipe *pipe = ((struct end *)ctx)->out;

    if (pipe->from == pipe->to) pipe->from = pipe->to = 0;
    if (size > PIPE_SIZE - pipe->to) size = PIPE_SIZE - pipe->to;
    memcpy(pipe->bytes + pipe->to, data, size);
    pipe->to += size;
    return size ? (int)size : TLS_IO_BLOCK;
}

static int pipe_receive(void *ctx, void *buffer, size_t size)
{
    struct pipe *pipe = ((struct end *)ctx)->in;

    if (size > pipe->to - pipe->from) size = pipe->to - pipe->from;
    memcpy(buffer, pipe->bytes + pipe->from, size);
    pipe->from += size;
    return size ? (int)size : TLS_IO_BLOCK;
}

static bool check(void *ctx, const uint8_t *der, size_t size)
{
    const struct certificate *other = ctx;

    atomic_fetch_add(&checks, 1);
    return size == other->der_size && !memcmp(der, other->der, size);
}

static bool shake(struct pipe pipes[2])
{
    struct end ends[2] = {{&pipes[1], &pipes[0]}, {&pipes[0], &pipes[1]}};
    enum tls_status status[2] = {TLS_WANT_READ, TLS_WANT_READ};
    struct tls *tls[2];

    for (unsigned int i = 0; i < 2; i++)
    {
        struct tls_transport transport = {pipe_send, pipe_receive, &ends[i]};

        pipes[i].from = pipes[i].to = 0;
        if (FAILED(tls_open(contexts[i], &transport, check, &machines[!i], NULL, &tls[i])))
            return false;
    }
    for (unsigned int i = 0; i < 100; i++)
        status[i % 2] = tls_handshake(tls[i % 2]);
    tls_destroy(tls[0]);
    tls_destroy(tls[1]);
    return status[0] == TLS_DONE && status[1] == TLS_DONE;
}

static void run(void *arg)
{
    struct pipe *pipes = calloc(2, sizeof(*pipes));

    (void)arg;
    for (unsigned int i = 0; pipes && i < HANDSHAKES; i++)
        if (shake(pipes)) atomic_fetch_add(&good, 1);
    free(pipes);
}

static void test_handshakes(void)
{
    struct thread threads[THREADS];
    uint64_t start = test_ticks(), took;

    memset(threads, 0, sizeof(threads));
    for (unsigned int i = 0; i < THREADS; i++)
        ok(thread_start(&threads[i], run, NULL, "handshakes") == S_OK, "No thread.\n");
    for (unsigned int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    took = test_ticks() - start;
    ok(atomic_load(&good) == THREADS * HANDSHAKES, "%u of %u went well.\n", atomic_load(&good),
       THREADS * HANDSHAKES);
    ok(atomic_load(&checks) == 2 * THREADS * HANDSHAKES, "Got %u checks.\n", atomic_load(&checks));
    trace("%u handshakes in %llu ms\n", THREADS * HANDSHAKES, (unsigned long long)took);
}

START_TEST(tls_threads)
{
    for (unsigned int i = 0; i < 2; i++)
    {
        struct certificate_request request = {
            .sid = i ? "S-1-5-21-1-2-3-1001" : "S-1-5-21-1-2-3-1000",
            .dns_name = "host.example.test",
            .not_before = 133537620300000000ull,
            .not_after = 133537620300000000ull + 14 * CERTIFICATE_DAY,
            .key_bits = CERTIFICATE_KEY_BITS};
        struct tls_identity identity;
        HRESULT hr = certificate_make(&request, &machines[i]);

        ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
        if (FAILED(hr)) return;
        identity = (struct tls_identity){machines[i].der, machines[i].der_size, machines[i].key,
                                         machines[i].key_size};
        hr = tls_context_create(&identity, i ? TLS_SERVER : TLS_CLIENT, &contexts[i]);
        ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
        if (FAILED(hr)) return;
    }
    RUN_TEST(test_handshakes);
    for (unsigned int i = 0; i < 2; i++)
    {
        tls_context_release(contexts[i]);
        certificate_done(&machines[i]);
    }
}
