/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What all enumerators are made of: a snapshot that clones share, and a position of each. They
 * differ in the type of their elements only. Any thread may call. */
#ifndef OPENBITS_COM_ENUM_BODY_H
#define OPENBITS_COM_ENUM_BODY_H

#include "com/com_util.h"

struct enum_snapshot;

struct enum_snapshot_ops
{
    /* A new object for the element, which the caller releases. */
    HRESULT (*create_element)(const struct enum_snapshot *snapshot, uint32_t index, IUnknown **out);
    void (*destroy)(struct enum_snapshot *snapshot);
};

/* The first member of what holds the elements; immutable after create but for the count of
 * references, which begins at 1. */
struct enum_snapshot
{
    LONG ref;
    uint32_t count;
    const struct enum_snapshot_ops *ops;
};

/* An interface of the family, whose methods are the same but for the type of the elements. */
struct enum_kind
{
    const void *vtbl;
    const IID *iid;
};

extern const struct enum_kind enum_jobs, enum_files, enum_records, enum_peers;

/* At the first element. Takes over the reference to the snapshot, on failure too. */
HRESULT enum_create(const struct enum_kind *kind, struct enum_snapshot *snapshot, void **out);

#endif
