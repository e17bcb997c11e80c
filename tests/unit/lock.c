/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/lock.c, base/thread.c and base/clock.c */
#include "harness/test.h"

#include <setjmp.h>
#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/thread.h"

#define THREADS     4
#define ROUNDS      5000
#define DEADLINE_MS 20000

struct shared
{
    struct lock lock;
    struct cond changed;
    unsigned int count; /* lock */
    unsigned int turn;  /* lock */
};

static void shared_init(struct shared *shared)
{
    lock_init(&shared->lock, LOCK_RANK_QUEUE, "shared");
    cond_init(&shared->changed);
    shared->count = shared->turn = 0;
}

static void shared_done(struct shared *shared)
{
    cond_done(&shared->changed);
    lock_done(&shared->lock);
}

static void count_up(void *arg)
{
    struct shared *shared = arg;

    for (unsigned int i = 0; i < ROUNDS; i++)
    {
        lock_acquire(&shared->lock);
        shared->count++;
        lock_release(&shared->lock);
    }
}

static void test_exclusion(void)
{
    struct thread threads[THREADS] = {0};
    struct shared shared;

    shared_init(&shared);
    for (unsigned int i = 0; i < THREADS; i++)
    {
        HRESULT hr = thread_start(&threads[i], count_up, &shared, "counter");

        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
    for (unsigned int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    ok(shared.count == THREADS * ROUNDS, "Counted to %u.\n", shared.count);
    shared_done(&shared);
}

/* Waits for odd turns and makes them even. */
static void play(void *arg)
{
    struct shared *shared = arg;

    lock_acquire(&shared->lock);
    while (shared->count < 100)
    {
        while (shared->turn % 2 == 0)
            if (!cond_wait(&shared->changed, &shared->lock, DEADLINE_MS)) goto done;
        shared->turn++;
        shared->count++;
        cond_broadcast(&shared->changed);
    }
done:
    lock_release(&shared->lock);
}

static void test_cond(void)
{
    struct thread thread = {0};
    struct shared shared;
    bool is_late = false;

    shared_init(&shared);
    ok(thread_start(&thread, play, &shared, "player") == S_OK, "No thread.\n");
    lock_acquire(&shared.lock);
    while (shared.count < 100 && !is_late)
    {
        shared.turn++;
        cond_signal(&shared.changed);
        while (shared.turn % 2 == 1 && !is_late)
            is_late = !cond_wait(&shared.changed, &shared.lock, DEADLINE_MS);
    }
    lock_release(&shared.lock);
    thread_join(&thread);
    ok(!is_late && shared.turn == 200, "Played %u turns.\n", shared.turn);
    shared_done(&shared);
}

static void wait_for_ever(void *arg)
{
    struct shared *shared = arg;

    lock_acquire(&shared->lock);
    while (!shared->turn)
        cond_wait(&shared->changed, &shared->lock, COND_FOREVER);
    shared->count++;
    lock_release(&shared->lock);
}

static void test_cond_broadcast(void)
{
    struct thread threads[THREADS] = {0};
    struct shared shared;

    shared_init(&shared);
    for (unsigned int i = 0; i < THREADS; i++)
        ok(thread_start(&threads[i], wait_for_ever, &shared, "waiter") == S_OK, "No thread.\n");
    lock_acquire(&shared.lock);
    shared.turn = 1;
    cond_broadcast(&shared.changed);
    lock_release(&shared.lock);
    for (unsigned int i = 0; i < THREADS; i++)
        thread_join(&threads[i]);
    ok(shared.count == THREADS, "%u threads woke up.\n", shared.count);
    shared_done(&shared);
}

static void test_cond_timeout(void)
{
    static const uint32_t timeouts[] = {0, 1, 30, 999, 1001};
    struct shared shared;

    shared_init(&shared);
    lock_acquire(&shared.lock);
    for (unsigned int i = 0; i < ARRAY_COUNT(timeouts); i++)
    {
        uint64_t start = test_ticks(), now;

        while (cond_wait(&shared.changed, &shared.lock, timeouts[i]))
            continue;
        lock_assert_held(&shared.lock);
        now = test_ticks();
        /* Clocks of the system may be some 16 ms apart. */
        ok(now - start + 20 >= timeouts[i], "Waited %u of %u ms.\n", (unsigned int)(now - start),
           timeouts[i]);
    }
    lock_release(&shared.lock);
    shared_done(&shared);
}

struct self_check
{
    struct thread thread;
    struct lock lock;
    bool is_self;
};

static void check_self(void *arg)
{
    struct self_check *check = arg;

    lock_acquire(&check->lock);
    check->is_self = thread_is_current(&check->thread);
    lock_release(&check->lock);
}

static void test_thread(void)
{
    struct self_check check = {0};

    ok(!thread_is_current(&check.thread), "A thread that does not run is this one.\n");
    thread_join(&check.thread);
    lock_init(&check.lock, LOCK_RANK_LEAF, "check");
    ok(thread_start(&check.thread, check_self, &check, "a name longer than the system's") == S_OK,
       "No thread.\n");
    ok(!thread_is_current(&check.thread), "Another thread is this one.\n");
    thread_join(&check.thread);
    ok(check.is_self, "The thread did not know itself.\n");
    ok(!thread_is_current(&check.thread), "A thread that ended is this one.\n");
    thread_join(&check.thread);
    lock_done(&check.lock);
}

static void test_clock(void)
{
    filetime_t date = clock_filetime(&clock_system);
    tick_t last = clock_ticks(&clock_system);

    for (unsigned int i = 0; i < 1000; i++)
    {
        tick_t now = clock_ticks(&clock_system);

        ok(now >= last, "Time went back by %u ms.\n", (unsigned int)(last - now));
        last = now;
    }
    /* 2024 to 2124 */
    ok(date > 133485408000000000ull && date < 165000000000000000ull, "Got %llu.\n",
       (unsigned long long)date);
}

#ifdef NDEBUG

static void test_faults(void)
{
    skip("This build does not check the use of locks.\n");
}

#else

static jmp_buf fault_jump;
static const char *volatile last_fault;
static const char *volatile last_fault_lock;

static void take_fault(const char *fault, const char *lock_name)
{
    last_fault = fault;
    last_fault_lock = lock_name;
    longjmp(fault_jump, 1);
}

/* The checks come before the deed, so that nothing is changed by a statement that has a fault. */
#define EXPECT_FAULT(statement, lock_name)                                                         \
    do                                                                                             \
    {                                                                                              \
        last_fault = last_fault_lock = NULL;                                                       \
        if (!setjmp(fault_jump)) statement;                                                        \
        ok(last_fault != NULL, #statement ": no fault.\n");                                        \
        ok(last_fault_lock && !strcmp(last_fault_lock, lock_name), #statement ": got %s.\n",       \
           last_fault_lock ? last_fault_lock : "none");                                            \
    } while (0)

static struct lock low, low_twin, high;
static struct cond cond;

static atomic_int other_faults;
static atomic_bool is_other_done;

static bool is_other_thread_done(void *ctx)
{
    (void)ctx;
    return atomic_load(&is_other_done);
}

/* What one thread holds is not held by another. */
static void check_other_thread(void *arg)
{
    struct lock *held_by_starter = arg;

    if (!setjmp(fault_jump))
        lock_assert_held(held_by_starter);
    else
        atomic_fetch_add(&other_faults, 1);
    if (!setjmp(fault_jump))
        lock_release(held_by_starter);
    else
        atomic_fetch_add(&other_faults, 1);
    lock_assert_none_held();
    atomic_store(&is_other_done, true);
}

static void test_faults(void)
{
    struct thread thread = {0};

    lock_init(&low, LOCK_RANK_QUEUE, "low");
    lock_init(&low_twin, LOCK_RANK_QUEUE, "low twin");
    lock_init(&high, LOCK_RANK_LEAF, "high");
    cond_init(&cond);
    lock_set_fault_handler(take_fault);

    EXPECT_FAULT(lock_assert_held(&low), "low");
    EXPECT_FAULT(lock_release(&low), "low");
    EXPECT_FAULT(cond_wait(&cond, &low, 0), "low");
    lock_assert_none_held();

    lock_acquire(&low);
    lock_assert_held(&low);
    EXPECT_FAULT(lock_acquire(&low), "low");
    EXPECT_FAULT(lock_acquire(&low_twin), "low twin");
    EXPECT_FAULT(lock_assert_none_held(), "a lock");
    EXPECT_FAULT(lock_done(&low), "low");
    ok(thread_start(&thread, check_other_thread, &low, "other") == S_OK, "No thread.\n");
    ok(wait_for(is_other_thread_done, NULL, DEADLINE_MS), "The other thread hangs.\n");
    ok(other_faults == 2, "The other thread got %d faults.\n", other_faults);
    EXPECT_FAULT(thread_join(&thread), "a lock");

    lock_acquire(&high);
    EXPECT_FAULT(cond_wait(&cond, &high, 0), "high");
    lock_release(&low);
    EXPECT_FAULT(lock_acquire(&low), "low");
    lock_release(&high);
    lock_assert_none_held();
    thread_join(&thread);

    lock_set_fault_handler(NULL);
    cond_done(&cond);
    lock_done(&low);
    lock_done(&low_twin);
    lock_done(&high);
}

#endif

START_TEST(lock)
{
    RUN_TEST(test_exclusion);
    RUN_TEST(test_cond);
    RUN_TEST(test_cond_broadcast);
    RUN_TEST(test_cond_timeout);
    RUN_TEST(test_thread);
    RUN_TEST(test_clock);
    RUN_TEST(test_faults);
}
