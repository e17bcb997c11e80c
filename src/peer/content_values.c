/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Values as the messages of content retrieval write them. */
#include "peer/content_values.h"

#include <stdio.h>
#include <string.h>

#define FILETIME_PER_MS 10000u
#define MS_PER_DAY      86400000ll
#define DAYS_MAX        3067671 /* 1601-01-01 to 10000-01-01 */

void content_format_guid(const GUID *guid, char text[CONTENT_GUID_SIZE])
{
    const uint8_t *tail = guid->Data4;

    snprintf(text, CONTENT_GUID_SIZE, "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
             (unsigned long)guid->Data1, guid->Data2, guid->Data3, tail[0], tail[1], tail[2],
             tail[3], tail[4], tail[5], tail[6], tail[7]);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool content_parse_guid(const char *text, size_t len, GUID *guid)
{
    uint8_t bytes[16];
    size_t count = 0;

    memset(guid, 0, sizeof(*guid));
    if (len == 38 && text[0] == '{' && text[37] == '}')
    {
        text++;
        len -= 2;
    }
    if (len != 36) return false;
    for (size_t i = 0; i < len;)
    {
        int high, low;

        if (i == 8 || i == 13 || i == 18 || i == 23)
        {
            if (text[i++] != '-') return false;
            continue;
        }
        high = hex_digit(text[i]);
        low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return false;
        bytes[count++] = (uint8_t)(high << 4 | low);
        i += 2;
    }
    guid->Data1 =
        (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    guid->Data2 = (uint16_t)(bytes[4] << 8 | bytes[5]);
    guid->Data3 = (uint16_t)(bytes[6] << 8 | bytes[7]);
    memcpy(guid->Data4, bytes + 8, 8);
    return true;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days of the years 1601 to year - 1. */
static int64_t days_before_year(int year)
{
    int64_t past = year - 1;

    return (past - 1600) * 365 + (past / 4 - 400) - (past / 100 - 16) + (past / 400 - 4);
}

bool content_format_time(filetime_t time, char text[CONTENT_TIME_SIZE])
{
    uint64_t ms = time / FILETIME_PER_MS, days = ms / MS_PER_DAY;
    int year, month = 1, day, left;

    text[0] = 0;
    if (days >= DAYS_MAX) return false;
    year = 1601 + (int)(days / 366);
    while (days_before_year(year + 1) <= (int64_t)days)
        year++;
    day = (int)((int64_t)days - days_before_year(year));
    while (day >= month_days(year, month))
        day -= month_days(year, month++);
    left = (int)(ms % MS_PER_DAY);
    snprintf(text, CONTENT_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
             (unsigned int)year % 10000, (unsigned int)month % 100, (unsigned int)(day + 1) % 100,
             (unsigned int)(left / 3600000) % 100, (unsigned int)(left / 60000 % 60),
             (unsigned int)(left / 1000 % 60), (unsigned int)(left % 1000));
    return true;
}

struct scanner
{
    const char *at;
    size_t len;
};

static bool take_char(struct scanner *in, char c)
{
    if (!in->len || *in->at != c) return false;
    in->at++;
    in->len--;
    return true;
}

static bool take_digits(struct scanner *in, unsigned int count, int *value)
{
    *value = 0;
    if (in->len < count) return false;
    for (unsigned int i = 0; i < count; i++)
    {
        char c = in->at[i];

        if (c < '0' || c > '9') return false;
        *value = *value * 10 + (c - '0');
    }
    in->at += count;
    in->len -= count;
    return true;
}

/* Milliseconds; what is finer is cut off. */
static bool take_fraction(struct scanner *in, int *ms)
{
    int scale = 100;
    size_t digits = 0;

    *ms = 0;
    if (!take_char(in, '.')) return true;
    for (; in->len && *in->at >= '0' && *in->at <= '9'; in->at++, in->len--, digits++)
    {
        *ms += (*in->at - '0') * scale;
        scale /= 10;
    }
    return digits > 0;
}

/* Minutes east of UTC. */
static bool take_zone(struct scanner *in, int *zone)
{
    int sign, hours, minutes;

    *zone = 0;
    if (!in->len || take_char(in, 'Z')) return true;
    if (take_char(in, '+'))
        sign = 1;
    else if (take_char(in, '-'))
        sign = -1;
    else
        return false;
    if (!take_digits(in, 2, &hours) || !take_char(in, ':') || !take_digits(in, 2, &minutes))
        return false;
    if (minutes > 59 || hours * 60 + minutes > 14 * 60) return false;
    *zone = sign * (hours * 60 + minutes);
    return true;
}

bool content_parse_time(const char *text, size_t len, filetime_t *time)
{
    struct scanner in = {text, len};
    int year, month, day, hour, minute, second, ms, zone;
    int64_t days, total;

    *time = 0;
    if (!take_digits(&in, 4, &year) || !take_char(&in, '-') || !take_digits(&in, 2, &month) ||
        !take_char(&in, '-') || !take_digits(&in, 2, &day) || !take_char(&in, 'T') ||
        !take_digits(&in, 2, &hour) || !take_char(&in, ':') || !take_digits(&in, 2, &minute) ||
        !take_char(&in, ':') || !take_digits(&in, 2, &second) || !take_fraction(&in, &ms) ||
        !take_zone(&in, &zone) || in.len)
        return false;
    if (year < 1600 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
        return false;
    if (minute > 59 || second > 59) return false;
    /* The end of a day has two names. */
    if (hour > 24 || (hour == 24 && (minute || second || ms))) return false;

    days = days_before_year(year) + day - 1;
    for (int i = 1; i < month; i++)
        days += month_days(year, i);
    total = days * MS_PER_DAY + ((hour * 60 + minute - zone) * 60 + second) * 1000ll + ms;
    if (total < 0) return false;
    *time = (filetime_t)total * FILETIME_PER_MS;
    return true;
}

bool content_parse_number(const char *text, size_t len, uint64_t *number)
{
    uint64_t value = 0;

    *number = 0;
    if (!len) return false;
    for (size_t i = 0; i < len; i++)
    {
        unsigned int digit = (unsigned int)(text[i] - '0');

        if (digit > 9 || value > (UINT64_MAX - digit) / 10) return false;
        value = value * 10 + digit;
    }
    *number = value;
    return true;
}
