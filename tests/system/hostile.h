/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A peer that authenticates as it should and then lies: what it has, one connection, and what it
 * can do. Each connection has a thread. */
#ifndef OPENBITS_TESTS_HOSTILE_H
#define OPENBITS_TESTS_HOSTILE_H

#include <winsock2.h>

#include "net/tls.h"
#include "peer/certificate.h"
#include "peer/content_message.h"

/* ---- certificates ---- */

enum hostile_certificate
{
    HOSTILE_GOOD,
    HOSTILE_EXPIRED,
    HOSTILE_WEAK,  /* a key of 1,024 bits */
    HOSTILE_FUTURE /* not valid yet */
};

bool hostile_make_certificate(enum hostile_certificate kind, struct certificate *certificate);
struct tls_context *hostile_tls(const struct certificate *certificate, enum tls_role role);
/* 64 hex digits of its public key, as bitsadmin takes them. */
void hostile_key_print(const struct certificate *certificate, char text[65]);

/* ---- one connection ---- */

struct hostile_link
{
    SOCKET socket;
    struct tls *tls;
};

/* Takes the socket over, shakes hands and believes everybody; false, and closed, when that fails.
 */
bool hostile_open(struct hostile_link *link, SOCKET socket, struct tls_context *context);
void hostile_close(struct hostile_link *link);
/* The other side finds a reset. */
void hostile_reset(struct hostile_link *link);
bool hostile_send(struct hostile_link *link, const void *data, size_t size);
bool hostile_send_text(struct hostile_link *link, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Waits for something; 0 at the end of the connection. */
size_t hostile_receive(struct hostile_link *link, void *buffer, size_t size);
/* Until the other side has gone; bytes that come are thrown away. */
void hostile_wait_for_end(struct hostile_link *link);

/* ---- acts ---- */

/* What is asked of it. */
struct hostile_visit
{
    struct hostile_link *link;
    const struct content_query *query; /* of a search */
    unsigned int act;                  /* number in the table, of either */
    uint64_t begin, end, total;        /* of a download, in the record */
    bool has_range;
};

struct hostile_act
{
    const char *name; /* last part of the URL, without a query */
    /* False: the connection is over. NULL: as an honest peer. */
    bool (*search)(const struct hostile_visit *visit);
    bool (*fetch)(const struct hostile_visit *visit);
};

extern const struct hostile_act hostile_acts[];
extern const unsigned int hostile_act_count;

/* The file that it has; set before the first visit. */
extern const uint8_t *hostile_file;
extern uint64_t hostile_file_size;

/* Runs the act that the URL names; an unknown one is honest. */
bool hostile_search(struct hostile_link *link, const struct content_query *query);
/* The id of a record of its own says which act. */
bool hostile_fetch(struct hostile_link *link, unsigned int act, const char *range);

#endif
