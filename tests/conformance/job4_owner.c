/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * GetOwnerIntegrityLevel and GetOwnerElevationState of a job of this process's own user. */
#include "download_fixture.h"

static IBackgroundCopyJob *job;
static IBackgroundCopyJob4 *job4;

static DWORD own_level(void)
{
    BYTE buffer[sizeof(TOKEN_MANDATORY_LABEL) + SECURITY_MAX_SID_SIZE];
    TOKEN_MANDATORY_LABEL *label = (TOKEN_MANDATORY_LABEL *)buffer;
    DWORD size = sizeof(buffer), level = 0;
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return 0;
    if (GetTokenInformation(token, TokenIntegrityLevel, label, size, &size))
        level =
            *GetSidSubAuthority(label->Label.Sid, *GetSidSubAuthorityCount(label->Label.Sid) - 1u);
    CloseHandle(token);
    return level;
}

static BOOL own_elevation(void)
{
    TOKEN_ELEVATION elevation = {0};
    DWORD size = sizeof(elevation);
    HANDLE token;

    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return FALSE;
    GetTokenInformation(token, TokenElevation, &elevation, size, &size);
    CloseHandle(token);
    return !!elevation.TokenIsElevated;
}

static void test_GetOwnerIntegrityLevel(void)
{
    ULONG level = 0xdeadbeef;
    HRESULT hr;

    shows("J4-GOIL-1");
    shows("J4-GOIL-4");
    shows("J4-GOIL-5");
    hr = IBackgroundCopyJob4_GetOwnerIntegrityLevel(job4, &level);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(level == own_level(), "Got %#lx, not %#lx.\n", level, own_level());
    ok(level && level <= 0x4000 && !(level & 0xff), "Got %#lx.\n", level);

    shows("J4-GOIL-8");
    hr = IBackgroundCopyJob4_GetOwnerIntegrityLevel(job4, NULL);
    ok(is_null_refusal(job4, hr), "Got hr %#lx.\n", hr);
}

static void test_GetOwnerElevationState(void)
{
    BOOL is_elevated = 0xdead;
    HRESULT hr;

    shows("J4-GOES-1");
    shows("J4-GOES-2");
    hr = IBackgroundCopyJob4_GetOwnerElevationState(job4, &is_elevated);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(is_elevated == own_elevation(), "Got %d.\n", is_elevated);

    shows("J4-GOES-7");
    hr = IBackgroundCopyJob4_GetOwnerElevationState(job4, NULL);
    ok(is_null_refusal(job4, hr), "Got hr %#lx.\n", hr);
}

START_TEST(job4_owner)
{
    HRESULT hr;

    com_start(COINIT_MULTITHREADED);
    job = create_job(L"owner", BG_JOB_TYPE_DOWNLOAD);
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob4, (void **)&job4);
    if (hr == S_OK)
    {
        RUN_TEST(test_GetOwnerIntegrityLevel);
        RUN_TEST(test_GetOwnerElevationState);
        IBackgroundCopyJob4_Release(job4);
    }
    else
        win_skip("There is no IBackgroundCopyJob4.\n");
    end_job(job);
    com_stop();
}
