/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Changes of peer-caching flags that must leave a running download alone, and what flags mean where
 * nothing is enabled or nobody else is there. */
#include "peer_fixture.h"

#include <string.h>

#define CLIENT BG_JOB_ENABLE_PEERCACHING_CLIENT
#define SERVER BG_JOB_ENABLE_PEERCACHING_SERVER
#define BRANCH BG_JOB_DISABLE_BRANCH_CACHE

#define MACHINE_CLIENT BG_ENABLE_PEERCACHING_CLIENT
#define MACHINE_SERVER BG_ENABLE_PEERCACHING_SERVER

#define SIZE (4 * MIB)

/* ---- No toggles ---- */

static void test_machine_off(void)
{
    struct download d;

    shows("J4-SPCF-18");
    reset_machine(MACHINE_SERVER);
    download_start(&d, 0, SIZE, MIB);
    for (DWORD flags = 0; flags <= 7; flags++)
    {
        set_job_flags(&d, flags ^ CLIENT);
        ok(job_state(d.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
           state_name(job_state(d.job)));
    }
    download_finish(&d);
    check_uninterrupted(&d);
}

static void turn_preference(bool is_on)
{
    set_machine_flags(is_on ? MACHINE_CLIENT : 0);
}

/* The preference says no. */
static void turn_policy(bool is_on)
{
    if (is_on)
        set_policy(ENABLE_PEERCACHING, 1);
    else
        delete_policy(ENABLE_PEERCACHING);
}

/* One whose flag is on shows when the change has been taken note of. */
static void check_job_without_flag(void (*turn)(bool is_on))
{
    struct download plain, witness;
    bool is_on = machine_flags() & MACHINE_CLIENT;

    download_start(&plain, SERVER | BRANCH, SIZE, MIB);
    download_start(&witness, CLIENT, SIZE, MIB);
    turn(!is_on);
    expect_resumed(&witness, 1, MIB);
    ok(job_state(plain.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
       state_name(job_state(plain.job)));
    turn(is_on);
    expect_resumed(&witness, 2, MIB);
    download_finish(&plain);
    check_uninterrupted(&plain);
    download_finish(&witness);
}

static void test_job_without_flag(void)
{
    shows("J4-SPCF-19");
    reset_machine(0);
    check_job_without_flag(turn_preference);
    check_job_without_flag(turn_policy);
    reset_machine(MACHINE_CLIENT);
    check_job_without_flag(turn_preference);
}

/* The value that is there already, at all levels. */
static void test_same_value(void)
{
    withstands("H7");
    shows("J4-SPCF-23");
    for (DWORD flags = 0; flags <= 7; flags++)
    {
        struct download d;

        winetest_push_context("H7: flags %lu", flags);
        reset_machine(MACHINE_CLIENT);
        download_start(&d, flags, SIZE, MIB);
        set_job_flags(&d, flags);
        set_machine_flags(MACHINE_CLIENT);
        set_job_flags(&d, flags);
        ok(job_state(d.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
           state_name(job_state(d.job)));
        download_finish(&d);
        check_uninterrupted(&d);
        winetest_pop_context();
    }
}

/* Neither of a job nor of the machine. */
static void test_other_bits(void)
{
    withstands("H7");
    shows("J4-SPCF-24");
    for (DWORD client = 0; client <= CLIENT; client++)
    {
        struct download d;

        winetest_push_context("H7: client %lu", client);
        reset_machine(MACHINE_CLIENT);
        download_start(&d, client, SIZE, MIB);
        set_job_flags(&d, client | SERVER);
        set_job_flags(&d, client);
        set_job_flags(&d, client | BRANCH);
        set_job_flags(&d, client | SERVER);
        set_job_flags(&d, client | SERVER | BRANCH);
        set_job_flags(&d, client);
        set_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
        set_machine_flags(MACHINE_CLIENT);
        ok(job_state(d.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
           state_name(job_state(d.job)));
        download_finish(&d);
        check_uninterrupted(&d);
        winetest_pop_context();
    }
}

/* The policy says what the preference said before. SetConfigurationFlags looks at the registry
 * itself, so that what has changed before is in force when it returns. */
static void test_policy_changes_nothing(void)
{
    struct download d;
    HRESULT hr;

    reset_machine(MACHINE_CLIENT);
    download_start(&d, CLIENT, SIZE, MIB);
    set_policy(ENABLE_PEERCACHING, 1);
    expect_machine_flags(MACHINE_CLIENT | MACHINE_SERVER);
    set_policy(DISABLE_SERVER, 1);
    expect_machine_flags(MACHINE_CLIENT);
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, 0);
    ok(hr == BG_S_OVERRIDDEN_BY_POLICY, "Got hr %#lx.\n", hr);
    ok(job_state(d.job) == BG_JOB_STATE_TRANSFERRING, "Got state %s.\n",
       state_name(job_state(d.job)));
    download_finish(&d);
    check_uninterrupted(&d);
    reset_machine(0);
}

/* ---- What flags mean ---- */

/* The request without its first line, which has the path in it. */
static const char *header_lines(const struct origin_entry *entry)
{
    const char *end = strchr(entry->head, '\n');

    return end ? end + 1 : entry->head;
}

/* Does the origin see two jobs ask the same? */
static bool is_asked_alike(const struct download *a, const struct download *b)
{
    struct origin_entry entry_a, entry_b;
    size_t count = origin_journal_count(origin, a->path);

    if (origin_journal_count(origin, b->path) != count) return false;
    for (size_t i = 0; i < count; i++)
    {
        if (!origin_journal_get(origin, a->path, i, &entry_a) ||
            !origin_journal_get(origin, b->path, i, &entry_b) ||
            strcmp(entry_a.method, entry_b.method) != 0 ||
            strcmp(header_lines(&entry_a), header_lines(&entry_b)) != 0)
            return false;
    }
    return count != 0;
}

static void check_flags_kept(struct download *d, DWORD expected)
{
    DWORD flags = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob4_GetPeerCachingFlags(d->job4, &flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(flags == expected, "Got flags %#lx.\n", flags);
}

/* Nothing is enabled: with any flags a job asks for the same in the same way. */
static void test_no_effect(void)
{
    struct download d[8];

    shows("J4-SPCF-36");
    reset_machine(0);
    for (DWORD flags = 0; flags <= 7; flags++)
    {
        winetest_push_context("flags %lu", flags);
        download_start(&d[flags], flags, SIZE, MIB);
        set_job_flags(&d[flags], flags ^ 7);
        set_job_flags(&d[flags], flags);
        check_flags_kept(&d[flags], flags);
        download_finish(&d[flags]);
        check_uninterrupted(&d[flags]);
        ok(is_asked_alike(&d[0], &d[flags]), "It was asked for in another way.\n");
        winetest_pop_context();
    }
}

/* Nobody has set flags for the job: the machine's do nothing to it. */
static void test_default(void)
{
    struct download d, witness;

    shows("J4-SPCF-49");
    shows("PCM-2");
    reset_machine(MACHINE_CLIENT | MACHINE_SERVER);
    download_create(&d, FLAGS_UNTOUCHED, SIZE);
    check_flags_kept(&d, 0);
    download_run_to(&d, MIB);
    download_start(&witness, CLIENT, SIZE, MIB);
    set_machine_flags(0);
    expect_resumed(&witness, 1, MIB);
    download_finish(&d);
    check_uninterrupted(&d);
    download_finish(&witness);
}

static void check_from_origin(struct download *d)
{
    UINT64 from_origin = 0, from_peers = 1;
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile4 *file4;
    IBackgroundCopyFile *file;
    BOOL is_from_peer = TRUE;

    IBackgroundCopyJob_EnumFiles(d->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&file4);
    IBackgroundCopyFile4_GetPeerDownloadStats(file4, &from_origin, &from_peers);
    IBackgroundCopyFile4_IsDownloadedFromPeer(file4, &is_from_peer);
    ok(from_origin == d->size, "Got %llu bytes of the origin.\n", from_origin);
    ok(!from_peers, "Got %llu bytes of peers.\n", from_peers);
    ok(is_from_peer == FALSE, "Got state %#x.\n", is_from_peer);
    IBackgroundCopyFile4_Release(file4);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
}

/* Both levels are on, and there is no other machine. */
static void test_no_peer(void)
{
    struct origin_tally tally;
    struct download d;

    shows("PCM-20");
    reset_machine(MACHINE_CLIENT | MACHINE_SERVER);
    download_create(&d, CLIENT | SERVER, SIZE);
    IBackgroundCopyJob_Resume(d.job);
    wait_for_state(d.job, TRANSFERRED, SOON);
    check_from_origin(&d);
    download_finish(&d);
    origin_count(origin, d.path, ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(tally.sent == SIZE && !tally.missing, "The origin gave %llu bytes.\n",
       (unsigned long long)tally.sent);
}

START_TEST(peer_untouched)
{
    if (peer_start())
    {
        RUN_TEST(test_machine_off);
        RUN_TEST(test_job_without_flag);
        RUN_TEST(test_same_value);
        RUN_TEST(test_other_bits);
        RUN_TEST(test_policy_changes_nothing);
        RUN_TEST(test_no_effect);
        RUN_TEST(test_default);
        RUN_TEST(test_no_peer);
    }
    peer_stop();
}
