/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What it does to a running download when its own client flag or that of the machine changes, by
 * call or by policy. On one machine all bytes come from the origin; that the source is chosen anew
 * shows in the requests. */
#include "peer_fixture.h"

#include "harness/com_callback.h"

#define CLIENT BG_JOB_ENABLE_PEERCACHING_CLIENT
#define SERVER BG_JOB_ENABLE_PEERCACHING_SERVER
#define BRANCH BG_JOB_DISABLE_BRANCH_CACHE

#define MACHINE_CLIENT BG_ENABLE_PEERCACHING_CLIENT
#define MACHINE_SERVER BG_ENABLE_PEERCACHING_SERVER

#define SIZE (4 * MIB)

/* ---- Toggles ---- */

/* Turns the client side on or off at one of the two levels, for a download that has it on at the
 * other one. */
typedef void (*turn_fn)(struct download *d, bool is_on);

static void turn_job(struct download *d, bool is_on)
{
    set_job_flags(d, is_on ? CLIENT : 0);
}

static void turn_job_with_other_flags(struct download *d, bool is_on)
{
    set_job_flags(d, SERVER | BRANCH | (is_on ? CLIENT : 0));
}

static void turn_machine(struct download *d, bool is_on)
{
    (void)d;
    set_machine_flags(is_on ? MACHINE_CLIENT : 0);
}

static void turn_machine_with_server(struct download *d, bool is_on)
{
    (void)d;
    set_machine_flags(MACHINE_SERVER | (is_on ? MACHINE_CLIENT : 0));
}

static void turn_policy(struct download *d, bool is_on)
{
    (void)d;
    set_policy(ENABLE_PEERCACHING, is_on);
}

/* The preference says no. */
static void turn_policy_by_deleting(struct download *d, bool is_on)
{
    (void)d;
    if (is_on)
        set_policy(ENABLE_PEERCACHING, 1);
    else
        delete_policy(ENABLE_PEERCACHING);
}

/* EnablePeercaching says yes. */
static void turn_disabling_policy(struct download *d, bool is_on)
{
    (void)d;
    if (is_on)
        delete_policy(DISABLE_CLIENT);
    else
        set_policy(DISABLE_CLIENT, 1);
}

/* Stops at 1 and 2 MIB. */
static void check_toggles(struct download *d, turn_fn turn, bool is_on)
{
    static const uint64_t stops[] = {MIB, 2 * MIB};

    download_run_to(d, MIB);
    turn(d, !is_on);
    expect_resumed(d, 1, MIB);

    origin_hold_after(origin, d->path, 2 * MIB);
    ok(wait_for_bytes(d->job, 2 * MIB, SOON), "Got %llu bytes.\n",
       (unsigned long long)bytes_transferred(d->job));
    turn(d, is_on);
    expect_resumed(d, 2, 2 * MIB);

    download_finish(d);
    ok(get_count(d) == 3, "Got %u requests.\n", get_count(d));
    check_nothing_twice(d, stops, ARRAY_SIZE(stops));
}

/* From on to off and back, and the other way round. */
static void check_both_ways(turn_fn turn, DWORD job_flags)
{
    for (int is_on = 0; is_on <= 1; is_on++)
    {
        struct download d;

        winetest_push_context("at first %s", is_on ? "on" : "off");
        download_create(&d, job_flags, SIZE);
        turn(&d, is_on);
        check_toggles(&d, turn, is_on);
        winetest_pop_context();
    }
}

/* A change in the registry has been seen when the download starts. */
static void check_policy_both_ways(turn_fn turn, DWORD flags_off, DWORD flags_on)
{
    for (int is_on = 0; is_on <= 1; is_on++)
    {
        struct download d;

        winetest_push_context("at first %s", is_on ? "on" : "off");
        download_create(&d, CLIENT, SIZE);
        turn(&d, is_on);
        expect_machine_flags(is_on ? flags_on : flags_off);
        check_toggles(&d, turn, is_on);
        winetest_pop_context();
    }
}

static void test_job_flag(void)
{
    shows("J4-SPCF-14");
    shows("J4-SPCF-15");
    shows("J4-SPCF-21");
    shows("PCA-SCF-8");
    reset_machine(MACHINE_CLIENT);
    check_both_ways(turn_job, 0);
    set_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
    check_both_ways(turn_job_with_other_flags, 0);
}

static void test_machine_flag(void)
{
    shows("J4-SPCF-12");
    shows("J4-SPCF-16");
    shows("J4-SPCF-17");
    shows("J4-SPCF-21");
    shows("PCA-SCF-9");
    shows("PCA-SCF-11");
    reset_machine(0);
    check_both_ways(turn_machine, CLIENT);
    check_both_ways(turn_machine_with_server, CLIENT | SERVER | BRANCH);
}

static void test_policies(void)
{
    shows("J4-SPCF-11");
    shows("J4-SPCF-16");
    shows("J4-SPCF-17");
    shows("POL-14");
    reset_machine(MACHINE_CLIENT);
    check_policy_both_ways(turn_policy, 0, MACHINE_CLIENT | MACHINE_SERVER);
    reset_machine(0);
    check_policy_both_ways(turn_policy_by_deleting, 0, MACHINE_CLIENT | MACHINE_SERVER);
    reset_machine(0);
    set_policy(ENABLE_PEERCACHING, 1);
    check_policy_both_ways(turn_disabling_policy, MACHINE_SERVER, MACHINE_CLIENT | MACHINE_SERVER);
    reset_machine(0);
}

/* ---- The way through QUEUED ---- */

struct states_seen
{
    struct download *d;
    unsigned int gets; /* to wait for */
    LONG mask;
};

static void look_at_state(struct states_seen *seen, IBackgroundCopyJob *job)
{
    BG_JOB_STATE state;

    if (IBackgroundCopyJob_GetState(job, &state) == S_OK)
        InterlockedOr(&seen->mask, (LONG)STATE_BIT((unsigned int)state % 32));
}

static bool is_running_again(void *ctx)
{
    struct states_seen *seen = ctx;

    look_at_state(seen, seen->d->job);
    return get_count(seen->d) >= seen->gets && job_state(seen->d->job) == BG_JOB_STATE_TRANSFERRING;
}

static HRESULT on_modification(struct test_callback *callback, const struct callback_call *call)
{
    look_at_state(callback->ctx, call->job);
    return S_OK;
}

/* QUEUED lasts for so short a time that not every look finds it. */
static void toggle_until_queued(struct states_seen *seen, turn_fn turn)
{
    for (unsigned int i = 0; i < 500; i++)
    {
        bool is_on = i % 2;

        turn(seen->d, is_on);
        look_at_state(seen, seen->d->job);
        seen->gets++;
        ok(com_wait_for(is_running_again, seen, SOON), "Got %u requests.\n", get_count(seen->d));
        if (is_on && i > 10 && seen->mask & STATE_BIT(BG_JOB_STATE_QUEUED)) return;
    }
}

static void check_way(turn_fn turn)
{
    const LONG allowed = STATE_BIT(BG_JOB_STATE_QUEUED) | STATE_BIT(BG_JOB_STATE_CONNECTING) |
                         STATE_BIT(BG_JOB_STATE_TRANSFERRING);
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    static const uint64_t stop = MIB;
    struct states_seen seen = {.gets = 1};
    struct download d;

    download_start(&d, CLIENT, SIZE, stop);
    seen.d = &d;
    callback->hook = on_modification;
    callback->ctx = &seen;
    job_set_callback(d.job, callback, BG_NOTIFY_JOB_MODIFICATION);
    toggle_until_queued(&seen, turn);
    /* Not to have looked at the right moment is no fault; unit/job_transfer sees the state itself.
     */
    if (!(seen.mask & STATE_BIT(BG_JOB_STATE_QUEUED)))
        skip("QUEUED was not seen in %u changes.\n", seen.gets);
    ok(!(seen.mask & ~allowed), "Got states %#lx.\n", seen.mask);
    IBackgroundCopyJob_SetNotifyInterface(d.job, NULL);
    download_finish(&d);
    check_nothing_twice(&d, &stop, 1);
    test_callback_release(callback);
}

static void test_QUEUED(void)
{
    shows("J4-SPCF-22");
    reset_machine(MACHINE_CLIENT);
    check_way(turn_job);
    check_way(turn_machine);
}

/* Flags that were set while nothing was enabled. */
static void test_enabled_later(void)
{
    static const uint64_t stop = MIB;
    struct download d;

    shows("J4-SPCF-37");
    reset_machine(0);
    download_start(&d, CLIENT, SIZE, stop);
    set_machine_flags(MACHINE_CLIENT);
    expect_resumed(&d, 1, stop);
    download_finish(&d);
    check_nothing_twice(&d, &stop, 1);
}

/* ---- Several jobs ---- */

#define JOBS 6

static void test_several_jobs(void)
{
    struct download d[JOBS];
    DWORD flags = 0;

    shows("PCA-SCF-7");
    shows("PCA-SCF-12");
    reset_machine(0);
    for (unsigned int i = 0; i < JOBS; i++)
    {
        download_create(&d[i], i % 2 ? CLIENT | (i == 3 ? SERVER : 0) : i == 2 ? SERVER : 0, SIZE);
        /* There is room for one in the background. */
        if (i == 1) IBackgroundCopyJob_SetPriority(d[i].job, BG_JOB_PRIORITY_LOW);
        download_run_to(&d[i], MIB);
    }
    for (unsigned int change = 1; change <= 4; change++)
    {
        flags ^= MACHINE_CLIENT;
        set_machine_flags(flags);
        for (unsigned int i = 1; i < JOBS; i += 2)
            expect_resumed(&d[i], change, MIB);
    }
    for (unsigned int i = 0; i < JOBS; i++)
    {
        winetest_push_context("job %u", i);
        download_finish(&d[i]);
        if (i % 2 == 0) check_uninterrupted(&d[i]);
        winetest_pop_context();
    }
}

/* ---- The limit on the time of a download ---- */

/* A job that is rescheduled has not been resumed by its owner: its time goes on. */
static void test_time_goes_on(void)
{
    struct download d;
    uint64_t start, ms;
    HRESULT code;

    reset_machine(MACHINE_CLIENT);
    download_start(&d, CLIENT, SIZE, MIB);
    IBackgroundCopyJob4_SetMaximumDownloadTime(d.job4, 1);
    start = test_ticks();
    for (unsigned int i = 0; i < 100 && job_state(d.job) != BG_JOB_STATE_ERROR; i++)
    {
        com_pump(100);
        set_job_flags(&d, i % 2 ? CLIENT : 0);
    }
    ms = test_ticks() - start;
    code = job_error(d.job, NULL);
    ok(code == BG_E_MAXDOWNLOAD_TIMEOUT, "Got code %#lx.\n", code);
    ok(ms < 5000, "It took %llu ms.\n", (unsigned long long)ms);
    download_end(&d);
}

/* ---- What an administrator and an application can do ---- */

static void test_administrator(void)
{
    struct download d;

    shows("PCM-3");
    reset_machine(0);
    download_start(&d, CLIENT, SIZE, MIB);
    set_policy(ENABLE_PEERCACHING, 1);
    expect_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
    expect_resumed(&d, 1, MIB);
    set_policy(DISABLE_CLIENT, 1);
    expect_machine_flags(MACHINE_SERVER);
    expect_resumed(&d, 2, MIB);
    delete_policy(DISABLE_CLIENT);
    expect_resumed(&d, 3, MIB);
    set_policy(DISABLE_SERVER, 1);
    expect_machine_flags(MACHINE_CLIENT);
    download_finish(&d);
    ok(get_count(&d) == 4, "Got %u requests.\n", get_count(&d));
    reset_machine(0);
}

static void test_application(void)
{
    struct download d;
    HRESULT hr;

    shows("PCM-4");
    reset_machine(0);
    download_start(&d, CLIENT, SIZE, MIB);
    set_machine_flags(MACHINE_CLIENT);
    expect_machine_flags(MACHINE_CLIENT);
    expect_resumed(&d, 1, MIB);
    set_policy(ENABLE_PEERCACHING, 0);
    expect_machine_flags(0);
    expect_resumed(&d, 2, MIB);
    /* The application has no say any more. */
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 0);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, MACHINE_CLIENT);
    ok(hr == BG_S_OVERRIDDEN_BY_POLICY, "Got hr %#lx.\n", hr);
    download_finish(&d);
    ok(get_count(&d) == 3, "Got %u requests.\n", get_count(&d));
    reset_machine(0);
}

START_TEST(peer_toggle)
{
    if (peer_start())
    {
        RUN_TEST(test_job_flag);
        RUN_TEST(test_machine_flag);
        RUN_TEST(test_policies);
        RUN_TEST(test_QUEUED);
        RUN_TEST(test_enabled_later);
        RUN_TEST(test_several_jobs);
        RUN_TEST(test_time_goes_on);
        RUN_TEST(test_administrator);
        RUN_TEST(test_application);
    }
    peer_stop();
}
