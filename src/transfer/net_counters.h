/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What this machine has received and sent. */
#ifndef OPENBITS_TRANSFER_NET_COUNTERS_H
#define OPENBITS_TRANSFER_NET_COUNTERS_H

#include "base/types.h"

/* Bytes over all links but the one to itself, from a start of no meaning; false when the system
 * does not tell. */
bool net_counters_received(uint64_t *bytes);
bool net_counters_sent(uint64_t *bytes);

#endif
