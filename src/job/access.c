/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may touch whose job. */
#include "job/access.h"

#include "base/str.h"
#include "bitsmsg.h"

bool access_is_same_user(const struct caller_facts *a, const struct caller_facts *b)
{
    return str_is_equal(a->sid, b->sid);
}

/* "User Account Control and BITS": neither a caller that is not elevated nor one of lower integrity
 * reaches a job that was made with more. */
HRESULT access_check(const struct caller_facts *caller, const struct caller_facts *owner)
{
    if (FAILED(access_check_token(caller))) return E_ACCESSDENIED;
    if (!caller->is_admin && !access_is_same_user(caller, owner)) return E_ACCESSDENIED;
    if (owner->is_elevated && !caller->is_elevated) return E_ACCESSDENIED;
    if (caller->integrity_level < owner->integrity_level) return E_ACCESSDENIED;
    return S_OK;
}

HRESULT access_check_place(const struct caller_facts *caller)
{
    return caller->is_remote ? BG_E_REMOTE_NOT_SUPPORTED : S_OK;
}

/* What it may not write itself would be written for it. Whoever sees a job could change it. */
HRESULT access_check_token(const struct caller_facts *caller)
{
    return caller->is_restricted ? E_ACCESSDENIED : S_OK;
}

/* An account with more rights would write for him where he may not. */
HRESULT access_check_account(const struct caller_facts *caller, const struct caller_facts *account)
{
    bool has_all_rights = caller->is_admin && caller->is_elevated;

    return has_all_rights || access_is_same_user(caller, account) ? S_OK : E_ACCESSDENIED;
}

HRESULT access_check_taking(const struct caller_facts *caller, const struct caller_facts *owner)
{
    if (!caller->is_admin || !caller->is_elevated) return E_ACCESSDENIED;
    return access_check(caller, owner);
}

bool access_may_list(const struct caller_facts *caller, const struct caller_facts *owner,
                     bool all_users)
{
    if (!all_users && !access_is_same_user(caller, owner)) return false;
    return SUCCEEDED(access_check(caller, owner));
}

bool access_is_service_account(const struct caller_facts *user)
{
    static const WCHAR *const accounts[] = {u"S-1-5-18", u"S-1-5-19", u"S-1-5-20"};

    for (unsigned int i = 0; i < ARRAY_COUNT(accounts); i++)
        if (str_is_equal(user->sid, accounts[i])) return true;
    return false;
}

bool access_is_exempt_from_limits(const struct caller_facts *user)
{
    return user->is_admin || access_is_service_account(user);
}

bool access_may_act_for(const struct caller_facts *self, const struct caller_facts *owner)
{
    return access_is_same_user(self, owner) && self->integrity_level <= owner->integrity_level &&
           (owner->is_elevated || !self->is_elevated);
}
