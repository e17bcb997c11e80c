/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The journal, and what can be concluded from it. Guarded by the origin's mutex. */
#include "harness/origin_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Writing; the connections' threads ---- */

static struct origin_entry *entry_of(struct origin_conn *c)
{
    return &c->origin->entries[c->entry];
}

size_t origin_journal_add(struct origin_conn *c)
{
    struct origin *o = c->origin;
    const struct origin_request *r = &c->request;
    struct origin_entry *entry;

    if (o->entry_count == o->entry_capacity)
    {
        size_t capacity = o->entry_capacity ? 2 * o->entry_capacity : 64;

        o->entries = realloc(o->entries, capacity * sizeof(*o->entries));
        o->states = realloc(o->states, capacity * sizeof(*o->states));
        if (!o->entries || !o->states) abort();
        o->entry_capacity = capacity;
    }
    o->states[o->entry_count] = (struct entry_state){0};
    entry = &o->entries[o->entry_count];
    *entry = (struct origin_entry){.connection = c->id,
                                   .ordinal = r->ordinal,
                                   .path = r->path,
                                   .target = r->target,
                                   .head = r->head,
                                   .range_count = r->range_count,
                                   .begin_ms = os_ticks()};
    snprintf(entry->method, sizeof(entry->method), "%s", r->method);
    if (r->range_count) entry->range = r->ranges[0];
    os_cond_broadcast(&o->changed);
    return o->entry_count++;
}

void origin_journal_status(struct origin_conn *c, const char *data, size_t size)
{
    struct origin_entry *entry;

    if (size < 12 || memcmp(data, "HTTP/1.1 ", 9) != 0) return;
    os_lock(&c->origin->mutex);
    entry = entry_of(c);
    /* Interim answers come first; what is glued on behind the answer does not count. */
    if (entry->status < 200) entry->status = atoi(data + 9);
    os_unlock(&c->origin->mutex);
}

/* What goes on where the last piece of the same answer ended makes that longer. */
static void add_piece(struct origin_conn *c, uint32_t version, uint64_t offset, uint64_t size)
{
    struct origin *o = c->origin;
    struct piece *last = c->piece < o->piece_count ? &o->pieces[c->piece] : NULL;

    if (last && last->entry == c->entry && last->version == version && last->end == offset)
    {
        last->end += size;
        return;
    }
    if (o->piece_count == o->piece_capacity)
    {
        o->piece_capacity = o->piece_capacity ? 2 * o->piece_capacity : 64;
        o->pieces = realloc(o->pieces, o->piece_capacity * sizeof(*o->pieces));
        if (!o->pieces) abort();
    }
    c->piece = o->piece_count++;
    o->pieces[c->piece] = (struct piece){c->entry, version, offset, offset + size};
}

void origin_journal_body(struct origin_conn *c, uint32_t version, uint64_t offset, uint64_t size)
{
    struct origin_entry *entry;

    os_lock(&c->origin->mutex);
    entry = entry_of(c);
    if (!entry->body_sent) entry->body_begin = offset;
    entry->version = version;
    entry->body_sent += size;
    add_piece(c, version, offset, size);
    os_cond_broadcast(&c->origin->changed);
    os_unlock(&c->origin->mutex);
}

void origin_journal_delivered(struct origin_conn *c, uint64_t size, uint64_t delivered)
{
    struct origin *o = c->origin;

    os_lock(&o->mutex);
    entry_of(c)->body_sent -= size - delivered;
    o->pieces[c->piece].end -= size - delivered;
    o->states[c->entry].delivered += delivered;
    os_cond_broadcast(&o->changed);
    os_unlock(&o->mutex);
}

void origin_journal_raw(struct origin_conn *c, size_t size)
{
    os_lock(&c->origin->mutex);
    entry_of(c)->raw_sent += size;
    os_unlock(&c->origin->mutex);
}

void origin_journal_held(struct origin_conn *c, bool is_held)
{
    os_lock(&c->origin->mutex);
    c->origin->states[c->entry].is_held = is_held;
    os_cond_broadcast(&c->origin->changed);
    os_unlock(&c->origin->mutex);
}

void origin_journal_end(struct origin_conn *c, enum origin_end end)
{
    struct origin_entry *entry;

    os_lock(&c->origin->mutex);
    entry = entry_of(c);
    if (entry->end == ORIGIN_END_RUNNING)
    {
        entry->end = end;
        entry->end_ms = os_ticks();
    }
    c->origin->states[c->entry].is_held = false;
    os_cond_broadcast(&c->origin->changed);
    os_unlock(&c->origin->mutex);
}

/* ---- Reading ---- */

static bool is_on_path(const struct origin_entry *entry, const char *path)
{
    return !path || !strcmp(entry->path, path);
}

size_t origin_journal_count(struct origin *o, const char *path)
{
    size_t count = 0;

    os_lock(&o->mutex);
    for (size_t i = 0; i < o->entry_count; i++)
        count += is_on_path(&o->entries[i], path);
    os_unlock(&o->mutex);
    return count;
}

bool origin_journal_get(struct origin *o, const char *path, size_t index,
                        struct origin_entry *entry)
{
    size_t count = 0;
    bool is_found = false;

    memset(entry, 0, sizeof(*entry));
    os_lock(&o->mutex);
    for (size_t i = 0; i < o->entry_count && !is_found; i++)
        if (is_on_path(&o->entries[i], path) && count++ == index)
        {
            *entry = o->entries[i];
            is_found = true;
        }
    os_unlock(&o->mutex);
    return is_found;
}

unsigned int origin_connection_count(struct origin *o)
{
    unsigned int count;

    os_lock(&o->mutex);
    count = o->total_conns;
    os_unlock(&o->mutex);
    return count;
}

static void format_range(const struct origin_entry *entry, char *text, size_t size)
{
    const struct origin_range *range = &entry->range;

    text[0] = 0;
    if (!entry->range_count) return;
    if (range->is_suffix)
        snprintf(text, size, " last %llu", (unsigned long long)range->begin);
    else if (range->end == ORIGIN_OPEN)
        snprintf(text, size, " [%llu...", (unsigned long long)range->begin);
    else
        snprintf(text, size, " [%llu, %llu)", (unsigned long long)range->begin,
                 (unsigned long long)range->end);
}

void origin_journal_print(struct origin *o)
{
    static const char *const ends[] = {"running", "done", "closed", "reset", "gone", "stopped"};
    struct origin_entry entry;

    for (size_t i = 0; origin_journal_get(o, NULL, i, &entry); i++)
    {
        char range[64];

        format_range(&entry, range, sizeof(range));
        printf("  %3u: connection %u, %s %s%s%s -> %d, %llu bytes from %llu of version %u, %s\n",
               (unsigned int)i, entry.connection, entry.method, entry.path, range,
               entry.range_count > 1 ? " and more" : "", entry.status,
               (unsigned long long)entry.body_sent, (unsigned long long)entry.body_begin,
               (unsigned int)entry.version, ends[entry.end]);
    }
}

/* ---- Counting ---- */

/* Disjoint where the version is the same, in no order. */
struct piece_set
{
    struct piece *items;
    size_t count, capacity;
};

static void append(struct piece_set *set, const struct piece *piece)
{
    if (piece->begin >= piece->end) return;
    if (set->count == set->capacity)
    {
        set->capacity = set->capacity ? 2 * set->capacity : 32;
        if (!(set->items = realloc(set->items, set->capacity * sizeof(*set->items)))) abort();
    }
    set->items[set->count++] = *piece;
}

/* Adds what is not there, answers how many bytes were. */
static uint64_t add_to_set(struct piece_set *set, struct piece piece)
{
    uint64_t twice = 0;

    for (size_t i = 0; i < set->count && piece.begin < piece.end; i++)
    {
        struct piece item = set->items[i], front = piece;

        if (item.begin < piece.begin) item.begin = piece.begin;
        if (item.end > piece.end) item.end = piece.end;
        if (item.version != piece.version || item.begin >= item.end) continue;
        twice += item.end - item.begin;
        /* What is in front of it is looked at by itself, what is behind goes on. */
        front.end = item.begin;
        if (front.begin < front.end) twice += add_to_set(set, front);
        piece.begin = item.end;
    }
    append(set, &piece);
    return twice;
}

static uint64_t set_total(const struct piece_set *set, uint32_t version)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < set->count; i++)
        if (set->items[i].version == version) bytes += set->items[i].end - set->items[i].begin;
    return bytes;
}

/* The caller holds the mutex. */
static void count_pieces(const struct origin *o, const char *path, uint32_t version,
                         const uint64_t *stops, size_t stop_count, struct piece_set *received,
                         struct origin_tally *tally)
{
    for (size_t i = 0; i < o->piece_count; i++)
    {
        struct piece piece = o->pieces[i];
        const struct origin_entry *entry = &o->entries[piece.entry];

        if (!is_on_path(entry, path) || strcmp(entry->method, "GET") != 0 ||
            (version != ORIGIN_ANY_VERSION && piece.version != version))
            continue;
        tally->sent += piece.end - piece.begin;
        for (; stop_count && *stops >= piece.begin && *stops <= piece.end; stops++, stop_count--)
            piece.end = *stops;
        tally->twice += add_to_set(received, piece);
    }
}

void origin_count(struct origin *o, const char *path, uint32_t version, const uint64_t *stops,
                  size_t stop_count, struct origin_tally *tally)
{
    struct piece_set received = {0};
    struct route *route;

    memset(tally, 0, sizeof(*tally));
    os_lock(&o->mutex);
    for (size_t i = 0; i < o->entry_count; i++)
    {
        if (!is_on_path(&o->entries[i], path)) continue;
        tally->heads += !strcmp(o->entries[i].method, "HEAD");
        tally->gets += !strcmp(o->entries[i].method, "GET");
    }
    count_pieces(o, path, version, stops, stop_count, &received, tally);
    if ((route = origin_find_route(o, path)))
    {
        uint64_t have =
            set_total(&received, version == ORIGIN_ANY_VERSION ? route->file.version : version);

        if (have < route->file.size) tally->missing = route->file.size - have;
    }
    os_unlock(&o->mutex);
    free(received.items);
}

bool origin_check_no_overlap(struct origin *o, const char *path, const uint64_t *stops,
                             size_t stop_count)
{
    struct origin_tally tally;

    origin_count(o, path, ORIGIN_ANY_VERSION, stops, stop_count, &tally);
    if (!tally.twice && !tally.missing) return true;
    printf("%s: %llu bytes twice, %llu missing:\n", path, (unsigned long long)tally.twice,
           (unsigned long long)tally.missing);
    origin_journal_print(o);
    return false;
}
