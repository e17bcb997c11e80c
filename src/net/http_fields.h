/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The fields of an HTTP answer. Private to http_message.c. */
#ifndef OPENBITS_NET_HTTP_FIELDS_H
#define OPENBITS_NET_HTTP_FIELDS_H

#include "net/http_message.h"
#include "net/http_text.h"

/* Reads one whole field, unfolded and without its line end, into the head. */
HRESULT http_field_take(struct http_head *head, struct text line);

#endif
