/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Copies security information as the system has it. */
#include "transfer/file_security.h"

#include <windows.h>
#include <aclapi.h>

#include <stdlib.h>

#include "base/url.h"

#define COPY_OWNER 0x1u
#define COPY_GROUP 0x2u
#define COPY_DACL  0x4u
#define COPY_SACL  0x8u

static SECURITY_INFORMATION information_of(uint32_t flags)
{
    SECURITY_INFORMATION wanted = 0;

    if (flags & COPY_OWNER) wanted |= OWNER_SECURITY_INFORMATION;
    if (flags & COPY_GROUP) wanted |= GROUP_SECURITY_INFORMATION;
    if (flags & COPY_DACL) wanted |= DACL_SECURITY_INFORMATION;
    if (flags & COPY_SACL) wanted |= SACL_SECURITY_INFORMATION;
    return wanted;
}

static DWORD copy_information(WCHAR *from, WCHAR *to, SECURITY_INFORMATION wanted)
{
    PSECURITY_DESCRIPTOR descriptor = NULL;
    PACL dacl = NULL, sacl = NULL;
    PSID owner = NULL, group = NULL;
    DWORD error = GetNamedSecurityInfoW(from, SE_FILE_OBJECT, wanted, &owner, &group, &dacl, &sacl,
                                        &descriptor);

    if (error) return error;
    error = SetNamedSecurityInfoW(to, SE_FILE_OBJECT, wanted, owner, group, dacl, sacl);
    LocalFree(descriptor);
    return error;
}

HRESULT file_security_copy(const WCHAR *remote_name, const WCHAR *copy, uint32_t flags)
{
    WCHAR *path;
    HRESULT hr = url_to_path(remote_name, &path);

    if (FAILED(hr)) return hr;
    hr = HRESULT_FROM_WIN32(copy_information(path, (WCHAR *)copy, information_of(flags)));
    free(path);
    return hr;
}
