/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The current snapshot. Settings are read and told without a lock; the turn to do so goes from
 * thread to thread under the leaf lock. */
#include "policy/policy_source.h"

#include <stdlib.h>

#include "base/lock.h"
#include "base/log.h"

struct policy_source
{
    /* Immutable after create. */
    const struct policy_store *store;
    void *store_ctx;
    policy_changed_fn changed;
    void *changed_ctx;

    struct lock lock; /* leaf */
    struct cond turn_ended;
    struct policy *current; /* lock; written by the thread whose turn it is */
    uint64_t asked;         /* lock; number of the last request to read */
    uint64_t answered;      /* lock; requests up to this one are done */
    bool is_turn_taken;     /* lock */
};

static HRESULT read_store(struct policy_source *source, const struct policy *before,
                          struct policy **out)
{
    struct policy_raw raws[POLICY_VALUE_COUNT];

    lock_assert_none_held();
    source->store->read(source->store_ctx, raws);
    return policy_create(raws, before, out);
}

/* The caller has the turn, so that current stays what it is. */
static HRESULT read_and_tell(struct policy_source *source)
{
    struct policy *before = source->current, *now;
    bool has_changed;
    HRESULT hr;

    if (FAILED(hr = read_store(source, before, &now)))
    {
        LOG_ERR(LOG_POLICY, "Cannot take the settings: %#lx", (unsigned long)hr);
        return hr;
    }
    if (policy_is_same(before, now))
    {
        policy_release(now);
        return S_OK;
    }

    has_changed = !policy_is_equal(before, now);
    lock_acquire(&source->lock);
    source->current = now;
    lock_release(&source->lock);
    policy_release(before);

    if (has_changed)
    {
        LOG_INFO(LOG_POLICY, "Settings have changed; peer flags of the machine: %#lx",
                 (unsigned long)policy_machine_flags(now));
        if (source->changed) source->changed(source->changed_ctx, now);
    }
    return S_OK;
}

/* Waits until it is this thread's turn. False when another thread has meanwhile answered. */
static bool take_turn(struct policy_source *source, uint64_t *up_to)
{
    uint64_t request;
    bool is_mine;

    lock_acquire(&source->lock);
    request = ++source->asked;
    while (source->is_turn_taken && source->answered < request)
        cond_wait(&source->turn_ended, &source->lock, COND_FOREVER);
    is_mine = source->answered < request;
    if (is_mine) source->is_turn_taken = true;
    *up_to = source->asked;
    lock_release(&source->lock);
    return is_mine;
}

static void end_turn(struct policy_source *source, uint64_t up_to, HRESULT hr)
{
    lock_acquire(&source->lock);
    source->is_turn_taken = false;
    if (SUCCEEDED(hr)) source->answered = up_to;
    cond_broadcast(&source->turn_ended);
    lock_release(&source->lock);
}

HRESULT policy_source_refresh(struct policy_source *source)
{
    uint64_t up_to;
    HRESULT hr;

    lock_assert_none_held();
    if (!take_turn(source, &up_to)) return S_OK;
    hr = read_and_tell(source);
    end_turn(source, up_to, hr);
    return hr;
}

static HRESULT set_preference(struct policy_source *source, enum policy_value value,
                              uint32_t number)
{
    HRESULT hr;

    lock_assert_none_held();
    if (FAILED(hr = policy_check_preference(value, number))) return hr;
    if (FAILED(hr = source->store->write(source->store_ctx, value, number))) return hr;
    return policy_source_refresh(source);
}

HRESULT policy_source_set_flags(struct policy_source *source, uint32_t flags)
{
    return set_preference(source, POLICY_PREFERRED_FLAGS, flags);
}

HRESULT policy_source_set_content_age(struct policy_source *source, uint32_t seconds)
{
    return set_preference(source, POLICY_PREFERRED_CONTENT_AGE, seconds);
}

HRESULT policy_source_set_cache_size(struct policy_source *source, uint32_t percent)
{
    return set_preference(source, POLICY_PREFERRED_CACHE_SIZE, percent);
}

struct policy *policy_source_get(struct policy_source *source)
{
    struct policy *policy;

    lock_acquire(&source->lock);
    policy = policy_addref(source->current);
    lock_release(&source->lock);
    return policy;
}

HRESULT policy_source_start(struct policy_source *source)
{
    lock_assert_none_held();
    return source->store->watch(source->store_ctx, source);
}

void policy_source_stop(struct policy_source *source)
{
    lock_assert_none_held();
    source->store->unwatch(source->store_ctx);
}

HRESULT policy_source_create_on(const struct policy_store *store, void *store_ctx,
                                policy_changed_fn changed, void *ctx, struct policy_source **out)
{
    struct policy_source *source;
    HRESULT hr;

    *out = NULL;
    if (!(source = calloc(1, sizeof(*source))))
    {
        store->destroy(store_ctx);
        return E_OUTOFMEMORY;
    }
    source->store = store;
    source->store_ctx = store_ctx;
    source->changed = changed;
    source->changed_ctx = ctx;
    lock_init(&source->lock, LOCK_RANK_LEAF, "policy");
    cond_init(&source->turn_ended);

    if (FAILED(hr = read_store(source, NULL, &source->current)))
    {
        policy_source_destroy(source);
        return hr;
    }
    *out = source;
    return S_OK;
}

void policy_source_destroy(struct policy_source *source)
{
    if (!source) return;

    policy_source_stop(source);
    source->store->destroy(source->store_ctx);
    policy_release(source->current);
    cond_done(&source->turn_ended);
    lock_done(&source->lock);
    free(source);
}
