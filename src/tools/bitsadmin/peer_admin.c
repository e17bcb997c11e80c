/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Groups of commands, and the interface that administers the peer cache. */
#include "bitsadmin.h"

static void print_group(const WCHAR *group, const struct subcommand *commands, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        out_print(L"  %ls %ls\n", group, commands[i].usage);
}

HRESULT run_subcommand(struct session *session, const struct arguments *args, const WCHAR *group,
                       const struct subcommand *commands, unsigned int count)
{
    struct arguments rest = {args->words + 1, args->count - 1};

    if (is_word(args->words[0], L"/help") || is_word(args->words[0], L"/?"))
    {
        print_group(group, commands, count);
        return S_OK;
    }
    for (unsigned int i = 0; i < count; i++)
    {
        if (!is_word(args->words[0], commands[i].name)) continue;
        if (rest.count < commands[i].min_words || rest.count > commands[i].max_words) break;
        return commands[i].run(session, &rest);
    }
    out_print(L"Invalid command\n\n");
    print_group(group, commands, count);
    return EXIT_USAGE;
}

HRESULT open_peer_admin(struct session *session, IBitsPeerCacheAdministration **admin)
{
    HRESULT hr = IBackgroundCopyManager_QueryInterface(
        session->manager, &IID_IBitsPeerCacheAdministration, (void **)admin);

    return FAILED(hr) ? session_fail(session, hr, L"administer the peer cache") : hr;
}
