/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /PEERS: the machines that serve, and those that are trusted. The list of trusted peers is the
 * administrator's own, in the registry. */
#include "bitsadmin.h"

#include <wchar.h>

#define BITS_KEY    L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"
#define TRUST_KEY   BITS_KEY L"\\TrustedPeers"
#define FINGERPRINT 64 /* hexadecimal digits */

static HRESULT list_peers(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    BOOL is_authenticated, is_available;
    unsigned int count = 0;
    IEnumBitsPeers *peers;
    IBitsPeer *peer;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"list the peers");
    for (; IEnumBitsPeers_Next(peers, 1, &peer, NULL) == S_OK; count++)
    {
        WCHAR *name = NULL;

        is_authenticated = is_available = FALSE;
        IBitsPeer_GetPeerName(peer, &name);
        IBitsPeer_IsAuthenticated(peer, &is_authenticated);
        IBitsPeer_IsAvailable(peer, &is_available);
        out_print(L"%ls %ls %ls\n", text_or_null(name),
                  is_authenticated ? L"AUTHENTICATED" : L"UNAUTHENTICATED",
                  is_available ? L"AVAILABLE" : L"UNAVAILABLE");
        CoTaskMemFree(name);
        IBitsPeer_Release(peer);
    }
    IEnumBitsPeers_Release(peers);
    if (!session->is_raw) out_print(L"Listed %u peer(s).\n", count);
    return S_OK;
}

static HRESULT discover(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_DiscoverPeers(admin);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"look for peers");
    out_print(L"Looking for peers.\n");
    return hr;
}

static HRESULT clear(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_ClearPeers(admin);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"clear the list of peers");
    out_print(L"Peers cleared.\n");
    return hr;
}

/* ---- trust ---- */

static BOOL is_fingerprint(const WCHAR *word)
{
    size_t length = wcsspn(word, L"0123456789abcdefABCDEF");

    if (length == FINGERPRINT && !word[length]) return TRUE;
    out_print(L"Invalid fingerprint %ls: it has 64 hexadecimal digits. On the other machine\n"
              L"BITSADMIN /PEERCACHING /IDENTITY prints it.\n",
              word);
    return FALSE;
}

static LSTATUS set_text(HKEY key, const WCHAR *name, const WCHAR *text)
{
    return RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)text,
                          (DWORD)((wcslen(text) + 1) * sizeof(*text)));
}

static HRESULT trust(struct session *session, const struct arguments *args)
{
    WCHAR path[ARRAYSIZE(TRUST_KEY) + 1 + FINGERPRINT];
    LSTATUS status;
    HKEY key;

    if (!is_fingerprint(args->words[0])) return EXIT_USAGE;
    _snwprintf(path, ARRAYSIZE(path), L"%ls\\%ls", TRUST_KEY, args->words[0]);
    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, path, 0, NULL, 0, KEY_WRITE | KEY_WOW64_64KEY,
                             NULL, &key, NULL);
    if (!status)
    {
        status = set_text(key, L"Name", args->count > 1 ? args->words[1] : L"");
        if (!status && args->count > 2) status = set_text(key, L"Sid", args->words[2]);
        RegCloseKey(key);
    }
    if (status) return session_fail(session, HRESULT_FROM_WIN32(status), L"trust the peer");
    out_print(L"The peer is trusted.\n");
    return S_OK;
}

static HRESULT untrust(struct session *session, const struct arguments *args)
{
    LSTATUS status;
    HKEY key;

    if (!is_fingerprint(args->words[0])) return EXIT_USAGE;
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, TRUST_KEY, 0, KEY_WRITE | KEY_WOW64_64KEY, &key);
    if (!status)
    {
        status = RegDeleteKeyW(key, args->words[0]);
        RegCloseKey(key);
    }
    if (status == ERROR_FILE_NOT_FOUND)
    {
        out_print(L"The peer was not trusted.\n");
        return S_OK;
    }
    if (status) return session_fail(session, HRESULT_FROM_WIN32(status), L"untrust the peer");
    out_print(L"The peer is not trusted any more.\n");
    return S_OK;
}

static void print_trusted(HKEY keys, const WCHAR *fingerprint)
{
    WCHAR name[256] = L"", sid[200] = L"";
    DWORD name_size = sizeof(name), sid_size = sizeof(sid);

    RegGetValueW(keys, fingerprint, L"Name", RRF_RT_REG_SZ, NULL, name, &name_size);
    RegGetValueW(keys, fingerprint, L"Sid", RRF_RT_REG_SZ, NULL, sid, &sid_size);
    out_print(L"%ls %ls %ls\n", fingerprint, *name ? printable(name) : L"-",
              *sid ? printable(sid) : L"");
}

static HRESULT list_trusted(struct session *session, const struct arguments *args)
{
    WCHAR fingerprint[256];
    unsigned int count = 0;
    LSTATUS status;
    DWORD size;
    HKEY keys;

    (void)args;
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, TRUST_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &keys);
    if (status && status != ERROR_FILE_NOT_FOUND)
        return session_fail(session, HRESULT_FROM_WIN32(status), L"list the trusted peers");
    if (!status)
    {
        for (; size = ARRAYSIZE(fingerprint),
               !RegEnumKeyExW(keys, count, fingerprint, &size, NULL, NULL, NULL, NULL);
             count++)
            print_trusted(keys, fingerprint);
        RegCloseKey(keys);
    }
    if (!session->is_raw) out_print(L"Listed %u trusted peer(s).\n", count);
    return S_OK;
}

/* clang-format off */
static const struct subcommand commands[] = {
    { L"/list",     0, 0, list_peers,   L"/LIST" },
    { L"/discover", 0, 0, discover,     L"/DISCOVER" },
    { L"/clear",    0, 0, clear,        L"/CLEAR" },
    { L"/trusted",  0, 0, list_trusted, L"/TRUSTED" },
    { L"/trust",    1, 3, trust,        L"/TRUST fingerprint [name [sid]]" },
    { L"/untrust",  1, 1, untrust,      L"/UNTRUST fingerprint" },
};
/* clang-format on */

HRESULT cmd_peers(struct session *session, const struct arguments *args)
{
    return run_subcommand(session, args, L"/PEERS", commands, ARRAYSIZE(commands));
}

/* ---- this machine, as others see it ---- */

#define IDENTITY_WAIT_MS 10000

static BOOL read_identity(WCHAR name[256], WCHAR sid[200], WCHAR fingerprint[FINGERPRINT + 1])
{
    static const WCHAR path[] = BITS_KEY L"\\PeerIdentity";
    DWORD name_size = 256 * sizeof(*name), sid_size = 200 * sizeof(*sid),
          size = (FINGERPRINT + 1) * sizeof(*fingerprint);
    BOOL is_read;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, path, 0, KEY_READ | KEY_WOW64_64KEY, &key)) return FALSE;
    is_read = !RegGetValueW(key, NULL, L"Name", RRF_RT_REG_SZ, NULL, name, &name_size) &&
              !RegGetValueW(key, NULL, L"Sid", RRF_RT_REG_SZ, NULL, sid, &sid_size) &&
              !RegGetValueW(key, NULL, L"Fingerprint", RRF_RT_REG_SZ, NULL, fingerprint, &size);
    RegCloseKey(key);
    return is_read;
}

HRESULT print_identity(struct session *session, const struct arguments *args)
{
    WCHAR name[256], sid[200], fingerprint[FINGERPRINT + 1];
    IBitsPeerCacheAdministration *admin;
    DWORD flags = 0, start = GetTickCount();
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags);
    IBitsPeerCacheAdministration_Release(admin);
    /* With peer caching on the machine gets its certificate by and by. */
    while (!read_identity(name, sid, fingerprint))
    {
        if (!flags || GetTickCount() - start > IDENTITY_WAIT_MS)
        {
            out_print(L"This machine has no certificate yet. Turn peer caching on first:\n"
                      L"BITSADMIN /PEERCACHING /SETCONFIGURATIONFLAGS 3\n");
            return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
        }
        Sleep(50);
    }
    if (session->is_raw)
        out_print(L"%ls", fingerprint);
    else
        out_print(L"NAME: %ls\nSID: %ls\nFINGERPRINT: %ls\n", printable(name), printable(sid),
                  printable(fingerprint));
    return S_OK;
}
