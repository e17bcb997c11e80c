/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who is told of an event: the client's object, or one of the class that the client has named. */
#ifndef OPENBITS_COM_BG_NOTIFY_CLASS_H
#define OPENBITS_COM_BG_NOTIFY_CLASS_H

#include "base/types.h"
#include "job/job_notify.h"

/* The notifier's function (see notifier_config); ctx is not looked at. */
bool bg_notify_deliver(void *ctx, const struct notify_event *event);

#endif
