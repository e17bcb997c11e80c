/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * why: gathers the facts of a job, of the others and of the machine, and prints what follows. */
#include "why.h"

#include <stdio.h>
#include <wchar.h>

#include "json.h"
#include "policy.h"

static BOOL is_running(BG_JOB_STATE state)
{
    return state == BG_JOB_STATE_CONNECTING || state == BG_JOB_STATE_TRANSFERRING;
}

static void count_job(IBackgroundCopyJob *job, const struct job_facts *facts,
                      struct why_others *others)
{
    BG_JOB_PRIORITY priority = BG_JOB_PRIORITY_LOW;
    BG_JOB_STATE state = BG_JOB_STATE_SUSPENDED;
    GUID id = {0};

    IBackgroundCopyJob_GetId(job, &id);
    IBackgroundCopyJob_GetState(job, &state);
    IBackgroundCopyJob_GetPriority(job, &priority);
    if (IsEqualGUID(&id, &facts->id)) return;
    if (is_running(state) && priority == BG_JOB_PRIORITY_FOREGROUND)
        others->foreground++;
    else if (is_running(state) && priority <= facts->priority)
    {
        if (!others->running++) IBackgroundCopyJob_GetDisplayName(job, &others->runner);
    }
    else if (state == BG_JOB_STATE_QUEUED && priority < facts->priority)
        others->before++;
}

/* Jobs of other users count too, where they may be seen. */
static void count_others(struct session *session, const struct job_facts *facts,
                         struct why_others *others)
{
    IEnumBackgroundCopyJobs *jobs;
    IBackgroundCopyJob *job;

    *others = (struct why_others){0};
    if (FAILED(IBackgroundCopyManager_EnumJobs(session->manager, BG_JOB_ENUM_ALL_USERS, &jobs)) &&
        FAILED(IBackgroundCopyManager_EnumJobs(session->manager, 0, &jobs)))
        return;
    while (IEnumBackgroundCopyJobs_Next(jobs, 1, &job, NULL) == S_OK)
    {
        count_job(job, facts, others);
        IBackgroundCopyJob_Release(job);
    }
    IEnumBackgroundCopyJobs_Release(jobs);
}

static DWORD machine_flags(struct session *session)
{
    IBitsPeerCacheAdministration *admin;
    DWORD flags = 0;

    if (FAILED(IBackgroundCopyManager_QueryInterface(
            session->manager, &IID_IBitsPeerCacheAdministration, (void **)&admin)))
        return 0;
    IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    IBitsPeerCacheAdministration_Release(admin);
    return flags;
}

static const WCHAR *explain_peers(DWORD job_flags, DWORD flags)
{
    if (!(job_flags & BG_JOB_ENABLE_PEERCACHING_CLIENT))
        return L"not asked: the job does not want it (/SETPEERCACHINGFLAGS)";
    if (!(flags & BG_ENABLE_PEERCACHING_CLIENT))
        return L"not asked: the machine does not allow it (see policy)";
    return L"asked before the origin";
}

static void print_event(const struct why *why)
{
    WCHAR earliest[80], latest[80];

    if (!why->event) return;
    format_time(&why->earliest, earliest);
    format_time(&why->latest, latest);
    if (wcscmp(earliest, latest))
        out_print(L"THEN: %ls, between %ls and %ls\n", why->event, earliest, latest);
    else
        out_print(L"THEN: %ls, at %ls\n", why->event, earliest);
}

static void print_why(const struct job_facts *facts, const struct why *why, DWORD flags)
{
    WCHAR id[40];

    StringFromGUID2(&facts->id, id, ARRAYSIZE(id));
    out_print(L"GUID: %ls DISPLAY: '%ls'\n", id, facts->name ? printable(facts->name) : L"");
    out_print(L"STATE: %ls PRIORITY: %ls ERROR COUNT: %lu\n", name_of_state(facts->state),
              name_of_priority(facts->priority), facts->error_count);
    out_print(L"WHY: %ls\n", why->reason);
    print_event(why);
    if (*why->advice) out_print(L"TO DO: %ls\n", why->advice);
    if (facts->type == BG_JOB_TYPE_DOWNLOAD && why->condition != WHY_OVER)
        out_print(L"PEERS: %ls\n", explain_peers(facts->peer_flags, flags));
}

static HRESULT print_json(const struct job_facts *facts, const struct why *why, DWORD flags)
{
    struct json json;

    json_begin(&json, L"openbits.why/1");
    json_guid(&json, L"id", &facts->id);
    json_text(&json, L"displayName", facts->name);
    json_text(&json, L"state", name_of_state(facts->state));
    json_text(&json, L"condition", name_of_condition(why->condition));
    json_text(&json, L"reason", why->reason);
    json_text(&json, L"advice", *why->advice ? why->advice : NULL);
    json_text(&json, L"event", why->event);
    json_time(&json, L"earliest", &why->earliest);
    json_time(&json, L"latest", &why->latest);
    json_bool(&json, L"usesPeers", facts->peer_flags & flags & BG_JOB_ENABLE_PEERCACHING_CLIENT);
    return json_finish(&json);
}

HRESULT explain_job(struct session *session, const struct arguments *args)
{
    struct why_others others;
    struct job_facts facts;
    IBackgroundCopyJob *job;
    HRESULT hr = S_OK;
    struct why why;
    DWORD flags;

    if (FAILED(hr = session_find_job(session, args->words[0], &job))) return hr;
    facts_read(session, job, &facts);
    IBackgroundCopyJob_Release(job);
    count_others(session, &facts, &others);
    if (others.runner) printable(others.runner);
    flags = machine_flags(session);
    why_explain(&facts, &others, policy_inactivity_seconds(), &why);
    if (session->is_json)
        hr = print_json(&facts, &why, flags);
    else
        print_why(&facts, &why, flags);
    CoTaskMemFree(others.runner);
    facts_done(&facts);
    return hr;
}
