/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob5: which properties there are, when each may be set, and what it does. */
#include "download_fixture.h"
#include "job_states.h"

static IBackgroundCopyJob5 *query(IBackgroundCopyJob *job)
{
    IBackgroundCopyJob5 *job5 = NULL;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    return job5;
}

static IBackgroundCopyJob5 *create(BG_JOB_TYPE type)
{
    return query(create_job(L"job5", type));
}

static void end(IBackgroundCopyJob5 *job)
{
    end_job((IBackgroundCopyJob *)job);
}

static HRESULT set_number(IBackgroundCopyJob5 *job, BITS_JOB_PROPERTY_ID id, DWORD number)
{
    BITS_JOB_PROPERTY_VALUE value = {0};

    value.Dword = number;
    return IBackgroundCopyJob5_SetProperty(job, id, value);
}

static HRESULT set_switch(IBackgroundCopyJob5 *job, BITS_JOB_PROPERTY_ID id, BOOL is_on)
{
    BITS_JOB_PROPERTY_VALUE value = {0};

    value.Enable = is_on;
    return IBackgroundCopyJob5_SetProperty(job, id, value);
}

static HRESULT set_size(IBackgroundCopyJob5 *job, UINT64 size)
{
    BITS_JOB_PROPERTY_VALUE value = {0};

    value.Uint64 = size;
    return IBackgroundCopyJob5_SetProperty(job, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE, value);
}

static HRESULT set_class(IBackgroundCopyJob5 *job, const GUID *clsid)
{
    BITS_JOB_PROPERTY_VALUE value = {0};

    value.ClsID = *clsid;
    return IBackgroundCopyJob5_SetProperty(job, BITS_JOB_PROPERTY_NOTIFICATION_CLSID, value);
}

static BITS_JOB_PROPERTY_VALUE get_(int line, IBackgroundCopyJob5 *job, BITS_JOB_PROPERTY_ID id)
{
    BITS_JOB_PROPERTY_VALUE value;
    HRESULT hr;

    memset(&value, 0xcc, sizeof(value));
    hr = IBackgroundCopyJob5_GetProperty(job, id, &value);
    ok_(__FILE__, line)(hr == S_OK, "Property %d: got hr %#lx.\n", id, hr);
    return value;
}
#define get(job, id) get_(__LINE__, job, id)

static void check_(int line, HRESULT hr, HRESULT expected)
{
    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", hr);
}
#define check(hr, expected) check_(__LINE__, hr, expected)

static const GUID some_class = {0x6b1c5a0f, 0x2d33, 0x4d6e, {0x8f, 1, 2, 3, 4, 5, 6, 7}};

static void test_defaults(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    GUID clsid;

    shows("J5-15");
    shows("J5-16");
    clsid = get(job, BITS_JOB_PROPERTY_NOTIFICATION_CLSID).ClsID;
    ok(IsEqualGUID(&clsid, &GUID_NULL), "Got class %s.\n", wine_dbgstr_guid(&clsid));
    ok(!get(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT).Enable, "It is dynamic.\n");
    ok(!get(job, BITS_JOB_PROPERTY_HIGH_PERFORMANCE).Enable, "It is fast.\n");
    ok(!get(job, BITS_JOB_PROPERTY_ON_DEMAND_MODE).Enable, "It waits for demand.\n");
    ok(get(job, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS).Dword == 500,
       "Got another interval.\n");
    get(job, BITS_JOB_PROPERTY_ID_COST_FLAGS);
    get(job, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE);
    get(job, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS);
    end(job);
}

static void test_round_trip(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    BITS_JOB_PROPERTY_VALUE value = {0};
    GUID clsid;
    HRESULT hr;

    shows("J5-1");
    shows("J5-4");
    shows("J5-17");
    check(set_number(job, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_COST_STATE_TRANSFER_STANDARD),
          S_OK);
    ok(get(job, BITS_JOB_PROPERTY_ID_COST_FLAGS).Dword == BITS_COST_STATE_TRANSFER_STANDARD,
       "Got other flags.\n");
    check(set_number(job, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_COST_STATE_TRANSFER_ALWAYS), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_ID_COST_FLAGS).Dword == BITS_COST_STATE_TRANSFER_ALWAYS,
       "Got other flags.\n");
    check(set_class(job, &some_class), S_OK);
    clsid = get(job, BITS_JOB_PROPERTY_NOTIFICATION_CLSID).ClsID;
    ok(IsEqualGUID(&clsid, &some_class), "Got class %s.\n", wine_dbgstr_guid(&clsid));
    check(set_class(job, &GUID_NULL), S_OK);
    clsid = get(job, BITS_JOB_PROPERTY_NOTIFICATION_CLSID).ClsID;
    ok(IsEqualGUID(&clsid, &GUID_NULL), "Got class %s.\n", wine_dbgstr_guid(&clsid));
    check(set_switch(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, TRUE), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT).Enable == TRUE, "It is not dynamic.\n");
    check(set_switch(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, FALSE), S_OK);
    ok(!get(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT).Enable, "It is dynamic.\n");
    check(set_switch(job, BITS_JOB_PROPERTY_HIGH_PERFORMANCE, TRUE), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_HIGH_PERFORMANCE).Enable == TRUE, "It is not fast.\n");
    check(set_switch(job, BITS_JOB_PROPERTY_ON_DEMAND_MODE, TRUE), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_ON_DEMAND_MODE).Enable == TRUE, "It does not wait.\n");
    check(set_switch(job, BITS_JOB_PROPERTY_ON_DEMAND_MODE, FALSE), S_OK);
    ok(!get(job, BITS_JOB_PROPERTY_ON_DEMAND_MODE).Enable, "It waits.\n");
    check(set_size(job, 0x123456789abull), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE).Uint64 == 0x123456789abull, "Wrong size.\n");
    check(set_size(job, UINT64_MAX), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_MAX_DOWNLOAD_SIZE).Uint64 == UINT64_MAX, "Wrong size.\n");
    value.Target = BG_AUTH_TARGET_PROXY;
    hr = IBackgroundCopyJob5_SetProperty(job, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
        ok(get(job, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS).Target == BG_AUTH_TARGET_PROXY,
           "Got another target.\n");
    check(set_number(job, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 1234), S_OK);
    ok(get(job, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS).Dword == 1234,
       "Got another interval.\n");
    end(job);
}

static void test_refused(void)
{
    static const int unknown[] = {0, 6, 8, 11, 100, -1};
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    BITS_JOB_PROPERTY_VALUE value = {0};
    HRESULT hr;

    shows("J5-2");
    for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++)
    {
        hr = IBackgroundCopyJob5_SetProperty(job, (BITS_JOB_PROPERTY_ID)unknown[i], value);
        ok(hr == BG_E_UNKNOWN_PROPERTY_ID, "Id %d: got hr %#lx.\n", unknown[i], hr);
        hr = IBackgroundCopyJob5_GetProperty(job, (BITS_JOB_PROPERTY_ID)unknown[i], &value);
        ok(hr == BG_E_UNKNOWN_PROPERTY_ID, "Id %d: got hr %#lx.\n", unknown[i], hr);
    }
    shows("J5-12");
    check(set_size(job, 0), BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE);
    shows("J5-14");
    value.Target = BG_AUTH_TARGET_SERVER;
    check(IBackgroundCopyJob5_SetProperty(job, BITS_JOB_PROPERTY_USE_STORED_CREDENTIALS, value),
          BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED);
    end(job);
}

static void test_uploads(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_UPLOAD);

    shows("J5-8");
    check(set_switch(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, TRUE),
          BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY);
    check(set_switch(job, BITS_JOB_PROPERTY_HIGH_PERFORMANCE, TRUE),
          BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY);
    check(set_size(job, 1), BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY);
    check(set_number(job, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_COST_STATE_TRANSFER_ALWAYS), S_OK);
    end(job);
}

static void test_order(void)
{
    IBackgroundCopyJob5 *job = query(create_download("/small", L"order"));
    HRESULT hr;

    shows("J5-10");
    check(set_switch(job, BITS_JOB_PROPERTY_HIGH_PERFORMANCE, TRUE),
          BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE);
    check(set_switch(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, FALSE), S_OK);
    hr = IBackgroundCopyJob5_Resume(job);
    check(hr, S_OK);
    wait_for_state((IBackgroundCopyJob *)job, TRANSFERRED, SOON);
    shows("J5-7");
    check(set_switch(job, BITS_JOB_PROPERTY_DYNAMIC_CONTENT, TRUE),
          BG_E_READ_ONLY_PROPERTY_AFTER_RESUME);
    check(set_size(job, 10), BG_E_READ_ONLY_PROPERTY_AFTER_RESUME);
    check(set_number(job, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 1), S_OK);
    IBackgroundCopyJob5_Cancel(job);
    check(set_number(job, BITS_JOB_PROPERTY_MINIMUM_NOTIFICATION_INTERVAL_MS, 1),
          BG_E_INVALID_STATE);
    IBackgroundCopyJob5_Release(job);
}

/* The network of this machine is one of which these flags do not speak. */
static void test_cost_at_once(void)
{
    struct state_job s;
    IBackgroundCopyJob5 *job;
    BG_ERROR_CONTEXT context;
    HRESULT hr;

    state_job_start(&s, BG_JOB_STATE_TRANSFERRING);
    IBackgroundCopyJob_AddRef(s.job);
    job = query(s.job);
    shows("J5-3");
    check(set_number(job, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_COST_STATE_OVERCAP_THROTTLED),
          S_OK);
    ok(job_state(s.job) == BG_JOB_STATE_TRANSIENT_ERROR, "Got state %s.\n",
       state_name(job_state(s.job)));
    hr = job_error(s.job, &context);
    check(hr, BG_E_BLOCKED_BY_COST_TRANSFER_POLICY);
    check(set_number(job, BITS_JOB_PROPERTY_ID_COST_FLAGS, BITS_COST_STATE_TRANSFER_ALWAYS), S_OK);
    wait_for_state(s.job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);
    IBackgroundCopyJob5_Release(job);
    state_job_end(&s);
}

/* ---- what the switches do ---- */

static IBackgroundCopyJob5 *create_with(BITS_JOB_PROPERTY_ID id, const char *path,
                                        const WCHAR *name)
{
    IBackgroundCopyJob *job = create_job(name, BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob5 *job5 = query(job);

    IBackgroundCopyJob5_SetPriority(job5, BG_JOB_PRIORITY_FOREGROUND);
    check(set_switch(job5, id, TRUE), S_OK);
    job_add((IBackgroundCopyJob *)job5, origin, path, name);
    return job5;
}

static void complete_and_verify(IBackgroundCopyJob5 *job, const WCHAR *name, UINT64 size)
{
    WCHAR path[MAX_PATH];

    wait_for_state((IBackgroundCopyJob *)job, TRANSFERRED, SOON);
    check(IBackgroundCopyJob5_Complete(job), S_OK);
    verify_file(temp_path(name, path), size, 1);
    DeleteFileW(path);
    IBackgroundCopyJob5_Release(job);
}

/* No HEAD, no ranges, no length, and no time by which a version could be told. */
#define MADE_AS_SENT                                                                               \
    (ORIGIN_NO_HEAD | ORIGIN_NO_RANGES | ORIGIN_NO_LENGTH | ORIGIN_NO_LAST_MODIFIED)

static void test_dynamic(void)
{
    IBackgroundCopyJob5 *job;

    origin_add(origin, "/dynamic",
               &(struct origin_file){.size = MIB + 17, .version = 1, .flags = MADE_AS_SENT});
    job = create_with(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, "/dynamic", L"dynamic");
    IBackgroundCopyJob5_Resume(job);
    shows("J5-9");
    complete_and_verify(job, L"dynamic", MIB + 17);

    /* Cut off, it begins anew. */
    origin_cut_after(origin, "/dynamic", MIB / 2, 0, 1);
    job = create_with(BITS_JOB_PROPERTY_DYNAMIC_CONTENT, "/dynamic", L"dynamic");
    IBackgroundCopyJob5_Resume(job);
    wait_for_state((IBackgroundCopyJob *)job, STATE_BIT(BG_JOB_STATE_TRANSIENT_ERROR), SOON);
    IBackgroundCopyJob5_Resume(job);
    complete_and_verify(job, L"dynamic", MIB + 17);
}

static void test_high_performance(void)
{
    IBackgroundCopyJob5 *job;
    WCHAR path[MAX_PATH];

    origin_add(origin, "/fast", &(struct origin_file){.size = 4 * MIB, .version = 1});
    job = create_with(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, "/fast", L"fast");
    IBackgroundCopyJob5_Resume(job);
    complete_and_verify(job, L"fast", 4 * MIB);

    origin_hold_after(origin, "/fast", 2 * MIB);
    job = create_with(BITS_JOB_PROPERTY_HIGH_PERFORMANCE, "/fast", L"fast");
    IBackgroundCopyJob5_Resume(job);
    wait_for_bytes((IBackgroundCopyJob *)job, MIB, SOON);
    shows("J5-11");
    ok(file_exists(temp_path(L"fast", path)), "It is not written directly.\n");
    check(IBackgroundCopyJob5_Cancel(job), S_OK);
    ok(file_exists(path), "It has gone.\n");
    origin_release(origin, "/fast");
    DeleteFileW(path);
    IBackgroundCopyJob5_Release(job);
}

static void test_size(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    HRESULT hr;

    IBackgroundCopyJob5_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    check(set_size(job, SMALL - 1), S_OK);
    job_add((IBackgroundCopyJob *)job, origin, "/small", L"size");
    IBackgroundCopyJob5_Resume(job);
    wait_for_state((IBackgroundCopyJob *)job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    shows("J5-13");
    hr = job_error((IBackgroundCopyJob *)job, NULL);
    check(hr, BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED);
    end(job);
}

static void test_acl_of_http(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"acl");
    IBackgroundCopyJob5 *job5;

    IBackgroundCopyJob_AddRef(job);
    job5 = query(job);
    check(IBackgroundCopyJob5_SetFileACLFlags(job5, BG_COPY_FILE_ALL), S_OK);
    resume(job);
    shows("J3-ACL-4");
    wait_for_state(job, TRANSFERRED, SOON);
    IBackgroundCopyJob5_Release(job5);
    end_job(job);
}

/* ---- IBitsTokenOptions ---- */

static void test_token(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    IBitsTokenOptions *options = NULL;
    WCHAR *sid = NULL, *owner = NULL;
    DWORD flags = 0xdeadbeef;
    HRESULT hr;

    shows("TOK-1");
    hr = IBackgroundCopyJob5_QueryInterface(job, &IID_IBitsTokenOptions, (void **)&options);
    check(hr, S_OK);
    if (!options)
    {
        end(job);
        return;
    }
    check(IBitsTokenOptions_GetHelperTokenFlags(options, &flags), S_OK);
    ok(!flags, "Got flags %#lx.\n", flags);
    shows("TOK-2");
    for (DWORD i = 4; i--;)
    {
        check(IBitsTokenOptions_SetHelperTokenFlags(options, i), S_OK);
        flags = 0xdeadbeef;
        check(IBitsTokenOptions_GetHelperTokenFlags(options, &flags), S_OK);
        ok(flags == i, "Got flags %#lx, not %#lx.\n", flags, i);
    }
    shows("TOK-5");
    sid = (WCHAR *)0xdeadbeef;
    check(IBitsTokenOptions_GetHelperTokenSid(options, &sid), S_OK);
    ok(!sid, "There is a token.\n");

    check(IBitsTokenOptions_SetHelperTokenFlags(options, BG_TOKEN_NETWORK), S_OK);
    check(IBitsTokenOptions_SetHelperToken(options), S_OK);
    check(IBitsTokenOptions_GetHelperTokenSid(options, &sid), S_OK);
    IBackgroundCopyJob5_GetOwner(job, &owner);
    ok(sid && owner && !wcscmp(sid, owner), "Got %s, not %s.\n", wine_dbgstr_w(sid),
       wine_dbgstr_w(owner));
    CoTaskMemFree(sid);
    CoTaskMemFree(owner);
    shows("TOK-6");
    check(IBitsTokenOptions_ClearHelperToken(options), S_OK);
    check(IBitsTokenOptions_GetHelperTokenSid(options, &sid), S_OK);
    ok(!sid, "There is a token.\n");
    check(IBitsTokenOptions_GetHelperTokenFlags(options, &flags), S_OK);
    ok(flags == BG_TOKEN_NETWORK, "Got flags %#lx.\n", flags);
    IBitsTokenOptions_Release(options);
    end(job);
}

/* A token of which the server may only ask whose it is. */
static void test_token_level(void)
{
    IBackgroundCopyJob5 *job = create(BG_JOB_TYPE_DOWNLOAD);
    IBitsTokenOptions *options = NULL;
    HANDLE own, copy = NULL;
    HRESULT hr;

    IBackgroundCopyJob5_QueryInterface(job, &IID_IBitsTokenOptions, (void **)&options);
    if (options && !is_remote(options) &&
        OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own))
    {
        if (DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, NULL,
                             SecurityIdentification, TokenImpersonation, &copy) &&
            SetThreadToken(NULL, copy))
        {
            shows("TOK-3");
            hr = IBitsTokenOptions_SetHelperToken(options);
            SetThreadToken(NULL, NULL);
            check(hr, CO_E_FAILEDTOIMPERSONATE);
        }
        if (copy) CloseHandle(copy);
        CloseHandle(own);
    }
    if (options) IBitsTokenOptions_Release(options);
    end(job);
}

START_TEST(job5)
{
    downloads_start();
    states_start();
    RUN_TEST(test_defaults);
    RUN_TEST(test_round_trip);
    RUN_TEST(test_refused);
    RUN_TEST(test_uploads);
    RUN_TEST(test_order);
    RUN_TEST(test_cost_at_once);
    RUN_TEST(test_dynamic);
    RUN_TEST(test_high_performance);
    RUN_TEST(test_size);
    RUN_TEST(test_acl_of_http);
    RUN_TEST(test_token);
    RUN_TEST(test_token_level);
    states_stop();
    downloads_stop();
}
