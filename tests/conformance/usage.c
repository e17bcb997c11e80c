/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Handles, threads and memory of this process. */
#include "usage.h"

#include <stdlib.h>

#include <psapi.h>
#include <tlhelp32.h>
#include <winternl.h>

#define SYSTEM_HANDLES 16
#define HEAPS_MAX      64

/* What NtQuerySystemInformation() tells of each handle. */
struct handle_entry
{
    USHORT process, reserved;
    UCHAR type, flags;
    USHORT value;
    void *object;
    ACCESS_MASK access;
};

struct handle_list
{
    ULONG count;
    struct handle_entry handles[];
};

static unsigned int count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    unsigned int count = 0;

    for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        if (entry.th32OwnerProcessID == GetCurrentProcessId()) count++;
    CloseHandle(snapshot);
    return count;
}

/* Wine's GetProcessHandleCount() knows nothing; 0: neither does this one. */
static DWORD count_handles(void)
{
    NTSTATUS(WINAPI * query)(SYSTEM_INFORMATION_CLASS, void *, ULONG, ULONG *);
    ULONG size = 4 << 20, count = 0;
    struct handle_list *list;

    query = (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    if (!query || !(list = malloc(size))) return 0;
    if (!query((SYSTEM_INFORMATION_CLASS)SYSTEM_HANDLES, list, size, NULL))
        for (ULONG i = 0; i < list->count; i++)
            if (list->handles[i].process == GetCurrentProcessId()) count++;
    free(list);
    return count;
}

struct usage usage_now(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};
    struct usage usage = {0};

    usage.handles = count_handles();
    usage.threads = count_threads();
    if (GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)))
        usage.kib = counters.WorkingSetSize / 1024;
    return usage;
}

static unsigned int count_blocks_of(HANDLE heap)
{
    PROCESS_HEAP_ENTRY entry = {0};
    unsigned int count = 0;

    if (!HeapLock(heap)) return 0;
    while (HeapWalk(heap, &entry))
        if (entry.wFlags & PROCESS_HEAP_ENTRY_BUSY) count++;
    HeapUnlock(heap);
    return count;
}

unsigned int usage_count_blocks(void)
{
    HANDLE heaps[HEAPS_MAX];
    DWORD found = GetProcessHeaps(HEAPS_MAX, heaps);
    unsigned int count = 0;

    for (DWORD i = 0; i < found && i < HEAPS_MAX; i++)
        count += count_blocks_of(heaps[i]);
    return count;
}

void usage_take_most(struct usage *usage, const struct usage *other)
{
    if (other->handles > usage->handles) usage->handles = other->handles;
    if (other->threads > usage->threads) usage->threads = other->threads;
    if (other->kib > usage->kib) usage->kib = other->kib;
}

void usage_take_least(struct usage *usage, const struct usage *other)
{
    if (other->handles < usage->handles) usage->handles = other->handles;
    if (other->threads < usage->threads) usage->threads = other->threads;
    if (other->kib < usage->kib) usage->kib = other->kib;
}

void usage_check(const struct usage *before, const struct usage *after)
{
    SIZE_T slack = before->kib / USAGE_SLACK_FRACTION + USAGE_SLACK_KIB;

    ok(before->handles > 0, "The handles cannot be counted.\n");
    ok(after->handles <= before->handles, "Got %lu handles, had %lu.\n", after->handles,
       before->handles);
    ok(after->threads <= before->threads, "Got %u threads, had %u.\n", after->threads,
       before->threads);
    ok(after->kib <= before->kib + slack, "Got %lu KiB, had %lu.\n", (unsigned long)after->kib,
       (unsigned long)before->kib);
}
