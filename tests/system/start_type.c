/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A machine that went down with jobs starts the service with itself; one without starts it on
 * demand. For a client of the installed service, which is stopped and started here. */
#include "harness/com_fixture.h"

#define WAIT_MS 30000

static SC_HANDLE service;
static DWORD wanted;

static DWORD start_type(void)
{
    union
    {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[8192];
    } buffer = {0};
    DWORD size;

    ok(QueryServiceConfigW(service, &buffer.config, sizeof(buffer), &size), "Got error %lu.\n",
       GetLastError());
    return buffer.config.dwStartType;
}

static bool has_wanted_type(void *ctx)
{
    (void)ctx;
    return start_type() == wanted;
}

static bool comes_to(DWORD type)
{
    wanted = type;
    return com_wait_for(has_wanted_type, NULL, WAIT_MS);
}

static void set_start_type(DWORD type)
{
    ok(ChangeServiceConfigW(service, SERVICE_NO_CHANGE, type, SERVICE_NO_CHANGE, NULL, NULL, NULL,
                            NULL, NULL, NULL, NULL),
       "Got error %lu.\n", GetLastError());
}

static bool is_stopped(void *ctx)
{
    SERVICE_STATUS status;

    (void)ctx;
    return QueryServiceStatus(service, &status) && status.dwCurrentState == SERVICE_STOPPED;
}

static void stop_service(void)
{
    SERVICE_STATUS status;

    ok(ControlService(service, SERVICE_CONTROL_STOP, &status), "Got error %lu.\n", GetLastError());
    ok(com_wait_for(is_stopped, NULL, WAIT_MS), "The service does not stop.\n");
}

static void make_job(GUID *id)
{
    IBackgroundCopyManager *manager = create_manager();
    IBackgroundCopyJob *job;
    HRESULT hr =
        IBackgroundCopyManager_CreateJob(manager, L"stays", BG_JOB_TYPE_DOWNLOAD, id, &job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

static void cancel_job(const GUID *id)
{
    IBackgroundCopyManager *manager = create_manager();
    IBackgroundCopyJob *job;
    HRESULT hr = IBackgroundCopyManager_GetJob(manager, id, &job);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
}

/* What earlier programs left behind would be work. */
static void cancel_others(void)
{
    IBackgroundCopyManager *manager = create_manager();
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;

    if (SUCCEEDED(IBackgroundCopyManager_EnumJobs(manager, BG_JOB_ENUM_ALL_USERS, &jobs)))
    {
        while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
        {
            IBackgroundCopyJob_Cancel(job);
            IBackgroundCopyJob_Release(job);
        }
        IEnumBackgroundCopyJobs_Release(jobs);
    }
    IBackgroundCopyManager_Release(manager);
}

static void test_with_jobs(void)
{
    GUID id;

    make_job(&id);
    ok(comes_to(SERVICE_AUTO_START), "Got start type %lu.\n", start_type());
    stop_service();
    ok(start_type() == SERVICE_AUTO_START, "Got start type %lu.\n", start_type());

    cancel_job(&id);
    stop_service();
    ok(start_type() == SERVICE_DEMAND_START, "Got start type %lu.\n", start_type());
}

/* What somebody has chosen is not ours to take back. */
static void test_chosen(void)
{
    GUID id;

    set_start_type(SERVICE_AUTO_START);
    make_job(&id);
    cancel_job(&id);
    stop_service();
    ok(start_type() == SERVICE_AUTO_START, "Got start type %lu.\n", start_type());
    set_start_type(SERVICE_DEMAND_START);
}

START_TEST(start_type)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);

    service = OpenServiceW(manager, L"BITS",
                           SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG |
                               SERVICE_STOP);
    ok(service != NULL, "Got error %lu.\n", GetLastError());
    CloseServiceHandle(manager);
    com_start(COINIT_MULTITHREADED);
    cancel_others();
    RUN_TEST(test_with_jobs);
    RUN_TEST(test_chosen);
    com_stop();
    CloseServiceHandle(service);
}
