/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How one request to a peer ended, and what makes an answer good: [MS-BPCR] 3.1.5 and what a client
 * that trusts no server adds. Pure. */
#ifndef OPENBITS_PEER_CONTENT_OUTCOME_H
#define OPENBITS_PEER_CONTENT_OUTCOME_H

#include "net/http_message.h"
#include "peer/content_message.h"

enum content_outcome
{
    CONTENT_FOUND, /* of a download: all bytes are there */
    CONTENT_NONE,
    CONTENT_CLIENT_STRANGE, /* the server does not know our certificate */
    CONTENT_SERVER_STRANGE, /* we do not know the server's */
    CONTENT_DENIED,
    CONTENT_REFUSED, /* the search makes no sense to the server */
    CONTENT_BROKEN,  /* nor its answer to us */
    CONTENT_BUSY,
    CONTENT_TRANSPORT, /* connection, TLS, another status of HTTP */
    CONTENT_TIMEOUT,
    CONTENT_STOPPED, /* by us */
    CONTENT_OUTCOME_COUNT
};

/* What a download asks for: bytes of a record whose size is known from the search. */
struct content_wish
{
    GUID id;
    uint64_t begin, end; /* in the record; begin < end <= total */
    uint64_t total;
    bool is_whole;    /* no Range: all of it */
    filetime_t mtime; /* of the URL; 0: do not ask that it be the same */
    bool is_head;     /* the fields only */
};

/* May the body of this answer to a search be read, and how long is it? CONTENT_FOUND: yes. */
enum content_outcome content_judge_search_head(const struct http_head *head, uint64_t *size);

/* Reads the answer; only with CONTENT_FOUND there are results, at least one, that match. */
enum content_outcome content_judge_search(const void *body, size_t size,
                                          const struct content_query *query,
                                          struct content_results *results);

/* May the body of this answer to a download be used? It has to begin at *position of the record and
 * to have *size bytes, also when it comes in chunks. */
enum content_outcome content_judge_download(const struct http_head *head,
                                            const struct content_wish *wish, uint64_t *position,
                                            uint64_t *size);

struct content_basic_info
{
    filetime_t created, accessed, written, changed;
    uint32_t attributes;
};

/* Reads BITS_BASIC_INFO; attributes that no peer may set are taken away. */
bool content_parse_basic_info(const char *text, size_t len, struct content_basic_info *info);

/* The same of an answer; false without one. */
bool content_find_basic_info(const struct http_head *head, struct content_basic_info *info);

#endif
