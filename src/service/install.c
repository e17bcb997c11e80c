/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service's entries. Windows and Wine have a service of this name: then only its DLL changes.
 * Where there is none it is made, in a group of svchost of its own. */
#include "service/install.h"

#include <objbase.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "com/class_factory.h"
#include "service/class_keys.h"
#include "service/start_type.h"

#define PARAMETERS L"\\System\\CurrentControlSet\\Services\\" SERVICE_NAME L"\\Parameters"
#define SVCHOST    L"Software\\Microsoft\\Windows NT\\CurrentVersion\\Svchost"
#define GROUP      L"OpenBITS"
#define IMAGE      L"%SystemRoot%\\system32\\svchost.exe -k " GROUP
#define APP_ID     L"{69AD4AEE-51BE-439B-A92C-86AE490E8B30}"
#define APP_KEY    L"AppID\\" APP_ID
#define APP_NAME   L"OpenBITS"
#define MADE_BY_US L"OpenBITS.Made"
#define STOP_MS    10000
#define PAUSE_MS   20

HRESULT service_start(void)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;
    HRESULT hr = S_OK;

    if (!manager) return err_from_last_error();
    if (!(service = OpenServiceW(manager, SERVICE_NAME, SERVICE_START)) ||
        (!StartServiceW(service, 0, NULL) && GetLastError() != ERROR_SERVICE_ALREADY_RUNNING))
        hr = err_from_last_error();
    if (service) CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return hr;
}

bool service_is_installed(void)
{
    return class_key_is_taken(PARAMETERS, L"ServiceDll");
}

/* ---- the service ---- */

static void stop_service(SC_HANDLE service)
{
    ULONGLONG end = GetTickCount64() + STOP_MS;
    SERVICE_STATUS status;

    if (!ControlService(service, SERVICE_CONTROL_STOP, &status)) return;
    while (QueryServiceStatus(service, &status) && status.dwCurrentState != SERVICE_STOPPED &&
           GetTickCount64() < end)
        Sleep(PAUSE_MS);
}

static HRESULT set_group(void)
{
    static const WCHAR names[] = SERVICE_NAME L"\0";
    LSTATUS status =
        RegSetKeyValueW(HKEY_LOCAL_MACHINE, SVCHOST, GROUP, REG_MULTI_SZ, names, sizeof(names));
    return HRESULT_FROM_WIN32(status);
}

static HRESULT make_service(SC_HANDLE manager, SC_HANDLE *service)
{
    HRESULT hr;

    *service = CreateServiceW(manager, SERVICE_NAME, L"Background Intelligent Transfer Service",
                              SERVICE_ALL_ACCESS, SERVICE_WIN32_SHARE_PROCESS, SERVICE_DEMAND_START,
                              SERVICE_ERROR_NORMAL, IMAGE, NULL, NULL, NULL, NULL, NULL);
    if (!*service) return err_from_last_error();
    if (FAILED(hr = set_group())) return hr;
    return class_key_set(PARAMETERS, MADE_BY_US, L"1");
}

static HRESULT install_service(const WCHAR *dll)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT | SC_MANAGER_CREATE_SERVICE);
    SC_HANDLE service;
    HRESULT hr = S_OK;

    if (!manager) return err_from_last_error();
    service = OpenServiceW(manager, SERVICE_NAME, SERVICE_STOP | SERVICE_QUERY_STATUS);
    if (!service && GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST)
        hr = make_service(manager, &service);
    else if (!service)
        hr = err_from_last_error();
    if (SUCCEEDED(hr)) hr = class_key_take_path(PARAMETERS, L"ServiceDll", dll);
    if (SUCCEEDED(hr)) stop_service(service);
    if (service) CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return hr;
}

static const WCHAR *file_name(const WCHAR *path)
{
    const WCHAR *name = path;

    for (; *path; path++)
        if (*path == '\\' || *path == '/') name = path + 1;
    return name;
}

static HRESULT uninstall_service(const WCHAR *dll)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service;
    WCHAR made[CLASS_TEXT_MAX], found[CLASS_TEXT_MAX];
    HRESULT hr;

    if (!manager) return err_from_last_error();
    service = OpenServiceW(manager, SERVICE_NAME, SERVICE_STOP | SERVICE_QUERY_STATUS | DELETE);
    if (service) stop_service(service);
    start_type_give_back();
    /* Somebody may have set another DLL since. */
    class_key_get(PARAMETERS, L"ServiceDll", found);
    hr = str_is_equal_nocase(file_name(found), file_name(dll))
             ? class_key_give_back(PARAMETERS, L"ServiceDll")
             : class_key_forget(PARAMETERS, L"ServiceDll");
    if (class_key_get(PARAMETERS, MADE_BY_US, made))
    {
        if (service && !DeleteService(service)) hr = err_from_last_error();
        RegDeleteKeyValueW(HKEY_LOCAL_MACHINE, SVCHOST, GROUP);
    }
    if (service) CloseServiceHandle(service);
    CloseServiceHandle(manager);
    return hr;
}

/* ---- its classes ---- */

static void class_path(WCHAR path[64], const CLSID *clsid)
{
    lstrcpyW(path, L"CLSID\\");
    guid_format(clsid, path + lstrlenW(path));
}

/* A 32-bit DLL on a 64-bit machine. svchost is a 64-bit program there, and cannot load us. */
static bool is_second_bitness(void)
{
    BOOL is_wow64 = FALSE;

    return IsWow64Process(GetCurrentProcess(), &is_wow64) && is_wow64;
}

/* One key for both bitnesses: it goes with the service, not with the first DLL that goes. */
static HRESULT set_app(void)
{
    HRESULT hr = class_key_take(APP_KEY, L"LocalService", SERVICE_NAME);

    return FAILED(hr) ? hr : class_key_set_if_absent(APP_KEY, NULL, APP_NAME);
}

static HRESULT clear_app(void)
{
    HRESULT hr = class_key_give_back(APP_KEY, L"LocalService");

    if (class_key_is(APP_KEY, NULL, APP_NAME)) class_key_clear(APP_KEY, NULL);
    class_key_prune(APP_KEY);
    return hr;
}

static HRESULT set_classes(void)
{
    HRESULT hr = S_OK;
    WCHAR path[64];

    for (unsigned int i = 0; i < CLASS_COUNT && SUCCEEDED(hr); i++)
    {
        class_path(path, class_infos[i].clsid);
        hr = class_key_take(path, L"AppID", APP_ID);
    }
    return hr;
}

static HRESULT clear_classes(void)
{
    HRESULT hr, first = S_OK;
    WCHAR path[64];

    for (unsigned int i = 0; i < CLASS_COUNT; i++)
    {
        class_path(path, class_infos[i].clsid);
        hr = class_key_give_back(path, L"AppID");
        if (SUCCEEDED(hr)) hr = class_key_prune(path);
        if (SUCCEEDED(first)) first = hr;
    }
    return first;
}

/* ---- both ---- */

static HRESULT get_dll(HINSTANCE module, WCHAR dll[MAX_PATH])
{
    DWORD len = GetModuleFileNameW(module, dll, MAX_PATH);

    return len && len < MAX_PATH ? S_OK : E_UNEXPECTED;
}

HRESULT service_install(HINSTANCE module)
{
    WCHAR dll[MAX_PATH];
    HRESULT hr;

    if (FAILED(hr = get_dll(module, dll))) return hr;
    hr = set_classes();
    if (SUCCEEDED(hr) && !is_second_bitness())
    {
        hr = set_app();
        if (SUCCEEDED(hr)) hr = install_service(dll);
    }
    if (FAILED(hr)) service_uninstall(module);
    return hr;
}

HRESULT service_uninstall(HINSTANCE module)
{
    HRESULT hr, app = S_OK, service = S_OK;
    WCHAR dll[MAX_PATH];

    if (FAILED(hr = get_dll(module, dll))) return hr;
    if (!is_second_bitness())
    {
        service = uninstall_service(dll);
        app = clear_app();
    }
    hr = clear_classes();
    if (FAILED(service)) return service;
    return FAILED(app) ? app : hr;
}
