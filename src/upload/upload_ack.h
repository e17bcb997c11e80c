/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The answer to a packet of the upload protocol, read from the fields of an HTTP answer. Pure and
 * bounded: what it means is decided by upload_session. */
#ifndef OPENBITS_UPLOAD_UPLOAD_ACK_H
#define OPENBITS_UPLOAD_UPLOAD_ACK_H

#include "base/types.h"
#include "job/upload_state.h"

#define UPLOAD_REPLY_URL_MAX 2200

/* "BITS 1.5 Upload Protocol", the only one there is. */
#define UPLOAD_PROTOCOL "{7df0354d-249b-430f-820d-3d2a9bef4931}"

struct upload_ack
{
    unsigned int status;
    bool is_repeated;  /* the packet may have been heard before, unanswered; not of the fields */
    bool is_ack;       /* BITS-Packet-Type says so */
    bool is_malformed; /* a field cannot be what it says, or is there twice with two values */
    bool has_protocol;
    bool is_our_protocol;
    char session[UPLOAD_SESSION_MAX + 1]; /* empty: absent */
    char host[UPLOAD_HOST_MAX + 1];
    bool has_fallback;
    uint32_t fallback_seconds;
    bool has_received;
    uint64_t received; /* the next byte that is wanted */
    char reply_url[UPLOAD_REPLY_URL_MAX + 1];
    bool has_error;
    uint32_t error; /* HRESULT */
    uint32_t error_context;
};

/* Lines that end in CR LF, the status line first; need not be terminated. */
void upload_ack_parse(const char *raw, size_t size, unsigned int status, struct upload_ack *ack);

#endif
