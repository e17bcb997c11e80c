/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of upload.sh, of the host: takes uploads at /bits and plain PUTs at /put. Both are put
 * into memory by the same means, for the same price. Prints its port; ends with its input. */
#include <stdio.h>
#include <stdlib.h>

#include "harness/test.h"
#include "harness/upload_server_private.h"

#define PIECE 262144

static struct up_session kept;

static void put(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    struct up_session session = {0};
    char *piece = malloc(PIECE);
    int got;

    (void)ctx;
    while (piece && (got = origin_recv_body(c, piece, PIECE)) > 0)
        up_session_store(&session, session.received, piece, (size_t)got);
    free(piece);
    free(kept.data);
    kept = session;
    origin_sendf(c, "HTTP/1.1 %d Answer\r\nContent-Length: 0\r\n\r\n",
                 kept.received == r->body_size ? 201 : 500);
}

START_TEST(upload_serve)
{
    struct origin *o = origin_start(NULL);
    struct up_server *server;

    if (!o) return;
    server = up_serve(o, "/bits", NULL);
    origin_handle(o, "/put", put, NULL);
    fprintf(stderr, "port %u\n", origin_port(o));
    while (getchar() != EOF)
        continue;
    origin_destroy(o);
    up_free(server);
    ok(true, "Served.\n");
}
