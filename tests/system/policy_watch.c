/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy/policy_registry.c: settings as other programs leave them in the registry, and how soon
 * they are seen. The settings of the machine are put back at the end. */
#include <windows.h>

#include "harness/test.h"

#include <stdio.h>

#include "base/lock.h"
#include "base/log.h"
#include "policy/policy_source.h"

#define POLICY_KEY      L"Software\\Policies\\Microsoft\\Windows\\BITS"
#define PREFERENCE_KEY  L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"
#define BRANCHCACHE_KEY L"Software\\Policies\\Microsoft\\PeerDist\\Service"

#define SEEN_WITHIN 1000 /* milliseconds */
#define CHANGES     2000

static struct lock lock;
static unsigned int tellings;  /* lock */
static uint32_t told_flags;    /* lock */
static uint32_t told_per_user; /* lock */
static struct policy_source *source;

static void changed(void *ctx, const struct policy *policy)
{
    (void)ctx;
    lock_assert_none_held();
    lock_acquire(&lock);
    tellings++;
    told_flags = policy_machine_flags(policy);
    told_per_user = policy_max_jobs_per_user(policy);
    lock_release(&lock);
}

static unsigned int count_tellings(void)
{
    unsigned int count;

    lock_acquire(&lock);
    count = tellings;
    lock_release(&lock);
    return count;
}

/* A program of its own, as an administrator would use it. */
static bool run_reg(const WCHAR *arguments)
{
    WCHAR line[512];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    DWORD code = 1;

    swprintf(line, ARRAY_COUNT(line), L"reg.exe %ls", arguments);
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &startup,
                        &process))
        return false;
    if (WaitForSingleObject(process.hProcess, 20000) == WAIT_OBJECT_0)
        GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return !code;
}

static void set_value(const WCHAR *path, const WCHAR *name, DWORD type, const void *data,
                      DWORD size)
{
    LSTATUS status;
    HKEY key;

    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_SET_VALUE | KEY_WOW64_64KEY,
                             NULL, &key, NULL);
    ok(!status, "Cannot make the key: %ld.\n", status);
    if (status) return;
    status = RegSetValueExW(key, name, 0, type, data, size);
    ok(!status, "Cannot set the value: %ld.\n", status);
    RegCloseKey(key);
}

static void set_number(const WCHAR *path, const WCHAR *name, DWORD number)
{
    set_value(path, name, REG_DWORD, &number, sizeof(number));
}

static void set_policy(const WCHAR *name, DWORD number)
{
    set_number(POLICY_KEY, name, number);
}

static void delete_value(const WCHAR *path, const WCHAR *name)
{
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key)) return;
    RegDeleteValueW(key, name);
    RegCloseKey(key);
}

/* With all that is in it. */
static void delete_key(const WCHAR *path)
{
    LSTATUS status;
    HKEY key;

    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY, &key);
    if (status == ERROR_FILE_NOT_FOUND) return;
    ok(!status, "Cannot open the key: %ld.\n", status);
    if (status) return;
    RegDeleteTreeW(key, NULL);
    RegCloseKey(key);
    status = RegDeleteKeyExW(HKEY_LOCAL_MACHINE, path, KEY_WOW64_64KEY, 0);
    ok(!status, "Cannot delete the key: %ld.\n", status);
}

struct expectation
{
    uint32_t (*get)(const struct policy *policy);
    uint32_t expected;
    uint32_t got;
};

static bool is_met(void *ctx)
{
    struct expectation *expectation = ctx;
    struct policy *policy = policy_source_get(source);

    expectation->got = expectation->get(policy);
    policy_release(policy);
    return expectation->got == expectation->expected;
}

static void expect(int line, uint32_t (*get)(const struct policy *policy), uint32_t expected)
{
    struct expectation expectation = {get, expected, 0};
    bool is_seen = wait_for(is_met, &expectation, SEEN_WITHIN);

    ok_(__FILE__, line)(is_seen, "Got %u, not %u.\n", expectation.got, expected);
}

#define check(get, expected) expect(__LINE__, get, expected)

static void start_from_nothing(void)
{
    HRESULT hr;

    policy_source_stop(source);
    delete_key(POLICY_KEY);
    delete_key(PREFERENCE_KEY);
    delete_key(BRANCHCACHE_KEY);
    hr = policy_source_refresh(source);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = policy_source_start(source);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check(policy_machine_flags, 0);
}

/* By another process; the key does not exist before and is deleted after. */
static void test_other_process(void)
{
    unsigned int before;

    start_from_nothing();
    before = count_tellings();
    ok(run_reg(L"add HKLM\\" POLICY_KEY L" /v EnablePeercaching /t REG_DWORD /d 1 /f"),
       "reg.exe failed.\n");
    check(policy_machine_flags, 3);
    ok(run_reg(L"add HKLM\\" POLICY_KEY L" /v DisablePeerCachingClient /t REG_DWORD /d 1 /f"),
       "reg.exe failed.\n");
    check(policy_machine_flags, 2);
    ok(run_reg(L"add HKLM\\" POLICY_KEY L" /v EnablePeercaching /t REG_DWORD /d 0 /f"),
       "reg.exe failed.\n");
    check(policy_machine_flags, 0);
    ok(run_reg(L"delete HKLM\\" POLICY_KEY L" /v DisablePeerCachingClient /f"),
       "reg.exe failed.\n");
    ok(run_reg(L"add HKLM\\" POLICY_KEY L" /v EnablePeercaching /t REG_DWORD /d 1 /f"),
       "reg.exe failed.\n");
    check(policy_machine_flags, 3);
    ok(run_reg(L"delete HKLM\\" POLICY_KEY L" /f"), "reg.exe failed.\n");
    check(policy_machine_flags, 0);
    ok(count_tellings() - before >= 5, "Told %u times.\n", count_tellings() - before);
}

/* Deleted and made again, several times: the watch does not die with the key. */
static void test_keys_come_and_go(void)
{
    start_from_nothing();
    for (unsigned int i = 0; i < 5; i++)
    {
        set_policy(L"EnablePeercaching", 1);
        check(policy_machine_flags, 3);
        delete_key(POLICY_KEY);
        check(policy_machine_flags, 0);
    }
    for (unsigned int i = 0; i < 5; i++)
    {
        set_number(PREFERENCE_KEY, L"JobMinimumRetryDelay", 60 + i);
        check(policy_min_retry_delay, 60 + i);
        set_number(PREFERENCE_KEY, L"JobMinimumRetryDelay", 90 + i);
        check(policy_min_retry_delay, 90 + i);
        delete_key(PREFERENCE_KEY);
        check(policy_min_retry_delay, 600);
    }
}

struct policy_case
{
    const WCHAR *name;
    uint32_t (*get)(const struct policy *policy);
    uint32_t number, expected, initial;
};

static uint32_t is_branchcache_disabled(const struct policy *policy)
{
    return policy_is_branchcache_disabled(policy);
}

static void test_every_policy(void)
{
    /* clang-format off */
    static const struct policy_case tests[] = {
        {L"DisablePeerCachingClient", policy_machine_flags, 1, 2, 3},
        {L"DisablePeerCachingServer", policy_machine_flags, 1, 1, 3},
        {L"MaxContentAge", policy_content_age, 120, 10368000, 7776000},
        {L"MaxCacheSize", policy_cache_size, 80, 80, 1},
        {L"MaxBandwidthServed", policy_max_bandwidth_served, 4294967200u, 4294967200u, 1048576},
        {L"DisableBranchCache", is_branchcache_disabled, 1, 1, 0},
        {L"JobInactivityTimeout", policy_inactivity_timeout, 1, 86400, 7776000},
        {L"MaxDownloadTime", policy_max_download_time, 54000, 54000, 7776000},
        {L"MaxJobsPerUser", policy_max_jobs_per_user, 61, 61, 60},
        {L"MaxJobsPerMachine", policy_max_jobs_per_machine, 301, 301, 300},
        {L"MaxFilesPerJob", policy_max_files_per_job, 201, 201, 200},
        {L"MaxRangesPerFile", policy_max_ranges_per_file, 501, 501, 500},
    };
    /* clang-format on */

    shows("POL-1");
    start_from_nothing();
    set_policy(L"EnablePeercaching", 1);
    check(policy_machine_flags, 3);
    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        winetest_push_context("%s", wine_dbgstr_w(tests[i].name));
        check(tests[i].get, tests[i].initial);
        set_policy(tests[i].name, tests[i].number);
        check(tests[i].get, tests[i].expected);
        delete_value(POLICY_KEY, tests[i].name);
        check(tests[i].get, tests[i].initial);
        winetest_pop_context();
    }
}

static uint32_t uses_branchcache(const struct policy *policy)
{
    return policy_uses_branchcache(policy);
}

/* The switch of BranchCache itself, whose key comes and goes. */
static void test_branchcache(void)
{
    start_from_nothing();
    check(uses_branchcache, 0);
    set_number(BRANCHCACHE_KEY, L"Enable", 1);
    check(uses_branchcache, 1);
    set_policy(L"DisableBranchCache", 1);
    check(uses_branchcache, 0);
    delete_value(POLICY_KEY, L"DisableBranchCache");
    check(uses_branchcache, 1);
    set_value(BRANCHCACHE_KEY, L"Enable", REG_SZ, L"1", 2 * sizeof(WCHAR));
    check(uses_branchcache, 0);
    set_number(BRANCHCACHE_KEY, L"Enable", 1);
    check(uses_branchcache, 1);
    delete_key(BRANCHCACHE_KEY);
    check(uses_branchcache, 0);
    /* Of BITS' own key this value says nothing. */
    set_policy(L"Enable", 1);
    set_policy(L"MaxJobsPerUser", 61);
    check(policy_max_jobs_per_user, 61);
    check(uses_branchcache, 0);
}

/* Monday at noon, by level, in bits. */
#define NOON (MINUTES_PER_DAY + 12 * MINUTES_PER_HOUR)

static uint32_t bits_at(const struct policy *policy, enum bandwidth_level level, uint32_t minute)
{
    struct bandwidth_policy bandwidth;
    uint64_t rate;

    policy_get_bandwidth(policy, &bandwidth);
    rate = bandwidth_rate(&bandwidth, level, minute);
    return rate == BANDWIDTH_UNLIMITED ? 0 : (uint32_t)rate * 8;
}

static uint32_t bits_of_normal(const struct policy *policy)
{
    return bits_at(policy, BANDWIDTH_NORMAL, NOON);
}

static uint32_t bits_of_low_at_night(const struct policy *policy)
{
    return bits_at(policy, BANDWIDTH_LOW, 4 * MINUTES_PER_HOUR);
}

static uint32_t costs_of_low(const struct policy *policy)
{
    return policy_cost_flags(policy, 3);
}

#define THROTTLING_KEY POLICY_KEY L"\\Throttling"

/* In the keys below the one of BITS. */
static void test_limits(void)
{
    start_from_nothing();
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"StartDay", 1);
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"EndDay", 5);
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"StartHour", 8);
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"EndHour", 17);
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"NormalBandwidthLimit", 800);
    set_number(THROTTLING_KEY L"\\WorkSchedule", L"NormalBandwidthType", 1);
    set_number(THROTTLING_KEY L"\\NonWorkSchedule", L"LowBandwidthLimit", 2);
    set_number(THROTTLING_KEY L"\\NonWorkSchedule", L"LowBandwidthType", 2);
    check(bits_of_normal, 0);
    set_number(THROTTLING_KEY, L"EnableBandwidthLimits", 1);
    check(bits_of_normal, 800000);
    check(bits_of_low_at_night, 2000000);
    set_number(THROTTLING_KEY L"\\MaintenanceSchedule", L"StartHour", 11);
    set_number(THROTTLING_KEY L"\\MaintenanceSchedule", L"EndHour", 13);
    set_number(THROTTLING_KEY L"\\MaintenanceSchedule", L"NormalBandwidthLimit", 8);
    set_number(THROTTLING_KEY, L"EnableMaintenanceLimits", 1);
    check(bits_of_normal, 8000);
    delete_key(THROTTLING_KEY);
    check(bits_of_normal, 0);

    check(costs_of_low, 0x800000ff);
    set_number(POLICY_KEY L"\\TransferPolicy", L"LowTransferPolicy", 103);
    check(costs_of_low, 103);
}

static void test_content_age(void)
{
    shows("POL-8");
    start_from_nothing();
    set_policy(L"EnablePeercaching", 1);
    check(policy_machine_flags, 3);
    check(policy_content_age, 90 * 86400);
    set_policy(L"MaxContentAge", 1);
    check(policy_content_age, 86400);
    set_policy(L"MaxContentAge", 121);
    check(policy_content_age, 90 * 86400);
    set_policy(L"MaxContentAge", 120);
    check(policy_content_age, 120 * 86400);
    set_policy(L"MaxContentAge", 0);
    check(policy_content_age, 90 * 86400);
}

static void test_cache_size(void)
{
    shows("POL-9");
    start_from_nothing();
    set_policy(L"EnablePeercaching", 1);
    check(policy_machine_flags, 3);
    check(policy_cache_size, 1);
    set_policy(L"MaxCacheSize", 80);
    check(policy_cache_size, 80);
    set_policy(L"MaxCacheSize", 81);
    check(policy_cache_size, 1);
    set_policy(L"MaxCacheSize", 2);
    check(policy_cache_size, 2);
    set_policy(L"MaxCacheSize", 0);
    check(policy_cache_size, 1);
}

/* These three hold while EnablePeercaching is 1, and not before. */
static void test_cache_needs_the_switch(void)
{
    shows("POL-11");
    start_from_nothing();
    set_policy(L"MaxContentAge", 7);
    set_policy(L"MaxCacheSize", 7);
    set_policy(L"MaxBandwidthServed", 7000000);
    for (unsigned int i = 0; i < 2; i++)
    {
        set_policy(L"MaxJobsPerUser", 7 + i); /* the others were set before it */
        check(policy_max_jobs_per_user, 7 + i);
        check(policy_content_age, 90 * 86400);
        check(policy_cache_size, 1);
        check(policy_max_bandwidth_served, 1048576);
        set_policy(L"EnablePeercaching", i);
    }
    check(policy_content_age, 7 * 86400);
    check(policy_cache_size, 7);
    check(policy_max_bandwidth_served, 7000000);
}

static void check_odd(DWORD type, const void *data, DWORD size)
{
    unsigned int before;

    winetest_push_context("type %lu, %lu bytes", type, size);
    set_policy(L"EnablePeercaching", 1);
    check(policy_machine_flags, 3);
    before = count_tellings();
    set_value(POLICY_KEY, L"EnablePeercaching", type, data, size);
    check(policy_machine_flags, 0);
    ok(count_tellings() > before, "Nothing was told.\n");

    set_policy(L"EnablePeercaching", 1);
    check(policy_machine_flags, 3);
    set_value(POLICY_KEY, L"DisablePeerCachingClient", type, data, size);
    check(policy_machine_flags, 2);
    delete_value(POLICY_KEY, L"DisablePeerCachingClient");
    set_value(POLICY_KEY, L"MaxJobsPerUser", type, data, size);
    set_policy(L"EnablePeercaching", 0);
    check(policy_machine_flags, 0);
    check(policy_max_jobs_per_user, 60);
    winetest_pop_context();
}

static void test_odd_values(void)
{
    static const DWORD many = UINT32_MAX;
    static const uint64_t wide = 1;

    start_from_nothing();
    set_number(PREFERENCE_KEY, L"PeerCachingFlags", 0);
    check_odd(REG_SZ, L"1", sizeof(L"1"));
    check_odd(REG_SZ, L"", 0);
    check_odd(REG_EXPAND_SZ, L"%OS%", sizeof(L"%OS%"));
    check_odd(REG_MULTI_SZ, L"1\0", sizeof(L"1\0"));
    check_odd(REG_BINARY, "\1\0\0\0", 4);
    check_odd(REG_QWORD, &wide, sizeof(wide));
    check_odd(REG_DWORD, &many, sizeof(many));
    check_odd(REG_DWORD, "\1", 1);
}

static void test_preferences(void)
{
    unsigned int before;
    HRESULT hr;

    start_from_nothing();
    before = count_tellings();
    hr = policy_source_set_flags(source, 3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(count_tellings() == before + 1, "Told %u times.\n", count_tellings() - before);
    ok(told_flags == 3, "Told %u.\n", told_flags);
    hr = policy_source_set_content_age(source, 86400);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = policy_source_set_cache_size(source, 40);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    /* Another process finds them. */
    policy_source_destroy(source);
    hr = policy_source_create(changed, NULL, &source);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check(policy_machine_flags, 3);
    check(policy_content_age, 86400);
    check(policy_cache_size, 40);

    hr = policy_source_start(source);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    set_number(PREFERENCE_KEY, L"PeerCachingFlags", 1);
    check(policy_machine_flags, 1);
}

/* What changes before the watch begins, or while it pauses, is seen as well. */
static void test_changed_while_stopped(void)
{
    start_from_nothing();
    policy_source_stop(source);
    set_policy(L"EnablePeercaching", 1);
    policy_source_start(source);
    check(policy_machine_flags, 3);
    policy_source_stop(source);
    policy_source_stop(source);
    set_policy(L"EnablePeercaching", 0);
    policy_source_start(source);
    check(policy_machine_flags, 0);
}

static bool is_last_told(void *ctx)
{
    bool is_last;

    (void)ctx;
    lock_acquire(&lock);
    is_last = told_per_user == CHANGES;
    lock_release(&lock);
    return is_last;
}

/* A thousand changes a second, for two seconds: a few for whoever is told, and the last one wins.
 */
static void test_many_changes(void)
{
    unsigned int before, told;
    uint64_t begin, end;
    bool is_seen;
    HKEY key;

    start_from_nothing();
    set_policy(L"MaxJobsPerUser", 0);
    check(policy_max_jobs_per_user, 0);
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, POLICY_KEY, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key))
    {
        ok(0, "Cannot open the key.\n");
        return;
    }
    before = count_tellings();
    begin = test_ticks();
    for (DWORD i = 1; i <= CHANGES; i++)
    {
        RegSetValueExW(key, L"MaxJobsPerUser", 0, REG_DWORD, (const BYTE *)&i, sizeof(i));
        while (test_ticks() < begin + i)
            SwitchToThread();
    }
    end = test_ticks();
    is_seen = wait_for(is_last_told, NULL, SEEN_WITHIN);
    ok(is_seen, "The last change was not told.\n");
    trace("%u changes in %u ms, told after %u ms.\n", CHANGES, (unsigned int)(end - begin),
          (unsigned int)(test_ticks() - end));
    told = count_tellings() - before;
    ok(told >= 2 && told <= (end - begin) / 10 + 2, "Told %u times.\n", told);
    RegCloseKey(key);
}

static void test_no_leaks(void)
{
    DWORD before, after;
    HRESULT hr;

    start_from_nothing();
    GetProcessHandleCount(GetCurrentProcess(), &before);
    for (unsigned int i = 0; i < 100; i++)
    {
        policy_source_stop(source);
        hr = policy_source_start(source);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        set_policy(L"MaxJobsPerUser", i);
        check(policy_max_jobs_per_user, i);
    }
    GetProcessHandleCount(GetCurrentProcess(), &after);
    ok(after <= before + 2, "Handles: %lu, then %lu.\n", before, after);
}

/* False when there is no such key. */
static bool copy_key(const WCHAR *from, const WCHAR *to)
{
    HKEY source_key, target_key;
    LSTATUS status;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, from, 0, KEY_READ | KEY_WOW64_64KEY, &source_key))
        return false;
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, to, 0, NULL, 0, KEY_ALL_ACCESS | KEY_WOW64_64KEY,
                             NULL, &target_key, NULL);
    if (!status)
    {
        status = RegCopyTreeW(source_key, NULL, target_key);
        RegCloseKey(target_key);
    }
    ok(!status, "Cannot copy the key: %ld.\n", status);
    RegCloseKey(source_key);
    return true;
}

static const struct
{
    const WCHAR *path, *backup;
} kept_keys[] = {
    {POLICY_KEY, L"Software\\OpenBITS test policies"},
    {PREFERENCE_KEY, L"Software\\OpenBITS test preferences"},
    {BRANCHCACHE_KEY, L"Software\\OpenBITS test BranchCache"},
};

START_TEST(policy_watch)
{
    HRESULT hr;

    log_configure("policy=off");
    lock_init(&lock, LOCK_RANK_LEAF, "test");
    for (unsigned int i = 0; i < ARRAY_COUNT(kept_keys); i++)
        copy_key(kept_keys[i].path, kept_keys[i].backup);
    hr = policy_source_create(changed, NULL, &source);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    if (SUCCEEDED(hr))
    {
        RUN_TEST(test_other_process);
        RUN_TEST(test_keys_come_and_go);
        RUN_TEST(test_every_policy);
        RUN_TEST(test_branchcache);
        RUN_TEST(test_limits);
        RUN_TEST(test_content_age);
        RUN_TEST(test_cache_size);
        RUN_TEST(test_cache_needs_the_switch);
        RUN_TEST(test_odd_values);
        RUN_TEST(test_preferences);
        RUN_TEST(test_changed_while_stopped);
        RUN_TEST(test_many_changes);
        RUN_TEST(test_no_leaks);
    }
    policy_source_destroy(source);
    for (unsigned int i = 0; i < ARRAY_COUNT(kept_keys); i++)
    {
        delete_key(kept_keys[i].path);
        if (copy_key(kept_keys[i].backup, kept_keys[i].path)) delete_key(kept_keys[i].backup);
    }
    lock_done(&lock);
}
