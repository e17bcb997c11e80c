/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Policy snapshot to settings of the core; pure. */
#include "service/settings.h"

#include "policy/policy.h"

struct machine_settings settings_from_policy(const struct policy *policy, uint32_t time_slice)
{
    struct machine_settings settings = {
        .peer_flags = policy_machine_flags(policy),
        .uses_branchcache = policy_uses_branchcache(policy),
        .inactivity_timeout = policy_inactivity_timeout(policy),
        .max_download_time = policy_max_download_time(policy),
        .no_progress_timeout = policy_no_progress_timeout(policy),
        .min_retry_delay = policy_min_retry_delay(policy),
        .max_jobs_per_user = policy_max_jobs_per_user(policy),
        .max_jobs_per_machine = policy_max_jobs_per_machine(policy),
        .max_files_per_job = policy_max_files_per_job(policy),
        .max_ranges_per_file = policy_max_ranges_per_file(policy),
        .time_slice = time_slice,
    };

    for (unsigned int i = 0; i < JOB_PRIORITY_COUNT; i++)
        settings.cost_flags[i] = policy_cost_flags(policy, i);
    policy_get_bandwidth(policy, &settings.bandwidth);
    return settings;
}
