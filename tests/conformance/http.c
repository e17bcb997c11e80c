/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What a download asks of an HTTP server, and which servers are good enough. */
#include "download_fixture.h"

#include <stdlib.h>

#define BIG  (3 * (uint64_t)MIB)
#define DATE "Sat, 01 Jan 2022 00:00:00 GMT"

static void check_fails(const char *path, unsigned int flags, HRESULT expected)
{
    IBackgroundCopyJob *job = create_job(L"fails", BG_JOB_TYPE_DOWNLOAD);
    HRESULT code;

    origin_add(origin, path, &(struct origin_file){.size = BIG, .flags = flags});
    job_add(job, origin, path, L"fails");
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    code = job_error(job, NULL);
    ok(code == expected, "%s: got code %#lx.\n", path, code);
    end_job(job);
}

static void test_no_size(void)
{
    shows("HTTP-1");
    check_fails("/no-length", ORIGIN_NO_LENGTH, BG_E_MISSING_FILE_SIZE);
}

/* A background job cannot do without ranges. */
static void test_no_ranges(void)
{
    shows("HTTP-2");
    check_fails("/no-ranges", ORIGIN_NO_RANGES, BG_E_INSUFFICIENT_RANGE_SUPPORT);
}

/* ---- servers that write in another way ---- */

struct dialect
{
    const char *version;
    const char *length, *range, *date; /* names of fields */
};

static void serve(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    const struct dialect *dialect = ctx;
    uint64_t begin = 0, end = BIG;
    bool has_range = r->range_count == 1;
    bool is_head = !strcmp(r->method, "HEAD");

    if (has_range && !origin_resolve_range(&r->ranges[0], BIG, &begin, &end)) return;
    origin_sendf(c, "HTTP/%s %s\r\n%s: %llu\r\n%s: %s\r\n", dialect->version,
                 has_range ? "206 Partial" : "200 OK", dialect->length,
                 (unsigned long long)(end - begin), dialect->date, DATE);
    if (has_range)
        origin_sendf(c, "%s: bytes %llu-%llu/%llu\r\n", dialect->range, (unsigned long long)begin,
                     (unsigned long long)end - 1, (unsigned long long)BIG);
    origin_sendf(c, "\r\n");
    if (!is_head) origin_send_body(c, 1, begin, end - begin);
    if (!strcmp(dialect->version, "1.0")) origin_close(c);
}

/* Stops in the middle once, so that there is a request for the rest. */
static void check_served(const char *path, const struct dialect *dialect)
{
    IBackgroundCopyJob *job = create_job(L"served", BG_JOB_TYPE_DOWNLOAD);
    WCHAR local[MAX_PATH];
    HRESULT hr;

    origin_handle(origin, path, serve, (void *)dialect);
    origin_hold_after(origin, path, 2 * MIB);
    job_add(job, origin, path, L"served");
    resume(job);
    ok(wait_for_bytes(job, MIB, SOON), "Nothing has arrived.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(origin_wait_idle(origin, path, SOON), "The answer is still being read.\n");
    origin_release(origin, path);
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"served", local), BIG, 1);
    IBackgroundCopyJob_Release(job);
    DeleteFileW(local);
}

static void test_HTTP_1_0(void)
{
    static const struct dialect old = {"1.0", "Content-Length", "Content-Range", "Last-Modified"};

    shows("HTTP-3");
    check_served("/old", &old);
}

static void test_case_of_names(void)
{
    static const struct dialect dialects[] = {
        {"1.1", "content-length", "content-range", "last-modified"},
        {"1.1", "CONTENT-LENGTH", "CONTENT-RANGE", "LAST-MODIFIED"},
        {"1.1", "cOnTeNt-lEnGtH", "cOnTeNt-rAnGe", "lAsT-mOdIfIeD"}};

    shows("GEN-17");
    check_served("/lower", &dialects[0]);
    check_served("/upper", &dialects[1]);
    check_served("/mixed", &dialects[2]);
}

START_TEST(http)
{
    downloads_start();
    RUN_TEST(test_no_size);
    RUN_TEST(test_no_ranges);
    RUN_TEST(test_HTTP_1_0);
    RUN_TEST(test_case_of_names);
    downloads_stop();
}
