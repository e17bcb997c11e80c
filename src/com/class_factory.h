/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One class object for all class ids of the manager: the number in a name only says what a client
 * may rely on. */
#ifndef OPENBITS_COM_CLASS_FACTORY_H
#define OPENBITS_COM_CLASS_FACTORY_H

#include <windows.h>
#include <objbase.h>

#include "com/com_engine.h"

#define CLASS_COUNT 11

struct class_info
{
    const CLSID *clsid;
    const WCHAR *name; /* for people */
};

extern const struct class_info class_infos[CLASS_COUNT];

/* CLASS_E_CLASSNOTAVAILABLE for other classes. Nothing is started before CreateInstance. */
HRESULT class_factory_get(com_create_manager_fn create, REFCLSID clsid, REFIID iid, void **out);

/* One that is offered to other processes all the time: it does not keep the module, but a call of
 * CreateInstance does. */
HRESULT class_factory_create_offered(com_create_manager_fn create, IClassFactory **out);

#endif
