/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * peer/key_message.c: published bytes of calls and answers (A1 to A6), and what is not one. */
#include "harness/test.h"

#include <string.h>

#include "peer/key_message.h"

static const uint8_t a1[] = {3, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0xaa, 0xbb, 0xcc};
static const uint8_t a2[] = {0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t a3[] = {5,    0, 0, 0, 0, 0, 2, 0, 5, 0, 0, 0,
                             0x20, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t a5[] = {9,    0,    0,    0,    1,    0,    0,    0,    0x16, 0,    0,
                             0,    0x30, 0x14, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07,
                             0x03, 0x01, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03,
                             0x02, 0x20, 0,    0,    0,    1,    0,    0,    0,    5,    0,
                             0,    0,    0x30, 0x03, 0x02, 0x01, 0x05};

static bool is_call(const uint8_t *bytes, size_t size)
{
    const uint8_t *blob;
    size_t length;
    bool is_good = key_call_read(bytes, size, &blob, &length);

    if (!is_good) ok(!blob && !length, "A bad call left something.\n");
    return is_good;
}

static bool is_answer(const uint8_t *bytes, size_t size)
{
    const uint8_t *blob;
    size_t length;
    HRESULT result;

    return key_answer_read(bytes, size, &blob, &length, &result);
}

static void test_calls(void)
{
    uint8_t bytes[64];
    const uint8_t *blob;
    size_t size;

    ok(key_call_size(3) == sizeof(a1), "Got %zu.\n", key_call_size(3));
    key_call_write(bytes, a1 + 12, 3);
    ok(!memcmp(bytes, a1, sizeof(a1)), "The call is other bytes.\n");
    ok(key_call_read(a1, sizeof(a1), &blob, &size) && blob == a1 + 12 && size == 3, "A1.\n");

    ok(key_call_size(0) == sizeof(a2), "Got %zu.\n", key_call_size(0));
    key_call_write(bytes, NULL, 0);
    ok(!memcmp(bytes, a2, sizeof(a2)), "The empty call is other bytes.\n");
    ok(key_call_read(a2, sizeof(a2), &blob, &size) && !blob && !size, "A2.\n");
}

static void test_answers(void)
{
    uint8_t bytes[128], a6[68] = {0x33, 0, 0, 0, 0, 0, 2, 0, 0x33, 0, 0, 0};
    const uint8_t *blob;
    size_t size;
    HRESULT result = E_FAIL;

    ok(key_answer_size(5) == sizeof(a3), "Got %zu.\n", key_answer_size(5));
    key_answer_write(bytes, a3 + 12, 5, S_OK);
    ok(!memcmp(bytes, a3, sizeof(a3)), "The answer is other bytes.\n");
    ok(key_answer_read(a3, sizeof(a3), &blob, &size, &result) && blob == a3 + 12 && size == 5 &&
           result == S_OK,
       "A3.\n");

    memcpy(a6 + 12, a5, sizeof(a5));
    ok(key_answer_size(sizeof(a5)) == sizeof(a6), "Got %zu.\n", key_answer_size(sizeof(a5)));
    key_answer_write(bytes, a5, sizeof(a5), S_OK);
    ok(!memcmp(bytes, a6, sizeof(a6)), "A6 is other bytes.\n");

    key_answer_write(bytes, NULL, 0, E_ACCESSDENIED);
    ok(key_answer_read(bytes, key_answer_size(0), &blob, &size, &result) && !blob && !size &&
           result == E_ACCESSDENIED,
       "A refusal is not read.\n");
}

/* A23: one byte more than there may be. */
static void test_limit(void)
{
    static uint8_t bytes[KEY_MESSAGE_MAX + 16], blob[KEY_BLOB_MAX + 1];

    key_call_write(bytes, blob, KEY_BLOB_MAX);
    ok(is_call(bytes, key_call_size(KEY_BLOB_MAX)), "The longest blob is refused.\n");
    ok(key_answer_size(KEY_BLOB_MAX) <= KEY_MESSAGE_MAX, "It has no room.\n");
    key_call_write(bytes, blob, KEY_BLOB_MAX + 1);
    ok(!is_call(bytes, key_call_size(KEY_BLOB_MAX + 1)), "A longer blob is taken.\n");
    key_answer_write(bytes, blob, KEY_BLOB_MAX + 1, S_OK);
    ok(!is_answer(bytes, key_answer_size(KEY_BLOB_MAX + 1)), "A longer answer is taken.\n");
}

static void test_garbage(void)
{
    uint8_t bytes[64];

    for (size_t size = 0; size < sizeof(a1); size++)
        ok(!is_call(a1, size), "%zu bytes are a call.\n", size);
    for (size_t size = 0; size < sizeof(a3); size++)
        ok(!is_answer(a3, size), "%zu bytes are an answer.\n", size);

    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, a1, sizeof(a1));
    ok(is_call(bytes, sizeof(a1) + 7) && !is_call(bytes, sizeof(a1) + 8), "Filling is wrong.\n");
    bytes[8] = 4;
    ok(!is_call(bytes, sizeof(a1)), "Two sizes are taken.\n");
    bytes[8] = 3;
    memset(bytes + 4, 0, 4);
    ok(!is_call(bytes, sizeof(a1)) && !is_call(bytes, 8), "NULL with a size is taken.\n");
    memset(bytes, 0xff, sizeof(bytes));
    ok(!is_call(bytes, sizeof(bytes)) && !is_answer(bytes, sizeof(bytes)), "0xff is taken.\n");
}

START_TEST(key_message)
{
    RUN_TEST(test_calls);
    RUN_TEST(test_answers);
    RUN_TEST(test_limit);
    RUN_TEST(test_garbage);
}
