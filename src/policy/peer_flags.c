/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may use peers. */
#include "policy/peer_flags.h"

_Static_assert((int)PEER_JOB_CLIENT == (int)PEER_MACHINE_CLIENT &&
                   (int)PEER_JOB_SERVER == (int)PEER_MACHINE_SERVER,
               "the two levels are compared bit by bit");

uint32_t peer_flags_machine(const struct peer_policy *policy)
{
    uint32_t flags = 0;

    switch (policy->enable)
    {
    case PEER_SWITCH_ABSENT:
        /* The two Disable policies say that they have no effect here (Bits.admx). */
        return policy->preferred_flags & PEER_MACHINE_MASK;
    case PEER_SWITCH_ON:
        if (!policy->is_client_disabled) flags |= PEER_MACHINE_CLIENT;
        if (!policy->is_server_disabled) flags |= PEER_MACHINE_SERVER;
        return flags;
    case PEER_SWITCH_OFF:
        break;
    }
    return 0;
}

uint32_t peer_flags_effective(uint32_t job_flags, uint32_t machine_flags)
{
    return (job_flags & machine_flags & PEER_MACHINE_MASK) | (job_flags & PEER_JOB_NO_BRANCHCACHE);
}
