/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An HTTP client that trusts nobody and does nothing by itself: sends the bytes of the test and
 * keeps what comes back, with deadlines. For tests of servers. */
#ifndef OPENBITS_TESTS_RAW_CLIENT_H
#define OPENBITS_TESTS_RAW_CLIENT_H

#include "harness/sock.h"

#define RAW_HEAD_MAX 65536

struct raw_client
{
    sock_t sock;
    char *buffer; /* what was read and is not taken yet */
    size_t buffered;
    size_t capacity;
};

struct raw_answer
{
    int status;              /* 0: no head came */
    char head[RAW_HEAD_MAX]; /* status line and header lines */
    unsigned char *body;     /* of malloc(); raw_answer_done() frees it */
    size_t size;
    bool is_ended; /* the server has closed or reset the connection */
    bool is_reset;
};

bool raw_connect(struct raw_client *client, bool is_v6, uint16_t port);
void raw_disconnect(struct raw_client *client);
bool raw_send(struct raw_client *client, const char *text);

/* Takes bytes until there are this many, the connection ends or the time is over; answers how many
 * there are in the buffer then. */
size_t raw_read(struct raw_client *client, size_t count, unsigned int ms, bool *is_ended,
                bool *is_reset);
/* Drops bytes from the front of the buffer. */
void raw_take(struct raw_client *client, size_t count);

/* One answer; its body ends as Content-Length says, at limit bytes, or with the connection. False
 * when no head came in time. */
bool raw_receive(struct raw_client *client, bool has_body, size_t limit, unsigned int ms,
                 struct raw_answer *answer);
void raw_answer_done(struct raw_answer *answer);

#endif
