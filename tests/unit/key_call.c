/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/key_server.c and peer/key_client.c: keys are exchanged by calls within this process, where
 * the test says who calls; and what the product's own door says of callers that prove nothing. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "base/thread.h"
#include "harness/sock.h"
#include "peer/key_client.h"
#include "peer/key_message.h"
#include "peer/key_server.h"
#include "fake_clock.h"
#include "local_door.h"
#include "peer/trust_table.h"

#define WITHIN_MS 10000

static HANDLE news;
static struct certificate ours, theirs;
static unsigned int served; /* calls that got as far as the table */

static void on_news(void *ctx)
{
    (void)ctx;
    SetEvent(news);
}

/* ---- both sides, on this thread ---- */

struct sides
{
    struct trust_table *server_table, *client_table;
    struct key_server *server;
    struct key_client *client;
    struct key_exchange_carrier carrier;
    HRESULT result;
    bool is_done;
};

static HRESULT serve(void *arg, const struct key_exchange_peer *caller, const uint8_t *blob,
                     size_t size, uint8_t **answer, size_t *answer_size)
{
    struct sides *sides = arg;

    served++;
    return trust_table_serve(sides->server_table, caller, blob, size, answer, answer_size);
}

static struct trust_table *make_table(const struct key_exchange_carrier *carrier,
                                      const struct certificate *own)
{
    const struct trust_table_config config = {carrier, fake_clock, false};
    struct trust_table *table;

    ok(trust_table_create(&config, &table) == S_OK, "There is no table.\n");
    ok(trust_table_set_own(table, own->der, own->der_size) == S_OK, "It has no certificate.\n");
    return table;
}

static bool open_sides(struct sides *sides, const struct key_door *server_door,
                       const struct key_door *client_door)
{
    HRESULT hr;

    memset(sides, 0, sizeof(*sides));
    served = 0;
    hr = server_door ? key_server_create(server_door, on_news, NULL, &sides->server) : S_OK;
    ok(hr == S_OK, "The server does not open: %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return false;
    hr = key_client_create(client_door, &fake_clock, on_news, NULL, &sides->client);
    ok(hr == S_OK, "There is no client: %#lx.\n", (unsigned long)hr);
    sides->carrier = key_client_carrier(sides->client);
    sides->client_table = make_table(&sides->carrier, &ours);
    sides->server_table = make_table(&sides->carrier, &theirs);
    return true;
}

static void close_sides(struct sides *sides)
{
    key_client_destroy(sides->client);
    key_server_destroy(sides->server);
    trust_table_destroy(sides->client_table);
    trust_table_destroy(sides->server_table);
}

static void on_done(void *arg, HRESULT hr)
{
    struct sides *sides = arg;

    sides->result = hr;
    sides->is_done = true;
}

static HRESULT begin(struct sides *sides)
{
    const struct trust trust = trust_table_trust(sides->client_table);

    sides->is_done = false;
    return trust_exchange(&trust, "localhost", on_done, sides);
}

static HRESULT exchange(struct sides *sides)
{
    HRESULT hr = begin(sides);

    if (FAILED(hr)) return hr;
    while (!sides->is_done)
    {
        if (sides->server) key_server_run(sides->server, serve, sides);
        key_client_run(sides->client, ticks);
        if (!sides->is_done && WaitForSingleObject(news, WITHIN_MS)) break;
    }
    ok(sides->is_done, "The call does not end.\n");
    return sides->is_done ? sides->result : E_FAIL;
}

static bool knows(struct trust_table *table, const struct certificate *certificate)
{
    const struct trust trust = trust_table_trust(table);
    const struct certificate_rules rules = {NOW, CERTIFICATE_USE_SERVER, CERTIFICATE_USE_ANY,
                                            false};
    struct trusted_peer peer;

    return trust_judge(&trust, &rules, certificate->der, certificate->der_size, &peer) ==
           TRUST_KNOWN;
}

/* ---- tests ---- */

static void test_exchange(void)
{
    struct sides sides;
    HRESULT hr;

    if (!open_sides(&sides, &local_door, &local_door)) return;
    hr = exchange(&sides);
    ok(hr == S_OK && served == 1, "Got %#lx.\n", (unsigned long)hr);
    ok(knows(sides.client_table, &theirs), "The caller does not know the server.\n");
    ok(knows(sides.server_table, &ours), "The server does not know the caller.\n");
    close_sides(&sides);
}

/* The server is gone and comes again. */
static void test_again(void)
{
    struct sides sides;
    HRESULT hr;

    for (unsigned int i = 0; i < 2; i++)
    {
        if (!open_sides(&sides, &local_door, &local_door)) return;
        hr = exchange(&sides);
        ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
        close_sides(&sides);
    }
    if (!open_sides(&sides, NULL, &local_door)) return;
    hr = exchange(&sides);
    ok(FAILED(hr) && !knows(sides.client_table, &theirs), "Nobody answers: %#lx.\n",
       (unsigned long)hr);
    close_sides(&sides);
}

/* What the product's door says of a caller over the network that proves nothing. */
static void test_stranger(void)
{
    static WCHAR port_name[8];
    struct key_door server_door = key_door_kerberos, client_door = local_door;
    struct sides sides;
    uint16_t port = 0;
    sock_t sock;
    HRESULT hr;

    /* A free port. */
    sock = sock_listen(false, 1, &port);
    sock_close(sock);
    swprintf(port_name, ARRAY_SIZE(port_name), L"%u", port);
    server_door.endpoint = client_door.endpoint = port_name;
    server_door.register_flags = 0; /* not the runtime refuses, but we */
    server_door.open = open_nothing;
    client_door.protocol = L"ncacn_ip_tcp";
    if (!open_sides(&sides, &server_door, &client_door)) return;
    hr = exchange(&sides);
    ok(hr == E_ACCESSDENIED || hr == HRESULT_FROM_WIN32(RPC_S_ACCESS_DENIED), "Got %#lx.\n",
       (unsigned long)hr);
    ok(!served, "It was served.\n");
    ok(!knows(sides.client_table, &theirs) && !knows(sides.server_table, &ours),
       "Somebody is known.\n");
    close_sides(&sides);

    /* That it was for the caller alone. */
    server_door.name_caller = call_us;
    if (!open_sides(&sides, &server_door, &client_door)) return;
    hr = exchange(&sides);
    ok(hr == S_OK && served == 1, "Got %#lx.\n", (unsigned long)hr);
    close_sides(&sides);
}

static void test_no_domain(void)
{
    struct key_server *server;
    struct sides sides;
    HRESULT hr;

    if (key_door_is_in_domain())
    {
        skip("This machine is in a domain.\n");
        return;
    }
    hr = key_server_create(&key_door_kerberos, on_news, NULL, &server);
    ok(hr == E_NOTIMPL && !server, "The door opens: %#lx.\n", (unsigned long)hr);
    if (!open_sides(&sides, NULL, &key_door_kerberos)) return;
    hr = exchange(&sides);
    ok(hr == E_NOTIMPL, "It is called: %#lx.\n", (unsigned long)hr);
    close_sides(&sides);
}

/* ---- bytes of one's own making ---- */

struct raw_call
{
    unsigned int method;
    const uint8_t *bytes;
    unsigned int size;
    RPC_STATUS status;
};

static void call_raw(void *arg)
{
    struct raw_call *call = arg;
    RPC_CLIENT_INTERFACE spec = {.Length = sizeof(spec),
                                 .InterfaceId = key_door_interface,
                                 .TransferSyntax = key_door_syntax};
    RPC_MESSAGE message = {.DataRepresentation = 0x10,
                           .BufferLength = call->size,
                           .ProcNum = call->method | RPC_FLAGS_VALID_BIT,
                           .RpcInterfaceInformation = &spec};
    RPC_WSTR text;
    RPC_BINDING_HANDLE binding;

    if (!(call->status = RpcStringBindingComposeW(NULL, (RPC_WSTR)L"ncalrpc", NULL,
                                                  (RPC_WSTR)local_name, NULL, &text)))
    {
        call->status = RpcBindingFromStringBindingW(text, &binding);
        RpcStringFreeW(&text);
    }
    ok(!call->status, "There is no binding: %ld.\n", call->status);
    if (call->status) return;
    message.Handle = binding;
    if (!(call->status = I_RpcGetBuffer(&message)))
    {
        memcpy(message.Buffer, call->bytes, call->size);
        if (!(call->status = I_RpcSendReceive(&message))) I_RpcFreeBuffer(&message);
    }
    RpcBindingFree(&binding);
}

static RPC_STATUS send_raw(unsigned int method, const uint8_t *bytes, size_t size)
{
    struct raw_call call = {method, bytes, (unsigned int)size, 0};

    call_raw(&call);
    return call.status;
}

/* A23, A24, and other calls that are none. */
static void test_garbage(void)
{
    static uint8_t bytes[KEY_MESSAGE_MAX + 16], blob[KEY_BLOB_MAX + 1];
    struct sides sides;
    RPC_STATUS status;
    HRESULT hr;

    if (!open_sides(&sides, &local_door, &local_door)) return;
    memset(bytes, 0xff, sizeof(bytes));
    status = send_raw(0, bytes, 64);
    ok(status != 0, "Garbage is taken.\n");
    status = send_raw(0, bytes, 3);
    ok(status != 0, "Three bytes are taken.\n");
    key_call_write(bytes, blob, KEY_BLOB_MAX + 1);
    status = send_raw(0, bytes, key_call_size(KEY_BLOB_MAX + 1));
    ok(status != 0, "A blob that is too long is taken.\n");
    key_call_write(bytes, NULL, 0);
    status = send_raw(1, bytes, key_call_size(0));
    ok(status == RPC_S_PROCNUM_OUT_OF_RANGE, "Got %ld.\n", status);
    ok(!served, "Something was served.\n");
    hr = exchange(&sides);
    ok(hr == S_OK && served == 1, "It does not go on: %#lx.\n", (unsigned long)hr);
    close_sides(&sides);
}

/* A certificate that is none is told to the caller, who has nobody then. */
static void test_bad_blob(void)
{
    struct sides sides;
    struct trust trust;
    HRESULT hr;

    if (!open_sides(&sides, &local_door, &local_door)) return;
    trust_table_destroy(sides.client_table);
    sides.client_table = make_table(&sides.carrier, &theirs); /* not the caller's own */
    trust = trust_table_trust(sides.client_table);
    hr = exchange(&sides);
    ok(hr == E_ACCESSDENIED && served == 1, "Got %#lx.\n", (unsigned long)hr);
    ok(!knows(sides.server_table, &theirs) && trust_has_peers(&trust), "It is known.\n");
    close_sides(&sides);
}

/* ---- those that do not answer ---- */

static void test_silence(void)
{
    static WCHAR port_name[8];
    struct key_door door = local_door;
    struct sides sides;
    uint16_t port = 0;
    sock_t sock = sock_listen(false, 4, &port);
    tick_t next;
    HRESULT hr;

    swprintf(port_name, ARRAY_SIZE(port_name), L"%u", port);
    door.protocol = L"ncacn_ip_tcp";
    door.endpoint = port_name;
    if (!open_sides(&sides, NULL, &door)) return;
    hr = begin(&sides);
    ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
    ok(sock_wait(sock, SOCK_READABLE, WITHIN_MS), "Nobody calls.\n");
    next = key_client_run(sides.client, ticks);
    ok(next == ticks + KEY_CLIENT_PATIENCE_MS && !sides.is_done, "It has ended.\n");
    ticks += KEY_CLIENT_PATIENCE_MS - 1;
    key_client_run(sides.client, ticks);
    ok(!sides.is_done, "It is given up too early.\n");
    ticks++;
    key_client_run(sides.client, ticks);
    ok(sides.is_done && sides.result == ERR_WIN32(ERROR_TIMEOUT), "Got %#lx.\n",
       (unsigned long)sides.result);
    hr = begin(&sides);
    ok(hr == E_ABORT, "It is asked again at once: %#lx.\n", (unsigned long)hr);
    /* Ends the thread, though the other side still says nothing. */
    close_sides(&sides);
    sock_close(sock);
}

/* The server ends while a call waits for it. */
static void test_end(void)
{
    struct sides sides;

    if (!open_sides(&sides, &local_door, &local_door)) return;
    ok(begin(&sides) == S_OK, "There is no call.\n");
    ok(!WaitForSingleObject(news, WITHIN_MS), "The call does not come.\n");
    key_server_destroy(sides.server);
    sides.server = NULL;
    while (!sides.is_done)
    {
        key_client_run(sides.client, ticks);
        if (!sides.is_done && WaitForSingleObject(news, WITHIN_MS)) break;
    }
    ok(sides.is_done && FAILED(sides.result) && !served, "Got %#lx.\n",
       (unsigned long)sides.result);
    close_sides(&sides);
}

static void make(const char *sid, struct certificate *certificate)
{
    const struct certificate_request request = {.sid = sid,
                                                .dns_name = "a.local",
                                                .not_before = NOW - CERTIFICATE_DAY,
                                                .not_after = NOW + 13 * CERTIFICATE_DAY,
                                                .key_bits = CERTIFICATE_KEY_BITS};

    ok(certificate_make(&request, certificate) == S_OK, "There is no certificate.\n");
}

START_TEST(key_call)
{
    sock_startup();
    news = CreateEventW(NULL, FALSE, FALSE, NULL);
    name_local_door();
    make(OUR_SID, &ours);
    make(THEIR_SID, &theirs);
    RUN_TEST(test_no_domain);
    RUN_TEST(test_exchange);
    RUN_TEST(test_again);
    RUN_TEST(test_garbage);
    RUN_TEST(test_bad_blob);
    RUN_TEST(test_end);
    RUN_TEST(test_stranger);
    RUN_TEST(test_silence);
    certificate_done(&ours);
    certificate_done(&theirs);
    CloseHandle(news);
}
