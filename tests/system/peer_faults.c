/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peers that break every rule of a source. Whatever they do: the file is right, no error is
 * counted, and it costs no more than the budget. */
#include "harness/test.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/thread.h"
#include "harness/com_fixture.h"
#include "harness/engine_fixture.h"
#include "harness/origin.h"
#include "harness/os.h"
#include "harness/synthetic.h"

#define FILE_SIZE    (2u << 20)
#define FILE_VERSION 3
#define ETAG         "\"three\""
#define PIECE        4096
#define WAIT_MS      20000
#define BUDGET_MS    400
#define STREAMS_MAX  33
/* What a run costs besides, on a busy machine. */
#define SLACK_MS 5000

struct source_stream
{
    const struct source_sink *sink;
    void *sink_ctx;
    struct byte_range range;
    struct thread thread;
    atomic_bool is_stopped;
};

struct fault
{
    const char *name;
    void (*serve)(struct source_stream *stream);
    bool takes_time; /* up to the budget */
};

static const struct fault *fault;
static atomic_uint starts;
static struct origin *origin;

/* ---- what a peer can do ---- */

static struct source_answer honest_answer(const struct source_stream *stream)
{
    return (struct source_answer){
        .version = {.known = true, .size = FILE_SIZE, .etag = ETAG},
        .offset = stream->range.begin,
        .length = stream->range.end - stream->range.begin,
    };
}

static void end(struct source_stream *stream, enum source_outcome outcome)
{
    struct source_result result = {outcome, outcome == SOURCE_DONE ? S_OK : E_FAIL,
                                   ERROR_CONTEXT_REMOTE_FILE};

    stream->sink->end(stream->sink_ctx, &result);
}

static bool answer(struct source_stream *stream, const struct source_answer *answer)
{
    return stream->sink->connected(stream->sink_ctx) &&
           stream->sink->answer(stream->sink_ctx, answer);
}

static bool give(struct source_stream *stream, uint64_t offset, uint64_t size)
{
    char buffer[PIECE];

    while (size)
    {
        size_t part = size < PIECE ? (size_t)size : PIECE;

        if (atomic_load(&stream->is_stopped)) return false;
        synthetic_fill(FILE_VERSION, offset, buffer, part);
        if (!stream->sink->data(stream->sink_ctx, buffer, part)) return false;
        offset += part;
        size -= part;
    }
    return true;
}

static void wait_for_stop(struct source_stream *stream)
{
    while (!atomic_load(&stream->is_stopped))
        os_sleep(5);
}

static void done_without_answer(struct source_stream *stream)
{
    stream->sink->connected(stream->sink_ctx);
    end(stream, SOURCE_DONE);
}

static void done_without_data(struct source_stream *stream)
{
    struct source_answer honest = honest_answer(stream);

    answer(stream, &honest);
    end(stream, SOURCE_DONE);
}

static void done_too_early(struct source_stream *stream)
{
    struct source_answer honest = honest_answer(stream);

    if (answer(stream, &honest)) give(stream, honest.offset, honest.length / 2);
    end(stream, SOURCE_DONE);
}

static void data_without_answer(struct source_stream *stream)
{
    stream->sink->connected(stream->sink_ctx);
    give(stream, 0, PIECE);
    end(stream, SOURCE_DONE);
}

/* A short answer, then the rest of the file and more. */
static void more_than_promised(struct source_stream *stream)
{
    struct source_answer short_one = honest_answer(stream);

    short_one.length = PIECE;
    if (answer(stream, &short_one)) give(stream, short_one.offset, 2 * FILE_SIZE);
    end(stream, SOURCE_DONE);
}

static void more_than_the_file(struct source_stream *stream)
{
    struct source_answer honest = honest_answer(stream);

    if (answer(stream, &honest) && give(stream, honest.offset, honest.length))
        give(stream, FILE_SIZE, FILE_SIZE);
    end(stream, SOURCE_DONE);
}

static void unknown_version(struct source_stream *stream)
{
    struct source_answer wrong = honest_answer(stream);

    wrong.version = (struct file_version){.size = FILE_SIZE};
    if (answer(stream, &wrong)) give(stream, wrong.offset, wrong.length);
    end(stream, SOURCE_DONE);
}

static void other_tag(struct source_stream *stream)
{
    struct source_answer wrong = honest_answer(stream);

    strcpy(wrong.version.etag, "\"four\"");
    if (answer(stream, &wrong)) give(stream, wrong.offset, wrong.length);
    end(stream, SOURCE_DONE);
}

static void range_without_end(struct source_stream *stream)
{
    struct source_answer wrong = honest_answer(stream);

    wrong.length = UINT64_MAX;
    if (answer(stream, &wrong)) give(stream, wrong.offset, FILE_SIZE);
    end(stream, SOURCE_DONE);
}

static void range_before(struct source_stream *stream)
{
    struct source_answer wrong = honest_answer(stream);

    wrong.offset--;
    if (answer(stream, &wrong)) give(stream, wrong.offset, wrong.length);
    end(stream, SOURCE_DONE);
}

static void empty_range(struct source_stream *stream)
{
    struct source_answer wrong = honest_answer(stream);

    wrong.length = 0;
    answer(stream, &wrong);
    end(stream, SOURCE_DONE);
}

/* One byte for each request. */
static void crumbs(struct source_stream *stream)
{
    struct source_answer crumb = honest_answer(stream);

    crumb.length = 1;
    if (answer(stream, &crumb)) give(stream, crumb.offset, 1);
    end(stream, SOURCE_DONE);
}

static void says_changed(struct source_stream *stream)
{
    stream->sink->connected(stream->sink_ctx);
    end(stream, SOURCE_CHANGED);
}

static void says_nothing(struct source_stream *stream)
{
    wait_for_stop(stream);
}

static void connects_and_waits(struct source_stream *stream)
{
    stream->sink->connected(stream->sink_ctx);
    wait_for_stop(stream);
}

static void drips(struct source_stream *stream)
{
    struct source_answer honest = honest_answer(stream);
    uint64_t offset = honest.offset;

    if (!answer(stream, &honest)) return end(stream, SOURCE_FAILED);
    while (give(stream, offset, 1))
    {
        offset++;
        os_sleep(5);
    }
    end(stream, SOURCE_FAILED);
}

/* clang-format off */
static const struct fault faults[] = {
    { "done without answer",      done_without_answer, false },
    { "done without data",        done_without_data, false },
    { "done too early",           done_too_early, false },
    { "data without answer",      data_without_answer, false },
    { "more than promised",       more_than_promised, false },
    { "more than the file",       more_than_the_file, false },
    { "unknown version",          unknown_version, false },
    { "other tag",                other_tag, false },
    { "range without end",        range_without_end, false },
    { "range before the one asked", range_before, false },
    { "empty range",              empty_range, false },
    { "crumbs",                   crumbs, false },
    { "says that it has changed", says_changed, false },
    { "says nothing",             says_nothing, true },
    { "connects and waits",       connects_and_waits, true },
    { "drips",                    drips, true },
    { "cannot be started",        NULL, false },
};
/* clang-format on */

/* ---- as a source ---- */

static void serve_loop(void *arg)
{
    fault->serve(arg);
}

static HRESULT peer_start(void *ctx, const struct source_request *request,
                          const struct source_sink *sink, void *sink_ctx,
                          struct source_stream **out)
{
    struct source_stream *stream;

    (void)ctx;
    *out = NULL;
    atomic_fetch_add(&starts, 1);
    if (!fault->serve) return E_FAIL;
    if (!(stream = calloc(1, sizeof(*stream)))) return E_OUTOFMEMORY;
    stream->sink = sink;
    stream->sink_ctx = sink_ctx;
    stream->range = request->range;
    if (FAILED(thread_start(&stream->thread, serve_loop, stream, "peer")))
    {
        free(stream);
        return E_OUTOFMEMORY;
    }
    *out = stream;
    return S_OK;
}

static void peer_stop(void *ctx, struct source_stream *stream)
{
    (void)ctx;
    atomic_store(&stream->is_stopped, true);
    thread_join(&stream->thread);
    free(stream);
}

static const struct source_ops peer_ops = {peer_start, peer_stop};

/* ---- the test ---- */

static void run_fault(unsigned int index)
{
    const struct origin_file file = {.size = FILE_SIZE, .version = FILE_VERSION, .etag = ETAG};
    IBackgroundCopyJob *job = create_job(L"peer fault", BG_JOB_TYPE_DOWNLOAD);
    IBackgroundCopyJob4 *job4;
    WCHAR name[32], path[MAX_PATH];
    BG_JOB_PROGRESS progress;
    ULONG errors = 99;
    char url[32];
    uint64_t begun, took;
    HRESULT hr;

    snprintf(url, sizeof(url), "/fault%u", index);
    swprintf(name, 32, L"fault%u", index);
    origin_add(origin, url, &file);
    job_add(job, origin, url, name);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob4_SetPeerCachingFlags(job4, BG_JOB_ENABLE_PEERCACHING_CLIENT);
    IBackgroundCopyJob4_Release(job4);

    fault = &faults[index];
    atomic_store(&starts, 0);
    begun = test_ticks();
    IBackgroundCopyJob_Resume(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    took = test_ticks() - begun;
    ok(took < (fault->takes_time ? 2 * BUDGET_MS : 0) + SLACK_MS, "It took %llu ms.\n",
       (unsigned long long)took);
    ok(!fault->takes_time || took >= BUDGET_MS - 50, "It took %llu ms only.\n",
       (unsigned long long)took);
    ok(atomic_load(&starts) >= 1 && atomic_load(&starts) <= STREAMS_MAX, "Asked %u times.\n",
       atomic_load(&starts));

    job_progress(job, &progress);
    ok(progress.BytesTransferred == FILE_SIZE && progress.BytesTotal == FILE_SIZE,
       "Got %llu of %llu bytes.\n", progress.BytesTransferred, progress.BytesTotal);
    IBackgroundCopyJob_GetErrorCount(job, &errors);
    ok(!errors, "%lu errors were counted.\n", errors);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(temp_path(name, path), FILE_SIZE, FILE_VERSION);
    DeleteFileW(path);
    end_job(job);
}

static void test_faults(void)
{
    for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
    {
        winetest_push_context("%s", faults[i].name);
        run_fault(i);
        winetest_pop_context();
    }
}

START_TEST(peer_faults)
{
    struct runtime_config config;
    IBitsPeerCacheAdministration *admin;

    com_start(COINIT_MULTITHREADED);
    config = runtime_get_config();
    config.transfer.peers = &peer_ops;
    config.transfer.peer_budget_ms = BUDGET_MS;
    engine_manager(&config);
    keep_peer_configuration();
    admin = manager_query(&IID_IBitsPeerCacheAdministration);
    IBitsPeerCacheAdministration_SetConfigurationFlags(admin, BG_ENABLE_PEERCACHING_CLIENT);
    IBitsPeerCacheAdministration_Release(admin);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");

    RUN_TEST(test_faults);

    com_stop();
    engine_stop();
    origin_destroy(origin);
}
