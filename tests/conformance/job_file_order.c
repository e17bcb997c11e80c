/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How the files of a job are transferred: one after the other, and what becomes of the others when
 * something is wrong with one. */
#include "download_fixture.h"

#define OLD "Sat, 01 Jan 2022 00:00:00 GMT"
#define NEW "Sun, 02 Jan 2022 00:00:00 GMT"

static IBackgroundCopyJob *create_three(const char *const paths[3])
{
    static const WCHAR *const names[] = {L"first", L"second", L"third"};
    IBackgroundCopyJob *job = create_job(L"three", BG_JOB_TYPE_DOWNLOAD);

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    for (unsigned int i = 0; i < 3; i++)
        job_add(job, origin, paths[i], names[i]);
    return job;
}

/* All requests to the one were answered before the first request to the other came. */
static void check_before(const char *first, const char *second)
{
    size_t count = origin_journal_count(origin, first);
    struct origin_entry before, after;

    ok(count != 0, "%s was not asked for.\n", first);
    if (!origin_journal_get(origin, second, 0, &after))
    {
        ok(0, "%s was not asked for.\n", second);
        return;
    }
    for (size_t i = 0; i < count; i++)
        if (origin_journal_get(origin, first, i, &before))
            ok(before.end != ORIGIN_END_RUNNING && before.end_ms <= after.begin_ms,
               "Request %zu to %s ended %llu ms after the first one to %s.\n", i, first,
               (unsigned long long)(before.end_ms - after.begin_ms), second);
}

static void test_order(void)
{
    static const char *const paths[] = {"/order-c", "/order-a", "/order-b"};
    IBackgroundCopyJob *job = create_three(paths);
    BG_JOB_PROGRESS progress;

    shows("JOB-AF-17");
    shows("JOB-SPR-10");
    for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
        origin_add(origin, paths[i], &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, paths[1], 0);
    resume(job);
    ok(origin_wait_held(origin, paths[1], SOON), "The second file is not asked for.\n");
    com_pump(QUIET_MS);
    ok(!origin_journal_count(origin, paths[2]), "The third file is asked for.\n");
    job_progress(job, &progress);
    ok(progress.FilesTransferred == 1, "Got %lu files.\n", progress.FilesTransferred);

    origin_release(origin, paths[1]);
    wait_for_state(job, TRANSFERRED, SOON);
    check_before(paths[0], paths[1]);
    check_before(paths[1], paths[2]);
    end_job(job);
}

/* ---- errors ---- */

static void check_stopped(IBackgroundCopyJob *job, const char *const paths[3], HRESULT expected)
{
    IBackgroundCopyFile *file;
    IBackgroundCopyError *error;
    BG_FILE_PROGRESS progress;
    WCHAR *name = NULL, local[MAX_PATH];
    HRESULT hr, code = job_error(job, NULL);

    ok(code == expected, "Got code %#lx.\n", code);
    hr = IBackgroundCopyJob_GetError(job, &error);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return;
    hr = IBackgroundCopyError_GetFile(error, &file);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK)
    {
        IBackgroundCopyFile_GetLocalName(file, &name);
        ok(name && !wcscmp(name, temp_path(L"second", local)), "Got %s.\n", wine_dbgstr_w(name));
        CoTaskMemFree(name);
        IBackgroundCopyFile_Release(file);
    }
    IBackgroundCopyError_Release(error);

    file_progress(job, 0, &progress);
    ok(progress.BytesTransferred == SMALL, "Got %llu bytes.\n", progress.BytesTransferred);
    com_pump(QUIET_MS);
    ok(!origin_journal_count(origin, paths[2]), "The third file is asked for.\n");
}

static void check_error_in_second(const char *const paths[3], BG_JOB_STATE state, HRESULT code)
{
    IBackgroundCopyJob *job = create_three(paths);
    size_t requests;

    origin_add(origin, paths[0], &(struct origin_file){.size = SMALL});
    origin_add(origin, paths[2], &(struct origin_file){.size = SMALL});
    resume(job);
    wait_for_state(job, STATE_BIT(state), SOON);
    check_stopped(job, paths, code);

    requests = origin_journal_count(origin, paths[0]);
    origin_add(origin, paths[1], &(struct origin_file){.size = SMALL});
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    ok(origin_journal_count(origin, paths[0]) == requests, "The first file is fetched again.\n");
    check_before(paths[1], paths[2]);
    end_job(job);
}

static void test_error(void)
{
    static const char *const fatal[] = {"/fatal1", "/fatal2", "/fatal3"};
    static const char *const transient[] = {"/busy1", "/busy2", "/busy3"};
    static const struct fixed_answer busy = {503, NULL};

    shows("JOB-AF-18");
    check_error_in_second(fatal, BG_JOB_STATE_ERROR, BG_E_HTTP_ERROR_404);
    answer_with(transient[1], &busy);
    check_error_in_second(transient, BG_JOB_STATE_TRANSIENT_ERROR, BG_E_HTTP_ERROR_503);
}

/* ---- changes ---- */

static void check_change(const char *const paths[3], const struct origin_file *before,
                         const struct origin_file *after)
{
    IBackgroundCopyJob *job = create_three(paths);
    struct origin_tally tally;
    BG_JOB_PROGRESS progress;
    WCHAR local[MAX_PATH];
    HRESULT hr;

    origin_add(origin, paths[0], &(struct origin_file){.size = SMALL});
    origin_add(origin, paths[1], before);
    origin_add(origin, paths[2], &(struct origin_file){.size = SMALL});
    origin_swap_after(origin, paths[1], 3 * MIB, after, true);
    IBackgroundCopyJob_SetMinimumRetryDelay(job, 5);
    resume(job);
    if (wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON) ==
        BG_JOB_STATE_TRANSIENT_ERROR)
    {
        resume(job); /* the connection was cut, and that is all it knows */
        wait_for_state(job, TRANSFERRED, SOON);
    }

    job_progress(job, &progress);
    ok(progress.BytesTotal == after->size + 2 * SMALL, "Got %llu bytes.\n", progress.BytesTotal);
    ok(progress.BytesTransferred == progress.BytesTotal, "Got %llu bytes.\n",
       progress.BytesTransferred);
    for (unsigned int i = 0; i < 3; i += 2)
    {
        origin_count(origin, paths[i], ORIGIN_ANY_VERSION, NULL, 0, &tally);
        ok(tally.gets == 1 && !tally.twice, "%s: got %u requests.\n", paths[i], tally.gets);
    }
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"first", local), SMALL, 0);
    verify_file(temp_path(L"second", local), after->size, after->version);
    verify_file(temp_path(L"third", local), SMALL, 0);
    IBackgroundCopyJob_Release(job);
}

static void test_change(void)
{
    static const char *const date[] = {"/date1", "/date2", "/date3"};
    static const char *const size[] = {"/size1", "/size2", "/size3"};
    static const struct origin_file before = {.size = 4 * MIB, .version = 1, .last_modified = OLD};
    static const struct origin_file other_date = {
        .size = 4 * MIB, .version = 2, .last_modified = NEW};
    static const struct origin_file other_size = {
        .size = 5 * MIB, .version = 3, .last_modified = OLD};

    shows("JOB-AF-19");
    winetest_push_context("date");
    check_change(date, &before, &other_date);
    winetest_pop_context();
    winetest_push_context("size");
    check_change(size, &before, &other_size);
    winetest_pop_context();
}

/* ---- times ---- */

static void test_times(void)
{
    static const SYSTEMTIME expected = {.wYear = 2022, .wMonth = 1, .wDay = 1};
    WCHAR local[MAX_PATH];
    IBackgroundCopyJob *job;
    WIN32_FILE_ATTRIBUTE_DATA data;
    FILETIME time;
    HRESULT hr;

    shows("JOB-AF-22");
    origin_add(origin, "/dated", &(struct origin_file){.size = SMALL, .last_modified = OLD});
    job = transfer("/dated", L"dated");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);

    SystemTimeToFileTime(&expected, &time);
    ok(GetFileAttributesExW(temp_path(L"dated", local), GetFileExInfoStandard, &data),
       "Got error %lu.\n", GetLastError());
    ok(!CompareFileTime(&data.ftLastWriteTime, &time), "Got %08lx:%08lx.\n",
       data.ftLastWriteTime.dwHighDateTime, data.ftLastWriteTime.dwLowDateTime);
    ok(!CompareFileTime(&data.ftCreationTime, &time), "Got %08lx:%08lx.\n",
       data.ftCreationTime.dwHighDateTime, data.ftCreationTime.dwLowDateTime);
}

START_TEST(job_file_order)
{
    downloads_start();
    RUN_TEST(test_order);
    RUN_TEST(test_error);
    RUN_TEST(test_change);
    RUN_TEST(test_times);
    downloads_stop();
}
