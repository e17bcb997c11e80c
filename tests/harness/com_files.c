/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The folder of a test program, and files of synthetic bytes. */
#include "harness/com_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

#include "harness/com_private.h"
#include "harness/synthetic.h"

#define PIECE (1024 * 1024)

static WCHAR folder[MAX_PATH]; /* with the last backslash */

static void join(WCHAR path[MAX_PATH], const WCHAR *base, const WCHAR *name)
{
    size_t len = wcslen(base);

    if (len + wcslen(name) >= MAX_PATH) abort();
    wmemcpy(path, base, len);
    wmemcpy(path + len, name, wcslen(name) + 1);
}

static bool is_dots(const WCHAR *name)
{
    return !wcscmp(name, L".") || !wcscmp(name, L"..");
}

/* base ends with a backslash. */
static void remove_tree(const WCHAR *base)
{
    WCHAR path[MAX_PATH], inner[MAX_PATH];
    WIN32_FIND_DATAW data;
    HANDLE find;

    join(path, base, L"*");
    if ((find = FindFirstFileW(path, &data)) != INVALID_HANDLE_VALUE)
    {
        do
        {
            if (is_dots(data.cFileName)) continue;
            join(path, base, data.cFileName);
            SetFileAttributesW(path, FILE_ATTRIBUTE_NORMAL);
            join(inner, path, L"\\");
            if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                remove_tree(inner);
            else
                DeleteFileW(path);
        } while (FindNextFileW(find, &data));
        FindClose(find);
    }
    RemoveDirectoryW(base);
}

void com_make_temp_folder(void)
{
    WCHAR base[MAX_PATH];
    DWORD len = GetTempPathW(ARRAY_SIZE(base), base);

    ok(len && len < MAX_PATH - 40, "There is no folder for temporary files.\n");
    swprintf(folder, ARRAY_SIZE(folder), L"%lsopenbits-test-%lu\\", base, GetCurrentProcessId());
    /* A program that was killed has left it behind, and its id is given out again. */
    remove_tree(folder);
    ok(CreateDirectoryW(folder, NULL), "Could not make %s, error %lu.\n", wine_dbgstr_w(folder),
       GetLastError());
}

void com_remove_temp_folder(void)
{
    if (*folder) remove_tree(folder);
    *folder = 0;
}

WCHAR *temp_path(const WCHAR *name, WCHAR path[MAX_PATH])
{
    join(path, folder, name);
    return path;
}

WCHAR *origin_wurl(const struct origin *origin, const char *path, WCHAR url[URL_MAX])
{
    char text[URL_MAX];
    size_t i = 0;

    origin_url(origin, path, text, sizeof(text));
    for (; text[i]; i++)
        url[i] = (unsigned char)text[i];
    url[i] = 0;
    return url;
}

bool file_exists(const WCHAR *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

unsigned int temp_file_count(void)
{
    WCHAR path[MAX_PATH];
    WIN32_FIND_DATAW data;
    unsigned int count = 0;
    HANDLE find = FindFirstFileW(temp_path(L"*", path), &data);

    if (find == INVALID_HANDLE_VALUE) return 0;
    do
        count += !is_dots(data.cFileName);
    while (FindNextFileW(find, &data));
    FindClose(find);
    return count;
}

bool write_file(const WCHAR *path, UINT64 size, unsigned int version)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    char *buffer = malloc(PIECE);
    UINT64 offset = 0;
    bool is_written = file != INVALID_HANDLE_VALUE && buffer;

    while (is_written && offset < size)
    {
        DWORD count = size - offset < PIECE ? (DWORD)(size - offset) : PIECE, written;

        synthetic_fill(version, offset, buffer, count);
        is_written = WriteFile(file, buffer, count, &written, NULL) && written == count;
        offset += count;
    }
    if (file != INVALID_HANDLE_VALUE) CloseHandle(file);
    free(buffer);
    return is_written;
}

static void report_wrong_byte(int line, const char *name, UINT64 offset, const char *data,
                              size_t size)
{
    uint32_t version;

    /* The identification wants whole words. */
    size_t skipped = (size_t)((8 - offset % 8) % 8);

    if (size > skipped &&
        synthetic_identify(1000, offset + skipped, data + skipped, size - skipped, &version))
        ok_(name, line)(0, "Wrong from byte %llu on: there is version %u.\n",
                        (unsigned long long)offset, (unsigned int)version);
    else
        ok_(name, line)(0, "Wrong from byte %llu on: %#x.\n", (unsigned long long)offset,
                        (unsigned char)*data);
}

bool verify_file_(int line, const char *file, const WCHAR *path, UINT64 size, unsigned int version)
{
    HANDLE handle =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    char *buffer = malloc(PIECE);
    bool is_right = true;
    UINT64 offset = 0;
    DWORD got = 0;

    if (handle == INVALID_HANDLE_VALUE || !buffer)
    {
        ok_(file, line)(0, "Could not open %s, error %lu.\n", wine_dbgstr_w(path), GetLastError());
        free(buffer);
        return false;
    }
    while (is_right && ReadFile(handle, buffer, PIECE, &got, NULL) && got)
    {
        size_t good = synthetic_check(version, offset, buffer, got);

        is_right = good == got;
        if (!is_right) report_wrong_byte(line, file, offset + good, buffer + good, got - good);
        offset += got;
    }
    if (is_right) ok_(file, line)(offset == size, "Got %llu bytes.\n", (unsigned long long)offset);
    CloseHandle(handle);
    free(buffer);
    return is_right && offset == size;
}
