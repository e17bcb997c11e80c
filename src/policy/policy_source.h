/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Keeps the current snapshot, stores preferences, and tells when the settings have changed. For any
 * thread, with no lock held. One thread at a time reads the settings and calls changed(); others
 * that want the same wait for it, so that changes are told in order and a burst is one change. */
#ifndef OPENBITS_POLICY_POLICY_SOURCE_H
#define OPENBITS_POLICY_POLICY_SOURCE_H

#include "policy/policy.h"

struct policy_source;

/* Where settings are kept: the registry, or a fake. Called with no lock held. */
struct policy_store
{
    /* Fills in every value. Never called by two threads at once. */
    void (*read)(void *ctx, struct policy_raw raws[POLICY_VALUE_COUNT]);
    HRESULT (*write)(void *ctx, enum policy_value value, uint32_t number);
    /* From now on policy_source_refresh() is called after every change. */
    HRESULT (*watch)(void *ctx, struct policy_source *source);
    /* No call is under way when it returns. Does nothing when nothing is watched. */
    void (*unwatch)(void *ctx);
    void (*destroy)(void *ctx);
};

/* Told when a new snapshot says something else than the one before. Called with no lock held, on
 * the thread that saw the change. It may take the snapshot, but neither set nor refresh. */
typedef void (*policy_changed_fn)(void *ctx, const struct policy *policy);

/* Reads the registry; nothing is watched before policy_source_start(). */
HRESULT policy_source_create(policy_changed_fn changed, void *ctx, struct policy_source **out);

/* The same on another store, which it destroys, on failure too. */
HRESULT policy_source_create_on(const struct policy_store *store, void *store_ctx,
                                policy_changed_fn changed, void *ctx, struct policy_source **out);

/* Stops as well. Nobody may use the source any more; snapshots live on. */
void policy_source_destroy(struct policy_source *source);

/* A change since the last read is told, too. */
HRESULT policy_source_start(struct policy_source *source);

/* The watcher calls changed() no more when it returns. */
void policy_source_stop(struct policy_source *source);

/* A reference: policy_release(). */
struct policy *policy_source_get(struct policy_source *source);

/* Looks at the settings now; what has changed before the call has been told when it returns. */
HRESULT policy_source_refresh(struct policy_source *source);

/* Store a preference of the machine, overridden by a policy or not. What follows from it has been
 * told when they return S_OK. E_ACCESSDENIED when the process may not write it. */
HRESULT policy_source_set_flags(struct policy_source *source, uint32_t flags); /* E_NOTIMPL */
HRESULT policy_source_set_content_age(struct policy_source *source, uint32_t seconds);
HRESULT policy_source_set_cache_size(struct policy_source *source, uint32_t percent);

#endif
