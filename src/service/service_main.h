/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This process as the host of the service. */
#ifndef OPENBITS_SERVICE_SERVICE_MAIN_H
#define OPENBITS_SERVICE_SERVICE_MAIN_H

#include <windows.h>

#include "base/types.h"

/* The entry point that svchost looks for. */
void WINAPI ServiceMain(DWORD argc, WCHAR **argv);

/* Has svchost called it? */
bool service_is_host(void);

#endif
