/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Reads the facts of a job; methods that fail leave theirs as they are. */
#include "facts.h"

static void *query(IBackgroundCopyJob *job, REFIID iid)
{
    void *object;

    return SUCCEEDED(IBackgroundCopyJob_QueryInterface(job, iid, &object)) ? object : NULL;
}

static void read_job(IBackgroundCopyJob *job, struct job_facts *facts)
{
    IUnknown *notify = NULL;

    IBackgroundCopyJob_GetId(job, &facts->id);
    IBackgroundCopyJob_GetDisplayName(job, &facts->name);
    IBackgroundCopyJob_GetDescription(job, &facts->description);
    IBackgroundCopyJob_GetOwner(job, &facts->owner_sid);
    IBackgroundCopyJob_GetType(job, &facts->type);
    IBackgroundCopyJob_GetState(job, &facts->state);
    IBackgroundCopyJob_GetPriority(job, &facts->priority);
    IBackgroundCopyJob_GetProgress(job, &facts->progress);
    IBackgroundCopyJob_GetTimes(job, &facts->times);
    IBackgroundCopyJob_GetNotifyFlags(job, &facts->notify_flags);
    IBackgroundCopyJob_GetMinimumRetryDelay(job, &facts->retry_delay);
    IBackgroundCopyJob_GetNoProgressTimeout(job, &facts->no_progress_timeout);
    IBackgroundCopyJob_GetErrorCount(job, &facts->error_count);
    IBackgroundCopyJob_GetProxySettings(job, &facts->proxy_usage, &facts->proxy_list,
                                        &facts->proxy_bypass);
    if (SUCCEEDED(IBackgroundCopyJob_GetNotifyInterface(job, &notify)) && notify)
    {
        facts->has_notify_interface = TRUE;
        IUnknown_Release(notify);
    }
    format_sid(facts->owner_sid ? facts->owner_sid : L"", facts->owner);
}

static void read_later_jobs(IBackgroundCopyJob *job, struct job_facts *facts)
{
    IBackgroundCopyJob2 *job2 = query(job, &IID_IBackgroundCopyJob2);
    IBackgroundCopyJob3 *job3 = query(job, &IID_IBackgroundCopyJob3);
    IBackgroundCopyJob4 *job4 = query(job, &IID_IBackgroundCopyJob4);
    IBackgroundCopyJob5 *job5 = query(job, &IID_IBackgroundCopyJob5);

    if (job2)
    {
        IBackgroundCopyJob2_GetNotifyCmdLine(job2, &facts->program, &facts->parameters);
        IBackgroundCopyJob2_Release(job2);
    }
    if (job3)
    {
        IBackgroundCopyJob3_GetFileACLFlags(job3, &facts->acl_flags);
        IBackgroundCopyJob3_Release(job3);
    }
    if (job4)
    {
        IBackgroundCopyJob4_GetPeerCachingFlags(job4, &facts->peer_flags);
        IBackgroundCopyJob4_GetOwnerIntegrityLevel(job4, &facts->integrity);
        IBackgroundCopyJob4_GetOwnerElevationState(job4, &facts->is_elevated);
        IBackgroundCopyJob4_GetMaximumDownloadTime(job4, &facts->max_download_time);
        IBackgroundCopyJob4_Release(job4);
    }
    if (job5)
    {
        BITS_JOB_PROPERTY_VALUE value = {0};

        if (SUCCEEDED(
                IBackgroundCopyJob5_GetProperty(job5, BITS_JOB_PROPERTY_ID_COST_FLAGS, &value)))
            facts->cost_flags = value.Dword;
        IBackgroundCopyJob5_Release(job5);
    }
}

static void read_http(IBackgroundCopyJob *job, struct job_facts *facts)
{
    IBackgroundCopyJobHttpOptions *options = query(job, &IID_IBackgroundCopyJobHttpOptions);
    IBackgroundCopyJobHttpOptions2 *options2 = query(job, &IID_IBackgroundCopyJobHttpOptions2);

    if (options)
    {
        facts->are_headers_secret = IBackgroundCopyJobHttpOptions_GetCustomHeaders(
                                        options, &facts->headers) == E_ACCESSDENIED;
        IBackgroundCopyJobHttpOptions_GetSecurityFlags(options, &facts->security_flags);
        IBackgroundCopyJobHttpOptions_Release(options);
    }
    if (options2)
    {
        IBackgroundCopyJobHttpOptions2_GetHttpMethod(options2, &facts->method);
        IBackgroundCopyJobHttpOptions2_Release(options2);
    }
}

static void read_error(struct session *session, IBackgroundCopyJob *job, struct job_facts *facts)
{
    IBackgroundCopyError *error = NULL;
    IBackgroundCopyFile *file = NULL;

    if (FAILED(IBackgroundCopyJob_GetError(job, &error)) || !error) return;
    IBackgroundCopyError_GetError(error, &facts->error_context, &facts->error);
    facts->error_text = session_error_text(session, facts->error);
    facts->error_context_text = error_context_text(error);
    if (SUCCEEDED(IBackgroundCopyError_GetFile(error, &file)) && file)
    {
        IBackgroundCopyFile_GetRemoteName(file, &facts->error_remote);
        IBackgroundCopyFile_GetLocalName(file, &facts->error_local);
        IBackgroundCopyFile_Release(file);
    }
    IBackgroundCopyError_Release(error);
}

void facts_read(struct session *session, IBackgroundCopyJob *job, struct job_facts *facts)
{
    *facts = (struct job_facts){.state = BG_JOB_STATE_CANCELLED};
    read_job(job, facts);
    read_later_jobs(job, facts);
    read_http(job, facts);
    read_error(session, job, facts);
}

void facts_done(struct job_facts *facts)
{
    WCHAR *const texts[] = {facts->name,
                            facts->description,
                            facts->owner_sid,
                            facts->proxy_list,
                            facts->proxy_bypass,
                            facts->program,
                            facts->parameters,
                            facts->headers,
                            facts->method,
                            facts->error_text,
                            facts->error_local,
                            facts->error_remote,
                            facts->error_context_text};

    for (unsigned int i = 0; i < ARRAYSIZE(texts); i++)
        CoTaskMemFree(texts[i]);
}
