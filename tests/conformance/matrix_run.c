/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Runs the rows of the matrix in each state, and holds the answers against the rules. */
#include "matrix_calls.h"
#include "matrix_run.h"

static unsigned int cells;
static IBackgroundCopyError *error;
static IBackgroundCopyJob *error_job;

/* ---- answers ---- */

static bool is_null_code(HRESULT hr)
{
    if (hr == E_INVALIDARG || hr == E_POINTER) return true;
    if (hr == HRESULT_FROM_WIN32(RPC_X_NULL_REF_POINTER)) return true;
    /* A proxy copies an array without a look at the pointer, and answers with the fault's code. */
    return is_remote(com_manager()) && hr == (HRESULT)STATUS_ACCESS_VIOLATION;
}

static bool is_right(const struct row *row, BG_JOB_STATE state, ULONG bit, HRESULT hr)
{
    bool is_final = is_final_state(state), is_bit_known = bit & row->mask;

    if (row->also != S_OK && hr == row->also) return true;
    switch (row->rule)
    {
    case ANY_STATE:
        return hr == row->code;
    case CHANGE:
        return hr == (is_final ? BG_E_INVALID_STATE : row->code);
    case BAD:
        return hr == row->code || (is_final && hr == BG_E_INVALID_STATE);
    case NULL_READ:
        return is_null_code(hr);
    case NULL_WRITE:
        return is_null_code(hr) || (is_final && hr == BG_E_INVALID_STATE);
    case BITS:
        if (is_bit_known) return hr == (is_final ? BG_E_INVALID_STATE : S_OK);
        return hr == row->code || (is_final && hr == BG_E_INVALID_STATE);
    case TABLE:
        return hr == row->table[state];
    }
    return false;
}

static void run_cell(const struct row *row, BG_JOB_STATE state, struct objects *o, ULONG bit)
{
    HRESULT hr = E_UNEXPECTED;
    DWORD exception = 0;
    bool is_good;

    memset(&out, 0, sizeof(out));
    cells++;
    if (!guarded_call(row, o, bit, &hr, &exception))
    {
        ok(0, "%s, %s, %#lx: exception %#lx.\n", row->method, row->what, bit, exception);
        return;
    }
    is_good = is_right(row, state, bit, hr);
    ok(is_good, "%s, %s, %#lx: got hr %#lx.\n", row->method, row->what, bit, hr);
}

/* ---- objects ---- */

static void find_file(struct objects *o)
{
    IBackgroundCopyFile *file = NULL;

    IEnumBackgroundCopyFiles_Next(o->files, 1, &file, NULL);
    IEnumBackgroundCopyFiles_Reset(o->files);
    ok(file != NULL, "There is no file.\n");
    if (!file) return;
    IBackgroundCopyFile_QueryInterface(file, &IID_IBackgroundCopyFile6, (void **)&o->file);
    IBackgroundCopyFile_Release(file);
}

/* False: one of those that every server has is not there. */
static bool objects_of(struct state_job *s, struct objects *o)
{
    *o = (struct objects){.manager = com_manager(), .error = error};
    temp_path(L"matrix", o->local);
    IBackgroundCopyJob_GetId(s->job, &o->id);
    IBackgroundCopyJob_QueryInterface(s->job, &IID_IBackgroundCopyJob5, (void **)&o->job);
    IBackgroundCopyJob_QueryInterface(s->job, &IID_IBackgroundCopyJobHttpOptions3,
                                      (void **)&o->http);
    IBackgroundCopyJob_QueryInterface(s->job, &IID_IBitsTokenOptions, (void **)&o->token);
    IBackgroundCopyManager_EnumJobs(o->manager, 0, &o->jobs);
    IBackgroundCopyJob_EnumFiles(s->job, &o->files);
    if (o->files) find_file(o);
    ok(o->job && o->jobs && o->files && o->file && o->error, "An object is not there.\n");
    return o->job && o->jobs && o->files && o->file && o->error;
}

static void release(void *object)
{
    if (object) IUnknown_Release((IUnknown *)object);
}

static void objects_done(struct objects *o)
{
    release(o->job);
    release(o->http);
    release(o->token);
    release(o->jobs);
    release(o->files);
    release(o->file);
}

static bool has_needs(const struct row *row, const struct objects *o)
{
    if (!row->needs) return true;
    return !strcmp(row->needs, "http") ? o->http != NULL : o->token != NULL;
}

/* ---- rows ---- */

static void run_row(const struct row *row, BG_JOB_STATE state, struct objects *o)
{
    if (row->rule != BITS)
        run_cell(row, state, o, 0);
    else
        for (ULONG bit = 1; bit; bit <<= 1)
            run_cell(row, state, o, bit);
}

static void run_fresh(const struct row *row, BG_JOB_STATE state)
{
    struct state_job s;
    struct objects o;

    state_job_start(&s, state);
    if (objects_of(&s, &o) && has_needs(row, &o)) run_row(row, state, &o);
    objects_done(&o);
    state_job_end(&s);
}

static void run_state(const struct row_table *table, BG_JOB_STATE state)
{
    struct state_job s;
    struct objects o;

    state_job_start(&s, state);
    if (objects_of(&s, &o))
        for (unsigned int i = 0; i < table->count; i++)
        {
            const struct row *row = &table->rows[i];

            if (row->is_fresh || !has_needs(row, &o)) continue;
            run_row(row, state, &o);
            ok(job_state(s.job) == state, "%s, %s: got state %s.\n", row->method, row->what,
               state_name(job_state(s.job)));
        }
    objects_done(&o);
    state_job_end(&s);
    for (unsigned int i = 0; i < table->count; i++)
        if (table->rows[i].is_fresh) run_fresh(&table->rows[i], state);
}

void matrix_run(const struct row_table *table)
{
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        winetest_push_context("%s", state_name((BG_JOB_STATE)i));
        run_state(table, (BG_JOB_STATE)i);
        winetest_pop_context();
    }
}

/* ---- start and end ---- */

bool matrix_start(void)
{
    HRESULT hr;

    downloads_start();
    states_start();
    guard_start();
    error_job = create_download("/missing", L"witness");
    resume(error_job);
    wait_for_state(error_job, STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    hr = IBackgroundCopyJob_GetError(error_job, &error);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return hr == S_OK;
}

unsigned int matrix_stop(void)
{
    if (error) IBackgroundCopyError_Release(error);
    if (error_job) end_job(error_job);
    guard_stop();
    states_stop();
    downloads_stop();
    trace("%u cells.\n", cells);
    return cells;
}
