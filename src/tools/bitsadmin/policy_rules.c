/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which rule wins. A switch that is there but cannot be understood takes the position that does
 * less; another value counts as not configured. */
#include "policy.h"

#include <stdio.h>
#include <wchar.h>

#define DAY           86400u
#define COUNT_MAX     4294967200u
#define SECONDS_MAX   2147483648u
#define ENABLE_PEERS  L"EnablePeercaching"
#define PREFERRED     L"PeerCachingFlags"
#define PREFERRED_MAX 3

enum unit
{
    UNIT_SWITCH,
    UNIT_PERMISSION,
    UNIT_PERCENT,
    UNIT_SECONDS,
    UNIT_BITS,
    UNIT_COUNT
};

struct rule
{
    const WCHAR *policy; /* name, or NULL */
    DWORD policy_min, policy_max, policy_factor;
    BOOL needs_peers;        /* counts only while EnablePeercaching is 1 */
    const WCHAR *preference; /* name, or NULL */
    DWORD preference_min, preference_max;
    DWORD initial;
    enum unit unit;
};

const WCHAR *const policy_setting_names[SETTING_COUNT] = {
    L"peer caching client",    L"peer caching server",   L"cache size",
    L"cache expiration",       L"bandwidth for peers",   L"BranchCache",
    L"job inactivity timeout", L"maximum download time", L"no progress timeout",
    L"minimum retry delay",    L"jobs per user",         L"jobs per machine",
    L"files per job",          L"ranges per file"};

/* clang-format off */
static const struct rule rules[SETTING_COUNT] = {
    [SETTING_PEER_CLIENT]      = {NULL, 0, 0, 0, FALSE, NULL, 0, 0, 0, UNIT_SWITCH},
    [SETTING_PEER_SERVER]      = {NULL, 0, 0, 0, FALSE, NULL, 0, 0, 0, UNIT_SWITCH},
    [SETTING_CACHE_SIZE]       = {L"MaxCacheSize", 1, 80, 1, TRUE,
                                  L"PeerCachingMaxCacheSize", 1, 80, 1, UNIT_PERCENT},
    [SETTING_CACHE_AGE]        = {L"MaxContentAge", 1, 120, DAY, TRUE,
                                  L"PeerCachingMaxContentAge", DAY, 120 * DAY, 90 * DAY, UNIT_SECONDS},
    [SETTING_BANDWIDTH]        = {L"MaxBandwidthServed", 1048576, COUNT_MAX, 1, TRUE,
                                  NULL, 0, 0, 1048576, UNIT_BITS},
    [SETTING_BRANCHCACHE]      = {L"DisableBranchCache", 0, 1, 1, FALSE, NULL, 0, 0, 0, UNIT_PERMISSION},
    [SETTING_INACTIVITY]       = {L"JobInactivityTimeout", 1, 999, DAY, FALSE,
                                  L"JobInactivityTimeout", 1, SECONDS_MAX, 90 * DAY, UNIT_SECONDS},
    [SETTING_MAX_DOWNLOAD]     = {L"MaxDownloadTime", 1, SECONDS_MAX, 1, FALSE,
                                  NULL, 0, 0, 90 * DAY, UNIT_SECONDS},
    [SETTING_NO_PROGRESS]      = {NULL, 0, 0, 0, FALSE,
                                  L"JobNoProgressTimeout", 0, SECONDS_MAX, 14 * DAY, UNIT_SECONDS},
    [SETTING_RETRY_DELAY]      = {NULL, 0, 0, 0, FALSE,
                                  L"JobMinimumRetryDelay", 5, SECONDS_MAX, 600, UNIT_SECONDS},
    [SETTING_JOBS_PER_USER]    = {L"MaxJobsPerUser", 0, COUNT_MAX, 1, FALSE, NULL, 0, 0, 60, UNIT_COUNT},
    [SETTING_JOBS_PER_MACHINE] = {L"MaxJobsPerMachine", 0, COUNT_MAX, 1, FALSE, NULL, 0, 0, 300, UNIT_COUNT},
    [SETTING_FILES_PER_JOB]    = {L"MaxFilesPerJob", 0, COUNT_MAX, 1, FALSE, NULL, 0, 0, 200, UNIT_COUNT},
    [SETTING_RANGES_PER_FILE]  = {L"MaxRangesPerFile", 0, COUNT_MAX, 1, FALSE, NULL, 0, 0, 500, UNIT_COUNT},
};
/* clang-format on */

static BOOL is_in(const struct raw_value *raw, DWORD first, DWORD last)
{
    return raw->kind == RAW_NUMBER && raw->number >= first && raw->number <= last;
}

/* ---- peers: three policies and a preference ---- */

static BOOL is_switch_on(struct raw_value raw, BOOL safe)
{
    if (raw.kind == RAW_ABSENT) return FALSE;
    return is_in(&raw, 0, 1) ? raw.number != 0 : safe;
}

static void decide_peers(BOOL is_server, policy_read_fn read, void *ctx,
                         struct policy_answer *answer)
{
    const WCHAR *off_name = is_server ? L"DisablePeerCachingServer" : L"DisablePeerCachingClient";
    struct raw_value enable = read(ctx, TRUE, ENABLE_PEERS), off = read(ctx, TRUE, off_name),
                     preferred = read(ctx, FALSE, PREFERRED);

    if (enable.kind != RAW_ABSENT)
    {
        answer->rule = RULE_POLICY;
        answer->name = ENABLE_PEERS;
        if (!is_in(&enable, 0, 1)) answer->wrong = ENABLE_PEERS;
        answer->value = is_switch_on(enable, FALSE);
        if (!answer->value || !is_switch_on(off, TRUE)) return;
        if (!is_in(&off, 0, 1)) answer->wrong = off_name;
        answer->name = off_name;
        answer->value = FALSE;
        return;
    }
    if (preferred.kind == RAW_ABSENT) return;
    answer->rule = RULE_PREFERENCE;
    answer->name = PREFERRED;
    if (is_in(&preferred, 0, PREFERRED_MAX))
        answer->value = (preferred.number & (is_server ? BG_ENABLE_PEERCACHING_SERVER
                                                       : BG_ENABLE_PEERCACHING_CLIENT)) != 0;
    else
        answer->wrong = PREFERRED;
}

/* ---- all others ---- */

static BOOL try_policy(const struct rule *rule, policy_read_fn read, void *ctx,
                       struct policy_answer *answer)
{
    struct raw_value raw, enable;

    if (!rule->policy) return FALSE;
    enable = read(ctx, TRUE, ENABLE_PEERS);
    if (rule->needs_peers && !is_switch_on(enable, FALSE)) return FALSE;
    raw = read(ctx, TRUE, rule->policy);
    if (raw.kind == RAW_ABSENT) return FALSE;
    if (!is_in(&raw, rule->policy_min, rule->policy_max))
    {
        answer->wrong = rule->policy;
        if (rule->unit != UNIT_PERMISSION) return FALSE;
        raw.number = 1;
    }
    answer->value = raw.number * rule->policy_factor;
    answer->rule = RULE_POLICY;
    answer->name = rule->policy;
    return TRUE;
}

static void try_preference(const struct rule *rule, policy_read_fn read, void *ctx,
                           struct policy_answer *answer)
{
    struct raw_value raw;

    if (!rule->preference) return;
    raw = read(ctx, FALSE, rule->preference);
    if (raw.kind == RAW_ABSENT) return;
    if (!is_in(&raw, rule->preference_min, rule->preference_max))
    {
        answer->wrong = rule->preference;
        return;
    }
    answer->value = raw.number;
    answer->rule = RULE_PREFERENCE;
    answer->name = rule->preference;
}

void policy_decide(enum policy_setting setting, policy_read_fn read, void *ctx,
                   struct policy_answer *answer)
{
    const struct rule *rule = &rules[setting];

    *answer = (struct policy_answer){rule->initial, RULE_DEFAULT, NULL, NULL};
    if (setting == SETTING_PEER_CLIENT || setting == SETTING_PEER_SERVER)
        decide_peers(setting == SETTING_PEER_SERVER, read, ctx, answer);
    else if (!try_policy(rule, read, ctx, answer))
        try_preference(rule, read, ctx, answer);
    /* The policy is a prohibition; what is shown is what is allowed. */
    if (setting == SETTING_BRANCHCACHE) answer->value = !answer->value;
}

void policy_format(enum policy_setting setting, DWORD value, WCHAR text[40])
{
    switch (rules[setting].unit)
    {
    case UNIT_SWITCH:
        wcscpy(text, value ? L"on" : L"off");
        break;
    case UNIT_PERMISSION:
        wcscpy(text, value ? L"allowed" : L"forbidden");
        break;
    case UNIT_PERCENT:
        _snwprintf(text, 40, L"%lu percent", value);
        break;
    case UNIT_SECONDS:
        if (value && value % DAY == 0)
            _snwprintf(text, 40, L"%lu days", value / DAY);
        else
            _snwprintf(text, 40, L"%lu seconds", value);
        break;
    case UNIT_BITS:
        _snwprintf(text, 40, L"%lu bit/s", value);
        break;
    default:
        _snwprintf(text, 40, L"%lu", value);
        break;
    }
}
