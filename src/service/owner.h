/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The right to run the machine's queue: one process has it at a time. It is a file beside the
 * queue, which only the owner has open for writing: the system closes it with the process, however
 * that ends, and it means the same to all sessions, users and bitnesses, which a named object does
 * not. */
#ifndef OPENBITS_SERVICE_OWNER_H
#define OPENBITS_SERVICE_OWNER_H

#include "base/types.h"

/* Another process is the owner. */
#define OWNER_E_ELSEWHERE HRESULT_FROM_WIN32(ERROR_SHARING_VIOLATION)

/* Does not wait. The instance is the class id under which this owner alone is to be reached: what a
 * dead one has left with COM is under another. */
HRESULT owner_acquire(HANDLE *owner, GUID *instance);
/* The instance of whoever is the owner, or was the last one. */
HRESULT owner_find(GUID *instance);
void owner_release(HANDLE owner);

#endif
