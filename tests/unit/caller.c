/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * com/caller.c, as far as one user can show it. Windows only. */
#include <windows.h>
#include <objbase.h>
#include <sddl.h>

#include "harness/test.h"

#include <string.h>

#include "base/str.h"
#include "com/caller.h"

#define CALLS 10000

static bool is_zero(const struct caller_facts *facts)
{
    static const struct caller_facts zero;

    return !memcmp(facts, &zero, sizeof(zero));
}

static void get_process_sid(WCHAR *sid, size_t size)
{
    BYTE buffer[256];
    HANDLE token;
    WCHAR *text;
    DWORD len;

    sid[0] = 0;
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return;
    if (GetTokenInformation(token, TokenUser, buffer, sizeof(buffer), &len) &&
        ConvertSidToStringSidW(((TOKEN_USER *)buffer)->User.Sid, &text))
    {
        if (str_len(text) < size) memcpy(sid, text, (str_len(text) + 1) * sizeof(*text));
        LocalFree(text);
    }
    CloseHandle(token);
}

static void test_process(void)
{
    struct caller_facts facts, again;
    WCHAR sid[256];
    HRESULT hr;

    memset(&facts, 0xcc, sizeof(facts));
    hr = caller_get(&facts);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    get_process_sid(sid, ARRAY_COUNT(sid));
    ok(sid[0] && str_is_equal(facts.sid, sid), "Got %s, not %s.\n", wine_dbgstr_w(facts.sid),
       wine_dbgstr_w(sid));
    ok(facts.integrity_level >= 0x1000 && facts.integrity_level <= 0x4000, "Got level %#x.\n",
       facts.integrity_level);
    ok(!facts.is_elevated || facts.is_admin, "Elevated, but no administrator.\n");

    hr = caller_get(&again);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!memcmp(&facts, &again, sizeof(facts)), "The second answer is another one.\n");
    hr = access_check(&again, &facts);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
}

static void test_no_client(void)
{
    struct caller_facts facts;
    HRESULT hr;

    memset(&facts, 0xcc, sizeof(facts));
    hr = caller_get_client(&facts);
    ok(hr == S_FALSE, "Got hr %#lx.\n", hr);
    ok(is_zero(&facts), "There are facts of nobody.\n");
}

/* The administrators' group is denied in this token, as in the one of a user who is not elevated.
 */
static HANDLE create_lesser_token(void)
{
    BYTE sid[SECURITY_MAX_SID_SIZE];
    SID_AND_ATTRIBUTES denied = {sid, 0};
    HANDLE process = NULL, lesser = NULL, token = NULL;
    DWORD size = sizeof(sid);

    if (OpenProcessToken(GetCurrentProcess(), TOKEN_ALL_ACCESS, &process) &&
        CreateWellKnownSid(WinBuiltinAdministratorsSid, NULL, sid, &size) &&
        CreateRestrictedToken(process, 0, 1, &denied, 0, NULL, 0, NULL, &lesser))
        DuplicateTokenEx(lesser, TOKEN_ALL_ACCESS, NULL, SecurityIdentification, TokenImpersonation,
                         &token);
    if (process) CloseHandle(process);
    if (lesser) CloseHandle(lesser);
    return token;
}

static void test_impersonation(void)
{
    struct caller_facts before, facts;
    HANDLE token = create_lesser_token(), kept;
    HRESULT hr;

    ok(token != NULL, "No token without the administrators' group: error %lu.\n", GetLastError());
    if (!token) return;
    hr = caller_get(&before);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);

    ok(SetThreadToken(NULL, token), "Got error %lu.\n", GetLastError());
    hr = caller_get(&facts);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(access_is_same_user(&facts, &before), "Got %s.\n", wine_dbgstr_w(facts.sid));
    ok(!facts.is_admin, "Still an administrator.\n");
    ok(OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &kept),
       "The impersonation has ended: error %lu.\n", GetLastError());
    CloseHandle(kept);

    RevertToSelf();
    hr = caller_get(&facts);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    ok(!memcmp(&facts, &before, sizeof(facts)), "What the process is has changed.\n");
    CloseHandle(token);
}

static void test_restricted(void)
{
    static SID everyone = {SID_REVISION, 1, {SECURITY_WORLD_SID_AUTHORITY}, {0}};
    SID_AND_ATTRIBUTES sids = {&everyone, 0};
    HANDLE process, token, restricted;
    struct caller_facts facts;
    HRESULT hr;

    hr = caller_get(&facts);
    ok(hr == S_OK && !facts.is_restricted, "Got hr %#lx, %d.\n", hr, facts.is_restricted);
    if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &process)) return;
    ok(DuplicateToken(process, SecurityImpersonation, &token), "Got error %lu.\n", GetLastError());
    CloseHandle(process);
    if (!CreateRestrictedToken(token, 0, 0, NULL, 0, NULL, 1, &sids, &restricted))
        restricted = NULL;
    CloseHandle(token);
    if (!restricted || !IsTokenRestricted(restricted))
        skip("There are no restricted tokens.\n");
    else if (ImpersonateLoggedOnUser(restricted))
    {
        hr = caller_get(&facts);
        RevertToSelf();
        ok(hr == S_OK && facts.is_restricted, "Got hr %#lx, %d.\n", hr, facts.is_restricted);
    }
    if (restricted) CloseHandle(restricted);
}

/* Anonymous is nobody, and in any case not the user of the process. */
static void test_anonymous(void)
{
    struct caller_facts before, facts;
    HRESULT hr;

    hr = caller_get(&before);
    ok(hr == S_OK, "Got hr %#lx.\n", hr);
    if (!ImpersonateAnonymousToken(GetCurrentThread()))
    {
        skip("No anonymous token: %lu.\n", GetLastError());
        return;
    }
    hr = caller_get(&facts);
    RevertToSelf();
    if (FAILED(hr))
    {
        ok(hr == E_ACCESSDENIED, "Got hr %#lx.\n", hr);
        ok(is_zero(&facts), "There are facts of nobody.\n");
        return;
    }
    ok(!access_is_same_user(&facts, &before), "Anonymous is %s.\n", wine_dbgstr_w(facts.sid));
    ok(!facts.is_admin, "Anonymous is an administrator.\n");
}

/* A setter inside the process may take 5 us: asking the system takes several times as long. */
static void test_cost(void)
{
    LARGE_INTEGER begin, end, frequency;
    struct caller_facts facts;
    double each = 1000;

    QueryPerformanceFrequency(&frequency);
    for (unsigned int i = 0; i < 10; i++)
    {
        double us;

        QueryPerformanceCounter(&begin);
        for (unsigned int j = 0; j < CALLS / 10; j++)
            caller_get_client(&facts);
        QueryPerformanceCounter(&end);
        us = (double)(end.QuadPart - begin.QuadPart) * 1e6 / (double)frequency.QuadPart;
        if (us / (CALLS / 10) < each) each = us / (CALLS / 10);
    }
    ok(each < 1, "A call takes %f us.\n", each);
}

START_TEST(caller)
{
    CoInitializeEx(NULL, COINIT_MULTITHREADED);
    RUN_TEST(test_process);
    RUN_TEST(test_no_client);
    RUN_TEST(test_impersonation);
    RUN_TEST(test_restricted);
    RUN_TEST(test_anonymous);
    RUN_TEST(test_cost);
    CoUninitialize();
    RUN_TEST(test_no_client);
}
