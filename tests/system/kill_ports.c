/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The wrapped ports. Calls of the store come from one thread at a time; files are dealt with by one
 * client's call at a time, for there is one client. */
#include "kill_ports.h"

#include <stdatomic.h>
#include <stdio.h>

#include "base/range_set.h"

static struct
{
    const struct store_ops *store;
    void *store_ctx;
    const struct file_ops *files;
    void *files_ctx;
    struct file_ops files_ops;

    struct kill kill;
    const WCHAR *renames;
    atomic_uint step;
    unsigned int seen;
} ports;

const char *kill_name(const struct kill *kill, char text[64])
{
    static const char *const names[KILL_POINT_COUNT] = {
        [KILL_NEVER] = "nowhere",
        [KILL_CREATE] = "CreateJob",
        [KILL_ADD] = "AddFile",
        [KILL_ADD_SET] = "AddFileSet",
        [KILL_RESUME] = "Resume",
        [KILL_FLAGS] = "SetPeerCachingFlags",
        [KILL_CHECKPOINT] = "a checkpoint",
        [KILL_FILE_DONE] = "file done",
        [KILL_JOB_DONE] = "job done",
        [KILL_COMPLETE] = "Complete",
        [KILL_CANCEL] = "Cancel",
        [KILL_RENAME] = "rename",
        [KILL_DISCARD] = "discard",
        [KILL_REMOVE] = "remove job",
    };

    snprintf(text, 64, "%s %s %u", kill->is_after ? "after" : "before", names[kill->point],
             kill->count);
    return text;
}

void kill_ports_arm(const struct kill *kill, const WCHAR *renames)
{
    ports.kill = *kill;
    ports.renames = renames;
    ports.seen = 0;
}

void kill_ports_enter(enum client_step step)
{
    atomic_store(&ports.step, step);
}

/* ---- the moments ---- */

static void die_if(bool is_now)
{
    if (!is_now) return;
    TerminateProcess(GetCurrentProcess(), KILLED);
    Sleep(INFINITE);
}

/* One more of these; is it the one? */
static bool is_the_one(bool is_a_match)
{
    return is_a_match && ++ports.seen == ports.kill.count;
}

static bool is_in(enum client_step step)
{
    return atomic_load(&ports.step) == (unsigned int)step;
}

static bool is_of_job(const struct job_status *status, bool is_new)
{
    switch (ports.kill.point)
    {
    case KILL_CREATE:
        return is_new && is_in(STEP_CREATE);
    case KILL_RESUME:
        return is_in(STEP_RESUME) && status->state != JOB_SUSPENDED;
    case KILL_FLAGS:
        return is_in(STEP_FLAGS) && status->peer_flags;
    case KILL_JOB_DONE:
        return status->state == JOB_TRANSFERRED && status->ending == JOB_ENDING_NONE;
    case KILL_COMPLETE:
        return status->ending == JOB_ENDING_COMPLETE;
    case KILL_CANCEL:
        return status->ending == JOB_ENDING_CANCEL;
    default:
        return false;
    }
}

static bool is_of_file(const struct file_status *status, bool is_new)
{
    switch (ports.kill.point)
    {
    case KILL_ADD:
        return is_new && is_in(STEP_ADD);
    case KILL_ADD_SET:
        return is_new && is_in(STEP_ADD_SET);
    case KILL_CHECKPOINT:
        return range_set_total(&status->have) && !status->is_done;
    case KILL_FILE_DONE:
        return status->is_done && !status->is_published;
    default:
        return false;
    }
}

static bool is_match(const struct store_change *change)
{
    switch (change->kind)
    {
    case STORE_JOB:
        return is_of_job(&change->job_data.status, change->job_data.texts != NULL);
    case STORE_FILE:
        return is_of_file(&change->file_data.status, change->file_data.names != NULL);
    case STORE_REMOVE_JOB:
        return ports.kill.point == KILL_REMOVE;
    }
    return false;
}

/* ---- the ports ---- */

static HRESULT commit(void *ctx, const struct store_change *changes)
{
    bool is_here = false, is_now;
    HRESULT hr;

    (void)ctx;
    for (const struct store_change *c = changes; c && !is_here; c = c->next)
        is_here = is_match(c);
    is_now = is_the_one(is_here);
    die_if(is_now && !ports.kill.is_after);
    hr = ports.store->commit(ports.store_ctx, changes);
    die_if(is_now);
    return hr;
}

static void note_rename(void)
{
    HANDLE file =
        CreateFileW(ports.renames, FILE_APPEND_DATA, FILE_SHARE_READ, NULL, OPEN_ALWAYS, 0, NULL);
    DWORD written = 0;

    ok(file != INVALID_HANDLE_VALUE && WriteFile(file, "r", 1, &written, NULL) && written == 1,
       "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static HRESULT publish(void *ctx, const WCHAR *temp_name, const WCHAR *local_name, filetime_t mtime)
{
    bool is_now = is_the_one(ports.kill.point == KILL_RENAME);
    HRESULT hr;

    (void)ctx;
    die_if(is_now && !ports.kill.is_after);
    hr = ports.files->publish(ports.files_ctx, temp_name, local_name, mtime);
    if (SUCCEEDED(hr)) note_rename();
    die_if(is_now);
    return hr;
}

static HRESULT discard(void *ctx, const WCHAR *temp_name)
{
    bool is_now = is_the_one(ports.kill.point == KILL_DISCARD);
    HRESULT hr;

    (void)ctx;
    die_if(is_now && !ports.kill.is_after);
    hr = ports.files->discard(ports.files_ctx, temp_name);
    die_if(is_now);
    return hr;
}

static const struct store_ops store_ops = {commit};

void kill_ports_plug(struct queue_ports *queue_ports)
{
    ports.store = queue_ports->store;
    ports.store_ctx = queue_ports->store_ctx;
    ports.files = queue_ports->files;
    ports.files_ctx = queue_ports->files_ctx;
    ports.files_ops = *ports.files;
    ports.files_ops.publish = publish;
    ports.files_ops.discard = discard;
    queue_ports->store = &store_ops;
    queue_ports->store_ctx = NULL;
    queue_ports->files = &ports.files_ops;
}
