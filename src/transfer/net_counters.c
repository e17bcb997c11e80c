/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The counters of the adapters. */
#include <winsock2.h>
#include <ws2tcpip.h>

#include <iphlpapi.h>
#include <netioapi.h>

#include "transfer/net_counters.h"

bool net_counters_received(uint64_t *bytes)
{
    MIB_IF_TABLE2 *table;

    *bytes = 0;
    if (GetIfTable2(&table)) return false;
    for (ULONG i = 0; i < table->NumEntries; i++)
        if (table->Table[i].Type != IF_TYPE_SOFTWARE_LOOPBACK) *bytes += table->Table[i].InOctets;
    FreeMibTable(table);
    return true;
}
