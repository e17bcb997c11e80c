/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two tables: Winsock codes to HRESULTs, and HRESULTs to their meaning for a job. */
#include "base/err.h"

#include "bitsmsg.h"

enum trait
{
    TRANSIENT = 0x1,
    UNCOUNTED = 0x2, /* GetErrorCount leaves it out */
    WAITING = 0x4    /* a condition of the machine, which ends by itself */
};

#define FATAL   0
#define BLOCKED (TRANSIENT | UNCOUNTED | WAITING)

struct rule
{
    uint32_t first, last;
    unsigned int traits;
};

#define HTTP_ERRORS        0x80190000u
#define RANGE(first, last) (uint32_t)(first), (uint32_t)(last)
#define CODE(code)         RANGE(code, code)
#define HTTP(first, last)  HTTP_ERRORS + (first), HTTP_ERRORS + (last)
#define HTTP_STATUS_MAX    999

/* The first row that fits decides; a code without a row is fatal and counts.
 * HTTP statuses: page "Handling Server Application Errors". */
/* clang-format off */
static const struct rule rules[] = {
    { HTTP(300, 305), FATAL },
    { HTTP(307, 307), FATAL },
    { HTTP(408, 409), TRANSIENT },
    { HTTP(400, 499), FATAL },
    { HTTP(501, 501), FATAL },
    { HTTP(505, 505), FATAL },
    { HTTP(0, HTTP_STATUS_MAX), TRANSIENT },

    { CODE(BG_E_NETWORK_DISCONNECTED), BLOCKED },
    { CODE(BG_E_DESTINATION_LOCKED), BLOCKED },
    { CODE(BG_E_VOLUME_CHANGED), FATAL | UNCOUNTED },
    { CODE(BG_E_BLOCKED_BY_POLICY), BLOCKED },
    { CODE(BG_E_BLOCKED_BY_COST_TRANSFER_POLICY), BLOCKED },
    { CODE(BG_E_STANDBY_MODE), BLOCKED },
    { RANGE(BG_E_BLOCKED_BY_BATTERY_POLICY, BG_E_BLOCKED_BY_BATTERY_SAVER), BLOCKED },
    { RANGE(BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY, BG_E_BLOCKED_BY_SYSTEM_POLICY), BLOCKED },
    { CODE(BG_E_NO_PROGRESS), TRANSIENT },
    { CODE(BG_E_SESSION_NOT_FOUND), TRANSIENT },
    { RANGE(BG_E_CONNECT_FAILURE, BG_E_KEEP_ALIVE_FAILURE), TRANSIENT },
    { CODE(BG_E_NAME_RESOLUTION_FAILURE), TRANSIENT },
    { CODE(BG_E_PIPELINE_FAILURE), TRANSIENT },
    { RANGE(BG_E_PROXY_NAME_RESOLUTION_FAILURE, BG_E_SEND_FAILURE), TRANSIENT },
    { CODE(BG_E_TIMEOUT), TRANSIENT },

    /* Memory and handles come back; a disk can be cleaned up; others let go of a file. */
    { CODE(E_OUTOFMEMORY), TRANSIENT },
    { CODE(ERR_NOT_ENOUGH_MEMORY), TRANSIENT },
    { CODE(ERR_TOO_MANY_OPEN_FILES), TRANSIENT },
    { RANGE(ERR_NO_SYSTEM_RESOURCES, ERR_COMMITMENT_LIMIT), TRANSIENT },
    { CODE(ERR_DISK_FULL), TRANSIENT },
    { CODE(ERR_HANDLE_DISK_FULL), TRANSIENT },
    { CODE(ERR_DISK_QUOTA_EXCEEDED), TRANSIENT },
    { CODE(ERR_NOT_READY), TRANSIENT },
    { RANGE(ERR_SHARING_VIOLATION, ERR_LOCK_VIOLATION), TRANSIENT },
    { CODE(ERR_USER_MAPPED_FILE), TRANSIENT },
    { CODE(ERR_FVE_LOCKED_VOLUME), TRANSIENT },

    /* A share that has gone. One that refuses, or was never there, is fatal. */
    { CODE(ERR_REM_NOT_LIST), TRANSIENT },
    { RANGE(ERR_BAD_NETPATH, ERR_DEV_NOT_EXIST), TRANSIENT },
    { CODE(ERR_UNEXP_NET_ERR), TRANSIENT },
    { CODE(ERR_NETNAME_DELETED), TRANSIENT },
    { CODE(ERR_BROKEN_PIPE), TRANSIENT },
    { CODE(ERR_SEM_TIMEOUT), TRANSIENT },
    { CODE(ERR_NO_NET_OR_BAD_PATH), TRANSIENT },
    { CODE(ERR_NO_NETWORK), TRANSIENT },
    { RANGE(ERR_CONNECTION_REFUSED, ERR_GRACEFUL_DISCONNECT), TRANSIENT },
    { RANGE(ERR_NETWORK_UNREACHABLE, ERR_CONNECTION_ABORTED), TRANSIENT },
    { CODE(ERR_NO_LOGON_SERVERS), TRANSIENT },
    { CODE(ERR_TIMEOUT), TRANSIENT },

    /* The connection failed, not what it carried. A secure channel that breaks may have been cut; a
     * certificate that was refused will be refused again. */
    { RANGE(ERR_HTTP_OUT_OF_HANDLES, ERR_HTTP_TIMEOUT), TRANSIENT },
    { CODE(ERR_HTTP_INTERNAL_ERROR), TRANSIENT },
    { CODE(ERR_HTTP_NAME_NOT_RESOLVED), TRANSIENT },
    { CODE(ERR_HTTP_SHUTDOWN), TRANSIENT },
    { CODE(ERR_HTTP_OPERATION_CANCELLED), TRANSIENT },
    { RANGE(ERR_HTTP_CANNOT_CONNECT, ERR_HTTP_RESEND_REQUEST), TRANSIENT },
    { CODE(ERR_HTTP_SECURE_CHANNEL_ERROR), TRANSIENT },
    { RANGE(ERR_HTTP_DISCONNECTED, ERR_HTTP_PROXY_UNREACHABLE), TRANSIENT },
    { CODE(ERR_HTTP_UNABLE_TO_DOWNLOAD_SCRIPT), TRANSIENT },
    { CODE(ERR_HTTP_AUTO_PROXY_SERVICE_ERROR), TRANSIENT },
    { CODE(ERR_HTTP_AUTODETECTION_FAILED), TRANSIENT },

    /* Winsock: no network, connection and name service */
    { RANGE(ERR_WIN32(10050), ERR_WIN32(10065)), TRANSIENT },
    { CODE(ERR_WIN32(10101)), TRANSIENT },
    { RANGE(ERR_WIN32(11001), ERR_WIN32(11004)), TRANSIENT },
};

static const struct
{
    uint32_t winsock;
    HRESULT code;
} connection_errors[] = {
    { 10049, ERR_HTTP_CANNOT_CONNECT },    /* WSAEADDRNOTAVAIL */
    { 10050, ERR_HTTP_CANNOT_CONNECT },    /* WSAENETDOWN */
    { 10051, ERR_HTTP_CANNOT_CONNECT },    /* WSAENETUNREACH */
    { 10052, ERR_HTTP_CONNECTION_ERROR },  /* WSAENETRESET */
    { 10053, ERR_HTTP_CONNECTION_ERROR },  /* WSAECONNABORTED */
    { 10054, ERR_HTTP_CONNECTION_ERROR },  /* WSAECONNRESET */
    { 10057, ERR_HTTP_CONNECTION_ERROR },  /* WSAENOTCONN */
    { 10058, ERR_HTTP_CONNECTION_ERROR },  /* WSAESHUTDOWN */
    { 10060, ERR_HTTP_TIMEOUT },           /* WSAETIMEDOUT */
    { 10061, ERR_HTTP_CANNOT_CONNECT },    /* WSAECONNREFUSED */
    { 10064, ERR_HTTP_CANNOT_CONNECT },    /* WSAEHOSTDOWN */
    { 10065, ERR_HTTP_CANNOT_CONNECT },    /* WSAEHOSTUNREACH */
    { 10101, ERR_HTTP_CONNECTION_ERROR },  /* WSAEDISCON */
    { 11001, ERR_HTTP_NAME_NOT_RESOLVED }, /* WSAHOST_NOT_FOUND */
    { 11002, ERR_HTTP_NAME_NOT_RESOLVED }, /* WSATRY_AGAIN */
    { 11003, ERR_HTTP_NAME_NOT_RESOLVED }, /* WSANO_RECOVERY */
    { 11004, ERR_HTTP_NAME_NOT_RESOLVED }, /* WSANO_DATA */
};
/* clang-format on */

static unsigned int traits_of(HRESULT code)
{
    uint32_t value = (uint32_t)code;

    for (size_t i = 0; i < ARRAY_COUNT(rules); i++)
        if (value >= rules[i].first && value <= rules[i].last) return rules[i].traits;
    return FATAL;
}

HRESULT err_from_win32(uint32_t code)
{
    if (!code || code & 0x80000000u) return (HRESULT)code;
    for (size_t i = 0; i < ARRAY_COUNT(connection_errors); i++)
        if (connection_errors[i].winsock == code) return connection_errors[i].code;
    return ERR_WIN32(code & 0xffff);
}

HRESULT err_from_http_status(unsigned int status)
{
    return (HRESULT)(HTTP_ERRORS | (status & 0xffff));
}

unsigned int err_http_status(HRESULT code)
{
    uint32_t value = (uint32_t)code;

    if ((value & 0xffff0000u) != HTTP_ERRORS) return 0;
    return (value & 0xffff) <= HTTP_STATUS_MAX ? value & 0xffff : 0;
}

bool err_is_transient(HRESULT code)
{
    return traits_of(code) & TRANSIENT;
}

bool err_counts(HRESULT code)
{
    return !(traits_of(code) & UNCOUNTED);
}

bool err_waits_for_condition(HRESULT code)
{
    return traits_of(code) & WAITING;
}

#ifdef _WIN32
HRESULT err_from_last_error(void)
{
    DWORD code = GetLastError();

    return code ? err_from_win32(code) : E_FAIL;
}
#endif
