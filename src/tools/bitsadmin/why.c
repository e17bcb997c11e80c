/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * From the facts of a job to a sentence. No interface tells when the next attempt comes: it follows
 * from the time of the last change and from the retry delay, to which BITS adds up to a tenth. */
#include "why.h"

#include "error_advice.h"

#include <stdarg.h>
#include <stdio.h>
#include <wchar.h>

#define SECONDS_PER_DAY  86400ul
#define TICKS_PER_SECOND 10000000ull
#define ONE_AT_A_TIME    L"Background jobs are transferred one at a time, the highest priority first"

const WCHAR *name_of_condition(enum why_condition condition)
{
    static const WCHAR *const names[WHY_CONDITION_COUNT] = {
        L"running", L"turn",    L"scheduler", L"no-files", L"suspended", L"retry-delay",
        L"policy",  L"network", L"error",     L"complete", L"over"};

    return names[condition];
}

static void set_reason(struct why *why, const WCHAR *format, ...)
{
    va_list args;

    va_start(args, format);
    _vsnwprintf(why->reason, WHY_TEXT_CHARS - 1, format, args);
    va_end(args);
}

static void set_advice(struct why *why, const WCHAR *format, ...)
{
    va_list args;

    va_start(args, format);
    _vsnwprintf(why->advice, WHY_TEXT_CHARS - 1, format, args);
    va_end(args);
}

static void format_span(ULONG seconds, WCHAR text[24])
{
    if (seconds >= 2 * SECONDS_PER_DAY && seconds % SECONDS_PER_DAY == 0)
        _snwprintf(text, 24, L"%lu days", seconds / SECONDS_PER_DAY);
    else
        _snwprintf(text, 24, L"%lu seconds", seconds);
}

static FILETIME add_seconds(const FILETIME *time, ULONGLONG seconds)
{
    ULARGE_INTEGER sum = {.LowPart = time->dwLowDateTime, .HighPart = time->dwHighDateTime};

    sum.QuadPart += seconds * TICKS_PER_SECOND;
    return (FILETIME){sum.LowPart, sum.HighPart};
}

/* ---- errors ---- */

static BOOL is_policy(HRESULT code)
{
    switch (code)
    {
    case BG_E_BLOCKED_BY_POLICY:
    case BG_E_BLOCKED_BY_COST_TRANSFER_POLICY:
    case BG_E_BLOCKED_BY_BATTERY_POLICY:
    case BG_E_BLOCKED_BY_BATTERY_SAVER:
    case BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY:
    case BG_E_BLOCKED_BY_GAME_MODE:
    case BG_E_BLOCKED_BY_SYSTEM_POLICY:
    case BG_E_STANDBY_MODE:
        return TRUE;
    }
    return FALSE;
}

/* otherwise: what can be done about every error. */
static void advise(const struct job_facts *facts, const WCHAR *otherwise, struct why *why)
{
    const struct error_advice *known = error_advice_find(facts->error);

    if (known)
        set_advice(why, L"%ls %ls %ls", known->cause, known->remedy, otherwise);
    else
        set_advice(why, L"%ls", otherwise);
    switch (facts->error)
    {
    case BG_E_HTTP_ERROR_401:
        set_advice(why, L"Give it a name and a password: /SETCREDENTIALS job SERVER scheme user "
                        L"password, then /RESUME.");
        break;
    case BG_E_HTTP_ERROR_407:
        set_advice(why, L"Give it a name and a password for the proxy: /SETCREDENTIALS job PROXY "
                        L"scheme user password, then /RESUME.");
        break;
    case BG_E_HTTP_ERROR_404:
        set_advice(why, L"The server has no such file. If it has moved: /REPLACEREMOTEPREFIX, then "
                        L"/RESUME.");
        break;
    case BG_E_INSUFFICIENT_RANGE_SUPPORT:
        set_advice(why, L"The server cannot send parts of a file. With /SETPRIORITY job FOREGROUND "
                        L"it is fetched in one piece.");
        break;
    case BG_E_TOKEN_REQUIRED:
        set_advice(why, L"Its identity has to be set again: /SETHELPERTOKEN.");
        break;
    default:
        if (HRESULT_FACILITY(facts->error) == FACILITY_WIN32 && facts->error_local &&
            facts->error_context == BG_ERROR_CONTEXT_LOCAL_FILE)
            set_advice(why,
                       L"Look at %ls: its folder, its rights and the space there. Then "
                       L"/RESUME.",
                       facts->error_local);
        break;
    }
}

static void explain_error(const struct job_facts *facts, struct why *why)
{
    const WCHAR *text = facts->error_text ? facts->error_text : L"";

    why->condition = WHY_FAILED;
    set_reason(why, L"It has failed with 0x%08lx: %ls", facts->error, text);
    advise(facts, L"/RESUME tries again, /CANCEL gives up.", why);
}

static void explain_transient_error(const struct job_facts *facts, struct why *why)
{
    const WCHAR *text = facts->error_text ? facts->error_text : L"";
    WCHAR span[24], otherwise[200];

    why->earliest = add_seconds(&facts->times.ModificationTime, facts->retry_delay);
    why->latest = add_seconds(&why->earliest, facts->retry_delay / 10 + 1);
    why->event = L"the next attempt";
    why->condition = WHY_RETRY;
    if (is_policy(facts->error))
    {
        why->condition = WHY_POLICY;
        set_reason(why, L"A rule forbids its transfer for now (0x%08lx): %ls", facts->error, text);
    }
    else if (facts->error == BG_E_NETWORK_DISCONNECTED)
    {
        why->condition = WHY_NETWORK;
        set_reason(why, L"There is no network. It goes on as soon as there is one.");
    }
    else
        set_reason(why,
                   L"The last attempt failed with 0x%08lx: %ls It waits for the retry delay of %lu "
                   L"seconds.",
                   facts->error, text, facts->retry_delay);
    format_span(facts->no_progress_timeout, span);
    _snwprintf(otherwise, ARRAYSIZE(otherwise),
               L"/RESUME tries at once. /SETMINRETRYDELAY changes the delay; without progress for "
               L"%ls the error is final.",
               span);
    advise(facts, otherwise, why);
}

/* ---- the other states ---- */

static void explain_queued(const struct job_facts *facts, const struct why_others *others,
                           struct why *why)
{
    BOOL is_foreground = facts->priority == BG_JOB_PRIORITY_FOREGROUND;

    if (!is_foreground && others->running)
    {
        why->condition = WHY_TURN;
        set_reason(why,
                   ONE_AT_A_TIME L"; '%ls' is at work. Jobs of one priority take turns of some "
                                 L"minutes. %u queued job(s) have a higher priority.",
                   others->runner ? others->runner : L"another", others->before);
        set_advice(why, L"/SETPRIORITY job HIGH, or FOREGROUND, lets it pass.");
        return;
    }
    if (!is_foreground && (others->before || others->foreground))
    {
        why->condition = WHY_TURN;
        set_reason(why,
                   ONE_AT_A_TIME L"; %u job(s) are before it, and %u foreground job(s) are at "
                                 L"work.",
                   others->before, others->foreground);
        set_advice(why, L"/SETPRIORITY job FOREGROUND lets it pass.");
        return;
    }
    why->condition = WHY_SCHEDULER;
    set_reason(why, L"Nobody is before it: it is about to start.");
    set_advice(why, L"If it stays so, see what doctor says.");
}

static void explain_running(const struct job_facts *facts, struct why *why)
{
    why->condition = WHY_RUNNING;
    if (facts->state == BG_JOB_STATE_CONNECTING)
        set_reason(why, L"It is asking the server for the next file.");
    else
        set_reason(why, L"It is being transferred: %llu bytes are there.",
                   facts->progress.BytesTransferred);
}

static void explain_suspended(const struct job_facts *facts, struct why *why)
{
    why->condition = facts->progress.FilesTotal ? WHY_SUSPENDED : WHY_NO_FILES;
    if (facts->progress.FilesTotal)
    {
        set_reason(why, L"It is suspended: it was made so, or somebody has stopped it.");
        set_advice(why, L"/RESUME starts it.");
    }
    else
    {
        set_reason(why, L"It has no files.");
        set_advice(why, L"/ADDFILE gives it one, then /RESUME starts it.");
    }
}

static void explain_transferred(const struct job_facts *facts, DWORD inactivity_seconds,
                                struct why *why)
{
    why->condition = WHY_COMPLETE;
    set_reason(why, L"All is transferred. The files appear under their names when its program, or "
                    L"somebody, completes it.");
    set_advice(why, L"/COMPLETE does that.");
    why->earliest = why->latest = add_seconds(&facts->times.ModificationTime, inactivity_seconds);
    why->event = L"it is canceled";
}

void why_explain(const struct job_facts *facts, const struct why_others *others,
                 DWORD inactivity_seconds, struct why *why)
{
    *why = (struct why){.condition = WHY_OVER};
    switch (facts->state)
    {
    case BG_JOB_STATE_QUEUED:
        explain_queued(facts, others, why);
        break;
    case BG_JOB_STATE_CONNECTING:
    case BG_JOB_STATE_TRANSFERRING:
        explain_running(facts, why);
        break;
    case BG_JOB_STATE_SUSPENDED:
        explain_suspended(facts, why);
        break;
    case BG_JOB_STATE_ERROR:
        explain_error(facts, why);
        break;
    case BG_JOB_STATE_TRANSIENT_ERROR:
        explain_transient_error(facts, why);
        break;
    case BG_JOB_STATE_TRANSFERRED:
        explain_transferred(facts, inactivity_seconds, why);
        break;
    default:
        set_reason(why, L"It is over.");
        break;
    }
}
