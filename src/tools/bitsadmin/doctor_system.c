/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What BITS needs of the machine: its registration, its service, an owner of the queue, disk. */
#include "doctor.h"
#include "registration.h"

#include <stdio.h>
#include <wchar.h>

#define MIB          (1024 * 1024ull)
#define FREE_PROBLEM (64 * MIB)
#define FREE_WARNING (1024 * MIB)
#define PROFILES_KEY L"Software\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList"
#define QUEUE_FOLDER L"\\Microsoft\\Network\\Downloader"
#define REPAIR       L"bitsadmin /util /repairservice, as an administrator"

/* ---- registration ---- */

static void check_bitness(struct doctor *doctor, BOOL is_64_bit)
{
    const WCHAR *bits = is_64_bit ? L"64-bit" : L"32-bit";
    BOOL is_own = is_64_bit == (sizeof(void *) == 8);
    struct registration registration;

    registration_read(is_64_bit, &registration);
    if (!registration.classes)
    {
        doctor_find(doctor, is_own ? FINDING_PROBLEM : FINDING_WARNING, L"registration",
                    L"BITS is not registered for %ls programs.", bits);
        doctor_remedy(doctor,
                      L"regsvr32 /s qmgr.dll with the %ls regsvr32 and DLL; with the "
                      L"service, /i:service too",
                      bits);
        return;
    }
    if (!registration.is_dll_there)
    {
        doctor_find(doctor, FINDING_PROBLEM, L"registration",
                    L"The DLL for %ls programs is not there: %ls", bits, registration.dll);
        doctor_remedy(doctor, L"put it back, or register the one that there is with regsvr32");
        return;
    }
    if (registration.classes < CLASS_COUNT || registration.stub_missing)
    {
        doctor_find(doctor, FINDING_WARNING, L"registration",
                    L"Of %u classes for %ls programs %u are registered; %u interface(s) have no "
                    L"proxy.",
                    CLASS_COUNT, bits, registration.classes, registration.stub_missing);
        doctor_remedy(doctor, REPAIR);
        return;
    }
    doctor_find(doctor, FINDING_OK, L"registration", L"%ls programs: %ls", bits, registration.dll);
}

void check_registration(struct doctor *doctor)
{
    check_bitness(doctor, sizeof(void *) == 8);
    if (registration_has_bitness(sizeof(void *) == 4)) check_bitness(doctor, sizeof(void *) == 4);
}

/* ---- the service ---- */

static void check_app_ids(struct doctor *doctor, const struct registration *registration)
{
    if (registration->app_ids == CLASS_COUNT) return;
    doctor_find(doctor, FINDING_WARNING, L"service",
                L"Of %u classes %u lead to the service: programs that ask for a local server may "
                L"not find it.",
                CLASS_COUNT, registration->app_ids);
    doctor_remedy(doctor, REPAIR);
}

/* FALSE, and said, when there is none that is ours. */
static BOOL check_service_is_ours(struct doctor *doctor, const struct service_facts *service,
                                  const struct registration *registration)
{
    if (service->state == SERVICE_FACTS_UNREADABLE)
    {
        doctor_find(doctor, FINDING_WARNING, L"service",
                    L"The service cannot be asked for (0x%08lx).", service->error);
        return FALSE;
    }
    if (service_is_of(service, registration)) return TRUE;
    doctor_find(doctor, FINDING_NOTE, L"service",
                L"There is no service of OpenBITS: jobs pause while no program uses BITS.");
    doctor_remedy(doctor, L"regsvr32 /i:service qmgr.dll installs it");
    return FALSE;
}

void check_service(struct doctor *doctor)
{
    struct registration registration;
    struct service_facts service;

    service_read(&service);
    registration_read(TRUE, &registration);
    if (!registration.classes) registration_read(FALSE, &registration);
    if (!check_service_is_ours(doctor, &service, &registration)) return;
    if (!service.is_dll_there)
    {
        doctor_find(doctor, FINDING_PROBLEM, L"service",
                    L"The DLL of the service is not there: %ls", service.dll);
        doctor_remedy(doctor, L"regsvr32 /i:service with the DLL that there is");
        return;
    }
    if (service.state == SERVICE_FACTS_DISABLED)
    {
        doctor_find(doctor, FINDING_PROBLEM, L"service", L"The service is disabled.");
        doctor_remedy(doctor, L"sc config BITS start= demand");
        return;
    }
    if (service.pid)
        doctor_find(doctor, FINDING_OK, L"service", L"%ls, process %lu: %ls",
                    name_of_service_state(service.state), service.pid, service.dll);
    else
        doctor_find(doctor, FINDING_OK, L"service", L"%ls: %ls",
                    name_of_service_state(service.state), service.dll);
    check_app_ids(doctor, &registration);
}

/* ---- who runs the queue ---- */

static BOOL is_remote(IUnknown *object)
{
    IClientSecurity *security;

    if (FAILED(IUnknown_QueryInterface(object, &IID_IClientSecurity, (void **)&security)))
        return FALSE;
    IClientSecurity_Release(security);
    return TRUE;
}

void check_owner(struct doctor *doctor)
{
    IBackgroundCopyManager *manager = doctor->session->manager;
    IEnumBackgroundCopyJobs *jobs;
    HRESULT hr;

    if (!manager) return; /* told when it could not be had */
    if (FAILED(hr = IBackgroundCopyManager_EnumJobs(manager, 0, &jobs)))
    {
        doctor_find(doctor, FINDING_PROBLEM, L"queue", L"The queue does not answer (0x%08lx).", hr);
        doctor_remedy(doctor, L"net stop BITS and net start BITS; without the service, end the "
                              L"program that uses BITS");
        return;
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    if (is_remote((IUnknown *)manager))
        doctor_find(doctor, FINDING_OK, L"queue",
                    L"It is run by the service, or by another program, and answers.");
    else
        doctor_find(doctor, FINDING_OK, L"queue", L"It is run by this process now, and answers.");
}

/* ---- jobs ---- */

void check_jobs(struct doctor *doctor)
{
    IBackgroundCopyManager *manager = doctor->session->manager;
    unsigned int count = 0, failed = 0, waiting = 0;
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;

    if (!manager) return;
    if (FAILED(IBackgroundCopyManager_EnumJobs(manager, BG_JOB_ENUM_ALL_USERS, &jobs)) &&
        FAILED(IBackgroundCopyManager_EnumJobs(manager, 0, &jobs)))
        return;
    for (; IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK; count++)
    {
        BG_JOB_STATE state = BG_JOB_STATE_QUEUED;

        IBackgroundCopyJob_GetState(job, &state);
        failed += state == BG_JOB_STATE_ERROR;
        waiting += state == BG_JOB_STATE_TRANSIENT_ERROR;
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    doctor_find(doctor, failed ? FINDING_WARNING : FINDING_OK, L"jobs",
                L"%u job(s), %u in error, %u waiting to try again.", count, failed, waiting);
    if (failed)
        doctor_remedy(doctor, L"bitsadmin /list shows them, bitsadmin why JOB tells the reason");
}

/* ---- the disk ---- */

static BOOL find_queue_folder(WCHAR path[2 * MAX_PATH])
{
    DWORD size = MAX_PATH * sizeof(*path);

    if (RegGetValueW(HKEY_LOCAL_MACHINE, PROFILES_KEY, L"ProgramData", RRF_RT_REG_SZ, NULL, path,
                     &size))
        return FALSE;
    wcscat(path, QUEUE_FOLDER);
    return TRUE;
}

static void check_damage(struct doctor *doctor, const WCHAR *folder)
{
    WCHAR pattern[2 * MAX_PATH + 16];
    unsigned int count = 0;
    WIN32_FIND_DATAW found;
    HANDLE search;

    _snwprintf(pattern, ARRAYSIZE(pattern), L"%ls\\*.damaged*", folder);
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE) return;
    do
        count++;
    while (FindNextFileW(search, &found));
    FindClose(search);
    doctor_find(doctor, FINDING_WARNING, L"disk",
                L"%u file(s) of BITS were damaged and have been set aside in %ls.", count, folder);
    doctor_remedy(doctor, L"check the disk, then remove them");
}

void check_disk(struct doctor *doctor)
{
    WCHAR folder[2 * MAX_PATH];
    ULARGE_INTEGER free_bytes;
    enum finding_level level;

    if (!find_queue_folder(folder) || GetFileAttributesW(folder) == INVALID_FILE_ATTRIBUTES)
    {
        doctor_find(doctor, FINDING_NOTE, L"disk", L"The folder of the queue is not there yet.");
        return;
    }
    if (!GetDiskFreeSpaceExW(folder, &free_bytes, NULL, NULL))
    {
        doctor_find(doctor, FINDING_WARNING, L"disk", L"The disk of %ls cannot be asked (0x%08lx).",
                    folder, HRESULT_FROM_WIN32(GetLastError()));
        return;
    }
    level = free_bytes.QuadPart < FREE_PROBLEM   ? FINDING_PROBLEM
            : free_bytes.QuadPart < FREE_WARNING ? FINDING_WARNING
                                                 : FINDING_OK;
    doctor_find(doctor, level, L"disk", L"%llu MiB are free where the queue is: %ls",
                free_bytes.QuadPart / MIB, folder);
    if (level != FINDING_OK)
        doctor_remedy(doctor, L"make room; bitsadmin /cache /clear gives some");
    check_damage(doctor, folder);
}
