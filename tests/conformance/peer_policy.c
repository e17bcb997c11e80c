/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The policies for peer caching, as far as IBitsPeerCacheAdministration shows them. What a change
 * of them does to downloads is in peer_toggle.c. */
#include "peer_fixture.h"

#define DAY    86400
#define ABSENT 0xffffffff

static IBackgroundCopyJob4 *job; /* with all flags; its limit tells what has been seen */

/* ---- What the machine has seen ---- */

static bool has_limit(void *ctx)
{
    ULONG seconds = 0;

    IBackgroundCopyJob4_GetMaximumDownloadTime(job, &seconds);
    return seconds == *(ULONG *)ctx;
}

static void see_marker(int line)
{
    static ULONG seconds = 5000;

    seconds++;
    set_policy_(line, __FILE__, MAX_DOWNLOAD_TIME, seconds);
    ok_(__FILE__, line)(com_wait_for(has_limit, &seconds, SOON), "The policy was not seen.\n");
}

/* All that was written to the registry before has been taken note of. A value that has nothing to
 * do with peers is written last, and looked for; twice, since whoever reads value by value may have
 * begun before the others were written. */
#define wait_until_seen() wait_until_seen_(__LINE__)
static void wait_until_seen_(int line)
{
    see_marker(line);
    see_marker(line);
}

static void configure(const WCHAR *name, DWORD value)
{
    if (value == ABSENT)
        delete_policy(name);
    else
        set_policy(name, value);
}

static DWORD cache_size(void)
{
    DWORD size = 0xdeadbeef;
    HRESULT hr = IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &size);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return size;
}

static ULONG content_age(void)
{
    ULONG age = 0xdeadbeef;
    HRESULT hr = IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &age);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return age;
}

#define check_machine_flags(expected) check_machine_flags_(__LINE__, expected)
static void check_machine_flags_(int line, DWORD expected)
{
    DWORD flags = machine_flags();

    ok_(__FILE__, line)(flags == expected, "Got flags %#lx, expected %#lx.\n", flags, expected);
}

/* ---- The flags ---- */

/* As the documentation has it: the preference only without the policy, the two switches only where
 * the policy is 1. */
static DWORD flags_expected(DWORD preference, DWORD enable, DWORD no_client, DWORD no_server)
{
    if (enable == ABSENT) return preference;
    if (!enable) return 0;
    return (no_client == 1 ? 0 : BG_ENABLE_PEERCACHING_CLIENT) |
           (no_server == 1 ? 0 : BG_ENABLE_PEERCACHING_SERVER);
}

static void check_combination(DWORD preference, DWORD enable, DWORD no_client, DWORD no_server)
{
    DWORD flags = 0xdeadbeef;
    HRESULT hr;

    winetest_push_context("preference %lu, policies %ld %ld %ld", preference, (LONG)enable,
                          (LONG)no_client, (LONG)no_server);
    configure(ENABLE_PEERCACHING, enable);
    configure(DISABLE_CLIENT, no_client);
    configure(DISABLE_SERVER, no_server);
    wait_until_seen();
    check_machine_flags(flags_expected(preference, enable, no_client, no_server));
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(flags == 7, "Got flags %#lx.\n", flags);
    winetest_pop_context();
}

static void test_combinations(void)
{
    static const DWORD values[] = {ABSENT, 0, 1};

    shows("PCA-GCF-6");
    shows("PCA-GCF-7");
    shows("PCA-GCF-8");
    shows("PCA-GCF-9");
    shows("PCA-GCF-10");
    shows("PCA-GCF-11");
    shows("PCA-SCF-18");
    shows("POL-3");
    shows("POL-4");
    shows("POL-7");
    shows("J4-GPCF-7");
    for (DWORD preference = 0; preference <= 3; preference++)
    {
        reset_machine(preference);
        for (unsigned int i = 0; i < 27; i++)
            check_combination(preference, values[i / 9], values[i / 3 % 3], values[i % 3]);
    }
    reset_machine(0);
}

/* The preference is always kept; the answer says whether it is in force. */
static void check_SetConfigurationFlags(DWORD in_force, DWORD flags)
{
    HRESULT hr;

    winetest_push_context("flags %lu where %lu are in force", flags, in_force);
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);
    ok(hr == (flags == in_force ? S_OK : BG_S_OVERRIDDEN_BY_POLICY), "Got hr %#lx.\n", hr);
    check_machine_flags(in_force);
    winetest_pop_context();
}

static void test_SetConfigurationFlags(void)
{
    static const struct
    {
        DWORD enable, no_client, no_server;
    } tests[] = {
        {0, ABSENT, ABSENT}, {1, ABSENT, ABSENT}, {1, 1, ABSENT}, {1, ABSENT, 1}, {1, 1, 1}};

    shows("PCA-SCF-13");
    shows("PCA-SCF-14");
    shows("PCA-SCF-15");
    shows("PCA-SCF-16");
    shows("PCA-SCF-17");
    ok(BG_S_OVERRIDDEN_BY_POLICY == 0x00200055, "Got %#lx.\n", (HRESULT)BG_S_OVERRIDDEN_BY_POLICY);
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
        for (DWORD flags = 0; flags <= 3; flags++)
        {
            configure(ENABLE_PEERCACHING, tests[i].enable);
            configure(DISABLE_CLIENT, tests[i].no_client);
            configure(DISABLE_SERVER, tests[i].no_server);
            wait_until_seen();
            check_SetConfigurationFlags(
                flags_expected(0, tests[i].enable, tests[i].no_client, tests[i].no_server), flags);
            delete_policy(ENABLE_PEERCACHING);
            wait_until_seen();
            check_machine_flags(flags);
        }
    reset_machine(0);
}

/* Refused also where the preference would not be in force. */
static void test_unknown_flags(void)
{
    HRESULT hr;

    reset_machine(2);
    set_policy(ENABLE_PEERCACHING, 1);
    wait_until_seen();
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 0x13);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    delete_policy(ENABLE_PEERCACHING);
    wait_until_seen();
    check_machine_flags(2);
    reset_machine(0);
}

/* ---- Size and age ---- */

/* The policies on the cache count only where EnablePeercaching is 1. */
static void test_MaxCacheSize(void)
{
    HRESULT hr;

    shows("PCA-GMCS-5");
    shows("PCA-SMCS-3");
    shows("PCA-SMCS-4");
    reset_machine(0);
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 7);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    set_policy(ENABLE_PEERCACHING, 1);
    set_policy(MAX_CACHE_SIZE, 33);
    wait_until_seen();
    ok(cache_size() == 33, "Got %lu percent.\n", cache_size());
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 9);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    ok(cache_size() == 33, "Got %lu percent.\n", cache_size());
    /* Unlike the flags, an equal value is told of as well. */
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 33);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 9);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 81);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);

    delete_policy(MAX_CACHE_SIZE);
    wait_until_seen();
    ok(cache_size() == 9, "Got %lu percent.\n", cache_size());
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 10);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(cache_size() == 10, "Got %lu percent.\n", cache_size());
    reset_machine(0);
}

static void test_MaxContentAge(void)
{
    HRESULT hr;

    shows("PCA-GMCA-5");
    shows("PCA-SMCA-2");
    shows("PCA-SMCA-3");
    reset_machine(0);
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 7 * DAY);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    set_policy(ENABLE_PEERCACHING, 1);
    set_policy(MAX_CONTENT_AGE, 33);
    wait_until_seen();
    ok(content_age() == 33 * DAY, "Got %lu seconds.\n", content_age());
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 33 * DAY);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 9 * DAY + 1);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    ok(content_age() == 33 * DAY, "Got %lu seconds.\n", content_age());
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 1);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);

    delete_policy(MAX_CONTENT_AGE);
    wait_until_seen();
    ok(content_age() == 9 * DAY + 1, "Got %lu seconds.\n", content_age());
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 10 * DAY);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(content_age() == 10 * DAY, "Got %lu seconds.\n", content_age());
    reset_machine(0);
}

struct limit_test
{
    DWORD value;
    bool is_taken;
};

static void check_limits(const WCHAR *name, ULONG (*get)(void), ULONG unit, ULONG preference,
                         const struct limit_test *tests, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
    {
        ULONG expected = tests[i].is_taken ? tests[i].value * unit : preference;

        set_policy(name, tests[i].value);
        wait_until_seen();
        ok(get() == expected, "%s %lu: got %lu, expected %lu.\n", wine_dbgstr_w(name),
           tests[i].value, get(), expected);
    }
    delete_policy(name);
    wait_until_seen();
    ok(get() == preference, "Got %lu.\n", get());
}

/* Out of these limits it is no policy. */
static void test_limits(void)
{
    static const struct limit_test ages[] = {{1, true},    {2, true},      {119, true},
                                             {120, true},  {0, false},     {121, false},
                                             {DAY, false}, {49711, false}, {0xffffffff, false}};
    static const struct limit_test sizes[] = {{1, true},    {2, true},          {79, true},
                                              {80, true},   {0, false},         {81, false},
                                              {100, false}, {0xffffffff, false}};

    shows("POL-8");
    shows("POL-9");
    reset_machine(0);
    set_policy(ENABLE_PEERCACHING, 1);
    IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 7 * DAY);
    IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 7);
    check_limits(MAX_CONTENT_AGE, content_age, DAY, 7 * DAY, ages, ARRAY_SIZE(ages));
    check_limits(MAX_CACHE_SIZE, cache_size, 1, 7, sizes, ARRAY_SIZE(sizes));

    if (preferences_put_aside())
    {
        wait_until_seen();
        ok(content_age() == 90 * DAY, "Got %lu seconds.\n", content_age());
        ok(cache_size() == 1, "Got %lu percent.\n", cache_size());
        preferences_put_back();
    }
    else
        skip("What was set before cannot be taken away.\n");
    reset_machine(0);
}

/* The policy comes after the preference, and must be in force itself. */
static void test_order(void)
{
    static const DWORD enable[] = {ABSENT, 0, 1};

    shows("POL-10");
    for (unsigned int i = 0; i < ARRAY_SIZE(enable); i++)
    {
        bool is_in_force = enable[i] == 1;
        HRESULT hr;

        winetest_push_context("policy %ld", (LONG)enable[i]);
        reset_machine(0);
        hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 8 * DAY);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 8);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        set_policy(MAX_CONTENT_AGE, 44);
        set_policy(MAX_CACHE_SIZE, 44);
        configure(ENABLE_PEERCACHING, enable[i]);
        wait_until_seen();
        ok(content_age() == (is_in_force ? 44 : 8) * DAY, "Got %lu seconds.\n", content_age());
        ok(cache_size() == (is_in_force ? 44 : 8), "Got %lu percent.\n", cache_size());
        hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 5 * DAY);
        ok(hr == (is_in_force ? S_FALSE : S_OK), "Got hr %#lx.\n", hr);
        hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 5);
        ok(hr == (is_in_force ? S_FALSE : S_OK), "Got hr %#lx.\n", hr);

        delete_policy(ENABLE_PEERCACHING);
        wait_until_seen();
        ok(content_age() == 5 * DAY, "Got %lu seconds.\n", content_age());
        ok(cache_size() == 5, "Got %lu percent.\n", cache_size());
        winetest_pop_context();
    }
    reset_machine(0);
}

/* ---- Values that mean nothing ---- */

static const BYTE one[8] = {1};

static const struct
{
    const char *text;
    DWORD type;
    const void *data;
    DWORD size;
} bad_values[] = {
    {"2", REG_DWORD, "\2\0\0\0", 4},
    {"-1", REG_DWORD, "\xff\xff\xff\xff", 4},
    {"0x80000000", REG_DWORD, "\0\0\0\x80", 4},
    {"0x80000001", REG_DWORD, "\1\0\0\x80", 4},
    {"the string 1", REG_SZ, L"1", 4},
    {"an empty string", REG_SZ, L"", 2},
    {"no string at all", REG_SZ, NULL, 0},
    {"a QWORD", REG_QWORD, one, 8},
    {"four bytes", REG_BINARY, one, 4},
    {"one byte", REG_BINARY, one, 1},
    {"a DWORD of one byte", REG_DWORD, one, 1},
    {"a DWORD of eight bytes", REG_DWORD, one, 8},
    {"some strings", REG_MULTI_SZ,
     L"1\0"
     L"1\0",
     10},
};

/* Nothing may be turned on by a value that nobody understands. */
static void test_bad_values(void)
{
    withstands("H8");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad_values); i++)
    {
        winetest_push_context("H8: %s", bad_values[i].text);
        reset_machine(0);
        policy_set_raw(ENABLE_PEERCACHING, bad_values[i].type, bad_values[i].data,
                       bad_values[i].size);
        wait_until_seen();
        check_machine_flags(0);

        /* The switches turn off. */
        set_policy(ENABLE_PEERCACHING, 1);
        policy_set_raw(DISABLE_CLIENT, bad_values[i].type, bad_values[i].data, bad_values[i].size);
        wait_until_seen();
        ok(!(machine_flags() & BG_ENABLE_PEERCACHING_CLIENT), "The client was turned on.\n");
        delete_policy(DISABLE_CLIENT);
        policy_set_raw(DISABLE_SERVER, bad_values[i].type, bad_values[i].data, bad_values[i].size);
        wait_until_seen();
        ok(!(machine_flags() & BG_ENABLE_PEERCACHING_SERVER), "The server was turned on.\n");
        winetest_pop_context();
    }
    reset_machine(0);
}

static void test_bad_limits(void)
{
    withstands("H8");
    reset_machine(0);
    set_policy(ENABLE_PEERCACHING, 1);
    IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 7 * DAY);
    IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 7);
    for (unsigned int i = 1; i < ARRAY_SIZE(bad_values); i++)
    {
        winetest_push_context("H8: %s", bad_values[i].text);
        policy_set_raw(MAX_CONTENT_AGE, bad_values[i].type, bad_values[i].data, bad_values[i].size);
        policy_set_raw(MAX_CACHE_SIZE, bad_values[i].type, bad_values[i].data, bad_values[i].size);
        wait_until_seen();
        ok(content_age() == 7 * DAY, "Got %lu seconds.\n", content_age());
        ok(cache_size() == 7, "Got %lu percent.\n", cache_size());
        winetest_pop_context();
    }
    reset_machine(0);
}

/* ---- The key ---- */

#define POLICY_KEY L"Software\\Policies\\Microsoft\\Windows\\BITS"

/* Deletes it unless it holds somebody else's values. */
static bool delete_key(void)
{
    static const WCHAR *const ours[] = {ENABLE_PEERCACHING, MAX_DOWNLOAD_TIME};
    DWORD keys = 1, values = ARRAY_SIZE(ours) + 1;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, POLICY_KEY, 0, KEY_READ, &key)) return false;
    RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    for (unsigned int i = 0; i < ARRAY_SIZE(ours); i++)
        if (!RegQueryValueExW(key, ours[i], NULL, NULL, NULL, NULL)) values--;
    RegCloseKey(key);
    return !keys && !values && !RegDeleteKeyW(HKEY_LOCAL_MACHINE, POLICY_KEY);
}

static void test_key(void)
{
    withstands("H8");
    reset_machine(2);
    for (unsigned int i = 0; i < 3; i++)
    {
        winetest_push_context("H8: round %u", i);
        set_policy(ENABLE_PEERCACHING, 1);
        expect_machine_flags(3);
        if (!delete_key())
        {
            skip("The key is not ours alone.\n");
            winetest_pop_context();
            break;
        }
        expect_machine_flags(2);
        winetest_pop_context();
    }
    reset_machine(0);
}

/* ---- Many changes ---- */

/* Whatever was seen of it in between, the last value holds. */
static void test_many_changes(void)
{
    uint64_t since, ms;

    withstands("H4");
    for (DWORD last = 0; last <= 1; last++)
    {
        reset_machine(last ? 0 : 3);
        for (unsigned int i = 0; i < 200; i++)
            set_policy(ENABLE_PEERCACHING, (i + last + 1) % 2);
        since = test_ticks();
        expect_machine_flags(last ? 3 : 0);
        ms = test_ticks() - since;
        ok(ms < 1000, "H4: it took %llu ms until the last value was in force.\n",
           (unsigned long long)ms);
        wait_until_seen();
        check_machine_flags(last ? 3 : 0);
    }
    reset_machine(0);
}

static void run_tests(void)
{
    IBackgroundCopyJob *base = create_job(L"policy", BG_JOB_TYPE_DOWNLOAD);

    IBackgroundCopyJob_QueryInterface(base, &IID_IBackgroundCopyJob4, (void **)&job);
    IBackgroundCopyJob4_SetPeerCachingFlags(job, 7);
    RUN_TEST(test_combinations);
    RUN_TEST(test_SetConfigurationFlags);
    RUN_TEST(test_unknown_flags);
    RUN_TEST(test_MaxCacheSize);
    RUN_TEST(test_MaxContentAge);
    RUN_TEST(test_limits);
    RUN_TEST(test_order);
    RUN_TEST(test_bad_values);
    RUN_TEST(test_bad_limits);
    RUN_TEST(test_key);
    RUN_TEST(test_many_changes);
    IBackgroundCopyJob4_Release(job);
    end_job(base);
}

START_TEST(peer_policy)
{
    if (peer_start()) run_tests();
    peer_stop();
}
