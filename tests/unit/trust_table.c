/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/trust_table.c: two machines exchange keys over a carrier that the test plays. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "fake_clock.h"
#include "peer/certificate_blob.h"
#include "peer/trust_table.h"

#define OUR_SID   "S-1-5-21-1-2-3-1001"
#define THEIR_SID "S-1-5-21-1-2-3-1002"

/* ---- two certificates, made once ---- */

static struct certificate ours, theirs;

static void make(const char *sid, struct certificate *certificate)
{
    const struct certificate_request request = {.sid = sid,
                                                .dns_name = "a.local",
                                                .not_before = NOW - CERTIFICATE_DAY,
                                                .not_after = NOW + 13 * CERTIFICATE_DAY,
                                                .key_bits = CERTIFICATE_KEY_BITS};

    ok(certificate_make(&request, certificate) == S_OK, "There is no certificate.\n");
}

static bool knows(struct trust_table *table, const struct certificate *certificate)
{
    const struct trust trust = trust_table_trust(table);
    const struct certificate_rules rules = {date, CERTIFICATE_USE_SERVER, CERTIFICATE_USE_ANY,
                                            false};
    struct trusted_peer peer;

    return trust_judge(&trust, &rules, certificate->der, certificate->der_size, &peer) ==
           TRUST_KNOWN;
}

/* ---- the carrier ---- */

static struct
{
    unsigned int calls;
    HRESULT failure; /* of the start */
    void (*done)(void *arg, const struct key_exchange_answer *answer);
    void *arg;
    uint8_t blob[4096];
    size_t size;
} wire;

static HRESULT fake_call(void *ctx, const char *fqdn, const uint8_t *blob, size_t size,
                         void (*done)(void *arg, const struct key_exchange_answer *answer),
                         void *arg)
{
    (void)ctx;
    wire.calls++;
    ok(!strcmp(fqdn, "b.local"), "Got %s.\n", fqdn);
    if (FAILED(wire.failure)) return wire.failure;
    ok(size <= sizeof(wire.blob), "Got %zu bytes.\n", size);
    memcpy(wire.blob, blob, size);
    wire.size = size;
    wire.done = done;
    wire.arg = arg;
    return S_OK;
}

static const struct key_exchange_carrier carrier = {fake_call, NULL};

static HRESULT result;
static unsigned int results;

static void take_result(void *arg, HRESULT hr)
{
    (void)arg;
    result = hr;
    results++;
}

static struct trust_table *create(const struct key_exchange_carrier *with,
                                  const struct certificate *own)
{
    const struct trust_table_config config = {with, fake_clock, false};
    struct trust_table *table;

    ok(trust_table_create(&config, &table) == S_OK, "There is no table.\n");
    if (own) ok(trust_table_set_own(table, own->der, own->der_size) == S_OK, "It has no name.\n");
    memset(&wire, 0, sizeof(wire));
    results = 0;
    return table;
}

static HRESULT begin(struct trust_table *table)
{
    const struct trust trust = trust_table_trust(table);

    return trust_exchange(&trust, "b.local", take_result, NULL);
}

static const struct key_exchange_peer us = {OUR_SID, true, true};
static const struct key_exchange_peer them = {THEIR_SID, true, true};

/* ---- tests ---- */

/* Both sides know each other afterwards. */
static void test_exchange(void)
{
    struct trust_table *client, *server = create(&carrier, &theirs);
    struct key_exchange_answer answer = {.server = them};
    const struct trust trust = trust_table_trust(server);
    uint8_t *blob = NULL;

    client = create(&carrier, &ours);
    ok(trust_has_peers(&trust), "Nobody can be asked.\n");
    ok(!knows(client, &theirs) && !knows(server, &ours), "They know each other already.\n");
    ok(begin(client) == S_OK && wire.calls == 1, "There is no call.\n");
    answer.result = trust_table_serve(server, &us, wire.blob, wire.size, &blob, &answer.size);
    ok(answer.result == S_OK && blob, "Got %#lx.\n", (unsigned long)answer.result);
    answer.blob = blob;
    wire.done(wire.arg, &answer);
    free(blob);
    ok(results == 1 && result == S_OK, "Got %#lx.\n", (unsigned long)result);
    ok(knows(client, &theirs) && knows(server, &ours), "They do not know each other.\n");

    /* What has expired is not known any more. */
    date = NOW + 14 * CERTIFICATE_DAY;
    ok(!knows(client, &theirs) && !knows(server, &ours), "They know each other for ever.\n");
    date = NOW;
    trust_table_destroy(client);
    trust_table_destroy(server);
}

/* One that asks and shows nothing gets our certificate (A22). */
static void test_question(void)
{
    struct trust_table *server = create(&carrier, &theirs);
    struct certificate_blob parts;
    uint8_t *blob = NULL;
    size_t size = 0;

    ok(trust_table_serve(server, &us, NULL, 0, &blob, &size) == S_OK, "It is refused.\n");
    ok(blob && certificate_blob_read(blob, size, &parts) == S_OK &&
           parts.der_size == theirs.der_size,
       "It is another certificate.\n");
    free(blob);
    ok(!knows(server, &ours), "It is known.\n");
    trust_table_destroy(server);
}

/* A name that is not proved is worth nothing. */
static void test_refusal(void)
{
    static const struct key_exchange_peer liars[] = {
        {THEIR_SID, true, true}, {OUR_SID, false, true}, {OUR_SID, true, false}, {"", true, true}};
    struct trust_table *client = create(&carrier, &ours), *server = create(&carrier, &theirs);
    uint8_t *blob, *own;
    size_t size, own_size;

    ok(certificate_blob_make(ours.der, ours.der_size, &own, &own_size) == S_OK, "No blob.\n");
    for (unsigned int i = 0; i < sizeof(liars) / sizeof(*liars); i++)
    {
        blob = (uint8_t *)1;
        size = 1;
        ok(trust_table_serve(server, &liars[i], own, own_size, &blob, &size) == E_ACCESSDENIED,
           "Liar %u is believed.\n", i);
        ok(!blob && !size, "Liar %u is answered.\n", i);
    }
    ok(FAILED(trust_table_serve(server, &us, own, own_size - 1, &blob, &size)), "It is cut.\n");
    ok(!knows(server, &ours), "It is known.\n");
    free(own);
    trust_table_destroy(client);
    trust_table_destroy(server);
}

/* Where no carrier can name the other side, refusal is the only answer. */
static void test_no_carrier(void)
{
    struct trust_table *table = create(NULL, &ours);
    const struct trust trust = trust_table_trust(table);
    uint8_t *blob;
    size_t size;

    ok(!trust_has_peers(&trust), "Somebody could be trusted.\n");
    ok(begin(table) == E_NOTIMPL, "There is a call.\n");
    ok(trust_table_serve(table, &us, NULL, 0, &blob, &size) == E_ACCESSDENIED && !blob && !size,
       "It is answered.\n");
    trust_table_destroy(table);
}

static void note_order(void *arg, HRESULT hr)
{
    take_result(arg, hr);
    ok(*(unsigned int *)arg == results, "%u is told as number %u.\n", *(unsigned int *)arg,
       results);
}

/* Whoever meets the same machine while it is called waits for that call, as long as there is room.
 */
static void test_waiters(void)
{
    struct trust_table *table = create(&carrier, &ours);
    const struct trust trust = trust_table_trust(table);
    struct key_exchange_answer answer = {S_OK, them, NULL, 0};
    unsigned int numbers[TRUST_TABLE_WAITERS_MAX];
    uint8_t *blob;
    HRESULT hr;

    ok(certificate_blob_make(theirs.der, theirs.der_size, &blob, &answer.size) == S_OK, "None.\n");
    answer.blob = blob;
    for (unsigned int i = 0; i < TRUST_TABLE_WAITERS_MAX; i++)
    {
        numbers[i] = i + 1;
        hr = trust_exchange(&trust, "b.local", note_order, &numbers[i]);
        ok(hr == S_OK, "%u: got %#lx.\n", i, (unsigned long)hr);
    }
    ok(begin(table) == E_ABORT, "There is room for more.\n");
    ok(wire.calls == 1, "There are %u calls.\n", wire.calls);
    ok(!results, "Somebody is told before the answer.\n");
    wire.done(wire.arg, &answer);
    ok(results == TRUST_TABLE_WAITERS_MAX && result == S_OK, "%u are told %#lx.\n", results,
       (unsigned long)result);
    ok(knows(table, &theirs), "It is not known.\n");
    free(blob);
    trust_table_destroy(table);
}

/* A call that fails has failed for all of them, and a table that ends ends for all of them. */
static void test_waiters_fail(void)
{
    struct trust_table *table = create(&carrier, &ours);
    const struct key_exchange_answer refused = {E_ACCESSDENIED, them, NULL, 0};

    ok(begin(table) == S_OK && begin(table) == S_OK, "There is no call.\n");
    wire.done(wire.arg, &refused);
    ok(results == 2 && result == E_ACCESSDENIED, "%u are told %#lx.\n", results,
       (unsigned long)result);
    ok(begin(table) == E_ABORT && wire.calls == 1, "It is called again at once.\n");

    ticks += TRUST_TABLE_BACK_OFF_MS;
    results = 0;
    ok(begin(table) == S_OK && begin(table) == S_OK && wire.calls == 2, "There is no call.\n");
    trust_table_destroy(table);
    ok(results == 2 && result == E_ABORT, "%u are told %#lx.\n", results, (unsigned long)result);
}

static struct trust_table *asked_again;

static void ask_again(void *arg, HRESULT hr)
{
    take_result(arg, hr);
    if (results == 1) ok(begin(asked_again) == E_ABORT, "It is called again at once.\n");
}

/* Whoever is told may ask at once. */
static void test_waiter_asks(void)
{
    const struct key_exchange_answer refused = {E_ACCESSDENIED, them, NULL, 0};
    struct trust trust;

    asked_again = create(&carrier, &ours);
    trust = trust_table_trust(asked_again);
    for (unsigned int i = 0; i < 2; i++)
        ok(trust_exchange(&trust, "b.local", ask_again, NULL) == S_OK, "There is no call.\n");
    wire.done(wire.arg, &refused);
    ok(results == 2 && wire.calls == 1, "%u are told.\n", results);
    trust_table_destroy(asked_again);
    ok(results == 2, "%u are told.\n", results);
}

static void fail_once(struct trust_table *table, const struct key_exchange_answer *answer)
{
    unsigned int calls = wire.calls;

    results = 0;
    ok(begin(table) == S_OK && wire.calls == calls + 1, "There is no call.\n");
    wire.done(wire.arg, answer);
    ok(results == 1 && FAILED(result), "Got %#lx.\n", (unsigned long)result);
    ok(begin(table) == E_ABORT && wire.calls == calls + 1, "It is called again at once.\n");
    ticks += TRUST_TABLE_BACK_OFF_MS;
}

/* A machine with which it fails is left alone for a while. */
static void test_back_off(void)
{
    struct trust_table *table = create(&carrier, &ours);
    const struct key_exchange_answer refused = {E_ACCESSDENIED, them, NULL, 0};
    const struct key_exchange_answer empty = {S_OK, them, NULL, 0}; /* A25 */
    struct key_exchange_answer other = {S_OK, us, NULL, 0};
    uint8_t *blob;

    fail_once(table, &refused);
    fail_once(table, &empty);
    /* The certificate is not that of the machine that answered. */
    ok(certificate_blob_make(theirs.der, theirs.der_size, &blob, &other.size) == S_OK, "None.\n");
    other.blob = blob;
    fail_once(table, &other);
    ok(!knows(table, &theirs), "It is known.\n");
    other.server = them;
    ok(begin(table) == S_OK, "There is no call.\n");
    wire.done(wire.arg, &other);
    ok(result == S_OK && knows(table, &theirs), "Got %#lx.\n", (unsigned long)result);
    free(blob);

    wire.failure = E_OUTOFMEMORY;
    ok(begin(table) == E_OUTOFMEMORY, "It has started.\n");
    trust_table_destroy(table);
}

static void test_no_name(void)
{
    struct trust_table *table = create(&carrier, NULL);

    ok(begin(table) == E_FAIL && !wire.calls, "There is a call.\n");
    ok(FAILED(trust_table_set_own(table, (const uint8_t *)"", 0)), "Nothing is a certificate.\n");
    trust_table_destroy(table);
}

START_TEST(trust_table)
{
    make(OUR_SID, &ours);
    make(THEIR_SID, &theirs);
    RUN_TEST(test_exchange);
    RUN_TEST(test_question);
    RUN_TEST(test_refusal);
    RUN_TEST(test_no_carrier);
    RUN_TEST(test_waiters);
    RUN_TEST(test_waiters_fail);
    RUN_TEST(test_waiter_asks);
    RUN_TEST(test_back_off);
    RUN_TEST(test_no_name);
    certificate_done(&ours);
    certificate_done(&theirs);
}
