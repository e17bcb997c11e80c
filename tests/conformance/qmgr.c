/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyQMgr, and what a group and its job say of themselves before they are started. */
#include "qmgr_fixture.h"

/* ---- groups ---- */

static void test_CreateGroup(void)
{
    IBackgroundCopyGroup *group, *again = (IBackgroundCopyGroup *)0xdeadbeef;
    GUID id, got;
    HRESULT hr;

    shows("QM-1");
    group = create_group(&id);
    hr = IBackgroundCopyGroup_get_GroupID(group, &got);
    ok(hr == S_OK && IsEqualGUID(&id, &got), "Got hr %#lx, %s.\n", hr, wine_dbgstr_guid(&got));
    hr = IBackgroundCopyQMgr_CreateGroup(qmgr, id, &again);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    ok(!again, "Got %p.\n", again);
    end_group(group);

    /* The id is free again. */
    hr = IBackgroundCopyQMgr_CreateGroup(qmgr, id, &group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    end_group(group);
}

static void test_GetGroup(void)
{
    IBackgroundCopyGroup *group, *found = NULL, *none = (IBackgroundCopyGroup *)0xdeadbeef;
    IBackgroundCopyJob *job = create_job(L"no group", BG_JOB_TYPE_DOWNLOAD);
    GUID id, other, got;
    HRESULT hr;

    group = create_group(&id);
    hr = IBackgroundCopyQMgr_GetGroup(qmgr, id, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (found)
    {
        hr = IBackgroundCopyGroup_get_GroupID(found, &got);
        ok(hr == S_OK && IsEqualGUID(&id, &got), "Got hr %#lx, %s.\n", hr, wine_dbgstr_guid(&got));
        IBackgroundCopyGroup_Release(found);
    }
    CoCreateGuid(&other);
    hr = IBackgroundCopyQMgr_GetGroup(qmgr, other, &none);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
    ok(!none, "Got %p.\n", none);
    /* A job that was not made here is none. */
    IBackgroundCopyJob_GetId(job, &other);
    hr = IBackgroundCopyQMgr_GetGroup(qmgr, other, &none);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
    end_job(job);

    end_group(group);
    hr = IBackgroundCopyQMgr_GetGroup(qmgr, id, &none);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
}

/* How often the enumerator gives the id. */
static unsigned int count_id(IEnumBackgroundCopyGroups *groups, const GUID *id)
{
    unsigned int count = 0;
    ULONG fetched;
    GUID got;

    IEnumBackgroundCopyGroups_Reset(groups);
    while (IEnumBackgroundCopyGroups_Next(groups, 1, &got, &fetched) == S_OK)
        count += IsEqualGUID(&got, id);
    return count;
}

static void test_EnumGroups(void)
{
    IEnumBackgroundCopyGroups *groups = NULL, *none = (IEnumBackgroundCopyGroups *)0xdeadbeef;
    IBackgroundCopyJob *job = create_job(L"no group", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyGroup *first, *second;
    GUID first_id, second_id, job_id;
    HRESULT hr;

    shows("QM-3");
    first = create_group(&first_id);
    second = create_group(&second_id);
    IBackgroundCopyJob_GetId(job, &job_id);
    hr = IBackgroundCopyQMgr_EnumGroups(qmgr, 0, &groups);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (groups)
    {
        ok(count_id(groups, &first_id) == 1, "Got %u.\n", count_id(groups, &first_id));
        ok(count_id(groups, &second_id) == 1, "Got %u.\n", count_id(groups, &second_id));
        ok(!count_id(groups, &job_id), "A job is no group.\n");
        IEnumBackgroundCopyGroups_Release(groups);
    }
    for (DWORD flags = 1; flags; flags <<= 1)
    {
        none = (IEnumBackgroundCopyGroups *)0xdeadbeef;
        hr = IBackgroundCopyQMgr_EnumGroups(qmgr, flags, &none);
        ok(hr == E_NOTIMPL, "Flags %#lx: got hr %#lx.\n", flags, hr);
        ok(!none, "Got %p.\n", none);
    }
    end_job(job);
    end_group(first);
    end_group(second);
}

/* ---- properties ---- */

static HRESULT set_number(IBackgroundCopyGroup *group, GROUPPROP id, VARTYPE type, LONG number)
{
    VARIANT value;

    VariantInit(&value);
    V_VT(&value) = type;
    V_I4(&value) = number;
    return IBackgroundCopyGroup_SetProp(group, id, &value);
}

static HRESULT set_text(IBackgroundCopyGroup *group, GROUPPROP id, const WCHAR *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    V_VT(&value) = VT_BSTR;
    V_BSTR(&value) = SysAllocString(text);
    hr = IBackgroundCopyGroup_SetProp(group, id, &value);
    VariantClear(&value);
    return hr;
}

#define check_number(group, id, number) check_number_(__LINE__, group, id, number)
static void check_number_(int line, IBackgroundCopyGroup *group, GROUPPROP id, LONG number)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    hr = IBackgroundCopyGroup_GetProp(group, id, &value);
    ok_(__FILE__, line)(hr == S_OK && V_VT(&value) == VT_I4 && V_I4(&value) == number,
                        "Got hr %#lx, type %u, %ld.\n", hr, V_VT(&value), V_I4(&value));
    VariantClear(&value);
}

#define check_text(group, id, text) check_text_(__LINE__, group, id, text)
static void check_text_(int line, IBackgroundCopyGroup *group, GROUPPROP id, const WCHAR *text)
{
    VARIANT value;
    HRESULT hr;

    VariantInit(&value);
    hr = IBackgroundCopyGroup_GetProp(group, id, &value);
    ok_(__FILE__, line)(hr == S_OK && V_VT(&value) == VT_BSTR, "Got hr %#lx, type %u.\n", hr,
                        V_VT(&value));
    if (V_VT(&value) == VT_BSTR)
        ok_(__FILE__, line)(!wcscmp(V_BSTR(&value) ? V_BSTR(&value) : L"", text), "Got %s.\n",
                            wine_dbgstr_w(V_BSTR(&value)));
    VariantClear(&value);
}

static void test_unsupported_props(void)
{
    static const GROUPPROP ids[] = {
        GROUPPROP_REMOTEUSERID, GROUPPROP_REMOTEUSERPWD, GROUPPROP_LOCALUSERID,
        GROUPPROP_LOCALUSERPWD, GROUPPROP_PROGRESSSIZE,  GROUPPROP_PROGRESSPERCENT,
        GROUPPROP_PROGRESSTIME, (GROUPPROP)13,           (GROUPPROP)-1,
        (GROUPPROP)0x7fffffff,
    };
    IBackgroundCopyGroup *group;
    GUID id;

    shows("QM-4");
    group = create_group(&id);
    for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++)
    {
        VARIANT value;
        HRESULT hr;

        VariantInit(&value);
        hr = IBackgroundCopyGroup_GetProp(group, ids[i], &value);
        ok(hr == E_NOTIMPL, "Property %d: got hr %#lx.\n", ids[i], hr);
        hr = set_number(group, ids[i], VT_I4, 1);
        ok(hr == E_NOTIMPL, "Property %d: got hr %#lx.\n", ids[i], hr);
    }
    end_group(group);
}

static void test_types_of_props(void)
{
    static const VARTYPE numbers[] = {VT_I4, VT_I2, VT_UI4, VT_UI2, VT_INT, VT_UINT};
    static const VARTYPE others[] = {VT_EMPTY, VT_NULL, VT_R4, VT_BOOL, VT_I1, VT_UI1};
    IBackgroundCopyGroup *group;
    HRESULT hr;
    GUID id;

    shows("QM-4");
    group = create_group(&id);
    for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
    {
        hr = set_number(group, GROUPPROP_PRIORITY, numbers[i], 1);
        ok(hr == S_OK, "Type %u: got hr %#lx.\n", numbers[i], hr);
        hr = set_number(group, GROUPPROP_DISPLAYNAME, numbers[i], 0);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", numbers[i], hr);
        hr = set_number(group, GROUPPROP_NOTIFYCLSID, numbers[i], 0);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", numbers[i], hr);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(others); i++)
    {
        hr = set_number(group, GROUPPROP_PRIORITY, others[i], 1);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", others[i], hr);
        hr = set_number(group, GROUPPROP_PROTOCOLFLAGS, others[i], QM_PROTOCOL_HTTP);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", others[i], hr);
        hr = set_number(group, GROUPPROP_NOTIFYFLAGS, others[i], QM_NOTIFY_GROUP_DONE);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", others[i], hr);
        hr = set_number(group, GROUPPROP_DESCRIPTION, others[i], 0);
        ok(hr == E_INVALIDARG, "Type %u: got hr %#lx.\n", others[i], hr);
    }
    hr = set_text(group, GROUPPROP_PRIORITY, L"1");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    end_group(group);
}

static void test_numbers(void)
{
    static const LONG bad[] = {0, 2, -1, 0x10001};
    IBackgroundCopyGroup *group;
    HRESULT hr;
    GUID id;

    shows("QM-5");
    shows("QM-6");
    group = create_group(&id);
    check_number(group, GROUPPROP_PRIORITY, 1);
    check_number(group, GROUPPROP_PROTOCOLFLAGS, QM_PROTOCOL_HTTP);
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        hr = set_number(group, GROUPPROP_PRIORITY, VT_I4, bad[i]);
        ok(FAILED(hr), "Priority %ld: got hr %#lx.\n", bad[i], hr);
        hr = set_number(group, GROUPPROP_PROTOCOLFLAGS, VT_I4, bad[i]);
        ok(FAILED(hr), "Protocol %ld: got hr %#lx.\n", bad[i], hr);
    }
    hr = set_number(group, GROUPPROP_PROTOCOLFLAGS, VT_I4, QM_PROTOCOL_HTTP);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_number(group, GROUPPROP_PRIORITY, 1);
    check_number(group, GROUPPROP_PROTOCOLFLAGS, QM_PROTOCOL_HTTP);

    hr = set_number(group, GROUPPROP_NOTIFYFLAGS, VT_I4, QM_NOTIFY_DISABLE_NOTIFY);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_number(group, GROUPPROP_NOTIFYFLAGS, QM_NOTIFY_DISABLE_NOTIFY);
    hr = set_number(group, GROUPPROP_NOTIFYFLAGS, VT_I4, QM_NOTIFY_GROUP_DONE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = set_number(group, GROUPPROP_NOTIFYFLAGS, VT_I4, QM_NOTIFY_FILE_DONE);
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    check_number(group, GROUPPROP_NOTIFYFLAGS, QM_NOTIFY_GROUP_DONE);
    end_group(group);
}

static void check_text_limit(IBackgroundCopyGroup *group, GROUPPROP id, unsigned int limit)
{
    static WCHAR text[2000];
    HRESULT hr;

    for (unsigned int i = 0; i < limit; i++)
        text[i] = 'x';
    text[limit] = 0;
    check_text(group, id, L"");
    hr = set_text(group, id, L"first");
    ok(hr == S_OK, "Property %d: got hr %#lx.\n", id, hr);
    check_text(group, id, L"first");
    hr = set_text(group, id, text);
    ok(hr == S_OK, "Property %d: got hr %#lx.\n", id, hr);
    check_text(group, id, text);
    text[limit] = 'y';
    text[limit + 1] = 0;
    hr = set_text(group, id, text);
    ok(FAILED(hr), "Property %d: got hr %#lx.\n", id, hr);
    text[limit] = 0;
    check_text(group, id, text);
}

static void test_texts(void)
{
    static const WCHAR clsid[] = L"{12345678-9ABC-DEF0-1122-334455667788}";
    IBackgroundCopyGroup *group;
    HRESULT hr;
    GUID id;

    shows("QM-7");
    group = create_group(&id);
    check_text_limit(group, GROUPPROP_DISPLAYNAME, 256);
    check_text_limit(group, GROUPPROP_DESCRIPTION, 1024);
    hr = set_text(group, GROUPPROP_NOTIFYCLSID, clsid);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_text(group, GROUPPROP_NOTIFYCLSID, clsid);
    hr = set_text(group, GROUPPROP_NOTIFYCLSID, L"no class");
    ok(FAILED(hr), "Got hr %#lx.\n", hr);
    check_text(group, GROUPPROP_NOTIFYCLSID, clsid);
    end_group(group);
}

/* ---- the job inside ---- */

static void test_CreateJob(void)
{
    IBackgroundCopyJob1 *job, *other = (IBackgroundCopyJob1 *)0xdeadbeef;
    IBackgroundCopyGroup *group;
    GUID group_id, id, other_id, got;
    HRESULT hr;

    shows("QM-10");
    shows("QM-11");
    group = create_group(&group_id);
    CoCreateGuid(&other_id);
    hr = IBackgroundCopyGroup_GetJob(group, other_id, &other);
    ok(hr == QM_E_ITEM_NOT_FOUND && !other, "Got hr %#lx, %p.\n", hr, other);

    job = create_job1(group, &id);
    hr = IBackgroundCopyJob1_get_JobID(job, &got);
    ok(hr == S_OK && IsEqualGUID(&id, &got), "Got hr %#lx, %s.\n", hr, wine_dbgstr_guid(&got));
    IBackgroundCopyJob1_Release(job);

    other = (IBackgroundCopyJob1 *)0xdeadbeef;
    hr = IBackgroundCopyGroup_CreateJob(group, other_id, &other);
    ok(hr == E_NOTIMPL && !other, "Got hr %#lx, %p.\n", hr, other);
    hr = IBackgroundCopyGroup_GetJob(group, other_id, &other);
    ok(hr == QM_E_ITEM_NOT_FOUND && !other, "Got hr %#lx, %p.\n", hr, other);
    hr = IBackgroundCopyGroup_GetJob(group, id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK)
    {
        hr = IBackgroundCopyJob1_get_JobID(job, &got);
        ok(hr == S_OK && IsEqualGUID(&id, &got), "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob1_CancelJob(job);
        ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
        IBackgroundCopyJob1_Release(job);
    }
    end_group(group);
}

static void test_EnumJobs(void)
{
    IEnumBackgroundCopyJobs1 *jobs, *none = (IEnumBackgroundCopyJobs1 *)0xdeadbeef;
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job;
    ULONG count = 7, fetched = 7;
    GUID group_id, id, got[2];
    HRESULT hr;

    shows("QM-12");
    group = create_group(&group_id);
    hr = IBackgroundCopyGroup_EnumJobs(group, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs1_GetCount(jobs, &count);
    ok(hr == S_OK && !count, "Got hr %#lx, %lu jobs.\n", hr, count);
    IEnumBackgroundCopyJobs1_Release(jobs);

    job = create_job1(group, &id);
    IBackgroundCopyJob1_Release(job);
    hr = IBackgroundCopyGroup_EnumJobs(group, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyJobs1_GetCount(jobs, &count);
    ok(hr == S_OK && count == 1, "Got hr %#lx, %lu jobs.\n", hr, count);
    hr = IEnumBackgroundCopyJobs1_Next(jobs, 2, got, &fetched);
    ok(hr == S_FALSE && fetched == 1 && IsEqualGUID(&got[0], &id), "Got hr %#lx, %lu, %s.\n", hr,
       fetched, wine_dbgstr_guid(&got[0]));
    IEnumBackgroundCopyJobs1_Release(jobs);

    for (DWORD flags = 1; flags; flags <<= 1)
    {
        none = (IEnumBackgroundCopyJobs1 *)0xdeadbeef;
        hr = IBackgroundCopyGroup_EnumJobs(group, flags, &none);
        ok(hr == E_NOTIMPL && !none, "Flags %#lx: got hr %#lx.\n", flags, hr);
    }
    end_group(group);
}

/* The rules of all enumerators. */
static void test_enumerator(void)
{
    IEnumBackgroundCopyGroups *groups = NULL, *clone = NULL;
    IBackgroundCopyGroup *made[3];
    ULONG count = 0, fetched;
    GUID ids[3], got[64], again;
    HRESULT hr;

    for (unsigned int i = 0; i < 3; i++)
        made[i] = create_group(&ids[i]);
    hr = IBackgroundCopyQMgr_EnumGroups(qmgr, 0, &groups);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_GetCount(groups, &count);
    ok(hr == S_OK && count >= 3 && count < 64, "Got hr %#lx, %lu.\n", hr, count);
    hr = IEnumBackgroundCopyGroups_Next(groups, 2, got, NULL);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_Next(groups, count, got, &fetched);
    ok(hr == S_OK && fetched == count, "Got hr %#lx, %lu.\n", hr, fetched);
    hr = IEnumBackgroundCopyGroups_Next(groups, 1, &again, &fetched);
    ok(hr == S_FALSE && !fetched, "Got hr %#lx, %lu.\n", hr, fetched);
    hr = IEnumBackgroundCopyGroups_Reset(groups);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_Skip(groups, 1);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_Clone(groups, &clone);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_Skip(groups, count);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyGroups_Next(clone, 1, &again, NULL);
    ok(hr == S_OK && IsEqualGUID(&again, &got[1]), "Got hr %#lx.\n", hr);
    IEnumBackgroundCopyGroups_Release(groups);
    IEnumBackgroundCopyGroups_Release(clone);
    for (unsigned int i = 0; i < 3; i++)
        end_group(made[i]);
}

/* ---- files ---- */

static void test_AddFiles(void)
{
    WCHAR url[URL_MAX], local[MAX_PATH], closed[MAX_PATH];
    FILESETINFO file;
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job;
    GUID group_id, id;
    DWORD count = 7;
    HRESULT hr;

    shows("QM-15");
    shows("QM-16");
    group = create_group(&group_id);
    job = create_job1(group, &id);
    hr = IBackgroundCopyJob1_GetFileCount(job, &count);
    ok(hr == S_OK && !count, "Got hr %#lx, %lu files.\n", hr, count);
    hr = IBackgroundCopyJob1_GetFile(job, 0, &file);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);

    hr = add_file1(job, "/small", L"small");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = add_names1(job, L"gopher://127.0.0.1/x", temp_path(L"x", local));
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = add_names1(job, L"http://127.0.0.1/x", L"relative");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);

    if (closed_folder(closed))
    {
        wcscat(closed, L"\\file");
        hr = add_names1(job, L"http://127.0.0.1/x", closed);
        ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    }
    else
        skip("No folder is closed to this user.\n");

    hr = IBackgroundCopyJob1_GetFileCount(job, &count);
    ok(hr == S_OK && count == 1, "Got hr %#lx, %lu files.\n", hr, count);
    hr = IBackgroundCopyJob1_GetFile(job, 0, &file);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr == S_OK)
    {
        ok(!wcscmp(file.bstrRemoteFile, origin_wurl(origin, "/small", url)), "Got %s.\n",
           wine_dbgstr_w(file.bstrRemoteFile));
        ok(!wcscmp(file.bstrLocalFile, temp_path(L"small", local)), "Got %s.\n",
           wine_dbgstr_w(file.bstrLocalFile));
        SysFreeString(file.bstrRemoteFile);
        SysFreeString(file.bstrLocalFile);
    }
    hr = IBackgroundCopyJob1_GetFile(job, 1, &file);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob1_GetFile(job, 0xffffffff, &file);
    ok(hr == QM_E_ITEM_NOT_FOUND, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob1_Release(job);
    end_group(group);
}

START_TEST(qmgr)
{
    if (qmgr_start())
    {
        RUN_TEST(test_CreateGroup);
        RUN_TEST(test_GetGroup);
        RUN_TEST(test_EnumGroups);
        RUN_TEST(test_unsupported_props);
        RUN_TEST(test_types_of_props);
        RUN_TEST(test_numbers);
        RUN_TEST(test_texts);
        RUN_TEST(test_CreateJob);
        RUN_TEST(test_EnumJobs);
        RUN_TEST(test_enumerator);
        RUN_TEST(test_AddFiles);
    }
    qmgr_stop();
}
