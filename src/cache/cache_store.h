/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The rows of the cache's index file, in SQLite. Used by one thread at a time; the file is locked
 * while it is open. Holds and takes no lock of ours. */
#ifndef OPENBITS_CACHE_CACHE_STORE_H
#define OPENBITS_CACHE_CACHE_STORE_H

#include "base/err_codes.h"
#include "cache/cache_record.h"

struct cache_store;

/* What changes with every use of a record. */
struct cache_use
{
    int64_t number;
    uint64_t turn;
    filetime_t accessed;
};

/* Opens the file or makes it; it then has *is_new. ERR_SHARING_VIOLATION: it is open elsewhere;
 * ERR_FILE_CORRUPT: it is damaged as a whole, or of a newer program. */
HRESULT cache_store_open(const WCHAR *path, const char *vfs, struct cache_store **store,
                         bool *is_new);
/* NULL is welcome. */
void cache_store_close(struct cache_store *store);

/* Takes the record over, even when it fails. */
typedef HRESULT (*cache_load_fn)(void *ctx, const struct cache_use *use,
                                 struct cache_record *record);
/* The least recently used first. ERR_FILE_CORRUPT: a row is damaged. */
HRESULT cache_store_load(struct cache_store *store, cache_load_fn load, void *ctx);

/* Each is a commit of its own. A new row gets a number that was never used. */
HRESULT cache_store_add(struct cache_store *store, const struct cache_record *record, uint64_t turn,
                        int64_t *number);
HRESULT cache_store_change(struct cache_store *store, int64_t number,
                           const struct cache_record *record);
/* All or none; no fault when some are not there. */
HRESULT cache_store_remove(struct cache_store *store, const int64_t *numbers, size_t count);
HRESULT cache_store_use(struct cache_store *store, const struct cache_use *uses, size_t count);

#endif
