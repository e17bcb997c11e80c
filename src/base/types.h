/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The few Windows types that portable code needs. Folders that also build on the host include this
 * and never <windows.h> directly, so that the sanitizers and fuzzers can run on them. */
#ifndef OPENBITS_BASE_TYPES_H
#define OPENBITS_BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uchar.h>

#ifdef _WIN32

#include <windows.h>

#else

typedef char16_t WCHAR;
typedef int32_t HRESULT;

typedef struct
{
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;

#define MAX_PATH 260

#define SUCCEEDED(hr)        ((HRESULT)(hr) >= 0)
#define FAILED(hr)           ((HRESULT)(hr) < 0)
#define HRESULT_CODE(hr)     ((hr)&0xffff)
#define HRESULT_FACILITY(hr) (((hr) >> 16) & 0x1fff)

#define S_OK           ((HRESULT)0)
#define S_FALSE        ((HRESULT)1)
#define E_NOTIMPL      ((HRESULT)0x80004001)
#define E_NOINTERFACE  ((HRESULT)0x80004002)
#define E_POINTER      ((HRESULT)0x80004003)
#define E_ABORT        ((HRESULT)0x80004004)
#define E_FAIL         ((HRESULT)0x80004005)
#define E_UNEXPECTED   ((HRESULT)0x8000ffff)
#define E_PENDING      ((HRESULT)0x8000000a)
#define E_ACCESSDENIED ((HRESULT)0x80070005)
#define E_OUTOFMEMORY  ((HRESULT)0x8007000e)
#define E_INVALIDARG   ((HRESULT)0x80070057)

#endif

#define ARRAY_COUNT(a)                  (sizeof(a) / sizeof((a)[0]))
#define CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

/* 100 ns since 1601-01-01 UTC, as in FILETIME; 0 means "never" or "unknown". */
typedef uint64_t filetime_t;

#define FILETIME_PER_SECOND 10000000ull

/* Milliseconds of a clock that only goes forward. */
typedef uint64_t tick_t;

#define TICK_NEVER UINT64_MAX

#endif
