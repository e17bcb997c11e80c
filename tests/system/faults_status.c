/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What each status of an answer means for a job: which are worth a retry, and when it comes (rows
 * B22, B25, B27 of the faults). The table is that of "Handling Server Application Errors". */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>

#define SIZE            1000
#define RETRY_DELAY     5 /* seconds; the smallest */
#define FIRST_STATUS    200
#define LAST_STATUS     599
#define CHANGED_LIMIT   8 /* requests of a file that starts over three times */
#define HONEST          .file = {.size = SIZE, .version = 1}
#define KEEPS_CHANGING  BG_E_NO_PROGRESS
#define STATUS_COUNT    (LAST_STATUS - FIRST_STATUS + 1)
#define RETRY_BEFORE_MS 15000

static struct origin *origin;

/* ---- every status ---- */

static bool is_transient(unsigned int status)
{
    if (status >= 300 && status <= 399) return status == 306 || status > 307;
    if (status >= 400 && status <= 499) return status == 408 || status == 409;
    if (status >= 500) return status != 501 && status != 505;
    return true;
}

static void expect_error(struct fault_case *row, HRESULT code, bool is_worth_a_retry)
{
    row->code = code;
    row->end = is_worth_a_retry ? FAULT_TRANSIENT : FAULT_FATAL;
}

/* What the fault answers has no Location, no Content-Range and two bytes. */
static void expect_status(struct fault_case *row, unsigned int status, bool is_head)
{
    bool is_other_version = status == 200 || (!is_head && (status == 412 || status == 416));

    if (is_other_version)
    {
        expect_error(row, KEEPS_CHANGING, true);
        row->is_started_over = true;
        row->requests = CHANGED_LIMIT;
    }
    else if (status == 206)
        expect_error(row, BG_E_INVALID_SERVER_RESPONSE, false);
    else
        expect_error(row, HTTP_CODE(status), is_transient(status));
}

static void run_all_statuses(bool is_head)
{
    static struct fault_case rows[STATUS_COUNT];
    static char names[STATUS_COUNT][32];

    for (unsigned int i = 0; i < STATUS_COUNT; i++)
    {
        unsigned int status = FIRST_STATUS + i;

        snprintf(names[i], sizeof(names[i]), "B22: %u to %s", status, is_head ? "HEAD" : "GET");
        rows[i] = (struct fault_case){.row = names[i],
                                      .fault = is_head ? "head_status" : "get_status",
                                      .use = {HONEST, .n = status}};
        expect_status(&rows[i], status, is_head);
    }
    run_fault_cases(origin, rows, STATUS_COUNT);
}

static void test_statuses_of_head(void)
{
    withstands("B22");
    run_all_statuses(true);
}

static void test_statuses_of_get(void)
{
    withstands("B22");
    run_all_statuses(false);
}

static void test_not_found(void)
{
    static const struct fault_case row = {.row = "B22: 404, in the background",
                                          .fault = "status",
                                          .use = {HONEST, .n = 404},
                                          .is_background = true,
                                          .end = FAULT_FATAL,
                                          .code = HTTP_CODE(404)};

    shows("ERR-3");
    run_fault_cases(origin, &row, 1);
}

/* ---- later ranges ---- */

static const struct fault_case resume_cases[] = {
    {.row = "B22: 500 to the rest",
     .fault = "get_status",
     .use = {HONEST, .n = 500},
     .cut = 10,
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(500)},
    {.row = "B22: 404 to the rest",
     .fault = "get_status",
     .use = {HONEST, .n = 404},
     .cut = 10,
     .end = FAULT_FATAL,
     .code = HTTP_CODE(404)},
    {.row = "B25: 304 to the rest",
     .fault = "get_status",
     .use = {HONEST, .n = 304},
     .cut = 10,
     .end = FAULT_FATAL,
     .code = HTTP_CODE(304)},
    {.row = "B25: 204 to the rest",
     .fault = "get_status",
     .use = {HONEST, .n = 204},
     .cut = 10,
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(204)},
    {.row = "B27: Retry-After 5",
     .fault = "status",
     .use = {HONEST, .n = 503, .text = "Retry-After: 5\r\n"},
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(503)},
    {.row = "B27: Retry-After 10^9",
     .fault = "status",
     .use = {HONEST, .n = 503, .text = "Retry-After: 1000000000\r\n"},
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(503)},
    {.row = "B27: Retry-After -1",
     .fault = "status",
     .use = {HONEST, .n = 503, .text = "Retry-After: -1\r\n"},
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(503)},
    {.row = "B27: Retry-After text",
     .fault = "status",
     .use = {HONEST, .n = 503, .text = "Retry-After: tomorrow\r\n"},
     .end = FAULT_TRANSIENT,
     .code = HTTP_CODE(503)},
};

static void test_later_ranges(void)
{
    run_fault_cases(origin, resume_cases, ARRAY_SIZE(resume_cases));
}

/* ---- the retry ---- */

static const char *const retry_fields[] = {"Retry-After: 1\r\n", "Retry-After: 1000000000\r\n",
                                           "Retry-After: -1\r\n", "Retry-After: tomorrow\r\n"};

struct retry
{
    IBackgroundCopyJob *job;
    char path[32];
    WCHAR name[32];
};

static struct retry retries[ARRAY_SIZE(retry_fields)];

/* Under way while the other tests run, in a folder of their own. */
static void start_retries(void)
{
    WCHAR folder[MAX_PATH];

    CreateDirectoryW(temp_path(L"retry", folder), NULL);
    for (unsigned int i = 0; i < ARRAY_SIZE(retries); i++)
    {
        struct origin_fault_use use = {HONEST, .n = 503, .text = retry_fields[i], .times = 1};
        struct retry *retry = &retries[i];
        HRESULT hr;

        snprintf(retry->path, sizeof(retry->path), "/retry/%u", i);
        wsprintfW(retry->name, L"retry\\%u.bin", i);
        origin_add_fault(origin, retry->path, "status", &use);
        retry->job = create_download(origin, retry->path, retry->name, true);
        hr = IBackgroundCopyJob_SetMinimumRetryDelay(retry->job, RETRY_DELAY);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        resume_job(retry->job);
    }
}

/* Whatever the server wants: not before the job's own delay, and soon after it. */
static void test_retry_delay(void)
{
    withstands("B27");
    for (unsigned int i = 0; i < ARRAY_SIZE(retries); i++)
    {
        struct origin_entry refused, again;
        uint64_t delay;
        ULONG count;

        winetest_push_context("B27: %.20s", retry_fields[i]);
        wait_for_state(retries[i].job, TRANSFERRED, RETRY_BEFORE_MS);
        origin_journal_get(origin, retries[i].path, 0, &refused);
        origin_journal_get(origin, retries[i].path, 1, &again);
        delay = again.begin_ms - refused.begin_ms;
        ok(refused.status == 503 && again.status == 200, "Got status %d, then %d.\n",
           refused.status, again.status);
        ok(delay >= 1000 * RETRY_DELAY && delay < RETRY_BEFORE_MS, "Tried again after %u ms.\n",
           (unsigned int)delay);
        IBackgroundCopyJob_GetErrorCount(retries[i].job, &count);
        ok(count == 1, "Got %lu errors.\n", count);
        complete_download(retries[i].job, retries[i].name, SIZE, 1);
        end_job(retries[i].job);
        winetest_pop_context();
    }
}

START_TEST(faults_status)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    start_retries();
    RUN_TEST(test_statuses_of_head);
    RUN_TEST(test_statuses_of_get);
    RUN_TEST(test_not_found);
    RUN_TEST(test_later_ranges);
    RUN_TEST(test_retry_delay);
    com_stop();
    origin_destroy(origin);
}
