/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The counting callback object. */
#include "harness/com_callback.h"

#include <stdlib.h>

static inline struct test_callback *
impl_from_IBackgroundCopyCallback3(IBackgroundCopyCallback3 *iface)
{
    return CONTAINING_RECORD(iface, struct test_callback, IBackgroundCopyCallback3_iface);
}

static HRESULT WINAPI test_callback_QueryInterface(IBackgroundCopyCallback3 *iface, REFIID iid,
                                                   void **out)
{
    unsigned int iids = impl_from_IBackgroundCopyCallback3(iface)->iids;

    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) &&
        !(iids & CALLBACK_1 && IsEqualGUID(iid, &IID_IBackgroundCopyCallback)) &&
        !(iids & CALLBACK_2 && IsEqualGUID(iid, &IID_IBackgroundCopyCallback2)) &&
        !(iids & CALLBACK_3 && IsEqualGUID(iid, &IID_IBackgroundCopyCallback3)))
        return E_NOINTERFACE;

    IBackgroundCopyCallback3_AddRef(iface);
    *out = iface;
    return S_OK;
}

static ULONG WINAPI test_callback_AddRef(IBackgroundCopyCallback3 *iface)
{
    return InterlockedIncrement(&impl_from_IBackgroundCopyCallback3(iface)->ref);
}

static ULONG WINAPI test_callback_Release(IBackgroundCopyCallback3 *iface)
{
    struct test_callback *callback = impl_from_IBackgroundCopyCallback3(iface);
    LONG ref = InterlockedDecrement(&callback->ref);

    if (!ref)
    {
        for (unsigned int i = 0; i < CALLBACK_METHOD_COUNT; i++)
            CloseHandle(callback->events[i]);
        free(callback);
    }
    return ref;
}

/* Keeps the object alive, whatever the hook does with the job. */
static HRESULT run_call(IBackgroundCopyCallback3 *iface, const struct callback_call *call)
{
    struct test_callback *callback = impl_from_IBackgroundCopyCallback3(iface);
    HRESULT hr;

    IBackgroundCopyCallback3_AddRef(iface);
    if (InterlockedIncrement(&callback->running) > 1) InterlockedIncrement(&callback->overlaps);
    InterlockedExchange(&callback->threads[call->method], GetCurrentThreadId());
    InterlockedIncrement(&callback->counts[call->method]);
    hr = callback->hook ? callback->hook(callback, call) : callback->results[call->method];
    InterlockedDecrement(&callback->running);
    InterlockedIncrement(&callback->ended[call->method]);
    SetEvent(callback->events[call->method]);
    IBackgroundCopyCallback3_Release(iface);
    return hr;
}

static HRESULT WINAPI test_callback_JobTransferred(IBackgroundCopyCallback3 *iface,
                                                   IBackgroundCopyJob *job)
{
    return run_call(iface, &(struct callback_call){.method = CALLBACK_JOB_TRANSFERRED, .job = job});
}

static HRESULT WINAPI test_callback_JobError(IBackgroundCopyCallback3 *iface,
                                             IBackgroundCopyJob *job, IBackgroundCopyError *error)
{
    return run_call(
        iface, &(struct callback_call){.method = CALLBACK_JOB_ERROR, .job = job, .error = error});
}

static HRESULT WINAPI test_callback_JobModification(IBackgroundCopyCallback3 *iface,
                                                    IBackgroundCopyJob *job, DWORD reserved)
{
    return run_call(iface, &(struct callback_call){.method = CALLBACK_JOB_MODIFICATION,
                                                   .job = job,
                                                   .number = reserved});
}

static HRESULT WINAPI test_callback_FileTransferred(IBackgroundCopyCallback3 *iface,
                                                    IBackgroundCopyJob *job,
                                                    IBackgroundCopyFile *file)
{
    return run_call(iface, &(struct callback_call){
                               .method = CALLBACK_FILE_TRANSFERRED, .job = job, .file = file});
}

static HRESULT WINAPI test_callback_FileRangesTransferred(IBackgroundCopyCallback3 *iface,
                                                          IBackgroundCopyJob *job,
                                                          IBackgroundCopyFile *file, DWORD count,
                                                          const BG_FILE_RANGE *ranges)
{
    return run_call(iface, &(struct callback_call){.method = CALLBACK_FILE_RANGES,
                                                   .job = job,
                                                   .file = file,
                                                   .number = count,
                                                   .ranges = ranges});
}

static const IBackgroundCopyCallback3Vtbl test_callback_vtbl = {
    test_callback_QueryInterface,
    test_callback_AddRef,
    test_callback_Release,
    /* IBackgroundCopyCallback */
    test_callback_JobTransferred,
    test_callback_JobError,
    test_callback_JobModification,
    /* IBackgroundCopyCallback2 */
    test_callback_FileTransferred,
    /* IBackgroundCopyCallback3 */
    test_callback_FileRangesTransferred,
};

struct test_callback *test_callback_create(unsigned int iids)
{
    struct test_callback *callback = calloc(1, sizeof(*callback));

    if (!callback) abort();
    callback->IBackgroundCopyCallback3_iface.lpVtbl = &test_callback_vtbl;
    callback->ref = 1;
    callback->iids = iids;
    for (unsigned int i = 0; i < CALLBACK_METHOD_COUNT; i++)
        callback->events[i] = CreateEventW(NULL, FALSE, FALSE, NULL);
    return callback;
}

IUnknown *test_callback_unknown(struct test_callback *callback)
{
    return (IUnknown *)&callback->IBackgroundCopyCallback3_iface;
}

LONG test_callback_release(struct test_callback *callback)
{
    return (LONG)IBackgroundCopyCallback3_Release(&callback->IBackgroundCopyCallback3_iface);
}

LONG test_callback_count(struct test_callback *callback, enum callback_method method)
{
    return InterlockedCompareExchange(&callback->counts[method], 0, 0);
}

struct count_goal
{
    struct test_callback *callback;
    enum callback_method method;
    LONG count;
};

static bool is_count_reached(void *ctx)
{
    struct count_goal *goal = ctx;

    return InterlockedCompareExchange(&goal->callback->ended[goal->method], 0, 0) >= goal->count;
}

bool test_callback_wait(struct test_callback *callback, enum callback_method method, LONG count,
                        unsigned int ms)
{
    return com_wait_for(is_count_reached, &(struct count_goal){callback, method, count}, ms);
}

void job_set_callback(IBackgroundCopyJob *job, struct test_callback *callback, ULONG flags)
{
    HRESULT hr;

    hr = IBackgroundCopyJob_SetNotifyInterface(job, test_callback_unknown(callback));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_SetNotifyFlags(job, flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}
