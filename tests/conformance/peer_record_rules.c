/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which downloads become records of the machine's cache, when, and what keeps them there. The
 * records themselves are in peer_records.c. */
#include "record_fixture.h"

#include <stdio.h>
#include <wchar.h>

#define SIZE 70001

/* ---- Flags ---- */

/* The effect of a change in the registry is waited for: setting a preference, even the same one,
 * looks at the registry before it returns. */
static void apply_policies(DWORD preference)
{
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, preference);
}

static void serve_again(void)
{
    reset_machine(MACHINE_SERVER);
}

/* All flags of the job with all flags of the machine. */
static void test_flags(void)
{
    struct download d[8];

    shows("J4-SPCF-25");
    shows("J4-SPCF-26");
    shows("J4-SPCF-27");
    shows("J4-SPCF-29");
    shows("J4-SPCF-30");
    shows("J4-SPCF-35");
    shows("PCA-SCF-6");
    shows("PCA-SCF-23");
    for (DWORD machine = 0; machine <= 3; machine++)
    {
        set_machine_flags(machine);
        for (DWORD flags = 0; flags <= 7; flags++)
        {
            fetch(&d[flags], flags, SIZE);
            complete(&d[flags]);
        }
        serve_again();
        settle();
        for (DWORD flags = 0; flags <= 7; flags++)
        {
            winetest_push_context("machine %lu, job %lu", machine, flags);
            expect_records(d[flags].path, machine & MACHINE_SERVER && flags & JOB_SERVER);
            winetest_pop_context();
        }
        clear_records();
    }
}

/* The flags that count are those of the moment at which the content is judged. */
static void test_flags_at_the_end(void)
{
    struct download on, off, machine_on, machine_off;

    shows("F3-SVS-19");
    shows("J4-SPCF-37");
    fetch(&on, 0, SIZE);
    fetch(&off, JOB_SERVER, SIZE);
    set_job_flags(&on, JOB_SERVER);
    set_job_flags(&off, JOB_CLIENT);
    complete(&on);
    complete(&off);
    set_machine_flags(0);
    fetch(&machine_on, JOB_SERVER, SIZE);
    set_machine_flags(MACHINE_SERVER);
    complete(&machine_on);
    fetch(&machine_off, JOB_SERVER, SIZE);
    set_machine_flags(MACHINE_CLIENT);
    complete(&machine_off);

    serve_again();
    settle();
    expect_records(on.path, 1);
    expect_records(off.path, 0);
    expect_records(machine_on.path, 1);
    expect_records(machine_off.path, 0);
}

#define ABSENT 0xffffffff

static void configure(const WCHAR *name, DWORD value)
{
    if (value == ABSENT)
        delete_policy(name);
    else
        set_policy(name, value);
}

static void test_policies(void)
{
    static const struct
    {
        DWORD preference, enable, no_client, no_server;
        bool is_kept;
    } tests[] = {
        {0, 1, ABSENT, ABSENT, true}, {0, 1, 1, ABSENT, true}, {0, 1, 0, 0, true},
        {3, 1, ABSENT, 1, false},     {3, 1, 0, 1, false},     {3, 0, ABSENT, ABSENT, false},
        {3, 0, 0, 0, false},          {3, ABSENT, 1, 1, true}, {2, ABSENT, ABSENT, ABSENT, true}};
    struct download d;

    shows("J4-SPCF-28");
    shows("PCM-3");
    shows("PCM-4");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("test %u", i);
        configure(ENABLE_PEERCACHING, tests[i].enable);
        configure(DISABLE_CLIENT, tests[i].no_client);
        configure(DISABLE_SERVER, tests[i].no_server);
        apply_policies(tests[i].preference);
        fetch(&d, JOB_SERVER, SIZE);
        complete(&d);
        serve_again();
        settle();
        expect_records(d.path, tests[i].is_kept);
        clear_records();
        winetest_pop_context();
    }
}

/* ---- Validation ---- */

static void test_valid(void)
{
    struct record before, after;
    struct download d;

    shows("F3-SVS-5");
    shows("PCR-IFV-5");
    shows("PCM-22");
    fetch(&d, JOB_SERVER, SIZE);
    settle();
    expect_records(d.path, 0);
    validate(&d, TRUE);
    wait_records(d.path, 1);
    find_records(d.path, &before);
    ok(before.validated == S_OK, "Got hr %#lx.\n", before.validated);

    /* Nothing is new about it at the end. */
    validate(&d, TRUE);
    complete(&d);
    settle();
    expect_records(d.path, 1);
    find_records(d.path, &after);
    ok(is_same_record(&before, &after), "It has changed.\n");
}

/* Content that was called good before. */
static void test_not_valid(void)
{
    struct record first, second;
    struct download d, again;

    fetch(&d, JOB_SERVER, SIZE);
    validate(&d, TRUE);
    wait_records(d.path, 1);
    find_records(d.path, &first);
    validate(&d, FALSE);
    wait_records(d.path, 0);
    ok(!has_record(&first.id), "It is still there.\n");

    IBackgroundCopyJob_Resume(d.job);
    wait_for_state(d.job, TRANSFERRED, SOON);
    complete(&d);
    wait_records(d.path, 1);
    find_records(d.path, &second);
    ok(!IsEqualGUID(&first.id, &second.id), "It has the old id.\n");

    /* Somebody else has got the same, and does not want it. */
    fetch_path(&again, 0, d.path);
    validate(&again, FALSE);
    wait_records(d.path, 0);
    download_end(&again);
}

/* One that is refused and cancelled has never been there. */
static void test_never_valid(void)
{
    struct download refused, cancelled;

    fetch(&refused, JOB_SERVER, SIZE);
    fetch(&cancelled, JOB_SERVER, SIZE);
    validate(&refused, FALSE);
    download_end(&refused);
    download_end(&cancelled);
    settle();
    expect_records(refused.path, 0);
    expect_records(cancelled.path, 0);
}

/* What is there stays, whatever is switched off later. */
static void test_kept(void)
{
    struct record before, after;
    struct download d;

    shows("F3-SVS-17");
    shows("F3-SVS-18");
    shows("PCA-SCF-20");
    fetch(&d, JOB_SERVER, SIZE);
    validate(&d, TRUE);
    wait_records(d.path, 1);
    find_records(d.path, &before);

    set_job_flags(&d, 0);
    settle();
    expect_records(d.path, 1);
    set_machine_flags(0);
    expect_records(d.path, 1);
    serve_again();
    set_policy(ENABLE_PEERCACHING, 0);
    apply_policies(MACHINE_SERVER);
    expect_machine_flags(0);
    expect_records(d.path, 1);
    complete(&d);
    serve_again();
    settle();
    expect_records(d.path, 1);
    find_records(d.path, &after);
    ok(is_same_record(&before, &after), "It has changed.\n");
}

static void test_same_content(void)
{
    struct record before, after;
    struct download d, again;

    make_record(&d, SIZE);
    find_records(d.path, &before);
    fetch_path(&again, JOB_SERVER, d.path);
    complete(&again);
    settle();
    expect_records(d.path, 1);
    find_records(d.path, &after);
    ok(IsEqualGUID(&before.id, &after.id), "It has another id.\n");
}

/* ---- Content ---- */

static void write_temporary(struct download *d, LONG offset, DWORD from, const char *data,
                            DWORD size)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile *first = NULL;
    DWORD written = 0;
    WCHAR *name = NULL;
    HANDLE file;

    IBackgroundCopyJob_EnumFiles(d->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &first, NULL);
    IBackgroundCopyFile_QueryInterface(first, &IID_IBackgroundCopyFile3, (void **)&file3);
    IBackgroundCopyFile3_GetTemporaryName(file3, &name);
    file = CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "Could not open %s, error %lu.\n", wine_dbgstr_w(name),
       GetLastError());
    SetFilePointer(file, offset, NULL, from);
    ok(WriteFile(file, data, size, &written, NULL) && written == size, "Could not write.\n");
    CloseHandle(file);
    CoTaskMemFree(name);
    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(first);
    IEnumBackgroundCopyFiles_Release(files);
}

/* Somebody writes to the file before the client says that it is good: these are not the bytes that
 * came from the origin. */
static void test_changed(void)
{
    struct download changed, longer, validated;

    fetch(&changed, JOB_SERVER, SIZE);
    fetch(&longer, JOB_SERVER, SIZE);
    fetch(&validated, JOB_SERVER, SIZE);
    write_temporary(&changed, SIZE / 2, FILE_BEGIN, "other bytes", 11);
    write_temporary(&longer, 0, FILE_END, "more bytes", 10);
    write_temporary(&validated, 0, FILE_BEGIN, "other bytes", 11);
    complete(&changed);
    complete(&longer);
    validate(&validated, TRUE);
    settle();
    expect_records(changed.path, 0);
    expect_records(longer.path, 0);
    expect_records(validated.path, 0);
    download_end(&validated);
}

/* A search names the time of a file; one without cannot be found. */
static void test_no_time(void)
{
    struct download none, tagged;

    origin_add(origin, "/no-time",
               &(struct origin_file){.size = SIZE, .flags = ORIGIN_NO_LAST_MODIFIED});
    origin_add(
        origin, "/tagged",
        &(struct origin_file){.size = SIZE, .etag = "\"tag\"", .flags = ORIGIN_NO_LAST_MODIFIED});
    fetch_path(&none, JOB_SERVER, "/no-time");
    fetch_path(&tagged, JOB_SERVER, "/tagged");
    complete(&none);
    complete(&tagged);
    settle();
    expect_records("/no-time", 0);
    expect_records("/tagged", 0);
}

static void test_sizes(void)
{
    static const UINT64 sizes[] = {0, 1, 0x3ffff, 0x40000, 0x40001, 3 * MIB};
    struct download d[ARRAY_SIZE(sizes)];
    struct record record;

    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        fetch(&d[i], JOB_SERVER, sizes[i]);
        complete(&d[i]);
    }
    settle();
    for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        winetest_push_context("%llu bytes", sizes[i]);
        expect_records(d[i].path, sizes[i] ? 1 : 0);
        if (find_records(d[i].path, &record))
        {
            ok(record.size == sizes[i], "Got %llu bytes.\n", record.size);
            ok(record.range.Length == sizes[i], "Got %llu bytes.\n", record.range.Length);
        }
        winetest_pop_context();
    }
}

/* One job, several files: a record for each. */
static void test_several_files(void)
{
    IBackgroundCopyJob4 *job4 = NULL;
    IBackgroundCopyJob *job = create_job(L"several", BG_JOB_TYPE_DOWNLOAD);
    WCHAR name[16];
    char path[16];
    HRESULT hr;

    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    IBackgroundCopyJob4_SetPeerCachingFlags(job4, JOB_SERVER);
    IBackgroundCopyJob4_Release(job4);
    for (unsigned int i = 0; i < 5; i++)
    {
        snprintf(path, sizeof(path), "/several%u", i);
        swprintf(name, ARRAY_SIZE(name), L"several%u", i);
        origin_add(
            origin, path,
            &(struct origin_file){.size = SIZE + i, .version = i, .last_modified = RECORD_DATE});
        job_add(job, origin, path, name);
    }
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, TRANSFERRED, SOON);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    settle();
    for (unsigned int i = 0; i < 5; i++)
    {
        snprintf(path, sizeof(path), "/several%u", i);
        expect_records(path, 1);
    }
}

/* ---- Names ---- */

static void redirect(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    origin_sendf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
                 (const char *)ctx);
}

/* Unless the job wants to hear of redirects, its own URL is the name. */
static void test_redirect(void)
{
    struct download d;
    WCHAR url[URL_MAX];
    HRESULT hr;

    shows("PCR-GOU-4");
    origin_add(origin, "/target",
               &(struct origin_file){.size = SIZE, .version = 1, .last_modified = RECORD_DATE});
    origin_handle(origin, "/redirected", redirect, "/target");
    fetch_path(&d, JOB_SERVER, "/redirected");
    complete(&d);
    wait_records("/redirected", 1);
    expect_records("/target", 0);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/target", url));
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, origin_wurl(origin, "/redirected", url));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

START_TEST(peer_record_rules)
{
    if (records_start())
    {
        RUN_TEST(test_flags);
        RUN_TEST(test_flags_at_the_end);
        RUN_TEST(test_policies);
        RUN_TEST(test_valid);
        RUN_TEST(test_not_valid);
        RUN_TEST(test_never_valid);
        RUN_TEST(test_kept);
        RUN_TEST(test_same_content);
        RUN_TEST(test_changed);
        RUN_TEST(test_no_time);
        RUN_TEST(test_sizes);
        RUN_TEST(test_several_files);
        RUN_TEST(test_redirect);
    }
    records_stop();
}
