/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The origin over HTTP(S). Runs on the thread that drives the client; ctx is the http_client. */
#ifndef OPENBITS_TRANSFER_HTTP_GET_H
#define OPENBITS_TRANSFER_HTTP_GET_H

#include "transfer/source_stream.h"

extern const struct source_ops http_get_ops;

#endif
