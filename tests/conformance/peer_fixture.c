/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's switches, and downloads that stand still, for tests of peer caching. */
#include "peer_fixture.h"

#include <stdio.h>
#include <string.h>

#define DATE "Sat, 01 Jan 2022 00:00:00 GMT"

#define FAILED_OR_SUSPENDED (FAILED_STATES | STATE_BIT(BG_JOB_STATE_SUSPENDED))

struct origin *origin;
IBitsPeerCacheAdministration *admin;

static const WCHAR *const policies[] = {ENABLE_PEERCACHING, DISABLE_CLIENT, DISABLE_SERVER,
                                        MAX_CONTENT_AGE,    MAX_CACHE_SIZE, MAX_DOWNLOAD_TIME};

/* ---- Start and end ---- */

/* From BITS 4.0 on, and in Wine, the 3.0 model is not there. */
static bool has_peer_caching(void)
{
    DWORD flags;

    if (!(admin = manager_query(&IID_IBitsPeerCacheAdministration))) return false;
    return IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags) == S_OK;
}

bool peer_start(void)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (!origin) return false;
    if (!has_peer_caching())
    {
        ok(!target_is_ours(), "There is no peer caching.\n");
        skip("There is no peer caching.\n");
        return false;
    }
    keep_peer_configuration();
    reset_machine(0);
    return true;
}

void peer_stop(void)
{
    preferences_put_back();
    if (admin) IBitsPeerCacheAdministration_Release(admin);
    admin = NULL;
    com_stop();
    if (origin) origin_destroy(origin);
    origin = NULL;
}

/* ---- The machine ---- */

DWORD machine_flags(void)
{
    DWORD flags = 0xdeadbeef;
    HRESULT hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return flags;
}

void set_machine_flags_(int line, const char *file, DWORD flags)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);

    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
}

static bool has_machine_flags(void *ctx)
{
    return machine_flags() == *(DWORD *)ctx;
}

void expect_machine_flags_(int line, const char *file, DWORD flags)
{
    bool is_met = com_wait_for(has_machine_flags, &flags, SOON);

    ok_(file, line)(is_met, "Got flags %#lx, expected %#lx.\n", machine_flags(), flags);
}

void set_policy_(int line, const char *file, const WCHAR *name, DWORD value)
{
    ok_(file, line)(policy_set(name, value), "Could not set %s.\n", wine_dbgstr_w(name));
}

void delete_policy_(int line, const char *file, const WCHAR *name)
{
    ok_(file, line)(policy_delete(name), "Could not delete %s.\n", wine_dbgstr_w(name));
}

void reset_machine(DWORD flags)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(policies); i++)
        delete_policy(policies[i]);
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);
    expect_machine_flags(flags);
}

/* ---- What was never set ---- */

/* The place of our own server. */
#define PREFERENCE_KEY L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"

struct preference
{
    WCHAR name[64];
    DWORD type, size;
    BYTE data[64];
};

static struct preference preferences[32];
static unsigned int preference_count;
static HKEY preference_key; /* NULL: nothing is put aside */

static bool read_preference(unsigned int index, struct preference *p)
{
    DWORD len = ARRAY_SIZE(p->name);

    p->size = sizeof(p->data);
    return !RegEnumValueW(preference_key, index, p->name, &len, NULL, &p->type, p->data, &p->size);
}

bool preferences_put_aside(void)
{
    if (!target_is_ours() ||
        RegCreateKeyExW(HKEY_LOCAL_MACHINE, PREFERENCE_KEY, 0, NULL, 0,
                        KEY_ALL_ACCESS | KEY_WOW64_64KEY, NULL, &preference_key, NULL))
        return false;
    preference_count = 0;
    while (preference_count < ARRAY_SIZE(preferences) &&
           read_preference(preference_count, &preferences[preference_count]))
        preference_count++;
    for (unsigned int i = 0; i < preference_count; i++)
        RegDeleteValueW(preference_key, preferences[i].name);
    ok(preference_count >= 3, "There are %u values: these are not the preferences.\n",
       preference_count);
    return true;
}

void preferences_put_back(void)
{
    if (!preference_key) return;
    for (unsigned int i = 0; i < preference_count; i++)
        RegSetValueExW(preference_key, preferences[i].name, 0, preferences[i].type,
                       preferences[i].data, preferences[i].size);
    RegCloseKey(preference_key);
    preference_key = NULL;
}

/* ---- Downloads ---- */

void download_create(struct download *d, DWORD flags, UINT64 size)
{
    static unsigned int number;
    HRESULT hr;

    memset(d, 0, sizeof(*d));
    number++;
    snprintf(d->path, sizeof(d->path), "/file%u", number);
    swprintf(d->name, ARRAY_SIZE(d->name), L"file%u", number);
    d->size = size;
    d->version = number;
    origin_add(origin, d->path,
               &(struct origin_file){.size = size, .version = number, .last_modified = DATE});

    if (!(d->job = create_job(d->name, BG_JOB_TYPE_DOWNLOAD))) return;
    IBackgroundCopyJob_SetPriority(d->job, BG_JOB_PRIORITY_FOREGROUND);
    job_add(d->job, origin, d->path, d->name);
    hr = IBackgroundCopyJob_QueryInterface(d->job, &IID_IBackgroundCopyJob4, (void **)&d->job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (flags != FLAGS_UNTOUCHED) set_job_flags(d, flags);
}

void download_run_to(struct download *d, UINT64 stop)
{
    HRESULT hr;

    origin_hold_after(origin, d->path, stop);
    hr = IBackgroundCopyJob_Resume(d->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (!stop) ok(wait_gets(d, 1, SOON), "There was no GET.\n");
    ok(wait_for_bytes(d->job, stop, SOON), "Got %llu bytes, expected %llu, state %s.\n",
       (unsigned long long)bytes_transferred(d->job), (unsigned long long)stop,
       state_name(job_state(d->job)));
    wait_for_state(d->job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
}

void download_start(struct download *d, DWORD flags, UINT64 size, UINT64 stop)
{
    download_create(d, flags, size);
    download_run_to(d, stop);
}

static void check_completed(int line, const char *file, struct download *d)
{
    WCHAR local[MAX_PATH];
    HRESULT hr;

    hr = IBackgroundCopyJob_Complete(d->job);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file_(line, file, temp_path(d->name, local), d->size, d->version);
    DeleteFileW(local);
}

void download_finish_(int line, const char *file, struct download *d)
{
    ULONG errors = 0xdeadbeef;

    origin_release(origin, d->path);
    wait_for_state_(line, file, d->job, TRANSFERRED, SOON);
    IBackgroundCopyJob_GetErrorCount(d->job, &errors);
    ok_(file, line)(!errors, "Got %lu errors.\n", errors);
    check_completed(line, file, d);
    download_end(d);
}

void download_end(struct download *d)
{
    if (d->job4) IBackgroundCopyJob4_Release(d->job4);
    end_job(d->job);
    d->job4 = NULL;
    d->job = NULL;
}

void set_job_flags(struct download *d, DWORD flags)
{
    HRESULT hr = IBackgroundCopyJob4_SetPeerCachingFlags(d->job4, flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

UINT64 bytes_transferred(IBackgroundCopyJob *job)
{
    BG_JOB_PROGRESS progress;

    job_progress(job, &progress);
    return progress.BytesTransferred;
}

/* ---- Its requests ---- */

bool get_entry(const struct download *d, unsigned int index, struct origin_entry *entry)
{
    unsigned int count = 0;

    for (size_t i = 0; origin_journal_get(origin, d->path, i, entry); i++)
        if (!strcmp(entry->method, "GET") && count++ == index) return true;
    return false;
}

unsigned int get_count(const struct download *d)
{
    struct origin_entry entry;
    unsigned int count = 0;

    for (size_t i = 0; origin_journal_get(origin, d->path, i, &entry); i++)
        count += !strcmp(entry.method, "GET");
    return count;
}

UINT64 get_begin(const struct download *d, unsigned int index)
{
    struct origin_entry entry;

    if (!get_entry(d, index, &entry)) return ORIGIN_OPEN;
    return entry.range_count ? entry.range.begin : 0;
}

struct gets_goal
{
    const struct download *d;
    unsigned int count;
};

static bool has_gets(void *ctx)
{
    struct gets_goal *goal = ctx;

    return get_count(goal->d) >= goal->count;
}

bool wait_gets(const struct download *d, unsigned int count, unsigned int ms)
{
    return com_wait_for(has_gets, &(struct gets_goal){d, count}, ms);
}

/* The client has ended the answer of this number. */
static bool is_ended(void *ctx)
{
    struct gets_goal *goal = ctx;
    struct origin_entry entry;

    return get_entry(goal->d, goal->count, &entry) && entry.end == ORIGIN_END_GONE;
}

struct resumed_goal
{
    struct download *d;
    unsigned int count;
    unsigned int states; /* that were seen */
};

static bool is_resumed(void *ctx)
{
    struct resumed_goal *goal = ctx;
    BG_JOB_STATE state = job_state(goal->d->job);

    goal->states |= STATE_BIT((unsigned int)state % 32);
    return state == BG_JOB_STATE_TRANSFERRING && get_count(goal->d) >= goal->count;
}

void expect_resumed_(int line, const char *file, struct download *d, unsigned int index,
                     UINT64 stop)
{
    struct resumed_goal goal = {.d = d, .count = index + 1};
    UINT64 begin, bytes = bytes_transferred(d->job);
    bool is_met = com_wait_for(is_resumed, &goal, SOON);

    ok_(file, line)(is_met, "Got %u requests, state %s.\n", get_count(d),
                    state_name(job_state(d->job)));
    if (!is_met) return;
    begin = get_begin(d, index);
    ok_(file, line)(begin == stop, "Asked from %llu on, expected %llu.\n",
                    (unsigned long long)begin, (unsigned long long)stop);
    ok_(file, line)(bytes == stop, "Got %llu bytes.\n", (unsigned long long)bytes);
    is_met = com_wait_for(is_ended, &(struct gets_goal){d, index - 1}, SOON);
    ok_(file, line)(is_met, "The request before was not ended.\n");
    ok_(file, line)(!(goal.states & FAILED_OR_SUSPENDED), "Got states %#x.\n", goal.states);
}

void check_uninterrupted_(int line, const char *file, const struct download *d)
{
    unsigned int count = get_count(d);
    struct origin_entry entry;

    origin_wait_idle(origin, d->path, SOON);
    ok_(file, line)(count == 1, "Got %u requests.\n", count);
    if (!get_entry(d, 0, &entry)) return;
    ok_(file, line)(entry.end == ORIGIN_END_DONE, "Got end %u.\n", entry.end);
    ok_(file, line)(entry.body_sent == d->size, "Got %llu bytes in one answer.\n",
                    (unsigned long long)entry.body_sent);
}

void check_nothing_twice_(int line, const char *file, const struct download *d,
                          const uint64_t *stops, size_t count)
{
    bool is_met;

    origin_wait_idle(origin, d->path, SOON);
    is_met = origin_check_no_overlap(origin, d->path, stops, count);
    ok_(file, line)(is_met, "Bytes were fetched twice.\n");
}
