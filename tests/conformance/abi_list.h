/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The entries of a table, from the headers that the file including this has included. It defines
 * ABI_GUID(name, text), and ABI_MINGW for the names of MinGW-w64 only. No include guard. */

#define ABI_VALUE(name, value)             {#name, NULL, (uint64_t)(name)},
#define ABI_CODE(name, value)              {#name, NULL, (uint32_t)(name)},
#define ABI_SIZE(type, size64, size32)     {"sizeof " #type, NULL, sizeof(type)},
#define ABI_FIELD(type, field, at64, at32) {#type "." #field, NULL, offsetof(type, field)},
#define ABI_SLOT(iface, method, slot)                                                              \
    {#iface "::" #method, NULL, offsetof(iface##Vtbl, method) / sizeof(void *)},
#define ABI_TABLE(iface, methods, count)                                                           \
    methods(iface){"methods " #iface, NULL, sizeof(iface##Vtbl) / sizeof(void *)},

#include "abi_ids.h"
#include "abi_values.h"
#include "abi_codes.h"
#include "abi_layout.h"
#include "abi_slots.h"
