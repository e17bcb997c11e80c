/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The tables of commands: one row for each switch, from which the command line is checked and help
 * is written. Each file of commands has one table. */
#ifndef OPENBITS_TOOLS_COMMAND_H
#define OPENBITS_TOOLS_COMMAND_H

#include "bitsadmin.h"

typedef HRESULT (*command_fn)(struct session *session, const struct arguments *args);
/* The first word named the job; args has the others. A failure that comes back without having been
 * told is told as "Unable to <what>". */
typedef HRESULT (*job_fn)(struct session *session, void *job, const struct arguments *args);

#define COMMAND_ALONE 0x1 /* needs no connection to BITS */
#define COMMAND_JSON  0x2 /* knows --json */

struct command
{
    const WCHAR *name;      /* lower case */
    const WCHAR *arguments; /* for help, or "" */
    const WCHAR *help;
    int min_words, max_words; /* max -1: any number */
    unsigned int flags;
    command_fn run;
    job_fn run_job; /* or this one */
    const IID *job_iid;
    const WCHAR *what;
};

#define COMMAND(name, arguments, min, max, flags, fn, help)                                        \
    {                                                                                              \
        name, arguments, help, min, max, flags, fn, NULL, NULL, NULL                               \
    }
#define JOB_COMMAND(name, arguments, min, max, iface, fn, what, help)                              \
    {                                                                                              \
        name, arguments, help, min, max, 0, NULL, fn, &IID_##iface, what                           \
    }

struct command_table
{
    const WCHAR *title;
    const WCHAR *group; /* the switch before each name, lower case, or NULL */
    const struct command *commands;
    unsigned int count;
};

#define COMMAND_TABLE(table, title, group, rows)                                                   \
    const struct command_table table = {title, group, rows, ARRAYSIZE(rows)}

extern const struct command_table list_commands, job_commands, file_commands, property_commands,
    notify_commands, proxy_commands, http_commands, reply_commands, token_commands, peer_commands,
    transfer_commands, peercaching_commands, cache_commands, peers_commands, util_commands,
    own_commands;

/* All of them, in the order of help; help.c. */
extern const struct command_table *const command_tables[];
extern const unsigned int command_table_count;

/* help.c */
void help_print_all(void);
void help_print_table(const struct command_table *table);
void help_print_command(const struct command_table *table, const struct command *command);
/* The row whose name is most like the word, or NULL. */
const WCHAR *help_find_similar(const WCHAR *word);

#endif
