/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server's side of the upload protocol, on a path of a scripted origin. It is honest unless it
 * is told to misbehave, keeps what it receives in memory, and has a journal of packets. No name
 * that a client sends is used as one: there is nothing to be tricked out of a folder. Functions may
 * be called on any thread. */
#ifndef OPENBITS_TESTS_UPLOAD_SERVER_H
#define OPENBITS_TESTS_UPLOAD_SERVER_H

#include "harness/origin.h"

#define UP_GUID       "{7df0354d-249b-430f-820d-3d2a9bef4931}"
#define UP_ID_SIZE    104
#define UP_SIZE_LIMIT ((uint64_t)1 << 30) /* of a file, whatever a client says */

enum up_packet
{
    UP_CREATE,
    UP_PING,
    UP_FRAGMENT,
    UP_CLOSE,
    UP_CANCEL,
    UP_PACKET_COUNT,
    UP_OTHER = UP_PACKET_COUNT
};

enum up_fault_kind
{
    UP_NONE,
    UP_STATUS,    /* answers with status value; text: more lines, each with CRLF, or NULL */
    UP_FORGET,    /* loses all sessions, then goes on */
    UP_REWIND,    /* loses what it has from byte value on, then goes on */
    UP_SAY,       /* does it, and says that byte value comes next */
    UP_LEAVE_OUT, /* does it, and answers without the field of this name */
    UP_INSTEAD,   /* the same, with another value: text is "Name: value" */
    UP_ADD,       /* does it, and adds the lines */
    UP_CUT,       /* ends the connection after value bytes of the body, and keeps none */
    UP_MUTE,      /* does it, and ends the connection without an answer */
    UP_HOLD,      /* does it, and waits at gate value before it answers */
    UP_PAGE       /* answers 200 with a page, as a server that knows nothing of uploads */
};

struct up_fault
{
    enum up_packet packet;
    unsigned int first; /* of the packets of this type, from 1 */
    unsigned int count; /* from there on; 0: all */
    enum up_fault_kind kind;
    uint64_t value;
    const char *text; /* must outlive the origin */
};

/* Zeroes: an honest server without limits. Texts must outlive the origin. */
struct up_options
{
    uint64_t max_size;      /* of a file; larger ones are refused */
    uint64_t max_fragment;  /* larger ones are answered with 413 */
    const char *host_id;    /* lines "BITS-Host-Id" and ... */
    const char *fallback;   /* ... its timeout */
    const char *reply_path; /* of this origin, told with the last fragment */
    const char *reply_url;  /* the same, as it is */
    const char *challenge;  /* a line, with CRLF, for whoever is not allowed in ... */
    bool (*is_allowed)(const struct origin_request *r); /* ... by this; NULL: all are */
    bool has_plain_ids;                                 /* sessions are numbers */
    bool is_create_200;                                 /* in place of 201 */
    bool is_lower_case;                                 /* names of fields */
    bool is_old_error;                                  /* BITS-Error in place of BITS-Error-Code */
    bool keeps_files; /* an existing file is not overwritten: 403 */
    bool has_bodies;  /* answers have bodies */
    bool closes;      /* the connection, after each answer */
};

struct up_entry
{
    enum up_packet packet;
    unsigned int connection;
    int status; /* 0: not answered */
    uint64_t first, last, total;
    bool is_named; /* Content-Name */
    uint64_t body; /* bytes that came */
    char session[UP_ID_SIZE];
};

struct up_counts
{
    unsigned int packets[UP_PACKET_COUNT + 1];
    unsigned int sessions;  /* that are open */
    unsigned int delivered; /* files, with their last fragment or an empty Close */
    unsigned int closed, cancelled;
    uint64_t received; /* bytes of bodies of fragments */
};

struct up_server;

/* NULL options: zeroes. Lives as long as the origin is used; freed after it with up_free(). */
struct up_server *up_serve(struct origin *o, const char *path, const struct up_options *options);
void up_free(struct up_server *server);

void up_add_fault(struct up_server *server, const struct up_fault *fault);
void up_clear_faults(struct up_server *server);
void up_set_options(struct up_server *server, const struct up_options *options);

void up_get_counts(struct up_server *server, struct up_counts *counts);
size_t up_journal_count(struct up_server *server);
bool up_journal_get(struct up_server *server, size_t index, struct up_entry *entry);
void up_journal_print(struct up_server *server);
/* False when the time is over. */
bool up_wait_packets(struct up_server *server, enum up_packet packet, unsigned int count,
                     unsigned int ms);
bool up_wait_received(struct up_server *server, uint64_t bytes, unsigned int ms);

/* Is the file that was delivered last of this size, and of the synthetic bytes of the version? */
bool up_has_file(struct up_server *server, uint64_t size, uint32_t version);
/* Its bytes, to be freed; NULL: there is none, or it is empty. */
void *up_copy_file(struct up_server *server, uint64_t *size);
bool up_has_any_file(struct up_server *server);

#endif
