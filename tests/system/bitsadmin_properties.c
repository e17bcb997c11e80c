/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Switches of bitsadmin that make jobs, and read and change their properties, run in this process.
 * What this BITS answers to a method is found out with a second job, the twin: the tool must say
 * the same. */
#include "tool_run.h"

#include <stdio.h>

static struct origin *origin;
static struct tool_run run;
static IBackgroundCopyJob *job, *twin;

#define NAME L"a property"

static void *query(IBackgroundCopyJob *of, REFIID iid)
{
    void *object = NULL;

    IBackgroundCopyJob_QueryInterface(of, iid, &object);
    return object;
}

static void start(BG_JOB_TYPE type)
{
    job = create_job(NAME, type);
    twin = create_job(L"twin", type);
}

static void stop(void)
{
    end_job(job);
    end_job(twin);
}

/* A switch without words: how it prints, and bare. */
static void check_get(const WCHAR *name, const char *value)
{
    winetest_push_context("%ls", name);
    call_tool(&run, name, NAME);
    check_run(&run, S_OK, "%s\n", value);
    call_tool(&run, L"/rawreturn", name, NAME);
    check_raw_run(&run, S_OK, "%s", value);
    winetest_pop_context();
}

static void check_set(const WCHAR *name, const WCHAR *word, const char *done)
{
    winetest_push_context("%ls", name);
    call_tool(&run, name, NAME, word);
    check_run(&run, S_OK, "%s\n", done);
    winetest_pop_context();
}

static void check_refusal(const WCHAR *name, const WCHAR *word, const char *text)
{
    winetest_push_context("%ls", name);
    call_tool(&run, name, NAME, word);
    check_run(&run, E_INVALIDARG, "%s\n", text);
    winetest_pop_context();
}

/* What the twin's method has answered. */
static void check_answer(HRESULT hr, const char *done, const char *what)
{
    if (FAILED(hr))
        check_run(&run, hr, "Unable to %s - 0x%08lx\n*\n", what, hr);
    else
        check_run(&run, S_OK, "%s", done);
}

/* ---- making ---- */

static void expect_type(const WCHAR *id, const char *type)
{
    call_tool(&run, L"/gettype", id);
    check_run(&run, S_OK, "%s\n", type);
    call_tool(&run, L"/cancel", id);
    check_run(&run, S_OK, "Job canceled.\n");
}

static void test_create(void)
{
    static const struct
    {
        const WCHAR *word;
        BG_JOB_TYPE type;
        const char *name;
    } tests[] = {{L"/download", BG_JOB_TYPE_DOWNLOAD, "DOWNLOAD"},
                 {L"/Upload", BG_JOB_TYPE_UPLOAD, "UPLOAD"},
                 {L"/UPLOAD-REPLY", BG_JOB_TYPE_UPLOAD_REPLY, "UPLOAD-REPLY"}};
    WCHAR id[40] = L"";

    call_tool(&run, L"/rawreturn", L"/create", L"made");
    check_raw_run(&run, S_OK, "{*-*-*-*-*}");
    MultiByteToWideChar(CP_ACP, 0, run.output, 38, id, ARRAY_SIZE(id) - 1);
    expect_type(id, "DOWNLOAD");
    for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
    {
        IBackgroundCopyJob *made = NULL;
        GUID guid;
        HRESULT hr =
            IBackgroundCopyManager_CreateJob(com_manager(), L"other", tests[i].type, &guid, &made);

        if (SUCCEEDED(hr)) end_job(made);
        call_tool(&run, L"/create", tests[i].word, L"made");
        check_answer(hr, "Created job {*}.\n", "create job");
        if (SUCCEEDED(hr)) expect_type(L"made", tests[i].name);
    }
    call_tool(&run, L"/create", L"my", L"job");
    check_run(&run, E_INVALIDARG, "Invalid argument my\nThe type is *\n");
}

/* ---- numbers, words and texts ---- */

static void test_scheduling(void)
{
    start(BG_JOB_TYPE_DOWNLOAD);
    check_get(L"/getstate", "SUSPENDED");
    check_get(L"/getpriority", "NORMAL");
    check_set(L"/setpriority", L"high", "Priority set to HIGH.");
    check_get(L"/GetPriority", "HIGH");
    check_refusal(L"/setpriority", L"urgent", "Invalid priority urgent");
    check_get(L"/getminretrydelay", "600");
    check_set(L"/setminretrydelay", L"0x3c", "Minimum retry delay set to 60.");
    check_get(L"/getminretrydelay", "60");
    check_refusal(L"/setminretrydelay", L"soon", "Invalid number soon");
    check_get(L"/getnoprogresstimeout", "1209600");
    check_set(L"/setnoprogresstimeout", L"0", "No progress timeout set to 0.");
    check_get(L"/getnoprogresstimeout", "0");
    check_get(L"/getmaxdownloadtime", "7776000");
    check_set(L"/setmaxdownloadtime", L"90", "Maximum download time set to 90.");
    check_get(L"/getmaxdownloadtime", "90");
    check_get(L"/getnotifyinterface", "UNREGISTERED");
    call_tool(&run, L"/getnotifyflags", NAME);
    check_run(&run, S_OK, "0x3\n");
    check_set(L"/setnotifyflags", L"0xb", "Notification flags set to 0xb.");
    call_tool(&run, L"/rawreturn", L"/getnotifyflags", NAME);
    check_raw_run(&run, S_OK, "11");
    stop();
}

static void test_texts(void)
{
    start(BG_JOB_TYPE_DOWNLOAD);
    check_get(L"/getdisplayname", "a property");
    call_tool(&run, L"/getdescription", NAME);
    check_run(&run, S_OK, "\n");
    check_set(L"/setdescription", L"what it is for", "Description set to 'what it is for'.");
    check_get(L"/getdescription", "what it is for");
    check_set(L"/setdisplayname", L"new name", "Display name set to 'new name'.");
    call_tool(&run, L"/getdisplayname", L"new name");
    check_run(&run, S_OK, "new name\n");
    stop();
}

static void test_progress(void)
{
    start(BG_JOB_TYPE_DOWNLOAD);
    job_add(job, origin, "/none", L"none");
    check_get(L"/getbytestotal", "UNKNOWN");
    check_get(L"/getbytestransferred", "0");
    check_get(L"/getfilestotal", "1");
    check_get(L"/getfilestransferred", "0");
    check_get(L"/getcreationtime", "*20* *:*");
    check_get(L"/getmodificationtime", "*20* *:*");
    check_get(L"/getcompletiontime", "UNKNOWN");
    check_get(L"/geterrorcount", "0");
    check_get(L"/getowner", "*\\*");
    call_tool(&run, L"/geterror", NAME);
    check_run(&run, S_OK, "The job has no error.\n");
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, STATE_BIT(BG_JOB_STATE_ERROR), 20000);
    call_tool(&run, L"/geterror", NAME);
    check_run(&run, S_OK,
              "ERROR FILE:    *none\nERROR CODE:    0x80190194 - *\nERROR CONTEXT: 0x00000005 - "
              "*\n");
    check_get(L"/geterrorcount", "1");
    stop();
}

static void test_owner(void)
{
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_TakeOwnership(twin);
    call_tool(&run, L"/takeownership", NAME);
    check_answer(hr, "The job is yours.\n", "take ownership of job");
    stop();
}

static void test_acl_flags(void)
{
    IBackgroundCopyJob3 *twin3;
    HRESULT hr;
    DWORD flags;

    start(BG_JOB_TYPE_DOWNLOAD);
    twin3 = query(twin, &IID_IBackgroundCopyJob3);
    hr = IBackgroundCopyJob3_SetFileACLFlags(twin3, BG_COPY_FILE_GROUP | BG_COPY_FILE_SACL);
    call_tool(&run, L"/setaclflags", NAME, L"sg");
    check_answer(hr, "ACL flags set to GS.\n", "set ACL flags");
    hr = IBackgroundCopyJob3_GetFileACLFlags(twin3, &flags);
    call_tool(&run, L"/getaclflags", NAME);
    check_answer(hr, "GS\n", "get ACL flags");
    check_refusal(L"/setaclflag", L"X",
                  "Invalid flags X: letters of O owner, G group, D access list and S audit list, "
                  "or NONE");
    IBackgroundCopyJob3_Release(twin3);
    stop();
}

/* ---- proxies and credentials ---- */

static void test_proxy(void)
{
    start(BG_JOB_TYPE_DOWNLOAD);
    check_get(L"/getproxyusage", "PRECONFIG");
    check_get(L"/getproxylist", "NULL");
    check_get(L"/getproxybypasslist", "NULL");
    call_tool(&run, L"/setproxysettings", NAME, L"override", L"proxy1:80,proxy2", L"NULL");
    check_run(&run, S_OK,
              "Proxy usage set to OVERRIDE.\nProxy list set to proxy1:80,proxy2.\n"
              "Proxy bypass list set to NULL.\n");
    check_get(L"/getproxyusage", "OVERRIDE");
    check_get(L"/getproxylist", "proxy1:80,proxy2");
    check_get(L"/getproxybypasslist", "NULL");
    check_set(L"/setproxysettings", L"AUTODETECT", "Proxy usage set to AUTODETECT.");
    check_set(L"/setproxysettings", L"no_proxy", "Proxy usage set to NO_PROXY.");
    check_get(L"/getproxyusage", "NO_PROXY");
    check_refusal(L"/setproxysettings", L"always", "Invalid proxy usage always");
    check_refusal(L"/setproxysettings", L"override", "OVERRIDE needs *");
    stop();
}

static void test_credentials(void)
{
    BG_AUTH_CREDENTIALS credentials = {BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_DIGEST, {{0}}};
    IBackgroundCopyJob2 *twin2;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    twin2 = query(twin, &IID_IBackgroundCopyJob2);
    credentials.Credentials.Basic.UserName = (WCHAR *)L"me";
    credentials.Credentials.Basic.Password = (WCHAR *)L"secret";
    hr = IBackgroundCopyJob2_SetCredentials(twin2, &credentials);
    call_tool(&run, L"/setcredentials", NAME, L"proxy", L"digest", L"me", L"secret");
    check_answer(hr, "Credentials set for proxy.\n", "set credentials");
    ok(!strstr(run.output, "secret"), "The password is shown.\n");

    hr = IBackgroundCopyJob2_RemoveCredentials(twin2, BG_AUTH_TARGET_PROXY, BG_AUTH_SCHEME_DIGEST);
    call_tool(&run, L"/removecredentials", NAME, L"PROXY", L"DIGEST");
    check_answer(hr, "Credentials removed for PROXY.\n", "remove credentials");
    hr = IBackgroundCopyJob2_RemoveCredentials(twin2, BG_AUTH_TARGET_SERVER, BG_AUTH_SCHEME_NTLM);
    call_tool(&run, L"/removecredentials", NAME, L"SERVER", L"NTLM");
    check_answer(hr, "There were no such credentials.\n", "remove credentials");

    call_tool(&run, L"/setcredentials", NAME, L"both", L"basic", L"me", L"secret");
    check_run(&run, E_INVALIDARG, "Invalid target both: it is SERVER or PROXY\n");
    call_tool(&run, L"/removecredentials", NAME, L"server", L"kerberos");
    check_run(&run, E_INVALIDARG, "Invalid scheme kerberos: *\n");
    IBackgroundCopyJob2_Release(twin2);
    stop();
}

/* ---- the end of a job ---- */

static void test_command_line(void)
{
    start(BG_JOB_TYPE_DOWNLOAD);
    check_get(L"/getnotifycmdline", "none");
    call_tool(&run, L"/setnotifycmdline", NAME, L"C:\\windows\\system32\\cmd.exe",
              L"cmd.exe /c exit");
    check_run(&run, S_OK,
              "Notification command line set to 'C:\\windows\\system32\\cmd.exe' 'cmd.exe /c "
              "exit'.\n");
    check_get(L"/getnotifycmdline", "'C:\\windows\\system32\\cmd.exe' 'cmd.exe /c exit'");
    call_tool(&run, L"/setnotifycmdline", NAME, L"NULL", L"NULL");
    check_run(&run, S_OK, "Notification command line removed.\n");
    check_get(L"/getnotifycmdline", "none");
    stop();
}

static void test_reply(void)
{
    BG_JOB_REPLY_PROGRESS progress;
    IBackgroundCopyJob2 *twin2;
    WCHAR path[MAX_PATH], *name;
    UINT64 size = 0;
    BYTE *bytes;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    twin2 = query(twin, &IID_IBackgroundCopyJob2);
    hr = IBackgroundCopyJob2_SetReplyFileName(twin2, temp_path(L"reply", path));
    call_tool(&run, L"/setreplyfilename", NAME, path);
    check_answer(hr, "Reply file name set to *.\n", "set reply file name");
    hr = IBackgroundCopyJob2_GetReplyFileName(twin2, &name);
    call_tool(&run, L"/getreplyfilename", NAME);
    check_answer(hr, "*\n", "get reply file name");
    hr = IBackgroundCopyJob2_GetReplyProgress(twin2, &progress);
    call_tool(&run, L"/getreplyprogress", NAME);
    check_answer(hr, "* / *\n", "get reply progress");
    hr = IBackgroundCopyJob2_GetReplyData(twin2, &bytes, &size);
    call_tool(&run, L"/getreplydata", NAME);
    check_answer(hr, "0 byte(s).\n", "get reply data");
    IBackgroundCopyJob2_Release(twin2);
    stop();
}

/* ---- HTTP and tokens: parts of a job that may be missing ---- */

/* Checks what a switch says when the job has no such part. */
static bool has_part(REFIID iid, const WCHAR *name, const WCHAR *word, const char *what)
{
    IUnknown *part = query(twin, iid);

    if (part)
    {
        IUnknown_Release(part);
        return true;
    }
    call_tool(&run, name, NAME, word);
    check_run(&run, E_NOINTERFACE, "Unable to %s - 0x80004002\n*\n", what);
    return false;
}

static void test_headers(void)
{
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    if (has_part(&IID_IBackgroundCopyJobHttpOptions, L"/setcustomheaders", L"A: 1",
                 "set custom headers"))
    {
        options = query(twin, &IID_IBackgroundCopyJobHttpOptions);
        hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, L"A: 1\r\nB: 2\r\n");
        call_tool(&run, L"/setcustomheaders", NAME, L"A: 1", L"B: 2");
        check_answer(hr, "Custom headers set.\n", "set custom headers");
        if (SUCCEEDED(hr))
        {
            call_tool(&run, L"/getcustomheaders", NAME);
            check_run(&run, S_OK, "A: 1\nB: 2\n");
            call_tool(&run, L"/setcustomheaders", NAME, L"NULL");
            check_run(&run, S_OK, "Custom headers set.\n");
            check_get(L"/getcustomheaders", "NULL");
        }
        hr = IBackgroundCopyJobHttpOptions_SetSecurityFlags(options, 0x10a);
        call_tool(&run, L"/setsecurityflags", NAME, L"0x10a");
        check_answer(hr, "Security flags set to 0x10a.\n", "set security flags");
        if (SUCCEEDED(hr))
        {
            call_tool(&run, L"/getsecurityflags", NAME);
            check_run(&run, S_OK, "0x10a\n");
        }
        IBackgroundCopyJobHttpOptions_Release(options);
    }
    stop();
}

static void test_certificate(void)
{
    static const WCHAR hash[] = L"00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff 00 11 22 33";
    static BYTE bytes[20] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
                             0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00, 0x11, 0x22, 0x33};
    IBackgroundCopyJobHttpOptions *options;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    if (has_part(&IID_IBackgroundCopyJobHttpOptions, L"/removeclientcertificate", NULL,
                 "remove client certificate"))
    {
        options = query(twin, &IID_IBackgroundCopyJobHttpOptions);
        hr = IBackgroundCopyJobHttpOptions_SetClientCertificateByID(
            options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", bytes);
        call_tool(&run, L"/setclientcertificatebyid", NAME, L"1", L"MY", hash);
        check_answer(hr, "Client certificate set.\n", "set client certificate");
        hr = IBackgroundCopyJobHttpOptions_SetClientCertificateByName(
            options, BG_CERT_STORE_LOCATION_CURRENT_USER, L"MY", L"nobody of this name");
        call_tool(&run, L"/setclientcertificatebyname", NAME, L"CURRENT_USER", L"MY",
                  L"nobody of this name");
        check_answer(hr, "Client certificate set.\n", "set client certificate");
        hr = IBackgroundCopyJobHttpOptions_RemoveClientCertificate(options);
        call_tool(&run, L"/removeclientcertificate", NAME);
        check_answer(hr,
                     hr == S_FALSE ? "No client certificate was set.\n"
                                   : "Client certificate removed.\n",
                     "remove client certificate");
        call_tool(&run, L"/setclientcertificatebyid", NAME, L"9", L"MY", hash);
        check_run(&run, E_INVALIDARG, "Invalid location 9: *\n");
        call_tool(&run, L"/setclientcertificatebyid", NAME, L"1", L"MY", L"0011");
        check_run(&run, E_INVALIDARG, "Invalid hash 0011: it has 40 hexadecimal digits\n");
        IBackgroundCopyJobHttpOptions_Release(options);
    }
    has_part(&IID_IBackgroundCopyJobHttpOptions, L"/getclientcertificate", NULL,
             "get client certificate");
    stop();
}

static void test_method(void)
{
    IBackgroundCopyJobHttpOptions2 *options;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    if (has_part(&IID_IBackgroundCopyJobHttpOptions2, L"/sethttpmethod", L"PUT", "set HTTP method"))
    {
        options = query(twin, &IID_IBackgroundCopyJobHttpOptions2);
        hr = IBackgroundCopyJobHttpOptions2_SetHttpMethod(options, L"POST");
        call_tool(&run, L"/sethttpmethod", NAME, L"POST");
        check_answer(hr, "HTTP method set to POST.\n", "set HTTP method");
        if (SUCCEEDED(hr)) check_get(L"/gethttpmethod", "POST");
        IBackgroundCopyJobHttpOptions2_Release(options);
    }
    has_part(&IID_IBackgroundCopyJobHttpOptions2, L"/gethttpmethod", NULL, "get HTTP method");
    if (has_part(&IID_IBackgroundCopyJobHttpOptions3, L"/makecustomheaderswriteonly", NULL,
                 "make custom headers write-only"))
    {
        call_tool(&run, L"/makecustomheaderswriteonly", NAME);
        ok(run.code == (DWORD)E_NOTIMPL ||
               has_line_like(run.output, "Custom headers are write-only."),
           "Got %#lx: %s\n", run.code, run.output);
    }
    stop();
}

static void test_token(void)
{
    IBitsTokenOptions *options;
    HRESULT hr;

    start(BG_JOB_TYPE_DOWNLOAD);
    if (has_part(&IID_IBitsTokenOptions, L"/sethelpertokenflags", L"1", "set helper token flags"))
    {
        options = query(twin, &IID_IBitsTokenOptions);
        hr = IBitsTokenOptions_SetHelperTokenFlags(options, 3);
        call_tool(&run, L"/sethelpertokenflags", NAME, L"3");
        check_answer(hr, "Helper token flags set to 3.\n", "set helper token flags");
        if (SUCCEEDED(hr)) check_get(L"/gethelpertokenflags", "3");
        check_refusal(L"/sethelpertokenflags", L"4", "Invalid flags 4: *");
        check_refusal(L"/sethelpertoken", L"me@home", "The password of me@home is missing");
        IBitsTokenOptions_Release(options);
    }
    has_part(&IID_IBitsTokenOptions, L"/gethelpertokensid", NULL, "get helper token SID");
    stop();
}

START_TEST(bitsadmin_properties)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    if (origin)
    {
        RUN_TEST(test_create);
        RUN_TEST(test_scheduling);
        RUN_TEST(test_texts);
        RUN_TEST(test_progress);
        RUN_TEST(test_owner);
        RUN_TEST(test_acl_flags);
        RUN_TEST(test_proxy);
        RUN_TEST(test_credentials);
        RUN_TEST(test_command_line);
        RUN_TEST(test_reply);
        RUN_TEST(test_headers);
        RUN_TEST(test_certificate);
        RUN_TEST(test_method);
        RUN_TEST(test_token);
    }
    com_stop();
    origin_destroy(origin);
}
