/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A store in memory. */
#include "harness/fake_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/lock.h"
#include "base/str.h"
#include "harness/test.h"

static WCHAR *copy(const WCHAR *text)
{
    return text ? str_dup(text) : NULL;
}

static void set_text(WCHAR **field, const WCHAR *text)
{
    free(*field);
    *field = copy(text);
}

static struct fake_row *find_row(struct fake_store *store, const GUID *id)
{
    for (unsigned int i = 0; i < store->row_count; i++)
        if (store->rows[i].is_used && !memcmp(&store->rows[i].id, id, sizeof(*id)))
            return &store->rows[i];
    return NULL;
}

static void clear_row(struct fake_row *row)
{
    for (uint32_t i = 0; i < row->file_count; i++)
    {
        file_status_done(&row->files[i]);
        free(row->names[i].remote);
        free(row->names[i].local);
        free(row->names[i].temp);
        free(row->names[i].content);
        file_ranges_release(row->names[i].ranges);
    }
    free(row->texts.display_name);
    free(row->texts.description);
    free(row->texts.proxy_list);
    free(row->texts.proxy_bypass);
    free(row->texts.notify_program);
    free(row->texts.notify_parameters);
    memset(row, 0, sizeof(*row));
}

static void put_job(struct fake_store *store, const struct store_change *change)
{
    const struct job_texts *texts = change->job_data.texts;
    struct fake_row *row = find_row(store, &change->job);

    if (!row)
    {
        ok(texts != NULL, "A job comes without its texts.\n");
        ok(store->row_count < FAKE_STORE_ROWS, "Too many jobs.\n");
        row = &store->rows[store->row_count++];
        row->is_used = true;
        row->id = change->job;
    }
    row->status = change->job_data.status;
    if (!texts) return;
    row->texts.type = texts->type;
    row->texts.owner = texts->owner;
    row->texts.legacy = texts->legacy;
    set_text(&row->texts.display_name, texts->display_name);
    set_text(&row->texts.description, texts->description);
    set_text(&row->texts.proxy_list, texts->proxy_list);
    set_text(&row->texts.proxy_bypass, texts->proxy_bypass);
    set_text(&row->texts.notify_program, texts->notify_program);
    set_text(&row->texts.notify_parameters, texts->notify_parameters);
}

static void put_file(struct fake_store *store, const struct store_change *change)
{
    const struct file_names *names = change->file_data.names;
    struct fake_row *row = find_row(store, &change->job);
    struct file_status *status;

    ok(row && change->file <= row->file_count && change->file < FAKE_STORE_ROWS,
       "File %u comes without its job or out of order.\n", change->file);
    if (!row) return;
    if (change->file == row->file_count)
    {
        ok(names != NULL, "A file comes without its names.\n");
        row->file_count++;
    }
    status = &row->files[change->file];
    file_status_done(status);
    *status = change->file_data.status;
    range_set_init(&status->have);
    range_set_copy(&status->have, &change->file_data.status.have);
    file_wishes_copy(&status->wishes, &change->file_data.status.wishes);
    if (!names) return;
    set_text(&row->names[change->file].remote, names->remote);
    set_text(&row->names[change->file].local, names->local);
    set_text(&row->names[change->file].temp, names->temp);
    set_text(&row->names[change->file].content, names->content);
    file_ranges_release(row->names[change->file].ranges);
    row->names[change->file].ranges = file_ranges_addref(names->ranges);
}

static HRESULT fake_commit(void *ctx, const struct store_change *changes)
{
    struct fake_store *store = ctx;
    struct fake_row *row;

    lock_assert_none_held();
    if (FAILED(store->error))
    {
        store->refused++;
        return store->error;
    }
    store->commits++;
    if (store->fail_after && !--store->fail_after) store->error = E_FAIL;
    for (; changes; changes = changes->next)
    {
        if (changes->kind == STORE_JOB) put_job(store, changes);
        if (changes->kind == STORE_FILE) put_file(store, changes);
        if (changes->kind == STORE_REMOVE_JOB && (row = find_row(store, &changes->job)))
            clear_row(row);
    }
    return S_OK;
}

const struct store_ops fake_store_ops = {fake_commit};

void fake_store_init(struct fake_store *store)
{
    memset(store, 0, sizeof(*store));
}

void fake_store_done(struct fake_store *store)
{
    for (unsigned int i = 0; i < store->row_count; i++)
        clear_row(&store->rows[i]);
}

const struct fake_row *fake_store_find(const struct fake_store *store, const GUID *id)
{
    return find_row((struct fake_store *)store, id);
}

unsigned int fake_store_count(const struct fake_store *store)
{
    unsigned int count = 0;

    for (unsigned int i = 0; i < store->row_count; i++)
        count += store->rows[i].is_used;
    return count;
}

static struct job_texts *texts_of(const struct fake_row *row)
{
    struct job_texts *texts = calloc(1, sizeof(*texts));

    *texts = row->texts;
    texts->display_name = copy(row->texts.display_name);
    texts->description = copy(row->texts.description);
    texts->proxy_list = copy(row->texts.proxy_list);
    texts->proxy_bypass = copy(row->texts.proxy_bypass);
    texts->notify_program = copy(row->texts.notify_program);
    texts->notify_parameters = copy(row->texts.notify_parameters);
    return texts;
}

static void restore_file(const struct fake_row *row, uint32_t index, struct job *job)
{
    struct file_names *names = calloc(1, sizeof(*names));
    struct file_status status = row->files[index];
    HRESULT hr;

    range_set_init(&status.have);
    range_set_copy(&status.have, &row->files[index].have);
    file_wishes_copy(&status.wishes, &row->files[index].wishes);
    names->remote = copy(row->names[index].remote);
    names->local = copy(row->names[index].local);
    names->temp = copy(row->names[index].temp);
    names->content = copy(row->names[index].content);
    names->ranges = file_ranges_addref(row->names[index].ranges);
    hr = job_restore_file(job, &status, names);
    ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
}

void fake_store_restore(const struct fake_store *store, struct queue *queue)
{
    for (unsigned int i = 0; i < store->row_count; i++)
    {
        const struct fake_row *row = &store->rows[i];
        struct job *job;
        HRESULT hr;

        if (!row->is_used) continue;
        hr = queue_restore_job(queue, &row->id, &row->status, texts_of(row), &job);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
        for (uint32_t j = 0; j < row->file_count; j++)
            restore_file(row, j, job);
        hr = queue_restore_end(queue, job, true);
        ok(hr == S_OK, "Got hr %#lx.\n", (unsigned long)hr);
    }
}
