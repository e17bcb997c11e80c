/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What bitsadmin concludes: why a job waits, which rule decides a setting. */
#include "harness/test.h"

#include <stdlib.h>

#include "policy.h"
#include "why.h"

/* ---- why ---- */

static const struct why_others nobody;

static void explain(const struct job_facts *facts, const struct why_others *others, struct why *why)
{
    why_explain(facts, others, 1000, why);
}

static ULONGLONG seconds_after(const FILETIME *start, const FILETIME *end)
{
    ULARGE_INTEGER a = {.LowPart = start->dwLowDateTime, .HighPart = start->dwHighDateTime};
    ULARGE_INTEGER b = {.LowPart = end->dwLowDateTime, .HighPart = end->dwHighDateTime};

    return (b.QuadPart - a.QuadPart) / 10000000;
}

static void test_retry(void)
{
    struct job_facts facts = {.state = BG_JOB_STATE_TRANSIENT_ERROR, .retry_delay = 600};
    struct why why;

    facts.error = HRESULT_FROM_WIN32(12029);
    facts.times.ModificationTime.dwLowDateTime = 0xffffffff;
    explain(&facts, &nobody, &why);
    ok(why.condition == WHY_RETRY, "Got %d.\n", why.condition);
    ok(seconds_after(&facts.times.ModificationTime, &why.earliest) == 600, "Got another time.\n");
    ok(seconds_after(&why.earliest, &why.latest) == 61, "Got another time.\n");
    ok(wcsstr(why.reason, L"0x80072efd") && wcsstr(why.reason, L"600"), "Got %ls.\n", why.reason);

    facts.no_progress_timeout = 1209600;
    explain(&facts, &nobody, &why);
    ok(wcsstr(why.advice, L"for 14 days") != NULL, "Got %ls.\n", why.advice);

    facts.error = BG_E_BLOCKED_BY_COST_TRANSFER_POLICY;
    explain(&facts, &nobody, &why);
    ok(why.condition == WHY_POLICY, "Got %d.\n", why.condition);
    facts.error = BG_E_NETWORK_DISCONNECTED;
    explain(&facts, &nobody, &why);
    ok(why.condition == WHY_NETWORK, "Got %d.\n", why.condition);
}

static void test_error(void)
{
    static const struct
    {
        HRESULT code;
        const WCHAR *advice;
    } tests[] = {{BG_E_HTTP_ERROR_401, L"/SETCREDENTIALS job SERVER"},
                 {BG_E_HTTP_ERROR_407, L"/SETCREDENTIALS job PROXY"},
                 {BG_E_HTTP_ERROR_404, L"/REPLACEREMOTEPREFIX"},
                 {BG_E_INSUFFICIENT_RANGE_SUPPORT, L"FOREGROUND"},
                 {HRESULT_FROM_WIN32(ERROR_DISK_FULL), L"C:\\file"},
                 {BG_E_TOO_LARGE, L"limit"},
                 {(HRESULT)0x8fff0001, L"/RESUME tries again"}};
    struct job_facts facts = {.state = BG_JOB_STATE_ERROR, .error_local = L"C:\\file"};
    struct why why;

    facts.error_context = BG_ERROR_CONTEXT_LOCAL_FILE;
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        facts.error = tests[i].code;
        explain(&facts, &nobody, &why);
        ok(why.condition == WHY_FAILED && !why.event, "%u: got %d.\n", i, why.condition);
        ok(wcsstr(why.advice, tests[i].advice) != NULL, "%u: got %ls.\n", i, why.advice);
    }
}

static void test_queued(void)
{
    struct job_facts facts = {.state = BG_JOB_STATE_QUEUED, .priority = BG_JOB_PRIORITY_NORMAL};
    struct why_others others = {.running = 1, .runner = L"large one"};
    struct why why;

    explain(&facts, &others, &why);
    ok(why.condition == WHY_TURN && wcsstr(why.reason, L"large one"), "Got %ls.\n", why.reason);
    explain(&facts, &(struct why_others){.before = 2}, &why);
    ok(why.condition == WHY_TURN && wcsstr(why.reason, L"2 job(s)"), "Got %ls.\n", why.reason);
    explain(&facts, &nobody, &why);
    ok(why.condition == WHY_SCHEDULER, "Got %d.\n", why.condition);
    facts.priority = BG_JOB_PRIORITY_FOREGROUND;
    explain(&facts, &others, &why);
    ok(why.condition == WHY_SCHEDULER, "Got %d.\n", why.condition);
}

static void test_other_states(void)
{
    static const struct
    {
        BG_JOB_STATE state;
        DWORD files;
        enum why_condition condition;
    } tests[] = {
        {BG_JOB_STATE_CONNECTING, 1, WHY_RUNNING},   {BG_JOB_STATE_TRANSFERRING, 1, WHY_RUNNING},
        {BG_JOB_STATE_SUSPENDED, 0, WHY_NO_FILES},   {BG_JOB_STATE_SUSPENDED, 1, WHY_SUSPENDED},
        {BG_JOB_STATE_TRANSFERRED, 1, WHY_COMPLETE}, {BG_JOB_STATE_ACKNOWLEDGED, 1, WHY_OVER},
        {BG_JOB_STATE_CANCELLED, 1, WHY_OVER}};
    struct job_facts facts = {0};
    struct why why;

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        facts.state = tests[i].state;
        facts.progress.FilesTotal = tests[i].files;
        explain(&facts, &nobody, &why);
        ok(why.condition == tests[i].condition && *why.reason, "%u: got %d.\n", i, why.condition);
    }
    facts.state = BG_JOB_STATE_TRANSFERRED;
    explain(&facts, &nobody, &why);
    ok(why.event && seconds_after(&facts.times.ModificationTime, &why.latest) == 1000,
       "Got another time.\n");
}

/* ---- policy ---- */

struct fake_value
{
    BOOL is_policy;
    const WCHAR *name;
    struct raw_value raw;
};

static struct raw_value read_fake(void *ctx, BOOL is_policy, const WCHAR *name)
{
    for (const struct fake_value *value = ctx; value->name; value++)
        if (value->is_policy == is_policy && !wcscmp(value->name, name)) return value->raw;
    return (struct raw_value){RAW_ABSENT, 0};
}

static void check_setting(enum policy_setting setting, const struct fake_value *values, DWORD value,
                          enum policy_rule rule, const WCHAR *name, const WCHAR *wrong)
{
    struct policy_answer answer;

    winetest_push_context("%ls", policy_setting_names[setting]);
    policy_decide(setting, read_fake, (void *)values, &answer);
    ok(answer.value == value && answer.rule == rule, "Got %lu by rule %d.\n", answer.value,
       answer.rule);
    ok(name ? answer.name && !wcscmp(answer.name, name) : !answer.name, "Got name %s.\n",
       wine_dbgstr_w(answer.name));
    ok(wrong ? answer.wrong && !wcscmp(answer.wrong, wrong) : !answer.wrong, "Got wrong %s.\n",
       wine_dbgstr_w(answer.wrong));
    winetest_pop_context();
}

static void test_defaults(void)
{
    static const struct fake_value none[] = {{0}};
    static const DWORD values[SETTING_COUNT] = {
        0, 0, 1, 7776000, 1048576, 1, 7776000, 7776000, 1209600, 600, 60, 300, 200, 500};

    for (enum policy_setting i = 0; i < SETTING_COUNT; i++)
        check_setting(i, none, values[i], RULE_DEFAULT, NULL, NULL);
}

static void test_peer_switches(void)
{
    static const struct fake_value preferred[] = {{FALSE, L"PeerCachingFlags", {RAW_NUMBER, 1}},
                                                  {0}};
    static const struct fake_value off[] = {{FALSE, L"PeerCachingFlags", {RAW_NUMBER, 3}},
                                            {TRUE, L"EnablePeercaching", {RAW_NUMBER, 0}},
                                            {0}};
    static const struct fake_value half[] = {{TRUE, L"EnablePeercaching", {RAW_NUMBER, 1}},
                                             {TRUE, L"DisablePeerCachingServer", {RAW_NUMBER, 1}},
                                             {0}};
    static const struct fake_value odd[] = {{TRUE, L"EnablePeercaching", {RAW_NUMBER, 2}}, {0}};

    check_setting(SETTING_PEER_CLIENT, preferred, 1, RULE_PREFERENCE, L"PeerCachingFlags", NULL);
    check_setting(SETTING_PEER_SERVER, preferred, 0, RULE_PREFERENCE, L"PeerCachingFlags", NULL);
    check_setting(SETTING_PEER_CLIENT, off, 0, RULE_POLICY, L"EnablePeercaching", NULL);
    check_setting(SETTING_PEER_CLIENT, half, 1, RULE_POLICY, L"EnablePeercaching", NULL);
    check_setting(SETTING_PEER_SERVER, half, 0, RULE_POLICY, L"DisablePeerCachingServer", NULL);
    check_setting(SETTING_PEER_CLIENT, odd, 0, RULE_POLICY, L"EnablePeercaching",
                  L"EnablePeercaching");
}

static void test_numbers(void)
{
    static const struct fake_value values[] = {{TRUE, L"MaxCacheSize", {RAW_NUMBER, 20}},
                                               {TRUE, L"JobInactivityTimeout", {RAW_NUMBER, 2}},
                                               {FALSE, L"JobInactivityTimeout", {RAW_NUMBER, 60}},
                                               {TRUE, L"MaxJobsPerUser", {RAW_OTHER, 0}},
                                               {TRUE, L"DisableBranchCache", {RAW_OTHER, 0}},
                                               {FALSE, L"JobMinimumRetryDelay", {RAW_NUMBER, 4}},
                                               {0}};
    static const struct fake_value with_peers[] = {{TRUE, L"MaxCacheSize", {RAW_NUMBER, 20}},
                                                   {TRUE, L"EnablePeercaching", {RAW_NUMBER, 1}},
                                                   {0}};

    check_setting(SETTING_CACHE_SIZE, values, 1, RULE_DEFAULT, NULL, NULL);
    check_setting(SETTING_CACHE_SIZE, with_peers, 20, RULE_POLICY, L"MaxCacheSize", NULL);
    check_setting(SETTING_INACTIVITY, values, 172800, RULE_POLICY, L"JobInactivityTimeout", NULL);
    check_setting(SETTING_JOBS_PER_USER, values, 60, RULE_DEFAULT, NULL, L"MaxJobsPerUser");
    check_setting(SETTING_BRANCHCACHE, values, 0, RULE_POLICY, L"DisableBranchCache",
                  L"DisableBranchCache");
    check_setting(SETTING_RETRY_DELAY, values, 600, RULE_DEFAULT, NULL, L"JobMinimumRetryDelay");
}

static void test_format(void)
{
    WCHAR text[40];

    policy_format(SETTING_CACHE_AGE, 172800, text);
    ok(!wcscmp(text, L"2 days"), "Got %ls.\n", text);
    policy_format(SETTING_RETRY_DELAY, 600, text);
    ok(!wcscmp(text, L"600 seconds"), "Got %ls.\n", text);
    policy_format(SETTING_PEER_CLIENT, 1, text);
    ok(!wcscmp(text, L"on"), "Got %ls.\n", text);
}

START_TEST(tool_rules)
{
    RUN_TEST(test_retry);
    RUN_TEST(test_error);
    RUN_TEST(test_queued);
    RUN_TEST(test_other_states);
    RUN_TEST(test_defaults);
    RUN_TEST(test_peer_switches);
    RUN_TEST(test_numbers);
    RUN_TEST(test_format);
}
