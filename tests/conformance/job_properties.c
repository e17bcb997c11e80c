/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * IBackgroundCopyJob: texts, numbers and proxies that a client sets and reads back. What priorities
 * do is in job_schedule.c, what delays do in job_retry.c; final states are in method_states.c. */
#include "download_fixture.h"

#include <stdlib.h>

#define NAME_LIMIT        256
#define DESCRIPTION_LIMIT 1024
#define PROXY_LIMIT       32768

static const ULONG numbers[] = {5, 6, 60, 599, 601, 86400, 0x7fffffff, 0xfffffffe, 0xffffffff};

static void fill(WCHAR *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (WCHAR)('a' + i % 26);
    text[len] = 0;
}

static IBackgroundCopyJob *create(void)
{
    return create_job(L"properties", BG_JOB_TYPE_DOWNLOAD);
}

/* ---- display name ---- */

static void check_display_name_(int line, IBackgroundCopyJob *job, const WCHAR *expected)
{
    WCHAR *name = NULL;
    HRESULT hr = IBackgroundCopyJob_GetDisplayName(job, &name);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(name && !wcscmp(name, expected), "Got %s.\n", wine_dbgstr_w(name));
    CoTaskMemFree(name);
}
#define check_display_name(job, expected) check_display_name_(__LINE__, job, expected)

static void test_display_name(void)
{
    /* Halves of pairs come back as they were. */
    static const WCHAR *const names[] = {
        L"a", L"", L"two words", L"\x4f60\x597d \xd83d\xde00", L"\xd83d", L"a \xde00\xd83d b"};
    IBackgroundCopyJob *job = create();
    WCHAR name[NAME_LIMIT + 2];
    HRESULT hr;

    withstands("K10");
    shows("JOB-SDN-1");
    shows("JOB-SDN-2");
    shows("JOB-SDN-3");
    shows("JOB-SDN-5");
    check_display_name(job, L"properties");
    for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
    {
        hr = IBackgroundCopyJob_SetDisplayName(job, names[i]);
        ok(hr == S_OK, "Name %u: got hr %#lx.\n", i, hr);
        check_display_name(job, names[i]);
    }
    fill(name, NAME_LIMIT);
    hr = IBackgroundCopyJob_SetDisplayName(job, name);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_display_name(job, name);

    hr = IBackgroundCopyJob_SetDisplayName(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    check_display_name(job, name);
    hr = IBackgroundCopyJob_GetDisplayName(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);

    fill(name, NAME_LIMIT + 1);
    hr = IBackgroundCopyJob_SetDisplayName(job, name);
    ok(hr == BG_E_STRING_TOO_LONG || hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    name[NAME_LIMIT] = 0;
    check_display_name(job, name);
    end_job(job);
}

/* ---- description ---- */

static void check_description_(int line, IBackgroundCopyJob *job, const WCHAR *expected)
{
    WCHAR *text = NULL;
    HRESULT hr = IBackgroundCopyJob_GetDescription(job, &text);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    ok_(__FILE__, line)(text && !wcscmp(text, expected), "Got %s.\n", wine_dbgstr_w(text));
    CoTaskMemFree(text);
}
#define check_description(job, expected) check_description_(__LINE__, job, expected)

static void test_description(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR text[DESCRIPTION_LIMIT + 2];
    HRESULT hr;

    withstands("K10");
    shows("JOB-SDE-1");
    shows("JOB-SDE-2");
    shows("JOB-SDE-3");
    shows("JOB-SDE-5");
    check_description(job, L"");
    hr = IBackgroundCopyJob_GetDescription(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_SetDescription(job, L"a text\r\nof two lines");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_description(job, L"a text\r\nof two lines");
    hr = IBackgroundCopyJob_SetDescription(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    check_description(job, L"a text\r\nof two lines");

    fill(text, DESCRIPTION_LIMIT);
    hr = IBackgroundCopyJob_SetDescription(job, text);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_description(job, text);
    fill(text, DESCRIPTION_LIMIT + 1);
    hr = IBackgroundCopyJob_SetDescription(job, text);
    ok(hr == BG_E_STRING_TOO_LONG, "Got hr %#lx.\n", hr);
    text[DESCRIPTION_LIMIT] = 0;
    check_description(job, text);
    hr = IBackgroundCopyJob_SetDescription(job, L"");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_description(job, L"");
    end_job(job);
}

/* ---- priority ---- */

static BG_JOB_PRIORITY priority_of(IBackgroundCopyJob *job)
{
    BG_JOB_PRIORITY priority = (BG_JOB_PRIORITY)0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetPriority(job, &priority);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return priority;
}

static void test_priority(void)
{
    static const int bad[] = {4, 5, 100, 0x7fff, -1};
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SPR-1");
    shows("JOB-SPR-2");
    shows("JOB-SPR-3");
    shows("JOB-SPR-5");
    ok(priority_of(job) == BG_JOB_PRIORITY_NORMAL, "Got priority %u.\n", priority_of(job));
    for (int i = 0; i <= 3; i++)
    {
        hr = IBackgroundCopyJob_SetPriority(job, (BG_JOB_PRIORITY)i);
        ok(hr == S_OK, "Priority %d: got hr %#lx.\n", i, hr);
        ok(priority_of(job) == (BG_JOB_PRIORITY)i, "Got priority %u.\n", priority_of(job));
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
    {
        hr = IBackgroundCopyJob_SetPriority(job, (BG_JOB_PRIORITY)bad[i]);
        ok(hr == E_NOTIMPL, "Priority %d: got hr %#lx.\n", bad[i], hr);
        ok(priority_of(job) == BG_JOB_PRIORITY_LOW, "Got priority %u.\n", priority_of(job));
    }
    hr = IBackgroundCopyJob_GetPriority(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

/* ---- delay and timeout ---- */

static ULONG delay_of(IBackgroundCopyJob *job)
{
    ULONG seconds = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetMinimumRetryDelay(job, &seconds);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return seconds;
}

static void test_minimum_retry_delay(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SMRD-1");
    shows("JOB-SMRD-2");
    shows("JOB-SMRD-3");
    ok(delay_of(job) == 600, "Got %lu seconds.\n", delay_of(job));
    for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
    {
        hr = IBackgroundCopyJob_SetMinimumRetryDelay(job, numbers[i]);
        ok(hr == S_OK, "%lu seconds: got hr %#lx.\n", numbers[i], hr);
        ok(delay_of(job) == numbers[i], "Got %lu seconds, not %lu.\n", delay_of(job), numbers[i]);
    }
    for (ULONG i = 0; i < 5; i++)
    {
        hr = IBackgroundCopyJob_SetMinimumRetryDelay(job, 100);
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        hr = IBackgroundCopyJob_SetMinimumRetryDelay(job, i);
        ok(hr == S_OK, "%lu seconds: got hr %#lx.\n", i, hr);
        ok(delay_of(job) == 5, "Got %lu seconds.\n", delay_of(job));
    }
    end_job(job);
}

static ULONG timeout_of(IBackgroundCopyJob *job)
{
    ULONG seconds = 0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetNoProgressTimeout(job, &seconds);

    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    return seconds;
}

static void test_no_progress_timeout(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SNPT-1");
    shows("JOB-SNPT-2");
    ok(timeout_of(job) == 1209600, "Got %lu seconds.\n", timeout_of(job));
    for (ULONG i = 0; i < 5; i++)
    {
        hr = IBackgroundCopyJob_SetNoProgressTimeout(job, i);
        ok(hr == S_OK, "%lu seconds: got hr %#lx.\n", i, hr);
        ok(timeout_of(job) == i, "Got %lu seconds, not %lu.\n", timeout_of(job), i);
    }
    for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
    {
        hr = IBackgroundCopyJob_SetNoProgressTimeout(job, numbers[i]);
        ok(hr == S_OK, "%lu seconds: got hr %#lx.\n", numbers[i], hr);
        ok(timeout_of(job) == numbers[i], "Got %lu seconds, not %lu.\n", timeout_of(job),
           numbers[i]);
    }
    hr = IBackgroundCopyJob_GetNoProgressTimeout(job, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

/* ---- proxies ---- */

static bool is_same_text(const WCHAR *a, const WCHAR *b)
{
    return a && b ? !wcscmp(a, b) : a == b;
}

static void check_proxy_(int line, IBackgroundCopyJob *job, BG_JOB_PROXY_USAGE usage,
                         const WCHAR *list, const WCHAR *bypass)
{
    BG_JOB_PROXY_USAGE got = (BG_JOB_PROXY_USAGE)0xdeadbeef;
    WCHAR *got_list = (WCHAR *)0xdeadbeef, *got_bypass = (WCHAR *)0xdeadbeef;
    HRESULT hr = IBackgroundCopyJob_GetProxySettings(job, &got, &got_list, &got_bypass);

    ok_(__FILE__, line)(hr == S_OK, "Got hr %#lx.\n", hr);
    if (hr != S_OK) return;
    ok_(__FILE__, line)(got == usage, "Got usage %u.\n", got);
    ok_(__FILE__, line)(is_same_text(got_list, list), "Got %s.\n", wine_dbgstr_w(got_list));
    ok_(__FILE__, line)(is_same_text(got_bypass, bypass), "Got %s.\n", wine_dbgstr_w(got_bypass));
    CoTaskMemFree(got_list);
    CoTaskMemFree(got_bypass);
}
#define check_proxy(job, usage, list, bypass) check_proxy_(__LINE__, job, usage, list, bypass)

static const BG_JOB_PROXY_USAGE without_list[] = {
    BG_JOB_PROXY_USAGE_NO_PROXY, BG_JOB_PROXY_USAGE_AUTODETECT, BG_JOB_PROXY_USAGE_PRECONFIG};

static void test_proxy(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SPX-1");
    shows("JOB-SPX-3");
    shows("JOB-SPX-11");
    check_proxy(job, BG_JOB_PROXY_USAGE_PRECONFIG, NULL, NULL);
    for (unsigned int i = 0; i < ARRAY_SIZE(without_list); i++)
    {
        hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy:8080",
                                                 L"*.example <local>");
        ok(hr == S_OK, "Got hr %#lx.\n", hr);
        check_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy:8080", L"*.example <local>");

        hr = IBackgroundCopyJob_SetProxySettings(job, without_list[i], NULL, NULL);
        ok(hr == S_OK, "Usage %u: got hr %#lx.\n", without_list[i], hr);
        check_proxy(job, without_list[i], NULL, NULL);
    }
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE,
                                             L"http=http://a:1 https=b", NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"http=http://a:1 https=b", NULL);
    end_job(job);
}

static void test_proxy_lists_refused(void)
{
    static const int unknown[] = {4, 5, 0x7fff, -1};
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SPX-2");
    shows("JOB-SPX-4");
    shows("JOB-SPX-5");
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"kept", L"too");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(without_list); i++)
    {
        hr = IBackgroundCopyJob_SetProxySettings(job, without_list[i], L"proxy", NULL);
        ok(hr == E_INVALIDARG, "Usage %u: got hr %#lx.\n", without_list[i], hr);
        hr = IBackgroundCopyJob_SetProxySettings(job, without_list[i], NULL, L"bypass");
        ok(hr == E_INVALIDARG, "Usage %u: got hr %#lx.\n", without_list[i], hr);
        hr = IBackgroundCopyJob_SetProxySettings(job, without_list[i], L"proxy", L"bypass");
        ok(hr == E_INVALIDARG, "Usage %u: got hr %#lx.\n", without_list[i], hr);
    }
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, NULL, NULL);
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, NULL, L"bypass");
    ok(hr == E_INVALIDARG, "Got hr %#lx.\n", hr);
    for (unsigned int i = 0; i < ARRAY_SIZE(unknown); i++)
    {
        hr = IBackgroundCopyJob_SetProxySettings(job, (BG_JOB_PROXY_USAGE)unknown[i], NULL, NULL);
        ok(hr == E_NOTIMPL, "Usage %d: got hr %#lx.\n", unknown[i], hr);
    }
    check_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"kept", L"too");
    end_job(job);
}

static void test_proxy_lists_too_long(void)
{
    WCHAR *list = malloc((PROXY_LIMIT + 1) * sizeof(*list));
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-SPX-6");
    if (!list) abort();
    fill(list, 4000);
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, list, list);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    check_proxy(job, BG_JOB_PROXY_USAGE_OVERRIDE, list, list);

    fill(list, PROXY_LIMIT);
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, list, NULL);
    ok(hr == BG_E_PROXY_LIST_TOO_LARGE, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"proxy", list);
    ok(hr == BG_E_PROXY_BYPASS_LIST_TOO_LARGE, "Got hr %#lx.\n", hr);
    free(list);
    end_job(job);
}

static void test_proxy_NULL(void)
{
    IBackgroundCopyJob *job = create();
    BG_JOB_PROXY_USAGE usage;
    WCHAR *list, *bypass;
    HRESULT hr;

    shows("JOB-SPX-12");
    hr = IBackgroundCopyJob_GetProxySettings(job, NULL, &list, &bypass);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetProxySettings(job, &usage, NULL, &bypass);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetProxySettings(job, &usage, &list, NULL);
    ok(is_null_refusal(job, hr), "Got hr %#lx.\n", hr);
    end_job(job);
}

/* The call takes any text; the job that needs it fails. */
static void test_proxy_malformed(void)
{
    IBackgroundCopyJob *job = create_download("/small", L"malformed");
    BG_JOB_STATE state;
    HRESULT hr, code;

    hr = IBackgroundCopyJob_SetProxySettings(job, BG_JOB_PROXY_USAGE_OVERRIDE, L"http=:::=@@:port",
                                             NULL);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    resume(job);
    state = wait_for_state(job, TRANSFERRED | STATE_BIT(BG_JOB_STATE_ERROR), SOON);
    code = job_error(job, NULL);
    ok(code == BG_E_INVALID_PROXY_INFO, "Got state %s, code %#lx.\n", state_name(state), code);
    end_job(job);
}

/* ---- ownership ---- */

static void test_TakeOwnership(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR *before = NULL, *after = NULL;
    HRESULT hr;

    shows("JOB-TO-1");
    hr = IBackgroundCopyJob_GetOwner(job, &before);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_GetOwner(job, &after);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(before && after && !wcscmp(before, after), "Got %s, not %s.\n", wine_dbgstr_w(after),
       wine_dbgstr_w(before));
    CoTaskMemFree(before);
    CoTaskMemFree(after);
    end_job(job);
}

/* What would be done in the name of the former owner goes. */
static void test_TakeOwnership_command_line(void)
{
    IBackgroundCopyJob *job = create();
    WCHAR *program = NULL, *parameters = NULL;
    IBackgroundCopyJob2 *job2;
    HRESULT hr;

    shows("JOB-TO-6");
    hr = IBackgroundCopyJob_QueryInterface(job, &IID_IBackgroundCopyJob2, (void **)&job2);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_SetNotifyCmdLine(job2, L"C:\\program.exe", L"program.exe x");
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    hr = IBackgroundCopyJob2_GetNotifyCmdLine(job2, &program, &parameters);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(program && !*program, "Got %s.\n", wine_dbgstr_w(program));
    ok(parameters && !*parameters, "Got %s.\n", wine_dbgstr_w(parameters));
    CoTaskMemFree(program);
    CoTaskMemFree(parameters);
    IBackgroundCopyJob2_Release(job2);
    end_job(job);
}

static void test_TakeOwnership_without_rights(void)
{
    IBackgroundCopyJob *job = create();
    HRESULT hr;

    shows("JOB-TO-2");
    if (!become_ordinary_user()) return;
    hr = IBackgroundCopyJob_TakeOwnership(job);
    ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
    become_oneself();
    end_job(job);
}

START_TEST(job_properties)
{
    downloads_start();
    RUN_TEST(test_display_name);
    RUN_TEST(test_description);
    RUN_TEST(test_priority);
    RUN_TEST(test_minimum_retry_delay);
    RUN_TEST(test_no_progress_timeout);
    RUN_TEST(test_proxy);
    RUN_TEST(test_proxy_lists_refused);
    RUN_TEST(test_proxy_lists_too_long);
    RUN_TEST(test_proxy_NULL);
    RUN_TEST(test_proxy_malformed);
    RUN_TEST(test_TakeOwnership);
    RUN_TEST(test_TakeOwnership_command_line);
    RUN_TEST(test_TakeOwnership_without_rights);
    downloads_stop();
}
