/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Sessions, faults and the journal of the upload server; its answers are in upload_answer.c. */
#include "harness/upload_server_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/synthetic.h"

#define POLL_MS 20

static const char *const packet_names[] = {"create-session", "ping", "fragment", "close-session",
                                           "cancel-session"};

enum up_packet up_packet_of(const char *name)
{
    for (int i = 0; i < UP_PACKET_COUNT; i++)
    {
        const char *a = packet_names[i], *b = name;

        while (*a && (*b | 0x20) == (*a | 0x20))
            a++, b++;
        if (!*a && !*b) return (enum up_packet)i;
    }
    return UP_OTHER;
}

/* ---- sessions ---- */

static void make_id(struct up_server *server, char id[UP_ID_SIZE])
{
    uint32_t r[4];

    if (!os_random(r, sizeof(r))) abort();
    if (server->options.has_plain_ids)
        snprintf(id, UP_ID_SIZE, "-%u%u%u", r[0], r[1], r[2]);
    else
        snprintf(id, UP_ID_SIZE, "{%08X-%04X-%04X-%04X-%04X%08X}", r[0], r[1] >> 16, r[1] & 0xffff,
                 r[2] >> 16, r[2] & 0xffff, r[3]);
}

struct up_session *up_session_create(struct up_server *server)
{
    struct up_session *s = calloc(1, sizeof(*s));

    if (!s) abort();
    make_id(server, s->id);
    s->next = server->sessions;
    server->sessions = s;
    server->counts.sessions++;
    return s;
}

struct up_session *up_session_find(struct up_server *server, const char *id)
{
    struct up_session *s = server->sessions;

    while (s && strcmp(s->id, id))
        s = s->next;
    return s;
}

void up_session_destroy(struct up_server *server, struct up_session *s)
{
    struct up_session **link = &server->sessions;

    while (*link != s)
        link = &(*link)->next;
    *link = s->next;
    server->counts.sessions--;
    free(s->data);
    free(s);
}

void up_session_store(struct up_session *s, uint64_t offset, const void *data, size_t size)
{
    if (offset + size > s->capacity)
    {
        uint64_t capacity = s->capacity ? s->capacity : 65536;

        while (capacity < offset + size)
            capacity *= 2;
        if (!(s->data = realloc(s->data, (size_t)capacity))) abort();
        s->capacity = capacity;
    }
    memcpy(s->data + offset, data, size);
    s->received = offset + size;
}

void up_deliver(struct up_server *server, struct up_session *s)
{
    free(server->file);
    server->file = s->data;
    server->file_size = s->received;
    server->has_file = true;
    s->data = NULL;
    s->capacity = 0;
    s->is_delivered = true;
    server->counts.delivered++;
}

/* ---- faults ---- */

struct up_fault up_find_fault(struct up_server *server, enum up_packet packet, unsigned int ordinal)
{
    for (unsigned int i = 0; i < server->fault_count; i++)
    {
        const struct up_fault *fault = &server->faults[i];

        if (fault->packet == packet && ordinal >= fault->first &&
            (!fault->count || ordinal - fault->first < fault->count))
            return *fault;
    }
    return (struct up_fault){.kind = UP_NONE};
}

void up_add_fault(struct up_server *server, const struct up_fault *fault)
{
    os_lock(&server->mutex);
    if (server->fault_count == UP_FAULTS_MAX) abort();
    server->faults[server->fault_count++] = *fault;
    os_unlock(&server->mutex);
}

void up_clear_faults(struct up_server *server)
{
    os_lock(&server->mutex);
    server->fault_count = 0;
    os_unlock(&server->mutex);
}

void up_set_options(struct up_server *server, const struct up_options *options)
{
    os_lock(&server->mutex);
    server->options = *options;
    os_unlock(&server->mutex);
}

/* ---- the journal ---- */

size_t up_journal_add(struct up_server *server, const struct up_entry *entry)
{
    if (server->entry_count == server->entry_capacity)
    {
        server->entry_capacity = server->entry_capacity ? server->entry_capacity * 2 : 64;
        server->entries =
            realloc(server->entries, server->entry_capacity * sizeof(*server->entries));
        if (!server->entries) abort();
    }
    server->entries[server->entry_count] = *entry;
    return server->entry_count++;
}

size_t up_journal_count(struct up_server *server)
{
    size_t count;

    os_lock(&server->mutex);
    count = server->entry_count;
    os_unlock(&server->mutex);
    return count;
}

bool up_journal_get(struct up_server *server, size_t index, struct up_entry *entry)
{
    bool is_there;

    os_lock(&server->mutex);
    if ((is_there = index < server->entry_count)) *entry = server->entries[index];
    os_unlock(&server->mutex);
    return is_there;
}

void up_journal_print(struct up_server *server)
{
    struct up_entry e;

    for (size_t i = 0; up_journal_get(server, i, &e); i++)
        printf("%3u %-14s %3d %llu-%llu/%llu, body %llu%s %s\n", e.connection,
               e.packet < UP_PACKET_COUNT ? packet_names[e.packet] : "?", e.status,
               (unsigned long long)e.first, (unsigned long long)e.last, (unsigned long long)e.total,
               (unsigned long long)e.body, e.is_named ? ", named" : "", e.session);
}

void up_get_counts(struct up_server *server, struct up_counts *counts)
{
    os_lock(&server->mutex);
    *counts = server->counts;
    os_unlock(&server->mutex);
}

bool up_wait_packets(struct up_server *server, enum up_packet packet, unsigned int count,
                     unsigned int ms)
{
    uint64_t end = os_ticks() + ms;
    struct up_counts counts;

    for (;;)
    {
        up_get_counts(server, &counts);
        if (counts.packets[packet] >= count) return true;
        if (os_ticks() >= end) return false;
        os_sleep(POLL_MS);
    }
}

bool up_wait_received(struct up_server *server, uint64_t bytes, unsigned int ms)
{
    uint64_t end = os_ticks() + ms;
    struct up_counts counts;

    for (;;)
    {
        up_get_counts(server, &counts);
        if (counts.received >= bytes) return true;
        if (os_ticks() >= end) return false;
        os_sleep(1);
    }
}

/* ---- files ---- */

bool up_has_any_file(struct up_server *server)
{
    bool has_file;

    os_lock(&server->mutex);
    has_file = server->has_file;
    os_unlock(&server->mutex);
    return has_file;
}

bool up_has_file(struct up_server *server, uint64_t size, uint32_t version)
{
    bool is_same;

    os_lock(&server->mutex);
    is_same = server->has_file && server->file_size == size &&
              (!size || synthetic_check(version, 0, server->file, (size_t)size) == size);
    os_unlock(&server->mutex);
    return is_same;
}

void *up_copy_file(struct up_server *server, uint64_t *size)
{
    void *copy = NULL;

    os_lock(&server->mutex);
    *size = server->has_file ? server->file_size : 0;
    if (*size && !(copy = malloc((size_t)*size))) abort();
    if (copy) memcpy(copy, server->file, (size_t)*size);
    os_unlock(&server->mutex);
    return copy;
}

/* ---- life ---- */

struct up_server *up_serve(struct origin *o, const char *path, const struct up_options *options)
{
    struct up_server *server = calloc(1, sizeof(*server));

    if (!server) abort();
    server->origin = o;
    if (options) server->options = *options;
    os_mutex_init(&server->mutex);
    origin_handle(o, path, up_answer, server);
    return server;
}

void up_free(struct up_server *server)
{
    if (!server) return;
    while (server->sessions)
        up_session_destroy(server, server->sessions);
    os_mutex_done(&server->mutex);
    free(server->entries);
    free(server->file);
    free(server);
}
