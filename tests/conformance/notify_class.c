/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * BITS_JOB_PROPERTY_NOTIFICATION_CLSID: an object of the class is told where the client has set
 * none. The class's server is this program. */
#include "callback_fixture.h"

static const CLSID test_class = {
    0x3f6e54a1, 0x9f0d, 0x4c7b, {0x91, 0x1c, 0x52, 0x6e, 0x0b, 0x7a, 0x44, 0xd3}};

static struct origin *origin;

/* ---- the server of the class ---- */

static struct test_callback *served;
static LONG made;

static HRESULT WINAPI factory_QueryInterface(IClassFactory *iface, REFIID iid, void **out)
{
    *out = NULL;
    if (!IsEqualGUID(iid, &IID_IUnknown) && !IsEqualGUID(iid, &IID_IClassFactory))
        return E_NOINTERFACE;
    *out = iface;
    return S_OK;
}

static ULONG WINAPI factory_AddRef(IClassFactory *iface)
{
    (void)iface;
    return 2;
}

static ULONG WINAPI factory_Release(IClassFactory *iface)
{
    (void)iface;
    return 1;
}

static HRESULT WINAPI factory_CreateInstance(IClassFactory *iface, IUnknown *outer, REFIID iid,
                                             void **out)
{
    (void)iface;
    (void)outer;
    InterlockedIncrement(&made);
    return IUnknown_QueryInterface(test_callback_unknown(served), iid, out);
}

static HRESULT WINAPI factory_LockServer(IClassFactory *iface, BOOL lock)
{
    (void)iface;
    (void)lock;
    return S_OK;
}

static const IClassFactoryVtbl factory_vtbl = {factory_QueryInterface, factory_AddRef,
                                               factory_Release, factory_CreateInstance,
                                               factory_LockServer};
static IClassFactory factory = {&factory_vtbl};

/* ---- jobs ---- */

static void set_class(IBackgroundCopyJob *job, const CLSID *clsid)
{
    BITS_JOB_PROPERTY_VALUE value = {0};
    IBackgroundCopyJob5 *job5;
    HRESULT hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob5, (void **)&job5);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    value.ClsID = *clsid;
    hr = IBackgroundCopyJob5_SetProperty(job5, BITS_JOB_PROPERTY_NOTIFICATION_CLSID, value);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob5_Release(job5);
}

static void test_class_is_told(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"class", 2);

    served = test_callback_create(CALLBACK_1 | CALLBACK_2);
    made = 0;
    IBackgroundCopyJob_SetNotifyFlags(job, BG_NOTIFY_JOB_TRANSFERRED | BG_NOTIFY_FILE_TRANSFERRED);
    set_class(job, &test_class);
    shows("J5-6");
    resume_job(job);
    ok(test_callback_wait(served, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    ok(test_callback_count(served, CALLBACK_FILE_TRANSFERRED) == 2, "Told of %ld files.\n",
       test_callback_count(served, CALLBACK_FILE_TRANSFERRED));
    /* Its object is kept for what comes later. */
    ok(made == 1, "%ld objects were made.\n", made);
    end_client(job, served);
}

static void test_object_comes_first(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"first", 1);
    struct test_callback *callback = test_callback_create(CALLBACK_1);

    served = test_callback_create(CALLBACK_1);
    made = 0;
    job_set_callback(job, callback, BG_NOTIFY_JOB_TRANSFERRED);
    set_class(job, &test_class);
    resume_job(job);
    ok(test_callback_wait(callback, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    com_pump(QUIET_MS);
    ok(!made, "%ld objects were made.\n", made);
    end_client(job, callback);
    IUnknown_Release(test_callback_unknown(served));
}

static void test_cleared(void)
{
    IBackgroundCopyJob *job = make_job(origin, L"cleared", 1);

    served = test_callback_create(CALLBACK_1);
    made = 0;
    set_class(job, &test_class);
    set_class(job, &GUID_NULL);
    shows("J5-5");
    resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    com_pump(QUIET_MS);
    ok(!made, "%ld objects were made.\n", made);

    /* What waits is told to whoever comes late. */
    set_class(job, &test_class);
    ok(test_callback_wait(served, CALLBACK_JOB_TRANSFERRED, 1, WAIT_MS), "Not called.\n");
    end_client(job, served);
}

START_TEST(notify_class)
{
    DWORD cookie;
    HRESULT hr;

    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    hr = CoRegisterClassObject(&test_class, (IUnknown *)&factory, CLSCTX_LOCAL_SERVER,
                               REGCLS_MULTIPLEUSE, &cookie);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (is_remote(com_manager()))
        skip("The class would have to be registered.\n");
    else if (SUCCEEDED(hr) && origin)
    {
        RUN_TEST(test_class_is_told);
        RUN_TEST(test_object_comes_first);
        RUN_TEST(test_cleared);
    }
    if (SUCCEEDED(hr)) CoRevokeClassObject(cookie);
    com_stop();
    if (origin) origin_destroy(origin);
}
