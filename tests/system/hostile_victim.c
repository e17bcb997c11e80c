/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Downloads what a hostile peer offers, see hostile.sh: whatever it does, the file is the origin's,
 * no error is counted, and it costs no more than the budget. Expects the origin's URL in
 * OPENBITS_HOSTILE_ORIGIN, what it serves in OPENBITS_HOSTILE_FILE, and in OPENBITS_HOSTILE_PEER
 * whether the peer is one: "trusted", "again" the second time, or "stranger". */
#include "harness/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/com_fixture.h"

#define WAIT_MS   60000
#define BUDGET_MS 2000
/* What a run costs besides, on a busy machine. */
#define SLACK_MS  5000
#define TRIES_MAX 4

enum gives
{
    GIVES_NOTHING,
    GIVES_A_PART, /* or nothing: what came before the lie was seen */
    GIVES_ALL
};

struct expectation
{
    const char *name;
    enum gives gives;
    bool is_dropped; /* from the list of peers, until it announces itself again */
};

/* clang-format off */
static const struct expectation expectations[] = {
    { "honest",          GIVES_ALL,     false },
    { "first-half",      GIVES_A_PART,  false },
    { "search-404",      GIVES_NOTHING, true },
    { "search-401",      GIVES_NOTHING, true },
    { "search-500",      GIVES_NOTHING, true },
    { "search-redirect", GIVES_NOTHING, true },
    { "search-hang-up",  GIVES_NOTHING, true },
    { "search-reset",    GIVES_NOTHING, true },
    { "search-stall",    GIVES_NOTHING, false },
    { "search-header",   GIVES_NOTHING, true },
    { "search-fields",   GIVES_NOTHING, true },
    { "search-huge",     GIVES_NOTHING, true },
    { "search-bomb",     GIVES_NOTHING, true },
    { "search-depth",    GIVES_NOTHING, false },
    { "search-rubbish",  GIVES_NOTHING, true },
    { "many-records",    GIVES_ALL,     false },
    { "tiny-ranges",     GIVES_NOTHING, true },
    { "overlapping",     GIVES_NOTHING, true },
    { "outside",         GIVES_NOTHING, true },
    { "other-size",      GIVES_NOTHING, true },
    { "other-time",      GIVES_NOTHING, true },
    { "other-url",       GIVES_NOTHING, true },
    { "get-404",         GIVES_NOTHING, false },
    { "get-401",         GIVES_NOTHING, false },
    { "get-500",         GIVES_NOTHING, false },
    { "get-redirect",    GIVES_NOTHING, false },
    { "get-hundreds",    GIVES_A_PART,  false },
    { "get-hang-up",     GIVES_NOTHING, false },
    { "get-reset",       GIVES_NOTHING, false },
    { "get-stall",       GIVES_NOTHING, false },
    { "get-header",      GIVES_NOTHING, false },
    { "head-only",       GIVES_NOTHING, false },
    { "cut",             GIVES_A_PART,  false },
    { "cut-by-reset",    GIVES_A_PART,  false },
    { "stall-in-middle", GIVES_A_PART,  false },
    { "drip",            GIVES_A_PART,  false },
    { "too-much",        GIVES_ALL,     false },
    { "shifted",         GIVES_NOTHING, false },
    { "other-total",     GIVES_NOTHING, false },
    { "empty-part",      GIVES_NOTHING, false },
    { "two-lengths",     GIVES_NOTHING, false },
    { "encoded",         GIVES_NOTHING, false },
    { "multipart",       GIVES_NOTHING, false },
    { "endless-chunks",  GIVES_A_PART,  false },
};
/* clang-format on */

static char origin_place[256];
static char *expected;
static DWORD expected_size;
static IBitsPeerCacheAdministration *admin;

/* ---- what is there ---- */

static char *read_file(const WCHAR *path, DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    char *bytes;

    *size = GetFileSize(file, NULL);
    bytes = file == INVALID_HANDLE_VALUE ? NULL : malloc(*size + 1);
    if (bytes && !ReadFile(file, bytes, *size, size, NULL)) *size = 0;
    if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
    return bytes;
}

static bool is_expected(const WCHAR *name)
{
    WCHAR path[MAX_PATH];
    DWORD size = 0;
    char *bytes = read_file(temp_path(name, path), &size);
    bool is_same = bytes && size == expected_size && !memcmp(bytes, expected, size);

    free(bytes);
    DeleteFileW(path);
    return is_same;
}

/* Is there a peer that can be asked, and has proved who it is? */
static bool find_peer(bool is_proved)
{
    IEnumBitsPeers *peers = NULL;
    IBitsPeer *peer;
    BOOL is_found = FALSE, is_authenticated;

    if (FAILED(IBitsPeerCacheAdministration_EnumPeers(admin, &peers))) return false;
    while (!is_found && IEnumBitsPeers_Next(peers, 1, &peer, NULL) == S_OK)
    {
        IBitsPeer_IsAvailable(peer, &is_found);
        if (SUCCEEDED(IBitsPeer_IsAuthenticated(peer, &is_authenticated)) && is_proved)
            is_found &= is_authenticated;
        IBitsPeer_Release(peer);
    }
    IEnumBitsPeers_Release(peers);
    return is_found;
}

static bool has_peer(void)
{
    return find_peer(false);
}

static bool has_peer_now(void *ctx)
{
    (void)ctx;
    return has_peer();
}

/* One that was dropped may announce itself again, but has to prove itself anew. */
static bool has_no_peer(void *ctx)
{
    (void)ctx;
    return !find_peer(true);
}

static bool has_flags(void *ctx)
{
    DWORD flags = 0;

    IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    return flags == *(DWORD *)ctx;
}

/* Whoever was looked for is not looked for again so soon, unless the role begins anew. */
static bool finds_peer(void *ctx)
{
    DWORD off = BG_ENABLE_PEERCACHING_SERVER, on = off | BG_ENABLE_PEERCACHING_CLIENT;

    (void)ctx;
    if (has_peer()) return true;
    policy_set(L"DisablePeerCachingClient", 1);
    com_wait_for(has_flags, &off, WAIT_MS);
    policy_delete(L"DisablePeerCachingClient");
    com_wait_for(has_flags, &on, WAIT_MS);
    return com_wait_for(has_peer_now, NULL, 3000);
}

/* ---- one download ---- */

struct attempt
{
    IBackgroundCopyJob *job;
    IBackgroundCopyFile4 *file;
    WCHAR name[64];
    UINT64 from_origin, from_peers;
    uint64_t took;
};

static void begin(struct attempt *attempt, const char *name, DWORD flags)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;
    IBackgroundCopyJob4 *job4;
    WCHAR url[URL_MAX], path[MAX_PATH];

    memset(attempt, 0, sizeof(*attempt));
    swprintf(attempt->name, ARRAY_SIZE(attempt->name), L"%.*hs", (int)strcspn(name, "?"), name);
    swprintf(url, URL_MAX, L"%hs/%hs", origin_place, name);
    attempt->job = create_job(attempt->name, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_SetPriority(attempt->job, BG_JOB_PRIORITY_FOREGROUND);
    IBackgroundCopyJob_AddFile(attempt->job, url, temp_path(attempt->name, path));
    IBackgroundCopyJob_QueryInterface(attempt->job, &IID_IBackgroundCopyJob4, (void **)&job4);
    IBackgroundCopyJob4_SetPeerCachingFlags(job4, flags);
    IBackgroundCopyJob4_Release(job4);
    IBackgroundCopyJob_EnumFiles(attempt->job, &files);
    IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile4, (void **)&attempt->file);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
}

static void run(struct attempt *attempt)
{
    uint64_t start = test_ticks();
    ULONG errors = 99;
    HRESULT hr = IBackgroundCopyJob_Resume(attempt->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(attempt->job, TRANSFERRED, WAIT_MS);
    attempt->took = test_ticks() - start;
    IBackgroundCopyJob_GetErrorCount(attempt->job, &errors);
    ok(!errors, "I8: %lu errors were counted.\n", errors);
    IBackgroundCopyFile4_GetPeerDownloadStats(attempt->file, &attempt->from_origin,
                                              &attempt->from_peers);
    ok(attempt->from_origin + attempt->from_peers == expected_size,
       "I3: %llu bytes are from the origin and %llu from peers.\n", attempt->from_origin,
       attempt->from_peers);
}

static void finish(struct attempt *attempt)
{
    HRESULT hr = IBackgroundCopyJob_Complete(attempt->job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_expected(attempt->name), "I1: the file is not the origin's.\n");
    IBackgroundCopyFile4_Release(attempt->file);
    end_job(attempt->job);
}

static uint64_t time_of_origin(void)
{
    static uint64_t took;
    struct attempt attempt;

    if (took) return took;
    begin(&attempt, "plain", 0);
    run(&attempt);
    finish(&attempt);
    return took = attempt.took;
}

static void check_time(const struct attempt *attempt)
{
    uint64_t origin = time_of_origin();

    trace("%llu ms, %llu from peers; the origin alone takes %llu ms\n",
          (unsigned long long)attempt->took, attempt->from_peers, (unsigned long long)origin);
    ok(attempt->took <= origin + BUDGET_MS + SLACK_MS, "I8: it took %llu ms.\n",
       (unsigned long long)attempt->took);
}

/* ---- a peer that is trusted ---- */

static void check_source(const struct attempt *attempt, enum gives gives)
{
    if (gives == GIVES_NOTHING)
        ok(!attempt->from_peers, "I9: %llu bytes were taken.\n", attempt->from_peers);
    if (gives == GIVES_ALL)
        ok(!attempt->from_origin, "%llu bytes are from the origin.\n", attempt->from_origin);
}

/* On a busy machine the origin may be there first: then it is tried once more, as another file. */
static void run_lie(const struct expectation *expectation)
{
    struct attempt attempt;
    bool is_over = false;
    char name[48];

    for (unsigned int i = 0; !is_over; i++)
    {
        ok(com_wait_for(finds_peer, NULL, WAIT_MS), "The peer is not found.\n");
        snprintf(name, sizeof(name), "%s?%u", expectation->name, i);
        begin(&attempt, name, BG_JOB_ENABLE_PEERCACHING_CLIENT);
        run(&attempt);
        is_over = attempt.from_peers || expectation->gives != GIVES_ALL || i == TRIES_MAX;
        if (is_over && expectation->is_dropped)
            ok(com_wait_for(has_no_peer, NULL, WAIT_MS), "It is still in the list.\n");
        finish(&attempt);
        check_time(&attempt);
    }
    check_source(&attempt, expectation->gives);
}

/* To be found again takes its time: the second time those that keep their place are enough. */
static void run_lies(bool is_again)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(expectations); i++)
    {
        if (is_again && expectations[i].is_dropped) continue;
        winetest_push_context("%s", expectations[i].name);
        run_lie(&expectations[i]);
        winetest_pop_context();
    }
}

static void test_lies(void)
{
    run_lies(false);
}

static void test_lies_again(void)
{
    run_lies(true);
}

/* F1, F2: wrong bytes under the right name are seen by the program, and only by it. */
static void test_wrong_bytes(void)
{
    struct attempt attempt;
    char name[32];
    HRESULT hr;

    /* On a busy machine the origin may be there first. */
    for (unsigned int i = 0; i < 10; i++)
    {
        ok(com_wait_for(finds_peer, NULL, WAIT_MS), "The peer is not found.\n");
        snprintf(name, sizeof(name), "wrong-bytes?%u", i);
        begin(&attempt, name, BG_JOB_ENABLE_PEERCACHING_CLIENT);
        run(&attempt);
        if (attempt.from_peers) break;
        finish(&attempt);
    }
    ok(!attempt.from_origin, "%llu bytes are from the origin.\n", attempt.from_origin);
    if (!attempt.from_peers) return;
    hr = IBackgroundCopyFile4_SetValidationState(attempt.file, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    run(&attempt);
    ok(!attempt.from_peers, "I9: %llu bytes were taken again.\n", attempt.from_peers);
    finish(&attempt);

    /* Other jobs take nothing of it either. */
    begin(&attempt, name, BG_JOB_ENABLE_PEERCACHING_CLIENT);
    run(&attempt);
    ok(!attempt.from_peers, "I9: %llu bytes were taken again.\n", attempt.from_peers);
    finish(&attempt);
}

/* ---- one that nobody may believe ---- */

static void test_stranger(void)
{
    struct attempt attempt;

    shows("PCM-14");
    ok(com_wait_for(finds_peer, NULL, WAIT_MS), "The peer is not found.\n");
    for (unsigned int i = 0; i < 2; i++)
    {
        begin(&attempt, "honest", BG_JOB_ENABLE_PEERCACHING_CLIENT);
        run(&attempt);
        ok(!find_peer(true), "It is still in the list.\n");
        finish(&attempt);
        ok(!attempt.from_peers, "I9: %llu bytes were taken.\n", attempt.from_peers);
        check_time(&attempt);
    }
}

static bool load(void)
{
    char text[MAX_PATH];
    WCHAR path[MAX_PATH];

    if (!test_env("OPENBITS_HOSTILE_ORIGIN", origin_place, sizeof(origin_place)) ||
        !test_env("OPENBITS_HOSTILE_FILE", text, sizeof(text)))
        return false;
    swprintf(path, MAX_PATH, L"%hs", text);
    return (expected = read_file(path, &expected_size)) != NULL;
}

START_TEST(hostile_victim)
{
    char peer[32];

    com_start(COINIT_MULTITHREADED);
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    ok(load() && admin, "There is no file.\n");
    test_env("OPENBITS_HOSTILE_PEER", peer, sizeof(peer));
    if (!strcmp(peer, "stranger"))
        RUN_TEST(test_stranger);
    else if (!strcmp(peer, "again"))
        RUN_TEST(test_lies_again);
    else
    {
        RUN_TEST(test_lies);
        RUN_TEST(test_wrong_bytes);
    }
    if (admin) IBitsPeerCacheAdministration_Release(admin);
    com_stop();
    free(expected);
}
