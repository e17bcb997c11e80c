/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A job that changes its source in mid-file: origin and a fake peer hold the same file, flags and
 * policy decide which of them is asked, and the journals of both say that no byte came twice. */
#include "harness/test.h"

#include "harness/com_callback.h"
#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/fake_peer.h"
#include "harness/origin.h"

#define MIB          (1024 * 1024)
#define FILE_SIZE    (8 * MIB)
#define FILE_VERSION 7
#define WAIT_MS      10000
#define BUDGET_MS    300

static struct fake_peer peer;
static struct origin *origin;
static unsigned int path_count;

struct download
{
    char path[32];
    WCHAR name[32];
    IBackgroundCopyJob *job;
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyFile4 *file;
};

static IBitsPeerCacheAdministration *administration(void)
{
    static IBitsPeerCacheAdministration *admin;

    if (!admin) admin = manager_query(&IID_IBitsPeerCacheAdministration);
    return admin;
}

static void set_machine(DWORD flags)
{
    HRESULT hr = IBitsPeerCacheAdministration_SetConfigurationFlags(administration(), flags);

    /* Saved in either case; under a policy it does not count. */
    ok(hr == S_OK || hr == BG_S_OVERRIDDEN_BY_POLICY, "Got hr %#lx.\n", hr);
}

static void set_job(struct download *download, DWORD flags)
{
    HRESULT hr = IBackgroundCopyJob4_SetPeerCachingFlags(download->job4, flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static IBackgroundCopyFile4 *first_file(IBackgroundCopyJob *job)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile4 *file4 = NULL;
    IBackgroundCopyFile *file;

    if (FAILED(IBackgroundCopyJob_EnumFiles(job, &files))) return NULL;
    if (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) == S_OK)
    {
        IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&file4);
        IBackgroundCopyFile_Release(file);
    }
    IEnumBackgroundCopyFiles_Release(files);
    return file4;
}

/* A job with one file of its own path, so that the origin's journal tells of nothing else. */
static void begin(struct download *download, uint64_t hold_at)
{
    const struct origin_file file = {.size = FILE_SIZE, .version = FILE_VERSION};
    HRESULT hr;

    path_count++;
    snprintf(download->path, sizeof(download->path), "/file%u", path_count);
    swprintf(download->name, 32, L"file%u", path_count);
    origin_add(origin, download->path, &file);
    if (hold_at) origin_hold_after(origin, download->path, hold_at);
    fake_peer_done(&peer);
    fake_peer_init(&peer, FILE_VERSION, FILE_SIZE);

    download->job = create_job(L"source", BG_JOB_TYPE_DOWNLOAD);
    job_add(download->job, origin, download->path, download->name);
    hr = IBackgroundCopyJob_QueryInterface(download->job, &IID_IBackgroundCopyJob4,
                                           (void **)&download->job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    download->file = first_file(download->job);
    ok(download->file != NULL, "There is no file.\n");
}

static void resume(struct download *download)
{
    HRESULT hr = IBackgroundCopyJob_Resume(download->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void expect_sources(int line, struct download *download, UINT64 origin_bytes,
                           UINT64 peer_bytes)
{
    UINT64 from_origin, from_peers;
    BOOL is_from_peer;

    IBackgroundCopyFile4_GetPeerDownloadStats(download->file, &from_origin, &from_peers);
    ok(from_origin == origin_bytes && from_peers == peer_bytes,
       "Line %d: %llu bytes are from the origin, %llu from peers.\n", line, from_origin,
       from_peers);
    IBackgroundCopyFile4_IsDownloadedFromPeer(download->file, &is_from_peer);
    ok(is_from_peer == (peer_bytes != 0), "Line %d: IsDownloadedFromPeer says %d.\n", line,
       is_from_peer);
}

/* The job ends well, with the right bytes and without an error on its way. */
static void finish(int line, struct download *download)
{
    WCHAR path[MAX_PATH];
    ULONG errors;
    HRESULT hr;

    wait_for_state(download->job, TRANSFERRED, WAIT_MS);
    IBackgroundCopyJob_GetErrorCount(download->job, &errors);
    ok(!errors, "Line %d: %lu errors were counted.\n", line, errors);
    hr = IBackgroundCopyJob_Complete(download->job);
    ok(hr == S_OK, "Line %d: got hr %#lx.\n", line, hr);
    verify_file(temp_path(download->name, path), FILE_SIZE, FILE_VERSION);
    IBackgroundCopyFile4_Release(download->file);
    IBackgroundCopyJob4_Release(download->job4);
    end_job(download->job);
    set_machine(0);
}
#define FINISH(download)                      finish(__LINE__, download)
#define EXPECT_SOURCES(download, from, peers) expect_sources(__LINE__, download, from, peers)

static unsigned int count_gets(struct download *download)
{
    struct origin_tally tally;

    origin_count(origin, download->path, ORIGIN_ANY_VERSION, NULL, 0, &tally);
    return tally.gets;
}

/* ---- who is asked ---- */

static void test_both_levels(void)
{
    static const struct
    {
        DWORD machine, job;
        bool uses_peer;
    } tests[] = {{1, 1, true},  {0, 1, false}, {1, 0, false}, {0, 0, false}, {3, 3, true},
                 {2, 1, false}, {1, 2, false}, {1, 6, false}, {3, 5, true}};

    shows("J4-SPCF-8");
    shows("J4-SPCF-9");
    shows("J4-SPCF-10");
    shows("J4-SPCF-12");
    shows("J4-SPCF-13");
    shows("J4-SPCF-35");
    shows("J4-GPCF-8");
    shows("PCA-SCF-3");
    shows("PCA-SCF-4");
    shows("PCA-SCF-23");
    shows("PCM-2");
    shows("PCM-5");
    shows("F3-IDFP-1");
    shows("F3-IDFP-2");
    shows("F3-IDFP-3");
    shows("F4-3");
    shows("F4-5");
    shows("F4-6");
    shows("F4-7");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        struct download download;
        DWORD flags;
        HRESULT hr;

        winetest_push_context("machine %lu, job %lu", tests[i].machine, tests[i].job);
        set_machine(tests[i].machine);
        begin(&download, 0);
        EXPECT_SOURCES(&download, 0, 0);
        set_job(&download, tests[i].job);
        hr = IBackgroundCopyJob4_GetPeerCachingFlags(download.job4, &flags);
        ok(hr == S_OK && flags == tests[i].job, "Got hr %#lx, flags %#lx.\n", hr, flags);
        resume(&download);
        wait_for_state(download.job, TRANSFERRED, WAIT_MS);
        ok(!count_gets(&download) == tests[i].uses_peer, "The origin got %u requests.\n",
           count_gets(&download));
        ok(!fake_peer_starts(&peer) == !tests[i].uses_peer, "The peer got %u requests.\n",
           fake_peer_starts(&peer));
        EXPECT_SOURCES(&download, tests[i].uses_peer ? 0 : FILE_SIZE,
                       tests[i].uses_peer ? FILE_SIZE : 0);
        FINISH(&download);
        winetest_pop_context();
    }
}

/* ---- toggles ---- */

/* H1: the origin stands still at one MiB; the peer gives the rest. */
static void from_origin_to_peer(void (*toggle)(struct download *download), DWORD machine, DWORD job)
{
    struct download download;

    set_machine(machine);
    begin(&download, MIB);
    set_job(&download, job);
    resume(&download);
    ok(wait_for_bytes(download.job, MIB, WAIT_MS), "H1: the origin gives nothing.\n");
    ok(!fake_peer_starts(&peer), "H1: the peer is asked too early.\n");

    toggle(&download);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    ok(fake_peer_first_offset(&peer) == MIB, "H1: the peer is asked from byte %llu.\n",
       (unsigned long long)fake_peer_first_offset(&peer));
    ok(fake_peer_given(&peer) == FILE_SIZE - MIB, "H1: the peer gave %llu bytes.\n",
       (unsigned long long)fake_peer_given(&peer));
    ok(count_gets(&download) == 1, "H1: the origin got %u requests.\n", count_gets(&download));
    EXPECT_SOURCES(&download, MIB, FILE_SIZE - MIB);
    FINISH(&download);
}

/* H2: the peer stands still at one MiB; the origin gives the rest. */
static void from_peer_to_origin(void (*toggle)(struct download *download))
{
    struct origin_entry entry;
    struct download download;
    uint64_t at;

    set_machine(1);
    begin(&download, 0);
    peer.stalls_at = MIB;
    set_job(&download, 1);
    resume(&download);
    ok(fake_peer_wait_given(&peer, MIB, WAIT_MS), "H2: the peer gives nothing.\n");
    ok(!count_gets(&download), "H2: the origin is asked too early.\n");

    toggle(&download);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    at = fake_peer_given(&peer);
    ok(at == MIB, "H2: the peer gave %llu bytes.\n", (unsigned long long)at);
    ok(count_gets(&download) == 1, "H2: the origin got %u requests.\n", count_gets(&download));
    /* The HEAD is the first. */
    ok(origin_journal_get(origin, download.path, 1, &entry) && entry.range.begin == at,
       "H2: the origin is asked from byte %llu.\n", (unsigned long long)entry.range.begin);
    EXPECT_SOURCES(&download, FILE_SIZE - MIB, MIB);
    FINISH(&download);
}

static void job_on(struct download *download)
{
    set_job(download, 1);
}

static void job_off(struct download *download)
{
    set_job(download, 0);
}

static void machine_on(struct download *download)
{
    (void)download;
    set_machine(1);
}

static void machine_off(struct download *download)
{
    (void)download;
    set_machine(0);
}

static void policy_on(struct download *download)
{
    (void)download;
    ok(policy_set(L"EnablePeercaching", 1), "The policy cannot be set.\n");
}

static void policy_off(struct download *download)
{
    (void)download;
    ok(policy_set(L"EnablePeercaching", 0), "The policy cannot be set.\n");
}

static void policy_client_off(struct download *download)
{
    (void)download;
    ok(policy_set(L"DisablePeerCachingClient", 1), "The policy cannot be set.\n");
}

static void test_toggle_to_peer(void)
{
    withstands("H1");
    shows("J4-SPCF-15");
    shows("J4-SPCF-17");
    shows("J4-SPCF-20");
    shows("J4-SPCF-21");
    shows("PCA-SCF-8");
    shows("PCA-SCF-9");
    shows("PCA-SCF-10");
    shows("PCA-SCF-11");
    shows("F3-IDFP-5");
    from_origin_to_peer(job_on, 1, 0);
    from_origin_to_peer(machine_on, 0, 1);
}

static void test_toggle_to_origin(void)
{
    withstands("H2");
    shows("J4-SPCF-14");
    shows("J4-SPCF-16");
    shows("F3-IDFP-6");
    from_peer_to_origin(job_off);
    from_peer_to_origin(machine_off);
}

static void test_policy_toggles(void)
{
    shows("J4-SPCF-11");
    shows("POL-14");
    from_origin_to_peer(policy_on, 0, 1);
    from_peer_to_origin(policy_client_off);
    policy_delete(L"DisablePeerCachingClient");
    from_peer_to_origin(policy_off);
    policy_delete(L"EnablePeercaching");
}

/* H3: the sum of what both gave is the file, however often the source changes. */
static void test_many_toggles(void)
{
    enum
    {
        TOGGLES = 200
    };
    struct download download;
    UINT64 from_origin, from_peers;

    set_machine(1);
    begin(&download, 0);
    set_job(&download, 0);
    resume(&download);
    for (unsigned int i = 1; i <= TOGGLES; i++)
    {
        BG_JOB_PROGRESS progress;

        set_job(&download, i % 2);
        job_progress(download.job, &progress);
        /* Now and then something comes through; the gaps are those of the machine. */
        if (i % 8 == 0 && progress.BytesTransferred < FILE_SIZE)
            wait_for_bytes(download.job, progress.BytesTransferred + 1, WAIT_MS);
    }
    set_job(&download, 1);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    IBackgroundCopyFile4_GetPeerDownloadStats(download.file, &from_origin, &from_peers);
    ok(from_origin + from_peers == FILE_SIZE, "H3: %llu and %llu bytes were taken.\n", from_origin,
       from_peers);
    /* What a peer gave and the job did not take would have been fetched twice. */
    ok(fake_peer_given(&peer) == from_peers, "H3: the peer gave %llu bytes, %llu were taken.\n",
       (unsigned long long)fake_peer_given(&peer), from_peers);
    FINISH(&download);
}

/* ---- peers that are of no use ---- */

static void expect_origin_takes_over(void (*spoil)(void), UINT64 from_peer)
{
    struct download download;
    DWORD start;

    set_machine(1);
    begin(&download, 0);
    spoil();
    set_job(&download, 1);
    start = GetTickCount();
    resume(&download);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    ok(GetTickCount() - start < BUDGET_MS + 5000, "I8: the job took %lu ms.\n",
       GetTickCount() - start);
    ok(fake_peer_starts(&peer) >= 1, "The peer was not asked.\n");
    EXPECT_SOURCES(&download, FILE_SIZE - from_peer, from_peer);
    FINISH(&download);
}

static void peer_has_nothing(void)
{
    peer.is_missing = true;
}

static void peer_breaks(void)
{
    peer.fails_at = 3 * MIB;
}

static void peer_stalls(void)
{
    peer.stalls_at = 3 * MIB;
}

static void peer_stalls_at_once(void)
{
    peer.stalls_at = 0;
}

static void peer_claims_another_size(void)
{
    peer.size = FILE_SIZE + 1;
}

static void peer_gives_another_range(void)
{
    peer.shift = 1;
}

static void peer_has_a_part(void)
{
    peer.part_end = 3 * MIB;
}

static void test_useless_peers(void)
{
    shows("PCM-19");
    shows("PCM-20");
    shows("PCM-21");
    expect_origin_takes_over(peer_has_nothing, 0);
    expect_origin_takes_over(peer_breaks, 3 * MIB);
    expect_origin_takes_over(peer_stalls, 3 * MIB);
    expect_origin_takes_over(peer_stalls_at_once, 0);
    expect_origin_takes_over(peer_claims_another_size, 0);
    expect_origin_takes_over(peer_gives_another_range, 0);
    expect_origin_takes_over(peer_has_a_part, 3 * MIB);
}

/* F2: content of a peer that the client refuses comes from the origin next, and the peer is not
 * asked again. */
static void test_refused_content(void)
{
    struct download download;
    BG_FILE_PROGRESS progress;
    unsigned int starts;
    HRESULT hr;

    shows("F3-SVS-11");
    shows("F3-SVS-12");
    shows("F3-SVS-13");
    shows("F3-SVS-14");
    set_machine(1);
    begin(&download, MIB);
    peer.version = FILE_VERSION + 1; /* wrong bytes, and nobody can know */
    set_job(&download, 1);
    resume(&download);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    EXPECT_SOURCES(&download, 0, FILE_SIZE);

    starts = fake_peer_starts(&peer);
    hr = IBackgroundCopyFile4_SetValidationState(download.file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile4_GetProgress(download.file, &progress);
    ok(progress.BytesTransferred <= MIB, "Got %llu bytes.\n", progress.BytesTransferred);
    ok(wait_for_bytes(download.job, MIB, WAIT_MS), "The origin gives nothing.\n");
    origin_release(origin, download.path);
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    EXPECT_SOURCES(&download, FILE_SIZE, 0);
    ok(fake_peer_starts(&peer) == starts, "F2: the peer was asked %u times more.\n",
       fake_peer_starts(&peer) - starts);
    FINISH(&download);
}

/* The first file that comes is refused, on the thread of the call. */
static HRESULT refuse_first(struct test_callback *callback, const struct callback_call *call)
{
    IBackgroundCopyFile3 *file;
    HRESULT hr;

    if (call->method != CALLBACK_FILE_TRANSFERRED) return S_OK;
    if (test_callback_count(callback, CALLBACK_FILE_TRANSFERRED) != 1) return S_OK;
    hr = IBackgroundCopyFile_QueryInterface(call->file, &IID_IBackgroundCopyFile3, (void **)&file);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return S_OK;
    hr = IBackgroundCopyFile3_SetValidationState(file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyFile3_Release(file);
    return S_OK;
}

/* F2, within the notice that the file is there. */
static void test_refused_in_callback(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    struct download download;

    shows("CB2-FT-10");
    shows("CB2-FT-11");
    set_machine(1);
    begin(&download, 0);
    peer.version = FILE_VERSION + 1;
    callback->hook = refuse_first;
    job_set_callback(download.job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    set_job(&download, 1);
    resume(&download);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 2, WAIT_MS),
       "The second file is not told.\n");
    ok(fake_peer_given(&peer) == FILE_SIZE, "The peer gave %llu bytes.\n",
       (unsigned long long)fake_peer_given(&peer));
    ok(count_gets(&download) != 0, "The origin was not asked.\n");
    wait_for_state(download.job, TRANSFERRED, WAIT_MS);
    EXPECT_SOURCES(&download, FILE_SIZE, 0);
    ok(test_callback_count(callback, CALLBACK_FILE_TRANSFERRED) == 2, "Told %ld times.\n",
       test_callback_count(callback, CALLBACK_FILE_TRANSFERRED));
    FINISH(&download);
    test_callback_release(callback);
}

START_TEST(peer_source)
{
    struct runtime_config config;

    com_start(COINIT_MULTITHREADED);
    config = runtime_get_config();
    config.transfer.peers = &fake_peer_ops;
    config.transfer.peers_ctx = &peer;
    config.transfer.peer_budget_ms = BUDGET_MS;
    fake_peer_init(&peer, FILE_VERSION, FILE_SIZE);
    engine_manager(&config);
    keep_peer_configuration();
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");

    RUN_TEST(test_both_levels);
    RUN_TEST(test_toggle_to_peer);
    RUN_TEST(test_toggle_to_origin);
    RUN_TEST(test_policy_toggles);
    RUN_TEST(test_many_toggles);
    RUN_TEST(test_useless_peers);
    RUN_TEST(test_refused_content);
    RUN_TEST(test_refused_in_callback);

    IBitsPeerCacheAdministration_Release(administration());
    com_stop();
    engine_stop();
    origin_destroy(origin);
    fake_peer_done(&peer);
}
