/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob: Suspend, Resume and Cancel, in every state. Complete is in job_complete.c. */
#include "download_fixture.h"
#include "job_states.h"

static bool is_action_state(BG_JOB_STATE state)
{
    return state == BG_JOB_STATE_QUEUED || state == BG_JOB_STATE_CONNECTING ||
           state == BG_JOB_STATE_TRANSFERRING;
}

/* ---- Suspend ---- */

/* A job that has ended, well or badly, is at rest anyway: its state stays. */
static BG_JOB_STATE state_after_Suspend(BG_JOB_STATE state)
{
    if (is_action_state(state) || state == BG_JOB_STATE_TRANSIENT_ERROR)
        return BG_JOB_STATE_SUSPENDED;
    return state;
}

static void test_Suspend(void)
{
    shows("JOB-SUS-1");
    shows("JOB-SUS-4");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i, after = state_after_Suspend(state);
        struct state_job s;
        HRESULT hr;

        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        hr = IBackgroundCopyJob_Suspend(s.job);
        ok(hr == (is_final_state(state) ? BG_E_INVALID_STATE : S_OK), "Got hr %#lx.\n", hr);
        ok(job_state(s.job) == after, "Got state %s.\n", state_name(job_state(s.job)));
        state_job_end(&s);
        winetest_pop_context();
    }
}

static void test_Suspend_twice(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"twice");
    HRESULT hr;

    shows("JOB-SUS-3");
    for (unsigned int i = 0; i < 3; i++)
    {
        hr = IBackgroundCopyJob_Suspend(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
    }
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(job);
}

/* A download that stands still in the middle. */
static IBackgroundCopyJob *start_held(const char *path, const WCHAR *name, uint64_t size,
                                      uint64_t hold)
{
    IBackgroundCopyJob *job = create_download(path, name);

    origin_add(origin, path, &(struct origin_file){.size = size});
    origin_hold_after(origin, path, hold);
    resume(job);
    ok(origin_wait_held(origin, path, SOON), "It is not asked for.\n");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    ok(wait_for_bytes(job, 1, SOON), "Nothing is written.\n");
    return job;
}

/* After a stop: the answer is given up, and what had been received is written. */
static BG_JOB_PROGRESS settled_progress(IBackgroundCopyJob *job, const char *path)
{
    BG_JOB_PROGRESS progress;

    ok(origin_wait_idle(origin, path, SOON), "%s is still being read.\n", path);
    com_pump(QUIET_MS);
    origin_release(origin, path);
    job_progress(job, &progress);
    return progress;
}

static void test_Suspend_stops(void)
{
    IBackgroundCopyJob *job = start_held("/stopped", L"stopped", 4 * MIB, 2 * MIB);
    BG_JOB_PROGRESS stopped, later;
    size_t requests;
    HRESULT hr;

    shows("JOB-SUS-2");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    stopped = settled_progress(job, "/stopped");
    requests = origin_journal_count(origin, "/stopped");
    ok(stopped.BytesTransferred < 4 * MIB, "It is all there.\n");

    com_pump(QUIET_MS);
    job_progress(job, &later);
    ok(later.BytesTransferred == stopped.BytesTransferred, "Got %llu more bytes.\n",
       later.BytesTransferred - stopped.BytesTransferred);
    ok(origin_journal_count(origin, "/stopped") == requests, "It was asked for again.\n");
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));

    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(job);
}

/* ---- Resume ---- */

static void test_Resume_suspended(void)
{
    IBackgroundCopyJob *blocker = create_job(L"blocker", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob *job = create_job(L"queued", BG_JOB_TYPE_DOWNLOAD);

    shows("JOB-RES-1");
    origin_add(origin, "/blocker", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/blocker", 0);
    job_add(blocker, origin, "/blocker", L"blocker");
    job_add(job, origin, "/small", L"queued");
    resume(blocker);
    ok(origin_wait_held(origin, "/blocker", SOON), "It is not asked for.\n");

    resume(job);
    ok(job_state(job) == BG_JOB_STATE_QUEUED, "Got state %s.\n", state_name(job_state(job)));
    com_pump(QUIET_MS);
    ok(job_state(job) == BG_JOB_STATE_QUEUED, "Got state %s.\n", state_name(job_state(job)));
    origin_release(origin, "/blocker");
    wait_for_state(job, TRANSFERRED, SOON);
    end_job(blocker);
    end_job(job);
}

static void test_Resume_empty(void)
{
    IBackgroundCopyJob *job = create_job(L"empty", BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("JOB-RES-2");
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == BG_E_EMPTY, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
    end_job(job);
}

static void check_Resume_from_error(const char *path, BG_JOB_STATE state)
{
    IBackgroundCopyJob *job = create_download(path, L"again");
    WCHAR local[MAX_PATH];
    HRESULT hr;

    resume(job);
    wait_for_state(job, STATE_BIT(state), SOON);

    /* Once more the same, to see that it was tried. */
    resume(job);
    ok(origin_wait_requests(origin, path, 2, SOON), "It was not tried.\n");
    wait_for_state(job, STATE_BIT(state), SOON);
    origin_add(origin, path, &(struct origin_file){.size = SMALL});
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"again", local), SMALL, 0);
    IBackgroundCopyJob_Release(job);
    DeleteFileW(local);
}

static void test_Resume_error(void)
{
    shows("JOB-RES-3");
    check_Resume_from_error("/late", BG_JOB_STATE_ERROR);
}

/* The delay of ten minutes is not waited for. */
static void test_Resume_transient_error(void)
{
    static const struct fixed_answer busy = {503, NULL};

    shows("JOB-RES-4");
    answer_with("/busy", &busy);
    check_Resume_from_error("/busy", BG_JOB_STATE_TRANSIENT_ERROR);
}

static void test_Resume_running(void)
{
    shows("JOB-RES-5");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        size_t requests;
        struct state_job s;

        if (!is_action_state(state)) continue;
        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        ok(origin_wait_held(states_origin, state == BG_JOB_STATE_CONNECTING ? "/silent" : "/held",
                            SOON),
           "Nothing is asked for.\n");
        requests = origin_journal_count(states_origin, NULL);
        resume(s.job);
        ok(job_state(s.job) == state, "Got state %s.\n", state_name(job_state(s.job)));
        com_pump(QUIET_MS);
        ok(job_state(s.job) == state, "Got state %s.\n", state_name(job_state(s.job)));
        ok(origin_journal_count(states_origin, NULL) == requests, "It was asked again.\n");
        state_job_end(&s);
        ok(origin_wait_idle(states_origin, NULL, SOON), "An answer is still being read.\n");
        winetest_pop_context();
    }
}

static void test_Resume_final(void)
{
    static const BG_JOB_STATE states[] = {BG_JOB_STATE_CANCELLED, BG_JOB_STATE_ACKNOWLEDGED};

    shows("JOB-RES-6");
    for (unsigned int i = 0; i < ARRAY_SIZE(states); i++)
    {
        struct state_job s;
        HRESULT hr;

        state_job_start(&s, states[i]);
        hr = IBackgroundCopyJob_Resume(s.job);
        ok(hr == BG_E_INVALID_STATE, "%s: got hr %#lx.\n", state_name(states[i]), hr);
        ok(job_state(s.job) == states[i], "Got state %s.\n", state_name(job_state(s.job)));
        state_job_end(&s);
    }
}

static void test_Resume_transferred(void)
{
    IBackgroundCopyJob *job = transfer("/small", L"first");
    size_t requests = origin_journal_count(origin, "/small");
    BG_JOB_PROGRESS progress;

    shows("JOB-RES-7");
    origin_add(origin, "/added", &(struct origin_file){.size = 2 * SMALL});
    job_add(job, origin, "/added", L"added");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    job_progress(job, &progress);
    ok(progress.FilesTransferred == 2, "Got %lu files.\n", progress.FilesTransferred);
    ok(progress.BytesTransferred == 3 * SMALL, "Got %llu bytes.\n", progress.BytesTransferred);
    ok(origin_journal_count(origin, "/small") == requests, "The first file was fetched again.\n");
    end_job(job);
}

static void test_Resume_goes_on(void)
{
    IBackgroundCopyJob *job = start_held("/resumed", L"resumed", 6 * MIB, 4 * MIB);
    BG_JOB_PROGRESS progress;
    WCHAR local[MAX_PATH];
    uint64_t stop;
    HRESULT hr;

    shows("JOB-RES-8");
    ok(wait_for_bytes(job, MIB, SOON), "Nothing has arrived.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    progress = settled_progress(job, "/resumed");
    stop = progress.BytesTransferred;
    ok(stop >= MIB && stop < 6 * MIB, "Got %llu bytes.\n", progress.BytesTransferred);

    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    ok(origin_check_no_overlap(origin, "/resumed", &stop, 1), "Bytes were fetched twice.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"resumed", local), 6 * MIB, 0);
    IBackgroundCopyJob_Release(job);
    DeleteFileW(local);
}

/* ---- Cancel ---- */

static void test_Cancel(void)
{
    shows("JOB-CAN-1");
    shows("JOB-CAN-4");
    shows("JOB-CAN-5");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        BG_JOB_STATE state = (BG_JOB_STATE)i;
        bool is_final = is_final_state(state);
        struct state_job s;
        HRESULT hr;

        winetest_push_context("%s", state_name(state));
        state_job_start(&s, state);
        hr = IBackgroundCopyJob_Cancel(s.job);
        ok(hr == (is_final ? BG_E_INVALID_STATE : S_OK), "Got hr %#lx.\n", hr);
        ok(job_state(s.job) == (is_final ? state : BG_JOB_STATE_CANCELLED), "Got state %s.\n",
           state_name(job_state(s.job)));
        ok(!is_in_queue(s.job), "It is still in the queue.\n");
        hr = IBackgroundCopyJob_Cancel(s.job);
        ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
        state_job_end(&s);
        winetest_pop_context();
    }
}

static void test_Cancel_is_for_good(void)
{
    struct state_job s;
    HRESULT hr;

    shows("JOB-CAN-7");
    shows("JOB-COM-6");
    state_job_start(&s, BG_JOB_STATE_CANCELLED);
    hr = IBackgroundCopyJob_Resume(s.job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Suspend(s.job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Complete(s.job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_TakeOwnership(s.job);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    ok(job_state(s.job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(s.job)));
    ok(!is_in_queue(s.job), "It is in the queue again.\n");
    state_job_end(&s);
}

static void test_Cancel_unfinished(void)
{
    IBackgroundCopyJob *job = start_held("/unfinished", L"unfinished", 4 * MIB, 2 * MIB);
    unsigned int files = temp_file_count();
    WCHAR name[MAX_PATH];
    HRESULT hr;

    shows("JOB-CAN-2");
    temporary_name(job, 0, name);
    ok(file_exists(name), "There is no temporary file.\n");
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!file_exists(name), "The temporary file is still there.\n");
    ok(temp_file_count() == files - 1, "There are %u files, not %u.\n", temp_file_count(),
       files - 1);
    IBackgroundCopyJob_Release(job);
    origin_release(origin, "/unfinished");
}

static void test_Cancel_transferred(void)
{
    unsigned int files = temp_file_count();
    IBackgroundCopyJob *job = create_download("/small", L"one");
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("JOB-CAN-6");
    job_add(job, origin, "/small", L"other");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    ok(temp_file_count() == files + 2, "There are %u files.\n", temp_file_count());
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!file_exists(temp_path(L"one", local)), "There is a file.\n");
    ok(!file_exists(temp_path(L"other", local)), "There is a file.\n");
    ok(temp_file_count() == files, "There are %u files, not %u.\n", temp_file_count(), files);
    IBackgroundCopyJob_Release(job);
}

static void test_Cancel_open_file(void)
{
    IBackgroundCopyJob *job = transfer("/small", L"open");
    WCHAR name[MAX_PATH];
    HANDLE file;
    HRESULT hr;

    shows("JOB-CAN-3");
    temporary_name(job, 0, name);
    file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == BG_S_UNABLE_TO_DELETE_FILES, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(job)));
    ok(!is_in_queue(job), "It is still in the queue.\n");
    CloseHandle(file);
    DeleteFileW(name);
    IBackgroundCopyJob_Release(job);
}

START_TEST(job_control)
{
    downloads_start();
    states_start();
    RUN_TEST(test_Suspend);
    RUN_TEST(test_Suspend_twice);
    RUN_TEST(test_Suspend_stops);
    RUN_TEST(test_Resume_suspended);
    RUN_TEST(test_Resume_empty);
    RUN_TEST(test_Resume_error);
    RUN_TEST(test_Resume_transient_error);
    RUN_TEST(test_Resume_running);
    RUN_TEST(test_Resume_final);
    RUN_TEST(test_Resume_transferred);
    RUN_TEST(test_Resume_goes_on);
    RUN_TEST(test_Cancel);
    RUN_TEST(test_Cancel_is_for_good);
    RUN_TEST(test_Cancel_unfinished);
    RUN_TEST(test_Cancel_transferred);
    RUN_TEST(test_Cancel_open_file);
    states_stop();
    downloads_stop();
}
