/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast background jobs may be, by the clock of the machine. Pure: the time comes in. */
#ifndef OPENBITS_POLICY_BANDWIDTH_H
#define OPENBITS_POLICY_BANDWIDTH_H

#include "base/types.h"

#define BANDWIDTH_UNLIMITED UINT64_MAX

#define MINUTES_PER_HOUR 60u
#define MINUTES_PER_DAY  (24u * MINUTES_PER_HOUR)
#define MINUTES_PER_WEEK (7u * MINUTES_PER_DAY)

enum bandwidth_level
{
    BANDWIDTH_HIGH,
    BANDWIDTH_NORMAL,
    BANDWIDTH_LOW,
    BANDWIDTH_LEVEL_COUNT
};

/* Days and hours of every week. Both may go over the end: Friday to Monday, 22 to 6. An hour that
 * ends where it begins is a whole day. */
struct bandwidth_window
{
    bool is_set;
    uint8_t first_day, last_day; /* 0: Sunday; the last one counts */
    uint8_t start_hour, end_hour;
};

/* Bytes per second by level; 0: background jobs wait. */
struct bandwidth_policy
{
    bool ignores_lan; /* servers of the same network may be read as fast as they are */
    struct bandwidth_window work;
    struct bandwidth_window maintenance; /* beats the others */
    uint64_t work_rates[BANDWIDTH_LEVEL_COUNT];
    uint64_t rest_rates[BANDWIDTH_LEVEL_COUNT]; /* outside of work */
    uint64_t maintenance_rates[BANDWIDTH_LEVEL_COUNT];
};

/* No limits. */
void bandwidth_policy_init(struct bandwidth_policy *policy);

/* minute: of the week, local time, from Sunday 0:00 on. */
bool bandwidth_is_inside(const struct bandwidth_window *window, uint32_t minute);
uint64_t bandwidth_rate(const struct bandwidth_policy *policy, enum bandwidth_level level,
                        uint32_t minute);

/* Does the answer depend on the time? */
bool bandwidth_has_schedule(const struct bandwidth_policy *policy);

enum bandwidth_unit
{
    BANDWIDTH_KBPS = 1,
    BANDWIDTH_MBPS = 2,
    BANDWIDTH_NO_LIMIT = 3
};

/* Bytes per second. What is below 2 kbit/s, and not 0, is 2 kbit/s. */
uint64_t bandwidth_bytes(uint32_t number, enum bandwidth_unit unit);

#endif
