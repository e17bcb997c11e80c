/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * toggle: 1,000 times the client flag of a running job is cleared while a peer stands still, and
 * set again. Prints "median N" and "p99 N": milliseconds from the call of SetPeerCachingFlags to
 * the first byte that the origin sends. */
#include "harness/test.h"

#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/fake_peer.h"
#include "harness/origin.h"

#include "samples.h"

#define ROUNDS    1000
#define STEP      8192
#define FILE_SIZE (64 * 1024 * 1024)
#define WAIT_MS   10000

static struct fake_peer peer;
static double times[ROUNDS];

static double now(void)
{
    LARGE_INTEGER frequency, count;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return (double)count.QuadPart * 1e3 / (double)frequency.QuadPart;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static uint64_t sent_by(struct origin *origin)
{
    struct origin_tally tally;

    origin_count(origin, "/file", ORIGIN_ANY_VERSION, NULL, 0, &tally);
    return tally.sent;
}

/* The peer gives some bytes and stands still, then the origin does. Nobody waits for the disk: what
 * the job has not received before a toggle comes from the other side. */
static bool play_round(IBackgroundCopyJob4 *job, struct origin *origin, unsigned int round)
{
    uint64_t sent = sent_by(origin);
    double start;

    lock_acquire(&peer.lock);
    peer.given = 0;
    lock_release(&peer.lock);
    peer.stalls_at = (2 * (uint64_t)round + 1) * STEP;
    IBackgroundCopyJob4_SetPeerCachingFlags(job, 1);
    if (!round) IBackgroundCopyJob4_Resume(job);
    if (!fake_peer_wait_given(&peer, 1, WAIT_MS)) return false;

    origin_hold_after(origin, "/file", sent + STEP);
    start = now();
    IBackgroundCopyJob4_SetPeerCachingFlags(job, 0);
    if (!origin_wait_sent(origin, "/file", sent + 1, WAIT_MS)) return false;
    times[round] = now() - start;
    return origin_wait_held(origin, "/file", WAIT_MS);
}

START_TEST(toggle)
{
    const struct origin_file file = {.size = FILE_SIZE, .version = 1};
    IBitsPeerCacheAdministration *admin;
    struct runtime_config config;
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyJob *job;
    struct origin *origin;
    unsigned int round;

    com_start(COINIT_MULTITHREADED);
    config = runtime_get_config();
    config.transfer.peers = &fake_peer_ops;
    config.transfer.peers_ctx = &peer;
    config.transfer.peer_budget_ms = WAIT_MS;
    fake_peer_init(&peer, 1, FILE_SIZE);
    engine_manager(&config);
    keep_peer_configuration();
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 1);
    origin = origin_start(NULL);
    origin_add(origin, "/file", &file);

    job = create_job(L"toggle", BG_JOB_TYPE_DOWNLOAD);
    job_add(job, origin, "/file", L"file");
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    for (round = 0; round < ROUNDS; round++)
        if (!play_round(job4, origin, round)) break;
    ok(round == ROUNDS, "Round %u does not end.\n", round);

    bench_samples("toggle.to_origin", times, round, 1, "ms");
    qsort(times, ROUNDS, sizeof(*times), compare);
    printf("median %.3f\np99 %.3f\n", times[ROUNDS / 2], times[ROUNDS * 99 / 100]);
    IBackgroundCopyJob4_Release(job4);
    end_job(job);
    IBitsPeerCacheAdministration_Release(admin);
    com_stop();
    engine_stop();
    origin_destroy(origin);
    fake_peer_done(&peer);
}
