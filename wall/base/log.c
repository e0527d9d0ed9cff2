#include "wall/base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "wall/base/clock.h"
#include "wall/base/when.h"

static _Atomic int log_now = LOG_LEVEL_INFO;
static const char *const names[LOG_LEVEL_COUNT] = {"error", "warning", "info", "debug"};

void
log_set_level(enum log_level level)
{
    log_now = (int)level;
}

static void
write_line(enum log_level level, const char *area, const char *format, va_list args, long held)
{
    char text[1024], stamp[32], line[1200];
    vsnprintf(text, sizeof text, format, args);
    for (char *c = text; *c; c++) {
        if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            *c = '?'; /* one line stays one line, whatever a peer put in */
        }
    }
    when_format(clock_wall_ms(), stamp);
    if (held > 0) {
        snprintf(line, sizeof line, "%s %s %s: %s (%ld like it held back)\n", stamp, names[level],
                 area, text, held);
    } else {
        snprintf(line, sizeof line, "%s %s %s: %s\n", stamp, names[level], area, text);
    }
    fputs(line, stderr);
}

void
log_line(enum log_level level, const char *area, const char *format, ...)
{
    if ((int)level > log_now) {
        return;
    }
    va_list args;
    va_start(args, format);
    write_line(level, area, format, args, 0);
    va_end(args);
}

void
log_limited(struct log_limit *limit, int interval_ms, enum log_level level, const char *area,
            const char *format, ...)
{
    if ((int)level > log_now) {
        return;
    }
    long long now = clock_mono_ns() / 1000000, next = limit->next_ms;
    if (now < next || !atomic_compare_exchange_strong(&limit->next_ms, &next, now + interval_ms)) {
        limit->held++;
        return;
    }
    long held = limit->held;
    limit->held -= held;
    va_list args;
    va_start(args, format);
    write_line(level, area, format, args, held);
    va_end(args);
}
