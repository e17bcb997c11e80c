/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob3: prefixes, ranges, access control. What becomes of ranges and prefixes is in
 * ranged_files.c and remote_names.c; access control is a known gap. */
#include "download_fixture.h"
#include "job_states.h"

#define URL L"http://127.0.0.1/file"

static IBackgroundCopyJob3 *query(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob3 *job3 = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    return job3;
}

static IBackgroundCopyJob3 *create(BG_JOB_TYPE type)
{
    return query(create_job(L"job3", type));
}

static void end(IBackgroundCopyJob3 *job)
{
    end_job((IBackgroundCopyJob *)job);
}

static const BG_JOB_TYPE uploads[] = {BG_JOB_TYPE_UPLOAD, BG_JOB_TYPE_UPLOAD_REPLY};

static void check_remote_name(IBackgroundCopyJob3 *job, ULONG index, const WCHAR *expected)
{
    IBackgroundCopyFile *file = file_at((IBackgroundCopyJob *)job, index);
    WCHAR *name = NULL;
    HRESULT hr;

    if (!file) return;
    hr = IBackgroundCopyFile_GetRemoteName(file, &name);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(name && !wcscmp(name, expected), "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);
    IBackgroundCopyFile_Release(file);
}

/* ---- ReplaceRemotePrefix ---- */

static void test_prefix_refused(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    shows("J3-RRP-4");
    hr = IBackgroundCopyJob3_AddFile(job, URL, temp_path(L"prefix", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"", L"http://other");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"http://127.0.0.1", L"");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"", L"");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    check_remote_name(job, 0, URL);
    end(job);
}

static void test_prefix_of_uploads(void)
{
    shows("J3-RRP-6");
    for (unsigned int i = 0; i < ARRAY_SIZE(uploads); i++)
    {
        IBackgroundCopyJob3 *job = create(uploads[i]);
        HRESULT hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"http://a", L"http://b");

        ok(hr == E_NOTIMPL, "Type %u: got hr %#lx.\n", uploads[i], hr);
        end(job);
    }
}

static void test_prefix(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    temp_path(L"prefix", local);
    hr = IBackgroundCopyJob3_AddFile(job, L"http://127.0.0.1/a/file", local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_AddFile(job, L"http://127.0.0.1/b/file", local);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"http://127.0.0.1/A", L"http://other");
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"http://127.0.0.1/a", L"ftp://other");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job, L"http://127.0.0.1/a", L"http://other/c");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_remote_name(job, 0, L"http://other/c/file");
    check_remote_name(job, 1, L"http://127.0.0.1/b/file");
    end(job);
}

/* ---- AddFileWithRanges ---- */

static HRESULT add_ranges(IBackgroundCopyJob3 *job, BG_FILE_RANGE *ranges, DWORD count)
{
    WCHAR local[MAX_PATH];

    return IBackgroundCopyJob3_AddFileWithRanges(job, URL, temp_path(L"ranges", local), count,
                                                 ranges);
}

#define check_ranges(job, expected, ...)                                                           \
    check_ranges_(__LINE__, job, expected, (BG_FILE_RANGE[]){__VA_ARGS__},                         \
                  sizeof((BG_FILE_RANGE[]){__VA_ARGS__}) / sizeof(BG_FILE_RANGE))
static void check_ranges_(int line, IBackgroundCopyJob3 *job, HRESULT expected,
                          BG_FILE_RANGE *ranges, size_t count)
{
    HRESULT hr = add_ranges(job, ranges, (DWORD)count);

    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", hr);
    if (FAILED(expected))
        ok_(__FILE__, line)(!file_count((IBackgroundCopyJob *)job), "It was added.\n");
}

static void test_ranges_refused(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    BG_FILE_RANGE range = {0, 100};
    HRESULT hr;

    shows("J3-AFWR-3");
    shows("J3-AFWR-6");
    shows("J3-AFWR-7");
    hr = add_ranges(job, &range, 0);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    check_ranges(job, BG_E_INVALID_RANGE, {BG_LENGTH_TO_EOF, 100});
    check_ranges(job, BG_E_INVALID_RANGE, {0, 100}, {BG_LENGTH_TO_EOF, BG_LENGTH_TO_EOF});
    check_ranges(job, BG_E_INVALID_RANGE, {0, 0});
    check_ranges(job, BG_E_INVALID_RANGE, {0, 100}, {200, 0}, {300, 100});
    end(job);
}

static void test_ranges_of_uploads(void)
{
    shows("J3-AFWR-5");
    for (unsigned int i = 0; i < ARRAY_SIZE(uploads); i++)
    {
        IBackgroundCopyJob3 *job = create(uploads[i]);

        check_ranges(job, E_NOTIMPL, {0, 100});
        end(job);
    }
}

static void test_ranges_names(void)
{
    static const struct
    {
        const WCHAR *url, *name;
    } bad[] = {{L"ftp://127.0.0.1/", L"ranges"},
               {L"", L"ranges"},
               {L"http://127.0.0.1/a b", L"ranges"},
               {L"\\\\server\\share\\file", L"ranges"},
               {URL, L"a*"},
               {URL, NULL}};
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    BG_FILE_RANGE range = {0, 100};

    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        WCHAR local[MAX_PATH] = L"relative";
        HRESULT hr;

        if (bad[i].name) temp_path(bad[i].name, local);
        hr = IBackgroundCopyJob3_AddFileWithRanges(job, bad[i].url, local, 1, &range);
        ok(hr == E_INVALIDARG, "Row %u: got hr %#lx.\n", i, hr);
    }
    ok(!file_count((IBackgroundCopyJob *)job), "A file was added.\n");
    end(job);
}

static void test_ranges(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    shows("J3-AFWR-8");
    hr = add_ranges(job, (BG_FILE_RANGE[]){{100, 100}, {900, 100}, {400, 100}}, 3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_ranges(job, (BG_FILE_RANGE[]){{100, BG_LENGTH_TO_EOF}}, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_ranges(job, (BG_FILE_RANGE[]){{0, 100}, {50, 100}}, 2);
    ok(hr == BG_E_OVERLAPPING_RANGES, "Got hr %#lx.\n", hr);
    hr = add_ranges(job, (BG_FILE_RANGE[]){{0, 100}, {0, 100}}, 2);
    ok(hr == BG_E_OVERLAPPING_RANGES, "Got hr %#lx.\n", hr);
    hr = add_ranges(job, (BG_FILE_RANGE[]){{0, BG_LENGTH_TO_EOF}, {10, 10}}, 2);
    ok(hr == BG_E_OVERLAPPING_RANGES, "Got hr %#lx.\n", hr);
    end(job);
}

/* ---- access control ---- */

static void test_acl_bits(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);

    shows("J3-ACL-2");
    for (unsigned int bit = 4; bit < 32; bit++)
        for (DWORD known = 0; known <= 15; known += 5)
        {
            DWORD flags = 1ul << bit | known;
            HRESULT hr = IBackgroundCopyJob3_SetFileACLFlags(job, flags);

            ok(hr == E_INVALIDARG, "Flags %#lx: got hr %#lx.\n", flags, hr);
        }
    end(job);
}

static void test_acl_too_late(void)
{
    static const BG_JOB_STATE states[] = {BG_JOB_STATE_TRANSFERRED, BG_JOB_STATE_ACKNOWLEDGED,
                                          BG_JOB_STATE_CANCELLED};

    shows("J3-ACL-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(states); i++)
    {
        struct state_job s;
        HRESULT hr;

        state_job_start(&s, states[i]);
        for (DWORD flags = 0; flags <= 15; flags++)
        {
            hr = IBackgroundCopyJob4_SetFileACLFlags(s.job4, flags);
            ok(hr == BG_E_INVALID_STATE, "%s: got hr %#lx.\n", state_name(states[i]), hr);
        }
        state_job_end(&s);
    }
}

static void test_acl(void)
{
    IBackgroundCopyJob3 *job = create(BG_JOB_TYPE_DOWNLOAD);
    DWORD flags = 0xdeadbeef;
    HRESULT hr;

    shows("J3-ACL-1");
    hr = IBackgroundCopyJob3_GetFileACLFlags(job, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!flags, "Got flags %#lx.\n", flags);
    for (DWORD i = 0; i <= 15; i++)
    {
        hr = IBackgroundCopyJob3_SetFileACLFlags(job, i);
        ok(hr == S_OK, "Flags %#lx: got hr %#lx.\n", i, hr);
        hr = IBackgroundCopyJob3_GetFileACLFlags(job, &flags);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(flags == i, "Got flags %#lx, not %#lx.\n", flags, i);
    }
    end(job);
}

START_TEST(job3)
{
    downloads_start();
    states_start();
    RUN_TEST(test_prefix_refused);
    RUN_TEST(test_prefix_of_uploads);
    RUN_TEST(test_prefix);
    RUN_TEST(test_ranges_refused);
    RUN_TEST(test_ranges_of_uploads);
    RUN_TEST(test_ranges_names);
    RUN_TEST(test_ranges);
    RUN_TEST(test_acl_bits);
    RUN_TEST(test_acl_too_late);
    RUN_TEST(test_acl);
    states_stop();
    downloads_stop();
}
