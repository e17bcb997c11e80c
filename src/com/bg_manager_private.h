/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The manager's object, shared by the files of its three interfaces. */
#ifndef OPENBITS_COM_BG_MANAGER_PRIVATE_H
#define OPENBITS_COM_BG_MANAGER_PRIVATE_H

#include <windows.h>
#include <objbase.h>

#include "bits3_0.h"
#include "qmgr.h"

#include "com/bg_manager.h"
#include "com/com_util.h"

struct bg_manager
{
    IBackgroundCopyManager IBackgroundCopyManager_iface;
    IBitsPeerCacheAdministration IBitsPeerCacheAdministration_iface;
    IBackgroundCopyQMgr IBackgroundCopyQMgr_iface;
    struct com_front front;
    struct com_engine engine; /* immutable after create */
};

extern const IBitsPeerCacheAdministrationVtbl bg_peer_admin_vtbl;
extern const IBackgroundCopyQMgrVtbl qmgr_manager_vtbl;

#endif
