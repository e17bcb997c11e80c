/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The [call_as] methods of our IDL: what a [local] method is between apartments. Part of the
 * proxy/stub code; any thread, no locks. */

#include <windows.h>
#include <objbase.h>

#include "qmgr.h"

/* The marshaller answers NULL with a code of RPC; in one apartment it is a wrong argument. */
HRESULT CALLBACK IBackgroundCopyGroup_SetProp_Proxy(IBackgroundCopyGroup *This, GROUPPROP propID,
                                                    VARIANT *pvarVal)
{
    if (!pvarVal) return E_INVALIDARG;
    return IBackgroundCopyGroup_InternalSetProp_Proxy(This, propID, pvarVal);
}

HRESULT __RPC_STUB IBackgroundCopyGroup_SetProp_Stub(IBackgroundCopyGroup *This, GROUPPROP propID,
                                                     VARIANT *pvarVal)
{
    return IBackgroundCopyGroup_SetProp(This, propID, pvarVal);
}
