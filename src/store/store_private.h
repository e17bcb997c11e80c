/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Inside of the store. Every table of the queue has an integer key and one record, so that all of
 * them are read, written and checked by the same few functions. */
#ifndef OPENBITS_STORE_PRIVATE_H
#define OPENBITS_STORE_PRIVATE_H

#include <sqlite3.h>
#include <stdio.h>

#include "job/credentials.h"
#include "store/store.h"

enum store_table
{
    TABLE_JOBS,       /* key: number of the job, in order of creation */
    TABLE_JOB_TEXTS,  /* the same */
    TABLE_JOB_FILES,  /* the same; how many there are, so that none is lost unseen */
    TABLE_FILES,      /* key: store_file_key() */
    TABLE_FILE_NAMES, /* the same */
    TABLE_QUEUE_COUNT,
    TABLE_SECRETS = TABLE_QUEUE_COUNT, /* key: as of a file, with the kind for the file */
    TABLE_COUNT
};

enum statement_kind
{
    STATEMENT_PUT,    /* ?1 key, ?2 record */
    STATEMENT_SET,    /* the same, for a row that is there */
    STATEMENT_REMOVE, /* ?1 first and ?2 last key */
    STATEMENT_GET,    /* ?1 key; column 0 record */
    STATEMENT_SELECT, /* all, by key; column 0 key, column 1 record */
    STATEMENT_KIND_COUNT
};

/* Numbers of jobs by their ids: see store_index.c. */
struct index_entry
{
    GUID id;
    int64_t number; /* 0: a free place */
    uint32_t files;
};

struct store_index
{
    struct index_entry *entries;
    size_t size; /* a power of 2, or 0 */
    size_t count;
};

/* Bytes that grow, for records on their way out. */
struct store_buffer
{
    uint8_t *data;
    size_t size;
    size_t capacity;
};

struct store
{
    sqlite3 *db;
    sqlite3_stmt *statements[TABLE_COUNT][STATEMENT_KIND_COUNT];
    sqlite3_stmt *begin;
    sqlite3_stmt *commit;
    sqlite3_stmt *rollback;
    struct store_index index;
    bool is_index_stale; /* a commit was rolled back */
    int64_t last_number;
    uint64_t stamp; /* of the newest record */
    const struct secret_ops *secrets;
    void *secrets_ctx;
    struct store_buffer buffer;
};

/* What the text of a record is made of and what is read back from it. */
struct store_record
{
    enum store_table table;
    GUID job;
    int64_t key;
    uint64_t stamp;      /* grows with every commit */
    const uint8_t *data; /* without head and checksum */
    size_t size;
};

struct file_count
{
    uint32_t files;
};

/* The credentials of a job and the fields of its requests, which may hold some, as one secret. */
struct store_logins
{
    WCHAR *headers; /* NULL: none */
    struct http_credential of[AUTH_TARGET_COUNT][AUTH_SCHEME_COUNT];
};

/* Kinds of secrets that the store itself writes. */
#define SECRET_LOGINS 1u

#define STORE_VERSION       4
#define STORE_NUMBER_MAX    0x7fffffff
#define STORE_NAME_MAX      32767
#define STORE_PROGRAM_MAX   4096
#define STORE_HEADERS_MAX   32767
#define STORE_METHOD_MAX    256
#define STORE_ANSWER_MAX    32767
#define STORE_CERT_NAME_MAX 256

extern const char *const store_table_names[TABLE_COUNT];

static inline bool store_table_has_files(enum store_table table)
{
    return table == TABLE_FILES || table == TABLE_FILE_NAMES || table == TABLE_SECRETS;
}

static inline int64_t store_file_key(int64_t number, uint32_t file)
{
    return (int64_t)((uint64_t)number << 32 | file);
}

/* store_error.c: SQLite's result codes; SQLITE_OK, SQLITE_ROW and SQLITE_DONE are S_OK. */
HRESULT store_error(int code);
/* The same for the last failure of the store, with a line in the log. */
HRESULT store_failure(struct store *store, const char *doing);
/* A sound record in a place that is not its own: a key was changed. */
#define STORE_E_MISPLACED ERR_DISK_CORRUPT
/* Is it the file that is wrong, rather than the machine? */
bool store_is_damage(HRESULT hr);

/* store_schema.c: makes or upgrades the tables; says what version they had, 0 for none. */
HRESULT store_schema_prepare(struct store *store, uint32_t *version);
/* The kept statements. */
HRESULT store_schema_compile(struct store *store);
void store_schema_done(struct store *store);

/* store_check.c: a record is a head (table, key, ...), the values and a checksum over it all. */
HRESULT store_record_begin(struct store_buffer *buffer, const struct store_record *record);
HRESULT store_record_end(struct store_buffer *buffer);
/* False when a byte of it is not what was written, or it belongs elsewhere. */
bool store_record_open(enum store_table table, int64_t key, const void *data, size_t size,
                       struct store_record *record);
/* The same for a record somewhere in the bytes, of any table; *taken is its size there. */
bool store_record_find(const uint8_t *data, size_t size, struct store_record *record,
                       size_t *taken);
/* Walks over everything once: takes damaged jobs out of the queue and fills the index. */
HRESULT store_check(struct store *store, struct store_report *report);

/* store_open.c: opens the SQLite file and locks it. */
HRESULT store_connect(const WCHAR *path, const char *vfs, sqlite3 **db);

/* store_aside.c: a damaged file gets the name PATH.damaged; then a repair is due, until its end,
 * which gives it a number. */
HRESULT store_set_aside(const WCHAR *path);
bool store_is_repair_due(const WCHAR *path);
HRESULT store_begin_repair(const WCHAR *path);
HRESULT store_end_repair(const WCHAR *path, uint32_t *number);
/* PATH-wal, SQLite's log of the file. */
WCHAR *store_log_path(const WCHAR *path);
/* PATH.damaged; NULL when there is no memory. */
WCHAR *store_aside_path(const WCHAR *path);

/* store_salvage.c: copies what can be read of a file that was set aside into a store without jobs.
 * Fails only when the new store does. */
HRESULT store_salvage(struct store *store, const WCHAR *from, const char *vfs);

/* store_file.c: the little that is done to files without SQLite. */
HRESULT store_file_move(const WCHAR *from, const WCHAR *to);
/* No fault when there is none. */
HRESULT store_file_remove(const WCHAR *path);
bool store_file_exists(const WCHAR *path);
FILE *store_file_read(const WCHAR *path);

/* store_job_values.c, store_file_values.c: the values as bytes. E_INVALIDARG for a value outside of
 * its limits, on the way out and on the way in; what is read in is to be freed by the caller, also
 * after a failure. */
HRESULT store_encode_job(struct store_buffer *buffer, const struct job_status *status);
HRESULT store_encode_texts(struct store_buffer *buffer, const struct job_texts *texts);
HRESULT store_encode_file(struct store_buffer *buffer, const struct file_status *status);
HRESULT store_encode_names(struct store_buffer *buffer, const struct file_names *names);
HRESULT store_encode_count(struct store_buffer *buffer, const struct file_count *count);
HRESULT store_decode_count(const struct store_record *record, struct file_count *count);
HRESULT store_decode_job(const struct store_record *record, struct job_status *status);
HRESULT store_decode_texts(const struct store_record *record, struct job_texts *texts);
HRESULT store_decode_file(const struct store_record *record, struct file_status *status);
HRESULT store_decode_names(const struct store_record *record, struct file_names *names);
HRESULT store_encode_logins(struct store_buffer *buffer, const struct store_logins *logins);
HRESULT store_decode_logins(const struct store_record *record, struct store_logins *logins);

/* store_logins.c: the credentials of a job, within the commit that writes its texts; NULL or none:
 * what was kept is removed. */
HRESULT store_write_logins(struct store *store, const GUID *job,
                           const struct http_settings *settings);
/* What was kept, into settings that are nobody else's yet. A secret that cannot be read leaves the
 * job without credentials. */
HRESULT store_read_logins(struct store *store, const GUID *job, struct http_settings *settings);

/* store_write.c: runs a kept statement that gives no rows, and makes it ready again. */
HRESULT store_run(struct store *store, sqlite3_stmt *statement, const char *doing);
/* Makes the index true again after a commit that was rolled back. */
HRESULT store_renew_index(struct store *store);

/* store_buffer.c */
HRESULT store_buffer_add(struct store_buffer *buffer, const void *data, size_t size);
void store_buffer_done(struct store_buffer *buffer);

/* store_index.c: NULL when there is no such job; valid until a job is added or removed. */
struct index_entry *store_index_find(const struct store_index *index, const GUID *id);
HRESULT store_index_add(struct store_index *index, const struct index_entry *entry);
void store_index_remove(struct store_index *index, const GUID *id);
void store_index_clear(struct store_index *index);
void store_index_done(struct store_index *index);

/* store_read.c: one pass over all tables. */
struct store_visitor
{
    /* Takes texts and names over as the loader does. */
    const struct store_loader *loader;
    void *loader_ctx;
    /* A whole job; NULL: not asked for. */
    HRESULT (*whole)(void *ctx, const struct index_entry *job);
    /* A number whose rows do not make a whole job; NULL: that is an error. */
    HRESULT (*damaged)(void *ctx, int64_t number);
    void *ctx;
};
HRESULT store_walk(struct store *store, const struct store_visitor *visitor);

#endif
