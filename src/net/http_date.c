/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Dates as HTTP writes them, without the C library's: that knows locales and time zones. */
#include "net/http_date.h"

#include <string.h>

#define SECONDS_PER_DAY 86400
#define DAYS_OF_1601    584388 /* from 0001-01-01 to 1601-01-01 */
#define TIME_OF_10000   2650467744000000000ull

static const char day_names[7][10] = {
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
};

static const char month_names[12][4] = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
};

struct calendar
{
    unsigned int year, month, day; /* month from 0, day from 1 */
    unsigned int hour, minute, second;
};

/* What is left of the text. Every take_...() leaves it alone when it answers false. */
struct reader
{
    const char *at;
    const char *end;
};

static bool take_part(struct reader *in, const char *text, size_t len)
{
    if ((size_t)(in->end - in->at) < len || memcmp(in->at, text, len)) return false;
    in->at += len;
    return true;
}

static bool take_text(struct reader *in, const char *text)
{
    return take_part(in, text, strlen(text));
}

/* Exactly so many digits. */
static bool take_number(struct reader *in, unsigned int digits, unsigned int *value)
{
    if ((size_t)(in->end - in->at) < digits) return false;
    *value = 0;
    for (unsigned int i = 0; i < digits; i++)
    {
        if (in->at[i] < '0' || in->at[i] > '9') return false;
        *value = *value * 10 + (unsigned int)(in->at[i] - '0');
    }
    in->at += digits;
    return true;
}

/* The whole name, or its first three letters. */
static bool take_day_name(struct reader *in, bool is_long)
{
    for (unsigned int i = 0; i < 7; i++)
        if (take_part(in, day_names[i], is_long ? strlen(day_names[i]) : 3)) return true;
    return false;
}

static bool take_month(struct reader *in, unsigned int *month)
{
    for (*month = 0; *month < 12; ++*month)
        if (take_text(in, month_names[*month])) return true;
    return false;
}

static bool take_time(struct reader *in, struct calendar *date)
{
    return take_number(in, 2, &date->hour) && take_text(in, ":") &&
           take_number(in, 2, &date->minute) && take_text(in, ":") &&
           take_number(in, 2, &date->second);
}

/* Sun, 06 Nov 1994 08:49:37 GMT */
static bool take_fixdate(struct reader in, struct calendar *date)
{
    return take_day_name(&in, false) && take_text(&in, ", ") && take_number(&in, 2, &date->day) &&
           take_text(&in, " ") && take_month(&in, &date->month) && take_text(&in, " ") &&
           take_number(&in, 4, &date->year) && take_text(&in, " ") && take_time(&in, date) &&
           take_text(&in, " GMT") && in.at == in.end;
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool take_rfc850_date(struct reader in, struct calendar *date)
{
    if (!take_day_name(&in, true) || !take_text(&in, ", ") || !take_number(&in, 2, &date->day) ||
        !take_text(&in, "-") || !take_month(&in, &date->month) || !take_text(&in, "-") ||
        !take_number(&in, 2, &date->year) || !take_text(&in, " ") || !take_time(&in, date) ||
        !take_text(&in, " GMT") || in.at != in.end)
        return false;

    /* The form died in the last century; a fixed split keeps this function pure. */
    date->year += date->year < 70 ? 2000 : 1900;
    return true;
}

/* Sun Nov  6 08:49:37 1994 */
static bool take_asctime_date(struct reader in, struct calendar *date)
{
    if (!take_day_name(&in, false) || !take_text(&in, " ") || !take_month(&in, &date->month) ||
        !take_text(&in, " "))
        return false;
    if (!take_number(&in, 2, &date->day) &&
        (!take_text(&in, " ") || !take_number(&in, 1, &date->day)))
        return false;
    return take_text(&in, " ") && take_time(&in, date) && take_text(&in, " ") &&
           take_number(&in, 4, &date->year) && in.at == in.end;
}

static bool is_leap_year(unsigned int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned int days_of_month(unsigned int year, unsigned int month)
{
    static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month] + (month == 1 && is_leap_year(year));
}

/* Days from 1601-01-01 to the first of January. */
static unsigned int days_before_year(unsigned int year)
{
    unsigned int past = year - 1;

    return past * 365 + past / 4 - past / 100 + past / 400 - DAYS_OF_1601;
}

static bool to_filetime(const struct calendar *date, filetime_t *time)
{
    uint64_t days, seconds;

    if (date->year < 1601 || date->day < 1) return false;
    if (date->day > days_of_month(date->year, date->month)) return false;
    /* A leap second may be written; it becomes the first second of the next minute. */
    if (date->hour > 23 || date->minute > 59 || date->second > 60) return false;

    days = days_before_year(date->year) + date->day - 1;
    for (unsigned int month = 0; month < date->month; month++)
        days += days_of_month(date->year, month);
    seconds = days * SECONDS_PER_DAY + date->hour * 3600 + date->minute * 60 + date->second;
    *time = seconds * FILETIME_PER_SECOND;
    return *time != 0;
}

bool http_parse_date(const char *text, size_t len, filetime_t *time)
{
    struct reader in = {text, text + len};
    struct calendar date;

    *time = 0;
    if (!take_fixdate(in, &date) && !take_rfc850_date(in, &date) && !take_asctime_date(in, &date))
        return false;
    return to_filetime(&date, time);
}

/* Writes so many digits and a separator. */
static char *put_number(char *out, unsigned int value, unsigned int digits, char separator)
{
    for (unsigned int i = digits; i > 0; i--, value /= 10)
        out[i - 1] = (char)('0' + value % 10);
    out[digits] = separator;
    return out + digits + 1;
}

bool http_format_date(filetime_t time, char text[HTTP_DATE_SIZE])
{
    unsigned int days, seconds, year, month = 0;
    char *out = text + 5;

    text[0] = 0;
    if (time >= TIME_OF_10000) return false;
    days = (unsigned int)(time / FILETIME_PER_SECOND / SECONDS_PER_DAY);
    seconds = (unsigned int)(time / FILETIME_PER_SECOND % SECONDS_PER_DAY);

    /* 1601-01-01 was a Monday. */
    memcpy(text, day_names[days % 7], 3);
    memcpy(text + 3, ", ", 2);
    year = 1601 + days / 366; /* too early by at most a few years */
    while (days_before_year(year + 1) <= days)
        year++;
    days -= days_before_year(year);
    while (days >= days_of_month(year, month))
        days -= days_of_month(year, month++);

    out = put_number(out, days + 1, 2, ' ');
    memcpy(out, month_names[month], 3);
    out[3] = ' ';
    out = put_number(out + 4, year, 4, ' ');
    out = put_number(out, seconds / 3600, 2, ':');
    out = put_number(out, seconds / 60 % 60, 2, ':');
    out = put_number(out, seconds % 60, 2, ' ');
    memcpy(out, "GMT", 4);
    return true;
}
