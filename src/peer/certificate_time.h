/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dates as certificates have them. Pure. */
#ifndef OPENBITS_PEER_CERTIFICATE_TIME_H
#define OPENBITS_PEER_CERTIFICATE_TIME_H

#include "base/types.h"

/* YYYYMMDDhhmmss and the terminator. */
#define CERTIFICATE_TIME_SIZE 15

/* UTC, to the second. False for years outside 1601 to 9999. */
bool certificate_time_format(filetime_t time, char text[CERTIFICATE_TIME_SIZE]);

/* 0 when a part is out of its range. */
filetime_t certificate_time_of(int year, int month, int day, int hour, int minute, int second);

#endif
