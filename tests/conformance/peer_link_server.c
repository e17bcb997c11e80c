/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * On the machine whose files are served: what its records do while a peer reads them. The other
 * machine runs peer_link_client.c. */
#include "peer_link.h"

/* Bits a second: slow enough to be met in the middle. */
#define SLOW 1048576
/* The policy is seen within. */
#define SOON_MS 1000

static const char *const names[] = {"link-a", "link-b", "link-c", "link-d", "link-e",
                                    "link-f", "link-h", "link-i", "link-j", "link-k"};

static void test_records(void)
{
    struct link_job job;

    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
    {
        link_fetch(&job, names[i], JOB_SERVER);
        ok(!job.from_peers, "%llu bytes are from peers.\n", job.from_peers);
        link_complete(&job);
        link_end(&job);
        link_wait_records(names[i], 1);
    }
    step_done("records");
}

/* What nobody has called valid is not served; being served is an access. */
static void test_validated(void)
{
    struct link_job unjudged, valid;
    struct record before, after;
    HRESULT hr;

    shows("PCR-IFV-4");
    shows("PCR-GLAT-2");
    shows("PCA-SMCA-5");
    step_wait("lists");
    link_fetch(&unjudged, "link-v", JOB_SERVER);
    link_fetch(&valid, "link-w", JOB_SERVER);
    hr = IBackgroundCopyFile4_SetValidationState(valid.file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    link_wait_records("link-w", 1);
    link_records("link-w", &before);
    step_done("judged");
    step_wait("taken");
    ok(!link_records("link-v", NULL), "It is kept unjudged.\n");
    ok(link_records("link-w", &after) == 1, "It has gone.\n");
    ok(CompareFileTime(&after.accessed, &before.accessed) > 0, "Its last access has not moved.\n");
    link_end(&unjudged);
    link_end(&valid);
}

static void set_redirect_policy(struct link_job *job, ULONG policy)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job->job, &IID_IBackgroundCopyJobHttpOptions,
                                           (void **)&options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, policy);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
}

/* The file is kept under the name that it turned out to have. */
static void test_redirected(void)
{
    struct link_job job;

    shows("PCM-26");
    link_create(&job, "moved/link-x", JOB_SERVER);
    set_redirect_policy(&job, BG_HTTP_REDIRECT_POLICY_ALLOW_REPORT);
    link_resume(&job);
    link_wait(&job);
    link_complete(&job);
    link_end(&job);
    link_wait_records("link-x", 1);
    ok(!link_records("moved/link-x", NULL), "It is kept under the old name.\n");
    step_done("redirected");
    step_wait("asked for both");
}

struct deletion
{
    GUID id;
    HRESULT hr;
};

static bool is_deleted(void *ctx)
{
    struct deletion *deletion = ctx;

    deletion->hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &deletion->id);
    return deletion->hr != BG_E_BUSYCACHERECORD;
}

static void test_in_use(void)
{
    struct deletion deletion;
    struct record record;
    WCHAR url[URL_MAX];
    HRESULT hr;

    shows("PCA-DR-2");
    shows("PCA-DR-3");
    shows("PCA-DU-3");
    shows("PCA-DU-4");
    set_policy(L"MaxBandwidthServed", SLOW);
    com_pump(SOON_MS); /* nothing says when it is in force */
    step_done("slow");
    step_wait("reading");
    ok(link_records("link-h", &record) == 1, "There is no record.\n");
    hr = IBitsPeerCacheAdministration_DeleteRecord(admin, &record.id);
    ok(hr == BG_E_BUSYCACHERECORD, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_DeleteUrl(admin, link_url("link-h", url));
    ok(hr == BG_E_BUSYCACHERECORD, "Got hr %#lx.\n", hr);
    ok(link_records("link-h", NULL) == 1, "It has gone.\n");
    step_done("busy");

    step_wait("read");
    deletion.id = record.id;
    ok(com_wait_for(is_deleted, &deletion, LINK_MS) && deletion.hr == S_OK, "Got hr %#lx.\n",
       deletion.hr);
    ok(!link_records("link-h", NULL), "It is still there.\n");
}

/* Who reads goes on. */
static void test_clear(void)
{
    shows("PCA-CR-2");
    step_wait("reading again");
    clear_records();
    ok(!link_records("link-i", NULL), "It is still there.\n");
    step_done("cleared");
    step_wait("read again");
}

static void test_switch(void)
{
    struct link_job job;

    shows("PCA-SCF-5");
    shows("PCA-SCF-19");
    for (unsigned int i = ARRAY_SIZE(names) - 2; i < ARRAY_SIZE(names); i++)
    {
        link_fetch(&job, names[i], JOB_SERVER);
        link_complete(&job);
        link_end(&job);
        link_wait_records(names[i], 1);
    }
    step_done("record again");
    step_wait("reading once more");
    set_policy(DISABLE_SERVER, 1);
    expect_machine_flags(MACHINE_CLIENT);
    step_done("off");
    step_wait("list is empty");
    delete_policy(DISABLE_SERVER);
    expect_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
    delete_policy(L"MaxBandwidthServed");
    step_done("on");
    step_wait("all");
}

START_TEST(peer_link_server)
{
    if (link_start())
    {
        RUN_TEST(test_records);
        RUN_TEST(test_validated);
        RUN_TEST(test_redirected);
        RUN_TEST(test_in_use);
        RUN_TEST(test_clear);
        RUN_TEST(test_switch);
    }
    link_stop();
}
