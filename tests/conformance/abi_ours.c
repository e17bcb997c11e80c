/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of our own headers: what idl/ and include/ say. */

#include <windows.h>

#include <bits10_3.h>
#include <bitscfg.h>
#include <qmgr.h>

#include "abi_table.h"

#define ABI_GUID(name, text) {#name, &name, 0},

const struct abi_entry abi_ours[] = {
#include "abi_list.h"
};

const size_t abi_ours_count = sizeof(abi_ours) / sizeof(*abi_ours);
