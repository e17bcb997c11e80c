/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of an answer: [MC-BUP] 2.2. Names are compared without case, as all of HTTP's are; so
 * are packet types and protocols, which two specifications write differently. */
#include "upload/upload_ack.h"

#include <string.h>

#define NAME_MAX_LEN 64

struct part
{
    const char *at;
    size_t len;
};

static char fold(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* The word is in lower case. */
static bool is_word(struct part part, const char *word)
{
    if (part.len != strlen(word)) return false;
    for (size_t i = 0; i < part.len; i++)
        if (fold(part.at[i]) != word[i]) return false;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct part trim(struct part part)
{
    while (part.len && is_blank(part.at[0]))
        part.at++, part.len--;
    while (part.len && is_blank(part.at[part.len - 1]))
        part.len--;
    return part;
}

/* ---- values ---- */

static bool parse_number(struct part part, uint64_t *value)
{
    *value = 0;
    if (!part.len) return false;
    for (size_t i = 0; i < part.len; i++)
    {
        unsigned int digit = (unsigned int)(part.at[i] - '0');

        if (part.at[i] < '0' || part.at[i] > '9' || *value > (UINT64_MAX - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return true;
}

/* With or without 0x. */
static bool parse_hex(struct part part, uint32_t *value)
{
    *value = 0;
    if (part.len > 2 && part.at[0] == '0' && fold(part.at[1]) == 'x')
    {
        part.at += 2;
        part.len -= 2;
    }
    if (!part.len || part.len > 8) return false;
    for (size_t i = 0; i < part.len; i++)
    {
        char c = fold(part.at[i]);

        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            *value = *value << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    return true;
}

/* Printable, and no blank inside. */
static bool copy_word(char *out, size_t size, struct part part)
{
    if (!part.len || part.len >= size) return false;
    for (size_t i = 0; i < part.len; i++)
        if (part.at[i] <= 0x20 || part.at[i] > 0x7e) return false;
    memcpy(out, part.at, part.len);
    out[part.len] = 0;
    return true;
}

/* It becomes a part of a URL. */
static bool is_host(struct part part)
{
    for (size_t i = 0; i < part.len; i++)
    {
        char c = fold(part.at[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr("-._:[]", c)))
            return false;
    }
    return true;
}

/* ---- fields ---- */

static void take_packet_type(struct upload_ack *ack, struct part value)
{
    ack->is_ack = is_word(value, "ack");
    if (!ack->is_ack) ack->is_malformed = true;
}

static void take_protocol(struct upload_ack *ack, struct part value)
{
    ack->has_protocol = true;
    ack->is_our_protocol = is_word(value, UPLOAD_PROTOCOL);
}

static void take_session(struct upload_ack *ack, struct part value)
{
    char session[sizeof(ack->session)];

    if (!copy_word(session, sizeof(session), value) ||
        (ack->session[0] && strcmp(ack->session, session)))
        ack->is_malformed = true;
    else
        memcpy(ack->session, session, sizeof(session));
}

static void take_host(struct upload_ack *ack, struct part value)
{
    if (!value.len) return;
    if (!is_host(value) || !copy_word(ack->host, sizeof(ack->host), value))
        ack->is_malformed = true;
}

static void take_fallback(struct upload_ack *ack, struct part value)
{
    uint64_t seconds;

    /* One that cannot be understood is no reason to refuse a session. */
    if (!parse_number(value, &seconds)) return;
    ack->has_fallback = true;
    ack->fallback_seconds =
        seconds < UPLOAD_FALLBACK_NEVER ? (uint32_t)seconds : UPLOAD_FALLBACK_NEVER;
}

static void take_received(struct upload_ack *ack, struct part value)
{
    uint64_t received;

    if (!parse_number(value, &received) || (ack->has_received && ack->received != received))
    {
        ack->is_malformed = true;
        return;
    }
    ack->has_received = true;
    ack->received = received;
}

static void take_reply_url(struct upload_ack *ack, struct part value)
{
    if (value.len && !copy_word(ack->reply_url, sizeof(ack->reply_url), value))
        ack->is_malformed = true;
}

static void take_error(struct upload_ack *ack, struct part value)
{
    if (parse_hex(value, &ack->error)) ack->has_error = true;
}

static void take_error_context(struct upload_ack *ack, struct part value)
{
    parse_hex(value, &ack->error_context);
}

static const struct
{
    const char *name;
    void (*take)(struct upload_ack *ack, struct part value);
} fields[] = {
    {"bits-packet-type", take_packet_type},
    {"bits-protocol", take_protocol},
    {"bits-session-id", take_session},
    {"bits-host-id", take_host},
    {"bits-host-id-fallback-timeout", take_fallback},
    {"bits-received-content-range", take_received},
    {"bits-reply-url", take_reply_url},
    {"bits-error-code", take_error},
    {"bits-error", take_error},
    {"bits-error-context", take_error_context},
};

static void take_line(struct upload_ack *ack, struct part line)
{
    const char *colon = line.len ? memchr(line.at, ':', line.len) : NULL;
    struct part name, value;

    if (!colon || colon - line.at > NAME_MAX_LEN) return;
    name = (struct part){line.at, (size_t)(colon - line.at)};
    value = trim((struct part){colon + 1, line.len - name.len - 1});
    for (size_t i = 0; i < ARRAY_COUNT(fields); i++)
        if (is_word(name, fields[i].name)) fields[i].take(ack, value);
}

void upload_ack_parse(const char *raw, size_t size, unsigned int status, struct upload_ack *ack)
{
    const char *end = raw + size;

    memset(ack, 0, sizeof(*ack));
    ack->status = status;
    while (raw < end)
    {
        const char *eol = memchr(raw, '\n', (size_t)(end - raw));
        struct part line = {raw, (size_t)((eol ? eol : end) - raw)};

        if (line.len && line.at[line.len - 1] == '\r') line.len--;
        take_line(ack, line);
        raw = eol ? eol + 1 : end;
    }
}
