/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Programs that do things to the temporary file of a job, whose name they may ask for (rows A14 and
 * E16 of the faults). */
#include "fault_case.h"

#define SIZE    (4u << 20)
#define HALF    (SIZE / 2)
#define WAIT_MS 20000

static struct origin *origin;

static void change_size(const WCHAR *path, LONGLONG size)
{
    LARGE_INTEGER end = {.QuadPart = size};
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);

    ok(file != INVALID_HANDLE_VALUE, "Got error %lu.\n", GetLastError());
    ok(SetFilePointerEx(file, end, NULL, FILE_BEGIN) && SetEndOfFile(file), "Got error %lu.\n",
       GetLastError());
    CloseHandle(file);
}

static void shorten(const WCHAR *path)
{
    change_size(path, HALF - 1);
}

static void empty(const WCHAR *path)
{
    change_size(path, 0);
}

/* What an earlier run may have written behind the bytes that it told of. */
static void lengthen(const WCHAR *path)
{
    change_size(path, 2 * SIZE);
}

static void hide_no_more(const WCHAR *path)
{
    ok(SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL), "Got error %lu.\n", GetLastError());
}

static void delete_it(const WCHAR *path)
{
    ok(DeleteFileW(path), "Got error %lu.\n", GetLastError());
}

struct change
{
    const char *name;
    void (*make)(const WCHAR *path);
    bool is_running;      /* else while the job is suspended */
    bool is_started_over; /* else it goes on where it was */
};

static void run_change(const struct change *change, const char *path)
{
    static const struct origin_file file = {.size = SIZE, .version = 5};
    struct origin_tally tally;
    IBackgroundCopyJob *job;
    WCHAR temporary[MAX_PATH];
    HRESULT hr;

    origin_add(origin, path, &file);
    origin_hold_after(origin, path, HALF);
    job = create_download(origin, path, L"changed.bin", true);
    resume_job(job);
    ok(origin_wait_sent(origin, path, HALF, WAIT_MS), "The origin is not asked.\n");
    ok(wait_for_bytes(job, HALF, WAIT_MS), "Half of it does not come.\n");
    if (!change->is_running)
    {
        hr = IBackgroundCopyJob_Suspend(job);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        ok(origin_wait_idle(origin, path, WAIT_MS), "The connection stays.\n");
    }
    change->make(temporary_name(job, 0, temporary));
    origin_release(origin, path);
    if (!change->is_running) resume_job(job);
    wait_for_state(job, TRANSFERRED, WAIT_MS);
    complete_download(job, L"changed.bin", SIZE, 5);

    origin_count(origin, path, ORIGIN_ANY_VERSION, NULL, 0, &tally);
    ok(change->is_started_over ? tally.sent >= SIZE + HALF : tally.sent == SIZE,
       "%llu bytes were sent.\n", (unsigned long long)tally.sent);
    end_job(job);
}

static void test_changes(void)
{
    static const struct change changes[] = {
        {"deleted while it runs", delete_it, true, true},
        {"deleted while suspended", delete_it, false, true},
        {"shortened while suspended", shorten, false, true},
        {"emptied while suspended", empty, false, true},
        {"lengthened while it runs", lengthen, true, true},
        {"lengthened while suspended", lengthen, false, false},
        {"shown while suspended", hide_no_more, false, false},
    };
    char path[32];

    for (unsigned int i = 0; i < ARRAY_SIZE(changes); i++)
    {
        winetest_push_context("%s", changes[i].name);
        snprintf(path, sizeof(path), "/change%u", i);
        run_change(&changes[i], path);
        winetest_pop_context();
    }
}

START_TEST(temporary_file)
{
    com_start(COINIT_MULTITHREADED);
    origin = origin_start(NULL);
    ok(origin != NULL, "There is no origin.\n");
    RUN_TEST(test_changes);
    com_stop();
    origin_destroy(origin);
}
