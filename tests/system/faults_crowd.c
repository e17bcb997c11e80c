/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many jobs that fail, in every way, beside one that does not (row L3 of the faults).
 * OPENBITS_CROWD is how many. */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#define CROWD     200
#define GOOD_SIZE (8u << 20)
#define GOOD_RATE (4u << 20) /* bytes a second: two seconds, on any machine */
#define CROWD_MS  45000

enum kind
{
    MISSING,
    BUSY,
    BROKEN,
    NOBODY,
    KINDS
};

static const char *const paths[KINDS] = {"/missing", "/busy", "/broken", ""};

static struct origin *origin;
static IBackgroundCopyJob **crowd;
static unsigned int crowd_size;

static void answer_busy(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 503 Later\r\nContent-Length: 0\r\n\r\n");
}

static void break_off(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)r;
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-");
    origin_reset(c);
}

static IBackgroundCopyJob *create_failing(unsigned int number)
{
    IBackgroundCopyJob *job = create_job(L"crowd", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[URL_MAX], name[32], path[MAX_PATH];
    enum kind kind = (enum kind)(number % KINDS);
    HRESULT hr;

    if (kind == NOBODY)
        swprintf(url, ARRAY_SIZE(url), L"http://127.0.0.1:%u/file", origin_dead_port());
    else
        origin_wurl(origin, paths[kind], url);
    swprintf(name, ARRAY_SIZE(name), L"crowd%u", number);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static uint64_t run_good(const WCHAR *name)
{
    IBackgroundCopyJob *job = create_download(origin, "/good", name, true);
    uint64_t begin = test_ticks(), took;

    resume_job(job);
    wait_for_state(job, TRANSFERRED, CROWD_MS);
    took = test_ticks() - begin;
    complete_download(job, name, GOOD_SIZE, 1);
    IBackgroundCopyJob_Release(job);
    return took;
}

static bool has_failed(IBackgroundCopyJob *job)
{
    BG_JOB_STATE state = job_state(job);

    return state == BG_JOB_STATE_ERROR || state == BG_JOB_STATE_TRANSIENT_ERROR;
}

static bool have_all_failed(void *ctx)
{
    unsigned int *first = ctx;

    while (*first < crowd_size && has_failed(crowd[*first]))
        ++*first;
    return *first == crowd_size;
}

static void check_requests(void)
{
    for (unsigned int kind = 0; kind < NOBODY; kind++)
    {
        size_t count = origin_journal_count(origin, paths[kind]);
        unsigned int jobs = (crowd_size + KINDS - 1 - kind) / KINDS;

        /* Nobody has waited for as long as the delay is. */
        ok(count <= jobs, "%s: %u requests of %u jobs.\n", paths[kind], (unsigned int)count, jobs);
    }
}

static void test_crowd(void)
{
    unsigned int first = 0;
    uint64_t alone, beside;
    bool is_over;

    withstands("L3");
    alone = run_good(L"alone");
    for (unsigned int i = 0; i < crowd_size; i++)
        crowd[i] = create_failing(i);
    for (unsigned int i = 0; i < crowd_size; i++)
        resume_job(crowd[i]);
    beside = run_good(L"beside");
    trace("Alone %u ms, beside %u jobs %u ms.\n", (unsigned int)alone, crowd_size,
          (unsigned int)beside);
    ok(beside <= 2 * alone, "It took %u ms, alone %u ms.\n", (unsigned int)beside,
       (unsigned int)alone);
    is_over = com_wait_for(have_all_failed, &first, CROWD_MS);
    ok(is_over, "Job %u is %s.\n", first, state_name(job_state(crowd[first % crowd_size])));
    check_requests();
    for (unsigned int i = 0; i < crowd_size; i++)
        end_job(crowd[i]);
}

START_TEST(faults_crowd)
{
    char text[16];

    crowd_size = test_env("OPENBITS_CROWD", text, sizeof(text)) ? (unsigned int)atoi(text) : CROWD;
    com_start(COINIT_MULTITHREADED);
    crowd = calloc(crowd_size, sizeof(*crowd));
    if (crowd && (origin = origin_start(NULL)))
    {
        origin_handle(origin, "/busy", answer_busy, NULL);
        origin_handle(origin, "/broken", break_off, NULL);
        origin_add(origin, "/good",
                   &(struct origin_file){.size = GOOD_SIZE, .version = 1, .rate = GOOD_RATE});
        RUN_TEST(test_crowd);
        origin_destroy(origin);
    }
    free(crowd);
    com_stop();
}
