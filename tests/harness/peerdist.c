/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An origin that speaks PeerDist. */
#include "harness/peerdist.h"

#include <stdlib.h>
#include <string.h>

#include "harness/content_info_maker.h"
#include "harness/synthetic.h"
#include "harness/test.h"

enum peerdist_word peerdist_word_of(const char *head)
{
    char encodings[128], text[128], more[128];
    bool accepts, has_text, has_more;

    origin_header(head, "Accept-Encoding", encodings, sizeof(encodings));
    has_text = origin_header(head, "X-P2P-PeerDist", text, sizeof(text));
    has_more = origin_header(head, "X-P2P-PeerDistEx", more, sizeof(more));
    accepts = strstr(encodings, "peerdist") != NULL;
    if (!has_text)
    {
        ok(!accepts && !has_more, "Only a part of the lines: %s\n", head);
        return PEERDIST_SILENT;
    }
    if (!strcmp(text, "Version=1.1, MissingDataRequest=true"))
    {
        ok(!accepts && !has_more, "Asks for both: %s\n", head);
        return PEERDIST_MISSES;
    }
    ok(accepts && !strcmp(text, "Version=1.1"), "Got %s and %s.\n", encodings, text);
    ok(!strcmp(more, "MinContentInformation=1.0, MaxContentInformation=2.0"), "Got %s.\n", more);
    return PEERDIST_ACCEPTS;
}

static uint8_t *make_info(const struct peerdist_file *file, uint64_t begin, uint64_t end,
                          size_t *size)
{
    uint32_t version = file->file.version + (file->answer == PEERDIST_OTHER_BYTES);
    size_t file_size = (size_t)file->file.size;
    uint8_t *bytes = malloc(file_size), *info;

    if (!bytes) abort();
    synthetic_fill(version, 0, bytes, file_size);
    if (file->answer == PEERDIST_WHOLE)
    {
        begin = 0;
        end = file_size;
    }
    if (file->answer == PEERDIST_OTHER_RANGE) begin++;
    info = make_content_info(bytes, file_size, (size_t)begin, (size_t)end, MAKER_SECRET, size);
    if (file->answer == PEERDIST_RUBBISH) memset(info, 'x', *size);
    free(bytes);
    return info;
}

static void send_info(struct origin_conn *c, const struct origin_request *r,
                      const struct peerdist_file *file)
{
    uint64_t begin, end, total = file->file.size + (file->answer == PEERDIST_OTHER_VERSION);
    size_t size;
    uint8_t *info;

    if (r->range_count != 1 || !origin_resolve_range(r->ranges, file->file.size, &begin, &end))
    {
        origin_sendf(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    info = make_info(file, begin, end, &size);
    if (file->answer == PEERDIST_WHOLE)
        origin_sendf(c, "HTTP/1.1 200 OK\r\n");
    else
        origin_sendf(c, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %llu-%llu/%llu\r\n",
                     (unsigned long long)begin, (unsigned long long)end - 1,
                     (unsigned long long)total);
    origin_sendf(c,
                 "Last-Modified: %s\r\nContent-Encoding: peerdist\r\nContent-Length: %zu\r\n"
                 "X-P2P-PeerDist: Version=1.1, ContentLength=%llu\r\n\r\n",
                 file->file.last_modified,
                 file->answer == PEERDIST_TOO_LONG ? (size_t)1 << 30 : size,
                 (unsigned long long)(file->answer == PEERDIST_WHOLE ? total : end - begin));
    origin_send(c, info, size);
    if (file->answer == PEERDIST_TOO_LONG) origin_stall(c);
    free(info);
}

static void answer(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    const struct peerdist_file *file = ctx;

    if (file->answer != PEERDIST_NONE && !strcmp(r->method, "GET") &&
        peerdist_word_of(r->head) == PEERDIST_ACCEPTS)
        send_info(c, r, file);
    else
        origin_serve(c, r, &file->file);
}

void peerdist_offer(struct origin *o, const char *path, const struct peerdist_file *file)
{
    origin_handle(o, path, answer, (void *)file);
}
