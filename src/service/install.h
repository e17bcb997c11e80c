/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The service "BITS", in place of the machine's own: DllInstall's part of the registration. What
 * was there before comes back when it is taken away. */
#ifndef OPENBITS_SERVICE_INSTALL_H
#define OPENBITS_SERVICE_INSTALL_H

#include <windows.h>

#include "base/types.h"

#define SERVICE_NAME L"BITS"

/* Both stop the service that runs. A 32-bit DLL on a 64-bit machine sets its classes only. */
HRESULT service_install(HINSTANCE module);
HRESULT service_uninstall(HINSTANCE module);

/* Does the queue belong to the service, whether or not it runs? */
bool service_is_installed(void);
/* Does not wait until it runs. S_OK when it runs already. */
HRESULT service_start(void);

#endif
