/* when: time as a value. Unix milliseconds (int64_t, UTC) everywhere inside; RFC 3339 at the edges;
 * civil days in the deployment's time zone. Reads no clock.
 *
 * Threads: pure functions, safe anywhere, except when_set_zone, which is called once at start. */
#ifndef WALL_BASE_WHEN_H
#define WALL_BASE_WHEN_H

#include "wall/base/err.h"
#include "wall/base/str.h"

#define WHEN_SECOND INT64_C(1000)
#define WHEN_MINUTE INT64_C(60000)
#define WHEN_HOUR INT64_C(3600000)
#define WHEN_DAY INT64_C(86400000)
#define WHEN_MAX ((INT64_C(1) << 53) - 1) /* greatest integer of the protocol */

/* RFC 3339 as PROTOCOL version 1 takes it: T or t; an offset or Z/z (-23:59…+23:59); a fraction of
 * 1–9 digits cut (not rounded) to milliseconds; second 60, 24:00 and years outside 1970–2199 are
 * refused. false: not such a time, *out untouched. */
bool when_parse(struct str text, int64_t *out_ms);
/* A moment on a command line or in a file: RFC 3339, or integer Unix milliseconds. */
bool when_parse_moment(struct str text, int64_t *out_ms);
/* "2026-11-23T09:41:27.120+08:00" in the zone set (UTC as +00:00); out has >= 32 bytes. */
void when_format(int64_t ms, char out[32]);
/* A duration of a profile: "30min", "3d", "24h", "90s", "500ms"; a positive integer and a unit. */
bool when_parse_span(struct str text, int64_t *out_ms);

/* One zone a process: an IANA name ("Asia/Shanghai", the default, which needs no tzdata) or a fixed
 * offset ("+08:00"). An unknown name is an error, never a silent UTC. Call before threads start. */
bool when_set_zone(const char *name, struct err *err);

struct when_civil {
    int year, month, day;                  /* 1970…, 1–12, 1–31 */
    int hour, minute, second, millisecond; /* 0–23, 0–59, 0–59, 0–999 */
    int weekday;                           /* 0 = Monday … 6 = Sunday */
};

struct when_civil when_civil(int64_t ms); /* in the zone set */
/* The instant of a civil time in the zone; fields may overflow (day 0, month 13) and are
 * normalised. */
int64_t when_instant(int year, int month, int day, int hour, int minute, int second);
/* Midnight that begins the civil day of ms, moved by days (DST-safe). */
int64_t when_day(int64_t ms, int days);

#endif
