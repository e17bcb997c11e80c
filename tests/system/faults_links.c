/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Links in the place of a temporary file (row E4 of the faults): what they lead to is neither
 * written nor moved. Hard links, for those can be made everywhere; OPENBITS_NIGHTLY=1 makes the
 * race a long one. */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>

#define SIZE        (256u << 10)
#define HALF        (SIZE / 2)
#define VICTIM_SIZE SIZE /* as a finished file's, so that its size tells nothing */
#define VERSION     6
#define VICTIM      99
#define ROUNDS      (getenv("OPENBITS_NIGHTLY") ? 2000u : 10u)

static struct origin *origin;
static WCHAR victim[MAX_PATH];

static void check_victim(void)
{
    verify_file(victim, VICTIM_SIZE, VICTIM);
}

static bool try_link(void *name)
{
    DeleteFileW(name);
    return CreateHardLinkW(name, victim, NULL);
}

/* The mover may have the file open for a moment more. */
static bool put_link(WCHAR *name)
{
    return wait_for(try_link, name, FAULT_WAIT_MS);
}

/* A job of which half is there, suspended. */
static IBackgroundCopyJob *half_done(const char *path, WCHAR temporary[MAX_PATH])
{
    IBackgroundCopyJob *job;
    HRESULT hr;

    origin_add(origin, path, &(struct origin_file){.size = SIZE, .version = VERSION});
    origin_hold_after(origin, path, HALF);
    job = create_download(origin, path, L"linked.bin", true);
    resume_job(job);
    ok(wait_for_bytes(job, HALF, FAULT_WAIT_MS), "Half of it does not come.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, path, FAULT_WAIT_MS), "The connection stays.\n");
    origin_release(origin, path);
    temporary_name(job, 0, temporary);
    return job;
}

static void test_before_write(void)
{
    WCHAR temporary[MAX_PATH];
    IBackgroundCopyJob *job = half_done("/before", temporary);

    withstands("E4");
    ok(put_link(temporary), "Got error %lu.\n", GetLastError());
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_victim();
    complete_download(job, L"linked.bin", SIZE, VERSION);
    end_job(job);
    DeleteFileW(temporary);
    check_victim();
}

static void test_before_rename(void)
{
    WCHAR temporary[MAX_PATH], path[MAX_PATH];
    IBackgroundCopyJob *job = half_done("/rename", temporary);
    HRESULT hr;

    withstands("E4");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(put_link(temporary), "Got error %lu.\n", GetLastError());
    hr = IBackgroundCopyJob_Complete(job);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    ok(!file_exists(temp_path(L"linked.bin", path)), "It is there.\n");
    check_victim();
    hr = IBackgroundCopyJob_Cancel(job);
    ok(SUCCEEDED(hr), "Got hr %#lx.\n", hr);
    check_victim();
    IBackgroundCopyJob_Release(job);
    DeleteFileW(temporary);
}

static void test_before_cancel(void)
{
    WCHAR temporary[MAX_PATH];
    IBackgroundCopyJob *job = half_done("/cancel", temporary);

    withstands("E4");
    ok(put_link(temporary), "Got error %lu.\n", GetLastError());
    ok(SetFileAttributesW(victim, FILE_ATTRIBUTE_READONLY), "Got error %lu.\n", GetLastError());
    IBackgroundCopyJob_Cancel(job);
    ok(GetFileAttributesW(victim) & FILE_ATTRIBUTE_READONLY, "It was made writable.\n");
    SetFileAttributesW(victim, FILE_ATTRIBUTE_NORMAL);
    check_victim();
    IBackgroundCopyJob_Release(job);
    DeleteFileW(temporary);
}

/* ---- somebody who never rests ---- */

static struct
{
    WCHAR name[MAX_PATH];
    volatile LONG is_over;
    LONG links;
} racer;

static DWORD WINAPI race(void *arg)
{
    (void)arg;
    while (!racer.is_over)
        racer.links += try_link(racer.name);
    return 0;
}

/* The job goes on and is stopped again while its file changes under it; how it ends is not asked.
 */
static void test_race(void)
{
    unsigned int rounds = ROUNDS;

    withstands("E4");
    for (unsigned int i = 0; i < rounds; i++)
    {
        IBackgroundCopyJob *job;
        WCHAR path[MAX_PATH];
        char remote[32];
        HANDLE thread;

        snprintf(remote, sizeof(remote), "/race%u", i);
        job = half_done(remote, racer.name);
        racer.is_over = FALSE;
        thread = CreateThread(NULL, 0, race, NULL, 0, NULL);
        resume_job(job);
        wait_for_state(job,
                       TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR) |
                           STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR),
                       FAULT_WAIT_MS);
        if (FAILED(IBackgroundCopyJob_Complete(job))) IBackgroundCopyJob_Cancel(job);
        racer.is_over = TRUE;
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
        IBackgroundCopyJob_Release(job);
        check_victim();
        DeleteFileW(temp_path(L"linked.bin", path));
        DeleteFileW(racer.name);
    }
    ok(racer.links > 0, "There were no links.\n");
    trace("%ld links in %u rounds.\n", racer.links, rounds);
}

START_TEST(faults_links)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    ok(write_file(temp_path(L"victim.bin", victim), VICTIM_SIZE, VICTIM), "Could not write.\n");
    RUN_TEST(test_before_write);
    RUN_TEST(test_before_rename);
    RUN_TEST(test_before_cancel);
    RUN_TEST(test_race);
    DeleteFileW(victim);
    com_stop();
    origin_destroy(origin);
}
