/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Makes calls of the system on files fail, for a program that has the engine linked in. Set while
 * no transfer runs. */
#ifndef OPENBITS_TESTS_FILE_FAULTS_H
#define OPENBITS_TESTS_FILE_FAULTS_H

#include <windows.h>

enum file_call
{
    FILE_CALL_WRITE,
    FILE_CALL_MOVE,
    FILE_CALL_DELETE,
    FILE_CALL_COUNT
};

/* After some good calls, so many fail with the error; INFINITE: all. ERROR_SUCCESS: none. */
void file_fault_set(enum file_call call, DWORD error, DWORD good, DWORD times);
/* How many calls have failed since then. */
DWORD file_fault_hits(enum file_call call);

/* The disk takes so many bytes, then it is full. A write that does not fit fails, or its beginning
 * is written if is_partial. MAXUINT64: enough. */
void file_fault_space(UINT64 bytes, BOOL is_partial);
/* Writes take no more than this at once; 0: no limit. */
void file_fault_short_writes(DWORD bytes);

#endif
