/* prepare: which book is shown, which one is being made, and which state they are of.
 *
 *   state    what events go into
 *   book     shown; of the state, or (shown) of the one before while the next book is made
 *   next     of the state, or (loading) of the one that is coming in */
#include "feeds/tickets/inside.h"

#include "wall/base/when.h"

#define TIDY_BYTES ((size_t)2 << 20)
#define AHEAD_MS 10000 /* so long before a day ends its figures are made */

void
prepare_touch(struct tickets *tickets, uint32_t ticket)
{
    struct book *books[] = {tickets->book, tickets->next};
    for (int i = 0; i < 2; i++) {
        struct book *book = books[i];
        if (!book || book->state != tickets->state) {
            continue;
        }
        if (!tickets->in_parts && book->dirty_count > 16384 &&
            book->dirty_count > tickets->state->store.count / 4) {
            book->phase = BOOK_BLANK; /* so many changes: anew is cheaper */
            continue;
        }
        book_touch(book, ticket);
    }
}

void
prepare_load_other(struct tickets *tickets, const struct event *event)
{
    struct book *next = tickets->next;
    if (!next || next->state != tickets->loading || event->time_ms <= next->recent_from_ms ||
        event->type > EVENT_ALARM_UNSHELVED) {
        return; /* only what the ticket's next change may be asks for it again */
    }
    uint32_t ticket = store_find(&tickets->loading->store, event->subject);
    if (ticket != STORE_NONE) {
        book_touch(next, ticket);
    }
}

/* What nobody prepares in parts is given back at once. */
static void
tidy(struct tickets *tickets)
{
    if (!tickets->in_parts) {
        waste_free_part(&tickets->waste, SIZE_MAX);
    }
}

static void
drop_next(struct tickets *tickets)
{
    waste_book(&tickets->waste, tickets->next);
    tickets->next = NULL;
    tidy(tickets);
}

void
prepare_rename(struct tickets *tickets)
{
    drop_next(tickets);
    tickets->stale = true;
}

void
prepare_load(struct tickets *tickets)
{
    drop_next(tickets);
}

void
prepare_drop_loading(struct tickets *tickets)
{
    if (tickets->next && tickets->next->state == tickets->loading) {
        drop_next(tickets);
    }
    waste_state(&tickets->waste, tickets->loading);
    tickets->loading = NULL;
    tidy(tickets);
}

void
prepare_replace(struct tickets *tickets)
{
    if (tickets->book->phase != BOOK_BLANK && tickets->book->state == tickets->state) {
        tickets->shown = tickets->state;
    } else {
        waste_state(&tickets->waste, tickets->state);
    }
    tickets->state = tickets->loading;
    tickets->loading = NULL;
    tidy(tickets);
}

/* The whole next book takes the place of the shown one. */
static void
turn_page(struct tickets *tickets)
{
    struct book *next = tickets->next;
    next->version += tickets->book->version + 1;
    next->slots.version += tickets->book->slots.version + 1;
    next->slots.cleared = true; /* nobody has seen its points yet */
    waste_book(&tickets->waste, tickets->book);
    waste_state(&tickets->waste, tickets->shown);
    tickets->book = next;
    tickets->next = NULL;
    tickets->shown = NULL;
    tickets->stale = false;
}

/* Whether the shown book can be brought to the moment. */
static bool
is_right(const struct tickets *tickets, int64_t at_ms)
{
    const struct book *book = tickets->book;
    return book->state == tickets->state && !tickets->stale && book_reaches(book, at_ms);
}

/* Begins the book that is wanted next, if any: of the loading state at this moment, of the state
 * at this moment or, shortly before the day ends, at its end. */
static void
begin_next(struct tickets *tickets, int64_t at_ms)
{
    struct book_state *of = tickets->loading ? tickets->loading : tickets->state;
    if (!tickets->loading && is_right(tickets, at_ms)) {
        int64_t end_ms = tickets->book->periods.to_ms[SNAPSHOT_TODAY];
        if (at_ms < end_ms - AHEAD_MS) {
            return;
        }
        at_ms = end_ms;
    }
    tickets->next =
        book_create(tickets->profile, &tickets->directory, &tickets->codes, tickets->helper);
    book_begin(tickets->next, of, at_ms);
}

/* Whether the next book is of a moment that is not wanted any more. One that is of the day before
 * is: in a replay days may pass quicker than their figures are made, and some are to be seen. */
static bool
is_vain(const struct tickets *tickets, int64_t at_ms)
{
    const struct book *next = tickets->next;
    return next && !tickets->loading && !is_right(tickets, at_ms) && !book_reaches(next, at_ms) &&
           (at_ms < next->at_ms || at_ms >= next->periods.to_ms[SNAPSHOT_TODAY] + WHEN_DAY);
}

bool
tickets_prepare(struct tickets *tickets, int64_t at_ms, uint32_t looks)
{
    tickets->in_parts = true;
    if (is_vain(tickets, at_ms)) {
        drop_next(tickets);
    }
    if (!tickets->next) {
        begin_next(tickets, at_ms);
    }
    struct book *next = tickets->next;
    if (!next) {
        return true;
    }
    if (!book_build(next, tickets->loading != NULL, &looks)) {
        return false;
    }
    if (tickets->loading) {
        return true; /* all that is there is counted */
    }
    bool right = is_right(tickets, at_ms);
    if (!right && next->fresh && book_reaches(next, at_ms)) {
        book_bring_to(next, at_ms); /* a part of its own: what happened meanwhile may be much */
        return false;
    }
    if (!right) {
        turn_page(tickets);
        return is_right(tickets, at_ms);
    }
    if (next->fresh || next->dirty_count) { /* it waits for its moment, and goes along meanwhile */
        book_bring_to(next, next->at_ms);
    }
    return true;
}

const struct snapshot *
tickets_glance(struct tickets *tickets, int64_t at_ms)
{
    struct book *book = tickets->book;
    if (book->phase == BOOK_BLANK) {
        return NULL;
    }
    book_bring_to(book, book_reaches(book, at_ms) ? at_ms : book->at_ms);
    return snapshot_make(tickets);
}

bool
tickets_tidy(struct tickets *tickets)
{
    return waste_free_part(&tickets->waste, TIDY_BYTES);
}

const struct snapshot *
tickets_snapshot(struct tickets *tickets, int64_t at_ms)
{
    struct book *next = tickets->next;
    uint32_t all = UINT32_MAX;
    if (!is_right(tickets, at_ms)) {
        if (next && next->state == tickets->state && book_reaches(next, at_ms)) {
            book_build(next, false, &all);
            turn_page(tickets);
        } else {
            book_begin(tickets->book, tickets->state, at_ms);
            book_build(tickets->book, false, &all);
            waste_state(&tickets->waste, tickets->shown);
            tickets->shown = NULL;
            tickets->stale = false;
        }
        tidy(tickets);
    }
    book_bring_to(tickets->book, at_ms);
    return snapshot_make(tickets);
}
