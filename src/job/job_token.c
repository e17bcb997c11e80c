/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The helper token of a job. */
#include "job/job_token.h"

#include <stdlib.h>

#include "job/job_private.h"

HRESULT job_token_create(const struct caller_facts *facts, void *handle,
                         void (*close)(void *handle), struct job_token **out)
{
    struct job_token *token = calloc(1, sizeof(*token));

    *out = token;
    if (!token) return E_OUTOFMEMORY;
    atomic_init(&token->refs, 1);
    token->facts = *facts;
    token->handle = handle;
    token->close = close;
    return S_OK;
}

struct job_token *job_token_addref(struct job_token *token)
{
    if (token) atomic_fetch_add(&token->refs, 1);
    return token;
}

void job_token_release(struct job_token *token)
{
    if (!token || atomic_fetch_sub(&token->refs, 1) != 1) return;
    token->close(token->handle);
    free(token);
}

HRESULT job_set_token(struct job *job, struct job_token *token)
{
    struct job_token *before = NULL;
    HRESULT hr = job_lock_for_change(job);

    if (FAILED(hr)) return hr;
    if (token && token->facts.is_admin && !job->owner.is_admin)
        hr = E_ACCESSDENIED;
    else
    {
        before = job->token;
        job->token = job_token_addref(token);
        job->options.has_token = token != NULL;
        job_touch(job);
        hr = queue_save(job->queue);
    }
    queue_unlock(job->queue);
    job_token_release(before);
    return hr;
}

struct job_token *job_get_token(struct job *job)
{
    struct job_token *token;

    queue_lock(job->queue);
    token = job_token_addref(job->token);
    queue_unlock(job->queue);
    return token;
}
