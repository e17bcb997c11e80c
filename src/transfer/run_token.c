/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Impersonation. */
#include "transfer/run_token.h"

#include <windows.h>

#include "base/log.h"

bool token_enter(const struct job_token *token, bool is_used)
{
    if (!token || !is_used) return false;
    if (SetThreadToken(NULL, token->handle)) return true;
    LOG_WARN(LOG_JOB, "a helper token cannot be used: error %lu", GetLastError());
    return false;
}

void token_leave(void)
{
    if (!SetThreadToken(NULL, NULL))
        LOG_ERR(LOG_JOB, "a helper token cannot be let go of: error %lu", GetLastError());
}
