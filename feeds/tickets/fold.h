/* fold: what a ticket is at a moment, from its milestones alone.
 *
 * Pure but for the whistles' scratch, which the caller owns: the same milestones and moment give
 * the same fold. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_FOLD_H
#define FEEDS_TICKETS_FOLD_H

#include "feeds/tickets/periods.h"
#include "feeds/tickets/profile.h"
#include "feeds/tickets/store.h"

#define FOLD_NEVER INT64_MAX

struct fold_clock { /* clocks.c sets each field */
    bool runs;
    bool own; /* its limit is the ticket's own due_ms */
    int64_t start_ms, due_ms;
    int64_t soon_ms; /* due − warn, FOLD_NEVER where it does not warn */
};

/* A whistle with units that have not reported; bit i of pending stands for units[i]. */
struct fold_whistle {
    int64_t time_ms, suspended_ms; /* suspended_ms: suspended time up to the whistle */
    int64_t due_ms;
    uint32_t pending, record;
};

struct fold_whistles {
    struct fold_whistle *items; /* in order; those that are complete have pending 0 */
    size_t count, cap;
};

struct fold_survey {
    bool any;
    int64_t time_ms;
    bool responded, solved, satisfied, basic;
};

struct fold {
    bool registered; /* else nothing below but count, newest_ms and next_ms holds */
    bool open, resolved, late, archived, excluded, suspended, whistled, confidential, placed;
    uint32_t channel, category, street, community, unit, property; /* INTERN_NONE: none */
    uint32_t summary_record; /* the record that gave the summary; 0 = none */
    enum event_kind kind;
    enum event_urgency urgency;
    enum event_mode mode;
    int32_t lon_e7, lat_e7;
    int64_t registered_ms, resolved_ms;
    struct fold_survey survey[EVENT_BY_COUNT]; /* effective ones; none while excluded */
    struct fold_clock clocks[SNAPSHOT_STAGE_COUNT];
    uint32_t count;    /* milestones up to the moment */
    int64_t newest_ms; /* the last of them */
    int64_t next_ms;   /* the first milestone after the moment; FOLD_NEVER */
};

/* The ticket as at the moment, clocks included. whistles gets its whistles (also of a ticket that
 * is not open). */
void fold_ticket(const struct store *store, const struct profile *profile, uint32_t ticket,
                 int64_t at_ms, struct fold_whistles *whistles, struct fold *out);

/* Where the clocks' bases stand after the pass; times of suspension are sums since the beginning of
 * the ticket, so that the suspended time since a base is a difference. */
struct fold_bases {                         /* fold.c sets each field */
    int64_t dispatched_ms, dispatched_susp; /* FOLD_NEVER: never dispatched */
    int64_t registered_susp;
    int64_t reopened_ms, reopened_susp; /* FOLD_NEVER: never reopened */
    int64_t own_due_ms, own_ms, own_susp;
    bool own; /* a due_ms of its own since the last reopening */
    bool accept_stopped;
    int64_t resolved_susp;
    int64_t suspended_from; /* while suspended */
    int64_t suspended_ms;   /* in all, up to the moment */
};

/* clocks.c: due times from the bases, and resolved late. */
void clocks_set(const struct profile *profile, const struct fold_bases *bases,
                struct fold_whistles *whistles, struct fold *fold);

static inline bool
clocks_overdue(const struct fold_clock *clock, int64_t at_ms)
{
    return clock->runs && at_ms > clock->due_ms;
}

static inline bool
clocks_due_soon(const struct fold_clock *clock, int64_t at_ms)
{
    return clock->runs && at_ms >= clock->soon_ms && at_ms <= clock->due_ms;
}

/* The moments at which a clock becomes due soon or overdue. */
void clocks_edges(const struct fold *fold, struct periods_edges *edges);

#endif
