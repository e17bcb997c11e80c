/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of the machine, as an immutable snapshot that any thread may read: group policies
 * and the preferences that hold where no policy is configured. Made from raw values, wherever these
 * come from; a value that cannot be understood is logged and never turns anything on. */
#ifndef OPENBITS_POLICY_POLICY_H
#define OPENBITS_POLICY_POLICY_H

#include "base/types.h"
#include "policy/bandwidth.h"

enum policy_value
{
    /* Policies. */
    POLICY_ENABLE_PEERCACHING,
    POLICY_DISABLE_PEERCACHING_CLIENT,
    POLICY_DISABLE_PEERCACHING_SERVER,
    POLICY_MAX_CONTENT_AGE,      /* days */
    POLICY_MAX_CACHE_SIZE,       /* percent of the disk */
    POLICY_MAX_BANDWIDTH_SERVED, /* bits per second */
    POLICY_DISABLE_BRANCHCACHE,
    POLICY_JOB_INACTIVITY_TIMEOUT, /* days */
    POLICY_MAX_DOWNLOAD_TIME,      /* seconds */
    POLICY_MAX_JOBS_PER_USER,
    POLICY_MAX_JOBS_PER_MACHINE,
    POLICY_MAX_FILES_PER_JOB,
    POLICY_MAX_RANGES_PER_FILE,
    POLICY_ENABLE_MAX_BANDWIDTH, /* of before Windows 7 */
    POLICY_RATE_ON_SCHEDULE,     /* kbit/s */
    POLICY_RATE_OFF_SCHEDULE,    /* kbit/s */
    POLICY_SCHEDULE_FROM,        /* hour */
    POLICY_SCHEDULE_TO,          /* hour */
    POLICY_OFF_SCHEDULE_UNLIMITED,
    /* In keys of their own below the one of the policies. */
    POLICY_ENABLE_BANDWIDTH_LIMITS,
    POLICY_IGNORE_LIMITS_ON_LAN,
    POLICY_ENABLE_MAINTENANCE_LIMITS,
    POLICY_FIRST_WORK, /* three limits with their units, days, hours */
    POLICY_FIRST_NON_WORK = POLICY_FIRST_WORK + 10,
    POLICY_FIRST_MAINTENANCE = POLICY_FIRST_NON_WORK + 6,
    POLICY_FIRST_TRANSFER_POLICY = POLICY_FIRST_MAINTENANCE + 10, /* by priority */
    POLICY_FIRST_CUSTOM_TRANSFER_POLICY = POLICY_FIRST_TRANSFER_POLICY + 4,
    /* BranchCache's own policy, which has a key of its own. */
    POLICY_BRANCHCACHE_ENABLE = POLICY_FIRST_CUSTOM_TRANSFER_POLICY + 4,
    /* Preferences and defaults of the service. */
    POLICY_PREFERRED_FLAGS,
    POLICY_PREFERRED_CACHE_SIZE,        /* percent of the disk */
    POLICY_PREFERRED_CONTENT_AGE,       /* seconds */
    POLICY_DEFAULT_INACTIVITY_TIMEOUT,  /* seconds */
    POLICY_DEFAULT_NO_PROGRESS_TIMEOUT, /* seconds */
    POLICY_DEFAULT_MIN_RETRY_DELAY,     /* seconds */
    POLICY_VALUE_COUNT
};

#define POLICY_FIRST_THROTTLING  POLICY_ENABLE_BANDWIDTH_LIMITS
#define POLICY_FIRST_BRANCHCACHE POLICY_BRANCHCACHE_ENABLE
#define POLICY_FIRST_PREFERENCE  POLICY_PREFERRED_FLAGS

/* As the store of settings gave it. */
enum policy_raw_kind
{
    POLICY_RAW_ABSENT,
    POLICY_RAW_NUMBER,
    POLICY_RAW_OTHER, /* there, but not a REG_DWORD */
    POLICY_RAW_UNREADABLE
};

struct policy_raw
{
    enum policy_raw_kind kind;
    uint32_t number; /* 0 unless it is a number */
};

struct policy;

/* Logs one line for each value that cannot be understood, unless it was already so in before, which
 * may be NULL. */
HRESULT policy_create(const struct policy_raw raws[POLICY_VALUE_COUNT], const struct policy *before,
                      struct policy **out);

struct policy *policy_addref(struct policy *policy);

void policy_release(struct policy *policy);

/* Made from the same raw values? */
bool policy_is_same(const struct policy *a, const struct policy *b);

/* Does it say the same to everyone who asks? */
bool policy_is_equal(const struct policy *a, const struct policy *b);

/* The published name of a value in the registry. */
const WCHAR *policy_value_name(enum policy_value value);

/* E_INVALIDARG, or E_NOTIMPL for bits that have no meaning, unless the number may be set as this
 * preference. */
HRESULT policy_check_preference(enum policy_value value, uint32_t number);

/* Peer caching: enum peer_machine_flag. */
uint32_t policy_machine_flags(const struct policy *policy);

/* Do policies decide, whatever the preference is? */
bool policy_overrides_flags(const struct policy *policy);
bool policy_overrides_age(const struct policy *policy);
bool policy_overrides_size(const struct policy *policy);
bool policy_overrides_bandwidth(const struct policy *policy);

uint32_t policy_content_age(const struct policy *policy); /* seconds since the last access */
uint32_t policy_cache_size(const struct policy *policy);  /* percent of the disk */
uint32_t policy_max_bandwidth_served(const struct policy *policy); /* bits per second */
bool policy_is_branchcache_disabled(const struct policy *policy);  /* for BITS */
/* Is there BranchCache on this machine, and may BITS use it? */
bool policy_uses_branchcache(const struct policy *policy);

/* Jobs; times in seconds. */
uint32_t policy_inactivity_timeout(const struct policy *policy);
uint32_t policy_max_download_time(const struct policy *policy);
uint32_t policy_no_progress_timeout(const struct policy *policy);
uint32_t policy_min_retry_delay(const struct policy *policy);
uint32_t policy_max_jobs_per_user(const struct policy *policy);
uint32_t policy_max_jobs_per_machine(const struct policy *policy);
uint32_t policy_max_files_per_job(const struct policy *policy);
uint32_t policy_max_ranges_per_file(const struct policy *policy);

/* Limits of background jobs. */
void policy_get_bandwidth(const struct policy *policy, struct bandwidth_policy *out);

/* The costs of networks (BITS_COST_STATE_*) that jobs of this priority accept if they do not say so
 * themselves. */
#define POLICY_COST_ALWAYS 0x800000ffu
uint32_t policy_cost_flags(const struct policy *policy, unsigned int priority);

#endif
