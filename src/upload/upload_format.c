/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packets as they are written: [MC-BUP] 2.2. Some servers compare the unit of Content-Range with
 * its case and want one blank. */
#include "upload/upload_format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTENT_NAME_MAX 1024

static const char *const type_names[] = {"Create-Session", "Ping", "Fragment", "Close-Session",
                                         "Cancel-Session"};

static void add_line(struct upload_lines *out, const char *format, ...)
{
    size_t room = sizeof(out->buffer) - out->used;
    char *line = out->buffer + out->used;
    va_list args;
    int len;

    if (out->count == UPLOAD_LINES_MAX) return;
    va_start(args, format);
    len = vsnprintf(line, room, format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= room) return;
    out->lines[out->count++] = line;
    out->used += (size_t)len + 1;
}

/* A name in other characters than ASCII could not be told from another one on the way. */
static bool is_plain_name(const char *name)
{
    size_t len = strlen(name);

    if (!len || len > CONTENT_NAME_MAX) return false;
    for (size_t i = 0; i < len; i++)
        if (name[i] < 0x20 || name[i] > 0x7e) return false;
    return true;
}

void upload_format_packet(const struct upload_session *s, const struct upload_packet *packet,
                          const char *name, struct upload_lines *out)
{
    out->count = 0;
    out->used = 0;
    add_line(out, "BITS-Packet-Type: %s", type_names[packet->type]);
    if (packet->type == UPLOAD_CREATE)
        add_line(out, "BITS-Supported-Protocols: %s", UPLOAD_PROTOCOL);
    else
        add_line(out, "BITS-Session-Id: %s", s->state.session);
    if (packet->type != UPLOAD_FRAGMENT) return;
    add_line(out, "Content-Range: bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, packet->begin,
             packet->end - 1, s->total);
    if (packet->is_named && name && is_plain_name(name)) add_line(out, "Content-Name: %s", name);
}

/* A colon outside of brackets. */
static const char *find_port(const char *host, size_t len)
{
    for (size_t i = len; i > 0; i--)
    {
        if (host[i - 1] == ']') return NULL;
        if (host[i - 1] == ':') return host + i - 1;
    }
    return NULL;
}

char *upload_format_url(const char *url, const char *host)
{
    const char *start = strstr(url, "://"), *end, *at, *port;
    size_t host_len = strlen(host), size = strlen(url) + host_len + 1, prefix_len;
    char *result;

    if (!start) return NULL;
    start += 3;
    end = start + strcspn(start, "/?#");
    if ((at = memchr(start, '@', (size_t)(end - start)))) start = at + 1;
    if (!(result = malloc(size))) return NULL;
    if (!host_len)
    {
        memcpy(result, url, strlen(url) + 1);
        return result;
    }
    port = find_port(host, host_len) ? NULL : find_port(start, (size_t)(end - start));
    prefix_len = (size_t)(start - url);
    snprintf(result, size, "%.*s%s%s", (int)prefix_len, url, host, port ? port : end);
    return result;
}
