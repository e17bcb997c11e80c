/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Peer caching: the flags of a job and of the machine. */
#include "command.h"
#include "json.h"
#include "peers.h"

static HRESULT set_job_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags))
        return session_refuse(session, L"Invalid number %ls", args->words[0]);
    hr = IBackgroundCopyJob4_SetPeerCachingFlags((IBackgroundCopyJob4 *)job, flags);
    if (SUCCEEDED(hr)) out_print(L"Peercaching flags set to 0x%lx.\n", flags);
    return hr;
}

static HRESULT get_job_flags(struct session *session, void *job, const struct arguments *args)
{
    DWORD flags;
    HRESULT hr = IBackgroundCopyJob4_GetPeerCachingFlags((IBackgroundCopyJob4 *)job, &flags);

    (void)args;
    if (FAILED(hr)) return hr;
    if (session->is_raw) return out_value(session, L"%lu", flags);
    print_peer_flags(flags);
    out_print(L"\t Disable BranchCache             :%ls\n",
              name_of_bool(flags & BG_JOB_DISABLE_BRANCH_CACHE));
    return hr;
}

static HRESULT get_configuration(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    struct json json;
    DWORD flags;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"get configuration flags");
    if (session->is_json)
    {
        json_begin(&json, L"openbits.peercaching/1");
        json_number(&json, L"flags", flags);
        json_bool(&json, L"isClientEnabled", flags & BG_ENABLE_PEERCACHING_CLIENT);
        json_bool(&json, L"isServerEnabled", flags & BG_ENABLE_PEERCACHING_SERVER);
        return json_finish(&json);
    }
    if (session->is_raw) return out_value(session, L"%lu", flags);
    print_peer_flags(flags);
    return hr;
}

static HRESULT set_configuration(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    DWORD flags;
    HRESULT hr;

    if (!parse_number(args->words[0], &flags))
        return session_refuse(session, L"Invalid number %ls", args->words[0]);
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_SetConfigurationFlags(admin, flags);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"set configuration flags");
    out_print(L"Configuration flags set to 0x%lx.\n", flags);
    if (hr == BG_S_OVERRIDDEN_BY_POLICY)
        out_print(L"They are saved, but a group policy decides (0x%08lx).\n", hr);
    return hr;
}

static const struct command job_rows[] = {
    JOB_COMMAND(L"/getpeercachingflags", L"job", 1, 1, IBackgroundCopyJob4, get_job_flags,
                L"get peercaching flags", L"What the job wants of peers"),
    JOB_COMMAND(L"/setpeercachingflags", L"job flags", 2, 2, IBackgroundCopyJob4, set_job_flags,
                L"set peercaching flags",
                L"A sum of 1 download from peers, 2 serve its files to peers, 4 no BranchCache"),
};

static const struct command machine_rows[] = {
    COMMAND(L"/getconfigurationflags", L"", 0, 0, COMMAND_JSON, get_configuration,
            L"What the machine allows"),
    COMMAND(L"/setconfigurationflags", L"flags", 1, 1, 0, set_configuration,
            L"A sum of 1 download from peers, 2 serve to peers"),
    COMMAND(L"/identity", L"", 0, 0, COMMAND_JSON, print_identity,
            L"Name, SID and fingerprint of this machine, for /PEERS /TRUST on others"),
};

COMMAND_TABLE(peer_commands, L"Peer caching of jobs", NULL, job_rows);
COMMAND_TABLE(peercaching_commands, L"Peer caching of the machine", L"/peercaching", machine_rows);
