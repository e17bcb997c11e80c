/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From a job's id to its number: a hash table in memory, so that a commit has no index to write.
 * Open addressing; a removal moves later entries up, so there are no graves. */
#include "store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static size_t place_of(const struct store_index *index, const GUID *id)
{
    return guid_hash(id) & (index->size - 1);
}

/* The entry of the id, or the free place where it would be. */
static size_t find_place(const struct store_index *index, const GUID *id)
{
    size_t i = place_of(index, id);

    while (index->entries[i].number && !guid_is_equal(&index->entries[i].id, id))
        i = (i + 1) & (index->size - 1);
    return i;
}

struct index_entry *store_index_find(const struct store_index *index, const GUID *id)
{
    struct index_entry *entry = index->size ? &index->entries[find_place(index, id)] : NULL;

    return entry && entry->number ? entry : NULL;
}

static HRESULT grow(struct store_index *index)
{
    struct store_index grown = {.size = index->size ? index->size * 2 : 64};

    if (!(grown.entries = calloc(grown.size, sizeof(*grown.entries)))) return E_OUTOFMEMORY;
    for (size_t i = 0; i < index->size; i++)
        if (index->entries[i].number)
            grown.entries[find_place(&grown, &index->entries[i].id)] = index->entries[i];
    grown.count = index->count;
    free(index->entries);
    *index = grown;
    return S_OK;
}

HRESULT store_index_add(struct store_index *index, const struct index_entry *entry)
{
    struct index_entry *place;
    HRESULT hr;

    if (index->count >= index->size / 2 && FAILED(hr = grow(index))) return hr;
    place = &index->entries[find_place(index, &entry->id)];
    if (!place->number) index->count++;
    *place = *entry;
    return S_OK;
}

void store_index_remove(struct store_index *index, const GUID *id)
{
    size_t mask = index->size - 1, hole;

    if (!store_index_find(index, id)) return;
    hole = find_place(index, id);
    for (size_t i = (hole + 1) & mask; index->entries[i].number; i = (i + 1) & mask)
    {
        size_t home = place_of(index, &index->entries[i].id);

        /* May this one stand in the hole, which is nearer to its own place? */
        if (((i - home) & mask) < ((i - hole) & mask)) continue;
        index->entries[hole] = index->entries[i];
        hole = i;
    }
    index->entries[hole].number = 0;
    index->count--;
}

void store_index_clear(struct store_index *index)
{
    if (index->size) memset(index->entries, 0, index->size * sizeof(*index->entries));
    index->count = 0;
}

void store_index_done(struct store_index *index)
{
    free(index->entries);
    memset(index, 0, sizeof(*index));
}
