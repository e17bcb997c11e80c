/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A body is read from its owner piece by piece. It may be sent more than once: authentication, and
 * a connection that turned out to be closed, take it back to its beginning. */
#include "net/http_body.h"

#include "base/clock.h"

/* Of bytes for which there is a limit, so that none of them is long in coming; of that time a pause
 * makes up for nothing. */
#define PIECES_A_SECOND 16
#define PIECE_MIN       1024

static size_t limited_piece(const struct throttle_user *limit)
{
    uint64_t size = limit->throttle->rate / PIECES_A_SECOND;

    if (limit->throttle->rate == THROTTLE_UNLIMITED || size > HTTP_BODY_BUFFER)
        return HTTP_BODY_BUFFER;
    return size < PIECE_MIN ? PIECE_MIN : (size_t)size;
}

static size_t on_read(char *buffer, size_t size, size_t count, void *ctx)
{
    struct http_body_reader *reader = ctx;
    uint64_t left = reader->body.size - reader->offset;
    struct throttle_user *limit = *reader->limit;
    size_t wanted = size * count, got;
    tick_t now = clock_ticks(&clock_system);

    *reader->deadline = now + reader->patience_ms;
    if (!left) return 0;
    if (limit && !throttle_pay(limit, now))
    {
        *reader->is_paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (limit && wanted > limited_piece(limit)) wanted = limited_piece(limit);
    if (wanted > left) wanted = (size_t)left;
    got = reader->body.read(reader->body.ctx, reader->offset, buffer, wanted);
    if (!got || got > wanted)
    {
        reader->has_failed = true;
        return CURL_READFUNC_ABORT;
    }
    reader->offset += got;
    *reader->taken += got;
    if (limit) throttle_owe(limit, got);
    return got;
}

static int on_seek(void *ctx, curl_off_t offset, int origin)
{
    struct http_body_reader *reader = ctx;

    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > reader->body.size)
        return CURL_SEEKFUNC_FAIL;
    reader->offset = (uint64_t)offset;
    return CURL_SEEKFUNC_OK;
}

void http_body_setup(CURL *easy, struct http_body_reader *reader)
{
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)reader->body.size);
    curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, HTTP_BODY_BUFFER);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, reader);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, reader);
}
