/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The entry points of the DLL. The classes of the manager are ours, all others are asked of the
 * proxy and stub code that widl makes. */
#include <windows.h>
#include <objbase.h>
#include <olectl.h>

#include "base/str.h"
#include "com/class_factory.h"
#include "net/mbedtls_setup.h"
#include "service/activation.h"
#include "service/install.h"
#include "service/register.h"
#include "service/runtime.h"
#include "store/store.h"

/* Of dlldata.c. */
HRESULT WINAPI proxy_DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
HRESULT WINAPI proxy_DllCanUnloadNow(void);

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved);
HRESULT WINAPI DllInstall(BOOL is_installed, const WCHAR *what);

static HINSTANCE module;

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved)
{
    bool is_process_over = reserved != NULL;

    if (reason == DLL_PROCESS_ATTACH)
    {
        module = instance;
        DisableThreadLibraryCalls(instance);
    }
    /* The engine has a reference of its own, so it is gone. At the end of a process it may not be,
     * and the system takes all anyway. */
    if (reason == DLL_PROCESS_DETACH && !is_process_over)
    {
        store_library_end();
        mbedtls_setup_end();
    }
    return TRUE;
}

HRESULT WINAPI DllGetClassObject(REFCLSID clsid, REFIID iid, void **out)
{
    HRESULT hr = class_factory_get(activation_create_manager, clsid, iid, out);

    return hr == CLASS_E_CLASSNOTAVAILABLE ? proxy_DllGetClassObject(clsid, iid, out) : hr;
}

HRESULT WINAPI DllCanUnloadNow(void)
{
    if (proxy_DllCanUnloadNow() != S_OK) return S_FALSE;
    return runtime_stop_if_idle() ? S_OK : S_FALSE;
}

HRESULT WINAPI DllRegisterServer(void)
{
    return register_all(module);
}

HRESULT WINAPI DllUnregisterServer(void)
{
    return unregister_all(module);
}

/* regsvr32 /i:service; it comes after the registration, and before or after its end. */
HRESULT WINAPI DllInstall(BOOL is_installed, const WCHAR *what)
{
    if (!what || !str_is_equal_nocase(what, L"service")) return E_INVALIDARG;
    return is_installed ? service_install(module) : service_uninstall(module);
}
