/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Offering the classes. The cookies belong to the thread, but for class_objects_stop() in the same
 * apartment, which gives them back before it ends the thread. */
#include "service/class_objects.h"

#include <stdlib.h>

#include <objbase.h>

#include "base/err.h"
#include "base/log.h"
#include "base/thread.h"
#include "com/class_factory.h"
#include "service/pins.h"
#include "service/service_main.h"

struct class_objects
{
    struct thread thread;
    HANDLE ready, stop;
    com_create_manager_fn create; /* immutable */
    GUID instance;                /* immutable */
    HRESULT result;               /* of the thread until it is ready */
    struct pins *pins;            /* of the thread */
    DWORD cookies[CLASS_COUNT + 1];
};

static void revoke(struct class_objects *objects)
{
    for (unsigned int i = 0; i < CLASS_COUNT + 1; i++)
    {
        if (objects->cookies[i]) CoRevokeClassObject(objects->cookies[i]);
        objects->cookies[i] = 0;
    }
}

static HRESULT offer(struct class_objects *objects)
{
    IClassFactory *factory;
    unsigned int count = service_is_host() ? CLASS_COUNT : 0;
    HRESULT hr;

    if (FAILED(hr = class_factory_create_offered(objects->create, &factory))) return hr;
    for (unsigned int i = 0; i <= count && SUCCEEDED(hr); i++)
        hr = CoRegisterClassObject(i < count ? class_infos[i].clsid : &objects->instance,
                                   (IUnknown *)factory, CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE,
                                   &objects->cookies[i]);
    IClassFactory_Release(factory);
    if (FAILED(hr)) revoke(objects);
    return hr;
}

static void run(void *arg)
{
    struct class_objects *objects = arg;
    HRESULT hr = CoInitializeEx(NULL, COINIT_MULTITHREADED);
    bool is_initialized = SUCCEEDED(hr);

    if (is_initialized && service_is_host()) objects->pins = pins_create();
    if (is_initialized) hr = offer(objects);
    objects->result = hr;
    SetEvent(objects->ready);
    WaitForSingleObject(objects->stop, INFINITE);
    revoke(objects);
    pins_destroy(objects->pins);
    if (is_initialized) CoUninitialize();
}

static void end(struct class_objects *objects)
{
    if (objects->stop) SetEvent(objects->stop);
    thread_join(&objects->thread);
    if (objects->ready) CloseHandle(objects->ready);
    if (objects->stop) CloseHandle(objects->stop);
    free(objects);
}

HRESULT class_objects_start(com_create_manager_fn create, const GUID *instance,
                            struct class_objects **out)
{
    struct class_objects *objects = calloc(1, sizeof(*objects));
    HRESULT hr;

    *out = NULL;
    if (!objects) return E_OUTOFMEMORY;
    objects->create = create;
    objects->instance = *instance;
    objects->ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    objects->stop = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!objects->ready || !objects->stop)
        hr = err_from_last_error();
    else
        hr = thread_start(&objects->thread, run, objects, "class objects");
    if (SUCCEEDED(hr))
    {
        WaitForSingleObject(objects->ready, INFINITE);
        hr = objects->result;
    }
    if (FAILED(hr))
        end(objects);
    else
        *out = objects;
    return hr;
}

static bool is_in_mta(void)
{
    APTTYPEQUALIFIER qualifier;
    APTTYPE type;

    return CoGetApartmentType(&type, &qualifier) == S_OK && type == APTTYPE_MTA;
}

void class_objects_stop(struct class_objects *objects)
{
    if (!objects) return;
    /* When COM asks whether the DLL may go it can hold the lock of the caller's apartment. The
     * thread would wait for it, and we for the thread. */
    if (is_in_mta()) revoke(objects);
    end(objects);
}
