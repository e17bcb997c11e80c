/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine of this program. */
#include "harness/engine_fixture.h"

#include "com/class_factory.h"

#define STOP_MS 10000

static HRESULT WINAPI get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return class_factory_get(runtime_create_manager, clsid, iid, out);
}

IBackgroundCopyManager *engine_manager(const struct runtime_config *config)
{
    if (config) runtime_set_config(config);
    com_set_class_source(get_class_object);
    return com_manager();
}

static bool is_stopped(void *ctx)
{
    (void)ctx;
    return runtime_stop_if_idle();
}

/* The mover and the notifier let go of their last references a little after the last job. */
void engine_stop(void)
{
    ok(wait_for(is_stopped, NULL, STOP_MS), "Something keeps the engine alive.\n");
}
