/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps every interface of ours registered with RPC while the service runs. Wine registers one with
 * its first stub and takes it back with its last, and can wait for ever in between when another
 * client comes just then. To be used in the multithreaded apartment. */
#ifndef OPENBITS_SERVICE_PINS_H
#define OPENBITS_SERVICE_PINS_H

#include "base/types.h"

struct pins;

/* NULL without memory; an interface that cannot be pinned is left out. */
struct pins *pins_create(void);
/* Takes NULL. */
void pins_destroy(struct pins *pins);

#endif
