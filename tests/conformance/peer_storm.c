/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Many changes of peer-caching flags: at random moments of one file, in every state, and from two
 * threads beside other calls (fault group H). Threads end after a number of calls. */
#include "peer_fixture.h"

#include <string.h>

#include "harness/com_callback.h"
#include "harness/os.h"
#include "job_states.h"

#define CLIENT         BG_JOB_ENABLE_PEERCACHING_CLIENT
#define MACHINE_CLIENT BG_ENABLE_PEERCACHING_CLIENT

#define LONG_TIME 30000

/* The same numbers in every run. */
static unsigned int random_below(unsigned int limit)
{
    static uint64_t state = 1;

    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned int)(state >> 33) % limit;
}

/* Turns the job's flag or that of the machine to the other side. */
static void toggle_something(struct download *d)
{
    static const DWORD both[] = {CLIENT, 0};
    DWORD flags = 0;

    if (random_below(2))
    {
        IBackgroundCopyJob4_GetPeerCachingFlags(d->job4, &flags);
        set_job_flags(d, both[flags != 0]);
    }
    else
        set_machine_flags(machine_flags() ^ MACHINE_CLIENT);
}

/* ---- H3: many changes in one file ---- */

/* What the job said that it had, and when. */
struct sample
{
    uint64_t time;
    UINT64 bytes;
};

#define SAMPLES_MAX 4096

static struct sample samples[SAMPLES_MAX];
static unsigned int sample_count;

static void take_sample(const struct download *d)
{
    if (sample_count == SAMPLES_MAX) return;
    samples[sample_count].bytes = bytes_transferred(d->job);
    /* After the answer: a request that arrives later than now was not sent before it. */
    samples[sample_count++].time = test_ticks();
}

/* A thread of the origin may sleep between the connection and the request on it, while the client
 * has given that up and been served on a later one: then it was not sent when it was seen. */
static bool was_overtaken(const struct download *d, unsigned int index)
{
    struct origin_entry entry, earlier;

    if (!get_entry(d, index, &entry)) return false;
    for (unsigned int i = 0; i < index && get_entry(d, i, &earlier); i++)
        if (earlier.connection > entry.connection) return true;
    return false;
}

/* What was there when a request came in was not asked for again. */
static void check_samples(const struct download *d)
{
    struct origin_entry entry;

    for (unsigned int i = 0; get_entry(d, i, &entry); i++)
        for (unsigned int j = 0; j < sample_count && samples[j].time < entry.begin_ms; j++)
            if (samples[j].bytes > get_begin(d, i) && !was_overtaken(d, i))
            {
                ok(0, "H3: request %u begins at %llu, when %llu bytes were there.\n", i,
                   (unsigned long long)get_begin(d, i), (unsigned long long)samples[j].bytes);
                return;
            }
    for (unsigned int j = 1; j < sample_count; j++)
        if (samples[j].bytes < samples[j - 1].bytes)
        {
            ok(0, "H3: %llu bytes came after %llu.\n", (unsigned long long)samples[j].bytes,
               (unsigned long long)samples[j - 1].bytes);
            return;
        }
}

/* The rate is such that the changes are spread over all of the file; its end waits for the last. */
static void test_random_moments(void)
{
    const UINT64 size = 16 * MIB;
    struct download d;

    withstands("H3");
    reset_machine(MACHINE_CLIENT);
    download_create(&d, CLIENT, size);
    origin_add(origin, d.path,
               &(struct origin_file){.size = size, .version = d.version, .rate = 8 * MIB});
    origin_hold_after(origin, d.path, size - 100 * KIB);
    IBackgroundCopyJob_Resume(d.job);
    wait_for_state(d.job, STATE_BIT(BG_JOB_STATE_TRANSFERRING), SOON);

    sample_count = 0;
    for (unsigned int i = 0; i < 200; i++)
    {
        com_pump(random_below(12));
        take_sample(&d);
        toggle_something(&d);
        take_sample(&d);
    }
    ok(job_state(d.job) != BG_JOB_STATE_TRANSFERRED, "H3: it ended too soon.\n");
    ok(get_count(&d) > 20, "H3: got %u requests.\n", get_count(&d));
    download_finish(&d);
    check_samples(&d);
}

/* The job asks again while the origin gives nothing: what it has then is known to the byte. Bytes
 * that were on their way to it count as sent, and are sent again. */
static void test_random_places(void)
{
    UINT64 place = 0, sent = 0, bytes;
    struct download d;

    withstands("H3");
    reset_machine(MACHINE_CLIENT);
    download_start(&d, CLIENT, 24 * MIB, 0);
    for (unsigned int i = 0; i < 50; i++)
    {
        unsigned int count = get_count(&d), step = random_below(i % 2 ? 1000 : 600000);

        sent += step;
        place += step;
        origin_hold_after(origin, d.path, sent);
        ok(origin_wait_sent(origin, d.path, sent, SOON), "H3: the bytes were not sent.\n");
        set_job_flags(&d, i % 2 ? CLIENT : 0);
        ok(wait_gets(&d, count + 1, SOON), "H3: there was no request.\n");
        bytes = bytes_transferred(d.job);
        ok(get_begin(&d, count) == bytes, "H3: asked from %llu on, where %llu bytes are there.\n",
           (unsigned long long)get_begin(&d, count), (unsigned long long)bytes);
        ok(bytes <= place, "H3: got %llu bytes, sent were %llu.\n", (unsigned long long)bytes,
           (unsigned long long)place);
        place = bytes;
    }
    download_finish(&d);
}

/* ---- H4: the machine's flag, faster than anything can follow ---- */

static void test_machine_storm(void)
{
    struct download plain, d;
    uint64_t since, ms;

    withstands("H4");
    reset_machine(0);
    download_start(&plain, 0, 4 * MIB, MIB);
    download_start(&d, CLIENT, 4 * MIB, MIB);
    for (unsigned int i = 1; i <= 500; i++)
        set_machine_flags(i % 2 ? MACHINE_CLIENT : 0);
    ok(!machine_flags(), "H4: got flags %#lx.\n", machine_flags());

    for (unsigned int i = 1; i <= 201; i++)
        set_policy(ENABLE_PEERCACHING, i % 2);
    since = test_ticks();
    expect_machine_flags(3);
    ms = test_ticks() - since;
    ok(ms < 1000, "H4: it took %llu ms.\n", (unsigned long long)ms);
    download_finish(&plain);
    check_uninterrupted(&plain);
    download_finish(&d);
    reset_machine(0);
}

/* ---- H5: every state ---- */

/* Flags and machine go there and back; a state in which nothing runs stays. */
static void change_in_state(struct state_job *s)
{
    HRESULT hr;

    for (unsigned int i = 0; i < 4; i++)
    {
        hr = IBackgroundCopyJob4_SetPeerCachingFlags(s->job4, i % 2 ? 0 : CLIENT);
        ok(hr == (is_final_state(s->state) ? BG_E_INVALID_STATE : S_OK), "H5: got hr %#lx.\n", hr);
        ok(job_state(s->job) == s->state, "H5: got state %s.\n", state_name(job_state(s->job)));
    }
    IBackgroundCopyJob4_SetPeerCachingFlags(s->job4, CLIENT);
    for (unsigned int i = 0; i < 4; i++)
    {
        set_machine_flags(i % 2 ? MACHINE_CLIENT : 0);
        ok(job_state(s->job) == s->state, "H5: got state %s.\n", state_name(job_state(s->job)));
    }
}

static void test_states(void)
{
    withstands("H5");
    for (unsigned int i = 0; i < STATE_COUNT; i++)
    {
        ULONG errors = 0, errors_after = 0;
        struct state_job s;
        HRESULT code;

        if (i == BG_JOB_STATE_CONNECTING || i == BG_JOB_STATE_TRANSFERRING) continue;
        winetest_push_context("%s", state_name((BG_JOB_STATE)i));
        reset_machine(MACHINE_CLIENT);
        state_job_start(&s, (BG_JOB_STATE)i);
        IBackgroundCopyJob_GetErrorCount(s.job, &errors);
        code = job_error(s.job, NULL);
        change_in_state(&s);
        IBackgroundCopyJob_GetErrorCount(s.job, &errors_after);
        ok(errors_after == errors, "H5: got %lu errors after %lu.\n", errors_after, errors);
        ok(job_error(s.job, NULL) == code, "H5: got code %#lx after %#lx.\n",
           job_error(s.job, NULL), code);
        state_job_end(&s);
        winetest_pop_context();
    }
}

/* The job asks anew, though there is not a byte yet. */
static void test_CONNECTING(void)
{
    size_t requests = origin_journal_count(states_origin, "/silent");
    struct state_job s;

    reset_machine(MACHINE_CLIENT);
    state_job_start(&s, BG_JOB_STATE_CONNECTING);
    ok(origin_wait_requests(states_origin, "/silent", ++requests, SOON), "H5: no request.\n");
    for (unsigned int i = 0; i < 6; i++)
    {
        IBackgroundCopyJob4_SetPeerCachingFlags(s.job4, i % 2 ? 0 : CLIENT);
        ok(origin_wait_requests(states_origin, "/silent", ++requests, SOON), "H5: no request.\n");
        wait_for_state(s.job, STATE_BIT(BG_JOB_STATE_CONNECTING), SOON);
    }
    state_job_end(&s);
}

/* Before the first byte and after it, and in the last KiB. */
static void test_edges(void)
{
    static const UINT64 places[] = {0, 1, 2 * MIB - 1000, 2 * MIB - 1};

    withstands("H5");
    for (unsigned int i = 0; i < ARRAY_SIZE(places); i++)
    {
        struct download d;

        winetest_push_context("H5: at byte %llu", (unsigned long long)places[i]);
        reset_machine(MACHINE_CLIENT);
        download_start(&d, CLIENT, 2 * MIB, places[i]);
        set_job_flags(&d, 0);
        expect_resumed(&d, 1, places[i]);
        set_job_flags(&d, CLIENT);
        expect_resumed(&d, 2, places[i]);
        download_finish(&d);
        check_nothing_twice(&d, (const uint64_t *)&places[i], places[i] ? 1 : 0);
        winetest_pop_context();
    }
}

/* All is there: neither the state nor the file changes any more. */
static void test_TRANSFERRED(void)
{
    struct download d;

    reset_machine(MACHINE_CLIENT);
    download_create(&d, CLIENT, MIB);
    IBackgroundCopyJob_Resume(d.job);
    wait_for_state(d.job, TRANSFERRED, SOON);
    for (unsigned int i = 0; i < 4; i++)
    {
        set_job_flags(&d, i % 2 ? CLIENT : 0);
        set_machine_flags(i % 2 ? MACHINE_CLIENT : 0);
        ok(job_state(d.job) == BG_JOB_STATE_TRANSFERRED, "H5: got state %s.\n",
           state_name(job_state(d.job)));
    }
    download_finish(&d);
    check_uninterrupted(&d);
}

static HRESULT toggle_in_callback(struct test_callback *callback, const struct callback_call *call)
{
    struct download *d = callback->ctx;

    if (call->method == CALLBACK_FILE_TRANSFERRED)
    {
        IBackgroundCopyJob4_SetPeerCachingFlags(d->job4, 0);
        IBackgroundCopyJob4_SetPeerCachingFlags(d->job4, CLIENT);
    }
    return S_OK;
}

/* Ten files, with changes when one of them is there. */
static void test_between_files(void)
{
    struct test_callback *callback = test_callback_create(CALLBACK_ALL);
    struct origin_tally tally;
    WCHAR name[32], local[MAX_PATH];
    struct download d;

    withstands("H5");
    reset_machine(MACHINE_CLIENT);
    download_create(&d, CLIENT, 100 * KIB);
    for (unsigned int i = 0; i < 10; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"more%u", i);
        job_add(d.job, origin, d.path, name);
    }
    callback->hook = toggle_in_callback;
    callback->ctx = &d;
    job_set_callback(d.job, callback, BG_NOTIFY_FILE_TRANSFERRED);
    IBackgroundCopyJob_Resume(d.job);
    ok(test_callback_wait(callback, CALLBACK_FILE_TRANSFERRED, 11, SOON), "H5: got %ld files.\n",
       test_callback_count(callback, CALLBACK_FILE_TRANSFERRED));
    wait_for_state(d.job, TRANSFERRED, SOON);
    origin_count(origin, d.path, ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(tally.gets >= 11, "H5: got %u requests.\n", tally.gets);
    IBackgroundCopyJob_SetNotifyInterface(d.job, NULL);
    download_finish(&d);
    for (unsigned int i = 0; i < 10; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"more%u", i);
        verify_file(temp_path(name, local), 100 * KIB, d.version);
        DeleteFileW(local);
    }
    test_callback_release(callback);
}

/* ---- H6: everything at the same time ---- */

#define FILES_MAX 60

struct storm
{
    struct download d;
    unsigned int calls; /* of each thread */
    LONG unexpected;    /* the last code that no order of the calls explains */
    LONG is_cancelled;  /* Cancel has returned */
    LONG after_cancel;  /* calls that began after that, and were taken all the same */
    unsigned int added; /* files, by the thread that adds */
};

/* A job that is gone refuses; the rest succeeds. */
static void take_result(struct storm *storm, bool was_cancelled, HRESULT hr)
{
    if (hr != S_OK && hr != BG_E_INVALID_STATE) InterlockedExchange(&storm->unexpected, hr);
    if (was_cancelled && hr == S_OK) InterlockedIncrement(&storm->after_cancel);
}

static bool is_cancelled(struct storm *storm)
{
    return InterlockedCompareExchange(&storm->is_cancelled, 0, 0);
}

static void toggle_job(void *arg)
{
    struct storm *storm = arg;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    for (unsigned int i = 0; i < storm->calls; i++)
    {
        bool was_cancelled = is_cancelled(storm);

        take_result(storm, was_cancelled,
                    IBackgroundCopyJob4_SetPeerCachingFlags(storm->d.job4, i % 2 ? CLIENT : 0));
    }
    CoUninitialize();
}

/* The registry is slower than the rest. */
static void toggle_machine(void *arg)
{
    struct storm *storm = arg;
    HRESULT hr;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    for (unsigned int i = 0; i < storm->calls / 10; i++)
    {
        hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, i % 2 ? MACHINE_CLIENT : 0);
        if (hr != S_OK) InterlockedExchange(&storm->unexpected, hr);
    }
    CoUninitialize();
}

static void suspend_and_resume(void *arg)
{
    struct storm *storm = arg;

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    for (unsigned int i = 0; i < storm->calls; i++)
    {
        bool was_cancelled = is_cancelled(storm);

        take_result(storm, was_cancelled,
                    i % 2 ? IBackgroundCopyJob_Resume(storm->d.job)
                          : IBackgroundCopyJob_Suspend(storm->d.job));
    }
    CoUninitialize();
}

static void add_files(void *arg)
{
    struct storm *storm = arg;
    WCHAR url[URL_MAX], name[32], local[MAX_PATH];

    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    origin_wurl(origin, storm->d.path, url);
    for (unsigned int i = 0; i < FILES_MAX; i++)
    {
        bool was_cancelled = is_cancelled(storm);
        HRESULT hr;

        swprintf(name, ARRAY_SIZE(name), L"storm%u", i);
        hr = IBackgroundCopyJob_AddFile(storm->d.job, url, temp_path(name, local));
        take_result(storm, was_cancelled, hr);
        storm->added += hr == S_OK;
    }
    CoUninitialize();
}

static void start_threads(struct storm *storm, struct os_thread threads[4])
{
    static void (*const functions[])(void *) = {toggle_job, toggle_machine, suspend_and_resume,
                                                add_files};

    for (unsigned int i = 0; i < ARRAY_SIZE(functions); i++)
        ok(os_thread_start(&threads[i], functions[i], storm), "Could not start a thread.\n");
}

static void join_threads(struct storm *storm, struct os_thread threads[4])
{
    for (unsigned int i = 0; i < 4; i++)
        os_thread_join(&threads[i]);
    ok(!storm->unexpected, "H6: got hr %#lx.\n", storm->unexpected);
}

/* Whatever was done to it, the job ends well. */
static void test_storm(void)
{
    struct storm storm = {.calls = 3000};
    struct os_thread threads[4] = {0};
    BG_JOB_PROGRESS progress;
    WCHAR name[32], local[MAX_PATH];

    withstands("H6");
    reset_machine(MACHINE_CLIENT);
    download_create(&storm.d, CLIENT, 200 * KIB);
    IBackgroundCopyJob_Resume(storm.d.job);
    start_threads(&storm, threads);
    join_threads(&storm, threads);
    ok(storm.added == FILES_MAX, "H6: added %u files.\n", storm.added);

    IBackgroundCopyJob_Resume(storm.d.job);
    wait_for_state_(__LINE__, __FILE__, storm.d.job, TRANSFERRED, LONG_TIME);
    job_progress(storm.d.job, &progress);
    ok(progress.FilesTransferred == FILES_MAX + 1, "H6: got %lu files.\n",
       progress.FilesTransferred);
    ok(progress.BytesTransferred == (FILES_MAX + 1) * 200 * KIB, "H6: got %llu bytes.\n",
       (unsigned long long)progress.BytesTransferred);
    download_finish(&storm.d);
    for (unsigned int i = 0; i < storm.added; i++)
    {
        swprintf(name, ARRAY_SIZE(name), L"storm%u", i);
        verify_file(temp_path(name, local), 200 * KIB, storm.d.version);
        DeleteFileW(local);
    }
}

static void test_storm_and_Cancel(void)
{
    withstands("H6");
    for (unsigned int round = 0; round < 10; round++)
    {
        struct storm storm = {.calls = 1000};
        struct os_thread threads[4] = {0};
        HRESULT hr;

        winetest_push_context("round %u", round);
        reset_machine(MACHINE_CLIENT);
        download_create(&storm.d, CLIENT, 200 * KIB);
        IBackgroundCopyJob_Resume(storm.d.job);
        start_threads(&storm, threads);
        com_pump(random_below(20));
        hr = IBackgroundCopyJob_Cancel(storm.d.job);
        InterlockedExchange(&storm.is_cancelled, 1);
        ok(hr == S_OK, "H6: got hr %#lx.\n", hr);
        join_threads(&storm, threads);
        ok(!storm.after_cancel, "H6: %ld calls were taken too late.\n", storm.after_cancel);
        ok(job_state(storm.d.job) == BG_JOB_STATE_CANCELLED, "H6: got state %s.\n",
           state_name(job_state(storm.d.job)));
        ok(origin_wait_idle(origin, storm.d.path, SOON), "H6: it is still being fetched.\n");
        ok(!temp_file_count(), "H6: there are %u files.\n", temp_file_count());
        download_end(&storm.d);
        winetest_pop_context();
    }
}

START_TEST(peer_storm)
{
    if (peer_start())
    {
        states_start();
        RUN_TEST(test_random_moments);
        RUN_TEST(test_random_places);
        RUN_TEST(test_machine_storm);
        RUN_TEST(test_states);
        RUN_TEST(test_CONNECTING);
        RUN_TEST(test_edges);
        RUN_TEST(test_TRANSFERRED);
        RUN_TEST(test_between_files);
        RUN_TEST(test_storm);
        RUN_TEST(test_storm_and_Cancel);
        states_stop();
    }
    peer_stop();
}
