/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The command line: switches that go before the command, the table of commands, the exit code. */
#include "bitsadmin.h"

#include <wchar.h>

static const WCHAR banner[] = L"\n"
                              L"BITSADMIN version 3.0\n"
                              L"BITS administration utility.\n"
                              L"OpenBITS, licensed under the LGPL 2.1 or later.\n"
                              L"\n";

/* clang-format off */
static const struct command commands[] = {
    { L"/list",                0, 2, cmd_list,           L"/LIST [/ALLUSERS] [/VERBOSE]" },
    { L"/info",                1, 2, cmd_info,           L"/INFO job [/VERBOSE]" },
    { L"/transfer",            3, -1, cmd_transfer,      L"/TRANSFER name [/DOWNLOAD] [/PRIORITY priority] url file [url file ...]" },
    { L"/suspend",             1, 1, cmd_suspend,        L"/SUSPEND job" },
    { L"/resume",              1, 1, cmd_resume,         L"/RESUME job" },
    { L"/cancel",              1, 1, cmd_cancel,         L"/CANCEL job" },
    { L"/complete",            1, 1, cmd_complete,       L"/COMPLETE job" },
    { L"/setpeercachingflags", 2, 2, cmd_set_peer_flags, L"/SETPEERCACHINGFLAGS job value" },
    { L"/getpeercachingflags", 1, 1, cmd_get_peer_flags, L"/GETPEERCACHINGFLAGS job" },
    { L"/peercaching",         1, 2, cmd_peercaching,    L"/PEERCACHING /GETCONFIGURATIONFLAGS\n"
                                                         L"  /PEERCACHING /SETCONFIGURATIONFLAGS value\n"
                                                         L"  /PEERCACHING /IDENTITY" },
    { L"/cache",               1, 3, cmd_cache,          L"/CACHE /HELP" },
    { L"/peers",               1, 4, cmd_peers,          L"/PEERS /HELP" },
};
/* clang-format on */

BOOL is_word(const WCHAR *word, const WCHAR *expected)
{
    return !_wcsicmp(word, expected);
}

static void print_usage(void)
{
    out_print(L"BITSADMIN [/RAWRETURN] [/WRAP | /NOWRAP] command\n\n");
    for (unsigned int i = 0; i < ARRAYSIZE(commands); i++)
        out_print(L"  %ls\n", commands[i].usage);
    out_print(L"\n"
              L"job       a display name or a {GUID}\n"
              L"priority  FOREGROUND, HIGH, NORMAL or LOW\n"
              L"value     a sum of 1 download from peers, 2 serve to peers, and for jobs only\n"
              L"          4 no BranchCache\n"
              L"\n"
              L"A job lives as long as the process that created it: /TRANSFER waits for the\n"
              L"end of its job, and the other commands see the jobs of the process they run in,\n"
              L"or of a BITS service.\n");
}

static HRESULT print_invalid_command(void)
{
    out_print(L"Invalid command\n\n");
    print_usage();
    return EXIT_USAGE;
}

static const struct command *find_command(const WCHAR *name)
{
    for (unsigned int i = 0; i < ARRAYSIZE(commands); i++)
        if (is_word(name, commands[i].name)) return &commands[i];
    return NULL;
}

static HRESULT run_command(const struct command *command, BOOL is_raw, const struct arguments *args)
{
    struct session session = {NULL, is_raw};
    HRESULT hr;

    if (SUCCEEDED(hr = session_open(&session))) hr = command->run(&session, args);
    session_close(&session);
    return FAILED(hr) ? hr : S_OK;
}

HRESULT bitsadmin_run(int argc, WCHAR **argv)
{
    const struct command *command;
    struct arguments args;
    BOOL is_raw = FALSE;
    int i;

    for (i = 0; i < argc; i++)
    {
        if (is_word(argv[i], L"/rawreturn"))
            is_raw = TRUE;
        else if (!is_word(argv[i], L"/wrap") && !is_word(argv[i], L"/nowrap"))
            break;
    }
    if (!is_raw) out_print(L"%ls", banner);
    if (i == argc || is_word(argv[i], L"/help") || is_word(argv[i], L"/?"))
    {
        print_usage();
        return S_OK;
    }

    args.words = argv + i + 1;
    args.count = argc - i - 1;
    command = find_command(argv[i]);
    if (!command || args.count < command->min_words ||
        (command->max_words >= 0 && args.count > command->max_words))
        return print_invalid_command();
    return run_command(command, is_raw, &args);
}
