/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Uploads: the mover's side of them, and what the fronts ask of replies. The upload's file is file
 * 0 of the job; the reply, once the server has named it, is fetched as file 1, which no client
 * counts. */
#ifndef OPENBITS_JOB_JOB_UPLOAD_H
#define OPENBITS_JOB_JOB_UPLOAD_H

#include "job/file_version.h"
#include "job/http_settings.h"
#include "job/job_token.h"
#include "job/job_types.h"
#include "job/proxy_settings.h"
#include "job/upload_state.h"

struct job;

#define JOB_REPLY_DATA_MAX 1048576 /* bytes that GetReplyData gives */

/* ---- the mover's side; reports of an epoch that is over change nothing ---- */

/* What is to be done now. Freed with upload_plan_done(). */
struct upload_plan
{
    bool is_reply;   /* a reply is wanted */
    bool is_closing; /* everything is done but to end the session */
    bool is_foreground;
    uint64_t rate;    /* bytes per second that it may have, or BANDWIDTH_UNLIMITED */
    bool is_lan_free; /* that does not hold for servers of the same network */
    WCHAR *remote_name;
    WCHAR *local_name;
    WCHAR *temp_name; /* of an upload to a path, when it has one */
    bool has_temp_file;
    struct file_version version; /* of the file that is being sent; unknown before it is opened */
    uint64_t offset;             /* what the server has */
    struct upload_state state;
    tick_t host_failed_at;      /* TICK_NEVER: the named host answers */
    struct http_settings *http; /* a reference; NULL: the defaults */
    struct job_token *token;    /* a reference; for the local file; NULL: our own */
    struct proxy_settings proxy;
    uint32_t retry_ms; /* between two tries, of a farewell */
    tick_t give_up_at; /* of a farewell */
};

void upload_plan_done(struct upload_plan *plan);

/* Is the job's next step one of the upload protocol, rather than a file to fetch? */
bool job_upload_is_next(struct job *job, uint32_t epoch);

/* S_OK: plan is filled. S_FALSE: nothing of the kind is left to do in this epoch. */
HRESULT job_upload_next(struct job *job, uint32_t epoch, struct upload_plan *plan);

/* Size and time of the local file, before its first byte is sent. False when the epoch is over. */
bool job_upload_opened(struct job *job, uint32_t epoch, const struct file_version *version);

/* What is to be kept of the session; is_new: another one, so nothing is sent yet. False when the
 * epoch is over; then nothing was taken but the session, which Cancel must find. */
bool job_upload_session(struct job *job, uint32_t epoch, const struct upload_state *state,
                        bool is_new);

/* The named host failed, or (TICK_NEVER) answers again. */
void job_upload_host(struct job *job, uint32_t epoch, tick_t failed_at);

/* The server has the bytes before the offset, also when it had more before. */
bool job_upload_progress(struct job *job, uint32_t epoch, uint64_t offset);

/* The server has them all. reply_url: where the reply is, NULL: there is none. What comes next is
 * another run's; the mover lets go. */
void job_upload_sent(struct job *job, uint32_t epoch, const WCHAR *reply_url);

/* The session is over: so is the transfer. The mover lets go. */
void job_upload_closed(struct job *job, uint32_t epoch);

/* The attempt failed; whether it is made again depends on the answer, not on the code alone. */
void job_upload_failed(struct job *job, uint32_t epoch, const struct job_error *error,
                       bool is_transient);

/* The local file is another one than before: ERROR. A resume sends the new one from its beginning.
 */
void job_upload_changed(struct job *job, uint32_t epoch);

/* A job that was cancelled with a session open; see transfer_ops.farewell. */
HRESULT job_upload_farewell(struct job *job, struct upload_plan *plan);
/* Said, or given up: the job is forgotten. Drops JOB_HOLDER_TRANSFER. */
void job_upload_farewell_done(struct job *job);
/* Not said now: the store knows of it at the next start. Drops JOB_HOLDER_TRANSFER. */
void job_upload_farewell_left(struct job *job);

/* ---- replies; E_NOTIMPL but for jobs that have one ---- */

/* bytes_total is JOB_SIZE_UNKNOWN before the reply begins. */
HRESULT job_get_reply_progress(struct job *job, struct file_progress *progress);
/* BG_E_INVALID_STATE once the reply is being received. NULL or empty: a name is made beside the
 * file that is sent. */
HRESULT job_set_reply_name(struct job *job, const WCHAR *name);
/* NULL where there is none yet. */
HRESULT job_get_reply_name(struct job *job, WCHAR **name);
/* The reply's bytes, freed with free(); NULL where there are none. BG_E_TOO_LARGE, with the size,
 * above JOB_REPLY_DATA_MAX. */
HRESULT job_get_reply_data(struct job *job, void **data, uint64_t *size);

#endif
