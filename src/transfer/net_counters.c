/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The counters of the adapters. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include "transfer/net_counters.h"

static bool sum(bool is_sent, uint64_t *bytes)
{
    MIB_IF_TABLE2 *table;

    *bytes = 0;
    if (GetIfTable2(&table)) return false;
    for (ULONG i = 0; i < table->NumEntries; i++)
    {
        const MIB_IF_ROW2 *link = &table->Table[i];

        if (link->Type != IF_TYPE_SOFTWARE_LOOPBACK)
            *bytes += is_sent ? link->OutOctets : link->InOctets;
    }
    FreeMibTable(table);
    return true;
}

bool net_counters_received(uint64_t *bytes)
{
    return sum(false, bytes);
}

bool net_counters_sent(uint64_t *bytes)
{
    return sum(true, bytes);
}
