/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_trust.c: two machines in one process that call each other through a door of the test,
 * beside pins, of which there must be none. */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "local_door.h"
#include "peer/peer_trust.h"

#define WITHIN_MS 10000

static HANDLE news;
static struct certificate ours, theirs;

static void on_news(void *ctx)
{
    (void)ctx;
    SetEvent(news);
}

static void on_done(void *arg, HRESULT hr)
{
    *(HRESULT *)arg = hr;
    SetEvent(news);
}

static bool knows(struct peer_trust *trust, const struct certificate *certificate)
{
    const struct trust asked = peer_trust_trust(trust);
    const struct certificate_rules rules = {clock_filetime(&clock_system), CERTIFICATE_USE_SERVER,
                                            CERTIFICATE_USE_ANY, false};
    struct trusted_peer peer;

    return trust_judge(&asked, &rules, certificate->der, certificate->der_size, &peer) ==
           TRUST_KNOWN;
}

static struct peer_trust *create(const struct key_door *with, const struct certificate *own)
{
    const struct peer_trust_config config = {clock_system, with, on_news, on_news, NULL};
    struct peer_trust *trust;
    HRESULT hr = peer_trust_create(&config, &trust);

    ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
    if (FAILED(hr)) return NULL;
    hr = peer_trust_set_own(trust, own->der, own->der_size);
    ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
    return trust;
}

static HRESULT exchange(struct peer_trust *from, struct peer_trust *with)
{
    const struct trust trust = peer_trust_trust(from);
    HRESULT result = S_FALSE, hr = trust_exchange(&trust, "localhost", on_done, &result);

    if (FAILED(hr)) return hr;
    while (result == S_FALSE)
    {
        peer_trust_run(with, clock_ticks(&clock_system));
        peer_trust_run(from, clock_ticks(&clock_system));
        if (result == S_FALSE && WaitForSingleObject(news, WITHIN_MS)) break;
    }
    return result;
}

/* Without a door there are pins alone. */
static void test_no_door(void)
{
    struct peer_trust *trust = create(NULL, &ours);
    struct trust asked;
    HRESULT hr;

    if (!trust) return;
    asked = peer_trust_trust(trust);
    ok(!trust_has_peers(&asked), "Somebody can be trusted.\n");
    peer_trust_serve(trust, true);
    hr = exchange(trust, trust);
    ok(hr == E_NOTIMPL, "Got %#lx.\n", (unsigned long)hr);
    peer_trust_destroy(trust);
}

static void test_both_learn(void)
{
    struct peer_trust *us = create(&local_door, &ours), *them = create(&local_door, &theirs);
    struct trust asked;
    HRESULT hr;

    if (!us || !them) return;
    asked = peer_trust_trust(us);
    ok(trust_has_peers(&asked), "Nobody can be trusted.\n");
    peer_trust_serve(them, true);
    peer_trust_serve(them, true);
    hr = exchange(us, them);
    ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
    ok(knows(us, &theirs) && knows(them, &ours), "They do not know each other.\n");
    peer_trust_destroy(us);
    peer_trust_destroy(them);
}

/* A renewed certificate takes the place of the old one with the next call. */
static void test_renewal(void)
{
    struct peer_trust *us = create(&local_door, &ours), *them = create(&local_door, &theirs);
    struct certificate renewed;
    const struct certificate_request request = {
        .sid = THEIR_SID,
        .dns_name = "b.local",
        .not_before = clock_filetime(&clock_system) - CERTIFICATE_DAY,
        .not_after = clock_filetime(&clock_system) + 12 * CERTIFICATE_DAY,
        .key_bits = CERTIFICATE_KEY_BITS};
    HRESULT hr;

    if (!us || !them) return;
    peer_trust_serve(them, true);
    hr = exchange(us, them);
    ok(hr == S_OK && knows(us, &theirs), "Got %#lx.\n", (unsigned long)hr);
    ok(certificate_make(&request, &renewed) == S_OK, "There is no certificate.\n");
    hr = peer_trust_set_own(them, renewed.der, renewed.der_size);
    ok(hr == S_OK && !knows(us, &renewed), "Got %#lx.\n", (unsigned long)hr);
    hr = exchange(us, them);
    ok(hr == S_OK && knows(us, &renewed) && !knows(us, &theirs), "Got %#lx.\n", (unsigned long)hr);
    certificate_done(&renewed);
    peer_trust_destroy(us);
    peer_trust_destroy(them);
}

/* Nobody answers at the door of the other, and this ends: whoever waits is told. */
static void test_end(void)
{
    struct peer_trust *us = create(&local_door, &ours), *them = create(&local_door, &theirs);
    HRESULT result = S_FALSE, hr;
    struct trust asked;

    if (!us || !them) return;
    asked = peer_trust_trust(us);
    peer_trust_serve(them, true);
    hr = trust_exchange(&asked, "localhost", on_done, &result);
    ok(hr == S_OK, "Got %#lx.\n", (unsigned long)hr);
    peer_trust_destroy(us);
    ok(result == E_ABORT, "Got %#lx.\n", (unsigned long)result);
    peer_trust_destroy(them);
}

static void make(const char *sid, struct certificate *certificate)
{
    const filetime_t now = clock_filetime(&clock_system);
    const struct certificate_request request = {.sid = sid,
                                                .dns_name = "a.local",
                                                .not_before = now - CERTIFICATE_DAY,
                                                .not_after = now + 13 * CERTIFICATE_DAY,
                                                .key_bits = CERTIFICATE_KEY_BITS};

    ok(certificate_make(&request, certificate) == S_OK, "There is no certificate.\n");
}

START_TEST(peer_trust)
{
    news = CreateEventW(NULL, FALSE, FALSE, NULL);
    name_local_door();
    make(OUR_SID, &ours);
    make(THEIR_SID, &theirs);
    RUN_TEST(test_no_door);
    RUN_TEST(test_both_learn);
    RUN_TEST(test_renewal);
    RUN_TEST(test_end);
    certificate_done(&ours);
    certificate_done(&theirs);
    CloseHandle(news);
}
