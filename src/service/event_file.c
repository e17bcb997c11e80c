/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A sink for events. Opened for each line: the file may be moved, emptied or removed at any time,
 * and nobody waits for it. */
#include "service/event_file.h"

#include <string.h>

#include "base/event.h"
#include "service/machine_folder.h"

#define FILE_MAX 1048576 /* then a new one begins */

static WCHAR path[MACHINE_PATH_SIZE], old_path[MACHINE_PATH_SIZE];

static void begin_anew(HANDLE file)
{
    LARGE_INTEGER size;

    if (GetFileSizeEx(file, &size) && size.QuadPart >= FILE_MAX)
        MoveFileExW(path, old_path, MOVEFILE_REPLACE_EXISTING);
}

static bool append(const char *line)
{
    HANDLE file = CreateFileW(path, FILE_APPEND_DATA | FILE_READ_ATTRIBUTES,
                              FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                              OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD size = (DWORD)strlen(line), written = 0;
    bool is_written;

    if (file == INVALID_HANDLE_VALUE) return false;
    is_written = WriteFile(file, line, size, &written, NULL) && written == size;
    begin_anew(file);
    CloseHandle(file);
    return is_written;
}

void event_file_open(void)
{
    if (FAILED(machine_folder_path(L"openbits-events.jsonl", path)) ||
        FAILED(machine_folder_path(L"openbits-events.1.jsonl", old_path)))
        return;
    event_set_sink(append);
}

void event_file_close(void)
{
    event_set_sink(NULL);
}
