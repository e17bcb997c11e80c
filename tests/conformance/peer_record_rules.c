/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which downloads become records of the machine's cache, when, and what keeps them there:
 * flags, policies, validation. Which contents do is in peer_record_contents.c. */
#include "harness/com_callback.h"
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

    withstands("F20");
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

    withstands("F20");
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

static bool is_validated(void *path)
{
    struct record record;

    return find_records(path, &record) && record.validated == S_OK;
}

static void test_valid(void)
{
    struct record before, after;
    struct download d;

    shows("F3-SVS-5");
    shows("PCR-IFV-5");
    shows("PCM-22");
    fetch(&d, JOB_SERVER, SIZE);
    settle();
    ok(!find_records(d.path, &before) || before.validated == S_FALSE,
       "Nobody has vouched for it, got hr %#lx.\n", before.validated);
    validate(&d, TRUE);
    com_wait_for(is_validated, d.path, SOON);
    expect_records(d.path, 1);
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

    /* Somebody else has got the same, and does not want it: that counts from those only who have to
     * do with peers. */
    fetch_path(&again, 0, d.path);
    validate(&again, FALSE);
    settle();
    expect_records(d.path, 1);
    download_end(&again);
    fetch_path(&again, JOB_SERVER, d.path);
    validate(&again, FALSE);
    wait_records(d.path, 0);
    download_end(&again);
}

static HRESULT validate_first(struct test_callback *callback, const struct callback_call *call)
{
    IBackgroundCopyFile3 *file3;

    if (call->method != CALLBACK_FILE_TRANSFERRED) return S_OK;
    IBackgroundCopyFile_QueryInterface(call->file, &IID_IBackgroundCopyFile3, (void **)&file3);
    *(HRESULT *)callback->ctx = IBackgroundCopyFile3_SetValidationState(file3, TRUE);
    IBackgroundCopyFile3_Release(file3);
    return S_OK;
}

/* Peers may have a file of a job that still works on another one. */
static void test_validated_early(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    HRESULT validated = E_FAIL;
    struct download d;

    withstands("F11");
    shows("F3-SVS-3");
    shows("CB2-FT-8");
    shows("CB2-FT-19");
    download_create(&d, JOB_SERVER, SIZE);
    origin_add(origin, "/held", &(struct origin_file){.size = SIZE, .last_modified = RECORD_DATE});
    origin_hold_after(origin, "/held", 0);
    job_add(d.job, origin, "/held", L"held");
    callback->hook = validate_first;
    callback->ctx = &validated;
    job_set_callback(d.job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    IBackgroundCopyJob_Resume(d.job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 1, SOON), "There was no call.\n");
    wait_records(d.path, 1);
    ok(validated == S_OK, "Got hr %#lx.\n", validated);
    ok(!(STATE_BIT(job_state(d.job)) & (TRANSFERRED | FAILED_STATES)), "Got state %s.\n",
       state_name(job_state(d.job)));
    expect_records("/held", 0);
    download_end(&d);
    settle();
    expect_records(d.path, 1);
    expect_records("/held", 0);
    test_callback_release(callback);
}

/* ---- What is for nobody else ---- */

static void check_public_only(const char *path, const char *headers, bool is_kept)
{
    struct download d;

    origin_add(
        origin, path,
        &(struct origin_file){.size = SIZE, .last_modified = RECORD_DATE, .headers = headers});
    fetch_path(&d, JOB_SERVER, path);
    complete(&d);
    settle();
    expect_records(path, is_kept);
}

static void test_private_answers(void)
{
    withstands("F20");
    check_public_only("/public", "Cache-Control: public, max-age=60\r\n", true);
    check_public_only("/no-store", "Cache-Control: no-store\r\n", false);
    check_public_only("/private", "Cache-Control: max-age=60, private\r\n", false);
}

static const struct origin_file secret = {.size = SIZE, .last_modified = RECORD_DATE};

static void ask_for_login(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char value[64];

    (void)ctx;
    if (origin_header(r->head, "Authorization", value, sizeof(value)))
        origin_serve(c, r, &secret);
    else
        origin_sendf(c, "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\n"
                        "Content-Length: 0\r\n\r\n");
}

static void set_login(IBackgroundCopyJob *job)
{
    BG_AUTH_CREDENTIALS login = {.Target = BG_AUTH_TARGET_SERVER, .Scheme = BG_AUTH_SCHEME_BASIC};
    WCHAR user[] = L"Jo", password[] = L"Sesame";
    IBackgroundCopyJob2 *job2;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    login.Credentials.Basic.UserName = user;
    login.Credentials.Basic.Password = password;
    hr = IBackgroundCopyJob2_SetCredentials(job2, &login);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
}

static void set_fields(IBackgroundCopyJob *job)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                                   (void **)&options);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, L"Authorization: Basic Sm8=\r\n");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
}

/* The server was told who wants it. */
static void test_logins(void)
{
    void (*const sets[])(IBackgroundCopyJob * job) = {set_login, set_fields};
    struct download d;

    withstands("F20");
    for (unsigned int i = 0; i < ARRAY_SIZE(sets); i++)
    {
        download_create(&d, JOB_SERVER, SIZE);
        origin_handle(origin, d.path, ask_for_login, NULL);
        sets[i](d.job);
        IBackgroundCopyJob_Resume(d.job);
        wait_for_state(d.job, TRANSFERRED, SOON);
        complete(&d);
        settle();
        expect_records(d.path, 0);
    }
}

/* ---- What is no whole file ---- */

/* Complete does not take what came of a file, nor does the cache. */
static void test_half(void)
{
    struct download d;
    HRESULT hr;

    withstands("F21");
    download_create(&d, JOB_SERVER, 2 * MIB);
    origin_hold_after(origin, d.path, MIB);
    IBackgroundCopyJob_Resume(d.job);
    ok(wait_for_bytes(d.job, MIB, SOON), "Nothing has arrived.\n");
    hr = IBackgroundCopyJob_Suspend(d.job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_release(origin, d.path);
    hr = IBackgroundCopyJob_Complete(d.job);
    ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
    settle();
    expect_records(d.path, 0);
    download_end(&d);
}

/* Complete takes what is there of a job that has failed. */
static void test_partial(void)
{
    struct download d;
    HRESULT hr;

    withstands("F21");
    download_create(&d, JOB_SERVER, SIZE);
    job_add(d.job, origin, "/missing", L"missing");
    IBackgroundCopyJob_Resume(d.job);
    wait_for_state(d.job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    settle();
    ok(!is_validated(d.path), "It is validated.\n");
    hr = IBackgroundCopyJob_Complete(d.job);
    ok(hr == BG_S_PARTIAL_COMPLETE, "Got hr %#lx.\n", hr);
    settle();
    ok(is_validated(d.path), "It is not there.\n");
    expect_records("/missing", 0);
    download_end(&d);
}

/* An administrator has removed the record: there is nothing to be said about it any more. */
static void test_deleted(void)
{
    IEnumBackgroundCopyFiles *files = NULL;
    IBackgroundCopyFile3 *file3 = NULL;
    IBackgroundCopyFile *file = NULL;
    struct record record;
    struct download d;
    ULONG count;
    HRESULT hr;

    shows("F3-SVS-4");
    shows("PCA-DR-6");
    fetch(&d, JOB_SERVER, SIZE);
    validate(&d, TRUE);
    wait_records(d.path, 1);
    find_records(d.path, &record);
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &record.id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_EnumFiles(d.job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    hr = IBackgroundCopyFile3_SetValidationState(file3, TRUE);
    ok(hr == BG_E_RECORD_DELETED, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
    complete(&d);
    settle();
    count = find_records(d.path, NULL);
    ok(!count, "It has come back.\n");
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

START_TEST(peer_record_rules)
{
    if (records_start())
    {
        RUN_TEST(test_flags);
        RUN_TEST(test_flags_at_the_end);
        RUN_TEST(test_policies);
        RUN_TEST(test_valid);
        RUN_TEST(test_not_valid);
        RUN_TEST(test_validated_early);
        RUN_TEST(test_private_answers);
        RUN_TEST(test_logins);
        RUN_TEST(test_half);
        RUN_TEST(test_partial);
        RUN_TEST(test_deleted);
        RUN_TEST(test_never_valid);
        RUN_TEST(test_kept);
        RUN_TEST(test_same_content);
    }
    records_stop();
}
