/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What it is shown must be a certificate and a store of others. */
#include "https_look.h"

#include "harness/test.h"

#include <wincrypt.h>

#include "harness/com_fixture.h"
#include "https_fixture.h"

static struct https_look *look_from(IBackgroundCopyServerCertificateValidationCallback *iface)
{
    return CONTAINING_RECORD(iface, struct https_look, iface);
}

static HRESULT WINAPI look_QueryInterface(IBackgroundCopyServerCertificateValidationCallback *iface,
                                          REFIID iid, void **out)
{
    if (IsEqualIID(iid, &IID_IUnknown) ||
        IsEqualIID(iid, &IID_IBackgroundCopyServerCertificateValidationCallback))
    {
        InterlockedIncrement(&look_from(iface)->refs);
        *out = iface;
        return S_OK;
    }
    *out = NULL;
    return E_NOINTERFACE;
}

static ULONG WINAPI look_AddRef(IBackgroundCopyServerCertificateValidationCallback *iface)
{
    return InterlockedIncrement(&look_from(iface)->refs);
}

static ULONG WINAPI look_Release(IBackgroundCopyServerCertificateValidationCallback *iface)
{
    return InterlockedDecrement(&look_from(iface)->refs);
}

static HRESULT WINAPI look_Validate(IBackgroundCopyServerCertificateValidationCallback *iface,
                                    IBackgroundCopyJob *job, IBackgroundCopyFile *file,
                                    DWORD cert_size, const BYTE cert[], DWORD encoding,
                                    DWORD store_size, const BYTE store[])
{
    struct https_look *look = look_from(iface);
    CRYPT_DATA_BLOB blob = {store_size, (BYTE *)store};
    HCERTSTORE opened = CertOpenStore(CERT_STORE_PROV_SERIALIZED, 0, 0, 0, &blob);
    const CERT_CONTEXT *read = CertCreateCertificateContext(encoding, cert, cert_size),
                       *next = NULL;
    BG_JOB_STATE state;

    if (read) look->cert_size = cert_size;
    while (opened && (next = CertEnumCertificatesInStore(opened, next)))
        look->store_count++;
    if (read) CertFreeCertificateContext(read);
    if (opened) CertCloseStore(opened, 0);
    ok(job && file && IBackgroundCopyJob_GetState(job, &state) == S_OK, "There is no job.\n");
    InterlockedIncrement(&look->calls);
    if (look->gate) WaitForSingleObject(look->gate, HTTPS_WAIT_MS);
    return look->answer;
}

const IBackgroundCopyServerCertificateValidationCallbackVtbl https_look_vtbl = {
    look_QueryInterface, look_AddRef, look_Release, look_Validate};

HRESULT https_look_set(IBackgroundCopyJob *job, struct https_look *look)
{
    IBackgroundCopyJobHttpOptions3 *options = NULL;
    HRESULT hr;

    IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJobHttpOptions3, (void **)&options);
    hr = IBackgroundCopyJobHttpOptions3_SetServerCertificateValidationInterface(
        options, (IUnknown *)&look->iface);
    IBackgroundCopyJobHttpOptions3_Release(options);
    return hr;
}
