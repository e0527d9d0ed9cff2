/* log: lines for operators on standard error.
 *
 * Any thread. A line reads `2026-11-23T09:41:27.120+08:00 warning feed: text`. Never give it
 * personal data: no summaries, no tokens; ticket numbers at most by their last 6 characters. */
#ifndef WALL_BASE_LOG_H
#define WALL_BASE_LOG_H

#include <stdbool.h>

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_WARNING,
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG,
    LOG_LEVEL_COUNT
};

void
log_set_level(enum log_level level); /* default LOG_LEVEL_INFO; lines above it are not written */
/* area: a short lower-case word (feed, hub, gpu, config). Control characters are written as '?'. */
void log_line(enum log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Lets at most one line per interval through for the place that owns *limit (static,
 * zero-initialised); the next line that passes says how many were held back. */
struct log_limit {
    _Atomic long long next_ms;
    _Atomic long held;
};
void log_limited(struct log_limit *limit, int interval_ms, enum log_level level, const char *area,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
