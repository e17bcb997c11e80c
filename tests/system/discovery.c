/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery.c on the loopback link: two machines' worth of it in one process, and a plain
 * socket that listens in and speaks. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/discovery_text.h"
#include "base/lock.h"
#include "peer/discovery.h"
#include "peer/discovery_message.h"

#define WAIT_MS 20000

static uint16_t port;               /* of discovery in this test */
static SOCKET ear = INVALID_SOCKET; /* at that port, for what is sent to everybody */

static struct lock lock;
static unsigned int found, finished; /* lock */

static void count_event(void *ctx)
{
    lock_assert_none_held();
    lock_acquire(&lock);
    ++*(unsigned int *)ctx;
    lock_release(&lock);
}

static void on_found(void *ctx)
{
    (void)ctx;
    count_event(&found);
}

static void on_finished(void *ctx)
{
    (void)ctx;
    count_event(&finished);
}

static unsigned int value_of(unsigned int *count)
{
    unsigned int value;

    lock_acquire(&lock);
    value = *count;
    lock_release(&lock);
    return value;
}

struct wanted
{
    unsigned int *count;
    unsigned int value;
};

static bool has_come(void *ctx)
{
    const struct wanted *wanted = ctx;

    return value_of(wanted->count) >= wanted->value;
}

static bool wait_count(unsigned int *count, unsigned int value)
{
    return wait_for(has_come, &(struct wanted){count, value}, WAIT_MS);
}

static struct discovery *create(const char *fqdn)
{
    struct discovery_config config = {
        .fqdn = fqdn, .domain = "lab.example", .place = {.port = port}, .is_loopback = true};
    struct discovery_events events = {on_found, on_finished, NULL};
    struct discovery *discovery;
    HRESULT hr = discovery_create(&config, &events, &discovery);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    found = finished = 0;
    return discovery;
}

static SOCKET open_plain(uint16_t at, bool shares, int *error)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(at)};
    SOCKET handle = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    DWORD on = 1, time = WAIT_MS;

    if (shares) setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof(on));
    setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof(time));
    *error = bind(handle, (struct sockaddr *)&address, sizeof(address)) ? WSAGetLastError() : 0;
    return handle;
}

static uint16_t port_of(SOCKET handle)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    getsockname(handle, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

static void use_loopback(SOCKET handle)
{
    struct in_addr loopback;

    loopback.s_addr = htonl(INADDR_LOOPBACK);
    ok(!setsockopt(handle, IPPROTO_IP, IP_MULTICAST_IF, (char *)&loopback, sizeof(loopback)),
       "Got %d.\n", WSAGetLastError());
}

static SOCKET open_ear(void)
{
    struct ip_mreq group;
    SOCKET handle;
    int error;

    handle = open_plain(port, true, &error);
    ok(!error, "Got %d.\n", error);
    group.imr_multiaddr.s_addr = inet_addr(DISCOVERY_GROUP_IPV4);
    group.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    ok(!setsockopt(handle, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&group, sizeof(group)),
       "Got %d.\n", WSAGetLastError());
    return handle;
}

static void send_text(SOCKET handle, const void *text, size_t size)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    address.sin_addr.s_addr = inet_addr(DISCOVERY_GROUP_IPV4);
    ok(sendto(handle, text, (int)size, 0, (struct sockaddr *)&address, sizeof(address)) ==
           (int)size,
       "Got %d.\n", WSAGetLastError());
}

/* The next message of the kind; those of other kinds are passed over. */
static bool hear(SOCKET handle, enum discovery_kind kind, struct discovery_message *message,
                 uint16_t *from)
{
    uint64_t end = test_ticks() + WAIT_MS;

    while (test_ticks() < end)
    {
        struct sockaddr_in address = {0};
        int address_size = sizeof(address), size;
        const char *fault;
        char text[2048];

        size = recvfrom(handle, text, sizeof(text), 0, (struct sockaddr *)&address, &address_size);
        if (size <= 0) break;
        ok(size < 1400, "Got %d bytes.\n", size);
        if (discovery_message_parse(text, (size_t)size, message, &fault) != S_OK) continue;
        if (from) *from = ntohs(address.sin_port);
        if (message->kind == kind) return true;
    }
    return false;
}

static bool is_alpha(const struct peer_info *peer)
{
    static const struct peer_address loopback = {PEER_IPV4, {127, 0, 0, 1}, 0};

    return !strcmp(peer->fqdn, "alpha.lab.example") && peer->address_count &&
           peer_address_is_equal(&peer->addresses[0], &loopback);
}

static void expect_alpha(struct discovery *discovery)
{
    struct peer_info *peers;
    size_t count;

    ok(discovery_list_peers(discovery, true, &peers, &count) == S_OK, "No list.\n");
    ok(count == 1 && is_alpha(&peers[0]), "%zu peers.\n", count);
    free(peers);
}

static void test_names(void)
{
    static const struct discovery_events none;
    struct discovery_config config = {.fqdn = "alpha.other.example", .domain = "lab.example"};
    struct discovery *discovery;

    ok(discovery_create(&config, &none, &discovery) == E_INVALIDARG, "Taken.\n");
    config.fqdn = "al pha.lab.example";
    ok(discovery_create(&config, &none, &discovery) == E_INVALIDARG, "Taken.\n");
    config.domain = "";
    ok(discovery_create(&config, &none, &discovery) == E_INVALIDARG && !discovery, "Taken.\n");
}

/* The client hears the server start. */
static void test_hello(void)
{
    struct discovery *client = create("beta.lab.example"), *server = create("alpha.lab.example");

    ok(discovery_set_roles(client, true, false) == S_OK, "No client.\n");
    /* It listens when this is done. */
    ok(discovery_request(client), "The client is off.\n");
    discovery_cancel(client);
    ok(wait_count(&finished, 1), "Not finished.\n");

    ok(discovery_set_roles(server, false, true) == S_OK, "No server.\n");
    ok(wait_count(&found, 1), "Not found.\n");
    expect_alpha(client);
    discovery_clear_peers(client);
    discovery_destroy(server);
    discovery_destroy(client);
}

static bool is_time(void *ctx)
{
    return test_ticks() >= *(uint64_t *)ctx;
}

/* The client comes later, and asks. */
static void test_probe(void)
{
    struct discovery *client, *server = create("alpha.lab.example");
    struct discovery_message message;
    uint64_t time;

    ear = open_ear();
    discovery_set_roles(server, false, true);
    ok(hear(ear, DISCOVERY_HELLO, &message, NULL), "No Hello.\n");
    ok(hear(ear, DISCOVERY_HELLO, &message, NULL), "Hello is not repeated.\n");
    closesocket(ear);

    client = create("beta.lab.example");
    ok(!discovery_request(client), "The client is on.\n");
    discovery_set_roles(client, true, false);
    ok(discovery_request(client), "The client is off.\n");
    ok(wait_count(&found, 1), "Not found.\n");
    expect_alpha(client);
    ok(!value_of(&finished), "Finished early.\n");
    discovery_cancel(client);
    ok(wait_count(&finished, 1), "Not finished.\n");

    /* Suppressed, until the list is cleared. */
    discovery_request(client);
    ok(wait_count(&finished, 2), "D18: not finished at once.\n");
    /* Nobody is answered twice in a second. */
    time = test_ticks() + 1100;
    ok(wait_for(is_time, &time, WAIT_MS), "The time stands still.\n");
    found = 0;
    discovery_clear_peers(client);
    discovery_request(client);
    ok(wait_count(&found, 1), "Not found again.\n");
    discovery_destroy(client);
    discovery_destroy(server);
    ok(finished == 3, "Finished %u.\n", finished);
}

/* What is on the wire: who answers from where. */
static void test_answer(void)
{
    struct discovery *server = create("alpha.lab.example");
    struct discovery_message message, again;
    uint16_t from = 0;
    SOCKET asker;
    int error;

    ear = open_ear();
    asker = open_plain(0, false, &error);
    use_loopback(asker);
    discovery_set_roles(server, false, true);
    ok(hear(ear, DISCOVERY_HELLO, &message, &from), "No Hello.\n");
    ok(from == port, "Hello from port %u.\n", from);

    send_text(asker, probe_text, strlen(probe_text));
    ok(hear(asker, DISCOVERY_MATCHES, &message, &from), "D2: no answer.\n");
    ok(from == port, "D2: an answer from port %u.\n", from);
    ok(!strcmp(message.relates_to, "urn:uuid:c2a4b1de-90f1-4f7e-b1b5-52f4c7f00a02"),
       "D2: relates to %s.\n", message.relates_to);
    ok(!strcmp(message.fqdn, "alpha.lab.example"), "D2: from %s.\n", message.fqdn);
    ok(hear(asker, DISCOVERY_MATCHES, &again, &from), "D2: no repetition.\n");
    ok(!strcmp(message.message_id, again.message_id), "D2: the repetition is another one.\n");

    discovery_set_roles(server, false, false);
    ok(hear(ear, DISCOVERY_BYE, &message, &from), "No Bye.\n");
    ok(hear(ear, DISCOVERY_BYE, &message, &from), "Bye is not repeated.\n");
    closesocket(ear);
    closesocket(asker);
    discovery_destroy(server);
}

/* Can we have the port for ourselves? */
static bool is_free(void *ctx)
{
    int error;

    (void)ctx;
    closesocket(open_plain(port, false, &error));
    return !error;
}

static bool is_taken(void *ctx)
{
    return !is_free(ctx);
}

static bool gets_free(void)
{
    return wait_for(is_free, NULL, WAIT_MS);
}

static void test_off(void)
{
    struct discovery *discovery = create("alpha.lab.example");

    ok(gets_free(), "Taken from the start.\n");
    for (unsigned int i = 1; i < 4; i++)
    {
        discovery_set_roles(discovery, i & 1, i & 2);
        ok(wait_for(is_taken, NULL, WAIT_MS), "Roles %u: no socket.\n", i);
        discovery_set_roles(discovery, false, false);
        ok(gets_free(), "Roles %u: the port is not given back.\n", i);
    }
    discovery_destroy(discovery);
    ok(gets_free(), "The port is not given back.\n");
}

/* The port belongs to another program at first. */
static void test_taken(void)
{
    struct discovery *discovery = create("beta.lab.example");
    DWORD on = 1;
    SOCKET other = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

    setsockopt(other, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, sizeof(on));
    ok(!bind(other, (struct sockaddr *)&address, sizeof(address)), "Got %d.\n", WSAGetLastError());
    ok(discovery_set_roles(discovery, true, false) == S_OK, "No client.\n");
    ok(discovery_request(discovery), "The client is off.\n");
    discovery_cancel(discovery);
    ok(wait_count(&finished, 1), "Not finished.\n");
    closesocket(other);
    discovery_destroy(discovery);
}

/* A Hello with a number of its own. */
static void send_hello(SOCKET from, unsigned int number)
{
    char id[64], numbers[64], *first, *second, *third;

    sprintf(id, "5f0b6a52-7a3e-4c0e-9d63-%012u", number);
    sprintf(numbers, "MessageNumber=\"%u\"", number);
    first = replace_text(hello_text, "5f0b6a52-7a3e-4c0e-9d63-0d5a8f6c1e01", id);
    second = replace_text(first, "MessageNumber=\"1\"", numbers);
    third = replace_text(second, "https://192.0.2.10", "https://127.0.0.1");
    send_text(from, third, strlen(third));
    free(first);
    free(second);
    free(third);
}

/* Says it once more, unless it was heard. */
static bool is_heard(void *ctx)
{
    static unsigned int number = 1;
    const SOCKET *speaker = ctx;

    if (value_of(&found)) return true;
    send_hello(*speaker, ++number);
    return false;
}

static void test_rubbish(void)
{
    struct discovery *client = create("beta.lab.example");
    SOCKET speaker;
    char bytes[1400];
    int error;

    speaker = open_plain(0, false, &error);
    use_loopback(speaker);
    discovery_set_roles(client, true, true);
    discovery_request(client);
    discovery_cancel(client);
    ok(wait_count(&finished, 1), "Not finished.\n");

    srand(1);
    for (unsigned int i = 0; i < 20000; i++)
    {
        size_t size = (size_t)rand() % sizeof(bytes);

        memcpy(bytes, hello_text, size < strlen(hello_text) ? size : strlen(hello_text));
        for (unsigned int n = 0; n < 4 && size; n++)
            bytes[(size_t)rand() % size] = (char)rand();
        send_text(speaker, bytes, size);
    }
    ok(!value_of(&found), "Rubbish is taken.\n");

    /* Heard as soon as the flood has been forgotten. */
    ok(wait_for(is_heard, &speaker, WAIT_MS), "Not found.\n");
    expect_alpha(client);
    closesocket(speaker);
    discovery_destroy(client);
}

START_TEST(discovery)
{
    WSADATA data;
    SOCKET handle;
    int error;

    WSAStartup(MAKEWORD(2, 2), &data);
    lock_init(&lock, LOCK_RANK_LEAF, "test");
    handle = open_plain(0, false, &error);
    port = port_of(handle);
    closesocket(handle);

    RUN_TEST(test_names);
    RUN_TEST(test_hello);
    RUN_TEST(test_probe);
    RUN_TEST(test_answer);
    RUN_TEST(test_off);
    RUN_TEST(test_taken);
    RUN_TEST(test_rubbish);
    lock_done(&lock);
    WSACleanup();
}
