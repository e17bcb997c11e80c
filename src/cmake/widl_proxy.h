/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Put in front of every generated proxy file: what widl's output relies on and MinGW's headers do
 * not declare, and the names under which our DLL reaches the routines of dlldata.c (proxy_*). */
#ifndef OPENBITS_CMAKE_WIDL_PROXY_H
#define OPENBITS_CMAKE_WIDL_PROXY_H

#define COBJMACROS
#define ENTRY_PREFIX proxy_
#define PROXY_DELEGATION
#define REGISTER_PROXY_DLL
/* {33B0EE61-A9FC-4674-9598-A487DC69B336}: our own proxy/stub class. */
#define PROXY_CLSID_IS                                                                             \
    {                                                                                              \
        0x33b0ee61, 0xa9fc, 0x4674,                                                                \
        {                                                                                          \
            0x95, 0x98, 0xa4, 0x87, 0xdc, 0x69, 0xb3, 0x36                                         \
        }                                                                                          \
    }

#include <windows.h>
#include <objbase.h>

HRESULT __stdcall IUnknown_QueryInterface_Proxy(IUnknown *This, REFIID riid, void **object);
ULONG __stdcall IUnknown_AddRef_Proxy(IUnknown *This);
ULONG __stdcall IUnknown_Release_Proxy(IUnknown *This);

#endif
