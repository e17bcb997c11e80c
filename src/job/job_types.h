/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values that describe jobs and files to the outside of the core. Numbers equal the published ones
 * (BG_JOB_TYPE, BG_JOB_STATE, ...), so that the COM fronts convert by cast; com/ asserts it. */
#ifndef OPENBITS_JOB_TYPES_H
#define OPENBITS_JOB_TYPES_H

#include "base/types.h"
#include "policy/bandwidth.h"

enum job_type
{
    JOB_TYPE_DOWNLOAD,
    JOB_TYPE_UPLOAD,
    JOB_TYPE_UPLOAD_REPLY,
    JOB_TYPE_COUNT
};

enum job_priority
{
    JOB_PRIORITY_FOREGROUND,
    JOB_PRIORITY_HIGH,
    JOB_PRIORITY_NORMAL,
    JOB_PRIORITY_LOW,
    JOB_PRIORITY_COUNT
};

enum job_state
{
    JOB_QUEUED,
    JOB_CONNECTING,
    JOB_TRANSFERRING,
    JOB_SUSPENDED,
    JOB_ERROR,
    JOB_TRANSIENT_ERROR,
    JOB_TRANSFERRED,
    JOB_ACKNOWLEDGED,
    JOB_CANCELLED,
    JOB_STATE_COUNT
};

enum error_context
{
    ERROR_CONTEXT_NONE,
    ERROR_CONTEXT_UNKNOWN,
    ERROR_CONTEXT_GENERAL_QUEUE_MANAGER,
    ERROR_CONTEXT_NOTIFICATION,
    ERROR_CONTEXT_LOCAL_FILE,
    ERROR_CONTEXT_REMOTE_FILE,
    ERROR_CONTEXT_GENERAL_TRANSPORT,
    ERROR_CONTEXT_REMOTE_APPLICATION,
    ERROR_CONTEXT_CERTIFICATE_CALLBACK
};

enum notify_flag
{
    NOTIFY_FLAG_TRANSFERRED = 0x01,
    NOTIFY_FLAG_ERROR = 0x02,
    NOTIFY_FLAG_DISABLE = 0x04,
    NOTIFY_FLAG_MODIFICATION = 0x08,
    NOTIFY_FLAG_FILE_TRANSFERRED = 0x10,
    NOTIFY_FLAG_FILE_RANGES_TRANSFERRED = 0x20,
    NOTIFY_FLAG_MASK = 0x3f,
    NOTIFY_FLAG_DEFAULT = NOTIFY_FLAG_TRANSFERRED | NOTIFY_FLAG_ERROR
};

enum proxy_usage
{
    PROXY_PRECONFIG,
    PROXY_NONE,
    PROXY_OVERRIDE,
    PROXY_AUTODETECT,
    PROXY_USAGE_COUNT
};

/* BG_SIZE_UNKNOWN */
#define JOB_SIZE_UNKNOWN UINT64_MAX

#define JOB_NO_FILE UINT32_MAX

/* Limits of the interface, in characters without the terminator. */
#define JOB_DISPLAY_NAME_MAX 256
#define JOB_DESCRIPTION_MAX  1024
#define JOB_PROXY_LIST_MAX   32767
#define JOB_PROGRAM_MAX      260
#define JOB_PARAMETERS_MAX   4000
#define JOB_RETRY_DELAY_MIN  5 /* seconds */

/* The last failure, as a value. */
struct job_error
{
    HRESULT code;
    enum error_context context;
    uint32_t file_index; /* JOB_NO_FILE: the failure belongs to no file */
};

struct job_progress
{
    uint64_t bytes_total; /* JOB_SIZE_UNKNOWN while the size of one file is unknown */
    uint64_t bytes_transferred;
    uint32_t files_total;
    uint32_t files_transferred;
};

struct job_times
{
    filetime_t creation;
    filetime_t modification;
    filetime_t completion; /* 0 before TRANSFERRED */
};

struct file_progress
{
    uint64_t bytes_total;
    uint64_t bytes_transferred;
    bool completed;
};

/* What the first bytes of a temporary file add up to. */
struct file_sum
{
    uint64_t end; /* of these bytes */
    uint32_t crc32c;
};

struct file_sources
{
    uint64_t from_origin;
    uint64_t from_peers;
};

/* The facts of the machine that decide about jobs. A value: taken from a policy snapshot. */
struct machine_settings
{
    uint32_t peer_flags;          /* effective machine flags: enum peer_machine_flag */
    bool uses_branchcache;        /* as far as a job does not forbid it */
    uint32_t inactivity_timeout;  /* seconds */
    uint32_t max_download_time;   /* seconds; for jobs that set none themselves */
    uint32_t no_progress_timeout; /* seconds; default of new jobs */
    uint32_t min_retry_delay;     /* seconds; default of new jobs */
    uint32_t max_jobs_per_user;
    uint32_t max_jobs_per_machine;
    uint32_t max_files_per_job;
    uint32_t max_ranges_per_file;
    uint32_t time_slice;                     /* seconds; a background job's turn among its equals */
    uint32_t cost_flags[JOB_PRIORITY_COUNT]; /* costs that jobs accept which say nothing */
    struct bandwidth_policy bandwidth;       /* of background jobs */
};

/* What holds on the machine at the moment. */
struct machine_conditions
{
    uint32_t cost_state;     /* of its network: BITS_COST_STATE_* bits; 0: not known, free */
    uint32_t cost_valid_ms;  /* 0: until queue_conditions_changed() */
    uint32_t minute;         /* of the week, local time, from Sunday 0:00 on */
    uint32_t minute_left_ms; /* not 0 */
};

#endif
