/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * base/err.c: foreign codes, and what a failure means for a job. */
#include "harness/test.h"

#include "base/err.h"
#include "bitsmsg.h"

enum meaning
{
    FATAL,
    RETRIED,
    BLOCKED, /* not counted, no timed retry */
    FATAL_UNCOUNTED
};

static void check_meaning(HRESULT code, enum meaning meaning)
{
    bool transient = meaning == RETRIED || meaning == BLOCKED;
    bool counts = meaning == FATAL || meaning == RETRIED;

    ok(err_is_transient(code) == transient, "Code %#lx: transient is %u.\n", (unsigned long)code,
       err_is_transient(code));
    ok(err_counts(code) == counts, "Code %#lx: counts is %u.\n", (unsigned long)code,
       err_counts(code));
    ok(err_waits_for_condition(code) == (meaning == BLOCKED), "Code %#lx: waits is %u.\n",
       (unsigned long)code, err_waits_for_condition(code));
}

static enum meaning meaning_of_status(unsigned int status)
{
    switch (status / 100)
    {
    case 3:
        return (status >= 300 && status <= 305) || status == 307 ? FATAL : RETRIED;
    case 4:
        return status == 408 || status == 409 ? RETRIED : FATAL;
    case 5:
        return status == 501 || status == 505 ? FATAL : RETRIED;
    default:
        return RETRIED;
    }
}

static void test_http_status(void)
{
    ok(err_from_http_status(404) == BG_E_HTTP_ERROR_404, "Got %#lx.\n",
       (unsigned long)err_from_http_status(404));
    ok(err_from_http_status(503) == BG_E_HTTP_ERROR_503, "Got %#lx.\n",
       (unsigned long)err_from_http_status(503));

    for (unsigned int status = 100; status < 1000; status++)
    {
        HRESULT code = err_from_http_status(status);

        ok(FAILED(code), "Status %u gives the success code %#lx.\n", status, (unsigned long)code);
        ok(err_http_status(code) == status, "Status %u comes back as %u.\n", status,
           err_http_status(code));
        check_meaning(code, meaning_of_status(status));
    }

    ok(!err_http_status(S_OK), "S_OK has a status.\n");
    ok(!err_http_status(BG_E_NOT_FOUND), "BG_E_NOT_FOUND has a status.\n");
    ok(!err_http_status(ERR_WIN32(404)), "A Win32 code has a status.\n");
    ok(!err_http_status(BITS_MC_JOB_CANCELLED), "An event message has a status.\n");
    ok(err_from_http_status(0x10000 + 404) == BG_E_HTTP_ERROR_404, "Got %#lx.\n",
       (unsigned long)err_from_http_status(0x10000 + 404));
}

static void test_meaning(void)
{
    static const struct
    {
        HRESULT code;
        enum meaning meaning;
    } tests[] = {
        {BG_E_NETWORK_DISCONNECTED, BLOCKED},
        {BG_E_DESTINATION_LOCKED, BLOCKED},
        {BG_E_BLOCKED_BY_POLICY, BLOCKED},
        {BG_E_BLOCKED_BY_COST_TRANSFER_POLICY, BLOCKED},
        {BG_E_STANDBY_MODE, BLOCKED},
        {BG_E_BLOCKED_BY_BATTERY_POLICY, BLOCKED},
        {BG_E_BLOCKED_BY_BATTERY_SAVER, BLOCKED},
        {BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY, BLOCKED},
        {BG_E_BLOCKED_BY_GAME_MODE, BLOCKED},
        {BG_E_BLOCKED_BY_SYSTEM_POLICY, BLOCKED},
        {BG_E_VOLUME_CHANGED, FATAL_UNCOUNTED},

        {BG_E_NO_PROGRESS, RETRIED},
        {BG_E_SESSION_NOT_FOUND, RETRIED},
        {BG_E_CONNECT_FAILURE, RETRIED},
        {BG_E_CONNECTION_CLOSED, RETRIED},
        {BG_E_NAME_RESOLUTION_FAILURE, RETRIED},
        {BG_E_TIMEOUT, RETRIED},
        {(HRESULT)0x80072ee7, RETRIED}, /* name resolution */
        {(HRESULT)0x80072efd, RETRIED}, /* cannot connect */
        {(HRESULT)0x80072efe, RETRIED}, /* connection reset */
        {(HRESULT)0x80072ee2, RETRIED}, /* timeout */
        {ERR_HTTP_SECURE_CHANNEL_ERROR, RETRIED},
        {ERR_DISK_FULL, RETRIED},
        {ERR_HANDLE_DISK_FULL, RETRIED},
        {ERR_SHARING_VIOLATION, RETRIED},
        {ERR_LOCK_VIOLATION, RETRIED},
        {ERR_NOT_READY, RETRIED},
        {ERR_NETNAME_DELETED, RETRIED},
        {ERR_BAD_NETPATH, RETRIED},
        {ERR_WIN32(10054), RETRIED},
        {ERR_WIN32(11001), RETRIED},
        {E_OUTOFMEMORY, RETRIED},

        {BG_E_MISSING_FILE_SIZE, FATAL},
        {BG_E_INSUFFICIENT_HTTP_SUPPORT, FATAL},
        {BG_E_INSUFFICIENT_RANGE_SUPPORT, FATAL},
        {BG_E_INVALID_SERVER_RESPONSE, FATAL},
        {BG_E_INVALID_RANGE, FATAL},
        {BG_E_TOO_LARGE, FATAL},
        {BG_E_LOCAL_FILE_CHANGED, FATAL},
        {BG_E_REMOTE_FILE_CHANGED, FATAL},
        {BG_E_TOKEN_REQUIRED, FATAL},
        {BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED, FATAL},
        {BG_E_VALIDATION_FAILED, FATAL},
        {BG_E_MAXDOWNLOAD_TIMEOUT, FATAL},
        {BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED, FATAL},
        {BG_E_MESSAGE_LENGTH_LIMIT_EXCEEDED, FATAL},
        {BG_E_TRUST_FAILURE, FATAL},
        {BG_E_DATABASE_CORRUPT, FATAL},
        {E_ACCESSDENIED, FATAL},
        {E_FAIL, FATAL},
        {ERR_FILE_NOT_FOUND, FATAL},
        {ERR_PATH_NOT_FOUND, FATAL},
        {ERR_WRITE_PROTECT, FATAL},
        {ERR_BAD_NET_NAME, FATAL},
        {ERR_HTTP_INVALID_URL, FATAL},
        {ERR_HTTP_LOGIN_FAILURE, FATAL},
        {ERR_HTTP_CERT_DATE_INVALID, FATAL},
        {ERR_HTTP_CERT_CN_INVALID, FATAL},
        {ERR_HTTP_CERT_INVALID_CA, FATAL},
        {ERR_HTTP_CERT_REV_FAILED, FATAL},
        {ERR_HTTP_CERT_INVALID, FATAL},
        {ERR_HTTP_CERT_REVOKED, FATAL},
        {ERR_HTTP_CERT_WRONG_USAGE, FATAL},
        {ERR_HTTP_SECURE_FAILURE, FATAL},
        {ERR_HTTP_CLIENT_CERT_NEEDED, FATAL},
        {ERR_SEC_UNTRUSTED_ROOT, FATAL},
        {ERR_CERT_EXPIRED, FATAL},
        {(HRESULT)0x8123abcd, FATAL}, /* nobody's code */
        {(HRESULT)0x801903e8, FATAL}, /* one above the last status */
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
        check_meaning(tests[i].code, tests[i].meaning);
}

static void test_win32(void)
{
    static const struct
    {
        uint32_t win32;
        HRESULT code;
    } tests[] = {
        {0, S_OK},
        {2, (HRESULT)0x80070002},
        {5, E_ACCESSDENIED},
        {14, E_OUTOFMEMORY},
        {87, E_INVALIDARG},
        {112, ERR_DISK_FULL},
        {12007, (HRESULT)0x80072ee7},
        {10054, (HRESULT)0x80072efe}, /* reset */
        {10060, (HRESULT)0x80072ee2}, /* timeout */
        {10061, (HRESULT)0x80072efd}, /* refused */
        {11001, (HRESULT)0x80072ee7}, /* no such host */
        {10022, (HRESULT)0x80072726}, /* no failure of a connection */
        {0x80200001, BG_E_NOT_FOUND},
        {0x8007000e, E_OUTOFMEMORY},
        {0x12345678, (HRESULT)0x80075678},
    };

    for (unsigned int i = 0; i < ARRAY_COUNT(tests); i++)
    {
        HRESULT code = err_from_win32(tests[i].win32);

        ok(code == tests[i].code, "%#lx gives %#lx.\n", (unsigned long)tests[i].win32,
           (unsigned long)code);
    }

    for (uint32_t code = 1; code < 0x10000; code++)
        if (SUCCEEDED(err_from_win32(code)))
            ok(0, "%lu gives a success code.\n", (unsigned long)code);
}

#ifdef _WIN32
static void test_last_error(void)
{
    HRESULT hr;

    SetLastError(ERROR_DISK_FULL);
    hr = err_from_last_error();
    ok(hr == ERR_DISK_FULL, "Got %#lx.\n", (unsigned long)hr);

    SetLastError(ERROR_SUCCESS);
    hr = err_from_last_error();
    ok(hr == E_FAIL, "Got %#lx.\n", (unsigned long)hr);
}
#endif

START_TEST(err)
{
    RUN_TEST(test_http_status);
    RUN_TEST(test_meaning);
    RUN_TEST(test_win32);
#ifdef _WIN32
    RUN_TEST(test_last_error);
#endif
}
