/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Help, written from the tables of commands. */
#include "command.h"

#include <stdio.h>
#include <wchar.h>

#define HEAD_INDENT  2
#define HELP_COLUMN  40
#define HELP_COLUMNS 79 /* of a pipe, and at least */
#define ROW_MAX      100
#define NAME_CHARS   48

const struct command_table *const command_tables[] = {
    &list_commands,     &job_commands,   &transfer_commands, &file_commands,
    &property_commands, &proxy_commands, &notify_commands,   &http_commands,
    &reply_commands,    &token_commands, &peer_commands,     &peercaching_commands,
    &cache_commands,    &peers_commands, &util_commands,     &own_commands,
};
const unsigned int command_table_count = ARRAYSIZE(command_tables);

static int help_columns(void)
{
    int columns = out_columns();

    return columns < HELP_COLUMNS ? HELP_COLUMNS : min(columns, ROW_MAX);
}

/* Switches are shown in capitals, as their documentation writes them. */
static void format_name(const WCHAR *name, WCHAR text[NAME_CHARS])
{
    _snwprintf(text, NAME_CHARS, L"%ls", name);
    text[NAME_CHARS - 1] = 0;
    if (name[0] == '/') _wcsupr(text);
}

static void format_head(const struct command_table *table, const struct command *command,
                        WCHAR text[OUT_ROW_CHARS])
{
    WCHAR group[NAME_CHARS] = L"", name[NAME_CHARS];

    if (table->group) format_name(table->group, group);
    format_name(command->name, name);
    _snwprintf(text, OUT_ROW_CHARS, L"%ls%ls%ls%ls%ls", group, *group ? L" " : L"", name,
               *command->arguments ? L" " : L"", command->arguments);
    text[OUT_ROW_CHARS - 1] = 0;
}

/* The text beside the switch and its arguments, or below them where they are long. */
void help_print_command(const struct command_table *table, const struct command *command)
{
    WCHAR head[OUT_ROW_CHARS];
    int used;

    format_head(table, command, head);
    used = HEAD_INDENT + (int)wcslen(head);
    out_print(L"%*ls", HEAD_INDENT, L"");
    if (used < HELP_COLUMN)
        out_print(L"%ls%*ls", head, HELP_COLUMN - used, L"");
    else
    {
        out_paragraph(head, HEAD_INDENT, HEAD_INDENT + 4, help_columns());
        out_print(L"%*ls", HELP_COLUMN, L"");
    }
    out_paragraph(command->help, HELP_COLUMN, HELP_COLUMN, help_columns());
}

void help_print_table(const struct command_table *table)
{
    out_print(L"\n%ls\n", table->title);
    for (unsigned int i = 0; i < table->count; i++)
        help_print_command(table, &table->commands[i]);
}

void help_print_all(void)
{
    out_print(L"BITSADMIN [/RAWRETURN] [/WRAP | /NOWRAP] command\n\n"
              L"  /RAWRETURN    bare values for scripts: no banner, no line ends\n"
              L"  /WRAP         breaks lines at the edge of a console (as it is at first)\n"
              L"  /NOWRAP       leaves them whole\n"
              L"  /HELP [word]  this text, or the part about one switch\n");
    for (unsigned int i = 0; i < command_table_count; i++)
        help_print_table(command_tables[i]);
    out_print(L"\n"
              L"job       a display name or a {GUID}; a name with blanks is put in \"quotes\"\n"
              L"priority  FOREGROUND, HIGH, NORMAL or LOW\n"
              L"file      the number of a file in its job, from 0\n"
              L"flags     a number, decimal or hexadecimal with 0x\n"
              L"\n"
              L"The exit code is 0, or the code of the failure.\n");
}

/* The edits that make one word of the other; two characters that have changed places are one. */
static unsigned int distance_of(const WCHAR *a, const WCHAR *b)
{
    static unsigned char edits[NAME_CHARS][NAME_CHARS];
    size_t a_len = wcslen(a), b_len = wcslen(b);

    if (a_len >= NAME_CHARS || b_len >= NAME_CHARS) return NAME_CHARS;
    for (size_t i = 0; i <= a_len; i++)
        for (size_t k = 0; k <= b_len; k++)
        {
            unsigned int best;

            if (!i || !k)
                best = (unsigned int)(i + k);
            else
            {
                best = edits[i - 1][k - 1] + (towlower(a[i - 1]) != b[k - 1]);
                best = min(best, edits[i - 1][k] + 1u);
                best = min(best, edits[i][k - 1] + 1u);
                if (i > 1 && k > 1 && towlower(a[i - 1]) == b[k - 2] &&
                    towlower(a[i - 2]) == b[k - 1])
                    best = min(best, edits[i - 2][k - 2] + 1u);
            }
            edits[i][k] = (unsigned char)best;
        }
    return edits[a_len][b_len];
}

/* A word with another sign in front, or none, is meant to be a switch. */
static void make_switch(const WCHAR *word, WCHAR text[NAME_CHARS])
{
    while (*word == '-' || *word == '/' || *word == 0x2013 || *word == 0x2014)
        word++;
    _snwprintf(text, NAME_CHARS, L"/%ls", word);
    text[NAME_CHARS - 1] = 0;
}

const WCHAR *help_find_similar(const WCHAR *word)
{
    unsigned int best = NAME_CHARS, limit;
    const WCHAR *found = NULL;
    WCHAR text[NAME_CHARS];

    make_switch(word, text);
    limit = (unsigned int)wcslen(text) / 3;
    if ((best = distance_of(text, L"/help")) <= limit) found = L"/help";
    for (unsigned int i = 0; i < command_table_count; i++)
    {
        const struct command_table *table = command_tables[i];

        for (unsigned int k = 0; k < (table->group ? 1 : table->count); k++)
        {
            const WCHAR *name = table->group ? table->group : table->commands[k].name;
            unsigned int distance = distance_of(name[0] == '/' ? text : text + 1, name);

            if (distance >= best) continue;
            best = distance;
            found = name;
        }
    }
    return best <= limit ? found : NULL;
}
