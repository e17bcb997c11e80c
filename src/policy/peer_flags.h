/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may use peers: pure functions of the policy, the machine's preference and a job's own flags.
 * Numbers equal the published ones (BG_JOB_ENABLE_PEERCACHING_CLIENT, BG_ENABLE_PEERCACHING_CLIENT,
 * ...); com/ asserts it. */
#ifndef OPENBITS_POLICY_PEER_FLAGS_H
#define OPENBITS_POLICY_PEER_FLAGS_H

#include "base/types.h"

enum peer_job_flag
{
    PEER_JOB_CLIENT = 0x1,         /* the job may download from peers */
    PEER_JOB_SERVER = 0x2,         /* its files may be cached and served to peers */
    PEER_JOB_NO_BRANCHCACHE = 0x4, /* says nothing about the other two */
    PEER_JOB_MASK = 0x7
};

/* The published header also has a bit 4 here, with the name of the job's flag; no page says what it
 * does to the machine. A bit that does nothing is not accepted. */
enum peer_machine_flag
{
    PEER_MACHINE_CLIENT = 0x1,
    PEER_MACHINE_SERVER = 0x2,
    PEER_MACHINE_MASK = 0x3
};

enum peer_switch
{
    PEER_SWITCH_ABSENT, /* not configured: the preference decides */
    PEER_SWITCH_OFF,
    PEER_SWITCH_ON
};

struct peer_policy
{
    enum peer_switch enable;  /* EnablePeercaching */
    bool is_client_disabled;  /* DisablePeerCachingClient */
    bool is_server_disabled;  /* DisablePeerCachingServer */
    uint32_t preferred_flags; /* of SetConfigurationFlags */
};

/* What the machine allows: enum peer_machine_flag. */
uint32_t peer_flags_machine(const struct peer_policy *policy);

/* What is in force for a job: enum peer_job_flag. */
uint32_t peer_flags_effective(uint32_t job_flags, uint32_t machine_flags);

#endif
