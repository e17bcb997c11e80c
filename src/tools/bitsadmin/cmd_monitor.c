/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /MONITOR: all jobs, looked at again and again. On a console a live screen shows them; elsewhere
 * each look is a list as /LIST prints it. */
#include "monitor.h"

#include <stdlib.h>
#include <wchar.h>

#define REFRESH_SECONDS 5
#define REFRESH_MAX     86400

/* ---- looking ---- */

static const struct rate *find_rate(const struct monitor_job *jobs, unsigned int count,
                                    const GUID *id)
{
    for (unsigned int i = 0; i < count; i++)
        if (IsEqualGUID(&jobs[i].id, id)) return &jobs[i].rate;
    return NULL;
}

static void read_job(IBackgroundCopyJob *job, struct monitor_job *facts)
{
    WCHAR *name = NULL;

    *facts = (struct monitor_job){.state = BG_JOB_STATE_CANCELLED};
    IBackgroundCopyJob_GetId(job, &facts->id);
    IBackgroundCopyJob_GetState(job, &facts->state);
    IBackgroundCopyJob_GetPriority(job, &facts->priority);
    IBackgroundCopyJob_GetProgress(job, &facts->progress);
    if (facts->state == BG_JOB_STATE_ERROR || facts->state == BG_JOB_STATE_TRANSIENT_ERROR)
        facts->error = job_error_code(job);
    if (SUCCEEDED(IBackgroundCopyJob_GetDisplayName(job, &name)) && name)
        wcsncpy(facts->name, printable(name), MONITOR_NAME_CHARS - 1);
    CoTaskMemFree(name);
}

static HRESULT add_job(struct monitor *monitor, const struct monitor_job *job)
{
    if (monitor->count == monitor->room)
    {
        unsigned int room = max(16, 2 * monitor->room);
        struct monitor_job *larger = realloc(monitor->jobs, room * sizeof(*larger));

        if (!larger) return E_OUTOFMEMORY;
        monitor->jobs = larger;
        monitor->room = room;
    }
    monitor->jobs[monitor->count++] = *job;
    return S_OK;
}

HRESULT monitor_look(struct monitor *monitor, struct session *session, ULONGLONG now)
{
    struct monitor_job *old = monitor->jobs;
    unsigned int old_count = monitor->count;
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;
    HRESULT hr;

    hr = IBackgroundCopyManager_EnumJobs(session->manager,
                                         monitor->is_all_users ? BG_JOB_ENUM_ALL_USERS : 0, &jobs);
    if (FAILED(hr)) return session_fail(session, hr, L"enum jobs");
    monitor->jobs = NULL;
    monitor->count = monitor->room = 0;
    while (SUCCEEDED(hr) && IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        const struct rate *rate;
        struct monitor_job facts;

        read_job(job, &facts);
        IBackgroundCopyJob_Release(job);
        if ((rate = find_rate(old, old_count, &facts.id))) facts.rate = *rate;
        rate_add(&facts.rate, now, facts.progress.BytesTransferred);
        hr = add_job(monitor, &facts);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
    free(old);
    return FAILED(hr) ? session_fail(session, hr, L"list the jobs") : S_OK;
}

void monitor_done(struct monitor *monitor)
{
    free(monitor->jobs);
    monitor->jobs = NULL;
    monitor->count = monitor->room = 0;
}

/* ---- without a console ---- */

void monitor_print(const struct monitor *monitor)
{
    WCHAR id[40], total[24];

    out_print(L"MONITORING BACKGROUND COPY MANAGER(%lu second refresh)\n",
              monitor->refresh_seconds);
    for (unsigned int i = 0; i < monitor->count; i++)
    {
        const struct monitor_job *job = &monitor->jobs[i];

        StringFromGUID2(&job->id, id, ARRAYSIZE(id));
        format_size(job->progress.BytesTotal, total);
        out_print(L"%ls '%ls' %ls %lu / %lu %llu / %ls\n", id, job->name, name_of_state(job->state),
                  job->progress.FilesTransferred, job->progress.FilesTotal,
                  job->progress.BytesTransferred, total);
    }
    out_print(L"\n");
}

static HRESULT monitor_pipe(struct monitor *monitor, struct session *session)
{
    HRESULT hr;

    do
    {
        if (FAILED(hr = monitor_look(monitor, session, GetTickCount64()))) return hr;
        monitor_print(monitor);
    } while (!interrupt_wait(monitor->refresh_seconds * 1000));
    return S_OK;
}

/* ---- the command ---- */

static HRESULT parse_options(struct session *session, const struct arguments *args,
                             struct monitor *monitor)
{
    for (int i = 0; i < args->count; i++)
    {
        const WCHAR *word = args->words[i];

        if (is_word(word, L"/allusers"))
            monitor->is_all_users = TRUE;
        else if (!is_word(word, L"/refresh") || ++i == args->count)
            return session_refuse(session, L"Invalid argument %ls", word);
        else if (!parse_number(args->words[i], &monitor->refresh_seconds) ||
                 !monitor->refresh_seconds || monitor->refresh_seconds > REFRESH_MAX)
            return session_refuse(session, L"Invalid number of seconds %ls", args->words[i]);
    }
    return S_OK;
}

HRESULT monitor_jobs(struct session *session, const struct arguments *args)
{
    struct monitor monitor = {.refresh_seconds = REFRESH_SECONDS};
    HRESULT hr;

    if (FAILED(hr = parse_options(session, args, &monitor))) return hr;
    interrupt_begin();
    hr = out_is_console() ? monitor_screen(&monitor, session) : monitor_pipe(&monitor, session);
    interrupt_end();
    monitor_done(&monitor);
    return hr;
}
