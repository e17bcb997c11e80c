/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/certificate_blob.c. A5 to A14 are the vectors of the specification of peer caching. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/err_codes.h"
#include "peer/certificate.h"
#include "peer/certificate_blob.h"
#include "unit/peer_certificate_data.h"

#define A5_SIZE 51

static const uint8_t a5[A5_SIZE] = {
    0x09, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x30,
    0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01, 0x06, 0x08,
    0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02, 0x20, 0x00, 0x00, 0x00, 0x01,
    0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x30, 0x03, 0x02, 0x01, 0x05};

#define CERTIFICATE_AT 34

/* From memory of exactly its size, so that a look past its end is found. */
static HRESULT split(const uint8_t *blob, size_t size, struct certificate_blob *out)
{
    uint8_t *copy = malloc(size + !size);
    HRESULT hr;

    memcpy(copy, blob, size);
    hr = certificate_blob_split(copy, size, out);
    if (SUCCEEDED(hr))
        ok(out->der >= copy && out->der + out->der_size == copy + size, "Wrong place.\n");
    else
        ok(!out->der && !out->der_size, "Not emptied.\n");
    free(copy);
    return hr;
}

static void expect(const char *name, const uint8_t *blob, size_t size, HRESULT expected)
{
    struct certificate_blob out;
    HRESULT hr = split(blob, size, &out);

    ok(hr == expected, "%s: got hr %#x.\n", name, (unsigned int)hr);
}

static void test_framing(void)
{
    struct certificate_blob out;
    uint8_t blob[2 * A5_SIZE];

    ok(split(a5, A5_SIZE, &out) == S_OK, "A5 is good.\n");
    ok(out.der_size == 5 && out.use == CERTIFICATE_USE_ANY, "A5: got %zu and %#x.\n", out.der_size,
       out.use);

    memcpy(blob, a5, A5_SIZE);
    blob[4] = 2;
    expect("A7", blob, A5_SIZE, ERR_INVALID_DATA);

    memcpy(blob, a5, A5_SIZE);
    blob[8] = 0x17;
    expect("A8", blob, A5_SIZE, ERR_INVALID_DATA);

    expect("A9", a5, CERTIFICATE_AT, ERR_INVALID_DATA);

    memcpy(blob, a5, A5_SIZE);
    blob[A5_SIZE] = 0;
    expect("A10", blob, A5_SIZE + 1, ERR_INVALID_DATA);

    expect("A11", a5 + CERTIFICATE_AT, A5_SIZE - CERTIFICATE_AT, S_OK);

    memcpy(blob, a5 + CERTIFICATE_AT, A5_SIZE - CERTIFICATE_AT);
    memcpy(blob + A5_SIZE - CERTIFICATE_AT, a5, CERTIFICATE_AT);
    expect("A12", blob, A5_SIZE, ERR_INVALID_DATA);

    memcpy(blob, a5, A5_SIZE);
    memset(blob + 8, 0xff, 4);
    expect("A13", blob, A5_SIZE, ERR_INVALID_DATA);
    memcpy(blob, a5, A5_SIZE);
    memset(blob + CERTIFICATE_AT + 8, 0xff, 4);
    expect("A13 of the certificate", blob, A5_SIZE, ERR_INVALID_DATA);

    memcpy(blob, "\x4d\0\0\0\1\0\0\0\4\0\0\0abcd", 16);
    memcpy(blob + 16, a5 + CERTIFICATE_AT, A5_SIZE - CERTIFICATE_AT);
    expect("A14", blob, 16 + A5_SIZE - CERTIFICATE_AT, S_OK);

    for (size_t size = 0; size < A5_SIZE; size++)
        expect("A cut A5", a5, size, ERR_INVALID_DATA);
}

static void test_bounds(void)
{
    static const uint8_t element[12] = {77, 0, 0, 0, 1};
    uint8_t *blob = calloc(1, CERTIFICATE_BLOB_MAX + 1), *at = blob;

    for (unsigned int i = 0; i < 63; i++, at += 12)
        memcpy(at, element, 12);
    memcpy(at, a5 + CERTIFICATE_AT, A5_SIZE - CERTIFICATE_AT);
    at += A5_SIZE - CERTIFICATE_AT;
    expect("64 elements", blob, (size_t)(at - blob), S_OK);

    memmove(blob + 12, blob, (size_t)(at - blob));
    memcpy(blob, element, 12);
    expect("65 elements", blob, (size_t)(at - blob) + 12, ERR_INVALID_DATA);

    memset(blob, 0, CERTIFICATE_BLOB_MAX + 1);
    memcpy(blob, a5 + CERTIFICATE_AT, 12);
    blob[8] = 0xf5;
    blob[9] = 0xff;
    expect("65537 bytes", blob, CERTIFICATE_BLOB_MAX + 1, ERR_INVALID_DATA);
    blob[8] = 0xf4;
    expect("65536 bytes", blob, CERTIFICATE_BLOB_MAX, S_OK);
    free(blob);
}

/* The framing of A5 is good, its certificate is not one. */
static void test_read(void)
{
    struct certificate_blob out;
    HRESULT hr = certificate_blob_read(a5, A5_SIZE, &out);

    ok(hr == ERR_INVALID_DATA && !out.der, "A5: got hr %#x.\n", (unsigned int)hr);

    hr = certificate_blob_read(blob_vista, sizeof(blob_vista), &out);
    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    ok(out.der_size == sizeof(cert_vista) && !memcmp(out.der, cert_vista, out.der_size),
       "Another certificate.\n");
    ok(out.use == CERTIFICATE_USE_ANY, "Got %#x.\n", out.use);
}

/* A changed byte in each property; the certificate's own bytes are seen by the hashes. */
static void test_contradictions(void)
{
    uint8_t blob[sizeof(blob_vista)];
    struct certificate_blob out;

    for (size_t at = 0; at < sizeof(blob); at++)
    {
        HRESULT hr;

        memcpy(blob, blob_vista, sizeof(blob));
        blob[at] ^= 0x40;
        hr = certificate_blob_read(blob, sizeof(blob), &out);
        /* An id that becomes an unknown one, and the key usage, do no harm. */
        if (SUCCEEDED(hr))
            ok(at < sizeof(blob) - sizeof(cert_vista), "A change at %zu is not seen.\n", at);
    }
    for (size_t at = 12; at < 28; at++)
    {
        memcpy(blob, blob_vista, sizeof(blob));
        blob[at] ^= 1;
        ok(FAILED(certificate_blob_read(blob, sizeof(blob), &out)), "The first hash, at %zu.\n",
           at);
    }
}

static void test_make(void)
{
    uint8_t *blob;
    size_t size;
    HRESULT hr = certificate_blob_make(cert_vista, sizeof(cert_vista), &blob, &size);

    ok(hr == S_OK, "Got hr %#x.\n", (unsigned int)hr);
    ok(size == sizeof(blob_vista) && !memcmp(blob, blob_vista, size), "Another blob.\n");
    free(blob);

    hr = certificate_blob_make(a5, A5_SIZE, &blob, &size);
    ok(hr == ERR_INVALID_DATA && !blob && !size, "Got hr %#x.\n", (unsigned int)hr);
}

START_TEST(certificate_blob)
{
    RUN_TEST(test_framing);
    RUN_TEST(test_bounds);
    RUN_TEST(test_read);
    RUN_TEST(test_contradictions);
    RUN_TEST(test_make);
}
