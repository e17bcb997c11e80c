/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Where a client's callback object is let go of. Windows only. */
#include "harness/com_callback.h"

#include "base/thread.h"
#include "com/bg_callback.h"

static void release_elsewhere(void *arg)
{
    void **target = arg;

    if (bg_callback_release(NULL, *target)) *target = NULL;
}

/* Such a thread is in the multithreaded apartment as soon as anybody is, but the scheduler and the
 * mover must not wait for a client's destructor. */
static void test_thread_without_com(void)
{
    struct test_callback *client = test_callback_create(CALLBACK_ALL);
    struct bg_callback *callback;
    struct thread thread;
    HRESULT hr;

    hr = bg_callback_create(test_callback_unknown(client), &callback);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = thread_start(&thread, release_elsewhere, &callback, "without COM");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    thread_join(&thread);
    ok(callback != NULL, "The client was released on a thread that has not entered COM.\n");
    if (callback) ok(bg_callback_release(NULL, callback), "This thread cannot let go either.\n");
    ok(!test_callback_release(client), "References are left.\n");
}

START_TEST(bg_callback)
{
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    RUN_TEST(test_thread_without_com);
    CoUninitialize();
}
