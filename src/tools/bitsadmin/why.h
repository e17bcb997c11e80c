/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Why a job is where it is, and when something will happen: what follows from its facts. */
#ifndef OPENBITS_TOOLS_WHY_H
#define OPENBITS_TOOLS_WHY_H

#include "facts.h"

#define WHY_TEXT_CHARS 600

enum why_condition
{
    WHY_RUNNING,
    WHY_TURN,      /* other jobs are before it */
    WHY_SCHEDULER, /* nobody is before it: it starts at once, or something holds all jobs */
    WHY_NO_FILES,
    WHY_SUSPENDED,
    WHY_RETRY,    /* the delay after an error */
    WHY_POLICY,   /* a rule of the machine or of the job forbids it for now */
    WHY_NETWORK,  /* there is none */
    WHY_FAILED,   /* until somebody acts */
    WHY_COMPLETE, /* transferred, and nobody has called for it */
    WHY_OVER,
    WHY_CONDITION_COUNT
};

/* What the other jobs do. */
struct why_others
{
    unsigned int running;    /* background jobs at work, with at least this job's priority */
    unsigned int foreground; /* foreground jobs at work */
    unsigned int before;     /* queued ones of a higher priority */
    WCHAR *runner;           /* the name of one at work, or NULL; the caller's */
};

struct why
{
    enum why_condition condition;
    WCHAR reason[WHY_TEXT_CHARS], advice[WHY_TEXT_CHARS]; /* advice: or empty */
    /* When something happens by itself; 0 without. */
    FILETIME earliest, latest;
    const WCHAR *event; /* what happens then */
};

/* inactivity_seconds: of the policy. */
void why_explain(const struct job_facts *facts, const struct why_others *others,
                 DWORD inactivity_seconds, struct why *why);
const WCHAR *name_of_condition(enum why_condition condition);

/* cmd_why.c */
HRESULT explain_job(struct session *session, const struct arguments *args);

#endif
