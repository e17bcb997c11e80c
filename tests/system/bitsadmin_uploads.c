/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * bitsadmin and uploads: a transfer by the program, a job with a reply command by command, and the
 * second identity that a job can have. */
#include <stdio.h>

#include "harness/upload_jobs.h"
#include "tool_run.h"

#define SIZE    (3u * 1048576)
#define VERSION 7
#define REPLY   "0123456789abcdefREPLY"

static struct origin *origin;
static struct tool_process tool;
static struct tool_run run;
static WCHAR url[URL_MAX], local[MAX_PATH];

static void prepare(const char *path)
{
    origin_wurl(origin, path, url);
    ok(write_file(temp_path(L"source.bin", local), SIZE, VERSION), "Could not make the file.\n");
}

static void expect_source(void)
{
    verify_file(local, SIZE, VERSION);
    DeleteFileW(local);
}

static void test_transfer(void)
{
    struct up_server *server = up_serve(origin, "/transfer", NULL);
    struct up_counts counts;

    prepare("/transfer");
    run_tool(&tool, L"/transfer", L"up", L"/upload", L"/priority", L"foreground", url, local);
    ok(tool.run.code == S_OK, "Got code %#lx.\n", tool.run.code);
    ok(has_line_like(tool.run.output, "DISPLAY: 'up' TYPE: UPLOAD STATE: TRANSFERRED"),
       "Got:\n%s\n", tool.run.output);
    ok(strstr(tool.run.output, "BYTES: 3145728 / 3145728 (100%)\nTransfer complete.\n") != NULL,
       "Got:\n%s\n", tool.run.output);
    ok(up_has_file(server, SIZE, VERSION), "The file did not arrive.\n");
    up_get_counts(server, &counts);
    ok(counts.delivered == 1 && !counts.sessions, "%u deliveries, %u open sessions.\n",
       counts.delivered, counts.sessions);
    expect_source();
}

static void test_transfer_refused(void)
{
    struct up_server *server = up_serve(origin, "/refused", NULL);

    up_add_fault(server, &(const struct up_fault){UP_CREATE, 1, 0, UP_STATUS, 403, NULL});
    prepare("/refused");
    run_tool(&tool, L"/transfer", L"refused", L"/upload", url, local);
    ok(tool.run.code == (DWORD)0x80190193, "Got code %#lx.\n", tool.run.code);
    ok(has_line_like(tool.run.output, "Unable to complete transfer."), "Got:\n%s\n",
       tool.run.output);
    ok(has_line_like(tool.run.output, "ERROR CODE:    0x80190193 - *"), "Got:\n%s\n",
       tool.run.output);
    ok(!up_has_any_file(server), "Something arrived.\n");
    expect_source();
}

static void answer_reply(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    (void)ctx;
    origin_sendf(c, "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n%s", (unsigned int)strlen(REPLY),
                 strcmp(r->method, "HEAD") ? REPLY : "");
}

static void test_reply(void)
{
    const struct up_options options = {.reply_path = "/answer"};
    struct up_server *server = up_serve(origin, "/asked", &options);
    IBackgroundCopyJob *job;
    WCHAR reply[MAX_PATH];
    char line[200];

    origin_handle(origin, "/answer", answer_reply, NULL);
    job = create_upload(origin, "/asked", BG_JOB_TYPE_UPLOAD_REPLY, L"asked", SIZE, VERSION);
    call_tool(&run, L"/setreplyfilename", L"asked", temp_path(L"answer.txt", reply));
    check_run(&run, S_OK, "Reply file name set to %ls.\n", reply);
    call_tool(&run, L"/getreplyprogress", L"asked");
    check_run(&run, S_OK, "0 / UNKNOWN\n");
    resume_upload(job);
    wait_for_state(job, TRANSFERRED, UPLOAD_WAIT_MS);
    call_tool(&run, L"/rawreturn", L"/getreplyprogress", L"asked");
    snprintf(line, sizeof(line), "%u / %u", (unsigned int)strlen(REPLY),
             (unsigned int)strlen(REPLY));
    check_raw_run(&run, S_OK, "%s", line);
    call_tool(&run, L"/getreplydata", L"asked");
    check_run(&run, S_OK,
              "00000000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66  0123456789abcdef\n"
              "00000010  52 45 50 4c 59                                   REPLY\n"
              "21 byte(s).\n");
    call_tool(&run, L"/complete", L"asked");
    ok(run.code == S_OK, "Got:\n%s\n", run.output);
    ok(up_has_file(server, SIZE, VERSION), "The file did not arrive.\n");
    ok(GetFileAttributesW(reply) != INVALID_FILE_ATTRIBUTES, "There is no reply.\n");
    DeleteFileW(reply);
    temp_path(L"asked", local);
    expect_source();
    IBackgroundCopyJob_Release(job);
}

/* The identity of this command line; another one needs another user. */
static void test_helper_token(void)
{
    IBackgroundCopyJob *job = create_job(L"helped", BG_JOB_TYPE_DOWNLOAD);

    call_tool(&run, L"/gethelpertokensid", L"helped");
    check_run(&run, S_OK, "NULL\n");
    call_tool(&run, L"/sethelpertoken", L"helped");
    check_run(&run, S_OK, "Helper token set.\n");
    call_tool(&run, L"/rawreturn", L"/gethelpertokensid", L"helped");
    check_raw_run(&run, S_OK, "S-1-5-*");
    call_tool(&run, L"/sethelpertoken", L"helped", L"nobody@nowhere", L"secret");
    ok(FAILED(run.code) && strstr(run.output, "Unable to log the user on") != NULL, "Got:\n%s\n",
       run.output);
    ok(!strstr(run.output, "secret"), "The password is printed.\n");
    IBackgroundCopyJob_Cancel(job);
    IBackgroundCopyJob_Release(job);
}

START_TEST(bitsadmin_uploads)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    RUN_TEST(test_transfer);
    RUN_TEST(test_transfer_refused);
    RUN_TEST(test_reply);
    RUN_TEST(test_helper_token);
    com_stop();
    origin_destroy(origin);
}
