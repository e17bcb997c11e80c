/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A helper token: a second identity for a job, as the system gave it. Counted and immutable; for
 * the core it is no more than that. It lives as long as the engine at most. */
#ifndef OPENBITS_JOB_JOB_TOKEN_H
#define OPENBITS_JOB_JOB_TOKEN_H

#include <stdatomic.h>

#include "job/access.h"

struct job;

/* What it is used for: bits of BG_TOKEN. */
enum token_use
{
    TOKEN_LOCAL_FILE = 0x1,
    TOKEN_NETWORK = 0x2
};

struct job_token
{
    atomic_uint refs;
    struct caller_facts facts;
    void *handle;
    void (*close)(void *handle);
};

/* Takes the handle over when it succeeds. */
HRESULT job_token_create(const struct caller_facts *facts, void *handle,
                         void (*close)(void *handle), struct job_token **out);
/* NULL stands for none in both. */
struct job_token *job_token_addref(struct job_token *token);
void job_token_release(struct job_token *token);

/* Takes a reference; NULL: none. E_ACCESSDENIED when it is an administrator's and the owner is not
 * one. */
HRESULT job_set_token(struct job *job, struct job_token *token);
/* A reference, or NULL. */
struct job_token *job_get_token(struct job *job);

#endif
