/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The manager's classes, offered by this process to others while it owns the queue. A thread of the
 * multithreaded apartment holds them, so that a client's own apartment need not be pumped. */
#ifndef OPENBITS_SERVICE_CLASS_OBJECTS_H
#define OPENBITS_SERVICE_CLASS_OBJECTS_H

#include "com/com_engine.h"

struct class_objects;

/* When it returns other processes can connect by the instance's id; the service offers the public
 * ones too. Wine never forgets a class of a process that ended without taking it back, and a
 * program with an engine inside may end in any way. */
HRESULT class_objects_start(com_create_manager_fn create, const GUID *instance,
                            struct class_objects **out);
/* Takes NULL. COM may be holding the multithreaded apartment's lock for the caller. */
void class_objects_stop(struct class_objects *objects);

#endif
