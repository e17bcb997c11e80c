/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What SetProxySettings has set. */
#include "job/proxy_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

bool proxy_settings_copy(struct proxy_settings *to, const struct proxy_settings *from)
{
    memset(to, 0, sizeof(*to));
    to->usage = from->usage;
    if ((!from->list || (to->list = str_dup(from->list))) &&
        (!from->bypass || (to->bypass = str_dup(from->bypass))))
        return true;
    proxy_settings_done(to);
    return false;
}

void proxy_settings_done(struct proxy_settings *settings)
{
    free(settings->list);
    free(settings->bypass);
    memset(settings, 0, sizeof(*settings));
}
