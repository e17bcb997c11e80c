/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Lines of JSON, put together on the caller's stack. */
#define __USE_MINGW_ANSI_STDIO 1
#include "base/event.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define DETAIL_MAX 512

/* Seconds from 1601 to 1970, and in a day. */
#define EPOCH 11644473600ull
#define DAY   86400ull

static _Atomic(event_sink_fn) current_sink;
static atomic_uint lost;

static const char *name_of(enum event_id id)
{
    switch (id)
    {
    case EVENT_SERVER_LISTENS:
        return "peer server listening";
    case EVENT_SERVER_FAILED:
        return "peer server could not listen";
    case EVENT_SERVER_STOPPED:
        return "peer server stopped";
    case EVENT_CLIENT_LISTENS:
        return "peer client listening for announcements";
    case EVENT_CLIENT_STOPPED:
        return "peer client stopped";
    case EVENT_SEARCH_BEGAN:
        return "search for a URL began";
    case EVENT_SEARCH_ENDED:
        return "search for a URL ended";
    case EVENT_RECORD_FOUND:
        return "a peer has the URL";
    case EVENT_CACHE_CORRUPT:
        return "cache index corrupt";
    case EVENT_ANSWER_INVALID:
        return "a peer is taken off the list";
    }
    return "unknown";
}

/* Days since 1970 as a date of the Gregorian calendar. */
static void split_date(uint64_t days, unsigned int *year, unsigned int *month, unsigned int *day)
{
    uint64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted % 146097;
    uint64_t of_century =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365; /* year of the era */
    uint64_t of_year = of_era - (365 * of_century + of_century / 4 - of_century / 100);
    uint64_t from_march = (5 * of_year + 2) / 153;

    *day = (unsigned int)(of_year - (153 * from_march + 2) / 5 + 1);
    *month = (unsigned int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (unsigned int)(of_century + era * 400 + (*month <= 2));
}

static int put_time(char *out, size_t size)
{
    uint64_t seconds = clock_filetime(&clock_system) / FILETIME_PER_SECOND;
    unsigned int year, month, day;

    seconds = seconds > EPOCH ? seconds - EPOCH : 0;
    split_date(seconds / DAY, &year, &month, &day);
    seconds %= DAY;
    return snprintf(out, size, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
                    (unsigned int)(seconds / 3600), (unsigned int)(seconds / 60 % 60),
                    (unsigned int)(seconds % 60));
}

/* What JSON does not take as it is. */
static void put_escaped(char *out, size_t size, const char *text)
{
    size_t at = 0;

    for (; *text && at + 3 < size; text++)
    {
        if (*text == '"' || *text == '\\') out[at++] = '\\';
        out[at++] = (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text;
    }
    out[at] = 0;
}

void event_write(enum event_id id, const char *detail, ...)
{
    event_sink_fn sink = atomic_load(&current_sink);
    char text[DETAIL_MAX], escaped[DETAIL_MAX], time[96], line[EVENT_LINE_MAX];
    va_list args;

    if (!sink) return;
    va_start(args, detail);
    vsnprintf(text, sizeof(text), detail, args);
    va_end(args);
    put_escaped(escaped, sizeof(escaped), text);
    put_time(time, sizeof(time));
    snprintf(line, sizeof(line), "{\"time\":\"%s\",\"id\":%d,\"event\":\"%s\",\"detail\":\"%s\"}\n",
             time, id, name_of(id), escaped);
    if (!sink(line)) atomic_fetch_add(&lost, 1);
}

void event_set_sink(event_sink_fn sink)
{
    atomic_store(&current_sink, sink);
}

uint32_t event_lost(void)
{
    return atomic_load(&lost);
}
