/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * /PEERS: the machines that serve, and those that are trusted. The list of trusted peers is the
 * administrator's own, in the registry. */
#include "command.h"
#include "json.h"
#include "peers.h"

#include <wchar.h>

#define FINGERPRINT 64 /* hexadecimal digits */
#define NAME_CHARS  256
#define SID_CHARS   200

struct peer_facts
{
    WCHAR *name;
    BOOL is_authenticated, is_available;
};

static void print_peer(const struct peer_facts *peer)
{
    out_print(L"%ls %ls %ls\n", text_or_null(peer->name),
              peer->is_authenticated ? L"AUTHENTICATED" : L"UNAUTHENTICATED",
              peer->is_available ? L"AVAILABLE" : L"UNAVAILABLE");
}

static void peer_to_json(const struct peer_facts *peer, struct json *json)
{
    json_begin_object(json, NULL);
    json_text(json, L"name", peer->name);
    json_bool(json, L"isAuthenticated", peer->is_authenticated);
    json_bool(json, L"isAvailable", peer->is_available);
    json_end_object(json);
}

static void begin_peers(struct json *json, const WCHAR *schema)
{
    json_begin(json, schema);
    json_begin_array(json, L"peers");
}

static HRESULT finish_peers(struct json *json)
{
    json_end_array(json);
    return json_finish(json);
}

static HRESULT list_peers(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin;
    unsigned int count = 0;
    struct json json = {0};
    IEnumBitsPeers *peers;
    IBitsPeer *peer;
    HRESULT hr;

    (void)args;
    if (FAILED(hr = open_peer_admin(session, &admin))) return hr;
    hr = IBitsPeerCacheAdministration_EnumPeers(admin, &peers);
    IBitsPeerCacheAdministration_Release(admin);
    if (FAILED(hr)) return session_fail(session, hr, L"list the peers");
    if (session->is_json) begin_peers(&json, L"openbits.peers/1");
    for (; IEnumBitsPeers_Next(peers, 1, &peer, NULL) == S_OK; count++)
    {
        struct peer_facts facts = {NULL, FALSE, FALSE};

        IBitsPeer_GetPeerName(peer, &facts.name);
        IBitsPeer_IsAuthenticated(peer, &facts.is_authenticated);
        IBitsPeer_IsAvailable(peer, &facts.is_available);
        if (session->is_json)
            peer_to_json(&facts, &json);
        else
            print_peer(&facts);
        CoTaskMemFree(facts.name);
        IBitsPeer_Release(peer);
    }
    IEnumBitsPeers_Release(peers);
    if (session->is_json) return finish_peers(&json);
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

static HRESULT check_fingerprint(struct session *session, const WCHAR *word)
{
    size_t length = wcsspn(word, L"0123456789abcdefABCDEF");

    if (length == FINGERPRINT && !word[length]) return S_OK;
    return session_refuse(session,
                          L"Invalid fingerprint %ls: it has 64 hexadecimal digits. On the other "
                          L"machine\nBITSADMIN /PEERCACHING /IDENTITY prints it.",
                          word);
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
    HRESULT hr;
    HKEY key;

    if (FAILED(hr = check_fingerprint(session, args->words[0]))) return hr;
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
    HRESULT hr;
    HKEY key;

    if (FAILED(hr = check_fingerprint(session, args->words[0]))) return hr;
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

static void show_trusted(HKEY keys, const WCHAR *fingerprint, struct json *json)
{
    WCHAR name[NAME_CHARS] = L"", sid[SID_CHARS] = L"";
    DWORD name_size = sizeof(name), sid_size = sizeof(sid);

    RegGetValueW(keys, fingerprint, L"Name", RRF_RT_REG_SZ, NULL, name, &name_size);
    RegGetValueW(keys, fingerprint, L"Sid", RRF_RT_REG_SZ, NULL, sid, &sid_size);
    if (!json)
    {
        out_print(L"%ls %ls %ls\n", fingerprint, *name ? printable(name) : L"-",
                  *sid ? printable(sid) : L"");
        return;
    }
    json_begin_object(json, NULL);
    json_text(json, L"fingerprint", fingerprint);
    json_text(json, L"name", *name ? name : NULL);
    json_text(json, L"sid", *sid ? sid : NULL);
    json_end_object(json);
}

static HRESULT list_trusted(struct session *session, const struct arguments *args)
{
    WCHAR fingerprint[NAME_CHARS];
    unsigned int count = 0;
    struct json json = {0};
    LSTATUS status;
    DWORD size;
    HKEY keys;

    (void)args;
    status = RegOpenKeyExW(HKEY_LOCAL_MACHINE, TRUST_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &keys);
    if (status && status != ERROR_FILE_NOT_FOUND)
        return session_fail(session, HRESULT_FROM_WIN32(status), L"list the trusted peers");
    if (session->is_json) begin_peers(&json, L"openbits.trusted/1");
    if (!status)
    {
        for (; size = ARRAYSIZE(fingerprint),
               !RegEnumKeyExW(keys, count, fingerprint, &size, NULL, NULL, NULL, NULL);
             count++)
            show_trusted(keys, fingerprint, session->is_json ? &json : NULL);
        RegCloseKey(keys);
    }
    if (session->is_json) return finish_peers(&json);
    if (!session->is_raw) out_print(L"Listed %u trusted peer(s).\n", count);
    return S_OK;
}

static const struct command commands[] = {
    COMMAND(L"/list", L"", 0, 0, COMMAND_JSON, list_peers, L"Lists the peers that are known"),
    COMMAND(L"/discover", L"", 0, 0, 0, discover, L"Looks for peers again"),
    COMMAND(L"/clear", L"", 0, 0, 0, clear, L"Forgets the peers that are known"),
    COMMAND(L"/trusted", L"", 0, 0, COMMAND_ALONE | COMMAND_JSON, list_trusted,
            L"Lists the peers that are trusted"),
    COMMAND(L"/trust", L"fingerprint [name [sid]]", 1, 3, COMMAND_ALONE, trust,
            L"Trusts the machine whose /PEERCACHING /IDENTITY prints this"),
    COMMAND(L"/untrust", L"fingerprint", 1, 1, COMMAND_ALONE, untrust, L"Takes that back"),
};

COMMAND_TABLE(peers_commands, L"Peers: machines that serve", L"/peers", commands);

/* ---- this machine, as others see it ---- */

#define IDENTITY_WAIT_MS 10000

static BOOL read_identity(WCHAR name[NAME_CHARS], WCHAR sid[SID_CHARS],
                          WCHAR fingerprint[FINGERPRINT + 1])
{
    DWORD name_size = NAME_CHARS * sizeof(*name), sid_size = SID_CHARS * sizeof(*sid),
          size = (FINGERPRINT + 1) * sizeof(*fingerprint);
    BOOL is_read;
    HKEY key;

    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, IDENTITY_KEY, 0, KEY_READ | KEY_WOW64_64KEY, &key))
        return FALSE;
    is_read = !RegGetValueW(key, NULL, L"Name", RRF_RT_REG_SZ, NULL, name, &name_size) &&
              !RegGetValueW(key, NULL, L"Sid", RRF_RT_REG_SZ, NULL, sid, &sid_size) &&
              !RegGetValueW(key, NULL, L"Fingerprint", RRF_RT_REG_SZ, NULL, fingerprint, &size);
    RegCloseKey(key);
    return is_read;
}

HRESULT print_identity(struct session *session, const struct arguments *args)
{
    WCHAR name[NAME_CHARS], sid[SID_CHARS], fingerprint[FINGERPRINT + 1];
    IBitsPeerCacheAdministration *admin;
    DWORD flags = 0, start = GetTickCount();
    struct json json;
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
    if (session->is_json)
    {
        json_begin(&json, L"openbits.identity/1");
        json_text(&json, L"name", name);
        json_text(&json, L"sid", sid);
        json_text(&json, L"fingerprint", fingerprint);
        return json_finish(&json);
    }
    if (session->is_raw)
        out_print(L"%ls", fingerprint);
    else
        out_print(L"NAME: %ls\nSID: %ls\nFINGERPRINT: %ls\n", printable(name), printable(sid),
                  printable(fingerprint));
    return S_OK;
}
