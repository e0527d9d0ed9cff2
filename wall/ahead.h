/* ahead: folds what the hub sends while the window is being made.
 *
 * Making a window and its context takes the main thread 0.15 s, in which a snapshot of many tickets
 * could be folded by another core. So the feed, and with it the tickets, are lent to a thread of
 * this file from ahead_start to ahead_stop: who starts it touches neither until it is stopped, and
 * then both are his again. At any moment one thread owns them, and nothing is locked. Reads no
 * clock: the moment is asked for. */
#ifndef WALL_AHEAD_H
#define WALL_AHEAD_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "wall/feed.h"

/* All of it is this file's own. */
struct ahead {
    struct feed *feed;
    int64_t (*moment)(void *user);
    void *user;
    pthread_t thread;
    sem_t came;
    _Atomic bool runs; /* between start and stop */
    _Atomic bool busy;
};

/* Before anything else; ahead_finish when nothing wakes it any more. */
void ahead_init(struct ahead *ahead);
void ahead_finish(struct ahead *ahead);
/* Lends the feed. moment: of the figures to be made (feed_fold), asked for from the thread, with
 * user. Where no thread can be had nothing is lent, and all is folded later. */
void ahead_start(struct ahead *ahead, struct feed *feed, int64_t (*moment)(void *user), void *user);
/* Something was queued; any thread. Before ahead_start, too: the thread looks before it waits. */
void ahead_wake(struct ahead *ahead);
/* Whether it has something to fold at the moment. */
bool ahead_is_busy(const struct ahead *ahead);
/* Within a millisecond or so; where it does not run nothing happens. */
void ahead_stop(struct ahead *ahead);

#endif
