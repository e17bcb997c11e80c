/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which record answers which search, and which record makes sense at all. Pure. */
#ifndef OPENBITS_PEER_CONTENT_MATCH_H
#define OPENBITS_PEER_CONTENT_MATCH_H

#include "peer/content_message.h"

/* May it be searched for: http, https or a path of a share, in bounds? */
bool content_url_is_valid(const char *url);

/* Byte for byte, but for the fragment and the case of scheme and host. */
bool content_url_is_same(const char *a, const char *b);

/* HTTP carries whole seconds, so no more are compared. */
bool content_time_is_same(filetime_t a, filetime_t b);

/* Between 1 and CONTENT_RANGES_MAX pieces, each with bytes, all inside of the size, none over
 * another. */
bool content_pieces_are_valid(const struct content_piece *pieces, size_t count, uint64_t size);

/* All that the search gave must be the same. A record without a tag does not match one with. */
bool content_record_matches(const struct content_record *record, const struct content_query *query);

/* Drops the records that do not match. Tags are not looked at: no answer of Windows has them. */
void content_results_filter(struct content_results *results, const struct content_query *query);

#endif
