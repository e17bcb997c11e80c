/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob: notify flags and interface as properties. What clients hear is in
 * callbacks.c. */
#include "harness/com_callback.h"
#include "download_fixture.h"
#include "job_states.h"

#define DEFAULT_FLAGS (BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_JOB_ERROR)
#define ALL_FLAGS     0x3f

static IBackgroundCopyJob *create(void)
{
    return create_job(L"notify", BG_JOB_TYPE_DOWNLOAD);
}

/* ---- flags ---- */

static ULONG flags_of(IBackgroundCopyJob *job)
{
    ULONG flags = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetNotifyFlags(job, &flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return flags;
}

static void test_NotifyFlags(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SNF-1");
    shows("JOB-SNF-5");
    shows("JOB-SNF-6");
    ok(flags_of(job) == DEFAULT_FLAGS, "Got flags %#lx.\n", flags_of(job));
    for (ULONG flags = 0; flags <= ALL_FLAGS; flags++)
    {
        hr = IBackgroundCopyJob_SetNotifyFlags(job, flags);
        ok(hr == S_OK, "Flags %#lx: got hr %#lx.\n", flags, hr);
        ok(flags_of(job) == flags, "Got flags %#lx, not %#lx.\n", flags_of(job), flags);
    }
    hr = IBackgroundCopyJob_GetNotifyFlags(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

static void test_unknown_flags(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SNF-2");
    for (unsigned int bit = 6; bit < 32; bit++)
        for (ULONG known = 0; known <= ALL_FLAGS; known += 0x15)
        {
            ULONG flags = 1ul << bit | known;

            hr = IBackgroundCopyJob_SetNotifyFlags(job, flags);
            ok(hr == E_NOTIMPL, "Flags %#lx: got hr %#lx.\n", flags, hr);
            ok(flags_of(job) == DEFAULT_FLAGS, "Got flags %#lx.\n", flags_of(job));
        }
    end_job(job);
}

/* Both that end well and that end badly, with every other flag set too. */
static void test_DISABLE(void)
{
    static const char *const paths[] = {"/small", "/missing"};

    shows("JOB-SNF-4");
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
    {
        struct test_callback *callback = test_callback_create(CALLBACK_ALL);
        IBackgroundCopyJob *job = create_download(paths[i], L"disabled");

        job_set_callback(job, callback, ALL_FLAGS);
        resume(job);
        wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), SOON);
        com_pump(QUIET_MS);
        for (unsigned int j = 0; j < CALLBACK_METHOD_COUNT; j++)
            ok(!test_callback_count(callback, (enum callback_method)j),
               "%s: method %u was called.\n", paths[i], j);
        end_job(job);
        test_callback_release(callback);
    }
}

/* Of a job that is not on demand. */
static void test_FILE_RANGES(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create_download("/small", L"ranges");

    shows("JOB-SNF-7");
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED | 0x20);
    ok(flags_of(job) == (BG_NOTIFY_JOB_TRANSFERRED | 0x20), "Got flags %#lx.\n", flags_of(job));
    resume(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, SOON), "It is not told.\n");
    com_pump(QUIET_MS);
    ok(!test_callback_count(callback, CALLBACK_FILE_RANGES), "Ranges were told.\n");
    end_job(job);
    test_callback_release(callback);
}

/* ---- interface ---- */

static bool is_set(IBackgroundCopyJob *job, struct test_callback *callback)
{
    IUnknown *client = (IUnknown *)0xdeadbeef, *identity = NULL, *expected = NULL;
    HRESULT hr = IBackgroundCopyJob_GetNotifyInterface(job, &client);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return false;
    if (!client || !callback)
    {
        if (client) IUnknown_Release(client);
        return !client && !callback;
    }
    IUnknown_QueryInterface(client, &IID_IUnknown, (void **)&identity);
    IUnknown_QueryInterface(test_callback_unknown(callback), &IID_IUnknown, (void **)&expected);
    IUnknown_Release(client);
    if (identity) IUnknown_Release(identity);
    if (expected) IUnknown_Release(expected);
    return identity == expected;
}

static void test_NotifyInterface(void)
{
    struct test_callback *first = test_callback_create(CALLBACK_1);
    struct test_callback *second = test_callback_create(CALLBACK_ALL);
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SNI-1");
    shows("JOB-SNI-2");
    shows("JOB-SNI-5");
    shows("JOB-SNI-6");
    ok(is_set(job, NULL), "A new job has an interface.\n");
    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(first));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_set(job, first), "Got another interface.\n");
    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(second));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_set(job, second), "Got another interface.\n");
    hr = IBackgroundCopyJob_SetNotifyInterface(job, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_set(job, NULL), "It is still set.\n");
    hr = IBackgroundCopyJob_SetNotifyInterface(job, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetNotifyInterface(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
    test_callback_release(first);
    test_callback_release(second);
}

static bool is_unreferenced(void *ctx)
{
    struct test_callback *callback = ctx;

    return InterlockedCompareExchange(&callback->ref, 0, 0) == 1;
}

static void check_released_(int line, struct test_callback *callback, const char *when)
{
    ok_(__FILE__, line)(com_wait_for(is_unreferenced, callback, SOON), "%s: it is held.\n", when);
}
#define check_released(callback, when) check_released_(__LINE__, callback, when)

static void set(IBackgroundCopyJob *job, struct test_callback *callback)
{
    HRESULT hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback));

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!is_unreferenced(callback), "It is not held.\n");
}

static void test_references(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    struct test_callback *other = test_callback_create(CALLBACK_1);
    IBackgroundCopyJob *job = create();

    shows("JOB-SNI-4");
    set(job, callback);
    set(job, other);
    check_released(callback, "replaced");
    IBackgroundCopyJob_SetNotifyInterface(job, NULL);
    check_released(other, "removed");

    set(job, callback);
    IBackgroundCopyJob_Cancel(job);
    check_released(callback, "cancelled");
    IBackgroundCopyJob_Release(job);

    job = transfer("/small", L"held");
    set(job, callback);
    IBackgroundCopyJob_Complete(job);
    check_released(callback, "completed");
    IBackgroundCopyJob_Release(job);
    test_callback_release(callback);
    test_callback_release(other);
}

static void test_final_states(void)
{
    static const BG_JOB_STATE states[] = {BG_JOB_STATE_CANCELLED, BG_JOB_STATE_ACKNOWLEDGED};
    struct test_callback *callback = test_callback_create(CALLBACK_1);

    shows("JOB-SNF-3");
    shows("JOB-SNI-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(states); i++)
    {
        struct state_job s;
        HRESULT hr;

        state_job_start(&s, states[i]);
        hr = IBackgroundCopyJob_SetNotifyFlags(s.job, 0);
        ok(hr == BG_E_INVALID_STATE, "%s: got hr %#lx.\n", state_name(states[i]), hr);
        ok(flags_of(s.job) == DEFAULT_FLAGS, "Got flags %#lx.\n", flags_of(s.job));
        hr = IBackgroundCopyJob_SetNotifyInterface(s.job, test_callback_unknown(callback));
        ok(hr == BG_E_INVALID_STATE, "%s: got hr %#lx.\n", state_name(states[i]), hr);
        check_released(callback, state_name(states[i]));
        hr = IBackgroundCopyJob_SetNotifyInterface(s.job, NULL);
        ok(hr == BG_E_INVALID_STATE, "%s: got hr %#lx.\n", state_name(states[i]), hr);
        state_job_end(&s);
    }
    test_callback_release(callback);
}

START_TEST(job_notify_properties)
{
    downloads_start();
    states_start();
    RUN_TEST(test_NotifyFlags);
    RUN_TEST(test_unknown_flags);
    RUN_TEST(test_DISABLE);
    RUN_TEST(test_FILE_RANGES);
    RUN_TEST(test_NotifyInterface);
    RUN_TEST(test_references);
    RUN_TEST(test_final_states);
    states_stop();
    downloads_stop();
}
