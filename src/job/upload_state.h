/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is kept of an upload beside its file's size, time and sent bytes: the session at the server.
 * A value. */
#ifndef OPENBITS_JOB_UPLOAD_STATE_H
#define OPENBITS_JOB_UPLOAD_STATE_H

#include "base/types.h"

/* Characters, without the terminator. Servers may give 100 to a session and 300 to a host. */
#define UPLOAD_SESSION_MAX 255
#define UPLOAD_HOST_MAX    300

#define UPLOAD_FALLBACK_NEVER UINT32_MAX

struct upload_state
{
    char session[UPLOAD_SESSION_MAX + 1]; /* opaque; empty: there is none */
    char host[UPLOAD_HOST_MAX + 1];       /* in the place of the URL's; empty: none */
    uint32_t fallback_seconds;            /* until the URL's host is tried again */
    uint32_t fragment_limit;              /* a size that the server takes; 0: no limit is known */
    bool is_stale;   /* the session is of other content: it is to be cancelled */
    bool is_closing; /* a Close-Session may have arrived */
};

#endif
