/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * include/bitsmsg.h against the published numbers: every name is there, none has another number,
 * and no name is there that is not published. The build makes bitsmsg_codes.h from the header. */
#include "harness/test.h"

#include <stdio.h>
#include <string.h>

#include "base/types.h"
#include "bitsmsg.h"

struct code
{
    const char *name;
    HRESULT value;
};

static const struct code ours[] = {
#define X(name) {#name, name},
#include "bitsmsg_codes.h"
#undef X
};

/* clang-format off */
static const struct
{
    const char *name;
    uint32_t value;
} published[] = {
    { "BG_E_NOT_FOUND", 0x80200001 },
    { "BG_E_INVALID_STATE", 0x80200002 },
    { "BG_E_EMPTY", 0x80200003 },
    { "BG_E_FILE_NOT_AVAILABLE", 0x80200004 },
    { "BG_E_PROTOCOL_NOT_AVAILABLE", 0x80200005 },
    { "BG_S_ERROR_CONTEXT_NONE", 0x00200006 },
    { "BG_E_ERROR_CONTEXT_UNKNOWN", 0x80200007 },
    { "BG_E_ERROR_CONTEXT_GENERAL_QUEUE_MANAGER", 0x80200008 },
    { "BG_E_ERROR_CONTEXT_LOCAL_FILE", 0x80200009 },
    { "BG_E_ERROR_CONTEXT_REMOTE_FILE", 0x8020000a },
    { "BG_E_ERROR_CONTEXT_GENERAL_TRANSPORT", 0x8020000b },
    { "BG_E_ERROR_CONTEXT_QUEUE_MANAGER_NOTIFICATION", 0x8020000c },
    { "BG_E_DESTINATION_LOCKED", 0x8020000d },
    { "BG_E_VOLUME_CHANGED", 0x8020000e },
    { "BG_E_ERROR_INFORMATION_UNAVAILABLE", 0x8020000f },
    { "BG_E_NETWORK_DISCONNECTED", 0x80200010 },
    { "BG_E_MISSING_FILE_SIZE", 0x80200011 },
    { "BG_E_INSUFFICIENT_HTTP_SUPPORT", 0x80200012 },
    { "BG_E_INSUFFICIENT_RANGE_SUPPORT", 0x80200013 },
    { "BG_E_REMOTE_NOT_SUPPORTED", 0x80200014 },
    { "BG_E_NEW_OWNER_DIFF_MAPPING", 0x80200015 },
    { "BG_E_NEW_OWNER_NO_FILE_ACCESS", 0x80200016 },
    { "BG_S_PARTIAL_COMPLETE", 0x00200017 },
    { "BG_E_PROXY_LIST_TOO_LARGE", 0x80200018 },
    { "BG_E_PROXY_BYPASS_LIST_TOO_LARGE", 0x80200019 },
    { "BG_S_UNABLE_TO_DELETE_FILES", 0x0020001a },
    { "BG_E_INVALID_SERVER_RESPONSE", 0x8020001b },
    { "BG_E_TOO_MANY_FILES", 0x8020001c },
    { "BG_E_LOCAL_FILE_CHANGED", 0x8020001d },
    { "BG_E_ERROR_CONTEXT_REMOTE_APPLICATION", 0x8020001e },
    { "BG_E_SESSION_NOT_FOUND", 0x8020001f },
    { "BG_E_TOO_LARGE", 0x80200020 },
    { "BG_E_STRING_TOO_LONG", 0x80200021 },
    { "BG_E_CLIENT_SERVER_PROTOCOL_MISMATCH", 0x80200022 },
    { "BG_E_SERVER_EXECUTE_ENABLE", 0x80200023 },
    { "BG_E_SERVER_EXECUTE_ENABLED", 0x80200023 },
    { "BG_E_NO_PROGRESS", 0x80200024 },
    { "BG_E_USERNAME_TOO_LARGE", 0x80200025 },
    { "BG_E_PASSWORD_TOO_LARGE", 0x80200026 },
    { "BG_E_INVALID_AUTH_TARGET", 0x80200027 },
    { "BG_E_INVALID_AUTH_SCHEME", 0x80200028 },
    { "BG_E_FILE_NOT_FOUND", 0x80200029 },
    { "BG_S_PROXY_CHANGED", 0x0020002a },
    { "BG_E_INVALID_RANGE", 0x8020002b },
    { "BG_E_OVERLAPPING_RANGES", 0x8020002c },
    { "BG_E_CONNECT_FAILURE", 0x8020002d },
    { "BG_E_CONNECTION_CLOSED", 0x8020002e },
    { "BG_E_KEEP_ALIVE_FAILURE", 0x8020002f },
    { "BG_E_MESSAGE_LENGTH_LIMIT_EXCEEDED", 0x80200030 },
    { "BG_E_NAME_RESOLUTION_FAILURE", 0x80200031 },
    { "BG_E_PENDING", 0x80200032 },
    { "BG_E_PIPELINE_FAILURE", 0x80200033 },
    { "BG_E_PROTOCOL_ERROR", 0x80200034 },
    { "BG_E_PROXY_NAME_RESOLUTION_FAILURE", 0x80200035 },
    { "BG_E_RECEIVE_FAILURE", 0x80200036 },
    { "BG_E_REQUEST_CANCELED", 0x80200037 },
    { "BG_E_SECURE_CHANNEL_FAILURE", 0x80200038 },
    { "BG_E_SEND_FAILURE", 0x80200039 },
    { "BG_E_SERVER_PROTOCOL_VIOLATION", 0x8020003a },
    { "BG_E_TIMEOUT", 0x8020003b },
    { "BG_E_TRUST_FAILURE", 0x8020003c },
    { "BG_E_UNKNOWN_ERROR", 0x8020003d },
    { "BG_E_BLOCKED_BY_POLICY", 0x8020003e },
    { "BG_E_INVALID_PROXY_INFO", 0x8020003f },
    { "BG_E_INVALID_CREDENTIALS", 0x80200040 },
    { "BG_E_INVALID_HASH_ALGORITHM", 0x80200041 },
    { "BG_E_RECORD_DELETED", 0x80200042 },
    { "BG_E_COMMIT_IN_PROGRESS", 0x80200043 },
    { "BG_E_DISCOVERY_IN_PROGRESS", 0x80200044 },
    { "BG_E_UPNP_ERROR", 0x80200045 },
    { "BG_E_TEST_OPTION_BLOCKED_DOWNLOAD", 0x80200046 },
    { "BG_E_PEERCACHING_DISABLED", 0x80200047 },
    { "BG_E_BUSYCACHERECORD", 0x80200048 },
    { "BG_E_TOO_MANY_JOBS_PER_USER", 0x80200049 },
    { "BG_E_TOO_MANY_JOBS_PER_MACHINE", 0x80200050 },
    { "BG_E_TOO_MANY_FILES_IN_JOB", 0x80200051 },
    { "BG_E_TOO_MANY_RANGES_IN_FILE", 0x80200052 },
    { "BG_E_VALIDATION_FAILED", 0x80200053 },
    { "BG_E_MAXDOWNLOAD_TIMEOUT", 0x80200054 },
    { "BG_S_OVERRIDDEN_BY_POLICY", 0x00200055 },
    { "BG_E_TOKEN_REQUIRED", 0x80200056 },
    { "BG_E_UNKNOWN_PROPERTY_ID", 0x80200057 },
    { "BG_E_READ_ONLY_PROPERTY", 0x80200058 },
    { "BG_E_BLOCKED_BY_COST_TRANSFER_POLICY", 0x80200059 },
    { "BG_E_PROPERTY_SUPPORTED_FOR_DOWNLOAD_JOBS_ONLY", 0x80200060 },
    { "BG_E_READ_ONLY_PROPERTY_AFTER_ADDFILE", 0x80200061 },
    { "BG_E_READ_ONLY_PROPERTY_AFTER_RESUME", 0x80200062 },
    { "BG_E_MAX_DOWNLOAD_SIZE_INVALID_VALUE", 0x80200063 },
    { "BG_E_MAX_DOWNLOAD_SIZE_LIMIT_REACHED", 0x80200064 },
    { "BG_E_STANDBY_MODE", 0x80200065 },
    { "BG_E_USE_STORED_CREDENTIALS_NOT_SUPPORTED", 0x80200066 },
    { "BG_E_BLOCKED_BY_BATTERY_POLICY", 0x80200067 },
    { "BG_E_BLOCKED_BY_BATTERY_SAVER", 0x80200068 },
    { "BG_E_WATCHDOG_TIMEOUT", 0x80200069 },
    { "BG_E_APP_PACKAGE_NOT_FOUND", 0x8020006a },
    { "BG_E_APP_PACKAGE_SCENARIO_NOT_SUPPORTED", 0x8020006b },
    { "BG_E_DATABASE_CORRUPT", 0x8020006c },
    { "BG_E_RANDOM_ACCESS_NOT_SUPPORTED", 0x8020006d },
    { "BG_E_BLOCKED_BY_BACKGROUND_ACCESS_POLICY", 0x8020006e },
    { "BG_E_BLOCKED_BY_GAME_MODE", 0x8020006f },
    { "BG_E_BLOCKED_BY_SYSTEM_POLICY", 0x80200070 },
    { "BG_E_NOT_SUPPORTED_WITH_CUSTOM_HTTP_METHOD", 0x80200071 },
    { "BG_E_UNSUPPORTED_JOB_CONFIGURATION", 0x80200072 },
    { "BG_E_REMOTE_FILE_CHANGED", 0x80200073 },
    { "BG_E_SERVER_CERT_VALIDATION_INTERFACE_REQUIRED", 0x80200074 },
    { "BG_E_READ_ONLY_WHEN_JOB_ACTIVE", 0x80200075 },
    { "BG_E_ERROR_CONTEXT_SERVER_CERTIFICATE_CALLBACK", 0x80200076 },
    { "BITS_MC_JOB_CANCELLED", 0x80194000 },
    { "BITS_MC_FILE_DELETION_FAILED", 0x80194001 },
    { "BITS_MC_FILE_DELETION_FAILED_MORE", 0x80194002 },
    { "BITS_MC_JOB_PROPERTY_CHANGE", 0x80194003 },
    { "BITS_MC_JOB_TAKE_OWNERSHIP", 0x80194004 },
    { "BITS_MC_JOB_SCAVENGED", 0x80194005 },
    { "BITS_MC_JOB_NOTIFICATION_FAILURE", 0x80194006 },
    { "BITS_MC_STATE_FILE_CORRUPT", 0x80194007 },
    { "BITS_MC_FAILED_TO_START", 0x80194008 },
    { "BITS_MC_FATAL_IGD_ERROR", 0x80194009 },
    { "BITS_MC_PEERCACHING_PORT", 0x8019400a },
    { "BITS_MC_WSD_PORT", 0x8019400b },
};

/* Those that are declared as BG_E_HTTP_ERROR_n. */
static const struct
{
    unsigned int first, last;
} statuses[] = {
    { 100, 101 }, { 200, 206 }, { 300, 305 }, { 307, 307 }, { 400, 417 }, { 449, 449 }, { 500, 505 },
};
/* clang-format on */

static const struct code *find(const char *name)
{
    for (unsigned int i = 0; i < ARRAY_COUNT(ours); i++)
        if (!strcmp(ours[i].name, name)) return &ours[i];
    return NULL;
}

static void check(const char *name, uint32_t value)
{
    const struct code *code = find(name);

    ok(code != NULL, "%s is not defined.\n", name);
    if (code) ok((uint32_t)code->value == value, "%s is %#lx.\n", name, (unsigned long)code->value);
}

static void test_values(void)
{
    unsigned int count = ARRAY_COUNT(published);
    char name[32];

    for (unsigned int i = 0; i < ARRAY_COUNT(published); i++)
        check(published[i].name, published[i].value);

    for (unsigned int i = 0; i < ARRAY_COUNT(statuses); i++)
        for (unsigned int status = statuses[i].first; status <= statuses[i].last; status++)
        {
            snprintf(name, sizeof(name), "BG_E_HTTP_ERROR_%u", status);
            check(name, 0x80190000u + status);
            count++;
        }

    ok(ARRAY_COUNT(ours) == count, "%u names are defined, %u are published.\n",
       (unsigned int)ARRAY_COUNT(ours), count);
}

START_TEST(bitsmsg)
{
    RUN_TEST(test_values);
}
