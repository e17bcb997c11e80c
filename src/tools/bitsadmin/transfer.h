/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of /TRANSFER: the rate, what is shown while it runs, and Ctrl+C. */
#ifndef OPENBITS_TOOLS_TRANSFER_H
#define OPENBITS_TOOLS_TRANSFER_H

#include "bitsadmin.h"

#define RATE_SAMPLES 32

/* rate.c: the rate over the last seconds; starts zeroed. */
struct rate
{
    struct
    {
        ULONGLONG time; /* milliseconds */
        UINT64 bytes;
    } samples[RATE_SAMPLES]; /* a ring */
    unsigned int first, count;
};

void rate_add(struct rate *rate, ULONGLONG now, UINT64 bytes);
/* Bytes per second; 0 while there is too little to tell. */
UINT64 rate_get(const struct rate *rate);
UINT64 bytes_per_second(UINT64 bytes, ULONGLONG ms);

#define NUMBER_CHARS 32 /* enough for each of these texts */
/* "1.2 MiB" */
void format_bytes(UINT64 bytes, WCHAR text[NUMBER_CHARS]);
/* "0:00:17" */
void format_seconds(UINT64 seconds, WCHAR text[NUMBER_CHARS]);

/* transfer_view.c */
unsigned int percent_of(const BG_JOB_PROGRESS *progress); /* 0 while the size is not known */
/* The time that is left; nothing when it cannot be told, or is so long that nobody knows. */
void format_rest(const BG_JOB_PROGRESS *progress, UINT64 rate, WCHAR text[NUMBER_CHARS]);

struct transfer_view
{
    const WCHAR *name;
    BG_JOB_TYPE type;
    BG_JOB_PRIORITY priority;
    ULONGLONG started, shown;
    BG_JOB_STATE shown_state;
    unsigned int shown_percent;
    struct rate rate;
    IEnumBackgroundCopyFiles *files; /* those after the next */
    IBackgroundCopyFile *file;       /* the first that is not there, or NULL */
    unsigned int file_number;        /* from 1 */
};

/* The job has all of its files already. */
void transfer_view_init(struct transfer_view *view, const WCHAR *name, BG_JOB_TYPE type,
                        BG_JOB_PRIORITY priority, IBackgroundCopyJob *job);
void transfer_view_done(struct transfer_view *view);
/* Shows the job if its state has changed, or if it is time again. */
void transfer_view_update(struct transfer_view *view, struct session *session,
                          IBackgroundCopyJob *job, BG_JOB_STATE state,
                          const BG_JOB_PROGRESS *progress);

/* interrupt.c: between begin and end, Ctrl+C and the end of the console do not end the process; a
 * second Ctrl+C does. */
void interrupt_begin(void);
void interrupt_end(void);
/* Waits for so long; TRUE as soon as there was one. */
BOOL interrupt_wait(DWORD ms);
/* Is set by it; NULL before the first begin. */
HANDLE interrupt_event(void);

#endif
