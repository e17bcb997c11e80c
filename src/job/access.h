/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Who may touch whose job: pure functions of facts about two users. com/caller finds the facts. */
#ifndef OPENBITS_JOB_ACCESS_H
#define OPENBITS_JOB_ACCESS_H

#include "base/types.h"

/* The longest text of a SID: an authority of 12 hexadecimal digits and 15 parts of 10 decimal ones,
 * with the terminator. */
#define ACCESS_SID_SIZE 184

/* A user at one moment; kept by value as the owner of a job. */
struct caller_facts
{
    WCHAR sid[ACCESS_SID_SIZE]; /* S-1-5-... */
    uint32_t integrity_level;   /* last part of the mandatory label, as 0x2000 */
    bool is_admin;              /* member of the administrators, not only by a denied group */
    bool is_elevated;
    bool is_remote;     /* a client on another machine; never of an owner */
    bool is_restricted; /* his token has restricting SIDs; never of an owner */
};

/* BG_E_REMOTE_NOT_SUPPORTED for a client on another machine. */
HRESULT access_check_place(const struct caller_facts *caller);

/* E_ACCESSDENIED for a caller who may neither make jobs nor change them. */
HRESULT access_check_token(const struct caller_facts *caller);

/* E_ACCESSDENIED unless the caller may see and change the owner's job. */
HRESULT access_check(const struct caller_facts *caller, const struct caller_facts *owner);

/* E_ACCESSDENIED unless files may be touched for the caller with the rights of this account. */
HRESULT access_check_account(const struct caller_facts *caller, const struct caller_facts *account);

/* E_ACCESSDENIED unless the caller may make the owner's job his own. */
HRESULT access_check_taking(const struct caller_facts *caller, const struct caller_facts *owner);

/* Is the owner's job in the list that the caller gets: of his own jobs, or of everybody's? */
bool access_may_list(const struct caller_facts *caller, const struct caller_facts *owner,
                     bool all_users);

bool access_is_same_user(const struct caller_facts *a, const struct caller_facts *b);

/* May a program that runs as self act in the owner's name? Only with no more rights than he has. */
bool access_may_act_for(const struct caller_facts *self, const struct caller_facts *owner);

/* LocalSystem, LocalService or NetworkService? */
bool access_is_service_account(const struct caller_facts *user);

/* Do the limits on jobs, files and ranges not count for this user? */
bool access_is_exempt_from_limits(const struct caller_facts *user);

#endif
