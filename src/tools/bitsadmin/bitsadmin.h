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
    BOOL is_raw;   /* /RAWRETURN: bare values, for scripts */
    BOOL is_json;  /* --json */
    BOOL is_told;  /* the failure at hand has been printed */
    int exit_code; /* of a command that worked, but found something */
};

/* A command's words after its name. */
struct arguments
{
    WCHAR **words;
    int count;
};

/* main.c: runs one command line (argv without the program's name) and returns the exit code: 0 or
 * the failure itself. */
HRESULT bitsadmin_run(int argc, WCHAR **argv);
BOOL is_word(const WCHAR *word, const WCHAR *expected);

/* mistakes.c: what is probably wrong with words that make no command, as lines of text; FALSE when
 * nothing is known. The command has its name and what may follow, or is NULL. */
#define MISTAKE_CHARS 512
BOOL explain_mistake(WCHAR *const *words, int count, WCHAR text[MISTAKE_CHARS]);
/* The same for a name that no job has. */
BOOL explain_job_name(const WCHAR *name, WCHAR text[MISTAKE_CHARS]);

/* session.c */
HRESULT session_open(struct session *session);
/* The same without a word about a failure. */
HRESULT session_connect(struct session *session);
void session_close(struct session *session);
/* Finds a job by {GUID} or by its name, which must be unique, and says so when it cannot. */
HRESULT session_find_job(struct session *session, const WCHAR *name, IBackgroundCopyJob **job);
/* Prints "Unable to <what> - 0x<code>" and the text of the code; returns the code. */
HRESULT session_fail(struct session *session, HRESULT hr, const WCHAR *what);
/* Prints a line about a word that cannot be used; returns EXIT_USAGE. */
HRESULT session_refuse(struct session *session, const WCHAR *format, ...);
/* Prints what a success other than S_OK means. */
void session_note(struct session *session, HRESULT hr);
/* The text of a code, or NULL; freed with CoTaskMemFree. */
WCHAR *session_error_text(struct session *session, HRESULT hr);

/* output.c: stdout, as text of the console's code page when it is not a console. */
void out_print(const WCHAR *format, ...);
/* A value, and the end of its line unless it is to be bare; S_OK. */
HRESULT out_value(const struct session *session, const WCHAR *format, ...);
BOOL out_is_console(void);
/* Are rows of a console broken at words? */
void out_set_wrap(BOOL is_on);
/* Coloured on a console; 0: not there either. */
void out_coloured(WORD colour, const WCHAR *text);
/* Writes what is left of an unfinished line. */
void out_flush(void);

#define OUT_ROW_CHARS 400
/* The columns of a console that a row may fill; 0 elsewhere. */
int out_columns(void);
/* A block of at most 4 rows, cut at the console's edge; the next one is drawn over it, until
 * out_block_end(). Only for a console. */
void out_block(const WCHAR *const *lines, unsigned int count);
void out_block_end(void);

/* rows.c: how text fills columns. */
int columns_of_char(WCHAR c);
/* The text, or as much of it as fits with dots after it. */
void out_shorten(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS]);
/* As much of the text as fits, without control characters; returns how many columns that takes. */
int row_cut(const WCHAR *text, int columns, WCHAR result[OUT_ROW_CHARS]);
/* How many characters of the line go into this row, so that it ends at a blank if there is one;
 * blanks that follow are not in the next row. At least 1 of a line that is not empty. */
int row_break(const WCHAR *line, int columns);
/* The text in rows of so many columns, all but the first indented. */
void out_paragraph(const WCHAR *text, int used, int indent, int columns);

/* names.c */
const WCHAR *name_of_type(BG_JOB_TYPE type);
const WCHAR *name_of_state(BG_JOB_STATE state);
const WCHAR *name_of_priority(BG_JOB_PRIORITY priority);
const WCHAR *name_of_proxy_usage(BG_JOB_PROXY_USAGE usage);
const WCHAR *name_of_bool(BOOL value); /* true, false */
/* The place of the word in the list, or -1. */
int find_name(const WCHAR *word, const WCHAR *const *names, unsigned int count);
BOOL parse_priority(const WCHAR *word, BG_JOB_PRIORITY *priority);
BOOL parse_proxy_usage(const WCHAR *word, BG_JOB_PROXY_USAGE *usage);
BOOL parse_bool(const WCHAR *word, BOOL *value);
/* Decimal or 0x; FALSE for anything else or too large. */
BOOL parse_number(const WCHAR *word, DWORD *value);
BOOL parse_size(const WCHAR *word, UINT64 *value);
/* Letters of OGDS in any order. */
BOOL parse_acl_flags(const WCHAR *word, DWORD *flags);
/* NULL for the word NULL and for an empty one. */
const WCHAR *null_word(const WCHAR *word);

/* The same text without what could move a terminal's cursor or add a line. */
WCHAR *printable(WCHAR *text);
/* As printable(); "NULL" for nothing. */
const WCHAR *text_or_null(WCHAR *text);

/* ranges.c: "0:100,2000:100,5000:eof" as an array that is freed with free(). */
BOOL parse_ranges(const WCHAR *text, BG_FILE_RANGE **ranges, DWORD *count);

/* file_set.c: the pairs of a list, whose strings are in the list's own text. */
struct file_set
{
    BG_FILE_INFO *files;
    DWORD count;
    WCHAR *text;
    DWORD bad_line; /* the first that is not a pair, from 1; 0 without */
};

BOOL file_set_parse(WCHAR *text, struct file_set *set); /* takes the text; FALSE: no memory */
HRESULT file_set_read(const WCHAR *path, struct file_set *set);
void file_set_done(struct file_set *set);

/* describe.c, describe_error.c */
void print_job_line(IBackgroundCopyJob *job);
void print_job_details(struct session *session, IBackgroundCopyJob *job);
void print_job_files(IBackgroundCopyJob *job);
/* S_OK when the job is not in an error state. */
HRESULT job_error_code(IBackgroundCopyJob *job);
/* The lines about the job's error; none, and S_OK, without one. */
void print_job_error(struct session *session, IBackgroundCopyJob *job, HRESULT *code);
WCHAR *error_context_text(IBackgroundCopyError *error);
void print_peer_flags(DWORD flags);
/* cmd_http.c: each header on a line; changes the text. */
void print_header_lines(WCHAR *headers, const WCHAR *before);
/* Is all of the file transferred? */
BOOL is_file_there(const BG_FILE_PROGRESS *progress);
const WCHAR *name_of_integrity(ULONG level);

#define OWNER_CHARS 600
void format_job_id(IBackgroundCopyJob *job, WCHAR text[40]);
void format_owner(IBackgroundCopyJob *job, WCHAR text[OWNER_CHARS]);
/* The account of a SID, or the SID where there is none. */
void format_sid(const WCHAR *sid_text, WCHAR text[OWNER_CHARS]);
void format_time(const FILETIME *time, WCHAR text[80]);
/* "UNKNOWN" for BG_SIZE_UNKNOWN. */
void format_size(UINT64 bytes, WCHAR text[24]);
/* Letters, after a blank if there are any. */
void format_acl_flags(DWORD flags, WCHAR text[6]);

/* peer_admin.c. Says so when it cannot be had. */
HRESULT open_peer_admin(struct session *session, IBitsPeerCacheAdministration **admin);

/* files.c: the file of this number, from 0. */
HRESULT find_job_file(struct session *session, IBackgroundCopyJob *job, const WCHAR *number,
                      REFIID iid, void **file);

#endif
