/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBitsPeer and IBitsPeerCacheRecord with their enumerators: values of the moment at which they
 * were asked for. */
#ifndef OPENBITS_COM_BG_PEER_H
#define OPENBITS_COM_BG_PEER_H

#include <windows.h>
#include <objbase.h>

#include "bits3_0.h"

#include "base/types.h"

struct cache;
struct cache_record;
struct peer_cache;

HRESULT bg_peer_enum_create(struct peer_cache *peers, IEnumBitsPeers **out);

HRESULT bg_peer_record_enum_create(struct cache *cache, IEnumBitsPeerCacheRecords **out);
/* Copies the record. */
HRESULT bg_peer_record_create(const struct cache_record *record, IBitsPeerCacheRecord **out);

#endif
