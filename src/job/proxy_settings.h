/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What SetProxySettings has set, as a value of its own. */
#ifndef OPENBITS_JOB_PROXY_SETTINGS_H
#define OPENBITS_JOB_PROXY_SETTINGS_H

#include "job/job_types.h"

struct proxy_settings
{
    enum proxy_usage usage;
    WCHAR *list; /* NULL: none */
    WCHAR *bypass;
};

/* False when there is no memory, with nothing to free. */
bool proxy_settings_copy(struct proxy_settings *to, const struct proxy_settings *from);
/* Takes a zeroed struct, too. */
void proxy_settings_done(struct proxy_settings *settings);

#endif
