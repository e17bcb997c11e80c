/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Other names for remote files. A name is no promise: whether the bytes that are there belong to
 * what has it now is found out by the next run, which asks before it fetches. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "base/url.h"
#include "bitsmsg.h"
#include "job/job_private.h"

static HRESULT check_name(const struct job_file *file, const WCHAR *name)
{
    HRESULT hr = url_check_remote(name);

    if (FAILED(hr)) return hr;
    return file->ranges && url_scheme_of(name) == URL_FILE ? E_INVALIDARG : S_OK;
}

/* Peers may only be given bytes under the name that they came from. */
static void keep_content_name(struct job_file *file, WCHAR *old)
{
    if (!file->is_done || file->content_name)
        free(old);
    else
        file->content_name = old;
    if (!file->content_name || !str_is_equal(file->content_name, file->remote_name)) return;
    free(file->content_name);
    file->content_name = NULL;
}

/* Takes the name over. True: it is another one. */
static bool rename_file(struct job *job, struct job_file *file, WCHAR *name)
{
    WCHAR *old = file->remote_name;

    if (str_is_equal(name, old))
    {
        free(name);
        return false;
    }
    file->remote_name = name;
    keep_content_name(file, old);
    file->lacks_ranges = file->is_elsewhere = false;
    if (!file->is_done && file->version.known)
    {
        /* A tag is of one server. */
        file->version.etag[0] = 0;
        file->is_renamed = file->is_of_two_names = true;
        file->restarts = 0;
    }
    job_mark_file(job, file, true);
    return true;
}

static HRESULT finish(struct job *job, bool is_other, bool is_open)
{
    if (!is_other) return S_OK;
    if (is_open) job_apply(job, EV_SOURCES_CHANGED);
    job_touch(job);
    return queue_save(job->queue);
}

HRESULT job_file_set_remote_name(struct job *job, uint32_t index, const WCHAR *name)
{
    struct job_file *file;
    WCHAR *copy;
    HRESULT hr;

    if (job->type != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!name) return E_INVALIDARG;
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    file = job->files[index];
    if (SUCCEEDED(hr = check_name(file, name)))
        hr = (copy = str_dup(name)) ? finish(job, rename_file(job, file, copy), !file->is_done)
                                    : E_OUTOFMEMORY;
    queue_unlock(job->queue);
    return hr;
}

/* ---- prefixes ---- */

struct prefix
{
    const WCHAR *text, *replacement;
    size_t len, replacement_len;
};

/* S_FALSE: it has another prefix. */
static HRESULT make_name(const struct job_file *file, const struct prefix *prefix, WCHAR **out)
{
    size_t len = str_len(file->remote_name);
    WCHAR *name;
    HRESULT hr;

    *out = NULL;
    if (len < prefix->len || memcmp(file->remote_name, prefix->text, prefix->len * sizeof(*name)))
        return S_FALSE;
    len -= prefix->len;
    if (!(name = malloc((prefix->replacement_len + len + 1) * sizeof(*name)))) return E_OUTOFMEMORY;
    memcpy(name, prefix->replacement, prefix->replacement_len * sizeof(*name));
    memcpy(name + prefix->replacement_len, file->remote_name + prefix->len,
           (len + 1) * sizeof(*name));
    if (FAILED(hr = check_name(file, name)))
        free(name);
    else
        *out = name;
    return hr;
}

/* All of them or none; S_FALSE: there are none. */
static HRESULT make_names(const struct job *job, const struct prefix *prefix, WCHAR **names)
{
    bool is_found = false;
    HRESULT hr = S_OK;

    for (uint32_t i = 0; i < job->file_count && SUCCEEDED(hr); i++)
    {
        hr = make_name(job->files[i], prefix, &names[i]);
        is_found |= hr == S_OK;
    }
    if (FAILED(hr)) return hr;
    return is_found ? S_OK : S_FALSE;
}

static HRESULT rename_files(struct job *job, WCHAR **names)
{
    bool is_other = false, is_open = false;

    for (uint32_t i = 0; i < job->file_count; i++)
    {
        if (!names[i] || !rename_file(job, job->files[i], names[i])) continue;
        is_other = true;
        is_open |= !job->files[i]->is_done;
    }
    return finish(job, is_other, is_open);
}

HRESULT job_replace_remote_prefix(struct job *job, const WCHAR *old_prefix, const WCHAR *new_prefix)
{
    struct prefix prefix = {.text = old_prefix, .replacement = new_prefix};
    WCHAR **names;
    HRESULT hr;

    if (job->type != JOB_TYPE_DOWNLOAD) return E_NOTIMPL;
    if (!old_prefix || !*old_prefix || !new_prefix || !*new_prefix) return E_INVALIDARG;
    prefix.len = str_len(old_prefix);
    prefix.replacement_len = str_len(new_prefix);
    if (FAILED(hr = job_lock_for_change(job))) return hr;
    if (!(names = calloc(job->file_count + 1u, sizeof(*names))))
        hr = E_OUTOFMEMORY;
    else if ((hr = make_names(job, &prefix, names)) == S_OK)
        hr = rename_files(job, names);
    else
        for (uint32_t i = 0; i < job->file_count; i++)
            free(names[i]);
    queue_unlock(job->queue);
    free(names);
    return hr;
}
