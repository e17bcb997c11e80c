/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line: words that go before the command, the row of the command, the exit code. */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static const WCHAR banner[] = L"\n"
                              L"BITSADMIN version 3.0\n"
                              L"BITS administration utility.\n"
                              L"OpenBITS, licensed under the LGPL 2.1 or later.\n"
                              L"\n";

/* A command line that has been looked at. */
struct request
{
    const struct command_table *table;
    const struct command *command;
    struct arguments words; /* what names the command, and what comes after it */
    struct arguments args;  /* what comes after it */
};

BOOL is_word(const WCHAR *word, const WCHAR *expected)
{
    return !_wcsicmp(word, expected);
}

static BOOL is_help(const WCHAR *word)
{
    return is_word(word, L"/help") || is_word(word, L"/?") || is_word(word, L"--help");
}

/* The words of our own are found with a slash too. */
static BOOL is_named(const WCHAR *word, const WCHAR *name)
{
    return is_word(word, name) || (word[0] == '/' && name[0] != '/' && is_word(word + 1, name));
}

static const struct command *find_in_table(const struct command_table *table, const WCHAR *word)
{
    for (unsigned int i = 0; i < table->count; i++)
        if (is_named(word, table->commands[i].name)) return &table->commands[i];
    return NULL;
}

/* Fills table and command, or what of them is known. */
static void find_command(struct request *request)
{
    const struct arguments *words = &request->words;

    for (unsigned int i = 0; i < command_table_count; i++)
    {
        const struct command_table *table = command_tables[i];
        int used = table->group ? 2 : 1;

        if (table->group && !is_word(words->words[0], table->group)) continue;
        if (table->group) request->table = table;
        if (words->count < used) continue;
        if (!(request->command = find_in_table(table, words->words[used - 1]))) continue;
        request->table = table;
        request->args = (struct arguments){words->words + used, words->count - used};
        return;
    }
}

/* ---- what is wrong ---- */

static void print_explanation(const struct request *request)
{
    const struct command *command = request->command;
    const WCHAR *similar = NULL;
    WCHAR text[MISTAKE_CHARS];

    if (!request->table) similar = help_find_similar(request->words.words[0]);
    if (explain_mistake(request->words.words, request->words.count, text))
        out_print(L"\n%ls\n", text);
    else if (similar)
        out_print(L"\nThere is no %ls. Did you mean %ls?\n", request->words.words[0], similar);
    else if (command && request->args.count < command->min_words)
        out_print(L"\nSomething is missing: %ls %ls\n", command->name, command->arguments);
    else if (command)
        out_print(L"\nThere is a word too many: %ls\nA name with blanks is put in \"quotes\".\n",
                  request->args.words[command->max_words]);
}

/* The reason comes last, where it is seen. */
static HRESULT print_invalid_command(const struct request *request)
{
    out_print(L"Invalid command\n");
    if (request->command)
    {
        out_print(L"\n");
        help_print_command(request->table, request->command);
    }
    else if (request->table)
        help_print_table(request->table);
    else
    {
        out_print(L"\n");
        help_print_all();
    }
    print_explanation(request);
    return EXIT_USAGE;
}

static HRESULT print_help(const struct arguments *args)
{
    struct request request = {.words = *args};

    if (!args->count)
    {
        help_print_all();
        return S_OK;
    }
    find_command(&request);
    if (request.command)
        help_print_command(request.table, request.command);
    else if (request.table)
        help_print_table(request.table);
    else
        return print_invalid_command(&request);
    return S_OK;
}

/* ---- running it ---- */

static HRESULT run_on_job(struct session *session, const struct request *request)
{
    struct arguments rest = {request->args.words + 1, request->args.count - 1};
    const struct command *command = request->command;
    IBackgroundCopyJob *job;
    void *object;
    HRESULT hr;

    if (FAILED(hr = session_find_job(session, request->args.words[0], &job))) return hr;
    hr = IBackgroundCopyJob_QueryInterface(job, command->job_iid, &object);
    IBackgroundCopyJob_Release(job);
    if (SUCCEEDED(hr))
    {
        hr = command->run_job(session, object, &rest);
        IUnknown_Release((IUnknown *)object);
    }
    if (FAILED(hr) && !session->is_told) session_fail(session, hr, command->what);
    if (SUCCEEDED(hr)) session_note(session, hr);
    return hr;
}

static HRESULT run_command(struct session *session, const struct request *request)
{
    const struct command *command = request->command;
    HRESULT hr = S_OK;

    if (!(command->flags & COMMAND_ALONE)) hr = session_open(session);
    if (SUCCEEDED(hr) && command->run) hr = command->run(session, &request->args);
    if (SUCCEEDED(hr) && command->run_job) hr = run_on_job(session, request);
    session_close(session);
    return FAILED(hr) ? hr : session->exit_code;
}

static BOOL fits(const struct command *command, const struct arguments *args)
{
    return args->count >= command->min_words &&
           (command->max_words < 0 || args->count <= command->max_words);
}

static HRESULT run_words(struct session *session, struct request *request)
{
    const struct arguments *words = &request->words;

    if (!words->count || is_help(words->words[0]))
        return print_help(
            &(struct arguments){words->words + 1, words->count ? words->count - 1 : 0});
    find_command(request);
    if (request->table && !request->command && words->count > 1 && is_help(words->words[1]))
    {
        help_print_table(request->table);
        return S_OK;
    }
    if (!request->command || !fits(request->command, &request->args))
        return print_invalid_command(request);
    if (session->is_json && !(request->command->flags & COMMAND_JSON))
    {
        out_print(L"--json is for what lists or shows something, not for %ls.\n",
                  request->command->name);
        return EXIT_USAGE;
    }
    return run_command(session, request);
}

/* Takes the words that are for all commands; what is left is the command. */
static BOOL take_words(int argc, WCHAR **argv, struct session *session, struct request *request)
{
    int i;

    for (i = 0; i < argc; i++)
    {
        if (is_word(argv[i], L"/rawreturn"))
            session->is_raw = TRUE;
        else if (is_word(argv[i], L"/wrap") || is_word(argv[i], L"/nowrap"))
            out_set_wrap(is_word(argv[i], L"/wrap"));
        else if (is_word(argv[i], L"--json"))
            session->is_json = TRUE;
        else
            break;
    }
    if (!(request->words.words = calloc(argc + 1, sizeof(*argv)))) return FALSE;
    for (; i < argc; i++)
    {
        if (is_word(argv[i], L"--json"))
            session->is_json = TRUE;
        else
            request->words.words[request->words.count++] = argv[i];
    }
    return TRUE;
}

HRESULT bitsadmin_run(int argc, WCHAR **argv)
{
    struct session session = {0};
    struct request request = {0};
    HRESULT hr;

    out_set_wrap(TRUE);
    if (!take_words(argc, argv, &session, &request)) return E_OUTOFMEMORY;
    if (!session.is_raw && !session.is_json) out_print(L"%ls", banner);
    hr = run_words(&session, &request);
    out_flush();
    free(request.words.words);
    return hr;
}
