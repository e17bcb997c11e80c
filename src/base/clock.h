/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Time, behind an interface, so that tests let 90 days pass in milliseconds. */
#ifndef OPENBITS_BASE_CLOCK_H
#define OPENBITS_BASE_CLOCK_H

#include "base/types.h"

/* Both functions may be called on any thread, with locks held. */
struct clock
{
    tick_t (*ticks)(void *ctx);
    filetime_t (*filetime)(void *ctx);
    void *ctx;
};

/* The system's: its ticks go on while the machine sleeps. */
extern const struct clock clock_system;

/* Milliseconds that never go back, from a start of no meaning. */
tick_t clock_ticks(const struct clock *clock);

/* The date, which a user can change at any time. */
filetime_t clock_filetime(const struct clock *clock);

#endif
