/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Answers with several ranges, right and wrong ones. */
#include "harness/origin_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOUNDARY "0fA9kZ-origin-part"
#define EARLY    10

struct part
{
    uint64_t begin, end;
    size_t head_len;
    char head[1024];
};

static size_t put_extra_header(char *out, size_t size, unsigned int bytes)
{
    static const char name[] = "X-Extra: ";
    size_t value;

    /* The line with its CRLF is as long as asked for. */
    if (bytes < sizeof(name) + 2 || bytes + 1 > size) return 0;
    value = bytes - (sizeof(name) - 1) - 2;
    memcpy(out, name, sizeof(name) - 1);
    memset(out + sizeof(name) - 1, 'x', value);
    memcpy(out + sizeof(name) - 1 + value, "\r\n", 3);
    return bytes;
}

static void make_part(struct part *part, const struct origin_file *file,
                      const struct origin_multipart *form, bool is_first)
{
    size_t len, size = sizeof(part->head);

    if (form->is_overlapping && part->begin >= EARLY) part->begin -= EARLY;
    len = (size_t)snprintf(part->head, size, "%s--%s\r\nContent-Type: application/octet-stream\r\n",
                           is_first ? "" : "\r\n", BOUNDARY);
    len += put_extra_header(part->head + len, size - len, form->extra_headers);
    len += (size_t)snprintf(part->head + len, size - len,
                            "Content-Range: bytes %llu-%llu/%llu\r\n\r\n",
                            (unsigned long long)part->begin, (unsigned long long)(part->end - 1),
                            (unsigned long long)file->size);
    part->head_len = len;
}

static unsigned int make_parts(struct part *parts, const struct origin_request *r,
                               const struct origin_file *file, const struct origin_multipart *form)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < r->range_count; i++)
    {
        unsigned int index = form->is_reversed ? r->range_count - 1 - i : i;
        struct part *part = &parts[count];

        if (!origin_resolve_range(&r->ranges[index], file->size, &part->begin, &part->end))
            continue;
        make_part(part, file, form, !count);
        count++;
    }
    return count;
}

static bool send_head(struct origin_conn *c, const struct origin_file *file,
                      const struct origin_multipart *form, uint64_t length)
{
    origin_sendf(c,
                 "HTTP/1.1 206 Partial Content\r\nContent-Type: multipart/byteranges%s%s\r\n"
                 "Content-Length: %llu\r\n",
                 form->is_unnamed ? "" : "; boundary=",
                 form->is_unnamed         ? ""
                 : form->is_wrongly_named ? "some-other-boundary"
                                          : BOUNDARY,
                 (unsigned long long)length);
    origin_send_file_headers(c, file);
    return origin_sendf(c, "\r\n");
}

bool origin_send_multipart(struct origin_conn *c, const struct origin_request *r,
                           const struct origin_file *file, const struct origin_multipart *form)
{
    static const char end[] = "\r\n--" BOUNDARY "--\r\n";
    struct part *parts = calloc(r->range_count, sizeof(*parts));
    uint64_t length = 2ull * form->blank_lines + (form->is_unended ? 0 : sizeof(end) - 1);
    unsigned int count;
    bool is_sent;

    if (!parts) abort();
    count = make_parts(parts, r, file, form);
    for (unsigned int i = 0; i < count; i++)
        length += parts[i].head_len + (parts[i].end - parts[i].begin);

    is_sent = send_head(c, file, form, length);
    for (unsigned int i = 0; is_sent && i < form->blank_lines; i++)
        is_sent = origin_sendf(c, "\r\n");
    for (unsigned int i = 0; is_sent && i < count; i++)
        is_sent = origin_send(c, parts[i].head, parts[i].head_len) &&
                  origin_send_body(c, file->version, parts[i].begin, parts[i].end - parts[i].begin);
    if (is_sent && !form->is_unended) is_sent = origin_send(c, end, sizeof(end) - 1);
    free(parts);
    return is_sent;
}
