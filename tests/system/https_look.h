/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client's own look at the certificates of servers. */
#ifndef OPENBITS_TESTS_HTTPS_LOOK_H
#define OPENBITS_TESTS_HTTPS_LOOK_H

#include "harness/com_fixture.h"

struct https_look
{
    IBackgroundCopyServerCertificateValidationCallback iface;
    LONG refs, calls;
    HRESULT answer;
    HANDLE gate; /* NULL: it does not wait */
    DWORD cert_size, store_count;
};

extern const IBackgroundCopyServerCertificateValidationCallbackVtbl https_look_vtbl;

HRESULT https_look_set(IBackgroundCopyJob *job, struct https_look *look);

#endif
