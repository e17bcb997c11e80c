/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The question to a client whether a server's certificate will do. It is asked on a thread of its
 * own, for a client may take its time; the mover looks for the answer. Counted: either side may let
 * go first. */
#ifndef OPENBITS_TRANSFER_SERVER_QUESTION_H
#define OPENBITS_TRANSFER_SERVER_QUESTION_H

#include "base/types.h"
#include "job/server_judge.h"

struct http_client;
struct job;
struct server_question;

/* What the client is told. */
struct server_facts
{
    struct job *job; /* JOB_HOLDER_NOTIFY */
    uint32_t file;
    struct server_judge *judge; /* a reference */
    char origin[SERVER_JUDGE_ORIGIN_MAX];
    uint8_t hash[SERVER_JUDGE_HASH_SIZE];
    uint8_t *cert; /* as it came */
    uint32_t cert_size;
    uint8_t *chain; /* a serialised store */
    uint32_t chain_size;
};

/* Lets go of what is in them. */
void server_facts_done(struct server_facts *facts);

/* Begins to ask: somebody calls server_question_answer(), sooner or later, on another thread. */
typedef HRESULT (*server_question_ask_fn)(struct server_question *question);

/* Takes the facts over, also when it fails. The client is woken when the answer is there. */
HRESULT server_question_ask(struct server_facts *facts, struct http_client *client,
                            server_question_ask_fn ask, struct server_question **out);
const struct server_facts *server_question_facts(const struct server_question *question);

/* The asker's end: the answer, and its reference. */
void server_question_answer(struct server_question *question, HRESULT answer);

/* The mover's end. False: there is no answer yet. */
bool server_question_has_answer(struct server_question *question, HRESULT *answer);
/* Nobody waits any more. NULL is welcome. */
void server_question_drop(struct server_question *question);

#endif
