/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The machine's queue file. Calls come from one thread at a time: the one that starts the engine,
 * then whoever writes for the queue. */
#include "service/queue_store.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "service/machine_folder.h"
#include "store/store.h"

#define FILE_NAME L"openbits.db"

struct queue_store
{
    WCHAR *path;         /* NULL: there is no folder for it */
    struct store *store; /* NULL: it cannot be had, for this reason */
    HRESULT reason;
};

/* ---- the place ---- */

static HRESULT machine_path(WCHAR **out)
{
    WCHAR path[MACHINE_PATH_SIZE];
    HRESULT hr = machine_folder_path(FILE_NAME, path);

    *out = NULL;
    if (FAILED(hr)) return hr;
    return (*out = str_dup(path)) ? S_OK : E_OUTOFMEMORY;
}

/* ---- open ---- */

static void tell(const struct store_report *report)
{
    if (report->aside)
        LOG_WARN(LOG_STORE, "the queue's file was damaged and is kept as .damaged-%u",
                 report->aside);
    if (report->damaged_jobs)
        LOG_WARN(LOG_STORE, "%u jobs are damaged and left out", report->damaged_jobs);
}

static HRESULT open_file(struct queue_store *store, struct store_report *report)
{
    const struct store_options options = {.secrets = &store_secrets_by_windows};
    HRESULT hr;

    if (!store->path && FAILED(hr = machine_path(&store->path))) return hr;
    if (SUCCEEDED(hr = store_open(store->path, &options, &store->store, report))) tell(report);
    return hr;
}

HRESULT queue_store_open(const WCHAR *path, struct queue_store **out)
{
    struct queue_store *store = calloc(1, sizeof(*store));
    struct store_report report;

    *out = NULL;
    if (!store) return E_OUTOFMEMORY;
    if (path && !(store->path = str_dup(path)))
    {
        free(store);
        return E_OUTOFMEMORY;
    }
    store->reason = open_file(store, &report);
    if (store->reason == STORE_E_IN_USE || store->reason == E_OUTOFMEMORY)
    {
        HRESULT hr = store->reason;

        queue_store_close(store);
        return hr;
    }
    if (FAILED(store->reason))
        LOG_ERR(LOG_STORE, "there is no queue's file, and no change is possible: %#lx",
                (unsigned long)store->reason);
    *out = store;
    return S_OK;
}

void queue_store_close(struct queue_store *store)
{
    if (!store) return;
    store_close(store->store);
    free(store->path);
    free(store);
}

/* ---- load ---- */

struct loader
{
    struct queue *queue;
    struct job *job; /* its files are coming */
};

static HRESULT end_job(struct loader *loader)
{
    struct job *job = loader->job;

    loader->job = NULL;
    return job ? queue_restore_end(loader->queue, job, true) : S_OK;
}

static HRESULT load_job(void *ctx, const GUID *id, const struct job_status *status,
                        struct job_texts *texts)
{
    struct loader *loader = ctx;
    HRESULT hr = end_job(loader);

    if (SUCCEEDED(hr)) return queue_restore_job(loader->queue, id, status, texts, &loader->job);
    job_texts_free(texts);
    return hr;
}

static HRESULT load_file(void *ctx, const GUID *job, uint32_t index, struct file_status *status,
                         struct file_names *names)
{
    struct loader *loader = ctx;

    (void)job;
    (void)index;
    return job_restore_file(loader->job, status, names);
}

HRESULT queue_store_load(struct queue_store *store, struct queue *queue)
{
    static const struct store_loader ops = {load_job, load_file};
    struct loader loader = {queue, NULL};
    HRESULT hr, ended;

    if (!store->store) return S_OK;
    hr = store_load(store->store, &ops, &loader);
    ended = end_job(&loader);
    if (SUCCEEDED(hr)) hr = ended;
    if (SUCCEEDED(hr)) queue_finish_endings(queue);
    return hr;
}

/* ---- the port ---- */

/* A queue that began without its file must not be mixed with one that turns up: only a file that is
 * new will do. */
static HRESULT open_late(struct queue_store *store)
{
    struct store_report report;
    HRESULT hr;

    if (store->reason == STORE_E_NEWER) return store->reason;
    if (FAILED(hr = open_file(store, &report))) return hr;
    if (!report.jobs) return S_OK;
    store_close(store->store);
    store->store = NULL;
    return store->reason;
}

static HRESULT commit(void *ctx, const struct store_change *changes)
{
    struct queue_store *store = ctx;
    HRESULT hr;

    if (!store->store && FAILED(hr = open_late(store))) return hr;
    return store_sqlite_ops.commit(store->store, changes);
}

const struct store_ops queue_store_ops = {commit};
