/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The client's side of an upload session, [MC-BUP] 3.1, as a machine without sockets and clock:
 * which packet comes next, and what the answer to it means. One packet is out at a time. */
#ifndef OPENBITS_UPLOAD_UPLOAD_SESSION_H
#define OPENBITS_UPLOAD_UPLOAD_SESSION_H

#include "job/job_types.h"
#include "job/upload_state.h"
#include "upload/upload_ack.h"
#include "upload/upload_fragment.h"

enum upload_packet_type
{
    UPLOAD_CREATE,
    UPLOAD_PING,
    UPLOAD_FRAGMENT,
    UPLOAD_CLOSE,
    UPLOAD_CANCEL
};

struct upload_packet
{
    enum upload_packet_type type;
    bool is_named;       /* it carries the file's name */
    bool is_last;        /* the server may ask its application before it answers */
    uint64_t begin, end; /* of a fragment */
};

enum upload_action
{
    UPLOAD_GO_ON,    /* the next packet */
    UPLOAD_ALL_SENT, /* the server has all bytes; with a reply's URL where one is wanted */
    UPLOAD_CLOSED,   /* the session is over */
    UPLOAD_FAILED
};

struct upload_verdict
{
    enum upload_action action;
    /* Of UPLOAD_FAILED. */
    HRESULT code;
    enum error_context context;
    bool is_transient;
};

struct upload_session
{
    struct upload_state state; /* what is to be kept; changes with answers */
    bool is_reply;
    bool is_closing; /* all is done but to end the session */
    uint64_t total;
    uint64_t offset; /* the next byte to send */
    char reply_url[UPLOAD_REPLY_URL_MAX + 1];

    /* Private. */
    struct upload_fragment fragment;
    struct upload_packet packet; /* the one that is out */
    bool wants_ping;
    bool is_close_repeated;
    bool is_resumed;     /* an earlier run may have sent more than is known here */
    uint64_t sent_end;   /* no byte from here on was ever sent in this session */
    uint64_t best;       /* the highest offset that was acknowledged */
    unsigned int stalls; /* answers without progress since then */
    unsigned int losses; /* sessions that the server lost */
};

struct upload_start
{
    const struct upload_state *state;
    bool is_reply;
    bool is_closing;
    bool wants_ping; /* before a fragment is sent in vain */
    uint64_t total;
    uint64_t offset;
};

void upload_session_init(struct upload_session *session, const struct upload_start *start);

/* Has the server everything, so that nothing is to be sent but the end? */
bool upload_session_is_sent(const struct upload_session *session);

/* The state may be another one then, and is to be kept before the packet is sent. */
void upload_session_next(struct upload_session *session, struct upload_packet *packet);

/* The answer to the packet that is out, after so many milliseconds. */
struct upload_verdict upload_session_take(struct upload_session *session,
                                          const struct upload_ack *ack, uint64_t ms);

/* No answer came. */
void upload_session_broken(struct upload_session *session);

/* The host that the session was sent to has not been there for too long: back to the URL's, which
 * does not know the session. */
void upload_session_leave_host(struct upload_session *session);

/* What an answer of failure means. */
struct upload_verdict upload_failure(const struct upload_ack *ack);

#endif
