/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Windows of the week and what they allow. */
#include "policy/bandwidth.h"

#define BITS_MIN 2000u /* per second */

void bandwidth_policy_init(struct bandwidth_policy *policy)
{
    *policy = (struct bandwidth_policy){0};
    for (unsigned int i = 0; i < BANDWIDTH_LEVEL_COUNT; i++)
        policy->work_rates[i] = policy->rest_rates[i] = policy->maintenance_rates[i] =
            BANDWIDTH_UNLIMITED;
}

static bool is_day_inside(const struct bandwidth_window *window, uint32_t day)
{
    if (window->first_day <= window->last_day)
        return day >= window->first_day && day <= window->last_day;
    return day >= window->first_day || day <= window->last_day;
}

/* The hours after midnight belong to the day on which the window began. */
bool bandwidth_is_inside(const struct bandwidth_window *window, uint32_t minute)
{
    uint32_t day = minute / MINUTES_PER_DAY % 7;
    uint32_t hour = minute / MINUTES_PER_HOUR % 24;

    if (!window->is_set) return false;
    if (window->start_hour == window->end_hour) return is_day_inside(window, day);
    if (window->start_hour < window->end_hour)
        return hour >= window->start_hour && hour < window->end_hour && is_day_inside(window, day);
    if (hour >= window->start_hour) return is_day_inside(window, day);
    return hour < window->end_hour && is_day_inside(window, (day + 6) % 7);
}

uint64_t bandwidth_rate(const struct bandwidth_policy *policy, enum bandwidth_level level,
                        uint32_t minute)
{
    if (bandwidth_is_inside(&policy->maintenance, minute)) return policy->maintenance_rates[level];
    if (bandwidth_is_inside(&policy->work, minute)) return policy->work_rates[level];
    return policy->rest_rates[level];
}

bool bandwidth_has_schedule(const struct bandwidth_policy *policy)
{
    return policy->work.is_set || policy->maintenance.is_set;
}

uint64_t bandwidth_bytes(uint32_t number, enum bandwidth_unit unit)
{
    uint64_t bits = (uint64_t)number * (unit == BANDWIDTH_MBPS ? 1000000 : 1000);

    if (unit == BANDWIDTH_NO_LIMIT) return BANDWIDTH_UNLIMITED;
    if (bits && bits < BITS_MIN) bits = BITS_MIN;
    return bits / 8;
}
