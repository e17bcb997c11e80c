/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob2: command line, replies, credentials. What replies do is a known gap. */
#include "download_fixture.h"

#include <stdlib.h>

#define PROGRAM_LIMIT    MAX_PATH
#define PARAMETERS_LIMIT 4000
#define USER_LIMIT       300
#define PASSWORD_LIMIT   65536 /* or one less: the documents do not agree */

static IBackgroundCopyJob2 *create(BG_JOB_TYPE type)
{
    IBackgroundCopyJob *job = create_job(L"job2", type);
    IBackgroundCopyJob2 *job2 = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    return job2;
}

static void end(IBackgroundCopyJob2 *job)
{
    end_job((IBackgroundCopyJob *)job);
}

/* The caller frees it. */
static WCHAR *make_text(size_t len)
{
    WCHAR *text = malloc((len + 1) * sizeof(*text));

    if (!text) abort();
    for (size_t i = 0; i < len; i++)
        text[i] = 'x';
    text[len] = 0;
    return text;
}

/* ---- command line ---- */

static void test_command_line_too_long(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    WCHAR *program = make_text(PROGRAM_LIMIT + 1), *parameters = make_text(PARAMETERS_LIMIT + 1);
    HRESULT hr;

    withstands("N1");
    withstands("K10");
    shows("J2-SNCL-6");
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, program, NULL);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, program, L"program");
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, L"C:\\program", parameters);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);

    /* One character less is not too long. */
    program[PROGRAM_LIMIT] = 0;
    parameters[PARAMETERS_LIMIT] = 0;
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, program, parameters);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    free(program);
    free(parameters);
    end(job);
}

static void test_no_program(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J2-SNCL-4");
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, NULL, L"parameters");
    ok(FAILED(hr) && hr != E_NOTIMPL, "Got hr %#lx.\n", hr);
    end(job);
}

static void check_command_line(IBackgroundCopyJob2 *job, const WCHAR *program,
                               const WCHAR *parameters)
{
    WCHAR *got_program = NULL, *got_parameters = NULL;
    HRESULT hr = IBackgroundCopyJob2_GetNotifyCmdLine(job, &got_program, &got_parameters);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(got_program && !wcscmp(got_program, program), "Got %s.\n", wine_dbgstr_w(got_program));
    ok(got_parameters && !wcscmp(got_parameters, parameters), "Got %s.\n",
       wine_dbgstr_w(got_parameters));
    CoTaskMemFree(got_program);
    CoTaskMemFree(got_parameters);
}

static void set_command_line(IBackgroundCopyJob2 *job, const WCHAR *program,
                             const WCHAR *parameters)
{
    HRESULT hr = IBackgroundCopyJob2_SetNotifyCmdLine(job, program, parameters);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void test_command_line(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);

    shows("J2-SNCL-1");
    shows("J2-SNCL-2");
    shows("J2-SNCL-3");
    shows("J2-SNCL-5");
    check_command_line(job, L"", L"");
    set_command_line(job, L"C:\\program.exe", L"program.exe -x");
    check_command_line(job, L"C:\\program.exe", L"program.exe -x");
    set_command_line(job, L"C:\\other.exe", NULL);
    check_command_line(job, L"C:\\other.exe", L"");
    set_command_line(job, NULL, NULL);
    check_command_line(job, L"", L"");
    end(job);
}

/* ---- replies ---- */

static const BG_JOB_TYPE without_reply[] = {BG_JOB_TYPE_DOWNLOAD, BG_JOB_TYPE_UPLOAD};

static void test_reply_of_other_types(void)
{
    shows("J2-REP-1");
    shows("J2-REP-3");
    shows("J2-REP-12");
    for (unsigned int i = 0; i < ARRAY_SIZE(without_reply); i++)
    {
        IBackgroundCopyJob2 *job = create(without_reply[i]);
        BG_JOB_REPLY_PROGRESS progress;
        byte *data = (byte *)0xdeadbeef;
        WCHAR *name = (WCHAR *)0xdeadbeef;
        UINT64 size = 1;
        HRESULT hr;

        winetest_push_context("type %u", without_reply[i]);
        hr = IBackgroundCopyJob2_GetReplyProgress(job, &progress);
        ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob2_GetReplyProgress(job, NULL);
        ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob2_GetReplyData(job, &data, &size);
        ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
        ok(!data, "Got %p.\n", data);
        hr = IBackgroundCopyJob2_GetReplyFileName(job, &name);
        ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
        ok(!name, "Got %p.\n", name);
        end(job);
        winetest_pop_context();
    }
}

static void test_reply(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_UPLOAD_REPLY);
    BG_JOB_REPLY_PROGRESS progress = {0};
    WCHAR local[MAX_PATH], *name = NULL;
    byte *data = NULL;
    UINT64 size = 0;
    HRESULT hr;

    shows("J2-REP-2");
    shows("J2-REP-4");
    shows("J2-REP-8");
    shows("J2-REP-13");
    hr = IBackgroundCopyJob2_GetReplyData(job, &data, &size);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_GetReplyProgress(job, &progress);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(progress.BytesTotal == BG_SIZE_UNKNOWN, "Got %#llx bytes.\n", progress.BytesTotal);
    hr = IBackgroundCopyJob2_GetReplyFileName(job, &name);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!name, "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);

    hr = IBackgroundCopyJob2_SetReplyFileName(job, temp_path(L"reply", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    name = NULL;
    hr = IBackgroundCopyJob2_GetReplyFileName(job, &name);
    ok(hr == S_OK && name && !wcscmp(name, local), "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(name));
    CoTaskMemFree(name);
    end(job);
}

/* ---- credentials ---- */

static HRESULT set_credentials(IBackgroundCopyJob2 *job, int target, int scheme, WCHAR *user,
                               WCHAR *password)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = (BG_AUTH_TARGET)target,
                                       .Scheme = (BG_AUTH_SCHEME)scheme};

    credentials.Credentials.Basic.UserName = user;
    credentials.Credentials.Basic.Password = password;
    return IBackgroundCopyJob2_SetCredentials(job, &credentials);
}

static const int bad_numbers[] = {0, 100, 0x7fff, -1};

static void test_bad_targets(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J2-CRED-2");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad_numbers); i++)
    {
        hr = set_credentials(job, bad_numbers[i], BG_AUTH_SCHEME_BASIC, L"user", L"word");
        ok(hr == BG_E_INVALID_AUTH_TARGET, "Target %d: got hr %#lx.\n", bad_numbers[i], hr);
        hr = IBackgroundCopyJob2_RemoveCredentials(job, (BG_AUTH_TARGET)bad_numbers[i],
                                                   BG_AUTH_SCHEME_BASIC);
        ok(FAILED(hr), "Target %d: got hr %#lx.\n", bad_numbers[i], hr);
    }
    hr = set_credentials(job, 3, BG_AUTH_SCHEME_BASIC, L"user", L"word");
    ok(hr == BG_E_INVALID_AUTH_TARGET, "Got hr %#lx.\n", hr);
    end(job);
}

static void test_bad_schemes(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J2-CRED-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad_numbers); i++)
    {
        hr = set_credentials(job, BG_AUTH_TARGET_SERVER, bad_numbers[i], L"user", L"word");
        ok(hr == BG_E_INVALID_AUTH_SCHEME, "Scheme %d: got hr %#lx.\n", bad_numbers[i], hr);
    }
    hr = set_credentials(job, BG_AUTH_TARGET_PROXY, 6, L"user", L"word");
    ok(hr == BG_E_INVALID_AUTH_SCHEME, "Got hr %#lx.\n", hr);
    end(job);
}

static void test_credentials_too_long(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    WCHAR *user = make_text(USER_LIMIT + 1), *password = make_text(PASSWORD_LIMIT + 1);
    HRESULT hr;

    withstands("K10");
    shows("J2-CRED-4");
    shows("J2-CRED-5");
    hr = set_credentials(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, user, L"word");
    ok(hr == BG_E_USERNAME_TOO_LARGE, "Got hr %#lx.\n", hr);
    hr = set_credentials(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_NTLM, user, L"word");
    ok(hr == BG_E_USERNAME_TOO_LARGE, "Got hr %#lx.\n", hr);
    hr = set_credentials(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, L"user", password);
    ok(hr == BG_E_PASSWORD_TOO_LARGE, "Got hr %#lx.\n", hr);

    user[USER_LIMIT] = 0;
    password[PASSWORD_LIMIT - 1] = 0;
    hr = set_credentials(job, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_BASIC, user, password);
    ok(hr != BG_E_USERNAME_TOO_LARGE && hr != BG_E_PASSWORD_TOO_LARGE, "Got hr %#lx.\n", hr);
    free(user);
    free(password);
    end(job);
}

static void test_credentials_NULL(void)
{
    static const int schemes[] = {BG_AUTH_SCHEME_BASIC, BG_AUTH_SCHEME_DIGEST};
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J2-CRED-6");
    for (unsigned int i = 0; i < ARRAY_SIZE(schemes); i++)
        for (int target = BG_AUTH_TARGET_SERVER; target <= BG_AUTH_TARGET_PROXY; target++)
        {
            hr = set_credentials(job, target, schemes[i], NULL, L"word");
            ok(hr == E_INVALIDARG, "Scheme %d: got hr %#lx.\n", schemes[i], hr);
            hr = set_credentials(job, target, schemes[i], L"user", NULL);
            ok(hr == E_INVALIDARG, "Scheme %d: got hr %#lx.\n", schemes[i], hr);
            hr = set_credentials(job, target, schemes[i], NULL, NULL);
            ok(hr == E_INVALIDARG, "Scheme %d: got hr %#lx.\n", schemes[i], hr);
        }
    end(job);
}

static void test_credentials(void)
{
    IBackgroundCopyJob2 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J2-CRED-1");
    shows("J2-CRED-10");
    shows("J2-CRED-11");
    for (int target = BG_AUTH_TARGET_SERVER; target <= BG_AUTH_TARGET_PROXY; target++)
        for (int scheme = BG_AUTH_SCHEME_BASIC; scheme <= BG_AUTH_SCHEME_PASSPORT; scheme++)
        {
            winetest_push_context("target %d, scheme %d", target, scheme);
            hr = IBackgroundCopyJob2_RemoveCredentials(job, (BG_AUTH_TARGET)target,
                                                       (BG_AUTH_SCHEME)scheme);
            ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
            hr = set_credentials(job, target, scheme, L"user", L"word");
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            hr = IBackgroundCopyJob2_RemoveCredentials(job, (BG_AUTH_TARGET)target,
                                                       (BG_AUTH_SCHEME)scheme);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            winetest_pop_context();
        }
    hr = set_credentials(job, BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_NEGOTIATE, NULL, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end(job);
}

START_TEST(job2)
{
    downloads_start();
    RUN_TEST(test_command_line_too_long);
    RUN_TEST(test_no_program);
    RUN_TEST(test_command_line);
    RUN_TEST(test_reply_of_other_types);
    RUN_TEST(test_reply);
    RUN_TEST(test_bad_targets);
    RUN_TEST(test_bad_schemes);
    RUN_TEST(test_credentials_too_long);
    RUN_TEST(test_credentials_NULL);
    RUN_TEST(test_credentials);
    downloads_stop();
}
