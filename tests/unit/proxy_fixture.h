/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Calls through our own proxies and stubs: the test's thread is a single-threaded apartment, the
 * objects called live in a multithreaded one of another thread. Objects write down what reaches
 * them; the call has ended when that is read. */
#ifndef OPENBITS_TESTS_PROXY_FIXTURE_H
#define OPENBITS_TESTS_PROXY_FIXTURE_H

#include <stdbool.h>

#include <windows.h>
#include <objbase.h>
#include <rpcproxy.h>

/* The list of dlldata.c. */
extern const ProxyFileInfo *aProxyFileList[];

/* A static object. The first member of a COM object is its table of functions. */
struct mock
{
    const void *vtbl;
    const IID *const *iids; /* answered beside IUnknown; ends with NULL */
    LONG ref;               /* interlocked; 1 at rest */
};

HRESULT WINAPI mock_QueryInterface(void *iface, REFIID iid, void **out);
ULONG WINAPI mock_AddRef(void *iface);
ULONG WINAPI mock_Release(void *iface);

/* The first three methods of any table. */
#define MOCK_UNKNOWN                                                                               \
    .QueryInterface = (void *)mock_QueryInterface, .AddRef = (void *)mock_AddRef,                  \
    .Release = (void *)mock_Release

/* Both apartments, with our factory for every interface of the list. */
bool proxy_start(void);
void proxy_stop(void);

/* The object of the other apartment as seen from the test's thread; NULL is a failed check. */
void *proxy_of(REFIID iid, struct mock *object);

/* Notes that nobody holds the object any more. */
#define check_released(object) check_released_(__FILE__, __LINE__, object)
void check_released_(const char *file, int line, const struct mock *object);

/* Inside of an object: writes down a call and its arguments, separated from the one before. */
void note(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

/* A wide string for %s of note: at most eight at a time. */
const char *narrow(const WCHAR *text);

/* What was written down since the last time is exactly this. */
#define expect_notes(text) expect_notes_(__FILE__, __LINE__, text)
void expect_notes_(const char *file, int line, const char *text);

/* A copy with the task allocator. */
WCHAR *task_string(const WCHAR *text);
void *task_copy(const void *data, size_t size);

/* The string that a method handed out is this one; frees it. */
#define expect_string(value, text) expect_string_(__FILE__, __LINE__, value, text)
void expect_string_(const char *file, int line, WCHAR *value, const WCHAR *text);

#define expect_hr(got, want) expect_hr_(__FILE__, __LINE__, got, want)
void expect_hr_(const char *file, int line, HRESULT got, HRESULT want);

#endif
