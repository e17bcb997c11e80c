/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values as the messages of content retrieval write them: ids, times, numbers. Pure. The texts that
 * are read need no terminator. */
#ifndef OPENBITS_PEER_CONTENT_VALUES_H
#define OPENBITS_PEER_CONTENT_VALUES_H

#include "base/types.h"

#define CONTENT_GUID_SIZE 39 /* braces and the terminator */
#define CONTENT_TIME_SIZE 25 /* YYYY-MM-DDThh:mm:ss.mmmZ and the terminator */

/* Upper case, with braces. */
void content_format_guid(const GUID *guid, char text[CONTENT_GUID_SIZE]);

/* With or without braces, any case. Empties *guid when it is none. */
bool content_parse_guid(const char *text, size_t len, GUID *guid);

/* False, and an empty text, for years above 9999. */
bool content_format_time(filetime_t time, char text[CONTENT_TIME_SIZE]);

/* xsd:dateTime, to the millisecond; without a zone it is UTC. 0 when it is none or lies before
 * 1601. */
bool content_parse_time(const char *text, size_t len, filetime_t *time);

/* Digits only, at most 64 bits; 0 when it is none. */
bool content_parse_number(const char *text, size_t len, uint64_t *number);

#endif
