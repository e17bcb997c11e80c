/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One body for both enumerators: they differ in the type of their elements only. Clones share the
 * snapshot; the position is under a leaf lock of each enumerator. */
#include "com/bg_enum.h"

#include <stdlib.h>

#include "base/lock.h"
#include "com/bg_file.h"
#include "com/bg_job.h"
#include "com/com_util.h"
#include "job/job.h"

/* Either jobs, or the first files of one job. */
struct snapshot
{
    LONG ref;
    /* Immutable after create. */
    struct job **jobs; /* each JOB_HOLDER_FRONT */
    uint32_t job_count;
    uint32_t count;
    bool is_of_files;
};

struct bg_enum
{
    /* One of them, by snapshot->is_of_files. */
    union
    {
        IEnumBackgroundCopyJobs IEnumBackgroundCopyJobs_iface;
        IEnumBackgroundCopyFiles IEnumBackgroundCopyFiles_iface;
    };
    struct com_front front;
    struct snapshot *snapshot; /* immutable after create */
    struct lock lock;
    uint32_t position; /* lock */
};

/* ---- the snapshot ---- */

static void snapshot_release(struct snapshot *snapshot)
{
    if (InterlockedDecrement(&snapshot->ref)) return;
    for (uint32_t i = 0; i < snapshot->job_count; i++)
        job_release(snapshot->jobs[i], JOB_HOLDER_FRONT);
    free(snapshot->jobs);
    free(snapshot);
}

static HRESULT create_element(const struct snapshot *snapshot, uint32_t index, IUnknown **out)
{
    if (snapshot->is_of_files)
        return bg_file_create(snapshot->jobs[0], index, (IBackgroundCopyFile4 **)out);
    return bg_job_create(snapshot->jobs[index], (IBackgroundCopyJob4 **)out);
}

/* ---- the body ---- */

static void enum_destroy(struct bg_enum *body)
{
    snapshot_release(body->snapshot);
    lock_done(&body->lock);
    com_front_done(&body->front);
    free(body);
}

static ULONG enum_release(struct bg_enum *body)
{
    ULONG ref = com_front_release(&body->front);

    if (!ref) enum_destroy(body);
    return ref;
}

/* Moves the position by at most count elements; answers by how many. */
static uint32_t enum_advance(struct bg_enum *body, ULONG count, uint32_t *start)
{
    uint32_t rest;

    lock_acquire(&body->lock);
    rest = body->snapshot->count - body->position;
    if (count > rest) count = rest;
    *start = body->position;
    body->position += count;
    lock_release(&body->lock);
    return count;
}

/* Nobody has got them: they are the next ones again, unless somebody has moved on. */
static void enum_take_back(struct bg_enum *body, uint32_t start, uint32_t count)
{
    lock_acquire(&body->lock);
    if (body->position == start + count) body->position = start;
    lock_release(&body->lock);
}

static HRESULT enum_next(struct bg_enum *body, ULONG count, IUnknown **elements, ULONG *fetched)
{
    uint32_t start, taken, i;
    HRESULT hr = S_OK;

    if (fetched) *fetched = 0;
    if (!fetched && count != 1) return E_INVALIDARG;
    if (!elements) return E_INVALIDARG;

    taken = enum_advance(body, count, &start);
    for (i = 0; i < taken && SUCCEEDED(hr); i++)
        hr = create_element(body->snapshot, start + i, &elements[i]);
    if (FAILED(hr))
    {
        /* elements[i - 1] is the one that failed, and empty. */
        while (--i)
        {
            IUnknown_Release(elements[i - 1]);
            elements[i - 1] = NULL;
        }
        enum_take_back(body, start, taken);
        return hr;
    }
    if (fetched) *fetched = taken;
    if (!taken && count) elements[0] = NULL;
    return taken == count ? S_OK : S_FALSE;
}

static HRESULT enum_skip(struct bg_enum *body, ULONG count)
{
    uint32_t start;
    return enum_advance(body, count, &start) == count ? S_OK : S_FALSE;
}

static HRESULT enum_reset(struct bg_enum *body)
{
    lock_acquire(&body->lock);
    body->position = 0;
    lock_release(&body->lock);
    return S_OK;
}

static HRESULT enum_get_count(struct bg_enum *body, ULONG *count)
{
    if (!count) return E_INVALIDARG;
    *count = body->snapshot->count;
    return S_OK;
}

static HRESULT enum_create(struct snapshot *snapshot, uint32_t position, struct bg_enum **out);

static HRESULT enum_clone(struct bg_enum *body, struct bg_enum **out)
{
    uint32_t position;

    lock_acquire(&body->lock);
    position = body->position;
    lock_release(&body->lock);
    InterlockedIncrement(&body->snapshot->ref);
    return enum_create(body->snapshot, position, out);
}

/* ---- IEnumBackgroundCopyJobs ---- */

static inline struct bg_enum *impl_from_IEnumBackgroundCopyJobs(IEnumBackgroundCopyJobs *iface)
{
    return CONTAINING_RECORD(iface, struct bg_enum, IEnumBackgroundCopyJobs_iface);
}

static HRESULT WINAPI enum_jobs_QueryInterface(IEnumBackgroundCopyJobs *iface, REFIID iid,
                                               void **out)
{
    static const IID *const iids[] = {&IID_IEnumBackgroundCopyJobs, NULL};
    struct bg_enum *body = impl_from_IEnumBackgroundCopyJobs(iface);

    return com_front_query(&body->front, iface, iids, iid, out);
}

static ULONG WINAPI enum_jobs_AddRef(IEnumBackgroundCopyJobs *iface)
{
    return com_front_addref(&impl_from_IEnumBackgroundCopyJobs(iface)->front);
}

static ULONG WINAPI enum_jobs_Release(IEnumBackgroundCopyJobs *iface)
{
    return enum_release(impl_from_IEnumBackgroundCopyJobs(iface));
}

static HRESULT WINAPI enum_jobs_Next(IEnumBackgroundCopyJobs *iface, ULONG count,
                                     IBackgroundCopyJob **jobs, ULONG *fetched)
{
    return enum_next(impl_from_IEnumBackgroundCopyJobs(iface), count, (IUnknown **)jobs, fetched);
}

static HRESULT WINAPI enum_jobs_Skip(IEnumBackgroundCopyJobs *iface, ULONG count)
{
    return enum_skip(impl_from_IEnumBackgroundCopyJobs(iface), count);
}

static HRESULT WINAPI enum_jobs_Reset(IEnumBackgroundCopyJobs *iface)
{
    return enum_reset(impl_from_IEnumBackgroundCopyJobs(iface));
}

static HRESULT WINAPI enum_jobs_Clone(IEnumBackgroundCopyJobs *iface, IEnumBackgroundCopyJobs **out)
{
    struct bg_enum *clone;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = enum_clone(impl_from_IEnumBackgroundCopyJobs(iface), &clone))) return hr;
    *out = &clone->IEnumBackgroundCopyJobs_iface;
    return S_OK;
}

static HRESULT WINAPI enum_jobs_GetCount(IEnumBackgroundCopyJobs *iface, ULONG *count)
{
    return enum_get_count(impl_from_IEnumBackgroundCopyJobs(iface), count);
}

static const IEnumBackgroundCopyJobsVtbl enum_jobs_vtbl = {
    enum_jobs_QueryInterface,
    enum_jobs_AddRef,
    enum_jobs_Release,
    /* IEnumBackgroundCopyJobs */
    enum_jobs_Next,
    enum_jobs_Skip,
    enum_jobs_Reset,
    enum_jobs_Clone,
    enum_jobs_GetCount,
};

/* ---- IEnumBackgroundCopyFiles ---- */

static inline struct bg_enum *impl_from_IEnumBackgroundCopyFiles(IEnumBackgroundCopyFiles *iface)
{
    return CONTAINING_RECORD(iface, struct bg_enum, IEnumBackgroundCopyFiles_iface);
}

static HRESULT WINAPI enum_files_QueryInterface(IEnumBackgroundCopyFiles *iface, REFIID iid,
                                                void **out)
{
    static const IID *const iids[] = {&IID_IEnumBackgroundCopyFiles, NULL};
    struct bg_enum *body = impl_from_IEnumBackgroundCopyFiles(iface);

    return com_front_query(&body->front, iface, iids, iid, out);
}

static ULONG WINAPI enum_files_AddRef(IEnumBackgroundCopyFiles *iface)
{
    return com_front_addref(&impl_from_IEnumBackgroundCopyFiles(iface)->front);
}

static ULONG WINAPI enum_files_Release(IEnumBackgroundCopyFiles *iface)
{
    return enum_release(impl_from_IEnumBackgroundCopyFiles(iface));
}

static HRESULT WINAPI enum_files_Next(IEnumBackgroundCopyFiles *iface, ULONG count,
                                      IBackgroundCopyFile **files, ULONG *fetched)
{
    return enum_next(impl_from_IEnumBackgroundCopyFiles(iface), count, (IUnknown **)files, fetched);
}

static HRESULT WINAPI enum_files_Skip(IEnumBackgroundCopyFiles *iface, ULONG count)
{
    return enum_skip(impl_from_IEnumBackgroundCopyFiles(iface), count);
}

static HRESULT WINAPI enum_files_Reset(IEnumBackgroundCopyFiles *iface)
{
    return enum_reset(impl_from_IEnumBackgroundCopyFiles(iface));
}

static HRESULT WINAPI enum_files_Clone(IEnumBackgroundCopyFiles *iface,
                                       IEnumBackgroundCopyFiles **out)
{
    struct bg_enum *clone;
    HRESULT hr;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (FAILED(hr = enum_clone(impl_from_IEnumBackgroundCopyFiles(iface), &clone))) return hr;
    *out = &clone->IEnumBackgroundCopyFiles_iface;
    return S_OK;
}

static HRESULT WINAPI enum_files_GetCount(IEnumBackgroundCopyFiles *iface, ULONG *count)
{
    return enum_get_count(impl_from_IEnumBackgroundCopyFiles(iface), count);
}

static const IEnumBackgroundCopyFilesVtbl enum_files_vtbl = {
    enum_files_QueryInterface,
    enum_files_AddRef,
    enum_files_Release,
    /* IEnumBackgroundCopyFiles */
    enum_files_Next,
    enum_files_Skip,
    enum_files_Reset,
    enum_files_Clone,
    enum_files_GetCount,
};

/* ---- create ---- */

/* Takes over the reference to the snapshot, on failure too. */
static HRESULT enum_create(struct snapshot *snapshot, uint32_t position, struct bg_enum **out)
{
    struct bg_enum *body;
    HRESULT hr;

    *out = NULL;
    if (!(body = calloc(1, sizeof(*body))))
    {
        snapshot_release(snapshot);
        return E_OUTOFMEMORY;
    }
    body->snapshot = snapshot;
    body->position = position;
    lock_init(&body->lock, LOCK_RANK_LEAF, "enumerator");
    if (snapshot->is_of_files)
        body->IEnumBackgroundCopyFiles_iface.lpVtbl = &enum_files_vtbl;
    else
        body->IEnumBackgroundCopyJobs_iface.lpVtbl = &enum_jobs_vtbl;
    if (FAILED(hr = com_front_init(&body->front, body)))
    {
        enum_destroy(body);
        return hr;
    }
    *out = body;
    return S_OK;
}

static struct snapshot *snapshot_create(struct job **jobs, uint32_t job_count, uint32_t count,
                                        bool is_of_files)
{
    struct snapshot *snapshot = calloc(1, sizeof(*snapshot));

    if (!snapshot) return NULL;
    *snapshot = (struct snapshot){1, jobs, job_count, count, is_of_files};
    return snapshot;
}

HRESULT bg_enum_create_jobs(struct job **jobs, uint32_t count, IEnumBackgroundCopyJobs **out)
{
    struct snapshot *snapshot;
    struct bg_enum *body;
    HRESULT hr;

    *out = NULL;
    for (uint32_t i = 0; i < count; i++)
        job_rename_holder(jobs[i], JOB_HOLDER_CALLER, JOB_HOLDER_FRONT);
    if (!(snapshot = snapshot_create(jobs, count, count, false)))
    {
        for (uint32_t i = 0; i < count; i++)
            job_release(jobs[i], JOB_HOLDER_FRONT);
        free(jobs);
        return E_OUTOFMEMORY;
    }
    if (FAILED(hr = enum_create(snapshot, 0, &body))) return hr;
    *out = &body->IEnumBackgroundCopyJobs_iface;
    return S_OK;
}

HRESULT bg_enum_create_files(struct job *job, IEnumBackgroundCopyFiles **out)
{
    struct snapshot *snapshot = NULL;
    struct bg_enum *body;
    struct job **jobs;
    HRESULT hr;

    *out = NULL;
    if (!(jobs = malloc(sizeof(*jobs))) ||
        !(snapshot = snapshot_create(jobs, 1, job_file_count(job), true)))
    {
        free(jobs);
        return E_OUTOFMEMORY;
    }
    jobs[0] = job;
    job_addref(job, JOB_HOLDER_FRONT);
    if (FAILED(hr = enum_create(snapshot, 0, &body))) return hr;
    *out = &body->IEnumBackgroundCopyFiles_iface;
    return S_OK;
}
