/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the store keeps of jobs and files: plain values, apart from the live objects, so that they
 * can be written after the lock has been let go of. The part that changes often is apart from the
 * texts, which rarely do. */
#ifndef OPENBITS_JOB_JOB_RECORD_H
#define OPENBITS_JOB_JOB_RECORD_H

#include "base/range_set.h"
#include "job/access.h"
#include "job/file_ranges.h"
#include "job/file_version.h"
#include "job/file_wishes.h"
#include "job/http_settings.h"
#include "job/job_options.h"
#include "job/job_types.h"
#include "job/upload_state.h"
#include "job/legacy_group.h"

/* An ending that was begun and must be brought to its end at the next start. */
enum job_ending
{
    JOB_ENDING_NONE,
    JOB_ENDING_COMPLETE, /* files are being published */
    JOB_ENDING_CANCEL,   /* temporary files are being removed */
    JOB_ENDING_COUNT
};

struct job_status
{
    enum job_state state;
    enum job_ending ending;
    enum job_priority priority;
    uint32_t peer_flags;
    uint32_t notify_flags;
    uint32_t min_retry_delay;     /* seconds */
    uint32_t no_progress_timeout; /* seconds */
    uint32_t max_download_time;   /* seconds */
    bool has_max_download_time;
    enum proxy_usage proxy_usage;
    struct job_times times;
    struct job_error error;
    uint32_t error_count;
    uint32_t notify_failures;
    uint64_t active_ms; /* spent in CONNECTING and TRANSFERRING */
    bool is_done_untold;
    bool is_error_untold;
    bool is_on_demand;
    struct job_options options;
};

/* NULL: empty. */
struct job_texts
{
    enum job_type type;
    struct caller_facts owner;
    WCHAR *display_name; /* never NULL */
    WCHAR *description;
    WCHAR *proxy_list;
    WCHAR *proxy_bypass;
    WCHAR *notify_program;
    WCHAR *notify_parameters;
    struct http_settings *http; /* a reference; its credentials are not kept here */
    WCHAR *reply_name;
    struct upload_state *upload; /* NULL: no session is open, and nothing is known of the server */
    struct legacy_group legacy;
};

struct file_status
{
    struct file_version version;
    struct range_set have;
    struct file_sum sum;
    struct file_sources sources;
    bool has_temp_file;
    bool is_done;
    bool is_published;
    bool is_valid;
    bool is_origin_only;
    bool is_untold;
    bool is_renamed;
    bool is_of_two_names;
    struct file_wishes wishes;
};

struct file_names
{
    WCHAR *remote;
    bool is_elsewhere; /* a redirect has led to another server */
    char *headers;     /* of the last answer; NULL: none came */
    WCHAR *local;
    WCHAR *temp;
    WCHAR *content;             /* NULL: the remote name */
    struct file_ranges *ranges; /* a reference; NULL: all of the file */
};

enum store_change_kind
{
    STORE_JOB,        /* texts: NULL when the job is there and they are as they were */
    STORE_FILE,       /* names: the same */
    STORE_REMOVE_JOB, /* with its files; no fault when it is not there */
};

/* One step of a transaction. */
struct store_change
{
    struct store_change *next;
    enum store_change_kind kind;
    GUID job;
    uint32_t file; /* index, for STORE_FILE */
    union
    {
        struct
        {
            struct job_status status;
            struct job_texts *texts;
        } job_data;
        struct
        {
            struct file_status status;
            struct file_names *names;
        } file_data;
    };
};

/* Frees what hangs on it, and itself; NULL is welcome. */
void job_texts_free(struct job_texts *texts);
void file_names_free(struct file_names *names);
void file_status_done(struct file_status *status);
/* A whole list. */
void store_changes_free(struct store_change *first);

#endif
