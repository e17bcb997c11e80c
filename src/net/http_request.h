/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The head of an HTTP request, for a server that trusts nobody: whole, checked and bounded before
 * anything of it is looked at. Pure; knows no lock. */
#ifndef OPENBITS_NET_HTTP_REQUEST_H
#define OPENBITS_NET_HTTP_REQUEST_H

#include "base/types.h"

#define HTTP_REQUEST_SIZE_MAX   16384 /* with the empty line */
#define HTTP_REQUEST_FIELDS_MAX 64

enum http_request_state
{
    HTTP_REQUEST_PARTIAL,
    HTTP_REQUEST_COMPLETE,
    HTTP_REQUEST_REFUSED /* to be answered 400, then the connection ends */
};

/* A part of the head; not terminated. */
struct http_part
{
    const char *at;
    size_t len;
};

struct http_request_field
{
    struct http_part name;
    struct http_part value; /* trimmed */
};

/* What is below is there once the state is complete, and until the next reset. */
struct http_request
{
    enum http_request_state state;

    struct http_part method;
    struct http_part target;
    unsigned int version_major, version_minor;

    struct http_request_field fields[HTTP_REQUEST_FIELDS_MAX];
    size_t field_count;
    bool has_content_length;
    uint64_t content_length;
    bool has_connection_close;

    /* Private. */
    char *raw;
    size_t raw_size, raw_capacity;
};

/* A zeroed struct is initialised. */
void http_request_init(struct http_request *request);

void http_request_done(struct http_request *request);

/* Forgets everything but the memory. To be called before every request. */
void http_request_reset(struct http_request *request);

/* Takes bytes up to the end of the head and tells how many. E_INVALIDARG and for ever REFUSED for
 * what no honest client sends: two lengths, any Transfer-Encoding, folded or malformed fields, NUL,
 * a bare CR or LF, too much of anything. Or E_OUTOFMEMORY. */
HRESULT http_request_feed(struct http_request *request, const void *data, size_t size,
                          size_t *used);

/* Has anything of a request been received? */
bool http_request_is_begun(const struct http_request *request);

bool http_part_is(struct http_part part, const char *text);

/* The only field of this name, in lower case; NULL when there is none or several, *count says. */
const struct http_request_field *http_request_find(const struct http_request *request,
                                                   const char *name, size_t *count);

/* The path of the target, unescaped and terminated, without a query. False when it does not fit,
 * has a query, escapes a NUL or is no path. */
bool http_request_path(const struct http_request *request, char *path, size_t size);

#endif
