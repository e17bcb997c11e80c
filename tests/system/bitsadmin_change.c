/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Commands of bitsadmin that change a job or the machine, run in this process, and how it reads and
 * writes numbers. The machine's flags are put back at the end. */
#include "tool_run.h"

#include <stdio.h>

#include "transfer.h"

#define SIZE    (4 * 1024 * 1024)
#define WAIT_MS 20000

static struct origin *origin;
static struct tool_run run;

static IBackgroundCopyJob *make_job(const WCHAR *name, const char *path)
{
    const struct origin_file file = {.size = SIZE, .version = 1};
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);

    origin_add(origin, path, &file);
    job_add(job, origin, path, name);
    return job;
}

/* ---- States ---- */

static void test_suspend_and_resume(void)
{
    IBackgroundCopyJob *job = make_job(L"waiting", "/waiting");

    origin_hold_after(origin, "/waiting", SIZE / 2);
    call_tool(&run, L"/resume", L"waiting");
    check_run(&run, S_OK, "Job resumed.\n");
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), WAIT_MS);
    call_tool(&run, L"/suspend", L"waiting");
    check_run(&run, S_OK, "Job suspended.\n");
    ok(job_state(job) == BG_JOB_STATE_SUSPENDED, "Got state %s.\n", state_name(job_state(job)));

    origin_release(origin, "/waiting");
    call_tool(&run, L"/Resume", L"waiting");
    check_run(&run, S_OK, "Job resumed.\n");
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    end_job(job);

    call_tool(&run, L"/suspend", L"waiting");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"waiting\".\n*\n");
    call_tool(&run, L"/resume", L"waiting");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"waiting\".\n*\n");
}

static void test_complete(void)
{
    IBackgroundCopyJob *job = make_job(L"done", "/done");
    WCHAR path[MAX_PATH];

    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    ok(!file_exists(temp_path(L"done", path)), "The file is there before its time.\n");
    call_tool(&run, L"/complete", L"done");
    check_run(&run, S_OK, "Job completed.\n");
    ok(job_state(job) == BG_JOB_STATE_ACKNOWLEDGED, "Got state %s.\n", state_name(job_state(job)));
    verify_file(temp_path(L"done", path), SIZE, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);

    call_tool(&run, L"/complete", L"done");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"done\".\n*\n");
}

/* The tool says the method's own code, and BITS' text for it. */
static void test_early_complete(void)
{
    IBackgroundCopyJob *job = make_job(L"early", "/early"), *twin = make_job(L"twin", "/early");
    HRESULT hr = IBackgroundCopyJob_Complete(twin);

    call_tool(&run, L"/complete", L"early");
    if (FAILED(hr))
        check_run(&run, hr, "Unable to complete job - 0x%08lx\n*\n", hr);
    else
        check_run(&run, S_OK, "Job completed.\n0x%08lx - *\n", hr);
    end_job(job);
    end_job(twin);
}

static void test_cancel(void)
{
    IBackgroundCopyJob *job = make_job(L"unwanted", "/unwanted");

    origin_hold_after(origin, "/unwanted", SIZE / 2);
    IBackgroundCopyJob_Resume(job);
    ok(wait_for_bytes(job, 1, WAIT_MS), "Nothing was transferred.\n");
    ok(temp_file_count() == 1, "There is no temporary file.\n");
    call_tool(&run, L"/cancel", L"unwanted");
    check_run(&run, S_OK, "Job canceled.\n");
    ok(job_state(job) == BG_JOB_STATE_CANCELLED, "Got state %s.\n", state_name(job_state(job)));
    ok(!temp_file_count(), "The temporary file is left.\n");
    origin_release(origin, "/unwanted");
    IBackgroundCopyJob_Release(job);
}

/* ---- Flags ---- */

static DWORD get_job_flags(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob4 *job4;
    DWORD flags = 0xdeadbeef;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    return flags;
}

static const char *truth(DWORD flag)
{
    return flag ? "true" : "false";
}

static void test_job_flags(void)
{
    static const WCHAR *const words[] = {L"1", L"2", L"0x3", L"0", L"7", L"4"};
    static const DWORD values[] = {1, 2, 3, 0, 7, 4};
    IBackgroundCopyJob *job = make_job(L"flags", "/flags");

    shows("J4-SPCF-46");
    for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
    {
        call_tool(&run, L"/setpeercachingflags", L"flags", words[i]);
        check_run(&run, S_OK, "Peercaching flags set to 0x%lx.\n", values[i]);
        ok(get_job_flags(job) == values[i], "Got flags %#lx.\n", get_job_flags(job));
        call_tool(&run, L"/getpeercachingflags", L"flags");
        check_run(&run, S_OK,
                  "\t Enable download from peers      :%s\n"
                  "\t Enable serving to peers         :%s\n"
                  "\t Disable BranchCache             :%s\n",
                  truth(values[i] & 1), truth(values[i] & 2), truth(values[i] & 4));
        call_tool(&run, L"/rawreturn", L"/GetPeerCachingFlags", L"flags");
        check_raw_run(&run, S_OK, "%lu", values[i]);
    }
    end_job(job);
}

static void test_bad_job_flags(void)
{
    static const WCHAR *const words[] = {L"",   L"x",   L"-1",         L"1x",
                                         L"0x", L"0xg", L"4294967296", L"0x100000000"};
    IBackgroundCopyJob *job = make_job(L"flags", "/flags");
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    IBackgroundCopyJob4_SetPeerCachingFlags(job4, 1);
    for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
    {
        call_tool(&run, L"/setpeercachingflags", L"flags", words[i]);
        check_run(&run, E_INVALIDARG, "Invalid number %ls\n", words[i]);
    }
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, 8);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    call_tool(&run, L"/setpeercachingflags", L"flags", L"8");
    check_run(&run, hr, "Unable to set peercaching flags - 0x%08lx\n*\n", hr);
    ok(get_job_flags(job) == 1, "Got flags %#lx.\n", get_job_flags(job));
    call_tool(&run, L"/setpeercachingflags", L"nobody", L"1");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"nobody\".\n*\n");
    call_tool(&run, L"/getpeercachingflags", L"nobody");
    check_run(&run, BG_E_NOT_FOUND, "Unable to find job named \"nobody\".\n*\n");
    end_job(job);
}

static DWORD get_machine_flags(void)
{
    IBitsPeerCacheAdministration *admin = manager_query(&IID_IBitsPeerCacheAdministration);
    DWORD flags = 0xdeadbeef;
    HRESULT hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBitsPeerCacheAdministration_Release(admin);
    return flags;
}

static void test_machine_flags(void)
{
    static const WCHAR *const words[] = {L"1", L"0x2", L"3", L"0"};

    for (DWORD i = 0; i < ARRAY_SIZE(words); i++)
    {
        DWORD value = (i + 1) % 4;

        call_tool(&run, L"/peercaching", L"/setconfigurationflags", words[i]);
        check_run(&run, S_OK, "Configuration flags set to 0x%lx.\n", value);
        ok(get_machine_flags() == value, "Got flags %#lx.\n", get_machine_flags());
        call_tool(&run, L"/PeerCaching", L"/GetConfigurationFlags");
        check_run(&run, S_OK,
                  "\t Enable download from peers      :%s\n"
                  "\t Enable serving to peers         :%s\n",
                  truth(value & 1), truth(value & 2));
        call_tool(&run, L"/rawreturn", L"/peercaching", L"/getconfigurationflags");
        check_raw_run(&run, S_OK, "%lu", value);
    }
}

static void test_bad_machine_flags(void)
{
    static const WCHAR *const lines[][3] = {{L"/getconfigurationflags", L"1"},
                                            {L"/setconfigurationflags"},
                                            {L"/configure"},
                                            {L"/configure", L"1"}};
    DWORD flags = get_machine_flags();

    for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
    {
        call_tool(&run, L"/peercaching", lines[i][0], lines[i][1]);
        ok(run.code == (DWORD)E_INVALIDARG && has_line_like(run.output, "Invalid command"),
           "Got %#lx:\n%s\n", run.code, run.output);
        ok(strstr(run.output, i < 2 ? "  /PEERCACHING /" : "  /PEERCACHING /IDENTITY") != NULL,
           "Got:\n%s\n", run.output);
    }
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"on");
    check_run(&run, E_INVALIDARG, "Invalid number on\n");
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"8");
    ok(FAILED((HRESULT)run.code), "Got code %#lx.\n", run.code);
    check_run(&run, (HRESULT)run.code, "Unable to set configuration flags - 0x%08lx\n*\n",
              run.code);
    ok(get_machine_flags() == flags, "Got flags %#lx.\n", get_machine_flags());
}

/* A success that changes nothing for now: the tool says why. */
static void test_policy(void)
{
    if (!policy_set(L"EnablePeercaching", 1))
    {
        skip("The policy cannot be set.\n");
        return;
    }
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"0");
    check_run(&run, S_OK, "Configuration flags set to 0x0.\n*policy*(0x00200055).\n");
    policy_restore();
}

/* ---- Numbers and rows ---- */

static void test_numbers(void)
{
    static const struct
    {
        UINT64 bytes;
        const WCHAR *text;
    } tests[] = {{0, L"0 B"},
                 {1023, L"1023 B"},
                 {1024, L"1.0 KiB"},
                 {1536, L"1.5 KiB"},
                 {1024 * 1024 - 1, L"1023.9 KiB"},
                 {50000000, L"47.6 MiB"},
                 {5ull << 30, L"5.0 GiB"},
                 {UINT64_MAX, L"15.9 EiB"}};
    WCHAR text[NUMBER_CHARS];

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        format_bytes(tests[i].bytes, text);
        ok(!wcscmp(text, tests[i].text), "Got %ls, expected %ls.\n", text, tests[i].text);
    }
    format_seconds(59, text);
    ok(!wcscmp(text, L"0:00:59"), "Got %ls.\n", text);
    format_seconds(36000 + 61, text);
    ok(!wcscmp(text, L"10:01:01"), "Got %ls.\n", text);
}

static void test_rate(void)
{
    struct rate rate = {0};
    ULONGLONG now = 1000;

    ok(!rate_get(&rate), "Got %llu.\n", rate_get(&rate));
    rate_add(&rate, now, 0);
    ok(!rate_get(&rate), "Got %llu.\n", rate_get(&rate));
    rate_add(&rate, now, 500);
    ok(!rate_get(&rate), "Got %llu.\n", rate_get(&rate));
    /* A minute at 1,000 bytes a second, then 4,000: only the last seconds count. */
    for (unsigned int i = 0; i < 1200; i++)
        rate_add(&rate, now += 50, 50 * i);
    ok(rate_get(&rate) == 1000, "Got %llu.\n", rate_get(&rate));
    for (unsigned int i = 0; i < 200; i++)
        rate_add(&rate, now += 50, 60000 + 200 * i);
    ok(rate_get(&rate) == 4000, "Got %llu.\n", rate_get(&rate));
    /* Stands still, then is started over. */
    for (unsigned int i = 0; i < 200; i++)
        rate_add(&rate, now += 50, 100000);
    ok(!rate_get(&rate), "Got %llu.\n", rate_get(&rate));
    rate_add(&rate, now += 50, 0);
    ok(!rate_get(&rate), "Got %llu.\n", rate_get(&rate));
    rate_add(&rate, now += 1000, 3000);
    ok(rate_get(&rate) == 3000, "Got %llu.\n", rate_get(&rate));
}

static void test_shorten(void)
{
    static const struct
    {
        const WCHAR *text;
        int columns;
        const WCHAR *result;
    } tests[] = {{L"name", 10, L"name"},
                 {L"name", 4, L"name"},
                 {L"names", 4, L"n..."},
                 {L"names", 3, L"..."},
                 {L"names", 2, L"na"},
                 {L"names", 0, L""},
                 {L"a\tb\x1b", 10, L"a?b?"},
                 {L"\u540d\u524d", 4, L"\u540d\u524d"},
                 {L"\u540d\u524d\u540d", 5, L"\u540d..."},
                 {L"\u540d\u524d\u540d", 4, L"..."},
                 {L"\xd83d\xde00\xd83d\xde00\xd83d\xde00", 5, L"\xd83d\xde00..."}};
    WCHAR result[OUT_ROW_CHARS], longest[2 * OUT_ROW_CHARS];

    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        out_shorten(tests[i].text, tests[i].columns, result);
        ok(!wcscmp(result, tests[i].result), "%u: got %s.\n", i, wine_dbgstr_w(result));
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(longest); i++)
        longest[i] = 'x';
    longest[ARRAY_SIZE(longest) - 1] = 0;
    out_shorten(longest, 10000, result);
    ok(wcslen(result) == OUT_ROW_CHARS - 1, "Got %u characters.\n", (unsigned int)wcslen(result));
}

START_TEST(bitsadmin_change)
{
    com_start(COINIT_MULTITHREADED);
    keep_peer_configuration();
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    RUN_TEST(test_suspend_and_resume);
    RUN_TEST(test_complete);
    RUN_TEST(test_early_complete);
    RUN_TEST(test_cancel);
    RUN_TEST(test_job_flags);
    RUN_TEST(test_bad_job_flags);
    RUN_TEST(test_machine_flags);
    RUN_TEST(test_bad_machine_flags);
    RUN_TEST(test_policy);
    RUN_TEST(test_numbers);
    RUN_TEST(test_rate);
    RUN_TEST(test_shorten);
    com_stop();
    origin_destroy(origin);
}
