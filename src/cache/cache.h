/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Files that this machine may give to its peers: records in an index file, and the content of each
 * in a file of its own; both or neither. Any thread may call; none holds a lock then. Calls that
 * write wait for each other, those that only look do not wait for the disk. One process at a time
 * has the folder. */
#ifndef OPENBITS_CACHE_CACHE_H
#define OPENBITS_CACHE_CACHE_H

#include "base/clock.h"
#include "base/err_codes.h"
#include "cache/cache_disk.h"
#include "cache/cache_record.h"

struct cache;
struct cache_writer;
struct cache_reader;

struct cache_limits
{
    uint32_t percent; /* of the disk that the folder is on, up to 100; 0: nothing is kept */
    uint32_t max_age; /* seconds since the last access; 0: no limit */
};

struct cache_options
{
    struct cache_limits limits;
    struct clock clock;
    const struct cache_disk *disk; /* NULL: the system's */
    void *disk_ctx;
    const char *vfs; /* of SQLite, for tests; NULL: the system's */
};

/* What cache_open() met. Each finding is in the log too. */
struct cache_report
{
    bool is_new;      /* there was no index */
    uint32_t records; /* whole ones */
    uint32_t lost;    /* records removed because their content was missing or of another size */
    uint32_t strays;  /* files removed because no record was theirs */
    uint32_t aside;   /* the index was damaged: it is now called index.db.damaged-N with this N, and
                       * the cache is empty; else 0 */
};

/* The folder is made when its parent is there. ERR_SHARING_VIOLATION: another process has it. When
 * this fails *cache is NULL. */
HRESULT cache_open(const WCHAR *folder, const struct cache_options *options, struct cache **cache,
                   struct cache_report *report);
/* No reader or writer may be left. NULL is welcome. */
void cache_close(struct cache *cache);

/* ---- looking; nothing here is an access ---- */

/* All that is given must fit. */
struct cache_query
{
    const WCHAR *url;     /* without its fragment; as text, but for the case of scheme and host */
    filetime_t file_time; /* compared in whole seconds */
    bool has_size;
    uint64_t file_size;
    const WCHAR *etag;      /* NULL: any; records without one do not fit a text */
    bool is_validated_only; /* what may be served */
};

/* Values that were true at the time of the call; freed with cache_list_free(). */
struct cache_list
{
    struct cache_record *records;
    size_t count;
};

/* At most max records. Finding none is S_OK and a count of 0. */
HRESULT cache_find(struct cache *cache, const struct cache_query *query, size_t max,
                   struct cache_list *list);
HRESULT cache_enumerate(struct cache *cache, struct cache_list *list);
void cache_list_free(struct cache_list *list);
/* BG_E_NOT_FOUND; the record is freed with cache_record_done(). */
HRESULT cache_get(struct cache *cache, const GUID *id, struct cache_record *record);

struct cache_usage
{
    uint32_t records;
    uint64_t size;  /* of the records' content files */
    uint64_t held;  /* of content that goes when its last reader ends */
    uint64_t limit; /* in bytes */
};

void cache_get_usage(struct cache *cache, struct cache_usage *usage);

/* ---- changing ---- */

/* BG_E_RECORD_DELETED when it is gone. */
HRESULT cache_set_validated(struct cache *cache, const GUID *id, bool is_validated);
/* The record was used otherwise than by a reader. Kept on the disk by cache_maintain(). */
void cache_touch(struct cache *cache, const GUID *id);

/* BG_E_NOT_FOUND; BG_E_BUSYCACHERECORD, and nothing was changed, while somebody reads it. */
HRESULT cache_delete(struct cache *cache, const GUID *id);
/* All records of the URL or, when one of them is read, none. S_FALSE: there is none. */
HRESULT cache_delete_url(struct cache *cache, const WCHAR *url);
/* Records that are read are gone at once for everybody else, their content when the reading ends.
 */
HRESULT cache_clear(struct cache *cache);
/* Has one of the last three taken a record of this URL, time and size away, in the life of this
 * process, and none has come since? */
bool cache_was_deleted(struct cache *cache, const struct cache_query *query);

/* In force on return: what is too much or too old is gone, as with cache_clear(). On failure the
 * limits are as they were. */
HRESULT cache_set_limits(struct cache *cache, const struct cache_limits *limits);
/* Removes what has become too old, tries again to remove what could not be removed, and keeps the
 * times of last access. For the owner to call about once a minute. */
HRESULT cache_maintain(struct cache *cache);

/* ---- writing ---- */

/* What a new record says. Texts and ranges are copied. */
struct cache_request
{
    const WCHAR *url;     /* of the origin, after redirects */
    filetime_t file_time; /* at the origin; without one nobody could search for it: E_INVALIDARG */
    uint64_t file_size;
    const WCHAR *etag;                /* NULL: none */
    const struct cache_range *ranges; /* what the content holds of the file, in its order */
    size_t range_count;               /* 0: the whole file */
    bool is_validated;
    bool is_private; /* came with credentials, cookies or a client's certificate, or the answer
                      * forbids to keep it: E_ACCESSDENIED */
};

/* Makes room for the content. ERR_FILE_TOO_LARGE: it is larger than the whole limit; ERR_DISK_FULL:
 * there is no room beside what is read just now. Names with a user in them are refused as private.
 * For one thread at a time; ended by commit or cancel. */
HRESULT cache_writer_begin(struct cache *cache, const struct cache_request *request,
                           struct cache_writer **writer);
/* The next bytes. After a failure there is only cancel. */
HRESULT cache_writer_put(struct cache_writer *writer, const void *data, size_t size);
/* S_OK: record and content are there, and older records of the same content are gone. Otherwise
 * nothing is. Frees the writer in any case. */
HRESULT cache_writer_commit(struct cache_writer *writer, GUID *id);
/* Removes what was written. NULL is welcome. */
void cache_writer_cancel(struct cache_writer *writer);

/* Called between pieces; true ends the copy with E_ABORT. */
typedef bool (*cache_cancelled_fn)(void *ctx);

/* All of it, with a local file for the content; is_cancelled may be NULL. ERR_FILE_INVALID: the
 * file has another size than the request says, or was changed meanwhile. */
HRESULT cache_add_file(struct cache *cache, const struct cache_request *request, const WCHAR *path,
                       cache_cancelled_fn is_cancelled, void *ctx, GUID *id);

/* ---- reading ---- */

/* Counts as an access. BG_E_NOT_FOUND: there is none, or its content turned out to be gone. For one
 * thread at a time. */
HRESULT cache_reader_open(struct cache *cache, const GUID *id, struct cache_reader **reader);
/* As it was when it was opened; valid until the reader is closed. */
const struct cache_record *cache_reader_record(const struct cache_reader *reader);
/* Positions count within the record's content. ERR_HANDLE_EOF: not so much is there; ERR_CRC: these
 * are not the bytes that were put in, and the record is gone. */
HRESULT cache_reader_read(struct cache_reader *reader, uint64_t offset, void *data, size_t size);
/* NULL is welcome. */
void cache_reader_close(struct cache_reader *reader);

#endif
