/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The single values of a snapshot, for the files of this folder. */
#ifndef OPENBITS_POLICY_POLICY_PRIVATE_H
#define OPENBITS_POLICY_POLICY_PRIVATE_H

#include "policy/policy.h"

/* Configured, and understood or a switch? */
bool policy_is_set(const struct policy *policy, enum policy_value value);
/* What holds, configured or not. */
uint32_t policy_number(const struct policy *policy, enum policy_value value);

#endif
