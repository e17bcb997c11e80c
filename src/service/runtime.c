/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The composition root: makes the parts, plugs them into each other, and takes them apart in the
 * opposite order. One thread at a time starts or stops; others wait for it. */
#include "service/runtime.h"

#include <string.h>

#include "base/clock.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/thread.h"
#include "com/bg_callback.h"
#include "com/bg_server_check.h"
#include "com/bg_manager.h"
#include "com/bg_notify_class.h"
#include "com/com_util.h"
#include "job/queue.h"
#include "com/caller.h"
#include "notify/notifier.h"
#include "notify/notify_command.h"
#include "policy/policy_source.h"
#include "service/class_objects.h"
#include "service/conditions.h"
#include "service/owner.h"
#include "service/queue_store.h"
#include "service/event_file.h"
#include "service/machine_folder.h"
#include "service/settings.h"
#include "transfer/local_files.h"

/* How long a client that is being told of an event may hold up the end of the engine. */
#define NOTIFIER_STOP_MS 2000

/* Seconds of a background job's turn: no page tells how long it is. */
#define TIME_SLICE 300

enum runtime_state
{
    RUNTIME_STOPPED,
    RUNTIME_CHANGING,
    RUNTIME_RUNNING
};

struct engine
{
    HMODULE module; /* a reference of our own: threads must not outlive their code */
    HANDLE owner;   /* the right to have the queue: the first to come, the last to go */
    GUID instance;  /* where the others find it */
    struct policy_source *policy;
    struct notifier *notifier;
    struct caller_facts account; /* of this process */
    struct notify_command *programs;
    struct peer_cache *peers;
    struct transfer *transfer;
    struct queue_store *store;
    struct conditions *conditions;
    struct queue *queue;
    struct thread scheduler;
    bool is_transfer_begun, is_scheduler_begun; /* work_lock */
    struct class_objects *offered;              /* NULL: other processes cannot connect */
    uint32_t time_slice;                        /* immutable while it runs */
};

static struct
{
    INIT_ONCE once;
    struct lock lock;      /* leaf */
    struct lock work_lock; /* leaf; while threads for jobs are started */
    struct cond changed;
    enum runtime_state state;     /* lock */
    struct runtime_config config; /* lock */
    struct engine engine;         /* of the thread that is CHANGING; read-only while RUNNING */
} runtime = {.once = INIT_ONCE_STATIC_INIT};

static BOOL CALLBACK init_runtime(INIT_ONCE *once, void *arg, void **out)
{
    (void)once;
    (void)arg;
    (void)out;
    lock_init(&runtime.lock, LOCK_RANK_LEAF, "runtime");
    lock_init(&runtime.work_lock, LOCK_RANK_LEAF, "work");
    cond_init(&runtime.changed);
    runtime.config = (struct runtime_config){
        .time_slice = TIME_SLICE, .transfer = transfer_defaults, .peers = peer_cache_defaults};
    return TRUE;
}

/* Waits until nobody is changing the state. With the lock held. */
static void lock_runtime(void)
{
    InitOnceExecuteOnce(&runtime.once, init_runtime, NULL, NULL);
    lock_acquire(&runtime.lock);
    while (runtime.state == RUNTIME_CHANGING)
        cond_wait(&runtime.changed, &runtime.lock, COND_FOREVER);
}

/* For COM's question whether the DLL may go, which also comes from the end of an apartment of ours,
 * while another thread stops the engine and waits for that end. */
static bool try_lock_runtime(void)
{
    bool is_changing;

    InitOnceExecuteOnce(&runtime.once, init_runtime, NULL, NULL);
    lock_acquire(&runtime.lock);
    is_changing = runtime.state == RUNTIME_CHANGING;
    if (is_changing) lock_release(&runtime.lock);
    return !is_changing;
}

static void set_state(enum runtime_state state)
{
    lock_acquire(&runtime.lock);
    runtime.state = state;
    cond_broadcast(&runtime.changed);
    lock_release(&runtime.lock);
}

/* ---- the parts ---- */

static void on_policy_changed(void *ctx, const struct policy *policy)
{
    struct engine *engine = ctx;
    struct machine_settings settings = settings_from_policy(policy, engine->time_slice);

    queue_apply_settings(engine->queue, &settings);
    peer_cache_apply(engine->peers, policy);
}

static bool run_program(void *ctx, const struct notify_event *event)
{
    return notify_command_run(ctx, event);
}

static HRESULT create_notifier(struct engine *engine)
{
    const struct notifier_config config = {.ctx = engine->programs,
                                           .thread_begin = bg_callback_thread_begin,
                                           .thread_end = bg_callback_thread_end,
                                           .deliver = bg_notify_deliver,
                                           .run_program = run_program,
                                           .release = bg_callback_release};
    return notifier_create(&config, &engine->notifier);
}

/* Under Wine a thread that waits for jobs costs a MiB of memory. */
static HRESULT begin_work(void *ctx)
{
    struct engine *engine = ctx;
    HRESULT hr = S_OK;

    lock_acquire(&runtime.work_lock);
    if (!engine->is_transfer_begun && SUCCEEDED(hr = transfer_begin(engine->transfer)))
        engine->is_transfer_begun = true;
    if (SUCCEEDED(hr) && !engine->is_scheduler_begun &&
        SUCCEEDED(hr = thread_start(&engine->scheduler, queue_scheduler_loop, engine->queue,
                                    "scheduler")))
        engine->is_scheduler_begun = true;
    lock_release(&runtime.work_lock);
    return hr;
}

static const struct work_ops work_ops = {begin_work};

static HRESULT create_peers(struct engine *engine, const struct runtime_config *config)
{
    struct peer_cache_config peers = config->peers;
    WCHAR folder[MACHINE_PATH_SIZE];
    HRESULT hr;

    if (!peers.folder)
    {
        if (FAILED(hr = machine_folder_path(u"PeerCache", folder))) return hr;
        peers.folder = folder;
    }
    return peer_cache_create(&peers, &engine->peers);
}

/* ---- servers that a client looks at himself ---- */

static void ask_client(void *arg)
{
    struct server_question *question = arg;
    const struct server_facts *facts = server_question_facts(question);
    const struct bg_server_check check = {.job = facts->job,
                                          .file = facts->file,
                                          .target = server_judge_target(facts->judge),
                                          .cert = facts->cert,
                                          .cert_size = facts->cert_size,
                                          .chain = facts->chain,
                                          .chain_size = facts->chain_size};

    server_question_answer(question, bg_server_check_call(&check));
}

static HRESULT server_check_ask(struct server_question *question)
{
    return bg_server_check_start(ask_client, question);
}

static HRESULT create_transfer(struct engine *engine, const struct runtime_config *config)
{
    struct transfer_config transfer = config->transfer;

    if (!transfer.peers)
    {
        transfer.peers = &peer_source_ops;
        transfer.peers_ctx = engine->peers;
    }
    transfer.ask_client = server_check_ask;
    return transfer_create(&transfer, &engine->transfer);
}

static HRESULT create_queue(struct engine *engine, const struct runtime_config *config)
{
    struct queue_ports ports = {.clock = clock_system,
                                .transfer = &transfer_mover_ops,
                                .transfer_ctx = engine->transfer,
                                .files = &local_file_ops,
                                .files_ctx = NULL,
                                .notify = &notifier_ops,
                                .notify_ctx = engine->notifier,
                                .cache = &peer_keep_ops,
                                .cache_ctx = engine->peers,
                                .account = &engine->account,
                                .store = &queue_store_ops,
                                .store_ctx = engine->store,
                                .work = &work_ops,
                                .work_ctx = engine,
                                .conditions = &condition_port,
                                .conditions_ctx = engine->conditions};
    struct policy *policy = policy_source_get(engine->policy);
    struct machine_settings settings = settings_from_policy(policy, engine->time_slice);
    HRESULT hr;

    peer_cache_apply(engine->peers, policy);
    policy_release(policy);
    if (config->plug) config->plug(&ports);
    if (FAILED(hr = queue_create(&ports, &settings, &engine->queue))) return hr;
    conditions_start(engine->conditions, engine->queue);
    return queue_store_load(engine->store, engine->queue);
}

static HRESULT start_threads(struct engine *engine)
{
    HRESULT hr;

    if (queue_job_count(engine->queue) && FAILED(hr = begin_work(engine))) return hr;
    /* Without it changes of policy are seen at the next start only. */
    if (FAILED(hr = policy_source_start(engine->policy)))
        LOG_ERR(LOG_SERVICE, "policies are not watched: %#lx", (unsigned long)hr);
    notifier_start(engine->notifier, engine->queue);
    return S_OK;
}

/* Without it this process still has its own engine. */
static void offer_classes(struct engine *engine)
{
    HRESULT hr = class_objects_start(runtime_create_manager, &engine->instance, &engine->offered);

    if (FAILED(hr)) LOG_ERR(LOG_SERVICE, "other processes cannot connect: %#lx", (unsigned long)hr);
}

/* Takes a half-built engine too; the notifier has been stopped, or was never started. */
static void end_engine(struct engine *engine)
{
    HMODULE module = engine->module;

    class_objects_stop(engine->offered);
    notify_command_destroy(engine->programs);
    if (engine->policy) policy_source_stop(engine->policy);
    conditions_destroy(engine->conditions);
    if (engine->queue) queue_stop_scheduler(engine->queue);
    thread_join(&engine->scheduler);
    if (engine->transfer) transfer_destroy(engine->transfer);
    peer_cache_destroy(engine->peers);
    if (engine->queue) queue_destroy(engine->queue);
    queue_store_close(engine->store);
    if (engine->notifier) notifier_destroy(engine->notifier);
    if (engine->policy) policy_source_destroy(engine->policy);
    event_file_close();
    owner_release(engine->owner);
    memset(engine, 0, sizeof(*engine));
    /* Our caller holds another reference, or this code would not run. */
    if (module) FreeLibrary(module);
}

static HRESULT start_engine(struct engine *engine, const struct runtime_config *config)
{
    HRESULT hr;

    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, (const WCHAR *)&runtime,
                            &engine->module))
        return HRESULT_FROM_WIN32(GetLastError());
    engine->time_slice = config->time_slice;
    event_file_open();
    /* Whoever has won here may open the queue. */
    if (SUCCEEDED(hr = owner_acquire(&engine->owner, &engine->instance)) &&
        SUCCEEDED(hr = policy_source_create(on_policy_changed, engine, &engine->policy)) &&
        SUCCEEDED(hr = caller_get_process(&engine->account)) &&
        SUCCEEDED(hr = notify_command_create(&engine->account, &engine->programs)) &&
        SUCCEEDED(hr = conditions_create(&engine->conditions)) &&
        SUCCEEDED(hr = create_notifier(engine)) && SUCCEEDED(hr = create_peers(engine, config)) &&
        SUCCEEDED(hr = create_transfer(engine, config)) &&
        SUCCEEDED(hr = queue_store_open(config->queue_file, &engine->store)) &&
        SUCCEEDED(hr = create_queue(engine, config)))
        hr = start_threads(engine);
    if (SUCCEEDED(hr))
        offer_classes(engine);
    else
        end_engine(engine);
    return hr;
}

/* ---- start and stop ---- */

struct runtime_config runtime_get_config(void)
{
    struct runtime_config config;

    lock_runtime();
    config = runtime.config;
    lock_release(&runtime.lock);
    return config;
}

void runtime_set_config(const struct runtime_config *config)
{
    lock_runtime();
    runtime.config = *config;
    lock_release(&runtime.lock);
}

static HRESULT start_now(void)
{
    struct runtime_config config = runtime.config;
    HRESULT hr;

    runtime.state = RUNTIME_CHANGING;
    lock_release(&runtime.lock);
    hr = start_engine(&runtime.engine, &config);
    if (FAILED(hr) && hr != OWNER_E_ELSEWHERE)
        LOG_ERR(LOG_SERVICE, "the engine does not start: %#lx", (unsigned long)hr);
    set_state(SUCCEEDED(hr) ? RUNTIME_RUNNING : RUNTIME_STOPPED);
    return hr;
}

HRESULT runtime_start(struct com_engine *engine)
{
    HRESULT hr = S_OK;

    lock_runtime();
    if (runtime.state == RUNTIME_STOPPED)
        hr = start_now();
    else
        lock_release(&runtime.lock);
    if (FAILED(hr)) return hr;
    /* The caller's class object keeps it running. */
    *engine =
        (struct com_engine){runtime.engine.queue, runtime.engine.policy, runtime.engine.peers};
    return S_OK;
}

HRESULT runtime_create_manager(REFIID iid, void **out)
{
    IBackgroundCopyManager *manager;
    struct com_engine engine;
    HRESULT hr;

    *out = NULL;
    /* A front that is on its way keeps the engine as one that lives. */
    com_module_lock();
    if (SUCCEEDED(hr = runtime_start(&engine)) &&
        SUCCEEDED(hr = bg_manager_create(&engine, &manager)))
    {
        hr = IBackgroundCopyManager_QueryInterface(manager, iid, out);
        IBackgroundCopyManager_Release(manager);
    }
    com_module_unlock();
    return hr;
}

static bool is_idle(const struct engine *engine)
{
    return !com_module_is_locked() && !queue_job_count(engine->queue);
}

bool runtime_stop_if_idle(void)
{
    bool is_stopped;

    if (!try_lock_runtime()) return false;
    if (runtime.state == RUNTIME_STOPPED)
    {
        lock_release(&runtime.lock);
        return !com_module_is_locked();
    }
    runtime.state = RUNTIME_CHANGING;
    lock_release(&runtime.lock);

    is_stopped =
        is_idle(&runtime.engine) && notifier_stop(runtime.engine.notifier, NOTIFIER_STOP_MS);
    /* A client that was told of something meanwhile may have kept the job. */
    if (is_stopped && !is_idle(&runtime.engine))
    {
        notifier_start(runtime.engine.notifier, runtime.engine.queue);
        is_stopped = false;
    }
    if (is_stopped) end_engine(&runtime.engine);
    set_state(is_stopped ? RUNTIME_STOPPED : RUNTIME_RUNNING);
    /* Somebody may have asked for a class object meanwhile. */
    return is_stopped && !com_module_is_locked();
}

/* True: the engine runs. It stays meanwhile. */
static bool look_for_work(bool *has_work)
{
    enum runtime_state state;

    lock_runtime();
    state = runtime.state;
    runtime.state = RUNTIME_CHANGING;
    lock_release(&runtime.lock);

    *has_work = state == RUNTIME_RUNNING && (queue_job_count(runtime.engine.queue) ||
                                             peer_cache_is_serving(runtime.engine.peers));
    set_state(state);
    return state == RUNTIME_RUNNING;
}

bool runtime_has_work(void)
{
    bool has_work;

    look_for_work(&has_work);
    return has_work;
}

bool runtime_is_idle(void)
{
    bool has_work;

    return !look_for_work(&has_work) || (!has_work && !com_module_is_locked());
}

bool runtime_stop_with_jobs(void)
{
    bool is_stopped;

    lock_runtime();
    if (runtime.state == RUNTIME_STOPPED)
    {
        lock_release(&runtime.lock);
        return true;
    }
    runtime.state = RUNTIME_CHANGING;
    lock_release(&runtime.lock);

    /* With the last thread of the multithreaded apartment go all objects that clients hold. */
    is_stopped = notifier_stop(runtime.engine.notifier, NOTIFIER_STOP_MS);
    if (is_stopped)
    {
        class_objects_stop(runtime.engine.offered);
        runtime.engine.offered = NULL;
        if ((is_stopped = !com_module_is_locked()))
            end_engine(&runtime.engine);
        else
            notifier_start(runtime.engine.notifier, runtime.engine.queue);
    }
    set_state(is_stopped ? RUNTIME_STOPPED : RUNTIME_RUNNING);
    return is_stopped;
}
