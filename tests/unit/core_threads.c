/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The core with real threads: a scheduler, a mover that moves numbers, a notifier, and clients that
 * do whatever is legal at the same time. The journal of the mover says whether a byte was fetched
 * twice. Meant for the thread sanitizer. */
#include "harness/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/random.h"
#include "base/str.h"
#include "base/thread.h"
#include "bitsmsg.h"
#include "job/job.h"
#include "job/job_notify.h"
#include "job/job_transfer.h"
#include "job/queue.h"

#define JOBS        6
#define FILES       3
#define FILE_SIZE   4000
#define STEP        100
#define CLIENTS     4
#define CLIENT_OPS  3000
#define NOTES_MAX   4096
#define RUNS_MAX    64
#define DEADLINE_MS 30000

struct note
{
    struct job *job;
    uint32_t epoch;
    bool is_start;
};

/* The mover; everything under its lock but runs, which is the mover thread's. */
static struct
{
    struct lock lock;
    struct cond wake;
    struct note notes[NOTES_MAX];
    unsigned int first, count;
    bool is_stopped;
    struct note runs[RUNS_MAX];
    unsigned int run_count;
} mover;

/* Bytes fetched, by job, file and byte, in the generation that follows. Mover thread only. */
static unsigned char journal[JOBS][FILES][FILE_SIZE];
static uint32_t generations[JOBS][FILES];
static unsigned int twice;

static struct queue *queue;
static struct job *jobs[JOBS];
static struct caller_facts user;

static struct
{
    struct lock lock;
    struct cond wake;
    bool is_woken;
    bool is_stopped;
    unsigned int released;
    unsigned int told;
} notifier;

/* ---- the mover ---- */

static void leave_note(struct job *job, uint32_t epoch, bool is_start)
{
    lock_acquire(&mover.lock);
    if (mover.count < NOTES_MAX)
        mover.notes[(mover.first + mover.count++) % NOTES_MAX] =
            (struct note){job, epoch, is_start};
    else
        abort();
    cond_signal(&mover.wake);
    lock_release(&mover.lock);
}

static void mover_start(void *ctx, struct job *job, uint32_t epoch)
{
    (void)ctx;
    leave_note(job, epoch, true);
}

static void mover_stop(void *ctx, struct job *job, uint32_t epoch)
{
    (void)ctx;
    leave_note(job, epoch, false);
}

static unsigned int index_of(const struct job *job)
{
    for (unsigned int i = 0; i < JOBS; i++)
        if (jobs[i] == job) return i;
    abort();
}

static void end_run(unsigned int index)
{
    struct job *job = mover.runs[index].job;

    mover.runs[index] = mover.runs[--mover.run_count];
    job_transfer_released(job);
}

static void take_note(const struct note *note)
{
    if (note->is_start)
    {
        if (mover.run_count == RUNS_MAX) abort();
        mover.runs[mover.run_count++] = *note;
        return;
    }
    for (unsigned int i = 0; i < mover.run_count; i++)
        if (mover.runs[i].job == note->job && mover.runs[i].epoch == note->epoch)
        {
            end_run(i);
            return;
        }
}

static void write_journal(const struct job *job, const struct transfer_plan *plan,
                          const struct byte_range *range)
{
    unsigned int index = index_of(job);
    unsigned char *bytes = journal[index][plan->file_index];

    if (generations[index][plan->file_index] != plan->generation)
    {
        generations[index][plan->file_index] = plan->generation;
        memset(bytes, 0, FILE_SIZE);
    }
    for (uint64_t i = range->begin; i < range->end; i++)
        if (bytes[i]++) twice++;
}

static void fetch_a_step(struct note *run, const struct transfer_plan *plan)
{
    struct file_version version = {.known = true, .size = FILE_SIZE};
    uint32_t file = plan->file_index;
    struct byte_range gap;

    if (!job_transfer_connected(run->job, run->epoch)) return;
    if (!plan->has_temp_file) job_transfer_temp_made(run->job, run->epoch, file, plan->temp_name);
    if (!plan->version.known && !job_transfer_version(run->job, run->epoch, file, &version)) return;
    if (range_set_first_gap(&plan->have, 0, FILE_SIZE, &gap))
    {
        if (gap.end > gap.begin + STEP) gap.end = gap.begin + STEP;
        write_journal(run->job, plan, &gap);
        job_transfer_progress(run->job, file, plan->generation, gap.begin, gap.end, false);
    }
    else
        job_transfer_file_done(run->job, run->epoch, file);
}

/* False when the run is over. */
static bool work(struct note *run)
{
    struct job_error error = {(HRESULT)0x801901f7, ERROR_CONTEXT_REMOTE_FILE, 0};
    struct transfer_plan plan;

    if (job_transfer_next(run->job, run->epoch, &plan) != S_OK) return false;
    switch (random_below(200))
    {
    case 0:
        job_transfer_failed(run->job, run->epoch, &error);
        transfer_plan_done(&plan);
        return false;
    case 1:
        job_transfer_restart(run->job, run->epoch, plan.file_index);
        break;
    default:
        fetch_a_step(run, &plan);
    }
    transfer_plan_done(&plan);
    return true;
}

static void mover_loop(void *arg)
{
    (void)arg;
    lock_acquire(&mover.lock);
    while (!mover.is_stopped || mover.count)
    {
        if (mover.count)
        {
            struct note note = mover.notes[mover.first];

            mover.first = (mover.first + 1) % NOTES_MAX;
            mover.count--;
            lock_release(&mover.lock);
            take_note(&note);
            lock_acquire(&mover.lock);
            continue;
        }
        if (!mover.run_count)
        {
            cond_wait(&mover.wake, &mover.lock, 100);
            continue;
        }
        lock_release(&mover.lock);
        for (unsigned int i = mover.run_count; i--;)
            if (!work(&mover.runs[i])) end_run(i);
        lock_acquire(&mover.lock);
    }
    lock_release(&mover.lock);
}

/* ---- files and notifier ---- */

static HRESULT allow_directory(void *ctx, const WCHAR *local_name)
{
    (void)ctx;
    (void)local_name;
    return S_OK;
}

static HRESULT choose_temp_name(void *ctx, const WCHAR *local_name, WCHAR **temp_name)
{
    (void)ctx;
    *temp_name = str_dup(local_name);
    return *temp_name ? S_OK : E_OUTOFMEMORY;
}

static HRESULT publish(void *ctx, const WCHAR *temp_name, const WCHAR *local_name, filetime_t mtime)
{
    (void)ctx;
    (void)temp_name;
    (void)local_name;
    (void)mtime;
    lock_assert_none_held();
    /* Sometimes somebody has the file open. */
    return random_below(4) ? S_OK : E_ACCESSDENIED;
}

static bool has_size(void *ctx, const WCHAR *name, uint64_t size)
{
    (void)ctx;
    (void)name;
    (void)size;
    lock_assert_none_held();
    return true;
}

static HRESULT discard(void *ctx, const WCHAR *temp_name)
{
    (void)ctx;
    (void)temp_name;
    lock_assert_none_held();
    return S_OK;
}

static void wake_notifier(void *ctx)
{
    (void)ctx;
    lock_acquire(&notifier.lock);
    notifier.is_woken = true;
    cond_signal(&notifier.wake);
    lock_release(&notifier.lock);
}

static void release_target(void *ctx, void *target)
{
    (void)ctx;
    free(target);
    lock_acquire(&notifier.lock);
    notifier.released++;
    lock_release(&notifier.lock);
}

static void notifier_loop(void *arg)
{
    struct notify_event event;

    (void)arg;
    lock_acquire(&notifier.lock);
    while (!notifier.is_stopped)
    {
        if (!notifier.is_woken) cond_wait(&notifier.wake, &notifier.lock, 100);
        notifier.is_woken = false;
        lock_release(&notifier.lock);
        while (job_notify_take(queue, &event))
        {
            memset(event.target, 1, 8); /* it must be alive */
            job_notify_finish(&event, random_below(8));
        }
        lock_acquire(&notifier.lock);
        notifier.told++;
    }
    lock_release(&notifier.lock);
}

/* ---- clients ---- */

static bool is_allowed(HRESULT hr)
{
    return SUCCEEDED(hr) || hr == BG_E_INVALID_STATE || hr == E_PENDING || hr == E_ACCESSDENIED ||
           hr == BG_E_ERROR_INFORMATION_UNAVAILABLE;
}

static HRESULT register_client(struct job *job)
{
    void *target = malloc(8);
    HRESULT hr = job_set_notify_target(job, target);

    if (FAILED(hr)) free(target);
    return hr;
}

static void accept_all(struct machine_settings *settings)
{
    bandwidth_policy_init(&settings->bandwidth);
    for (unsigned int i = 0; i < JOB_PRIORITY_COUNT; i++)
        settings->cost_flags[i] = COST_ALWAYS;
}

static HRESULT do_something(struct job *job, bool may_end)
{
    struct job_progress progress;
    struct job_error error;

    switch (random_below(14))
    {
    case 0:
        return job_suspend(job);
    case 1:
    case 2:
    case 3:
        return job_resume(job);
    case 4:
        return job_set_peer_flags(job, random_below(8));
    case 5:
        return job_set_priority(job, random_below(4));
    case 6:
        return job_set_notify_flags(job, random_below(0x40));
    case 7:
        return register_client(job);
    case 8:
        return job_file_set_validation(job, random_below(FILES), random_below(4));
    case 9:
        job_get_progress(job, &progress);
        return progress.bytes_transferred > FILES * FILE_SIZE ? E_FAIL : S_OK;
    case 10:
        return job_get_error(job, &error);
    case 11:
        return job_set_description(job, u"text");
    case 12:
        if (!may_end || random_below(300)) return S_OK;
        return random_below(2) ? job_cancel(job) : job_complete(job);
    default:
    {
        struct machine_settings settings = {.peer_flags = random_below(4),
                                            .uses_branchcache = random_below(2),
                                            .inactivity_timeout = 86400,
                                            .max_download_time = 86400,
                                            .no_progress_timeout = 86400,
                                            .min_retry_delay = 600,
                                            .max_jobs_per_user = 60,
                                            .max_jobs_per_machine = 60,
                                            .max_files_per_job = 60,
                                            .max_ranges_per_file = 500,
                                            .time_slice = 1};

        accept_all(&settings);
        /* Now and then nothing may run in the background. */
        if (!random_below(8)) settings.bandwidth.rest_rates[random_below(3)] = 0;
        queue_apply_settings(queue, &settings);
        return S_OK;
    }
    }
}

static void client_loop(void *arg)
{
    unsigned int *failures = arg;

    for (unsigned int i = 0; i < CLIENT_OPS; i++)
    {
        unsigned int index = random_below(JOBS);

        /* The first half of the jobs lives to the end. */
        if (!is_allowed(do_something(jobs[index], index >= JOBS / 2))) ++*failures;
    }
}

static bool drive_to_the_end(struct job *job)
{
    tick_t limit = clock_ticks(&clock_system) + DEADLINE_MS;

    job_set_priority(job, JOB_PRIORITY_FOREGROUND);
    while (job_state(job) != JOB_TRANSFERRED)
    {
        if (clock_ticks(&clock_system) > limit) return false;
        job_resume(job);
    }
    return true;
}

static void end_jobs(void)
{
    for (unsigned int i = 0; i < JOBS; i++)
    {
        bool is_final =
            job_state(jobs[i]) == JOB_ACKNOWLEDGED || job_state(jobs[i]) == JOB_CANCELLED;
        struct job_progress progress;

        if (!is_final)
        {
            ok(drive_to_the_end(jobs[i]), "Job %u does not end: state %u.\n", i,
               job_state(jobs[i]));
            job_get_progress(jobs[i], &progress);
            ok(progress.bytes_transferred == FILES * FILE_SIZE, "Job %u has %llu bytes.\n", i,
               (unsigned long long)progress.bytes_transferred);
            while (FAILED(job_complete(jobs[i])))
                continue;
        }
        job_release(jobs[i], JOB_HOLDER_CALLER);
    }
}

static void create_jobs(void)
{
    for (unsigned int i = 0; i < JOBS; i++)
    {
        struct new_file files[FILES];
        HRESULT hr;

        for (unsigned int j = 0; j < FILES; j++)
            files[j] = (struct new_file){u"http://server/file", u"C:\\folder\\file"};
        hr = queue_add_job(queue, u"job", JOB_TYPE_DOWNLOAD, &user, &jobs[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        hr = job_add_files(jobs[i], files, FILES);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
}

static void test_everything_at_once(void)
{
    static const struct transfer_ops transfer = {.start = mover_start, .stop = mover_stop};
    static const struct file_ops files = {.check_directory = allow_directory,
                                          .choose_temp_name = choose_temp_name,
                                          .publish = publish,
                                          .has_size = has_size,
                                          .discard = discard};
    static const struct notify_ops notify = {wake_notifier, release_target};
    struct queue_ports ports = {
        .clock = clock_system, .transfer = &transfer, .files = &files, .notify = &notify};
    struct machine_settings settings = {.inactivity_timeout = 86400,
                                        .max_download_time = 86400,
                                        .no_progress_timeout = 86400,
                                        .min_retry_delay = 600,
                                        .max_jobs_per_user = 60,
                                        .max_jobs_per_machine = 60,
                                        .max_files_per_job = 60,
                                        .max_ranges_per_file = 500,
                                        .time_slice = 1};
    struct thread mover_thread = {0}, scheduler_thread = {0}, notifier_thread = {0};
    struct thread clients[CLIENTS];
    unsigned int failures[CLIENTS] = {0};

    withstands("K5");
    accept_all(&settings);
    lock_init(&mover.lock, LOCK_RANK_LEAF, "mover");
    cond_init(&mover.wake);
    lock_init(&notifier.lock, LOCK_RANK_LEAF, "notifier");
    cond_init(&notifier.wake);
    queue_create(&ports, &settings, &queue);
    create_jobs();
    thread_start(&mover_thread, mover_loop, NULL, "mover");
    thread_start(&scheduler_thread, queue_scheduler_loop, queue, "scheduler");
    thread_start(&notifier_thread, notifier_loop, NULL, "notifier");

    memset(clients, 0, sizeof(clients));
    for (unsigned int i = 0; i < CLIENTS; i++)
        thread_start(&clients[i], client_loop, &failures[i], "client");
    for (unsigned int i = 0; i < CLIENTS; i++)
        thread_join(&clients[i]);
    for (unsigned int i = 0; i < CLIENTS; i++)
        ok(!failures[i], "Client %u got %u undocumented answers.\n", i, failures[i]);
    end_jobs();

    queue_stop_scheduler(queue);
    thread_join(&scheduler_thread);
    lock_acquire(&mover.lock);
    mover.is_stopped = true;
    cond_signal(&mover.wake);
    lock_release(&mover.lock);
    thread_join(&mover_thread);
    lock_acquire(&notifier.lock);
    notifier.is_stopped = true;
    cond_signal(&notifier.wake);
    lock_release(&notifier.lock);
    thread_join(&notifier_thread);

    ok(!twice, "%u bytes were fetched twice.\n", twice);
    ok(!queue_job_count(queue), "%u jobs are left.\n", queue_job_count(queue));
    queue_destroy(queue);
    cond_done(&notifier.wake);
    lock_done(&notifier.lock);
    cond_done(&mover.wake);
    lock_done(&mover.lock);
}

START_TEST(core_threads)
{
    RUN_TEST(test_everything_at_once);
}
