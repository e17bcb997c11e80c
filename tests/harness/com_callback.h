/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A client's callback object that counts: IBackgroundCopyCallback to Callback3. Calls may come on
 * any thread; what the test sets, it sets before the object is handed out. */
#ifndef OPENBITS_TESTS_COM_CALLBACK_H
#define OPENBITS_TESTS_COM_CALLBACK_H

#include "harness/com_fixture.h"

enum callback_iids
{
    CALLBACK_1 = 0x1,
    CALLBACK_2 = 0x2,
    CALLBACK_3 = 0x4,
    CALLBACK_ALL = 0x7
};

enum callback_method
{
    CALLBACK_JOB_TRANSFERRED,
    CALLBACK_JOB_ERROR,
    CALLBACK_JOB_MODIFICATION,
    CALLBACK_FILE_TRANSFERRED,
    CALLBACK_FILE_RANGES,
    CALLBACK_METHOD_COUNT
};

/* The arguments of a call; NULL or 0 where the method has none. */
struct callback_call
{
    enum callback_method method;
    IBackgroundCopyJob *job;
    IBackgroundCopyError *error;
    IBackgroundCopyFile *file;
    DWORD number; /* reserved, or the number of ranges */
    const BG_FILE_RANGE *ranges;
};

struct test_callback
{
    IBackgroundCopyCallback3 IBackgroundCopyCallback3_iface;
    LONG ref;
    unsigned int iids; /* that QueryInterface gives, besides IUnknown */

    HRESULT results[CALLBACK_METHOD_COUNT]; /* S_OK at first */
    /* Runs inside of the call and gives its result, in place of results. */
    HRESULT (*hook)(struct test_callback *callback, const struct callback_call *call);
    void *ctx;

    LONG counts[CALLBACK_METHOD_COUNT];   /* calls that have begun */
    LONG ended[CALLBACK_METHOD_COUNT];    /* calls that are over */
    LONG threads[CALLBACK_METHOD_COUNT];  /* id of the thread of the last one */
    HANDLE events[CALLBACK_METHOD_COUNT]; /* set at the end of a call; reset by a wait */
    LONG running;                         /* calls at this moment */
    LONG overlaps;                        /* calls that began while another one ran */
};

/* Holds one reference. */
struct test_callback *test_callback_create(unsigned int iids);
IUnknown *test_callback_unknown(struct test_callback *callback);
/* Answers how many references are left. */
LONG test_callback_release(struct test_callback *callback);

LONG test_callback_count(struct test_callback *callback, enum callback_method method);
/* Waits until so many calls of the method are over, its hook included; lets the apartment's calls
 * in. */
bool test_callback_wait(struct test_callback *callback, enum callback_method method, LONG count,
                        unsigned int ms);

/* SetNotifyInterface and SetNotifyFlags, checked. */
void job_set_callback(IBackgroundCopyJob *job, struct test_callback *callback, ULONG flags);

#endif
