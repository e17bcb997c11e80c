/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The program that is run when a job ends: this one, with the word "run", the file in which it
 * leaves a line, and the code that it ends with. */
#include "callback_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define RETRY_SECONDS 5 /* the least */
#define ODD_TEXT      L"a b &|<>^%PATH%;$x"

static struct origin *origin;
static WCHAR program[MAX_PATH], trail[MAX_PATH];

/* ---- what it leaves ---- */

/* Appends its command line, behind the number and the line's end. */
static void leave_a_line(const char *path)
{
    WCHAR *line = GetCommandLineW();
    HANDLE file = CreateFileA(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_ALWAYS, 0, NULL);
    DWORD written, size = (DWORD)(wcslen(line) * sizeof(*line));
    WCHAR *copy = malloc(size + 2 * sizeof(*copy));

    memcpy(copy, line, size);
    copy[size / sizeof(*copy)] = '\n';
    WriteFile(file, copy, size + sizeof(*copy), &written, NULL);
    free(copy);
    CloseHandle(file);
}

/* How often it has run; the last command line. */
static unsigned int read_lines(WCHAR last[MAX_PATH * 2])
{
    static WCHAR buffer[16384];
    HANDLE file = CreateFileW(trail, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);
    unsigned int count = 0;
    WCHAR *line = buffer;
    DWORD size = 0;

    if (file == INVALID_HANDLE_VALUE) return 0;
    ReadFile(file, buffer, sizeof(buffer) - sizeof(*buffer), &size, NULL);
    CloseHandle(file);
    buffer[size / sizeof(*buffer)] = 0;
    for (WCHAR *end; (end = wcschr(line, '\n')); line = end + 1, count++)
    {
        *end = 0;
        if (last) lstrcpynW(last, line, MAX_PATH * 2);
    }
    return count;
}

static bool has_run(void *ctx)
{
    return read_lines(NULL) >= *(unsigned int *)ctx;
}

#define wait_for_runs(count) wait_for_runs_(__LINE__, count)
static void wait_for_runs_(int line, unsigned int count)
{
    ok_(__FILE__, line)(com_wait_for(has_run, &count, WAIT_MS), "It has run %u times, not %u.\n",
                        read_lines(NULL), count);
}

#define expect_runs(count) expect_runs_(__LINE__, count)
static void expect_runs_(int line, unsigned int count)
{
    com_pump(QUIET_MS);
    ok_(__FILE__, line)(read_lines(NULL) == count, "It has run %u times, not %u.\n",
                        read_lines(NULL), count);
}

/* ---- jobs ---- */

static void set_command(IBackgroundCopyJob *job, const WCHAR *path, const WCHAR *parameters)
{
    IBackgroundCopyJob2 *job2;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job2, path, parameters);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

/* The program is to end with this code. */
static void set_program(IBackgroundCopyJob *job, unsigned int code, const WCHAR *more)
{
    WCHAR parameters[MAX_PATH * 3];

    swprintf(parameters, ARRAY_SIZE(parameters), L"\"%ls\" notify_command run \"%ls\" %u %ls",
             program, trail, code, more);
    set_command(job, program, parameters);
}

static IBackgroundCopyJob *start(const WCHAR *name, unsigned int files)
{
    IBackgroundCopyJob *job = make_job(origin, name, files);
    HRESULT hr = IBackgroundCopyJob_SetMinimumRetryDelay(job, RETRY_SECONDS);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    DeleteFileW(trail);
    return job;
}

/* ---- when it runs ---- */

static void test_transferred(void)
{
    IBackgroundCopyJob *job = start(L"transferred", 2);
    WCHAR last[MAX_PATH * 2] = {0};

    shows("J2-SNCL-8");
    set_program(job, 0, ODD_TEXT);
    expect_runs(0);
    resume_job(job);
    wait_for_runs(1);
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));
    expect_runs(1);
    read_lines(last);
    /* No shell, and nothing expanded. */
    ok(wcsstr(last, ODD_TEXT) != NULL, "Got %s.\n", wine_dbgstr_w(last));
    end_job(job);
}

static void test_error(void)
{
    IBackgroundCopyJob *job = start(L"error", 0);

    shows("J2-SNCL-8");
    set_program(job, 0, L"");
    resume_job(job);
    wait_for_runs(1);
    ok(job_state(job) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(job)));
    end_job(job);
}

static void test_flags(void)
{
    IBackgroundCopyJob *job = start(L"flags", 1);
    HRESULT hr;

    shows("J2-SNCL-8");
    shows("JOB-SNF-4");
    set_program(job, 0, L"");
    hr = IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_ERROR);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    expect_runs(0);
    hr = IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_DISABLE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_runs(0);
    end_job(job);
}

static void test_other_events(void)
{
    IBackgroundCopyJob *job = start(L"others", 3);
    HRESULT hr;

    shows("J2-SNCL-9");
    shows("CB2-FT-18");
    set_program(job, 0, L"");
    hr = IBackgroundCopyJob_SetNotifyFlags(job,
                                           BG_NOTIFY_FILE_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    expect_runs(0);
    end_job(job);
}

static void test_late(void)
{
    IBackgroundCopyJob *job = start(L"late", 1);

    shows("J2-SNCL-10");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    set_program(job, 0, L"");
    wait_for_runs(1);
    end_job(job);
}

static void test_removed(void)
{
    IBackgroundCopyJob *job = start(L"removed", 1);

    set_program(job, 0, L"");
    set_command(job, NULL, NULL);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    expect_runs(0);
    end_job(job);
}

/* ---- again ---- */

static void test_exit_code(void)
{
    IBackgroundCopyJob *job = start(L"code", 1);
    unsigned int count;
    HRESULT hr;

    shows("J2-SNCL-11");
    set_program(job, 5, L"");
    resume_job(job);
    wait_for_runs(2);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    /* One may be on its way. */
    com_pump(QUIET_MS);
    count = read_lines(NULL);
    com_pump(RETRY_SECONDS * 1000 + QUIET_MS);
    ok(read_lines(NULL) == count, "It has run once more.\n");
    IBackgroundCopyJob_Release(job);
}

/* ---- beside an object ---- */

static void test_object_takes_it(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = start(L"takes", 1);

    shows("J2-SNCL-12");
    set_program(job, 0, L"");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    expect_runs(0);
    end_client(job, callback);
}

static void test_object_fails(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = start(L"fails", 1);

    shows("J2-SNCL-12");
    shows("CB-11");
    callback->results[CALLBACK_JOB_TRANSFERRED] = E_FAIL;
    set_program(job, 0, L"");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    resume_job(job);
    wait_for_runs(1);
    com_pump(RETRY_SECONDS * 1000);
    expect_runs(1);
    ok(test_callback_count(callback, CALLBACK_JOB_TRANSFERRED) == 1, "Called %ld times.\n",
       test_callback_count(callback, CALLBACK_JOB_TRANSFERRED));
    end_client(job, callback);
}

static void test_both_fail(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = start(L"both", 1);

    shows("J2-SNCL-13");
    callback->results[CALLBACK_JOB_TRANSFERRED] = E_FAIL;
    set_program(job, 1, L"");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    resume_job(job);
    wait_for_runs(2);
    ok(test_callback_count(callback, CALLBACK_JOB_TRANSFERRED) >= 2, "Called %ld times.\n",
       test_callback_count(callback, CALLBACK_JOB_TRANSFERRED));
    end_client(job, callback);
}

/* ---- programs that are none (row N1) ---- */

static void test_no_program(void)
{
    static const WCHAR *const paths[] = {L"C:\\no\\such\\program.exe", L"C:\\windows\\win.ini",
                                         L"cmd.exe", L"..\\windows\\system32\\cmd.exe", L""};

    withstands("N1");
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
    {
        IBackgroundCopyJob *job = start(L"none", 1);
        WCHAR parameters[MAX_PATH * 2];

        winetest_push_context("%s", wine_dbgstr_w(paths[i]));
        swprintf(parameters, ARRAY_SIZE(parameters), L"cmd /c echo x>\"%ls\"", trail);
        set_command(job, paths[i], parameters);
        resume_job(job);
        wait_for_state(job, TRANSFERRED, WAIT_MS);
        com_pump(QUIET_MS);
        ok(!file_exists(trail), "A program was found.\n");
        /* The job does not suffer, and a better program is told at once. */
        set_program(job, 0, L"");
        wait_for_runs(1);
        end_job(job);
        winetest_pop_context();
    }
}

/* The file is the one of that name and no other, also where it has spaces, and nothing but itself
 * reads what it is told. */
static void test_spaces(void)
{
    IBackgroundCopyJob *job = start(L"spaces", 1);
    WCHAR path[MAX_PATH], first[MAX_PATH], parameters[MAX_PATH * 2], last[MAX_PATH * 2] = {0};

    withstands("N1");
    ok(CopyFileW(program, temp_path(L"with some spaces.exe", path), FALSE), "Could not copy.\n");
    ok(CopyFileW(program, temp_path(L"with.exe", first), FALSE), "Could not copy.\n");
    swprintf(parameters, ARRAY_SIZE(parameters),
             L"name notify_command run \"%ls\" 0 & cmd /c del x | %%ComSpec%% > y ^ `z` $(z); *",
             trail);
    set_command(job, path, parameters);
    resume_job(job);
    wait_for_runs(1);
    read_lines(last);
    ok(!wcscmp(last, parameters), "Got %s.\n", wine_dbgstr_w(last));
    end_job(job);
    DeleteFileW(first);
    DeleteFileW(path);
}

static void run_all(void)
{
    origin = origin_start(NULL);
    GetModuleFileNameW(NULL, program, MAX_PATH);
    temp_path(L"trail", trail);
    RUN_TEST(test_transferred);
    RUN_TEST(test_error);
    RUN_TEST(test_flags);
    RUN_TEST(test_other_events);
    RUN_TEST(test_late);
    RUN_TEST(test_removed);
    RUN_TEST(test_exit_code);
    RUN_TEST(test_object_takes_it);
    RUN_TEST(test_object_fails);
    RUN_TEST(test_both_fail);
    RUN_TEST(test_no_program);
    RUN_TEST(test_spaces);
    origin_destroy(origin);
}

START_TEST(notify_command)
{
    char **argv;
    int argc = winetest_get_mainargs(&argv);

    if (argc >= 5 && !strcmp(argv[2], "run"))
    {
        leave_a_line(argv[3]);
        ExitProcess(strtoul(argv[4], NULL, 10));
    }
    com_start(COINIT_MULTITHREADED);
    if (target_is_ours())
        run_all();
    else
        win_skip("Not for this server.\n");
    com_stop();
}
