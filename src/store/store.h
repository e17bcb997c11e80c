/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The queue on the disk, in one SQLite file. A store is used by one thread at a time and by one
 * process: it is locked while it is open. No lock of ours is held or taken in here. */
#ifndef OPENBITS_STORE_H
#define OPENBITS_STORE_H

#include "base/err_codes.h"
#include "job/ports.h"

struct store;

/* Another process, or another store of this one, has the file open (ERROR_SHARING_VIOLATION). */
#define STORE_E_IN_USE ERR_SHARING_VIOLATION
/* The file is of a newer program (ERROR_REVISION_MISMATCH). It was not touched. */
#define STORE_E_NEWER ((HRESULT)0x8007051a)

/* Bytes from malloc(). */
struct store_secret
{
    uint8_t *data;
    size_t size;
};

/* Makes bytes unreadable to others, and readable again. */
struct secret_ops
{
    HRESULT (*protect)(void *ctx, const void *data, size_t size, struct store_secret *out);
    HRESULT (*unprotect)(void *ctx, const void *data, size_t size, struct store_secret *out);
};

#ifdef _WIN32
/* For the machine; needs no context. */
extern const struct secret_ops store_secrets_by_windows;
#endif

struct store_options
{
    const char *vfs;                  /* of SQLite, for tests; NULL: the system's */
    const struct secret_ops *secrets; /* NULL: secrets are refused with E_NOTIMPL */
    void *secrets_ctx;
};

/* What store_open() met. Each finding is in the log too. */
struct store_report
{
    bool is_new;            /* there was no file, or an empty one */
    uint32_t upgraded_from; /* version of the file's tables; 0: they were of this version */
    uint32_t jobs;          /* whole jobs in the store */
    uint32_t damaged_jobs;  /* taken out of the queue, and kept in the table "damaged" */
    uint32_t aside;         /* the file was damaged as a whole: it is now called PATH.damaged-N with
                             * this N, and what could be read of it is in the new file; else 0 */
};

/* Opens the file, or makes it when its folder is there; options may be NULL. Takes no longer than a
 * second to find out that it is in use. When this fails *store is NULL. */
HRESULT store_open(const WCHAR *path, const struct store_options *options, struct store **store,
                   struct store_report *report);

/* NULL is welcome. */
void store_close(struct store *store);

/* Gives back what SQLite has for all files together. None may be open, of the cache neither: as
 * before this code is unloaded. Waits for nobody. */
void store_library_end(void);

/* The context is the struct store. A change that is out of its limits or comes for a job or file
 * that is not there makes the whole commit fail with E_INVALIDARG. Files of a job are numbered from
 * 0 without gaps. */
extern const struct store_ops store_sqlite_ops;

/* Receives what was kept. An error ends the load and is what store_load() returns. */
struct store_loader
{
    /* The texts belong to the loader from here on, even when it fails. */
    HRESULT(*job)
    (void *ctx, const GUID *id, const struct job_status *status, struct job_texts *texts);
    /* A file of the job that came last. The status is a copy of the loader's own, with its ranges,
     * and the names are the loader's, even when it fails. */
    HRESULT(*file)
    (void *ctx, const GUID *job, uint32_t index, struct file_status *status,
     struct file_names *names);
};

/* Jobs in the order in which they were made, each followed by its files in their order. */
HRESULT store_load(struct store *store, const struct store_loader *loader, void *ctx);

/* Secrets of a job in the store, such as credentials, by a number that the caller gives them; they
 * are removed with the job. Each call is a commit of its own. E_INVALIDARG: no such job. */
HRESULT store_put_secret(struct store *store, const GUID *job, uint32_t kind, const void *data,
                         size_t size);
/* ERR_NOT_FOUND: there is none; ERR_FILE_CORRUPT: it is damaged. Nothing to free on failure. */
HRESULT store_get_secret(struct store *store, const GUID *job, uint32_t kind,
                         struct store_secret *secret);
/* No fault when there is none. */
HRESULT store_remove_secret(struct store *store, const GUID *job, uint32_t kind);
/* Overwrites the bytes first. */
void store_secret_free(struct store_secret *secret);

#endif
