/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the server of content retrieval answers: [MS-BPCR] 3.2.5 as functions of one request, who
 * sent it and the records there are. Does not send and knows no time; knows no lock. */
#ifndef OPENBITS_PEER_CONTENT_REQUEST_H
#define OPENBITS_PEER_CONTENT_REQUEST_H

#include "net/http_request.h"
#include "peer/content_message.h"
#include "peer/content_ranges.h"

#define CONTENT_PATH         "/BITS-peer-caching"
#define CONTENT_ANSWERED_MAX 16 /* records of one answer, whatever was asked for */

/* Where the records are; only those that may be served. A call may wait for the disk. */
struct content_store
{
    void *ctx;

    /* Adds at most max records that may match; what does not is dropped by the caller. */
    HRESULT(*search)
    (void *ctx, const struct content_query *query, size_t max, struct content_results *results);

    /* The record and a reader that keeps it. On failure both are empty. */
    HRESULT (*open)(void *ctx, const GUID *id, struct content_record *record, void **reader);

    /* All of these bytes or a failure. */
    HRESULT (*read)(void *ctx, void *reader, uint64_t position, void *data, size_t size);
    void (*close)(void *ctx, void *reader);
};

/* A zeroed struct is empty. */
struct content_answer
{
    unsigned int status;
    bool is_last; /* the connection ends with it */
    bool is_head; /* the body is not sent */
    struct byte_buffer body;

    /* The data of a record; reader is NULL without. */
    const struct content_store *store;
    void *reader;
    struct content_record record;
    uint64_t total;             /* size of the record */
    struct content_asked asked; /* of status 206; else one range, which may be empty */
    char boundary[CONTENT_BOUNDARY_SIZE];
};

enum content_next
{
    CONTENT_NEXT_ANSWER, /* the answer is there */
    CONTENT_NEXT_DROP,   /* it is, once the body of the request has been read and forgotten */
    CONTENT_NEXT_SEARCH  /* content_request_search() makes it of the body */
};

/* The request is complete or refused. A boundary serves for several parts. */
enum content_next content_request_decide(const struct http_request *request, bool is_trusted,
                                         bool is_busy, const struct content_store *store,
                                         const char *boundary, struct content_answer *answer);

void content_request_search(const void *body, size_t size, const struct content_store *store,
                            struct content_answer *answer);

/* Turns it into one with this status and nothing in it. */
void content_answer_fail(struct content_answer *answer, unsigned int status);

/* Bytes that follow the head, also of one whose body is not sent. */
uint64_t content_answer_size(const struct content_answer *answer);

/* Adds status line and fields. */
HRESULT content_answer_write_head(const struct content_answer *answer, filetime_t now,
                                  struct byte_buffer *head);

void content_answer_done(struct content_answer *answer);

#endif
