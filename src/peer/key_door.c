/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The accounts of machines in a domain, and what Kerberos says of them. */
#include "peer/key_door.h"

#include <lm.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/log.h"

#define NAME_SIZE 300

const RPC_SYNTAX_IDENTIFIER key_door_interface = {
    {0xe3d0d746, 0xd2af, 0x40fd, {0x8a, 0x7a, 0x0d, 0x70, 0x78, 0xbb, 0x70, 0x92}}, {1, 0}};
const RPC_SYNTAX_IDENTIFIER key_door_syntax = {
    {0x8a885d04, 0x1ceb, 0x11c9, {0x9f, 0xe8, 0x08, 0x00, 0x2b, 0x10, 0x48, 0x60}}, {2, 0}};

bool key_door_is_in_domain(void)
{
    NETSETUP_JOIN_STATUS status = NetSetupUnknownStatus;
    LPWSTR name = NULL;
    bool is_in = !NetGetJoinInformation(NULL, &name, &status) && status == NetSetupDomainName;

    if (name) NetApiBufferFree(name);
    return is_in;
}

/* ---- accounts ---- */

/* Kerberos knows accounts of trusted domains only, but this machine's own are not of any. */
static bool is_of_domain(const WCHAR *domain)
{
    WCHAR own[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD length = ARRAY_COUNT(own);

    return GetComputerNameW(own, &length) &&
           CompareStringOrdinal(own, -1, domain, -1, TRUE) != CSTR_EQUAL;
}

static HRESULT describe(PSID sid, struct key_exchange_peer *peer)
{
    WCHAR name[NAME_SIZE], domain[NAME_SIZE];
    DWORD name_length = NAME_SIZE, domain_length = NAME_SIZE;
    SID_NAME_USE use;
    char *text;

    memset(peer, 0, sizeof(*peer));
    if (!LookupAccountSidW(NULL, sid, name, &name_length, domain, &domain_length, &use) ||
        !ConvertSidToStringSidA(sid, &text))
        return err_from_last_error();
    if (strlen(text) < sizeof(peer->sid)) strcpy(peer->sid, text);
    LocalFree(text);
    peer->is_computer = (use == SidTypeUser || use == SidTypeComputer) && name_length &&
                        name[name_length - 1] == '$';
    peer->is_of_trusted_domain = is_of_domain(domain);
    return peer->sid[0] ? S_OK : E_FAIL;
}

/* host.domain as host$@domain, the name of the machine's account. */
static HRESULT account_name(const char *fqdn, WCHAR name[NAME_SIZE])
{
    size_t host = strcspn(fqdn, "."), at = 0;

    if (!host || !fqdn[host] || strlen(fqdn) + 3 > NAME_SIZE) return E_INVALIDARG;
    while (at < host)
        name[at] = (unsigned char)fqdn[at], at++;
    name[at++] = '$';
    name[at++] = '@';
    for (const char *c = fqdn + host + 1; *c; c++)
        name[at++] = (unsigned char)*c;
    name[at] = 0;
    return S_OK;
}

static HRESULT own_account(WCHAR name[NAME_SIZE])
{
    WCHAR wide[NAME_SIZE];
    DWORD length = NAME_SIZE;
    char fqdn[NAME_SIZE];
    DWORD i;

    if (!GetComputerNameExW(ComputerNameDnsFullyQualified, wide, &length))
        return err_from_last_error();
    for (i = 0; i < length; i++)
        fqdn[i] = (char)wide[i];
    fqdn[i] = 0;
    return account_name(fqdn, name);
}

/* ---- the door ---- */

static HRESULT kerberos_open(void *ctx)
{
    WCHAR name[NAME_SIZE];
    HRESULT hr;

    (void)ctx;
    if (!key_door_is_in_domain()) return E_NOTIMPL;
    if (FAILED(hr = own_account(name))) return hr;
    return HRESULT_FROM_WIN32(
        RpcServerRegisterAuthInfoW(name, RPC_C_AUTHN_GSS_KERBEROS, NULL, NULL));
}

static HRESULT describe_caller(struct key_exchange_peer *peer)
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    HANDLE token;
    DWORD size;
    HRESULT hr = S_OK;

    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token))
        return err_from_last_error();
    if (!GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size))
        hr = err_from_last_error();
    CloseHandle(token);
    if (SUCCEEDED(hr))
    {
        RpcRevertToSelf();
        hr = describe(((TOKEN_USER *)buffer)->User.Sid, peer);
    }
    return hr;
}

static HRESULT kerberos_name_caller(void *ctx, RPC_BINDING_HANDLE caller,
                                    struct key_exchange_peer *peer)
{
    ULONG level = 0, service = 0;
    RPC_AUTHZ_HANDLE privileges;
    RPC_STATUS status;
    HRESULT hr;

    (void)ctx;
    memset(peer, 0, sizeof(*peer));
    status = RpcBindingInqAuthClientW(caller, &privileges, NULL, &level, &service, NULL);
    if (status || service != RPC_C_AUTHN_GSS_KERBEROS || level < RPC_C_AUTHN_LEVEL_PKT_INTEGRITY)
        return E_ACCESSDENIED;
    if (RpcImpersonateClient(caller)) return E_ACCESSDENIED;
    hr = describe_caller(peer);
    RpcRevertToSelf();
    return hr;
}

/* The account must be known before the call: what is proved afterwards is that the other side has
 * its key. */
static HRESULT kerberos_name_server(void *ctx, RPC_BINDING_HANDLE server, const char *fqdn,
                                    struct key_exchange_peer *peer)
{
    RPC_SECURITY_QOS wish = {.Version = RPC_C_SECURITY_QOS_VERSION,
                             .Capabilities = RPC_C_QOS_CAPABILITIES_MUTUAL_AUTH,
                             .IdentityTracking = RPC_C_QOS_IDENTITY_STATIC,
                             .ImpersonationType = RPC_C_IMP_LEVEL_IDENTIFY};
    WCHAR name[NAME_SIZE], domain[NAME_SIZE];
    BYTE sid[SECURITY_MAX_SID_SIZE];
    DWORD sid_size = sizeof(sid), domain_length = NAME_SIZE;
    SID_NAME_USE use;
    HRESULT hr;

    (void)ctx;
    if (!key_door_is_in_domain()) return E_NOTIMPL;
    if (FAILED(hr = account_name(fqdn, name))) return hr;
    if (!LookupAccountNameW(NULL, name, sid, &sid_size, domain, &domain_length, &use))
        return err_from_last_error();
    if (FAILED(hr = describe(sid, peer))) return hr;
    return HRESULT_FROM_WIN32(RpcBindingSetAuthInfoExW(server, name, RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
                                                       RPC_C_AUTHN_GSS_KERBEROS, NULL,
                                                       RPC_C_AUTHZ_NONE, &wish));
}

const struct key_door key_door_kerberos = {.protocol = L"ncacn_ip_tcp",
                                           .register_flags = RPC_IF_ALLOW_SECURE_ONLY,
                                           .open = kerberos_open,
                                           .name_caller = kerberos_name_caller,
                                           .name_server = kerberos_name_server};
