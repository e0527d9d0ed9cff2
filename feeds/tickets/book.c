/* book: the figures as at a moment, moved forwards by taking out and putting in the tickets that
 * change. */
#include "feeds/tickets/inside.h"

#include <stdlib.h>
#include <string.h>

#define BACK_MS 60000     /* how far back a moment may move without computing all anew */
#define RECENT_MOST 65536 /* changes remembered for it */

void
book_init(struct book *book, const struct profile *profile)
{
    *book = (struct book){.at_ms = INT64_MIN};
    rows_init(&book->rows, profile);
    lists_init(&book->lists);
}

void
book_free(struct book *book)
{
    rows_free(&book->rows);
    lists_free(&book->lists);
    slots_free(&book->slots);
    bursts_free(&book->bursts);
    free(book->deadlines.items);
    free(book->dirty);
    free(book->creeping);
    free(book->recent);
    free(book->whistles.items);
    *book = (struct book){0};
}

static void
fold_at(struct tickets *tickets, uint32_t ticket, int64_t at_ms, struct fold *fold)
{
    fold_ticket(&tickets->store, tickets->profile, ticket, at_ms, &tickets->book.whistles, fold);
}

void
book_invalidate(struct tickets *tickets)
{
    struct book *book = &tickets->book;
    book->valid = false;
    for (size_t i = 0; i < book->dirty_count; i++) {
        tickets->store.tickets[book->dirty[i]].flags &= (uint8_t)~TICKET_DIRTY;
    }
    book->dirty_count = 0;
}

void
book_abandon(struct tickets *tickets)
{
    struct book *book = &tickets->book;
    book->valid = false;
    book->dirty_count = book->creeping_count = book->recent_count = book->deadlines.count = 0;
    slots_clear(&book->slots);
    lists_clear(&book->lists);
    bursts_clear(&book->bursts);
}

static void
push(uint32_t **list, size_t *count, size_t *cap, uint32_t ticket)
{
    if (*count == *cap) {
        *cap = *cap * 2 + 256;
        *list = reallocarray(*list, *cap, sizeof **list);
        if (!*list) {
            abort();
        }
    }
    (*list)[(*count)++] = ticket;
}

/* A day of history or an entry of a window that a ticket of this age may still be in. */
static int64_t
oldest_of_interest(const struct periods *periods)
{
    int64_t oldest = periods->day_ms[0];
    for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
        oldest = periods->from_ms[w] < oldest ? periods->from_ms[w] : oldest;
    }
    return oldest;
}

void
book_touch(struct tickets *tickets, uint32_t ticket)
{
    struct book *book = &tickets->book;
    struct ticket *t = &tickets->store.tickets[ticket];
    if (!book->valid || t->flags & TICKET_DIRTY) {
        return;
    }
    if (book->dirty_count > 16384 && book->dirty_count > tickets->store.count / 4) {
        book_invalidate(tickets); /* so many changes: anew is cheaper */
        return;
    }
    push(&book->dirty, &book->dirty_count, &book->dirty_cap, ticket);
    t->flags |= TICKET_DIRTY;
    if (t->flags & TICKET_LISTED) {
        book->lists_stale = true;
    }
    if (t->count == 0) {
        return;
    }
    struct fold fold;
    fold_at(tickets, ticket, book->at_ms, &fold);
    if (fold.registered) {
        book->rows_stale |=
            rows_count(&book->rows, &book->periods, &tickets->codes, &fold, book->at_ms, -1);
        bursts_count(&book->bursts, tickets->profile, &book->periods, ticket, &fold, -1, true);
    }
}

/* The moments around the book's at which the ticket's contribution changes by time alone. */
static struct periods_edges
edges_of(struct tickets *tickets, uint32_t ticket, const struct fold *fold)
{
    const struct book *book = &tickets->book;
    struct periods_edges edges = {book->at_ms, INT64_MIN, fold->next_ms};
    if (fold->count) {
        periods_edge(&edges, fold->newest_ms);
    }
    if (!fold->registered) {
        return edges;
    }
    periods_enters(&book->periods, fold->registered_ms, &edges);
    if (fold->resolved) {
        periods_enters(&book->periods, fold->resolved_ms, &edges);
    }
    for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
        if (fold->survey[by].any) {
            periods_enters(&book->periods, fold->survey[by].time_ms, &edges);
        }
    }
    if (!fold->open) {
        return edges;
    }
    clocks_edges(fold, &edges);
    struct str number = store_number(&tickets->store, ticket);
    for (int stage = EVENT_ACCEPT;
         stage <= EVENT_STAGE_REPORT && tickets->others.newest_ms > book->recent_from_ms; stage++) {
        const struct event *event = others_alarm(&tickets->others, number, (enum event_stage)stage);
        if (event) {
            periods_edge(&edges, event->time_ms);
        }
    }
    return edges;
}

/* Remembers what changed of late, so that the clock's small corrections backwards cost little. */
static void
note_recent(struct book *book, uint32_t ticket, int64_t last_ms)
{
    if (last_ms <= book->recent_from_ms) {
        return;
    }
    if (book->recent_count == RECENT_MOST) {
        size_t kept = 0;
        int64_t oldest = book->at_ms - BACK_MS;
        for (size_t i = 0; i < book->recent_count; i++) {
            if (book->recent[i].at_ms > oldest) {
                book->recent[kept++] = book->recent[i];
            }
        }
        book->recent_from_ms = oldest > book->recent_from_ms ? oldest : book->recent_from_ms;
        book->recent_count = kept;
        if (kept > RECENT_MOST / 2) { /* too much happens: there is no way back from here */
            book->recent_from_ms = book->at_ms;
            book->recent_count = 0;
        }
    }
    if (book->recent_count == book->recent_cap) {
        book->recent_cap = book->recent_cap * 2 + 256;
        book->recent = reallocarray(book->recent, book->recent_cap, sizeof *book->recent);
        if (!book->recent) {
            abort();
        }
    }
    book->recent[book->recent_count++] = (struct deadlines_item){last_ms, ticket};
}

/* Puts a ticket in as it is at the book's moment. */
static void
put_in(struct tickets *tickets, uint32_t ticket, bool anew)
{
    struct book *book = &tickets->book;
    struct ticket *t = &tickets->store.tickets[ticket];
    struct fold fold;
    fold_at(tickets, ticket, book->at_ms, &fold);
    bool listed = false;
    if (fold.registered) {
        struct lists_names names = {&tickets->store, &tickets->directory, &tickets->others,
                                    tickets->profile};
        book->rows_stale |=
            rows_count(&book->rows, &book->periods, &tickets->codes, &fold, book->at_ms, 1);
        bursts_count(&book->bursts, tickets->profile, &book->periods, ticket, &fold, 1, !anew);
        listed = lists_add(&book->lists, &names, ticket, &fold, &book->whistles, book->at_ms);
    }
    slots_set(&book->slots, t, &fold, book->at_ms);
    t->flags &= (uint8_t) ~(TICKET_LISTED | TICKET_CLOSED);
    bool closed = t->count && !fold.open && fold.next_ms == FOLD_NEVER;
    t->flags |= (uint8_t)((listed ? TICKET_LISTED : 0) | (closed ? TICKET_CLOSED : 0));
    book->lists_stale = book->lists_stale || listed;
    if (listed && fold.suspended && !(t->flags & TICKET_CREEPS)) {
        t->flags |= TICKET_CREEPS;
        push(&book->creeping, &book->creeping_count, &book->creeping_cap, ticket);
    }
    struct periods_edges edges = edges_of(tickets, ticket, &fold);
    note_recent(book, ticket, edges.last_ms);
    int64_t next = edges.next_ms;
    if (next < book->periods.to_ms[SNAPSHOT_TODAY]) { /* with the day all is computed anew */
        deadlines_set(&book->deadlines, tickets->store.tickets, ticket, next);
    } else {
        deadlines_drop(&book->deadlines, tickets->store.tickets, ticket);
    }
}

static void
pin_streets(struct tickets *tickets)
{
    const struct directory *d = &tickets->directory;
    for (size_t i = 0; i < d->counts[DIRECTORY_STREETS]; i++) {
        uint32_t code = d->entries[DIRECTORY_STREETS][i].code;
        rows_pin(&tickets->book.rows, SNAPSHOT_STREET, &tickets->book.periods, code,
                 intern_get(&tickets->codes, code));
    }
}

/* Whether the ticket is not open once all its milestones have happened, by their types alone. */
static bool
is_closed(const struct store *store, const struct ticket *t)
{
    for (uint32_t i = t->count; i-- > 0;) {
        uint8_t type = store->milestones[t->first + i].type;
        if (type == EVENT_RESOLVED || type == EVENT_ARCHIVED) {
            return true;
        }
        if (type == EVENT_REOPENED) {
            return false;
        }
    }
    return false;
}

bool
book_is_past(const struct tickets *tickets, uint32_t ticket)
{
    const struct store *store = &tickets->store;
    const struct ticket *t = &store->tickets[ticket];
    return t->count && t->flags & TICKET_CLOSED &&
           milestone_time(&store->milestones[t->first + t->count - 1]) < tickets->book.oldest_ms;
}

static void
compute_anew(struct tickets *tickets, int64_t at_ms)
{
    struct book *book = &tickets->book;
    struct store *store = &tickets->store;
    book_invalidate(tickets);
    store_compact(store);
    periods_at(tickets->profile, at_ms, &book->periods);
    book->at_ms = at_ms;
    rows_clear(&book->rows, &book->periods, &tickets->codes);
    pin_streets(tickets);
    lists_clear(&book->lists);
    bursts_clear(&book->bursts);
    deadlines_clear(&book->deadlines, store->tickets);
    book->recent_count = 0;
    book->recent_from_ms = at_ms - BACK_MS > book->periods.from_ms[SNAPSHOT_TODAY]
                               ? at_ms - BACK_MS
                               : book->periods.from_ms[SNAPSHOT_TODAY];
    for (size_t i = 0; i < book->creeping_count; i++) {
        store->tickets[book->creeping[i]].flags &= (uint8_t)~TICKET_CREEPS;
    }
    book->creeping_count = 0;
    book->oldest_ms = oldest_of_interest(&book->periods);
    for (uint32_t i = 0; i < store->count; i++) {
        struct ticket *t = &store->tickets[i];
        t->flags &= (uint8_t)~TICKET_LISTED;
        if (t->slot == STORE_NONE && t->count && !(t->flags & TICKET_CLOSED) &&
            is_closed(store, t)) {
            t->flags |= TICKET_CLOSED;
        }
        if (t->slot == STORE_NONE && book_is_past(tickets, i)) {
            continue;
        }
        if (t->count || t->slot != STORE_NONE) {
            put_in(tickets, i, true);
        }
    }
    bursts_sort(&book->bursts);
    book->lists_stale = book->rows_stale = true;
    book->valid = true;
}

/* The due times of suspended clocks move with the moment, and with them their places in the lists;
 * nothing else does. */
static void
creep(struct tickets *tickets, int64_t from_ms)
{
    struct book *book = &tickets->book;
    struct lists_names names = {&tickets->store, &tickets->directory, &tickets->others,
                                tickets->profile};
    size_t kept = 0;
    for (size_t i = 0; i < book->creeping_count; i++) {
        uint32_t ticket = book->creeping[i];
        struct ticket *t = &tickets->store.tickets[ticket];
        struct fold fold;
        bool listed = t->flags & TICKET_LISTED && t->count;
        if (listed) {
            fold_at(tickets, ticket, book->at_ms, &fold);
        }
        if (!listed || !fold.suspended) {
            t->flags &= (uint8_t)~TICKET_CREEPS;
            continue;
        }
        book->creeping[kept++] = ticket;
        if (t->flags & TICKET_DIRTY || from_ms == book->at_ms) {
            continue; /* its entries are new, or stand still */
        }
        push(&book->dirty, &book->dirty_count, &book->dirty_cap, ticket);
        t->flags |= TICKET_DIRTY;
        lists_add(&book->lists, &names, ticket, &fold, &book->whistles, book->at_ms);
        book->lists_crept = true;
    }
    book->creeping_count = kept;
}

/* The tickets that changed after a moment that lies back: as recorded when they did. */
static void
touch_back(struct tickets *tickets, int64_t at_ms)
{
    struct book *book = &tickets->book;
    size_t kept = 0;
    for (size_t i = 0; i < book->recent_count && book->valid; i++) {
        if (book->recent[i].at_ms > at_ms) {
            book_touch(tickets, book->recent[i].ticket);
        } else {
            book->recent[kept++] = book->recent[i];
        }
    }
    book->recent_count = kept;
}

/* To a moment of the same day: on, or a little back. */
static void
move_to(struct tickets *tickets, int64_t at_ms)
{
    struct book *book = &tickets->book;
    struct ticket *all = tickets->store.tickets;
    if (at_ms < book->at_ms) {
        touch_back(tickets, at_ms);
    }
    for (uint32_t t; (t = deadlines_pop(&book->deadlines, all, at_ms)) != STORE_NONE;) {
        book_touch(tickets, t);
        if (!book->valid) {
            break;
        }
    }
    if (!book->valid) {
        compute_anew(tickets, at_ms);
        return;
    }
    int64_t from_ms = book->at_ms;
    book->at_ms = at_ms;
    periods_move(&book->periods, at_ms);
    for (size_t i = 0; i < book->dirty_count; i++) {
        put_in(tickets, book->dirty[i], false);
    }
    creep(tickets, from_ms);
}

static void
name_rows(struct tickets *tickets)
{
    static const enum directory_kind kinds[SNAPSHOT_GROUP_COUNT] = {
        [SNAPSHOT_STREET] = DIRECTORY_STREETS,
        [SNAPSHOT_COMMUNITY] = DIRECTORY_COMMUNITIES,
        [SNAPSHOT_CATEGORY] = DIRECTORY_CATEGORIES,
        [SNAPSHOT_UNIT] = DIRECTORY_UNITS,
        [SNAPSHOT_PROPERTY] = DIRECTORY_UNITS};
    const struct directory *d = &tickets->directory;
    for (int g = SNAPSHOT_STREET; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &tickets->book.rows.groups[g];
        for (size_t i = 0; group->unnamed && i < group->count; i++) {
            struct snapshot_row *row = &group->rows[i];
            uint32_t parent = directory_parent(d, kinds[g], group->codes[i]);
            enum directory_kind above =
                g == SNAPSHOT_COMMUNITY ? DIRECTORY_STREETS : DIRECTORY_CATEGORIES;
            row->name = directory_name(d, &tickets->codes, kinds[g], group->codes[i]);
            row->parent = intern_get(&tickets->codes, parent);
            row->parent_name = directory_name(d, &tickets->codes, above, parent);
        }
        group->unnamed = false;
    }
}

void
book_bring_to(struct tickets *tickets, int64_t at_ms)
{
    struct book *book = &tickets->book;
    slots_begin(&book->slots);
    uint64_t points = book->slots.version;
    if (!book->valid || (at_ms < book->at_ms && at_ms < book->recent_from_ms) ||
        at_ms >= book->periods.to_ms[SNAPSHOT_TODAY]) {
        compute_anew(tickets, at_ms);
    } else {
        move_to(tickets, at_ms);
    }
    bool changed = book->rows_stale || book->lists_stale;
    if (book->rows_stale) {
        rows_finish(&book->rows);
        name_rows(tickets);
        book->rows_stale = false;
    }
    if (book->lists_crept || book->lists_stale) {
        lists_merge(&book->lists, &tickets->store, book->dirty, book->dirty_count);
        book->lists_stale = book->lists_crept = false;
    }
    for (size_t i = 0; i < book->dirty_count; i++) {
        tickets->store.tickets[book->dirty[i]].flags &= (uint8_t)~TICKET_DIRTY;
    }
    book->dirty_count = 0;
    slots_finish(&book->slots, &book->rows);
    changed |= bursts_find(&book->bursts, &tickets->store, tickets->profile, &tickets->directory,
                           at_ms, &book->whistles);
    book->version += changed || points != book->slots.version;
}
