/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which event a client is to be told next. The notifier's threads take one event at a time, call
 * the client, and say how that went. */
#ifndef OPENBITS_JOB_JOB_NOTIFY_H
#define OPENBITS_JOB_JOB_NOTIFY_H

#include "base/range_set.h"
#include "job/access.h"
#include "job/job_types.h"

struct job;
struct notify_slot;
struct queue;

enum notify_kind
{
    NOTIFY_FILE_TRANSFERRED,
    NOTIFY_TRANSFERRED,
    NOTIFY_ERROR,
    NOTIFY_MODIFICATION,
    NOTIFY_RANGES_TRANSFERRED
};

/* Who is told of it: the target, and the program where there is none or it fails. */
struct notify_event
{
    struct job *job; /* JOB_HOLDER_NOTIFY */
    enum notify_kind kind;
    uint32_t file_index;      /* NOTIFY_FILE_TRANSFERRED, NOTIFY_RANGES_TRANSFERRED */
    struct range_set ranges;  /* NOTIFY_RANGES_TRANSFERRED */
    struct job_error error;   /* NOTIFY_ERROR */
    struct notify_slot *slot; /* keeps the target until job_notify_finish() */
    void *target;             /* NULL: none */
    bool has_class;           /* whose object is told when there is no other */
    GUID notify_class;
    WCHAR *program; /* NULL: none; the event's own, as the parameters */
    WCHAR *parameters;
    struct caller_facts owner; /* of the job when program and class were its own */
    uint32_t receiver_epoch;
};

enum notify_result
{
    NOTIFY_REFUSED,        /* told again soon, but for modifications */
    NOTIFY_TAKEN,          /* by any success code, or exit code 0 of the program */
    NOTIFY_PROGRAM_FAILED, /* told again after the job's minimum retry delay */
};

/* False when nothing is due. For one job at most one event is out at a time. */
bool job_notify_take(struct queue *queue, struct notify_event *event);

/* An object of the event's class becomes the job's target, if the job has the same receivers still
 * and has not got another one. False: it is the caller's. */
bool job_notify_adopt(const struct notify_event *event, void *target);

/* Drops what the event holds. */
void job_notify_finish(struct notify_event *event, enum notify_result result);

#endif
