/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls while the network is stuck, in each phase of a request: they return at once, and nothing is
 * written afterwards (row C13 of the faults). */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "harness/os.h"
#include "harness/raw_client.h"

#define SIZE     300000
#define RECEIVED 1000
#define GATE     1

/* The target is 100 ms on a machine of its own; this one may be busy with other tests. */
#define CALL_LIMIT_US 1000000

static struct origin *origin, *full;
static uint64_t longest;
static const char *longest_call;

/* ---- phases ---- */

struct phase
{
    const char *name;
    const char *fault; /* NULL: the connection is not accepted */
    uint64_t n;
    UINT64 received;
};

static const struct phase phases[] = {
    {"connect", NULL, 0, 0},
    {"before the head of HEAD", "gate", GATE, 0},
    {"in the head of HEAD", "stall_in_head", 0, 0},
    {"before the head of GET", "get_gate", GATE, 0},
    {"in the body", "stall_in_body", RECEIVED, RECEIVED},
    {"in the body, without a byte", "stall_in_body", 0, 0},
};

struct stuck
{
    const struct phase *phase;
    IBackgroundCopyJob *job;
    struct origin *origin;
    char path[32];
    WCHAR name[16];
    WCHAR temporary[MAX_PATH];
};

static bool is_connecting(void *ctx)
{
    return job_state((IBackgroundCopyJob *)ctx) == BG_JOB_STATE_CONNECTING;
}

static void get_stuck(struct stuck *stuck, const struct phase *phase)
{
    struct origin_fault_use use = {.file = {.size = SIZE, .version = 1}, .n = phase->n};
    static unsigned int index;

    *stuck = (struct stuck){.phase = phase, .origin = phase->fault ? origin : full};
    snprintf(stuck->path, sizeof(stuck->path), "/stuck/%u", ++index);
    swprintf(stuck->name, ARRAY_SIZE(stuck->name), L"s%u.bin", index);
    if (phase->fault) origin_add_fault(stuck->origin, stuck->path, phase->fault, &use);
    stuck->job = create_download(stuck->origin, stuck->path, stuck->name, true);
    temporary_name(stuck->job, 0, stuck->temporary);
    resume_job(stuck->job);
    if (phase->fault)
        ok(origin_wait_held(stuck->origin, stuck->path, FAULT_WAIT_MS), "It does not get there.\n");
    else
        ok(com_wait_for(is_connecting, stuck->job, FAULT_WAIT_MS), "It does not connect.\n");
    /* What is on its way still would be lost. */
    ok(wait_for_bytes(stuck->job, phase->received, FAULT_WAIT_MS), "Nothing is there.\n");
    /* From now on the server answers, to those who ask again. */
    origin_add(stuck->origin, stuck->path, &use.file);
}

/* The old request may go on now, if somebody still listens. */
static void let_go(struct stuck *stuck)
{
    if (!stuck->phase->fault) return;
    origin_open_gate(stuck->origin, GATE);
    ok(origin_wait_idle(stuck->origin, stuck->path, FAULT_WAIT_MS), "The request goes on.\n");
    origin_shut_gate(stuck->origin, GATE);
}

/* ---- calls ---- */

static uint64_t call_begin;

static void begin_call(void)
{
    call_begin = os_micros();
}

static void end_call(const char *name)
{
    uint64_t took = os_micros() - call_begin;

    ok(took < CALL_LIMIT_US, "%s took %llu us.\n", name, (unsigned long long)took);
    if (took <= longest) return;
    longest = took;
    longest_call = name;
}

#define TIMED(name, call)                                                                          \
    do                                                                                             \
    {                                                                                              \
        begin_call();                                                                              \
        hr = call;                                                                                 \
        end_call(name);                                                                            \
    } while (0)

static void check_getters(struct stuck *stuck)
{
    IEnumBackgroundCopyFiles *files;
    IEnumBackgroundCopyJobs *jobs;
    BG_JOB_PROGRESS progress;
    BG_JOB_TIMES times;
    BG_JOB_STATE state;
    ULONG count;
    HRESULT hr;

    TIMED("GetState", IBackgroundCopyJob_GetState(stuck->job, &state));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    TIMED("GetProgress", IBackgroundCopyJob_GetProgress(stuck->job, &progress));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    TIMED("GetTimes", IBackgroundCopyJob_GetTimes(stuck->job, &times));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    TIMED("GetErrorCount", IBackgroundCopyJob_GetErrorCount(stuck->job, &count));
    ok(hr == S_OK && !count, "Got hr %#lx, %lu errors.\n", hr, count);
    TIMED("EnumFiles", IBackgroundCopyJob_EnumFiles(stuck->job, &files));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyFiles_Release(files);
    TIMED("EnumJobs", IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyJobs_Release(jobs);
}

/* Size and last bytes of the temporary file, as far as it is there. */
static UINT64 temporary_size(const struct stuck *stuck)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    if (!GetFileAttributesExW(stuck->temporary, GetFileExInfoStandard, &data)) return 0;
    return (UINT64)data.nFileSizeHigh << 32 | data.nFileSizeLow;
}

static void check_suspend(struct stuck *stuck)
{
    UINT64 kept, size;
    HRESULT hr;

    TIMED("Suspend", IBackgroundCopyJob_Suspend(stuck->job));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(stuck->job) == BG_JOB_STATE_SUSPENDED, "The job is %s.\n",
       state_name(job_state(stuck->job)));
    kept = bytes_transferred(stuck->job);
    size = temporary_size(stuck);
    ok(kept == stuck->phase->received, "%llu bytes are kept.\n", (unsigned long long)kept);

    let_go(stuck);
    ok(bytes_transferred(stuck->job) == kept && temporary_size(stuck) == size,
       "Written afterwards: %llu bytes.\n", (unsigned long long)bytes_transferred(stuck->job));
    check_kept_bytes(stuck->job, 0, kept, 1);
    if (!stuck->phase->fault) return;
    resume_job(stuck->job);
    wait_for_state(stuck->job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(stuck->origin, stuck->path, kept, SIZE);
    complete_download(stuck->job, stuck->name, SIZE, 1);
}

static void check_cancel(struct stuck *stuck)
{
    HRESULT hr;

    TIMED("Cancel", IBackgroundCopyJob_Cancel(stuck->job));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!file_exists(stuck->temporary), "The temporary file is left.\n");
    let_go(stuck);
    ok(!file_exists(stuck->temporary), "The temporary file is there again.\n");
}

static void check_complete(struct stuck *stuck)
{
    WCHAR path[MAX_PATH];
    HRESULT hr;

    TIMED("Complete", IBackgroundCopyJob_Complete(stuck->job));
    ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
    ok(!file_exists(stuck->temporary), "The temporary file is left.\n");
    let_go(stuck);
    ok(!file_exists(stuck->temporary), "The temporary file is there again.\n");
    ok(!file_exists(temp_path(stuck->name, path)), "A part is the destination.\n");
}

static void check_toggle(struct stuck *stuck)
{
    IBackgroundCopyJob4 *job4;
    ULONG errors;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(stuck->job, &IID_IBackgroundCopyJob4, (void **)&job4);
    TIMED("SetPeerCachingFlags",
          IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_ENABLE_PEERCACHING_CLIENT));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (stuck->phase->fault)
    {
        /* It asks again, where it had got to. */
        wait_for_state(stuck->job, TRANSFERRED, FAULT_WAIT_MS);
        check_last_range(stuck->origin, stuck->path, stuck->phase->received, SIZE);
        IBackgroundCopyJob_GetErrorCount(stuck->job, &errors);
        ok(!errors, "Got %lu errors.\n", errors);
        let_go(stuck);
        complete_download(stuck->job, stuck->name, SIZE, 1);
    }
    IBackgroundCopyJob4_Release(job4);
}

static void check_priority(struct stuck *stuck)
{
    HRESULT hr;

    TIMED("SetPriority", IBackgroundCopyJob_SetPriority(stuck->job, BG_JOB_PRIORITY_LOW));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (!stuck->phase->fault) return;
    wait_for_state(stuck->job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(stuck->origin, stuck->path, stuck->phase->received, SIZE);
    let_go(stuck);
    complete_download(stuck->job, stuck->name, SIZE, 1);
}

static void in_each_phase(const char *call, void (*check)(struct stuck *stuck))
{
    struct stuck stuck;

    for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
    {
        winetest_push_context("C13: %s, %s", call, phases[i].name);
        get_stuck(&stuck, &phases[i]);
        check_getters(&stuck);
        check(&stuck);
        end_job(stuck.job);
        winetest_pop_context();
    }
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* The mover does one thing after the other, and looks at all connections in turn: what it had to do
 * before is done now. */
static void sync_with_mover(void)
{
    IBackgroundCopyJob *job;

    origin_add(origin, "/sync", &(struct origin_file){.size = 1, .version = 1});
    job = create_download(origin, "/sync", L"sync.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    end_job(job);
}

/* Bytes that have been received and are not written yet are written by a stop. */
static void test_suspend_keeps_bytes(void)
{
    static const struct phase phase = {"in the body", "stall_in_body", RECEIVED, 0};
    struct stuck stuck;
    UINT64 kept;
    HRESULT hr;

    withstands("C13");
    get_stuck(&stuck, &phase);
    sync_with_mover();
    hr = IBackgroundCopyJob_Suspend(stuck.job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    sync_with_mover();
    kept = bytes_transferred(stuck.job);
    ok(kept == RECEIVED, "C13: %llu bytes are kept.\n", (unsigned long long)kept);
    check_kept_bytes(stuck.job, 0, kept, 1);
    resume_job(stuck.job);
    wait_for_state(stuck.job, TRANSFERRED, FAULT_WAIT_MS);
    check_last_range(origin, stuck.path, kept, SIZE);
    complete_download(stuck.job, stuck.name, SIZE, 1);
    end_job(stuck.job);
}

static void test_suspend(void)
{
    withstands("C13");
    in_each_phase("Suspend", check_suspend);
}

static void test_cancel(void)
{
    withstands("C13");
    in_each_phase("Cancel", check_cancel);
}

static void test_complete(void)
{
    withstands("C13");
    in_each_phase("Complete", check_complete);
}

static void test_toggle(void)
{
    IBitsPeerCacheAdministration *admin = manager_query(&IID_IBitsPeerCacheAdministration);
    HRESULT hr;

    withstands("C13");
    keep_peer_configuration();
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, BG_ENABLE_PEERCACHING_CLIENT);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    in_each_phase("toggle", check_toggle);
    IBitsPeerCacheAdministration_Release(admin);
}

static void test_priority(void)
{
    withstands("C13");
    in_each_phase("SetPriority", check_priority);
}

START_TEST(faults_stop)
{
    struct raw_client fillers[2] = {{0}};

    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    full = origin_start(&(struct origin_options){.backlog = 1});
    origin_set_accepting(full, false);
    for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++)
        raw_connect(&fillers[i], false, origin_port(full));
    RUN_TEST(test_suspend);
    RUN_TEST(test_suspend_keeps_bytes);
    RUN_TEST(test_cancel);
    RUN_TEST(test_complete);
    RUN_TEST(test_toggle);
    RUN_TEST(test_priority);
    trace("C13: the longest call was %s, %llu us.\n", longest_call, (unsigned long long)longest);
    for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++)
        raw_disconnect(&fillers[i]);
    com_stop();
    origin_destroy(full);
    origin_destroy(origin);
}
