/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The credentials of a job, by who asks for them and how. They can be set and removed, never read
 * back. On the disk, or gone from it, when these functions return. */
#ifndef OPENBITS_JOB_CREDENTIALS_H
#define OPENBITS_JOB_CREDENTIALS_H

#include "job/http_settings.h"

struct job;

#define CREDENTIAL_USER_MAX     300
#define CREDENTIAL_PASSWORD_MAX 65536

struct credential_wish
{
    enum auth_target target;
    enum auth_scheme scheme;
    const WCHAR *user;
    const WCHAR *password;
};

/* In the place of what was set for this target and scheme. */
HRESULT job_set_credential(struct job *job, const struct credential_wish *wish);
/* S_FALSE: there is none. Nothing but target and scheme is looked at. */
HRESULT job_remove_credential(struct job *job, const struct credential_wish *wish);

/* The proxy's credentials that the system keeps for the owner are taken; servers have none:
 * BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED. */
HRESULT job_use_stored_credentials(struct job *job, enum auth_target target);
bool job_uses_stored_credentials(struct job *job);

bool http_settings_have_credentials(const struct http_settings *settings);

/* What a new owner keeps of them; NULL: nothing, or there is no memory for it. */
struct http_settings *http_settings_for_new_owner(const struct http_settings *settings);

#endif
