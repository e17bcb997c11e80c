/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Whether the machine starts the service by itself. It does so while there is work: jobs go on, and
 * peers are served, after a restart that nobody saw coming. Otherwise the service starts on
 * demand. What an administrator has set stays: only "on demand" is changed, and only what was
 * changed here is changed back. */
#ifndef OPENBITS_SERVICE_START_TYPE_H
#define OPENBITS_SERVICE_START_TYPE_H

/* Of the service that runs. A failure is logged: the service does its work all the same. */
void start_type_make_automatic(void);
/* There is no work, or the service goes. */
void start_type_give_back(void);

#endif
