/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who this machine is. In a domain that is its account, which other machines there can check.
 * Without one, and under Wine, which has no account of the machine, it is the machine's own SID:
 * the one its local accounts are made from. That names it as well as it can be named, and what is
 * trusted then is the pinned certificate, not the SID. */
#include "peer/machine_sid.h"

#include <sddl.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define DOMAIN_SIZE 256

static bool format_sid(PSID sid, char text[CERTIFICATE_SID_SIZE])
{
    char *copy;

    text[0] = 0;
    if (!ConvertSidToStringSidA(sid, &copy)) return false;
    if (strlen(copy) < CERTIFICATE_SID_SIZE && certificate_is_machine_sid(copy)) strcpy(text, copy);
    LocalFree(copy);
    return text[0] != 0;
}

static bool look_up(const WCHAR *account, char text[CERTIFICATE_SID_SIZE])
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR domain[DOMAIN_SIZE];
    DWORD sid_size = sizeof(sid), domain_size = ARRAY_COUNT(domain);
    SID_NAME_USE use;

    text[0] = 0;
    return LookupAccountNameW(NULL, account, sid, &sid_size, domain, &domain_size, &use) &&
           format_sid(sid, text);
}

/* The user's SID without its last part is that of the machine, or domain, which made the account.
 */
static bool take_from_user(char text[CERTIFICATE_SID_SIZE])
{
    BYTE buffer[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    TOKEN_USER *user = (TOKEN_USER *)buffer;
    DWORD size;
    HANDLE token;
    bool ok;

    text[0] = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return false;
    ok = GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &size);
    CloseHandle(token);
    if (!ok || !format_sid(user->User.Sid, text)) return false;
    *strrchr(text, '-') = 0;
    if (certificate_is_machine_sid(text)) return true;
    text[0] = 0;
    return false;
}

HRESULT machine_sid(char sid[CERTIFICATE_SID_SIZE])
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 2];
    DWORD len = MAX_COMPUTERNAME_LENGTH + 1;

    sid[0] = 0;
    if (!GetComputerNameW(name, &len)) return err_from_last_error();
    name[len] = '$';
    name[len + 1] = 0;
    if (look_up(name, sid)) return S_OK;
    name[len] = 0;
    if (look_up(name, sid)) return S_OK;
    return take_from_user(sid) ? S_OK : E_FAIL;
}

void machine_dns_name(char name[CERTIFICATE_DNS_NAME_SIZE])
{
    WCHAR wide[CERTIFICATE_DNS_NAME_SIZE];
    DWORD size = ARRAY_COUNT(wide);

    name[0] = 0;
    if (!GetComputerNameExW(ComputerNameDnsFullyQualified, wide, &size)) return;
    for (DWORD i = 0; i <= size; i++)
    {
        if (i < size && (wide[i] <= ' ' || wide[i] > '~'))
        {
            name[0] = 0;
            return;
        }
        name[i] = i < size ? (char)wide[i] : 0;
    }
}
