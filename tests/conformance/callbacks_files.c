/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * FileTransferred, and which of the callback interfaces a client has. */
#include "callback_fixture.h"

#include <string.h>

#define CALLS_MAX 16

static struct origin *origin;

/* The calls of one job, in their order. */
struct diary
{
    LONG count;
    enum callback_method methods[CALLS_MAX];
    WCHAR names[CALLS_MAX][MAX_PATH]; /* of the file, without its folder */
    HRESULT (*look)(struct diary *diary, const struct callback_call *call);
    HRESULT hr;
    IBackgroundCopyFile *kept_file;
    IBackgroundCopyJob *kept_job;
};

static void copy_file_name(IBackgroundCopyFile *file, WCHAR *out)
{
    WCHAR *name, *part;

    out[0] = 0;
    if (!file || FAILED(IBackgroundCopyFile_GetLocalName(file, &name))) return;
    part = wcsrchr(name, '\\');
    lstrcpynW(out, part ? part + 1 : name, MAX_PATH);
    CoTaskMemFree(name);
}

static HRESULT write_down(struct test_callback *callback, const struct callback_call *call)
{
    struct diary *diary = callback->ctx;
    LONG index = InterlockedIncrement(&diary->count) - 1;

    if (index < CALLS_MAX)
    {
        diary->methods[index] = call->method;
        copy_file_name(call->file, diary->names[index]);
    }
    return diary->look ? diary->look(diary, call) : S_OK;
}

static struct test_callback *make_client(struct diary *diary, unsigned int iids)
{
    struct test_callback *callback = test_callback_create(iids);

    callback->ctx = diary;
    callback->hook = write_down;
    return callback;
}

#define check_call(diary, index, method, name) check_call_(__LINE__, diary, index, method, name)
static void check_call_(int line, const struct diary *diary, unsigned int index,
                        enum callback_method method, const WCHAR *name)
{
    ok_(__FILE__, line)(diary->methods[index] == method, "Call %u: got method %d.\n", index,
                        diary->methods[index]);
    ok_(__FILE__, line)(!wcscmp(diary->names[index], name), "Call %u: got file %s.\n", index,
                        wine_dbgstr_w(diary->names[index]));
}

#define ALL_FLAGS (BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR | BG_NOTIFY_FILE_TRANSFERRED)

static void test_FileTransferred(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"files", 3);
    struct diary diary = {0};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);

    shows("CB2-1");
    shows("CB2-3");
    shows("CB2-FT-1");
    shows("CB2-FT-4");
    shows("CB2-FT-13");
    shows("CB2-FT-15");
    shows("CB2-FT-20");
    job_set_callback(job, callback, ALL_FLAGS);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    com_pump(QUIET_MS);
    ok(diary.count == 4, "Got %ld calls.\n", diary.count);
    check_call(&diary, 0, CALLBACK_FILE_TRANSFERRED, L"files-0");
    check_call(&diary, 1, CALLBACK_FILE_TRANSFERRED, L"files-1");
    check_call(&diary, 2, CALLBACK_FILE_TRANSFERRED, L"files-2");
    check_call(&diary, 3, CALLBACK_JOB_TRANSFERRED, L"");
    ok(!callback->overlaps, "%ld calls at once.\n", callback->overlaps);
    end_client(job, callback);
}

/* The file that fails is not told, the one before it is, and first. */
static void test_FileTransferred_and_JobError(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"good", 1);
    struct diary diary = {0};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);

    shows("CB2-FT-2");
    shows("CB2-FT-14");
    job_add(job, origin, "/nothing", L"bad");
    job_set_callback(job, callback, ALL_FLAGS);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    com_pump(QUIET_MS);
    ok(diary.count == 2, "Got %ld calls.\n", diary.count);
    check_call(&diary, 0, CALLBACK_FILE_TRANSFERRED, L"good-0");
    check_call(&diary, 1, CALLBACK_JOB_ERROR, L"");
    end_client(job, callback);
}

/* ---- repetition ---- */

static HRESULT fail_at_first(struct diary *diary, const struct callback_call *call)
{
    return call->method == CALLBACK_FILE_TRANSFERRED && diary->count <= 2 ? E_FAIL : S_OK;
}

static void test_failing_client(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"again", 2);
    struct diary diary = {.look = fail_at_first};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);

    shows("CB2-FT-5");
    shows("CB2-FT-12");
    job_set_callback(job, callback, ALL_FLAGS);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(diary.count == 5, "Got %ld calls.\n", diary.count);
    check_call(&diary, 0, CALLBACK_FILE_TRANSFERRED, L"again-0");
    check_call(&diary, 1, CALLBACK_FILE_TRANSFERRED, L"again-0");
    check_call(&diary, 2, CALLBACK_FILE_TRANSFERRED, L"again-0");
    check_call(&diary, 3, CALLBACK_FILE_TRANSFERRED, L"again-1");
    check_call(&diary, 4, CALLBACK_JOB_TRANSFERRED, L"");
    ok(!callback->overlaps, "%ld calls at once.\n", callback->overlaps);
    end_client(job, callback);
}

static HRESULT answer_false(struct diary *diary, const struct callback_call *call)
{
    (void)diary;
    (void)call;
    return S_FALSE;
}

static void test_other_success(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"success", 1);
    struct diary diary = {.look = answer_false};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);

    shows("CB2-FT-6");
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    /* Our server asks a client that failed again after a second. */
    com_pump(3 * QUIET_MS);
    ok(diary.count == 1, "Got %ld calls.\n", diary.count);
    end_client(job, callback);
}

/* ---- the file inside of the call ---- */

static HRESULT validate(struct diary *diary, const struct callback_call *call)
{
    IBackgroundCopyFile3 *file;
    BG_FILE_PROGRESS progress;
    WCHAR *name;

    diary->hr =
        IBackgroundCopyFile_QueryInterface(call->file, &IID_IBackgroundCopyFile3, (void **)&file);
    if (FAILED(diary->hr)) return S_OK;
    IBackgroundCopyFile3_GetProgress(file, &progress);
    ok(progress.BytesTransferred == FILE_SIZE && progress.BytesTotal == FILE_SIZE,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.BytesTransferred,
       (unsigned long long)progress.BytesTotal);
    if (SUCCEEDED(diary->hr = IBackgroundCopyFile3_GetTemporaryName(file, &name)))
    {
        verify_file(name, FILE_SIZE, 1);
        CoTaskMemFree(name);
        diary->hr = IBackgroundCopyFile3_SetValidationState(file, TRUE);
    }
    IBackgroundCopyFile3_Release(file);
    return S_OK;
}

static void test_file_inside(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"inside", 1);
    struct diary diary = {.look = validate, .hr = E_UNEXPECTED};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);
    HRESULT hr;

    shows("CB2-FT-7");
    shows("CB2-FT-8");
    shows("F3-SVS-15");
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume_job(job);
    ok(WaitForSingleObject(callback->events[CALLBACK_FILE_TRANSFERRED], WAIT_MS) == WAIT_OBJECT_0,
       "Not called.\n");
    ok(diary.hr == S_OK, "Got hr %#lx.\n", diary.hr);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_client(job, callback);
}

static HRESULT invalidate(struct diary *diary, const struct callback_call *call)
{
    IBackgroundCopyFile3 *file;

    if (call->method != CALLBACK_FILE_TRANSFERRED) return S_OK;
    diary->hr =
        IBackgroundCopyFile_QueryInterface(call->file, &IID_IBackgroundCopyFile3, (void **)&file);
    if (FAILED(diary->hr)) return S_OK;
    diary->hr = IBackgroundCopyFile3_SetValidationState(file, FALSE);
    IBackgroundCopyFile3_Release(file);
    return S_OK;
}

static void test_invalid_file(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"invalid", 1);
    struct diary diary = {.look = invalidate, .hr = E_UNEXPECTED};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);
    HRESULT code;

    shows("CB2-FT-9");
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    ok(diary.hr == S_OK, "Got hr %#lx.\n", diary.hr);
    ok(job_state(job) == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(job_state(job)));
    code = job_error(job, NULL);
    ok(code == BG_E_VALIDATION_FAILED, "Got code %#lx.\n", code);
    end_client(job, callback);
}

static HRESULT keep_arguments(struct diary *diary, const struct callback_call *call)
{
    diary->kept_job = call->job;
    diary->kept_file = call->file;
    IBackgroundCopyJob_AddRef(diary->kept_job);
    IBackgroundCopyFile_AddRef(diary->kept_file);
    return S_OK;
}

static void test_arguments_are_released(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"kept", 1);
    struct diary diary = {.look = keep_arguments};
    struct test_callback *callback = make_client(&diary, CALLBACK_1 | CALLBACK_2);

    shows("CB2-FT-3");
    job_set_callback(job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    resume_job(job);
    ok(WaitForSingleObject(callback->events[CALLBACK_FILE_TRANSFERRED], WAIT_MS) == WAIT_OBJECT_0,
       "Not called.\n");
    ok(is_released(diary.kept_job), "The job is still held.\n");
    ok(is_released(diary.kept_file), "The file is still held.\n");
    IBackgroundCopyFile_Release(diary.kept_file);
    IBackgroundCopyJob_Release(diary.kept_job);
    end_client(job, callback);
}

/* ---- interfaces of the client ---- */

static void test_client_without_Callback2(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"old", 2);
    struct diary diary = {0};
    struct test_callback *callback = make_client(&diary, CALLBACK_1);

    shows("CB2-2");
    job_set_callback(job, callback, ALL_FLAGS);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    com_pump(QUIET_MS);
    ok(diary.count == 1, "Got %ld calls.\n", diary.count);
    check_call(&diary, 0, CALLBACK_JOB_TRANSFERRED, L"");
    end_client(job, callback);
}

/* A published sample has such an object. */
static void test_client_with_only_Callback2(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"sample", 1);
    struct diary diary = {0};
    struct test_callback *callback = make_client(&diary, CALLBACK_2);

    job_set_callback(job, callback, ALL_FLAGS);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(diary.count == 2, "Got %ld calls.\n", diary.count);
    check_call(&diary, 0, CALLBACK_FILE_TRANSFERRED, L"sample-0");
    check_call(&diary, 1, CALLBACK_JOB_TRANSFERRED, L"");
    end_client(job, callback);
}

static void test_client_without_interfaces(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"none", 1);
    struct test_callback *callback = test_callback_create(0);
    IUnknown *found;
    HRESULT hr;

    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback));
    ok(hr == E_NOINTERFACE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetNotifyInterface(job, &found);
    ok(hr == S_OK && !found, "Got hr %#lx, %p.\n", hr, found);
    end_client(job, callback);
}

START_TEST(callbacks_files)
{
    com_start(COINIT_MULTITHREADED);
    if (!(origin = origin_start(NULL))) return;
    RUN_TEST(test_FileTransferred);
    RUN_TEST(test_FileTransferred_and_JobError);
    RUN_TEST(test_failing_client);
    RUN_TEST(test_other_success);
    RUN_TEST(test_file_inside);
    RUN_TEST(test_invalid_file);
    RUN_TEST(test_arguments_are_released);
    RUN_TEST(test_client_without_Callback2);
    RUN_TEST(test_client_with_only_Callback2);
    RUN_TEST(test_client_without_interfaces);
    com_stop();
    origin_destroy(origin);
}
