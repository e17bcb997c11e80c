/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * src/net: NTLM with the example of [MS-NLMP] 4.2.4, MD4 with those of its RFC. */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bitsmsg.h"
#include "net/http_ntlm.h"
#include "net/md4.h"

static void test_md4(void)
{
    static const struct
    {
        const char *text;
        const char *digest;
    } rows[] = {
        {"", "31d6cfe0d16ae931b73c59d7e0c089c0"},
        {"abc", "a448017aaf21d8525fc10ae87aa6729d"},
        {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
         "e33b4ddc9c38f2199c3e7b164fcc0536"},
    };

    for (size_t i = 0; i < ARRAY_COUNT(rows); i++)
    {
        uint8_t digest[MD4_SIZE];
        char text[2 * MD4_SIZE + 1];

        md4((const uint8_t *)rows[i].text, strlen(rows[i].text), digest);
        for (int j = 0; j < MD4_SIZE; j++)
            sprintf(text + 2 * j, "%02x", digest[j]);
        ok(!strcmp(text, rows[i].digest), "Got %s, expected %s.\n", text, rows[i].digest);
    }
}

/* Server "Server" of domain "Domain"; flags, nonce and pairs of the example. */
static const uint8_t info[] = {2,  0, 12,  0, 'D', 0, 'o', 0, 'm', 0, 'a', 0, 'i', 0, 'n', 0, 1, 0,
                               12, 0, 'S', 0, 'e', 0, 'r', 0, 'v', 0, 'e', 0, 'r', 0, 0,   0, 0, 0};
static const uint8_t head[56] = {'N',
                                 'T',
                                 'L',
                                 'M',
                                 'S',
                                 'S',
                                 'P',
                                 0,
                                 2,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 56,
                                 0,
                                 0,
                                 0,
                                 0x33,
                                 0x82,
                                 0x8a,
                                 0xe2,
                                 1,
                                 0x23,
                                 0x45,
                                 0x67,
                                 0x89,
                                 0xab,
                                 0xcd,
                                 0xef,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 0,
                                 sizeof(info),
                                 0,
                                 sizeof(info),
                                 0,
                                 56,
                                 0,
                                 0,
                                 0};
static uint8_t challenge[sizeof(head) + sizeof(info)];

static const WCHAR user[] = {'D', 'o', 'm', 'a', 'i', 'n', '\\', 'U', 's', 'e', 'r', 0};
static const WCHAR password[] = {'P', 'a', 's', 's', 'w', 'o', 'r', 'd', 0};

static struct ntlm_login make_login(void)
{
    struct ntlm_login login = {.user = user, .password = password};

    memset(login.nonce, 0xaa, sizeof(login.nonce));
    memcpy(challenge, head, sizeof(head));
    memcpy(challenge + sizeof(head), info, sizeof(info));
    return login;
}

static bool has_bytes(const struct ntlm_message *message, size_t field, const void *data,
                      size_t size)
{
    size_t len = message->data[field] | (size_t)message->data[field + 1] << 8;
    size_t at = message->data[field + 4] | (size_t)message->data[field + 5] << 8;

    return len >= size && at + len <= message->size && !memcmp(message->data + at, data, size);
}

static void test_example(void)
{
    static const uint8_t proof[] = {0x68, 0xcd, 0x0a, 0xb8, 0x51, 0xe5, 0x1c, 0x96,
                                    0xaa, 0xbc, 0x92, 0x7b, 0xeb, 0xef, 0x6a, 0x1c};
    static const uint8_t old_proof[] = {0x86, 0xc3, 0x50, 0x97, 0xac, 0x9c, 0xec, 0x10,
                                        0x25, 0x54, 0x76, 0x4a, 0x57, 0xcc, 0xcc, 0x19,
                                        0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa};
    struct ntlm_login login = make_login();
    struct ntlm_message first, third;
    HRESULT hr = ntlm_begin(&first);

    ok(hr == S_OK && first.size >= 32 && !memcmp(first.data, "NTLMSSP\0\1\0\0\0", 12),
       "Got hr %#lx.\n", (unsigned long)hr);
    hr = ntlm_answer(&login, &first, challenge, sizeof(challenge), &third);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (SUCCEEDED(hr))
    {
        ok(!memcmp(third.data, "NTLMSSP\0\3\0\0\0", 12), "No third message.\n");
        ok(has_bytes(&third, 20, proof, sizeof(proof)), "Another proof.\n");
        ok(has_bytes(&third, 12, old_proof, sizeof(old_proof)), "Another old proof.\n");
        ok(has_bytes(&third, 28, "D\0o\0m\0a\0i\0n\0", 12), "Another domain.\n");
        ok(has_bytes(&third, 36, "U\0s\0e\0r\0", 8), "Another user.\n");
    }
    ntlm_message_done(&first);
    ntlm_message_done(&third);
}

/* A server that tells the time gets a MIC, and no old proof. */
static void test_time(void)
{
    static const uint8_t nothing[24];
    uint8_t timed[sizeof(challenge) + 12];
    struct ntlm_login login = make_login();
    struct ntlm_message first, third;
    size_t end = sizeof(challenge) - 4;
    HRESULT hr;

    memcpy(timed, challenge, end);
    memset(timed + end, 0, sizeof(timed) - end);
    timed[end] = 7;
    timed[end + 2] = 8;
    memset(timed + end + 4, 0x5a, 8);
    timed[40] = timed[42] = sizeof(info) + 12;
    ntlm_begin(&first);
    hr = ntlm_answer(&login, &first, timed, sizeof(timed), &third);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (SUCCEEDED(hr))
    {
        ok(has_bytes(&third, 12, nothing, sizeof(nothing)), "There is an old proof.\n");
        ok(memcmp(third.data + 72, nothing, 16) != 0, "There is no MIC.\n");
    }
    ntlm_message_done(&first);
    ntlm_message_done(&third);
}

static void expect_refused(const struct ntlm_login *login, const void *data, size_t size,
                           const char *what)
{
    struct ntlm_message first, third;
    HRESULT hr;

    ntlm_begin(&first);
    hr = ntlm_answer(login, &first, data, size, &third);
    ok(hr == BG_E_INVALID_SERVER_RESPONSE, "%s: got hr %#lx.\n", what, (unsigned long)hr);
    ntlm_message_done(&first);
    ntlm_message_done(&third);
}

static void test_malformed(void)
{
    struct ntlm_login login = make_login();

    for (size_t size = 0; size < sizeof(challenge); size++)
    {
        uint8_t *copy = malloc(size + 1);

        if (!copy) abort();
        memcpy(copy, challenge, size);
        expect_refused(&login, copy, size, "cut");
        free(copy);
    }
    challenge[8] = 3;
    expect_refused(&login, challenge, sizeof(challenge), "type");
    challenge[8] = 2;
    challenge[47] = 0xff;
    expect_refused(&login, challenge, sizeof(challenge), "place");
    challenge[47] = 0;
    challenge[sizeof(head) + 3] = 0xff;
    expect_refused(&login, challenge, sizeof(challenge), "pair");
    challenge[sizeof(head) + 3] = 0;
    challenge[sizeof(challenge) - 4] = 99;
    expect_refused(&login, challenge, sizeof(challenge), "no end");
}

START_TEST(http_ntlm)
{
    RUN_TEST(test_md4);
    RUN_TEST(test_example);
    RUN_TEST(test_time);
    RUN_TEST(test_malformed);
}
