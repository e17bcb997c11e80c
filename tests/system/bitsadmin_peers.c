/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /CACHE, /PEERS and /PEERCACHING /IDENTITY of bitsadmin, run in this process. One machine: nobody
 * else is there. The machine's settings and its list of trusted peers are put back at the end. */
#include "tool_run.h"

#include <stdio.h>

#define SIZE    100000
#define WAIT_MS 20000
#define DATE    "Tue, 05 Mar 2024 10:20:30 GMT"
#define PRINT   L"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct origin *origin;
static struct tool_run run;

/* ---- the cache ---- */

static bool has_one_entry(void *ctx)
{
    (void)ctx;
    call_tool(&run, L"/cache", L"/list");
    return strstr(run.output, "Listed 1 cache entries.\n") != NULL;
}

static void keep_file(void)
{
    const struct origin_file file = {.size = SIZE, .version = 1, .last_modified = DATE};
    IBackgroundCopyJob *job = create_job(L"kept", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob4 *job4;
    WCHAR path[MAX_PATH];
    HRESULT hr;

    origin_add(origin, "/kept", &file);
    job_add(job, origin, "/kept", L"kept");
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_ENABLE_PEERCACHING_SERVER);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_Release(job4);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    DeleteFileW(temp_path(L"kept", path));
}

static void test_empty_cache(void)
{
    call_tool(&run, L"/cache", L"/clear");
    check_run(&run, S_OK, "Cache cleared.\n");
    call_tool(&run, L"/cache", L"/list");
    check_run(&run, S_OK, "Listed 0 cache entries.\n");
    call_tool(&run, L"/rawreturn", L"/cache", L"/list", L"/verbose");
    ok(run.code == S_OK && !*run.output, "Got %#lx: %s\n", run.code, run.output);
    call_tool(&run, L"/cache", L"/deleteurl", L"http://nobody.test/x");
    check_run(&run, S_OK, "The URL is not in the cache.\n");
}

static void test_cache(void)
{
    WCHAR id[40] = L"";
    char url[URL_MAX];

    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"2");
    check_run(&run, S_OK, "Configuration flags set to 0x2.\n");
    keep_file();
    ok(wait_for(has_one_entry, NULL, WAIT_MS), "It is not kept: %s\n", run.output);
    origin_url(origin, "/kept", url, sizeof(url));
    check_run(&run, S_OK, "{*} %u %s\nListed 1 cache entries.\n", SIZE, url);

    call_tool(&run, L"/rawreturn", L"/cache", L"/list");
    MultiByteToWideChar(CP_ACP, 0, run.output, 38, id, ARRAY_SIZE(id) - 1);
    call_tool(&run, L"/cache", L"/info", id, L"/verbose");
    check_run(&run, S_OK,
              "GUID: {*}\nORIGIN URL: %s\nFILE SIZE: %u\nFILE MODIFICATION TIME: *\n"
              "LAST ACCESS TIME: *\nVALIDATED: true\nRANGES: 0:%u\n",
              url, SIZE, SIZE);
    call_tool(&run, L"/cache", L"/delete", id);
    check_run(&run, S_OK, "Cache entry deleted.\n");
    call_tool(&run, L"/cache", L"/delete", id);
    check_run(&run, BG_E_NOT_FOUND, "Unable to delete the cache entry - 0x80200001\n*\n");
    call_tool(&run, L"/cache", L"/info", L"kept");
    check_run(&run, E_INVALIDARG, "Invalid id kept: give it as {GUID}.\n");
}

static void test_limits(void)
{
    call_tool(&run, L"/cache", L"/setlimit", L"3");
    check_run(&run, S_OK, "Limit set.\n");
    call_tool(&run, L"/cache", L"/getlimit");
    check_run(&run, S_OK, "Cache limit: 3 percent of the disk\n");
    call_tool(&run, L"/cache", L"/setexpirationtime", L"100000");
    check_run(&run, S_OK, "Limit set.\n");
    call_tool(&run, L"/rawreturn", L"/cache", L"/getexpirationtime");
    check_raw_run(&run, S_OK, "100000");
    call_tool(&run, L"/cache", L"/setlimit", L"many");
    check_run(&run, E_INVALIDARG, "Invalid number many\n");
    call_tool(&run, L"/cache", L"/setlimit", L"99");
    ok(FAILED((HRESULT)run.code), "Got %#lx.\n", run.code);
}

static void test_usage(void)
{
    call_tool(&run, L"/cache", L"/help");
    ok(run.code == S_OK && strstr(run.output, "  /CACHE /DELETEURL url "), "Got %s\n", run.output);
    call_tool(&run, L"/cache", L"/nothing");
    ok(run.code == (DWORD)E_INVALIDARG && strstr(run.output, "Invalid command\n"), "Got %s\n",
       run.output);
    call_tool(&run, L"/peers", L"/?");
    ok(run.code == S_OK && strstr(run.output, "  /PEERS /TRUST fingerprint [name [sid]]"),
       "Got %s\n", run.output);
}

/* ---- peers ---- */

static void test_peers(void)
{
    call_tool(&run, L"/peers", L"/list");
    check_run(&run, S_OK, "Listed 0 peer(s).\n");
    call_tool(&run, L"/peers", L"/clear");
    check_run(&run, S_OK, "Peers cleared.\n");
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"0");
    call_tool(&run, L"/peers", L"/discover");
    check_run(&run, BG_E_PEERCACHING_DISABLED, "Unable to look for peers - 0x80200047\n*\n");
    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"1");
    call_tool(&run, L"/peers", L"/discover");
    check_run(&run, S_OK, "Looking for peers.\n");
}

static void test_trust(void)
{
    call_tool(&run, L"/peers", L"/untrust", PRINT);
    call_tool(&run, L"/peers", L"/trust", PRINT, L"a friend", L"S-1-5-21-1-2-3");
    check_run(&run, S_OK, "The peer is trusted.\n");
    call_tool(&run, L"/peers", L"/trusted");
    ok(has_line_like(run.output, "00112233*eeff a friend S-1-5-21-1-2-3"), "Got %s\n", run.output);
    call_tool(&run, L"/peers", L"/untrust", PRINT);
    check_run(&run, S_OK, "The peer is not trusted any more.\n");
    call_tool(&run, L"/peers", L"/untrust", PRINT);
    check_run(&run, S_OK, "The peer was not trusted.\n");
    call_tool(&run, L"/peers", L"/trust", L"0011");
    check_run(&run, E_INVALIDARG, "Invalid fingerprint 0011: it has 64 hexadecimal digits. *\n*\n");
}

static void test_identity(void)
{
    char print[65];

    call_tool(&run, L"/peercaching", L"/setconfigurationflags", L"1");
    call_tool(&run, L"/peercaching", L"/identity");
    check_run(&run, S_OK, "NAME: *.*\nSID: S-1-5-21-*\nFINGERPRINT: *\n");
    call_tool(&run, L"/rawreturn", L"/peercaching", L"/identity");
    ok(sscanf(run.output, "%64[0-9a-f]", print) == 1 && strlen(print) == 64, "Got %s\n",
       run.output);
}

START_TEST(bitsadmin_peers)
{
    com_start(COINIT_MULTITHREADED);
    keep_peer_configuration();
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin)
    {
        RUN_TEST(test_empty_cache);
        RUN_TEST(test_cache);
        RUN_TEST(test_limits);
        RUN_TEST(test_usage);
        RUN_TEST(test_peers);
        RUN_TEST(test_trust);
        RUN_TEST(test_identity);
        call_tool(&run, L"/cache", L"/clear");
    }
    com_stop();
    origin_destroy(origin);
}
