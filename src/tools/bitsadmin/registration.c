/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the registry; changes nothing. */
#include "registration.h"

#include <stdio.h>
#include <wchar.h>

#define CLASSES_KEY    L"Software\\Classes\\"
#define SERVICE_NAME   L"BITS"
#define PARAMETERS_KEY L"System\\CurrentControlSet\\Services\\BITS\\Parameters"
#define PROGRAM_MS     60000

static const struct
{
    const CLSID *id;
    const WCHAR *version;
} classes[CLASS_COUNT] = {
    {&CLSID_BackgroundCopyManager, L"1.0"},      {&CLSID_BackgroundCopyManager1_5, L"1.5"},
    {&CLSID_BackgroundCopyManager2_0, L"2.0"},   {&CLSID_BackgroundCopyManager2_5, L"2.5"},
    {&CLSID_BackgroundCopyManager3_0, L"3.0"},   {&CLSID_BackgroundCopyManager4_0, L"4.0"},
    {&CLSID_BackgroundCopyManager5_0, L"5.0"},   {&CLSID_BackgroundCopyManager10_1, L"10.1"},
    {&CLSID_BackgroundCopyManager10_2, L"10.2"}, {&CLSID_BackgroundCopyManager10_3, L"10.3"}};

/* Without their proxies nobody reaches a job of the service. */
static const IID *const interfaces[] = {
    &IID_IBackgroundCopyManager,  &IID_IBackgroundCopyJob,          &IID_IBackgroundCopyJob5,
    &IID_IBackgroundCopyFile,     &IID_IBackgroundCopyFile6,        &IID_IBackgroundCopyError,
    &IID_IEnumBackgroundCopyJobs, &IID_IBitsPeerCacheAdministration};

/* Not below HKEY_CLASSES_ROOT, which Wine shows in one bitness only. */
static BOOL read_class_text(BOOL is_64_bit, const WCHAR *path, const WCHAR *value,
                            WCHAR text[MAX_PATH])
{
    REGSAM view = is_64_bit ? KEY_WOW64_64KEY : KEY_WOW64_32KEY;
    DWORD size = MAX_PATH * sizeof(*text);
    WCHAR full[MAX_PATH];
    LSTATUS status;
    HKEY key;

    text[0] = 0;
    _snwprintf(full, ARRAYSIZE(full), CLASSES_KEY L"%ls", path);
    full[MAX_PATH - 1] = 0;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, full, 0, KEY_QUERY_VALUE | view, &key)) return FALSE;
    status = RegGetValueW(key, NULL, value, RRF_RT_REG_SZ, NULL, text, &size);
    RegCloseKey(key);
    return !status && *text;
}

static BOOL read_class(BOOL is_64_bit, const GUID *id, const WCHAR *format, const WCHAR *value,
                       WCHAR text[MAX_PATH])
{
    WCHAR id_text[40], path[MAX_PATH];

    StringFromGUID2(id, id_text, ARRAYSIZE(id_text));
    _snwprintf(path, ARRAYSIZE(path), format, id_text);
    return read_class_text(is_64_bit, path, value, text);
}

static BOOL is_file(const WCHAR *path)
{
    DWORD attributes = GetFileAttributesW(path);

    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* A program of the other bitness sees another folder under the same name. */
static BOOL is_file_of_bitness(const WCHAR *path, BOOL is_64_bit)
{
    WCHAR folder[MAX_PATH], other[2 * MAX_PATH];
    size_t len;
    UINT used;

    if (is_64_bit || sizeof(void *) == 4) return is_file(path);
    used = GetSystemDirectoryW(folder, ARRAYSIZE(folder));
    len = wcslen(folder);
    if (!used || _wcsnicmp(path, folder, len)) return is_file(path);
    if (!GetSystemWow64DirectoryW(folder, ARRAYSIZE(folder))) return FALSE;
    _snwprintf(other, ARRAYSIZE(other), L"%ls%ls", folder, path + len);
    return is_file(other);
}

/* The folder alone is on a machine of one bitness too. */
BOOL registration_has_bitness(BOOL is_64_bit)
{
    WCHAR path[MAX_PATH + 16];
    BOOL is_wow64 = FALSE;

    if (is_64_bit == (sizeof(void *) == 8)) return TRUE;
    if (is_64_bit) return IsWow64Process(GetCurrentProcess(), &is_wow64) && is_wow64;
    if (!GetSystemWow64DirectoryW(path, MAX_PATH)) return FALSE;
    wcscat(path, L"\\kernel32.dll");
    return is_file(path);
}

void registration_read(BOOL is_64_bit, struct registration *registration)
{
    WCHAR text[MAX_PATH], stub[MAX_PATH];

    *registration = (struct registration){.is_64_bit = is_64_bit};
    read_class(is_64_bit, classes[0].id, L"CLSID\\%ls\\InprocServer32", NULL, registration->dll);
    registration->is_dll_there =
        *registration->dll && is_file_of_bitness(registration->dll, is_64_bit);
    for (unsigned int i = 0; i < CLASS_COUNT; i++)
    {
        if (read_class(is_64_bit, classes[i].id, L"CLSID\\%ls\\InprocServer32", NULL, text))
        {
            registration->classes++;
            registration->newest = classes[i].version;
        }
        registration->app_ids +=
            read_class(is_64_bit, classes[i].id, L"CLSID\\%ls", L"AppID", text);
    }
    for (unsigned int i = 0; i < ARRAYSIZE(interfaces); i++)
    {
        if (read_class(is_64_bit, interfaces[i], L"Interface\\%ls\\ProxyStubClsid32", NULL, text))
        {
            _snwprintf(stub, ARRAYSIZE(stub), L"CLSID\\%ls\\InprocServer32", text);
            if (read_class_text(is_64_bit, stub, NULL, text)) continue;
        }
        registration->stub_missing++;
    }
}

/* ---- the service ---- */

static void query_service(SC_HANDLE service, struct service_facts *facts)
{
    union
    {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[8192];
    } buffer;
    SERVICE_STATUS_PROCESS status = {0};
    DWORD size;

    facts->state = SERVICE_FACTS_STOPPED;
    if (QueryServiceConfigW(service, &buffer.config, sizeof(buffer), &size) &&
        buffer.config.dwStartType == SERVICE_DISABLED)
        facts->state = SERVICE_FACTS_DISABLED;
    if (QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof(status),
                             &size) &&
        status.dwCurrentState != SERVICE_STOPPED)
    {
        facts->state = SERVICE_FACTS_RUNNING;
        facts->pid = status.dwProcessId;
    }
}

static void read_service_dll(struct service_facts *facts)
{
    DWORD size = sizeof(facts->dll);
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, PARAMETERS_KEY, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY,
                      &key))
        return;
    if (RegGetValueW(key, NULL, L"ServiceDll", RRF_RT_REG_SZ, NULL, facts->dll, &size))
        facts->dll[0] = 0;
    RegCloseKey(key);
    facts->is_dll_there = *facts->dll && is_file(facts->dll);
}

void service_read(struct service_facts *facts)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service = NULL;

    *facts = (struct service_facts){.state = SERVICE_FACTS_UNREADABLE};
    if (manager)
        service = OpenServiceW(manager, SERVICE_NAME, SERVICE_QUERY_STATUS | SERVICE_QUERY_CONFIG);
    if (service)
        query_service(service, facts);
    else if (GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST)
        facts->state = SERVICE_FACTS_NONE;
    else
        facts->error = HRESULT_FROM_WIN32(GetLastError());
    if (service) CloseServiceHandle(service);
    if (manager) CloseServiceHandle(manager);
    if (facts->state != SERVICE_FACTS_NONE) read_service_dll(facts);
}

BOOL service_is_of(const struct service_facts *service, const struct registration *registration)
{
    return *service->dll && !_wcsicmp(service->dll, registration->dll);
}

const WCHAR *name_of_service_state(enum service_state state)
{
    static const WCHAR *const names[] = {L"not installed", L"disabled", L"stopped", L"running",
                                         L"unreadable"};

    return names[state];
}

/* ---- programs ---- */

void format_file_version(const WCHAR *path, WCHAR text[40])
{
    VS_FIXEDFILEINFO *info;
    BYTE buffer[8192];
    UINT size;

    wcscpy(text, L"unknown");
    if (!GetFileVersionInfoW(path, 0, sizeof(buffer), buffer)) return;
    if (!VerQueryValueW(buffer, L"\\", (void **)&info, &size) || size < sizeof(*info)) return;
    _snwprintf(text, 40, L"%u.%u.%u.%u", HIWORD(info->dwFileVersionMS),
               LOWORD(info->dwFileVersionMS), HIWORD(info->dwFileVersionLS),
               LOWORD(info->dwFileVersionLS));
}

HRESULT run_program(WCHAR *command_line, DWORD *exit_code)
{
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    HRESULT hr = S_OK;

    if (!CreateProcessW(NULL, command_line, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL,
                        &startup, &process))
        return HRESULT_FROM_WIN32(GetLastError());
    if (WaitForSingleObject(process.hProcess, PROGRAM_MS) != WAIT_OBJECT_0)
        hr = HRESULT_FROM_WIN32(ERROR_TIMEOUT);
    else
        GetExitCodeProcess(process.hProcess, exit_code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return hr;
}
