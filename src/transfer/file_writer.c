/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gathering and positioned writes. Bytes are reported when the system has taken them, so that what
 * the core believes is never more than what is there. */
#include "transfer/file_writer.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/err.h"
#include "transfer/local_path.h"

#define BUFFER_SIZE   (1 << 20)
#define CHECKPOINT_MS 1000

#define FILETIME_PER_MS 10000ull

struct file_writer
{
    file_written_fn written;
    void *ctx;
    HANDLE file;
    bool is_new;         /* made by this run: nothing is in it that it did not put there */
    uint64_t place;      /* of the system's file pointer */
    uint64_t offset;     /* of the first gathered byte */
    struct file_sum sum; /* of the bytes from the first on */
    size_t used;
    tick_t oldest;
    char buffer[BUFFER_SIZE];
};

HRESULT file_writer_create(file_written_fn written, void *ctx, struct file_writer **out)
{
    struct file_writer *writer = malloc(sizeof(*writer));

    *out = writer;
    if (!writer) return E_OUTOFMEMORY;
    writer->written = written;
    writer->ctx = ctx;
    writer->file = INVALID_HANDLE_VALUE;
    writer->used = 0;
    writer->oldest = TICK_NEVER;
    return S_OK;
}

void file_writer_destroy(struct file_writer *writer)
{
    if (!writer) return;
    file_writer_close(writer);
    free(writer);
}

HRESULT file_writer_make(struct file_writer *writer, const WCHAR *path)
{
    writer->is_new = true;
    writer->place = 0;
    writer->sum = (struct file_sum){0};
    return local_path_open(path, GENERIC_READ | GENERIC_WRITE, CREATE_NEW, FILE_ATTRIBUTE_HIDDEN,
                           &writer->file);
}

HRESULT file_writer_make_anew(struct file_writer *writer, const WCHAR *path)
{
    HRESULT hr;

    writer->is_new = true;
    writer->place = 0;
    writer->sum = (struct file_sum){0};
    hr = local_path_open(path, GENERIC_READ | GENERIC_WRITE, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL,
                         &writer->file);
    /* Not by the way it is opened: what is there may be a link. */
    if (FAILED(hr) || SetEndOfFile(writer->file)) return hr;
    hr = err_from_last_error();
    CloseHandle(writer->file);
    writer->file = INVALID_HANDLE_VALUE;
    return hr;
}

HRESULT file_writer_reopen(struct file_writer *writer, const WCHAR *path, uint64_t size)
{
    LARGE_INTEGER there;
    HRESULT hr;

    writer->is_new = false;
    writer->place = 0;
    writer->sum = (struct file_sum){0};
    hr = local_path_open(path, GENERIC_READ | GENERIC_WRITE, OPEN_EXISTING, 0, &writer->file);
    /* Ours is gone, whatever has its name. */
    if (hr == HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND) || hr == LOCAL_PATH_IS_LINK) return S_FALSE;
    if (FAILED(hr)) return hr;
    if (!GetFileSizeEx(writer->file, &there))
        hr = err_from_last_error();
    else if ((uint64_t)there.QuadPart < size)
        hr = S_FALSE;
    if (hr != S_OK)
    {
        CloseHandle(writer->file);
        writer->file = INVALID_HANDLE_VALUE;
    }
    return hr;
}

/* What was written before a start of the machine may be a hole, whatever the size says. */
uint64_t file_writer_recent_end(const struct file_writer *writer)
{
    uint64_t up_time = GetTickCount64() * FILETIME_PER_MS, written, now;
    BY_HANDLE_FILE_INFORMATION info;
    FILETIME time;

    if (!GetFileInformationByHandle(writer->file, &info)) return 0;
    GetSystemTimeAsFileTime(&time);
    now = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;
    written =
        (uint64_t)info.ftLastWriteTime.dwHighDateTime << 32 | info.ftLastWriteTime.dwLowDateTime;
    if (written > now || now - written >= up_time) return 0;
    return (uint64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
}

const struct file_sum *file_writer_sum(const struct file_writer *writer)
{
    return &writer->sum;
}

void file_writer_set_sum(struct file_writer *writer, const struct file_sum *sum)
{
    writer->sum = *sum;
}

static void add_to_sum(struct file_writer *writer, const void *data, size_t size)
{
    writer->sum.crc32c = crc32c(writer->sum.crc32c, data, size);
    writer->sum.end += size;
}

bool file_writer_is_open(const struct file_writer *writer)
{
    return writer->file != INVALID_HANDLE_VALUE;
}

static HRESULT move_to(struct file_writer *writer, uint64_t offset)
{
    LARGE_INTEGER place = {.QuadPart = (LONGLONG)offset};

    if (!SetFilePointerEx(writer->file, place, NULL, FILE_BEGIN)) return err_from_last_error();
    writer->place = offset;
    return S_OK;
}

/* The handle is ours alone, so its pointer stays where we left it: bytes in order need no seek, and
 * a write without OVERLAPPED is one call less for Wine. */
static HRESULT write_at(struct file_writer *writer, uint64_t offset, const char *data, size_t size)
{
    while (size)
    {
        DWORD done = 0;
        HRESULT hr;

        if (writer->place != offset && FAILED(hr = move_to(writer, offset))) return hr;
        if (!WriteFile(writer->file, data, (DWORD)size, &done, NULL))
        {
            hr = err_from_last_error();
            writer->place = UINT64_MAX; /* unknown */
            return hr;
        }
        if (!done) return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
        if (offset == writer->sum.end)
            add_to_sum(writer, data, done);
        else if (offset < writer->sum.end)
            writer->sum = (struct file_sum){0}; /* not what they were */
        writer->written(writer->ctx, offset, offset + done);
        writer->place += done;
        offset += done;
        data += done;
        size -= done;
    }
    return S_OK;
}

HRESULT file_writer_sum_more(struct file_writer *writer, uint64_t end)
{
    uint64_t rest = end - writer->sum.end;
    DWORD done = 0;
    HRESULT hr;

    /* What is gathered stands in the buffer. */
    if (FAILED(hr = file_writer_flush(writer)) || FAILED(hr = move_to(writer, writer->sum.end)))
        return hr;
    if (!ReadFile(writer->file, writer->buffer, (DWORD)(rest < BUFFER_SIZE ? rest : BUFFER_SIZE),
                  &done, NULL))
    {
        hr = err_from_last_error();
        writer->place = UINT64_MAX; /* unknown */
        return hr;
    }
    if (!done) return HRESULT_FROM_WIN32(ERROR_HANDLE_EOF);
    writer->place += done;
    add_to_sum(writer, writer->buffer, done);
    return S_OK;
}

HRESULT file_writer_flush(struct file_writer *writer)
{
    size_t size = writer->used;

    if (!size) return S_OK;
    /* What cannot be written is lost for this run, and fetched again by the next one. */
    writer->used = 0;
    writer->oldest = TICK_NEVER;
    return write_at(writer, writer->offset, writer->buffer, size);
}

HRESULT file_writer_put(struct file_writer *writer, uint64_t offset, const void *data, size_t size)
{
    const char *from = data;
    HRESULT hr;

    if (writer->used && writer->offset + writer->used != offset &&
        FAILED(hr = file_writer_flush(writer)))
        return hr;
    while (size)
    {
        size_t part = BUFFER_SIZE - writer->used;

        if (part > size) part = size;
        if (!writer->used)
        {
            writer->offset = offset;
            writer->oldest = clock_ticks(&clock_system);
        }
        memcpy(writer->buffer + writer->used, from, part);
        writer->used += part;
        offset += part;
        from += part;
        size -= part;
        if (writer->used == BUFFER_SIZE && FAILED(hr = file_writer_flush(writer))) return hr;
    }
    if (writer->used && clock_ticks(&clock_system) - writer->oldest >= CHECKPOINT_MS)
        return file_writer_flush(writer);
    return S_OK;
}

tick_t file_writer_oldest(const struct file_writer *writer)
{
    return writer->oldest;
}

HRESULT file_writer_cut(struct file_writer *writer, uint64_t size)
{
    HRESULT hr;

    if (writer->is_new) return S_OK;
    if (FAILED(hr = move_to(writer, size))) return hr;
    return SetEndOfFile(writer->file) ? S_OK : err_from_last_error();
}

HRESULT file_writer_close(struct file_writer *writer)
{
    HRESULT hr;

    if (!file_writer_is_open(writer)) return S_OK;
    hr = file_writer_flush(writer);
    CloseHandle(writer->file);
    writer->file = INVALID_HANDLE_VALUE;
    return hr;
}
