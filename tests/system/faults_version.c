/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files that change while they are fetched: what is noticed, that only the changed file starts
 * over, and that no file is made of two versions (rows B9 to B12, B23, B24, B26 of the faults). */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define SIZE   300000
#define CUT    100000
#define DATE_A "Tue, 01 Jan 2019 12:00:00 GMT"
#define DATE_B "Tue, 01 Jan 2019 12:00:01 GMT"

static struct origin *origin;

/* ---- between two ranges ---- */

struct change
{
    const char *row;
    struct origin_file before, after;
};

#define FILE(...)                                                                                  \
    {                                                                                              \
        .size = SIZE, __VA_ARGS__                                                                  \
    }
#define UNASKED .flags = ORIGIN_NO_PRECONDITIONS /* the client must look by itself */

static const struct change changes[] = {
    {"B9: other time", FILE(.version = 1, UNASKED), FILE(.version = 2, UNASKED)},
    {"B9: other time, in the background", FILE(.version = 1, UNASKED), FILE(.version = 2, UNASKED)},
    {"B9: one second later", FILE(.version = 1, .last_modified = DATE_A, UNASKED),
     FILE(.version = 2, .last_modified = DATE_B, UNASKED)},
    {"B9: one second earlier", FILE(.version = 1, .last_modified = DATE_B, UNASKED),
     FILE(.version = 2, .last_modified = DATE_A, UNASKED)},
    {"B9: time is no date", FILE(.version = 1, .last_modified = "yesterday", UNASKED),
     FILE(.version = 2, .last_modified = "today", UNASKED)},
    {"B9: longer, same time",
     FILE(.version = 1, .last_modified = DATE_A, UNASKED),
     {.size = SIZE + 1, .version = 2, .last_modified = DATE_A, UNASKED}},
    {"B9: shorter, same time",
     FILE(.version = 1, .last_modified = DATE_A, UNASKED),
     {.size = SIZE - 1, .version = 2, .last_modified = DATE_A, UNASKED}},
    {"B9: longer, no time",
     {.size = SIZE, .version = 1, .flags = ORIGIN_NO_LAST_MODIFIED},
     {.size = SIZE + 1, .version = 2, .flags = ORIGIN_NO_LAST_MODIFIED}},
    {"B10: other tag", FILE(.version = 1, .last_modified = DATE_A, .etag = "\"a\"", UNASKED),
     FILE(.version = 2, .last_modified = DATE_A, .etag = "\"b\"", UNASKED)},
    {"B10: other tag, If-Match", FILE(.version = 1, .last_modified = DATE_A, .etag = "\"a\""),
     FILE(.version = 2, .last_modified = DATE_A, .etag = "\"b\"")},
    {"B10: other tag, no time",
     {.size = SIZE, .version = 1, .etag = "\"a\"", .flags = ORIGIN_NO_LAST_MODIFIED},
     {.size = SIZE, .version = 2, .etag = "\"b\"", .flags = ORIGIN_NO_LAST_MODIFIED}},
    {"B23: 416, shrunk", FILE(.version = 1, UNASKED), {.size = 1000, .version = 2, UNASKED}},
    {"B23: 416, empty", FILE(.version = 1, UNASKED), {.size = 0, .version = 2, UNASKED}},
    {"B24: 412, If-Unmodified-Since", FILE(.version = 1, .last_modified = DATE_A),
     FILE(.version = 2, .last_modified = DATE_B)},
};

struct change_run
{
    IBackgroundCopyJob *job;
    char path[32];
    WCHAR name[16];
};

static void start_change(struct change_run *run, const struct change *change, unsigned int index)
{
    snprintf(run->path, sizeof(run->path), "/change/%u", index);
    swprintf(run->name, ARRAY_SIZE(run->name), L"c%u.bin", index);
    origin_add(origin, run->path, &change->before);
    origin_swap_after(origin, run->path, CUT, &change->after, true);
    run->job = create_download(origin, run->path, run->name, !strstr(change->row, "background"));
    resume_job(run->job);
}

/* The request that goes on, behind HEAD and the first GET. */
static bool is_condition_met(const char *path)
{
    struct origin_entry entry;

    return origin_journal_get(origin, path, 2, &entry) && entry.status == 206;
}

static void finish_change(struct change_run *run, const struct change *change)
{
    static const uint64_t stop = CUT;
    struct origin_tally tally;
    BG_JOB_PROGRESS progress;

    wait_for_state(run->job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    check_job_error(run->job, WINHTTP_CONNECTION_ERROR, BG_ERROR_CONTEXT_REMOTE_FILE);
    check_kept_bytes(run->job, 0, CUT, 1);
    resume_job(run->job);
    wait_for_state(run->job, TRANSFERRED, FAULT_WAIT_MS);
    job_progress(run->job, &progress);
    ok(progress.BytesTotal == change->after.size && progress.BytesTransferred == change->after.size,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.BytesTransferred,
       (unsigned long long)progress.BytesTotal);
    origin_count(origin, run->path, ORIGIN_ANY_VERSION, &stop, 1, &tally);
    /* Where the server does not look at the condition, its answer is on the way and lost. */
    ok(tally.twice <= (is_condition_met(run->path) ? change->after.size - CUT : 0) &&
           !tally.missing,
       "%llu bytes twice, %llu missing.\n", (unsigned long long)tally.twice,
       (unsigned long long)tally.missing);
    ok(tally.heads == 2 && tally.gets <= 3, "%u times HEAD, %u times GET.\n", tally.heads,
       tally.gets);
    complete_download(run->job, run->name, change->after.size, change->after.version);
    end_job(run->job);
}

static void test_changes(void)
{
    struct change_run runs[ARRAY_SIZE(changes)];

    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
        start_change(&runs[i], &changes[i], i);
    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
    {
        winetest_push_context("%s", changes[i].row);
        finish_change(&runs[i], &changes[i]);
        winetest_pop_context();
    }
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* ---- within one answer ---- */

/* The answer that runs is of one version, whatever the server offers by now. */
static void test_change_during_answer(void)
{
    static const struct origin_file before = FILE(.version = 1), after = FILE(.version = 2);
    IBackgroundCopyJob *job;

    origin_add(origin, "/during", &before);
    origin_swap_after(origin, "/during", CUT, &after, false);
    job = create_download(origin, "/during", L"during.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    complete_download(job, L"during.bin", SIZE, 1);
    end_job(job);
}

/* ---- other files of the job ---- */

static void test_finished_files_stay(void)
{
    static const struct origin_file before = FILE(.version = 1), after = FILE(.version = 2);
    static const uint64_t stop = CUT;
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    struct origin_tally tally;
    HRESULT hr;

    withstands("B9");
    winetest_push_context("B9: finished files");
    origin_add(origin, "/first", &before);
    origin_add(origin, "/second", &before);
    origin_add(origin, "/third", &before);
    origin_swap_after(origin, "/second", CUT, &after, true);
    job = create_download(origin, "/first", L"first.bin", true);
    job_add(job, origin, "/second", L"second.bin");
    job_add(job, origin, "/third", L"third.bin");
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    /* It changes too, but nobody may ask. */
    origin_add(origin, "/first", &after);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);

    ok(origin_check_no_overlap(origin, "/second", &stop, 1), "Not each byte once.\n");
    ok(origin_check_no_overlap(origin, "/third", NULL, 0), "Not each byte once.\n");
    origin_count(origin, "/first", ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(tally.heads == 1 && tally.gets == 1, "%u times HEAD, %u times GET.\n", tally.heads,
       tally.gets);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"first.bin", path), SIZE, 1);
    DeleteFileW(path);
    verify_file(temp_path(L"second.bin", path), SIZE, 2);
    DeleteFileW(path);
    verify_file(temp_path(L"third.bin", path), SIZE, 1);
    DeleteFileW(path);
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
    IBackgroundCopyJob_Release(job);
    winetest_pop_context();
}

/* ---- what cannot be noticed ---- */

static IBackgroundCopyFile3 *first_file(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;
    IBackgroundCopyFile3 *file3 = NULL;

    IBackgroundCopyJob_EnumFiles(job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
    return file3;
}

/* Neither size, time nor tag says so: the limit of what BITS promises. The client can tell. */
static void test_unseen_change(void)
{
    static const struct origin_file before = FILE(.version = 1, .last_modified = DATE_A);
    static const struct origin_file after = FILE(.version = 2, .last_modified = DATE_A);
    IBackgroundCopyFile3 *file;
    IBackgroundCopyJob *job;
    HRESULT hr;

    withstands("B11");
    winetest_push_context("B11");
    origin_add(origin, "/unseen", &before);
    origin_swap_after(origin, "/unseen", CUT, &after, true);
    job = create_download(origin, "/unseen", L"unseen.bin", true);
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_kept_bytes(job, 0, CUT, 1);
    check_last_range(origin, "/unseen", CUT, SIZE);

    file = first_file(job);
    hr = IBackgroundCopyFile3_SetValidationState(file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
    check_job_error(job, BG_E_VALIDATION_FAILED, BG_ERROR_CONTEXT_REMOTE_FILE);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    complete_download(job, L"unseen.bin", SIZE, 2);
    IBackgroundCopyFile3_Release(file);
    end_job(job);
    winetest_pop_context();
}

/* ---- no end of it ---- */

static const struct fault_case endless_cases[] = {
    {.row = "B12: another version in each answer",
     .fault = "changing",
     .use = {.file = FILE(.version = 100)},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B12: in the background",
     .fault = "changing",
     .use = {.file = FILE(.version = 100)},
     .is_background = true,
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B12: after a good beginning",
     .fault = "version",
     .use = {.file = FILE(.version = 1), .n = 2},
     .cut = CUT,
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 10},
    {.row = "B23: 416 always",
     .fault = "get_status",
     .use = {.file = FILE(.version = 1), .n = 416},
     .cut = CUT,
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 10},
    {.row = "B24: 412 always",
     .fault = "get_status",
     .use = {.file = FILE(.version = 1), .n = 412},
     .cut = CUT,
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 10},
    {.row = "B23: 416 once, though it is the same",
     .fault = "get_status",
     .use = {.file = FILE(.version = 1), .n = 416, .times = 1},
     .cut = CUT,
     .end = FAULT_SURVIVED,
     .requests = 5},
    {.row = "B24: 412 once, though it is the same",
     .fault = "get_status",
     .use = {.file = FILE(.version = 1), .n = 412, .times = 1},
     .cut = CUT,
     .end = FAULT_SURVIVED,
     .requests = 5},
};

static void test_endless_changes(void)
{
    withstands("B12");
    run_fault_cases(origin, endless_cases, ARRAY_SIZE(endless_cases));
}

/* ---- dates ---- */

#define NO_DATE 0

/* As FILETIME; NO_DATE: of no use for the file. */
static const struct
{
    const char *text;
    UINT64 time;
} dates[] = {
    {"", NO_DATE},
    {"0", NO_DATE},
    {"yesterday", NO_DATE},
    {"Mon, 01 Jan 0000 00:00:00 GMT", NO_DATE},
    {"Sat, 30 Feb 2019 12:00:00 GMT", NO_DATE},
    {"Tue, 01 Jan 2019 25:61:61 GMT", NO_DATE},
    {"Tue, 01 Jan 2019 12:00:00 +0200", NO_DATE},
    {"2019-01-01T12:00:00Z", NO_DATE},
    {"Tue, 01 Jan 2019 12:00:00", NO_DATE},
    {"Tue, 01 Jan 99999 12:00:00 GMT", NO_DATE},
    {"Tue, 01 Jan 1600 12:00:00 GMT", NO_DATE},
    {"Tue, 01 Jan 2019 12:00:00 GMT", 131908176000000000},
    {"Tuesday, 01-Jan-19 12:00:00 GMT", 131908176000000000},
    {"Tue Jan  1 12:00:00 2019", 131908176000000000},
};

static UINT64 now(void)
{
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    return (UINT64)time.dwHighDateTime << 32 | time.dwLowDateTime;
}

static UINT64 time_of(const WCHAR *path)
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    if (!GetFileAttributesExW(path, GetFileExInfoStandard, &data)) return 0;
    return (UINT64)data.ftLastWriteTime.dwHighDateTime << 32 | data.ftLastWriteTime.dwLowDateTime;
}

static void check_date(struct change_run *run, UINT64 expected, UINT64 begin)
{
    WCHAR path[MAX_PATH];
    UINT64 time;
    HRESULT hr;

    wait_for_state(run->job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
    resume_job(run->job);
    wait_for_state(run->job, TRANSFERRED, FAULT_WAIT_MS);
    /* What cannot be read is the same text all the same. */
    check_last_range(origin, run->path, CUT, SIZE);
    hr = IBackgroundCopyJob_Complete(run->job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(run->name, path), SIZE, 1);
    time = time_of(path);
    /* The disk may be coarser than the clock. */
    ok(expected ? time == expected : time + 20000000 >= begin && time <= now(), "Got time %llu.\n",
       (unsigned long long)time);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(run->job);
}

static void test_dates(void)
{
    struct change_run runs[ARRAY_SIZE(dates)];
    UINT64 begin = now();

    withstands("B26");
    for (unsigned int i = 0; i < ARRAY_SIZE(dates); i++)
    {
        struct origin_file file = FILE(.version = 1, .last_modified = dates[i].text);

        snprintf(runs[i].path, sizeof(runs[i].path), "/date/%u", i);
        swprintf(runs[i].name, ARRAY_SIZE(runs[i].name), L"d%u.bin", i);
        origin_add(origin, runs[i].path, &file);
        origin_cut_after(origin, runs[i].path, CUT, 0, 1);
        runs[i].job = create_download(origin, runs[i].path, runs[i].name, true);
        resume_job(runs[i].job);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(dates); i++)
    {
        winetest_push_context("B26: \"%s\"", dates[i].text);
        check_date(&runs[i], dates[i].time, begin);
        winetest_pop_context();
    }
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* Further ahead than many disks can note it: the file counts, not its time. */
static void test_far_date(void)
{
    static const struct origin_file file =
        FILE(.version = 1, .last_modified = "Fri, 31 Dec 9999 23:59:59 GMT");
    IBackgroundCopyJob *job;

    withstands("B26");
    withstands("E12");
    winetest_push_context("B26: 9999");
    origin_add(origin, "/far", &file);
    job = create_download(origin, "/far", L"far.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    complete_download(job, L"far.bin", SIZE, 1);
    end_job(job);
    winetest_pop_context();
}

START_TEST(faults_version)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    RUN_TEST(test_changes);
    RUN_TEST(test_change_during_answer);
    RUN_TEST(test_finished_files_stay);
    RUN_TEST(test_unseen_change);
    RUN_TEST(test_endless_changes);
    RUN_TEST(test_dates);
    RUN_TEST(test_far_date);
    com_stop();
    origin_destroy(origin);
}
