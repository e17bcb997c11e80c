/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The body of every enumerator and its four faces. The position is under a leaf lock of each. */
#include "com/enum_body.h"

#include <stdlib.h>

#include "base/lock.h"
#include "bits.h"
#include "bits3_0.h"

struct enum_body
{
    IUnknown iface; /* with the vtable of kind */
    struct com_front front;
    const struct enum_kind *kind;   /* immutable after create */
    struct enum_snapshot *snapshot; /* immutable after create */
    struct lock lock;
    uint32_t position; /* lock */
};

static inline struct enum_body *body_from(void *iface)
{
    return CONTAINING_RECORD(iface, struct enum_body, iface);
}

static void snapshot_release(struct enum_snapshot *snapshot)
{
    if (!InterlockedDecrement(&snapshot->ref)) snapshot->ops->destroy(snapshot);
}

static void enum_destroy(struct enum_body *body)
{
    snapshot_release(body->snapshot);
    lock_done(&body->lock);
    com_front_done(&body->front);
    free(body);
}

static HRESULT create_at(const struct enum_kind *kind, struct enum_snapshot *snapshot,
                         uint32_t position, void **out)
{
    struct enum_body *body;
    HRESULT hr;

    *out = NULL;
    if (!(body = calloc(1, sizeof(*body))))
    {
        snapshot_release(snapshot);
        return E_OUTOFMEMORY;
    }
    body->iface.lpVtbl = (IUnknownVtbl *)kind->vtbl;
    body->kind = kind;
    body->snapshot = snapshot;
    body->position = position;
    lock_init(&body->lock, LOCK_RANK_LEAF, "enumerator");
    if (FAILED(hr = com_front_init(&body->front, body)))
    {
        enum_destroy(body);
        return hr;
    }
    *out = &body->iface;
    return S_OK;
}

HRESULT enum_create(const struct enum_kind *kind, struct enum_snapshot *snapshot, void **out)
{
    return create_at(kind, snapshot, 0, out);
}

static HRESULT enum_query(void *iface, REFIID iid, void **out)
{
    struct enum_body *body = body_from(iface);
    const IID *const iids[] = {body->kind->iid, NULL};

    return com_front_query(&body->front, body, iids, iid, out);
}

static ULONG enum_addref(void *iface)
{
    return com_front_addref(&body_from(iface)->front);
}

static ULONG enum_release(void *iface)
{
    struct enum_body *body = body_from(iface);
    ULONG ref = com_front_release(&body->front);

    if (!ref) enum_destroy(body);
    return ref;
}

/* Moves the position by at most count elements; answers by how many. */
static uint32_t enum_advance(struct enum_body *body, ULONG count, uint32_t *start)
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
static void enum_take_back(struct enum_body *body, uint32_t start, uint32_t count)
{
    lock_acquire(&body->lock);
    if (body->position == start + count) body->position = start;
    lock_release(&body->lock);
}

static HRESULT enum_next(void *iface, ULONG count, IUnknown **elements, ULONG *fetched)
{
    struct enum_body *body = body_from(iface);
    uint32_t start, taken, i;
    HRESULT hr = S_OK;

    if (fetched) *fetched = 0;
    if (!fetched && count != 1) return E_INVALIDARG;
    if (!elements) return E_INVALIDARG;

    taken = enum_advance(body, count, &start);
    for (i = 0; i < taken && SUCCEEDED(hr); i++)
        hr = body->snapshot->ops->create_element(body->snapshot, start + i, &elements[i]);
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

static HRESULT enum_skip(void *iface, ULONG count)
{
    uint32_t start;
    return enum_advance(body_from(iface), count, &start) == count ? S_OK : S_FALSE;
}

static HRESULT enum_reset(void *iface)
{
    struct enum_body *body = body_from(iface);

    lock_acquire(&body->lock);
    body->position = 0;
    lock_release(&body->lock);
    return S_OK;
}

static HRESULT enum_clone(void *iface, void **out)
{
    struct enum_body *body = body_from(iface);
    uint32_t position;

    if (!out) return E_INVALIDARG;
    lock_acquire(&body->lock);
    position = body->position;
    lock_release(&body->lock);
    InterlockedIncrement(&body->snapshot->ref);
    return create_at(body->kind, body->snapshot, position, out);
}

static HRESULT enum_get_count(void *iface, ULONG *count)
{
    if (!count) return E_INVALIDARG;
    *count = body_from(iface)->snapshot->count;
    return S_OK;
}

/* The methods of one interface, which only give their pointers other types, and its table. */
#define ENUM_FACE(type, element, kind)                                                             \
    static HRESULT WINAPI type##_QueryInterface_(type *iface, REFIID iid, void **out)              \
    {                                                                                              \
        return enum_query(iface, iid, out);                                                        \
    }                                                                                              \
    static ULONG WINAPI type##_AddRef_(type *iface)                                                \
    {                                                                                              \
        return enum_addref(iface);                                                                 \
    }                                                                                              \
    static ULONG WINAPI type##_Release_(type *iface)                                               \
    {                                                                                              \
        return enum_release(iface);                                                                \
    }                                                                                              \
    static HRESULT WINAPI type##_Next_(type *iface, ULONG count, element **out, ULONG *fetched)    \
    {                                                                                              \
        return enum_next(iface, count, (IUnknown **)out, fetched);                                 \
    }                                                                                              \
    static HRESULT WINAPI type##_Skip_(type *iface, ULONG count)                                   \
    {                                                                                              \
        return enum_skip(iface, count);                                                            \
    }                                                                                              \
    static HRESULT WINAPI type##_Reset_(type *iface)                                               \
    {                                                                                              \
        return enum_reset(iface);                                                                  \
    }                                                                                              \
    static HRESULT WINAPI type##_Clone_(type *iface, type **out)                                   \
    {                                                                                              \
        return enum_clone(iface, (void **)out);                                                    \
    }                                                                                              \
    static HRESULT WINAPI type##_GetCount_(type *iface, ULONG *count)                              \
    {                                                                                              \
        return enum_get_count(iface, count);                                                       \
    }                                                                                              \
    static const type##Vtbl type##_vtbl = {                                                        \
        type##_QueryInterface_, type##_AddRef_, type##_Release_, type##_Next_,                     \
        type##_Skip_,           type##_Reset_,  type##_Clone_,   type##_GetCount_,                 \
    };                                                                                             \
    const struct enum_kind kind = {&type##_vtbl, &IID_##type}

ENUM_FACE(IEnumBackgroundCopyJobs, IBackgroundCopyJob, enum_jobs);
ENUM_FACE(IEnumBackgroundCopyFiles, IBackgroundCopyFile, enum_files);
ENUM_FACE(IEnumBitsPeerCacheRecords, IBitsPeerCacheRecord, enum_records);
ENUM_FACE(IEnumBitsPeers, IBitsPeer, enum_peers);
