/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A clock that stands still until a test moves it. */
#ifndef OPENBITS_TESTS_FAKE_CLOCK_H
#define OPENBITS_TESTS_FAKE_CLOCK_H

#include "base/clock.h"

/* Some day in 2024. */
#define NOW (133537620300000000ull)

static tick_t ticks;
static filetime_t date = NOW;

static inline tick_t fake_ticks(void *ctx)
{
    (void)ctx;
    return ticks;
}

static inline filetime_t fake_date(void *ctx)
{
    (void)ctx;
    return date;
}

static const struct clock fake_clock = {fake_ticks, fake_date, NULL};

#endif
