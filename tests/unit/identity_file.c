/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/identity_file.c */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "peer/certificate.h"
#include "peer/identity_file.h"

static const struct identity_file parts = {(const uint8_t *)"certificate", 11,
                                           (const uint8_t *)"secret", 6};

static void test_round_trip(void)
{
    struct identity_file out;
    uint8_t *bytes;
    size_t size;
    HRESULT hr = identity_file_make(&parts, &bytes, &size);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    ok(identity_file_read(bytes, size, &out), "Not read.\n");
    ok(out.der_size == 11 && !memcmp(out.der, "certificate", 11), "Other bytes.\n");
    ok(out.secret_size == 6 && !memcmp(out.secret, "secret", 6), "Other bytes.\n");
    free(bytes);
}

static void test_damage(void)
{
    struct identity_file out;
    uint8_t *bytes, *cut;
    size_t size;

    identity_file_make(&parts, &bytes, &size);
    for (size_t i = 0; i < size; i++)
    {
        bytes[i] ^= 0x10;
        ok(!identity_file_read(bytes, size, &out) && !out.der, "A change at %zu.\n", i);
        bytes[i] ^= 0x10;
    }
    for (size_t i = 0; i < size; i++)
    {
        cut = malloc(i + !i);
        memcpy(cut, bytes, i);
        ok(!identity_file_read(cut, i, &out) && !out.secret, "Cut to %zu.\n", i);
        free(cut);
    }
    free(bytes);
}

/* Lengths that lie, under a sum that is right. */
static void test_lengths(void)
{
    static const uint8_t lies[][8] = {
        {12, 0, 0, 0, 6, 0, 0, 0},
        {11, 0, 0, 0, 5, 0, 0, 0},
        {18, 0, 0, 0, 0xff, 0xff, 0xff, 0xff},
        {0xff, 0xff, 0xff, 0xff, 18, 0, 0, 0},
    };
    struct identity_file out;
    uint8_t *bytes;
    size_t size;

    identity_file_make(&parts, &bytes, &size);
    for (unsigned int i = 0; i < ARRAY_SIZE(lies); i++)
    {
        memcpy(bytes + 8, lies[i], 8);
        certificate_fingerprint(bytes, size - 32, bytes + size - 32);
        ok(!identity_file_read(bytes, size, &out) && !out.der, "Lie %u.\n", i);
    }
    free(bytes);
}

START_TEST(identity_file)
{
    RUN_TEST(test_round_trip);
    RUN_TEST(test_damage);
    RUN_TEST(test_lengths);
}
