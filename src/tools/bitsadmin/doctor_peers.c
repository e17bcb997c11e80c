/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What peer caching needs: permission, open ports, a hole in the firewall, trust, a cache. */
#include <winsock2.h>

#include "doctor.h"

#include <iphlpapi.h>
#include <stdlib.h>
#include <wchar.h>

#include "peers.h"

#define FIREWALL_KEY                                                                               \
    L"System\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
#define RULES_KEY   FIREWALL_KEY L"\\FirewallRules"
#define PROFILE_KEY FIREWALL_KEY L"\\StandardProfile"
#define RULE_CHARS  4096

static BOOL is_server(const struct doctor *doctor)
{
    return doctor->machine_flags & BG_ENABLE_PEERCACHING_SERVER;
}

static IBitsPeerCacheAdministration *get_admin(struct doctor *doctor)
{
    IBackgroundCopyManager *manager = doctor->session->manager;
    IBitsPeerCacheAdministration *admin;

    if (!manager || FAILED(IBackgroundCopyManager_QueryInterface(
                        manager, &IID_IBitsPeerCacheAdministration, (void **)&admin)))
        return NULL;
    return admin;
}

void check_peer_caching(struct doctor *doctor)
{
    IBitsPeerCacheAdministration *admin = get_admin(doctor);

    if (!admin) return;
    IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &doctor->machine_flags);
    IBitsPeerCacheAdministration_Release(admin);
    if (!doctor->machine_flags)
    {
        doctor_find(doctor, FINDING_NOTE, L"peercaching",
                    L"Peer caching is off: no job uses peers, none are served.");
        doctor_remedy(doctor, L"bitsadmin /peercaching /setconfigurationflags 3; bitsadmin policy "
                              L"tells which rule decides");
        return;
    }
    doctor_find(doctor, FINDING_OK, L"peercaching", L"Download from peers: %ls; serving: %ls.",
                name_of_bool(doctor->machine_flags & BG_ENABLE_PEERCACHING_CLIENT),
                name_of_bool(is_server(doctor)));
}

/* ---- ports ---- */

static BOOL is_tcp_listening(WORD port)
{
    ULONG size = 0;
    MIB_TCPTABLE *table;
    BOOL is_found = FALSE;

    GetTcpTable(NULL, &size, FALSE);
    if (!(table = calloc(1, size + 4096))) return FALSE;
    size += 4096;
    if (!GetTcpTable(table, &size, FALSE))
        for (DWORD i = 0; i < table->dwNumEntries; i++)
            is_found |= table->table[i].dwState == MIB_TCP_STATE_LISTEN &&
                        ntohs((WORD)table->table[i].dwLocalPort) == port;
    free(table);
    return is_found;
}

static BOOL is_udp_open(WORD port)
{
    ULONG size = 0;
    MIB_UDPTABLE *table;
    BOOL is_found = FALSE;

    GetUdpTable(NULL, &size, FALSE);
    if (!(table = calloc(1, size + 4096))) return FALSE;
    size += 4096;
    if (!GetUdpTable(table, &size, FALSE))
        for (DWORD i = 0; i < table->dwNumEntries; i++)
            is_found |= ntohs((WORD)table->table[i].dwLocalPort) == port;
    free(table);
    return is_found;
}

void check_ports(struct doctor *doctor)
{
    BOOL is_tcp, is_udp;

    if (!is_server(doctor)) return;
    is_tcp = is_tcp_listening(CONTENT_TCP);
    is_udp = is_udp_open(DISCOVERY_UDP);
    if (is_tcp && is_udp)
    {
        doctor_find(doctor, FINDING_OK, L"ports", L"TCP %u and UDP %u are open for peers.",
                    CONTENT_TCP, DISCOVERY_UDP);
        return;
    }
    doctor_find(doctor, FINDING_WARNING, L"ports", L"Nobody listens at%ls%ls.",
                is_tcp ? L"" : L" TCP 2178", is_udp ? L"" : L" UDP 3702");
    doctor_remedy(doctor, L"peers are served once one is trusted (bitsadmin /peers /trust); else "
                          L"another program may hold the port: netstat -ano");
}

/* ---- the firewall ---- */

/* One of "key=value" between bars. */
static BOOL has_part(const WCHAR *rule, const WCHAR *part)
{
    size_t len = wcslen(part);

    for (; rule; rule = wcschr(rule, '|'))
    {
        if (*rule == '|') rule++;
        if (!_wcsnicmp(rule, part, len) && (!rule[len] || rule[len] == '|')) return TRUE;
    }
    return FALSE;
}

static BOOL allows(const WCHAR *rule, const WCHAR *protocol, const WCHAR *port)
{
    return has_part(rule, L"Action=Allow") && has_part(rule, L"Active=TRUE") &&
           has_part(rule, L"Dir=In") && has_part(rule, protocol) && has_part(rule, port);
}

static void read_rules(BOOL *has_tcp, BOOL *has_udp)
{
    WCHAR name[256], rule[RULE_CHARS];
    DWORD name_len, size;
    LSTATUS status;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, RULES_KEY, 0, KEY_QUERY_VALUE, &key)) return;
    for (DWORD i = 0;; i++)
    {
        name_len = ARRAYSIZE(name);
        size = sizeof(rule) - sizeof(*rule);
        status = RegEnumValueW(key, i, name, &name_len, NULL, NULL, (BYTE *)rule, &size);
        if (status == ERROR_MORE_DATA) continue;
        if (status) break;
        rule[size / sizeof(*rule)] = 0;
        *has_tcp |= allows(rule, L"Protocol=6", L"LPort=2178");
        *has_udp |= allows(rule, L"Protocol=17", L"LPort=3702");
    }
    RegCloseKey(key);
}

void check_firewall(struct doctor *doctor)
{
    DWORD is_on = 0, size = sizeof(is_on);
    BOOL has_tcp = FALSE, has_udp = FALSE;

    if (!is_server(doctor)) return;
    RegGetValueW(HKEY_LOCAL_MACHINE, PROFILE_KEY, L"EnableFirewall", RRF_RT_REG_DWORD, NULL, &is_on,
                 &size);
    if (!is_on)
    {
        doctor_find(doctor, FINDING_OK, L"firewall", L"The firewall of Windows is off.");
        return;
    }
    read_rules(&has_tcp, &has_udp);
    if (has_tcp && has_udp)
    {
        doctor_find(doctor, FINDING_OK, L"firewall", L"Peers are let in.");
        return;
    }
    doctor_find(doctor, FINDING_WARNING, L"firewall",
                L"The firewall has no rule that lets peers in.");
    doctor_remedy(doctor, L"netsh advfirewall firewall add rule name=\"BITS peers\" dir=in "
                          L"action=allow protocol=TCP localport=2178; the same with UDP and 3702");
}

/* ---- peers and cache ---- */

static DWORD count_trusted(void)
{
    DWORD count = 0;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, TRUST_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key)) return 0;
    RegQueryInfoKeyW(key, NULL, NULL, NULL, &count, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    RegCloseKey(key);
    return count;
}

void check_peers(struct doctor *doctor)
{
    IBitsPeerCacheAdministration *admin;
    DWORD trusted = count_trusted();
    IEnumBitsPeers *peers;
    ULONG count = 0;

    if (!doctor->machine_flags || !(admin = get_admin(doctor))) return;
    if (SUCCEEDED(IBitsPeerCacheAdministration_EnumPeers(admin, &peers)))
    {
        IEnumBitsPeers_GetCount(peers, &count);
        IEnumBitsPeers_Release(peers);
    }
    IBitsPeerCacheAdministration_Release(admin);
    if (!trusted)
    {
        doctor_find(doctor, FINDING_WARNING, L"peers", L"No peer is trusted, so none is used.");
        doctor_remedy(doctor, L"bitsadmin /peercaching /identity on the other machine, then "
                              L"bitsadmin /peers /trust FINGERPRINT here, and the reverse");
        return;
    }
    doctor_find(doctor, count ? FINDING_OK : FINDING_NOTE, L"peers",
                L"%lu peer(s) are trusted, %lu are known at the moment.", trusted, count);
    if (!count) doctor_remedy(doctor, L"bitsadmin /peers /discover looks for them");
}

void check_cache(struct doctor *doctor)
{
    IBitsPeerCacheAdministration *admin = get_admin(doctor);
    IEnumBitsPeerCacheRecords *records;
    IBitsPeerCacheRecord *record;
    DWORD percent = 0, seconds = 0;
    UINT64 size, sum = 0;
    ULONG count = 0;
    HRESULT hr;

    if (!admin) return;
    IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, &percent);
    IBitsPeerCacheAdministration_GetMaximumContentAge(admin, &seconds);
    hr = IBitsPeerCacheAdministration_EnumRecords(admin, &records);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr))
    {
        doctor_find(doctor, FINDING_PROBLEM, L"cache", L"The cache cannot be read (0x%08lx).", hr);
        doctor_remedy(doctor, L"bitsadmin /cache /clear begins it anew");
        return;
    }
    for (; IEnumBitsPeerCacheRecords_Next(records, 1, &record, NULL) == S_OK; count++)
    {
        if (SUCCEEDED(IBitsPeerCacheRecord_GetFileSize(record, &size))) sum += size;
        IBitsPeerCacheRecord_Release(record);
    }
    IEnumBitsPeerCacheRecords_Release(records);
    doctor_find(doctor, FINDING_OK, L"cache",
                L"%lu file(s), %llu KiB; limits: %lu percent of the disk, %lu days.", count,
                (sum + 1023) / 1024, percent, seconds / 86400);
}
