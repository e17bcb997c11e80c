/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Names from the system and the registry. */
#include "peer/machine_name.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/reg.h"

#define KEY_NAME       L"Software\\Microsoft\\Windows\\CurrentVersion\\BITS"
#define VALUE_NAME     L"PeerDomain"
#define DEFAULT_DOMAIN "local"

static bool to_ascii(const WCHAR *wide, char *text, size_t size)
{
    size_t i;

    for (i = 0; wide[i] && i + 1 < size; i++)
    {
        if (wide[i] <= ' ' || wide[i] > '~') return false;
        text[i] = (char)wide[i];
    }
    text[i] = 0;
    return i && !wide[i];
}

static bool system_name(COMPUTER_NAME_FORMAT format, char text[PEER_FQDN_MAX + 1])
{
    WCHAR wide[PEER_FQDN_MAX + 1];
    DWORD size = ARRAY_COUNT(wide);

    return GetComputerNameExW(format, wide, &size) && to_ascii(wide, text, PEER_FQDN_MAX + 1);
}

static bool configured_domain(char text[PEER_FQDN_MAX + 1])
{
    static const struct reg_place place = {HKEY_LOCAL_MACHINE, KEY_NAME, KEY_WOW64_64KEY};
    WCHAR wide[PEER_FQDN_MAX + 1];
    DWORD size = sizeof(wide);
    LSTATUS status;
    HKEY key;

    if (reg_open(&place, KEY_READ, &key) != S_OK) return false;
    status = RegGetValueW(key, NULL, VALUE_NAME, RRF_RT_REG_SZ, NULL, wide, &size);
    RegCloseKey(key);
    return !status && to_ascii(wide, text, PEER_FQDN_MAX + 1);
}

HRESULT machine_name_get(struct machine_name *name)
{
    char host[PEER_FQDN_MAX + 1];
    size_t length;

    if (!system_name(ComputerNameDnsHostname, host)) return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    /* Some systems give the whole name for the host's. */
    host[strcspn(host, ".")] = 0;
    if (!system_name(ComputerNameDnsDomain, name->domain) && !configured_domain(name->domain))
        strcpy(name->domain, DEFAULT_DOMAIN);
    length = strlen(host) + 1 + strlen(name->domain);
    if (length > PEER_FQDN_MAX) return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    snprintf(name->fqdn, sizeof(name->fqdn), "%.127s.%.127s", host, name->domain);
    if (strlen(name->fqdn) != length || fqdn_check(name->fqdn, length) == FQDN_MALFORMED ||
        fqdn_check(name->domain, strlen(name->domain)) == FQDN_MALFORMED)
        return HRESULT_FROM_WIN32(ERROR_INVALID_NAME);
    return S_OK;
}
