/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The plain client: one socket, one growing buffer. */
#include "harness/raw_client.h"

#include <stdlib.h>
#include <string.h>

#include "harness/origin.h"
#include "harness/os.h"

#define PIECE 65536

bool raw_connect(struct raw_client *client, bool is_v6, uint16_t port)
{
    memset(client, 0, sizeof(*client));
    client->sock = SOCK_NONE;
    return sock_startup() && (client->sock = sock_connect(is_v6, port)) != SOCK_NONE;
}

void raw_disconnect(struct raw_client *client)
{
    if (client->sock != SOCK_NONE) sock_close(client->sock);
    client->sock = SOCK_NONE;
    free(client->buffer);
    client->buffer = NULL;
    client->buffered = client->capacity = 0;
}

bool raw_send(struct raw_client *client, const char *text)
{
    size_t size = strlen(text);

    while (size)
    {
        int sent = sock_send(client->sock, text, size);

        if (sent == SOCK_GONE) return false;
        if (sent == SOCK_AGAIN)
        {
            if (!sock_wait(client->sock, SOCK_WRITABLE, 10000)) return false;
            continue;
        }
        text += sent;
        size -= (size_t)sent;
    }
    return true;
}

static void reserve(struct raw_client *client, size_t count)
{
    if (client->capacity >= client->buffered + count) return;
    client->capacity = 2 * client->capacity + count;
    if (!(client->buffer = realloc(client->buffer, client->capacity))) abort();
}

size_t raw_read(struct raw_client *client, size_t count, unsigned int ms, bool *is_ended,
                bool *is_reset)
{
    uint64_t end = os_ticks() + ms;

    *is_ended = *is_reset = false;
    while (client->buffered < count && !*is_ended)
    {
        uint64_t now = os_ticks();
        int got;

        reserve(client, PIECE);
        got = sock_recv(client->sock, client->buffer + client->buffered, PIECE);
        if (got > 0) client->buffered += (size_t)got;
        if (!got || got == SOCK_GONE) *is_ended = true;
        if (got == SOCK_GONE) *is_reset = true;
        if (got != SOCK_AGAIN) continue;
        if (now >= end) break;
        sock_wait(client->sock, SOCK_READABLE, (unsigned int)(end - now));
    }
    return client->buffered;
}

void raw_take(struct raw_client *client, size_t count)
{
    if (!count) return;
    memmove(client->buffer, client->buffer + count, client->buffered - count);
    client->buffered -= count;
}

/* Length of the head at the start of the buffer, 0 while there is none. */
static size_t head_length(const struct raw_client *client)
{
    for (size_t i = 3; i < client->buffered; i++)
        if (!memcmp(client->buffer + i - 3, "\r\n\r\n", 4)) return i + 1;
    return 0;
}

bool raw_receive(struct raw_client *client, bool has_body, size_t limit, unsigned int ms,
                 struct raw_answer *answer)
{
    uint64_t end = os_ticks() + ms, now;
    size_t head, count;
    char text[32];

    answer->status = 0;
    answer->head[0] = 0;
    answer->body = NULL;
    answer->size = 0;
    answer->is_ended = answer->is_reset = false;
    while (!(head = head_length(client)))
    {
        now = os_ticks();
        if (answer->is_ended || now >= end) return false;
        raw_read(client, client->buffered + 1, (unsigned int)(end - now), &answer->is_ended,
                 &answer->is_reset);
    }
    count = head < RAW_HEAD_MAX ? head : RAW_HEAD_MAX - 1;
    memcpy(answer->head, client->buffer, count);
    answer->head[count] = 0;
    if (count > 12) answer->status = atoi(answer->head + 9);
    raw_take(client, head);
    if (!has_body) return true;

    if (origin_header(answer->head, "Content-Length", text, sizeof(text)) &&
        strtoull(text, NULL, 10) < limit)
        limit = (size_t)strtoull(text, NULL, 10);
    now = os_ticks();
    raw_read(client, limit, now < end ? (unsigned int)(end - now) : 0, &answer->is_ended,
             &answer->is_reset);
    answer->size = client->buffered < limit ? client->buffered : limit;
    if (answer->size && (answer->body = malloc(answer->size)))
        memcpy(answer->body, client->buffer, answer->size);
    raw_take(client, answer->size);
    return true;
}

void raw_answer_done(struct raw_answer *answer)
{
    free(answer->body);
    answer->body = NULL;
    answer->size = 0;
}
