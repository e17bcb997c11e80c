/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The published bits: page "BITS_JOB_PROPERTY_ID", BITS_JOB_PROPERTY_ID_COST_FLAGS. */
#include "policy/network_cost.h"

#define UNRESTRICTED         0x1u
#define CAPPED_USAGE_UNKNOWN 0x2u
#define NEAR_CAP             0x8u
#define OVERCAP_CHARGED      0x10u
#define USAGE_BASED          0x40u
#define ROAMING              0x80u

static uint32_t plan_state(const struct network_cost *cost)
{
    switch (cost->kind)
    {
    case NETWORK_COST_FIXED:
        if (cost->is_over_limit) return OVERCAP_CHARGED;
        return cost->is_near_limit ? NEAR_CAP : CAPPED_USAGE_UNKNOWN;
    case NETWORK_COST_VARIABLE:
        return USAGE_BASED;
    default:
        return UNRESTRICTED;
    }
}

uint32_t network_cost_state(const struct network_cost *cost)
{
    return plan_state(cost) | (cost->is_roaming ? ROAMING : 0);
}
