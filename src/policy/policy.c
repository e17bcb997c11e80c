/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which values there are, what is accepted, and what holds when nothing is configured. */
#include "policy/policy.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "policy/peer_flags.h"
#include "policy/policy_private.h"

#define SECONDS_PER_DAY 86400u

/* The largest number that the policy editor offers where there is no other limit. */
#define COUNT_MAX   4294967200u
#define SECONDS_MAX 2147483648u

struct rule
{
    const WCHAR *name;
    const char *log_name;
    uint32_t min, max;
    uint32_t initial; /* while it is not configured */
    /* A switch that is there but cannot be understood takes the position that does less; another
     * value counts as not configured. */
    bool is_switch;
    uint32_t safe;
};

#define NAME(text) u##text, text

/* The keys below the one of the policies go before the names in the log. */
#define LIMIT(key, level)                                                                          \
    {u##level "BandwidthLimit", key level "BandwidthLimit", 0, COUNT_MAX, 0, false, 0},            \
    {                                                                                              \
        u##level "BandwidthType", key level "BandwidthType", 1, 3, 1, false, 0                     \
    }
#define LIMITS(key) LIMIT(key, "High"), LIMIT(key, "Normal"), LIMIT(key, "Low")
#define TIMES(key, first_day, last_day)                                                            \
    {u"StartDay", key "StartDay", 0, 6, first_day, false, 0},                                      \
        {u"EndDay", key "EndDay", 0, 6, last_day, false, 0},                                       \
        {u"StartHour", key "StartHour", 0, 23, 0, false, 0},                                       \
    {                                                                                              \
        u"EndHour", key "EndHour", 0, 23, 0, false, 0                                              \
    }

/* The published numbers leave out the bit that is of no meaning here. */
#define COSTS(key, value)                                                                          \
    {                                                                                              \
        u##value, key value, 1, POLICY_COST_ALWAYS, POLICY_COST_ALWAYS, false, 0                   \
    }

/* clang-format off */
static const struct rule rules[POLICY_VALUE_COUNT] = {
    [POLICY_ENABLE_PEERCACHING]         = {NAME("EnablePeercaching"), 0, 1, 0, true, 0},
    [POLICY_DISABLE_PEERCACHING_CLIENT] = {NAME("DisablePeerCachingClient"), 0, 1, 0, true, 1},
    [POLICY_DISABLE_PEERCACHING_SERVER] = {NAME("DisablePeerCachingServer"), 0, 1, 0, true, 1},
    [POLICY_MAX_CONTENT_AGE]            = {NAME("MaxContentAge"), 1, 120, 90, false, 0},
    [POLICY_MAX_CACHE_SIZE]             = {NAME("MaxCacheSize"), 1, 80, 1, false, 0},
    [POLICY_MAX_BANDWIDTH_SERVED]       = {NAME("MaxBandwidthServed"),
                                           1048576, COUNT_MAX, 1048576, false, 0},
    [POLICY_DISABLE_BRANCHCACHE]        = {NAME("DisableBranchCache"), 0, 1, 0, true, 1},
    [POLICY_JOB_INACTIVITY_TIMEOUT]     = {NAME("JobInactivityTimeout"), 1, 999, 90, false, 0},
    [POLICY_MAX_DOWNLOAD_TIME]          = {NAME("MaxDownloadTime"),
                                           1, SECONDS_MAX, 7776000, false, 0},
    [POLICY_MAX_JOBS_PER_USER]          = {NAME("MaxJobsPerUser"), 0, COUNT_MAX, 60, false, 0},
    [POLICY_MAX_JOBS_PER_MACHINE]       = {NAME("MaxJobsPerMachine"), 0, COUNT_MAX, 300, false, 0},
    [POLICY_MAX_FILES_PER_JOB]          = {NAME("MaxFilesPerJob"), 0, COUNT_MAX, 200, false, 0},
    [POLICY_MAX_RANGES_PER_FILE]        = {NAME("MaxRangesPerFile"), 0, COUNT_MAX, 500, false, 0},
    [POLICY_ENABLE_MAX_BANDWIDTH]       = {NAME("EnableBITSMaxBandwidth"), 0, 1, 0, true, 0},
    [POLICY_RATE_ON_SCHEDULE]           = {NAME("MaxTransferRateOnSchedule"),
                                           0, COUNT_MAX, 10, false, 0},
    [POLICY_RATE_OFF_SCHEDULE]          = {NAME("MaxTransferRateOffSchedule"),
                                           0, COUNT_MAX, 20, false, 0},
    [POLICY_SCHEDULE_FROM]              = {NAME("MaxBandwidthValidFrom"), 0, 23, 8, false, 0},
    [POLICY_SCHEDULE_TO]                = {NAME("MaxBandwidthValidTo"), 0, 23, 17, false, 0},
    [POLICY_OFF_SCHEDULE_UNLIMITED]     = {NAME("UseSystemMaximum"), 0, 1, 0, true, 1},

    [POLICY_ENABLE_BANDWIDTH_LIMITS]    = {u"EnableBandwidthLimits",
                                           "Throttling\\EnableBandwidthLimits", 0, 1, 0, true, 0},
    [POLICY_IGNORE_LIMITS_ON_LAN]       = {u"IgnoreBandwidthLimitsOnLan",
                                           "Throttling\\IgnoreBandwidthLimitsOnLan",
                                           0, 1, 0, true, 0},
    [POLICY_ENABLE_MAINTENANCE_LIMITS]  = {u"EnableMaintenanceLimits",
                                           "Throttling\\EnableMaintenanceLimits",
                                           0, 1, 0, true, 0},
    [POLICY_FIRST_WORK] = LIMITS("Throttling\\WorkSchedule\\"),
                          TIMES("Throttling\\WorkSchedule\\", 1, 5),
    [POLICY_FIRST_NON_WORK] = LIMITS("Throttling\\NonWorkSchedule\\"),
    [POLICY_FIRST_MAINTENANCE] = LIMITS("Throttling\\MaintenanceSchedule\\"),
                                 TIMES("Throttling\\MaintenanceSchedule\\", 0, 6),
    [POLICY_FIRST_TRANSFER_POLICY] = COSTS("TransferPolicy\\", "ForegroundTransferPolicy"),
                                     COSTS("TransferPolicy\\", "HighTransferPolicy"),
                                     COSTS("TransferPolicy\\", "NormalTransferPolicy"),
                                     COSTS("TransferPolicy\\", "LowTransferPolicy"),
    [POLICY_FIRST_CUSTOM_TRANSFER_POLICY] =
        COSTS("TransferPolicy\\", "ForegroundTransferPolicyCustom"),
        COSTS("TransferPolicy\\", "HighTransferPolicyCustom"),
        COSTS("TransferPolicy\\", "NormalTransferPolicyCustom"),
        COSTS("TransferPolicy\\", "LowTransferPolicyCustom"),
    [POLICY_BRANCHCACHE_ENABLE]         = {u"Enable", "PeerDist\\Service\\Enable",
                                           0, 1, 0, true, 0},

    [POLICY_PREFERRED_FLAGS]            = {NAME("PeerCachingFlags"),
                                           0, PEER_MACHINE_MASK, 0, true, 0},
    [POLICY_PREFERRED_CACHE_SIZE]       = {NAME("PeerCachingMaxCacheSize"), 1, 80, 1, false, 0},
    [POLICY_PREFERRED_CONTENT_AGE]      = {NAME("PeerCachingMaxContentAge"),
                                           SECONDS_PER_DAY, 120 * SECONDS_PER_DAY, 7776000,
                                           false, 0},
    [POLICY_DEFAULT_INACTIVITY_TIMEOUT] = {NAME("JobInactivityTimeout"),
                                           1, SECONDS_MAX, 7776000, false, 0},
    [POLICY_DEFAULT_NO_PROGRESS_TIMEOUT] = {NAME("JobNoProgressTimeout"),
                                           0, SECONDS_MAX, 1209600, false, 0},
    [POLICY_DEFAULT_MIN_RETRY_DELAY]    = {NAME("JobMinimumRetryDelay"),
                                           5, SECONDS_MAX, 600, false, 0},
};
/* clang-format on */

struct setting
{
    bool is_set; /* configured, and understood or a switch */
    uint32_t number;
};

struct policy
{
    atomic_uint refs;
    /* Immutable after create. */
    struct policy_raw raws[POLICY_VALUE_COUNT];
    struct setting settings[POLICY_VALUE_COUNT];
};

static bool is_in_range(const struct rule *rule, uint32_t number)
{
    return number >= rule->min && number <= rule->max;
}

static bool is_understood(const struct rule *rule, const struct policy_raw *raw)
{
    if (raw->kind == POLICY_RAW_ABSENT) return true;
    return raw->kind == POLICY_RAW_NUMBER && is_in_range(rule, raw->number);
}

static struct setting interpret(const struct rule *rule, const struct policy_raw *raw)
{
    if (raw->kind == POLICY_RAW_ABSENT) return (struct setting){false, rule->initial};
    if (is_understood(rule, raw)) return (struct setting){true, raw->number};
    if (rule->is_switch) return (struct setting){true, rule->safe};
    return (struct setting){false, rule->initial};
}

static bool is_same_raw(const struct policy_raw *a, const struct policy_raw *b)
{
    return a->kind == b->kind && a->number == b->number;
}

static void log_misunderstood(const struct rule *rule, const struct policy_raw *raw,
                              const struct setting *setting)
{
    switch (raw->kind)
    {
    case POLICY_RAW_NUMBER:
        LOG_WARN(LOG_POLICY, "%s is %lu, not between %lu and %lu: taken as %lu", rule->log_name,
                 (unsigned long)raw->number, (unsigned long)rule->min, (unsigned long)rule->max,
                 (unsigned long)setting->number);
        break;
    case POLICY_RAW_OTHER:
        LOG_WARN(LOG_POLICY, "%s is not a REG_DWORD: taken as %lu", rule->log_name,
                 (unsigned long)setting->number);
        break;
    default:
        LOG_WARN(LOG_POLICY, "%s cannot be read: taken as %lu", rule->log_name,
                 (unsigned long)setting->number);
        break;
    }
}

HRESULT policy_create(const struct policy_raw raws[POLICY_VALUE_COUNT], const struct policy *before,
                      struct policy **out)
{
    struct policy *policy;

    *out = NULL;
    if (!(policy = calloc(1, sizeof(*policy)))) return E_OUTOFMEMORY;

    atomic_init(&policy->refs, 1);
    for (unsigned int i = 0; i < POLICY_VALUE_COUNT; i++)
    {
        policy->raws[i] = raws[i];
        policy->settings[i] = interpret(&rules[i], &raws[i]);
        if (is_understood(&rules[i], &raws[i])) continue;
        if (before && is_same_raw(&before->raws[i], &raws[i])) continue;
        log_misunderstood(&rules[i], &raws[i], &policy->settings[i]);
    }
    *out = policy;
    return S_OK;
}

struct policy *policy_addref(struct policy *policy)
{
    atomic_fetch_add_explicit(&policy->refs, 1, memory_order_relaxed);
    return policy;
}

void policy_release(struct policy *policy)
{
    if (policy && atomic_fetch_sub_explicit(&policy->refs, 1, memory_order_acq_rel) == 1)
        free(policy);
}

bool policy_is_same(const struct policy *a, const struct policy *b)
{
    for (unsigned int i = 0; i < POLICY_VALUE_COUNT; i++)
        if (!is_same_raw(&a->raws[i], &b->raws[i])) return false;
    return true;
}

bool policy_is_equal(const struct policy *a, const struct policy *b)
{
    for (unsigned int i = 0; i < POLICY_VALUE_COUNT; i++)
        if (a->settings[i].is_set != b->settings[i].is_set ||
            a->settings[i].number != b->settings[i].number)
            return false;
    return true;
}

const WCHAR *policy_value_name(enum policy_value value)
{
    return rules[value].name;
}

HRESULT policy_check_preference(enum policy_value value, uint32_t number)
{
    if (is_in_range(&rules[value], number)) return S_OK;
    return value == POLICY_PREFERRED_FLAGS ? E_NOTIMPL : E_INVALIDARG;
}

uint32_t policy_number(const struct policy *policy, enum policy_value value)
{
    return policy->settings[value].number;
}

bool policy_is_set(const struct policy *policy, enum policy_value value)
{
    return policy->settings[value].is_set;
}

static enum peer_switch peer_caching_switch(const struct policy *policy)
{
    if (!policy_is_set(policy, POLICY_ENABLE_PEERCACHING)) return PEER_SWITCH_ABSENT;
    return policy_number(policy, POLICY_ENABLE_PEERCACHING) ? PEER_SWITCH_ON : PEER_SWITCH_OFF;
}

uint32_t policy_machine_flags(const struct policy *policy)
{
    struct peer_policy peer = {
        .enable = peer_caching_switch(policy),
        .is_client_disabled = policy_number(policy, POLICY_DISABLE_PEERCACHING_CLIENT),
        .is_server_disabled = policy_number(policy, POLICY_DISABLE_PEERCACHING_SERVER),
        .preferred_flags = policy_number(policy, POLICY_PREFERRED_FLAGS),
    };

    return peer_flags_machine(&peer);
}

bool policy_overrides_flags(const struct policy *policy)
{
    return peer_caching_switch(policy) != PEER_SWITCH_ABSENT;
}

/* What the policies on the cache say holds only while EnablePeercaching is 1 (Bits.admx). */
static bool is_in_force(const struct policy *policy, enum policy_value value)
{
    return peer_caching_switch(policy) == PEER_SWITCH_ON && policy_is_set(policy, value);
}

bool policy_overrides_age(const struct policy *policy)
{
    return is_in_force(policy, POLICY_MAX_CONTENT_AGE);
}

bool policy_overrides_size(const struct policy *policy)
{
    return is_in_force(policy, POLICY_MAX_CACHE_SIZE);
}

bool policy_overrides_bandwidth(const struct policy *policy)
{
    return is_in_force(policy, POLICY_MAX_BANDWIDTH_SERVED);
}

uint32_t policy_content_age(const struct policy *policy)
{
    if (!policy_overrides_age(policy)) return policy_number(policy, POLICY_PREFERRED_CONTENT_AGE);
    return policy_number(policy, POLICY_MAX_CONTENT_AGE) * SECONDS_PER_DAY;
}

uint32_t policy_cache_size(const struct policy *policy)
{
    if (!policy_overrides_size(policy)) return policy_number(policy, POLICY_PREFERRED_CACHE_SIZE);
    return policy_number(policy, POLICY_MAX_CACHE_SIZE);
}

uint32_t policy_max_bandwidth_served(const struct policy *policy)
{
    if (!policy_overrides_bandwidth(policy)) return rules[POLICY_MAX_BANDWIDTH_SERVED].initial;
    return policy_number(policy, POLICY_MAX_BANDWIDTH_SERVED);
}

bool policy_is_branchcache_disabled(const struct policy *policy)
{
    return policy_number(policy, POLICY_DISABLE_BRANCHCACHE);
}

bool policy_uses_branchcache(const struct policy *policy)
{
    return policy_number(policy, POLICY_BRANCHCACHE_ENABLE) &&
           !policy_is_branchcache_disabled(policy);
}

uint32_t policy_inactivity_timeout(const struct policy *policy)
{
    if (!policy_is_set(policy, POLICY_JOB_INACTIVITY_TIMEOUT))
        return policy_number(policy, POLICY_DEFAULT_INACTIVITY_TIMEOUT);
    return policy_number(policy, POLICY_JOB_INACTIVITY_TIMEOUT) * SECONDS_PER_DAY;
}

uint32_t policy_max_download_time(const struct policy *policy)
{
    return policy_number(policy, POLICY_MAX_DOWNLOAD_TIME);
}

uint32_t policy_no_progress_timeout(const struct policy *policy)
{
    return policy_number(policy, POLICY_DEFAULT_NO_PROGRESS_TIMEOUT);
}

uint32_t policy_min_retry_delay(const struct policy *policy)
{
    return policy_number(policy, POLICY_DEFAULT_MIN_RETRY_DELAY);
}

uint32_t policy_max_jobs_per_user(const struct policy *policy)
{
    return policy_number(policy, POLICY_MAX_JOBS_PER_USER);
}

uint32_t policy_max_jobs_per_machine(const struct policy *policy)
{
    return policy_number(policy, POLICY_MAX_JOBS_PER_MACHINE);
}

uint32_t policy_max_files_per_job(const struct policy *policy)
{
    return policy_number(policy, POLICY_MAX_FILES_PER_JOB);
}

uint32_t policy_max_ranges_per_file(const struct policy *policy)
{
    return policy_number(policy, POLICY_MAX_RANGES_PER_FILE);
}
