/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dates as certificates have them. */
#include "peer/certificate_time.h"

#include <stdio.h>

#define DAYS_OF_400_YEARS 146097u
#define SECONDS_OF_DAY    86400u
#define YEAR_MIN          1601
#define YEAR_MAX          9999

static bool is_leap(int year)
{
    return (!(year % 4) && year % 100) || !(year % 400);
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1601-01-01 to the first day of that year. */
static uint32_t days_before_year(int year)
{
    uint32_t years = (uint32_t)(year - YEAR_MIN);

    return years * 365 + years / 4 - years / 100 + years / 400;
}

filetime_t certificate_time_of(int year, int month, int day, int hour, int minute, int second)
{
    uint64_t days, seconds;

    if (year < YEAR_MIN || year > YEAR_MAX || month < 1 || month > 12) return 0;
    if (day < 1 || day > days_of_month(year, month)) return 0;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return 0;

    days = days_before_year(year) + (uint32_t)day - 1;
    for (int i = 1; i < month; i++)
        days += (uint32_t)days_of_month(year, i);
    seconds = days * SECONDS_OF_DAY + (uint32_t)(hour * 3600 + minute * 60 + second);
    return seconds * FILETIME_PER_SECOND;
}

bool certificate_time_format(filetime_t time, char text[CERTIFICATE_TIME_SIZE])
{
    uint64_t seconds = time / FILETIME_PER_SECOND;
    uint64_t days = seconds / SECONDS_OF_DAY;
    uint32_t rest = (uint32_t)(seconds % SECONDS_OF_DAY), day;
    int year, month = 1;

    text[0] = 0;
    if (days >= days_before_year(YEAR_MAX + 1)) return false;

    /* At most one year too late. */
    year = YEAR_MIN + (int)(days * 400 / DAYS_OF_400_YEARS);
    if (days_before_year(year) > days) year--;
    if (year < YEAR_MAX && days_before_year(year + 1) <= days) year++;

    day = (uint32_t)days - days_before_year(year);
    while (day >= (uint32_t)days_of_month(year, month))
        day -= (uint32_t)days_of_month(year, month++);
    snprintf(text, CERTIFICATE_TIME_SIZE, "%04u%02u%02u%02u%02u%02u", (unsigned int)year % 10000,
             (unsigned int)month % 100, (unsigned int)(day + 1) % 100, rest / 3600 % 100,
             rest / 60 % 60, rest % 60);
    return true;
}
