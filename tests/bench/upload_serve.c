/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The server of upload.sh, of the host: takes uploads at /bits and plain PUTs at /put, both into
 * memory. Prints its port; ends with its input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/test.h"
#include "harness/upload_server.h"

#define PIECE 262144

static void put(struct origin_conn *c, const struct origin_request *r, void *ctx)
{
    char *file = malloc((size_t)r->body_size + PIECE);
    size_t size = 0;
    int got;

    (void)ctx;
    while (file && (got = origin_recv_body(c, file + size, PIECE)) > 0)
        size += (size_t)got;
    origin_sendf(c, "HTTP/1.1 %d Answer\r\nContent-Length: 0\r\n\r\n",
                 size == r->body_size ? 201 : 500);
    free(file);
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
