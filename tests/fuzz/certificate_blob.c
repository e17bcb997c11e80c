/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: the blob in which a machine sends its certificate. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/certificate.h"
#include "peer/certificate_blob.h"

static void check_place(const uint8_t *copy, size_t size, const struct certificate_blob *blob)
{
    CHECK(blob->der_size && blob->der_size < size);
    CHECK(blob->der > copy && blob->der + blob->der_size == copy + size);
    CHECK(blob->use <= CERTIFICATE_USE_ANY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct certificate_blob blob;
    uint8_t *copy = malloc(size + !size), *made;
    size_t made_size;
    HRESULT split;

    memcpy(copy, data, size);
    split = certificate_blob_split(copy, size, &blob);
    if (SUCCEEDED(split))
        check_place(copy, size, &blob);
    else
        CHECK(!blob.der && !blob.der_size);

    if (SUCCEEDED(certificate_blob_read(copy, size, &blob)))
    {
        CHECK(SUCCEEDED(split));
        check_place(copy, size, &blob);
        CHECK(SUCCEEDED(certificate_blob_make(blob.der, blob.der_size, &made, &made_size)));
        CHECK(SUCCEEDED(certificate_blob_read(made, made_size, &blob)));
        free(made);
    }
    free(copy);
    return 0;
}
