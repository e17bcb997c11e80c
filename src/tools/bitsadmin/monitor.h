/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /MONITOR: what one look at all jobs has found, and the two ways of showing it. */
#ifndef OPENBITS_TOOLS_MONITOR_H
#define OPENBITS_TOOLS_MONITOR_H

#include "bitsadmin.h"
#include "transfer.h"

#define MONITOR_NAME_CHARS 128

struct monitor_job
{
    GUID id;
    WCHAR name[MONITOR_NAME_CHARS];
    BG_JOB_STATE state;
    BG_JOB_PRIORITY priority;
    BG_JOB_PROGRESS progress;
    HRESULT error; /* of an error state */
    struct rate rate;
};

struct monitor
{
    BOOL is_all_users;
    DWORD refresh_seconds;
    struct monitor_job *jobs;
    unsigned int count, room;
};

/* cmd_monitor.c: looks at all jobs; what is known of a job's rate is kept. */
HRESULT monitor_look(struct monitor *monitor, struct session *session, ULONGLONG now);
void monitor_done(struct monitor *monitor);
/* As lines that scripts know. */
void monitor_print(const struct monitor *monitor);
HRESULT monitor_jobs(struct session *session, const struct arguments *args);

/* monitor_rows.c: the rows of a screen, as text and colours. */
struct monitor_row
{
    WCHAR text[OUT_ROW_CHARS];
    int state_column, state_len; /* what is coloured */
    WORD colour;                 /* attributes of a console; 0 for its own */
};

void monitor_format_title(const struct monitor *monitor, struct monitor_row *row);
void monitor_format_head(int columns, struct monitor_row *row);
void monitor_format_job(const struct monitor_job *job, int columns, struct monitor_row *row);
void monitor_format_summary(const struct monitor *monitor, unsigned int first, unsigned int shown,
                            struct monitor_row *row);

/* monitor_screen.c: a console, until Q or an interruption. */
HRESULT monitor_screen(struct monitor *monitor, struct session *session);

#endif
