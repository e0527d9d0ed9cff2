#include "feeds/tickets/periods.h"

#include "wall/base/when.h"

#define BIN_MS (10 * WHEN_MINUTE)

/* The windows whose end moves with the moment, and the one that they are measured against. */
static const struct {
    enum snapshot_window moves, against;
} moving[] = {{SNAPSHOT_PREVIOUS_PERIOD, SNAPSHOT_PERIOD},
              {SNAPSHOT_YESTERDAY_SO_FAR, SNAPSHOT_TODAY}};
#define MOVING (sizeof moving / sizeof moving[0])

/* When a day of the profile begins; fields may overflow. */
static int64_t
day_begin(const struct profile *profile, int year, int month, int day)
{
    return when_instant(year, month, day, 0, 0, (int)(profile->day_starts_ms / 1000));
}

void
periods_move(struct periods *periods, int64_t at_ms)
{
    for (size_t i = 0; i < MOVING; i++) {
        int64_t from = periods->from_ms[moving[i].moves];
        int64_t now = periods->from_ms[moving[i].against];
        int64_t to = from + (at_ms - now);
        periods->to_ms[moving[i].moves] = to < now ? to : now;
    }
}

void
periods_at(const struct profile *profile, int64_t at_ms, struct periods *out)
{
    struct when_civil c = when_civil(at_ms);
    int64_t today = day_begin(profile, c.year, c.month, c.day);
    if (at_ms < today) { /* before the day's hour: it is still the day before */
        int weekday = (c.weekday + 6) % 7;
        c = when_civil(when_day(at_ms, -1));
        c.weekday = weekday;
        today = day_begin(profile, c.year, c.month, c.day);
    }
    for (int i = 0; i <= SNAPSHOT_DAYS; i++) {
        out->day_ms[i] = day_begin(profile, c.year, c.month, c.day + i - (SNAPSHOT_DAYS - 1));
    }
    int64_t *from = out->from_ms, *to = out->to_ms;
    from[SNAPSHOT_TODAY] = today;
    to[SNAPSHOT_TODAY] = out->day_ms[SNAPSHOT_DAYS];
    from[SNAPSHOT_YESTERDAY] = out->day_ms[SNAPSHOT_DAYS - 2];
    to[SNAPSHOT_YESTERDAY] = today;
    from[SNAPSHOT_YESTERDAY_SO_FAR] = from[SNAPSHOT_YESTERDAY];
    int back = (c.weekday - profile->week_starts + 7) % 7;
    from[SNAPSHOT_WEEK] = day_begin(profile, c.year, c.month, c.day - back);
    to[SNAPSHOT_WEEK] = day_begin(profile, c.year, c.month, c.day - back + 7);
    int month = c.day >= profile->period_starts_on ? c.month : c.month - 1;
    from[SNAPSHOT_PERIOD] = day_begin(profile, c.year, month, profile->period_starts_on);
    to[SNAPSHOT_PERIOD] = day_begin(profile, c.year, month + 1, profile->period_starts_on);
    from[SNAPSHOT_PREVIOUS_PERIOD] =
        day_begin(profile, c.year, month - 1, profile->period_starts_on);
    periods_move(out, at_ms);
    /* Half a day more than whole days, so that a day of 23 or 25 hours counts as one. */
    out->period_day = (int)((today - from[SNAPSHOT_PERIOD] + WHEN_DAY / 2) / WHEN_DAY) + 1;
}

uint32_t
periods_mask(const struct periods *periods, int64_t ms)
{
    uint32_t mask = 0;
    for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
        mask |= (uint32_t)(ms >= periods->from_ms[w] && ms < periods->to_ms[w]) << w;
    }
    return mask;
}

int
periods_day(const struct periods *periods, int64_t ms)
{
    if (ms < periods->day_ms[0] || ms >= periods->day_ms[SNAPSHOT_DAYS]) {
        return -1;
    }
    int day = (int)((ms - periods->day_ms[0]) / WHEN_DAY); /* near: days may lack an hour */
    day = day < SNAPSHOT_DAYS ? day : SNAPSHOT_DAYS - 1;
    while (ms < periods->day_ms[day]) {
        day--;
    }
    while (ms >= periods->day_ms[day + 1]) {
        day++;
    }
    return day;
}

int
periods_bin(const struct periods *periods, int day, int64_t ms)
{
    int64_t into = ms - periods->day_ms[day];
    if (periods->day_ms[day + 1] - periods->day_ms[day] != WHEN_DAY) {
        struct when_civil start = when_civil(periods->day_ms[day]), now = when_civil(ms);
        int minutes = (now.hour - start.hour) * 60 + now.minute - start.minute;
        into = ((minutes + 24 * 60) % (24 * 60)) * WHEN_MINUTE;
    }
    int bin = (int)(into / BIN_MS);
    return bin < SNAPSHOT_BINS ? bin : SNAPSHOT_BINS - 1;
}

void
periods_enters(const struct periods *periods, int64_t ms, struct periods_edges *edges)
{
    for (size_t i = 0; i < MOVING; i++) {
        int64_t from = periods->from_ms[moving[i].moves];
        int64_t now = periods->from_ms[moving[i].against];
        if (ms >= from && ms < now) {
            periods_edge(edges, ms - from + now + 1); /* to > ms from here on */
        }
    }
}
