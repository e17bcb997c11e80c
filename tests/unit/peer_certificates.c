/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/peer_certificates.c and peer/key_exchange.c. A15 to A25 are the vectors of the specification
 * of peer caching. */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/err_codes.h"
#include "peer/certificate_blob.h"
#include "peer/key_exchange.h"
#include "unit/peer_certificate_data.h"

#define SID "S-1-5-21-1-2-3-1104"
#define NOW (133537620300000000ull + CERTIFICATE_DAY)
#define SEC FILETIME_PER_SECOND

static struct peer_certificates table;

static const struct key_exchange legacy = {&table, NOW, true};
static const struct key_exchange_peer caller = {SID, true, true};

static HRESULT serve(const struct key_exchange_peer *peer)
{
    return key_exchange_serve(&legacy, peer, blob_vista, sizeof(blob_vista));
}

static void clear(void)
{
    memset(&table, 0, sizeof(table));
}

static struct certificate_facts facts_of(unsigned int number)
{
    struct certificate_facts facts = {.not_after = NOW + 10 * CERTIFICATE_DAY};

    snprintf(facts.sid, sizeof(facts.sid), "S-1-5-21-1-2-3-%u", number);
    memcpy(facts.fingerprint, &number, sizeof(number));
    return facts;
}

static HRESULT insert(unsigned int number, filetime_t now)
{
    struct certificate_facts facts = facts_of(number);

    return peer_certificates_insert(&table, &facts, CERTIFICATE_USE_ANY, now);
}

static const struct peer_certificate *find(unsigned int number, filetime_t now)
{
    struct certificate_facts facts = facts_of(number);

    return peer_certificates_find(&table, facts.fingerprint, now);
}

static void test_callers(void)
{
    struct key_exchange_peer peer = caller;
    const struct peer_certificate *row;
    uint8_t print[CERTIFICATE_FINGERPRINT_SIZE];
    HRESULT hr;

    clear();
    hr = serve(&peer);
    ok(hr == S_OK, "A15: got hr %#x.\n", (unsigned int)hr);
    certificate_fingerprint(cert_vista, sizeof(cert_vista), print);
    row = peer_certificates_find(&table, print, NOW);
    ok(row && !strcmp(row->sid, SID), "A15: no row.\n");

    clear();
    strcpy(peer.sid, "S-1-5-21-1-2-3-1105");
    hr = serve(&peer);
    ok(hr == E_ACCESSDENIED && !table.count, "A16: got hr %#x.\n", (unsigned int)hr);

    peer = caller;
    peer.is_computer = false;
    hr = serve(&peer);
    ok(hr == E_ACCESSDENIED && !table.count, "A17: got hr %#x.\n", (unsigned int)hr);

    peer = caller;
    peer.is_of_trusted_domain = false;
    hr = serve(&peer);
    ok(hr == E_ACCESSDENIED && !table.count, "A18: got hr %#x.\n", (unsigned int)hr);

    peer = caller;
    hr = key_exchange_serve(&legacy, &peer, NULL, 0);
    ok(hr == S_OK && !table.count, "A22: got hr %#x.\n", (unsigned int)hr);
    peer.is_computer = false;
    hr = key_exchange_serve(&legacy, &peer, NULL, 0);
    ok(hr == E_ACCESSDENIED, "A22 by a user: got hr %#x.\n", (unsigned int)hr);
}

static void test_blobs(void)
{
    const struct key_exchange modern = {&table, NOW, false};
    struct key_exchange late = legacy;
    HRESULT hr;

    clear();
    hr = key_exchange_serve(&legacy, &caller, blob_vista, sizeof(blob_vista) - 1);
    ok(hr == ERR_INVALID_DATA && !table.count, "Got hr %#x.\n", (unsigned int)hr);
    hr = key_exchange_serve(&modern, &caller, blob_vista, sizeof(blob_vista));
    ok(hr == E_ACCESSDENIED && !table.count, "Too weak: got hr %#x.\n", (unsigned int)hr);
    late.now = NOW + 14 * CERTIFICATE_DAY;
    hr = key_exchange_serve(&late, &caller, blob_vista, sizeof(blob_vista));
    ok(hr == E_ACCESSDENIED && !table.count, "Too late: got hr %#x.\n", (unsigned int)hr);
}

static void test_client(void)
{
    struct key_exchange_peer other = caller;
    HRESULT hr;

    clear();
    hr = key_exchange_take(&legacy, &caller, S_OK, NULL, 0);
    ok(FAILED(hr) && !table.count, "A25: got hr %#x.\n", (unsigned int)hr);
    hr = key_exchange_take(&legacy, &caller, E_ACCESSDENIED, blob_vista, sizeof(blob_vista));
    ok(hr == E_ACCESSDENIED && !table.count, "Got hr %#x.\n", (unsigned int)hr);
    hr = key_exchange_take(&legacy, &caller, S_FALSE, blob_vista, sizeof(blob_vista));
    ok(FAILED(hr) && !table.count, "Not zero: got hr %#x.\n", (unsigned int)hr);
    strcpy(other.sid, "S-1-5-21-1-2-3-1105");
    hr = key_exchange_take(&legacy, &other, S_OK, blob_vista, sizeof(blob_vista));
    ok(hr == E_ACCESSDENIED && !table.count, "Got hr %#x.\n", (unsigned int)hr);
    hr = key_exchange_take(&legacy, &caller, S_OK, blob_vista, sizeof(blob_vista));
    ok(hr == S_OK && table.count == 1, "Got hr %#x.\n", (unsigned int)hr);
}

static void test_replace(void)
{
    struct certificate_facts facts = facts_of(1);
    HRESULT hr;

    clear();
    insert(1, NOW);
    facts.fingerprint[31] = 1;
    hr = peer_certificates_insert(&table, &facts, CERTIFICATE_USE_SERVER, NOW + 1);
    ok(hr == S_OK && table.count == 1, "A19: got hr %#x, %u rows.\n", (unsigned int)hr,
       table.count);
    ok(!find(1, NOW + 1), "A19: the old certificate is still good.\n");
    ok(peer_certificates_find(&table, facts.fingerprint, NOW + 1) != NULL,
       "A19: the new one is not.\n");
}

/* A hundred rows, the oldest in the middle. */
static void fill_table(filetime_t oldest)
{
    clear();
    for (unsigned int i = 0; i < PEER_CERTIFICATES_MAX; i++)
        insert(i, i == 50 ? oldest : NOW - SEC);
}

static void test_full(void)
{
    HRESULT hr;

    fill_table(NOW - 30 * SEC);
    hr = insert(1000, NOW);
    ok(hr == ERR_TABLE_FULL, "A20: got hr %#x.\n", (unsigned int)hr);
    ok(hr == (HRESULT)0x80040006, "A20: got hr %#x.\n", (unsigned int)hr);
    ok(!find(1000, NOW) && find(50, NOW), "A20: a row has changed.\n");

    fill_table(NOW - 61 * SEC);
    hr = insert(1000, NOW);
    ok(hr == S_OK && table.count == PEER_CERTIFICATES_MAX, "A21: got hr %#x.\n", (unsigned int)hr);
    ok(find(1000, NOW) && !find(50, NOW), "A21: another row went.\n");

    /* A known SID needs no room. */
    fill_table(NOW - 30 * SEC);
    ok(insert(7, NOW) == S_OK, "A known SID.\n");

    /* Rows from a clock that was set back since. */
    fill_table(NOW + CERTIFICATE_DAY);
    for (unsigned int i = 0; i < PEER_CERTIFICATES_MAX; i++)
        table.rows[i].inserted = NOW + CERTIFICATE_DAY;
    ok(insert(1000, NOW) == S_OK, "Rows from the future hold the table.\n");
}

static void test_expiry(void)
{
    fill_table(NOW - 30 * SEC);
    table.rows[3].not_after = NOW + 5;
    ok(find(3, NOW + 5) != NULL, "Gone too early.\n");
    ok(!find(3, NOW + 6), "Good after its end.\n");
    ok(table.count == PEER_CERTIFICATES_MAX - 1, "Got %u rows.\n", table.count);
    ok(insert(1000, NOW + 6) == S_OK, "No room after that.\n");
    ok(find(99, NOW + 6) != NULL, "Another row went.\n");
}

START_TEST(peer_certificates)
{
    RUN_TEST(test_callers);
    RUN_TEST(test_blobs);
    RUN_TEST(test_client);
    RUN_TEST(test_replace);
    RUN_TEST(test_full);
    RUN_TEST(test_expiry);
}
