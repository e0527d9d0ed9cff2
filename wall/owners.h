/* owners: what the program is made of, built in order and torn down in reverse.
 *
 * Owns the settings, the helper, the tickets, the feed, the display and the stage on it; main
 * thread, but for the one address that the network thread wakes the display by. Starts what the
 * settings ask for. Never draws, folds or reads a clock: that is the loop's (main.c). */
#ifndef WALL_OWNERS_H
#define WALL_OWNERS_H

#include <stdatomic.h>

#include "feeds/tickets/tickets.h"
#include "wall/ahead.h"
#include "wall/base/helper.h"
#include "wall/config.h"
#include "wall/demo.h"
#include "wall/display.h"
#include "wall/feed.h"
#include "wall/kiosk.h"
#include "wall/stage.h"

/* In the order they are built. */
struct owners {
    struct config config;
    struct profile profile;
    struct helper *helper; /* of the tickets and the stage; NULL: they do all alone */
    struct tickets *tickets;
    struct demo *demo;
    struct feed *feed;
    struct ahead ahead; /* has the feed and the tickets until the loop begins */
    struct display *display;
    _Atomic(struct display *) to_wake; /* for the network thread, which starts before it */
    struct stage *stage;
    struct kiosk kiosk;
};

/* Once .config was read. now_ms: Unix milliseconds, where a demonstration's history ends. moment:
 * what is to be shown, asked for by the thread that folds ahead (ahead.h), with own as user: from
 * then on until ahead_stop the feed and the tickets are that thread's. false: the report and err
 * say what is wrong. On either outcome owners_finish. */
bool owners_start(struct owners *own, int64_t now_ms, int64_t (*moment)(void *user),
                  struct yaml_report *report, struct err *err);
/* Leaves the config to config_free. */
void owners_finish(struct owners *own);

#endif
