/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The file of the peers that have proved who they are, so that a machine knows them after a start:
 * those that only said so are not worth it. Reading and making are pure. */
#ifndef OPENBITS_PEER_PEER_LIST_FILE_H
#define OPENBITS_PEER_PEER_LIST_FILE_H

#include "peer/peer_table.h"

#define PEER_LIST_FILE_NAME L"openbits-peers.list"
#define PEER_LIST_FILE_MAX  262144

/* The peers of a file, to be freed with free(); false, and none, for anything that was not made by
 * the other function. */
bool peer_list_file_read(const uint8_t *bytes, size_t size, struct peer_info **peers,
                         size_t *count);

/* Takes those that are authenticated. The caller frees the bytes with free(). */
HRESULT peer_list_file_make(const struct peer_info *peers, size_t count, uint8_t **bytes,
                            size_t *size);

#ifdef _WIN32
/* No lock may be held. Without a file, or with a damaged one, there are none. */
void peer_list_file_load(const WCHAR *path, struct peer_info **peers, size_t *count);
/* Writes nothing when *kept, what was written last, says the same; replaces it otherwise. */
HRESULT peer_list_file_save(const WCHAR *path, const struct peer_info *peers, size_t count,
                            uint8_t **kept, size_t *kept_size);
#endif

#endif
