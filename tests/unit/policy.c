/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy/policy.c: from raw values to what holds. */
#include "harness/test.h"

#include <string.h>

#include "base/log.h"
#include "policy/policy.h"

#define DAY 86400u

static struct policy_raw raws[POLICY_VALUE_COUNT];

static unsigned int lines;
static char last_line[LOG_LINE_MAX];

static void count_line(const char *line)
{
    lines++;
    strncpy(last_line, line, sizeof(last_line) - 1);
}

static void clear(void)
{
    memset(raws, 0, sizeof(raws));
    lines = 0;
    last_line[0] = 0;
}

static void set(enum policy_value value, uint32_t number)
{
    raws[value] = (struct policy_raw){POLICY_RAW_NUMBER, number};
}

static struct policy *take(const struct policy *before)
{
    struct policy *policy;
    HRESULT hr = policy_create(raws, before, &policy);

    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    return policy;
}

/* What one getter says about the values as they are now. */
static uint32_t ask(uint32_t (*get)(const struct policy *policy))
{
    struct policy *policy = take(NULL);
    uint32_t number = get(policy);

    policy_release(policy);
    return number;
}

static bool is(bool (*get)(const struct policy *policy))
{
    struct policy *policy = take(NULL);
    bool answer = get(policy);

    policy_release(policy);
    return answer;
}

static void expect(int line, uint32_t (*get)(const struct policy *policy), uint32_t expected)
{
    uint32_t got = ask(get);

    ok_(__FILE__, line)(got == expected, "Got %lu, not %lu.\n", (unsigned long)got,
                        (unsigned long)expected);
}

#define check(get, expected) expect(__LINE__, get, expected)

static void test_nothing_configured(void)
{
    clear();
    check(policy_machine_flags, 0);
    check(policy_content_age, 7776000);
    check(policy_cache_size, 1);
    check(policy_max_bandwidth_served, 1048576);
    check(policy_inactivity_timeout, 7776000);
    check(policy_max_download_time, 7776000);
    check(policy_no_progress_timeout, 1209600);
    check(policy_min_retry_delay, 600);
    check(policy_max_jobs_per_user, 60);
    check(policy_max_jobs_per_machine, 300);
    check(policy_max_files_per_job, 200);
    check(policy_max_ranges_per_file, 500);
    ok(!is(policy_is_branchcache_disabled), "BranchCache is disabled.\n");
    ok(!is(policy_uses_branchcache), "BranchCache is used.\n");
    ok(!is(policy_overrides_flags), "A policy decides on the flags.\n");
    ok(!is(policy_overrides_age), "A policy decides on the age.\n");
    ok(!is(policy_overrides_size), "A policy decides on the size.\n");
    ok(!lines, "Got %u lines: %s\n", lines, last_line);
}

static void test_switches(void)
{
    clear();
    set(POLICY_PREFERRED_FLAGS, 3);
    check(policy_machine_flags, 3);
    set(POLICY_DISABLE_PEERCACHING_CLIENT, 1);
    set(POLICY_DISABLE_PEERCACHING_SERVER, 1);
    check(policy_machine_flags, 3);
    ok(!is(policy_overrides_flags), "A policy decides on the flags.\n");

    set(POLICY_ENABLE_PEERCACHING, 0);
    check(policy_machine_flags, 0);
    ok(is(policy_overrides_flags), "The preference decides on the flags.\n");

    set(POLICY_ENABLE_PEERCACHING, 1);
    set(POLICY_PREFERRED_FLAGS, 0);
    check(policy_machine_flags, 0);
    set(POLICY_DISABLE_PEERCACHING_CLIENT, 0);
    check(policy_machine_flags, 1);
    set(POLICY_DISABLE_PEERCACHING_SERVER, 0);
    check(policy_machine_flags, 3);
    set(POLICY_DISABLE_PEERCACHING_CLIENT, 1);
    check(policy_machine_flags, 2);
    ok(is(policy_overrides_flags), "The preference decides on the flags.\n");

    set(POLICY_DISABLE_BRANCHCACHE, 1);
    ok(is(policy_is_branchcache_disabled), "BranchCache is not disabled.\n");
    check(policy_machine_flags, 2);
    set(POLICY_DISABLE_BRANCHCACHE, 0);
    ok(!is(policy_is_branchcache_disabled), "BranchCache is disabled.\n");
    ok(!lines, "Got %u lines: %s\n", lines, last_line);
}

/* Both keys have a say. */
static void test_branchcache(void)
{
    clear();
    set(POLICY_BRANCHCACHE_ENABLE, 1);
    ok(is(policy_uses_branchcache), "BranchCache is not used.\n");
    set(POLICY_DISABLE_BRANCHCACHE, 1);
    ok(!is(policy_uses_branchcache), "BranchCache is used, though disabled.\n");
    set(POLICY_DISABLE_BRANCHCACHE, 0);
    ok(is(policy_uses_branchcache), "BranchCache is not used.\n");
    set(POLICY_BRANCHCACHE_ENABLE, 0);
    ok(!is(policy_uses_branchcache), "BranchCache is used, though it is off.\n");
    ok(!lines, "Got %u lines: %s\n", lines, last_line);
    set(POLICY_BRANCHCACHE_ENABLE, 2);
    ok(!is(policy_uses_branchcache), "BranchCache is used.\n");
    raws[POLICY_BRANCHCACHE_ENABLE].kind = POLICY_RAW_UNREADABLE;
    ok(!is(policy_uses_branchcache), "BranchCache is used.\n");
}

/* The policies on the cache hold while EnablePeercaching is 1, and only then. */
static void test_cache(void)
{
    clear();
    set(POLICY_MAX_CONTENT_AGE, 2);
    set(POLICY_MAX_CACHE_SIZE, 20);
    set(POLICY_MAX_BANDWIDTH_SERVED, 2000000);
    set(POLICY_PREFERRED_CONTENT_AGE, 100000);
    set(POLICY_PREFERRED_CACHE_SIZE, 30);

    for (unsigned int is_enabled = 0; is_enabled < 2; is_enabled++)
    {
        check(policy_content_age, 100000);
        check(policy_cache_size, 30);
        check(policy_max_bandwidth_served, 1048576);
        ok(!is(policy_overrides_age), "A policy decides on the age.\n");
        ok(!is(policy_overrides_size), "A policy decides on the size.\n");
        set(POLICY_ENABLE_PEERCACHING, is_enabled);
    }
    check(policy_content_age, 2 * DAY);
    check(policy_cache_size, 20);
    check(policy_max_bandwidth_served, 2000000);
    ok(is(policy_overrides_age), "The preference decides on the age.\n");
    ok(is(policy_overrides_size), "The preference decides on the size.\n");

    raws[POLICY_MAX_CONTENT_AGE].kind = POLICY_RAW_ABSENT;
    check(policy_content_age, 100000);
    check(policy_cache_size, 20);
    ok(!is(policy_overrides_age), "A policy decides on the age.\n");
    ok(is(policy_overrides_size), "The preference decides on the size.\n");
}

static void test_jobs(void)
{
    clear();
    set(POLICY_JOB_INACTIVITY_TIMEOUT, 999);
    check(policy_inactivity_timeout, 999 * DAY);
    set(POLICY_DEFAULT_INACTIVITY_TIMEOUT, 1000);
    check(policy_inactivity_timeout, 999 * DAY);
    raws[POLICY_JOB_INACTIVITY_TIMEOUT].kind = POLICY_RAW_ABSENT;
    check(policy_inactivity_timeout, 1000);

    set(POLICY_MAX_DOWNLOAD_TIME, 54000);
    check(policy_max_download_time, 54000);
    set(POLICY_DEFAULT_NO_PROGRESS_TIMEOUT, 0);
    check(policy_no_progress_timeout, 0);
    set(POLICY_DEFAULT_MIN_RETRY_DELAY, 5);
    check(policy_min_retry_delay, 5);
    set(POLICY_MAX_JOBS_PER_USER, 0);
    check(policy_max_jobs_per_user, 0);
    set(POLICY_MAX_JOBS_PER_MACHINE, 4294967200u);
    check(policy_max_jobs_per_machine, 4294967200u);
    set(POLICY_MAX_FILES_PER_JOB, 10000);
    check(policy_max_files_per_job, 10000);
    set(POLICY_MAX_RANGES_PER_FILE, 1);
    check(policy_max_ranges_per_file, 1);
    ok(!lines, "Got %u lines: %s\n", lines, last_line);
}

/* clang-format off */
static const struct range_case
{
    enum policy_value value;
    uint32_t (*get)(const struct policy *policy);
    uint32_t min, max, unit, initial;
} ranges[] = {
    {POLICY_MAX_CONTENT_AGE, policy_content_age, 1, 120, DAY, 90 * DAY},
    {POLICY_MAX_CACHE_SIZE, policy_cache_size, 1, 80, 1, 1},
    {POLICY_MAX_BANDWIDTH_SERVED, policy_max_bandwidth_served, 1048576, 4294967200u, 1, 1048576},
    {POLICY_JOB_INACTIVITY_TIMEOUT, policy_inactivity_timeout, 1, 999, DAY, 90 * DAY},
    {POLICY_MAX_DOWNLOAD_TIME, policy_max_download_time, 1, 2147483648u, 1, 90 * DAY},
    {POLICY_MAX_JOBS_PER_USER, policy_max_jobs_per_user, 0, 4294967200u, 1, 60},
    {POLICY_MAX_JOBS_PER_MACHINE, policy_max_jobs_per_machine, 0, 4294967200u, 1, 300},
    {POLICY_MAX_FILES_PER_JOB, policy_max_files_per_job, 0, 4294967200u, 1, 200},
    {POLICY_MAX_RANGES_PER_FILE, policy_max_ranges_per_file, 0, 4294967200u, 1, 500},
    {POLICY_PREFERRED_CACHE_SIZE, policy_cache_size, 1, 80, 1, 1},
    {POLICY_PREFERRED_CONTENT_AGE, policy_content_age, 86400, 10368000, 1, 90 * DAY},
    {POLICY_DEFAULT_INACTIVITY_TIMEOUT, policy_inactivity_timeout, 1, 2147483648u, 1, 90 * DAY},
    {POLICY_DEFAULT_NO_PROGRESS_TIMEOUT, policy_no_progress_timeout,
     0, 2147483648u, 1, 14 * DAY},
    {POLICY_DEFAULT_MIN_RETRY_DELAY, policy_min_retry_delay, 5, 2147483648u, 1, 600},
};
/* clang-format on */

static void check_refused(const struct range_case *test, struct policy_raw raw)
{
    uint32_t got;

    lines = 0;
    raws[test->value] = raw;
    got = ask(test->get);
    ok(got == test->initial, "Kind %u, number %lu: got %lu.\n", raw.kind, (unsigned long)raw.number,
       (unsigned long)got);
    ok(lines == 1, "Kind %u, number %lu: got %u lines.\n", raw.kind, (unsigned long)raw.number,
       lines);
}

static void test_ranges(void)
{
    static const uint32_t never[] = {UINT32_MAX, 4294967201u, 0x80000001u};

    for (unsigned int i = 0; i < ARRAY_COUNT(ranges); i++)
    {
        const struct range_case *test = &ranges[i];

        winetest_push_context("value %u", test->value);
        clear();
        if (test->value < POLICY_FIRST_PREFERENCE) set(POLICY_ENABLE_PEERCACHING, 1);
        set(test->value, test->min);
        check(test->get, test->min * test->unit);
        set(test->value, test->max);
        check(test->get, test->max * test->unit);
        ok(!lines, "Got %u lines: %s\n", lines, last_line);

        if (test->min) check_refused(test, (struct policy_raw){POLICY_RAW_NUMBER, test->min - 1});
        check_refused(test, (struct policy_raw){POLICY_RAW_NUMBER, test->max + 1});
        for (unsigned int j = 0; j < ARRAY_COUNT(never); j++)
            if (never[j] > test->max)
                check_refused(test, (struct policy_raw){POLICY_RAW_NUMBER, never[j]});
        check_refused(test, (struct policy_raw){POLICY_RAW_OTHER, 0});
        check_refused(test, (struct policy_raw){POLICY_RAW_UNREADABLE, 0});
        winetest_pop_context();
    }
}

/* Whatever stands in a switch, peer caching is not on unless somebody has said so in clear. */
static void test_misunderstood_switches(void)
{
    static const struct policy_raw odd[] = {
        {POLICY_RAW_NUMBER, 2}, {POLICY_RAW_NUMBER, 0x80000000u}, {POLICY_RAW_NUMBER, UINT32_MAX},
        {POLICY_RAW_OTHER, 0},  {POLICY_RAW_UNREADABLE, 0},
    };

    withstands("H8");
    for (unsigned int i = 0; i < ARRAY_COUNT(odd); i++)
    {
        winetest_push_context("case %u", i);
        clear();
        raws[POLICY_ENABLE_PEERCACHING] = odd[i];
        check(policy_machine_flags, 0);
        ok(lines == 1, "Got %u lines.\n", lines);
        ok(strstr(last_line, "EnablePeercaching") != NULL, "Got %s\n", last_line);
        ok(is(policy_overrides_flags), "The preference decides on the flags.\n");
        set(POLICY_PREFERRED_FLAGS, 3);
        check(policy_machine_flags, 0);

        clear();
        set(POLICY_ENABLE_PEERCACHING, 1);
        raws[POLICY_DISABLE_PEERCACHING_CLIENT] = odd[i];
        check(policy_machine_flags, 2);
        ok(lines == 1, "Got %u lines.\n", lines);
        raws[POLICY_DISABLE_PEERCACHING_SERVER] = odd[i];
        check(policy_machine_flags, 0);

        clear();
        raws[POLICY_DISABLE_BRANCHCACHE] = odd[i];
        ok(is(policy_is_branchcache_disabled), "BranchCache is not disabled.\n");
        winetest_pop_context();
    }

    for (unsigned int i = 0; i < ARRAY_COUNT(odd); i++)
    {
        winetest_push_context("preference %u", i);
        clear();
        raws[POLICY_PREFERRED_FLAGS] = odd[i];
        if (odd[i].number != 2) check(policy_machine_flags, 0);
        set(POLICY_PREFERRED_FLAGS, 4);
        check(policy_machine_flags, 0);
        set(POLICY_PREFERRED_FLAGS, 7);
        check(policy_machine_flags, 0);
        winetest_pop_context();
    }
}

static void test_one_line_for_one_fault(void)
{
    struct policy *first, *second;

    clear();
    raws[POLICY_ENABLE_PEERCACHING].kind = POLICY_RAW_OTHER;
    first = take(NULL);
    ok(lines == 1, "Got %u lines.\n", lines);

    set(POLICY_MAX_JOBS_PER_USER, 7);
    second = take(first);
    ok(lines == 1, "Got %u lines.\n", lines);
    policy_release(first);

    set(POLICY_ENABLE_PEERCACHING, 5);
    first = take(second);
    ok(lines == 2, "Got %u lines.\n", lines);
    ok(policy_is_equal(first, second), "Two faults differ in what they say.\n");
    ok(!policy_is_same(first, second), "Two faults are the same.\n");
    policy_release(first);
    policy_release(second);
}

static void test_equality(void)
{
    struct policy *first, *second;

    clear();
    set(POLICY_MAX_JOBS_PER_USER, 60);
    first = take(NULL);
    second = take(NULL);
    ok(policy_is_same(first, second) && policy_is_equal(first, second), "Twins differ.\n");
    policy_release(second);

    for (unsigned int i = 0; i < POLICY_VALUE_COUNT; i++)
    {
        struct policy_raw saved = raws[i];

        set(i, 70 + DAY);
        if (i <= POLICY_DISABLE_PEERCACHING_SERVER || i == POLICY_DISABLE_BRANCHCACHE ||
            i == POLICY_PREFERRED_FLAGS ||
            (i >= POLICY_ENABLE_MAX_BANDWIDTH && i <= POLICY_BRANCHCACHE_ENABLE))
            set(i, 1);
        else if (i == POLICY_MAX_CONTENT_AGE || i == POLICY_MAX_CACHE_SIZE ||
                 i == POLICY_PREFERRED_CACHE_SIZE || i == POLICY_JOB_INACTIVITY_TIMEOUT)
            set(i, 70);
        else if (i == POLICY_MAX_BANDWIDTH_SERVED)
            set(i, 2000000);
        second = take(NULL);
        ok(!policy_is_equal(first, second), "A change of value %u is not seen.\n", i);
        ok(!policy_is_same(first, second), "A change of value %u is not seen.\n", i);
        policy_release(second);
        raws[i] = saved;
    }
    policy_release(first);
    ok(!lines, "Got %u lines: %s\n", lines, last_line);
}

static void test_preferences(void)
{
    /* clang-format off */
    static const struct
    {
        enum policy_value value;
        uint32_t number;
        HRESULT expected;
    } tests[] = {
        {POLICY_PREFERRED_FLAGS, 0, S_OK},
        {POLICY_PREFERRED_FLAGS, 1, S_OK},
        {POLICY_PREFERRED_FLAGS, 2, S_OK},
        {POLICY_PREFERRED_FLAGS, 3, S_OK},
        {POLICY_PREFERRED_FLAGS, 4, E_NOTIMPL},
        {POLICY_PREFERRED_FLAGS, 7, E_NOTIMPL},
        {POLICY_PREFERRED_FLAGS, 0x80000001u, E_NOTIMPL},
        {POLICY_PREFERRED_CACHE_SIZE, 0, E_INVALIDARG},
        {POLICY_PREFERRED_CACHE_SIZE, 1, S_OK},
        {POLICY_PREFERRED_CACHE_SIZE, 80, S_OK},
        {POLICY_PREFERRED_CACHE_SIZE, 81, E_INVALIDARG},
        {POLICY_PREFERRED_CONTENT_AGE, 0, E_INVALIDARG},
        {POLICY_PREFERRED_CONTENT_AGE, 86399, E_INVALIDARG},
        {POLICY_PREFERRED_CONTENT_AGE, 86400, S_OK},
        {POLICY_PREFERRED_CONTENT_AGE, 10368000, S_OK},
        {POLICY_PREFERRED_CONTENT_AGE, 10368001, E_INVALIDARG},
        {POLICY_PREFERRED_CONTENT_AGE, UINT32_MAX, E_INVALIDARG},
    };
    /* clang-format on */

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        HRESULT hr = policy_check_preference(tests[i].value, tests[i].number);

        ok(hr == tests[i].expected, "Case %u: got hr %#lx.\n", i, (unsigned long)hr);
    }
}

START_TEST(policy)
{
    log_configure("policy=warn");
    log_set_sink(count_line);
    RUN_TEST(test_nothing_configured);
    RUN_TEST(test_switches);
    RUN_TEST(test_branchcache);
    RUN_TEST(test_cache);
    RUN_TEST(test_jobs);
    RUN_TEST(test_ranges);
    RUN_TEST(test_misunderstood_switches);
    RUN_TEST(test_one_line_for_one_fault);
    RUN_TEST(test_equality);
    RUN_TEST(test_preferences);
    log_set_sink(NULL);
}
