/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What stands behind the fronts. The composition root plugs it in; com/ does not know it. */
#ifndef OPENBITS_COM_COM_ENGINE_H
#define OPENBITS_COM_COM_ENGINE_H

#include "base/types.h"

struct peer_cache;
struct policy_source;
struct queue;

/* Valid as long as com_module_is_locked() is true, that is: as long as a front lives. */
struct com_engine
{
    struct queue *queue;
    struct policy_source *policy;
    struct peer_cache *peers;
};

/* Starts the engine unless it runs. */
typedef HRESULT (*com_start_engine_fn)(struct com_engine *engine);

/* What CreateInstance does: a manager, of the engine here or of another process. */
typedef HRESULT (*com_create_manager_fn)(REFIID iid, void **out);

#endif
