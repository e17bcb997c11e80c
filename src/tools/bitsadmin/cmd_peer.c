/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peer caching: the flags of a job and of the machine. */
#include "bitsadmin.h"

static HRESULT find_job4(struct session *session, const WCHAR *name, IBackgroundCopyJob4 **job4)
{
    IBackgroundCopyJob *job;
    HRESULT hr;

    if (FAILED(hr = session_find_job(session, name, &job))) return hr;
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)job4);
    IBackgroundCopyJob_Release(job);
    return FAILED(hr) ? session_fail(session, hr, L"use peer caching with this version of BITS")
                      : hr;
}

HRESULT cmd_set_peer_flags(struct session *session, const struct arguments *args)
{
    IBackgroundCopyJob4 *job;
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[1], &flags))
    {
        out_print(L"Invalid number %ls\n", args->words[1]);
        return EXIT_USAGE;
    }
    if (FAILED(hr = find_job4(session, args->words[0], &job))) return hr;
    hr = IBackgroundCopyJob4_SetPeerCachingFlags(job, flags);
    IBackgroundCopyJob4_Release(job);
    if (FAILED(hr)) return session_fail(session, hr, L"set peercaching flags");
    out_print(L"Peercaching flags set to 0x%lx.\n", flags);
    return hr;
}

HRESULT cmd_get_peer_flags(struct session *session, const struct arguments *args)
{
    IBackgroundCopyJob4 *job;
    DWORD flags;
    HRESULT hr;

    if (FAILED(hr = find_job4(session, args->words[0], &job))) return hr;
    hr = IBackgroundCopyJob4_GetPeerCachingFlags(job, &flags);
    IBackgroundCopyJob4_Release(job);
    if (FAILED(hr)) return session_fail(session, hr, L"get peercaching flags");
    if (session->is_raw)
    {
        out_print(L"%lu", flags);
        return hr;
    }
    print_peer_flags(flags);
    out_print(L"\t Disable BranchCache             :%ls\n",
              flags & BG_JOB_DISABLE_BRANCH_CACHE ? L"true" : L"false");
    return hr;
}

static HRESULT get_configuration(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    DWORD flags;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"get configuration flags");
    if (session->is_raw)
        out_print(L"%lu", flags);
    else
        print_peer_flags(flags);
    return hr;
}

static HRESULT set_configuration(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags))
    {
        out_print(L"Invalid number %ls\n", args->words[0]);
        return EXIT_USAGE;
    }
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"set configuration flags");
    out_print(L"Configuration flags set to 0x%lx.\n", flags);
    if (hr == BG_S_OVERRIDDEN_BY_POLICY)
        out_print(L"They are saved, but a group policy decides (0x%08lx).\n", hr);
    return hr;
}

/* clang-format off */
static const struct subcommand commands[] = {
    { L"/getconfigurationflags", 0, 0, get_configuration, L"/GETCONFIGURATIONFLAGS" },
    { L"/setconfigurationflags", 1, 1, set_configuration, L"/SETCONFIGURATIONFLAGS value" },
    { L"/identity",              0, 0, print_identity,    L"/IDENTITY" },
};
/* clang-format on */

HRESULT cmd_peercaching(struct session *session, const struct arguments *args)
{
    return run_subcommand(session, args, L"/PEERCACHING", commands, ARRAYSIZE(commands));
}
