/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stream from a file. The thread calls the sink; stop() waits for it, that is for one read, which
 * it ends when a server lets it wait. */
#include "transfer/file_copy.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <bitsmsg.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/thread.h"
#include "base/url.h"
#include "transfer/run_token.h"

#define PIECE_SIZE  (1 << 20)
#define PIECE_MIN   4096
#define PAUSE_MS    20
#define PATIENCE_MS 50 /* with the source, when it is to stop */

struct source_stream
{
    const struct source_sink *sink;
    void *sink_ctx;
    WCHAR *path;
    bool is_probe;
    uint64_t rate; /* bytes per second, or BANDWIDTH_UNLIMITED */
    struct byte_range range;
    struct file_version version; /* known before */
    struct job_token *token;     /* a reference; NULL: none */
    struct thread thread;
    atomic_bool is_stopped; /* asked by stop(), read by the thread between two pieces */
    atomic_bool is_waiting; /* for the source */
};

static void end(struct source_stream *stream, enum source_outcome outcome, HRESULT code)
{
    struct source_result result = {outcome, code, ERROR_CONTEXT_REMOTE_FILE};

    stream->sink->end(stream->sink_ctx, &result);
}

/* Around every call that may wait for a server. */
static void set_waiting(struct source_stream *stream, bool is_waiting)
{
    atomic_store(&stream->is_waiting, is_waiting);
}

static HRESULT read_version(HANDLE file, struct file_version *version)
{
    BY_HANDLE_FILE_INFORMATION info;

    if (!GetFileInformationByHandle(file, &info)) return err_from_last_error();
    if (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) return E_ACCESSDENIED;
    *version = (struct file_version){.known = true,
                                     .size = (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow,
                                     .has_mtime = true,
                                     .mtime = (uint64_t)info.ftLastWriteTime.dwHighDateTime << 32 |
                                              info.ftLastWriteTime.dwLowDateTime};
    return S_OK;
}

static bool is_other_version(const struct file_version *known, const struct file_version *now)
{
    return known->known && (known->size != now->size || known->mtime != now->mtime);
}

static HRESULT read_piece(struct source_stream *stream, HANDLE file, uint64_t offset, void *buffer,
                          DWORD size)
{
    OVERLAPPED place = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};
    HRESULT hr = S_OK;
    DWORD got = 0;

    set_waiting(stream, true);
    if (!ReadFile(file, buffer, size, &got, &place)) hr = err_from_last_error();
    set_waiting(stream, false);
    if (SUCCEEDED(hr) && got != size) hr = BG_E_CONNECTION_CLOSED;
    return hr;
}

static DWORD piece_size(uint64_t rate)
{
    if (rate / 8 < PIECE_MIN) return PIECE_MIN;
    return rate / 8 < PIECE_SIZE ? (DWORD)(rate / 8) : PIECE_SIZE;
}

/* Until so many bytes are allowed since the start. */
static void wait_for_rate(struct source_stream *stream, tick_t start, uint64_t size)
{
    tick_t now, due;

    if (stream->rate == BANDWIDTH_UNLIMITED || !stream->rate) return;
    due = start + size / stream->rate * 1000 + size % stream->rate * 1000 / stream->rate;
    while (!atomic_load(&stream->is_stopped) && (now = clock_ticks(&clock_system)) < due)
        Sleep(due - now < PAUSE_MS ? (DWORD)(due - now) : PAUSE_MS);
}

static HRESULT copy_range(struct source_stream *stream, HANDLE file, char *buffer)
{
    tick_t start = clock_ticks(&clock_system);
    DWORD most = piece_size(stream->rate);

    for (uint64_t offset = stream->range.begin; offset < stream->range.end;)
    {
        uint64_t left = stream->range.end - offset;
        DWORD size = left < most ? (DWORD)left : most;
        HRESULT hr;

        if (atomic_load(&stream->is_stopped)) return E_ABORT;
        if (FAILED(hr = read_piece(stream, file, offset, buffer, size))) return hr;
        if (!stream->sink->data(stream->sink_ctx, buffer, size)) return E_ABORT;
        offset += size;
        wait_for_rate(stream, start, offset - stream->range.begin);
    }
    return S_OK;
}

static HRESULT look_at_version(struct source_stream *stream, HANDLE file,
                               struct file_version *version)
{
    HRESULT hr;

    set_waiting(stream, true);
    hr = read_version(file, version);
    set_waiting(stream, false);
    return hr;
}

/* A program that wrote meanwhile has mixed two files in what was read. */
static HRESULT check_unchanged(struct source_stream *stream, HANDLE file,
                               const struct file_version *before)
{
    struct file_version after;
    HRESULT hr = look_at_version(stream, file, &after);

    if (FAILED(hr)) return hr;
    return is_other_version(before, &after) ? BG_E_REMOTE_FILE_CHANGED : S_OK;
}

static void serve(struct source_stream *stream, HANDLE file)
{
    struct source_answer answer = {.offset = stream->range.begin,
                                   .length = stream->range.end - stream->range.begin};
    char *buffer;
    HRESULT hr;

    if (FAILED(hr = look_at_version(stream, file, &answer.version)))
    {
        end(stream, SOURCE_FAILED, hr);
        return;
    }
    if (is_other_version(&stream->version, &answer.version))
    {
        end(stream, SOURCE_CHANGED, BG_E_REMOTE_FILE_CHANGED);
        return;
    }
    if (!stream->sink->connected(stream->sink_ctx) ||
        !stream->sink->answer(stream->sink_ctx, &answer))
        hr = E_ABORT;
    else if (!stream->is_probe)
    {
        if ((buffer = malloc(PIECE_SIZE)))
            hr = copy_range(stream, file, buffer);
        else
            hr = E_OUTOFMEMORY;
        free(buffer);
        if (SUCCEEDED(hr)) hr = check_unchanged(stream, file, &answer.version);
    }
    if (hr == BG_E_REMOTE_FILE_CHANGED)
        end(stream, SOURCE_CHANGED, hr);
    else
        end(stream, SUCCEEDED(hr) ? SOURCE_DONE : SOURCE_FAILED, hr);
}

static void copy_loop(void *arg)
{
    struct source_stream *stream = arg;
    bool is_other = token_enter(stream->token, true);
    HRESULT hr = S_OK;
    HANDLE file;

    set_waiting(stream, true);
    file = CreateFileW(stream->path, GENERIC_READ,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
                       FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (file == INVALID_HANDLE_VALUE) hr = err_from_last_error();
    set_waiting(stream, false);
    if (is_other) token_leave();
    if (FAILED(hr))
    {
        end(stream, SOURCE_FAILED, hr);
        return;
    }
    serve(stream, file);
    CloseHandle(file);
}

static void free_stream(struct source_stream *stream)
{
    job_token_release(stream->token);
    free(stream->path);
    free(stream);
}

static HRESULT file_copy_start(void *ctx, const struct source_request *request,
                               const struct source_sink *sink, void *sink_ctx,
                               struct source_stream **out)
{
    struct source_stream *stream;
    HRESULT hr;

    (void)ctx;
    *out = NULL;
    if (!(stream = calloc(1, sizeof(*stream)))) return E_OUTOFMEMORY;
    stream->sink = sink;
    stream->sink_ctx = sink_ctx;
    stream->is_probe = request->is_probe;
    stream->rate = request->rate;
    stream->token = job_token_addref(request->token);
    if (!request->is_probe) stream->range = request->range;
    stream->version = *request->version;
    if (FAILED(hr = url_to_path(request->remote_name, &stream->path)) ||
        FAILED(hr = thread_start(&stream->thread, copy_loop, stream, "file copy")))
    {
        free_stream(stream);
        return hr;
    }
    *out = stream;
    return S_OK;
}

static void file_copy_stop(void *ctx, struct source_stream *stream)
{
    (void)ctx;
    atomic_store(&stream->is_stopped, true);
    /* The wait of this thread is one of all jobs. A write of our own is left to its end. */
    while (WaitForSingleObject(stream->thread.native, PATIENCE_MS) == WAIT_TIMEOUT)
        if (atomic_load(&stream->is_waiting)) CancelSynchronousIo(stream->thread.native);
    thread_join(&stream->thread);
    free_stream(stream);
}

const struct source_ops file_copy_ops = {file_copy_start, file_copy_stop};
