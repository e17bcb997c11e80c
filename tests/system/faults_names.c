/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names at the edges of what a disk takes (row E9 of the faults): deep folders, and names that look
 * the same, or are the same. */
#include "fault_case.h"

#include <stdio.h>
#include <string.h>
#include <wchar.h>

#define LONGEST 259 /* characters of a path; MAX_PATH with the NUL */
#define SIZE    300000u

static struct origin *origin;

static HRESULT add_at(IBackgroundCopyJob *job, const char *path, const WCHAR *local)
{
    WCHAR url[URL_MAX];

    return IBackgroundCopyJob_AddFile(job, origin_wurl(origin, path, url), local);
}

/* ---- deep folders ---- */

/* A folder of one letter in each folder, until a name at its end makes up the longest path. */
static size_t make_tree(WCHAR path[LONGEST + 3])
{
    size_t length;

    temp_path(L"", path);
    length = wcslen(path);
    while (length + 4 < LONGEST)
    {
        wcscpy(path + length, L"d\\");
        length += 2;
        ok(CreateDirectoryW(path, NULL), "%s: error %lu.\n", wine_dbgstr_w(path), GetLastError());
    }
    return length;
}

static void remove_tree(WCHAR *path, size_t length)
{
    WCHAR top[MAX_PATH];
    size_t least = wcslen(temp_path(L"", top));

    for (; length > least; length -= 2)
    {
        path[length - 1] = 0;
        ok(RemoveDirectoryW(path), "%s: error %lu.\n", wine_dbgstr_w(path), GetLastError());
    }
}

static void fill(WCHAR *path, size_t from, size_t to)
{
    for (; from < to; from++)
        path[from] = 'f';
    path[from] = 0;
}

static void test_deep(void)
{
    IBackgroundCopyJob *job = create_job(L"deep", BG_JOB_TYPE_DOWNLOAD);
    WCHAR path[LONGEST + 3];
    size_t length = make_tree(path);
    HRESULT hr;

    withstands("E9");
    /* One more is a name that a job takes, whatever the disk does with it. */
    fill(path, length, LONGEST + 2);
    hr = add_at(job, "/deep", path);
    ok(hr == E_INVALIDARG, "%u characters: got hr %#lx.\n", LONGEST + 2, hr);
    origin_add(origin, "/deep", &(struct origin_file){.size = SIZE, .version = 1});
    fill(path, length, LONGEST);
    hr = add_at(job, "/deep", path);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    resume_job(job);
    wait_for_state(job, TRANSFERRED, FAULT_WAIT_MS);
    hr = IBackgroundCopyJob_Complete(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    verify_file(path, SIZE, 1);
    DeleteFileW(path);
    IBackgroundCopyJob_Release(job);
    /* With something else in it, it would stay. */
    remove_tree(path, length);
}

/* ---- pairs ---- */

static const struct pair
{
    const char *what;
    const WCHAR *names[2];
    bool is_one; /* both name the same file */
} pairs[] = {
    {"case", {L"twin.bin", L"TWIN.BIN"}, true},
    {"composed or not", {L"caf\x00e9.bin", L"cafe\x0301.bin"}, false},
    {"written backwards", {L"\x202e\x0062\x0061.bin", L"ba.bin"}, false},
    {"from right to left", {L"\x05d0\x05d1.bin", L"\x05d1\x05d0.bin"}, false},
    {"beyond 16 bits", {L"\xd83d\xde00.bin", L"\xd83d\xde01.bin"}, false},
    {"unseen", {L"a\x200b.bin", L"a.bin"}, false},
    {"other letters", {L"\x0430.bin", L"a.bin"}, false},
};

static const char *const paths[] = {"/pair/0", "/pair/1"};

static void check_pair(const struct pair *pair)
{
    WCHAR path[2][MAX_PATH], temporary[2][MAX_PATH];
    IBackgroundCopyJob *jobs[2];
    HRESULT hr;

    for (unsigned int i = 0; i < 2; i++)
    {
        origin_add(origin, paths[i], &(struct origin_file){.size = SIZE + i, .version = 1 + i});
        origin_hold_after(origin, paths[i], 1000);
        temp_path(pair->names[i], path[i]);
        jobs[i] = create_download(origin, paths[i], pair->names[i], true);
        resume_job(jobs[i]);
    }
    for (unsigned int i = 0; i < 2; i++)
    {
        ok(origin_wait_held(origin, paths[i], FAULT_WAIT_MS), "They do not run together.\n");
        temporary_name(jobs[i], 0, temporary[i]);
    }
    ok(_wcsicmp(temporary[0], temporary[1]), "They share %s.\n", wine_dbgstr_w(temporary[0]));
    for (unsigned int i = 0; i < 2; i++)
    {
        origin_release(origin, paths[i]);
        wait_for_state(jobs[i], TRANSFERRED, FAULT_WAIT_MS);
        hr = IBackgroundCopyJob_Complete(jobs[i]);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        verify_file(path[i], SIZE + i, 1 + i);
        IBackgroundCopyJob_Release(jobs[i]);
    }
    /* The last one is what both names stand for, or each has its own. */
    if (pair->is_one)
        verify_file(path[0], SIZE + 1, 2);
    else
        verify_file(path[0], SIZE, 1);
    ok(temp_file_count() == (pair->is_one ? 1u : 2u), "There are %u files.\n", temp_file_count());
    DeleteFileW(path[0]);
    DeleteFileW(path[1]);
}

static void test_pairs(void)
{
    withstands("E9");
    for (unsigned int i = 0; i < ARRAY_SIZE(pairs); i++)
    {
        winetest_push_context("%s", pairs[i].what);
        check_pair(&pairs[i]);
        winetest_pop_context();
    }
}

START_TEST(faults_names)
{
    com_start(COINIT_MULTITHREADED);
    if ((origin = origin_start(NULL)))
    {
        RUN_TEST(test_deep);
        RUN_TEST(test_pairs);
        origin_destroy(origin);
    }
    com_stop();
}
