/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the core asks of the rest of the program. Every function here is called without a lock held,
 * and none may call back into the core before it returns, unless its comment says so. */
#ifndef OPENBITS_JOB_PORTS_H
#define OPENBITS_JOB_PORTS_H

#include "base/clock.h"
#include "job/access.h"
#include "job/file_ranges.h"
#include "job/job_record.h"
#include "job/job_types.h"

struct job;

/* Moves bytes. Both functions only leave a note for the mover's own thread: they never wait for the
 * network or the disk. Notes are taken in the order in which they were left. */
struct transfer_ops
{
    /* Begin to work on the job. The mover asks for the work with job_transfer_next() and holds a
     * reference (JOB_HOLDER_TRANSFER, passed to it by this call) until job_transfer_released(). */
    void (*start)(void *ctx, struct job *job, uint32_t epoch);
    /* Let go of the job. What has been received is written and reported first. */
    void (*stop)(void *ctx, struct job *job, uint32_t epoch);
    /* The job was cancelled while its session was open at a server, which is to be told with
     * job_upload_farewell(). The mover has a reference (JOB_HOLDER_TRANSFER) until
     * job_upload_farewell_done(). NULL: nobody is told. */
    void (*farewell)(void *ctx, struct job *job);
};

/* Local files, touched on the thread of the caller. Names are full paths. */
struct file_ops
{
    /* May a file of this name be made there? E_ACCESSDENIED, ERROR_PATH_NOT_FOUND, ... */
    HRESULT (*check_directory)(void *ctx, const WCHAR *local_name);
    /* Chooses an unused temporary name in the directory of local_name; freed with free(). */
    HRESULT (*choose_temp_name)(void *ctx, const WCHAR *local_name, WCHAR **temp_name);
    /* Makes the temporary file the destination, replacing what is there; sets its times when mtime
     * is not 0. */
    HRESULT(*publish)
    (void *ctx, const WCHAR *temp_name, const WCHAR *local_name, filetime_t mtime);
    /* Is there a file of this size, and not a link? */
    bool (*has_size)(void *ctx, const WCHAR *name, uint64_t size);
    /* Removes a temporary file; S_OK when there is none. */
    HRESULT (*discard)(void *ctx, const WCHAR *temp_name);
    /* All bytes of a file that has so many; an error when it has others. */
    HRESULT (*read)(void *ctx, const WCHAR *name, void *buffer, size_t size);
};

/* Keeps the queue. */
struct store_ops
{
    /* All of the changes or none, durable on return. Called by one thread at a time. An error says
     * that nothing was kept: ERROR_DISK_FULL, ... */
    HRESULT (*commit)(void *ctx, const struct store_change *changes);
};

/* The content of a file, as its application has judged it. */
struct judged_file
{
    const WCHAR *remote_name;
    const WCHAR *path; /* where it is now */
    const struct file_version *version;
    const struct file_sum *sum; /* of all its bytes when sum->end is the size */
    struct file_ranges *ranges; /* what it consists of; NULL: the whole remote file */
};

/* The machine's cache of files for peers. Values are copied. */
struct cache_ops
{
    /* It is good, and peers may have it. It is opened now, read later, and kept if it is then still
     * what it was. */
    void (*keep)(void *ctx, const struct judged_file *file);
    /* It is not what it should be. */
    void (*drop)(void *ctx, const struct judged_file *file);
    /* It was kept, and then somebody has deleted it. */
    bool (*is_deleted)(void *ctx, const struct judged_file *file);
};

/* Tells clients. */
struct notify_ops
{
    /* Something may be due: the notifier asks for it with job_notify_take(). Never blocks. */
    void (*wake)(void *ctx);
    /* Drops the core's reference to a client's target. */
    void (*release_target)(void *ctx, void *target);
};

/* Says what holds on the machine. */
struct condition_ops
{
    /* On the scheduler's thread. Does not wait. */
    void (*read)(void *ctx, struct machine_conditions *conditions);
};

/* Brings up what works on jobs. */
struct work_ops
{
    /* Before there is a job, each time, on several threads at once. An error, and there is none. */
    HRESULT (*begin)(void *ctx);
};

struct queue_ports
{
    struct clock clock;
    const struct transfer_ops *transfer;
    void *transfer_ctx;
    const struct file_ops *files;
    void *files_ctx;
    const struct notify_ops *notify;
    void *notify_ctx;
    /* Whose rights the files are touched with; NULL: the owner's of each job. */
    const struct caller_facts *account;
    const struct store_ops *store; /* NULL: the queue lives as long as its process */
    void *store_ctx;
    const struct cache_ops *cache; /* NULL: there is none */
    void *cache_ctx;
    const struct work_ops *work; /* NULL: it is always up */
    void *work_ctx;
    const struct condition_ops *conditions; /* NULL: networks are free, it is Sunday 0:00 */
    void *conditions_ctx;
};

#endif
