/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The temporary file of a run: made, opened again, and read after a start, for programs may have
 * changed it while no engine ran. */
#include "transfer/run_private.h"

#include <stdlib.h>

#include "base/log.h"
#include "transfer/local_files.h"
#include "transfer/run_token.h"

#define TEMP_NAME_TRIES 4

void run_file_written(void *ctx, uint64_t begin, uint64_t end)
{
    struct run *run = ctx;

    range_set_add(&run->plan.have, begin, end);
    job_transfer_summed(run->job, run->plan.file_index, run->plan.generation,
                        file_writer_sum(run->writer));
    job_transfer_progress(run->job, run->plan.file_index, run->plan.generation, begin, end,
                          run->is_from_peer);
}

static HRESULT rename_temp(struct transfer_plan *plan)
{
    WCHAR *name;
    HRESULT hr = local_file_ops.choose_temp_name(NULL, plan->local_name, &name);

    if (FAILED(hr)) return hr;
    free(plan->temp_name);
    plan->temp_name = name;
    return S_OK;
}

/* Another name where somebody has taken ours, and for every start over: a store that has not heard
 * of it yet must not take the new content for the old one. */
static HRESULT make_file(struct run *run)
{
    struct transfer_plan *plan = &run->plan;
    HRESULT hr;

    if (plan->is_direct)
    {
        if (FAILED(hr = file_writer_make_anew(run->writer, plan->temp_name))) return hr;
        job_transfer_temp_made(run->job, run->epoch, plan->file_index, plan->temp_name);
        plan->has_temp_file = true;
        return S_OK;
    }
    if (plan->generation && FAILED(hr = rename_temp(plan))) return hr;
    for (unsigned int i = 0; i < TEMP_NAME_TRIES; i++)
    {
        hr = file_writer_make(run->writer, plan->temp_name);
        if (SUCCEEDED(hr))
        {
            job_transfer_temp_made(run->job, run->epoch, plan->file_index, plan->temp_name);
            plan->has_temp_file = true;
            return S_OK;
        }
        if (hr != HRESULT_FROM_WIN32(ERROR_FILE_EXISTS)) return hr;
        if (FAILED(rename_temp(plan))) return hr;
    }
    return hr;
}

uint64_t run_file_size(const struct transfer_plan *plan)
{
    return file_ranges_local_size(plan->ranges, plan->version.size);
}

uint64_t run_file_end(const struct range_set *have)
{
    size_t count = range_set_count(have);

    return count ? range_set_get(have, count - 1)->end : 0;
}

/* False: local_error, or is_content_lost, says why. */
static bool open_own_file(struct run *run)
{
    uint64_t size = run_file_end(&run->plan.have);
    HRESULT hr;

    if (file_writer_is_open(run->writer)) return true;
    if (!run->plan.has_temp_file)
        hr = make_file(run);
    else if ((hr = file_writer_reopen(run->writer, run->plan.temp_name, size)) == S_FALSE)
    {
        run->is_content_lost = size != 0;
        if (!run->is_content_lost) hr = make_file(run);
    }
    else if (SUCCEEDED(hr) && !run->plan.is_restored)
        file_writer_set_sum(run->writer, &run->plan.sum);
    if (FAILED(hr)) run->local_error = hr;
    return SUCCEEDED(hr) && !run->is_content_lost;
}

bool run_file_open(struct run *run)
{
    bool is_other = token_enter(run->plan.token, run->plan.token_use & TOKEN_LOCAL_FILE);
    bool is_open = open_own_file(run);

    if (is_other) token_leave();
    return is_open;
}

/* Where the bytes end that are there from the first on. */
static uint64_t leading_end(const struct range_set *have)
{
    const struct byte_range *first = range_set_get(have, 0);

    return first && !first->begin ? first->end : 0;
}

/* An engine that was killed wrote in one go from the first gap on, and told of it now and then. */
static void take_untold_bytes(struct run *run)
{
    struct transfer_plan *plan = &run->plan;
    uint64_t told = run_file_end(&plan->have), end;

    plan->is_restored = false;
    if (plan->is_random || told != leading_end(&plan->have)) return;
    end = file_writer_recent_end(run->writer);
    if (end > told && end <= run_file_size(plan)) run_file_written(run, told, end);
}

/* True: there is more to read. */
static bool sum_more(struct run *run, uint64_t end)
{
    HRESULT hr;

    if (file_writer_sum(run->writer)->end >= end) return false;
    hr = file_writer_sum_more(run->writer, end);
    if (hr == HRESULT_FROM_WIN32(ERROR_HANDLE_EOF))
        run->is_content_lost = true;
    else if (FAILED(hr))
        run->local_error = hr;
    return SUCCEEDED(hr);
}

bool run_file_is_in_trouble(const struct run *run)
{
    return run->is_content_lost || FAILED(run->local_error);
}

/* Programs may have changed the file while no engine ran. True: there is more to read; else it is
 * checked, or local_error or is_content_lost say why not. */
bool run_file_check_more(struct run *run)
{
    struct transfer_plan *plan = &run->plan;

    if (!run_file_open(run)) return false;
    if (plan->is_restored)
    {
        if (sum_more(run, plan->sum.end)) return true;
        if (run_file_is_in_trouble(run)) return false;
        if (file_writer_sum(run->writer)->crc32c != plan->sum.crc32c)
        {
            LOG_WARN(LOG_JOB, "a temporary file is not what it was: it starts over");
            run->is_content_lost = true;
            return false;
        }
        take_untold_bytes(run);
    }
    /* So that the sum goes on where the bytes do. */
    return sum_more(run, leading_end(&plan->have));
}
