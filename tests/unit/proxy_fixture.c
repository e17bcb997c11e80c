/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two apartments and the notes of the objects between them, see proxy_fixture.h. Notes are written
 * on any thread; a lock guards them. */

#include "proxy_fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness/test.h"

#define WAIT_MS 20000

HRESULT WINAPI proxy_DllGetClassObject(REFCLSID clsid, REFIID iid, void **out);
extern const CLSID CLSID_PSFactoryBuffer;

static struct
{
    HANDLE thread, request, answer;
    struct mock *object; /* of the request; NULL ends the thread */
    const IID *iid;
    IStream *stream; /* of the answer */
    HRESULT hr;
} mta;

static SRWLOCK notes_lock = SRWLOCK_INIT;
static char notes[4096];
static DWORD factory_cookie;

HRESULT WINAPI mock_QueryInterface(void *iface, REFIID iid, void **out)
{
    struct mock *mock = iface;
    bool known = IsEqualGUID(iid, &IID_IUnknown);

    for (size_t i = 0; mock->iids[i] && !known; i++)
        known = IsEqualGUID(iid, mock->iids[i]);

    *out = known ? iface : NULL;
    if (!known) return E_NOINTERFACE;
    mock_AddRef(iface);
    return S_OK;
}

ULONG WINAPI mock_AddRef(void *iface)
{
    return InterlockedIncrement(&((struct mock *)iface)->ref);
}

ULONG WINAPI mock_Release(void *iface)
{
    return InterlockedDecrement(&((struct mock *)iface)->ref);
}

void note(const char *format, ...)
{
    va_list args;
    size_t len;

    AcquireSRWLockExclusive(&notes_lock);
    len = strlen(notes);
    if (len && len < sizeof(notes) - 3) strcpy(notes + len, "; "), len += 2;
    va_start(args, format);
    vsnprintf(notes + len, sizeof(notes) - len, format, args);
    va_end(args);
    ReleaseSRWLockExclusive(&notes_lock);
}

const char *narrow(const WCHAR *text)
{
    static __thread char buffers[8][256];
    static __thread unsigned int next;
    char *buffer = buffers[next++ % 8];
    size_t i = 0;

    if (!text) return "NULL";
    for (; text[i] && i < 255; i++)
        buffer[i] = text[i] < 128 ? (char)text[i] : '?';
    buffer[i] = 0;
    return buffer;
}

void expect_notes_(const char *file, int line, const char *text)
{
    AcquireSRWLockExclusive(&notes_lock);
    ok_(file, line)(!strcmp(notes, text), "Called \"%s\", not \"%s\".\n", notes, text);
    notes[0] = 0;
    ReleaseSRWLockExclusive(&notes_lock);
}

void *task_copy(const void *data, size_t size)
{
    void *copy = CoTaskMemAlloc(size);

    if (copy) memcpy(copy, data, size);
    return copy;
}

WCHAR *task_string(const WCHAR *text)
{
    return task_copy(text, (wcslen(text) + 1) * sizeof(*text));
}

void expect_string_(const char *file, int line, WCHAR *value, const WCHAR *text)
{
    if (!text)
        ok_(file, line)(!value, "Got \"%s\", not NULL.\n", narrow(value));
    else
        ok_(file, line)(value && !wcscmp(value, text), "Got \"%s\", not \"%s\".\n", narrow(value),
                        narrow(text));
    CoTaskMemFree(value);
}

void expect_hr_(const char *file, int line, HRESULT got, HRESULT want)
{
    ok_(file, line)(got == want, "Got hr %#lx, not %#lx.\n", got, want);
}

void check_released_(const char *file, int line, const struct mock *object)
{
    ok_(file, line)(object->ref == 1, "Reference count %ld.\n", object->ref);
}

/* A class object belongs to the apartment in which it was registered. */
static HRESULT register_factory(DWORD *cookie)
{
    IUnknown *factory;
    HRESULT hr;

    hr = proxy_DllGetClassObject(&CLSID_PSFactoryBuffer, &IID_IUnknown, (void **)&factory);
    if (FAILED(hr)) return hr;
    hr = CoRegisterClassObject(&CLSID_PSFactoryBuffer, factory, CLSCTX_INPROC_SERVER,
                               REGCLS_MULTIPLEUSE, cookie);
    IUnknown_Release(factory);
    return hr;
}

static DWORD WINAPI mta_thread(void *arg)
{
    DWORD cookie = 0;

    (void)arg;
    if (SUCCEEDED(mta.hr = CoInitializeEx(NULL, COINIT_MULTITHREADED)))
        mta.hr = register_factory(&cookie);
    SetEvent(mta.answer);

    while (!WaitForSingleObject(mta.request, INFINITE) && mta.object)
    {
        mta.hr =
            CoMarshalInterThreadInterfaceInStream(mta.iid, (IUnknown *)mta.object, &mta.stream);
        SetEvent(mta.answer);
    }
    if (cookie) CoRevokeClassObject(cookie);
    CoUninitialize();
    return 0;
}

static HRESULT register_interfaces(void)
{
    HRESULT hr = S_OK;

    for (size_t i = 0; aProxyFileList[i] && SUCCEEDED(hr); i++)
        for (size_t j = 0; aProxyFileList[i]->pStubVtblList[j] && SUCCEEDED(hr); j++)
            hr = CoRegisterPSClsid(aProxyFileList[i]->pStubVtblList[j]->header.piid,
                                   &CLSID_PSFactoryBuffer);
    return hr;
}

bool proxy_start(void)
{
    HRESULT hr;

    if (FAILED(hr = CoInitializeEx(NULL, COINIT_APARTMENTTHREADED)) ||
        FAILED(hr = register_factory(&factory_cookie)) || FAILED(hr = register_interfaces()))
    {
        ok(0, "Got hr %#lx.\n", hr);
        return false;
    }
    mta.request = CreateEventW(NULL, FALSE, FALSE, NULL);
    mta.answer = CreateEventW(NULL, FALSE, FALSE, NULL);
    mta.thread = CreateThread(NULL, 0, mta_thread, NULL, 0, NULL);
    if (!mta.thread || WaitForSingleObject(mta.answer, WAIT_MS) || FAILED(mta.hr))
    {
        ok(0, "No second apartment, hr %#lx.\n", mta.hr);
        return false;
    }
    return true;
}

/* Lets calls come in while the other apartment ends: it may still release objects of this one. */
static void wait_for_thread(void)
{
    DWORD index;
    HRESULT hr = CoWaitForMultipleHandles(0, WAIT_MS, 1, &mta.thread, &index);

    ok(hr == S_OK, "The other thread has not ended, hr %#lx.\n", hr);
}

void proxy_stop(void)
{
    mta.object = NULL;
    SetEvent(mta.request);
    wait_for_thread();
    CloseHandle(mta.thread);
    CloseHandle(mta.request);
    CloseHandle(mta.answer);
    CoRevokeClassObject(factory_cookie);
    CoUninitialize();
}

void *proxy_of(REFIID iid, struct mock *object)
{
    void *proxy = NULL;
    HRESULT hr;

    mta.iid = iid;
    mta.object = object;
    SetEvent(mta.request);
    if (WaitForSingleObject(mta.answer, WAIT_MS) || FAILED(mta.hr))
    {
        ok(0, "The object cannot be marshalled, hr %#lx.\n", mta.hr);
        return NULL;
    }
    hr = CoGetInterfaceAndReleaseStream(mta.stream, iid, &proxy);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(proxy != object, "The object itself, no proxy.\n");
    return proxy;
}
