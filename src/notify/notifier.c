/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The notifier's threads. Whoever takes an event first sees to it that somebody else looks for the
 * next one, so that a client that blocks does not hold up the others. One leaf lock. */
#include "notify/notifier.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"

enum worker_state
{
    WORKER_FREE,
    WORKER_RUNNING,
    WORKER_LEFT /* to be joined */
};

struct worker
{
    struct notifier *notifier; /* immutable after create */
    struct thread thread;
    enum worker_state state; /* notifier->lock */
};

/* A target that could not be dropped on the thread where that was asked for. */
struct dropped
{
    struct list link;
    void *target;
};

struct notifier
{
    struct notifier_config config; /* immutable after create */
    struct queue *queue;           /* immutable after start */

    struct lock lock; /* leaf; everything below */
    struct cond work; /* has_work or not is_open */
    struct cond left; /* a thread has ended */
    struct worker workers[NOTIFIER_THREADS_MAX];
    unsigned int running;
    unsigned int idle;
    bool is_open;
    bool has_work;
    struct list dropped;
};

static void run_worker(void *arg);

/* Under the lock, so that nobody can join the thread before its handle is stored. */
static void start_worker(struct notifier *notifier)
{
    for (unsigned int i = 0; i < NOTIFIER_THREADS_MAX; i++)
    {
        struct worker *worker = &notifier->workers[i];

        if (worker->state != WORKER_FREE) continue;
        if (FAILED(thread_start(&worker->thread, run_worker, worker, "notifier"))) break;
        worker->state = WORKER_RUNNING;
        notifier->running++;
        return;
    }
}

/* Somebody is to look for work: a thread that waits, a new one, or the first that comes back. */
static void post_work(struct notifier *notifier)
{
    lock_acquire(&notifier->lock);
    notifier->has_work = true;
    if (notifier->idle)
        cond_signal(&notifier->work);
    else if (notifier->is_open && notifier->running < NOTIFIER_THREADS_MAX)
        start_worker(notifier);
    if (notifier->is_open && !notifier->running)
        LOG_ERR(LOG_NOTIFY, "no thread can be started to tell clients of their jobs");
    lock_release(&notifier->lock);
}

/* False when the notifier ends. */
static bool wait_for_work(struct notifier *notifier)
{
    bool is_open;

    lock_acquire(&notifier->lock);
    notifier->idle++;
    while (notifier->is_open && !notifier->has_work)
        cond_wait(&notifier->work, &notifier->lock, COND_FOREVER);
    notifier->idle--;
    is_open = notifier->is_open;
    if (is_open) notifier->has_work = false;
    lock_release(&notifier->lock);
    return is_open;
}

static bool is_open(struct notifier *notifier)
{
    bool answer;

    lock_acquire(&notifier->lock);
    answer = notifier->is_open;
    lock_release(&notifier->lock);
    return answer;
}

static void drop_targets(struct notifier *notifier)
{
    for (;;)
    {
        struct dropped *dropped;

        lock_acquire(&notifier->lock);
        if ((dropped = LIST_HEAD_ENTRY(&notifier->dropped, struct dropped, link)))
            list_remove(&dropped->link);
        lock_release(&notifier->lock);
        if (!dropped) return;

        notifier->config.release(notifier->config.ctx, dropped->target);
        free(dropped);
    }
}

/* The object first; the program where there is none, or it fails. */
static void tell(struct notifier *notifier, struct notify_event *event)
{
    const struct notifier_config *config = &notifier->config;

    if ((event->target || event->has_class) && config->deliver(config->ctx, event))
        job_notify_finish(event, NOTIFY_TAKEN);
    else if (!event->program)
        job_notify_finish(event, NOTIFY_REFUSED);
    else if (!config->run_program(config->ctx, event))
        job_notify_finish(event, NOTIFY_PROGRAM_FAILED);
}

static void tell_all(struct notifier *notifier)
{
    struct notify_event event;

    while (is_open(notifier) && job_notify_take(notifier->queue, &event))
    {
        post_work(notifier);
        tell(notifier, &event);
    }
}

static void run_worker(void *arg)
{
    struct worker *worker = arg;
    struct notifier *notifier = worker->notifier;
    HRESULT hr = notifier->config.thread_begin(notifier->config.ctx);

    if (SUCCEEDED(hr))
    {
        while (wait_for_work(notifier))
        {
            drop_targets(notifier);
            tell_all(notifier);
        }
        notifier->config.thread_end(notifier->config.ctx);
    }
    else
        LOG_ERR(LOG_NOTIFY, "a thread that tells clients cannot begin: %#lx", (unsigned long)hr);

    lock_acquire(&notifier->lock);
    worker->state = WORKER_LEFT;
    notifier->running--;
    cond_broadcast(&notifier->left);
    lock_release(&notifier->lock);
}

static void join_workers(struct notifier *notifier)
{
    for (unsigned int i = 0; i < NOTIFIER_THREADS_MAX; i++)
    {
        struct worker *worker = &notifier->workers[i];
        bool has_left;

        lock_acquire(&notifier->lock);
        has_left = worker->state == WORKER_LEFT;
        lock_release(&notifier->lock);
        if (!has_left) continue;

        thread_join(&worker->thread);
        lock_acquire(&notifier->lock);
        worker->state = WORKER_FREE;
        lock_release(&notifier->lock);
    }
}

/* ---- the port ---- */

static void notifier_wake(void *ctx)
{
    post_work(ctx);
}

static void notifier_release_target(void *ctx, void *target)
{
    struct notifier *notifier = ctx;
    struct dropped *dropped;

    if (notifier->config.release(notifier->config.ctx, target)) return;
    if (!(dropped = malloc(sizeof(*dropped))))
    {
        LOG_ERR(LOG_NOTIFY, "no memory to let go of a client's callback object");
        return;
    }
    dropped->target = target;
    lock_acquire(&notifier->lock);
    list_add_tail(&notifier->dropped, &dropped->link);
    lock_release(&notifier->lock);
    post_work(notifier);
}

const struct notify_ops notifier_ops = {notifier_wake, notifier_release_target};

/* ---- life ---- */

HRESULT notifier_create(const struct notifier_config *config, struct notifier **out)
{
    struct notifier *notifier;

    *out = NULL;
    if (!(notifier = calloc(1, sizeof(*notifier)))) return E_OUTOFMEMORY;
    notifier->config = *config;
    lock_init(&notifier->lock, LOCK_RANK_LEAF, "notifier");
    cond_init(&notifier->work);
    cond_init(&notifier->left);
    list_init(&notifier->dropped);
    for (unsigned int i = 0; i < NOTIFIER_THREADS_MAX; i++)
        notifier->workers[i].notifier = notifier;
    *out = notifier;
    return S_OK;
}

void notifier_destroy(struct notifier *notifier)
{
    drop_targets(notifier);
    cond_done(&notifier->left);
    cond_done(&notifier->work);
    lock_done(&notifier->lock);
    free(notifier);
}

void notifier_start(struct notifier *notifier, struct queue *queue)
{
    bool has_work;

    notifier->queue = queue;
    lock_acquire(&notifier->lock);
    notifier->is_open = true;
    has_work = notifier->has_work;
    lock_release(&notifier->lock);
    if (has_work) post_work(notifier);
}

/* False when the time is over and the notifier is open again. */
static bool close_notifier(struct notifier *notifier, uint32_t timeout_ms)
{
    tick_t now = clock_ticks(&clock_system), limit = now + timeout_ms;
    bool is_closed;

    lock_acquire(&notifier->lock);
    notifier->is_open = false;
    cond_broadcast(&notifier->work);
    for (; notifier->running && now < limit; now = clock_ticks(&clock_system))
        cond_wait(&notifier->left, &notifier->lock, (uint32_t)(limit - now));
    is_closed = !notifier->running;
    notifier->is_open = !is_closed;
    lock_release(&notifier->lock);
    return is_closed;
}

bool notifier_stop(struct notifier *notifier, uint32_t timeout_ms)
{
    bool is_closed = close_notifier(notifier, timeout_ms);

    join_workers(notifier);
    if (!is_closed) post_work(notifier);
    return is_closed;
}
