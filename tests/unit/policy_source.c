/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy/policy_source.c, on settings that are kept in memory. */
#include "harness/test.h"

#include <stdatomic.h>
#include <string.h>

#include "base/lock.h"
#include "base/thread.h"
#include "policy/policy_source.h"

#define THREADS 8
#define ROUNDS  500

struct world
{
    struct lock lock;
    struct policy_raw raws[POLICY_VALUE_COUNT]; /* lock */
    uint64_t writes;                            /* lock */
    uint64_t reads;                             /* lock */
    uint64_t version_read;                      /* lock; writes that the last read has seen */
    uint64_t version_told;                      /* lock; the same for what was told last */
    uint32_t told;                              /* lock */
    unsigned int tellings;                      /* lock */
    HRESULT write_error;
    struct policy_source *source;
    bool is_watched;
    bool is_destroyed;
    atomic_int busy; /* threads in changed() */
};

/* The number of this thread's last write. */
static _Thread_local uint64_t my_write;

static void fake_read(void *ctx, struct policy_raw raws[POLICY_VALUE_COUNT])
{
    struct world *world = ctx;

    lock_assert_none_held();
    lock_acquire(&world->lock);
    memcpy(raws, world->raws, sizeof(world->raws));
    world->reads++;
    world->version_read = world->writes;
    lock_release(&world->lock);
}

static void put(struct world *world, enum policy_value value, enum policy_raw_kind kind,
                uint32_t number)
{
    lock_acquire(&world->lock);
    world->raws[value] = (struct policy_raw){kind, number};
    my_write = ++world->writes;
    lock_release(&world->lock);
}

static HRESULT fake_write(void *ctx, enum policy_value value, uint32_t number)
{
    struct world *world = ctx;

    lock_assert_none_held();
    if (FAILED(world->write_error)) return world->write_error;
    put(world, value, POLICY_RAW_NUMBER, number);
    return S_OK;
}

static HRESULT fake_watch(void *ctx, struct policy_source *source)
{
    struct world *world = ctx;

    ok(!world->source || source == world->source, "Another source watches.\n");
    world->is_watched = true;
    return S_OK;
}

static void fake_unwatch(void *ctx)
{
    struct world *world = ctx;

    ok(!world->is_destroyed, "Stopped after the end.\n");
    world->is_watched = false;
}

static void fake_destroy(void *ctx)
{
    struct world *world = ctx;

    ok(!world->is_watched, "Destroyed while it watches.\n");
    world->is_destroyed = true;
}

static const struct policy_store fake_store = {
    fake_read, fake_write, fake_watch, fake_unwatch, fake_destroy,
};

static void changed(void *ctx, const struct policy *policy)
{
    struct world *world = ctx;
    int others = atomic_fetch_add(&world->busy, 1);
    struct policy *current;

    lock_assert_none_held();
    ok(!others, "Two threads tell at once.\n");
    if (world->source)
    {
        current = policy_source_get(world->source);
        ok(current == policy, "What is told is not what can be taken.\n");
        policy_release(current);
    }
    lock_acquire(&world->lock);
    world->told = policy_machine_flags(policy);
    world->tellings++;
    world->version_told = world->version_read;
    lock_release(&world->lock);
    atomic_fetch_sub(&world->busy, 1);
}

static void world_init(struct world *world)
{
    HRESULT hr;

    memset(world, 0, sizeof(*world));
    lock_init(&world->lock, LOCK_RANK_LEAF, "world");
    world->told = 99;
    hr = policy_source_create_on(&fake_store, world, changed, world, &world->source);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

static void world_done(struct world *world)
{
    policy_source_destroy(world->source);
    ok(world->is_destroyed, "The store is left behind.\n");
    lock_done(&world->lock);
}

static uint32_t current_flags(struct world *world)
{
    struct policy *policy = policy_source_get(world->source);
    uint32_t flags = policy_machine_flags(policy);

    policy_release(policy);
    return flags;
}

static void expect(int line, struct world *world, HRESULT hr, HRESULT expected, uint32_t flags,
                   unsigned int tellings)
{
    ok_(__FILE__, line)(hr == expected, "Got hr %#lx.\n", (unsigned long)hr);
    ok_(__FILE__, line)(current_flags(world) == flags, "Got flags %u.\n", current_flags(world));
    ok_(__FILE__, line)(world->tellings == tellings, "Told %u times.\n", world->tellings);
    if (tellings) ok_(__FILE__, line)(world->told == flags, "Told %u.\n", world->told);
}

#define check(call, expected, flags, tellings)                                                     \
    expect(__LINE__, &world, call, expected, flags, tellings)

static void test_preferences(void)
{
    struct world world;
    struct policy *policy;

    world_init(&world);
    check(S_OK, S_OK, 0, 0);
    check(policy_source_set_flags(world.source, 3), S_OK, 3, 1);
    check(policy_source_set_flags(world.source, 3), S_OK, 3, 1);
    check(policy_source_set_flags(world.source, 4), E_NOTIMPL, 3, 1);
    check(policy_source_set_flags(world.source, 1), S_OK, 1, 2);
    check(policy_source_set_content_age(world.source, 86400), S_OK, 1, 3);
    check(policy_source_set_content_age(world.source, 86399), E_INVALIDARG, 1, 3);
    check(policy_source_set_cache_size(world.source, 80), S_OK, 1, 4);
    check(policy_source_set_cache_size(world.source, 81), E_INVALIDARG, 1, 4);
    policy = policy_source_get(world.source);
    ok(policy_content_age(policy) == 86400, "Got age %u.\n", policy_content_age(policy));
    ok(policy_cache_size(policy) == 80, "Got size %u.\n", policy_cache_size(policy));

    world.write_error = E_ACCESSDENIED;
    check(policy_source_set_flags(world.source, 0), E_ACCESSDENIED, 1, 4);

    world_done(&world);
    ok(policy_machine_flags(policy) == 1, "The snapshot died with its source.\n");
    policy_release(policy);
}

/* A preference that is overridden is kept, and holds when the policy has gone. */
static void test_overridden(void)
{
    struct world world;

    world_init(&world);
    put(&world, POLICY_ENABLE_PEERCACHING, POLICY_RAW_NUMBER, 0);
    check(policy_source_refresh(world.source), S_OK, 0, 1);
    check(policy_source_set_flags(world.source, 3), S_OK, 0, 2);
    put(&world, POLICY_ENABLE_PEERCACHING, POLICY_RAW_ABSENT, 0);
    check(policy_source_refresh(world.source), S_OK, 3, 3);
    check(policy_source_refresh(world.source), S_OK, 3, 3);
    world_done(&world);
}

static void test_odd_values(void)
{
    struct world world;

    world_init(&world);
    put(&world, POLICY_ENABLE_PEERCACHING, POLICY_RAW_OTHER, 0);
    check(policy_source_refresh(world.source), S_OK, 0, 1);
    put(&world, POLICY_ENABLE_PEERCACHING, POLICY_RAW_NUMBER, 2);
    check(policy_source_refresh(world.source), S_OK, 0, 1);
    put(&world, POLICY_ENABLE_PEERCACHING, POLICY_RAW_NUMBER, 1);
    check(policy_source_refresh(world.source), S_OK, 3, 2);
    world_done(&world);
}

static void test_start_and_stop(void)
{
    struct world world;
    HRESULT hr;

    world_init(&world);
    ok(!world.is_watched, "Watches without being told to.\n");
    hr = policy_source_start(world.source);
    ok(hr == S_OK && world.is_watched, "Got hr %#lx.\n", (unsigned long)hr);
    policy_source_stop(world.source);
    ok(!world.is_watched, "Still watches.\n");
    hr = policy_source_start(world.source);
    ok(hr == S_OK && world.is_watched, "Got hr %#lx.\n", (unsigned long)hr);
    world_done(&world);
}

struct setter
{
    struct thread thread;
    struct world *world;
    unsigned int number;
    unsigned int late; /* times that a set returned before its value had been looked at */
    unsigned int failed;
};

static void set_many_times(void *arg)
{
    struct setter *setter = arg;
    struct world *world = setter->world;

    for (unsigned int i = 0; i < ROUNDS; i++)
    {
        if (policy_source_set_flags(world->source, (i + setter->number) % 4) != S_OK)
            setter->failed++;
        lock_acquire(&world->lock);
        if (world->version_read < my_write) setter->late++;
        lock_release(&world->lock);
    }
}

static void test_many_threads(void)
{
    static struct world world;
    struct setter setters[THREADS];
    uint32_t last;

    world_init(&world);
    memset(setters, 0, sizeof(setters));
    for (unsigned int i = 0; i < THREADS; i++)
    {
        HRESULT hr;

        setters[i].world = &world;
        setters[i].number = i;
        hr = thread_start(&setters[i].thread, set_many_times, &setters[i], "setter");
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    for (unsigned int i = 0; i < THREADS; i++)
    {
        thread_join(&setters[i].thread);
        ok(!setters[i].failed, "%u calls failed.\n", setters[i].failed);
        ok(!setters[i].late, "%u calls returned early.\n", setters[i].late);
    }

    last = world.raws[POLICY_PREFERRED_FLAGS].number;
    ok(current_flags(&world) == last, "Got flags %u, not %u.\n", current_flags(&world), last);
    ok(world.told == last, "Told %u, not %u.\n", world.told, last);
    ok(world.writes == THREADS * ROUNDS, "Got %u writes.\n", (unsigned int)world.writes);
    ok(world.reads <= THREADS * ROUNDS + 1, "Got %u reads.\n", (unsigned int)world.reads);
    world_done(&world);
}

START_TEST(policy_source)
{
    RUN_TEST(test_preferences);
    RUN_TEST(test_overridden);
    RUN_TEST(test_odd_values);
    RUN_TEST(test_start_and_stop);
    RUN_TEST(test_many_threads);
}
