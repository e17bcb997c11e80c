/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client's own check of the certificates of servers, and what it has found good so far. Counted:
 * shared by the settings of a job and by the question that is out. */
#ifndef OPENBITS_JOB_SERVER_JUDGE_H
#define OPENBITS_JOB_SERVER_JUDGE_H

#include "base/types.h"

#define SERVER_JUDGE_HASH_SIZE  32
#define SERVER_JUDGE_ORIGIN_MAX 300 /* host:port */

struct server_judge;
struct queue;

/* Takes the target over, also when it fails; it is dropped through the queue's notify_ops. */
HRESULT server_judge_create(struct queue *queue, void *target, struct server_judge **out);
/* NULL is welcome. */
struct server_judge *server_judge_addref(struct server_judge *judge);
void server_judge_release(struct server_judge *judge);

/* The client's object, as long as the judge is held. */
void *server_judge_target(const struct server_judge *judge);

/* Only for the thread that moves bytes. The oldest are forgotten, and asked about again, when there
 * are too many. */
bool server_judge_has_accepted(const struct server_judge *judge, const char *origin,
                               const uint8_t hash[SERVER_JUDGE_HASH_SIZE]);
void server_judge_accept(struct server_judge *judge, const char *origin,
                         const uint8_t hash[SERVER_JUDGE_HASH_SIZE]);

#endif
