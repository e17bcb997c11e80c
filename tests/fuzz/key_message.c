/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: the bytes of a call for a machine's key, and of its answer. Both come from machines
 * that nobody knows yet. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/key_message.h"

static void check_place(const uint8_t *bytes, size_t size, const uint8_t *blob, size_t blob_size)
{
    CHECK(!blob == !blob_size);
    CHECK(blob_size <= KEY_BLOB_MAX);
    if (blob) CHECK(blob > bytes && blob_size < size && blob + blob_size <= bytes + size);
}

/* What was read is the same when it is written and read again. */
static void check_call(const uint8_t *blob, size_t size)
{
    size_t made_size = key_call_size(size), again_size;
    uint8_t *made = malloc(made_size);
    const uint8_t *again;

    CHECK(made_size <= KEY_MESSAGE_MAX);
    key_call_write(made, blob, size);
    CHECK(key_call_read(made, made_size, &again, &again_size));
    CHECK(again_size == size && (!size || !memcmp(again, blob, size)));
    free(made);
}

static void check_answer(const uint8_t *blob, size_t size, HRESULT result)
{
    size_t made_size = key_answer_size(size), again_size;
    uint8_t *made = malloc(made_size);
    const uint8_t *again;
    HRESULT told;

    CHECK(made_size <= KEY_MESSAGE_MAX);
    key_answer_write(made, blob, size, result);
    CHECK(key_answer_read(made, made_size, &again, &again_size, &told));
    CHECK(told == result && again_size == size && (!size || !memcmp(again, blob, size)));
    free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size + !size);
    const uint8_t *blob = copy;
    size_t blob_size = 1;
    HRESULT result;

    memcpy(copy, data, size);
    if (key_call_read(copy, size, &blob, &blob_size))
        check_call(blob, blob_size);
    else
        CHECK(!blob);
    check_place(copy, size, blob, blob_size);

    if (key_answer_read(copy, size, &blob, &blob_size, &result))
        check_answer(blob, blob_size, result);
    else
        CHECK(!blob);
    check_place(copy, size, blob, blob_size);
    free(copy);
    return 0;
}
