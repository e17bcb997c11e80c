/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The insides of the core, shared by the files of this folder only. One lock guards the queue and
 * all of its jobs: the scheduler compares jobs with each other, and no work is done under it that
 * could take longer than a few microseconds. */
#ifndef OPENBITS_JOB_JOB_PRIVATE_H
#define OPENBITS_JOB_JOB_PRIVATE_H

#include <stdatomic.h>

#include "base/list.h"
#include "base/lock.h"
#include "base/range_set.h"
#include "job/deadlines.h"
#include "job/file_ranges.h"
#include "job/file_version.h"
#include "job/file_wishes.h"
#include "job/http_settings.h"
#include "job/job.h"
#include "job/job_notify.h"
#include "job/job_state.h"
#include "job/job_token.h"
#include "job/legacy_group.h"
#include "job/ports.h"
#include "job/queue.h"
#include "job/upload_state.h"

/* A file starts over at most this often in one run: a server whose file changes at every request
 * must not keep the job busy for ever. */
#define FILE_RESTARTS_MAX 3

/* Bytes that are kept of the head of a file's last answer. */
#define FILE_HEADERS_MAX 16384

/* How long Cancel and Complete wait for the mover to let go of the files. */
#define QUIET_TIMEOUT_MS 10000

/* What of a job is not kept yet. */
enum unsaved
{
    UNSAVED_STATUS = 0x1,
    UNSAVED_TEXTS = 0x2,
    UNSAVED_FILES = 0x4,   /* those in job->unsaved_files */
    UNSAVED_REMOVAL = 0x8, /* it is to be forgotten */
};

/* queue->lock, but for what never changes once the file is added. */
struct job_file
{
    struct list unsaved_link;
    bool are_names_unsaved;
    uint32_t index;             /* immutable once the file is added */
    struct file_ranges *ranges; /* the same; a reference, NULL: all of it */
    WCHAR *remote_name;
    bool is_elsewhere;   /* a redirect gave it a name of another server: no secrets go there */
    char *headers;       /* of the last answer; NULL: none came */
    WCHAR *content_name; /* what it was when its bytes came; NULL: what it is */
    WCHAR *local_name;   /* immutable once the file is added */
    WCHAR *temp_name;
    struct file_version version;
    struct range_set have; /* bytes on the disk, counted as in the local file */
    struct range_set untold_ranges;
    struct file_wishes wishes;
    struct file_sum sum; /* of the first of them */
    struct file_sources sources;
    uint32_t generation;
    uint32_t restarts;
    bool has_temp_file;
    bool is_restored;  /* nothing has been written since the engine started */
    bool is_done;      /* all bytes are on the disk */
    bool is_published; /* under its final name */
    bool is_valid;     /* as the client says */
    bool is_origin_only;
    bool is_untold;       /* FileTransferred is due */
    bool is_renamed;      /* the bytes count if what has the new name is the same */
    bool is_of_two_names; /* bytes came under both */
    bool lacks_ranges;    /* its server has shown that it gives no parts of it */
    bool is_offered;      /* to the cache, since the engine started */
    bool is_reply;        /* to an upload: in none of the job's sums */
};

/* What a job has that uploads. */
struct upload
{
    struct upload_state state;
    WCHAR *reply_name;     /* NULL: none yet */
    tick_t host_failed_at; /* of the host that the session is at; TICK_NEVER: it answers */
    uint64_t best;         /* the most that the server ever had of the file */
};

/* A client's callback object, shared by the job and by the events that are out. */
struct notify_slot
{
    atomic_uint refs;
    void *target; /* immutable */
    struct queue *queue;
    struct notify_slot *next_dropped; /* of the thread that drops the job's reference */
};

struct job
{
    atomic_uint refs;
#ifndef NDEBUG
    atomic_int holders[JOB_HOLDER_COUNT];
#endif

    /* Immutable after create. */
    struct queue *queue;
    GUID id;
    enum job_type type;

    /* Everything below: queue->lock. */
    struct caller_facts owner;
    struct list queue_link;
    struct job *hash_next;

    enum job_state state; /* written by job_apply() only */
    uint32_t epoch;       /* reports of an older one are of a run that is over */
    bool is_ending;       /* its files are being dealt with: changes wait */
    enum job_ending ending;

    /* For the store. */
    bool is_kept; /* the store is told of changes */
    unsigned int unsaved;
    struct list unsaved_link; /* in queue->unsaved */
    struct list unsaved_files;

    WCHAR *display_name;
    WCHAR *description; /* NULL: empty */
    enum job_priority priority;
    uint32_t peer_flags;
    bool is_on_demand;            /* only what is asked for is fetched */
    uint32_t min_retry_delay;     /* seconds */
    uint32_t no_progress_timeout; /* seconds */
    uint32_t max_download_time;   /* seconds */
    bool has_max_download_time;   /* set by the client, beats the policy */
    enum proxy_usage proxy_usage;
    WCHAR *proxy_list;
    WCHAR *proxy_bypass;
    struct http_settings *http; /* a reference; NULL: the defaults */
    struct job_options options;
    struct job_token *token; /* a reference; NULL: none */
    struct legacy_group legacy;

    struct job_file **files;
    uint32_t file_count;
    uint32_t file_capacity;
    uint32_t first_open; /* no file before this one is unfinished */
    uint32_t files_done;
    uint32_t files_unsized;
    uint64_t bytes_total; /* of the files whose size is known, without the carries */
    uint32_t bytes_carry; /* how often that has gone over its end */
    uint64_t bytes_done;

    struct upload *upload; /* NULL: a download */
    bool has_reply;        /* it is files[file_count] */

    struct job_times times;
    struct job_error error;
    uint32_t error_count;

    /* Scheduling. */
    struct list turn_link; /* in a ready list, or in the list of running jobs */
    tick_t deadline;       /* not later than the next thing that is due */
    size_t heap_index;
    tick_t retry_at;      /* TRANSIENT_ERROR; TICK_NEVER: waits for its cause to end */
    tick_t stalled_since; /* first transient error since the last progress; TICK_NEVER: none */
    tick_t active_since;  /* entry into CONNECTING */
    tick_t active_ms;     /* time in CONNECTING and TRANSFERRING before that */
    tick_t slice_since;
    uint64_t rate; /* of the run, as it was planned: bytes per second */
    tick_t touched_at;

    /* Notes for the mover, left in queue_unlock(). */
    struct list outbox_link;
    bool wants_start;
    bool wants_stop;
    bool wants_release; /* it has left the queue: drop the queue's reference, and the slot */
    uint32_t start_epoch;
    uint32_t stop_epoch;
    uint32_t mover_count; /* runs that the mover has not let go of */
    bool is_left_behind;  /* an ending did not wait for them: they may leave files */

    /* Notification. */
    struct notify_slot *slot;
    WCHAR *notify_program; /* NULL: none */
    WCHAR *notify_parameters;
    uint32_t receiver_epoch; /* moves with every other receiver of events */
    uint32_t notify_flags;
    uint32_t files_with_untold_ranges;
    tick_t ranges_told_at; /* TICK_NEVER: not yet */
    uint32_t files_untold;
    uint32_t first_untold; /* no file before this one is untold */
    bool is_done_untold;
    bool is_error_untold;
    bool is_change_untold;
    bool is_event_out;
    uint32_t notify_failures; /* in a row */
    tick_t notify_at;         /* not before */
    tick_t change_told_at;    /* TICK_NEVER: not yet */
    struct list notify_link;
};

#define READY_LISTS JOB_PRIORITY_COUNT

struct queue
{
    struct queue_ports ports; /* immutable after create */

    struct lock lock; /* rank LOCK_RANK_QUEUE; everything below */
    struct machine_settings settings;
    bool is_network_up;
    struct machine_conditions conditions;
    tick_t conditions_at; /* when the machine is to be asked again */

    struct list jobs;
    uint32_t job_count;
    uint32_t farewells;    /* jobs that are gone, and that a server has yet to hear of */
    struct job **buckets;  /* by id */
    uint32_t bucket_count; /* a power of two */

    struct list ready[READY_LISTS]; /* QUEUED, by priority, next one first */
    struct list running;            /* CONNECTING and TRANSFERRING */
    uint32_t running_count;
    struct job *background; /* the running job that is not of foreground priority */
    struct deadlines deadlines;

    struct list outbox;     /* jobs that want the mover */
    bool is_outbox_busy;    /* a thread is emptying it */
    struct list notify_due; /* jobs with an event that can be told now */
    bool wants_notify_wake;

    /* Keeping; see queue_save.c. */
    struct list unsaved;      /* jobs */
    tick_t save_at;           /* TICK_NEVER: nothing is unsaved */
    struct save_batch *batch; /* open for changes; NULL: none is */
    bool is_saving;           /* a thread is writing */
    struct cond saved;

    struct cond wake;      /* the scheduler has work, or must end */
    tick_t scheduler_next; /* when it looks at save_at by itself; 0: it is about to */
    bool is_scheduler_woken;
    bool is_scheduler_stopped;
    struct cond quiet; /* a mover let go of a job, or an ending is over */
};

/* queue.c */
void queue_lock(struct queue *queue);
/* Lets go of the lock and then does what was asked for under it: starts and stops for the mover, a
 * wake-up for the notifier. */
void queue_unlock(struct queue *queue);
void queue_wake_scheduler(struct queue *queue);
void queue_remove_job(struct queue *queue, struct job *job);
tick_t queue_now(const struct queue *queue);
HRESULT queue_insert_job(struct queue *queue, struct job *job);
/* NULL: it is not in the queue. */
struct job *queue_find_any_job(struct queue *queue, const GUID *id);

/* queue_save.c. Marks are of no effect without a store. */
void job_mark(struct job *job, unsigned int what);
/* The same, to be kept as soon as the scheduler's thread comes to it. */
void job_mark_soon(struct job *job, unsigned int what);
void job_mark_file(struct job *job, struct job_file *file, bool with_names);
void job_mark_everything(struct job *job);
/* Returns when all that is marked is kept. Lets go of the lock meanwhile. */
HRESULT queue_save(struct queue *queue);
/* The end of a client's call that changed something. */
HRESULT queue_save_and_unlock(struct queue *queue);

/* job.c */
HRESULT job_create(struct queue *queue, const WCHAR *display_name, enum job_type type,
                   const struct caller_facts *owner, struct job **out);
/* Takes the texts over when it succeeds. */
HRESULT job_create_from_texts(struct queue *queue, const GUID *id, struct job_texts *texts,
                              struct job **out);
/* Takes the lock, and waits while an ending is under way. */
void job_lock(struct job *job);
/* The same, for a change: BG_E_INVALID_STATE, without the lock, in a final state. */
HRESULT job_lock_for_change(struct job *job);
/* The job was modified now. */
void job_stamp(struct job *job);
/* The same, and its client is to hear of it. */
void job_touch(struct job *job);
uint32_t job_effective_peer_flags(const struct job *job);
bool job_uses_branchcache(const struct job *job);

/* job_http.c */
bool job_has_own_method(const struct job *job);

/* job_effects.c: the consequences of a transition, called by job_apply() only */
void job_on_state_changed(struct job *job, enum job_state from, enum job_event event);
void job_record_effects(struct job *job, unsigned int effects);
/* What the mover is to do next is another run's: it is started without a change of the state. */
void job_hand_over(struct job *job);

/* job_file_add.c */
HRESULT job_file_create(const struct queue *queue, const struct new_file *names,
                        struct job_file **out);
/* Room for so many more files. */
HRESULT job_reserve_files(struct job *job, uint32_t count);
void job_file_destroy(struct job_file *file);

/* job_file.c */
/* Of the local file; the version must be known. */
uint64_t job_file_size(const struct job_file *file);
/* To the sum over the files. */
void job_add_size(struct job *job, uint64_t size);
/* BG_E_INVALID_RANGE, and no change, when a part that is wanted is not in a file of this size. */
HRESULT job_file_set_version(struct job *job, struct job_file *file,
                             const struct file_version *version);
/* Forgets content and version. */
void job_file_start_over(struct job *job, uint32_t index);
HRESULT job_file_add_bytes(struct job *job, struct job_file *file, uint64_t begin, uint64_t end,
                           bool is_from_peer);
void job_file_mark_done(struct job *job, uint32_t index);
/* The next file of which something is to be fetched now, or JOB_NO_FILE. */
uint32_t job_next_file(struct job *job);
bool job_has_open_file(const struct job *job);
/* The next bytes of it that are to be fetched now; false: none. The version must be known. */
bool job_file_next_range(struct job *job, struct job_file *file, struct byte_range *range);

/* job_judge.c. With the lock, which they let go and take again: the cache hears of the file. */
void job_file_is_good(struct job *job, struct job_file *file);
void job_file_is_bad(struct job *job, struct job_file *file, const WCHAR *name,
                     const struct file_version *version);
/* The name that its bytes came under; with the lock. */
const WCHAR *job_file_content_name(const struct job_file *file);
/* It was offered to the cache, and its record was deleted. */
bool job_file_is_deleted(struct job *job, struct job_file *file);

/* job_upload.c */
/* Is the next step one of the upload protocol? Or is the reply to be fetched? */
bool job_upload_has_step(const struct job *job);
bool job_reply_is_next(const struct job *job);
/* Without the lock. False: the server need not hear of it that the job is cancelled. */
bool job_upload_say_farewell(struct job *job);
/* job_reply.c. Makes a name for the reply where there is none. Without the lock. */
HRESULT job_reply_name_default(struct job *job);

/* job_control.c */
void job_fail(struct job *job, const struct job_error *error);
/* The same, where more than the code says whether it is worth a retry. */
void job_fail_as(struct job *job, const struct job_error *error, bool is_transient);
/* The row in the store goes. */
HRESULT job_forget(struct job *job);
/* Removes the temporary files of a job that is final, or is ending. Without the lock. */
HRESULT job_discard_files(struct job *job);
/* The same for a job that was cancelled; then it is forgotten. */
HRESULT job_end_cancel(struct job *job);
/* Publishes the files of a job that is ending and takes it through to its end; is_resumed: a part
 * of it may have been done before. */
HRESULT job_end_complete(struct job *job, bool is_resumed);

/* job_limits.c */
uint32_t job_accepted_costs(const struct job *job);
/* Bytes per second that the job may have now; 0: none, BANDWIDTH_UNLIMITED. */
uint64_t job_rate(const struct job *job);
/* The helper token that the job is to use went with the engine that had it. */
bool job_token_is_lost(const struct job *job);
/* Why it may not run now; S_OK when it may. */
HRESULT job_block(const struct job *job);
/* What the job may do may be something else now. */
void job_limits_changed(struct job *job);
void queue_limits_changed(struct queue *queue);
/* Is there more of it than its client wants? */
bool job_is_too_large(const struct job *job);
/* Where the bytes of a file go until it is published. */
const WCHAR *job_temp_name(const struct job *job, const struct job_file *file);
/* Asks the machine when that is due. Without the lock. */
void queue_look_at_conditions(struct queue *queue);

/* scheduler.c */
void scheduler_enqueue(struct job *job, bool is_first);
void scheduler_dequeue(struct job *job);
/* The earliest moment at which something of the job is due. */
tick_t scheduler_deadline(const struct job *job, tick_t now);
/* Something of the job may be due earlier than before. */
void scheduler_refresh(struct job *job);

/* job_notify_ranges.c: what is to be told of bytes that have come. */
void job_ranges_note(struct job *job, struct job_file *file, uint64_t begin, uint64_t end);
void job_ranges_forget(struct job *job, struct job_file *file);
/* The file to tell of next, JOB_NO_FILE: none; is_urgent: no more of them are to come now. */
uint32_t job_ranges_find(const struct job *job, bool *is_urgent);
/* Of a file that has some. */
void job_ranges_take(struct job *job, uint32_t index, struct range_set *ranges);
void job_ranges_give_back(struct job *job, uint32_t index, const struct range_set *ranges);

/* job_notify.c */
void job_notify_refresh(struct job *job, tick_t now);
tick_t job_notify_deadline(const struct job *job);
/* Is there somebody who can be told of anything? */
bool job_has_object(const struct job *job);
/* Whoever is new is told at once of what waits. */
void job_receiver_changed(struct job *job);
void notify_slot_release(struct notify_slot *slot);

#endif
