/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What is known about one job, read once through its interfaces. What an older BITS has no method
 * for, or refuses, keeps its default. */
#ifndef OPENBITS_TOOLS_FACTS_H
#define OPENBITS_TOOLS_FACTS_H

#include "bitsadmin.h"

struct job_facts
{
    GUID id;
    WCHAR *name, *description, *owner_sid;
    WCHAR owner[OWNER_CHARS];
    BG_JOB_TYPE type;
    BG_JOB_STATE state;
    BG_JOB_PRIORITY priority;
    BG_JOB_PROGRESS progress;
    BG_JOB_TIMES times;
    ULONG notify_flags, retry_delay, no_progress_timeout, max_download_time, error_count;
    BOOL has_notify_interface;
    BG_JOB_PROXY_USAGE proxy_usage;
    WCHAR *proxy_list, *proxy_bypass;
    WCHAR *program, *parameters;
    DWORD acl_flags, peer_flags;
    ULONG integrity;
    BOOL is_elevated;
    WCHAR *headers, *method;
    BOOL are_headers_secret;
    ULONG security_flags;
    DWORD cost_flags;
    /* Of an error state. */
    HRESULT error;
    BG_ERROR_CONTEXT error_context;
    WCHAR *error_text, *error_context_text, *error_remote, *error_local;
};

void facts_read(struct session *session, IBackgroundCopyJob *job, struct job_facts *facts);
void facts_done(struct job_facts *facts);

/* job_json.c: an object of the list "jobs"; with files and settings if it is to be verbose. */
struct json;
void job_to_json(struct session *session, IBackgroundCopyJob *job, BOOL is_verbose,
                 struct json *json);
void files_to_json(IBackgroundCopyJob *job, struct json *json);

#endif
