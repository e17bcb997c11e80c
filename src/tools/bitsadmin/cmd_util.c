/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /UTIL: the version of BITS, the repair of its registration, the analytic channel. */
#include "command.h"
#include "ie_proxy.h"
#include "json.h"
#include "registration.h"

#include <stdio.h>
#include <wchar.h>

#define CHANNEL_KEY                                                                                \
    L"Software\\Microsoft\\Windows\\CurrentVersion\\WINEVT\\Channels\\"                            \
    L"Microsoft-Windows-Bits-Client/Analytic"

/* ---- version ---- */

static void print_dll(const struct registration *registration)
{
    WCHAR version[40];

    if (!registration_has_bitness(registration->is_64_bit)) return;
    format_file_version(registration->dll, version);
    out_print(L"%ls: %ls\n", registration->is_64_bit ? L"64-BIT DLL" : L"32-BIT DLL",
              *registration->dll ? registration->dll : L"NOT REGISTERED");
    if (*registration->dll)
        out_print(L"\tVERSION: %ls CLASSES: %u / %u\n",
                  registration->is_dll_there ? version : L"THE FILE IS MISSING",
                  registration->classes, CLASS_COUNT);
}

static void print_service(void)
{
    struct service_facts service;
    WCHAR version[40];

    service_read(&service);
    out_print(L"SERVICE: %ls\n", name_of_service_state(service.state));
    if (*service.dll)
    {
        format_file_version(service.dll, version);
        out_print(L"\tDLL: %ls VERSION: %ls\n", service.dll,
                  service.is_dll_there ? version : L"THE FILE IS MISSING");
    }
    out_print(L"\tCAN START: %ls\n",
              name_of_bool(service.is_dll_there && (service.state == SERVICE_FACTS_STOPPED ||
                                                    service.state == SERVICE_FACTS_RUNNING)));
}

static HRESULT print_version(struct session *session, const struct arguments *args)
{
    struct registration own, other;
    struct json json;

    if (args->count && !is_word(args->words[0], L"/verbose"))
        return session_refuse(session, L"Invalid argument %ls", args->words[0]);
    registration_read(sizeof(void *) == 8, &own);
    registration_read(sizeof(void *) == 4, &other);
    if (session->is_json)
    {
        json_begin(&json, L"openbits.version/1");
        json_text(&json, L"version", own.newest);
        json_text(&json, L"dll", *own.dll ? own.dll : NULL);
        return json_finish(&json);
    }
    if (!own.newest)
    {
        out_print(L"BITS is not registered.\n");
        session->is_told = TRUE;
        return REGDB_E_CLASSNOTREG;
    }
    if (session->is_raw) return out_value(session, L"%ls", own.newest);
    out_print(L"BITS VERSION: %ls\n", own.newest);
    if (!args->count) return S_OK;
    print_dll(&own);
    print_dll(&other);
    print_service();
    return S_OK;
}

/* ---- repair ---- */

static BOOL is_sound(const struct registration *registration, BOOL has_service)
{
    return registration->classes == CLASS_COUNT && registration->is_dll_there &&
           !registration->stub_missing && (!has_service || registration->app_ids == CLASS_COUNT);
}

/* The DLL of the registration, else the one beside this program. */
static BOOL find_dll(const struct registration *registration, WCHAR path[MAX_PATH])
{
    WCHAR *end;

    if (registration->is_dll_there)
    {
        wcscpy(path, registration->dll);
        return TRUE;
    }
    if (registration->is_64_bit != (sizeof(void *) == 8)) return FALSE;
    GetModuleFileNameW(NULL, path, MAX_PATH);
    path[MAX_PATH - 1] = 0;
    if (!(end = wcsrchr(path, '\\')) || end - path > MAX_PATH - 10) return FALSE;
    wcscpy(end, L"\\qmgr.dll");
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static HRESULT register_dll(BOOL is_64_bit, const WCHAR *dll, BOOL has_service)
{
    WCHAR line[3 * MAX_PATH], folder[MAX_PATH];
    BOOL is_other = is_64_bit != (sizeof(void *) == 8);
    DWORD code = 0;
    HRESULT hr;

    if (!is_other)
        GetSystemDirectoryW(folder, ARRAYSIZE(folder));
    else if (is_64_bit)
    {
        GetWindowsDirectoryW(folder, ARRAYSIZE(folder) - 16);
        wcscat(folder, L"\\sysnative");
    }
    else
        GetSystemWow64DirectoryW(folder, ARRAYSIZE(folder));
    _snwprintf(line, ARRAYSIZE(line), L"\"%ls\\regsvr32.exe\" /s %ls\"%ls\"", folder,
               has_service ? L"/i:service " : L"", dll);
    line[ARRAYSIZE(line) - 1] = 0;
    if (FAILED(hr = run_program(line, &code))) return hr;
    return code ? E_FAIL : S_OK;
}

static HRESULT repair_bitness(struct session *session, BOOL is_64_bit, BOOL has_service,
                              BOOL is_forced, unsigned int *repaired)
{
    const WCHAR *bits = is_64_bit ? L"64-bit" : L"32-bit";
    struct registration registration;
    WCHAR dll[MAX_PATH];
    HRESULT hr;

    registration_read(is_64_bit, &registration);
    if (is_sound(&registration, has_service) && !is_forced) return S_OK;
    if (!find_dll(&registration, dll))
    {
        out_print(L"The %ls classes are not registered, and no %ls qmgr.dll is known.\n"
                  L"Register it with its regsvr32%ls.\n",
                  bits, bits, has_service ? L" and /i:service" : L"");
        return S_FALSE;
    }
    if (FAILED(hr = register_dll(is_64_bit, dll, has_service)))
        return session_fail(session, hr, L"register the DLL");
    out_print(L"Registered the %ls classes: %ls\n", bits, dll);
    ++*repaired;
    return S_OK;
}

static HRESULT repair_start(struct session *session, const struct service_facts *service,
                            unsigned int *repaired)
{
    SC_HANDLE manager, handle;
    BOOL is_done = FALSE;
    DWORD error;

    if (service->state != SERVICE_FACTS_DISABLED) return S_OK;
    manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    handle = manager ? OpenServiceW(manager, L"BITS", SERVICE_CHANGE_CONFIG) : NULL;
    if (handle)
        is_done = ChangeServiceConfigW(handle, SERVICE_NO_CHANGE, SERVICE_DEMAND_START,
                                       SERVICE_NO_CHANGE, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    error = GetLastError();
    if (handle) CloseServiceHandle(handle);
    if (manager) CloseServiceHandle(manager);
    if (!is_done) return session_fail(session, HRESULT_FROM_WIN32(error), L"enable the service");
    out_print(L"The service can be started again.\n");
    ++*repaired;
    return S_OK;
}

static HRESULT repair_service(struct session *session, const struct arguments *args)
{
    BOOL has_service, is_forced = args->count != 0;
    struct registration registration;
    struct service_facts service;
    unsigned int repaired = 0;
    HRESULT hr, other = S_OK;

    if (is_forced && !is_word(args->words[0], L"/force"))
        return session_refuse(session, L"Invalid argument %ls", args->words[0]);
    service_read(&service);
    registration_read(TRUE, &registration);
    has_service = service_is_of(&service, &registration);
    hr = repair_bitness(session, sizeof(void *) == 8, has_service, is_forced, &repaired);
    if (SUCCEEDED(hr) && registration_has_bitness(sizeof(void *) == 4))
        other = repair_bitness(session, sizeof(void *) == 4, has_service, is_forced, &repaired);
    if (SUCCEEDED(hr) && has_service) hr = repair_start(session, &service, &repaired);
    if (SUCCEEDED(hr)) hr = FAILED(other) ? other : hr;
    if (FAILED(hr)) return hr;
    if (!repaired) out_print(L"Nothing was to be repaired.\n");
    return S_OK;
}

/* ---- the channel of analytic events ---- */

static HRESULT enable_channel(struct session *session, const struct arguments *args)
{
    LSTATUS status;
    DWORD value;
    BOOL is_on;
    HKEY key;

    if (!parse_bool(args->words[0], &is_on))
        return session_refuse(session, L"Invalid value %ls: it is TRUE or FALSE", args->words[0]);
    value = is_on;
    status =
        RegOpenKeyExW(HKEY_LOCAL_MACHINE, CHANNEL_KEY, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, &key);
    if (!status)
    {
        status = RegSetValueExW(key, L"Enabled", 0, REG_DWORD, (BYTE *)&value, sizeof(value));
        RegCloseKey(key);
    }
    if (status)
    {
        session_fail(session, HRESULT_FROM_WIN32(status), L"change the analytic channel");
        if (status == ERROR_FILE_NOT_FOUND)
            out_print(L"This machine has no such channel. OPENBITS_LOG=all=trace and "
                      L"OPENBITS_LOG_FILE in the environment of BITS write a trace.\n");
        return HRESULT_FROM_WIN32(status);
    }
    out_print(L"Analytic channel %ls.\n", is_on ? L"enabled" : L"disabled");
    return S_OK;
}

static const struct command commands[] = {
    COMMAND(L"/version", L"[/VERBOSE]", 0, 1, COMMAND_ALONE | COMMAND_JSON, print_version,
            L"The version of BITS, with its DLLs and its service"),
    COMMAND(L"/repairservice", L"[/FORCE]", 0, 1, COMMAND_ALONE, repair_service,
            L"Repairs what is registered of BITS, or with /FORCE registers it anew"),
    COMMAND(L"/setieproxy", L"account usage [arguments] [/CONN name]", 2, 6, COMMAND_ALONE,
            set_ie_proxy,
            L"The proxies of LOCALSYSTEM, NETWORKSERVICE or LOCALSERVICE: NO_PROXY, AUTODETECT, "
            L"MANUAL_PROXY list bypass, AUTOSCRIPT url, RESET"),
    COMMAND(L"/getieproxy", L"account [/CONN name]", 1, 3, COMMAND_ALONE, get_ie_proxy,
            L"Shows them"),
    COMMAND(L"/enableanalyticchannel", L"TRUE | FALSE", 1, 1, COMMAND_ALONE, enable_channel,
            L"The channel of analytic events"),
};

COMMAND_TABLE(util_commands, L"The service", L"/util", commands);
