/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Servers that lie: lengths, ranges, heads, codings, pages in place of files (group B of the
 * faults, but for statuses and for files that change). */
#include "fault_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <psapi.h>

#include "harness/synthetic.h"

#define SIZE 300000
#define CUT  100000

#define FILE_OF(bytes) .file = {.size = (bytes), .version = 1}
#define INVALID        BG_E_INVALID_SERVER_RESPONSE
#define NO_RANGES      BG_E_INSUFFICIENT_RANGE_SUPPORT

static struct origin *origin;

/* ---- sizes ---- */

static const struct fault_case size_cases[] = {
    {.row = "B1: HEAD without a length",
     .fault = "head_no_length",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B1: no answer has a length",
     .fault = "no_length",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B1: no length, in the background",
     .fault = "no_length",
     .use = {FILE_OF(SIZE)},
     .is_background = true,
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B17: chunked HEAD",
     .fault = "chunked",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
};

static void test_no_size(void)
{
    shows("HTTP-1");
    run_fault_cases(origin, size_cases, ARRAY_SIZE(size_cases));
}

static const struct fault_case head_cases[] = {
    {.row = "B2: HEAD refused with 405",
     .fault = "head_status",
     .use = {FILE_OF(SIZE), .n = 405},
     .end = FAULT_FATAL,
     .code = HTTP_CODE(405)},
    {.row = "B2: HEAD refused with 501",
     .fault = "head_status",
     .use = {FILE_OF(SIZE), .n = 501},
     .end = FAULT_FATAL,
     .code = HTTP_CODE(501)},
    {.row = "B2: HEAD refused with 403",
     .fault = "head_status",
     .use = {FILE_OF(SIZE), .n = 403},
     .end = FAULT_FATAL,
     .code = HTTP_CODE(403)},
    {.row = "B3: HEAD says more than GET",
     .fault = "head_size",
     .use = {FILE_OF(SIZE), .n = SIZE + 1},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B3: HEAD says less than GET",
     .fault = "head_size",
     .use = {FILE_OF(SIZE), .n = SIZE - 1},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B3: HEAD says more than GET, once",
     .fault = "head_size",
     .use = {FILE_OF(SIZE), .n = SIZE + 1, .times = 1},
     .end = FAULT_SURVIVED,
     .requests = 4},
    {.row = "B16: two lengths",
     .fault = "two_lengths",
     .use = {FILE_OF(SIZE), .n = 5},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B16: two lengths, in GET",
     .fault = "two_lengths",
     .use = {FILE_OF(SIZE), .n = 5, .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B16: the same length twice",
     .fault = "two_lengths",
     .use = {FILE_OF(SIZE), .n = 0},
     .end = FAULT_SURVIVED},
    {.row = "B16: length and chunks",
     .fault = "length_and_chunked",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B16: length and chunks, in GET",
     .fault = "length_and_chunked",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
};

static void test_heads(void)
{
    run_fault_cases(origin, head_cases, ARRAY_SIZE(head_cases));
}

/* ---- lengths as texts ---- */

struct length_case
{
    const char *text;
    UINT64 value;
    HRESULT code;
};

static const struct length_case length_cases[] = {
    {"1", 1, S_OK},
    {" 5 ", 5, S_OK},
    {"5, 5", 5, S_OK},
    {"2147483647", 0x7fffffff, S_OK},
    {"2147483648", 0x80000000, S_OK},
    {"4294967295", 0xffffffff, S_OK},
    {"4294967296", 0x100000000, S_OK},
    {"4294967297", 0x100000001, S_OK},
    {"9007199254740992", 0x20000000000000, S_OK},
    {"9223372036854775807", 0x7fffffffffffffff, S_OK},
    {"9223372036854775808", 0, INVALID},
    {"18446744073709551615", 0, INVALID},
    {"18446744073709551616", 0, INVALID},
    {"", 0, INVALID},
    {"-1", 0, INVALID},
    {"+5", 0, INVALID},
    {"0x10", 0, INVALID},
    {"5, 6", 0, INVALID},
    {"5 6", 0, INVALID},
    {"five", 0, INVALID},
    {"1e3", 0, INVALID},
    {"5.0", 0, INVALID},
    {"5;", 0, INVALID},
};

struct length_run
{
    IBackgroundCopyJob *job;
    char path[32];
};

static bool has_size_or_error(void *ctx)
{
    IBackgroundCopyJob *job = ctx;
    BG_JOB_PROGRESS progress;

    job_progress(job, &progress);
    return progress.BytesTotal != BG_SIZE_UNKNOWN || STATE_BIT(job_state(job)) & FAILED_STATES;
}

static void answer_length(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    const struct length_case *item = ctx;

    if (!strcmp(r->method, "HEAD"))
        origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\n", item->text);
    else
        origin_stall(c);
}

static void check_length(IBackgroundCopyJob *job, const struct length_case *item)
{
    BG_JOB_PROGRESS progress;

    ok(com_wait_for(has_size_or_error, job, FAULT_WAIT_MS), "There is no size.\n");
    job_progress(job, &progress);
    if (item->code)
    {
        ok(job_state(job) == BG_JOB_STATE_ERROR, "The job is %s, size %llu.\n",
           state_name(job_state(job)), (unsigned long long)progress.BytesTotal);
        check_job_error(job, item->code, BG_ERROR_CONTEXT_REMOTE_FILE);
    }
    else
        ok(progress.BytesTotal == item->value, "Got size %llu.\n",
           (unsigned long long)progress.BytesTotal);
}

/* A server with this size is answered with the size; what it means for the body comes later. */
static void test_length_texts(void)
{
    struct length_run runs[ARRAY_SIZE(length_cases)];

    for (size_t i = 0; i < ARRAY_SIZE(length_cases); i++)
    {
        snprintf(runs[i].path, sizeof(runs[i].path), "/length/%u", (unsigned int)i);
        origin_handle(origin, runs[i].path, answer_length, (void *)&length_cases[i]);
        runs[i].job = create_download(origin, runs[i].path, L"length.bin", true);
        resume_job(runs[i].job);
    }
    for (size_t i = 0; i < ARRAY_SIZE(length_cases); i++)
    {
        winetest_push_context("B15: \"%s\"", length_cases[i].text);
        check_length(runs[i].job, &length_cases[i]);
        end_job(runs[i].job);
        winetest_pop_context();
    }
    ok(!temp_file_count(), "%u files are left.\n", temp_file_count());
}

/* A table that has a list of texts for one fault. */
static void run_texts(const struct fault_case *like, const char *const *texts)
{
    struct fault_case cases[64];
    char rows[64][128];
    size_t count = 0;

    for (; texts[count] && count < ARRAY_SIZE(cases); count++)
    {
        snprintf(rows[count], sizeof(rows[count]), "%s \"%.60s\"", like->row, texts[count]);
        cases[count] = *like;
        cases[count].row = rows[count];
        cases[count].use.text = texts[count];
    }
    run_fault_cases(origin, cases, count);
}

static void test_bad_lengths_of_get(void)
{
    static const char *const texts[] = {
        "", "-1", "+5", "0x10", "5,6", "5 6", "five", "18446744073709551616", NULL};
    char digits[401] = {0};
    const char *const long_text[] = {digits, NULL};

    run_texts(&(struct fault_case){.row = "B15: GET of length",
                                   .fault = "get_length",
                                   .use = {FILE_OF(SIZE)},
                                   .end = FAULT_FATAL,
                                   .code = INVALID},
              texts);
    memset(digits, '9', sizeof(digits) - 1);
    run_texts(&(struct fault_case){.row = "B15: HEAD of length",
                                   .fault = "head_length",
                                   .use = {FILE_OF(SIZE)},
                                   .end = FAULT_FATAL,
                                   .code = INVALID},
              long_text);
    memset(digits, '0', sizeof(digits) - 1);
    digits[sizeof(digits) - 2] = '5';
    run_texts(&(struct fault_case){.row = "B15: HEAD of length",
                                   .fault = "head_length",
                                   .use = {FILE_OF(5)},
                                   .end = FAULT_SURVIVED},
              long_text);
}

/* ---- ranges ---- */

static const struct fault_case no_range_cases[] = {
    {.row = "B4: 200 for a range, background",
     .fault = "ignore_range",
     .use = {FILE_OF(SIZE)},
     .is_background = true,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B4: 200 for a later range, background",
     .fault = "ignore_range",
     .use = {FILE_OF(SIZE)},
     .is_background = true,
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B4: 200 for a later range, foreground",
     .fault = "ignore_range",
     .use = {FILE_OF(SIZE)},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B5: above 2 GB, foreground",
     .fault = "ignore_range",
     .use = {FILE_OF(0x80000000)},
     .end = FAULT_FATAL,
     .code = NO_RANGES,
     .is_cancelled = true},
};

static const struct fault_case range_cases[] = {
    {.row = "B5: below 2 GB, foreground",
     .fault = "ignore_range",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_SURVIVED},
    {.row = "B6: range shifted",
     .fault = "range_shifted",
     .use = {FILE_OF(SIZE), .n = 10},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: range shifted, resumed",
     .fault = "range_shifted",
     .use = {FILE_OF(SIZE), .n = 10},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: range shifted back",
     .fault = "range_shifted_back",
     .use = {FILE_OF(SIZE), .n = 10},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: range longer",
     .fault = "range_longer",
     .use = {FILE_OF(SIZE), .n = 10},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: range shorter",
     .fault = "range_shorter",
     .use = {FILE_OF(SIZE), .n = 10},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: range shorter, resumed",
     .fault = "range_shorter",
     .use = {FILE_OF(SIZE), .n = 10},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: length beyond the range",
     .fault = "range_length",
     .use = {FILE_OF(SIZE), .n = 5},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: other total",
     .fault = "range_other_total",
     .use = {FILE_OF(SIZE), .n = SIZE + 1},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B6: total unknown",
     .fault = "range_star_total",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: no Content-Range",
     .fault = "range_missing",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: no Content-Range, resumed",
     .fault = "range_missing",
     .use = {FILE_OF(SIZE)},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B6: two of them",
     .fault = "range_two",
     .use = {FILE_OF(SIZE), .n = 10},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B7: multipart for one range",
     .fault = "parts",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B7: multipart for a later range",
     .fault = "parts",
     .use = {FILE_OF(SIZE)},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B28: 206 without a length",
     .fault = "no_length",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B28: an old version out of a cache, background",
     .fault = "old_whole",
     .use = {FILE_OF(SIZE), .n = 2},
     .is_background = true,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B28: an old version out of a cache, foreground",
     .fault = "old_whole",
     .use = {FILE_OF(SIZE), .n = 2},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B28: an old version out of a cache, resumed",
     .fault = "old_whole",
     .use = {FILE_OF(SIZE), .n = 2},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B29: a page instead of the file",
     .fault = "page",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_TRANSIENT,
     .code = BG_E_NO_PROGRESS,
     .is_started_over = true,
     .requests = 8},
    {.row = "B29: a page instead of the rest",
     .fault = "page",
     .use = {FILE_OF(SIZE)},
     .cut = CUT,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B29: a page, in the background",
     .fault = "page",
     .use = {FILE_OF(SIZE)},
     .is_background = true,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
};

static void test_ranges_ignored(void)
{
    shows("HTTP-2");
    run_fault_cases(origin, no_range_cases, ARRAY_SIZE(no_range_cases));
}

static void test_ranges(void)
{
    run_fault_cases(origin, range_cases, ARRAY_SIZE(range_cases));
    run_texts(&(struct fault_case){.row = "B6: Content-Range",
                                   .fault = "range_text",
                                   .use = {FILE_OF(100)},
                                   .end = FAULT_FATAL,
                                   .code = INVALID},
              origin_bad_content_ranges);
}

/* ---- bodies ---- */

static const struct fault_case body_cases[] = {
    {.row = "B13: nothing of the body",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = 0, .times = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR},
    {.row = "B13: one byte",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = 1, .times = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = 1},
    {.row = "B13: one packet",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = 1448, .times = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = 1448},
    {.row = "B13: all but one byte",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = SIZE - 1, .times = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = SIZE - 1},
    {.row = "B13: twice",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = 1234, .times = 1},
     .cut = CUT,
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = 1234},
    {.row = "B13: in the background",
     .fault = "short_body",
     .use = {FILE_OF(SIZE), .n = 1234, .times = 1},
     .is_background = true,
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = 1234},
    {.row = "B13: reset",
     .fault = "short_body_reset",
     .use = {FILE_OF(SIZE), .n = 50000, .times = 1},
     .end = FAULT_TRANSIENT,
     .code = WINHTTP_CONNECTION_ERROR,
     .received = 50000,
     .is_at_most = true},
    {.row = "B14: longer than it says",
     .fault = "long_body",
     .use = {FILE_OF(SIZE), .n = 1000},
     .end = FAULT_SURVIVED},
    {.row = "B14: a second answer glued on",
     .fault = "glued_answer",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_SURVIVED},
    {.row = "B17: chunked GET, foreground",
     .fault = "chunked",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B17: chunked GET, background",
     .fault = "chunked",
     .use = {FILE_OF(SIZE), .after = 1},
     .is_background = true,
     .end = FAULT_FATAL,
     .code = NO_RANGES},
    {.row = "B17: chunks without end",
     .fault = "chunk_endless",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B17: trailers without end",
     .fault = "trailer_endless",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B17: trailers without end, behind a refusal",
     .fault = "trailer_endless",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B17: a chunk extension of 10 MiB",
     .fault = "chunk_extension",
     .use = {FILE_OF(SIZE), .n = 10 << 20, .after = 1},
     .end = FAULT_FATAL,
     .code = BG_E_MISSING_FILE_SIZE},
    {.row = "B18: gzip that nobody asked for",
     .fault = "encoded",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_SURVIVED},
    {.row = "B18: x-gzip, in the background",
     .fault = "encoded",
     .use = {FILE_OF(SIZE), .text = "x-gzip"},
     .is_background = true,
     .end = FAULT_SURVIVED},
    {.row = "B18: a bomb",
     .fault = "encoded",
     .use = {.file = {.size = 10 << 20, .version = SYNTHETIC_BOMB}},
     .end = FAULT_SURVIVED},
};

static void test_bodies(void)
{
    run_fault_cases(origin, body_cases, ARRAY_SIZE(body_cases));
    run_texts(&(struct fault_case){.row = "B17: chunk of size",
                                   .fault = "chunk_size",
                                   .use = {FILE_OF(SIZE), .after = 1},
                                   .end = FAULT_FATAL,
                                   .code = BG_E_MISSING_FILE_SIZE},
              origin_bad_chunk_sizes);
}

/* The connection on which there was too much is not used again. */
static void check_extra_bytes(const char *fault, const char *path)
{
    struct origin_fault_use use = {FILE_OF(SIZE), .n = 1000};
    IBackgroundCopyJob *job;
    struct origin_entry first, next;
    char second[64];

    winetest_push_context("B14: %s", fault);
    snprintf(second, sizeof(second), "%s/next", path);
    origin_add_fault(origin, path, fault, &use);
    origin_add(origin, second, &(struct origin_file){.size = 1000, .version = 2});
    job = create_download(origin, path, L"extra.bin", true);
    job_add(job, origin, second, L"next.bin");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    check_kept_bytes(job, 0, SIZE, 1);
    check_kept_bytes(job, 1, 1000, 2);
    origin_journal_get(origin, path, 1, &first);
    origin_journal_get(origin, second, 0, &next);
    ok(first.connection != next.connection, "The connection is used again.\n");
    end_job(job);
    winetest_pop_context();
}

static void test_extra_bytes(void)
{
    check_extra_bytes("long_body", "/extra/long");
    check_extra_bytes("glued_answer", "/extra/glued");
}

/* ---- heads ---- */

static const struct fault_case bad_head_cases[] = {
    {.row = "B19: 100 a million times",
     .fault = "interim",
     .use = {FILE_OF(SIZE), .n = 1000000, .text = "100 Continue"},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B19: 100 a million times, in GET",
     .fault = "interim",
     .use = {FILE_OF(SIZE), .n = 1000000, .text = "100 Continue", .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B19: early hints",
     .fault = "interim",
     .use = {FILE_OF(SIZE), .n = 3, .text = "103 Early Hints\r\nLink: </x>; rel=preload"},
     .end = FAULT_SURVIVED},
    {.row = "B19: 199",
     .fault = "interim",
     .use = {FILE_OF(SIZE), .n = 1, .text = "199 Unknown"},
     .end = FAULT_SURVIVED},
    {.row = "B19: 101",
     .fault = "interim",
     .use = {FILE_OF(SIZE), .n = 1, .text = "101 Switching Protocols"},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: 65,536 lines",
     .fault = "header_lines",
     .use = {FILE_OF(SIZE), .n = 65536},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: 100,000 lines, in GET",
     .fault = "header_lines",
     .use = {FILE_OF(SIZE), .n = 100000, .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: no end",
     .fault = "header_lines",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a line of 10 MiB",
     .fault = "header_line",
     .use = {FILE_OF(SIZE), .n = 10 << 20},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a line of 10 MiB, in GET",
     .fault = "header_line",
     .use = {FILE_OF(SIZE), .n = 10 << 20, .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a line of 100,000 bytes",
     .fault = "header_line",
     .use = {FILE_OF(SIZE), .n = 100000},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a line of 20,000 bytes",
     .fault = "header_line",
     .use = {FILE_OF(SIZE), .n = 20000},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a line of 10,000 bytes",
     .fault = "header_line",
     .use = {FILE_OF(SIZE), .n = 10000},
     .end = FAULT_SURVIVED},
    {.row = "B20: a NUL",
     .fault = "header_nul",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B20: a NUL, in GET",
     .fault = "header_nul",
     .use = {FILE_OF(SIZE), .after = 1},
     .end = FAULT_FATAL,
     .code = INVALID},
    {.row = "B21: HTTP/0.9",
     .fault = "body_only",
     .use = {FILE_OF(SIZE)},
     .end = FAULT_FATAL,
     .code = BG_E_INSUFFICIENT_HTTP_SUPPORT},
};

/* Harmless, or understood in one way only. */
static const char *const good_headers[] = {" folded into the line before\r\n",
                                           "Folded: first\r\n second\r\n\tthird\r\n",
                                           "Bare-Line-Feed: yes\n",
                                           "High: \x80\xff\xfe\r\n",
                                           "Control: \x01\x02\x7f\r\n",
                                           "Empty:\r\n",
                                           "Colons: a:b:c\r\n",
                                           NULL};

static const char *const bad_headers[] = {"No-Colon\r\n",
                                          ": no name\r\n",
                                          "Space-Before : colon\r\n",
                                          "Return: a\rb\r\n",
                                          "High-\xe4-Name: x\r\n",
                                          "Bell\a: x\r\n",
                                          NULL};

static void test_bad_heads(void)
{
    struct fault_case row = {
        .row = "B20: line", .fault = "header_text", .use = {FILE_OF(SIZE)}, .end = FAULT_SURVIVED};

    run_fault_cases(origin, bad_head_cases, ARRAY_SIZE(bad_head_cases));
    run_texts(&row, good_headers);
    row.end = FAULT_FATAL;
    row.code = INVALID;
    run_texts(&row, bad_headers);
}

/* Not of this protocol, or of one that nobody speaks. */
static const char *const other_protocols[] = {"HTTP/3.7 200 OK",
                                              "HTTP/9",
                                              "HTTP/1.1",
                                              "HTTP/1.1 OK",
                                              "HTTP/1.1 99 Low",
                                              "HTTP/1.1 000 None",
                                              "HTTP/1.1 2000 X",
                                              "HTTP/1.1 -200 OK",
                                              "HTTP/1.1 0x20 Number",
                                              "HTTP/1.1\t200\tTabs",
                                              " HTTP/1.1 200 X",
                                              "ICY 200 OK",
                                              "220 mail.example ready",
                                              NULL};

static const char *const bad_status_lines[] = {"HTTP/1.1 600 High", "HTTP/ 1.1 200 OK", NULL};

static void test_status_lines(void)
{
    struct fault_case row = {.row = "B21: status line",
                             .fault = "status_line",
                             .use = {FILE_OF(SIZE)},
                             .end = FAULT_FATAL,
                             .code = BG_E_INSUFFICIENT_HTTP_SUPPORT};

    run_texts(&row, other_protocols);
    row.code = INVALID;
    run_texts(&row, bad_status_lines);
}

/* ---- memory ---- */

static SIZE_T peak_size(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    if (!GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters))) return 0;
    return counters.PeakWorkingSetSize;
}

/* The origin is in this process as well, and sends in small pieces. */
static void test_memory(void)
{
    static const struct fault_case *const tables[] = {bad_head_cases, body_cases};
    static const size_t counts[] = {ARRAY_SIZE(bad_head_cases), ARRAY_SIZE(body_cases)};
    SIZE_T before, after;

    /* What every process needs once. */
    run_fault_cases(origin, &body_cases[1], 1);
    for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
        for (size_t j = 0; j < counts[i]; j++)
        {
            const struct fault_case *row = &tables[i][j];

            if (strncmp(row->row, "B19", 3) && strncmp(row->row, "B20", 3) &&
                strncmp(row->row, "B17", 3) && strcmp(row->row, "B18: a bomb"))
                continue;
            before = peak_size();
            run_fault_cases(origin, row, 1);
            after = peak_size();
            ok(after - before <= 4 << 20, "%s: takes %u KiB.\n", row->row,
               (unsigned int)((after - before) / 1024));
        }
}

START_TEST(faults_server)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    RUN_TEST(test_memory);
    RUN_TEST(test_no_size);
    RUN_TEST(test_heads);
    RUN_TEST(test_length_texts);
    RUN_TEST(test_bad_lengths_of_get);
    RUN_TEST(test_ranges_ignored);
    RUN_TEST(test_ranges);
    RUN_TEST(test_bodies);
    RUN_TEST(test_extra_bytes);
    RUN_TEST(test_bad_heads);
    RUN_TEST(test_status_lines);
    com_stop();
    origin_destroy(origin);
}
