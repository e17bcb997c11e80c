/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Enumerators of ids: those of groups and of jobs of the queue manager of BITS 1.0. Each clone has
 * a snapshot of its own; the position is under a leaf lock. */
#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "com/qmgr_fronts.h"

struct id_enum
{
    IUnknown iface; /* with the vtable of its kind */
    struct com_front front;
    const struct id_kind *kind; /* immutable after create, as the ids */
    GUID *ids;
    uint32_t count;
    struct lock lock;
    uint32_t position; /* lock */
};

struct id_kind
{
    const void *vtbl;
    const IID *iid;
};

static inline struct id_enum *enum_from(void *iface)
{
    return CONTAINING_RECORD(iface, struct id_enum, iface);
}

static void destroy(struct id_enum *e)
{
    free(e->ids);
    lock_done(&e->lock);
    com_front_done(&e->front);
    free(e);
}

static HRESULT create(const struct id_kind *kind, GUID *ids, uint32_t count, uint32_t position,
                      void **out)
{
    struct id_enum *e = calloc(1, sizeof(*e));
    HRESULT hr;

    *out = NULL;
    if (!e)
    {
        free(ids);
        return E_OUTOFMEMORY;
    }
    e->iface.lpVtbl = (IUnknownVtbl *)kind->vtbl;
    e->kind = kind;
    e->ids = ids;
    e->count = count;
    e->position = position;
    lock_init(&e->lock, LOCK_RANK_LEAF, "enumerator of ids");
    if (FAILED(hr = com_front_init(&e->front, e)))
    {
        destroy(e);
        return hr;
    }
    *out = &e->iface;
    return S_OK;
}

static HRESULT query(void *iface, REFIID iid, void **out)
{
    struct id_enum *e = enum_from(iface);
    const IID *const iids[] = {e->kind->iid, NULL};

    return com_front_query(&e->front, e, iids, iid, out);
}

static ULONG release(void *iface)
{
    struct id_enum *e = enum_from(iface);
    ULONG ref = com_front_release(&e->front);

    if (!ref) destroy(e);
    return ref;
}

/* Moves on by at most so many; answers by how many. */
static uint32_t advance(struct id_enum *e, ULONG wish, uint32_t *start)
{
    uint32_t rest;

    lock_acquire(&e->lock);
    rest = e->count - e->position;
    if (wish < rest) rest = wish;
    *start = e->position;
    e->position += rest;
    lock_release(&e->lock);
    return rest;
}

static HRESULT next(void *iface, ULONG wish, GUID *out, ULONG *fetched)
{
    struct id_enum *e = enum_from(iface);
    uint32_t start, taken;

    if (fetched) *fetched = 0;
    if (!out || (!fetched && wish != 1)) return E_INVALIDARG;
    taken = advance(e, wish, &start);
    if (taken) memcpy(out, &e->ids[start], taken * sizeof(*out));
    if (fetched) *fetched = taken;
    return taken == wish ? S_OK : S_FALSE;
}

static HRESULT skip(void *iface, ULONG wish)
{
    uint32_t start;

    return advance(enum_from(iface), wish, &start) == wish ? S_OK : S_FALSE;
}

static HRESULT reset(void *iface)
{
    struct id_enum *e = enum_from(iface);

    lock_acquire(&e->lock);
    e->position = 0;
    lock_release(&e->lock);
    return S_OK;
}

static HRESULT clone(void *iface, void **out)
{
    struct id_enum *e = enum_from(iface);
    uint32_t position;
    GUID *ids;

    if (!out) return E_INVALIDARG;
    *out = NULL;
    if (!(ids = malloc((e->count + 1) * sizeof(*ids)))) return E_OUTOFMEMORY;
    memcpy(ids, e->ids, e->count * sizeof(*ids));
    lock_acquire(&e->lock);
    position = e->position;
    lock_release(&e->lock);
    return create(e->kind, ids, e->count, position, out);
}

static HRESULT get_count(void *iface, ULONG *out)
{
    if (!out) return E_INVALIDARG;
    *out = enum_from(iface)->count;
    return S_OK;
}

/* The methods of one interface, which only give their pointers other types, and its table. */
#define ID_FACE(type, kind)                                                                        \
    static HRESULT WINAPI type##_QueryInterface_(type *iface, REFIID iid, void **out)              \
    {                                                                                              \
        return query(iface, iid, out);                                                             \
    }                                                                                              \
    static ULONG WINAPI type##_AddRef_(type *iface)                                                \
    {                                                                                              \
        return com_front_addref(&enum_from(iface)->front);                                         \
    }                                                                                              \
    static ULONG WINAPI type##_Release_(type *iface)                                               \
    {                                                                                              \
        return release(iface);                                                                     \
    }                                                                                              \
    static HRESULT WINAPI type##_Next_(type *iface, ULONG wish, GUID *out, ULONG *fetched)         \
    {                                                                                              \
        return next(iface, wish, out, fetched);                                                    \
    }                                                                                              \
    static HRESULT WINAPI type##_Skip_(type *iface, ULONG wish)                                    \
    {                                                                                              \
        return skip(iface, wish);                                                                  \
    }                                                                                              \
    static HRESULT WINAPI type##_Reset_(type *iface)                                               \
    {                                                                                              \
        return reset(iface);                                                                       \
    }                                                                                              \
    static HRESULT WINAPI type##_Clone_(type *iface, type **out)                                   \
    {                                                                                              \
        return clone(iface, (void **)out);                                                         \
    }                                                                                              \
    static HRESULT WINAPI type##_GetCount_(type *iface, ULONG *out)                                \
    {                                                                                              \
        return get_count(iface, out);                                                              \
    }                                                                                              \
    static const type##Vtbl type##_vtbl = {                                                        \
        type##_QueryInterface_, type##_AddRef_, type##_Release_, type##_Next_,                     \
        type##_Skip_,           type##_Reset_,  type##_Clone_,   type##_GetCount_,                 \
    };                                                                                             \
    static const struct id_kind kind = {&type##_vtbl, &IID_##type}

ID_FACE(IEnumBackgroundCopyGroups, groups_kind);
ID_FACE(IEnumBackgroundCopyJobs1, jobs_kind);

HRESULT qmgr_enum_create_groups(GUID *ids, uint32_t count, IEnumBackgroundCopyGroups **out)
{
    return create(&groups_kind, ids, count, 0, (void **)out);
}

HRESULT qmgr_enum_create_jobs(GUID *ids, uint32_t count, IEnumBackgroundCopyJobs1 **out)
{
    return create(&jobs_kind, ids, count, 0, (void **)out);
}
