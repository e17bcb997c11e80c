/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_gate.c */
#include "harness/test.h"

#include <string.h>

#include "peer/peer_gate.h"
#include "unit/peer_certificate_data.h"

/* 2024-03-02 10:20:30, in the middle of what the certificates are good for */
#define NOW (133537620300000000ull + CERTIFICATE_DAY)

static struct trust_list *list;
static struct trust trust;
static filetime_t now;

static tick_t no_ticks(void *ctx)
{
    (void)ctx;
    return 0;
}

static filetime_t now_of(void *ctx)
{
    (void)ctx;
    return now;
}

static const struct clock test_clock = {no_ticks, now_of, NULL};

static void trust_in(const uint8_t *der, size_t size)
{
    struct trusted_peer peer = {.name = "peer", .use = CERTIFICATE_USE_ANY};

    certificate_fingerprint(der, size, peer.fingerprint);
    trust_list_set(list, &peer, 1);
}

static struct peer_gate gate_for(enum tls_role role)
{
    struct peer_gate gate;

    now = NOW;
    peer_gate_init(&gate, &trust, &test_clock, role, false);
    return gate;
}

static bool check_strong(struct peer_gate *gate)
{
    return peer_gate_check(gate, cert_strong, sizeof(cert_strong));
}

static void test_known(void)
{
    static const enum tls_role roles[] = {TLS_CLIENT, TLS_SERVER};

    trust_in(cert_strong, sizeof(cert_strong));
    for (unsigned int i = 0; i < ARRAY_SIZE(roles); i++)
    {
        struct peer_gate gate = gate_for(roles[i]);

        ok(check_strong(&gate) && gate.verdict == TRUST_KNOWN, "Got %d.\n", gate.verdict);
        ok(!strcmp(gate.peer.name, "peer"), "Got %s.\n", gate.peer.name);
        ok(peer_gate_is_trusted(&gate), "Not trusted.\n");
    }
}

static void test_stranger(void)
{
    struct peer_gate client = gate_for(TLS_CLIENT), server = gate_for(TLS_SERVER);

    trust_list_set(list, NULL, 0);
    ok(!check_strong(&client), "A client goes on.\n");
    ok(client.verdict == TRUST_UNKNOWN, "Got %d.\n", client.verdict);
    ok(check_strong(&server), "A server does not.\n");
    ok(!peer_gate_is_trusted(&server) && !server.peer.name[0], "Trusted.\n");

    /* While it is connected. */
    trust_in(cert_strong, sizeof(cert_strong));
    ok(peer_gate_is_trusted(&server) && server.peer.name[0], "Not trusted.\n");
    trust_list_set(list, NULL, 0);
    ok(!peer_gate_is_trusted(&server) && !server.peer.name[0], "Still trusted.\n");
}

static void test_unfit(void)
{
    struct peer_gate gate = gate_for(TLS_SERVER);

    trust_in(cert_vista, sizeof(cert_vista));
    ok(!peer_gate_check(&gate, cert_vista, sizeof(cert_vista)), "Weak, but let in.\n");
    ok(!peer_gate_is_trusted(&gate), "Trusted.\n");
    ok(!peer_gate_check(&gate, cert_strong, sizeof(cert_strong) - 1), "Cut, but let in.\n");
    ok(!peer_gate_is_trusted(&gate), "Trusted.\n");

    gate.allows_legacy = true;
    ok(peer_gate_check(&gate, cert_vista, sizeof(cert_vista)), "Not let in.\n");

    /* Meant for servers: no client may show it. */
    trust_in(cert_server_only, sizeof(cert_server_only));
    ok(!peer_gate_check(&gate, cert_server_only, sizeof(cert_server_only)), "Let in.\n");
    gate = gate_for(TLS_CLIENT);
    gate.allows_legacy = true;
    ok(peer_gate_check(&gate, cert_server_only, sizeof(cert_server_only)), "Not let in.\n");
}

static void test_expiry(void)
{
    struct peer_gate gate = gate_for(TLS_SERVER);

    trust_in(cert_strong, sizeof(cert_strong));
    ok(check_strong(&gate), "Not let in.\n");
    now = NOW + 14 * CERTIFICATE_DAY;
    ok(!peer_gate_is_trusted(&gate), "Trusted after its end.\n");
    now = NOW - 2 * CERTIFICATE_DAY;
    ok(!peer_gate_is_trusted(&gate), "Trusted before its begin.\n");
}

static void test_before(void)
{
    struct peer_gate gate = gate_for(TLS_CLIENT);

    ok(!peer_gate_is_trusted(&gate) && gate.verdict == TRUST_REFUSED, "Got %d.\n", gate.verdict);
}

START_TEST(peer_gate)
{
    if (FAILED(trust_list_create(&list))) return;
    trust = trust_list_trust(list);
    RUN_TEST(test_known);
    RUN_TEST(test_stranger);
    RUN_TEST(test_unfit);
    RUN_TEST(test_expiry);
    RUN_TEST(test_before);
    trust_list_destroy(list);
}
