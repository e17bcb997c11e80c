/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The interface that administers the peer cache. */
#include "bitsadmin.h"

HRESULT open_peer_admin(struct session *session, IBitsPeerCacheAdministration **admin)
{
    HRESULT hr = IBackgroundCopyManager_QueryInterface(
        session->manager, &IID_IBitsPeerCacheAdministration, (void **)admin);

    return FAILED(hr) ? session_fail(session, hr, L"administer the peer cache") : hr;
}
