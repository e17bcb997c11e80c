/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The choice of the source. */
#include "job/source.h"

#include "policy/peer_flags.h"

enum source_kind source_select(uint32_t effective_flags, const struct source_facts *facts)
{
    /* The peer cache holds content of HTTP(S) URLs only. */
    if (facts->is_file_url) return SOURCE_FILE;
    if (facts->is_origin_only || !(effective_flags & PEER_JOB_CLIENT)) return SOURCE_ORIGIN;
    return SOURCE_PEER;
}
