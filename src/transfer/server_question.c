/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One lock for each question guards the answer and whom to wake. */
#include "transfer/server_question.h"

#include <stdlib.h>

#include "base/lock.h"
#include "job/job.h"
#include "net/http_client.h"

struct server_question
{
    struct server_facts facts; /* immutable */
    struct lock lock;          /* leaf; everything below */
    unsigned int refs;
    struct http_client *client; /* NULL: nobody waits */
    bool is_answered;
    HRESULT answer;
};

void server_facts_done(struct server_facts *facts)
{
    if (facts->job) job_release(facts->job, JOB_HOLDER_NOTIFY);
    server_judge_release(facts->judge);
    free(facts->cert);
    free(facts->chain);
    *facts = (struct server_facts){0};
}

static void release(struct server_question *question)
{
    bool is_last;

    lock_acquire(&question->lock);
    is_last = !--question->refs;
    lock_release(&question->lock);
    if (!is_last) return;
    server_facts_done(&question->facts);
    lock_done(&question->lock);
    free(question);
}

HRESULT server_question_ask(struct server_facts *facts, struct http_client *client,
                            server_question_ask_fn ask, struct server_question **out)
{
    struct server_question *question = calloc(1, sizeof(*question));
    HRESULT hr;

    *out = NULL;
    if (!question)
    {
        server_facts_done(facts);
        return E_OUTOFMEMORY;
    }
    lock_init(&question->lock, LOCK_RANK_LEAF, "question");
    question->facts = *facts;
    question->client = client;
    question->refs = 2; /* the asker's, and the caller's */
    *facts = (struct server_facts){0};
    if (FAILED(hr = ask(question)))
    {
        release(question);
        release(question);
        return hr;
    }
    *out = question;
    return S_OK;
}

const struct server_facts *server_question_facts(const struct server_question *question)
{
    return &question->facts;
}

void server_question_answer(struct server_question *question, HRESULT answer)
{
    lock_acquire(&question->lock);
    question->answer = answer;
    question->is_answered = true;
    /* Within the lock, or the client may be gone: it is a note, and waits for nothing. */
    if (question->client) http_client_wake(question->client);
    lock_release(&question->lock);
    release(question);
}

bool server_question_has_answer(struct server_question *question, HRESULT *answer)
{
    bool is_answered;

    lock_acquire(&question->lock);
    is_answered = question->is_answered;
    *answer = question->answer;
    lock_release(&question->lock);
    return is_answered;
}

void server_question_drop(struct server_question *question)
{
    if (!question) return;
    lock_acquire(&question->lock);
    question->client = NULL;
    lock_release(&question->lock);
    release(question);
}
