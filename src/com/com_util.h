/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all fronts share: counting, identity, free-threaded marshalling, strings on their way out.
 */
#ifndef OPENBITS_COM_COM_UTIL_H
#define OPENBITS_COM_COM_UTIL_H

#include <windows.h>
#include <objbase.h>

#include "base/types.h"

/* Objects and locks that keep the module in its place. */
void com_module_lock(void);
void com_module_unlock(void);
bool com_module_is_locked(void);

/* The COM side of an object: any thread of any apartment calls straight in, which is safe because
 * the core has locks of its own. */
struct com_front
{
    LONG ref;
    IUnknown *marshaler; /* immutable after init */
};

/* Counts 1 and keeps the module. After a failure com_front_done() is due as well. */
HRESULT com_front_init(struct com_front *front, void *outer);
/* The last thing before the object's memory goes. */
void com_front_done(struct com_front *front);
ULONG com_front_addref(struct com_front *front);
/* 0: the caller ends the object. */
ULONG com_front_release(struct com_front *front);

/* QueryInterface of an object whose interfaces all are the same pointer. The list ends with NULL;
 * IUnknown and IMarshal need not be in it. */
HRESULT com_front_query(struct com_front *front, void *outer, const IID *const *iids, REFIID iid,
                        void **out);

/* Every object is asked for these two by COM itself. */
bool com_is_identity(REFIID iid);

/* A copy that the client frees with CoTaskMemFree(). */
HRESULT com_copy_string(const WCHAR *text, WCHAR **out);
/* The same; frees the text, which is from malloc(). */
HRESULT com_give_string(WCHAR *text, WCHAR **out);

/* A method that belongs to a later stage: logs its name, E_NOTIMPL. */
HRESULT com_not_written(const char *method);

#endif
