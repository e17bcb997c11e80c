/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/certificate.c, certificate_make.c and certificate_time.c */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "peer/certificate.h"
#include "peer/certificate_time.h"
#include "unit/peer_certificate_data.h"

#define SID "S-1-5-21-1-2-3-1104"

/* 2024-03-01 10:20:30 */
#define FROM  133537620300000000ull
#define TO    (FROM + 14 * CERTIFICATE_DAY)
#define INNER (FROM + CERTIFICATE_DAY)

static const struct certificate_rules modern = {INNER, CERTIFICATE_USE_SERVER, CERTIFICATE_USE_ANY,
                                                false};
static const struct certificate_rules legacy = {INNER, CERTIFICATE_USE_SERVER, CERTIFICATE_USE_ANY,
                                                true};

static struct certificate_facts read_good(const uint8_t *der, size_t size)
{
    struct certificate_facts facts;
    HRESULT hr = certificate_read(der, size, &facts);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    return facts;
}

/* The published certificate's properties, by one made with OpenSSL in its likeness. */
static void test_windows_of_2006(void)
{
    struct certificate_facts facts = read_good(cert_vista, sizeof(cert_vista));

    ok(!strcmp(facts.sid, SID), "Got %s.\n", facts.sid);
    ok(!strcmp(facts.dns_name, "sample.corp.contoso.com"), "Got %s.\n", facts.dns_name);
    ok(facts.not_before == FROM, "Got %llu.\n", (unsigned long long)facts.not_before);
    ok(facts.not_after == TO, "Got %llu.\n", (unsigned long long)facts.not_after);
    ok(facts.key_bits == 1024, "Got %u.\n", facts.key_bits);
    ok(facts.digest_bits == 160, "Got %u.\n", facts.digest_bits);
    ok(facts.is_self_signed, "The signature is right.\n");
    ok(facts.use == CERTIFICATE_USE_ANY, "Got %#x.\n", facts.use);

    ok(certificate_check(&facts, &legacy) == CERTIFICATE_GOOD, "Good in legacy mode.\n");
    ok(certificate_check(&facts, &modern) == CERTIFICATE_WEAK_KEY, "Weak otherwise.\n");
}

static void test_strong(void)
{
    struct certificate_facts facts = read_good(cert_strong, sizeof(cert_strong));
    struct certificate_rules rules = modern;

    ok(facts.key_bits == 2048 && facts.digest_bits == 256, "Got %u and %u.\n", facts.key_bits,
       facts.digest_bits);
    ok(facts.use == CERTIFICATE_USE_ANY, "Got %#x.\n", facts.use);
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "Good.\n");

    rules.now = FROM;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "Good at its first moment.\n");
    rules.now = FROM - 1;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_NOT_YET_VALID, "Too early.\n");
    rules.now = TO;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "Good at its last moment.\n");
    rules.now = TO + 1;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_EXPIRED, "Too late.\n");
}

static void test_faults(void)
{
    static const struct
    {
        const char *name;
        const uint8_t *der;
        size_t size;
        enum certificate_fault fault;
    } tests[] = {
        {"strong", cert_strong, sizeof(cert_strong), CERTIFICATE_GOOD},
        {"two names", cert_two_names, sizeof(cert_two_names), CERTIFICATE_NOT_A_MACHINE},
        {"a host's name", cert_plain_name, sizeof(cert_plain_name), CERTIFICATE_NOT_A_MACHINE},
        {"huge exponent", cert_exponent, sizeof(cert_exponent), CERTIFICATE_WEAK_KEY},
        {"MD5", cert_md5, sizeof(cert_md5), CERTIFICATE_WEAK_DIGEST},
        {"another key's", cert_foreign, sizeof(cert_foreign), CERTIFICATE_NOT_SELF_SIGNED},
        {"no signatures", cert_no_signing, sizeof(cert_no_signing), CERTIFICATE_WRONG_USE},
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        struct certificate_facts facts = read_good(tests[i].der, tests[i].size);
        enum certificate_fault fault = certificate_check(&facts, &legacy);

        ok(fault == tests[i].fault, "%s: got %s.\n", tests[i].name, certificate_fault_text(fault));
    }
}

/* A library without ECDSA cannot even read it. */
static void test_elliptic_curve(void)
{
    struct certificate_facts facts;
    HRESULT hr = certificate_read(cert_ec, sizeof(cert_ec), &facts);

    ok(hr == S_OK || hr == ERR_INVALID_DATA, "Got hr %#x.\n", (unsigned int)hr);
    ok(certificate_check(&facts, &legacy) != CERTIFICATE_GOOD, "Good.\n");
    ok(!facts.key_bits && !facts.is_self_signed, "Got %u bits.\n", facts.key_bits);
}

static void test_use(void)
{
    struct certificate_facts facts = read_good(cert_server_only, sizeof(cert_server_only));
    struct certificate_rules rules = legacy;

    ok(facts.use == CERTIFICATE_USE_SERVER, "Got %#x.\n", facts.use);
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "For servers.\n");
    rules.use = CERTIFICATE_USE_CLIENT;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_WRONG_USE, "Not for clients.\n");

    /* The property narrows what the extension, or its absence, allows. */
    facts = read_good(cert_vista, sizeof(cert_vista));
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "For both.\n");
    rules.property_use = CERTIFICATE_USE_SERVER;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_WRONG_USE, "By its property for one.\n");
}

static void test_use_property(void)
{
    static const uint8_t both[] = {0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05,
                                   0x05, 0x07, 0x03, 0x01, 0x06, 0x08, 0x2b, 0x06,
                                   0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
    static const uint8_t any[] = {0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x25, 0x00};
    static const uint8_t number[] = {0x30, 0x03, 0x02, 0x01, 0x05};
    unsigned int use;

    ok(certificate_read_use(both, sizeof(both), &use) && use == CERTIFICATE_USE_ANY, "Got %#x.\n",
       use);
    ok(certificate_read_use(any, sizeof(any), &use) && use == CERTIFICATE_USE_ANY, "Got %#x.\n",
       use);
    ok(!certificate_read_use(number, sizeof(number), &use), "Not a list of purposes.\n");
    for (size_t size = 0; size < sizeof(both); size++)
    {
        uint8_t *cut = malloc(size + !size);

        memcpy(cut, both, size);
        ok(!certificate_read_use(cut, size, &use), "Cut to %zu bytes.\n", size);
        free(cut);
    }
}

static void test_damage(void)
{
    struct certificate_facts facts;
    uint8_t *copy = malloc(sizeof(cert_strong) + 1);

    for (size_t size = 0; size < sizeof(cert_strong); size += 7)
    {
        uint8_t *cut = malloc(size + !size);

        memcpy(cut, cert_strong, size);
        ok(certificate_read(cut, size, &facts) == ERR_INVALID_DATA, "Cut to %zu bytes.\n", size);
        free(cut);
    }

    memcpy(copy, cert_strong, sizeof(cert_strong));
    copy[sizeof(cert_strong)] = 0;
    ok(certificate_read(copy, sizeof(cert_strong) + 1, &facts) == ERR_INVALID_DATA,
       "Something follows.\n");

    copy[sizeof(cert_strong) - 1] ^= 1;
    facts = read_good(copy, sizeof(cert_strong));
    ok(certificate_check(&facts, &modern) == CERTIFICATE_NOT_SELF_SIGNED, "A changed signature.\n");
    free(copy);

    copy = calloc(1, CERTIFICATE_DER_MAX + 1);
    ok(certificate_read(copy, CERTIFICATE_DER_MAX + 1, &facts) == ERR_INVALID_DATA, "Too long.\n");
    free(copy);
}

static void test_sids(void)
{
    static const char *const good[] = {SID, "S-1-5-21-0-0-0", "S-1-5-21-0-0-0-1000",
                                       "S-1-5-21-4294967295-1-1-1"};
    static const char *const bad[] = {
        "",
        "S-1-5-21",
        "S-1-5-21-1-2",
        "S-1-5-21-1-2-3-4-5",
        "S-1-5-21-1-2-3-",
        "S-1-5-21--2-3-4",
        "S-1-5-21-01-2-3-4",
        "S-1-5-21-4294967296-2-3",
        "S-1-5-21-99999999999999999999999-2-3",
        "S-1-5-21-1-2-3 ",
        "S-1-5-210-1-2-3",
        "S-1-5-18",
        "s-1-5-21-1-2-3",
        "S-1-5-21-+1-2-3",
    };

    for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
        ok(certificate_is_machine_sid(good[i]), "%s is one.\n", good[i]);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        ok(!certificate_is_machine_sid(bad[i]), "%s is none.\n", bad[i]);
}

static void test_fingerprint(void)
{
    uint8_t print[CERTIFICATE_FINGERPRINT_SIZE];
    char text[] = "00112233445566778899aabbccddeeffFFEEDDCCBBAA99887766554433221100";

    ok(certificate_parse_fingerprint(text, print), "Good.\n");
    ok(print[1] == 0x11 && print[15] == 0xff && print[16] == 0xff && !print[31], "Wrong bytes.\n");
    text[10] = 'g';
    ok(!certificate_parse_fingerprint(text, print), "Not a digit.\n");
    ok(!print[1], "Not emptied.\n");
    text[10] = '0';
    text[63] = 0;
    ok(!certificate_parse_fingerprint(text, print), "Too short.\n");
    ok(!certificate_parse_fingerprint("", print), "Empty.\n");

    certificate_fingerprint((const uint8_t *)"abc", 3, print);
    ok(print[0] == 0xba && print[1] == 0x78 && print[31] == 0xad, "FIPS 180, SHA-256 of abc.\n");
}

static void test_time(void)
{
    static const struct
    {
        filetime_t time;
        const char *text;
    } tests[] = {
        {0, "16010101000000"},
        {116444736000000000ull, "19700101000000"},
        {FROM, "20240301102030"},
        {FROM - CERTIFICATE_DAY, "20240229102030"},
        {2650467743990000000ull, "99991231235959"},
    };
    char text[CERTIFICATE_TIME_SIZE];

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        ok(certificate_time_format(tests[i].time, text), "Failed for %s.\n", tests[i].text);
        ok(!strcmp(text, tests[i].text), "Got %s for %s.\n", text, tests[i].text);
    }
    ok(!certificate_time_format(2650467744000000000ull, text), "The year 10000.\n");
    ok(!certificate_time_format(UINT64_MAX, text), "No date.\n");

    ok(certificate_time_of(2024, 3, 1, 10, 20, 30) == FROM, "Wrong.\n");
    ok(certificate_time_of(2000, 2, 29, 0, 0, 0), "A leap year.\n");
    ok(!certificate_time_of(1900, 2, 29, 0, 0, 0), "Not a leap year.\n");
    ok(!certificate_time_of(2023, 13, 1, 0, 0, 0), "No month.\n");
    ok(!certificate_time_of(2023, 4, 31, 0, 0, 0), "No day.\n");
    ok(!certificate_time_of(2023, 4, 30, 24, 0, 0), "No hour.\n");

    for (filetime_t time = 0; time < 2650467744000000000ull; time += 97 * CERTIFICATE_DAY + 12345)
    {
        int parts[6];
        filetime_t whole = time - time % FILETIME_PER_SECOND, again;

        certificate_time_format(time, text);
        sscanf(text, "%4d%2d%2d%2d%2d%2d", &parts[0], &parts[1], &parts[2], &parts[3], &parts[4],
               &parts[5]);
        again = certificate_time_of(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]);
        if (again != whole) ok(0, "Wrong for %s.\n", text);
    }
}

/* With the same key. */
static void renew(const struct certificate *made, const struct certificate_facts *facts)
{
    const struct certificate_request request = {
        SID, "host.example.test", FROM, TO, CERTIFICATE_KEY_BITS, made->key, made->key_size};
    struct certificate_request bad = request;
    struct certificate again;
    struct certificate_facts other;
    HRESULT hr = certificate_make(&request, &again);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    other = read_good(again.der, again.der_size);
    ok(memcmp(other.fingerprint, facts->fingerprint, sizeof(other.fingerprint)), "The same.\n");
    ok(!memcmp(other.key_fingerprint, facts->key_fingerprint, sizeof(other.key_fingerprint)),
       "Another key.\n");
    ok(other.is_self_signed && certificate_has_key(&again), "Not its key.\n");
    certificate_done(&again);

    bad.key_size--;
    ok(FAILED(certificate_make(&bad, &again)) && !again.der, "A cut key.\n");
}

static void test_make(void)
{
    const struct certificate_request request = {
        SID, "host.example.test", FROM, TO, CERTIFICATE_KEY_BITS, NULL, 0};
    struct certificate_request bad = request;
    struct certificate made, other;
    struct certificate_rules rules = modern;
    struct certificate_facts facts;
    HRESULT hr = certificate_make(&request, &made);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    if (FAILED(hr)) return;

    facts = read_good(made.der, made.der_size);
    ok(!strcmp(facts.sid, SID), "Got %s.\n", facts.sid);
    ok(!strcmp(facts.dns_name, "host.example.test"), "Got %s.\n", facts.dns_name);
    ok(facts.not_before == FROM && facts.not_after == TO, "Wrong times.\n");
    ok(facts.key_bits == 2048 && facts.digest_bits == 256, "Got %u and %u.\n", facts.key_bits,
       facts.digest_bits);
    rules.use = CERTIFICATE_USE_ANY;
    ok(certificate_check(&facts, &rules) == CERTIFICATE_GOOD, "Not good.\n");
    ok(certificate_has_key(&made), "Its key.\n");
    renew(&made, &facts);

    bad.key_bits = 1024;
    bad.dns_name = "";
    hr = certificate_make(&bad, &other);
    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    facts = read_good(other.der, other.der_size);
    ok(!facts.dns_name[0], "Got %s.\n", facts.dns_name);
    {
        struct certificate mixed = {made.der, made.der_size, other.key, other.key_size};

        ok(!certificate_has_key(&mixed), "Another's key.\n");
    }
    certificate_done(&other);
    certificate_done(&made);
    ok(!made.der && !made.key, "Not emptied.\n");

    bad.sid = "S-1-5-21-1-2-3-4,CN=x";
    ok(FAILED(certificate_make(&bad, &other)) && !other.der, "Not a SID.\n");
}

START_TEST(peer_certificate)
{
    RUN_TEST(test_windows_of_2006);
    RUN_TEST(test_strong);
    RUN_TEST(test_faults);
    RUN_TEST(test_elliptic_curve);
    RUN_TEST(test_use);
    RUN_TEST(test_use_property);
    RUN_TEST(test_damage);
    RUN_TEST(test_sids);
    RUN_TEST(test_fingerprint);
    RUN_TEST(test_time);
    RUN_TEST(test_make);
}
