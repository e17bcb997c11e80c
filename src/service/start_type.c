/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "service/start_type.h"

#include <windows.h>

#include "base/err.h"
#include "base/log.h"
#include "service/class_keys.h"
#include "service/install.h"

#define PARAMETERS L"\\System\\CurrentControlSet\\Services\\" SERVICE_NAME L"\\Parameters"
/* There while the type is ours. */
#define CHANGED L"OpenBITS.StartTypeChanged"

static HRESULT open_service(SC_HANDLE *service)
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    HRESULT hr = S_OK;

    *service = NULL;
    if (!manager) return err_from_last_error();
    *service = OpenServiceW(manager, SERVICE_NAME, SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG);
    if (!*service) hr = err_from_last_error();
    CloseServiceHandle(manager);
    return hr;
}

static HRESULT get_type(SC_HANDLE service, DWORD *type)
{
    /* The most that the function ever needs. */
    union
    {
        QUERY_SERVICE_CONFIGW config;
        BYTE bytes[8192];
    } buffer;
    DWORD size;

    if (!QueryServiceConfigW(service, &buffer.config, sizeof(buffer), &size))
        return err_from_last_error();
    *type = buffer.config.dwStartType;
    return S_OK;
}

static HRESULT set_type(SC_HANDLE service, DWORD type)
{
    SERVICE_DELAYED_AUTO_START_INFO delayed = {.fDelayedAutostart = type == SERVICE_AUTO_START};

    if (!ChangeServiceConfigW(service, SERVICE_NO_CHANGE, type, SERVICE_NO_CHANGE, NULL, NULL, NULL,
                              NULL, NULL, NULL, NULL))
        return err_from_last_error();
    /* Not all platforms can delay. */
    ChangeServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, &delayed);
    return S_OK;
}

/* The mark is there before the change and after it: a kill in between loses neither. */
void start_type_make_automatic(void)
{
    SC_HANDLE service;
    DWORD type = SERVICE_DISABLED;
    HRESULT hr = open_service(&service);

    if (SUCCEEDED(hr)) hr = get_type(service, &type);
    if (SUCCEEDED(hr) && type == SERVICE_DEMAND_START)
    {
        hr = class_key_set(PARAMETERS, CHANGED, L"1");
        if (SUCCEEDED(hr)) hr = set_type(service, SERVICE_AUTO_START);
    }
    if (service) CloseServiceHandle(service);
    if (FAILED(hr))
        LOG_WARN(LOG_SERVICE, "the service will not start with the machine: %#lx",
                 (unsigned long)hr);
}

void start_type_give_back(void)
{
    WCHAR text[CLASS_TEXT_MAX];
    SC_HANDLE service;
    DWORD type = SERVICE_DISABLED;
    HRESULT hr;

    if (!class_key_get(PARAMETERS, CHANGED, text)) return;
    hr = open_service(&service);
    if (SUCCEEDED(hr)) hr = get_type(service, &type);
    if (SUCCEEDED(hr) && type == SERVICE_AUTO_START) hr = set_type(service, SERVICE_DEMAND_START);
    if (SUCCEEDED(hr)) class_key_clear(PARAMETERS, CHANGED);
    if (service) CloseServiceHandle(service);
    if (FAILED(hr))
        LOG_WARN(LOG_SERVICE, "the service still starts with the machine: %#lx", (unsigned long)hr);
}
