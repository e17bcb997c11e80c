/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How a client gets at the manager, and the rules of COM that hold for all objects. */
#include "harness/com_fixture.h"
#include "harness/os.h"

#include "bitscfg.h"
#include "qmgr.h"

/* {5c1dd0a5-52c9-4ed6-9f6e-6f4d6fbd0a11}: nobody's interface. */
static const IID IID_nobody = {
    0x5c1dd0a5, 0x52c9, 0x4ed6, {0x9f, 0x6e, 0x6f, 0x4d, 0x6f, 0xbd, 0x0a, 0x11}};

static const CLSID *const class_ids[] = {
    &CLSID_BackgroundCopyManager,     &CLSID_BackgroundCopyManager1_5,
    &CLSID_BackgroundCopyManager2_0,  &CLSID_BackgroundCopyManager2_5,
    &CLSID_BackgroundCopyManager3_0,  &CLSID_BackgroundCopyManager4_0,
    &CLSID_BackgroundCopyManager5_0,  &CLSID_BackgroundCopyManager10_1,
    &CLSID_BackgroundCopyManager10_2, &CLSID_BackgroundCopyManager10_3,
    &CLSID_BackgroundCopyQMgr,
};

#define check_same_object(a, b) check_same_object_(__LINE__, a, b)
static void check_same_object_(int line, void *a, void *b)
{
    IUnknown *unknown_a = NULL, *unknown_b = NULL;

    IUnknown_QueryInterface((IUnknown *)a, &IID_IUnknown, (void **)&unknown_a);
    IUnknown_QueryInterface((IUnknown *)b, &IID_IUnknown, (void **)&unknown_b);
    ok_(__FILE__, line)(unknown_a && unknown_a == unknown_b, "Got %p and %p.\n", unknown_a,
                        unknown_b);
    if (unknown_a) IUnknown_Release(unknown_a);
    if (unknown_b) IUnknown_Release(unknown_b);
}

#define check_unknown_interface(object) check_unknown_interface_(__LINE__, object)
static void check_unknown_interface_(int line, void *object)
{
    void *out = (void *)0xdeadbeef;
    HRESULT hr = IUnknown_QueryInterface((IUnknown *)object, &IID_nobody, &out);

    ok_(__FILE__, line)(hr == E_NOINTERFACE, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(!out, "Got %p.\n", out);
}

/* ---- class ids ---- */

static void test_class_ids(void)
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job, *found;
    HRESULT hr;
    GUID id;

    shows("GEN-3");
    job = create_job(L"class ids", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob_GetId(job, &id);

    for (unsigned int i = 0; i < ARRAY_SIZE(class_ids); i++)
    {
        winetest_push_context("%s", wine_dbgstr_guid(class_ids[i]));
        hr = create_instance(class_ids[i], &IID_IBackgroundCopyManager, (void **)&manager);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        if (SUCCEEDED(hr))
        {
            /* They all show the same jobs. */
            hr = IBackgroundCopyManager_GetJob(manager, &id, &found);
            ok(hr == S_OK, "Got hr %#lx.\n", hr);
            if (SUCCEEDED(hr)) IBackgroundCopyJob_Release(found);
            IBackgroundCopyManager_Release(manager);
        }
        winetest_pop_context();
    }
    end_job(job);
}

static void test_interfaces_of_class(void)
{
    IUnknown *unknown;
    void *out;
    HRESULT hr;

    hr = create_instance(&CLSID_BackgroundCopyManager, &IID_IUnknown, (void **)&unknown);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr)) IUnknown_Release(unknown);

    out = (void *)0xdeadbeef;
    hr = create_instance(&CLSID_BackgroundCopyManager, &IID_IBackgroundCopyJob, &out);
    ok(hr == E_NOINTERFACE, "Got hr %#lx.\n", hr);
    ok(!out, "Got %p.\n", out);
}

/* The settings of the server's extension belong to IIS, which is not here. */
static void test_server_extension(void)
{
    void *out = (void *)0xdeadbeef;
    HRESULT hr = CoCreateInstance(&CLSID_BITSExtensionSetupFactory, NULL, CLSCTX_ALL,
                                  &IID_IBITSExtensionSetupFactory, &out);

    if (!target_is_ours())
    {
        skip("There may be an IIS.\n");
        if (SUCCEEDED(hr)) IUnknown_Release((IUnknown *)out);
        return;
    }
    ok(hr == REGDB_E_CLASSNOTREG, "Got hr %#lx.\n", hr);
    ok(!out, "Got %p.\n", out);
}

/* Only a class in this process has a class object that can be asked directly. */
static void test_class_object(void)
{
    IClassFactory *factory;
    void *out;
    HRESULT hr;

    hr = CoGetClassObject(&CLSID_BackgroundCopyManager, CLSCTX_INPROC_SERVER, NULL,
                          &IID_IClassFactory, (void **)&factory);
    if (hr == REGDB_E_CLASSNOTREG)
    {
        win_skip("The class is not registered in process.\n");
        return;
    }
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    check_unknown_interface(factory);

    out = (void *)0xdeadbeef;
    hr = IClassFactory_CreateInstance(factory, (IUnknown *)factory, &IID_IUnknown, &out);
    ok(hr == CLASS_E_NOAGGREGATION, "Got hr %#lx.\n", hr);
    ok(!out, "Got %p.\n", out);
    hr = IClassFactory_CreateInstance(factory, NULL, &IID_IUnknown, NULL);
    ok(hr == E_POINTER, "Got hr %#lx.\n", hr);

    hr = IClassFactory_LockServer(factory, TRUE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IClassFactory_LockServer(factory, FALSE);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IClassFactory_Release(factory);
}

/* ---- apartments ---- */

struct apartment
{
    DWORD model;
    HRESULT init_hr;
    HRESULT create_hr;
    HRESULT job_hr;
    BG_JOB_STATE state;
    IStream *stream; /* a job of another apartment */
    IBackgroundCopyJob *arrived;
};

static void use_manager(void *arg)
{
    struct apartment *apartment = arg;
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob *job;
    GUID id;

    if (FAILED(apartment->init_hr = CoInitializeEx(NULL, apartment->model))) return;
    apartment->create_hr = create_instance(&CLSID_BackgroundCopyManager,
                                           &IID_IBackgroundCopyManager, (void **)&manager);
    if (SUCCEEDED(apartment->create_hr))
    {
        apartment->job_hr = IBackgroundCopyManager_CreateJob(manager, L"apartment",
                                                             BG_JOB_TYPE_DOWNLOAD, &id, &job);
        if (SUCCEEDED(apartment->job_hr))
        {
            IBackgroundCopyJob_GetState(job, &apartment->state);
            end_job(job);
        }
        IBackgroundCopyManager_Release(manager);
    }
    CoUninitialize();
}

static void test_apartments(void)
{
    static const DWORD models[] = {COINIT_APARTMENTTHREADED, COINIT_MULTITHREADED};

    shows("GEN-2");
    for (unsigned int i = 0; i < ARRAY_SIZE(models); i++)
    {
        struct apartment apartment = {.model = models[i], .state = BG_JOB_STATE_ERROR};
        struct os_thread thread;

        winetest_push_context("Model %#lx", models[i]);
        ok(os_thread_start(&thread, use_manager, &apartment), "No thread.\n");
        os_thread_join(&thread);
        ok(SUCCEEDED(apartment.init_hr), "Got hr %#lx.\n", apartment.init_hr);
        ok(apartment.create_hr == S_OK, "Got hr %#lx.\n", apartment.create_hr);
        ok(apartment.job_hr == S_OK, "Got hr %#lx.\n", apartment.job_hr);
        ok(apartment.state == BG_JOB_STATE_SUSPENDED, "Got state %d.\n", apartment.state);
        winetest_pop_context();
    }
}

static void take_job(void *arg)
{
    struct apartment *apartment = arg;
    IBackgroundCopyJob *job;

    if (FAILED(apartment->init_hr = CoInitializeEx(NULL, apartment->model))) return;
    apartment->job_hr =
        CoGetInterfaceAndReleaseStream(apartment->stream, &IID_IBackgroundCopyJob, (void **)&job);
    if (SUCCEEDED(apartment->job_hr))
    {
        apartment->arrived = job;
        apartment->job_hr = IBackgroundCopyJob_GetState(job, &apartment->state);
        IBackgroundCopyJob_Release(job);
    }
    CoUninitialize();
}

/* In one process it is the object itself that arrives: no apartment waits for another. */
static void test_job_between_apartments(void)
{
    struct apartment apartment = {.model = COINIT_APARTMENTTHREADED, .state = BG_JOB_STATE_ERROR};
    IBackgroundCopyJob *job = create_job(L"traveller", BG_JOB_TYPE_DOWNLOAD);
    struct os_thread thread;
    HRESULT hr;

    hr = CoMarshalInterThreadInterfaceInStream(&IID_IBackgroundCopyJob, (IUnknown *)job,
                                               &apartment.stream);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(os_thread_start(&thread, take_job, &apartment), "No thread.\n");
    os_thread_join(&thread);
    ok(SUCCEEDED(apartment.init_hr), "Got hr %#lx.\n", apartment.init_hr);
    ok(apartment.job_hr == S_OK, "Got hr %#lx.\n", apartment.job_hr);
    ok(apartment.state == BG_JOB_STATE_SUSPENDED, "Got state %d.\n", apartment.state);
    if (target_is_ours() && !is_remote(job))
        ok(apartment.arrived == job, "Got %p.\n", apartment.arrived);
    end_job(job);
}

/* ---- identity ---- */

static void test_manager_interfaces(void)
{
    IBitsPeerCacheAdministration *admin = manager_query(&IID_IBitsPeerCacheAdministration);
    IBackgroundCopyManager *manager;
    HRESULT hr;

    shows("PCA-IF-1");
    ok(admin != NULL, "No IBitsPeerCacheAdministration.\n");
    check_unknown_interface(com_manager());
    if (!admin) return;

    check_same_object(com_manager(), admin);
    check_unknown_interface(admin);
    hr = IBitsPeerCacheAdministration_QueryInterface(admin, &IID_IBackgroundCopyManager,
                                                     (void **)&manager);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(manager == com_manager(), "Got %p.\n", manager);
        IBackgroundCopyManager_Release(manager);
    }
    IBitsPeerCacheAdministration_Release(admin);
}

static void test_job_interfaces(void)
{
    static const IID *const iids[] = {&IID_IBackgroundCopyJob, &IID_IBackgroundCopyJob2,
                                      &IID_IBackgroundCopyJob3, &IID_IBackgroundCopyJob4};
    IBackgroundCopyJob *job;
    IUnknown *other;
    HRESULT hr;

    shows("J4-IF-1");
    shows("J4-IF-5");
    shows("J4-IF-6");
    for (int type = BG_JOB_TYPE_DOWNLOAD; type <= BG_JOB_TYPE_UPLOAD_REPLY; type++)
    {
        winetest_push_context("Type %d", type);
        job = create_job(L"interfaces", (BG_JOB_TYPE)type);
        check_unknown_interface(job);
        for (unsigned int i = 0; i < ARRAY_SIZE(iids); i++)
        {
            hr = IBackgroundCopyJob_QueryInterface(job, iids[i], (void **)&other);
            ok(hr == S_OK, "Interface %u: got hr %#lx.\n", i, hr);
            if (FAILED(hr)) continue;
            check_same_object(job, other);
            IUnknown_Release(other);
        }
        end_job(job);
        winetest_pop_context();
    }
}

/* The newest interface answers the calls of all older ones. */
static void test_inherited_methods(void)
{
    IBackgroundCopyJob4 *job4;
    IBackgroundCopyJob *job;
    BG_JOB_STATE state;
    WCHAR *name = NULL;
    DWORD flags;
    HRESULT hr;
    GUID id, id4;

    shows("J4-IF-2");
    job = create_job(L"inherited", BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;

    IBackgroundCopyJob_GetId(job, &id);
    hr = IBackgroundCopyJob4_GetId(job4, &id4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(IsEqualGUID(&id, &id4), "Got %s.\n", wine_dbgstr_guid(&id4));
    hr = IBackgroundCopyJob_GetState((IBackgroundCopyJob *)job4, &state);
    ok(hr == S_OK && state == BG_JOB_STATE_SUSPENDED, "Got hr %#lx, state %d.\n", hr, state);
    hr = IBackgroundCopyJob2_GetReplyFileName((IBackgroundCopyJob2 *)job4, &name);
    ok(hr == E_NOTIMPL, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob3_SetFileACLFlags((IBackgroundCopyJob3 *)job4, ~0u);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job4, &flags);
    ok(hr == S_OK && !flags, "Got hr %#lx, flags %#lx.\n", hr, flags);
    IBackgroundCopyJob4_Release(job4);
    end_job(job);
}

/* ---- general rules ---- */

static void check_string(IMalloc *allocator, const char *what, HRESULT hr, WCHAR *text)
{
    ok(hr == S_OK, "%s: got hr %#lx.\n", what, hr);
    ok(text != NULL, "%s: got no text.\n", what);
    if (!text) return;
    ok(IMalloc_DidAlloc(allocator, text) == 1, "%s is not of the task allocator.\n", what);
    CoTaskMemFree(text);
}

static void test_strings(void)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile3 *file3;
    IBackgroundCopyFile *file;
    IBackgroundCopyJob *job;
    BG_JOB_PROXY_USAGE usage;
    WCHAR *text, *bypass, local[MAX_PATH];
    IMalloc *allocator;
    HRESULT hr;

    shows("GEN-6");
    hr = CoGetMalloc(MEMCTX_TASK, &allocator);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    job = create_job(L"strings", BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_AddFile(job, L"http://127.0.0.1/file", temp_path(L"file", local));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    text = NULL;
    hr = IBackgroundCopyJob_GetDisplayName(job, &text);
    check_string(allocator, "GetDisplayName", hr, text);
    text = NULL;
    hr = IBackgroundCopyJob_GetDescription(job, &text);
    check_string(allocator, "GetDescription", hr, text);
    text = NULL;
    hr = IBackgroundCopyJob_GetOwner(job, &text);
    check_string(allocator, "GetOwner", hr, text);
    text = NULL;
    hr = IBackgroundCopyManager_GetErrorDescription(com_manager(), BG_E_NOT_FOUND, 0x409, &text);
    check_string(allocator, "GetErrorDescription", hr, text);

    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy:80",
                                             L"bypass");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    text = bypass = NULL;
    hr = IBackgroundCopyJob_GetProxySettings(job, &usage, &text, &bypass);
    check_string(allocator, "The proxy list", hr, text);
    check_string(allocator, "The bypass list", hr, bypass);

    hr = IBackgroundCopyJob_EnumFiles(job, &files);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile3, (void **)&file3);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    text = NULL;
    hr = IBackgroundCopyFile3_GetRemoteName(file3, &text);
    check_string(allocator, "GetRemoteName", hr, text);
    text = NULL;
    hr = IBackgroundCopyFile3_GetLocalName(file3, &text);
    check_string(allocator, "GetLocalName", hr, text);
    text = NULL;
    hr = IBackgroundCopyFile3_GetTemporaryName(file3, &text);
    check_string(allocator, "GetTemporaryName", hr, text);

    IBackgroundCopyFile3_Release(file3);
    IBackgroundCopyFile_Release(file);
    IEnumBackgroundCopyFiles_Release(files);
    IMalloc_Release(allocator);
    end_job(job);
}

static void test_failing_methods(void)
{
    IBackgroundCopyJob *job = create_job(L"failing", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyError *error;
    HRESULT hr;

    shows("GEN-7");
    hr = IBackgroundCopyJob_Resume(job);
    ok(hr == BG_E_EMPTY, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_AddFile(job, L"ftp://127.0.0.1/file", L"C:\\file");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    error = (IBackgroundCopyError *)0xdeadbeef;
    hr = IBackgroundCopyJob_GetError(job, &error);
    ok(hr == BG_E_ERROR_INFORMATION_UNAVAILABLE, "Got hr %#lx.\n", hr);
    ok(!error, "Got %p.\n", error);
    end_job(job);
}

START_TEST(activation)
{
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_class_ids);
    RUN_TEST(test_interfaces_of_class);
    RUN_TEST(test_class_object);
    RUN_TEST(test_server_extension);
    RUN_TEST(test_apartments);
    RUN_TEST(test_job_between_apartments);
    RUN_TEST(test_manager_interfaces);
    RUN_TEST(test_job_interfaces);
    RUN_TEST(test_inherited_methods);
    RUN_TEST(test_strings);
    RUN_TEST(test_failing_methods);
    com_stop();
}
