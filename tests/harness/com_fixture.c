/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which server is tested, and how it is reached; the start and the end of a test program. */
#include "harness/com_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "harness/com_private.h"
#include "harness/os.h"

static IBackgroundCopyManager *manager;
static com_class_source class_source; /* NULL: as the variables say */

static struct
{
    bool is_kept;
    DWORD flags;
    DWORD size;
    ULONG age;
} configuration;

void com_start(DWORD model)
{
    HRESULT hr = CoInitializeEx(NULL, model);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    com_make_temp_folder();
}

static void restore_configuration(void)
{
    IBitsPeerCacheAdministration *admin;

    if (!configuration.is_kept || !(admin = manager_query(&IID_IBitsPeerCacheAdministration)))
        return;
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, configuration.flags);
    if (configuration.size)
        IBitsPeerCacheAdministration_SetMaximumCacheSize(admin, configuration.size);
    if (configuration.age)
        IBitsPeerCacheAdministration_SetMaximumContentAge(admin, configuration.age);
    IBitsPeerCacheAdministration_Release(admin);
    configuration.is_kept = false;
}

void com_stop(void)
{
    policy_restore();
    com_cancel_jobs();
    restore_configuration();
    if (manager) IBackgroundCopyManager_Release(manager);
    manager = NULL;
    com_remove_temp_folder();
    CoUninitialize();
}

/* ---- The server ---- */

static bool is_registered_in_process(void)
{
    static const WCHAR key_name[] =
        L"CLSID\\{4991d34b-80a1-4291-83b6-3328366b9097}\\InprocServer32";
    HKEY key;

    if (RegOpenKeyExW(HKEY_CLASSES_ROOT, key_name, 0, KEY_READ, &key)) return false;
    RegCloseKey(key);
    return true;
}

/* Windows and Wine have BITS in a service only. */
bool target_is_ours(void)
{
    char text[MAX_PATH];

    if (class_source) return true;
    if (test_env("OPENBITS_TARGET", text, sizeof(text))) return !strcmp(text, "ours");
    if (test_env("OPENBITS_DLL", text, sizeof(text))) return true;
    return is_registered_in_process();
}

bool is_remote(void *object)
{
    IUnknown *proxy;

    if (FAILED(IUnknown_QueryInterface((IUnknown *)object, &IID_IClientSecurity, (void **)&proxy)))
        return false;
    IUnknown_Release(proxy);
    return true;
}

bool is_null_refusal(void *object, HRESULT hr)
{
    if (is_remote(object)) return hr == HRESULT_FROM_WIN32(RPC_X_NULL_REF_POINTER);
    return hr == E_INVALIDARG;
}

void com_set_class_source(com_class_source source)
{
    class_source = source;
}

static HRESULT create_from(com_class_source source, REFCLSID clsid, REFIID iid, void **out)
{
    IClassFactory *factory;
    HRESULT hr;

    if (FAILED(hr = source(clsid, &IID_IClassFactory, (void **)&factory))) return hr;
    hr = IClassFactory_CreateInstance(factory, NULL, iid, out);
    IClassFactory_Release(factory);
    return hr;
}

static HRESULT create_from_dll(const char *path, REFCLSID clsid, REFIID iid, void **out)
{
    static HMODULE module; /* never unloaded: it may have threads */
    com_class_source source;

    if (!module && !(module = LoadLibraryA(path))) return HRESULT_FROM_WIN32(GetLastError());
    source = (com_class_source)(void *)GetProcAddress(module, "DllGetClassObject");
    if (!source) return HRESULT_FROM_WIN32(GetLastError());
    return create_from(source, clsid, iid, out);
}

HRESULT create_instance(REFCLSID clsid, REFIID iid, void **out)
{
    char text[MAX_PATH], context[16];
    HRESULT hr;

    *out = NULL;
    if (class_source) return create_from(class_source, clsid, iid, out);
    if (test_env("OPENBITS_DLL", text, sizeof(text))) return create_from_dll(text, clsid, iid, out);
    test_env("OPENBITS_CLSCTX", context, sizeof(context));
    if (!strcmp(context, "local"))
        return CoCreateInstance(clsid, NULL, CLSCTX_LOCAL_SERVER, iid, out);
    hr = CoCreateInstance(clsid, NULL, CLSCTX_INPROC_SERVER, iid, out);
    if (hr == REGDB_E_CLASSNOTREG && strcmp(context, "inproc") != 0)
        hr = CoCreateInstance(clsid, NULL, CLSCTX_LOCAL_SERVER, iid, out);
    return hr;
}

IBackgroundCopyManager *create_manager(void)
{
    IBackgroundCopyManager *created;
    HRESULT hr;

    hr = create_instance(&CLSID_BackgroundCopyManager, &IID_IBackgroundCopyManager,
                         (void **)&created);
    ok(hr == S_OK, "Could not create the manager, hr %#lx.\n", hr);
    return created;
}

IBackgroundCopyManager *com_manager(void)
{
    if (!manager) manager = create_manager();
    /* A failed check: every test after it would only stumble over that again. */
    if (!manager) exit(1);
    return manager;
}

void *manager_query(REFIID iid)
{
    void *out = NULL;

    if (FAILED(IBackgroundCopyManager_QueryInterface(com_manager(), iid, &out))) return NULL;
    return out;
}

void keep_peer_configuration(void)
{
    IBitsPeerCacheAdministration *admin;

    if (configuration.is_kept || !(admin = manager_query(&IID_IBitsPeerCacheAdministration)))
        return;
    configuration.is_kept =
        IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &configuration.flags) == S_OK;
    if (IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &configuration.size) != S_OK)
        configuration.size = 0;
    if (IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &configuration.age) != S_OK)
        configuration.age = 0;
    IBitsPeerCacheAdministration_Release(admin);
}

/* ---- Waits ---- */

static void dispatch_messages(unsigned int ms)
{
    MSG msg;

    MsgWaitForMultipleObjectsEx(0, NULL, ms, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
    while (PeekMessageW(&msg, NULL, 0, 0, PM_REMOVE))
    {
        TranslateMessage(&msg);
        DispatchMessageW(&msg);
    }
}

bool com_wait_for(bool (*condition)(void *ctx), void *ctx, unsigned int timeout_ms)
{
    uint64_t end = os_ticks() + timeout_ms;
    unsigned int pause = 1;

    for (;;)
    {
        bool is_over = os_ticks() >= end;

        if (condition(ctx)) return true;
        if (is_over) return false;
        dispatch_messages(pause);
        if (pause < 10) pause++;
    }
}

static bool is_never(void *ctx)
{
    (void)ctx;
    return false;
}

void com_pump(unsigned int ms)
{
    com_wait_for(is_never, NULL, ms);
}
