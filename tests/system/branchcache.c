/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * BranchCache as an origin sees it: who says that content information is understood, what follows
 * when it comes, and what when it is of no use. */
#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/peerdist.h"

#include <stdio.h>
#include <string.h>

#define MIB       (1024 * 1024)
#define FILE_SIZE (2 * MIB + 12345)
#define VERSION   5
#define WAIT_MS   20000
#define DATE      "Sun, 06 Nov 1994 08:49:37 GMT"

#define SERVICE_PARENT L"Software\\Policies\\Microsoft\\PeerDist"
#define SERVICE_KEY    SERVICE_PARENT L"\\Service"

static struct origin *origin;
static IBitsPeerCacheAdministration *admin;
static unsigned int path_count;

/* ---- the machine ---- */

/* A preference that is stored makes the engine look at all settings before it answers. */
static void refresh(void)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 0);

    ok(SUCCEEDED(hr), "Got hr %#lx.\n", hr);
}

static DWORD kept; /* the machine's own, if is_kept */
static bool is_kept;

static void remove_switch(void)
{
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, SERVICE_KEY, KEY_WOW64_64KEY, 0);
    RegDeleteKeyExW(HKEY_LOCAL_MACHINE, SERVICE_PARENT, KEY_WOW64_64KEY, 0);
}

static void keep_switch(void)
{
    DWORD type, size = sizeof(kept);
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICE_KEY, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key))
        return;
    is_kept =
        !RegQueryValueExW(key, L"Enable", NULL, &type, (BYTE *)&kept, &size) && type == REG_DWORD;
    RegCloseKey(key);
}

static void set_switch(DWORD number)
{
    LSTATUS status;
    HKEY key;

    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, SERVICE_KEY, 0, NULL, 0,
                             KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key, NULL);
    ok(!status, "Cannot make the key: %ld.\n", status);
    if (status) return;
    status = RegSetValueExW(key, L"Enable", 0, REG_DWORD, (const BYTE *)&number, sizeof(number));
    ok(!status, "Cannot set the value: %ld.\n", status);
    RegCloseKey(key);
    refresh();
}

/* ---- downloads ---- */

struct download
{
    struct peerdist_file file;
    char path[32];
    WCHAR name[32];
    IBackgroundCopyJob *job;
};

static struct download downloads[32];

static struct download *begin(enum peerdist_answer answer, DWORD flags)
{
    struct download *d = &downloads[path_count++];
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    d->file = (struct peerdist_file){{.size = FILE_SIZE, .version = VERSION, .last_modified = DATE},
                                     answer};
    snprintf(d->path, sizeof(d->path), "/file%u", path_count);
    swprintf(d->name, ARRAY_SIZE(d->name), L"file%u", path_count);
    peerdist_offer(origin, d->path, &d->file);
    d->job = create_job(L"branch", BG_JOB_TYPE_DOWNLOAD);
    job_add(d->job, origin, d->path, d->name);
    hr = IBackgroundCopyJob_QueryInterface(d->job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    return d;
}

static void resume(struct download *d)
{
    HRESULT hr = IBackgroundCopyJob_Resume(d->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

/* The requests as one text: H for HEAD, then what each GET said: a(ccepts), m(isses), p(lain). */
static void requests_of(const struct download *d, char *text, size_t size)
{
    size_t count = origin_journal_count(origin, d->path), len = 0;

    for (size_t i = 0; i < count && len + 1 < size; i++)
    {
        struct origin_entry entry;
        enum peerdist_word word;

        if (!origin_journal_get(origin, d->path, i, &entry)) break;
        word = peerdist_word_of(entry.head);
        if (!strcmp(entry.method, "HEAD"))
        {
            ok(word == PEERDIST_SILENT, "Request %zu: a HEAD speaks PeerDist.\n", i);
            text[len++] = 'H';
        }
        else
            text[len++] = "pam"[word];
    }
    text[len] = 0;
}

static void finish(struct download *d, const char *expected)
{
    WCHAR path[MAX_PATH];
    char requests[32];
    ULONG errors;
    HRESULT hr;

    wait_for_state(d->job, TRANSFERRED, WAIT_MS);
    IBackgroundCopyJob_GetErrorCount(d->job, &errors);
    ok(!errors, "%lu errors were counted.\n", errors);
    requests_of(d, requests, sizeof(requests));
    ok(!strcmp(requests, expected), "Got %s, expected %s.\n", requests, expected);
    hr = IBackgroundCopyJob_Complete(d->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(d->name, path), FILE_SIZE, VERSION);
    IBackgroundCopyJob_Release(d->job);
}

static void download(enum peerdist_answer answer, DWORD flags, const char *expected)
{
    struct download *d = begin(answer, flags);

    resume(d);
    finish(d, expected);
}

/* ---- who speaks of it ---- */

static void test_off(void)
{
    shows("PC4-3");
    shows("PC4-9");
    download(PEERDIST_GOOD, 0, "Hp");
    set_switch(0);
    download(PEERDIST_GOOD, 0, "Hp");
    for (DWORD i = 0; i < 2; i++)
    {
        ok(policy_set(L"DisableBranchCache", i), "The policy cannot be set.\n");
        refresh();
        download(PEERDIST_GOOD, 0, "Hp");
    }
    ok(policy_delete(L"DisableBranchCache"), "The policy cannot be removed.\n");
    refresh();
}

/* No policy says anything about BITS, and a server takes part only when it answers with hashes. */
static void test_on(void)
{
    shows("PC4-3");
    shows("PC4-4");
    set_switch(1);
    download(PEERDIST_GOOD, 0, "Ham");
    download(PEERDIST_WHOLE, 0, "Ham");
    download(PEERDIST_NONE, 0, "Ha");
}

static void test_job_flag(void)
{
    struct download *other;

    shows("J4-SPCF-32");
    shows("J4-SPCF-34");
    shows("PC4-6");
    set_switch(1);
    other = begin(PEERDIST_GOOD, 0);
    download(PEERDIST_GOOD, BG_JOB_DISABLE_BRANCH_CACHE, "Hp");
    resume(other);
    finish(other, "Ham");
}

/* What others ask before they use it: the switch alone. */
static void check_switch(DWORD expected)
{
    DWORD number = 99, size = sizeof(number), keys = 0, values = 0;
    LSTATUS status;
    HKEY key;

    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, SERVICE_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key);
    ok(!status, "Got error %ld.\n", status);
    if (status) return;
    status = RegQueryValueExW(key, L"Enable", NULL, NULL, (BYTE *)&number, &size);
    ok(!status && number == expected, "Got error %ld, %lu.\n", status, number);
    status =
        RegQueryInfoKeyW(key, NULL, NULL, NULL, &keys, NULL, NULL, &values, NULL, NULL, NULL, NULL);
    ok(!status && !keys && values == 1, "Got error %ld, %lu keys, %lu values.\n", status, keys,
       values);
    RegCloseKey(key);
}

static void test_others(void)
{
    shows("J4-SPCF-33");
    shows("PC4-7");
    set_switch(1);
    download(PEERDIST_GOOD, BG_JOB_DISABLE_BRANCH_CACHE, "Hp");
    check_switch(1);
    ok(policy_set(L"DisableBranchCache", 1), "The policy cannot be set.\n");
    refresh();
    download(PEERDIST_GOOD, 0, "Hp");
    check_switch(1);
    ok(policy_delete(L"DisableBranchCache"), "The policy cannot be removed.\n");
    refresh();
}

static void test_policy(void)
{
    shows("PC4-5");
    shows("POL-13");
    set_switch(1);
    ok(policy_set(L"DisableBranchCache", 1), "The policy cannot be set.\n");
    refresh();
    download(PEERDIST_GOOD, 0, "Hp");
    ok(policy_delete(L"DisableBranchCache"), "The policy cannot be removed.\n");
    refresh();
    download(PEERDIST_GOOD, 0, "Ham");
}

/* No request after the change speaks of it, and the bytes that are there stay. */
static void set_flag_later(struct download *d)
{
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(d->job, &IID_IBackgroundCopyJob4, (void **)&job4);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_DISABLE_BRANCH_CACHE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
}

static void turn_switch_off(struct download *d)
{
    (void)d;
    set_switch(0);
}

static void check_change(void (*change)(struct download *d))
{
    struct origin_entry entry;
    struct download *d;

    set_switch(1);
    d = begin(PEERDIST_GOOD, 0);
    origin_hold_after(origin, d->path, MIB);
    resume(d);
    ok(wait_for_bytes(d->job, MIB, WAIT_MS), "The origin gives nothing.\n");
    change(d);
    ok(origin_wait_requests(origin, d->path, 4, WAIT_MS), "No new request.\n");
    origin_release(origin, d->path);
    finish(d, "Hamp");
    ok(origin_journal_get(origin, d->path, 3, &entry) && entry.range.begin == MIB,
       "Goes on at %llu.\n", (unsigned long long)entry.range.begin);
}

static void test_changes(void)
{
    check_change(set_flag_later);
    check_change(turn_switch_off);
}

/* ---- content information and what it is good for ---- */

static void test_of_no_use(void)
{
    set_switch(1);
    download(PEERDIST_RUBBISH, 0, "Hap");
    download(PEERDIST_TOO_LONG, 0, "Hap");
    download(PEERDIST_OTHER_RANGE, 0, "Hap");
    download(PEERDIST_OTHER_VERSION, 0, "Hap");
}

/* Once from the beginning, and then without. */
static void test_wrong_bytes(void)
{
    set_switch(1);
    download(PEERDIST_OTHER_BYTES, 0, "HamHp");
}

/* In the middle of a block: of that block nothing can be checked, of the others all. */
static void test_resumed(void)
{
    struct download *d;
    HRESULT hr;

    set_switch(1);
    d = begin(PEERDIST_GOOD, 0);
    origin_hold_after(origin, d->path, MIB + 777);
    resume(d);
    ok(wait_for_bytes(d->job, MIB + 777, WAIT_MS), "The origin gives nothing.\n");
    hr = IBackgroundCopyJob_Suspend(d->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_release(origin, d->path);
    resume(d);
    finish(d, "Hamam");
}

START_TEST(branchcache)
{
    com_start(COINIT_MULTITHREADED);
    keep_switch();
    remove_switch();
    engine_manager(NULL);
    keep_peer_configuration();
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");

    RUN_TEST(test_off);
    RUN_TEST(test_on);
    RUN_TEST(test_job_flag);
    RUN_TEST(test_others);
    RUN_TEST(test_policy);
    RUN_TEST(test_changes);
    RUN_TEST(test_of_no_use);
    RUN_TEST(test_wrong_bytes);
    RUN_TEST(test_resumed);

    remove_switch();
    if (is_kept) set_switch(kept);
    IBitsPeerCacheAdministration_Release(admin);
    com_stop();
    engine_stop();
    origin_destroy(origin);
}
