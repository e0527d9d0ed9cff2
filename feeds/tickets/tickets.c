#include "feeds/tickets/tickets.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/tickets/inside.h"

struct tickets *
tickets_create(const struct profile *profile)
{
    struct tickets *tickets = calloc(1, sizeof *tickets);
    if (!tickets) {
        abort();
    }
    tickets->profile = profile;
    tickets->state = book_state_create(&tickets->codes);
    tickets->book = book_create(profile, &tickets->directory, &tickets->codes, NULL);
    return tickets;
}

void
tickets_destroy(struct tickets *tickets)
{
    if (!tickets) {
        return;
    }
    waste_free_part(&tickets->waste, SIZE_MAX);
    book_destroy(tickets->next);
    book_destroy(tickets->book);
    book_state_destroy(tickets->shown);
    book_state_destroy(tickets->loading);
    book_state_destroy(tickets->state);
    free(tickets->scratch.items);
    directory_free(&tickets->directory);
    intern_free(&tickets->codes);
    free(tickets);
}

void
tickets_set_helper(struct tickets *tickets, struct helper *helper)
{
    tickets->helper = tickets->book->helper = helper;
    if (tickets->next) {
        tickets->next->helper = helper;
    }
}

/* --- the stream --- */

static enum tickets_outcome
apply_other(struct tickets *tickets, const struct event *event, bool dedup)
{
    if (dedup && !store_mark(&tickets->state->store, event, 0)) {
        return TICKETS_REPEATED;
    }
    if (event->type <= EVENT_ALARM_UNSHELVED) {
        uint32_t ticket = store_find(&tickets->state->store, event->subject);
        if (ticket != STORE_NONE) {
            prepare_touch(tickets, ticket); /* before the item changes: alarms borrow its strings */
        }
    }
    others_add(&tickets->state->others, event);
    return TICKETS_APPLIED;
}

enum tickets_outcome
tickets_apply(struct tickets *tickets, const struct event *event, bool dedup)
{
    struct store *store = &tickets->state->store;
    if (event->type == EVENT_UNKNOWN) {
        return TICKETS_IGNORED;
    }
    if (event->type > EVENT_TICKET_LAST) {
        return apply_other(tickets, event, dedup);
    }
    uint32_t ticket = store_ticket(store, event->subject);
    if (store->tickets[ticket].flags & TICKET_REMOVED) {
        return TICKETS_IGNORED;
    }
    if (dedup && !store_mark(store, event, store->tickets[ticket].generation)) {
        return TICKETS_REPEATED;
    }
    prepare_touch(tickets, ticket);
    if (event->type == EVENT_REMOVED) {
        store_remove(store, ticket);
        return TICKETS_APPLIED;
    }
    store_add(store, ticket, event->type, event->time_ms, &event->data);
    if (store->tickets[ticket].flags & TICKET_REGISTERED) {
        return TICKETS_APPLIED;
    }
    store_bound_held(store);
    return TICKETS_HELD;
}

void
tickets_set_held_max(struct tickets *tickets, size_t events)
{
    tickets->state->store.held_max = events;
}

uint64_t
tickets_held_dropped(const struct tickets *tickets)
{
    return tickets->held_dropped + tickets->state->store.held_dropped;
}

void
tickets_forget(struct tickets *tickets, struct str number)
{
    uint32_t ticket = store_find(&tickets->state->store, number);
    if (ticket != STORE_NONE && !(tickets->state->store.tickets[ticket].flags & TICKET_REMOVED)) {
        prepare_touch(tickets, ticket);
        store_forget(&tickets->state->store, ticket);
    }
}

/* --- a snapshot of the protocol --- */

void
tickets_load_begin(struct tickets *tickets)
{
    tickets_load_abort(tickets);
    prepare_load(tickets);
    tickets->loading = book_state_create(&tickets->codes);
    tickets->loading->store.held_max = tickets->state->store.held_max;
}

void
tickets_load_expect(struct tickets *tickets, uint64_t count)
{
    if (tickets->loading) {
        store_expect(&tickets->loading->store, count);
    }
}

void
tickets_load_other(struct tickets *tickets, const struct event *event)
{
    if (tickets->loading && event->type > EVENT_TICKET_LAST) {
        prepare_load_other(tickets, event);
        others_add(&tickets->loading->others, event);
    }
}

void
tickets_load_end(struct tickets *tickets)
{
    if (tickets->loading) {
        tickets->held_dropped += tickets->state->store.held_dropped;
        prepare_replace(tickets);
    }
}

void
tickets_load_abort(struct tickets *tickets)
{
    if (tickets->loading) {
        prepare_drop_loading(tickets);
    }
}

void
tickets_set_directory(struct tickets *tickets, const struct tickets_directory *directory)
{
    directory_set(&tickets->directory, &tickets->codes, directory);
    prepare_rename(tickets);
}

/* --- questions --- */

void
tickets_digest(const struct tickets *tickets, struct str street, uint64_t *count, uint64_t *digest)
{
    struct store_sum sum = tickets->state->store.all;
    if (street.len) {
        uint32_t code = intern_find(&tickets->codes, street);
        sum = code < tickets->state->store.streets_cap ? tickets->state->store.streets[code]
                                                       : (struct store_sum){0, 0};
    }
    *count = sum.count;
    *digest = sum.digest;
}

bool
tickets_street_of(const struct tickets *tickets, struct str number, struct str *street)
{
    uint32_t ticket = store_find(&tickets->state->store, number);
    if (ticket == STORE_NONE || tickets->state->store.tickets[ticket].flags & TICKET_REMOVED) {
        *street = (struct str){"", 0};
        return false;
    }
    *street = intern_get(&tickets->codes, tickets->state->store.tickets[ticket].street);
    return true;
}

/* Whether a folded ticket counts under the key; the same conditions as rows.c counts by. */
static bool
counts_under(const struct tickets *tickets, const struct snapshot_key *key, uint32_t code,
             const struct fold *f)
{
    const struct periods *periods = &tickets->book->periods;
    int64_t at_ms = tickets->book->at_ms;
    if (key->group != SNAPSHOT_DISTRICT && rows_code(f, key->group) != code) {
        return false;
    }
    uint32_t bit = UINT32_C(1) << key->window;
    const struct fold_survey *s = &f->survey[key->by];
    bool surveyed = s->any && periods_mask(periods, s->time_ms) & bit;
    bool soon = false, overdue = false, stage[SNAPSHOT_STAGE_COUNT];
    for (int i = 0; i < SNAPSHOT_STAGE_COUNT; i++) {
        stage[i] = clocks_overdue(&f->clocks[i], at_ms);
        overdue = overdue || stage[i];
        soon = soon || clocks_due_soon(&f->clocks[i], at_ms);
    }
    bool resolved = f->resolved && periods_mask(periods, f->resolved_ms) & bit;
    const bool measures[SNAPSHOT_MEASURE_COUNT] = {
        [SNAPSHOT_RECEIVED] = periods_mask(periods, f->registered_ms) & bit,
        [SNAPSHOT_RESOLVED] = resolved,
        [SNAPSHOT_RESOLVED_LATE] = resolved && f->late,
        [SNAPSHOT_EFFECTIVE] = surveyed,
        [SNAPSHOT_RESPONDED] = surveyed && s->responded,
        [SNAPSHOT_SOLVED] = surveyed && s->solved,
        [SNAPSHOT_SATISFIED] = surveyed && s->satisfied,
        [SNAPSHOT_BASIC] = surveyed && s->basic,
        [SNAPSHOT_OPEN] = f->open,
        [SNAPSHOT_DUE_SOON] = soon && !overdue,
        [SNAPSHOT_OVERDUE] = overdue,
        [SNAPSHOT_OVERDUE_ACCEPT] = stage[SNAPSHOT_ACCEPT],
        [SNAPSHOT_OVERDUE_RESOLVE] = stage[SNAPSHOT_RESOLVE],
        [SNAPSHOT_OVERDUE_EXPEDITE] = stage[SNAPSHOT_EXPEDITE],
        [SNAPSHOT_OVERDUE_REPORT] = stage[SNAPSHOT_REPORT],
    };
    return measures[key->measure];
}

size_t
tickets_behind(struct tickets *tickets, const struct snapshot_key *key, struct str *out, size_t max)
{
    uint32_t code = intern_find(&tickets->codes, key->code);
    struct book *book = tickets->book;
    size_t count = 0;
    if (book->phase == BOOK_BLANK) {
        return 0; /* there was no snapshot */
    }
    const struct store *store = &book->state->store;
    for (uint32_t i = store->count; i-- > 0 && count < max;) {
        struct fold fold;
        if (!(store->tickets[i].flags & TICKET_REGISTERED) || book_is_past(book, i)) {
            continue;
        }
        fold_ticket(store, tickets->profile, i, book->at_ms, &book->whistles, &fold);
        if (fold.registered && !fold.confidential && counts_under(tickets, key, code, &fold)) {
            out[count++] = store_number(store, i);
        }
    }
    return count;
}

struct tickets_memory
tickets_memory(const struct tickets *tickets)
{
    const struct store *store = &tickets->state->store;
    struct tickets_memory m = {
        .columns = store_bytes_columns(store),
        .milestones = store_bytes_milestones(store),
        .strings = store_bytes_strings(store) + arena_held(&tickets->codes.bytes) +
                   tickets->codes.cap * sizeof *tickets->codes.strings +
                   tickets->codes.slot_count * sizeof *tickets->codes.slots,
        .index = store_bytes_index(store),
        .figures = book_bytes(tickets->book) + (tickets->next ? book_bytes(tickets->next) : 0),
        .marks = store_bytes_marks(store),
        .tickets = store->count,
    };
    m.total = m.columns + m.milestones + m.strings + m.index + m.figures;
    return m;
}
