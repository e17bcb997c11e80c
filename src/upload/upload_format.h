/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Packets of the upload protocol as header lines, and where they go. Pure. */
#ifndef OPENBITS_UPLOAD_UPLOAD_FORMAT_H
#define OPENBITS_UPLOAD_UPLOAD_FORMAT_H

#include "upload/upload_session.h"

#define UPLOAD_METHOD "BITS_POST"

/* Lines without their ends. */
#define UPLOAD_LINES_MAX 4
struct upload_lines
{
    unsigned int count;
    const char *lines[UPLOAD_LINES_MAX];
    char buffer[2048];
    size_t used;
};

/* name: the local file's, without its folder, in UTF-8; NULL: none is to be told. */
void upload_format_packet(const struct upload_session *session, const struct upload_packet *packet,
                          const char *name, struct upload_lines *out);

/* The URL with the host that the server has named in its place; the URL's own where there is none.
 * Freed with free(); NULL without memory, or when the URL has no host. */
char *upload_format_url(const char *url, const char *host);

#endif
