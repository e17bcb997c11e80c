/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Clients in single-threaded apartments: they are called on their own thread, when they let calls
 * in, and never from inside of a call of their own. */
#include "callback_fixture.h"
#include "harness/os.h"

static struct origin *origin;
static DWORD main_thread;

/* ---- the thread ---- */

static void check_threads(struct test_callback *callback)
{
    for (unsigned int i = 0; i < CALLBACK_METHOD_COUNT; i++)
        if (callback->counts[i])
            ok(callback->threads[i] == (LONG)main_thread, "Method %u came on thread %#lx.\n", i,
               callback->threads[i]);
}

static void test_own_thread(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1 | CALLBACK_2);
    IBackgroundCopyJob *job = make_job(origin, L"thread", 1);

    job_set_callback(job, callback,
                     BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION |
                         BG_NOTIFY_FILE_TRANSFERRED);
    ok(test_callback_wait(callback, CALLBACK_JOB_MODIFICATION, 1, WAIT_MS), "Not called.\n");
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    check_threads(callback);
    end_client(job, callback);

    callback = test_callback_create(CALLBACK_1);
    job = make_job(origin, L"thread-error", 0);
    job_set_callback(job, callback, BG_NOTIFY_JOB_ERROR);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    check_threads(callback);
    end_client(job, callback);
}

/* ---- never from inside of the client's own call ---- */

static bool is_in_call;

static HRESULT note_call(struct test_callback *callback, const struct callback_call *call)
{
    (void)call;
    if (is_in_call) ++*(unsigned int *)callback->ctx;
    return S_OK;
}

#define CALL(expression)                                                                           \
    do                                                                                             \
    {                                                                                              \
        HRESULT hr;                                                                                \
        is_in_call = true;                                                                         \
        hr = (expression);                                                                         \
        is_in_call = false;                                                                        \
        ok(hr == S_OK, #expression ": got hr %#lx.\n", hr);                                        \
    } while (0)

static void test_not_synchronously(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"synchronous", 1);
    unsigned int nested = 0;

    callback->ctx = &nested;
    callback->hook = note_call;
    CALL(IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback)));
    CALL(IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR |
                                                    BG_NOTIFY_JOB_MODIFICATION));
    CALL(IBackgroundCopyJob_SetDescription(job, L"one"));
    CALL(IBackgroundCopyJob_Resume(job));
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    CALL(IBackgroundCopyJob_SetDescription(job, L"two"));
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");

    /* The event is there already when this client comes. */
    CALL(IBackgroundCopyJob_SetNotifyInterface(job, NULL));
    CALL(IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback)));
    com_pump(QUIET_MS);
    CALL(IBackgroundCopyJob_Complete(job));
    ok(!nested, "%u calls came inside of the client's own.\n", nested);
    end_client(job, callback);
}

/* ---- a client that does not let calls in ---- */

static bool is_transferred(void *ctx)
{
    return job_state(ctx) == BG_JOB_STATE_TRANSFERRED;
}

static void test_no_message_loop(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"deaf", 2);
    HRESULT hr;

    withstands("K6");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION);
    resume_job(job);
    /* The job goes its way; wait_for() does not look at messages. */
    ok(wait_for(is_transferred, job, WAIT_MS), "Got state %s.\n", state_name(job_state(job)));
    ok(!test_callback_count(callback, CALLBACK_JOB_TRANSFERRED), "It was called.\n");
    hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_LOW);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    check_threads(callback);
    end_client(job, callback);
}

/* ---- calls from inside ---- */

static HRESULT end_it_all(struct test_callback *callback, const struct callback_call *call)
{
    HRESULT *results = callback->ctx;

    if (call->method != CALLBACK_JOB_TRANSFERRED) return S_OK;
    results[0] = IBackgroundCopyJob_Complete(call->job);
    results[1] = IBackgroundCopyJob_SetNotifyInterface(call->job, NULL);
    return S_OK;
}

static void test_complete_inside(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"inside", 1);
    HRESULT results[2] = {E_FAIL, E_FAIL};
    WCHAR path[MAX_PATH];

    shows("CB-10");
    callback->ctx = results;
    callback->hook = end_it_all;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(results[0] == S_OK, "Complete: got hr %#lx.\n", results[0]);
    /* Real clients do this after Complete and do not mind the answer. */
    ok(results[1] == BG_E_INVALID_STATE, "SetNotifyInterface: got hr %#lx.\n", results[1]);
    ok(job_state(job) == BG_JOB_STATE_ACKNOWLEDGED, "Got state %s.\n", state_name(job_state(job)));
    verify_file(temp_path(L"inside-0", path), FILE_SIZE, 1);
    end_client(job, callback);
}

struct last
{
    IBackgroundCopyJob *job;
    HRESULT none, cancel;
};

static HRESULT drop_job(struct test_callback *callback, const struct callback_call *call)
{
    struct last *last = callback->ctx;

    if (call->method != CALLBACK_JOB_ERROR) return S_OK;
    last->none = IBackgroundCopyJob_SetNotifyInterface(call->job, NULL);
    last->cancel = IBackgroundCopyJob_Cancel(call->job);
    IBackgroundCopyJob_Release(last->job);
    return S_OK;
}

/* The client's last pointer to the job goes while the client is being called. */
static void test_last_release_inside(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    struct last last = {make_job(origin, L"last", 0), E_FAIL, E_FAIL};

    callback->ctx = &last;
    callback->hook = drop_job;
    job_set_callback(last.job, callback, BG_NOTIFY_JOB_ERROR);
    resume_job(last.job);
    ok(test_callback_wait(callback, CALLBACK_JOB_ERROR, 1, WAIT_MS), "Not called.\n");
    ok(last.none == S_OK, "SetNotifyInterface: got hr %#lx.\n", last.none);
    ok(last.cancel == S_OK, "Cancel: got hr %#lx.\n", last.cancel);
    end_client(NULL, callback);
}

struct nest
{
    struct test_callback *other;
    bool is_other_called;
};

static HRESULT let_others_in(struct test_callback *callback, const struct callback_call *call)
{
    struct nest *nest = callback->ctx;

    (void)call;
    nest->is_other_called = test_callback_wait(nest->other, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS);
    return S_OK;
}

static void test_reentry(void)
{
    struct test_callback *outer = test_callback_create(CALLBACK_1);
    struct test_callback *inner = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *outer_job = make_job(origin, L"outer", 1);
    IBackgroundCopyJob *inner_job = make_job(origin, L"inner", 1);
    struct nest nest = {inner, false};

    shows("CB2-8");
    outer->ctx = &nest;
    outer->hook = let_others_in;
    job_set_callback(outer_job, outer, BG_NOTIFY_JOB_TRANSFERRED);
    job_set_callback(inner_job, inner, BG_NOTIFY_JOB_TRANSFERRED);
    resume_job(outer_job);
    ok(wait_for(is_transferred, outer_job, WAIT_MS), "Got state %s.\n",
       state_name(job_state(outer_job)));
    resume_job(inner_job);
    ok(test_callback_wait(outer, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(nest.is_other_called, "The other client had to wait.\n");
    end_client(outer_job, outer);
    end_client(inner_job, inner);
}

/* ---- apartments that go ---- */

static void register_and_go(void *arg)
{
    IBackgroundCopyJob *job = arg;
    struct test_callback *callback;
    HRESULT hr;

    hr = CoInitializeEx(NULL, COINIT_APARTMENTTHREADED);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    callback = test_callback_create(CALLBACK_1);
    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    test_callback_release(callback);
    CoUninitialize();
}

/* Our server's objects belong to no apartment; a proxy would have to be marshalled. */
static void test_client_that_is_gone(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = make_job(origin, L"gone", 1);
    struct os_thread thread;
    HRESULT hr;

    withstands("K6");
    if (!target_is_ours())
    {
        win_skip("The job is a proxy of this apartment.\n");
        end_client(job, callback);
        return;
    }
    ok(os_thread_start(&thread, register_and_go, job), "No thread.\n");
    os_thread_join(&thread);
    hr = IBackgroundCopyJob_SetNotifyFlags(job,
                                           BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_MODIFICATION);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    com_pump(QUIET_MS);

    /* What the first one never took comes to the next. */
    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    end_client(job, callback);
}

struct passing
{
    IStream *stream;
    HRESULT hr;
    WCHAR *name;
};

static void use_there(void *arg)
{
    struct passing *passing = arg;
    IBackgroundCopyJob *job = NULL;

    passing->hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    if (FAILED(passing->hr)) return;
    passing->hr =
        CoGetInterfaceAndReleaseStream(passing->stream, &IID_IBackgroundCopyJob, (void **)&job);
    if (SUCCEEDED(passing->hr))
    {
        passing->hr = IBackgroundCopyJob_SetDisplayName(job, L"from there");
        if (SUCCEEDED(passing->hr))
            passing->hr = IBackgroundCopyJob_GetDisplayName(job, &passing->name);
        IBackgroundCopyJob_Release(job);
    }
    CoUninitialize();
}

/* Its calls need nobody to let them in here. */
static void test_other_apartment(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"passed", 1);
    struct passing passing = {0};
    struct os_thread thread;
    HRESULT hr;

    withstands("K6");
    if (!target_is_ours())
    {
        win_skip("The job is a proxy of this apartment.\n");
        end_job(job);
        return;
    }
    hr = CoMarshalInterThreadInterfaceInStream(&IID_IBackgroundCopyJob, (IUnknown *)job,
                                               &passing.stream);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(os_thread_start(&thread, use_there, &passing), "No thread.\n");
    os_thread_join(&thread);
    ok(passing.hr == S_OK, "Got hr %#lx.\n", passing.hr);
    ok(passing.name && !wcscmp(passing.name, L"from there"), "Got %s.\n",
       wine_dbgstr_w(passing.name));
    CoTaskMemFree(passing.name);
    end_job(job);
}

static void test_GetNotifyInterface(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1 | CALLBACK_2);
    IBackgroundCopyJob *job = make_job(origin, L"interface", 1);
    IUnknown *found = NULL;
    HRESULT hr;

    job_set_callback(job, callback, BG_NOTIFY_JOB_ERROR);
    hr = IBackgroundCopyJob_GetNotifyInterface(job, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(found == test_callback_unknown(callback), "Got %p.\n", found);
    if (found) IUnknown_Release(found);

    hr = IBackgroundCopyJob_SetNotifyInterface(job, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetNotifyInterface(job, &found);
    ok(hr == S_OK && !found, "Got hr %#lx, %p.\n", hr, found);
    end_client(job, callback);
}

START_TEST(callbacks_sta)
{
    main_thread = GetCurrentThreadId();
    com_start(COINIT_APARTMENTTHREADED);
    if (!(origin = origin_start(NULL))) return;
    RUN_TEST(test_own_thread);
    RUN_TEST(test_not_synchronously);
    RUN_TEST(test_no_message_loop);
    RUN_TEST(test_complete_inside);
    RUN_TEST(test_last_release_inside);
    RUN_TEST(test_reentry);
    RUN_TEST(test_client_that_is_gone);
    RUN_TEST(test_other_apartment);
    RUN_TEST(test_GetNotifyInterface);
    com_stop();
    origin_destroy(origin);
}
