/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of the origin among themselves. One mutex guards all that is shared; no socket is
 * touched under it. Routes and journal texts are freed only with the origin. */
#ifndef OPENBITS_TESTS_ORIGIN_PRIVATE_H
#define OPENBITS_TESTS_ORIGIN_PRIVATE_H

#include "harness/origin.h"
#include "harness/os.h"
#include "harness/sock.h"

#define HEAD_MAX   65536
#define CHUNK_SIZE 262144
#define GATES_MAX  32
#define NO_LIMIT   UINT64_MAX

/* All of origin.mutex, but what is marked. */
struct route
{
    struct route *next; /* immutable */
    char *path;         /* immutable */
    bool is_prefix;     /* immutable */

    struct origin_file file;
    origin_handler handler; /* NULL: the file */
    void *ctx;
    unsigned int gets, heads, others;
    uint64_t sent;

    uint64_t hold_at; /* NO_LIMIT: none */
    uint64_t swap_at;
    struct origin_file swap_file;
    bool is_swap_cut;
    uint64_t cut_after;
    unsigned int cut_flags;
    unsigned int cut_answers; /* UINT_MAX: all */
};

struct origin_conn
{
    struct origin *origin;
    struct os_thread thread;
    struct origin_conn *next; /* origin.mutex */
    bool is_over;             /* origin.mutex: the thread has done all it does */
    unsigned int id;
    sock_t sock; /* the rest belongs to the connection's thread */
    bool is_gone;

    struct route *route;
    struct origin_request request;
    struct origin_range *ranges;
    size_t entry; /* in the journal */
    size_t piece; /* in the list of pieces, the last of this connection */
    uint64_t cut_left;
    unsigned int cut_flags;
    uint64_t body_left; /* of the request */
    bool must_continue; /* the client waits for 100 before it sends the body */
    bool is_kept;       /* the client lets the connection live */
    uint64_t rate;      /* bytes of body per second; 0: no limit */
    uint64_t raw_sent;  /* bytes of the answer */

    char *buffer; /* HEAD_MAX bytes and a terminator */
    size_t buffered;
    char *chunk; /* CHUNK_SIZE bytes */
};

/* What the journal does not show of an entry. */
struct entry_state
{
    bool is_held;
    uint64_t delivered; /* body bytes that the system has taken */
};

/* Bytes of a file that were sent in one go. */
struct piece
{
    size_t entry;
    uint32_t version;
    uint64_t begin, end;
};

/* Memory that lives as long as the origin. */
struct kept
{
    struct kept *next;
    _Alignas(8) char bytes[];
};

struct origin
{
    uint16_t port; /* immutable */
    bool is_v6;
    int send_buffer;
    sock_t listener;
    struct os_thread acceptor;

    os_mutex mutex;
    os_cond changed; /* anything below */
    bool is_stopping;
    bool is_accepting;
    struct route *routes;
    struct origin_conn *conns;
    unsigned int open_conns;
    unsigned int total_conns;
    unsigned int open_gates; /* one bit for each */
    struct origin_entry *entries;
    struct entry_state *states; /* as many */
    size_t entry_count;
    size_t entry_capacity;
    struct piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    struct kept *kept;
};

/* origin.c. Callers hold the mutex. */
void *origin_keep_memory(struct origin *o, size_t size);
void origin_keep_file(struct origin *o, struct origin_file *to, const struct origin_file *from);
char *origin_keep_text(struct origin *o, const char *text, size_t len);
struct route *origin_find_route(struct origin *o, const char *path);

/* origin_request.c: pure. */
struct span
{
    const char *text;
    size_t len;
};

struct request_parts
{
    struct span method, target, path, query;
    uint64_t body_size;
    bool is_kept; /* the client lets the connection live */
};

/* The head is terminated; the parts point into it. */
bool origin_split_request(const char *head, struct request_parts *parts);
/* The ranges of a Range line, ORIGIN_RANGES_MAX at most; 0 when there is none or it is malformed.
 */
unsigned int origin_parse_ranges(const char *head, struct origin_range *ranges);
/* Is the header there, and is the token one of its comma separated values? */
bool origin_header_has(const char *head, const char *name, const char *token);

/* origin_conn.c: the thread of a connection. */
void origin_conn_run(void *arg);

/* origin_send.c */
/* Ends the connection; how goes into the journal. */
void origin_conn_end(struct origin_conn *c, enum origin_end end);
bool origin_conn_is_stopping(struct origin_conn *c);
/* False when the origin is stopped, and then the connection is gone. */
bool origin_conn_wait(struct origin_conn *c, enum sock_readiness readiness);
/* The caller holds the mutex. */
void origin_swap_file(struct route *route);

/* origin_journal.c */
/* Caller holds the mutex. */
size_t origin_journal_add(struct origin_conn *c);
void origin_journal_status(struct origin_conn *c, const char *data, size_t size);
/* Before the bytes are sent: a client that has them may look into the journal at once. */
void origin_journal_body(struct origin_conn *c, uint32_t version, uint64_t offset, uint64_t size);
/* After that: how many of them could be sent. */
void origin_journal_delivered(struct origin_conn *c, uint64_t size, uint64_t delivered);
void origin_journal_raw(struct origin_conn *c, size_t size);
void origin_journal_held(struct origin_conn *c, bool is_held);
void origin_journal_end(struct origin_conn *c, enum origin_end end);

/* origin_date.c: dates of HTTP. */
#define DATE_SIZE 32
void origin_format_date(uint64_t seconds, char text[DATE_SIZE]);
bool origin_parse_date(const char *text, uint64_t *seconds);

/* origin_file.c */
#define FILE_HEADERS_SIZE 4096
/* The lines of a head that describe the file: date, tag, what the test has added. */
void origin_format_file_headers(const struct origin_file *file, char *out, size_t size);
bool origin_send_file_headers(struct origin_conn *c, const struct origin_file *file);
void origin_send_simple(struct origin_conn *c, const struct origin_request *r, int status,
                        const char *headers);

/* origin_multipart.c: how an answer with several ranges is made; zeroes are an honest one. */
struct origin_multipart
{
    bool is_unnamed;            /* Content-Type names no boundary */
    bool is_wrongly_named;      /* it names another one */
    bool is_unended;            /* the last boundary is missing */
    bool is_reversed;           /* last part first */
    bool is_overlapping;        /* each part begins 10 bytes early, and says so */
    unsigned int extra_headers; /* bytes of headers more in each part */
    unsigned int blank_lines;   /* CRLF before the first boundary */
};

bool origin_send_multipart(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_file *file, const struct origin_multipart *form);

#endif
