/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The engine of this program. */
#include "harness/engine_fixture.h"

#include <stdio.h>
#include <wchar.h>

#include "com/class_factory.h"

#define STOP_MS 10000

static WCHAR queue_file[MAX_PATH]; /* empty: the test has one of its own */

static HRESULT WINAPI get_class_object(REFCLSID clsid, REFIID iid, void **out)
{
    return class_factory_get(runtime_create_manager, clsid, iid, out);
}

/* With what SQLite has beside it. */
static void remove_queue_file(void)
{
    static const WCHAR *const ends[] = {L"", L"-wal", L"-shm"};
    WCHAR path[MAX_PATH + 8];

    for (unsigned int i = 0; *queue_file && i < ARRAY_SIZE(ends); i++)
    {
        swprintf(path, ARRAY_SIZE(path), L"%ls%ls", queue_file, ends[i]);
        DeleteFileW(path);
    }
}

IBackgroundCopyManager *engine_manager(const struct runtime_config *config)
{
    struct runtime_config own = config ? *config : runtime_get_config();

    if (!own.queue_file)
    {
        WCHAR base[MAX_PATH] = {0};

        GetTempPathW(MAX_PATH - 40, base);
        swprintf(queue_file, MAX_PATH, L"%lsopenbits-queue-%lu.db", base, GetCurrentProcessId());
        remove_queue_file();
        own.queue_file = queue_file;
    }
    runtime_set_config(&own);
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
    remove_queue_file();
}
