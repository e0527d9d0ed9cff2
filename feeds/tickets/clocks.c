/* clocks: due times, as DOMAIN's table of clocks says: a base, a limit, and the suspended time
 * since the base was set. */
#include "feeds/tickets/fold.h"

/* Field by field: see slots.c. */
static void
set_clock(struct fold_clock *clock, int64_t start_ms, int64_t due_ms, int64_t warn_ms)
{
    clock->runs = true;
    clock->own = false;
    clock->start_ms = start_ms;
    clock->due_ms = due_ms;
    clock->soon_ms = warn_ms > 0 ? due_ms - warn_ms : FOLD_NEVER;
}

static void
set_accept(const struct profile *profile, const struct fold_bases *bases, struct fold *fold)
{
    if (bases->accept_stopped || !profile->stage_runs[SNAPSHOT_ACCEPT]) {
        return;
    }
    bool dispatched = bases->dispatched_ms != FOLD_NEVER;
    int64_t start = dispatched ? bases->dispatched_ms : fold->registered_ms;
    int64_t base = dispatched ? bases->dispatched_susp : bases->registered_susp;
    set_clock(&fold->clocks[SNAPSHOT_ACCEPT], start,
              start + profile->accept_ms + (bases->suspended_ms - base), profile->accept_warn_ms);
}

/* The due time of the resolution, suspended time counted up to until_susp; false: there is none. */
static bool
resolve_due(const struct profile *profile, const struct fold_bases *bases, const struct fold *fold,
            int64_t until_susp, int64_t *due_ms)
{
    if (!profile->stage_runs[SNAPSHOT_RESOLVE]) {
        return false;
    }
    if (bases->own) {
        *due_ms = bases->own_due_ms + (until_susp - bases->own_susp);
        return true;
    }
    if (profile->own_due_only) {
        return false;
    }
    bool reopened = bases->reopened_ms != FOLD_NEVER;
    int64_t start = reopened ? bases->reopened_ms : fold->registered_ms;
    int64_t base = reopened ? bases->reopened_susp : bases->registered_susp;
    *due_ms = start + profile->resolve_ms[fold->urgency] + (until_susp - base);
    return true;
}

static void
set_report(const struct profile *profile, const struct fold_bases *bases,
           struct fold_whistles *whistles, struct fold *fold)
{
    struct fold_clock *clock = &fold->clocks[SNAPSHOT_REPORT];
    for (size_t i = 0; i < whistles->count; i++) {
        struct fold_whistle *w = &whistles->items[i];
        w->due_ms = w->time_ms + profile->report_ms + (bases->suspended_ms - w->suspended_ms);
        if (w->pending && profile->stage_runs[SNAPSHOT_REPORT] &&
            (!clock->runs || w->due_ms < clock->due_ms)) {
            set_clock(clock, w->time_ms, w->due_ms, profile->report_warn_ms);
        }
    }
}

void
clocks_set(const struct profile *profile, const struct fold_bases *bases,
           struct fold_whistles *whistles, struct fold *fold)
{
    int64_t due;
    if (fold->resolved) {
        fold->late = resolve_due(profile, bases, fold, bases->resolved_susp, &due) &&
                     fold->resolved_ms > due;
    }
    if (!fold->open) {
        return;
    }
    set_accept(profile, bases, fold);
    int64_t start = bases->reopened_ms != FOLD_NEVER ? bases->reopened_ms : fold->registered_ms;
    if (resolve_due(profile, bases, fold, bases->suspended_ms, &due)) {
        set_clock(&fold->clocks[SNAPSHOT_RESOLVE], start, due,
                  profile->resolve_warn_ms[fold->urgency]);
        fold->clocks[SNAPSHOT_RESOLVE].own = bases->own;
    }
    if (profile->stage_runs[SNAPSHOT_EXPEDITE]) {
        int64_t base =
            bases->reopened_ms != FOLD_NEVER ? bases->reopened_susp : bases->registered_susp;
        set_clock(&fold->clocks[SNAPSHOT_EXPEDITE], start,
                  start + profile->expedite_ms + (bases->suspended_ms - base), 0);
    }
    set_report(profile, bases, whistles, fold);
}

void
clocks_edges(const struct fold *fold, struct periods_edges *edges)
{
    /* While suspended the due times move with the moment: nothing comes nearer. */
    for (int stage = 0; stage < SNAPSHOT_STAGE_COUNT && !fold->suspended; stage++) {
        const struct fold_clock *clock = &fold->clocks[stage];
        if (clock->runs) {
            periods_edge(edges, clock->soon_ms);
            periods_edge(edges, clock->due_ms + 1);
        }
    }
}
