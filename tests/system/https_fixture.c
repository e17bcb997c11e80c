/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ports and authority as https.sh tells them. */
#include "https_fixture.h"

unsigned int https_port(const char *name)
{
    char ports[512], *found, key[32];

    snprintf(key, sizeof(key), "%s=", name);
    if (!test_env("OPENBITS_HTTPS", ports, sizeof(ports)) || !(found = strstr(ports, key)))
        return 0;
    return atoi(found + strlen(key));
}

/* ---- the authority ---- */

static const CERT_CONTEXT *read_authority(void)
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

/* Closed at once, or the change does not get to whoever looks for authorities. */
static bool set_authority(const CERT_CONTEXT *authority, bool is_known)
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

IBackgroundCopyJob *https_job(const char *certificate, const char *host, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job = create_job(L"https", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[128], name[64];
    HRESULT hr;

    swprintf(url, ARRAY_SIZE(url), L"https://%hs:%u/file", host, https_port(certificate));
    swprintf(name, ARRAY_SIZE(name), L"%hs_%hs", certificate, host);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    return job;
}

const CERT_CONTEXT *https_begin(void)
{
    const CERT_CONTEXT *authority;

    if (!https_port("good"))
    {
        win_skip("There are no servers; https.sh starts them.\n");
        return NULL;
    }
    authority = read_authority();
    if (authority && set_authority(authority, true)) return authority;
    ok(authority != NULL, "There is no authority.\n");
    win_skip("No right to add an authority.\n");
    return NULL;
}

void https_end(const CERT_CONTEXT *authority)
{
    ok(set_authority(authority, false), "The authority stays.\n");
    CertFreeCertificateContext(authority);
}
