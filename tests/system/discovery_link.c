/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/discovery.c between two machines: this program is one of them, see discovery_link.sh. The
 * server is alpha, at 192.0.2.10 and 2001:db8::10. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "peer/discovery.h"
#include "peer/discovery_message.h"

#define WAIT_MS 40000

static char done_path[MAX_PATH];

static struct discovery *create(const char *fqdn)
{
    static const struct discovery_events none;
    struct discovery_config config = {.fqdn = fqdn, .domain = "lab.example"};
    struct discovery *discovery;
    HRESULT hr = discovery_create(&config, &none, &discovery);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return discovery;
}

static bool is_done(void *ctx)
{
    (void)ctx;
    return GetFileAttributesA(done_path) != INVALID_FILE_ATTRIBUTES;
}

static void test_server(void)
{
    struct discovery *discovery = create("alpha.lab.example");

    ok(discovery_set_roles(discovery, false, true) == S_OK, "No server.\n");
    ok(wait_for(is_done, NULL, WAIT_MS), "The client is not done.\n");
    discovery_destroy(discovery);
}

static bool has_address(const struct peer_info *peer, const char *text)
{
    struct peer_address address;

    peer_address_parse(text, strlen(text), &address);
    for (size_t i = 0; i < peer->address_count; i++)
        if (peer_address_is_equal(&peer->addresses[i], &address)) return true;
    return false;
}

/* Alpha with both of its addresses, and nobody else. */
static bool is_known(void *ctx)
{
    struct peer_info *peers;
    bool known = false;
    size_t count;

    ok(discovery_list_peers(ctx, true, &peers, &count) == S_OK, "No list.\n");
    for (size_t i = 0; i < count; i++)
        ok(!strcmp(peers[i].fqdn, "alpha.lab.example"), "Got %s.\n", peers[i].fqdn);
    if (count)
        known = peers->address_count == 2 && has_address(peers, "192.0.2.10") &&
                has_address(peers, "2001:db8::10");
    free(peers);
    return known;
}

static bool is_time(void *ctx)
{
    return test_ticks() >= *(uint64_t *)ctx;
}

static SOCKET open_ear(int family)
{
    SOCKET ear = socket(family, SOCK_DGRAM, IPPROTO_UDP);
    struct sockaddr_in6 any = {0};
    DWORD on = 1, time = WAIT_MS;

    any.sin6_family = (ADDRESS_FAMILY)family;
    any.sin6_port = htons(DISCOVERY_PORT_NUMBER); /* at the same place in both families */
    setsockopt(ear, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof(on));
    setsockopt(ear, SOL_SOCKET, SO_RCVTIMEO, (char *)&time, sizeof(time));
    if (family == AF_INET6) setsockopt(ear, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&on, sizeof(on));
    ok(!bind(ear, (struct sockaddr *)&any,
             family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(any)),
       "Got %d.\n", WSAGetLastError());
    return ear;
}

/* The groups are joined by the client of this machine. Listens to what this socket gets of them. */
static bool hears_bye(SOCKET ear)
{
    static struct discovery_message message;
    uint64_t end = test_ticks() + WAIT_MS;

    while (test_ticks() < end)
    {
        const char *fault;
        char text[2048];
        int size = recv(ear, text, sizeof(text), 0);

        if (size <= 0) return false;
        if (discovery_message_parse(text, (size_t)size, &message, &fault) != S_OK) continue;
        if (message.kind == DISCOVERY_BYE) return true;
    }
    return false;
}

static void test_client(void)
{
    struct discovery *discovery = create("beta.lab.example");
    SOCKET ears[2];
    uint64_t time;

    ok(discovery_set_roles(discovery, true, false) == S_OK, "No client.\n");
    ok(discovery_request(discovery), "The client is off.\n");
    ok(wait_for(is_known, discovery, WAIT_MS), "D1: not known.\n");

    /* Once more, when the Hello is over. Nobody is answered twice in a second. */
    time = test_ticks() + 1100;
    ok(wait_for(is_time, &time, WAIT_MS), "The time stands still.\n");
    discovery_cancel(discovery);
    discovery_clear_peers(discovery);
    ok(discovery_request(discovery), "The client is off.\n");
    ok(wait_for(is_known, discovery, WAIT_MS), "D2: not known.\n");

    ears[0] = open_ear(AF_INET);
    ears[1] = open_ear(AF_INET6);
    CloseHandle(CreateFileA(done_path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL));
    for (unsigned int i = 0; i < 2; i++)
    {
        ok(hears_bye(ears[i]), "No Bye by ear %u.\n", i);
        closesocket(ears[i]);
    }
    discovery_destroy(discovery);
}

START_TEST(discovery_link)
{
    WSADATA data;
    char role[16];

    WSAStartup(MAKEWORD(2, 2), &data);
    test_env("OPENBITS_LINK_DONE", done_path, sizeof(done_path));
    if (test_env("OPENBITS_LINK_ROLE", role, sizeof(role)) && !strcmp(role, "server"))
        RUN_TEST(test_server);
    else
        RUN_TEST(test_client);
    WSACleanup();
}
