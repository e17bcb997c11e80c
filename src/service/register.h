/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What regsvr32 does with the DLL: classes in process, proxies, type library, for all users of the
 * machine. */
#ifndef OPENBITS_SERVICE_REGISTER_H
#define OPENBITS_SERVICE_REGISTER_H

#include <windows.h>

/* A registration that fails half-way is taken back. */
HRESULT register_all(HINSTANCE module);

/* Takes away what register_all() made, also a part of it, and brings back what was there before. */
HRESULT unregister_all(HINSTANCE module);

#endif
