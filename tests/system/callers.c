/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Users that a test machine does not have: the engine is linked in, and who calls is what the test
 * says. Names of the functions of com/caller.h; its own file stays out of this program. */
#include "com/caller.h"

#include <string.h>

#include "harness/engine_fixture.h"
#include "qmgr.h"

#define MEDIUM 0x2000
#define HIGH   0x3000

static struct caller_facts anna, bert, elevated, root;
static struct caller_facts now, process;
static bool is_through_com; /* the call comes from another process */

HRESULT caller_get(struct caller_facts *facts)
{
    *facts = now;
    return access_check_place(facts);
}

HRESULT caller_get_client(struct caller_facts *facts)
{
    if (!is_through_com) return S_FALSE;
    return caller_get(facts);
}

HRESULT caller_get_process(struct caller_facts *facts)
{
    *facts = process;
    return S_OK;
}

static struct caller_facts user(const WCHAR *sid, uint32_t level, bool is_admin)
{
    struct caller_facts facts = {
        .integrity_level = level, .is_admin = is_admin, .is_elevated = is_admin};

    lstrcpyW(facts.sid, sid);
    return facts;
}

static IBackgroundCopyJob *job_of(const struct caller_facts *owner, GUID *id)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;

    now = *owner;
    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"owned", BG_JOB_TYPE_DOWNLOAD, id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

static HRESULT find_as(const struct caller_facts *caller, const GUID *id)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;

    now = *caller;
    hr = IBackgroundCopyManager_GetJob(com_manager(), id, &job);
    ok(!job == FAILED(hr), "Got hr %#lx and %p.\n", hr, job);
    if (job) IBackgroundCopyJob_Release(job);
    return hr;
}

/* What a proxy asks for before the first call of another client arrives. */
static HRESULT query_as(const struct caller_facts *caller, IBackgroundCopyJob *job)
{
    IUnknown *other;
    HRESULT hr;

    now = *caller;
    is_through_com = true;
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&other);
    is_through_com = false;
    if (SUCCEEDED(hr)) IUnknown_Release(other);
    return hr;
}

static ULONG count_as(const struct caller_facts *caller, DWORD flags, HRESULT expected)
{
    IEnumBackgroundCopyJobs *jobs = NULL;
    ULONG count = 0;
    HRESULT hr;

    now = *caller;
    hr = IBackgroundCopyManager_EnumJobs(com_manager(), flags, &jobs);
    ok(hr == expected, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return 0;
    IEnumBackgroundCopyJobs_GetCount(jobs, &count);
    IEnumBackgroundCopyJobs_Release(jobs);
    return count;
}

static HRESULT set_flags_as(const struct caller_facts *caller, IBackgroundCopyJob *job)
{
    IBackgroundCopyJob4 *job4;
    HRESULT hr;

    now = *caller;
    is_through_com = true;
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    if (SUCCEEDED(hr))
    {
        hr = IBackgroundCopyJob4_SetPeerCachingFlags(job4, 1);
        IBackgroundCopyJob4_Release(job4);
    }
    is_through_com = false;
    return hr;
}

static void test_other_user(void)
{
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K11");
    withstands("K8");
    shows("MGR-GJ-4");
    job = job_of(&anna, &id);
    hr = find_as(&anna, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = find_as(&bert, &id);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = find_as(&root, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    hr = query_as(&anna, job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = query_as(&bert, job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = query_as(&root, job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    shows("J4-SPCF-45");
    hr = set_flags_as(&anna, job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = set_flags_as(&root, job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = set_flags_as(&bert, job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    end_job(job);
}

static void test_restricted_token(void)
{
    struct caller_facts restricted = anna, restricted_root = root;
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    shows("GEN-10");
    restricted.is_restricted = restricted_root.is_restricted = true;
    now = restricted;
    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"none", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == E_ACCESSDENIED && !job, "Got hr %#lx and %p.\n", hr, job);
    job = job_of(&anna, &id);
    hr = find_as(&restricted, &id);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = find_as(&restricted_root, &id);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = set_flags_as(&restricted, job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = set_flags_as(&anna, job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_job(job);
}

static HRESULT set_credentials_as(const struct caller_facts *caller, IBackgroundCopyJob2 *job)
{
    BG_AUTH_CREDENTIALS credentials = {.Target = BG_AUTH_TARGET_SERVER,
                                       .Scheme = BG_AUTH_SCHEME_BASIC,
                                       .Credentials.Basic = {(WCHAR *)L"user", (WCHAR *)L"word"}};
    HRESULT hr;

    now = *caller;
    is_through_com = true;
    hr = IBackgroundCopyJob2_SetCredentials(job, &credentials);
    is_through_com = false;
    return hr;
}

/* What an administrator would set, the owner would use. */
static void test_credentials(void)
{
    IBackgroundCopyJob2 *job2 = NULL;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    shows("J2-CRED-14");
    job = job_of(&anna, &id);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = set_credentials_as(&anna, job2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = set_credentials_as(&root, job2);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob2_Release(job2);
    end_job(job);
}

static HRESULT get_headers_as(const struct caller_facts *caller,
                              IBackgroundCopyJobHttpOptions *options)
{
    WCHAR *headers = NULL;
    HRESULT hr;

    now = *caller;
    is_through_com = true;
    hr = IBackgroundCopyJobHttpOptions_GetCustomHeaders(options, &headers);
    is_through_com = false;
    ok(!headers == FAILED(hr), "Got hr %#lx and %p.\n", hr, headers);
    CoTaskMemFree(headers);
    return hr;
}

/* They may be secrets. */
static void test_headers(void)
{
    IBackgroundCopyJobHttpOptions *options = NULL;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    shows("HO-HDR-7");
    job = job_of(&anna, &id);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions,
                                           (void **)&options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJobHttpOptions_SetCustomHeaders(options, L"X-Key: 1");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = get_headers_as(&anna, options);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = get_headers_as(&root, options);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    IBackgroundCopyJobHttpOptions_Release(options);
    end_job(job);
}

static HRESULT get_group_as(const struct caller_facts *caller, IBackgroundCopyQMgr *qmgr,
                            const GUID *id)
{
    IBackgroundCopyGroup *group = NULL;
    HRESULT hr;

    now = *caller;
    hr = IBackgroundCopyQMgr_GetGroup(qmgr, *id, &group);
    ok(!group == FAILED(hr), "Got hr %#lx and %p.\n", hr, group);
    if (group) IBackgroundCopyGroup_Release(group);
    return hr;
}

static void test_group(void)
{
    IBackgroundCopyQMgr *qmgr = manager_query(&IID_IBackgroundCopyQMgr);
    IBackgroundCopyGroup *group = NULL;
    GUID id, none;
    HRESULT hr;

    shows("QM-2");
    if (!qmgr) return;
    CoCreateGuid(&id);
    CoCreateGuid(&none);
    now = anna;
    hr = IBackgroundCopyQMgr_CreateGroup(qmgr, id, &group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = get_group_as(&anna, qmgr, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = get_group_as(&anna, qmgr, &none);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
    hr = get_group_as(&bert, qmgr, &id);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    hr = get_group_as(&anna, qmgr, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    hr = get_group_as(&root, qmgr, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = get_group_as(&anna, qmgr, &id);
    ok(FAILED(hr), "It is still hers: got hr %#lx.\n", hr);
    now = root;
    if (group)
    {
        IBackgroundCopyGroup_CancelGroup(group);
        IBackgroundCopyGroup_Release(group);
    }
    IBackgroundCopyQMgr_Release(qmgr);
}

static void test_elevated_job(void)
{
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K8");
    shows("GEN-9");
    shows("J4-GOES-5");
    shows("J4-GOIL-6");
    job = job_of(&elevated, &id);
    hr = find_as(&anna, &id);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = query_as(&anna, job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    hr = find_as(&elevated, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_job(job);
}

static void test_lists(void)
{
    IBackgroundCopyJob *hers, *his;
    GUID id;

    withstands("K8");
    hers = job_of(&anna, &id);
    his = job_of(&root, &id);
    ok(count_as(&anna, 0, S_OK) == 1, "Got another count.\n");
    ok(count_as(&bert, 0, S_OK) == 0, "Got another count.\n");
    ok(count_as(&root, 0, S_OK) == 1, "Got another count.\n");
    ok(count_as(&root, BG_JOB_ENUM_ALL_USERS, S_OK) == 2, "Got another count.\n");
    count_as(&bert, BG_JOB_ENUM_ALL_USERS, E_ACCESSDENIED);
    end_job(hers);
    end_job(his);
}

static void check_owner(IBackgroundCopyJob *job, const struct caller_facts *owner)
{
    IBackgroundCopyJob4 *job4;
    BOOL is_elevated = 7;
    ULONG level = 7;
    WCHAR *sid = NULL;
    HRESULT hr;

    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_GetOwnerIntegrityLevel(job4, &level);
    ok(hr == S_OK && level == owner->integrity_level, "Got hr %#lx, %#lx.\n", hr, level);
    hr = IBackgroundCopyJob4_GetOwnerElevationState(job4, &is_elevated);
    ok(hr == S_OK && is_elevated == (BOOL)owner->is_elevated, "Got hr %#lx, %d.\n", hr,
       is_elevated);
    hr = IBackgroundCopyJob4_GetOwner(job4, &sid);
    ok(hr == S_OK && !lstrcmpW(sid, owner->sid), "Got hr %#lx, %s.\n", hr, wine_dbgstr_w(sid));
    CoTaskMemFree(sid);
    IBackgroundCopyJob4_Release(job4);
}

static void test_take_ownership(void)
{
    static const char *const ids[] = {"J4-GOIL-2", "J4-GOIL-3", "J4-GOIL-7", "J4-GOES-2",
                                      "J4-GOES-3", "J4-GOES-4", "J4-GOES-6", "JOB-TO-1"};
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++)
        shows(ids[i]);
    job = job_of(&anna, &id);
    check_owner(job, &anna);
    /* Another token of hers changes nothing. */
    now = elevated;
    check_owner(job, &anna);
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_owner(job, &elevated);
    now = bert;
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    check_owner(job, &elevated);
    now = root;
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_owner(job, &root);
    end_job(job);
}

/* What she wanted to have run is not run in the name of whoever takes her job. */
static void test_program_of_another(void)
{
    WCHAR *program = NULL, *parameters = NULL;
    IBackgroundCopyJob2 *job2 = NULL;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("N2");
    job = job_of(&anna, &id);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job2, L"C:\\hers.exe", L"hers.exe x");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    now = root;
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_GetNotifyCmdLine(job2, &program, &parameters);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(program && !*program, "Got %s.\n", wine_dbgstr_w(program));
    ok(parameters && !*parameters, "Got %s.\n", wine_dbgstr_w(parameters));
    CoTaskMemFree(program);
    CoTaskMemFree(parameters);
    IBackgroundCopyJob2_Release(job2);
    end_job(job);
}

static void test_remote_client(void)
{
    struct caller_facts remote = root;
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K9");
    remote.is_remote = true;
    job = job_of(&root, &id);
    hr = find_as(&remote, &id);
    ok(hr == BG_E_REMOTE_NOT_SUPPORTED, "Got hr %#lx.\n", hr);
    hr = query_as(&remote, job);
    ok(hr == BG_E_REMOTE_NOT_SUPPORTED, "Got hr %#lx.\n", hr);
    count_as(&remote, 0, BG_E_REMOTE_NOT_SUPPORTED);
    now = root;
    end_job(job);
}

/* Files are touched as the engine's account, so it works for those only who could do the same. */
static void test_account(void)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;
    GUID id;

    now = bert;
    hr = IBackgroundCopyManager_CreateJob(com_manager(), L"other", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == E_ACCESSDENIED && !job, "Got hr %#lx and %p.\n", hr, job);
    job = job_of(&root, &id);
    end_job(job);
}

START_TEST(callers)
{
    anna = user(L"S-1-5-21-1-2-3-1001", MEDIUM, false);
    bert = user(L"S-1-5-21-1-2-3-1002", MEDIUM, false);
    elevated = user(L"S-1-5-21-1-2-3-1001", HIGH, true);
    root = user(L"S-1-5-21-1-2-3-500", HIGH, true);
    process = now = anna;

    com_start(COINIT_MULTITHREADED);
    engine_manager(NULL);
    RUN_TEST(test_other_user);
    RUN_TEST(test_restricted_token);
    RUN_TEST(test_credentials);
    RUN_TEST(test_headers);
    RUN_TEST(test_group);
    RUN_TEST(test_elevated_job);
    RUN_TEST(test_lists);
    RUN_TEST(test_take_ownership);
    RUN_TEST(test_program_of_another);
    RUN_TEST(test_remote_client);
    RUN_TEST(test_account);
    now = root;
    com_stop();
    engine_stop();
}
