/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: what a peer shows as its certificate in a handshake. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "peer/certificate.h"

static void check_facts(const struct certificate_facts *facts)
{
    CHECK(strlen(facts->sid) < sizeof(facts->sid));
    CHECK(!facts->sid[0] || certificate_is_machine_sid(facts->sid));
    CHECK(strlen(facts->dns_name) < sizeof(facts->dns_name));
    CHECK(facts->use <= CERTIFICATE_USE_ANY);
    CHECK(facts->key_bits <= 8192);
    CHECK(!facts->is_self_signed || (facts->key_bits && facts->digest_bits));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct certificate_rules rules = {0, CERTIFICATE_USE_ANY, CERTIFICATE_USE_ANY, false};
    struct certificate_facts facts;
    uint8_t *copy = malloc(size + !size);
    unsigned int use;

    memcpy(copy, data, size);
    if (SUCCEEDED(certificate_read(copy, size, &facts)))
    {
        check_facts(&facts);
        rules.now = facts.not_before;
        if (certificate_check(&facts, &rules) == CERTIFICATE_GOOD)
        {
            CHECK(facts.is_self_signed && facts.sid[0] && facts.use == CERTIFICATE_USE_ANY);
            CHECK(facts.key_bits >= 2048 && facts.digest_bits >= 256);
            rules.allows_legacy = true;
            CHECK(certificate_check(&facts, &rules) == CERTIFICATE_GOOD);
        }
    }
    else
        CHECK(!facts.sid[0] && !facts.key_bits);
    certificate_read_use(copy, size, &use);
    CHECK(use <= CERTIFICATE_USE_ANY);
    free(copy);
    return 0;
}
