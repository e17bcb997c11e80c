/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The notice. Without it everything works but the tools that show it. */
#include "peer/machine_notice.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/str.h"

static LSTATUS write_text(HKEY key, const WCHAR *name, const char *text)
{
    WCHAR *wide = str_from_utf8(text);
    LSTATUS status = ERROR_OUTOFMEMORY;

    if (!wide) return status;
    status = RegSetValueExW(key, name, 0, REG_SZ, (const BYTE *)wide,
                            (DWORD)((str_len(wide) + 1) * sizeof(*wide)));
    free(wide);
    return status;
}

void machine_notice_write(const char *name, const struct certificate_facts *facts)
{
    static const char digits[] = "0123456789abcdef";
    char fingerprint[2 * CERTIFICATE_FINGERPRINT_SIZE + 1];
    LSTATUS status;
    HKEY key;

    for (unsigned int i = 0; i < CERTIFICATE_FINGERPRINT_SIZE; i++)
    {
        fingerprint[2 * i] = digits[facts->fingerprint[i] >> 4];
        fingerprint[2 * i + 1] = digits[facts->fingerprint[i] & 15];
    }
    fingerprint[2 * CERTIFICATE_FINGERPRINT_SIZE] = 0;

    status = RegCreateKeyExW(HKEY_LOCAL_MACHINE, MACHINE_NOTICE_KEY, 0, NULL, 0,
                             KEY_WRITE | KEY_WOW64_64KEY, NULL, &key, NULL);
    if (!status)
    {
        if (!(status = write_text(key, L"Name", name)) &&
            !(status = write_text(key, L"Sid", facts->sid)))
            status = write_text(key, L"Fingerprint", fingerprint);
        RegCloseKey(key);
    }
    if (status) LOG_WARN(LOG_PEER, "this machine's fingerprint is not shown: error %ld", status);
}
