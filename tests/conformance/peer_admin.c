/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsPeerCacheAdministration: flags, size and age of the machine, without policies. What policies
 * change is in peer_policy.c, what the flags do to downloads in peer_toggle.c. */
#include "peer_fixture.h"

#include <stdlib.h>

#define DAY         86400
#define AGE_DEFAULT 7776000
#define AGE_MAX     10368000

/* ---- Another process, which has a server of its own when the server is in process ---- */

static bool start_child(const char *task, DWORD value, PROCESS_INFORMATION *process)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    char line[2 * MAX_PATH], **argv;

    winetest_get_mainargs(&argv);
    snprintf(line, sizeof(line), "\"%s\" peer_admin %s %lu", argv[0], task, value);
    return CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, process);
}

/* Its failed checks count as ours. */
static void run_child(const char *task, DWORD value)
{
    PROCESS_INFORMATION process;
    bool is_started = start_child(task, value, &process);

    ok(is_started, "Could not start a process, error %lu.\n", GetLastError());
    if (!is_started) return;
    wait_child_process(process.hProcess);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
}

/* ---- Checked questions ---- */

#define check_size(expected) check_size_(__LINE__, expected)
static void check_size_(int line, DWORD expected)
{
    DWORD size[2] = {0xdeadbeef, 0xdeadbeef};
    HRESULT hr = IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, size);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(size[0] == expected, "Got %lu percent, expected %lu.\n", size[0], expected);
    ok_(__FILE__, line)(size[1] == 0xdeadbeef, "More than a DWORD was written.\n");
}

#define check_age(expected) check_age_(__LINE__, expected)
static void check_age_(int line, ULONG expected)
{
    ULONG age[2] = {0xdeadbeef, 0xdeadbeef};
    HRESULT hr = IBitsPeerCacheAdministration_GetMaximumContentAge(admin, age);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(age[0] == expected, "Got %lu seconds, expected %lu.\n", age[0], expected);
    ok_(__FILE__, line)(age[1] == 0xdeadbeef, "More than a ULONG was written.\n");
}

static void set_size(DWORD size)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, size);

    ok(hr == S_OK, "%lu percent: got hr %#lx.\n", size, hr);
}

static void set_age(ULONG age)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, age);

    ok(hr == S_OK, "%lu seconds: got hr %#lx.\n", age, hr);
}

/* ---- The interface ---- */

static void test_QueryInterface(void)
{
    static const GUID published = {
        0x659cdead, 0x489e, 0x11d9, {0xa9, 0xcd, 0x00, 0x0d, 0x56, 0x96, 0x52, 0x51}};
    IUnknown *unknown = NULL, *manager_unknown = NULL;
    IBitsPeerCacheAdministration *found;
    IBackgroundCopyManager *manager;
    HRESULT hr;

    shows("PCA-IF-1");
    hr = IBackgroundCopyManager_QueryInterface(com_manager(), &published, (void **)&found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_QueryInterface(found, &IID_IUnknown, (void **)&unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyManager_QueryInterface(com_manager(), &IID_IUnknown,
                                               (void **)&manager_unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(unknown == manager_unknown, "Got %p and %p.\n", unknown, manager_unknown);
    hr = IBitsPeerCacheAdministration_QueryInterface(found, &IID_IBackgroundCopyManager,
                                                     (void **)&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyManager_Release(manager);
    IUnknown_Release(manager_unknown);
    IUnknown_Release(unknown);
    IBitsPeerCacheAdministration_Release(found);
}

/* Whatever the headers say: what stands in the vtable of the object. */
static void test_slots(void)
{
    typedef HRESULT(WINAPI * get_fn)(void *iface, DWORD *value);
    typedef HRESULT(WINAPI * set_fn)(void *iface, DWORD value);
    static const struct
    {
        unsigned int get, set;
        DWORD values[2];
    } tests[] = {{3, 4, {11, 12}}, {5, 6, {DAY + 1, DAY + 2}}, {7, 8, {0, 3}}};
    void *const *slots = *(void **)admin;

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
        for (unsigned int j = 0; j < ARRAY_SIZE(tests[i].values); j++)
        {
            DWORD value = 0xdeadbeef;
            HRESULT hr;

            winetest_push_context("slot %u", tests[i].set);
            hr = ((set_fn)slots[tests[i].set])(admin, tests[i].values[j]);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = ((get_fn)slots[tests[i].get])(admin, &value);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            ok(value == tests[i].values[j], "Got %lu.\n", value);
            winetest_pop_context();
        }
}

static void test_NULL(void)
{
    HRESULT hr;

    hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_GetMaximumContentAge(admin, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
}

/* ---- The flags ---- */

static void test_ConfigurationFlags(void)
{
    shows("PCA-GCF-1");
    shows("PCA-GCF-5");
    shows("PCA-SCF-1");
    shows("PCA-SCF-2");
    for (DWORD before = 0; before <= 3; before++)
        for (DWORD flags = 0; flags <= 3; flags++)
        {
            DWORD out[2] = {0xdeadbeef, 0xdeadbeef};
            HRESULT hr;

            winetest_push_context("flags %#lx after %#lx", flags, before);
            hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, before);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, out);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            ok(out[0] == flags, "Got flags %#lx.\n", out[0]);
            ok(out[1] == 0xdeadbeef, "More than a DWORD was written.\n");
            winetest_pop_context();
        }
}

/* 0x4 has a name for the machine too, but no documented effect (C15). */
static void test_unknown_flags(void)
{
    static const DWORD bad[] = {0x8, 0xb, 0x100, 0x80000000, 0xfffffffc, 0xffffffff};

    shows("PCA-SCF-21");
    for (DWORD kept = 0; kept <= 3; kept++)
    {
        set_machine_flags(kept);
        for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
        {
            HRESULT hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, bad[i]);

            ok(FAILED(hr), "Flags %#lx: got hr %#lx.\n", bad[i], hr);
            ok(machine_flags() == kept, "Got flags %#lx.\n", machine_flags());
        }
    }
}

/* ---- Size and age ---- */

static void test_MaximumCacheSize(void)
{
    static const DWORD good[] = {1, 2, 50, 79, 80};
    static const DWORD bad[] = {81, 100, 101, 1024 * 1024, 0x80000000, 0xffffffff};

    shows("PCA-GMCS-1");
    shows("PCA-GMCS-2");
    shows("PCA-GMCS-4");
    shows("PCA-SMCS-1");
    shows("PCA-SMCS-2");
    shows("PCA-SMCS-11");
    shows("PCA-SMCS-12");
    for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
    {
        set_size(good[i]);
        check_size(good[i]);
    }
    set_size(7);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        HRESULT hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, bad[i]);

        ok(hr == E_INVALIDARG, "%lu percent: got hr %#lx.\n", bad[i], hr);
        check_size(7);
    }
}

static void test_no_cache(void)
{
    HRESULT hr;

    shows("PCA-SMCS-13");
    set_size(7);
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 0);
    ok(hr == E_INVALIDARG || hr == S_OK, "Got hr %#lx.\n", hr);
    check_size(hr == S_OK ? 0 : 7);
}

static void test_MaximumContentAge(void)
{
    static const ULONG good[] = {DAY, DAY + 1, AGE_DEFAULT, AGE_MAX - 1, AGE_MAX};
    static const ULONG bad[] = {0, 1, DAY - 1, AGE_MAX + 1, 0x80000000, 0xffffffff};

    shows("PCA-GMCA-1");
    shows("PCA-GMCA-4");
    shows("PCA-SMCA-1");
    shows("PCA-SMCA-6");
    shows("PCA-SMCA-7");
    shows("PCA-SMCA-8");
    for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
    {
        set_age(good[i]);
        check_age(good[i]);
    }
    set_age(100000);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        HRESULT hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, bad[i]);

        ok(hr == E_INVALIDARG, "%lu seconds: got hr %#lx.\n", bad[i], hr);
        check_age(100000);
    }
}

/* ---- One machine, several processes ---- */

struct size_goal
{
    DWORD size, age;
};

static bool has_size_and_age(void *ctx)
{
    struct size_goal *goal = ctx;
    DWORD size = 0, age = 0;

    IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &size);
    IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &age);
    return size == goal->size && age == goal->age;
}

/* value stands for a flag, a percentage, and an age. */
static void child_set(DWORD value)
{
    set_machine_flags(value & 3);
    set_size(value);
    set_age(DAY + value);
}

static void child_expect(DWORD value)
{
    ok(machine_flags() == (value & 3), "Got flags %#lx.\n", machine_flags());
    check_size(value);
    check_age(DAY + value);
}

static void test_processes(void)
{
    shows("PCA-IF-8");
    child_set(21);
    run_child("expect", 21);
    run_child("set", 34);
    expect_machine_flags(34 & 3);
    ok(com_wait_for(has_size_and_age, &(struct size_goal){34, DAY + 34}, SOON),
       "It was not seen.\n");
    child_expect(34);
}

/* A process that has the server in it is the service, and its end that of the service. */
static void test_restart(void)
{
    if (target_is_ours()) shows("PCA-IF-9");
    run_child("set", 55);
    run_child("expect", 55);
    run_child("set", 13);
    run_child("expect", 13);
}

/* ---- Defaults ---- */

static void child_defaults(void)
{
    IBackgroundCopyJob4 *job4 = NULL;
    IBackgroundCopyJob *job = create_job(L"defaults", BG_JOB_TYPE_DOWNLOAD);
    DWORD flags = 0xdeadbeef;

    ok(!machine_flags(), "Got flags %#lx.\n", machine_flags());
    check_size(1);
    check_age(AGE_DEFAULT);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
    ok(!flags, "Got flags %#lx.\n", flags);
    IBackgroundCopyJob4_Release(job4);
    end_job(job);
}

/* Where nobody has ever set anything. */
static void test_defaults(void)
{
    child_set(34);
    if (!preferences_put_aside())
    {
        skip("What was set before cannot be taken away.\n");
        return;
    }
    shows("PCA-GCF-4");
    shows("PCA-GMCS-3");
    shows("PCA-SMCS-9");
    shows("PCA-GMCA-3");
    shows("PCA-SMCA-9");
    shows("PCM-1");
    run_child("defaults", 0);
    expect_machine_flags(0);
    preferences_put_back();
    run_child("expect", 34);
}

/* ---- Rights ---- */

/* The same user, no administrator any more. */
static HANDLE make_plain_token(void)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    HANDLE process, restricted = NULL, token = NULL;
    SID_AND_ATTRIBUTES disabled = {NULL, 0};

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process)) return NULL;
    if (AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                 DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &disabled.Sid))
    {
        if (CreateRestrictedToken(process, 0, 1, &disabled, 0, NULL, 0, NULL, &restricted))
            DuplicateTokenEx(restricted, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation,
                             TokenImpersonation, &token);
        FreeSid(disabled.Sid);
    }
    if (restricted) CloseHandle(restricted);
    CloseHandle(process);
    return token;
}

static bool become_plain(HANDLE token)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    BOOL is_member = TRUE;
    PSID sid = NULL;

    if (!token || !SetThreadToken(NULL, token)) return false;
    if (AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID,
                                 DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0, 0, 0, 0, &sid))
    {
        CheckTokenMembership(NULL, sid, &is_member);
        FreeSid(sid);
    }
    if (is_member) RevertToSelf();
    return !is_member;
}

/* Another process learns of a thread's token only with cloaking, which a proxy must be told of. */
static void test_rights(void)
{
    HANDLE token = make_plain_token();
    HRESULT hr;

    child_set(34);
    if (!target_is_ours() || is_remote(admin) || !become_plain(token))
    {
        skip("There is no caller without rights.\n");
        if (token) CloseHandle(token);
        return;
    }
    shows("PCA-IF-4");
    shows("PCA-SCF-22");
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 1);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, 20);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetMaximumContentAge(admin, 2 * DAY);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_ClearRecords(admin);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &IID_IUnknown);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, L"http://127.0.0.1/");
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_ClearPeers(admin);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);

    hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    RevertToSelf();
    CloseHandle(token);
    child_expect(34);
    set_machine_flags(0);
}

static void test_reading(void)
{
    IBitsPeerCacheRecord *record = (IBitsPeerCacheRecord *)0xdeadbeef;
    IEnumBitsPeerCacheRecords *records = NULL;
    HANDLE token = make_plain_token();
    IEnumBitsPeers *peers = NULL;
    DWORD flags, size;
    ULONG age;
    HRESULT hr;

    child_set(34);
    if (!target_is_ours() || is_remote(admin) || !become_plain(token))
    {
        skip("There is no caller without rights.\n");
        if (token) CloseHandle(token);
        return;
    }
    shows("PCA-IF-5");
    hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &size);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &age);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_EnumRecords(admin, &records);
    ok(hr == S_OK && records, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_GetRecord(admin, &IID_IUnknown, &record);
    ok(hr == BG_E_NOT_FOUND && !record, "Got hr %#lx, %p.\n", hr, record);
    hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);
    ok(hr == S_OK && peers, "Got hr %#lx.\n", hr);
    if (records) IEnumBitsPeerCacheRecords_Release(records);
    if (peers) IEnumBitsPeers_Release(peers);
    RevertToSelf();
    CloseHandle(token);
    ok(flags == (34 & 3) && size == 34 && age == DAY + 34, "Got %#lx, %lu, %lu.\n", flags, size,
       age);
    child_expect(34);
    set_machine_flags(0);
}

/* ---- Start ---- */

static void run_as_child(const char *task, DWORD value)
{
    com_start(COINIT_MULTITHREADED);
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    ok(admin != NULL, "There is no interface.\n");
    if (admin && !strcmp(task, "set")) child_set(value);
    if (admin && !strcmp(task, "expect")) child_expect(value);
    if (admin && !strcmp(task, "defaults")) child_defaults();
    if (admin) IBitsPeerCacheAdministration_Release(admin);
    admin = NULL;
    com_stop();
}

START_TEST(peer_admin)
{
    char **argv;

    if (winetest_get_mainargs(&argv) >= 4)
    {
        run_as_child(argv[2], (DWORD)strtoul(argv[3], NULL, 10));
        return;
    }
    if (peer_start())
    {
        RUN_TEST(test_QueryInterface);
        RUN_TEST(test_slots);
        RUN_TEST(test_NULL);
        RUN_TEST(test_ConfigurationFlags);
        RUN_TEST(test_unknown_flags);
        RUN_TEST(test_MaximumCacheSize);
        RUN_TEST(test_no_cache);
        RUN_TEST(test_MaximumContentAge);
        RUN_TEST(test_processes);
        RUN_TEST(test_restart);
        RUN_TEST(test_defaults);
        RUN_TEST(test_rights);
        RUN_TEST(test_reading);
    }
    peer_stop();
}
