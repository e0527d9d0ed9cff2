/* periods: the windows of a moment in the deployment's time zone. Pure (the zone is the process's,
 * when_set_zone); private to feeds/tickets. */
#ifndef FEEDS_TICKETS_PERIODS_H
#define FEEDS_TICKETS_PERIODS_H

#include "feeds/tickets/profile.h"

struct periods {
    int64_t from_ms[SNAPSHOT_WINDOW_COUNT], to_ms[SNAPSHOT_WINDOW_COUNT]; /* half-open */
    int64_t day_ms[SNAPSHOT_DAYS + 1]; /* begins of the days of history; the last: tomorrow's */
    int period_day;
};

/* All windows as at the moment. */
void periods_at(const struct profile *profile, int64_t at_ms, struct periods *out);
/* The same day, another moment: only the windows that move with it. */
void periods_move(struct periods *periods, int64_t at_ms);
/* Bit w is set where the time falls in window w. */
uint32_t periods_mask(const struct periods *periods, int64_t ms);
/* The day of history the time falls in, -1 for none. */
int periods_day(const struct periods *periods, int64_t ms);
/* The ten-minute bin of its day; days of 23 or 25 hours are read by the civil clock. */
int periods_bin(const struct periods *periods, int day, int64_t ms);
/* The moments around at_ms at which something changes: the last one not after it, and the next one
 * after it. */
struct periods_edges {
    int64_t at_ms, last_ms, next_ms; /* INT64_MIN, INT64_MAX: none */
};
static inline void
periods_edge(struct periods_edges *edges, int64_t ms)
{
    if (ms > edges->at_ms) {
        edges->next_ms = ms < edges->next_ms ? ms : edges->next_ms;
    } else {
        edges->last_ms = ms > edges->last_ms ? ms : edges->last_ms;
    }
}
/* The moments at which an event of that time enters a moving window. */
void periods_enters(const struct periods *periods, int64_t ms, struct periods_edges *edges);

#endif
