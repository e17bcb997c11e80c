/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * When the DLL may go: never while somebody holds an object of it, or while a job is in its queue;
 * afterwards with all of its threads. For a server in this process only. OPENBITS_UNLOAD_ROUNDS
 * sets how often it comes and goes. */
#include "harness/com_callback.h"

#include <stdlib.h>

#include "usage.h"

#define WAIT_MS 20000
#define ROUNDS  100

typedef HRESULT(WINAPI *get_class_object_fn)(REFCLSID clsid, REFIID iid, void **out);
typedef HRESULT(WINAPI *can_unload_fn)(void);

static struct
{
    HMODULE module;
    get_class_object_fn get_class_object;
    can_unload_fn can_unload;
    WCHAR path[MAX_PATH];
} server;

static bool find_server(void)
{
    static const WCHAR key_name[] =
        L"CLSID\\{4991d34b-80a1-4291-83b6-3328366b9097}\\InprocServer32";
    DWORD size = sizeof(server.path);
    char text[MAX_PATH];

    if (test_env("OPENBITS_DLL", text, sizeof(text)))
        return MultiByteToWideChar(CP_ACP, 0, text, -1, server.path, MAX_PATH) != 0;
    return !RegGetValueW(HKEY_CLASSES_ROOT, key_name, NULL, RRF_RT_REG_SZ, NULL, server.path,
                         &size);
}

static bool load_server(void)
{
    if (!(server.module = LoadLibraryW(server.path))) return false;
    server.get_class_object =
        (get_class_object_fn)(void *)GetProcAddress(server.module, "DllGetClassObject");
    server.can_unload = (can_unload_fn)(void *)GetProcAddress(server.module, "DllCanUnloadNow");
    return server.get_class_object && server.can_unload;
}

static bool is_loaded(void)
{
    return GetModuleHandleW(server.path) != NULL;
}

static IBackgroundCopyManager *make_manager(void)
{
    IBackgroundCopyManager *manager = NULL;
    IClassFactory *factory;
    HRESULT hr;

    hr = server.get_class_object(&CLSID_BackgroundCopyManager, &IID_IClassFactory,
                                 (void **)&factory);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return NULL;
    hr =
        IClassFactory_CreateInstance(factory, NULL, &IID_IBackgroundCopyManager, (void **)&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IClassFactory_Release(factory);
    return manager;
}

#define check_stays() ok(server.can_unload() == S_FALSE, "It would go.\n")
#define check_goes()  ok(server.can_unload() == S_OK, "It would stay.\n")

static void test_objects(void)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyManager *manager;
    IClassFactory *factory;
    HRESULT hr;

    withstands("K12");
    check_goes();
    hr = server.get_class_object(&CLSID_BackgroundCopyManager, &IID_IClassFactory,
                                 (void **)&factory);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_stays();
    hr = IClassFactory_LockServer(factory, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IClassFactory_Release(factory);
    check_stays();

    manager = make_manager();
    hr = server.get_class_object(&CLSID_BackgroundCopyManager1_5, &IID_IClassFactory,
                                 (void **)&factory);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IClassFactory_LockServer(factory, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IClassFactory_Release(factory);
    check_stays();

    hr = IBackgroundCopyManager_EnumJobs(manager, 0, &jobs);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyManager_Release(manager);
    check_stays();
    IEnumBackgroundCopyJobs_Release(jobs);
    check_goes();
}

static void test_jobs(void)
{
    IBackgroundCopyManager *manager = make_manager();
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K12");
    hr = IBackgroundCopyManager_CreateJob(manager, L"unload", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    check_stays();

    /* A job outlives the pointers of its client. */
    manager = make_manager();
    hr = IBackgroundCopyManager_GetJob(manager, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Cancel(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyManager_Release(manager);
    check_stays();
    IBackgroundCopyJob_Release(job);
    check_goes();
}

/* While it runs, with nobody who holds it. */
static void test_running(void)
{
    static const struct origin_file file = {.size = 5000, .version = 1};
    struct origin *origin = origin_start(NULL);
    IBackgroundCopyManager *manager = make_manager();
    WCHAR url[URL_MAX], path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K12");
    origin_add(origin, "/held", &file);
    origin_hold_after(origin, "/held", 1000);
    hr = IBackgroundCopyManager_CreateJob(manager, L"runs", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/held", url),
                                    temp_path(L"held", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    ok(origin_wait_held(origin, "/held", WAIT_MS), "It is not asked for.\n");
    check_stays();
    origin_release(origin, "/held");

    manager = make_manager();
    hr = IBackgroundCopyManager_GetJob(manager, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, 5000, 1);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);
    check_goes();
    origin_destroy(origin);
}

/* After a whole transfer with a client that was told of it. */
static void test_after_transfer(void)
{
    static const struct origin_file file = {.size = 5000, .version = 1};
    struct test_callback *callback = test_callback_create(CALLBACK_1);
    struct origin *origin = origin_start(NULL);
    IBackgroundCopyManager *manager = make_manager();
    WCHAR url[URL_MAX], path[MAX_PATH];
    IBackgroundCopyJob *job;
    HRESULT hr;
    GUID id;

    withstands("K12");
    origin_add(origin, "/file", &file);
    hr = IBackgroundCopyManager_CreateJob(manager, L"unload", BG_JOB_TYPE_DOWNLOAD, &id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, origin_wurl(origin, "/file", url),
                                    temp_path(L"file", path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, 5000, 1);
    IBackgroundCopyJob_Release(job);
    IBackgroundCopyManager_Release(manager);

    check_goes();
    ok(!test_callback_release(callback), "The callback object is still held.\n");
    origin_destroy(origin);
}

static unsigned int unload_rounds(void)
{
    char text[16];
    int rounds = test_env("OPENBITS_UNLOAD_ROUNDS", text, sizeof(text)) ? atoi(text) : 0;

    return rounds > 1 ? (unsigned int)rounds : ROUNDS;
}

/* The engine comes and goes with the module, and leaves nothing behind. */
static void test_unload(void)
{
    struct usage before = {0}, after;
    unsigned int rounds = unload_rounds(), blocks = 0, more;

    withstands("K12");
    /* Wine's own loses some memory with each load, so it stays. */
    LoadLibraryW(L"secur32.dll");
    /* COM has loaded it too, for the proxies of the callback. */
    CoFreeUnusedLibrariesEx(0, 0);
    for (unsigned int i = 0; i < rounds; i++)
    {
        IBackgroundCopyManager *manager;

        if (i && !load_server())
        {
            ok(0, "Round %u: could not be loaded.\n", i);
            return;
        }
        if (!(manager = make_manager())) return;
        IBackgroundCopyManager_Release(manager);
        check_goes();
        FreeLibrary(server.module);
        if (is_loaded())
        {
            ok(0, "Round %u: still loaded.\n", i);
            return;
        }
        /* The first round loads what the system never lets go of. */
        if (i != 1) continue;
        before = usage_now();
        blocks = usage_count_blocks();
    }
    after = usage_now();
    more = usage_count_blocks();
    trace("Before: %lu handles, %u threads, %lu KiB; after: %lu, %u, %lu.\n", before.handles,
          before.threads, (unsigned long)before.kib, after.handles, after.threads,
          (unsigned long)after.kib);
    usage_check(&before, &after);
    /* Those of the system come and go, but not one with each round. */
    trace("Before: %u blocks; after: %u.\n", blocks, more);
    ok(blocks > 0, "The blocks cannot be counted.\n");
    ok(more < blocks + rounds / 2, "Got %u blocks, had %u.\n", more, blocks);
}

/* A client that frees the DLL without asking pulls it from under nobody. */
static void test_unload_without_asking(void)
{
    IBackgroundCopyManager *manager;

    withstands("K12");
    ok(load_server(), "Could not be loaded.\n");
    manager = make_manager();
    IBackgroundCopyManager_Release(manager);
    FreeLibrary(server.module);
    ok(is_loaded(), "Its threads run without code.\n");

    ok(load_server(), "Could not be loaded.\n");
    check_goes();
    FreeLibrary(server.module);
    ok(!is_loaded(), "Still loaded.\n");
}

/* COM asks the DLL, and lets go of it. */
static void test_unload_by_COM(void)
{
    IBackgroundCopyManager *manager;
    HRESULT hr;

    hr = CoCreateInstance(&CLSID_BackgroundCopyManager, NULL, CLSCTX_INPROC_SERVER,
                          &IID_IBackgroundCopyManager, (void **)&manager);
    if (hr == REGDB_E_CLASSNOTREG)
    {
        win_skip("The class is not registered in process.\n");
        return;
    }
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    CoFreeUnusedLibrariesEx(0, 0);
    ok(is_loaded(), "It is gone, and the manager with it.\n");
    IBackgroundCopyManager_Release(manager);
    CoFreeUnusedLibrariesEx(0, 0);
    ok(!is_loaded(), "Still loaded.\n");
}

START_TEST(unload)
{
    com_start(COINIT_MULTITHREADED);
    if (!find_server() || !load_server())
        win_skip("There is no server in this process.\n");
    else
    {
        RUN_TEST(test_objects);
        RUN_TEST(test_jobs);
        RUN_TEST(test_running);
        RUN_TEST(test_after_transfer);
        RUN_TEST(test_unload);
        RUN_TEST(test_unload_without_asking);
        RUN_TEST(test_unload_by_COM);
    }
    com_stop();
}
