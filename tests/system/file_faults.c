/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The linker takes our pointers for those of the import library, so that all calls of this module,
 * and of no other, come here first. Counters are interlocked, what is set is read only meanwhile.
 */
#include "file_faults.h"

/* How the linker calls the pointer to an imported function, and the function. */
#ifdef _WIN64
#define IMPORT(name, arguments) __asm__("__imp_" #name)
#define SYMBOL(name, arguments) __asm__(#name)
#else
#define IMPORT(name, arguments) __asm__("__imp__" #name "@" #arguments)
#define SYMBOL(name, arguments) __asm__("_" #name "@" #arguments)
#endif

static struct
{
    DWORD error;
    LONG first, end; /* of the calls that fail */
    LONG calls, hits;
} faults[FILE_CALL_COUNT];

static struct
{
    volatile LONG64 left;
    BOOL is_partial;
    DWORD limit; /* of one write */
} disk = {.left = MAXLONGLONG};

static FARPROC real(const char *name)
{
    return GetProcAddress(GetModuleHandleW(L"kernel32.dll"), name);
}

/* True: this call fails, and the error is set. */
static BOOL fails(enum file_call call)
{
    LONG number;

    if (!faults[call].error) return FALSE;
    number = InterlockedIncrement(&faults[call].calls) - 1;
    if (number < faults[call].first || number >= faults[call].end) return FALSE;
    InterlockedIncrement(&faults[call].hits);
    SetLastError(faults[call].error);
    return TRUE;
}

static BOOL WINAPI write_file(HANDLE file, const void *data, DWORD size, DWORD *done,
                              OVERLAPPED *overlapped)
{
    BOOL(WINAPI * fn)
    (HANDLE, const void *, DWORD, DWORD *, OVERLAPPED *) = (void *)real("WriteFile");

    if (fails(FILE_CALL_WRITE)) return FALSE;
    if (disk.limit && size > disk.limit) size = disk.limit;
    if (size > disk.left)
    {
        if (!disk.is_partial || !disk.left)
        {
            SetLastError(ERROR_DISK_FULL);
            return FALSE;
        }
        size = (DWORD)disk.left;
    }
    if (!fn(file, data, size, done, overlapped)) return FALSE;
    if (disk.left != MAXLONGLONG) disk.left -= size;
    return TRUE;
}

static BOOL WINAPI set_information(HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, void *info,
                                   DWORD size)
{
    BOOL(WINAPI * fn)
    (HANDLE, FILE_INFO_BY_HANDLE_CLASS, void *, DWORD) = (void *)real("SetFileInformationByHandle");

    if (class == FileRenameInfo && fails(FILE_CALL_MOVE)) return FALSE;
    return fn(file, class, info, size);
}

static BOOL WINAPI delete_file(const WCHAR *path)
{
    BOOL(WINAPI * fn)(const WCHAR *) = (void *)real("DeleteFileW");

    return !fails(FILE_CALL_DELETE) && fn(path);
}

/* The functions as SQLite takes their addresses: the store has no faults of ours. */
BOOL WINAPI stored_write_file(HANDLE file, const void *data, DWORD size, DWORD *done,
                              OVERLAPPED *overlapped) SYMBOL(WriteFile, 20);
BOOL WINAPI stored_delete_file(const WCHAR *path) SYMBOL(DeleteFileW, 4);

BOOL WINAPI stored_write_file(HANDLE file, const void *data, DWORD size, DWORD *done,
                              OVERLAPPED *overlapped)
{
    BOOL(WINAPI * fn)
    (HANDLE, const void *, DWORD, DWORD *, OVERLAPPED *) = (void *)real("WriteFile");

    return fn(file, data, size, done, overlapped);
}

BOOL WINAPI stored_delete_file(const WCHAR *path)
{
    BOOL(WINAPI * fn)(const WCHAR *) = (void *)real("DeleteFileW");

    return fn(path);
}

extern void *imported_write_file IMPORT(WriteFile, 20);
extern void *imported_set_information IMPORT(SetFileInformationByHandle, 16);
extern void *imported_delete_file IMPORT(DeleteFileW, 4);

void *imported_write_file = (void *)write_file;
void *imported_set_information = (void *)set_information;
void *imported_delete_file = (void *)delete_file;

void file_fault_set(enum file_call call, DWORD error, DWORD good, DWORD times)
{
    faults[call].error = 0;
    faults[call].calls = faults[call].hits = 0;
    faults[call].first = (LONG)good;
    faults[call].end = times == INFINITE ? MAXLONG : (LONG)(good + times);
    faults[call].error = error;
}

DWORD file_fault_hits(enum file_call call)
{
    return (DWORD)faults[call].hits;
}

void file_fault_space(UINT64 bytes, BOOL is_partial)
{
    disk.is_partial = is_partial;
    disk.left = bytes > MAXLONGLONG ? MAXLONGLONG : (LONG64)bytes;
}

void file_fault_short_writes(DWORD bytes)
{
    disk.limit = bytes;
}
