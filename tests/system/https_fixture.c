/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Ports and authority as https.sh tells them. */
#include "https_fixture.h"

#include "authority.h"

static unsigned int port_of(const char *name)
{
    char ports[512], *found, key[32];

    snprintf(key, sizeof(key), "%s=", name);
    if (!test_env("OPENBITS_HTTPS", ports, sizeof(ports)) || !(found = strstr(ports, key)))
        return 0;
    return atoi(found + strlen(key));
}

IBackgroundCopyJob *https_job(const char *certificate, const char *host, WCHAR path[MAX_PATH])
{
    IBackgroundCopyJob *job = create_job(L"https", BG_JOB_TYPE_DOWNLOAD);
    WCHAR url[128], name[64];
    HRESULT hr;

    swprintf(url, ARRAY_SIZE(url), L"https://%hs:%u/file", host, port_of(certificate));
    swprintf(name, ARRAY_SIZE(name), L"%hs_%hs", certificate, host);
    hr = IBackgroundCopyJob_AddFile(job, url, temp_path(name, path));
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    IBackgroundCopyJob_SetPriority(job, BG_JOB_PRIORITY_FOREGROUND);
    return job;
}

const CERT_CONTEXT *https_begin(void)
{
    const CERT_CONTEXT *authority;

    if (!port_of("good"))
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
