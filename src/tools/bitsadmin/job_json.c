/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Jobs as JSON. Members may be added; their names and meanings stay. */
#include "facts.h"
#include "json.h"

static void error_to_json(const struct job_facts *facts, struct json *json)
{
    if (!FAILED(facts->error))
    {
        json_null(json, L"error");
        return;
    }
    json_begin_object(json, L"error");
    json_code(json, L"code", facts->error);
    json_text(json, L"text", facts->error_text);
    json_number(json, L"context", facts->error_context);
    json_text(json, L"contextText", facts->error_context_text);
    json_text(json, L"remoteName", facts->error_remote);
    json_text(json, L"localName", facts->error_local);
    json_end_object(json);
}

static void settings_to_json(const struct job_facts *facts, struct json *json)
{
    json_number(json, L"notifyFlags", facts->notify_flags);
    json_bool(json, L"hasNotifyInterface", facts->has_notify_interface);
    json_text(json, L"notifyProgram", facts->program);
    json_text(json, L"notifyParameters", facts->parameters);
    json_number(json, L"minimumRetryDelay", facts->retry_delay);
    json_number(json, L"noProgressTimeout", facts->no_progress_timeout);
    json_number(json, L"maximumDownloadTime", facts->max_download_time);
    json_text(json, L"proxyUsage", name_of_proxy_usage(facts->proxy_usage));
    json_text(json, L"proxyList", facts->proxy_list);
    json_text(json, L"proxyBypassList", facts->proxy_bypass);
    json_number(json, L"aclFlags", facts->acl_flags);
    json_number(json, L"peerCachingFlags", facts->peer_flags);
    json_number(json, L"costFlags", facts->cost_flags);
    json_text(json, L"ownerIntegrityLevel", name_of_integrity(facts->integrity));
    json_bool(json, L"ownerIsElevated", facts->is_elevated);
    json_text(json, L"customHeaders", facts->headers);
    json_bool(json, L"areCustomHeadersWriteOnly", facts->are_headers_secret);
    json_text(json, L"httpMethod", facts->method);
    json_number(json, L"securityFlags", facts->security_flags);
}

static void file_to_json(IBackgroundCopyFile *file, struct json *json)
{
    BG_FILE_PROGRESS progress = {BG_SIZE_UNKNOWN, 0, FALSE};
    WCHAR *remote = NULL, *local = NULL;

    IBackgroundCopyFile_GetRemoteName(file, &remote);
    IBackgroundCopyFile_GetLocalName(file, &local);
    IBackgroundCopyFile_GetProgress(file, &progress);
    json_begin_object(json, NULL);
    json_text(json, L"remoteName", remote);
    json_text(json, L"localName", local);
    json_number(json, L"bytesTransferred", progress.BytesTransferred);
    json_size(json, L"bytesTotal", progress.BytesTotal);
    json_bool(json, L"isTransferred", is_file_there(&progress));
    json_bool(json, L"isCompleted", progress.Completed);
    json_end_object(json);
    CoTaskMemFree(remote);
    CoTaskMemFree(local);
}

void files_to_json(IBackgroundCopyJob *job, struct json *json)
{
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyFile *file;

    json_begin_array(json, L"files");
    if (SUCCEEDED(IBackgroundCopyJob_EnumFiles(job, &files)))
    {
        while (IEnumBackgroundCopyFiles_Next(files, 1, &file, NULL) == S_OK)
        {
            file_to_json(file, json);
            IBackgroundCopyFile_Release(file);
        }
        IEnumBackgroundCopyFiles_Release(files);
    }
    json_end_array(json);
}

void job_to_json(struct session *session, IBackgroundCopyJob *job, BOOL is_verbose,
                 struct json *json)
{
    struct job_facts facts;

    facts_read(session, job, &facts);
    json_begin_object(json, NULL);
    json_guid(json, L"id", &facts.id);
    json_text(json, L"displayName", facts.name);
    json_text(json, L"description", facts.description);
    json_text(json, L"type", name_of_type(facts.type));
    json_text(json, L"state", name_of_state(facts.state));
    json_text(json, L"priority", name_of_priority(facts.priority));
    json_text(json, L"owner", facts.owner);
    json_text(json, L"ownerSid", facts.owner_sid);
    json_number(json, L"bytesTransferred", facts.progress.BytesTransferred);
    json_size(json, L"bytesTotal", facts.progress.BytesTotal);
    json_number(json, L"filesTransferred", facts.progress.FilesTransferred);
    json_number(json, L"filesTotal", facts.progress.FilesTotal);
    json_time(json, L"creationTime", &facts.times.CreationTime);
    json_time(json, L"modificationTime", &facts.times.ModificationTime);
    json_time(json, L"completionTime", &facts.times.TransferCompletionTime);
    json_number(json, L"errorCount", facts.error_count);
    error_to_json(&facts, json);
    if (is_verbose)
    {
        settings_to_json(&facts, json);
        files_to_json(job, json);
    }
    json_end_object(json);
    facts_done(&facts);
}
