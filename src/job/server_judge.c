/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's check of servers, as the core keeps it. */
#include "job/server_judge.h"

#include <stdlib.h>
#include <string.h>

#include "job/job_private.h"

#define ACCEPTED_MAX 32

struct accepted
{
    uint8_t hash[SERVER_JUDGE_HASH_SIZE];
    char origin[SERVER_JUDGE_ORIGIN_MAX]; /* empty: a free place */
};

struct server_judge
{
    atomic_uint refs;
    /* Immutable. */
    void *target;
    const struct notify_ops *notify;
    void *notify_ctx;
    /* The mover's. */
    struct accepted accepted[ACCEPTED_MAX];
    unsigned int next;
};

HRESULT server_judge_create(struct queue *queue, void *target, struct server_judge **out)
{
    struct server_judge *judge = calloc(1, sizeof(*judge));

    *out = judge;
    if (!judge)
    {
        queue->ports.notify->release_target(queue->ports.notify_ctx, target);
        return E_OUTOFMEMORY;
    }
    atomic_init(&judge->refs, 1);
    judge->target = target;
    judge->notify = queue->ports.notify;
    judge->notify_ctx = queue->ports.notify_ctx;
    return S_OK;
}

struct server_judge *server_judge_addref(struct server_judge *judge)
{
    if (judge) atomic_fetch_add_explicit(&judge->refs, 1, memory_order_relaxed);
    return judge;
}

void server_judge_release(struct server_judge *judge)
{
    if (!judge || atomic_fetch_sub_explicit(&judge->refs, 1, memory_order_acq_rel) != 1) return;
    judge->notify->release_target(judge->notify_ctx, judge->target);
    free(judge);
}

void *server_judge_target(const struct server_judge *judge)
{
    return judge->target;
}

bool server_judge_has_accepted(const struct server_judge *judge, const char *origin,
                               const uint8_t hash[SERVER_JUDGE_HASH_SIZE])
{
    for (size_t i = 0; i < ACCEPTED_MAX; i++)
        if (!strcmp(judge->accepted[i].origin, origin) &&
            !memcmp(judge->accepted[i].hash, hash, SERVER_JUDGE_HASH_SIZE))
            return true;
    return false;
}

void server_judge_accept(struct server_judge *judge, const char *origin,
                         const uint8_t hash[SERVER_JUDGE_HASH_SIZE])
{
    struct accepted *place = &judge->accepted[judge->next];
    size_t len = strlen(origin);

    if (len >= sizeof(place->origin) || server_judge_has_accepted(judge, origin, hash)) return;
    memcpy(place->origin, origin, len + 1);
    memcpy(place->hash, hash, SERVER_JUDGE_HASH_SIZE);
    judge->next = (judge->next + 1) % ACCEPTED_MAX;
}
