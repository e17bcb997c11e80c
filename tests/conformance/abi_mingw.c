/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The table of MinGW-w64's headers, compiled without our folders of headers. The ids are taken out
 * of the headers' text; a linker would find ours, under the same names. */

#include <windows.h>
#include <objbase.h>

#undef DEFINE_GUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)                               \
    static const GUID mingw_##name                                                                 \
        __attribute__((unused)) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}

#include <bits.h>
#include <bits5_0.h>
#include <bitscfg.h>
#include <qmgr.h>

#include "abi_table.h"

#ifdef OPENBITS_BITSMSG_H
#error These must be the headers of MinGW-w64.
#endif

#define ABI_MINGW
#define ABI_GUID(name, text) {#name, &mingw_##name, 0},

const struct abi_entry abi_mingw[] = {
#include "abi_list.h"
};

const size_t abi_mingw_count = sizeof(abi_mingw) / sizeof(*abi_mingw);
