/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The parts of the tool. It is an ordinary client: it sees public headers only, so that it runs
 * against any BITS. */
#ifndef OPENBITS_TOOLS_BITSADMIN_H
#define OPENBITS_TOOLS_BITSADMIN_H

#include <windows.h>

#include <sddl.h>

#include "bits10_3.h"
#include "bitsmsg.h"

/* What a usage error leaves as exit code. */
#define EXIT_USAGE E_INVALIDARG

struct session
{
    IBackgroundCopyManager *manager;
    BOOL is_raw; /* /RAWRETURN: bare values, for scripts */
};

/* A command's words after its name. */
struct arguments
{
    WCHAR **words;
    int count;
};

typedef HRESULT (*command_fn)(struct session *session, const struct arguments *args);

struct command
{
    const WCHAR *name; /* lower case, with the slash */
    int min_words;
    int max_words; /* -1: any number */
    command_fn run;
    const WCHAR *usage;
};

/* One of a group, such as /CACHE /LIST. */
struct subcommand
{
    const WCHAR *name; /* lower case, with the slash */
    int min_words;
    int max_words;
    command_fn run;
    const WCHAR *usage;
};

/* main.c: runs one command line (argv without the program's name) and returns the exit code: 0 or
 * the failure itself. */
HRESULT bitsadmin_run(int argc, WCHAR **argv);
BOOL is_word(const WCHAR *word, const WCHAR *expected);

/* session.c */
HRESULT session_open(struct session *session);
void session_close(struct session *session);
/* Finds a job by {GUID} or by its name, which must be unique, and says so when it cannot. */
HRESULT session_find_job(struct session *session, const WCHAR *name, IBackgroundCopyJob **job);
/* Prints "Unable to <what> - 0x<code>" and the text of the code; returns the code. */
HRESULT session_fail(struct session *session, HRESULT hr, const WCHAR *what);
/* The text of a code, or NULL; freed with CoTaskMemFree. */
WCHAR *session_error_text(struct session *session, HRESULT hr);

/* output.c: stdout, as text of the console's code page when it is not a console. */
void out_print(const WCHAR *format, ...);
BOOL out_is_console(void);

#define OUT_ROW_CHARS 400
/* The columns of a console that a row may fill; 0 elsewhere. */
int out_columns(void);
/* The text, or as much of it as fits with dots after it. */
void out_shorten(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS]);
/* A block of at most 4 rows, cut at the console's edge; the next one is drawn over it, until
 * out_block_end(). Only for a console. */
void out_block(const WCHAR *const *lines, unsigned int count);
void out_block_end(void);

/* names.c */
const WCHAR *name_of_type(BG_JOB_TYPE type);
const WCHAR *name_of_state(BG_JOB_STATE state);
const WCHAR *name_of_priority(BG_JOB_PRIORITY priority);
const WCHAR *name_of_proxy_usage(BG_JOB_PROXY_USAGE usage);
BOOL parse_priority(const WCHAR *word, BG_JOB_PRIORITY *priority);
/* Decimal or 0x; FALSE for anything else or too large. */
BOOL parse_number(const WCHAR *word, DWORD *value);

/* The same text without what could move a terminal's cursor or add a line. */
WCHAR *printable(WCHAR *text);
/* As printable(); "NULL" for nothing. */
const WCHAR *text_or_null(WCHAR *text);

/* describe.c, describe_error.c */
void print_job_line(IBackgroundCopyJob *job);
void print_job_details(struct session *session, IBackgroundCopyJob *job);
/* S_OK when the job is not in an error state. */
HRESULT job_error_code(IBackgroundCopyJob *job);
/* The lines about the job's error; none, and S_OK, without one. */
void print_job_error(struct session *session, IBackgroundCopyJob *job, HRESULT *code);
void print_peer_flags(DWORD flags);
/* Is all of the file transferred? */
BOOL is_file_there(const BG_FILE_PROGRESS *progress);

void format_time(const FILETIME *time, WCHAR text[80]);

/* peer_admin.c: finds args->words[0] among the commands of a group and runs it with the rest. */
HRESULT run_subcommand(struct session *session, const struct arguments *args, const WCHAR *group,
                       const struct subcommand *commands, unsigned int count);
/* Says so when it cannot be had. */
HRESULT open_peer_admin(struct session *session, IBitsPeerCacheAdministration **admin);

/* cmd_cache.c, cmd_job.c, cmd_peer.c, cmd_peers.c, cmd_transfer.c */
HRESULT cmd_cache(struct session *session, const struct arguments *args);
HRESULT cmd_peers(struct session *session, const struct arguments *args);
HRESULT print_identity(struct session *session, const struct arguments *args);
HRESULT cmd_list(struct session *session, const struct arguments *args);
HRESULT cmd_info(struct session *session, const struct arguments *args);
HRESULT cmd_suspend(struct session *session, const struct arguments *args);
HRESULT cmd_resume(struct session *session, const struct arguments *args);
HRESULT cmd_cancel(struct session *session, const struct arguments *args);
HRESULT cmd_complete(struct session *session, const struct arguments *args);
HRESULT cmd_set_peer_flags(struct session *session, const struct arguments *args);
HRESULT cmd_get_peer_flags(struct session *session, const struct arguments *args);
HRESULT cmd_peercaching(struct session *session, const struct arguments *args);
HRESULT cmd_transfer(struct session *session, const struct arguments *args);

#endif
