/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The mover's side of a job: what is to be fetched next, and what became of it. Called on the
 * mover's threads with no lock held. A report of an epoch that is over changes nothing but the
 * bytes that are on the disk, which always count. */
#ifndef OPENBITS_JOB_JOB_TRANSFER_H
#define OPENBITS_JOB_JOB_TRANSFER_H

#include "base/range_set.h"
#include "job/file_ranges.h"
#include "job/http_settings.h"
#include "job/job_token.h"
#include "job/proxy_settings.h"
#include "job/job_types.h"
#include "job/source.h"
#include "job/file_version.h"

struct job;

/* One file's work. Freed with transfer_plan_done(). */
struct transfer_plan
{
    uint32_t file_index;
    uint32_t generation; /* of the file's content: changes when it starts over */
    enum source_kind source;
    bool is_foreground;
    uint64_t rate;         /* bytes per second that it may have, or BANDWIDTH_UNLIMITED */
    bool is_lan_free;      /* that does not hold for servers of the same network */
    bool is_single;        /* one answer is the file: no probe, no ranges, no going on */
    bool is_elsewhere;     /* a redirect has given it the name: no secrets go there */
    bool uses_branchcache; /* the origin may be told that we understand content information */
    bool has_temp_file;    /* it was made by an earlier run and must be there still */
    bool is_dynamic;       /* made while it is sent: one request for all of it, or none */
    bool is_direct;        /* temp_name is the destination itself, which may be there before */
    bool is_restored;      /* an engine that was killed may have written more than it told of */
    bool is_random;        /* not one byte after the other: what is not told of is not there */
    bool is_renamed;       /* the bytes count when size and time are the same under its name */
    WCHAR *remote_name;
    WCHAR *local_name;
    WCHAR *temp_name;
    struct file_version version; /* known when version.known */
    struct file_ranges *ranges;  /* a reference; NULL: all of the file */
    struct range_set have;       /* bytes on the disk, counted as in the local file */
    struct file_sum sum;         /* of the first of them */
    struct http_settings *http;  /* a reference; NULL: the defaults */
    struct job_token *token;     /* a reference; NULL: everything is done as ourselves */
    uint32_t token_use;          /* enum token_use */
    uint32_t acl_flags;          /* what of a file's security is copied with it */
    struct proxy_settings proxy;
};

void transfer_plan_done(struct transfer_plan *plan);

/* S_OK: plan is filled. S_FALSE: nothing is left to do in this epoch; the mover lets go. */
HRESULT job_transfer_next(struct job *job, uint32_t epoch, struct transfer_plan *plan);

/* The source answered: CONNECTING becomes TRANSFERRING. False when the epoch is over. */
bool job_transfer_connected(struct job *job, uint32_t epoch);

/* The temporary file has been made under this name. */
bool job_transfer_temp_made(struct job *job, uint32_t epoch, uint32_t file, const WCHAR *temp_name);

/* What is to be fetched next of the plan's file, counted as in the local file; an empty range: all
 * of it is there. S_FALSE: nothing now, ask for the next plan. */
HRESULT job_transfer_next_range(struct job *job, uint32_t epoch, const struct transfer_plan *plan,
                                struct byte_range *range);

/* The lines of an answer's head; what is too long is cut at a line. */
void job_transfer_headers(struct job *job, uint32_t epoch, uint32_t file, const char *text,
                          size_t size);

/* A redirect has led to this place, on another server than the client's if is_elsewhere; it is the
 * file's name from now on. False when the epoch is over. */
bool job_transfer_moved(struct job *job, uint32_t epoch, uint32_t file, const WCHAR *remote_name,
                        bool is_elsewhere);

/* Size and tags of the remote file are known. False when the epoch is over, also because a part
 * that is wanted is not in a file of this size. */
bool job_transfer_version(struct job *job, uint32_t epoch, uint32_t file,
                          const struct file_version *version);

/* The remote file changed, or the temporary file is not what it was: the file starts over.
 * S_OK: ask for the plan again. An error: the file started over too often; the job has failed and
 * the mover lets go. S_FALSE: the epoch is over. */
HRESULT job_transfer_restart(struct job *job, uint32_t epoch, uint32_t file);

/* What the first bytes of this generation add up to. Comes before the report of the last of them,
 * so that no kept byte is without its sum. */
void job_transfer_summed(struct job *job, uint32_t file, uint32_t generation,
                         const struct file_sum *sum);

/* Bytes [begin, end) of this generation are on the disk. */
void job_transfer_progress(struct job *job, uint32_t file, uint32_t generation, uint64_t begin,
                           uint64_t end, bool is_from_peer);

/* Peers are of no use for this file; the rest comes from the origin. */
void job_transfer_peer_failed(struct job *job, uint32_t epoch, uint32_t file);

/* All bytes are on the disk and the temporary file is closed. */
void job_transfer_file_done(struct job *job, uint32_t epoch, uint32_t file);

/* The attempt failed. What follows (retry or ERROR) is the core's decision. */
void job_transfer_failed(struct job *job, uint32_t epoch, const struct job_error *error);

/* Nothing of this run touches the job's files any more. Drops JOB_HOLDER_TRANSFER. */
void job_transfer_released(struct job *job);

#endif
