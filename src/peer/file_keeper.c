/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A list of what is to be kept or dropped, and the thread that works on it. A file is not locked
 * meanwhile: it is kept only when the bytes that were read are those that were judged. */
#include "peer/file_keeper.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/list.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/url.h"
#include "bitsmsg.h"

#define PIECE_SIZE 0x40000u
/* Files that are open while they wait. Those beyond are opened in their turn, if they are there
 * still: programs move what they have downloaded. */
#define OPEN_MAX 256
/* Of the time in a file system: FAT counts in steps of two seconds. */
#define TIME_STEP 20000000ull

struct task
{
    struct list link;
    bool is_kept; /* else dropped */
    WCHAR *url;
    WCHAR *path;
    struct cache_file *file; /* NULL: not opened yet */
    struct file_version version;
    struct file_sum sum;
    struct file_ranges *ranges; /* a reference; NULL: the whole remote file */
};

struct file_keeper
{
    struct file_keeper_config config; /* immutable after create */
    struct thread thread;
    struct lock lock; /* leaf; the rest */
    struct cond changed;
    struct list tasks;
    uint32_t count;
    uint32_t open_count; /* of files that wait */
    bool is_running;
    bool is_busy;
    bool is_stopped;
};

static void close_file(struct file_keeper *keeper, struct task *task)
{
    if (!task->file) return;
    keeper->config.disk->close(keeper->config.disk_ctx, task->file);
    task->file = NULL;
    lock_acquire(&keeper->lock);
    keeper->open_count--;
    lock_release(&keeper->lock);
}

/* Before the program hears that the file is its own. */
static void open_file(struct file_keeper *keeper, struct task *task)
{
    const struct cache_disk *disk = keeper->config.disk;
    bool has_room;

    lock_acquire(&keeper->lock);
    if ((has_room = keeper->open_count < OPEN_MAX)) keeper->open_count++;
    lock_release(&keeper->lock);
    if (!has_room || SUCCEEDED(disk->open(keeper->config.disk_ctx, task->path, &task->file)))
        return;
    task->file = NULL;
    lock_acquire(&keeper->lock);
    keeper->open_count--;
    lock_release(&keeper->lock);
}

static void free_task(struct file_keeper *keeper, struct task *task)
{
    if (!task) return;
    close_file(keeper, task);
    free(task->url);
    free(task->path);
    file_ranges_release(task->ranges);
    free(task);
}

static struct task *create_task(struct file_keeper *keeper, const struct judged_file *file,
                                bool is_kept)
{
    struct task *task = calloc(1, sizeof(*task));

    if (!task) return NULL;
    list_init(&task->link);
    task->is_kept = is_kept;
    task->version = *file->version;
    task->sum = *file->sum;
    task->ranges = file_ranges_addref(file->ranges);
    if (!(task->url = str_dup(file->remote_name)) || !(task->path = str_dup(file->path)))
    {
        free_task(keeper, task);
        return NULL;
    }
    if (is_kept) open_file(keeper, task);
    return task;
}

/* ---- one file ---- */

static bool is_stopped(void *ctx)
{
    struct file_keeper *keeper = ctx;
    bool stopped;

    lock_acquire(&keeper->lock);
    stopped = keeper->is_stopped;
    lock_release(&keeper->lock);
    return stopped;
}

static uint64_t size_of(const struct task *task)
{
    return file_ranges_local_size(task->ranges, task->version.size);
}

/* Has the file the size and, when published, the time that it was given? */
static HRESULT check_facts(struct file_keeper *keeper, struct cache_file *file,
                           const struct task *task)
{
    const struct cache_disk *disk = keeper->config.disk;
    struct cache_file_facts facts;
    uint64_t difference;
    HRESULT hr;

    if (FAILED(hr = disk->get_facts(keeper->config.disk_ctx, file, &facts))) return hr;
    if (facts.size != size_of(task)) return ERR_FILE_INVALID;
    if (task->sum.end == size_of(task)) return S_OK; /* the sum tells more */
    difference = facts.modified > task->version.mtime ? facts.modified - task->version.mtime
                                                      : task->version.mtime - facts.modified;
    return difference < TIME_STEP ? S_OK : ERR_FILE_INVALID;
}

static HRESULT copy(struct file_keeper *keeper, struct cache_file *file, const struct task *task,
                    struct cache_writer *writer, void *piece)
{
    const struct cache_disk *disk = keeper->config.disk;
    uint64_t size = size_of(task);
    uint32_t sum = 0;
    HRESULT hr;

    for (uint64_t offset = 0; offset < size;)
    {
        size_t part = size - offset < PIECE_SIZE ? (size_t)(size - offset) : PIECE_SIZE;

        if (is_stopped(keeper)) return E_ABORT;
        if (FAILED(hr = disk->read(keeper->config.disk_ctx, file, offset, piece, part))) return hr;
        sum = crc32c(sum, piece, part);
        if (FAILED(hr = cache_writer_put(writer, piece, part))) return hr;
        offset += part;
    }
    if (task->sum.end == size && sum != task->sum.crc32c) return ERR_FILE_INVALID;
    return check_facts(keeper, file, task);
}

/* As the cache has them; NULL, and S_OK, for a whole file. */
static HRESULT ranges_of(const struct task *task, struct cache_range **out)
{
    uint32_t count = task->ranges ? task->ranges->count : 0;

    *out = NULL;
    if (!count) return S_OK;
    if (count > CACHE_RANGES_MAX) return E_INVALIDARG;
    if (!(*out = malloc(count * sizeof(**out)))) return E_OUTOFMEMORY;
    for (uint32_t i = 0; i < count; i++)
    {
        const struct file_range *item = &task->ranges->items[i];

        (*out)[i].offset = item->offset;
        (*out)[i].length =
            item->length == FILE_RANGE_TO_END ? task->version.size - item->offset : item->length;
    }
    return S_OK;
}

static HRESULT write_record(struct file_keeper *keeper, struct cache *cache,
                            struct cache_file *file, const struct task *task,
                            const struct cache_range *ranges)
{
    const struct cache_request request = {.url = task->url,
                                          .file_time = task->version.mtime,
                                          .file_size = task->version.size,
                                          .ranges = ranges,
                                          .range_count = ranges ? task->ranges->count : 0,
                                          .is_validated = true};
    struct cache_writer *writer;
    void *piece = malloc(PIECE_SIZE);
    HRESULT hr = E_OUTOFMEMORY;
    GUID id;

    if (!piece) return hr;
    if (SUCCEEDED(hr = cache_writer_begin(cache, &request, &writer)))
    {
        if (SUCCEEDED(hr = copy(keeper, file, task, writer, piece)))
            hr = cache_writer_commit(writer, &id);
        else
            cache_writer_cancel(writer);
    }
    free(piece);
    return hr;
}

static bool has_all_of(const struct cache_record *record, const struct task *task,
                       const struct cache_range *ranges)
{
    if (record->range_count == 1 && record->size == task->version.size) return true;
    return ranges && record->range_count == task->ranges->count &&
           !memcmp(record->ranges, ranges, record->range_count * sizeof(*ranges));
}

static bool is_there(struct cache *cache, const struct task *task, const struct cache_range *ranges)
{
    const struct cache_query query = {.url = task->url,
                                      .file_time = task->version.mtime,
                                      .has_size = true,
                                      .file_size = task->version.size,
                                      .is_validated_only = true};
    struct cache_list list;
    bool is_found = false;

    if (FAILED(cache_find(cache, &query, SIZE_MAX, &list))) return false;
    for (size_t i = 0; i < list.count && !is_found; i++)
        is_found = has_all_of(&list.records[i], task, ranges);
    cache_list_free(&list);
    return is_found;
}

static HRESULT keep(struct file_keeper *keeper, struct cache *cache, struct task *task)
{
    const struct cache_disk *disk = keeper->config.disk;
    struct cache_file *file = task->file;
    struct cache_range *ranges;
    HRESULT hr;

    if (FAILED(hr = ranges_of(task, &ranges))) return hr;
    if (is_there(cache, task, ranges))
        hr = S_FALSE;
    else if (file || SUCCEEDED(hr = disk->open(keeper->config.disk_ctx, task->path, &file)))
    {
        if (SUCCEEDED(hr = check_facts(keeper, file, task)))
            hr = write_record(keeper, cache, file, task, ranges);
        if (!task->file) disk->close(keeper->config.disk_ctx, file);
    }
    free(ranges);
    return hr;
}

/* Whatever was kept of this version of the URL. */
static HRESULT drop(struct cache *cache, const struct task *task)
{
    const struct cache_query query = {.url = task->url, .file_time = task->version.mtime};
    struct cache_list list;
    HRESULT hr = cache_find(cache, &query, SIZE_MAX, &list);

    if (FAILED(hr)) return hr;
    for (size_t i = 0; i < list.count; i++)
        /* A reader may have it: then nobody else gets it. */
        if (cache_delete(cache, &list.records[i].id) == BG_E_BUSYCACHERECORD)
            cache_set_validated(cache, &list.records[i].id, false);
    cache_list_free(&list);
    return S_OK;
}

static void work_on(struct file_keeper *keeper, struct task *task)
{
    struct cache *cache;
    char url[256];
    HRESULT hr;

    if (SUCCEEDED(hr = keeper->config.get_cache(keeper->config.ctx, &cache)))
        hr = task->is_kept ? keep(keeper, cache, task) : drop(cache, task);
    if (SUCCEEDED(hr) || hr == E_ABORT) return;
    url_redact_to_char(task->url, url, sizeof(url));
    LOG_INFO(LOG_PEER, "%s is not %s: %#lx", url, task->is_kept ? "kept for peers" : "dropped",
             (unsigned long)hr);
}

/* ---- the thread ---- */

static struct task *next_task(struct file_keeper *keeper)
{
    struct task *task = LIST_HEAD_ENTRY(&keeper->tasks, struct task, link);

    if (!task || keeper->is_stopped) return NULL;
    list_remove(&task->link);
    keeper->count--;
    keeper->is_busy = true;
    return task;
}

static void maintain(struct file_keeper *keeper)
{
    struct cache *cache;

    if (SUCCEEDED(keeper->config.get_cache(keeper->config.ctx, &cache))) cache_maintain(cache);
}

static void keeper_loop(void *arg)
{
    struct file_keeper *keeper = arg;
    struct task *task;
    bool is_due;

    lock_acquire(&keeper->lock);
    while (!keeper->is_stopped)
    {
        if ((task = next_task(keeper)))
        {
            lock_release(&keeper->lock);
            work_on(keeper, task);
            free_task(keeper, task);
            lock_acquire(&keeper->lock);
            keeper->is_busy = false;
            cond_broadcast(&keeper->changed);
            continue;
        }
        is_due = !cond_wait(&keeper->changed, &keeper->lock, keeper->config.maintain_ms);
        if (!is_due || keeper->is_stopped) continue;
        lock_release(&keeper->lock);
        maintain(keeper);
        lock_acquire(&keeper->lock);
    }
    lock_release(&keeper->lock);
}

static void add(struct file_keeper *keeper, const struct judged_file *file, bool is_kept)
{
    struct task *task = create_task(keeper, file, is_kept);
    HRESULT hr = E_OUTOFMEMORY;

    lock_acquire(&keeper->lock);
    if (task && keeper->count < FILE_KEEPER_MAX)
    {
        hr = S_OK;
        if (!keeper->is_running)
            hr = thread_start(&keeper->thread, keeper_loop, keeper, "file keeper");
        if (SUCCEEDED(hr))
        {
            keeper->is_running = true;
            keeper->count++;
            list_add_tail(&keeper->tasks, &task->link);
            task = NULL;
            cond_broadcast(&keeper->changed);
        }
    }
    lock_release(&keeper->lock);
    if (FAILED(hr)) LOG_WARN(LOG_PEER, "a file is not kept for peers: %#lx", (unsigned long)hr);
    free_task(keeper, task);
}

/* A search names the time of a file, so without one nobody could find it. */
static bool can_be_found(const struct judged_file *file)
{
    enum url_scheme scheme = url_scheme_of(file->remote_name);

    return (scheme == URL_HTTP || scheme == URL_HTTPS) && file->version->known &&
           file->version->has_mtime && file->version->size;
}

void file_keeper_keep(struct file_keeper *keeper, const struct judged_file *file)
{
    if (can_be_found(file) && !file->version->is_private) add(keeper, file, true);
}

void file_keeper_drop(struct file_keeper *keeper, const struct judged_file *file)
{
    if (can_be_found(file)) add(keeper, file, false);
}

void file_keeper_wait(struct file_keeper *keeper)
{
    lock_acquire(&keeper->lock);
    while (keeper->count || keeper->is_busy)
        cond_wait(&keeper->changed, &keeper->lock, COND_FOREVER);
    lock_release(&keeper->lock);
}

/* ---- life ---- */

HRESULT file_keeper_create(const struct file_keeper_config *config, struct file_keeper **out)
{
    struct file_keeper *keeper = calloc(1, sizeof(*keeper));

    *out = keeper;
    if (!keeper) return E_OUTOFMEMORY;
    keeper->config = *config;
    lock_init(&keeper->lock, LOCK_RANK_LEAF, "file keeper");
    cond_init(&keeper->changed);
    list_init(&keeper->tasks);
    return S_OK;
}

void file_keeper_destroy(struct file_keeper *keeper)
{
    struct task *task;

    if (!keeper) return;
    lock_acquire(&keeper->lock);
    keeper->is_stopped = true;
    cond_broadcast(&keeper->changed);
    lock_release(&keeper->lock);
    if (keeper->is_running) thread_join(&keeper->thread);
    while ((task = LIST_HEAD_ENTRY(&keeper->tasks, struct task, link)))
    {
        list_remove(&task->link);
        free_task(keeper, task);
    }
    cond_done(&keeper->changed);
    lock_done(&keeper->lock);
    free(keeper);
}
