/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What tests of uploads have in common. */
#include "harness/upload_jobs.h"

IBackgroundCopyJob *create_upload_to(const WCHAR *url, BG_JOB_TYPE type, const WCHAR *name,
                                     UINT64 size, unsigned int version)
{
    IBackgroundCopyJob *job = create_job(name, type);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    ok(write_file(temp_path(name, local), size, version), "Could not make %ls.\n", local);
    hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, url, local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

IBackgroundCopyJob *create_upload(const struct origin *o, const char *path, BG_JOB_TYPE type,
                                  const WCHAR *name, UINT64 size, unsigned int version)
{
    WCHAR url[URL_MAX];

    return create_upload_to(origin_wurl(o, path, url), type, name, size, version);
}

void set_upload_login(IBackgroundCopyJob *job, BG_AUTH_TARGET target, BG_AUTH_SCHEME scheme,
                      const WCHAR *user, const WCHAR *password)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = target, .Scheme = scheme};
    IBackgroundCopyJob2 *job2 = job2_of(job);
    HRESULT hr;

    credentials.Credentials.Basic.UserName = (WCHAR *)user;
    credentials.Credentials.Basic.Password = (WCHAR *)password;
    hr = IBackgroundCopyJob2_SetCredentials(job2, &credentials);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

void set_upload_header(IBackgroundCopyJob *job, const WCHAR *lines)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                           (void **)&options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, lines);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
}

void resume_upload(IBackgroundCopyJob *job)
{
    HRESULT hr = IBackgroundCopyJob_Resume(job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

IBackgroundCopyJob2 *job2_of(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob2 *job2 = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job2;
}

void expect_failed_(int line, const char *file, IBackgroundCopyJob *job, BG_JOB_STATE state,
                    HRESULT code, BG_ERROR_CONTEXT context)
{
    BG_ERROR_CONTEXT got_context = BG_ERROR_CONTEXT_NONE;
    BG_JOB_STATE got = wait_for_state_(line, file, job, FAILED_STATES, UPLOAD_WAIT_MS);
    HRESULT got_code = job_error(job, &got_context);

    ok_(file, line)(got == state, "Got state %s.\n", state_name(got));
    ok_(file, line)(got_code == code, "Got code %#lx.\n", got_code);
    ok_(file, line)(got_context == context, "Got context %u.\n", got_context);
}

void finish_upload_(int line, const char *file, IBackgroundCopyJob *job, struct up_server *server,
                    const WCHAR *name, UINT64 size, unsigned int version, unsigned int left)
{
    struct up_counts counts;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    if (wait_for_state_(line, file, job, TRANSFERRED, UPLOAD_WAIT_MS) != BG_JOB_STATE_TRANSFERRED)
        up_journal_print(server);
    hr = IBackgroundCopyJob_Complete(job);
    ok_(file, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    up_get_counts(server, &counts);
    ok_(file, line)(up_has_file(server, size, version), "The file did not arrive.\n");
    ok_(file, line)(counts.sessions <= left, "%u sessions are left open.\n", counts.sessions);
    verify_file_(line, file, temp_path(name, local), size, version);
    DeleteFileW(local);
    IBackgroundCopyJob_Release(job);
}
