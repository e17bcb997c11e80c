/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the network costs, from what the system says about it. Pure. */
#ifndef OPENBITS_POLICY_NETWORK_COST_H
#define OPENBITS_POLICY_NETWORK_COST_H

#include "base/types.h"

/* In the order of NL_NETWORK_CONNECTIVITY_COST_HINT. */
enum network_cost_kind
{
    NETWORK_COST_UNKNOWN,
    NETWORK_COST_UNRESTRICTED,
    NETWORK_COST_FIXED,   /* up to a limit */
    NETWORK_COST_VARIABLE /* by the byte */
};

struct network_cost
{
    enum network_cost_kind kind;
    bool is_near_limit;
    bool is_over_limit;
    bool is_roaming;
};

/* BITS_COST_STATE_* bits. A network of which nothing is known is free. */
uint32_t network_cost_state(const struct network_cost *cost);

#endif
