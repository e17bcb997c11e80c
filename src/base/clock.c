/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The clocks of the system. */
#include "base/clock.h"

#ifdef _WIN32

static tick_t system_ticks(void *ctx)
{
    (void)ctx;
    return GetTickCount64();
}

static filetime_t system_filetime(void *ctx)
{
    FILETIME now;

    (void)ctx;
    GetSystemTimeAsFileTime(&now);
    return (filetime_t)now.dwHighDateTime << 32 | now.dwLowDateTime;
}

#else

#include <time.h>

#define FILETIME_OF_1970 116444736000000000ull

static tick_t system_ticks(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (tick_t)now.tv_sec * 1000 + (tick_t)now.tv_nsec / 1000000;
}

static filetime_t system_filetime(void *ctx)
{
    struct timespec now;

    (void)ctx;
    clock_gettime(CLOCK_REALTIME, &now);
    return FILETIME_OF_1970 + (filetime_t)now.tv_sec * FILETIME_PER_SECOND +
           (filetime_t)now.tv_nsec / 100;
}

#endif

const struct clock clock_system = {system_ticks, system_filetime, NULL};

tick_t clock_ticks(const struct clock *clock)
{
    return clock->ticks(clock->ctx);
}

filetime_t clock_filetime(const struct clock *clock)
{
    return clock->filetime(clock->ctx);
}
