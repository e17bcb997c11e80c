/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * policy: the settings of the machine and where each comes from. What BITS itself says of a setting
 * counts more than what follows from the registry. */
#include "policy.h"

#include <wchar.h>

#include "json.h"
#include "peers.h"

#define POLICY_KEY L"Software\\Policies\\Microsoft\\Windows\\BITS"

struct raw_value policy_read_registry(void *ctx, BOOL is_policy, const WCHAR *name)
{
    struct raw_value raw = {RAW_ABSENT, 0};
    DWORD type, size = sizeof(raw.number);
    LSTATUS status;
    HKEY key;

    (void)ctx;
    if (RegOpenKeyExW(HKEY_LOCAL_MACHINE, is_policy ? POLICY_KEY : BITS_KEY, 0,
                      KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key))
        return raw;
    status = RegQueryValueExW(key, name, NULL, &type, (BYTE *)&raw.number, &size);
    RegCloseKey(key);
    if (!status && type == REG_DWORD && size == sizeof(raw.number))
        raw.kind = RAW_NUMBER;
    else if (status != ERROR_FILE_NOT_FOUND)
        raw = (struct raw_value){RAW_OTHER, 0};
    return raw;
}

DWORD policy_inactivity_seconds(void)
{
    struct policy_answer answer;

    policy_decide(SETTING_INACTIVITY, policy_read_registry, NULL, &answer);
    return answer.value;
}

/* FALSE where no interface tells it. */
static BOOL ask_bits(IBitsPeerCacheAdministration *admin, enum policy_setting setting, DWORD *value)
{
    DWORD flags;

    if (!admin) return FALSE;
    switch (setting)
    {
    case SETTING_PEER_CLIENT:
    case SETTING_PEER_SERVER:
        if (FAILED(IBitsPeerCacheAdministration_GetConfigurationFlags(admin, &flags))) return FALSE;
        *value = (flags & (setting == SETTING_PEER_CLIENT ? BG_ENABLE_PEERCACHING_CLIENT
                                                          : BG_ENABLE_PEERCACHING_SERVER)) != 0;
        return TRUE;
    case SETTING_CACHE_SIZE:
        return SUCCEEDED(IBitsPeerCacheAdministration_GetMaximumCacheSize(admin, value));
    case SETTING_CACHE_AGE:
        return SUCCEEDED(IBitsPeerCacheAdministration_GetMaximumContentAge(admin, value));
    default:
        return FALSE;
    }
}

static const WCHAR *name_of_rule(enum policy_rule rule)
{
    static const WCHAR *const names[] = {L"default", L"preference", L"policy"};

    return names[rule];
}

static void print_setting(enum policy_setting setting, const struct policy_answer *answer,
                          BOOL is_asked, DWORD value)
{
    WCHAR text[40];

    policy_format(setting, is_asked ? value : answer->value, text);
    out_print(L"%-24ls %-16ls %ls%ls%ls\n", policy_setting_names[setting], text,
              name_of_rule(answer->rule), answer->name ? L" " : L"",
              answer->name ? answer->name : L"");
    if (answer->wrong)
        out_print(L"%26ls%ls has a value that cannot be understood\n", L"", answer->wrong);
    if (is_asked && value != answer->value)
    {
        policy_format(setting, answer->value, text);
        out_print(L"%26lsthe registry says %ls: BITS has not seen that yet\n", L"", text);
    }
}

static void setting_to_json(enum policy_setting setting, const struct policy_answer *answer,
                            BOOL is_asked, DWORD value, struct json *json)
{
    WCHAR text[40];

    policy_format(setting, is_asked ? value : answer->value, text);
    json_begin_object(json, NULL);
    json_text(json, L"setting", policy_setting_names[setting]);
    json_number(json, L"value", is_asked ? value : answer->value);
    json_text(json, L"text", text);
    json_text(json, L"rule", name_of_rule(answer->rule));
    json_text(json, L"name", answer->name);
    json_text(json, L"misunderstood", answer->wrong);
    json_bool(json, L"isConfirmed", is_asked);
    json_end_object(json);
}

HRESULT print_policy(struct session *session, const struct arguments *args)
{
    IBitsPeerCacheAdministration *admin = NULL;
    struct policy_answer answer;
    struct json json = {0};
    DWORD value = 0;
    BOOL is_asked;

    (void)args;
    /* Without BITS there is still the registry. */
    if (FAILED(IBackgroundCopyManager_QueryInterface(
            session->manager, &IID_IBitsPeerCacheAdministration, (void **)&admin)))
        admin = NULL;
    if (session->is_json)
    {
        json_begin(&json, L"openbits.policy/1");
        json_begin_array(&json, L"settings");
    }
    else
        out_print(L"%-24ls %-16ls %ls\n", L"SETTING", L"VALUE", L"RULE");
    for (enum policy_setting i = 0; i < SETTING_COUNT; i++)
    {
        policy_decide(i, policy_read_registry, NULL, &answer);
        is_asked = ask_bits(admin, i, &value);
        if (session->is_json)
            setting_to_json(i, &answer, is_asked, value, &json);
        else
            print_setting(i, &answer, is_asked, value);
    }
    if (admin) IBitsPeerCacheAdministration_Release(admin);
    if (!session->is_json) return S_OK;
    json_end_array(&json);
    return json_finish(&json);
}
