/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What the policy says, in the core's words. */
#ifndef OPENBITS_SERVICE_SETTINGS_H
#define OPENBITS_SERVICE_SETTINGS_H

#include "job/job_types.h"

struct policy;

struct machine_settings settings_from_policy(const struct policy *policy, uint32_t time_slice);

#endif
