/* demo: a hub with a simulated district inside this process, on loopback, with a temporary log.
 *
 * Owns the hub, its folder and one thread that hands the district's events to it as time goes on.
 * The wall follows it over the same websocket as any other hub. Main thread. */
#ifndef WALL_DEMO_H
#define WALL_DEMO_H

#include "feeds/tickets/profile.h"
#include "wall/base/err.h"

struct demo;

#define DEMO_DAYS 42
#define DEMO_PER_DAY 900
#define DEMO_SEED 20211124 /* any; the same district each time */

struct demo_config {
    const struct profile *profile; /* outlives the demo */
    int64_t now_ms;                /* the history ends here */
    int64_t (*clock_ms)(void);     /* Unix milliseconds; called from the demo's thread */
};

/* Takes some seconds: the whole history is in the log when it returns. NULL and err on failure. */
struct demo *demo_start(const struct demo_config *config, struct err *err);
/* Stops the hub and removes its folder; NULL-safe. */
void demo_stop(struct demo *demo);
/* "ws://127.0.0.1:PORT/feed/v1" */
const char *demo_url(const struct demo *demo);

#endif
