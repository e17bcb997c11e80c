/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The head of an HTTP answer: read line by line, checked and bounded. Pure: what an answer means
 * for a download is decided elsewhere. Knows no lock: whoever owns the head guards it. */
#ifndef OPENBITS_NET_HTTP_MESSAGE_H
#define OPENBITS_NET_HTTP_MESSAGE_H

#include "base/types.h"
#include "net/http_date.h"

/* Limits of one answer; what came before it (status 1xx) counts too. */
#define HTTP_HEAD_SIZE_MAX          65536
#define HTTP_HEAD_LINES_MAX         200
#define HTTP_HEAD_LINE_MAX          16384
#define HTTP_HEAD_INFORMATIONAL_MAX 20
#define HTTP_LOCATION_MAX           8192

#define HTTP_RETRY_AFTER_MAX INT32_MAX /* seconds */

#define HTTP_RANGE_SIZE 48 /* "bytes=" and two numbers of 20 digits */

enum http_version
{
    HTTP_VERSION_NONE,
    HTTP_VERSION_1_0,
    HTTP_VERSION_1_1,
    HTTP_VERSION_2
};

enum http_head_state
{
    HTTP_HEAD_EMPTY, /* the status line comes next */
    HTTP_HEAD_FIELDS,
    HTTP_HEAD_COMPLETE,
    HTTP_HEAD_REFUSED
};

/* Content-Range; total is known when has_total. */
enum http_content_range
{
    HTTP_RANGE_ABSENT,
    HTTP_RANGE_MALFORMED,   /* also: two of them, another unit */
    HTTP_RANGE_UNSATISFIED, /* no range, only the total */
    HTTP_RANGE_PRESENT
};

enum http_transfer_coding
{
    HTTP_CODING_NONE,
    HTTP_CODING_CHUNKED,
    HTTP_CODING_OTHER
};

enum http_retry_after
{
    HTTP_RETRY_ABSENT,
    HTTP_RETRY_SECONDS,
    HTTP_RETRY_DATE
};

struct http_head
{
    enum http_head_state state;
    HRESULT failure; /* why it was refused */
    enum http_version version;
    unsigned int status;

    bool has_content_length;
    uint64_t content_length;

    enum http_content_range content_range;
    uint64_t range_first, range_last; /* both within the range */
    bool has_total;
    uint64_t total;

    char last_modified[64]; /* as written; empty when absent, too long or not printable */
    bool has_mtime;
    filetime_t mtime;

    char etag[128]; /* quotes included, without W/; empty when absent, too long or malformed */
    bool is_etag_weak;

    bool is_multipart_byteranges;
    char boundary[71]; /* empty when malformed */

    enum http_transfer_coding transfer_coding;
    bool is_peerdist;         /* Content-Encoding: peerdist; the body describes the file */
    bool has_other_encoding;  /* Content-Encoding names another one, alone or too */
    bool has_peerdist_length; /* X-P2P-PeerDist */
    uint64_t peerdist_length; /* of what the body describes */
    char *location;           /* NULL when absent or empty */
    enum http_retry_after retry_after;
    uint32_t retry_seconds;
    filetime_t retry_date;
    bool accepts_ranges; /* Accept-Ranges: bytes */
    bool refuses_ranges; /* Accept-Ranges: none */
    bool has_connection_close;
    bool is_private; /* Cache-Control: no-store or private; or it was asked for with a login */

    /* Status line and fields as received, each ended by CR LF, folded lines joined; not terminated.
     */
    char *raw;
    size_t raw_size;

    /* Private. */
    size_t raw_capacity;
    size_t field_start; /* of the field that the next line may go on with, in raw */
    size_t received_size;
    unsigned int received_lines;
    unsigned int informational_count;
};

/* A zeroed struct is initialised. */
void http_head_init(struct http_head *head);

void http_head_done(struct http_head *head);

/* Forgets everything but the memory. To be called before every answer, redirects too. */
void http_head_reset(struct http_head *head);

/* Takes one line, with or without its line end. Heads of status 1xx are read and dropped; lines
 * after the complete head are trailers: counted and dropped. Once it fails it fails for ever:
 * BG_E_INSUFFICIENT_HTTP_SUPPORT, BG_E_INVALID_SERVER_RESPONSE or E_OUTOFMEMORY. */
HRESULT http_head_feed_line(struct http_head *head, const char *line, size_t len);

bool http_head_is_complete(const struct http_head *head);

/* Seconds that the server asked to wait; 0 when it did not. At most HTTP_RETRY_AFTER_MAX. */
uint32_t http_head_retry_delay(const struct http_head *head, filetime_t now);

/* Writes the value of a Range field, bytes=first-last; false when it does not fit. */
bool http_format_range(char *text, size_t size, uint64_t first, uint64_t last);

#endif
