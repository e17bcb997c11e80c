/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A file as a source: what is read of it belongs to one version, or is said not to. */
#include "harness/com_fixture.h"

#include <bitsmsg.h>

#include "transfer/file_copy.h"

#define SIZE    (4u << 20)
#define WAIT_MS 10000

struct reader
{
    HANDLE ended;
    WCHAR path[MAX_PATH];
    void (*on_first_data)(const WCHAR *path);
    UINT64 received;
    struct file_version version;
    struct source_result result;
};

static bool on_connected(void *ctx)
{
    (void)ctx;
    return true;
}

static bool on_answer(void *ctx, const struct source_answer *answer)
{
    ((struct reader *)ctx)->version = answer->version;
    return true;
}

static bool on_data(void *ctx, const void *data, size_t size)
{
    struct reader *reader = ctx;

    (void)data;
    if (!reader->received && reader->on_first_data) reader->on_first_data(reader->path);
    reader->received += size;
    return true;
}

static void on_end(void *ctx, const struct source_result *result)
{
    struct reader *reader = ctx;

    reader->result = *result;
    SetEvent(reader->ended);
}

static const struct source_sink sink = {
    .connected = on_connected, .answer = on_answer, .data = on_data, .end = on_end};

static struct file_version version_of(const WCHAR *path)
{
    struct file_version version = {.known = true, .size = SIZE, .has_mtime = true};
    WIN32_FILE_ATTRIBUTE_DATA data;

    GetFileAttributesExW(path, GetFileExInfoStandard, &data);
    version.mtime =
        (UINT64)data.ftLastWriteTime.dwHighDateTime << 32 | data.ftLastWriteTime.dwLowDateTime;
    return version;
}

static void read_file(struct reader *reader)
{
    struct file_version version = version_of(reader->path);
    struct source_request request = {.range = {0, SIZE}, .version = &version};
    struct source_stream *stream;
    WCHAR url[MAX_PATH + 8];
    HRESULT hr;

    swprintf(url, ARRAY_SIZE(url), L"file:///%ls", reader->path);
    for (WCHAR *c = url; *c; c++)
        if (*c == '\\') *c = '/';
    request.remote_name = url;
    reader->ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    hr = file_copy_ops.start(NULL, &request, &sink, reader, &stream);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (SUCCEEDED(hr))
    {
        ok(WaitForSingleObject(reader->ended, WAIT_MS) == WAIT_OBJECT_0, "It does not end.\n");
        file_copy_ops.stop(NULL, stream);
    }
    CloseHandle(reader->ended);
}

static void make_file(struct reader *reader)
{
    temp_path(L"source", reader->path);
    ok(write_file(reader->path, SIZE, 1), "There is no file.\n");
}

static void test_whole_file(void)
{
    struct reader reader = {0};

    make_file(&reader);
    read_file(&reader);
    ok(reader.result.outcome == SOURCE_DONE, "Got outcome %u.\n", reader.result.outcome);
    ok(reader.received == SIZE, "Got %llu bytes.\n", reader.received);
}

/* The same size, and another time of the last write. */
static void write_in_the_middle(const WCHAR *path)
{
    FILETIME time = {0, 0x01d00000};
    HANDLE file = CreateFileW(path, GENERIC_WRITE | FILE_WRITE_ATTRIBUTES,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    DWORD written;

    SetFilePointer(file, SIZE / 2, NULL, FILE_BEGIN);
    ok(WriteFile(file, "other", 5, &written, NULL), "Got error %lu.\n", GetLastError());
    ok(SetFileTime(file, NULL, NULL, &time), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void append(const WCHAR *path)
{
    HANDLE file =
        CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    DWORD written;

    ok(WriteFile(file, "more", 4, &written, NULL), "Got error %lu.\n", GetLastError());
    CloseHandle(file);
}

static void test_changed_while_read(void)
{
    static void (*const changes[])(const WCHAR *path) = {write_in_the_middle, append};

    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
    {
        struct reader reader = {.on_first_data = changes[i]};

        make_file(&reader);
        read_file(&reader);
        ok(reader.result.outcome == SOURCE_CHANGED, "Change %u: got outcome %u.\n", i,
           reader.result.outcome);
        ok(reader.result.code == BG_E_REMOTE_FILE_CHANGED, "Change %u: got code %#lx.\n", i,
           reader.result.code);
    }
}

START_TEST(file_copy)
{
    com_start(COINIT_MULTITHREADED);
    RUN_TEST(test_whole_file);
    RUN_TEST(test_changed_while_read);
    com_stop();
}
