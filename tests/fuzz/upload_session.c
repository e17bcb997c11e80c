/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Fuzz target: answers of an upload server, one after the other, and the session that they lead
 * through. The input is a first letter that chooses the upload, and answers, each a status of three
 * digits and the fields after it, separated by lines of a dash. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "upload/upload_format.h"
#include "upload/upload_session.h"

#define ANSWERS_MAX 64

static void begin(struct upload_session *session, uint8_t choice)
{
    static const uint64_t totals[] = {0, 1, 10000, (uint64_t)5 << 20, UINT64_MAX - 1};
    struct upload_state state = {.fallback_seconds = 60, .fragment_limit = choice & 8 ? 5000 : 0};
    struct upload_start start = {.state = &state,
                                 .is_reply = choice & 1,
                                 .is_closing = choice & 16,
                                 .total = totals[choice % ARRAY_COUNT(totals)]};

    if (choice & 2) strcpy(state.session, "{old}");
    start.offset = choice & 4 ? start.total / 2 : 0;
    state.is_stale = choice & 32;
    upload_session_init(session, &start);
}

static void check_packet(const struct upload_session *session, const struct upload_packet *packet)
{
    struct upload_lines lines;
    char *url = upload_format_url("http://user:word@host:80/path?query", session->state.host);

    if (packet->type == UPLOAD_FRAGMENT)
        CHECK(packet->begin < packet->end && packet->end <= session->total &&
              packet->end - packet->begin <= UPLOAD_FRAGMENT_MAX);
    CHECK(packet->type == UPLOAD_CREATE || session->state.session[0]);
    upload_format_packet(session, packet, "name", &lines);
    CHECK(lines.count >= 2);
    for (unsigned int i = 0; i < lines.count; i++)
        CHECK(!strpbrk(lines.lines[i], "\r\n"));
    CHECK(url && strstr(url, "/path?query") && !strpbrk(url, "\r\n "));
    free(url);
}

static void check_session(const struct upload_session *session, const struct upload_verdict *v)
{
    CHECK(session->offset <= session->total);
    CHECK(strlen(session->state.session) <= UPLOAD_SESSION_MAX);
    CHECK(strlen(session->state.host) <= UPLOAD_HOST_MAX);
    CHECK(strlen(session->reply_url) <= UPLOAD_REPLY_URL_MAX);
    CHECK((v->action == UPLOAD_FAILED) == (v->code < 0));
    if (v->action == UPLOAD_ALL_SENT) CHECK(session->offset == session->total);
}

/* In memory of exactly its size. */
static struct upload_verdict answer(struct upload_session *session, const uint8_t *data,
                                    size_t size)
{
    unsigned int status = 200;
    struct upload_ack ack;
    char *exact = malloc(size ? size : 1);

    if (size >= 3) status = (unsigned int)(data[0] * 100 + data[1] * 10 + data[2] - 5328) % 600;
    memcpy(exact, data, size);
    upload_ack_parse(exact, size, status, &ack);
    free(exact);
    return upload_session_take(session, &ack, status * 10);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct upload_session session;
    struct upload_packet packet;

    if (!size) return 0;
    begin(&session, data[0]);
    data++, size--;
    for (unsigned int i = 0; i < ANSWERS_MAX && size; i++)
    {
        size_t len = 0;
        struct upload_verdict verdict;

        while (len < size && !(data[len] == '-' && len + 1 < size && data[len + 1] == '\n'))
            len++;
        if (upload_session_is_sent(&session) && !session.is_closing) session.is_closing = true;
        upload_session_next(&session, &packet);
        check_packet(&session, &packet);
        verdict = answer(&session, data, len);
        check_session(&session, &verdict);
        if (verdict.action == UPLOAD_CLOSED) break;
        if (len + 2 > size) break;
        data += len + 2;
        size -= len + 2;
    }
    return 0;
}
