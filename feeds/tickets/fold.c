#include "feeds/tickets/fold.h"

#include <stdlib.h>

/* Suspended time from the ticket's beginning up to now. */
static int64_t
suspended_until(const struct fold *fold, const struct fold_bases *bases, int64_t now_ms)
{
    return bases->suspended_ms + (fold->suspended ? now_ms - bases->suspended_from : 0);
}

static void
set_optional(struct fold *fold, const struct record *r)
{
    uint32_t named = r->has | r->cleared;
    if (named & EVENT_F_COMMUNITY) {
        fold->community = r->community; /* INTERN_NONE where cleared */
    }
    if (named & EVENT_F_KIND) {
        fold->kind = r->has & EVENT_F_KIND ? r->kind : EVENT_KIND_NONE;
    }
    if (named & EVENT_F_URGENCY) {
        fold->urgency = r->has & EVENT_F_URGENCY ? r->urgency : EVENT_NORMAL;
    }
    if (named & EVENT_F_CONFIDENTIAL) {
        fold->confidential = r->has & EVENT_F_CONFIDENTIAL && r->confidential;
    }
    if (named & EVENT_F_PLACE) {
        fold->placed = r->has & EVENT_F_PLACE;
        fold->lon_e7 = fold->placed ? r->lon_e7 : 0;
        fold->lat_e7 = fold->placed ? r->lat_e7 : 0;
    }
}

/* The registration sets every field (they are at their defaults before it); a later registration
 * and an amendment set what they name. */
static void
set_fields(struct fold *fold, const struct record *r, uint32_t record)
{
    if (r->has & EVENT_F_CHANNEL) {
        fold->channel = r->channel;
    }
    if (r->has & EVENT_F_CATEGORY) {
        fold->category = r->category;
    }
    if (r->has & EVENT_F_STREET) {
        fold->street = r->street;
    }
    set_optional(fold, r);
    if ((r->has | r->cleared) & EVENT_F_SUMMARY) {
        fold->summary_record = r->has & EVENT_F_SUMMARY ? record : 0;
    }
}

static void
on_dispatched(struct fold *fold, struct fold_bases *bases, const struct record *r, int64_t ms)
{
    fold->unit = r->unit;
    fold->property = r->property;
    fold->mode = r->has & EVENT_F_MODE ? r->mode : EVENT_MODE_NONE;
    bases->dispatched_ms = ms;
    bases->dispatched_susp = suspended_until(fold, bases, ms);
    bases->accept_stopped = false;
}

/* A due_ms after the resolution is none of the resolution's; a reopening forgets it. */
static void
on_due(struct fold *fold, struct fold_bases *bases, const struct record *r, int64_t ms)
{
    if (r->has & EVENT_F_DUE && !fold->resolved) {
        bases->own = true;
        bases->own_due_ms = r->due_ms;
        bases->own_ms = ms;
        bases->own_susp = suspended_until(fold, bases, ms);
    }
}

static void
on_whistled(struct fold *fold, const struct fold_bases *bases, struct fold_whistles *whistles,
            const struct record *r, uint32_t record, int64_t ms)
{
    if (whistles->count == whistles->cap) {
        whistles->cap = whistles->cap * 2 + 8;
        whistles->items = reallocarray(whistles->items, whistles->cap, sizeof *whistles->items);
        if (!whistles->items) {
            abort();
        }
    }
    uint32_t pending = r->units_count >= 32 ? UINT32_MAX : (UINT32_C(1) << r->units_count) - 1;
    whistles->items[whistles->count++] =
        (struct fold_whistle){.time_ms = ms,
                              .suspended_ms = suspended_until(fold, bases, ms),
                              .pending = pending,
                              .record = record};
    fold->whistled = true;
}

static void
on_reported(const struct store *store, struct fold_whistles *whistles, uint32_t unit)
{
    for (size_t i = 0; i < whistles->count; i++) {
        struct fold_whistle *w = &whistles->items[i];
        if (!w->pending) {
            continue;
        }
        struct record named;
        record_read(&store->records, w->record, &named);
        for (int k = 0; k < named.units_count; k++) {
            if (named.units[k] == unit) {
                w->pending &= ~(UINT32_C(1) << k);
            }
        }
    }
}

static void
end_suspension(struct fold *fold, struct fold_bases *bases, int64_t ms)
{
    bases->suspended_ms = suspended_until(fold, bases, ms);
    fold->suspended = false;
}

static void
on_surveyed(struct fold *fold, const struct record *r, int64_t ms)
{
    if (r->reached) {
        fold->survey[r->surveyor] = (struct fold_survey){
            .any = true,
            .time_ms = ms,
            .responded = r->has & EVENT_F_RESPONDED && r->responded,
            .solved = r->has & EVENT_F_SOLVED && r->solved,
            .satisfied = r->has & EVENT_F_SATISFIED && r->satisfied == EVENT_SATISFIED_YES,
            .basic = r->has & EVENT_F_SATISFIED && r->satisfied == EVENT_SATISFIED_BASIC,
        };
    }
}

static void
on_registered(struct fold *fold, struct fold_bases *bases, int64_t ms)
{
    if (fold->registered) {
        return;
    }
    fold->registered = true;
    fold->registered_ms = ms;
    bases->registered_susp = suspended_until(fold, bases, ms);
    if (bases->dispatched_ms == FOLD_NEVER) {
        bases->accept_stopped = false; /* an acceptance before the clock's start stops nothing */
    }
}

/* Milestones without data: the state's switches. */
static void
on_plain(struct fold *fold, struct fold_bases *bases, enum event_type type, int64_t ms)
{
    switch (type) {
    case EVENT_ACCEPTED:
        bases->accept_stopped = true;
        break;
    case EVENT_SUSPENDED:
        if (!fold->suspended) {
            fold->suspended = true;
            bases->suspended_from = ms;
        }
        break;
    case EVENT_RESUMED:
        end_suspension(fold, bases, ms);
        break;
    case EVENT_RESOLVED:
        bases->accept_stopped = true;
        end_suspension(fold, bases, ms);
        if (!fold->resolved) {
            fold->resolved = true;
            fold->resolved_ms = ms;
            bases->resolved_susp = bases->suspended_ms;
        }
        break;
    case EVENT_REOPENED:
        fold->resolved = fold->archived = bases->own = false;
        bases->reopened_ms = ms;
        bases->reopened_susp = suspended_until(fold, bases, ms);
        break;
    case EVENT_EXCLUDED:
    case EVENT_INCLUDED:
        fold->excluded = type == EVENT_EXCLUDED;
        break;
    case EVENT_ARCHIVED:
        fold->archived = true;
        break;
    default:
        break;
    }
}

static void
take(const struct store *store, const struct milestone *m, int64_t ms,
     struct fold_whistles *whistles, struct fold *fold, struct fold_bases *bases)
{
    struct record r;
    switch ((enum event_type)m->type) {
    case EVENT_REGISTERED:
        record_read(&store->records, m->record, &r);
        on_registered(fold, bases, ms);
        set_fields(fold, &r, m->record);
        break;
    case EVENT_AMENDED:
        if (fold->registered) { /* older than the registration: no effect */
            record_read(&store->records, m->record, &r);
            set_fields(fold, &r, m->record);
        }
        break;
    case EVENT_DISPATCHED:
        record_read(&store->records, m->record, &r);
        on_dispatched(fold, bases, &r, ms);
        on_due(fold, bases, &r, ms);
        break;
    case EVENT_EXTENDED:
        record_read(&store->records, m->record, &r);
        on_due(fold, bases, &r, ms);
        break;
    case EVENT_WHISTLED:
        record_read(&store->records, m->record, &r);
        on_whistled(fold, bases, whistles, &r, m->record, ms);
        break;
    case EVENT_REPORTED:
        if (whistles->count) {
            record_read(&store->records, m->record, &r);
            on_reported(store, whistles, r.unit);
        }
        break;
    case EVENT_SURVEYED:
        record_read(&store->records, m->record, &r);
        on_surveyed(fold, &r, ms);
        break;
    default:
        on_plain(fold, bases, (enum event_type)m->type, ms);
        break;
    }
}

/* Of clocks and surveys only what says that there are none: to fill all of it with zeros takes
 * longer than to count the ticket. */
static void
blank(struct fold *out)
{
    out->registered = out->open = out->resolved = out->late = out->archived = false;
    out->excluded = out->suspended = out->whistled = out->confidential = out->placed = false;
    out->channel = out->category = out->street = out->community = INTERN_NONE;
    out->unit = out->property = INTERN_NONE;
    out->summary_record = 0;
    out->kind = EVENT_KIND_NONE;
    out->urgency = EVENT_NORMAL;
    out->mode = EVENT_MODE_NONE;
    out->lon_e7 = out->lat_e7 = 0;
    out->registered_ms = out->resolved_ms = 0;
    for (int by = 0; by < EVENT_BY_COUNT; by++) {
        out->survey[by].any = false;
    }
    for (int stage = 0; stage < SNAPSHOT_STAGE_COUNT; stage++) {
        out->clocks[stage].runs = false;
    }
    out->count = 0;
    out->newest_ms = 0;
    out->next_ms = FOLD_NEVER;
}

/* Field by field: what fills so much at once takes longer to begin. */
static void
begin_bases(struct fold_bases *out)
{
    out->dispatched_ms = out->reopened_ms = FOLD_NEVER;
    out->dispatched_susp = out->registered_susp = out->reopened_susp = 0;
    out->own_due_ms = out->own_ms = out->own_susp = 0;
    out->own = out->accept_stopped = false;
    out->resolved_susp = out->suspended_from = out->suspended_ms = 0;
}

void
fold_ticket(const struct store *store, const struct profile *profile, uint32_t ticket,
            int64_t at_ms, struct fold_whistles *whistles, struct fold *out)
{
    const struct ticket *t = &store->tickets[ticket];
    blank(out);
    struct fold_bases bases;
    begin_bases(&bases);
    whistles->count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct milestone *m = &store->milestones[t->first + i];
        int64_t ms = milestone_time(m);
        if (ms > at_ms) {
            out->next_ms = ms;
            break;
        }
        out->count++;
        out->newest_ms = ms;
        take(store, m, ms, whistles, out, &bases);
    }
    out->open = out->registered && !out->resolved && !out->archived;
    if (out->excluded) {
        for (int by = 0; by < EVENT_BY_COUNT; by++) {
            out->survey[by].any = false;
        }
    }
    if (out->registered) {
        bases.suspended_ms = suspended_until(out, &bases, at_ms);
        clocks_set(profile, &bases, whistles, out);
    }
}
