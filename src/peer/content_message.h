/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The messages of content retrieval: a search and its answer. Built as Windows builds them, byte
 * for byte; read in that dialect and in the one of the published schema. Pure; knows no lock. */
#ifndef OPENBITS_PEER_CONTENT_MESSAGE_H
#define OPENBITS_PEER_CONTENT_MESSAGE_H

#include "base/types.h"
#include "peer/byte_buffer.h"

#define CONTENT_BODY_MAX    (1u << 20)
#define CONTENT_URL_MAX     2200 /* characters */
#define CONTENT_ETAG_MAX    127  /* bytes; none is longer where they come from */
#define CONTENT_RANGES_MAX  1000 /* of one record */
#define CONTENT_RECORDS_ASK 5    /* what our searches ask for */

/* What Windows writes into the comment of a failure. */
#define CONTENT_E_CERT_NOT_FOUND ((HRESULT)0x80040005)

enum content_status
{
    CONTENT_SUCCESS,
    CONTENT_NOT_FOUND,
    CONTENT_OUT_OF_RESOURCES,
    CONTENT_INVALID_SEARCH,
    CONTENT_CERT_UNKNOWN,
    CONTENT_ACCESS_DENIED,
    CONTENT_UNKNOWN
};

/* A zeroed struct is empty; texts are UTF-8 and from malloc(). */
struct content_query
{
    char *url;
    filetime_t mtime; /* to the millisecond on the wire */
    bool has_size;
    uint64_t size;
    char *etag; /* NULL for none */
    uint32_t max_records;
};

/* Bytes of the URL. The record holds them one behind the other. */
struct content_piece
{
    uint64_t offset;
    uint64_t length;
};

struct content_record
{
    GUID id;
    filetime_t created, modified, accessed; /* the record's */
    char *url;
    filetime_t mtime; /* the URL's, as size and etag are */
    uint64_t size;
    char *etag;
    struct content_piece *pieces;
    size_t piece_count;
};

struct content_results
{
    enum content_status status;
    struct content_record *records;
    size_t count;
};

void content_query_done(struct content_query *query);

void content_record_done(struct content_record *record);

void content_results_done(struct content_results *results);

/* Moves the record to the end of the results; the record is empty afterwards, on failure too. */
HRESULT content_results_add(struct content_results *results, struct content_record *record);

/* Adds the body of a search; E_INVALIDARG for what cannot be written, such as a time after 9999. */
HRESULT content_build_query(const struct content_query *query, struct byte_buffer *body);

HRESULT content_build_results(const struct content_results *results, struct byte_buffer *body);

/* The answer that has a failure and nothing else; the code goes into a comment. */
HRESULT content_build_failure(HRESULT code, struct byte_buffer *body);

/* Which status a server answers for a failure. */
enum content_status content_status_of(HRESULT code);

/* Reads the body of a search. E_INVALIDARG when it is none that we take, or E_OUTOFMEMORY; empty
 * then. */
HRESULT content_parse_query(const void *body, size_t size, struct content_query *query);

/* Reads at most record_max records; the others are only counted as well-formed. Records that are
 * not valid are dropped. E_INVALIDARG when it is no answer that we take, E_OUTOFMEMORY; empty
 * then. */
HRESULT content_parse_results(const void *body, size_t size, size_t record_max,
                              struct content_results *results);

#endif
