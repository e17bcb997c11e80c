/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whose objects a client gets where the service is installed: those of the service's process, which
 * is a program of the machine's own bitness whatever ours is. Stops the service, and finds its job
 * in the next one. Run by wow64.sh. */
#include "harness/com_fixture.h"

#define WAIT_MS 30000

static const CLSID *const class_ids[] = {
    &CLSID_BackgroundCopyManager,     &CLSID_BackgroundCopyManager1_5,
    &CLSID_BackgroundCopyManager2_0,  &CLSID_BackgroundCopyManager2_5,
    &CLSID_BackgroundCopyManager3_0,  &CLSID_BackgroundCopyManager4_0,
    &CLSID_BackgroundCopyManager5_0,  &CLSID_BackgroundCopyManager10_1,
    &CLSID_BackgroundCopyManager10_2, &CLSID_BackgroundCopyManager10_3,
};

static const DWORD contexts[] = {CLSCTX_LOCAL_SERVER, CLSCTX_INPROC_SERVER, CLSCTX_ALL};

static SC_HANDLE open_service(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service = OpenServiceW(manager, L"BITS", SERVICE_QUERY_STATUS | SERVICE_STOP);

    ok(service != NULL, "Got error %lu.\n", GetLastError());
    CloseServiceHandle(manager);
    return service;
}

static DWORD process_of(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status = {0};
    DWORD size;

    ok(QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status),
                            &size),
       "Got error %lu.\n", GetLastError());
    ok(status.dwCurrentState == SERVICE_RUNNING, "Got state %lu.\n", status.dwCurrentState);
    return status.dwProcessId;
}

static bool is_stopped(void *service)
{
    SERVICE_STATUS status;

    return QueryServiceStatus(service, &status) && status.dwCurrentState == SERVICE_STOPPED;
}

static bool is_emulated(HANDLE process)
{
    BOOL is_wow64 = FALSE;

    ok(IsWow64Process(process, &is_wow64), "Got error %lu.\n", GetLastError());
    return is_wow64;
}

/* ---- tests ---- */

static void test_classes(void)
{
    IBackgroundCopyManager *manager;
    HRESULT hr;

    for (unsigned int i = 0; i < ARRAY_SIZE(class_ids); i++)
        for (unsigned int j = 0; j < ARRAY_SIZE(contexts); j++)
        {
            winetest_push_context("%s, context %#lx", wine_dbgstr_guid(class_ids[i]), contexts[j]);
            hr = CoCreateInstance(class_ids[i], NULL, contexts[j], &IID_IBackgroundCopyManager,
                                  (void **)&manager);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            if (SUCCEEDED(hr))
            {
                ok(is_remote(manager), "It is in this process.\n");
                IBackgroundCopyManager_Release(manager);
            }
            winetest_pop_context();
        }
}

static void test_bitness(void)
{
    bool is_32_bit = sizeof(void *) == 4;
    SC_HANDLE service = open_service();
    HANDLE process;

    ok(is_emulated(GetCurrentProcess()) == is_32_bit, "The machine is not a 64-bit one.\n");
    com_manager();
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, process_of(service));
    CloseServiceHandle(service);
    ok(process != NULL, "Got error %lu.\n", GetLastError());
    if (!process) return;
    ok(!is_emulated(process), "The service is a 32-bit process.\n");
    CloseHandle(process);
}

/* Only what lives in the service goes with it. */
static void test_stop(void)
{
    IBackgroundCopyJob *job = create_job(L"service process", BG_JOB_TYPE_DOWNLOAD), *found = NULL;
    SC_HANDLE service = open_service();
    IBackgroundCopyManager *manager;
    SERVICE_STATUS status;
    BG_JOB_STATE state;
    HRESULT hr;
    GUID id;

    hr = IBackgroundCopyJob_GetId(job, &id);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(ControlService(service, SERVICE_CONTROL_STOP, &status), "Got error %lu.\n", GetLastError());
    ok(wait_for(is_stopped, service, WAIT_MS), "It does not stop.\n");
    CloseServiceHandle(service);
    hr = IBackgroundCopyJob_GetState(job, &state);
    ok(FAILED(hr), "The job lives elsewhere.\n");
    IBackgroundCopyJob_Release(job);

    manager = create_manager();
    if (!manager) return;
    hr = IBackgroundCopyManager_GetJob(manager, &id, &found);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (found) end_job(found);
    IBackgroundCopyManager_Release(manager);
}

START_TEST(service_process)
{
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_classes);
    RUN_TEST(test_bitness);
    RUN_TEST(test_stop);
    com_stop();
}
