/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The settings of the machine and the rule that each comes from: a group policy, a preference that
 * holds where no policy is configured, or the default. */
#ifndef OPENBITS_TOOLS_POLICY_H
#define OPENBITS_TOOLS_POLICY_H

#include "bitsadmin.h"

enum policy_setting
{
    SETTING_PEER_CLIENT,
    SETTING_PEER_SERVER,
    SETTING_CACHE_SIZE,
    SETTING_CACHE_AGE,
    SETTING_BANDWIDTH,
    SETTING_BRANCHCACHE,
    SETTING_INACTIVITY,
    SETTING_MAX_DOWNLOAD,
    SETTING_NO_PROGRESS,
    SETTING_RETRY_DELAY,
    SETTING_JOBS_PER_USER,
    SETTING_JOBS_PER_MACHINE,
    SETTING_FILES_PER_JOB,
    SETTING_RANGES_PER_FILE,
    SETTING_COUNT
};

enum policy_rule
{
    RULE_DEFAULT,
    RULE_PREFERENCE,
    RULE_POLICY
};

/* A value of the registry. */
enum raw_kind
{
    RAW_ABSENT,
    RAW_NUMBER,
    RAW_OTHER /* there, but no number */
};

struct raw_value
{
    enum raw_kind kind;
    DWORD number;
};

typedef struct raw_value (*policy_read_fn)(void *ctx, BOOL is_policy, const WCHAR *name);

struct policy_answer
{
    DWORD value;
    enum policy_rule rule;
    const WCHAR *name;  /* of the value that decides; NULL for a default */
    const WCHAR *wrong; /* of one that is there but cannot be understood, or NULL */
};

extern const WCHAR *const policy_setting_names[SETTING_COUNT];

/* policy_rules.c */
void policy_decide(enum policy_setting setting, policy_read_fn read, void *ctx,
                   struct policy_answer *answer);
/* The value as people say it: "on", "90 days", "1 percent". */
void policy_format(enum policy_setting setting, DWORD value, WCHAR text[40]);

/* cmd_policy.c */
HRESULT print_policy(struct session *session, const struct arguments *args);
struct raw_value policy_read_registry(void *ctx, BOOL is_policy, const WCHAR *name);
DWORD policy_inactivity_seconds(void);

#endif
