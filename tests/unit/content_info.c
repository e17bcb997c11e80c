/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * branchcache/content_info.c, content_info_v2.c and content_verifier.c */
#include "harness/test.h"

#include <mbedtls/md.h>
#include <stdlib.h>
#include <string.h>

#include "branchcache/content_info.h"
#include "branchcache/content_verifier.h"
#include "harness/content_info_maker.h"

#define BLOCK 65536u

static uint8_t file[5 * BLOCK + 1000];

static void fill_file(void)
{
    for (size_t i = 0; i < sizeof(file); i++)
        file[i] = (uint8_t)(7 * i + 3 + (i >> 10));
}

static void put_number(uint8_t *at, uint64_t number, unsigned int size, bool is_big)
{
    for (unsigned int i = 0; i < size; i++)
        at[is_big ? size - 1 - i : i] = (uint8_t)(number >> 8 * i);
}

/* ---- what is read ---- */

static const uint8_t vector_secret[32] = {
    0x00, 0x2f, 0xfe, 0xd5, 0x4e, 0x57, 0xf5, 0x96, 0x11, 0x6b, 0x98, 0xec, 0x9a, 0x23, 0x7b, 0x2e,
    0x3e, 0x82, 0x4e, 0x48, 0xe9, 0x3c, 0xd7, 0x18, 0x11, 0x0f, 0xb2, 0x1a, 0xf4, 0x0f, 0xd9, 0x7a};

static const uint8_t vector_sum[32] = {
    0xed, 0xc1, 0xa7, 0xd7, 0xec, 0x65, 0xf3, 0xa2, 0x85, 0xe1, 0x32, 0xfa, 0x70, 0xde, 0xc1, 0xd6,
    0xff, 0x9c, 0x67, 0x61, 0x6c, 0xcc, 0xb2, 0x26, 0xe9, 0x08, 0xb0, 0x65, 0x5d, 0x01, 0x5b, 0x7e};

/* 1000 bytes, and a secret that was made of them elsewhere. */
static void test_vector(void)
{
    uint8_t content[1000], sum[32], *data;
    struct content_info info;
    size_t size;
    HRESULT hr;

    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = (uint8_t)(7 * i + 3);
    data = make_content_info(content, sizeof(content), 0, sizeof(content), vector_secret, &size);
    mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA256), data, size, sum);
    ok(size == 134 && !memcmp(sum, vector_sum, sizeof(sum)), "The maker makes something else.\n");

    hr = content_info_parse(data, size, &info);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    ok(info.version == 1 && info.hash == CONTENT_INFO_SHA256 && info.hash_size == 32,
       "Version %u, hash %u of %zu bytes.\n", info.version, info.hash, info.hash_size);
    ok(info.segment_count == 1 && !info.range.begin && info.range.end == 1000,
       "%zu segments, bytes up to %llu.\n", info.segment_count, (unsigned long long)info.range.end);
    ok(info.segments[0].block_count == 1 && info.segments[0].length == 1000, "Wrong segment.\n");
    ok(!memcmp(info.segments[0].secret, vector_secret, 32), "Wrong secret.\n");
    ok(content_info_is_whole(info.segments), "Not whole.\n");
    content_info_done(&info);
    free(data);
}

static void test_range(void)
{
    static const struct
    {
        size_t begin, end;
        uint32_t first, count;
    } tests[] = {
        {0, sizeof(file), 0, 6},          {1, sizeof(file), 0, 6},         {BLOCK, 2 * BLOCK, 1, 1},
        {BLOCK - 1, 2 * BLOCK + 1, 0, 3}, {5 * BLOCK, sizeof(file), 5, 1}, {0, 1, 0, 1},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct content_info info;
        size_t size;
        uint8_t *data = make_content_info(file, sizeof(file), tests[i].begin, tests[i].end,
                                          MAKER_SECRET, &size);
        HRESULT hr = content_info_parse(data, size, &info);

        ok(hr == S_OK, "Test %zu: got hr %#lx.\n", i, (unsigned long)hr);
        if (hr == S_OK)
        {
            ok(info.range.begin == tests[i].begin && info.range.end == tests[i].end,
               "Test %zu: %llu to %llu.\n", i, (unsigned long long)info.range.begin,
               (unsigned long long)info.range.end);
            ok(info.segments[0].first_block == tests[i].first &&
                   info.segments[0].block_count == tests[i].count,
               "Test %zu: %u blocks from %u.\n", i, info.segments[0].block_count,
               info.segments[0].first_block);
        }
        content_info_done(&info);
        free(data);
    }
}

/* Two segments of 32 MiB and one of a block and a byte, of no real file. */
static uint8_t *make_segments(size_t *size)
{
    static const uint32_t lengths[] = {CONTENT_INFO_SEGMENT_MAX, CONTENT_INFO_SEGMENT_MAX,
                                       BLOCK + 1};
    static const uint32_t counts[] = {1, 512, 1};
    uint8_t *data, *at;
    uint64_t offset = CONTENT_INFO_SEGMENT_MAX;

    *size = 18 + 3 * 80 + 3 * 4 + 514 * 32;
    at = data = calloc(1, *size);
    put_number(at, 0x0100, 2, false);
    put_number(at + 2, 0x800c, 4, false);
    put_number(at + 6, CONTENT_INFO_SEGMENT_MAX - 10, 4, false);
    put_number(at + 10, BLOCK, 4, false);
    put_number(at + 14, 3, 4, false);
    at += 18;
    for (size_t i = 0; i < 3; i++, at += 80)
    {
        put_number(at, offset, 8, false);
        put_number(at + 8, lengths[i], 4, false);
        put_number(at + 12, BLOCK, 4, false);
        offset += lengths[i];
    }
    for (size_t i = 0; i < 3; i++)
    {
        put_number(at, counts[i], 4, false);
        at += 4 + counts[i] * 32;
    }
    return data;
}

static void test_segments(void)
{
    struct content_info info;
    size_t size;
    uint8_t *data = make_segments(&size);
    HRESULT hr = content_info_parse(data, size, &info);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    if (hr == S_OK)
    {
        ok(info.range.begin == 2ull * CONTENT_INFO_SEGMENT_MAX - 10 &&
               info.range.end == 3ull * CONTENT_INFO_SEGMENT_MAX + BLOCK,
           "%llu to %llu.\n", (unsigned long long)info.range.begin,
           (unsigned long long)info.range.end);
        ok(info.segments[0].first_block == 511 && !content_info_is_whole(&info.segments[0]),
           "The first one.\n");
        ok(content_info_is_whole(&info.segments[1]), "The middle one.\n");
        ok(!content_info_is_whole(&info.segments[2]), "The last one.\n");
    }
    content_info_done(&info);
    free(data);
}

/* Where one number of it is another one. */
static void test_wrong_numbers(void)
{
    static const struct
    {
        size_t at;
        unsigned int size;
        uint64_t number;
        HRESULT hr;
    } tests[] = {
        {0, 2, 0x0101, E_NOTIMPL},
        {0, 2, 0x0300, E_NOTIMPL},
        {2, 4, 0x800b, E_NOTIMPL},
        {2, 4, 0x800d, E_INVALIDARG},
        {6, 4, CONTENT_INFO_SEGMENT_MAX, E_INVALIDARG},
        {6, 4, 0, E_INVALIDARG},
        {10, 4, BLOCK + 1, E_INVALIDARG},
        {10, 4, BLOCK + 2, E_INVALIDARG},
        {10, 4, UINT32_MAX, E_INVALIDARG},
        {14, 4, 0, E_INVALIDARG},
        {14, 4, 2, E_INVALIDARG},
        {14, 4, UINT32_MAX, E_INVALIDARG},
        {18, 8, 0, E_INVALIDARG},
        {18, 8, UINT64_MAX, E_INVALIDARG},
        {26, 4, 0, E_INVALIDARG},
        {26, 4, CONTENT_INFO_SEGMENT_MAX + 1, E_INVALIDARG},
        {30, 4, 0, E_INVALIDARG},
        {30, 4, 2 * BLOCK, E_INVALIDARG},
        {18 + 3 * 80, 4, 0, E_INVALIDARG},
        {18 + 3 * 80, 4, UINT32_MAX, E_INVALIDARG},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct content_info info;
        size_t size;
        uint8_t *data = make_segments(&size);
        HRESULT hr;

        put_number(data + tests[i].at, tests[i].number, tests[i].size, false);
        hr = content_info_parse(data, size, &info);
        ok(hr == tests[i].hr, "Test %zu: got hr %#lx.\n", i, (unsigned long)hr);
        ok(!info.segments, "Test %zu: something is kept.\n", i);
        content_info_done(&info);
        free(data);
    }
}

static void test_wrong_length(void)
{
    struct content_info info;
    size_t size, wrong = 0;
    uint8_t *data = make_segments(&size), *longer = calloc(1, size + 1);

    for (size_t i = 0; i < size; i++)
        if (content_info_parse(data, i, &info) != E_INVALIDARG) wrong++;
    ok(!wrong, "%zu cut ones are taken.\n", wrong);
    memcpy(longer, data, size);
    ok(content_info_parse(longer, size + 1, &info) == E_INVALIDARG, "A byte behind it.\n");
    free(data);
    free(longer);
}

/* ---- version 2 ---- */

#define V2_SIZE(count) (31 + 5 + 68 * (count))

static const uint32_t v2_lengths[] = {100000, 1, 128 * 1024};

/* Of the first bytes of the file, one chunk. */
static uint8_t *make_v2(uint32_t skipped, uint64_t length, size_t *size)
{
    uint8_t *data = calloc(1, V2_SIZE(3)), *at = data + 36, hash[64];
    size_t offset = 0;

    *size = V2_SIZE(3);
    data[1] = 2;
    data[2] = 4;
    put_number(data + 19, skipped, 4, true);
    put_number(data + 23, length, 8, true);
    put_number(data + 32, 3 * 68, 4, true);
    for (size_t i = 0; i < 3; i++, at += 68)
    {
        put_number(at, v2_lengths[i], 4, true);
        mbedtls_md(mbedtls_md_info_from_type(MBEDTLS_MD_SHA512), file + offset, v2_lengths[i],
                   hash);
        memcpy(at + 4, hash, 32);
        offset += v2_lengths[i];
    }
    return data;
}

static void test_version_2(void)
{
    static const uint64_t all = 100000 + 1 + 128 * 1024;
    static const struct
    {
        uint32_t skipped;
        uint64_t length, end; /* end 0: refused */
    } tests[] = {
        {0, 0, 100000 + 1 + 128 * 1024},
        {5, 0, 100000 + 1 + 128 * 1024},
        {99999, 3, 100002},
        {99999, 2, 0}, /* does not touch the last one */
        {100000, 0, 0},
        {1, 100000 + 1 + 128 * 1024, 0},
        {0, UINT64_MAX, 0},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct content_info info;
        size_t size;
        uint8_t *data = make_v2(tests[i].skipped, tests[i].length, &size);
        HRESULT hr = content_info_parse(data, size, &info);

        ok(hr == (tests[i].end ? S_OK : E_INVALIDARG), "Test %zu: got hr %#lx.\n", i,
           (unsigned long)hr);
        if (hr == S_OK)
            ok(info.range.begin == tests[i].skipped && info.range.end == tests[i].end &&
                   info.range.end <= all,
               "Test %zu: %llu to %llu.\n", i, (unsigned long long)info.range.begin,
               (unsigned long long)info.range.end);
        content_info_done(&info);
        free(data);
    }
}

static void test_wrong_version_2(void)
{
    static const struct
    {
        size_t at;
        unsigned int size;
        uint64_t number;
        HRESULT hr;
    } tests[] = {
        {0, 1, 1, E_NOTIMPL},
        {2, 1, 5, E_NOTIMPL},
        {3, 8, UINT64_MAX, E_INVALIDARG},
        {3, 8, INT64_MAX, E_INVALIDARG},
        {31, 1, 1, E_INVALIDARG},
        {32, 4, 0, E_INVALIDARG},
        {32, 4, 67, E_INVALIDARG},
        {32, 4, 2 * 68, E_INVALIDARG},
        {32, 4, 4 * 68, E_INVALIDARG},
        {36, 4, 0, E_INVALIDARG},
        {36, 4, 128 * 1024 + 1, E_INVALIDARG},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests); i++)
    {
        struct content_info info;
        size_t size;
        uint8_t *data = make_v2(0, 0, &size);
        HRESULT hr;

        put_number(data + tests[i].at, tests[i].number, tests[i].size, true);
        hr = content_info_parse(data, size, &info);
        ok(hr == tests[i].hr, "Test %zu: got hr %#lx.\n", i, (unsigned long)hr);
        content_info_done(&info);
        free(data);
    }
}

/* ---- bytes against hashes ---- */

static HRESULT feed(struct content_verifier *verifier, const uint8_t *bytes, size_t size,
                    size_t piece)
{
    HRESULT hr = S_OK;

    for (size_t done = 0; done < size && hr == S_OK; done += piece)
        hr = content_verifier_take(verifier, bytes + done,
                                   size - done < piece ? size - done : piece);
    return hr;
}

static void test_good_bytes(void)
{
    static const size_t pieces[] = {1000, BLOCK - 1, BLOCK, BLOCK + 1, sizeof(file)};
    static const struct
    {
        struct byte_range range;
        uint64_t checked;
    } tests[] = {
        {{0, sizeof(file)}, sizeof(file)}, {{1, sizeof(file)}, sizeof(file) - BLOCK},
        {{BLOCK, 3 * BLOCK}, 2 * BLOCK},   {{BLOCK, 3 * BLOCK - 1}, BLOCK},
        {{BLOCK + 5, BLOCK + 6}, 0},       {{5 * BLOCK, sizeof(file)}, 1000},
    };

    for (size_t i = 0; i < ARRAY_COUNT(tests) * ARRAY_COUNT(pieces); i++)
    {
        const struct byte_range *range = &tests[i / ARRAY_COUNT(pieces)].range;
        struct content_verifier *verifier;
        size_t size, length = (size_t)(range->end - range->begin);
        uint8_t *data = make_content_info(file, sizeof(file), 0, sizeof(file), MAKER_SECRET, &size);
        HRESULT hr = content_verifier_create(data, size, range, &verifier);

        ok(hr == S_OK, "Test %zu: got hr %#lx.\n", i, (unsigned long)hr);
        if (FAILED(hr)) continue;
        hr = feed(verifier, file + range->begin, length, pieces[i % ARRAY_COUNT(pieces)]);
        ok(hr == S_OK, "Test %zu: got hr %#lx.\n", i, (unsigned long)hr);
        ok(content_verifier_checked(verifier) == tests[i / ARRAY_COUNT(pieces)].checked,
           "Test %zu: %llu bytes are checked.\n", i,
           (unsigned long long)content_verifier_checked(verifier));
        ok(content_verifier_take(verifier, file, 1) == E_UNEXPECTED, "Test %zu: goes on.\n", i);
        content_verifier_destroy(verifier);
    }
}

/* One bit in each block, one after the other. */
static void test_wrong_bytes(void)
{
    static const struct byte_range all = {0, sizeof(file)};

    for (size_t at = 17; at < sizeof(file); at += BLOCK)
    {
        struct content_verifier *verifier;
        size_t size;
        uint8_t *data = make_content_info(file, sizeof(file), 0, sizeof(file), MAKER_SECRET, &size);
        HRESULT hr = content_verifier_create(data, size, &all, &verifier);

        file[at] ^= 0x10;
        if (SUCCEEDED(hr)) hr = feed(verifier, file, sizeof(file), 4096);
        file[at] ^= 0x10;
        ok(hr == S_FALSE, "Byte %zu: got hr %#lx.\n", at, (unsigned long)hr);
        if (verifier)
            ok(content_verifier_checked(verifier) == at / BLOCK * BLOCK, "Byte %zu: %llu bytes.\n",
               at, (unsigned long long)content_verifier_checked(verifier));
        content_verifier_destroy(verifier);
    }
}

static void test_version_2_bytes(void)
{
    static const struct byte_range range = {0, 100000 + 1 + 128 * 1024};

    for (unsigned int i = 0; i < 2; i++)
    {
        struct content_verifier *verifier;
        size_t size;
        uint8_t *data = make_v2(0, 0, &size);
        HRESULT hr = content_verifier_create(data, size, &range, &verifier);

        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        file[100000] ^= i;
        if (SUCCEEDED(hr)) hr = feed(verifier, file, (size_t)range.end, 5000);
        file[100000] ^= i;
        ok(hr == (i ? S_FALSE : S_OK), "Bit %u: got hr %#lx.\n", i, (unsigned long)hr);
        content_verifier_destroy(verifier);
    }
}

/* Hashes of blocks that are not those of the segment; another range; no content information. */
static void test_no_verifier(void)
{
    static const struct byte_range all = {0, sizeof(file)}, part = {BLOCK, sizeof(file)},
                                   none = {BLOCK, BLOCK};
    struct content_verifier *verifier;
    size_t size;
    uint8_t *data = make_content_info(file, sizeof(file), 0, sizeof(file), MAKER_SECRET, &size);

    data[size - 1] ^= 1;
    ok(content_verifier_create(data, size, &all, &verifier) == E_INVALIDARG, "A wrong hash.\n");
    ok(!verifier, "There is one.\n");
    data = make_content_info(file, sizeof(file), BLOCK + 1, sizeof(file), MAKER_SECRET, &size);
    ok(content_verifier_create(data, size, &part, &verifier) == E_INVALIDARG,
       "A byte is not in.\n");
    data = make_content_info(file, sizeof(file), 0, sizeof(file) - 1, MAKER_SECRET, &size);
    ok(content_verifier_create(data, size, &all, &verifier) == E_INVALIDARG, "A byte is not in.\n");
    data = make_content_info(file, sizeof(file), 0, sizeof(file), MAKER_SECRET, &size);
    ok(content_verifier_create(data, size, &none, &verifier) == E_INVALIDARG, "No byte.\n");
    data = calloc(1, 20);
    ok(content_verifier_create(data, 20, &all, &verifier) == E_NOTIMPL, "Zeroes.\n");
}

START_TEST(content_info)
{
    fill_file();
    RUN_TEST(test_vector);
    RUN_TEST(test_range);
    RUN_TEST(test_segments);
    RUN_TEST(test_wrong_numbers);
    RUN_TEST(test_wrong_length);
    RUN_TEST(test_version_2);
    RUN_TEST(test_wrong_version_2);
    RUN_TEST(test_good_bytes);
    RUN_TEST(test_wrong_bytes);
    RUN_TEST(test_version_2_bytes);
    RUN_TEST(test_no_verifier);
}
