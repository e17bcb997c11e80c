/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The type library that goes into qmgr.dll: the system can read it, and it gives each method the
 * place that is published. OPENBITS_TYPELIB is its path. */

#include <stdio.h>
#include <string.h>

#include <windows.h>
#include <oleauto.h>

#include <bits10_3.h>

#include "harness/test.h"

struct slot
{
    const char *iface, *method;
    int slot;
};

#define ABI_SLOT(iface, method, slot)    {#iface, #method, slot},
#define ABI_TABLE(iface, methods, count) methods(iface)

static const struct slot slots[] = {
#include "../conformance/abi_slots.h"
};

static ITypeLib *library;

static int find_slot(const char *iface, const WCHAR *method)
{
    char name[80];

    snprintf(name, sizeof(name), "%ls", method);
    for (size_t i = 0; i < ARRAY_SIZE(slots); i++)
        if (!strcmp(slots[i].iface, iface) && !strcmp(slots[i].method, name)) return slots[i].slot;
    return -1;
}

/* The functions that the interface adds to the one below it. */
static void check_interface(const char *name, REFIID iid, UINT count)
{
    TYPEATTR *attributes;
    ITypeInfo *info;
    FUNCDESC *func;
    HRESULT hr;

    hr = ITypeLib_GetTypeInfoOfGuid(library, iid, &info);
    ok(hr == S_OK, "%s: got hr %#lx.\n", name, hr);
    if (FAILED(hr)) return;
    hr = ITypeInfo_GetTypeAttr(info, &attributes);
    ok(hr == S_OK, "%s: got hr %#lx.\n", name, hr);
    ok(attributes->cFuncs == count, "%s: got %u functions.\n", name, attributes->cFuncs);

    for (UINT i = 0; i < attributes->cFuncs; i++)
    {
        BSTR method = NULL;
        int want;

        if (FAILED(ITypeInfo_GetFuncDesc(info, i, &func))) break;
        ITypeInfo_GetDocumentation(info, func->memid, &method, NULL, NULL, NULL);
        want = method ? find_slot(name, method) : -1;
        ok(func->oVft == want * (int)sizeof(void *), "%s::%ls is at %d.\n", name, method,
           func->oVft);
        SysFreeString(method);
        ITypeInfo_ReleaseFuncDesc(info, func);
    }
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
}

#define CHECK(iface, count) check_interface(#iface, &IID_##iface, count)

static void test_interfaces(void)
{
    CHECK(IBackgroundCopyManager, 4);
    CHECK(IBackgroundCopyJob, 32);
    CHECK(IBackgroundCopyJob2, 8);
    CHECK(IBackgroundCopyJob3, 4);
    CHECK(IBackgroundCopyJob4, 6);
    CHECK(IBackgroundCopyJob5, 2);
    CHECK(IEnumBackgroundCopyJobs, 5);
    CHECK(IBackgroundCopyFile, 3);
    CHECK(IBackgroundCopyFile2, 2);
    CHECK(IBackgroundCopyFile3, 4);
    CHECK(IBackgroundCopyFile4, 1);
    CHECK(IBackgroundCopyFile5, 2);
    CHECK(IBackgroundCopyFile6, 3);
    CHECK(IEnumBackgroundCopyFiles, 5);
    CHECK(IBackgroundCopyError, 5);
    CHECK(IBackgroundCopyCallback, 3);
    CHECK(IBackgroundCopyCallback2, 1);
    CHECK(IBackgroundCopyCallback3, 1);
    CHECK(IBackgroundCopyJobHttpOptions, 8);
    CHECK(IBackgroundCopyJobHttpOptions2, 2);
    CHECK(IBackgroundCopyJobHttpOptions3, 2);
    CHECK(IBackgroundCopyServerCertificateValidationCallback, 1);
    CHECK(IBitsPeerCacheAdministration, 14);
    CHECK(IBitsPeerCacheRecord, 7);
    CHECK(IEnumBitsPeerCacheRecords, 5);
    CHECK(IBitsPeer, 3);
    CHECK(IEnumBitsPeers, 5);
    CHECK(IBitsTokenOptions, 5);
}

static void test_class(void)
{
    TYPEATTR *attributes;
    ITypeInfo *info;
    HRESULT hr;

    hr = ITypeLib_GetTypeInfoOfGuid(library, &CLSID_BackgroundCopyManager10_3, &info);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    hr = ITypeInfo_GetTypeAttr(info, &attributes);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(attributes->typekind == TKIND_COCLASS, "Got kind %d.\n", attributes->typekind);
    ok(attributes->cImplTypes == 1, "Got %u interfaces.\n", attributes->cImplTypes);
    ITypeInfo_ReleaseTypeAttr(info, attributes);
    ITypeInfo_Release(info);
}

static void test_library(void)
{
    TLIBATTR *attributes;
    HRESULT hr;

    hr = ITypeLib_GetLibAttr(library, &attributes);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (FAILED(hr)) return;
    ok(IsEqualGUID(&attributes->guid, &LIBID_BackgroundCopyManager10_3), "Got another id.\n");
    ok(attributes->syskind == (sizeof(void *) == 8 ? SYS_WIN64 : SYS_WIN32), "Got system %d.\n",
       attributes->syskind);
    ITypeLib_ReleaseTLibAttr(library, attributes);
}

START_TEST(typelib)
{
    HRESULT hr;

    CoInitialize(NULL);
    hr = LoadTypeLibEx(L"" OPENBITS_TYPELIB, REGKIND_NONE, &library);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        RUN_TEST(test_library);
        RUN_TEST(test_class);
        RUN_TEST(test_interfaces);
        ITypeLib_Release(library);
    }
    CoUninitialize();
}
