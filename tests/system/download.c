/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads from servers that do nothing wrong: what is asked, in which order, and what comes of
 * it.
 */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define KIB 1024u
#define MIB (1024u * KIB)

static struct origin *origin;

static void check_empty(void)
{
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* ---- one file ---- */

static void test_one_file(void)
{
    WCHAR path[MAX_PATH], temporary[MAX_PATH];
    IBackgroundCopyJob *job;
    BG_JOB_PROGRESS progress;
    struct origin_tally tally;
    HRESULT hr;

    origin_add(origin, "/one", &(struct origin_file){.size = 5 * MIB + 1, .version = 1});
    job = create_download(origin, "/one", L"one.bin", false);
    job_progress(job, &progress);
    ok(progress.BytesTotal == BG_SIZE_UNKNOWN && !progress.BytesTransferred,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.BytesTransferred,
       (unsigned long long)progress.BytesTotal);
    ok(!origin_journal_count(origin, "/one"), "It is asked for before Resume.\n");
    check_empty();

    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    job_progress(job, &progress);
    ok(progress.BytesTotal == 5 * MIB + 1 && progress.BytesTransferred == 5 * MIB + 1,
       "Got %llu of %llu bytes.\n", (unsigned long long)progress.BytesTransferred,
       (unsigned long long)progress.BytesTotal);
    ok(progress.FilesTotal == 1 && progress.FilesTransferred == 1, "Got %lu of %lu files.\n",
       progress.FilesTransferred, progress.FilesTotal);
    ok(!file_exists(temp_path(L"one.bin", path)), "The destination is there.\n");
    temporary_name(job, 0, temporary);
    ok(GetFileAttributesW(temporary) & FILE_ATTRIBUTE_HIDDEN, "The temporary file is shown.\n");

    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, 5 * MIB + 1, 1);
    ok(!(GetFileAttributesW(path) & FILE_ATTRIBUTE_HIDDEN), "The file is hidden.\n");
    ok(temp_file_count() == 1, "There are %u files.\n", temp_file_count());
    DeleteFileW(path);
    origin_count(origin, "/one", 1, NULL, 0, &tally);
    ok(tally.heads == 1 && tally.gets == 1 && !tally.twice && !tally.missing,
       "%u times HEAD, %u times GET.\n", tally.heads, tally.gets);
    IBackgroundCopyJob_Release(job);
}

/* ---- requests ---- */

static const char *field(const struct origin_entry *entry, const char *name)
{
    static char text[256];

    return origin_header(entry->head, name, text, sizeof(text)) ? text : "(none)";
}

static void check_request(const struct origin_entry *entry)
{
    char host[64];

    ok(!strcmp(field(entry, "User-Agent"), "Microsoft BITS/7.8"), "Got %s.\n",
       field(entry, "User-Agent"));
    ok(!strcmp(field(entry, "Accept"), "*/*"), "Got %s.\n", field(entry, "Accept"));
    ok(!strcmp(field(entry, "Accept-Encoding"), "identity"), "Got %s.\n",
       field(entry, "Accept-Encoding"));
    ok(!strcmp(field(entry, "Connection"), "Keep-Alive"), "Got %s.\n", field(entry, "Connection"));
    snprintf(host, sizeof(host), "127.0.0.1:%u", origin_port(origin));
    ok(!strcmp(field(entry, "Host"), host), "Got %s.\n", field(entry, "Host"));
    ok(!strcmp(field(entry, "Authorization"), "(none)"), "Got %s.\n",
       field(entry, "Authorization"));
    ok(!strcmp(field(entry, "Cookie"), "(none)"), "Got %s.\n", field(entry, "Cookie"));
    ok(!strcmp(field(entry, "Referer"), "(none)"), "Got %s.\n", field(entry, "Referer"));
}

/* The conditions of the GET that goes on with this file. */
static void check_conditions(const char *path, const char *etag, const char *if_match,
                             unsigned int flags)
{
    static const char date[] = "Tue, 01 Jan 2019 12:00:00 GMT";
    struct origin_file file = {.size = 1000, .version = 1, .etag = etag, .flags = flags};
    struct origin_entry head, get;
    IBackgroundCopyJob *job;

    if (!(flags & ORIGIN_NO_LAST_MODIFIED)) file.last_modified = date;
    origin_add(origin, path, &file);
    job = create_download(origin, path, L"request.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(origin_journal_count(origin, path) == 2, "Got %u requests.\n",
       (unsigned int)origin_journal_count(origin, path));
    origin_journal_get(origin, path, 0, &head);
    origin_journal_get(origin, path, 1, &get);
    ok(!strcmp(head.method, "HEAD") && !strcmp(get.method, "GET"), "Got %s, %s.\n", head.method,
       get.method);
    check_request(&head);
    check_request(&get);
    ok(!strcmp(field(&get, "Range"), "bytes=0-999"), "Got %s.\n", field(&get, "Range"));
    ok(!strcmp(field(&get, "If-Unmodified-Since"), file.last_modified ? date : "(none)"),
       "Got %s.\n", field(&get, "If-Unmodified-Since"));
    ok(!strcmp(field(&get, "If-Match"), if_match), "Got %s.\n", field(&get, "If-Match"));
    ok(!strcmp(field(&head, "If-Match"), "(none)"), "Got %s.\n", field(&head, "If-Match"));
    ok(head.connection == get.connection, "Two connections.\n");
    end_job(job);
}

static void test_requests(void)
{
    check_conditions("/request/date", NULL, "(none)", 0);
    check_conditions("/request/strong", "\"tag-1\"", "\"tag-1\"", 0);
    check_conditions("/request/weak", "W/\"tag-1\"", "(none)", 0);
    check_conditions("/request/none", NULL, "(none)", ORIGIN_NO_LAST_MODIFIED);
    check_empty();
}

/* ---- times ---- */

static void test_file_times(void)
{
    static const UINT64 expected = 131908176000000000; /* 2019-01-01 12:00 */
    WIN32_FILE_ATTRIBUTE_DATA data;
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    UINT64 time;
    HRESULT hr;

    shows("JOB-AF-22");
    origin_add(origin, "/time",
               &(struct origin_file){
                   .size = 1000, .version = 1, .last_modified = "Tue, 01 Jan 2019 12:00:00 GMT"});
    job = create_download(origin, "/time", L"time.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    GetFileAttributesExW(temp_path(L"time.bin", path), GetFileExInfoStandard, &data);
    time = (UINT64)data.ftLastWriteTime.dwHighDateTime << 32 | data.ftLastWriteTime.dwLowDateTime;
    ok(time == expected, "Modified at %llu.\n", (unsigned long long)time);
    time = (UINT64)data.ftCreationTime.dwHighDateTime << 32 | data.ftCreationTime.dwLowDateTime;
    ok(time == expected, "Created at %llu.\n", (unsigned long long)time);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
}

/* ---- many files ---- */

#define MANY 100

static unsigned int size_of(unsigned int index)
{
    return index * 997 % 5000;
}

/* One after the other, in the order in which they were added, on one connection. */
static void test_many_files(void)
{
    char path[32];
    WCHAR name[32], full[MAX_PATH];
    IBackgroundCopyJob *job = create_job(L"many", BG_JOB_TYPE_DOWNLOAD);
    unsigned int connections = origin_connection_count(origin);
    size_t begin = origin_journal_count(origin, NULL);
    struct origin_entry entry;
    HRESULT hr;

    for (unsigned int i = 0; i < MANY; i++)
    {
        snprintf(path, sizeof(path), "/many/%u", i);
        swprintf(name, ARRAY_SIZE(name), L"many%u.bin", i);
        origin_add(origin, path, &(struct origin_file){.size = size_of(i), .version = i});
        job_add(job, origin, path, name);
    }
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    for (unsigned int i = 0, at = 0; i < MANY; i++)
    {
        snprintf(path, sizeof(path), "/many/%u", i);
        for (unsigned int n = 0; n < (size_of(i) ? 2 : 1); n++, at++)
        {
            origin_journal_get(origin, NULL, begin + at, &entry);
            ok(!strcmp(entry.path, path), "Request %u is for %s, not %s.\n", at, entry.path, path);
        }
    }
    ok(origin_connection_count(origin) - connections <= 1, "Took %u connections.\n",
       origin_connection_count(origin) - connections);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < MANY; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"many%u.bin", i);
        verify_file(temp_path(name, full), size_of(i), i);
        DeleteFileW(full);
    }
    check_empty();
    IBackgroundCopyJob_Release(job);
}

/* ---- suspend and resume ---- */

#define STOPS 5

static void test_suspend_and_resume(void)
{
    uint64_t stops[STOPS];
    IBackgroundCopyJob *job;
    ULONG errors;
    HRESULT hr;

    origin_add(origin, "/stops", &(struct origin_file){.size = 8 * MIB, .version = 1});
    job = create_download(origin, "/stops", L"stops.bin", false);
    for (unsigned int i = 0; i < STOPS; i++)
    {
        /* Pieces of this size are written at once, so that nothing is on its way any more. */
        stops[i] = (i + 1) * MIB;
        origin_hold_after(origin, "/stops", stops[i]);
        resume_job(job);
        ok(wait_for_bytes(job, stops[i], FAULT_WAIT_MS), "It does not get there.\n");
        hr = IBackgroundCopyJob_Suspend(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(origin_wait_idle(origin, "/stops", FAULT_WAIT_MS), "It does not stop.\n");
        origin_release(origin, "/stops");
        ok(bytes_transferred(job) == stops[i], "Got %llu bytes.\n",
           (unsigned long long)bytes_transferred(job));
        check_kept_bytes(job, 0, stops[i], 1);
    }
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(origin_check_no_overlap(origin, "/stops", stops, STOPS), "Not each byte once.\n");
    IBackgroundCopyJob_GetErrorCount(job, &errors);
    ok(!errors, "Got %lu errors.\n", errors);
    complete_download(job, L"stops.bin", 8 * MIB, 1);
    end_job(job);
    check_empty();
}

/* Bytes of a slow server are there, and told, after a second or two. */
static void test_slow_progress(void)
{
    IBackgroundCopyJob *job;
    uint64_t begin = test_ticks(), took;

    origin_add(origin, "/slow",
               &(struct origin_file){.size = 10 * MIB, .version = 1, .rate = 100 * KIB});
    job = create_download(origin, "/slow", L"slow.bin", true);
    resume_job(job);
    ok(wait_for_bytes(job, 50 * KIB, FAULT_WAIT_MS), "There is no progress.\n");
    took = test_ticks() - begin;
    ok(took < 5000, "The first progress comes after %u ms.\n", (unsigned int)took);
    check_kept_bytes(job, 0, 50 * KIB, 1);
    end_job(job);
    check_empty();
}

/* ---- parts of jobs ---- */

static void test_partial_complete(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    BG_JOB_PROGRESS progress;
    HRESULT hr;

    origin_add(origin, "/part/1", &(struct origin_file){.size = 1000, .version = 1});
    origin_add(origin, "/part/2", &(struct origin_file){.size = 2 * MIB, .version = 2});
    origin_hold_after(origin, "/part/2", MIB);
    job = create_download(origin, "/part/1", L"part1.bin", true);
    job_add(job, origin, "/part/2", L"part2.bin");
    resume_job(job);
    ok(origin_wait_held(origin, "/part/2", FAULT_WAIT_MS), "It does not get there.\n");
    job_progress(job, &progress);
    ok(progress.FilesTransferred == 1 && progress.FilesTotal == 2, "Got %lu of %lu files.\n",
       progress.FilesTransferred, progress.FilesTotal);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"part1.bin", path), 1000, 1);
    DeleteFileW(path);
    check_empty();
    origin_release(origin, "/part/2");
    IBackgroundCopyJob_Release(job);
}

static void test_more_files_later(void)
{
    WCHAR path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;

    origin_add(origin, "/later/1", &(struct origin_file){.size = 1000, .version = 1});
    origin_add(origin, "/later/2", &(struct origin_file){.size = 2000, .version = 2});
    job = create_download(origin, "/later/1", L"later1.bin", true);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    job_add(job, origin, "/later/2", L"later2.bin");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(origin_journal_count(origin, "/later/1") == 2, "The first file is asked for again.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"later1.bin", path), 1000, 1);
    DeleteFileW(path);
    verify_file(temp_path(L"later2.bin", path), 2000, 2);
    DeleteFileW(path);
    check_empty();
    IBackgroundCopyJob_Release(job);
}

/* ---- who runs ---- */

static void test_foreground_and_background(void)
{
    IBackgroundCopyJob *jobs[6];
    char paths[6][16];
    WCHAR name[16];

    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
    {
        snprintf(paths[i], sizeof(paths[i]), "/turn/%u", i);
        swprintf(name, ARRAY_SIZE(name), L"turn%u.bin", i);
        origin_add(origin, paths[i], &(struct origin_file){.size = 1000, .version = 1});
        origin_hold_after(origin, paths[i], 500);
        jobs[i] = create_download(origin, paths[i], name, i >= 3);
        resume_job(jobs[i]);
    }
    /* All in the foreground and one in the background. */
    ok(origin_wait_held(origin, paths[0], FAULT_WAIT_MS), "The first does not run.\n");
    for (unsigned int i = 3; i < 6; i++)
        ok(origin_wait_held(origin, paths[i], FAULT_WAIT_MS), "Job %u does not run.\n", i);
    for (unsigned int i = 1; i < 3; i++)
        ok(job_state(jobs[i]) == BG_JOB_STATE_QUEUED && !origin_journal_count(origin, paths[i]),
           "Job %u is %s.\n", i, state_name(job_state(jobs[i])));
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
        origin_release(origin, paths[i]);
    for (unsigned int i = 0; i < ARRAY_SIZE(jobs); i++)
    {
        wait_for_state(jobs[i], TRANSFERRED, FAULT_WAIT_MS);
        swprintf(name, ARRAY_SIZE(name), L"turn%u.bin", i);
        complete_download(jobs[i], name, 1000, 1);
        end_job(jobs[i]);
    }
    check_empty();
}

/* ---- old servers ---- */

#define OLD_SIZE 100000

/* HTTP/1.0 with a length and ranges; a connection for each request. */
static void answer_as_of_old(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    uint64_t begin = 0, end = OLD_SIZE;
    bool is_part = r->range_count && origin_resolve_range(r->ranges, OLD_SIZE, &begin, &end);

    (void)ctx;
    origin_sendf(c, "HTTP/1.0 %s\r\nContent-Length: %u\r\n", is_part ? "206 Partial" : "200 OK",
                 (unsigned int)(end - begin));
    if (is_part)
        origin_sendf(c, "Content-Range: bytes %u-%u/%u\r\n", (unsigned int)begin,
                     (unsigned int)end - 1, OLD_SIZE);
    origin_sendf(c, "\r\n");
    if (strcmp(r->method, "HEAD") != 0) origin_send_body(c, 1, begin, end - begin);
    origin_close(c);
}

static void test_http_1_0(void)
{
    IBackgroundCopyJob *job;

    shows("HTTP-3");
    for (unsigned int is_foreground = 0; is_foreground < 2; is_foreground++)
    {
        origin_add(origin, "/old", &(struct origin_file){.size = OLD_SIZE, .version = 1});
        origin_handle(origin, "/old", answer_as_of_old, NULL);
        origin_cut_after(origin, "/old", 1000, 0, 1);
        job = create_download(origin, "/old", L"old.bin", is_foreground);
        resume_job(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), FAULT_WAIT_MS);
        resume_job(job);
        wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
        check_last_range(origin, "/old", 1000, OLD_SIZE);
        complete_download(job, L"old.bin", OLD_SIZE, 1);
        end_job(job);
    }
    check_empty();
}

/* ---- files as a source ---- */

static IBackgroundCopyJob *create_copy(const WCHAR *source, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    WCHAR path[MAX_PATH];
    HRESULT hr;

    hr = IBackgroundCopyJob_AddFile(job, source, temp_path(name, path));
    ok(hr == S_OK, "%s: got hr %#lx.\n", wine_dbgstr_w(source), hr);
    return job;
}

static void file_url(const WCHAR *path, WCHAR url[URL_MAX])
{
    swprintf(url, URL_MAX, L"file:///%ls", path);
    for (WCHAR *at = url; *at; at++)
        if (*at == '\\') *at = '/';
}

static void test_file_source(void)
{
    static const UINT64 sizes[] = {0, 1, MIB, 3 * MIB + 5};
    WCHAR source[MAX_PATH], url[URL_MAX];
    IBackgroundCopyJob *job;

    temp_path(L"source.bin", source);
    file_url(source, url);
    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
        for (unsigned int is_url = 0; is_url < 2; is_url++)
        {
            winetest_push_context("%s, %u bytes", is_url ? "file:" : "path",
                                  (unsigned int)sizes[i]);
            write_file(source, sizes[i], 1);
            job = create_copy(is_url ? url : source, L"copy.bin");
            resume_job(job);
            wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
            complete_download(job, L"copy.bin", sizes[i], 1);
            end_job(job);
            verify_file(source, sizes[i], 1);
            winetest_pop_context();
        }
    DeleteFileW(source);
    check_empty();
}

static void test_file_source_is_missing(void)
{
    WCHAR source[MAX_PATH];
    BG_ERROR_CONTEXT context;
    IBackgroundCopyJob *job;
    HRESULT code;

    temp_path(L"source.bin", source);
    job = create_copy(source, L"copy.bin");
    resume_job(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), FAULT_WAIT_MS);
    code = job_error(job, &context);
    ok(code == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) && context == BG_ERROR_CONTEXT_REMOTE_FILE,
       "Got error %#lx in context %u.\n", code, context);
    write_file(source, 1000, 1);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    complete_download(job, L"copy.bin", 1000, 1);
    end_job(job);
    DeleteFileW(source);
    check_empty();
}

START_TEST(download)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    RUN_TEST(test_one_file);
    RUN_TEST(test_requests);
    RUN_TEST(test_file_times);
    RUN_TEST(test_many_files);
    RUN_TEST(test_suspend_and_resume);
    RUN_TEST(test_slow_progress);
    RUN_TEST(test_partial_complete);
    RUN_TEST(test_more_files_later);
    RUN_TEST(test_foreground_and_background);
    RUN_TEST(test_http_1_0);
    RUN_TEST(test_file_source);
    RUN_TEST(test_file_source_is_missing);
    com_stop();
    origin_destroy(origin);
}
