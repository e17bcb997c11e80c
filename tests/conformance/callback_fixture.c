/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs whose clients are called back. */
#include "callback_fixture.h"

#include <stdio.h>
#include <wchar.h>

IBackgroundCopyJob *make_job(struct origin *origin, const WCHAR *name, unsigned int files)
{
    static const struct origin_file file = {.size = FILE_SIZE, .version = 1};
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    WCHAR local[64];
    HRESULT hr;

    hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_add(origin, "/file*", &file);
    for (unsigned int i = 0; i < files; i++)
    {
        char path[32];

        snprintf(path, sizeof(path), "/file%u", i);
        swprintf(local, ARRAY_SIZE(local), L"%ls-%u", name, i);
        job_add(job, origin, path, local);
    }
    if (!files) job_add(job, origin, "/nothing", name);
    return job;
}

void resume_job(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static bool is_held_once(void *ctx)
{
    struct test_callback *callback = ctx;

    return InterlockedCompareExchange(&callback->ref, 0, 0) == 1;
}

void end_client(IBackgroundCopyJob *job, struct test_callback *callback)
{
    LONG left;

    end_job(job);
    com_wait_for(is_held_once, callback, WAIT_MS);
    left = test_callback_release(callback);
    ok(!left, "%ld references are left.\n", left);
}

static bool has_one_reference(void *ctx)
{
    IUnknown *object = ctx;

    IUnknown_AddRef(object);
    return IUnknown_Release(object) == 1;
}

bool is_released(void *object)
{
    return com_wait_for(has_one_reference, object, WAIT_MS);
}
