/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A body that comes in chunks: RFC 9112, 7.1. Pure; knows no lock. */
#ifndef OPENBITS_NET_HTTP_CHUNKS_H
#define OPENBITS_NET_HTTP_CHUNKS_H

#include "base/types.h"

#define HTTP_CHUNK_LINE_MAX     256   /* size and extensions */
#define HTTP_CHUNK_OVERHEAD_MAX 65536 /* bytes of lines, more than there was data before */

enum http_chunks_state
{
    HTTP_CHUNKS_SIZE,
    HTTP_CHUNKS_DATA,
    HTTP_CHUNKS_DATA_END,
    HTTP_CHUNKS_TRAILER,
    HTTP_CHUNKS_COMPLETE,
    HTTP_CHUNKS_REFUSED
};

/* A zeroed struct is at the beginning. */
struct http_chunks
{
    enum http_chunks_state state;
    uint64_t left; /* of the chunk */
    size_t line_len;
    unsigned int digits;
    bool is_line_read; /* the size is, an extension may follow */
    bool has_return;
    size_t overhead;
};

/* Takes bytes up to the end of one piece of data, and shows the piece; *data_size may be 0.
 * E_INVALIDARG and for ever REFUSED for what is not chunks, or too much around little. */
HRESULT http_chunks_feed(struct http_chunks *chunks, const uint8_t *bytes, size_t size,
                         size_t *used, const uint8_t **data, size_t *data_size);

#endif
