/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What bitsadmin adds of its own: --json, why, policy, doctor; and /UTIL and /MONITOR. The
 * machine's settings are put back at the end. */
#include "tool_run.h"

#include <stdio.h>

#define WAIT_MS 20000
#define SYSTEM_KEY                                                                                 \
    L"S-1-5-18\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections"
#define CONNECTION L"OpenBITS test"

static struct origin *origin;
static struct tool_run run;
static struct tool_process tool;

/* ---- JSON ---- */

/* Steps over one value; NULL where the text is none. */
static const char *skip_value(const char *at);

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \n\r\t");
}

static const char *skip_string(const char *at)
{
    if (*at++ != '"') return NULL;
    for (; *at && *at != '"'; at++)
    {
        if ((unsigned char)*at < ' ' || (unsigned char)*at > '~') return NULL;
        if (*at == '\\' && !strchr("\"\\/bfnrtu", *++at)) return NULL;
    }
    return *at ? at + 1 : NULL;
}

static const char *skip_members(const char *at, char end, bool has_keys)
{
    at = skip_space(at + 1);
    if (*at == end) return at + 1;
    for (;;)
    {
        if (has_keys)
        {
            if (!(at = skip_string(at))) return NULL;
            at = skip_space(at);
            if (*at++ != ':') return NULL;
        }
        if (!(at = skip_value(skip_space(at)))) return NULL;
        at = skip_space(at);
        if (*at == end) return at + 1;
        if (*at++ != ',') return NULL;
        at = skip_space(at);
    }
}

static const char *skip_value(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};

    if (*at == '{') return skip_members(at, '}', true);
    if (*at == '[') return skip_members(at, ']', false);
    if (*at == '"') return skip_string(at);
    for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
        if (!strncmp(at, words[i], strlen(words[i]))) return at + strlen(words[i]);
    return strspn(at, "0123456789") ? at + strspn(at, "0123456789") : NULL;
}

/* The output is one JSON text of this schema, whatever else it holds. */
static void check_json(const char *schema)
{
    const char *end = skip_value(run.output);
    char head[100];

    snprintf(head, sizeof(head), "{\n  \"schema\": \"openbits.%s/1\"", schema);
    ok(!strncmp(run.output, head, strlen(head)), "Got:\n%s\n", run.output);
    ok(end && !*skip_space(end), "It is no JSON text:\n%s\n", run.output);
}

static void expect_line(const char *pattern)
{
    ok(has_line_like(run.output, pattern), "No line %s in:\n%s\n", pattern, run.output);
}

static void test_json_of_jobs(void)
{
    IBackgroundCopyJob *job = create_job(L"na\"me\u00e4", BG_JOB_TYPE_DOWNLOAD);

    job_add(job, origin, "/none", L"json");
    call_tool(&run, L"/list", L"--json");
    ok(run.code == S_OK, "Got %#lx.\n", run.code);
    check_json("jobs");
    expect_line("      \"displayName\": \"na\\\"me\\u00e4\",");
    expect_line("      \"state\": \"SUSPENDED\",");
    expect_line("      \"bytesTotal\": null,");
    expect_line("      \"creationTime\": \"20*-*-*T*:*:*Z\",");
    ok(!strstr(run.output, "\"files\""), "There are files:\n%s\n", run.output);

    call_tool(&run, L"--json", L"/info", L"na\"me\u00e4");
    check_json("jobs");
    expect_line("      \"minimumRetryDelay\": 600,");
    expect_line("          \"remoteName\": \"http://127.0.0.1:*/none\",");
    call_tool(&run, L"/listfiles", L"na\"me\u00e4", L"--json");
    check_json("files");
    expect_line("      \"isTransferred\": false,");

    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
    call_tool(&run, L"--json", L"/list", L"/verbose");
    check_json("jobs");
    expect_line("        \"code\": \"0x80190194\",");
    end_job(job);
}

static void test_json_of_machine(void)
{
    static const struct
    {
        const WCHAR *words[2];
        const char *schema;
    } tests[] = {{{L"/cache", L"/list"}, "cache"},
                 {{L"/peers", L"/list"}, "peers"},
                 {{L"/peers", L"/trusted"}, "trusted"},
                 {{L"/peercaching", L"/getconfigurationflags"}, "peercaching"},
                 {{L"/util", L"/version"}, "version"},
                 {{L"policy"}, "policy"},
                 {{L"doctor"}, "doctor"}};

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        winetest_push_context("%s", tests[i].schema);
        call_tool(&run, L"--json", tests[i].words[0], tests[i].words[1]);
        ok(run.code == S_OK, "Got %#lx.\n", run.code);
        check_json(tests[i].schema);
        winetest_pop_context();
    }
    call_tool(&run, L"/reset", L"--json");
    check_raw_run(&run, E_INVALIDARG,
                  "--json is for what lists or shows something, not for "
                  "/reset.\n");
}

/* ---- why ---- */

static void test_why(void)
{
    IBackgroundCopyJob *job = create_job(L"asked", BG_JOB_TYPE_DOWNLOAD);
    WCHAR dead[URL_MAX], path[MAX_PATH];

    call_tool(&run, L"why", L"asked");
    check_run(&run, S_OK,
              "GUID: {*} DISPLAY: 'asked'\nSTATE: SUSPENDED PRIORITY: NORMAL ERROR COUNT: 0\n"
              "WHY: It has no files.\nTO DO: /ADDFILE *\nPEERS: not asked: *\n");
    swprintf(dead, ARRAY_SIZE(dead), L"http://127.0.0.1:%u/x", origin_dead_port());
    IBackgroundCopyJob_AddFile(job, dead, temp_path(L"dead", path));
    call_tool(&run, L"/why", L"asked");
    expect_line("WHY: It is suspended: *");
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), WAIT_MS);
    call_tool(&run, L"why", L"asked");
    expect_line("WHY: The last attempt failed with 0x80072efd: *600 seconds.");
    expect_line("THEN: the next attempt, between *:* and *:*");
    call_tool(&run, L"--json", L"why", L"asked");
    check_json("why");
    expect_line("  \"condition\": \"retry-delay\",");
    expect_line("  \"earliest\": \"20*Z\",");
    end_job(job);
    call_tool(&run, L"why", L"asked");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"asked\".\n*\n");
}

/* ---- policy and doctor ---- */

static void test_policy(void)
{
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"1");
    call_tool(&run, L"policy");
    ok(run.code == S_OK, "Got %#lx.\n", run.code);
    expect_line("peer caching client * on * preference PeerCachingFlags");
    expect_line("peer caching server * off * preference PeerCachingFlags");
    expect_line("minimum retry delay * 600 seconds * default");
    if (!policy_set(L"MaxJobsPerUser", 7))
    {
        skip("The policy cannot be set.\n");
        return;
    }
    call_tool(&run, L"policy");
    expect_line("jobs per user * 7 * policy MaxJobsPerUser");
    policy_restore();
}

static void test_doctor(void)
{
    call_tool(&run, L"doctor");
    ok(run.code == S_OK, "Got %#lx:\n%s\n", run.code, run.output);
    expect_line("OK *registration: *-bit programs: *qmgr.dll");
    expect_line("OK *queue: It is run by this process now, and answers.");
    expect_line("OK *jobs: 0 job(s), 0 in error, *");
    expect_line("*cache: 0 file(s), *");
    expect_line("0 problem(s), * warning(s).");
}

/* A class that leads nowhere: found by doctor, mended by /UTIL /REPAIRSERVICE. */
static void test_repair(void)
{
    static const WCHAR key[] = L"CLSID\\{5FD42AD5-C04E-4D36-ADC7-E08FF15737AD}\\InprocServer32";
    WCHAR dll[MAX_PATH], now[MAX_PATH];
    DWORD size = sizeof(dll);
    LSTATUS status = RegGetValueW(HKEY_CLASSES_ROOT, key, NULL, RRF_RT_REG_SZ, NULL, dll, &size);

    if (status || RegDeleteKeyValueW(HKEY_CLASSES_ROOT, key, NULL))
    {
        skip("The registration cannot be changed.\n");
        return;
    }
    call_tool(&run, L"doctor");
    expect_line("WARNING *registration: Of 10 classes *9 are registered*");
    call_tool(&run, L"/util", L"/repairservice");
    ok(run.code == S_OK, "Got %#lx:\n%s\n", run.code, run.output);
    expect_line("Registered the *-bit classes: *qmgr.dll");
    size = sizeof(now);
    status = RegGetValueW(HKEY_CLASSES_ROOT, key, NULL, RRF_RT_REG_SZ, NULL, now, &size);
    ok(!status && !wcscmp(now, dll), "It is not mended, error %ld.\n", status);
    RegSetKeyValueW(HKEY_CLASSES_ROOT, key, NULL, REG_SZ, dll,
                    (DWORD)((wcslen(dll) + 1) * sizeof(*dll)));
}

/* ---- /UTIL ---- */

static void test_version(void)
{
    call_tool(&run, L"/util", L"/version");
    check_run(&run, S_OK, "BITS VERSION: 10.3\n");
    call_tool(&run, L"/rawreturn", L"/util", L"/version");
    check_raw_run(&run, S_OK, "10.3");
    call_tool(&run, L"/util", L"/version", L"/verbose");
    expect_line("*-BIT DLL: *qmgr.dll");
    expect_line("\tCAN START: *");
    call_tool(&run, L"/util", L"/version", L"/all");
    check_run(&run, E_INVALIDARG, "Invalid argument /all\n");
}

static void test_ie_proxy(void)
{
    call_tool(&run, L"/util", L"/setieproxy", L"localsystem", L"manual_proxy", L"http://p:8080",
              L"", L"/conn", CONNECTION);
    ok(run.code == S_OK, "Got %#lx:\n%s\n", run.code, run.output);
    call_tool(&run, L"/util", L"/setieproxy", L"localsystem", L"MANUAL_PROXY", L"http://p:8080",
              L"NULL", L"/CONN", CONNECTION);
    check_run(&run, S_OK,
              "Internet proxy settings for account LocalSystem were set.\n"
              "(connection = OpenBITS test)\n\nProxy usage set to       Manual_proxy\n"
              "Proxy list set to        http://p:8080\nProxy bypass list set to <empty>\n");
    call_tool(&run, L"/util", L"/getieproxy", L"LOCALSYSTEM", L"/conn", CONNECTION);
    check_run(&run, S_OK,
              "Internet proxy settings for account LocalSystem\n(connection = OpenBITS test)\n\n"
              "Proxy usage:       Manual_proxy\nAutodetect:        false\n"
              "Script:            <empty>\nProxy list:        http://p:8080\n"
              "Proxy bypass list: <empty>\n");
    call_tool(&run, L"/util", L"/setieproxy", L"localsystem", L"reset", L"/conn", CONNECTION);
    ok(run.code == S_OK, "Got %#lx:\n%s\n", run.code, run.output);
    ok(RegGetValueW(HKEY_USERS, SYSTEM_KEY, CONNECTION, RRF_RT_ANY, NULL, NULL, NULL) ==
           ERROR_FILE_NOT_FOUND,
       "The settings are left.\n");
    call_tool(&run, L"/util", L"/setieproxy", L"nobody", L"reset");
    check_run(&run, E_INVALIDARG, "Invalid account nobody: *\n");
    call_tool(&run, L"/util", L"/setieproxy", L"localservice", L"always");
    check_run(&run, E_INVALIDARG, "Invalid usage always: *\n");
}

static void test_analytic_channel(void)
{
    call_tool(&run, L"/util", L"/enableanalyticchannel", L"maybe");
    check_run(&run, E_INVALIDARG, "Invalid value maybe: it is TRUE or FALSE\n");
    call_tool(&run, L"/util", L"/enableanalyticchannel", L"FALSE");
    ok(run.code == S_OK || run.code == (DWORD)HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) ||
           run.code == (DWORD)E_ACCESSDENIED,
       "Got %#lx:\n%s\n", run.code, run.output);
}

/* ---- /MONITOR ---- */

static void test_monitor_in_pipe(void)
{
    IBackgroundCopyJob *job = create_job(L"watched", BG_JOB_TYPE_DOWNLOAD);

    job_add(job, origin, "/none", L"watched");
    call_tool(&run, L"/monitor", L"/refresh", L"0");
    check_run(&run, E_INVALIDARG, "Invalid number of seconds 0\n");
    call_tool(&run, L"/monitor", L"/often");
    check_run(&run, E_INVALIDARG, "Invalid argument /often\n");
    if (tool_start(&tool, TOOL_PIPE, L"/monitor", L"/refresh", L"1"))
    {
        tool_wait_line(&tool, "MONITORING BACKGROUND COPY MANAGER(1 second refresh)");
        tool_wait_line(&tool, "{*} 'watched' SUSPENDED 0 / 1 0 / UNKNOWN");
        IBackgroundCopyJob_Resume(job);
        tool_wait_line(&tool, "{*} 'watched' ERROR 0 / 1 0 / UNKNOWN");
        tool_interrupt(&tool);
        tool_end(&tool);
        ok(tool.run.code == S_OK, "Got code %#lx.\n", tool.run.code);
        ok(!strchr(tool.run.output, '\x1b'), "A pipe gets colours.\n");
    }
    end_job(job);
}

/* A screen of its own: keys act, and what stood there before comes back. */
static void test_monitor_on_console(void)
{
    IBackgroundCopyJob *job = create_job(L"watched", BG_JOB_TYPE_DOWNLOAD);

    job_add(job, origin, "/none", L"watched");
    if (tool_start(&tool, TOOL_CONSOLE, L"/monitor", L"/refresh", L"3600"))
    {
        tool_wait_line(&tool, "MONITORING BACKGROUND COPY MANAGER(3600 second refresh)");
        tool_wait_line(&tool, "SUSPENDED * 0 B / ? * watched");
        tool_wait_line(&tool, "1 job(s), 0 running, 0 in error * Q quit*");
        IBackgroundCopyJob_Resume(job);
        wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), WAIT_MS);
        tool_press(&tool, 'r');
        tool_wait_line(&tool, "ERROR * 0 B / ? * 0x80190194 * watched");
        tool_press(&tool, '-');
        tool_wait_line(&tool, "MONITORING BACKGROUND COPY MANAGER(3599 second refresh)");
        tool_press(&tool, 'q');
        tool_end(&tool);
        ok(tool.run.code == S_OK, "Got code %#lx.\n", tool.run.code);
        ok(has_line_like(tool.run.output, "{*} 'watched' ERROR 0 / 1 0 / UNKNOWN"), "Got:\n%s\n",
           tool.run.output);
        ok(!strstr(tool.run.output, "Q quit"), "The screen is left:\n%s\n", tool.run.output);
    }
    end_job(job);
}

START_TEST(bitsadmin_reports)
{
    com_start(COINIT_MULTITHREADED);
    keep_peer_configuration();
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin)
    {
        RUN_TEST(test_json_of_jobs);
        RUN_TEST(test_json_of_machine);
        RUN_TEST(test_why);
        RUN_TEST(test_policy);
        RUN_TEST(test_doctor);
        RUN_TEST(test_repair);
        RUN_TEST(test_version);
        RUN_TEST(test_ie_proxy);
        RUN_TEST(test_analytic_channel);
        RUN_TEST(test_monitor_in_pipe);
        RUN_TEST(test_monitor_on_console);
    }
    com_stop();
    origin_destroy(origin);
}
