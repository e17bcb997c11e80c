/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packets and their answers: [MC-BUP] 3.2. A file is delivered with its last fragment. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/upload_server_private.h"

#define SESSION_NOT_FOUND 0x8020001fu
#define FILE_TOO_LARGE    0x80200020u
#define ACCESS_DENIED     0x80070005u
#define BAD_ARGUMENT      0x80070057u

#define PIECE 262144

/* One packet, on its way to an answer. */
struct exchange
{
    struct up_server *server;
    struct origin_conn *c;
    const struct origin_request *r;
    struct up_fault fault;
    struct up_entry entry;
    size_t index; /* in the journal */
    struct up_session *session;
    int status;
    char lines[2048];
    char value[256];
};

/* ---- the answer ---- */

static bool is_named(const char *line, const char *name)
{
    size_t len = strlen(name);

    return !strncmp(line, name, len) && (!line[len] || line[len] == ':');
}

static void add_text(struct exchange *x, const char *text)
{
    size_t used = strlen(x->lines);

    if (used + strlen(text) + 1 > sizeof(x->lines)) abort();
    memcpy(x->lines + used, text, strlen(text) + 1);
}

static void add(struct exchange *x, const char *name, const char *format, ...)
{
    char line[600];
    va_list args;

    if (x->fault.kind == UP_LEAVE_OUT && !strcmp(x->fault.text, name)) return;
    if (x->fault.kind == UP_INSTEAD && is_named(x->fault.text, name))
    {
        add_text(x, x->fault.text);
        add_text(x, "\r\n");
        return;
    }
    snprintf(line, sizeof(line), "%s: ", name);
    if (x->server->options.is_lower_case)
        for (char *p = line; *p; p++)
            if (*p >= 'A' && *p <= 'Z') *p |= 0x20;
    va_start(args, format);
    vsnprintf(line + strlen(line), sizeof(line) - strlen(line), format, args);
    va_end(args);
    add_text(x, line);
    add_text(x, "\r\n");
}

static void refuse(struct exchange *x, int status, uint32_t error)
{
    x->status = status;
    add(x, x->server->options.is_old_error ? "BITS-Error" : "BITS-Error-Code", "0x%08x", error);
    add(x, "BITS-Error-Context", "0x5");
}

static void send_answer(struct exchange *x)
{
    const char *body = x->server->options.has_bodies ? "an answer with a body" : "";
    bool closes = x->server->options.closes;

    add(x, "BITS-Packet-Type", "Ack");
    if (x->fault.kind == UP_ADD) add_text(x, x->fault.text);
    os_lock(&x->server->mutex);
    x->server->entries[x->index] = x->entry;
    x->server->entries[x->index].status = x->status;
    os_unlock(&x->server->mutex);
    origin_sendf(x->c, "HTTP/1.1 %d Answer\r\n%sContent-Length: %zu\r\n%s\r\n%s", x->status,
                 x->lines, strlen(body), closes ? "Connection: close\r\n" : "", body);
    if (closes) origin_close(x->c);
}

/* ---- bodies ---- */

/* Reads it all, or up to the limit; false when the connection is gone. */
static bool read_body(struct exchange *x, uint64_t limit,
                      void (*take)(struct exchange *x, const void *data, size_t size))
{
    char *piece = malloc(PIECE);
    int got = 0;

    if (!piece) abort();
    while (x->entry.body < limit && (got = origin_recv_body(x->c, piece, PIECE)) > 0)
    {
        os_lock(&x->server->mutex);
        if (take) take(x, piece, (size_t)got);
        x->entry.body += (uint64_t)got;
        if (x->entry.packet == UP_FRAGMENT) x->server->counts.received += (uint64_t)got;
        os_unlock(&x->server->mutex);
    }
    free(piece);
    return got >= 0;
}

/* Only what is new; what is stored already is never replaced. */
static void take_fragment_bytes(struct exchange *x, const void *data, size_t size)
{
    struct up_session *s = up_session_find(x->server, x->entry.session);
    uint64_t at = x->entry.first + x->entry.body, skip;

    /* It may have been lost, or cut, meanwhile. */
    if (!s || at > s->received || at + size <= s->received || s->is_delivered) return;
    skip = s->received - at;
    up_session_store(s, s->received, (const char *)data + skip, size - (size_t)skip);
}

/* ---- packets ---- */

static bool parse_content_range(struct exchange *x)
{
    struct up_entry *e = &x->entry;
    int used = 0;

    return origin_header(x->r->head, "Content-Range", x->value, sizeof(x->value)) &&
           sscanf(x->value, "bytes %" SCNu64 "-%" SCNu64 "/%" SCNu64 "%n", &e->first, &e->last,
                  &e->total, &used) == 3 &&
           !x->value[used] && !strchr(x->value, '+') && !strchr(x->value + 6, ' ') &&
           e->first <= e->last && e->last < e->total;
}

static void create(struct exchange *x)
{
    const struct up_options *options = &x->server->options;

    if (!origin_header(x->r->head, "BITS-Supported-Protocols", x->value, sizeof(x->value)) ||
        !strstr(x->value, UP_GUID))
    {
        refuse(x, 400, BAD_ARGUMENT);
        return;
    }
    if (options->keeps_files && x->server->has_file)
    {
        refuse(x, 403, ACCESS_DENIED);
        return;
    }
    x->session = up_session_create(x->server);
    memcpy(x->entry.session, x->session->id, sizeof(x->entry.session));
    x->status = options->is_create_200 ? 200 : 201;
    add(x, "BITS-Protocol", UP_GUID);
    add(x, "BITS-Session-Id", "%s", x->session->id);
    add(x, "Accept-Encoding", "Identity");
    if (options->host_id) add(x, "BITS-Host-Id", "%s", options->host_id);
    if (options->fallback) add(x, "BITS-Host-Id-Fallback-Timeout", "%s", options->fallback);
}

/* False: it is refused. */
static bool check_fragment(struct exchange *x)
{
    const struct up_options *options = &x->server->options;
    struct up_session *s = x->session;
    struct up_entry *e = &x->entry;

    if (!parse_content_range(x) || x->r->body_size != e->last - e->first + 1 ||
        (s->has_total && s->total != e->total))
        refuse(x, 400, BAD_ARGUMENT);
    else if (e->total > UP_SIZE_LIMIT || (options->max_size && e->total > options->max_size))
        refuse(x, 500, FILE_TOO_LARGE);
    else if (options->max_fragment && x->r->body_size > options->max_fragment)
        x->status = 413;
    else if (e->first > s->received)
    {
        refuse(x, 416, 0);
        add(x, "BITS-Received-Content-Range", "%" PRIu64, s->received);
    }
    else
        return true;
    return false;
}

static void finish_fragment(struct exchange *x)
{
    const struct up_options *options = &x->server->options;
    struct up_session *s = x->session;
    uint64_t received = s->received;
    char host[256];

    if (received == s->total && !s->is_delivered) up_deliver(x->server, s);
    add(x, "BITS-Session-Id", "%s", s->id);
    if (x->fault.kind == UP_SAY) received = x->fault.value;
    add(x, "BITS-Received-Content-Range", "%" PRIu64, received);
    if (x->entry.last + 1 != s->total || !s->is_delivered) return;
    if (options->reply_url)
        add(x, "BITS-Reply-URL", "%s", options->reply_url);
    else if (options->reply_path && origin_header(x->r->head, "Host", host, sizeof(host)))
        add(x, "BITS-Reply-URL", "http://%s%s", host, options->reply_path);
}

static void end_session(struct exchange *x)
{
    struct up_server *server = x->server;
    struct up_session *s = x->session;

    add(x, "BITS-Session-Id", "%s", s->id);
    /* A file without bytes is in no fragment. */
    if (x->entry.packet == UP_CLOSE && !s->has_total) up_deliver(server, s);
    if (x->entry.packet == UP_CLOSE)
        server->counts.closed++;
    else
        server->counts.cancelled++;
    up_session_destroy(server, s);
    x->session = NULL;
}

static bool is_body_wrong(const struct exchange *x)
{
    return x->entry.packet != UP_FRAGMENT && x->r->body_size;
}

/* With the mutex. True: the body of a fragment is to be taken in. */
static bool handle(struct exchange *x)
{
    x->status = 200;
    if (x->entry.packet == UP_OTHER || is_body_wrong(x))
        refuse(x, 400, BAD_ARGUMENT);
    else if (x->entry.packet == UP_CREATE)
        create(x);
    else if (x->entry.packet == UP_PING)
        return false;
    else if (!x->entry.session[0])
        refuse(x, 400, BAD_ARGUMENT);
    else if (!(x->session = up_session_find(x->server, x->entry.session)))
        refuse(x, 500, SESSION_NOT_FOUND);
    else if (x->entry.packet != UP_FRAGMENT)
        end_session(x);
    else if (check_fragment(x))
    {
        x->session->total = x->entry.total;
        x->session->has_total = true;
        return true;
    }
    return false;
}

/* ---- the handler ---- */

static void apply_fault(struct exchange *x)
{
    struct up_server *server = x->server;

    if (x->fault.kind == UP_FORGET)
        while (server->sessions)
            up_session_destroy(server, server->sessions);
    if (x->fault.kind == UP_REWIND)
        for (struct up_session *s = server->sessions; s; s = s->next)
            if (s->received > x->fault.value && !s->is_delivered) s->received = x->fault.value;
}

static void begin(struct exchange *x)
{
    struct up_server *server = x->server;

    origin_header(x->r->head, "BITS-Packet-Type", x->value, sizeof(x->value));
    x->entry.packet = strcmp(x->r->method, "BITS_POST") ? UP_OTHER : up_packet_of(x->value);
    x->entry.connection = x->r->connection;
    origin_header(x->r->head, "BITS-Session-Id", x->entry.session, sizeof(x->entry.session));
    x->entry.is_named = origin_header(x->r->head, "Content-Name", x->value, sizeof(x->value));
    os_lock(&server->mutex);
    x->fault = up_find_fault(server, x->entry.packet, ++server->counts.packets[x->entry.packet]);
    if (server->options.is_allowed && !server->options.is_allowed(x->r))
        x->fault =
            (struct up_fault){.kind = UP_STATUS, .value = 401, .text = server->options.challenge};
    x->index = up_journal_add(server, &x->entry);
    apply_fault(x);
    os_unlock(&server->mutex);
}

static void answer_status(struct exchange *x)
{
    read_body(x, UINT64_MAX, NULL);
    x->status = (int)x->fault.value;
    if (x->fault.text) add_text(x, x->fault.text);
    send_answer(x);
}

static void answer_page(struct exchange *x)
{
    read_body(x, UINT64_MAX, NULL);
    origin_sendf(x->c, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\n"
                       "<p>Hello</p>");
}

static void answer_packet(struct exchange *x)
{
    struct up_server *server = x->server;
    bool takes_body, is_whole;

    os_lock(&server->mutex);
    takes_body = handle(x);
    os_unlock(&server->mutex);
    is_whole = read_body(x, UINT64_MAX, takes_body ? take_fragment_bytes : NULL);
    os_lock(&server->mutex);
    if (takes_body && !(x->session = up_session_find(server, x->entry.session)))
        refuse(x, 500, SESSION_NOT_FOUND);
    else if (takes_body && is_whole)
        finish_fragment(x);
    os_unlock(&server->mutex);
    if (!is_whole) return;
    if (x->fault.kind == UP_HOLD && !origin_wait_gate(x->c, (unsigned int)x->fault.value)) return;
    if (x->fault.kind == UP_MUTE)
        origin_reset(x->c);
    else
        send_answer(x);
}

void up_answer(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    struct exchange *x = calloc(1, sizeof(*x));

    if (!x) abort();
    x->server = ctx;
    x->c = c;
    x->r = r;
    begin(x);
    if (x->fault.kind == UP_STATUS)
        answer_status(x);
    else if (x->fault.kind == UP_PAGE)
        answer_page(x);
    else if (x->fault.kind == UP_CUT)
    {
        parse_content_range(x);
        read_body(x, x->fault.value, NULL);
        origin_reset(c);
    }
    else
        answer_packet(x);
    free(x);
}
