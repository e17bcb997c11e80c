/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A job as the fronts see it. Every function may be called from any thread with no lock held; it
 * takes the queue's lock itself. Strings come out as copies, freed with free(). Functions that
 * change a job answer BG_E_INVALID_STATE in the final states unless their comment says otherwise.
 */
#ifndef OPENBITS_JOB_JOB_H
#define OPENBITS_JOB_JOB_H

#include "job/access.h"
#include "job/file_ranges.h"
#include "job/http_settings.h"
#include "job/job_options.h"
#include "job/job_types.h"

struct job;
struct queue;

enum job_holder
{
    JOB_HOLDER_QUEUE,
    JOB_HOLDER_CALLER,
    JOB_HOLDER_FRONT,
    JOB_HOLDER_TRANSFER,
    JOB_HOLDER_NOTIFY,
    JOB_HOLDER_COUNT
};

void job_addref(struct job *job, enum job_holder holder);
void job_release(struct job *job, enum job_holder holder);

/* Hands a reference from one holder to the next. */
void job_rename_holder(struct job *job, enum job_holder from, enum job_holder to);

struct queue *job_queue(struct job *job);

/* Facts that never change. */
const GUID *job_id(const struct job *job);
enum job_type job_type(const struct job *job);

/* State. */
enum job_state job_state(struct job *job);
void job_get_progress(struct job *job, struct job_progress *progress);
void job_get_times(struct job *job, struct job_times *times);
uint32_t job_error_count(struct job *job);
/* BG_E_ERROR_INFORMATION_UNAVAILABLE outside ERROR and TRANSIENT_ERROR. */
HRESULT job_get_error(struct job *job, struct job_error *error);
/* The owner's facts when he made the job, or took it. */
void job_get_owner(struct job *job, struct caller_facts *owner);
/* Makes the job the caller's, who must be an administrator. What the former owner has left to be
 * done in his name (the command line, credentials, client certificate, headers) goes; his callback
 * object stays.
 * BG_E_NEW_OWNER_NO_FILE_ACCESS when a file could not be made. */
HRESULT job_take_ownership(struct job *job, const struct caller_facts *caller);
/* E_ACCESSDENIED when the caller may not touch the job. */
HRESULT job_check_access(struct job *job, const struct caller_facts *caller);

/* Control. */
HRESULT job_suspend(struct job *job);
/* BG_E_EMPTY without files. */
HRESULT job_resume(struct job *job);
/* S_OK or BG_S_UNABLE_TO_DELETE_FILES; the job is cancelled in both cases. */
HRESULT job_cancel(struct job *job);
/* S_OK, BG_S_PARTIAL_COMPLETE, BG_S_UNABLE_TO_DELETE_FILES, or the code of a failed rename: then
 * the job stays and the call can be repeated. */
HRESULT job_complete(struct job *job);

/* Files; an index stays valid as long as the job. */
struct new_file
{
    const WCHAR *remote_name;
    const WCHAR *local_name;
};

/* All or none. Checks names, limits and the directory. */
HRESULT job_add_files(struct job *job, const struct new_file *files, uint32_t count);
/* The local file will be these parts of the remote one, in this order. */
HRESULT job_add_file_with_ranges(struct job *job, const struct new_file *file,
                                 const struct file_range *items, uint32_t count);
uint32_t job_file_count(struct job *job);
HRESULT job_file_get_remote_name(struct job *job, uint32_t index, WCHAR **name);
HRESULT job_file_get_local_name(struct job *job, uint32_t index, WCHAR **name);
HRESULT job_file_get_temp_name(struct job *job, uint32_t index, WCHAR **name);
void job_file_get_progress(struct job *job, uint32_t index, struct file_progress *progress);
void job_file_get_sources(struct job *job, uint32_t index, struct file_sources *sources);
/* As they were given; a reference, NULL: there are none. */
struct file_ranges *job_file_ranges(struct job *job, uint32_t index);

/* Another place of the same content. The bytes that are there count when size and time are the same
 * under the new name; else the file starts over. A file that is done stays as it is. */
HRESULT job_file_set_remote_name(struct job *job, uint32_t index, const WCHAR *name);
/* The same for all files whose names begin so; case counts. S_FALSE: there are none. E_INVALIDARG,
 * and nothing changes, when a new name is not a good one. */
HRESULT job_replace_remote_prefix(struct job *job, const WCHAR *old_prefix,
                                  const WCHAR *new_prefix);

/* Fetches nothing but what is asked for by the next two. A job that has all of it and lacks more of
 * its files suspends itself. */
HRESULT job_set_on_demand(struct job *job, bool is_on_demand);
bool job_is_on_demand(struct job *job);
/* These come first, in the order of the requests; before them what follows the position.
 * BG_E_RANDOM_ACCESS_NOT_SUPPORTED, BG_E_INVALID_RANGE. The first of each file is kept before it is
 * acted on. */
HRESULT job_file_request_ranges(struct job *job, uint32_t index, const struct file_range *items,
                                uint32_t count);
HRESULT job_file_set_position(struct job *job, uint32_t index, uint64_t offset);
/* Bytes that are there, sorted. The set is initialised by this. */
HRESULT job_file_get_filled(struct job *job, uint32_t index, struct range_set *filled);

/* The lines of the last answer's head, with their ends; empty when none came. */
HRESULT job_file_get_headers(struct job *job, uint32_t index, WCHAR **text);
/* E_PENDING before the file is there. Answers in every state but the final ones. */
HRESULT job_file_set_validation(struct job *job, uint32_t index, bool is_valid);
bool job_file_get_validation(struct job *job, uint32_t index);

/* Properties. */
HRESULT job_set_display_name(struct job *job, const WCHAR *name);
HRESULT job_get_display_name(struct job *job, WCHAR **name);
HRESULT job_set_description(struct job *job, const WCHAR *text);
HRESULT job_get_description(struct job *job, WCHAR **text);
/* E_NOTIMPL outside the enumeration. */
HRESULT job_set_priority(struct job *job, uint32_t priority);
enum job_priority job_priority(struct job *job);
HRESULT job_set_min_retry_delay(struct job *job, uint32_t seconds);
uint32_t job_min_retry_delay(struct job *job);
HRESULT job_set_no_progress_timeout(struct job *job, uint32_t seconds);
uint32_t job_no_progress_timeout(struct job *job);
HRESULT job_set_max_download_time(struct job *job, uint32_t seconds);
uint32_t job_max_download_time(struct job *job);
HRESULT job_set_proxy(struct job *job, uint32_t usage, const WCHAR *list, const WCHAR *bypass);
HRESULT job_get_proxy(struct job *job, enum proxy_usage *usage, WCHAR **list, WCHAR **bypass);

/* How requests are made; a reference, NULL for the defaults. */
struct http_settings *job_http_settings(struct job *job);
/* Runs change(settings, wish) on a copy, under the lock, and puts that in the place of the old one
 * when it answers S_OK; what else it answers is the result, and nothing changes. The requests that
 * are on their way keep what they began with. */
typedef HRESULT (*http_change_fn)(struct http_settings *settings, const void *wish);
HRESULT job_change_http(struct job *job, http_change_fn change, const void *wish);

/* The job's own peer-caching flags. Unknown bits: E_NOTIMPL and nothing changes. When the change
 * moves the effective client flag of a running job, the transfer stops, the job is queued again,
 * chooses its source anew and resumes at the byte where it stopped. */
HRESULT job_set_peer_flags(struct job *job, uint32_t flags);
uint32_t job_peer_flags(struct job *job);

/* Notification. Unknown bits: E_NOTIMPL. */
HRESULT job_set_notify_flags(struct job *job, uint32_t flags);
uint32_t job_notify_flags(struct job *job);
/* Takes over the caller's reference to target (NULL removes) when it succeeds. The old target is
 * dropped through notify_ops. */
HRESULT job_set_notify_target(struct job *job, void *target);
/* The program that is run when a job's end or error is told to no object, or to one that fails.
 * NULL program and parameters: none. Both come out as texts, empty ones when there is none. */
HRESULT job_set_notify_command(struct job *job, const WCHAR *program, const WCHAR *parameters);
HRESULT job_get_notify_command(struct job *job, WCHAR **program, WCHAR **parameters);
/* Runs use(ctx, target) under no lock but while the target is kept alive; target may be NULL. */
void job_use_notify_target(struct job *job, void (*use)(void *ctx, void *target), void *ctx);

#endif
