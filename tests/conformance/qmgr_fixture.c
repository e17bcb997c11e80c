/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Groups, through the public interfaces. */
#include "qmgr_fixture.h"

IBackgroundCopyQMgr *qmgr;

bool qmgr_start(void)
{
    HRESULT hr;

    downloads_start();
    hr = create_instance(&CLSID_BackgroundCopyQMgr, &IID_IBackgroundCopyQMgr, (void **)&qmgr);
    if (hr == REGDB_E_CLASSNOTREG)
    {
        win_skip("There is no queue manager.\n");
        return false;
    }
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return hr == S_OK;
}

void qmgr_stop(void)
{
    if (qmgr) IBackgroundCopyQMgr_Release(qmgr);
    qmgr = NULL;
    downloads_stop();
}

IBackgroundCopyGroup *create_group(GUID *id)
{
    IBackgroundCopyGroup *group = NULL;
    HRESULT hr;

    CoCreateGuid(id);
    hr = IBackgroundCopyQMgr_CreateGroup(qmgr, *id, &group);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return group;
}

IBackgroundCopyJob1 *create_job1(IBackgroundCopyGroup *group, GUID *id)
{
    IBackgroundCopyJob1 *job = NULL;
    HRESULT hr;

    CoCreateGuid(id);
    hr = IBackgroundCopyGroup_CreateJob(group, *id, &job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return job;
}

IBackgroundCopyJob *job_of(IBackgroundCopyGroup *group)
{
    IBackgroundCopyJob *job = NULL;
    HRESULT hr;

    hr = IBackgroundCopyGroup_QueryNewJobInterface(group, &IID_IBackgroundCopyJob,
                                                   (IUnknown **)&job);
    ok(hr == S_OK && job, "Got hr %#lx.\n", hr);
    return job;
}

HRESULT add_names1(IBackgroundCopyJob1 *job, const WCHAR *url, const WCHAR *local)
{
    FILESETINFO file = {SysAllocString(url), SysAllocString(local), 0}, *set = &file;
    HRESULT hr = IBackgroundCopyJob1_AddFiles(job, 1, &set);

    SysFreeString(file.bstrRemoteFile);
    SysFreeString(file.bstrLocalFile);
    return hr;
}

HRESULT add_file1(IBackgroundCopyJob1 *job, const char *path, const WCHAR *name)
{
    WCHAR url[URL_MAX], local[MAX_PATH];

    return add_names1(job, origin_wurl(origin, path, url), temp_path(name, local));
}

void end_group(IBackgroundCopyGroup *group)
{
    if (!group) return;
    IBackgroundCopyGroup_CancelGroup(group);
    IBackgroundCopyGroup_Release(group);
}

DWORD group_status(IBackgroundCopyGroup *group)
{
    DWORD status = 0xdeadbeef, index = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyGroup_GetStatus(group, &status, &index);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!index, "Got index %lu.\n", index);
    return status;
}
