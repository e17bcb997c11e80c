/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dates of HTTP, as seconds since 1970. Pure. */
#include "harness/origin_private.h"

#include <stdio.h>
#include <string.h>

static const char day_names[7][4] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
static const char month_names[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

static bool is_leap(unsigned int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned int month_days(unsigned int month, unsigned int year)
{
    static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month] + (month == 1 && is_leap(year));
}

void origin_format_date(uint64_t seconds, char text[DATE_SIZE])
{
    unsigned int days = (unsigned int)(seconds / 86400), rest = (unsigned int)(seconds % 86400);
    unsigned int year = 1970, month = 0, weekday = days % 7;

    for (; days >= 365u + is_leap(year); year++)
        days -= 365u + is_leap(year);
    for (; days >= month_days(month, year); month++)
        days -= month_days(month, year);
    snprintf(text, DATE_SIZE, "%s, %02u %s %04u %02u:%02u:%02u GMT", day_names[weekday],
             (days + 1) % 100, month_names[month], year % 10000, rest / 3600 % 24, rest / 60 % 60,
             rest % 60);
}

bool origin_parse_date(const char *text, uint64_t *seconds)
{
    unsigned int day, year, hour, minute, second, month = 0;
    char name[4], zone[4];
    uint64_t days = 0;

    *seconds = 0;
    if (sscanf(text, "%*3[A-Za-z], %2u %3[A-Za-z] %4u %2u:%2u:%2u %3[A-Z]", &day, name, &year,
               &hour, &minute, &second, zone) != 7 ||
        strcmp(zone, "GMT") != 0)
        return false;
    while (month < 12 && strcmp(name, month_names[month]) != 0)
        month++;
    if (month == 12 || year < 1970 || !day || day > month_days(month, year) || hour > 23 ||
        minute > 59 || second > 60)
        return false;
    for (unsigned int y = 1970; y < year; y++)
        days += 365u + is_leap(y);
    for (unsigned int m = 0; m < month; m++)
        days += month_days(m, year);
    *seconds = ((days + day - 1) * 24 + hour) * 3600 + minute * 60 + second;
    return true;
}
