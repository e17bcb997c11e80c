/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One record of the cache as a value, and as bytes for the index file. Pure. */
#ifndef OPENBITS_CACHE_CACHE_RECORD_H
#define OPENBITS_CACHE_CACHE_RECORD_H

#include "base/types.h"

#define CACHE_URL_MAX    2200 /* characters, as in a search */
#define CACHE_ETAG_MAX   1024
#define CACHE_RANGES_MAX 1024

/* Of the file at the origin. */
struct cache_range
{
    uint64_t offset;
    uint64_t length;
};

/* A zeroed struct is an empty record. */
struct cache_record
{
    GUID id;
    filetime_t created;  /* these three are the record's own */
    filetime_t modified; /* validation is a change */
    filetime_t accessed;
    WCHAR *url;           /* without its fragment */
    WCHAR *etag;          /* NULL: none */
    filetime_t file_time; /* of the file at the origin */
    uint64_t file_size;
    struct cache_range *ranges; /* at least one, in the order in which they are stored */
    size_t range_count;
    uint64_t size; /* of the content: all ranges together */
    bool is_validated;
    uint32_t sums_crc; /* of the sums behind the content */
};

HRESULT cache_record_copy(const struct cache_record *record, struct cache_record *copy);
void cache_record_done(struct cache_record *record);

/* Adds the ranges up and sets the size. E_INVALIDARG for values that no record may have. */
HRESULT cache_record_check(struct cache_record *record);

/* Everything but the time of the last access; *data is from malloc(). */
HRESULT cache_record_encode(const struct cache_record *record, int64_t key, uint8_t **data,
                            size_t *size);
/* ERR_FILE_CORRUPT when a byte of it is not what was written, or it belongs to another key. */
HRESULT cache_record_decode(const void *data, size_t size, int64_t key,
                            struct cache_record *record);

#endif
