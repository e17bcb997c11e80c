/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What tests wait for, with deadlines. Everything that the journal notes wakes the waiting. */
#include "harness/origin_private.h"

#include <string.h>

struct goal
{
    bool (*is_met)(const struct origin *o, const struct goal *goal);
    const char *path;
    uint64_t number;
};

static bool wait_for_goal(struct origin *o, const struct goal *goal, unsigned int ms)
{
    uint64_t end = os_ticks() + ms, now;
    bool is_met;

    os_lock(&o->mutex);
    while (!(is_met = goal->is_met(o, goal)) && (now = os_ticks()) < end)
        os_cond_wait(&o->changed, &o->mutex, (unsigned int)(end - now));
    os_unlock(&o->mutex);
    return is_met;
}

static bool is_on_path(const struct origin_entry *entry, const struct goal *goal)
{
    return !goal->path || !strcmp(entry->path, goal->path);
}

static bool has_requests(const struct origin *o, const struct goal *goal)
{
    uint64_t count = 0;

    for (size_t i = 0; i < o->entry_count; i++)
        count += is_on_path(&o->entries[i], goal);
    return count >= goal->number;
}

static bool has_sent(const struct origin *o, const struct goal *goal)
{
    uint64_t sent = 0;

    for (size_t i = 0; i < o->entry_count; i++)
        if (is_on_path(&o->entries[i], goal)) sent += o->states[i].delivered;
    return sent >= goal->number;
}

static bool is_held(const struct origin *o, const struct goal *goal)
{
    for (size_t i = 0; i < o->entry_count; i++)
        if (o->states[i].is_held && is_on_path(&o->entries[i], goal)) return true;
    return false;
}

static bool is_idle(const struct origin *o, const struct goal *goal)
{
    for (size_t i = 0; i < o->entry_count; i++)
        if (o->entries[i].end == ORIGIN_END_RUNNING && is_on_path(&o->entries[i], goal))
            return false;
    return true;
}

static bool has_few_connections(const struct origin *o, const struct goal *goal)
{
    return o->open_conns <= goal->number;
}

bool origin_wait_requests(struct origin *o, const char *path, size_t count, unsigned int ms)
{
    return wait_for_goal(o, &(struct goal){has_requests, path, count}, ms);
}

bool origin_wait_sent(struct origin *o, const char *path, uint64_t bytes, unsigned int ms)
{
    return wait_for_goal(o, &(struct goal){has_sent, path, bytes}, ms);
}

bool origin_wait_held(struct origin *o, const char *path, unsigned int ms)
{
    return wait_for_goal(o, &(struct goal){is_held, path, 0}, ms);
}

bool origin_wait_idle(struct origin *o, const char *path, unsigned int ms)
{
    return wait_for_goal(o, &(struct goal){is_idle, path, 0}, ms);
}

bool origin_wait_connections(struct origin *o, unsigned int count, unsigned int ms)
{
    return wait_for_goal(o, &(struct goal){has_few_connections, NULL, count}, ms);
}
