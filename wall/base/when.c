#include "wall/base/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SHANGHAI_MS (8 * WHEN_HOUR)

/* Written once at start by when_set_zone; read everywhere. */
static struct {
    bool named; /* an IANA zone through the C library; else offset_ms */
    int64_t offset_ms;
} zone = {false, SHANGHAI_MS};

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month 1-12. Source: Howard
 * Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
static int64_t
days_of(int64_t year, int month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* The date of a day number; the inverse of days_of, same source. */
static void
date_of(int64_t days, struct when_civil *out)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    out->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    out->month = (int)(month < 10 ? month + 3 : month - 9);
    out->year = (int)(year + era * 400 + (out->month <= 2));
}

static int64_t
floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* What the zone's clocks add to UTC at that instant, in milliseconds. */
static int64_t
offset_at(int64_t ms)
{
    if (!zone.named) {
        return zone.offset_ms;
    }
    time_t seconds = (time_t)floor_div(ms, WHEN_SECOND);
    struct tm tm;
    return localtime_r(&seconds, &tm) ? (int64_t)tm.tm_gmtoff * WHEN_SECOND : 0;
}

/* Reads count digits at p; -1 where one is none. */
static int
digits(const char *p, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned)(unsigned char)p[i] - '0';
        if (digit > 9) {
            return -1;
        }
        value = value * 10 + (int)digit;
    }
    return value;
}

/* The fraction's milliseconds; moves *at behind it. false: no digit, or more than nine. */
static bool
parse_fraction(struct str text, size_t *at, int *out_ms)
{
    int value = 0, count = 0;
    for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; (*at)++) {
        if (count < 3) {
            value = value * 10 + (text.ptr[*at] - '0');
        }
        count++;
    }
    for (int i = count; i < 3; i++) {
        value *= 10;
    }
    *out_ms = value;
    return count >= 1 && count <= 9;
}

/* "Z" or "+08:00" as the whole of text, in minutes. */
static bool
parse_offset(const char *p, size_t len, int *out_min)
{
    if (len == 1 && (p[0] == 'Z' || p[0] == 'z')) {
        *out_min = 0;
        return true;
    }
    if (len != 6 || (p[0] != '+' && p[0] != '-') || p[3] != ':') {
        return false;
    }
    int hours = digits(p + 1, 2), minutes = digits(p + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
        return false;
    }
    *out_min = (p[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
    return true;
}

static int
month_days(int year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

bool
when_parse(struct str text, int64_t *out_ms)
{
    const char *p = text.ptr;
    if (text.len < 20 || text.len > 35 || p[4] != '-' || p[7] != '-' || (p[10] | 0x20) != 't' ||
        p[13] != ':' || p[16] != ':') {
        return false;
    }
    int year = digits(p, 4), month = digits(p + 5, 2), day = digits(p + 8, 2);
    int hour = digits(p + 11, 2), minute = digits(p + 14, 2), second = digits(p + 17, 2);
    if (year < 1970 || year > 2199 || month < 1 || month > 12 || day < 1 ||
        day > month_days(year, month) || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59) {
        return false;
    }
    size_t at = 19;
    int fraction_ms = 0, offset_min;
    if (p[at] == '.') {
        at++;
        if (!parse_fraction(text, &at, &fraction_ms)) {
            return false;
        }
    }
    if (!parse_offset(p + at, text.len - at, &offset_min)) {
        return false;
    }
    *out_ms = days_of(year, month, day) * WHEN_DAY + hour * WHEN_HOUR +
              (minute - offset_min) * WHEN_MINUTE + second * WHEN_SECOND + fraction_ms;
    return true;
}

bool
when_parse_moment(struct str text, int64_t *out_ms)
{
    int64_t ms;
    if (when_parse(text, out_ms)) {
        return true;
    }
    if (!str_to_i64(text, &ms) || ms < 0 || ms > WHEN_MAX) {
        return false;
    }
    *out_ms = ms;
    return true;
}

void
when_format(int64_t ms, char out[32])
{
    struct when_civil c = when_civil(ms);
    int offset_min = (int)(offset_at(ms) / WHEN_MINUTE);
    int away = offset_min < 0 ? -offset_min : offset_min;
    snprintf(out, 32, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%c%02d:%02d", c.year % 10000, c.month,
             c.day, c.hour, c.minute, c.second, c.millisecond, offset_min < 0 ? '-' : '+',
             away / 60 % 100, away % 60);
}

bool
when_parse_span(struct str text, int64_t *out_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"ms", 1}, {"s", WHEN_SECOND}, {"min", WHEN_MINUTE}, {"h", WHEN_HOUR}, {"d", WHEN_DAY}};
    size_t count = 0;
    while (count < text.len && text.ptr[count] >= '0' && text.ptr[count] <= '9') {
        count++;
    }
    int64_t value;
    if (count == 0 || !str_to_i64((struct str){text.ptr, count}, &value) || value < 1) {
        return false;
    }
    struct str unit = {text.ptr + count, text.len - count};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (str_is(unit, units[i].name)) {
            if (value > WHEN_MAX / units[i].ms) {
                return false;
            }
            *out_ms = value * units[i].ms;
            return true;
        }
    }
    return false;
}

/* Only names as the database has them: no way out of its folder through a configuration file. */
static bool
zone_exists(const char *name)
{
    size_t len = strlen(name);
    if (len == 0 || len > 60 || name[0] == '/' || name[0] == ':' || strstr(name, "..")) {
        return false;
    }
    const char *folder = getenv("TZDIR");
    char path[512], magic[4];
    snprintf(path, sizeof path, "%s/%s", folder ? folder : "/usr/share/zoneinfo", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        return false;
    }
    bool found = fread(magic, 1, sizeof magic, file) == sizeof magic && !memcmp(magic, "TZif", 4);
    fclose(file);
    return found;
}

bool
when_set_zone(const char *name, struct err *err)
{
    int offset_min = 8 * 60; /* Asia/Shanghai: no summer time since 1991 */
    if (strcmp(name, "UTC") == 0) {
        offset_min = 0;
    }
    if (strcmp(name, "Asia/Shanghai") == 0 || strcmp(name, "UTC") == 0 ||
        parse_offset(name, strlen(name), &offset_min)) {
        zone.named = false;
        zone.offset_ms = offset_min * WHEN_MINUTE;
        return true;
    }
    if (!zone_exists(name)) {
        return err_set(err,
                       "unknown time zone \"%s\"; use a name such as Asia/Shanghai (package tzdata "
                       "holds them) or an offset such as +08:00",
                       name);
    }
    setenv("TZ", name, 1);
    tzset();
    zone.named = true;
    return true;
}

struct when_civil
when_civil(int64_t ms)
{
    int64_t local = ms + offset_at(ms);
    int64_t days = floor_div(local, WHEN_DAY);
    int64_t rest = local - days * WHEN_DAY;
    struct when_civil out = {
        .hour = (int)(rest / WHEN_HOUR),
        .minute = (int)(rest / WHEN_MINUTE % 60),
        .second = (int)(rest / WHEN_SECOND % 60),
        .millisecond = (int)(rest % WHEN_SECOND),
    };
    date_of(days, &out);
    out.weekday = (int)(((days + 3) % 7 + 7) % 7); /* day 0 was a Thursday */
    return out;
}

/* The instant at which the zone's clocks show local_ms (milliseconds as if it were UTC). Shown
 * twice: the first; skipped by a change: as far behind the change as the missing time was. */
static int64_t
instant_of(int64_t local_ms)
{
    int64_t before = offset_at(local_ms - WHEN_DAY), after = offset_at(local_ms + WHEN_DAY);
    int64_t early = local_ms - before;
    if (before == after || offset_at(early) == before) {
        return early;
    }
    int64_t late = local_ms - after;
    return offset_at(late) == after ? late : early;
}

int64_t
when_instant(int year, int month, int day, int hour, int minute, int second)
{
    int64_t months = (int64_t)month - 1;
    int64_t years = year + floor_div(months, 12);
    int rest = (int)(months - floor_div(months, 12) * 12) + 1;
    int64_t local = (days_of(years, rest, 1) + day - 1) * WHEN_DAY + hour * WHEN_HOUR +
                    minute * WHEN_MINUTE + second * WHEN_SECOND;
    return instant_of(local);
}

int64_t
when_day(int64_t ms, int days)
{
    int64_t today = floor_div(ms + offset_at(ms), WHEN_DAY);
    return instant_of((today + days) * WHEN_DAY);
}
