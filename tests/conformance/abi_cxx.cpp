/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Only compiled: C++ clients can include the headers and derive from the interfaces. */

#include <windows.h>

#include <bits.h>
#include <bitscfg.h>
#include <qmgr.h>

/* A client's callback: the compiler knows whether a signature is that of the interface. */
class callback : public IBackgroundCopyCallback3
{
  public:
    HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void **out) override
    {
        *out = nullptr;
        if (iid != __uuidof(IUnknown) && iid != __uuidof(IBackgroundCopyCallback) &&
            iid != __uuidof(IBackgroundCopyCallback2) && iid != __uuidof(IBackgroundCopyCallback3))
            return E_NOINTERFACE;
        *out = this;
        return S_OK;
    }

    ULONG STDMETHODCALLTYPE AddRef() override
    {
        return 2;
    }
    ULONG STDMETHODCALLTYPE Release() override
    {
        return 1;
    }

    HRESULT STDMETHODCALLTYPE JobTransferred(IBackgroundCopyJob *job) override
    {
        return job->Complete();
    }

    HRESULT STDMETHODCALLTYPE JobError(IBackgroundCopyJob *job, IBackgroundCopyError *) override
    {
        return job->Cancel();
    }

    HRESULT STDMETHODCALLTYPE JobModification(IBackgroundCopyJob *, DWORD) override
    {
        return S_OK;
    }

    HRESULT STDMETHODCALLTYPE FileTransferred(IBackgroundCopyJob *, IBackgroundCopyFile *) override
    {
        return S_OK;
    }

    HRESULT STDMETHODCALLTYPE FileRangesTransferred(IBackgroundCopyJob *, IBackgroundCopyFile *,
                                                    DWORD, const BG_FILE_RANGE[]) override
    {
        return S_OK;
    }
};

HRESULT use_interfaces(IBackgroundCopyJob5 *job, IBackgroundCopyFile6 *file,
                       IBackgroundCopyJobHttpOptions3 *options, IBitsPeerCacheAdministration *cache,
                       IBackgroundCopyGroup *group);

HRESULT use_interfaces(IBackgroundCopyJob5 *job, IBackgroundCopyFile6 *file,
                       IBackgroundCopyJobHttpOptions3 *options, IBitsPeerCacheAdministration *cache,
                       IBackgroundCopyGroup *group)
{
    static callback notify;
    BITS_JOB_PROPERTY_VALUE value = {};
    BG_AUTH_CREDENTIALS credentials = {};
    IBackgroundCopyJob4 *job4 = job;
    IBackgroundCopyFile3 *file3 = file;
    BOOL state = FALSE;
    DWORD flags = 0;

    value.Enable = TRUE;
    credentials.Target = BG_AUTH_TARGET_SERVER;
    credentials.Scheme = BG_AUTH_SCHEME_BASIC;

    if (FAILED(job->SetNotifyInterface(&notify))) return BG_E_INVALID_STATE;
    if (FAILED(job->SetCredentials(&credentials))) return BG_E_INVALID_AUTH_SCHEME;
    if (FAILED(job->SetProperty(BITS_JOB_PROPERTY_ON_DEMAND_MODE, value))) return E_FAIL;
    if (FAILED(job4->SetPeerCachingFlags(BG_JOB_ENABLE_PEERCACHING_CLIENT))) return E_FAIL;
    if (FAILED(file3->GetValidationState(&state))) return E_FAIL;
    if (FAILED(cache->GetConfigurationFlags(&flags))) return E_FAIL;
    if (FAILED(options->SetSecurityFlags(BG_SSL_ENABLE_CRL_CHECK))) return E_FAIL;
    return group->SuspendGroup();
}
