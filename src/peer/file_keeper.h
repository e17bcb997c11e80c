/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies files that peers may have into the cache, one after the other, on a thread of its own that
 * begins with the first one. Any thread may call, none with a lock held. One leaf lock. */
#ifndef OPENBITS_PEER_FILE_KEEPER_H
#define OPENBITS_PEER_FILE_KEEPER_H

#include "cache/cache.h"
#include "job/ports.h"

/* Files that wait at most; one more is not kept. */
#define FILE_KEEPER_MAX 10000

struct file_keeper;

struct file_keeper_config
{
    /* The cache, which may have to be opened first. Called on the keeper's thread. */
    HRESULT (*get_cache)(void *ctx, struct cache **cache);
    void *ctx;
    const struct cache_disk *disk; /* where the files are */
    void *disk_ctx;
    uint32_t maintain_ms; /* how often cache_maintain() is due */
};

HRESULT file_keeper_create(const struct file_keeper_config *config, struct file_keeper **out);
/* What is not kept by then is not kept. NULL is welcome. */
void file_keeper_destroy(struct file_keeper *keeper);

/* As in struct cache_ops; ctx is the keeper. */
void file_keeper_keep(struct file_keeper *keeper, const struct judged_file *file);
void file_keeper_drop(struct file_keeper *keeper, const struct judged_file *file);

/* Waits until nothing is left to do; for tests. */
void file_keeper_wait(struct file_keeper *keeper);

#endif
