/* history: random and adversarial ticket histories for the tests, the same for the same seed.
 *
 * Few distinct times (ties), the edges of windows to the millisecond, suspensions, reopenings,
 * whistles, amendments before and after registrations, exclusions, removals, late arrivals. Events
 * are plain structs whose strings are literals or live in the history. Tests only. */
#ifndef TESTS_UNIT_TICKETS_HISTORY_H
#define TESTS_UNIT_TICKETS_HISTORY_H

#include <stdio.h>
#include <stdlib.h>

#include "feeds/event.h"
#include "wall/base/when.h"

#define HISTORY_EVENTS 4096
#define HISTORY_END INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

struct history {
    uint64_t random;
    struct event events[HISTORY_EVENTS];
    char ids[HISTORY_EVENTS][16];
    char numbers[512][16];
    struct str units[HISTORY_EVENTS][3]; /* of whistles */
    int count, tickets;
};

static const char *const history_streets[] = {"S01", "S02", "S03"};
static const char *const history_communities[] = {"S01-A", "S01-B", "S02-A", "S03-A"};
static const char *const history_categories[] = {"heating", "parking", "noise"};
static const char *const history_units[] = {"U1", "U2", "U3", "U4"};
static const char *const history_properties[] = {"P1", "P2"};

static inline uint64_t
history_random(struct history *h, uint64_t below)
{
    h->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = h->random;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return (x ^ x >> 31) % below;
}

static inline bool
history_chance(struct history *h, unsigned percent)
{
    return history_random(h, 100) < percent;
}

#define HISTORY_PICK(h, list)                                                                      \
    str_from((list)[history_random((h), sizeof(list) / sizeof((list)[0]))])

/* A time: an edge of a window, within two days of the end, or within seventy. */
static inline int64_t
history_time(struct history *h)
{
    static const int64_t steps[] = {-1, 0, 0, 1, 1000};
    int64_t today = HISTORY_END - (HISTORY_END + 8 * WHEN_HOUR) % WHEN_DAY;
    uint64_t kind = history_random(h, 100);
    if (kind < 20) { /* 2026-11-23 is a Monday; the 19th is four days back, 31 + 4 days before */
        static const int days[] = {0, 0, 1, 2, 4, 4, 7, 35, 35, 66};
        return today - days[history_random(h, 10)] * WHEN_DAY + steps[history_random(h, 5)];
    }
    int64_t span = kind < 55 ? 2 * WHEN_DAY : 70 * WHEN_DAY;
    int64_t ms = HISTORY_END - (int64_t)history_random(h, (uint64_t)span);
    return history_chance(h, 50) ? ms - ms % (10 * WHEN_MINUTE) : ms;
}

static inline int64_t
history_step(struct history *h)
{
    static const int64_t steps[] = {0,
                                    0,
                                    1,
                                    10 * WHEN_MINUTE,
                                    30 * WHEN_MINUTE,
                                    2 * WHEN_HOUR,
                                    6 * WHEN_HOUR,
                                    WHEN_DAY,
                                    3 * WHEN_DAY,
                                    5 * WHEN_DAY};
    int64_t step = steps[history_random(h, 10)];
    return history_chance(h, 30) ? step + (int64_t)history_random(h, WHEN_HOUR) : step;
}

static inline struct event *
history_add(struct history *h, int ticket, int64_t ms, enum event_type type)
{
    if (h->count == HISTORY_EVENTS) {
        abort();
    }
    int i = h->count++;
    struct event *e = &h->events[i];
    snprintf(h->ids[i], sizeof h->ids[i], "e%d", i);
    *e = (struct event){.id = str_from(h->ids[i]),
                        .source = STR("/test"),
                        .subject = str_from(h->numbers[ticket]),
                        .type = type,
                        .time_ms = ms};
    return e;
}

static inline void
history_fields(struct history *h, struct event_data *d, bool all)
{
    if (all || history_chance(h, 30)) {
        d->has |= EVENT_F_CATEGORY;
        d->category = HISTORY_PICK(h, history_categories);
    }
    if (all || history_chance(h, 30)) {
        d->has |= EVENT_F_STREET;
        d->street = HISTORY_PICK(h, history_streets);
    }
    if (all) {
        d->has |= EVENT_F_CHANNEL;
        d->channel = STR("12345");
    }
    if (history_chance(h, all ? 80 : 30)) {
        d->has |= EVENT_F_COMMUNITY;
        d->community = HISTORY_PICK(h, history_communities);
    } else if (history_chance(h, 30)) {
        d->cleared |= EVENT_F_COMMUNITY;
    }
    if (history_chance(h, 35)) {
        d->has |= EVENT_F_URGENCY;
        d->urgency = (enum event_urgency)history_random(h, EVENT_URGENCY_COUNT);
    } else if (history_chance(h, 10)) {
        d->cleared |= EVENT_F_URGENCY;
    }
    if (history_chance(h, 15)) {
        d->has |= EVENT_F_CONFIDENTIAL;
        d->confidential = history_chance(h, 70);
    }
    if (history_chance(h, all ? 70 : 20)) {
        d->has |= EVENT_F_PLACE;
        d->lon = 116.1 + (double)history_random(h, 1000) / 10000;
        d->lat = 39.9 + (double)history_random(h, 1000) / 10000;
    } else if (history_chance(h, 10)) {
        d->cleared |= EVENT_F_PLACE;
    }
}

static inline void
history_survey(struct history *h, struct event_data *d)
{
    d->has = EVENT_F_BY | EVENT_F_REACHED;
    d->surveyor = (enum event_surveyor)history_random(h, 2);
    d->reached = history_chance(h, 85);
    if (history_chance(h, 90)) {
        d->has |= EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED;
        d->responded = history_chance(h, 90);
        d->solved = history_chance(h, 75);
        d->satisfied = (enum event_satisfied)(1 + history_random(h, 3));
    }
}

static inline void
history_dispatch(struct history *h, struct event_data *d, int64_t ms)
{
    d->has = EVENT_F_UNIT | EVENT_F_MODE;
    d->unit = HISTORY_PICK(h, history_units);
    d->mode = history_chance(h, 50) ? EVENT_INTERNAL : EVENT_EXTERNAL;
    if (history_chance(h, 30)) {
        d->has |= EVENT_F_PROPERTY;
        d->property = HISTORY_PICK(h, history_properties);
    }
    if (history_chance(h, 30)) {
        d->has |= EVENT_F_DUE;
        d->due_ms = ms + history_step(h) * (history_chance(h, 90) ? 1 : -1);
    }
}

static inline void
history_whistle(struct history *h, int ticket, int64_t ms)
{
    struct event *e = history_add(h, ticket, ms, EVENT_WHISTLED);
    int i = (int)(e - h->events), count = 1 + (int)history_random(h, 3);
    for (int k = 0; k < count; k++) {
        h->units[i][k] = HISTORY_PICK(h, history_units);
    }
    e->data.has = EVENT_F_UNITS;
    e->data.units = h->units[i];
    e->data.units_count = count;
    for (int k = 0; k < count; k++) {
        if (history_chance(h, 60)) {
            struct event *r = history_add(h, ticket, ms + history_step(h), EVENT_REPORTED);
            r->data.has = EVENT_F_UNIT;
            r->data.unit = h->units[i][k];
        }
    }
}

/* Any milestone at all. */
static inline void
history_anything(struct history *h, int ticket, int64_t ms)
{
    static const enum event_type types[] = {
        EVENT_DISPATCHED, EVENT_ACCEPTED,  EVENT_RETURNED,  EVENT_WHISTLED, EVENT_EXTENDED,
        EVENT_EXPEDITED,  EVENT_SUSPENDED, EVENT_SUSPENDED, EVENT_RESUMED,  EVENT_RESUMED,
        EVENT_RESOLVED,   EVENT_RESOLVED,  EVENT_SURVEYED,  EVENT_SURVEYED, EVENT_REOPENED,
        EVENT_REOPENED,   EVENT_EXCLUDED,  EVENT_INCLUDED,  EVENT_ARCHIVED, EVENT_AMENDED,
        EVENT_AMENDED,    EVENT_SUPERVISED};
    enum event_type type = types[history_random(h, sizeof types / sizeof types[0])];
    if (type == EVENT_WHISTLED) {
        history_whistle(h, ticket, ms);
        return;
    }
    struct event *e = history_add(h, ticket, ms, type);
    if (type == EVENT_DISPATCHED) {
        history_dispatch(h, &e->data, ms);
    } else if (type == EVENT_EXTENDED) {
        e->data.has = EVENT_F_DUE;
        e->data.due_ms = ms + history_step(h);
    } else if (type == EVENT_SURVEYED) {
        history_survey(h, &e->data);
    } else if (type == EVENT_AMENDED) {
        history_fields(h, &e->data, false);
    } else if (type == EVENT_SUSPENDED || type == EVENT_RETURNED) {
        e->data.has = EVENT_F_REASON;
        e->data.reason = STR("历史遗留");
    }
}

static inline void
history_ticket(struct history *h, int ticket)
{
    int64_t start = history_time(h), ms = start;
    if (!history_chance(h, 4)) {
        history_fields(h, &history_add(h, ticket, ms, EVENT_REGISTERED)->data, true);
    }
    if (history_chance(h, 4)) { /* a second registration: before, with or after the first */
        int64_t other = ms + ((int64_t)history_random(h, 3) - 1) * WHEN_HOUR;
        history_fields(h, &history_add(h, ticket, other, EVENT_REGISTERED)->data, true);
    }
    if (history_chance(h, 60)) {
        ms += history_step(h);
        history_dispatch(h, &history_add(h, ticket, ms, EVENT_DISPATCHED)->data, ms);
        ms += history_step(h);
        history_add(h, ticket, ms, EVENT_ACCEPTED);
        if (history_chance(h, 70)) {
            ms = history_chance(h, 20) ? start + 3 * WHEN_DAY : ms + history_step(h);
            history_add(h, ticket, ms, EVENT_RESOLVED);
        }
        for (uint64_t i = history_random(h, 3); i > 0; i--) {
            ms += history_step(h);
            history_survey(h, &history_add(h, ticket, ms, EVENT_SURVEYED)->data);
        }
    }
    for (uint64_t i = history_random(h, 9); i > 0; i--) {
        int64_t from = history_chance(h, 50) ? start : ms;
        int64_t step = history_step(h);
        history_anything(h, ticket, history_chance(h, 15) ? from - step : from + step);
    }
    if (history_chance(h, 3)) {
        history_add(h, ticket, ms, EVENT_REMOVED);
    }
}

static inline void
history_swap(struct history *h, int a, int b)
{
    struct event swap = h->events[a];
    h->events[a] = h->events[b];
    h->events[b] = swap;
}

/* Any order of arrival. */
static inline void
history_shuffle(struct history *h)
{
    for (int i = h->count - 1; i > 0; i--) {
        history_swap(h, i, (int)history_random(h, (uint64_t)i + 1));
    }
}

static inline int
history_by_time(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->time_ms != y->time_ms) {
        return x->time_ms < y->time_ms ? -1 : 1;
    }
    return str_cmp(x->id, y->id);
}

/* Tickets with events in order of time, but for a share that arrives late. */
static inline struct history *
history_make(uint64_t seed, int tickets)
{
    struct history *h = calloc(1, sizeof *h);
    if (!h || tickets > 512) {
        abort();
    }
    h->random = seed * UINT64_C(0x2545f4914f6cdd1d);
    h->tickets = tickets;
    for (int i = 0; i < tickets; i++) {
        snprintf(h->numbers[i], sizeof h->numbers[i], "T-%d", i);
        history_ticket(h, i);
    }
    qsort(h->events, (size_t)h->count, sizeof h->events[0], history_by_time);
    for (int i = 0; i + 1 < h->count; i++) {
        if (history_chance(h, 5)) {
            history_swap(h, i, i + 1 + (int)history_random(h, (uint64_t)(h->count - i - 1)));
        }
    }
    return h;
}

#endif
