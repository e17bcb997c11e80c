/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A manager for a client in this process: of our own engine, or the owner's, whichever process that
 * is. For any thread, in its own apartment, with no lock held. */
#ifndef OPENBITS_SERVICE_ACTIVATION_H
#define OPENBITS_SERVICE_ACTIVATION_H

#include "base/types.h"

/* The plug of class_factory_get(). Starts the engine where nobody owns the queue; an owner that
 * cannot be reached is a failure within a minute, never a second queue. */
HRESULT activation_create_manager(REFIID iid, void **out);

#endif
