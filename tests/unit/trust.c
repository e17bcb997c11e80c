/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/trust.c and peer/trust_list.c */
#include "harness/test.h"

#include <string.h>

#include "peer/trust.h"
#include "unit/peer_certificate_data.h"

#define SID "S-1-5-21-1-2-3-1104"

static const struct certificate_rules rules = {133537620300000000ull + CERTIFICATE_DAY,
                                               CERTIFICATE_USE_CLIENT, CERTIFICATE_USE_ANY, false};

static struct trust_list *list;
static struct trust trust;

static struct trusted_peer strong_peer(void)
{
    struct trusted_peer peer = {.name = "strong", .use = CERTIFICATE_USE_ANY};

    certificate_fingerprint(cert_strong, sizeof(cert_strong), peer.fingerprint);
    return peer;
}

static enum trust_verdict judge(struct trusted_peer *peer)
{
    return trust_judge(&trust, &rules, cert_strong, sizeof(cert_strong), peer);
}

static void test_list(void)
{
    struct trusted_peer peer = strong_peer(), found;

    ok(!trust_has_peers(&trust), "Trusts someone.\n");
    ok(judge(&found) == TRUST_UNKNOWN && !found.name[0], "Known without a list.\n");

    ok(trust_list_set(list, &peer, 1) == S_OK, "Not set.\n");
    ok(trust_list_set(list, &peer, 1) == S_FALSE, "The same again.\n");
    ok(trust_has_peers(&trust), "Trusts no one.\n");
    ok(judge(&found) == TRUST_KNOWN, "Not known.\n");
    ok(!strcmp(found.name, "strong") && !strcmp(found.sid, SID), "Got %s, %s.\n", found.name,
       found.sid);

    ok(trust_list_set(list, NULL, 0) == S_OK, "Not emptied.\n");
    ok(trust_list_set(list, NULL, 0) == S_FALSE, "Empty again.\n");
    ok(judge(&found) == TRUST_UNKNOWN, "Known after that.\n");
}

/* What stays when a peer renews its certificate. */
static void test_pinned_key(void)
{
    struct trusted_peer peer = strong_peer(), found;
    struct certificate_facts facts;

    certificate_read(cert_strong, sizeof(cert_strong), &facts);
    memcpy(peer.fingerprint, facts.key_fingerprint, sizeof(peer.fingerprint));
    trust_list_set(list, &peer, 1);
    ok(judge(&found) == TRUST_KNOWN && !strcmp(found.name, "strong"), "Not known.\n");
    ok(trust_judge(&trust, &rules, cert_foreign, sizeof(cert_foreign), &found) == TRUST_REFUSED,
       "Signed by that key, but another's.\n");
}

static void test_pinned_sid(void)
{
    struct trusted_peer peer = strong_peer(), found;

    strcpy(peer.sid, SID);
    trust_list_set(list, &peer, 1);
    ok(judge(&found) == TRUST_KNOWN, "Not known.\n");
    strcpy(peer.sid, "S-1-5-21-1-2-3-1105");
    trust_list_set(list, &peer, 1);
    ok(judge(&found) == TRUST_REFUSED && !found.name[0], "Another SID.\n");
    strcpy(peer.sid, "S-1-5-21-1-2-3-110");
    trust_list_set(list, &peer, 1);
    ok(judge(&found) == TRUST_REFUSED, "A part of the SID.\n");
}

/* What is pinned must keep the rules too. */
static void test_rules(void)
{
    struct trusted_peer peer = strong_peer(), found;
    struct certificate_rules late = rules;

    trust_list_set(list, &peer, 1);
    late.now += 14 * CERTIFICATE_DAY;
    ok(trust_judge(&trust, &late, cert_strong, sizeof(cert_strong), &found) == TRUST_REFUSED,
       "Expired.\n");
    ok(trust_judge(&trust, &rules, cert_vista, sizeof(cert_vista), &found) == TRUST_REFUSED,
       "Weak.\n");
    ok(trust_judge(&trust, &rules, cert_strong, sizeof(cert_strong) - 1, &found) == TRUST_REFUSED,
       "Cut.\n");

    peer.use = CERTIFICATE_USE_SERVER;
    trust_list_set(list, &peer, 1);
    ok(judge(&found) == TRUST_REFUSED, "For servers only, by its property.\n");

    ok(trust_exchange(&trust, "host.example.test", NULL, NULL) == E_NOTIMPL, "Exchanges keys.\n");
}

START_TEST(trust)
{
    if (FAILED(trust_list_create(&list))) return;
    trust = trust_list_trust(list);
    RUN_TEST(test_list);
    RUN_TEST(test_pinned_key);
    RUN_TEST(test_pinned_sid);
    RUN_TEST(test_rules);
    trust_list_destroy(list);
}
