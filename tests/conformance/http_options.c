/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJobHttpOptions to 3, and IBackgroundCopyFile5: what a client says of requests, and
 * what the server sees of it. Certificates of servers are the business of tests/system/https. */
#include "download_fixture.h"

#include <wincrypt.h>

#define BIG (3 * (uint64_t)MIB)

#define REPORT   BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT
#define DISALLOW BG_HTTP_REDIRECT_POLICY_DISALLOW

static IBackgroundCopyJobHttpOptions3 *options_of(IBackgroundCopyJob *job)
{
    IBackgroundCopyJobHttpOptions3 *options = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions3,
                                                   (void **)&options);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions3_Release(options); /* the job keeps it */
    return options;
}

static void wait_transferred(IBackgroundCopyJob *job)
{
    resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
}

/* Of the last request for the path; false, and empty, when it had no such field. */
static bool last_field(struct origin *o, const char *path, const char *name, char *value,
                       size_t size)
{
    struct origin_entry entry;
    bool is_found = false;

    value[0] = 0;
    for (size_t i = 0; origin_journal_get(o, path, i, &entry); i++)
        is_found = origin_header(entry.head, name, value, size);
    return is_found;
}

static unsigned int requests_with(struct origin *o, const char *path, const char *name,
                                  unsigned int *all)
{
    struct origin_entry entry;
    unsigned int count = 0;
    char value[256];

    for (*all = 0; origin_journal_get(o, path, *all, &entry); ++*all)
        count += origin_header(entry.head, name, value, sizeof(value));
    return count;
}

/* ---- interfaces ---- */

static void test_interfaces(void)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyJobHttpOptions,
                                      &IID_IBackgroundCopyJobHttpOptions2,
                                      &IID_IBackgroundCopyJobHttpOptions3};
    IBackgroundCopyJob *job = create_job(L"interfaces", BG_JOB_TYPE_DOWNLOAD);
    IUnknown *identity, *other, *options;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(job, &IID_IUnknown, (void **)&identity);
    for (unsigned int i = 0; i < ARRAY_SIZE(iids); i++)
    {
        hr = IBackgroundCopyJob_QueryInterface(job, iids[i], (void **)&options);
        ok(hr == S_OK, "%u: got hr %#lx.\n", i, hr);
        if (FAILED(hr)) continue;
        hr = IUnknown_QueryInterface(options, &IID_IUnknown, (void **)&other);
        ok(hr == S_OK && other == identity, "%u: got hr %#lx, another object.\n", i, hr);
        IUnknown_Release(other);
        hr = IUnknown_QueryInterface(options, &IID_IBackgroundCopyJob, (void **)&other);
        ok(hr == S_OK, "%u: got hr %#lx.\n", i, hr);
        IUnknown_Release(other);
        IUnknown_Release(options);
    }
    IUnknown_Release(identity);
    end_job(job);
}

/* ---- fields ---- */

static void check_headers(IBackgroundCopyJobHttpOptions3 *options, HRESULT expected_hr,
                          const WCHAR *expected)
{
    WCHAR *headers = (WCHAR *)0xdeadbeef;
    HRESULT hr = IBackgroundCopyJobHttpOptions3_GetCustomHeaders(options, &headers);

    ok(hr == expected_hr, "Got hr %#lx.\n", hr);
    ok(expected ? headers && !wcscmp(headers, expected) : !headers, "Got %s.\n",
       wine_dbgstr_w(headers));
    if (headers) CoTaskMemFree(headers);
}

static void test_headers(void)
{
    static const WCHAR two[] = L"X-One: 1\r\nX-Two: zwei \x00e4\r\n";
    IBackgroundCopyJob *job = create_download("/headers", L"headers");
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    unsigned int with, all;
    char value[64];
    HRESULT hr;

    withstands("D16");
    shows("HO-HDR-3");
    check_headers(options, S_FALSE, NULL);
    shows("HO-HDR-2");
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, two);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_headers(options, S_OK, two);

    shows("HO-HDR-1");
    wait_transferred(job);
    with = requests_with(origin, "/headers", "X-One", &all);
    ok(all >= 2 && with == all, "%u of %u requests had it.\n", with, all);
    last_field(origin, "/headers", "X-Two", value, sizeof(value));
    ok(!strcmp(value, "zwei \xc3\xa4"), "Got %s.\n", value);

    shows("HO-HDR-8");
    shows("HO-HDR-4");
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_headers(options, S_FALSE, NULL);

    shows("HO-HDR-6");
    IBackgroundCopyJobHttpOptions3_AddRef(options);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, two);
    ok(hr == BG_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions3_Release(options);
    IBackgroundCopyJob_Release(job);
}

/* One text cannot become two fields, nor a second request. */
static void test_headers_refused(void)
{
    static const WCHAR *const tests[] = {
        L"",
        L"\r\n",
        L"no colon\r\n",
        L": no name\r\n",
        L"X: a\nHost: b\r\n",
        L"X: a\rb\r\n",
        L"X Y: a\r\n",
        L"X: a\r\n\r\nGET /\r\n",
        L"X: \x01\r\n",
        L" X: folded\r\n",
    };
    IBackgroundCopyJob *job = create_job(L"refused", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    static WCHAR text[16390];
    HRESULT hr;

    withstands("D16");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, tests[i]);
        ok(hr == E_INVALIDARG, "%u: got hr %#lx.\n", i, hr);
    }
    check_headers(options, S_FALSE, NULL);

    shows("HO-HDR-5");
    for (unsigned int i = 0; i < 16384; i++)
        text[i] = 'x';
    memcpy(text, L"X: ", 3 * sizeof(WCHAR));
    memcpy(text + 16382, L"\r\n", 3 * sizeof(WCHAR));
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, text);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);
    memcpy(text + 16381, L"\r\n", 3 * sizeof(WCHAR));
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, text);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_headers(options, S_OK, text);
    end_job(job);
}

/* They cannot ask for other bytes, or another server. */
static void test_headers_overruled(void)
{
    IBackgroundCopyJob *job = create_download("/overruled", L"overruled");
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    WCHAR path[MAX_PATH];
    char value[64];
    HRESULT hr;

    withstands("D16");
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(
        options, L"Range: bytes=5-6\r\nHOST: other\r\nIf-Match: \"x\"\r\nContent-Length: 7\r\n"
                 L"Accept: text/x\r\nUser-Agent: mine\r\nX-Empty:\r\n");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_transferred(job);
    last_field(origin, "/overruled", "Host", value, sizeof(value));
    ok(!strncmp(value, "127.0.0.1", 9), "Got host %s.\n", value);
    last_field(origin, "/overruled", "Range", value, sizeof(value));
    ok(!strcmp(value, "bytes=0-999"), "Got range %s.\n", value);
    ok(!last_field(origin, "/overruled", "If-Match", value, sizeof(value)), "Got %s.\n", value);
    ok(!last_field(origin, "/overruled", "Content-Length", value, sizeof(value)), "Got %s.\n",
       value);
    last_field(origin, "/overruled", "Accept", value, sizeof(value));
    ok(!strcmp(value, "text/x"), "Got %s.\n", value);
    last_field(origin, "/overruled", "User-Agent", value, sizeof(value));
    ok(!strcmp(value, "mine"), "Got %s.\n", value);
    ok(last_field(origin, "/overruled", "X-Empty", value, sizeof(value)), "It was left out.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(verify_file(temp_path(L"overruled", path), SMALL, 0), "The file is not right.\n");
    end_job(job);
}

static void test_write_only(void)
{
    IBackgroundCopyJob *job = create_download("/write-only", L"write_only");
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    unsigned int with, all;
    HRESULT hr;

    shows("HO3-9");
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, L"X-Secret: 1\r\n");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions3_MakeCustomHeadersWriteOnly(options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_headers(options, E_ACCESSDENIED, NULL);
    hr = IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options, L"X-Secret: 2\r\n");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_headers(options, E_ACCESSDENIED, NULL);
    wait_transferred(job);
    with = requests_with(origin, "/write-only", "X-Secret", &all);
    ok(all && with == all, "%u of %u requests had it.\n", with, all);
    end_job(job);
}

/* ---- security flags and redirects ---- */

static void test_flags(void)
{
    static const ULONG good[] = {0x1, 0x1f, 0x100, 0x200, 0x800, 0x91f, 0};
    static const ULONG bad[] = {0x20, 0x300, 0x400, 0x700, 0x1000, 0x80000000};
    IBackgroundCopyJob *job = create_job(L"flags", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    ULONG flags = 0xdeadbeef;
    HRESULT hr;

    shows("HO-SEC-2");
    hr = IBackgroundCopyJobHttpOptions3_GetSecurityFlags(options, &flags);
    ok(hr == S_OK && !flags, "Got hr %#lx, flags %#lx.\n", hr, flags);
    shows("HO-SEC-1");
    for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
    {
        hr = IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options, good[i]);
        ok(hr == S_OK, "%#lx: got hr %#lx.\n", good[i], hr);
        IBackgroundCopyJobHttpOptions3_GetSecurityFlags(options, &flags);
        ok(flags == good[i], "%#lx: got %#lx.\n", good[i], flags);
    }
    shows("HO-SEC-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        hr = IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options, bad[i]);
        ok(hr == E_NOTIMPL, "%#lx: got hr %#lx.\n", bad[i], hr);
        IBackgroundCopyJobHttpOptions3_GetSecurityFlags(options, &flags);
        ok(!flags, "%#lx: got %#lx.\n", bad[i], flags);
    }
    end_job(job);
}

static IBackgroundCopyJob *create_with_flags(const char *path, const WCHAR *name, ULONG flags)
{
    IBackgroundCopyJob *job = create_download(path, name);
    HRESULT hr = IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options_of(job), flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static void check_remote_name(IBackgroundCopyJob *job, const char *expected)
{
    IBackgroundCopyFile *file = file_at(job, 0);
    WCHAR *name = NULL;
    char text[256];

    IBackgroundCopyFile_GetRemoteName(file, &name);
    snprintf(text, sizeof(text), "%ls", name);
    ok(!strcmp(text, expected), "Got %s, not %s.\n", text, expected);
    CoTaskMemFree(name);
    IBackgroundCopyFile_Release(file);
}

/* The whole of the old name; the new one is found. */
static void check_prefix_is_gone(IBackgroundCopyJob *job, const char *from, const char *to)
{
    IBackgroundCopyJob3 *job3 = NULL;
    WCHAR old[64], new[64];
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    swprintf(old, ARRAY_SIZE(old), L"%hs", from);
    swprintf(new, ARRAY_SIZE(new), L"%hs", to);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job3, old, L"http://127.0.0.1/other");
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    check_remote_name(job, to);
    hr = IBackgroundCopyJob3_ReplaceRemotePrefix(job3, new, L"http://127.0.0.1/other");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob3_Release(job3);
}

/* What came from a server that nobody had asked about is not kept; a file that was done is. */
static void test_check_in_the_middle(void)
{
    IBackgroundCopyJob *job = create_job(L"check", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[URL_MAX], path[MAX_PATH];
    struct origin_tally tally;
    struct origin_entry entry;
    unsigned int gets = 0;
    HRESULT hr;

    shows("HO-SEC-11");
    origin_add(origin, "/done", &(struct origin_file){.size = SMALL, .version = 3});
    origin_add(origin, "/begun", &(struct origin_file){.size = BIG, .version = 4});
    origin_hold_after(origin, "/begun", 2 * MIB);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/done", url),
                                    temp_path(L"check_done", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/begun", url),
                                    temp_path(L"check_begun", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    ok(wait_for_bytes(job, SMALL + MIB, SOON), "Nothing came.\n");
    hr = IBackgroundCopyJobHttpOptions3_SetSecurityFlags(options_of(job), BG_SSL_ENABLE_CRL_CHECK);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_release(origin, "/begun");
    wait_for_state(job, TRANSFERRED, SOON);
    for (size_t i = 0; origin_journal_get(origin, "/begun", i, &entry); i++)
    {
        if (strcmp(entry.method, "GET")) continue;
        gets++;
        ok(!entry.body_begin, "It was asked for from byte %llu on.\n",
           (unsigned long long)entry.body_begin);
    }
    ok(gets == 2, "It was asked for %u times.\n", gets);
    origin_count(origin, "/done", 3, NULL, 0, &tally);
    ok(tally.gets == 1, "The file that was done was asked for %u times.\n", tally.gets);
    end_job(job);
}

static void test_redirect_policies(void)
{
    static const struct fixed_answer away = {302, "Location: /small\r\n"};
    static const struct fixed_answer never = {302, "Location: /never\r\n"};
    char from[64], to[64];
    IBackgroundCopyJob *job;
    HRESULT code;

    answer_with("/away", &away);
    origin_url(origin, "/away", from, sizeof(from));
    origin_url(origin, "/small", to, sizeof(to));

    withstands("D5");
    shows("HO-SEC-4");
    job = create_with_flags("/away", L"silent", 0);
    wait_transferred(job);
    check_remote_name(job, from);
    end_job(job);

    shows("HO-SEC-5");
    job = create_with_flags("/away", L"report", REPORT);
    wait_transferred(job);
    check_remote_name(job, to);
    shows("J3-RRP-10");
    check_prefix_is_gone(job, from, to);
    end_job(job);

    shows("HO-SEC-6");
    answer_with("/to-never", &never);
    origin_url(origin, "/never", to, sizeof(to));
    job = create_with_flags("/to-never", L"disallow", DISALLOW);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    code = job_error(job, NULL);
    ok(code == (HRESULT)0x8019012e, "Got code %#lx.\n", code);
    check_remote_name(job, to);
    ok(!origin_journal_count(origin, "/never"), "It was asked.\n");
    end_job(job);
}

static void test_redirect_to_share(void)
{
    static const struct fixed_answer share = {302, "Location: file://server/share/file\r\n"};
    IBackgroundCopyJob *job;
    char from[64];

    shows("HO-SEC-8");
    answer_with("/share", &share);
    origin_url(origin, "/share", from, sizeof(from));
    job = create_with_flags("/share", L"share", REPORT);
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    check_remote_name(job, from);
    end_job(job);
}

/* What was set for one server is not told to another, not even when that became the file's name. */
static void check_secrets(ULONG policy)
{
    static char location[128];
    static const struct fixed_answer answer = {302, location};
    const char *path = policy ? "/elsewhere-report" : "/elsewhere";
    struct origin *other = origin_start(NULL);
    IBackgroundCopyJob *job;
    unsigned int with, all;
    char url[64];

    origin_add(other, "/big", &(struct origin_file){.size = BIG});
    snprintf(location, sizeof(location), "Location: %s\r\n",
             origin_url(other, "/big", url, sizeof(url)));
    answer_with(path, &answer);
    job = create_with_flags(path, L"secrets", policy);
    IBackgroundCopyJobHttpOptions3_SetCustomHeaders(options_of(job), L"X-Secret: 1\r\n");
    origin_cut_after(other, "/big", MIB, 0, 1);
    IBackgroundCopyJob_SetMinimumRetryDelay(job, 5);
    resume(job);
    wait_for_state(job, TRANSFERRED, 4 * SOON);
    with = requests_with(other, "/big", "X-Secret", &all);
    ok(all >= 3 && !with, "%u of %u requests had it.\n", with, all);
    with = requests_with(origin, path, "X-Secret", &all);
    ok(all && with == all, "%u of %u requests had it.\n", with, all);
    end_job(job);
    origin_destroy(other);
}

static void test_secrets_stay(void)
{
    check_secrets(0);
}

static void test_secrets_stay_reported(void)
{
    check_secrets(REPORT);
}

/* ---- the method ---- */

static void check_method(IBackgroundCopyJobHttpOptions3 *options, const WCHAR *expected)
{
    WCHAR *method = NULL;
    HRESULT hr = IBackgroundCopyJobHttpOptions3_GetHttpMethod(options, &method);

    ok(hr == S_OK && method && !wcscmp(method, expected), "Got hr %#lx, %s.\n", hr,
       wine_dbgstr_w(method));
    CoTaskMemFree(method);
}

static void test_default_method(void)
{
    static const struct
    {
        BG_JOB_TYPE type;
        const WCHAR *method;
    } tests[] = {{BG_JOB_TYPE_DOWNLOAD, L"GET"},
                 {BG_JOB_TYPE_UPLOAD, L"BITS_POST"},
                 {BG_JOB_TYPE_UPLOAD_REPLY, L"BITS_POST"}};

    shows("HO2-1");
    shows("HO2-3");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        IBackgroundCopyJob *job = create_job(L"method", tests[i].type);
        BG_JOB_PRIORITY priority = 77;
        HRESULT hr;

        check_method(options_of(job), tests[i].method);
        hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options_of(job), tests[i].method);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        IBackgroundCopyJob_GetPriority(job, &priority);
        ok(priority == BG_JOB_PRIORITY_NORMAL, "Got priority %u.\n", priority);
        end_job(job);
    }
}

static void test_method(void)
{
    IBackgroundCopyJob *job = create_job(L"post", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    BG_JOB_PRIORITY priority = 77;
    struct origin_entry entry;
    unsigned int count;
    HRESULT hr;

    shows("HO2-2");
    hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"POST");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_method(options, L"POST");
    IBackgroundCopyJob_GetPriority(job, &priority);
    ok(priority == BG_JOB_PRIORITY_FOREGROUND, "Got priority %u.\n", priority);
    hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_NORMAL);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_GetPriority(job, &priority);
    ok(priority == BG_JOB_PRIORITY_FOREGROUND, "Got priority %u.\n", priority);
    hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"GET /\r\n");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);

    job_add(job, origin, "/posted", L"posted");
    wait_transferred(job);
    for (count = 0; origin_journal_get(origin, "/posted", count, &entry); count++)
        ok(!strcmp(entry.method, "POST") && !entry.range_count, "Got %s, %u ranges.\n",
           entry.method, entry.range_count);
    ok(count == 1, "Got %u requests.\n", count);
    shows("HO2-4");
    hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"PUT");
    ok(hr == BG_E_READ_ONLY_PROPERTY_AFTER_RESUME, "Got hr %#lx.\n", hr);
    check_method(options, L"POST");
    end_job(job);
}

/* Both need ranges, or to ask again; either way round, and what stands stays. */
static void test_method_and_modes(void)
{
    static const BITS_JOB_PROPERTY_ID modes[] = {BITS_JOB_PROPERTY_DYNAMIC_CONTENT,
                                                 BITS_JOB_PROPERTY_ON_DEMAND_MODE};

    shows("HO2-5");
    for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++)
    {
        IBackgroundCopyJob *job = create_job(L"modes", BG_JOB_TYPE_DOWNLOAD);
        IBackgroundCopyJobHttpOptions3 *options = options_of(job);
        BITS_JOB_PROPERTY_VALUE value = {.Enable = TRUE};
        IBackgroundCopyJob5 *job5;
        HRESULT hr;

        IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);
        hr = IBackgroundCopyJob5_SetProperty(job5, modes[i], value);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"POST");
        ok(hr == BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD, "Got hr %#lx.\n", hr);
        check_method(options, L"GET");
        hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"GET");
        ok(hr == S_OK, "Got hr %#lx.\n", hr);

        value.Enable = FALSE;
        hr = IBackgroundCopyJob5_SetProperty(job5, modes[i], value);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJobHttpOptions3_SetHttpMethod(options, L"POST");
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        value.Enable = TRUE;
        hr = IBackgroundCopyJob5_SetProperty(job5, modes[i], value);
        ok(hr == BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob5_GetProperty(job5, modes[i], &value);
        ok(hr == S_OK && !value.Enable, "Got hr %#lx, %d.\n", hr, value.Enable);
        IBackgroundCopyJob5_Release(job5);
        end_job(job);
    }
}

static void serve_posted(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)BIG);
    origin_send_body(c, 0, 0, BIG);
}

static void serve_cut(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %llu\r\n\r\n", (unsigned long long)BIG);
    origin_send_body(c, 0, 0, r->ordinal == 1 ? MIB : BIG);
    if (r->ordinal == 1) origin_close(c);
}

static void test_method_fails(void)
{
    IBackgroundCopyJob *job = create_job(L"fails", BG_JOB_TYPE_DOWNLOAD);
    WCHAR path[MAX_PATH];
    HRESULT hr;

    shows("HO2-6");
    IBackgroundCopyJobHttpOptions3_SetHttpMethod(options_of(job), L"POST");
    job_add(job, origin, "/cut", L"cut");
    resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    wait_transferred(job);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(verify_file(temp_path(L"cut", path), BIG, 0), "The file is not right.\n");
    end_job(job);
}

/* ---- the client's certificate, as far as no store has one ---- */

static void test_no_certificate(void)
{
    IBackgroundCopyJob *job = create_job(L"certificate", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJobHttpOptions3 *options = options_of(job);
    WCHAR *store = NULL, *subject = NULL, text[300];
    BG_CERT_STORE_LOCATION location;
    BYTE hash[20] = {1}, *blob = NULL;
    HRESULT hr;

    shows("HO-CERT-2");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options, 8, L"MY", hash);
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
    shows("HO-CERT-3");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options, 0, L"NoSuchStore", hash);
    ok(hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND), "Got hr %#lx.\n", hr);
    shows("HO-CERT-4");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options, 0, L"MY", hash);
    ok(hr == CRYPT_E_NOT_FOUND, "Got hr %#lx.\n", hr);
    shows("HO-CERT-5");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options, 0, NULL, hash);
    ok(is_null_refusal(options, hr) || hr == HRESULT_FROM_WIN32(RPC_X_NULL_REF_POINTER),
       "Got hr %#lx.\n", hr);
    shows("HO-CERT-6");
    for (unsigned int i = 0; i < 256; i++)
        text[i] = 'x';
    text[256] = 0;
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByID(options, 0, text, hash);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);
    shows("HO-CERT-9");
    hr = IBackgroundCopyJobHttpOptions3_SetClientCertificateByName(options, 0, L"MY", L"nobody");
    ok(hr == CRYPT_E_NOT_FOUND, "Got hr %#lx.\n", hr);
    shows("HO-CERT-10");
    hr = IBackgroundCopyJobHttpOptions3_RemoveClientCertificate(options);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    shows("HO-CERT-11");
    hr = IBackgroundCopyJobHttpOptions3_GetClientCertificate(options, &location, &store, &blob,
                                                             &subject);
    ok(hr == HRESULT_FROM_WIN32(RPC_X_BAD_STUB_DATA), "Got hr %#lx.\n", hr);
    ok(!store && !blob && !subject, "Got %p, %p, %p.\n", store, blob, subject);
    end_job(job);
}

/* ---- IBackgroundCopyFile5 ---- */

static void test_response_headers(void)
{
    IBackgroundCopyJob *job = create_download("/known", L"known");
    IBackgroundCopyFile *file = file_at(job, 0);
    BITS_FILE_PROPERTY_VALUE value = {NULL};
    IBackgroundCopyFile5 *file5;
    HRESULT hr;

    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile5, (void **)&file5);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_transferred(job);
    shows("F5-1");
    hr = IBackgroundCopyFile5_GetProperty(file5, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS,
                                          &value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(value.String && wcsstr(value.String, L"X-Known: yes\r\n") &&
           wcsstr(value.String, L"Content-Range:"),
       "Got %s.\n", wine_dbgstr_w(value.String));
    CoTaskMemFree(value.String);
    shows("F5-2");
    hr = IBackgroundCopyFile5_GetProperty(file5, 2, &value);
    ok(hr == BG_E_UNKNOWN_PROPERTY_ID || is_remote(file5), "Got hr %#lx.\n", hr);
    shows("F5-3");
    value.String = (WCHAR *)L"mine";
    hr =
        IBackgroundCopyFile5_SetProperty(file5, BITS_FILE_PROPERTY_ID_HTTP_RESPONSE_HEADERS, value);
    ok(hr == BG_E_READ_ONLY_PROPERTY, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile5_Release(file5);
    IBackgroundCopyFile_Release(file);
    end_job(job);
}

START_TEST(http_options)
{
    downloads_start();
    origin_handle(origin, "/posted", serve_posted, NULL);
    origin_handle(origin, "/cut", serve_cut, NULL);
    origin_add(origin, "/known", &(struct origin_file){.size = BIG, .headers = "X-Known: yes\r\n"});
    origin_add(origin, "/headers", &(struct origin_file){.size = SMALL});
    origin_add(origin, "/overruled", &(struct origin_file){.size = SMALL});
    origin_add(origin, "/write-only", &(struct origin_file){.size = SMALL});
    RUN_TEST(test_interfaces);
    RUN_TEST(test_headers);
    RUN_TEST(test_headers_refused);
    RUN_TEST(test_headers_overruled);
    RUN_TEST(test_write_only);
    RUN_TEST(test_flags);
    RUN_TEST(test_check_in_the_middle);
    RUN_TEST(test_redirect_policies);
    RUN_TEST(test_redirect_to_share);
    RUN_TEST(test_secrets_stay);
    RUN_TEST(test_secrets_stay_reported);
    RUN_TEST(test_default_method);
    RUN_TEST(test_method);
    RUN_TEST(test_method_and_modes);
    RUN_TEST(test_method_fails);
    RUN_TEST(test_no_certificate);
    RUN_TEST(test_response_headers);
    downloads_stop();
}
