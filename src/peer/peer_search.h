/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which peers have a file: one search for all who want to know, and its result for a while. Belongs
 * to the peers' thread. */
#ifndef OPENBITS_PEER_PEER_SEARCH_H
#define OPENBITS_PEER_PEER_SEARCH_H

#include "base/list.h"
#include "peer/content_search.h"
#include "peer/peer_link.h"

/* A peer that is wrong about a file, or too slow with it, costs some time; two are enough. */
#define PEER_FAILURES_MAX 2

struct peer_searches;

/* A version of a file, and who has what of it. */
struct peer_file
{
    struct content_query query; /* immutable after create */

    /* Private. */
    struct list entry;
    struct peer_searches *searches;
    struct content_search search;
    struct content_search_port port;
    bool is_searching;
    bool is_taken_back; /* before anybody had answered */
    bool is_refused;    /* peers have something else under its name */
    tick_t end;         /* of the search; its result is worth something for a while */
    struct list holders;
    struct list attempts;
    unsigned int failures;
    unsigned int users;
};

/* Bytes of the file that one peer has, in one record. */
struct peer_part
{
    char fqdn[CONTENT_PEER_NAME_SIZE];
    struct content_wish wish; /* [begin, end) of the record */
    uint64_t length;          /* of the file, from the byte that was asked for */
};

/* changed: there may be more to find, or the search is over. */
HRESULT peer_searches_create(const struct peer_host *host, struct peer_links *links,
                             void (*changed)(void *ctx, struct peer_file *file), void *ctx,
                             struct peer_searches **out);
/* Nobody uses a file any more. NULL is welcome. */
void peer_searches_destroy(struct peer_searches *searches);

/* The file of these values; a search begins unless one was made a short time ago. url is UTF-8 and
 * copied. Ends with peer_file_release(). */
HRESULT peer_searches_get(struct peer_searches *searches, const char *url, filetime_t mtime,
                          uint64_t size, struct peer_file **out);
/* has_waited: what was not found in that time counts as not there for a while. A search that is
 * taken back earlier says nothing. */
void peer_file_release(struct peer_file *file, bool has_waited);

/* Is somebody still being asked? */
bool peer_file_is_searching(const struct peer_file *file);
/* The first peer that has the byte, and how much from there on. */
bool peer_file_find(struct peer_file *file, uint64_t begin, uint64_t end, struct peer_part *part);
/* The peer is not to be asked for this file again. */
void peer_file_reject(struct peer_file *file, const char *fqdn);

/* What peers have of it is wrong: nobody is asked for an hour. */
void peer_searches_refuse(struct peer_searches *searches, const char *url, filetime_t mtime,
                          uint64_t size);

/* Something of a peer is known that was not before, or discovery is over; from the thread's
 * inbox. */
void peer_searches_found(struct peer_searches *searches);
void peer_searches_discovered(struct peer_searches *searches);

/* Does what is due and tells the next time. */
tick_t peer_searches_run(struct peer_searches *searches, tick_t now);

#endif
