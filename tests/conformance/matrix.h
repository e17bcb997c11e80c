/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Every method with every NULL and every boundary value in every state of a job: a cell is one call
 * in one state, and its answer comes from a rule. The rows of the tables (matrix_*_cells.h) are the
 * data of the test. Main thread only. */
#ifndef OPENBITS_TESTS_MATRIX_H
#define OPENBITS_TESTS_MATRIX_H

#include "download_fixture.h"
#include "job_states.h"

/* What the calls work on; all belong to one job in a wanted state. */
struct objects
{
    IBackgroundCopyManager *manager;
    IBackgroundCopyJob5 *job;
    IBackgroundCopyJobHttpOptions3 *http; /* NULL: this server has none */
    IBitsTokenOptions *token;             /* the same */
    IBackgroundCopyFile6 *file;
    IEnumBackgroundCopyJobs *jobs;
    IEnumBackgroundCopyFiles *files;
    IBackgroundCopyError *error; /* of another job, which has failed */
    GUID id;
    WCHAR local[MAX_PATH]; /* a name that may be written to */
};

/* How the answer follows from the state. */
enum rule
{
    ANY_STATE,  /* the code, whatever the state */
    CHANGE,     /* the code; in the final states BG_E_INVALID_STATE */
    BAD,        /* an argument is wrong: the code; in the final states that or BG_E_INVALID_STATE */
    NULL_READ,  /* a pointer is NULL: one of the codes for that */
    NULL_WRITE, /* the same, for a method that changes the job */
    BITS,       /* for each bit: CHANGE with S_OK if it is in the mask, else BAD with the code */
    TABLE,      /* a code for each state */
};

struct row
{
    const char *method;
    const char *what;
    HRESULT (*call)(struct objects *o, ULONG bit);
    enum rule rule;
    bool is_fresh; /* the call may move the job: it gets one of its own */
    HRESULT code;
    DWORD mask;
    const HRESULT *table; /* STATE_COUNT codes */
    HRESULT also;         /* another code that the documentation allows, or S_OK: none */
    const char *needs;    /* "http", "token": an interface */
};

struct row_table
{
    const struct row *rows;
    unsigned int count;
};

extern const struct row_table matrix_job_rows, matrix_job5_rows, matrix_http_rows, matrix_file_rows,
    matrix_other_rows;

/* Texts of the given length. */
const WCHAR *text_of(unsigned int length);
/* http://127.0.0.1/xxx, so many characters in all. */
const WCHAR *url_of(unsigned int length);

/* Runs the call. False: it ended in an exception, which has this code. */
bool guarded_call(const struct row *row, struct objects *o, ULONG bit, HRESULT *hr,
                  DWORD *exception);
void guard_start(void);
void guard_stop(void);

/* ---- For the files of rows: each is included twice ---- */

/* CELL(method, "what", rule, code, call) and its kin make a function out of the call, which may use
 * o and bit, and a row. */
#define CELL_NAME_(line) cell_##line
#define CELL_NAME(line)  CELL_NAME_(line)
#define CELL_FUNCTION(expr)                                                                        \
    static HRESULT CELL_NAME(__LINE__)(struct objects * o, ULONG bit)                              \
    {                                                                                              \
        (void)o;                                                                                   \
        (void)bit;                                                                                 \
        return expr;                                                                               \
    }

#endif
