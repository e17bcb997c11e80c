/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * How fast a transfer is, and numbers of it as texts for people. Knows neither clock nor job. */
#include "transfer.h"

#include <stdio.h>

#define SAMPLE_MS 200

void rate_add(struct rate *rate, ULONGLONG now, UINT64 bytes)
{
    unsigned int last = (rate->first + rate->count - 1) % RATE_SAMPLES;

    /* A file that has changed is started over. */
    if (rate->count && bytes < rate->samples[last].bytes) rate->count = 0;
    if (rate->count > 1 &&
        now - rate->samples[(last + RATE_SAMPLES - 1) % RATE_SAMPLES].time < SAMPLE_MS)
        rate->count--;
    if (rate->count == RATE_SAMPLES)
    {
        rate->first = (rate->first + 1) % RATE_SAMPLES;
        rate->count--;
    }
    last = (rate->first + rate->count++) % RATE_SAMPLES;
    rate->samples[last].time = now;
    rate->samples[last].bytes = bytes;
}

UINT64 bytes_per_second(UINT64 bytes, ULONGLONG ms)
{
    return ms ? (UINT64)((double)bytes * 1000 / (double)ms) : 0;
}

UINT64 rate_get(const struct rate *rate)
{
    unsigned int last = (rate->first + rate->count - 1) % RATE_SAMPLES;

    if (rate->count < 2) return 0;
    return bytes_per_second(rate->samples[last].bytes - rate->samples[rate->first].bytes,
                            rate->samples[last].time - rate->samples[rate->first].time);
}

void format_bytes(UINT64 bytes, WCHAR text[NUMBER_CHARS])
{
    static const WCHAR *const units[] = {L"KiB", L"MiB", L"GiB", L"TiB", L"PiB", L"EiB"};
    unsigned int unit = 0;
    UINT64 tenths;

    if (bytes < 1024)
    {
        _snwprintf(text, NUMBER_CHARS, L"%llu B", bytes);
        return;
    }
    for (; bytes >= 1024 * 1024; bytes /= 1024)
        unit++;
    tenths = bytes * 10 / 1024;
    _snwprintf(text, NUMBER_CHARS, L"%llu.%llu %ls", tenths / 10, tenths % 10, units[unit]);
}

void format_seconds(UINT64 seconds, WCHAR text[NUMBER_CHARS])
{
    _snwprintf(text, NUMBER_CHARS, L"%llu:%02llu:%02llu", seconds / 3600, seconds / 60 % 60,
               seconds % 60);
}
