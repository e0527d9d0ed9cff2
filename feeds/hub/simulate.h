/* simulate: a believable district as a stream of ticket events, for demonstrations and tests.
 *
 * The same plan, days, rate, seed and moment give the same events in the same order of arrival. A
 * day's tickets depend on the seed and the day alone, so a later `until` goes on with the same
 * history (its own burst apart). Owned by the caller, one thread at a time; reads no clock. Holds
 * the events of the tickets that are still going on, about three weeks' worth. The zone of
 * when_set_zone decides what a day is. */
#ifndef FEEDS_HUB_SIMULATE_H
#define FEEDS_HUB_SIMULATE_H

#include "feeds/event.h"

struct simulate;

struct simulate_config {
    const char *plan; /* file, or NULL: assets/simulation/shijingshan.yaml */
    int days;         /* civil days of history, the last being that of until_ms; 1–3660 */
    double per_day;   /* mean tickets a day; 1–200,000 */
    uint64_t seed;    /* <= 2^53 - 1 */
    int64_t until_ms; /* the moment shown; a burst of requests ends shortly before it */
};

/* NULL and err (the plan's first error, or what is out of range). */
struct simulate *simulate_create(const struct simulate_config *config, struct err *err);
void simulate_destroy(struct simulate *simulate); /* NULL-safe */

/* The next event in order of arrival, if it has arrived by limit_ms; arrival_ms (or NULL) gets the
 * moment. It is never before event->time_ms, so none lies after the limit. With growing limits,
 * beyond until_ms too, the district lives on. The event's strings stay valid until the next call;
 * .json is not filled. false: nothing more has arrived by then. */
bool simulate_next(struct simulate *simulate, int64_t limit_ms, struct event *event,
                   int64_t *arrival_ms);

/* `wallboard-hub simulate …`: prints the events as JSON Lines, or sends them to a hub. Returns the
 * exit status: 0 done, 1 sending or writing failed, 2 wrong arguments. Called by main alone: with
 * --live it reads the clock. argv[0] is "simulate". */
int simulate_main(int argc, char **argv);

#endif
