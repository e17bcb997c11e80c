/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The records of the cache as the server of content retrieval wants to see them. */
#ifndef OPENBITS_PEER_CONTENT_FILES_H
#define OPENBITS_PEER_CONTENT_FILES_H

#include "cache/cache.h"
#include "peer/content_request.h"

/* Fills in a store over the cache, which must outlive it. Only validated records are seen. */
void content_files_init(struct content_store *store, struct cache *cache);

#endif
