/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a client in a multithreaded apartment hears of its jobs, when, and how often. */
#include "callback_fixture.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

static struct origin *origin;

/* ---- the job's own events ---- */

static void test_JobTransferred(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"transferred", 2);

    shows("CB-1");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(job_state(job) == BG_JOB_STATE_TRANSFERRED, "Got state %s.\n", state_name(job_state(job)));

    com_pump(QUIET_MS);
    ok(test_callback_count(callback, CALLBACK_JOB_TRANSFERRED) == 1, "Called %ld times.\n",
       test_callback_count(callback, CALLBACK_JOB_TRANSFERRED));
    ok(!test_callback_count(callback, CALLBACK_JOB_ERROR), "JobError was called.\n");
    ok(!test_callback_count(callback, CALLBACK_JOB_MODIFICATION), "JobModification was called.\n");
    end_client(job, callback);
}

struct seen_error
{
    HRESULT code;
    BG_ERROR_CONTEXT context;
    HRESULT file_hr;
    BG_JOB_STATE state;
};

static HRESULT look_at_error(struct test_callback *callback, const struct callback_call *call)
{
    struct seen_error *seen = callback->ctx;
    IBackgroundCopyFile *file;

    if (call->method != CALLBACK_JOB_ERROR) return S_OK;
    IBackgroundCopyError_GetError(call->error, &seen->context, &seen->code);
    seen->file_hr = IBackgroundCopyError_GetFile(call->error, &file);
    if (SUCCEEDED(seen->file_hr)) IBackgroundCopyFile_Release(file);
    IBackgroundCopyJob_GetState(call->job, &seen->state);
    return S_OK;
}

static void test_JobError(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"error", 0);
    struct seen_error seen = {0};

    shows("CB-3");
    callback->ctx = &seen;
    callback->hook = look_at_error;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    WaitForSingleObject(callback->events[CALLBACK_JOB_ERROR], WAIT_MS);
    ok(seen.code == BG_E_HTTP_ERROR_404, "Got code %#lx.\n", seen.code);
    ok(seen.context == BG_ERROR_CONTEXT_REMOTE_FILE, "Got context %d.\n", seen.context);
    ok(seen.file_hr == S_OK, "Got hr %#lx.\n", seen.file_hr);
    ok(seen.state == BG_JOB_STATE_ERROR, "Got state %s.\n", state_name(seen.state));
    ok(!test_callback_count(callback, CALLBACK_JOB_TRANSFERRED), "JobTransferred was called.\n");
    end_client(job, callback);
}

static void refuse_all(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
}

static void test_transient_error(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = create_job(L"transient", BG_JOB_TYPE_DOWNLOAD);

    shows("CB-3");
    origin_handle(origin, "/busy", refuse_all, NULL);
    job_add(job, origin, "/busy", L"busy");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), WAIT_MS);
    com_pump(QUIET_MS);
    ok(!test_callback_count(callback, CALLBACK_JOB_ERROR), "JobError was called.\n");
    end_client(job, callback);
}

static void test_JobModification(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    static const struct origin_file file = {.size = FILE_SIZE, .version = 1};
    IBackgroundCopyJob *job = make_job(origin, L"modification", 1);
    LONG count;
    HRESULT hr;

    shows("CB-4");
    job_set_callback(job, callback, BG_NOTIFY_JOB_MODIFICATION);
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, 1, WAIT_MS),
       "Not called for the flags.\n");

    count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION);
    com_pump(QUIET_MS);
    ok(test_callback_count(callback, CALLBACK_JOB_MODIFICATION) == count,
       "Called although nothing happened.\n");
    hr = IBackgroundCopyJob_SetDescription(job, L"other");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, count + 1, WAIT_MS),
       "Not called for a property.\n");

    count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION);
    origin_add(origin, "/held", &file);
    origin_hold_after(origin, "/held", 1000);
    job_add(job, origin, "/held", L"modification-held");
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, count + 1, WAIT_MS),
       "Not called for a file.\n");

    com_pump(QUIET_MS);
    count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, count + 1, WAIT_MS),
       "Not called for states and bytes.\n");
    origin_release(origin, "/held");
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    ok(!test_callback_count(callback, CALLBACK_JOB_TRANSFERRED), "JobTransferred was called.\n");
    end_client(job, callback);
}

/* The head comes, and after the gate the end of the connection. */
static void break_at_gate(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const struct origin_file file = {
        .size = FILE_SIZE, .version = 1, .flags = ORIGIN_NO_LAST_MODIFIED};

    (void)ctx;
    if (!strcmp(r->method, "HEAD"))
    {
        origin_serve(c, r, &file);
        return;
    }
    origin_sendf(c,
                 r->range_count ? "HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-%u/%u\r\n"
                                : "HTTP/1.1 200 OK\r\n",
                 FILE_SIZE - 1, FILE_SIZE);
    origin_sendf(c, "Content-Length: %u\r\n\r\n", FILE_SIZE);
    origin_wait_gate(c, 0);
    origin_reset(c);
}

/* Entering ERROR and TRANSFERRED is told by other methods, and by them only. */
static void test_no_JobModification_on_error(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = create_job(L"no-modification", BG_JOB_TYPE_DOWNLOAD);
    LONG count;

    shows("CB-5");
    origin_shut_gate(origin, 0);
    origin_handle(origin, "/break", break_at_gate, NULL);
    job_add(job, origin, "/break", L"break");
    IBackgroundCopyJob_SetNoProgressTimeout(job, 0);
    job_set_callback(job, callback, BG_NOTIFY_JOB_MODIFICATION);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), WAIT_MS);
    ok(origin_wait_held(origin, "/break", WAIT_MS), "The file is not asked for.\n");

    com_pump(2 * QUIET_MS);
    count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION);
    origin_open_gate(origin, 0);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    com_pump(QUIET_MS);
    ok(test_callback_count(callback, CALLBACK_JOB_MODIFICATION) == count,
       "Called %ld times more.\n",
       test_callback_count(callback, CALLBACK_JOB_MODIFICATION) - count);
    end_client(job, callback);
}

static void answer_at_gate(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    static const struct origin_file file = {.size = 0, .version = 1};

    (void)ctx;
    origin_wait_gate(c, 0);
    origin_serve(c, r, &file);
}

/* Modifications are told twice a second at most. What happens right after one of them would be told
 * half a second later; at the end of the job it is not told at all. False: it took too long. */
static bool try_no_JobModification_when_done(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = create_job(L"no-modification", BG_JOB_TYPE_DOWNLOAD);
    bool is_in_time;
    uint64_t begin;
    LONG count;

    origin_shut_gate(origin, 0);
    origin_handle(origin, "/empty", answer_at_gate, NULL);
    job_add(job, origin, "/empty", L"empty");
    job_set_callback(job, callback, BG_NOTIFY_JOB_MODIFICATION);
    resume_job(job);
    ok(origin_wait_held(origin, "/empty", WAIT_MS), "The file is not asked for.\n");
    com_pump(2 * QUIET_MS);

    count = test_callback_count(callback, CALLBACK_JOB_MODIFICATION) + 1;
    begin = test_ticks();
    IBackgroundCopyJob_SetDescription(job, L"other");
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, count, WAIT_MS), "Not called.\n");
    origin_open_gate(origin, 0);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    is_in_time = test_ticks() - begin < 400;
    com_pump(2 * QUIET_MS);
    if (is_in_time)
        ok(test_callback_count(callback, CALLBACK_JOB_MODIFICATION) == count,
           "Called %ld times more.\n",
           test_callback_count(callback, CALLBACK_JOB_MODIFICATION) - count);
    end_client(job, callback);
    return is_in_time;
}

static void test_no_JobModification_when_done(void)
{
    bool is_in_time = false;

    shows("CB-5");
    for (unsigned int i = 0; i < 5 && !is_in_time; i++)
        is_in_time = try_no_JobModification_when_done();
    if (!is_in_time) skip("The machine is too slow.\n");
}

static void test_notify_flags(void)
{
    static const struct
    {
        ULONG flags;
        LONG transferred, files;
    } tests[] = {
        {0, 0, 0},
        {BG_NOTIFY_JOB_ERROR, 0, 0},
        {BG_NOTIFY_JOB_TRANSFERRED, 1, 0},
        {BG_NOTIFY_FILE_TRANSFERRED, 0, 2},
        {BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED | BG_NOTIFY_DISABLE, 0, 0},
    };
    struct test_callback *callbacks[ARRAY_SIZE(tests)];
    IBackgroundCopyJob *jobs[ARRAY_SIZE(tests)];
    WCHAR name[16];

    shows("CB2-4");
    shows("CB2-5");
    shows("JOB-SNF-4");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"flags%u", i);
        callbacks[i] = test_callback_create(CALLBACK_1 | CALLBACK_2);
        jobs[i] = make_job(origin, name, 2);
        job_set_callback(jobs[i], callbacks[i], tests[i].flags);
        resume_job(jobs[i]);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        wait_for_state(jobs[i], TRANSFERRED, WAIT_MS);
        test_callback_wait(callbacks[i], CALLBACK_JOB_TRANSFERRED, tests[i].transferred, WAIT_MS);
        test_callback_wait(callbacks[i], CALLBACK_FILE_TRANSFERRED, tests[i].files, WAIT_MS);
    }
    com_pump(QUIET_MS);
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("Flags %#lx", tests[i].flags);
        ok(test_callback_count(callbacks[i], CALLBACK_JOB_TRANSFERRED) == tests[i].transferred,
           "JobTransferred was called %ld times.\n",
           test_callback_count(callbacks[i], CALLBACK_JOB_TRANSFERRED));
        ok(test_callback_count(callbacks[i], CALLBACK_FILE_TRANSFERRED) == tests[i].files,
           "FileTransferred was called %ld times.\n",
           test_callback_count(callbacks[i], CALLBACK_FILE_TRANSFERRED));
        ok(!test_callback_count(callbacks[i], CALLBACK_JOB_MODIFICATION),
           "JobModification was called.\n");
        end_client(jobs[i], callbacks[i]);
        winetest_pop_context();
    }
}

/* ---- clients that come late, fail, are replaced ---- */

static void test_late_client(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"late", 1);

    shows("CB-6");
    shows("JOB-SNI-7");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    end_client(job, callback);

    callback = test_callback_create(CALLBACK_1);
    job = make_job(origin, L"late-error", 0);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    end_client(job, callback);
}

static HRESULT fail_twice(struct test_callback *callback, const struct callback_call *call)
{
    return test_callback_count(callback, call->method) <= 2 ? E_FAIL : S_OK;
}

static void test_failing_client(void)
{
    struct test_callback *done = test_callback_create(CALLBACK_1);
    struct test_callback *error = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *done_job = make_job(origin, L"failing", 1);
    IBackgroundCopyJob *error_job = make_job(origin, L"failing-error", 0);
    ULONG flags = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR;

    shows("CB-2");
    done->hook = error->hook = fail_twice;
    job_set_callback(done_job, done, flags);
    job_set_callback(error_job, error, flags);
    resume_job(done_job);
    resume_job(error_job);
    ok(test_callback_wait(done, CALLBACK_JOB_TRANSFERRED, 3, WAIT_MS), "Called %ld times.\n",
       test_callback_count(done, CALLBACK_JOB_TRANSFERRED));
    ok(test_callback_wait(error, CALLBACK_JOB_ERROR, 3, WAIT_MS), "Called %ld times.\n",
       test_callback_count(error, CALLBACK_JOB_ERROR));

    /* The third time it said yes. */
    com_pump(QUIET_MS);
    ok(test_callback_count(done, CALLBACK_JOB_TRANSFERRED) == 3, "Called %ld times.\n",
       test_callback_count(done, CALLBACK_JOB_TRANSFERRED));
    end_client(done_job, done);
    end_client(error_job, error);
}

static void test_replaced_client(void)
{
    struct test_callback *first = test_callback_create(CALLBACK_1);
    struct test_callback *last = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"replaced", 1);
    ULONG flags = BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR;

    shows("JOB-SNI-8");
    job_set_callback(job, first, flags);
    job_set_callback(job, last, flags);
    resume_job(job);
    ok(test_callback_wait(last, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    com_pump(QUIET_MS);
    ok(!test_callback_count(first, CALLBACK_JOB_TRANSFERRED), "The first one was called.\n");
    end_client(job, last);
    ok(!test_callback_release(first), "The first one is still held.\n");
}

/* ---- arguments and calls from inside ---- */

struct kept
{
    IBackgroundCopyJob *job;
    IBackgroundCopyError *error;
};

static HRESULT keep_arguments(struct test_callback *callback, const struct callback_call *call)
{
    struct kept *kept = callback->ctx;

    if (call->method != CALLBACK_JOB_ERROR) return S_OK;
    kept->job = call->job;
    kept->error = call->error;
    IBackgroundCopyJob_AddRef(kept->job);
    IBackgroundCopyError_AddRef(kept->error);
    return S_OK;
}

static void test_arguments_are_released(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"arguments", 0);
    struct kept kept = {NULL, NULL};

    shows("CB-9");
    callback->ctx = &kept;
    callback->hook = keep_arguments;
    job_set_callback(job, callback, BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    ok(WaitForSingleObject(callback->events[CALLBACK_JOB_ERROR], WAIT_MS) == WAIT_OBJECT_0,
       "Not called.\n");
    ok(kept.job && kept.error, "Got %p and %p.\n", kept.job, kept.error);
    if (kept.job && kept.error)
    {
        ok(is_released(kept.job), "The job is still held.\n");
        ok(is_released(kept.error), "The error is still held.\n");
        IBackgroundCopyError_Release(kept.error);
        IBackgroundCopyJob_Release(kept.job);
    }
    end_client(job, callback);
}

static HRESULT complete(struct test_callback *callback, const struct callback_call *call)
{
    *(HRESULT *)callback->ctx = IBackgroundCopyJob_Complete(call->job);
    return S_OK;
}

static void test_complete_inside(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"complete", 1);
    HRESULT hr = E_FAIL;
    WCHAR path[MAX_PATH];

    shows("CB-10");
    callback->ctx = &hr;
    callback->hook = complete;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    resume_job(job);
    ok(WaitForSingleObject(callback->events[CALLBACK_JOB_TRANSFERRED], WAIT_MS) == WAIT_OBJECT_0,
       "Not called.\n");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(job_state(job) == BG_JOB_STATE_ACKNOWLEDGED, "Got state %s.\n", state_name(job_state(job)));
    verify_file(temp_path(L"complete-0", path), FILE_SIZE, 1);
    end_client(job, callback);
}

struct inside
{
    HRESULT priority, retry, flags, none, cancel;
};

static HRESULT change_everything(struct test_callback *callback, const struct callback_call *call)
{
    struct inside *inside = callback->ctx;

    if (call->method != CALLBACK_JOB_ERROR) return S_OK;
    inside->priority = IBackgroundCopyJob_SetPriority(call->job, BG_JOB_PRIORITY_HIGH);
    inside->retry = IBackgroundCopyJob_SetMinimumRetryDelay(call->job, 10);
    inside->flags = IBackgroundCopyJob_SetNotifyFlags(call->job, BG_NOTIFY_JOB_ERROR);
    inside->none = IBackgroundCopyJob_SetNotifyInterface(call->job, NULL);
    inside->cancel = IBackgroundCopyJob_Cancel(call->job);
    return S_OK;
}

static void test_changes_inside(void)
{
    struct inside inside = {E_FAIL, E_FAIL, E_FAIL, E_FAIL, E_FAIL};
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"changes", 0);

    callback->ctx = &inside;
    callback->hook = change_everything;
    job_set_callback(job, callback, BG_NOTIFY_JOB_ERROR | BG_NOTIFY_JOB_MODIFICATION);
    resume_job(job);
    ok(WaitForSingleObject(callback->events[CALLBACK_JOB_ERROR], WAIT_MS) == WAIT_OBJECT_0,
       "Not called.\n");
    ok(inside.priority == S_OK, "SetPriority: got hr %#lx.\n", inside.priority);
    ok(inside.retry == S_OK, "SetMinimumRetryDelay: got hr %#lx.\n", inside.retry);
    ok(inside.flags == S_OK, "SetNotifyFlags: got hr %#lx.\n", inside.flags);
    ok(inside.none == S_OK, "SetNotifyInterface: got hr %#lx.\n", inside.none);
    ok(inside.cancel == S_OK, "Cancel: got hr %#lx.\n", inside.cancel);
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(job)));
    ok(test_callback_count(callback, CALLBACK_JOB_ERROR) == 1, "Called %ld times.\n",
       test_callback_count(callback, CALLBACK_JOB_ERROR));
    end_client(job, callback);
}

/* ---- several clients ---- */

#define BLOCKED_MAX 5

static struct
{
    HANDLE gate;
    LONG inside;
} blocked;

static HRESULT wait_at_gate(struct test_callback *callback, const struct callback_call *call)
{
    (void)callback;
    (void)call;
    InterlockedIncrement(&blocked.inside);
    WaitForSingleObject(blocked.gate, WAIT_MS);
    InterlockedDecrement(&blocked.inside);
    return S_OK;
}

static bool are_inside(void *ctx)
{
    return InterlockedCompareExchange(&blocked.inside, 0, 0) >= *(LONG *)ctx;
}

static void test_four_at_once(void)
{
    struct test_callback *callbacks[BLOCKED_MAX];
    IBackgroundCopyJob *jobs[BLOCKED_MAX];
    LONG expected = 4;
    WCHAR name[16];

    shows("CB-7");
    blocked.gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    for (unsigned int i = 0; i < BLOCKED_MAX; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"blocked%u", i);
        callbacks[i] = test_callback_create(CALLBACK_1);
        callbacks[i]->hook = wait_at_gate;
        jobs[i] = make_job(origin, name, 1);
        job_set_callback(jobs[i], callbacks[i], BG_NOTIFY_JOB_TRANSFERRED);
        resume_job(jobs[i]);
    }
    /* Clients that block hold up no transfer. */
    for (unsigned int i = 0; i < BLOCKED_MAX; i++)
        wait_for_state(jobs[i], TRANSFERRED, WAIT_MS);
    ok(com_wait_for(are_inside, &expected, WAIT_MS), "%ld clients are called.\n", blocked.inside);
    com_pump(QUIET_MS);
    ok(blocked.inside == 4, "%ld clients are called.\n", blocked.inside);

    SetEvent(blocked.gate);
    for (unsigned int i = 0; i < BLOCKED_MAX; i++)
    {
        ok(test_callback_wait(callbacks[i], CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS),
           "Client %u was not called.\n", i);
        end_client(jobs[i], callbacks[i]);
    }
    CloseHandle(blocked.gate);
}

START_TEST(callbacks)
{
    com_start(COINIT_MULTITHREADED);
    if (!(origin = origin_start(NULL))) return;
    RUN_TEST(test_JobTransferred);
    RUN_TEST(test_JobError);
    RUN_TEST(test_transient_error);
    RUN_TEST(test_JobModification);
    RUN_TEST(test_no_JobModification_on_error);
    RUN_TEST(test_no_JobModification_when_done);
    RUN_TEST(test_notify_flags);
    RUN_TEST(test_late_client);
    RUN_TEST(test_failing_client);
    RUN_TEST(test_replaced_client);
    RUN_TEST(test_arguments_are_released);
    RUN_TEST(test_complete_inside);
    RUN_TEST(test_changes_inside);
    RUN_TEST(test_four_at_once);
    com_stop();
    origin_destroy(origin);
}
