/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The manager: IBackgroundCopyManager, IBitsPeerCacheAdministration and, for clients of BITS 1.0,
 * IBackgroundCopyQMgr. */
#ifndef OPENBITS_COM_BG_MANAGER_H
#define OPENBITS_COM_BG_MANAGER_H

#include <windows.h>
#include <objbase.h>

#include "bits.h"

#include "com/com_engine.h"

HRESULT bg_manager_create(const struct com_engine *engine, IBackgroundCopyManager **out);

#endif
