/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A scripted HTTP/1.1 origin inside of the test process, on 127.0.0.1 or ::1. A path is served
 * honestly (origin_add), by a handler of the test (origin_handle) or with a ready-made fault
 * (origin_faults.h). Everything is kept in a journal. Unless another thing is said, functions may
 * be called on any thread, and texts that are handed in are copied. */
#ifndef OPENBITS_TESTS_ORIGIN_H
#define OPENBITS_TESTS_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORIGIN_RANGES_MAX  1024
#define ORIGIN_OPEN        UINT64_MAX /* end of a range that has none */
#define ORIGIN_ANY_VERSION UINT32_MAX

#if defined(_WIN32) && !defined(__clang__)
#define ORIGIN_PRINTF(format_arg, first) __attribute__((format(gnu_printf, format_arg, first)))
#else
#define ORIGIN_PRINTF(format_arg, first) __attribute__((format(printf, format_arg, first)))
#endif

struct origin;
struct origin_conn;

/* ---- The server ---- */

struct origin_options
{
    bool is_v6;
    int backlog;     /* 0: 128 */
    int send_buffer; /* bytes that the system may hold; 0: its default */
};

/* NULL options mean zeroes. NULL when there is no socket. */
struct origin *origin_start(const struct origin_options *options);
/* Resets what runs and returns when all of its threads are gone; the journal can still be read. */
void origin_stop(struct origin *o);
/* Stops and frees it. */
void origin_destroy(struct origin *o);

uint16_t origin_port(const struct origin *o);
/* "http://127.0.0.1:port" and the path; returns the buffer. */
char *origin_url(const struct origin *o, const char *path, char *buffer, size_t size);
/* A port of 127.0.0.1 where nothing listens. */
uint16_t origin_dead_port(void);

/* false: connections wait in the backlog, which the client takes for connected. */
void origin_set_accepting(struct origin *o, bool is_accepting);

/* ---- Honest files ---- */

enum origin_file_flags
{
    ORIGIN_NO_HEAD = 0x1,           /* 405 */
    ORIGIN_NO_RANGES = 0x2,         /* always 200 with all of it */
    ORIGIN_NO_LENGTH = 0x4,         /* chunked, and no length to HEAD */
    ORIGIN_NO_LAST_MODIFIED = 0x8,  /* else NULL stands for a date made from the version */
    ORIGIN_NO_PRECONDITIONS = 0x10, /* If-Match and If-Unmodified-Since are not looked at */
    ORIGIN_CLOSE = 0x20,            /* says "Connection: close" and does so */
    ORIGIN_CLOSE_SILENTLY = 0x40    /* closes after each answer without saying so */
};

struct origin_file
{
    uint64_t size;
    uint32_t version; /* of the bytes, see synthetic.h */
    const char *last_modified;
    const char *etag;    /* with quotes; NULL: none */
    const char *headers; /* more lines, each with CRLF; NULL: none */
    unsigned int flags;
    uint64_t rate; /* bytes of body per second for each answer; 0: no limit */
};

/* Offers a file, or another one in its place, from the next request on; answers that run go on. A
 * path that ends in '*' stands for all that begin like it. */
void origin_add(struct origin *o, const char *path, const struct origin_file *file);

/* Below, "body bytes of the path" are those of synthetic bodies that were handed to the socket, in
 * all answers together. */

/* Once this many body bytes of the path are sent, it offers the other file. is_cut: the answer that
 * runs ends there, and its connection; else it goes on with the old bytes. */
void origin_swap_after(struct origin *o, const char *path, uint64_t bytes,
                       const struct origin_file *file, bool is_cut);

/* Not more body bytes of the path than this are sent until origin_release(); is forgotten then. */
void origin_hold_after(struct origin *o, const char *path, uint64_t bytes);
void origin_release(struct origin *o, const char *path);

enum origin_cut_flags
{
    ORIGIN_CUT_RESET = 0x1, /* with RST; else with FIN */
    ORIGIN_CUT_RAW = 0x2,   /* counts every byte of the answer, also its head */
    ORIGIN_CUT_ANY = 0x4    /* answers to all methods; else only those to GET */
};

/* Ends the connection after this many body bytes of an answer; the next so many answers, 0: all. */
void origin_cut_after(struct origin *o, const char *path, uint64_t bytes, unsigned int flags,
                      unsigned int answers);

/* ---- Handlers ---- */

struct origin_range
{
    uint64_t begin; /* of a suffix range: bytes from the end */
    uint64_t end;   /* first byte after it, or ORIGIN_OPEN */
    bool is_suffix;
};

struct origin_request
{
    const char *method;
    const char *target;      /* as it was sent */
    const char *path;        /* without scheme, host and query */
    const char *query;       /* without '?'; empty without */
    const char *head;        /* request line and header lines */
    uint64_t body_size;      /* what Content-Length says */
    unsigned int ordinal;    /* among requests of this method to this path, from 1 */
    unsigned int connection; /* from 1 */
    unsigned int range_count;
    const struct origin_range *ranges;
};

typedef void (*origin_handler)(struct origin_conn *c, const struct origin_request *r, void *ctx);

/* Requests to this path run the handler, each on the thread of its connection. The connection is
 * kept when the handler returns, unless it was ended or the client wants it closed. */
void origin_handle(struct origin *o, const char *path, origin_handler handler, void *ctx);

/* The value of the first header line of this name; false, and empty, without. */
bool origin_header(const char *head, const char *name, char *buffer, size_t size);

/* For handlers only, on their own thread. false: the connection is gone, the rest does nothing. */
bool origin_send(struct origin_conn *c, const void *data, size_t size);
bool origin_sendf(struct origin_conn *c, const char *format, ...) ORIGIN_PRINTF(2, 3);
bool origin_send_body(struct origin_conn *c, uint32_t version, uint64_t offset, uint64_t length);
bool origin_pause(struct origin_conn *c, unsigned int ms);
bool origin_wait_gate(struct origin_conn *c, unsigned int gate);
/* Bytes of the request's body, 0 at its end, -1 when the connection is gone. */
int origin_recv_body(struct origin_conn *c, void *buffer, size_t size);
void origin_close(struct origin_conn *c);
void origin_reset(struct origin_conn *c);
/* Waits until the client ends the connection. */
void origin_stall(struct origin_conn *c);
/* The honest answer. */
void origin_serve(struct origin_conn *c, const struct origin_request *r,
                  const struct origin_file *file);
/* The bytes that a range means in a file of this size; false when it has none. */
bool origin_resolve_range(const struct origin_range *range, uint64_t size, uint64_t *begin,
                          uint64_t *end);

/* ---- Gates: 0 to 31, closed at first. A handler waits at one until the test opens it. ---- */

void origin_open_gate(struct origin *o, unsigned int gate);
void origin_shut_gate(struct origin *o, unsigned int gate);

/* ---- Waits of the test; false when the time is over. A NULL path stands for all. ---- */

bool origin_wait_requests(struct origin *o, const char *path, size_t count, unsigned int ms);
bool origin_wait_sent(struct origin *o, const char *path, uint64_t bytes, unsigned int ms);
/* An answer waits at a hold, at a gate, or stalls. */
bool origin_wait_held(struct origin *o, const char *path, unsigned int ms);
/* No request is being answered. */
bool origin_wait_idle(struct origin *o, const char *path, unsigned int ms);
/* Not more connections than this are open. */
bool origin_wait_connections(struct origin *o, unsigned int count, unsigned int ms);

/* ---- The journal ---- */

enum origin_end
{
    ORIGIN_END_RUNNING,
    ORIGIN_END_DONE,   /* answered, connection kept */
    ORIGIN_END_CLOSED, /* by us, or by a cut */
    ORIGIN_END_RESET,  /* by us, or by a cut */
    ORIGIN_END_GONE,   /* by the client */
    ORIGIN_END_STOPPED
};

struct origin_entry
{
    unsigned int connection;
    unsigned int ordinal;
    char method[16];
    const char *path; /* texts live as long as the origin */
    const char *target;
    const char *head;
    unsigned int range_count;
    struct origin_range range; /* the first */
    int status;                /* the last that was sent; 0: none */
    uint32_t version;          /* of the body that was sent last */
    uint64_t body_begin;       /* where the first byte of the body was taken from */
    uint64_t body_sent;        /* synthetic bytes */
    uint64_t raw_sent;         /* all bytes */
    uint64_t begin_ms;         /* of test_ticks() */
    uint64_t end_ms;
    enum origin_end end;
};

/* Of requests to this path; NULL: of all. */
size_t origin_journal_count(struct origin *o, const char *path);
/* In the order of arrival; false when there is none of this index. */
bool origin_journal_get(struct origin *o, const char *path, size_t index,
                        struct origin_entry *entry);
/* Prints all of it, for a test that has failed. */
void origin_journal_print(struct origin *o);
unsigned int origin_connection_count(struct origin *o);

struct origin_tally
{
    unsigned int heads;
    unsigned int gets;
    uint64_t sent;    /* body bytes handed to sockets */
    uint64_t twice;   /* bytes asked for although they had been received */
    uint64_t missing; /* bytes of the file that nobody asked for */
};

/* Adds up the answers to GET, of one version or of all (bytes of two versions are never the same
 * byte). The origin cannot know how much of a broken answer the client has taken: stops are the
 * places where it stopped, in order; without them all that was handed to the socket counts as
 * received. Missing is what is not there of the version asked for; of any: of the present one. */
void origin_count(struct origin *o, const char *path, uint32_t version, const uint64_t *stops,
                  size_t stop_count, struct origin_tally *tally);

/* The oracle of "nothing twice": no byte was fetched again, and none is missing. Prints the journal
 * when not. */
bool origin_check_no_overlap(struct origin *o, const char *path, const uint64_t *stops,
                             size_t stop_count);

#endif
