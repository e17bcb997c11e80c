/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Groups of the queue manager of BITS 1.0 that run: their states, progress, end, and what their
 * clients are told. */
#include "qmgr_fixture.h"

#define NO_FILE 0xffffffff

static const struct fixed_answer gone = {410, NULL};

/* ---- a client's object ---- */

struct client
{
    IBackgroundCopyCallback1 IBackgroundCopyCallback1_iface;
    LONG ref;
    LONG calls;
    LONG refusals; /* so many calls are refused */
    GUID group, job;
    DWORD index, status, retries, win32, transport;
};

static struct client *client_from(IBackgroundCopyCallback1 *iface)
{
    return CONTAINING_RECORD(iface, struct client, IBackgroundCopyCallback1_iface);
}

static HRESULT WINAPI client_QueryInterface(IBackgroundCopyCallback1 *iface, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IBackgroundCopyCallback1))
        return E_NOINTERFACE;
    IBackgroundCopyCallback1_AddRef(iface);
    *out = iface;
    return S_OK;
}

static ULONG WINAPI client_AddRef(IBackgroundCopyCallback1 *iface)
{
    return InterlockedIncrement(&client_from(iface)->ref);
}

static ULONG WINAPI client_Release(IBackgroundCopyCallback1 *iface)
{
    return InterlockedDecrement(&client_from(iface)->ref);
}

static HRESULT WINAPI client_OnStatus(IBackgroundCopyCallback1 *iface, IBackgroundCopyGroup *group,
                                      IBackgroundCopyJob1 *job, DWORD index, DWORD status,
                                      DWORD retries, DWORD win32, DWORD transport)
{
    struct client *client = client_from(iface);

    IBackgroundCopyGroup_get_GroupID(group, &client->group);
    if (job) IBackgroundCopyJob1_get_JobID(job, &client->job);
    client->index = index;
    client->status = status;
    client->retries = retries;
    client->win32 = win32;
    client->transport = transport;
    return InterlockedIncrement(&client->calls) > client->refusals ? S_OK : S_FALSE;
}

static HRESULT WINAPI client_OnProgress(IBackgroundCopyCallback1 *iface, DWORD type,
                                        IBackgroundCopyGroup *group, IBackgroundCopyJob1 *job,
                                        DWORD index, DWORD value)
{
    (void)iface, (void)type, (void)group, (void)job, (void)index, (void)value;
    return S_OK;
}

static HRESULT WINAPI client_OnProgressEx(IBackgroundCopyCallback1 *iface, DWORD type,
                                          IBackgroundCopyGroup *group, IBackgroundCopyJob1 *job,
                                          DWORD index, DWORD value, DWORD size, BYTE *bytes)
{
    (void)iface, (void)type, (void)group, (void)job, (void)index, (void)value, (void)size;
    (void)bytes;
    return S_OK;
}

static IBackgroundCopyCallback1Vtbl client_vtbl = {
    client_QueryInterface, client_AddRef,     client_Release,
    client_OnStatus,       client_OnProgress, client_OnProgressEx,
};

static void client_init(struct client *client, LONG refusals)
{
    *client = (struct client){.ref = 1, .refusals = refusals};
    client->IBackgroundCopyCallback1_iface.lpVtbl = &client_vtbl;
}

static bool was_taken(void *ctx)
{
    struct client *client = ctx;

    return InterlockedCompareExchange(&client->calls, 0, 0) > client->refusals;
}

static bool is_let_go(void *ctx)
{
    return InterlockedCompareExchange(&((struct client *)ctx)->ref, 0, 0) == 1;
}

/* ---- states ---- */

static void wait_for_group(IBackgroundCopyGroup *group, BG_JOB_STATE state)
{
    IBackgroundCopyJob *job = job_of(group);

    wait_for_state(job, STATE_BIT(state), SOON);
    IBackgroundCopyJob_Release(job);
}

static void check_progress(IBackgroundCopyGroup *group, IBackgroundCopyJob1 *job, DWORD percent,
                           DWORD size)
{
    DWORD value = 7;
    HRESULT hr;

    hr = IBackgroundCopyGroup_GetProgress(group, QM_PROGRESS_PERCENT_DONE, &value);
    ok(hr == S_OK && value == percent, "Got hr %#lx, %lu percent.\n", hr, value);
    hr = IBackgroundCopyJob1_GetProgress(job, QM_PROGRESS_PERCENT_DONE, &value);
    ok(hr == S_OK && value == percent, "Got hr %#lx, %lu percent.\n", hr, value);
    hr = IBackgroundCopyGroup_GetProgress(group, QM_PROGRESS_SIZE_DONE, &value);
    ok(hr == S_OK && value == size, "Got hr %#lx, %lu bytes.\n", hr, value);
    hr = IBackgroundCopyJob1_GetProgress(job, QM_PROGRESS_SIZE_DONE, &value);
    ok(hr == S_OK && value == size, "Got hr %#lx, %lu bytes.\n", hr, value);
    hr = IBackgroundCopyGroup_GetProgress(group, QM_PROGRESS_TIME_DONE, &value);
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob1_GetProgress(job, QM_PROGRESS_TIME_DONE, &value);
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
}

static DWORD job1_status(IBackgroundCopyJob1 *job, DWORD *transport)
{
    DWORD status = 0xdeadbeef, win32 = 0xdeadbeef, retries = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob1_GetStatus(job, &status, &win32, transport, &retries);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return status;
}

static void test_life(void)
{
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job, *other;
    WCHAR path[MAX_PATH];
    GUID group_id, id;
    DWORD size = 7, transport;
    HRESULT hr;

    shows("QM-8");
    shows("QM-9");
    shows("QM-10");
    shows("QM-13");
    shows("QM-14");
    shows("QM-17");
    origin_add(origin, "/life", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/life", 0);
    group = create_group(&group_id);
    ok(group_status(group) == (QM_STATUS_GROUP_INCOMPLETE | QM_STATUS_GROUP_SUSPENDED),
       "Got status %#lx.\n", group_status(group));
    job = create_job1(group, &id);
    add_file1(job, "/life", L"life");
    check_progress(group, job, 0, 0);
    ok(job1_status(job, &transport) == QM_STATUS_JOB_INCOMPLETE, "Got another status.\n");

    hr = IBackgroundCopyGroup_SwitchToForeground(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(group_status(group) & QM_STATUS_GROUP_FOREGROUND, "Got %#lx.\n", group_status(group));
    hr = IBackgroundCopyGroup_ResumeGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_group(group, BG_JOB_STATE_TRANSFERRING);
    ok(group_status(group) == (QM_STATUS_GROUP_INCOMPLETE | QM_STATUS_GROUP_FOREGROUND),
       "Got status %#lx.\n", group_status(group));
    hr = IBackgroundCopyGroup_CreateJob(group, id, &other);
    ok(hr == QM_E_INVALID_STATE, "Got hr %#lx.\n", hr);

    hr = IBackgroundCopyGroup_SuspendGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(group_status(group) & QM_STATUS_GROUP_SUSPENDED, "Got %#lx.\n", group_status(group));
    origin_release(origin, "/life");
    hr = IBackgroundCopyGroup_ResumeGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_group(group, BG_JOB_STATE_TRANSFERRED);
    check_progress(group, job, 100, SMALL);
    hr = IBackgroundCopyGroup_get_Size(group, &size);
    ok(hr == S_OK && size == SMALL, "Got hr %#lx, %lu bytes.\n", hr, size);
    ok(job1_status(job, &transport) == (QM_STATUS_JOB_COMPLETE | QM_STATUS_JOB_FOREGROUND),
       "Got status %#lx.\n", job1_status(job, &transport));
    /* Suspended by itself; a word of the client changes nothing. */
    ok(group_status(group) & QM_STATUS_GROUP_SUSPENDED, "Got %#lx.\n", group_status(group));
    hr = IBackgroundCopyGroup_SuspendGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_group(group, BG_JOB_STATE_TRANSFERRED);

    hr = IBackgroundCopyGroup_CancelGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(L"life", path), SMALL, 0);
    DeleteFileW(path);
    hr = IBackgroundCopyGroup_CancelGroup(group);
    ok(hr == QM_E_INVALID_STATE, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob1_Release(job);
    IBackgroundCopyGroup_Release(group);
}

/* Of two files the first one is whole. */
static void test_CancelGroup(void)
{
    IBackgroundCopyGroup *group;
    WCHAR first[MAX_PATH], second[MAX_PATH];
    IBackgroundCopyJob1 *job;
    IBackgroundCopyJob *whole;
    GUID group_id, id;
    HRESULT hr;

    shows("QM-14");
    origin_add(origin, "/rest", &(struct origin_file){.size = SMALL});
    origin_hold_after(origin, "/rest", 0);
    group = create_group(&group_id);
    job = create_job1(group, &id);
    add_file1(job, "/small", L"first");
    add_file1(job, "/rest", L"second");
    IBackgroundCopyGroup_SwitchToForeground(group);
    IBackgroundCopyGroup_ResumeGroup(group);
    whole = job_of(group);
    ok(wait_for_bytes(whole, SMALL, SOON), "The first file did not come.\n");
    IBackgroundCopyJob_Release(whole);

    hr = IBackgroundCopyGroup_CancelGroup(group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(file_exists(temp_path(L"first", first)), "The whole file is gone.\n");
    ok(!file_exists(temp_path(L"second", second)), "There is a part of a file.\n");
    origin_release(origin, "/rest");
    DeleteFileW(first);
    IBackgroundCopyJob1_Release(job);
    IBackgroundCopyGroup_Release(group);
}

static void test_error(void)
{
    DWORD transport = 0;
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job;
    GUID group_id, id;

    shows("QM-9");
    shows("QM-17");
    answer_with("/gone", &gone);
    group = create_group(&group_id);
    job = create_job1(group, &id);
    add_file1(job, "/gone", L"gone");
    IBackgroundCopyGroup_SwitchToForeground(group);
    IBackgroundCopyGroup_ResumeGroup(group);
    wait_for_group(group, BG_JOB_STATE_ERROR);
    ok(group_status(group) & QM_STATUS_GROUP_ERROR, "Got %#lx.\n", group_status(group));
    ok(group_status(group) & QM_STATUS_GROUP_SUSPENDED, "Got %#lx.\n", group_status(group));
    ok(job1_status(job, &transport) & QM_STATUS_JOB_ERROR, "Got no error.\n");
    ok(transport == (DWORD)BG_E_HTTP_ERROR_410, "Got %#lx.\n", transport);
    IBackgroundCopyJob1_Release(job);
    end_group(group);
}

/* ---- what the client is told ---- */

static void check_told(const char *path, LONG refusals, DWORD flag, DWORD index, const WCHAR *name)
{
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job;
    struct client client;
    GUID group_id, id;
    HRESULT hr;

    winetest_push_context("%s", path);
    client_init(&client, refusals);
    group = create_group(&group_id);
    job = create_job1(group, &id);
    add_file1(job, path, name);
    hr = IBackgroundCopyGroup_SetNotificationPointer(
        group, &IID_IBackgroundCopyCallback1, (IUnknown *)&client.IBackgroundCopyCallback1_iface);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyGroup_SwitchToForeground(group);
    IBackgroundCopyGroup_ResumeGroup(group);
    ok(com_wait_for(was_taken, &client, 20000), "Got %ld calls.\n", client.calls);
    ok(client.status & flag, "Got status %#lx.\n", client.status);
    ok(client.index == index, "Got index %lu.\n", client.index);
    ok(IsEqualGUID(&client.group, &group_id), "Got another group.\n");
    ok(IsEqualGUID(&client.job, &id), "Got another job.\n");
    IBackgroundCopyJob1_Release(job);
    end_group(group);
    ok(com_wait_for(is_let_go, &client, SOON), "Still held.\n");
    winetest_pop_context();
}

static void test_OnStatus(void)
{
    shows("QM-18");
    answer_with("/gone", &gone);
    check_told("/small", 0, QM_STATUS_GROUP_COMPLETE, NO_FILE, L"told");
    check_told("/gone", 0, QM_STATUS_GROUP_ERROR, 0, L"told-error");
    /* Anything but S_OK is no answer. */
    check_told("/small", 2, QM_STATUS_GROUP_COMPLETE, NO_FILE, L"told-again");
}

static void test_disabled(void)
{
    IBackgroundCopyGroup *group;
    IBackgroundCopyJob1 *job;
    struct client client;
    GUID group_id, id;
    VARIANT value;
    HRESULT hr;

    client_init(&client, 0);
    group = create_group(&group_id);
    job = create_job1(group, &id);
    add_file1(job, "/small", L"untold");
    V_VT(&value) = VT_I4;
    V_I4(&value) = QM_NOTIFY_DISABLE_NOTIFY;
    hr = IBackgroundCopyGroup_SetProp(group, GROUPPROP_NOTIFYFLAGS, &value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyGroup_SetNotificationPointer(group, &IID_IBackgroundCopyCallback1,
                                                (IUnknown *)&client.IBackgroundCopyCallback1_iface);
    IBackgroundCopyGroup_SwitchToForeground(group);
    IBackgroundCopyGroup_ResumeGroup(group);
    wait_for_group(group, BG_JOB_STATE_TRANSFERRED);
    com_pump(QUIET_MS);
    ok(!client.calls, "Got %ld calls.\n", client.calls);
    IBackgroundCopyJob1_Release(job);
    end_group(group);
}

START_TEST(qmgr_transfer)
{
    if (qmgr_start())
    {
        RUN_TEST(test_life);
        RUN_TEST(test_CancelGroup);
        RUN_TEST(test_error);
        RUN_TEST(test_OnStatus);
        RUN_TEST(test_disabled);
    }
    qmgr_stop();
}
