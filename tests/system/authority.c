/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The authority that certificates of tests are made by. */
#include "authority.h"

#include "harness/com_fixture.h"

const CERT_CONTEXT *read_authority(void)
{
    char unix_path[MAX_PATH], path[MAX_PATH + 2], text[4096];
    BYTE bytes[4096];
    DWORD got = 0, size = sizeof(bytes);
    HANDLE file;

    test_env("OPENBITS_HTTPS_AUTHORITY", unix_path, sizeof(unix_path));
    snprintf(path, sizeof(path), "Z:%s", unix_path);
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ok(file != INVALID_HANDLE_VALUE, "%s: error %lu.\n", path, GetLastError());
    if (file == INVALID_HANDLE_VALUE) return NULL;
    ReadFile(file, text, sizeof(text), &got, NULL);
    CloseHandle(file);
    if (!CryptStringToBinaryA(text, got, CRYPT_STRING_BASE64HEADER, bytes, &size, NULL, NULL))
        return NULL;
    return CertCreateCertificateContext(X509_ASN_ENCODING, bytes, size);
}

bool set_authority(const CERT_CONTEXT *authority, bool is_known)
{
    HCERTSTORE roots =
        CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, CERT_SYSTEM_STORE_LOCAL_MACHINE, L"Root");
    const CERT_CONTEXT *found;
    bool is_done = false;

    if (roots && is_known)
        is_done = CertAddCertificateContextToStore(roots, authority,
                                                   CERT_STORE_ADD_REPLACE_EXISTING, NULL);
    else if (roots && (found = CertFindCertificateInStore(roots, X509_ASN_ENCODING, 0,
                                                          CERT_FIND_EXISTING, authority, NULL)))
        is_done = CertDeleteCertificateFromStore(found);
    if (roots) CertCloseStore(roots, 0);
    return is_done;
}
