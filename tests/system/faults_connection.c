/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Connections that are refused, silent, slow, reset or closed (group C of the faults, but for the
 * stops). The engine is linked in, with deadlines that a test can wait for. */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "harness/engine_fixture.h"
#include "harness/raw_client.h"

#define SIZE 300000

#define CONNECT_MS 500
#define HEAD_MS    1000
#define FLOOR_RATE 200 /* bytes a second ... */
#define FLOOR_S    1   /* ... over this long */
/* All deadlines one after the other, on a loaded machine. libcurl looks at the rate once a second,
 * and at the mean of five. */
#define LIMIT_MS 12000

/* A kept connection that dies with a request is no failure: libcurl takes the next one, five times
 * at most. Rows that run side by side leave theirs to each other. */
#define KEPT_RETRIES 5

#define FILE_OF(bytes) .file = {.size = (bytes), .version = 1}

static struct origin *origin;

/* ---- silence ---- */

static const struct fault_case silent_cases[] = {
    {.row = "C2: silence before the status line",
     .fault = "stall",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C2: silence, in the background",
     .fault = "stall",
     .use = {FILE_OF(SIZE)},
     .is_background = true,
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C2: silence to GET",
     .fault = "get_stall",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C2: silence to a later GET",
     .fault = "get_stall",
     .use = {FILE_OF(SIZE)},
     .cut = 1000,
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C2: silence in the head",
     .fault = "stall_in_head",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C3: the head drips",
     .fault = "drip_head",
     .use = {FILE_OF(SIZE), .n = 20},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C3: the head of GET drips",
     .fault = "drip_head",
     .use = {FILE_OF(SIZE), .n = 20, .after = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT},
    {.row = "C3: silence in the body",
     .fault = "stall_in_body",
     .use = {FILE_OF(SIZE), .n = 1000},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT,
     .received = 1000},
    {.row = "C3: the body drips",
     .fault = "drip_body",
     .use = {FILE_OF(SIZE), .n = 50},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_TIMEOUT,
     .received = 1000,
     .is_at_most = true},
    {.row = "C3: slow, but not too slow",
     .use = {.file = {.size = 4000, .version = 1, .rate = 1000}},
     .end = FAULT_SURVIVED},
};

static void test_silence(void)
{
    uint64_t begin = test_ticks(), took;

    run_fault_cases(origin, silent_cases, ARRAY_SIZE(silent_cases));
    took = test_ticks() - begin;
    ok(took < LIMIT_MS, "It took %u ms.\n", (unsigned int)took);
}

/* ---- endings ---- */

static const struct fault_case ending_cases[] = {
    {.row = "C4: reset without a byte",
     .fault = "reset",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .requests = 2 + KEPT_RETRIES},
    {.row = "C4: GET reset without a byte",
     .fault = "get_reset",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .requests = 2 + KEPT_RETRIES},
    {.row = "C4: closed without a byte",
     .fault = "close",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .requests = 2 + KEPT_RETRIES},
    {.row = "C4: a later GET closed without a byte",
     .fault = "get_close",
     .use = {FILE_OF(SIZE)},
     .cut = 1000,
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .requests = 3 + KEPT_RETRIES},
    {.row = "C4: closed in the head",
     .fault = "close_in_head",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR},
    {.row = "C4: GET closed in the head",
     .fault = "close_in_head",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR},
    {.row = "C5: closed after each answer, unsaid",
     .use = {.file = {.size = SIZE, .version = 1, .flags = ORIGIN_CLOSE_SILENTLY}},
     .end = FAULT_SURVIVED},
    {.row = "C5: closed after each answer, announced",
     .use = {.file = {.size = SIZE, .version = 1, .flags = ORIGIN_CLOSE}},
     .end = FAULT_SURVIVED},
};

static void test_endings(void)
{
    run_fault_cases(origin, ending_cases, ARRAY_SIZE(ending_cases));
}

/* ---- resets after n bytes ---- */

#define RESET_SIZE   20000
#define RESETS       3 /* of each file */
#define FIXED_RESETS 41
#define ALL_RESETS   (FIXED_RESETS + 20)

struct reset_run
{
    IBackgroundCopyJob *job;
    char path[32];
    WCHAR name[16];
    unsigned int after;
    UINT64 kept; /* when it stopped last */
    bool is_done;
};

static unsigned int random_below(unsigned int limit)
{
    static uint64_t state;
    char text[32];

    if (!state)
    {
        state = test_env("OPENBITS_SEED", text, sizeof(text)) ? strtoull(text, NULL, 10)
                                                              : test_ticks() * 2 + 1;
        trace("OPENBITS_SEED=%llu\n", (unsigned long long)state);
    }
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned int)(state >> 33) % limit;
}

static bool is_reset_or_done(void *ctx)
{
    struct reset_run *run = ctx;
    BG_JOB_STATE state = job_state(run->job);

    return STATE_BIT(state) & (FAILED_STATES | TRANSFERRED);
}

static void check_offsets(struct reset_run *run)
{
    struct origin_entry entry;
    uint64_t offset = 0;

    for (size_t i = 0; origin_journal_get(origin, run->path, i, &entry); i++)
    {
        if (strcmp(entry.method, "GET") != 0) continue;
        ok(entry.range.begin >= offset && entry.range.begin <= offset + RESET_SIZE,
           "Byte %llu after %llu.\n", (unsigned long long)entry.range.begin,
           (unsigned long long)offset);
        offset = entry.range.begin;
    }
}

static void take_reset(struct reset_run *run)
{
    BG_ERROR_CONTEXT context;
    HRESULT code;
    UINT64 kept;

    ok(com_wait_for(is_reset_or_done, run, FAULT_WAIT_MS), "Still %s.\n",
       state_name(job_state(run->job)));
    run->is_done = job_state(run->job) != BG_JOB_STATE_TRANSIENT_ERROR;
    if (run->is_done) return;
    /* On a busy machine the short deadline of this test may be over before the reset comes. */
    code = job_error(run->job, &context);
    ok((code == WINHTTP_CONNECTION_ERROR || code == WINHTTP_TIMEOUT) &&
           context == BG_ERROR_CONTEXT_REMOTE_FILE,
       "Got error %#lx in context %u.\n", code, context);
    kept = bytes_transferred(run->job);
    ok(kept >= run->kept && kept <= run->kept + run->after, "%llu bytes, then %llu.\n",
       (unsigned long long)run->kept, (unsigned long long)kept);
    check_kept_bytes(run->job, 0, kept, 1);
    run->kept = kept;
    resume_job(run->job);
}

static void start_reset(struct reset_run *run, unsigned int index)
{
    *run = (struct reset_run){.after = index < FIXED_RESETS ? 200 * index / (FIXED_RESETS - 1)
                                                            : random_below(RESET_SIZE)};
    snprintf(run->path, sizeof(run->path), "/reset/%u", index);
    swprintf(run->name, ARRAY_SIZE(run->name), L"r%u.bin", index);
    origin_add(origin, run->path, &(struct origin_file){.size = RESET_SIZE, .version = 1});
    origin_cut_after(origin, run->path, run->after,
                     ORIGIN_CUT_RAW | ORIGIN_CUT_RESET | (index % 2 ? ORIGIN_CUT_ANY : 0), RESETS);
    run->job = create_download(origin, run->path, run->name, true);
    resume_job(run->job);
}

static void test_resets(void)
{
    static struct reset_run runs[ALL_RESETS];

    withstands("C4");
    for (unsigned int i = 0; i < ALL_RESETS; i++)
        start_reset(&runs[i], i);
    for (unsigned int round = 0; round <= RESETS; round++)
        for (unsigned int i = 0; i < ALL_RESETS; i++)
        {
            winetest_push_context("C4: reset after %u bytes", runs[i].after);
            if (!runs[i].is_done) take_reset(&runs[i]);
            winetest_pop_context();
        }
    for (unsigned int i = 0; i < ALL_RESETS; i++)
    {
        winetest_push_context("C4: reset after %u bytes", runs[i].after);
        wait_for_state(runs[i].job, TRANSFERRED, FAULT_WAIT_MS);
        check_offsets(&runs[i]);
        check_last_range(origin, runs[i].path, runs[i].kept, RESET_SIZE);
        complete_download(runs[i].job, runs[i].name, RESET_SIZE, 1);
        end_job(runs[i].job);
        winetest_pop_context();
    }
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* ---- between two requests ---- */

#define SMALL_FILES 60

/* Many chances for the end of the connection and the next request to meet. */
static void check_idle_close(const char *path, const char *fault, uint64_t n)
{
    struct origin_fault_use use = {.file = {.size = 1000, .version = 1}, .n = n};
    IBackgroundCopyJob *job;
    WCHAR name[16];
    ULONG errors;

    winetest_push_context("C5: %s %u", fault, (unsigned int)n);
    origin_add_fault(origin, path, fault, &use);
    job = create_download(origin, path, L"idle.bin", true);
    for (unsigned int i = 1; i < SMALL_FILES; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"idle%u.bin", i);
        job_add(job, origin, path, name);
    }
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    IBackgroundCopyJob_GetErrorCount(job, &errors);
    ok(!errors, "Got %lu errors.\n", errors);
    for (unsigned int i = 0; i < SMALL_FILES; i++)
        check_kept_bytes(job, i, 1000, 1);
    end_job(job);
    winetest_pop_context();
}

static void test_idle_close(void)
{
    withstands("C5");
    check_idle_close("/idle/0", "close_later", 0);
    check_idle_close("/idle/1", "close_later", 1);
    check_idle_close("/idle/3", "close_later", 3);
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* ---- no connection ---- */

static IBackgroundCopyJob *create_job_for_url(const WCHAR *url, const WCHAR *name)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    WCHAR path[MAX_PATH];
    HRESULT hr;

    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume_job(job);
    return job;
}

static void test_nothing_listens(void)
{
    WCHAR url[64];
    IBackgroundCopyJob *job;

    withstands("C1");
    shows("ERR-2");
    winetest_push_context("C1: nothing listens");
    swprintf(url, ARRAY_SIZE(url), L"http://127.0.0.1:%u/file", origin_dead_port());
    job = create_job_for_url(url, L"dead.bin");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), LIMIT_MS);
    check_job_error(job, WINHTTP_CANNOT_CONNECT, BG_ERROR_CONTEXT_REMOTE_FILE);
    end_job(job);
    winetest_pop_context();
}

/* A label of 64 characters is no name anywhere, so that nobody outside is asked. */
static void test_name_not_resolved(void)
{
    WCHAR url[128] = L"http://";
    IBackgroundCopyJob *job;

    withstands("C8");
    winetest_push_context("C8: the name is not resolved");
    for (unsigned int i = 0; i < 64; i++)
        wcscat(url, L"x");
    wcscat(url, L".invalid/file");
    job = create_job_for_url(url, L"name.bin");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), LIMIT_MS);
    check_job_error(job, WINHTTP_NAME_NOT_RESOLVED, BG_ERROR_CONTEXT_REMOTE_FILE);
    end_job(job);
    winetest_pop_context();
}

/* One of the two addresses of this name is of no use. */
static void test_second_address(void)
{
    struct origin_options options = {.is_v6 = true};
    struct origin *v6 = origin_start(&options);
    WCHAR url[64], path[MAX_PATH];
    IBackgroundCopyJob *job;

    withstands("C8");
    winetest_push_context("C8: localhost");
    origin_add(origin, "/name", &(struct origin_file){.size = SIZE, .version = 1});
    swprintf(url, ARRAY_SIZE(url), L"http://localhost:%u/name", origin_port(origin));
    job = create_job_for_url(url, L"local4.bin");
    wait_for_state(job, TRANSFERRED, LIMIT_MS);
    complete_download(job, L"local4.bin", SIZE, 1);
    end_job(job);
    winetest_pop_context();

    if (!v6)
    {
        skip("There is no IPv6.\n");
        return;
    }
    winetest_push_context("C8: [::1]");
    origin_add(v6, "/name", &(struct origin_file){.size = SIZE, .version = 2});
    swprintf(url, ARRAY_SIZE(url), L"http://[::1]:%u/name", origin_port(v6));
    job = create_job_for_url(url, L"six.bin");
    wait_for_state(job, TRANSFERRED, LIMIT_MS);
    complete_download(job, L"six.bin", SIZE, 2);
    ok(!file_exists(temp_path(L"six.bin", path)), "It is left.\n");
    end_job(job);
    origin_destroy(v6);
    winetest_pop_context();
}

/* ---- connections that wait for ever ---- */

#define WAITING_JOBS 50

/* The listener takes connections in their order, and an answer may need more than one try of the
 * system, for which our own client does not wait. */
static void wait_until_taken(struct origin *full)
{
    static const char request[] = "GET /file HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    struct raw_client last = {0};
    struct raw_answer *answer = calloc(1, sizeof(*answer));

    ok(raw_connect(&last, false, origin_port(full)) && raw_send(&last, request) &&
           raw_receive(&last, true, 1000, LIMIT_MS, answer) && answer->status == 200,
       "C11: the listener does not take what waits.\n");
    raw_disconnect(&last);
    raw_answer_done(answer);
    free(answer);
}

/* Full queues of a listener are as silent as a filter. Where the system refuses instead, that is
 * another answer to the same question. */
static void test_full_listener(void)
{
    struct origin_options options = {.backlog = 1};
    struct origin *full = origin_start(&options);
    IBackgroundCopyJob *jobs[WAITING_JOBS];
    struct raw_client fillers[2] = {{0}};
    uint64_t begin = test_ticks(), took;
    WCHAR name[16];
    HRESULT code;

    withstands("C11");
    origin_set_accepting(full, false);
    origin_add(full, "/file", &(struct origin_file){.size = 1000, .version = 1});
    for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++)
        raw_connect(&fillers[i], false, origin_port(full));
    for (unsigned int i = 0; i < WAITING_JOBS; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"full%u.bin", i);
        jobs[i] = create_download(full, "/file", name, true);
        resume_job(jobs[i]);
    }
    for (unsigned int i = 0; i < WAITING_JOBS; i++)
    {
        winetest_push_context("C1, C11: job %u", i);
        wait_for_state(jobs[i], STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), LIMIT_MS);
        code = job_error(jobs[i], NULL);
        ok(code == WINHTTP_TIMEOUT || code == WINHTTP_CANNOT_CONNECT, "Got error %#lx.\n", code);
        winetest_pop_context();
    }
    took = test_ticks() - begin;
    ok(took >= CONNECT_MS / 2 && took < LIMIT_MS, "C11: it took %u ms.\n", (unsigned int)took);

    origin_set_accepting(full, true);
    wait_until_taken(full);
    /* One by one, as the queue is still short. */
    for (unsigned int i = 0; i < WAITING_JOBS; i++)
    {
        winetest_push_context("C11: job %u", i);
        resume_job(jobs[i]);
        swprintf(name, ARRAY_SIZE(name), L"full%u.bin", i);
        wait_for_state(jobs[i], TRANSFERRED, LIMIT_MS);
        complete_download(jobs[i], name, 1000, 1);
        end_job(jobs[i]);
        winetest_pop_context();
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(fillers); i++)
        raw_disconnect(&fillers[i]);
    origin_destroy(full);
}

/* ---- answers to somebody else ---- */

#define LATE_GATE 1

static void test_late_answer(void)
{
    struct origin_fault_use use = {FILE_OF(SIZE), .n = LATE_GATE};
    static const struct origin_file after = {.size = SIZE, .version = 2};
    struct origin_entry old, last;
    IBackgroundCopyJob *job;
    HRESULT hr;

    withstands("C14");
    winetest_push_context("C14");
    origin_add_fault(origin, "/late", "get_gate", &use);
    job = create_download(origin, "/late", L"late.bin", true);
    resume_job(job);
    ok(origin_wait_held(origin, "/late", FAULT_WAIT_MS), "GET did not come.\n");
    hr = IBackgroundCopyJob_Suspend(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    origin_add(origin, "/late", &after);
    resume_job(job);
    origin_open_gate(origin, LATE_GATE);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    ok(origin_wait_idle(origin, "/late", FAULT_WAIT_MS), "The old answer does not end.\n");
    origin_journal_get(origin, "/late", 1, &old);
    origin_journal_get(origin, "/late", origin_journal_count(origin, "/late") - 1, &last);
    ok(last.connection != old.connection, "The old connection was used again.\n");
    complete_download(job, L"late.bin", SIZE, 2);
    end_job(job);
    winetest_pop_context();
}

START_TEST(faults_connection)
{
    struct runtime_config config = runtime_get_config();

    config.transfer.http.connect_timeout_ms = CONNECT_MS;
    config.transfer.http.head_timeout_ms = HEAD_MS;
    config.transfer.http.floor_rate = FLOOR_RATE;
    config.transfer.http.floor_seconds = FLOOR_S;

    com_start(COINIT_MULTITHREADED);
    engine_manager(&config);
    origin = origin_start(NULL);
    RUN_TEST(test_silence);
    RUN_TEST(test_endings);
    RUN_TEST(test_resets);
    RUN_TEST(test_idle_close);
    RUN_TEST(test_nothing_listens);
    RUN_TEST(test_name_not_resolved);
    RUN_TEST(test_second_address);
    RUN_TEST(test_full_listener);
    RUN_TEST(test_late_answer);
    com_stop();
    engine_stop();
    origin_destroy(origin);
}
