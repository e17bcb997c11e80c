/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyFile3 and 4: validation, and where bytes came from. Content comes from the origin
 * only; what is said of peers needs a second machine. */
#include "file_fixture.h"
#include "harness/com_callback.h"

static BOOL is_valid(IBackgroundCopyFile4 *file)
{
    BOOL state = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyFile4_GetValidationState(file, &state);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(state == TRUE || state == FALSE, "Got state %#x.\n", state);
    return state;
}

/* ---- The end of a file's transfer ---- */

struct at_the_end
{
    WCHAR temp[MAX_PATH];
    BG_FILE_PROGRESS progress;
    HRESULT validation;
    BOOL state; /* to be set */
};

static HRESULT on_first_transferred(struct test_callback *callback,
                                    const struct callback_call *call)
{
    struct at_the_end *end = callback->ctx;
    IBackgroundCopyFile4 *file;

    if (call->method != CALLBACK_FILE_TRANSFERRED || end->validation != E_FAIL) return S_OK;
    IBackgroundCopyFile_QueryInterface(call->file, &IID_IBackgroundCopyFile4, (void **)&file);
    IBackgroundCopyFile4_GetProgress(file, &end->progress);
    temp_name_of(file, end->temp);
    end->validation = IBackgroundCopyFile4_SetValidationState(file, end->state);
    IBackgroundCopyFile4_Release(file);
    return S_OK;
}

/* In the callback of the first file, while the job still works on the second. */
static void test_FileTransferred(void)
{
    struct at_the_end end = {.validation = E_FAIL, .state = TRUE};
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_files("/small", "/held");
    IBackgroundCopyFile4 *first = file_of(job, 0), *second = file_of(job, 1);

    shows("F3-GTN-13");
    shows("F3-GTN-14");
    shows("F3-SVS-3");
    shows("F3-SVS-15");
    callback->hook = on_first_transferred;
    callback->ctx = &end;
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume(job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, SOON), "There was no call.\n");
    ok(end.progress.BytesTotal == SMALL, "Got %llu bytes.\n", end.progress.BytesTotal);
    ok(end.progress.BytesTransferred == SMALL, "Got %llu bytes.\n", end.progress.BytesTransferred);
    ok(end.validation == S_OK, "Got hr %#lx.\n", end.validation);
    ok(is_valid(first) == TRUE, "It is not valid.\n");
    check_content(end.temp, SMALL, 0);

    /* The job has not ended, nor has its second file. */
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    ok(bytes_of(second) < SMALL, "Got %llu bytes.\n", bytes_of(second));
    ok(IBackgroundCopyFile4_SetValidationState(first, TRUE) == S_OK, "It was not taken.\n");
    ok(test_callback_count(callback, CALLBACK_FILE_TRANSFERRED) == 1, "There was a second call.\n");
    IBackgroundCopyFile4_Release(first);
    IBackgroundCopyFile4_Release(second);
    end_job(job);
    test_callback_release(callback);
}

/* ---- Validation ---- */

static void test_too_early(void)
{
    IBackgroundCopyJob *job = create_files("/validated", NULL);
    IBackgroundCopyFile4 *file = file_of(job, 0);
    HRESULT hr;

    shows("F3-SVS-2");
    shows("F3-GVS-4");
    for (BOOL state = FALSE; state <= TRUE; state++)
    {
        hr = IBackgroundCopyFile4_SetValidationState(file, state);
        ok(hr == E_PENDING, "Got hr %#lx.\n", hr);
        ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));
    }
    origin_hold_after(origin, "/validated", MIB);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Got %llu bytes.\n", bytes_of(file));
    for (BOOL state = FALSE; state <= TRUE; state++)
    {
        hr = IBackgroundCopyFile4_SetValidationState(file, state);
        ok(hr == E_PENDING, "Got hr %#lx.\n", hr);
        ok(job_state(job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
           state_name(job_state(job)));
        ok(bytes_of(file) == MIB, "Got %llu bytes.\n", bytes_of(file));
        ok(is_valid(file) == FALSE, "It is valid.\n");
    }
    origin_release(origin, "/validated");
    wait_for_state(job, TRANSFERRED, SOON);
    ok(is_valid(file) == FALSE, "It is valid.\n");
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

static void test_valid(void)
{
    IBackgroundCopyJob *job = transfer("/small");
    IBackgroundCopyFile4 *file = file_of(job, 0);
    BOOL states[2] = {0xdeadbeef, 0xdeadbeef};
    HRESULT hr;

    shows("F3-SVS-1");
    shows("F3-GVS-1");
    shows("F3-GVS-2");
    shows("F3-GVS-5");
    hr = IBackgroundCopyFile4_GetValidationState(file, states);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(states[0] == FALSE, "Got state %#x.\n", states[0]);
    ok(states[1] == (BOOL)0xdeadbeef, "More than a BOOL was written.\n");
    hr = IBackgroundCopyFile4_SetValidationState(file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_valid(file) == TRUE, "It is not valid.\n");
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));
    ok(bytes_of(file) == SMALL, "Got %llu bytes.\n", bytes_of(file));

    hr = IBackgroundCopyFile4_GetValidationState(file, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    /* Again changes nothing. */
    hr = IBackgroundCopyFile4_SetValidationState(file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_valid(file) == TRUE, "It is not valid.\n");
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

/* Content of the origin that the client refuses is the end of the job, until it is resumed. */
static void test_not_valid(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_files("/refused", NULL);
    IBackgroundCopyFile4 *file = file_of(job, 0);
    struct origin_tally tally;
    WCHAR local[MAX_PATH];
    HRESULT hr, code;

    shows("F3-SVS-6");
    shows("F3-SVS-7");
    shows("F3-SVS-8");
    shows("F3-SVS-9");
    shows("F3-SVS-21");
    shows("F3-GVS-3");
    job_set_callback(job, callback, BG_NOTIFY_JOB_ERROR);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyFile4_SetValidationState(file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    hr = IBackgroundCopyFile4_SetValidationState(file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(job)));
    code = job_error(job, NULL);
    ok(code == BG_E_VALIDATION_FAILED, "Got code %#lx.\n", code);
    ok(BG_E_VALIDATION_FAILED == (HRESULT)0x80200053, "Got %#lx.\n",
       (HRESULT)BG_E_VALIDATION_FAILED);
    ok(!bytes_of(file), "Got %llu bytes.\n", bytes_of(file));
    ok(is_valid(file) == FALSE, "It is valid.\n");
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, SOON), "There was no call.\n");

    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    origin_count(origin, "/refused", ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(tally.sent == 2 * SMALL, "Got %llu bytes.\n", (unsigned long long)tally.sent);
    ok(is_valid(file) == FALSE, "It is valid.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"first", local), SMALL, 3);
    DeleteFileW(local);
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);
    test_callback_release(callback);
}

/* The first file is refused while the second one is on its way: the whole job stops. */
static void test_not_valid_while_running(void)
{
    struct at_the_end end = {.validation = E_FAIL, .state = FALSE};
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_files("/small", "/held");
    IBackgroundCopyFile4 *first = file_of(job, 0);
    HRESULT code;

    callback->hook = on_first_transferred;
    callback->ctx = &end;
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, SOON), "There was no call.\n");
    ok(end.validation == S_OK, "Got hr %#lx.\n", end.validation);
    code = job_error(job, NULL);
    ok(code == BG_E_VALIDATION_FAILED, "Got code %#lx.\n", code);
    ok(!bytes_of(first), "Got %llu bytes.\n", bytes_of(first));
    ok(origin_wait_idle(origin, "/held", SOON), "The second file was not stopped.\n");
    IBackgroundCopyFile4_Release(first);
    end_job(job);
    test_callback_release(callback);
}

static void test_Complete_validates(void)
{
    IBackgroundCopyJob *job = transfer("/small");
    IBackgroundCopyFile4 *file = file_of(job, 0);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("F3-SVS-16");
    ok(is_valid(file) == FALSE, "It is valid.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_valid(file) == TRUE, "It is not valid.\n");
    DeleteFileW(temp_path(L"first", local));
    IBackgroundCopyFile4_Release(file);
    IBackgroundCopyJob_Release(job);
}

/* ---- Where bytes came from ---- */

#define check_sources(file, bytes) check_sources_(__LINE__, file, bytes)
static void check_sources_(int line, IBackgroundCopyFile4 *file, UINT64 bytes)
{
    struct
    {
        UINT64 origin, peers, after;
    } out = {0xdeadbeef, 0xdeadbeef, 0xdeadbeef};
    BOOL is_from_peer[2] = {0xdeadbeef, 0xdeadbeef};
    HRESULT hr;

    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file, &out.origin, &out.peers);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(out.origin == bytes, "Got %llu bytes.\n", out.origin);
    ok_(__FILE__, line)(!out.peers, "Got %llu bytes of peers.\n", out.peers);
    ok_(__FILE__, line)(out.after == 0xdeadbeef, "Too much was written.\n");
    ok_(__FILE__, line)(bytes_of(file) == bytes, "Got %llu bytes.\n", bytes_of(file));
    hr = IBackgroundCopyFile4_IsDownloadedFromPeer(file, is_from_peer);
    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(is_from_peer[0] == FALSE, "Got state %#x.\n", is_from_peer[0]);
    ok_(__FILE__, line)(is_from_peer[1] == (BOOL)0xdeadbeef, "Too much was written.\n");
}

static void test_sources(void)
{
    IBackgroundCopyJob *job = create_files("/counted", NULL);
    IBackgroundCopyFile4 *file = file_of(job, 0);
    UINT64 bytes = 1;
    HRESULT hr;

    shows("F3-IDFP-1");
    shows("F3-IDFP-3");
    shows("F3-IDFP-4");
    shows("F3-IDFP-7");
    shows("F4-3");
    shows("F4-4");
    shows("F4-5");
    shows("F4-8");
    shows("F4-10");
    check_sources(file, 0);
    origin_hold_after(origin, "/counted", MIB);
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Got %llu bytes.\n", bytes_of(file));
    check_sources(file, MIB);

    /* A stop and a further request do not count anything again. */
    IBackgroundCopyJob_Suspend(job);
    check_sources(file, MIB);
    origin_release(origin, "/counted");
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    check_sources(file, 2 * MIB + 17);

    hr = IBackgroundCopyFile4_IsDownloadedFromPeer(file, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file, NULL, &bytes);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file, &bytes, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile4_GetPeerDownloadStats(file, NULL, NULL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    IBackgroundCopyFile4_Release(file);
    end_job(job);
}

START_TEST(file3_validation)
{
    if (files_start())
    {
        origin_add(origin, "/validated", &(struct origin_file){.size = 2 * MIB, .version = 2});
        origin_add(origin, "/refused", &(struct origin_file){.size = SMALL, .version = 3});
        origin_add(origin, "/counted", &(struct origin_file){.size = 2 * MIB + 17, .version = 4});
        RUN_TEST(test_FileTransferred);
        RUN_TEST(test_too_early);
        RUN_TEST(test_valid);
        RUN_TEST(test_not_valid);
        RUN_TEST(test_not_valid_while_running);
        RUN_TEST(test_Complete_validates);
        RUN_TEST(test_sources);
    }
    files_stop();
}
