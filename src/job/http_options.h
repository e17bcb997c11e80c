/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What IBackgroundCopyJobHttpOptions sets on a job. As in job.h: any thread, no lock held, and
 * BG_E_INVALID_STATE in the final states. */
#ifndef OPENBITS_JOB_HTTP_OPTIONS_H
#define OPENBITS_JOB_HTTP_OPTIONS_H

#include "job/http_settings.h"

struct job;

/* BG_SSL_... and BG_HTTP_REDIRECT_POLICY_... */
enum http_security
{
    HTTP_CHECK_REVOCATION = 0x1,
    HTTP_IGNORE_NAME = 0x2,
    HTTP_IGNORE_DATE = 0x4,
    HTTP_IGNORE_AUTHORITY = 0x8,
    HTTP_IGNORE_USAGE = 0x10,
    HTTP_CERT_MASK = 0x1f,
    HTTP_REDIRECT_MASK = 0x700,
    HTTP_REDIRECT_SILENT = 0,
    HTTP_REDIRECT_REPORT = 0x100,
    HTTP_REDIRECT_DISALLOW = 0x200,
    HTTP_REDIRECT_TO_PLAIN = 0x800,
};

/* Lines that end in CR LF, the last one may lack it; NULL: none. E_INVALIDARG for what is no field,
 * BG_E_STRING_TOO_LONG. */
HRESULT job_set_http_headers(struct job *job, const WCHAR *lines);
/* S_FALSE and NULL: there are none. E_ACCESSDENIED once they are for writing only. */
HRESULT job_get_http_headers(struct job *job, WCHAR **lines);
HRESULT job_hide_http_headers(struct job *job);

/* E_NOTIMPL for a bit or a policy without a meaning. A file that is under way starts over when
 * revocation is checked from now on. */
HRESULT job_set_http_security(struct job *job, uint32_t flags);
uint32_t job_http_security(struct job *job);

/* In the place of what was set; copied. */
HRESULT job_set_http_cert(struct job *job, const struct http_client_cert *cert);
/* S_FALSE: there was none. */
HRESULT job_remove_http_cert(struct job *job);

/* Any but the default makes it a foreground job for good. BG_E_READ_ONLY_PROPERTY_AFTER_RESUME;
 * E_INVALIDARG when it is no method; E_NOTIMPL of an upload. */
HRESULT job_set_http_method(struct job *job, const WCHAR *method);
HRESULT job_http_method(struct job *job, WCHAR **method);

/* The client's check of servers; takes the target over, also when it fails. NULL: none. Only of a
 * job that is suspended: BG_E_READ_ONLY_WHEN_JOB_ACTIVE. */
HRESULT job_set_server_judge(struct job *job, void *target);

#endif
