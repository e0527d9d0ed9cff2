#include "feeds/tickets/book.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"

#define BACK_MS 60000        /* how far back a moment may move without computing all anew */
#define RECENT_MOST 65536    /* changes remembered for it */
#define COMPACT_MOST 1000000 /* milestones: more are not moved at once, it would take too long */
#define DUE_MOST 8192        /* tickets that change by time alone at once; more: anew, in parts */
#define BLOCK 16             /* tickets counted together */
#define POINTS_A_LOOK 16     /* setting a point's street costs as much less than a ticket's fold */

struct book *
book_create(const struct profile *profile, const struct directory *directory, struct intern *codes,
            struct helper *helper)
{
    struct book *book = calloc(1, sizeof *book);
    if (!book) {
        abort();
    }
    book->profile = profile;
    book->directory = directory;
    book->codes = codes;
    book->helper = helper;
    book->at_ms = INT64_MIN;
    rows_init(&book->rows, profile);
    lists_init(&book->lists);
    return book;
}

void
book_destroy(struct book *book)
{
    if (!book) {
        return;
    }
    rows_free(&book->rows);
    lists_free(&book->lists);
    slots_free(&book->slots);
    bursts_free(&book->bursts);
    free(book->deadlines.items);
    free(book->marks);
    free(book->dirty);
    free(book->creeping);
    free(book->recent);
    free(book->whistles.items);
    free(book);
}

struct book_state *
book_state_create(struct intern *codes)
{
    struct book_state *state = calloc(1, sizeof *state);
    if (!state) {
        abort();
    }
    store_init(&state->store, codes);
    others_init(&state->others);
    return state;
}

void
book_state_destroy(struct book_state *state)
{
    if (state) {
        store_finish(&state->store);
        others_free(&state->others);
        free(state);
    }
}

static struct mark *
mark_of(struct book *book, uint32_t ticket)
{
    if (ticket >= book->marks_cap) {
        uint32_t cap = ticket + ticket / 8 + 1024;
        uint32_t least = book->state->store.count; /* all that are there: not step by step */
        cap = cap > least ? cap : least;
        book->marks = arena_regrow(book->marks, cap, sizeof *book->marks);
        memset(book->marks + book->marks_cap, 0, (cap - book->marks_cap) * sizeof *book->marks);
        book->marks_cap = cap;
    }
    return &book->marks[ticket];
}

static void
fold_at(struct book *book, uint32_t ticket, int64_t at_ms, struct fold *fold)
{
    fold_ticket(&book->state->store, book->profile, ticket, at_ms, &book->whistles, fold);
}

static struct lists_names
names_of(const struct book *book)
{
    return (struct lists_names){&book->state->store, book->directory, &book->state->others,
                                book->profile};
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

/* Whether it was counted, and is still. */
static bool
is_in(const struct book *book, uint32_t ticket)
{
    if (book->phase == BOOK_BLANK || (book->phase == BOOK_COUNTING && ticket >= book->at)) {
        return false; /* its turn will come */
    }
    return ticket >= book->marks_cap || !mark_has(&book->marks[ticket], MARKS_DIRTY);
}

void
book_touch(struct book *book, uint32_t ticket)
{
    if (!is_in(book, ticket)) {
        return;
    }
    struct mark *mark = mark_of(book, ticket);
    push(&book->dirty, &book->dirty_count, &book->dirty_cap, ticket);
    mark_set(mark, MARKS_DIRTY, true);
    book->lists_stale |= mark_has(mark, MARKS_LISTED);
    if (book->state->store.tickets[ticket].count == 0) {
        return;
    }
    struct fold fold;
    fold_at(book, ticket, book->at_ms, &fold);
    if (fold.registered) {
        bursts_sort_rest(&book->bursts);
        book->rows_stale |=
            rows_count(&book->rows, &book->periods, book->codes, &fold, book->at_ms, -1);
        bursts_count(&book->bursts, book->profile, &book->periods, ticket, &fold, -1);
    }
}

/* The moments around the book's at which the ticket's contribution changes by time alone. */
static struct periods_edges
edges_of(const struct book *book, uint32_t ticket, const struct fold *fold)
{
    const struct others *others = &book->state->others;
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
    struct str number = store_number(&book->state->store, ticket);
    for (int stage = EVENT_ACCEPT;
         stage <= EVENT_STAGE_REPORT && others->newest_ms > book->recent_from_ms; stage++) {
        const struct event *event = others_alarm(others, number, (enum event_stage)stage);
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

/* Puts a ticket in as it was folded at the book's moment; the whistles are its. */
static void
put_folded(struct book *book, uint32_t ticket, const struct fold *fold)
{
    struct ticket *t = &book->state->store.tickets[ticket];
    struct mark *mark = mark_of(book, ticket);
    bool listed = false;
    if (fold->registered) {
        book->rows_stale |=
            rows_count(&book->rows, &book->periods, book->codes, fold, book->at_ms, 1);
        bursts_count(&book->bursts, book->profile, &book->periods, ticket, fold, 1);
        struct lists_names names = names_of(book);
        listed = lists_add(&book->lists, &names, ticket, fold, &book->whistles, book->at_ms);
    }
    slots_set(&book->slots, mark, fold, book->at_ms);
    mark_set(mark, MARKS_LISTED, listed);
    t->flags &= (uint8_t)~TICKET_CLOSED;
    bool closed = t->count && !fold->open && fold->next_ms == FOLD_NEVER;
    t->flags |= (uint8_t)(closed ? TICKET_CLOSED : 0);
    book->lists_stale |= listed && book->phase == BOOK_WHOLE;
    if (listed && fold->suspended && !mark_has(mark, MARKS_CREEPS)) {
        mark_set(mark, MARKS_CREEPS, true);
        push(&book->creeping, &book->creeping_count, &book->creeping_cap, ticket);
    }
    struct periods_edges edges = edges_of(book, ticket, fold);
    note_recent(book, ticket, edges.last_ms);
    int64_t next = edges.next_ms;
    if (next < book->periods.to_ms[SNAPSHOT_TODAY]) { /* with the day all is computed anew */
        deadlines_set(&book->deadlines, book->marks, ticket, next);
    } else {
        deadlines_drop(&book->deadlines, book->marks, ticket);
    }
}

/* Puts a ticket in as it is at the book's moment. */
static void
put_in(struct book *book, uint32_t ticket)
{
    struct fold fold;
    fold_at(book, ticket, book->at_ms, &fold);
    put_folded(book, ticket, &fold);
}

static void
pin_streets(struct book *book)
{
    const struct directory *d = book->directory;
    for (size_t i = 0; i < d->counts[DIRECTORY_STREETS]; i++) {
        uint32_t code = d->entries[DIRECTORY_STREETS][i].code;
        rows_pin(&book->rows, SNAPSHOT_STREET, &book->periods, code, intern_get(book->codes, code));
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
book_is_past(const struct book *book, uint32_t ticket)
{
    const struct store *store = &book->state->store;
    const struct ticket *t = &store->tickets[ticket];
    return t->count && t->flags & TICKET_CLOSED &&
           milestone_time(&store->milestones[t->first + t->count - 1]) < book->oldest_ms;
}

/* --- building --- */

void
book_begin(struct book *book, struct book_state *state, int64_t at_ms)
{
    book->state = state;
    if (state->store.milestones_used < COMPACT_MOST) {
        store_compact(&state->store);
    }
    periods_at(book->profile, at_ms, &book->periods);
    book->at_ms = at_ms;
    rows_clear(&book->rows, &book->periods, book->codes);
    pin_streets(book);
    lists_clear(&book->lists);
    slots_clear(&book->slots);
    bursts_clear(&book->bursts);
    book->deadlines.count = 0;
    if (book->marks_cap) {
        memset(book->marks, 0, book->marks_cap * sizeof *book->marks);
    }
    book->dirty_count = book->put_back = 0;
    book->creeping_count = book->recent_count = 0;
    book->recent_from_ms = at_ms - BACK_MS > book->periods.from_ms[SNAPSHOT_TODAY]
                               ? at_ms - BACK_MS
                               : book->periods.from_ms[SNAPSHOT_TODAY];
    book->oldest_ms = oldest_of_interest(&book->periods);
    book->lists_stale = book->lists_crept = false;
    book->phase = BOOK_COUNTING;
    book->fresh = true;
    book->at = 0;
}

static void
enter(struct book *book, enum book_phase phase)
{
    book->phase = phase;
    book->at = 0;
}

/* Tickets of the next BLOCK that count: all are folded before the first is put in, so that the
 * memory that each leads to is there in time: it is in no order. */
static void
count_block(struct book *book, uint32_t *looks)
{
    struct store *store = &book->state->store;
    struct fold folds[BLOCK];
    uint32_t tickets[BLOCK];
    size_t count = 0;
    for (; *looks && book->at < store->count && count < BLOCK; --*looks) {
        uint32_t ticket = (uint32_t)book->at++;
        struct ticket *t = &store->tickets[ticket];
        if (t->count == 0) {
            continue;
        }
        if (!(t->flags & TICKET_CLOSED) && is_closed(store, t)) {
            t->flags |= TICKET_CLOSED;
        }
        if (!book_is_past(book, ticket)) {
            fold_at(book, ticket, book->at_ms, &folds[count]);
            bursts_fetch(&book->bursts, &folds[count]);
            tickets[count++] = ticket;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (folds[i].whistled) { /* its whistles gave way to the next ticket's */
            put_in(book, tickets[i]);
        } else {
            book->whistles.count = 0;
            put_folded(book, tickets[i], &folds[i]);
        }
    }
}

static bool
count_part(struct book *book, uint32_t *looks)
{
    struct store *store = &book->state->store;
    /* What changed is put back at once, but for what has entries in a run: those are taken out, and
     * new ones put in, when the lists are whole. */
    for (; *looks && book->put_back < book->dirty_count; --*looks) {
        uint32_t ticket = book->dirty[book->put_back];
        if (mark_has(mark_of(book, ticket), MARKS_LISTED)) {
            book->put_back++;
            continue;
        }
        book->dirty[book->put_back] = book->dirty[--book->dirty_count];
        mark_set(mark_of(book, ticket), MARKS_DIRTY, false);
        put_in(book, ticket);
    }
    while (*looks && book->at < store->count) {
        count_block(book, looks);
    }
    lists_end_run(&book->lists);
    return book->at == store->count && book->put_back == book->dirty_count;
}

static void
name_rows(struct book *book)
{
    static const enum directory_kind kinds[SNAPSHOT_GROUP_COUNT] = {
        [SNAPSHOT_STREET] = DIRECTORY_STREETS,
        [SNAPSHOT_COMMUNITY] = DIRECTORY_COMMUNITIES,
        [SNAPSHOT_CATEGORY] = DIRECTORY_CATEGORIES,
        [SNAPSHOT_UNIT] = DIRECTORY_UNITS,
        [SNAPSHOT_PROPERTY] = DIRECTORY_UNITS};
    const struct directory *d = book->directory;
    for (int g = SNAPSHOT_STREET; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &book->rows.groups[g];
        for (size_t i = 0; group->unnamed && i < group->count; i++) {
            struct snapshot_row *row = &group->rows[i];
            uint32_t parent = directory_parent(d, kinds[g], group->codes[i]);
            enum directory_kind above =
                g == SNAPSHOT_COMMUNITY ? DIRECTORY_STREETS : DIRECTORY_CATEGORIES;
            row->name = directory_name(d, book->codes, kinds[g], group->codes[i]);
            row->parent = intern_get(book->codes, parent);
            row->parent_name = directory_name(d, book->codes, above, parent);
        }
        group->unnamed = false;
    }
}

/* Rows in order, ranked and named. */
static void
finish_rows(struct book *book)
{
    rows_finish(&book->rows);
    name_rows(book);
    book->rows_stale = false;
}

static bool
place_part(struct book *book, uint32_t *looks)
{
    if (book->at == 0) {
        finish_rows(book);
    }
    size_t from = book->at, most = (size_t)*looks * POINTS_A_LOOK;
    book->at = slots_place(&book->slots, &book->rows, from, most);
    *looks -= (uint32_t)((book->at - from) / POINTS_A_LOOK);
    return book->at == book->slots.count;
}

/* A part of the phase; true where it is over. What merges the lists has no use for the bursts, so
 * that a helper sorts those meanwhile. */
static bool
build_part(struct book *book, uint32_t *looks)
{
    if (book->phase == BOOK_MERGING || book->phase == BOOK_SORTING) {
        bursts_sort_begin(&book->bursts, book->helper);
    }
    switch (book->phase) {
    case BOOK_COUNTING:
        return count_part(book, looks);
    case BOOK_MERGING: {
        struct lists_names names = names_of(book);
        return lists_merge_runs(&book->lists, &names, book->at_ms, looks);
    }
    case BOOK_SORTING:
        return bursts_sort_part(&book->bursts, looks);
    default:
        return place_part(book, looks);
    }
}

bool
book_build(struct book *book, bool open, uint32_t *looks)
{
    while (book->phase != BOOK_WHOLE) {
        if (*looks == 0 || !build_part(book, looks)) {
            return false;
        }
        if (open && book->phase == BOOK_COUNTING) {
            return true;
        }
        enter(book, book->phase + 1);
    }
    return true;
}

/* --- from moment to moment --- */

/* The due times of suspended clocks move with the moment, and with them their places in the lists;
 * nothing else does. */
static void
creep(struct book *book, int64_t from_ms)
{
    struct lists_names names = names_of(book);
    size_t kept = 0;
    for (size_t i = 0; i < book->creeping_count; i++) {
        uint32_t ticket = book->creeping[i];
        struct mark *mark = &book->marks[ticket];
        struct fold fold;
        bool listed = mark_has(mark, MARKS_LISTED) && book->state->store.tickets[ticket].count;
        if (listed) {
            fold_at(book, ticket, book->at_ms, &fold);
        }
        if (!listed || !fold.suspended) {
            mark_set(mark, MARKS_CREEPS, false);
            continue;
        }
        book->creeping[kept++] = ticket;
        if (mark_has(mark, MARKS_DIRTY) || from_ms == book->at_ms) {
            continue; /* its entries are new, or stand still */
        }
        push(&book->dirty, &book->dirty_count, &book->dirty_cap, ticket);
        mark_set(mark, MARKS_DIRTY, true);
        lists_add(&book->lists, &names, ticket, &fold, &book->whistles, book->at_ms);
        book->lists_crept = true;
    }
    book->creeping_count = kept;
}

/* The tickets that changed after a moment that lies back: as recorded when they did. */
static void
touch_back(struct book *book, int64_t at_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < book->recent_count; i++) {
        if (book->recent[i].at_ms > at_ms) {
            book_touch(book, book->recent[i].ticket);
        } else {
            book->recent[kept++] = book->recent[i];
        }
    }
    book->recent_count = kept;
}

/* To a moment of the same day: on, or a little back. */
static void
move_to(struct book *book, int64_t at_ms)
{
    if (at_ms < book->at_ms) {
        touch_back(book, at_ms);
    }
    for (uint32_t t; (t = deadlines_pop(&book->deadlines, book->marks, at_ms)) != STORE_NONE;) {
        book_touch(book, t);
    }
    int64_t from_ms = book->at_ms;
    book->at_ms = at_ms;
    periods_move(&book->periods, at_ms);
    for (size_t i = 0; i < book->dirty_count; i++) {
        put_in(book, book->dirty[i]);
    }
    creep(book, from_ms);
}

bool
book_reaches(const struct book *book, int64_t at_ms)
{
    return book->phase != BOOK_BLANK && at_ms < book->periods.to_ms[SNAPSHOT_TODAY] &&
           (at_ms >= book->at_ms || at_ms >= book->recent_from_ms) &&
           !deadlines_exceed(&book->deadlines, at_ms, DUE_MOST);
}

void
book_bring_to(struct book *book, int64_t at_ms)
{
    slots_begin(&book->slots);
    uint64_t points = book->slots.version;
    bool fresh = book->fresh;
    book->fresh = false;
    move_to(book, at_ms);
    bool changed = book->rows_stale || book->lists_stale;
    if (book->rows_stale) {
        finish_rows(book);
    }
    if (book->lists_crept || book->lists_stale) {
        lists_merge(&book->lists, book->marks, book->dirty, book->dirty_count);
        book->lists_stale = book->lists_crept = false;
    }
    for (size_t i = 0; i < book->dirty_count; i++) {
        mark_set(&book->marks[book->dirty[i]], MARKS_DIRTY, false);
    }
    book->dirty_count = 0;
    slots_finish(&book->slots, &book->rows);
    changed |= bursts_find(&book->bursts, book->codes, book->profile, book->directory, at_ms);
    book->version += fresh || changed || points != book->slots.version;
}

size_t
book_bytes(const struct book *book)
{
    return rows_bytes(&book->rows) + lists_bytes(&book->lists) + slots_bytes(&book->slots) +
           bursts_bytes(&book->bursts) + book->deadlines.cap * sizeof *book->deadlines.items +
           book->dirty_cap * sizeof *book->dirty + book->marks_cap * sizeof *book->marks;
}
