/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Bodies of requests, as libcurl asks for them. Private to this folder. */
#ifndef OPENBITS_NET_HTTP_BODY_H
#define OPENBITS_NET_HTTP_BODY_H

#include <curl/curl.h>

#include "net/http_client.h"

/* Bytes that libcurl takes at once at most; it is built to take 2 MiB. */
#define HTTP_BODY_BUFFER (1024 * 1024L)

struct http_body_reader
{
    struct http_body body;
    uint64_t offset;              /* of the next byte */
    tick_t *deadline;             /* of the answer's head: counts from the last byte on */
    uint32_t patience_ms;         /* for it */
    bool has_failed;              /* the owner has no more bytes */
    size_t *taken;                /* counts them */
    struct throttle_user **limit; /* of their speed; NULL is in there: none, or no more */
    bool *is_paused;              /* by the limit */
};

/* The options of a request that sends one. The reader must live as long as the handle works. */
void http_body_setup(CURL *easy, struct http_body_reader *reader);

#endif
