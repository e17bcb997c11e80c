/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands of bitsadmin that show jobs, run in this process: /HELP, /LIST and /INFO. Labels and
 * their order are those that scripts look for. */
#include "tool_run.h"

#include <stdio.h>

#define SIZE    100000
#define WAIT_MS 20000

static struct origin *origin;
static struct tool_run run;

/* ---- Jobs ---- */

struct tested_job
{
    IBackgroundCopyJob *job;
    WCHAR id[40];
    WCHAR url[URL_MAX], local[MAX_PATH]; /* of its file */
};

static void make_job(struct tested_job *tested, const WCHAR *name, const char *path)
{
    GUID id;

    tested->job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_GetId(tested->job, &id);
    StringFromGUID2(&id, tested->id, ARRAY_SIZE(tested->id));
    origin_wurl(origin, path, tested->url);
    temp_path(name, tested->local);
    job_add(tested->job, origin, path, name);
}

static unsigned int count_jobs(void)
{
    IEnumBackgroundCopyJobs *jobs;
    ULONG count = 0;

    IBackgroundCopyManager_EnumJobs(com_manager(), 0, &jobs);
    IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    IEnumBackgroundCopyJobs_Release(jobs);
    return count;
}

/* ---- The command line ---- */

static void expect_rows(const char *text)
{
    for (size_t len; *text; text += len + (text[len] != 0))
    {
        len = strcspn(text, "\n");
        ok(len < 80, "A line has %u columns: %.*s\n", (unsigned int)len, (int)len, text);
    }
}

/* Every switch has its place in help. */
static void expect_usage(const char *text)
{
    static const char *const commands[] = {
        "/LIST [/ALLUSERS] [/VERBOSE]*",
        "/INFO job [/VERBOSE]*",
        "/LISTFILES job*",
        "/MONITOR [/ALLUSERS] [/REFRESH seconds]",
        "/RESET [/ALLUSERS]*",
        "/CREATE [/DOWNLOAD | /UPLOAD | /UPLOAD-REPLY] name",
        "/SUSPEND job*",
        "/RESUME job*",
        "/CANCEL job*",
        "/COMPLETE job*",
        "/TAKEOWNERSHIP job*",
        "/TRANSFER name [/DOWNLOAD | /UPLOAD] [/PRIORITY priority] [/ACLFLAGS letters]",
        "/ADDFILE job remote local*",
        "/ADDFILESET job textfile*",
        "/ADDFILEWITHRANGES job remote local ranges",
        "/REPLACEREMOTEPREFIX job old new*",
        "/GETVALIDATIONSTATE job file*",
        "/SETVALIDATIONSTATE job file TRUE | FALSE",
        "/GETTEMPORARYNAME job file*",
        "/GETPEERSTATS job file*",
        "/GETTYPE job*",
        "/GETSTATE job*",
        "/GETERROR job*",
        "/GETERRORCOUNT job*",
        "/GETBYTESTOTAL job*",
        "/GETBYTESTRANSFERRED job*",
        "/GETFILESTOTAL job*",
        "/GETFILESTRANSFERRED job*",
        "/GETCREATIONTIME job*",
        "/GETMODIFICATIONTIME job*",
        "/GETCOMPLETIONTIME job*",
        "/GETOWNER job*",
        "/GETDISPLAYNAME job*",
        "/SETDISPLAYNAME job name*",
        "/GETDESCRIPTION job*",
        "/SETDESCRIPTION job text*",
        "/GETPRIORITY job*",
        "/SETPRIORITY job priority*",
        "/GETMINRETRYDELAY job*",
        "/SETMINRETRYDELAY job seconds*",
        "/GETNOPROGRESSTIMEOUT job*",
        "/SETNOPROGRESSTIMEOUT job seconds*",
        "/GETMAXDOWNLOADTIME job*",
        "/SETMAXDOWNLOADTIME job seconds*",
        "/GETACLFLAGS job*",
        "/SETACLFLAGS job letters*",
        "/SETACLFLAG job letters*",
        "/GETPROXYUSAGE job*",
        "/GETPROXYLIST job*",
        "/GETPROXYBYPASSLIST job*",
        "/SETPROXYSETTINGS job usage [list bypass]",
        "/SETCREDENTIALS job target scheme user password",
        "/REMOVECREDENTIALS job target scheme*",
        "/GETNOTIFYFLAGS job*",
        "/SETNOTIFYFLAGS job flags*",
        "/GETNOTIFYINTERFACE job*",
        "/GETNOTIFYCMDLINE job*",
        "/SETNOTIFYCMDLINE job program [parameters]",
        "/GETCUSTOMHEADERS job*",
        "/SETCUSTOMHEADERS job header [header ...]",
        "/MAKECUSTOMHEADERSWRITEONLY job*",
        "/GETHTTPMETHOD job*",
        "/SETHTTPMETHOD job method*",
        "/GETCLIENTCERTIFICATE job*",
        "/SETCLIENTCERTIFICATEBYID job location store hash",
        "/SETCLIENTCERTIFICATEBYNAME job location store subject",
        "/REMOVECLIENTCERTIFICATE job*",
        "/GETSECURITYFLAGS job*",
        "/SETSECURITYFLAGS job flags*",
        "/GETREPLYFILENAME job*",
        "/SETREPLYFILENAME job file-name*",
        "/GETREPLYPROGRESS job*",
        "/GETREPLYDATA job*",
        "/SETHELPERTOKEN job [user@domain password]",
        "/GETHELPERTOKENSID job*",
        "/GETHELPERTOKENFLAGS job*",
        "/SETHELPERTOKENFLAGS job flags*",
        "/GETPEERCACHINGFLAGS job*",
        "/SETPEERCACHINGFLAGS job flags*",
        "/PEERCACHING /GETCONFIGURATIONFLAGS*",
        "/PEERCACHING /SETCONFIGURATIONFLAGS flags",
        "/CACHE /LIST [/VERBOSE]*",
        "/CACHE /INFO {GUID} [/VERBOSE]*",
        "/CACHE /DELETE {GUID}*",
        "/CACHE /DELETEURL url*",
        "/CACHE /CLEAR*",
        "/CACHE /SETLIMIT percent*",
        "/CACHE /GETLIMIT*",
        "/CACHE /SETEXPIRATIONTIME seconds*",
        "/CACHE /GETEXPIRATIONTIME*",
        "/PEERS /LIST*",
        "/PEERS /DISCOVER*",
        "/PEERS /CLEAR*",
        "/UTIL /VERSION [/VERBOSE]*",
        "/UTIL /REPAIRSERVICE [/FORCE]*",
        "/UTIL /SETIEPROXY account usage [arguments] [/CONN name]",
        "/UTIL /GETIEPROXY account [/CONN name]",
        "/UTIL /ENABLEANALYTICCHANNEL TRUE | FALSE"};
    char row[100];

    for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++)
    {
        snprintf(row, sizeof(row), "  %s", commands[i]);
        ok(has_line_like(text, row), "%s is missing.\n", row);
    }
    ok(has_line_like(text, "OpenBITS only*"), "Our own commands are missing.\n");
    expect_rows(text);
}

static void test_help(void)
{
    static const WCHAR *const words[] = {L"/help", L"/HELP", L"/?", NULL};
    static char usage[TOOL_OUTPUT_MAX];

    for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
    {
        call_tool(&run, words[i]);
        ok(run.code == S_OK, "Got code %#lx.\n", run.code);
        if (!i) strcpy(usage, run.output);
        expect_usage(run.output);
        check_run(&run, S_OK, "%s", strstr(usage, "BITSADMIN ["));
    }
    call_tool(&run, L"/rawreturn", L"/nowrap", L"/help");
    check_raw_run(&run, S_OK, "%s", strstr(usage, "BITSADMIN ["));
}

static void test_help_of_one(void)
{
    call_tool(&run, L"/help", L"/resume");
    check_run(&run, S_OK, "  /RESUME job*Queues a job for its transfer\n");
    call_tool(&run, L"/help", L"/cache", L"/clear");
    check_run(&run, S_OK, "  /CACHE /CLEAR*Removes all entries\n");
    call_tool(&run, L"/util", L"/?");
    ok(run.code == S_OK && has_line_like(run.output, "  /UTIL /REPAIRSERVICE [/FORCE]*"),
       "Got:\n%s\n", run.output);
    call_tool(&run, L"/help", L"/resmue");
    ok(run.code == (DWORD)E_INVALIDARG && strstr(run.output, "Did you mean /resume?\n"),
       "Got:\n%s\n", run.output);
}

/* No such switch: all of help, and at its end what may have been meant. */
static void test_unknown_command(void)
{
    static const struct
    {
        const WCHAR *words[2];
        const char *last;
    } lines[] = {{{L"/nothing"}, NULL},
                 {{L""}, NULL},
                 {{L"help"}, "There is no help. Did you mean /help?"},
                 {{L"-list"}, "There is no -list. Did you mean /list?"},
                 {{L"/cahce", L"/list"}, "There is no /cahce. Did you mean /cache?"},
                 {{L"\x2013list"}, "*long dash*"}};

    for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
    {
        winetest_push_context("%ls", lines[i].words[0]);
        call_tool(&run, lines[i].words[0], lines[i].words[1]);
        ok(run.code == (DWORD)E_INVALIDARG, "Got code %#lx.\n", run.code);
        ok(has_line_like(run.output, "Invalid command"), "Got:\n%s\n", run.output);
        ok(has_line_like(run.output, "  /CANCEL job*"), "Got:\n%s\n", run.output);
        if (lines[i].last) ok(has_line_like(run.output, lines[i].last), "Got:\n%s\n", run.output);
        winetest_pop_context();
    }
}

/* A switch with the wrong words: its own help, and what is wrong. */
static void test_invalid_words(void)
{
    static const struct
    {
        const WCHAR *words[4];
        const char *head, *last;
    } lines[] = {
        {{L"/info"}, "  /INFO job [/VERBOSE]*", "Something is missing: /info job [/VERBOSE]"},
        {{L"/suspend", L"my", L"job"}, "  /SUSPEND job*", "There is a word too many: job"},
        {{L"/suspend", L"\x201cmy", L"job\x201d"}, "  /SUSPEND job*", "*typographic quotes*"},
        {{L"/suspend", L"'my", L"job'"}, "  /SUSPEND job*", "*single quote*"},
        {{L"/info", L"-encodedCommand", L"x"}, NULL, NULL},
        {{L"/suspend", L"-encodedCommand", L"x"}, "  /SUSPEND job*", "PowerShell*"},
        {{L"/list", L"/verbose", L"/allusers", L"x"}, "  /LIST*", "There is a word too many: x"},
        {{L"/transfer", L"name", L"http://127.0.0.1/x"}, "  /TRANSFER*", "Something is missing*"},
        {{L"/setpeercachingflags", L"job"}, "  /SETPEERCACHINGFLAGS*", "Something is missing*"},
        {{L"/cache", L"/info"}, "  /CACHE /INFO*", "Something is missing: /info*"}};

    for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
    {
        winetest_push_context("%ls", lines[i].words[0]);
        call_tool(&run, lines[i].words[0], lines[i].words[1], lines[i].words[2], lines[i].words[3]);
        ok(run.code == (DWORD)E_INVALIDARG, "Got code %#lx.\n", run.code);
        if (lines[i].head)
        {
            ok(has_line_like(run.output, "Invalid command"), "Got:\n%s\n", run.output);
            ok(has_line_like(run.output, lines[i].head), "Got:\n%s\n", run.output);
            ok(has_line_like(run.output, lines[i].last), "Got:\n%s\n", run.output);
        }
        winetest_pop_context();
    }
}

/* ---- /LIST and /INFO ---- */

static void test_list(void)
{
    unsigned int others = count_jobs();
    struct tested_job first, second;
    char block[2000];

    call_tool(&run, L"/list");
    if (!others) check_run(&run, S_OK, "Listed 0 job(s).\n");
    make_job(&first, L"list 1", "/list1");
    make_job(&second, L"n\u00e4me 2", "/list2");

    call_tool(&run, L"/LIST");
    ok(run.code == S_OK, "Got code %#lx.\n", run.code);
    snprintf(block, sizeof(block), "%ls 'list 1' SUSPENDED 0 / 1 0 / UNKNOWN", first.id);
    ok(has_line_like(run.output, block), "Got:\n%s\n", run.output);
    snprintf(block, sizeof(block), "%ls 'n\xc3\xa4me 2' SUSPENDED 0 / 1 0 / UNKNOWN", second.id);
    ok(has_line_like(run.output, block), "Got:\n%s\n", run.output);
    snprintf(block, sizeof(block), "\n\nListed %u job(s).\n", others + 2);
    ok(strstr(run.output, block) != NULL, "Got:\n%s\n", run.output);

    call_tool(&run, L"/rawreturn", L"/list", L"/verbose", L"/ALLUSERS");
    ok(run.code == S_OK, "Got code %#lx.\n", run.code);
    snprintf(block, sizeof(block), "GUID: %ls DISPLAY: 'list 1'", first.id);
    ok(has_line_like(run.output, block), "Got:\n%s\n", run.output);
    ok(strstr(run.output, "\nCUSTOM HEADERS: NULL\n\nListed ") != NULL, "Got:\n%s\n", run.output);

    call_tool(&run, L"/list", L"/all");
    check_run(&run, E_INVALIDARG, "Invalid argument /all\n");
    end_job(first.job);
    end_job(second.job);
}

static void test_info(void)
{
    static const WCHAR nobody[] = L"{6af46e48-41d3-453f-b7af-a694bbc823f7}";
    struct tested_job tested, twin;
    char expected[200];

    make_job(&tested, L"info", "/info");
    snprintf(expected, sizeof(expected), "%ls 'info' SUSPENDED 0 / 1 0 / UNKNOWN\n", tested.id);
    call_tool(&run, L"/info", L"info");
    check_run(&run, S_OK, "%s", expected);
    call_tool(&run, L"/info", tested.id);
    check_run(&run, S_OK, "%s", expected);
    call_tool(&run, L"/rawreturn", L"/info", L"info");
    check_raw_run(&run, S_OK, "%s", expected);

    call_tool(&run, L"/info", L"INFO");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"INFO\".\n*\n");
    call_tool(&run, L"/info", nobody);
    check_run(&run, BG_E_NOT_FOUND, "Unable to get job - 0x80200001\n*\n*\n");
    call_tool(&run, L"/info", L"info", L"/all");
    check_run(&run, E_INVALIDARG, "Invalid argument /all\n");

    make_job(&twin, L"info", "/info");
    call_tool(&run, L"/info", L"info");
    check_run(&run, E_INVALIDARG,
              "Unable to find job named \"info\": 2 jobs have this name, use the {GUID}.\n");
    call_tool(&run, L"/info", tested.id);
    check_run(&run, S_OK, "%s", expected);
    end_job(tested.job);
    end_job(twin.job);
}

/* The block as scripts know it; what comes from machine and user is any text. */
static void test_details_of_new_job(void)
{
    struct tested_job tested;

    make_job(&tested, L"new", "/new");
    call_tool(&run, L"/info", L"new", L"/verbose");
    check_run(&run, S_OK,
              "GUID: %ls DISPLAY: 'new'\n"
              "TYPE: DOWNLOAD STATE: SUSPENDED OWNER: *\n"
              "PRIORITY: NORMAL FILES: 0 / 1 BYTES: 0 / UNKNOWN\n"
              "CREATION TIME: * MODIFICATION TIME: *\n"
              "COMPLETION TIME: UNKNOWN ACL FLAGS:\n"
              "NOTIFY INTERFACE: UNREGISTERED NOTIFICATION FLAGS: 3\n"
              "RETRY DELAY: 600 NO PROGRESS TIMEOUT: 1209600 ERROR COUNT: 0\n"
              "PROXY USAGE: PRECONFIG PROXY LIST: NULL PROXY BYPASS LIST: NULL\n"
              "DESCRIPTION: \n"
              "JOB FILES: \n"
              "\t0 / UNKNOWN WORKING %ls -> %ls\n"
              "NOTIFICATION COMMAND LINE: none\n"
              "owner MIC integrity level: *\n"
              "owner elevated ?           *\n"
              "\n"
              "Peercaching flags\n"
              "\t Enable download from peers      :false\n"
              "\t Enable serving to peers         :false\n"
              "\n"
              "CUSTOM HEADERS: NULL\n\n",
              tested.id, tested.url, tested.local);
    ok(has_line_like(run.output, "TYPE: DOWNLOAD STATE: SUSPENDED OWNER: *\\*"), "Got:\n%s\n",
       run.output);
    ok(has_line_like(run.output, "CREATION TIME: *20* *:* MODIFICATION TIME: *20* *:*"),
       "Got:\n%s\n", run.output);
    end_job(tested.job);
}

/* Answers whether this BITS has flags for access lists. */
static bool change_properties(IBackgroundCopyJob *job)
{
    bool has_acl_flags;
    IBackgroundCopyJob3 *job3;
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    IBackgroundCopyJob_SetDescription(job, L"one\x1b[2J\ntwo");
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_HIGH);
    IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_ERROR);
    IBackgroundCopyJob_SetMinimumRetryDelay(job, 60);
    IBackgroundCopyJob_SetNoProgressTimeout(job, 1000);
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy:1",
                                             L"<local>");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob3, (void **)&job3);
    hr = IBackgroundCopyJob3_SetFileACLFlags(job3, BG_COPY_FILE_OWNER | BG_COPY_FILE_DACL);
    has_acl_flags = hr == S_OK;
    IBackgroundCopyJob3_Release(job3);
    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_ENABLE_PEERCACHING_SERVER);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    return has_acl_flags;
}

/* Nobody's text reaches the terminal as a command. */
static void test_details_of_properties(void)
{
    struct tested_job tested;
    bool has_acl_flags;

    make_job(&tested, L"changed", "/changed");
    has_acl_flags = change_properties(tested.job);
    call_tool(&run, L"/info", L"changed", L"/verbose");
    check_run(&run, S_OK,
              "GUID: %ls DISPLAY: 'changed'\n"
              "TYPE: DOWNLOAD STATE: SUSPENDED OWNER: *\n"
              "PRIORITY: HIGH FILES: 0 / 1 BYTES: 0 / UNKNOWN\n"
              "CREATION TIME: * MODIFICATION TIME: *\n"
              "COMPLETION TIME: UNKNOWN ACL FLAGS:%s\n"
              "NOTIFY INTERFACE: UNREGISTERED NOTIFICATION FLAGS: 2\n"
              "RETRY DELAY: 60 NO PROGRESS TIMEOUT: 1000 ERROR COUNT: 0\n"
              "PROXY USAGE: OVERRIDE PROXY LIST: proxy:1 PROXY BYPASS LIST: <local>\n"
              "DESCRIPTION: one?[2J?two\n"
              "JOB FILES: \n"
              "\t0 / UNKNOWN WORKING %ls -> %ls\n"
              "NOTIFICATION COMMAND LINE: none\n"
              "owner MIC integrity level: *\n"
              "owner elevated ?           *\n"
              "\n"
              "Peercaching flags\n"
              "\t Enable download from peers      :false\n"
              "\t Enable serving to peers         :true\n"
              "\n"
              "CUSTOM HEADERS: NULL\n\n",
              tested.id, has_acl_flags ? " OD" : "", tested.url, tested.local);
    end_job(tested.job);
}

static void test_details_of_end(void)
{
    const struct origin_file file = {.size = SIZE, .version = 1};
    struct tested_job good, bad;
    char row[URL_MAX + MAX_PATH + 100];

    origin_add(origin, "/good", &file);
    make_job(&good, L"good", "/good");
    make_job(&bad, L"bad", "/bad");
    IBackgroundCopyJob_Resume(good.job);
    IBackgroundCopyJob_Resume(bad.job);
    wait_for_state(good.job, TRANSFERRED, WAIT_MS);
    wait_for_state(bad.job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);

    call_tool(&run, L"/info", L"good", L"/verbose");
    snprintf(row, sizeof(row), "\t100000 / 100000 COMPLETED %ls -> %ls", good.url, good.local);
    ok(has_line_like(run.output, row), "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "PRIORITY: NORMAL FILES: 1 / 1 BYTES: 100000 / 100000"),
       "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "COMPLETION TIME: *20* *:* ACL FLAGS:"), "Got:\n%s\n", run.output);
    ok(!strstr(run.output, "\nERROR "), "Got:\n%s\n", run.output);

    call_tool(&run, L"/info", L"bad", L"/verbose");
    ok(run.code == S_OK, "Got code %#lx.\n", run.code);
    snprintf(row, sizeof(row), "ERROR FILE:    %ls -> %ls", bad.url, bad.local);
    ok(has_line_like(run.output, row), "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "ERROR CODE:    0x80190194 - *"), "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "ERROR CONTEXT: 0x00000005 - *"), "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "LIKELY CAUSE:  *"), "Got:\n%s\n", run.output);
    ok(has_line_like(run.output, "REMEDY:        *"), "Got:\n%s\n", run.output);
    end_job(good.job);
    end_job(bad.job);
}

START_TEST(bitsadmin)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    RUN_TEST(test_help);
    RUN_TEST(test_help_of_one);
    RUN_TEST(test_unknown_command);
    RUN_TEST(test_invalid_words);
    RUN_TEST(test_list);
    RUN_TEST(test_info);
    RUN_TEST(test_details_of_new_job);
    RUN_TEST(test_details_of_properties);
    RUN_TEST(test_details_of_end);
    com_stop();
    origin_destroy(origin);
}
