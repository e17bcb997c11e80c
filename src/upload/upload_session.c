/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The states of a session are in its data: whether there is one, which byte comes next, whether it
 * is being closed. An answer that breaks the protocol is not acted on; the job tries again later.
 */
#include "upload/upload_session.h"

#include <string.h>

#include <bitsmsg.h>

#include "base/err.h"

/* Answers in a row that do not get the upload on, and sessions in a run that a server may lose. */
#define STALLS_MAX 5
#define LOSSES_MAX 3

#define IS_OK(status) ((status) == 200 || (status) == 201)

static const struct upload_verdict go_on = {.action = UPLOAD_GO_ON};

static struct upload_verdict fail(HRESULT code, bool is_transient)
{
    return (struct upload_verdict){UPLOAD_FAILED, code, ERROR_CONTEXT_REMOTE_FILE, is_transient};
}

static struct upload_verdict invalid(void)
{
    return fail(BG_E_INVALID_SERVER_RESPONSE, true);
}

struct upload_verdict upload_failure(const struct upload_ack *ack)
{
    HRESULT status_code = err_from_http_status(ack->status), code = status_code;
    struct upload_verdict verdict;

    if (ack->has_error && (HRESULT)ack->error < 0) code = (HRESULT)ack->error;
    verdict = fail(code, err_is_transient(status_code));
    if (ack->error_context == ERROR_CONTEXT_REMOTE_APPLICATION)
        verdict.context = ERROR_CONTEXT_REMOTE_APPLICATION;
    else if (code == BG_E_TOO_LARGE || code == BG_E_SERVER_EXECUTE_ENABLE)
        verdict.is_transient = false; /* neither file nor server will be another one soon */
    return verdict;
}

/* ---- the session ---- */

static void forget_session(struct upload_session *s)
{
    uint32_t limit = s->state.fragment_limit;

    s->state = (struct upload_state){.fragment_limit = limit};
    s->reply_url[0] = 0;
    s->offset = s->best = s->sent_end = 0;
    s->stalls = 0;
    s->is_resumed = s->wants_ping = s->is_closing = false;
}

void upload_session_init(struct upload_session *s, const struct upload_start *start)
{
    memset(s, 0, sizeof(*s));
    s->state = *start->state;
    s->is_reply = start->is_reply;
    s->is_closing = start->is_closing;
    s->total = start->total;
    upload_fragment_init(&s->fragment, s->state.fragment_limit);
    if (!s->state.session[0] || s->state.is_stale) return;
    s->offset = s->best = s->sent_end = start->offset < s->total ? start->offset : s->total;
    s->is_resumed = true;
    s->wants_ping = start->wants_ping && !s->is_closing;
}

bool upload_session_is_sent(const struct upload_session *s)
{
    if (!s->state.session[0] || s->state.is_stale || s->offset < s->total) return false;
    /* An empty file is in no fragment, and so is answered by no application. */
    return !s->is_reply || !s->total || s->reply_url[0];
}

/* The session is gone: the file from its beginning. */
static struct upload_verdict start_again(struct upload_session *s, HRESULT code)
{
    forget_session(s);
    if (++s->losses > LOSSES_MAX) return fail(code, true);
    return go_on;
}

/* The same, of a session that is still there and not to be trusted. */
static struct upload_verdict leave_session(struct upload_session *s, HRESULT code)
{
    s->state.is_stale = true;
    s->offset = 0;
    if (++s->losses > LOSSES_MAX) return fail(code, true);
    return go_on;
}

void upload_session_leave_host(struct upload_session *s)
{
    forget_session(s);
}

/* ---- packets ---- */

static void next_fragment(struct upload_session *s, struct upload_packet *packet)
{
    uint64_t left;

    packet->type = UPLOAD_FRAGMENT;
    packet->begin = s->offset;
    /* Only the last fragment is answered with the reply's URL. */
    if (packet->begin == s->total) packet->begin--;
    left = s->total - packet->begin;
    packet->end = packet->begin + (left < s->fragment.size ? left : s->fragment.size);
    packet->is_named = !packet->begin;
    packet->is_last = packet->end == s->total;
    if (packet->end > s->sent_end) s->sent_end = packet->end;
}

void upload_session_next(struct upload_session *s, struct upload_packet *packet)
{
    *packet = (struct upload_packet){.type = UPLOAD_CREATE};
    if (s->state.session[0] && s->state.is_stale)
        packet->type = UPLOAD_CANCEL;
    else if (!s->state.session[0])
        packet->type = UPLOAD_CREATE;
    else if (s->wants_ping)
        packet->type = UPLOAD_PING;
    else if (s->is_closing)
    {
        packet->type = UPLOAD_CLOSE;
        s->is_close_repeated = s->state.is_closing;
        s->state.is_closing = true;
    }
    else
        next_fragment(s, packet);
    s->packet = *packet;
}

/* ---- answers ---- */

static bool is_lost(const struct upload_ack *ack)
{
    return !IS_OK(ack->status) && ack->has_error && (HRESULT)ack->error == BG_E_SESSION_NOT_FOUND;
}

/* Is it an answer, and of this session? */
static bool is_from_session(const struct upload_session *s, const struct upload_ack *ack)
{
    return ack->is_ack && !ack->is_malformed &&
           (!ack->session[0] || !strcmp(ack->session, s->state.session));
}

static struct upload_verdict take_created(struct upload_session *s, const struct upload_ack *ack)
{
    if (!IS_OK(ack->status)) return upload_failure(ack);
    if (!ack->is_ack || ack->is_malformed || !ack->session[0] || !ack->has_protocol)
        return invalid();
    if (!ack->is_our_protocol) return fail(BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH, false);

    forget_session(s);
    memcpy(s->state.session, ack->session, sizeof(s->state.session));
    memcpy(s->state.host, ack->host, sizeof(s->state.host));
    s->state.fallback_seconds = ack->has_fallback ? ack->fallback_seconds : UPLOAD_FALLBACK_NEVER;
    s->wants_ping = ack->host[0] != 0;
    return upload_session_is_sent(s) ? (struct upload_verdict){.action = UPLOAD_ALL_SENT} : go_on;
}

static struct upload_verdict take_ping(struct upload_session *s, const struct upload_ack *ack)
{
    if (is_lost(ack)) return start_again(s, BG_E_SESSION_NOT_FOUND);
    if (!IS_OK(ack->status)) return upload_failure(ack);
    if (!ack->is_ack) return invalid();
    s->wants_ping = false;
    return go_on;
}

/* More than was sent cannot be there, or there would be a hole in the file. What an earlier run has
 * sent is not always known here. */
static bool can_have(const struct upload_session *s, uint64_t received)
{
    return received <= s->total && (s->is_resumed || received <= s->sent_end);
}

static struct upload_verdict take_offset(struct upload_session *s, const struct upload_ack *ack)
{
    uint64_t before = s->offset;

    if (!can_have(s, ack->received)) return leave_session(s, BG_E_INVALID_SERVER_RESPONSE);
    s->is_resumed = false;
    s->offset = ack->received;
    if (s->sent_end < s->offset) s->sent_end = s->offset;
    if (s->offset > s->best)
    {
        s->best = s->offset;
        s->stalls = 0;
    }
    else if (s->offset <= before && ++s->stalls > STALLS_MAX)
        return fail(BG_E_NO_PROGRESS, true);

    if (s->offset < s->total) return go_on;
    if (ack->reply_url[0]) memcpy(s->reply_url, ack->reply_url, sizeof(s->reply_url));
    if (upload_session_is_sent(s)) return (struct upload_verdict){.action = UPLOAD_ALL_SENT};
    /* The answer to the last fragment must name the reply. */
    return s->packet.is_last && IS_OK(ack->status) ? invalid() : go_on;
}

static struct upload_verdict take_too_large(struct upload_session *s, const struct upload_ack *ack)
{
    uint64_t size = s->packet.end - s->packet.begin;

    if (!upload_fragment_refused(&s->fragment, size)) return upload_failure(ack);
    s->state.fragment_limit = s->fragment.limit;
    return go_on;
}

static struct upload_verdict take_fragment(struct upload_session *s, const struct upload_ack *ack,
                                           uint64_t ms)
{
    if (is_lost(ack)) return start_again(s, BG_E_SESSION_NOT_FOUND);
    if (ack->status == 413) return take_too_large(s, ack);
    if (ack->status != 416 && !IS_OK(ack->status)) return upload_failure(ack);
    if (!is_from_session(s, ack) || !ack->has_received) return invalid();
    if (ack->status != 416)
        upload_fragment_taken(&s->fragment, s->packet.end - s->packet.begin, ms);
    return take_offset(s, ack);
}

/* A Close that is repeated because its answer was lost finds no session: the first one did. */
static struct upload_verdict take_close(struct upload_session *s, const struct upload_ack *ack)
{
    struct upload_verdict verdict;

    if (is_lost(ack) && !s->is_close_repeated && !ack->is_repeated)
        return start_again(s, BG_E_SESSION_NOT_FOUND);
    if (is_lost(ack) || (IS_OK(ack->status) && is_from_session(s, ack)))
    {
        forget_session(s);
        return (struct upload_verdict){.action = UPLOAD_CLOSED};
    }
    if (IS_OK(ack->status)) return invalid();
    /* It is said again to a server in trouble only. */
    verdict = upload_failure(ack);
    verdict.is_transient = ack->status >= 500;
    return verdict;
}

struct upload_verdict upload_session_take(struct upload_session *s, const struct upload_ack *ack,
                                          uint64_t ms)
{
    switch (s->packet.type)
    {
    case UPLOAD_CREATE:
        return take_created(s, ack);
    case UPLOAD_PING:
        return take_ping(s, ack);
    case UPLOAD_FRAGMENT:
        return take_fragment(s, ack, ms);
    case UPLOAD_CLOSE:
        return take_close(s, ack);
    case UPLOAD_CANCEL:
        /* Whatever the server says: it forgets sessions by itself. */
        forget_session(s);
        return go_on;
    }
    return invalid();
}

void upload_session_broken(struct upload_session *s)
{
    if (s->packet.type == UPLOAD_FRAGMENT) upload_fragment_broken(&s->fragment);
}
