/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of the upload server among themselves. Its mutex guards everything but the origin;
 * nothing is sent or received under it. */
#ifndef OPENBITS_TESTS_UPLOAD_SERVER_PRIVATE_H
#define OPENBITS_TESTS_UPLOAD_SERVER_PRIVATE_H

#include "harness/os.h"
#include "harness/upload_server.h"

#define UP_FAULTS_MAX 16

struct up_session
{
    struct up_session *next;
    char id[UP_ID_SIZE];
    uint8_t *data;
    uint64_t capacity;
    uint64_t received;
    uint64_t total; /* of the first fragment */
    bool has_total;
    bool is_delivered;
};

struct up_server
{
    struct origin *origin;
    os_mutex mutex;
    struct up_options options;
    struct up_fault faults[UP_FAULTS_MAX];
    unsigned int fault_count;
    struct up_session *sessions;
    struct up_counts counts;
    struct up_entry *entries;
    size_t entry_count, entry_capacity;
    uint8_t *file;
    uint64_t file_size;
    bool has_file;
};

/* Callers hold the mutex. */
struct up_session *up_session_create(struct up_server *server);
struct up_session *up_session_find(struct up_server *server, const char *id);
void up_session_destroy(struct up_server *server, struct up_session *s);
void up_session_store(struct up_session *s, uint64_t offset, const void *data, size_t size);
void up_deliver(struct up_server *server, struct up_session *s);
struct up_fault up_find_fault(struct up_server *server, enum up_packet packet,
                              unsigned int ordinal);
size_t up_journal_add(struct up_server *server, const struct up_entry *entry);

enum up_packet up_packet_of(const char *name);

/* upload_answer.c: the origin's handler. */
void up_answer(struct origin_conn *c, const struct origin_request *r, void *ctx);

#endif
