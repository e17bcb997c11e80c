/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * On the machine that fetches: its list of peers, what it takes from them, and what of that it
 * serves itself. The other machine runs peer_link_server.c; its name is m1. */
#include "peer_link.h"

#include <stdlib.h>
#include <wchar.h>

#define QUIET_MS 3000

#define SLOW_BYTES 131072 /* a second: what the other machine's policy allows */
#define RATE_MS    4000

static void test_wait(void)
{
    link_wait_peer_count(1);
    step_wait("records");
}

/* ---- the list ---- */

static void test_peer(void)
{
    BOOL is_authenticated = 2, is_available = 2;
    IBitsPeer *peer;
    WCHAR *name = NULL;
    HRESULT hr;

    shows("PCA-EP-2");
    shows("PCA-EP-4");
    shows("PEER-1");
    shows("PEER-GPN-1");
    shows("PEER-GPN-2");
    shows("PEER-GPN-3");
    shows("PEER-GPN-4");
    shows("PEER-IAU-1");
    shows("PEER-IAV-1");
    shows("PEER-IAV-2");
    ok(link_peers(&peer) == 1 && peer, "There is no peer.\n");
    if (!peer) return;
    hr = IBitsPeer_GetPeerName(peer, &name);
    ok(hr == S_OK && name, "Got hr %#lx.\n", hr);
    ok(name && !wcscmp(name, L"m1$.local"), "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);
    hr = IBitsPeer_IsAuthenticated(peer, &is_authenticated);
    ok(hr == S_OK && is_authenticated < 2, "Got hr %#lx, %d.\n", hr, is_authenticated);
    hr = IBitsPeer_IsAvailable(peer, &is_available);
    ok(hr == S_OK && is_available == TRUE, "Got hr %#lx, %d.\n", hr, is_available);
    ok(is_null_refusal(peer, IBitsPeer_GetPeerName(peer, NULL)), "NULL is taken.\n");
    ok(is_null_refusal(peer, IBitsPeer_IsAuthenticated(peer, NULL)), "NULL is taken.\n");
    ok(is_null_refusal(peer, IBitsPeer_IsAvailable(peer, NULL)), "NULL is taken.\n");
    IBitsPeer_Release(peer);
}

static void expect_next(IEnumBitsPeers *peers, HRESULT expected)
{
    IBitsPeer *peer = NULL;
    ULONG fetched = 99;
    HRESULT hr = IEnumBitsPeers_Next(peers, 1, &peer, &fetched);

    ok(hr == expected && fetched == (expected == S_OK), "Got hr %#lx, %lu.\n", hr, fetched);
    ok(!peer == (expected != S_OK), "Got %p.\n", peer);
    if (peer) IBitsPeer_Release(peer);
}

static void test_enumerator(void)
{
    IEnumBitsPeers *peers = NULL, *clone = NULL;
    IBitsPeer *two[2] = {NULL, NULL};
    ULONG count = 99, fetched = 99;
    HRESULT hr;

    shows("EPE-1");
    shows("EPE-3");
    shows("EPE-5");
    shows("EPE-6");
    shows("EPE-7");
    shows("EPE-8");
    hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_GetCount(peers, &count);
    ok(hr == S_OK && count == 1, "Got hr %#lx, %lu.\n", hr, count);
    hr = IEnumBitsPeers_Clone(peers, &clone);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_next(peers, S_OK);
    expect_next(peers, S_FALSE);
    expect_next(clone, S_OK);
    hr = IEnumBitsPeers_Reset(peers);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBitsPeers_Next(peers, 2, two, &fetched);
    ok(hr == S_FALSE && fetched == 1 && two[0], "Got hr %#lx, %lu.\n", hr, fetched);
    if (two[0]) IBitsPeer_Release(two[0]);
    IEnumBitsPeers_Reset(peers);
    hr = IEnumBitsPeers_Skip(peers, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    expect_next(peers, S_FALSE);
    IEnumBitsPeers_Reset(peers);
    hr = IEnumBitsPeers_Skip(peers, 2);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    expect_next(peers, S_FALSE);
    IEnumBitsPeers_Release(clone);
    IEnumBitsPeers_Release(peers);
}

/* A list that was taken stays what it is; a new one is empty until peers were looked for. */
static void test_clear(void)
{
    IEnumBitsPeers *before = NULL;
    ULONG count = 0;
    HRESULT hr;

    shows("PCA-EP-3");
    shows("PCA-CP-1");
    shows("PCA-CP-2");
    shows("PCA-CP-4");
    shows("PCA-DP-1");
    com_pump(1500); /* nobody is answered twice in a second */
    IBitsPeerCacheAdministration_EnumPeers(admin, &before);
    hr = IBitsPeerCacheAdministration_ClearPeers(admin);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    count = link_peers(NULL);
    ok(!count, "Got %lu peers.\n", count);
    IEnumBitsPeers_GetCount(before, &count);
    ok(count == 1, "Got %lu peers.\n", count);
    expect_next(before, S_OK);
    IEnumBitsPeers_Release(before);
    hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    link_wait_peer_count(1);
}

/* The first contact makes a peer authenticated; a job finds peers by itself. */
static void test_contact(void)
{
    struct link_job job;
    IBitsPeer *peer;
    BOOL is_authenticated = 2;

    shows("PEER-IAU-2");
    shows("PEER-IAU-3");
    shows("PEER-IAU-4");
    shows("PEER-IAU-5");
    shows("PEER-IAU-6");
    shows("PCM-16");
    if (link_peers(&peer))
    {
        IBitsPeer_IsAuthenticated(peer, &is_authenticated);
        IBitsPeer_Release(peer);
    }
    ok(is_authenticated == FALSE, "A new peer says %d.\n", is_authenticated);
    link_fetch(&job, "link-a", JOB_CLIENT);
    ok(job.from_peers && !job.from_origin, "%llu bytes are from peers, %llu from the origin.\n",
       job.from_peers, job.from_origin);
    link_end(&job);
    is_authenticated = 2;
    if (link_peers(&peer))
    {
        IBitsPeer_IsAuthenticated(peer, &is_authenticated);
        IBitsPeer_Release(peer);
    }
    ok(is_authenticated == TRUE, "A known peer says %d.\n", is_authenticated);
}

static void test_rediscovery(void)
{
    struct link_job job;

    shows("PCA-CP-3");
    shows("PCA-DP-2");
    shows("PCM-11");
    com_pump(1500); /* nobody is answered twice in a second */
    IBitsPeerCacheAdministration_ClearPeers(admin);
    ok(!link_peers(NULL), "There are peers.\n");
    link_fetch(&job, "link-b", JOB_CLIENT);
    link_end(&job);
    link_wait_peer_count(1);
}

/* ---- what is taken and what is kept ---- */

static void test_flags(void)
{
    struct link_job job;
    struct record record;
    DWORD flags = 0;
    WCHAR url[URL_MAX];
    HRESULT hr;

    shows("J4-SPCF-31");
    shows("J4-GPCF-5");
    shows("J4-GPCF-6");
    shows("PCA-GCF-2");
    shows("PCA-GCF-3");
    shows("PCA-GCF-12");
    shows("PCA-GCF-13");
    shows("PCR-GOU-2");
    shows("PCA-ER-4");
    shows("PCM-25");
    shows("F4-9");
    shows("POL-2");
    hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    ok(hr == S_OK && flags == 3, "Got hr %#lx, %#lx.\n", hr, flags);

    link_fetch(&job, "link-c", JOB_CLIENT);
    IBackgroundCopyJob4_GetPeerCachingFlags(job.job4, &flags);
    ok(flags == JOB_CLIENT, "Got %#lx.\n", flags);
    ok(job.from_peers && !job.from_origin, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);

    link_fetch(&job, "link-d", JOB_SERVER);
    ok(!job.from_peers, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);
    link_wait_records("link-d", 1);
    ok(!link_records("link-c", NULL), "It is kept.\n");

    link_fetch(&job, "link-e", JOB_CLIENT | JOB_SERVER);
    IBackgroundCopyJob4_GetPeerCachingFlags(job.job4, &flags);
    ok(flags == (JOB_CLIENT | JOB_SERVER), "Got %#lx.\n", flags);
    ok(job.from_peers && !job.from_origin, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);
    link_wait_records("link-e", 1);
    link_records("link-e", &record);
    ok(!wcscmp(record.url, link_url("link-e", url)), "Got %s.\n", wine_dbgstr_w(record.url));

    /* The machine's level alone moves nothing. */
    link_fetch(&job, "link-f", 0);
    ok(!job.from_peers, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);
    ok(!link_records("link-f", NULL), "It is kept.\n");
}

/* Peers are not touched by what happens to records. */
static void test_clear_records(void)
{
    shows("PCA-CR-4");
    clear_records();
    ok(!link_records("link-e", NULL), "It is there.\n");
    ok(link_peers(NULL) == 1, "Got %lu peers.\n", link_peers(NULL));
}

static void test_refused(void)
{
    struct link_job job;
    HRESULT hr;

    shows("F3-SVS-10");
    shows("F3-SVS-20");
    link_fetch(&job, "link-a", JOB_CLIENT | JOB_SERVER);
    ok(job.from_peers && !job.from_origin, "Got %llu bytes from peers.\n", job.from_peers);
    hr = IBackgroundCopyFile4_SetValidationState(job.file, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    link_wait_records("link-a", 1);
    hr = IBackgroundCopyFile4_SetValidationState(job.file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    link_wait_records("link-a", 0);
    link_wait(&job);
    ok(!job.from_peers && job.from_origin, "Got %llu bytes from peers.\n", job.from_peers);
    link_end(&job);
    ok(!link_records("link-a", NULL), "It is back.\n");
}

static void test_policies(void)
{
    struct link_job job;

    shows("POL-5");
    shows("POL-6");
    set_policy(DISABLE_SERVER, 1);
    expect_machine_flags(MACHINE_CLIENT);
    link_fetch(&job, "link-d", JOB_CLIENT | JOB_SERVER);
    ok(job.from_peers && !job.from_origin, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);
    delete_policy(DISABLE_SERVER);
    set_policy(DISABLE_CLIENT, 1);
    expect_machine_flags(MACHINE_SERVER);
    link_fetch(&job, "link-f", JOB_CLIENT | JOB_SERVER);
    ok(!job.from_peers, "Got %llu bytes from peers.\n", job.from_peers);
    link_complete(&job);
    link_end(&job);
    link_wait_records("link-f", 1);
    ok(!link_records("link-d", NULL), "It is kept.\n");
    delete_policy(DISABLE_CLIENT);
    expect_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
    clear_records();
    IBitsPeerCacheAdministration_DiscoverPeers(admin);
    link_wait_peer_count(1);
    step_done("lists");
}

/* ---- what the other machine does meanwhile ---- */

static void test_validated(void)
{
    struct link_job job;

    step_wait("judged");
    link_fetch(&job, "link-v", JOB_CLIENT);
    ok(!job.from_peers, "%llu bytes that nobody has judged.\n", job.from_peers);
    link_end(&job);
    link_fetch(&job, "link-w", JOB_CLIENT);
    ok(job.from_peers != 0, "Got %llu bytes from peers.\n", job.from_peers);
    link_end(&job);
    step_done("taken");
}

static void test_redirected(void)
{
    struct link_job job;

    shows("PCM-26");
    step_wait("redirected");
    link_fetch(&job, "moved/link-x", JOB_CLIENT);
    ok(job.from_origin && !job.from_peers, "%llu bytes are from peers.\n", job.from_peers);
    link_end(&job);
    link_fetch(&job, "link-x", JOB_CLIENT);
    ok(!job.from_origin && job.from_peers, "%llu bytes are from the origin.\n", job.from_origin);
    link_end(&job);
    step_done("asked for both");
}

static uint64_t bytes_of_peers(struct link_job *job)
{
    UINT64 from_origin = 0, from_peers = 0;

    IBackgroundCopyFile4_GetPeerDownloadStats(job->file, &from_origin, &from_peers);
    return from_peers;
}

/* What others get is limited; what comes from the origin is not, where the policy holds too. */
static void test_in_use(void)
{
    uint64_t start, before, bytes;
    struct link_job job;

    shows("POL-12");
    step_wait("slow");
    link_create(&job, "link-h", JOB_CLIENT);
    link_resume(&job);
    link_wait_peers(&job, 65536);
    step_done("reading");
    step_wait("busy");
    start = test_ticks();
    before = bytes_of_peers(&job);
    com_pump(RATE_MS);
    bytes = bytes_of_peers(&job) - before;
    /* It is told once a second. */
    ok(bytes <= SLOW_BYTES * (test_ticks() - start + 1000) / 1000 * 11 / 10 && bytes >= SLOW_BYTES,
       "%llu bytes came in %llu ms.\n", (unsigned long long)bytes,
       (unsigned long long)(test_ticks() - start));

    set_policy(L"MaxBandwidthServed", SLOW_BYTES * 8);
    com_pump(1000); /* nothing says when it is in force */
    start = test_ticks();
    IBackgroundCopyJob4_SetPeerCachingFlags(job.job4, 0);
    link_wait(&job);
    ok(job.from_origin > 8 * MIB, "Got %llu bytes from the origin.\n", job.from_origin);
    ok(test_ticks() - start < job.from_origin / SLOW_BYTES * 1000 / 2, "It took %llu ms.\n",
       (unsigned long long)(test_ticks() - start));
    link_end(&job);
    delete_policy(L"MaxBandwidthServed");
    step_done("read");
}

static void test_cleared(void)
{
    struct link_job job;

    link_create(&job, "link-i", JOB_CLIENT);
    link_resume(&job);
    link_wait_peers(&job, 65536);
    step_done("reading again");
    step_wait("cleared");
    link_wait(&job);
    ok(!job.from_origin, "Got %llu bytes from the origin.\n", job.from_origin);
    link_end(&job);
    step_done("read again");
}

struct span
{
    uint64_t end;
};

static bool is_found_or_late(void *ctx)
{
    return link_peers(NULL) || test_ticks() >= ((struct span *)ctx)->end;
}

static void test_switch(void)
{
    struct link_job job;
    uint64_t start;
    struct span span;
    HRESULT hr;

    withstands("H9");
    shows("PEER-IAV-3");
    shows("PCA-DP-5");
    shows("PCM-9");
    shows("PCM-10");
    step_wait("record again");
    link_create(&job, "link-k", JOB_CLIENT);
    link_resume(&job);
    link_wait_peers(&job, 65536);
    step_done("reading once more");
    step_wait("off");
    start = test_ticks();
    link_wait(&job);
    ok(job.from_origin && job.from_peers, "Got %llu and %llu bytes.\n", job.from_origin,
       job.from_peers);
    ok(test_ticks() - start < 7000, "It took %llu ms.\n",
       (unsigned long long)(test_ticks() - start));
    link_end(&job);

    link_fetch(&job, "link-j", JOB_CLIENT);
    ok(!job.from_peers, "Got %llu bytes from peers.\n", job.from_peers);
    link_end(&job);
    IBitsPeerCacheAdministration_ClearPeers(admin);
    hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    span.end = test_ticks() + QUIET_MS;
    com_wait_for(is_found_or_late, &span, LINK_MS);
    ok(!link_peers(NULL), "A machine that does not serve is listed.\n");
    step_done("list is empty");
    step_wait("on");
    link_wait_peer_count(1);
    step_done("all");
}

START_TEST(peer_link_client)
{
    if (link_start())
    {
        RUN_TEST(test_wait);
        RUN_TEST(test_peer);
        RUN_TEST(test_enumerator);
        RUN_TEST(test_clear);
        RUN_TEST(test_contact);
        RUN_TEST(test_rediscovery);
        RUN_TEST(test_flags);
        RUN_TEST(test_clear_records);
        RUN_TEST(test_refused);
        RUN_TEST(test_policies);
        RUN_TEST(test_validated);
        RUN_TEST(test_redirected);
        RUN_TEST(test_in_use);
        RUN_TEST(test_cleared);
        RUN_TEST(test_switch);
    }
    link_stop();
}
