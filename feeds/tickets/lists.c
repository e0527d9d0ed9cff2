#include "feeds/tickets/lists.h"

#include <stdlib.h>
#include <string.h>

#include "feeds/tickets/fetch.h"
#include "wall/base/arena.h"
#include "wall/base/sort.h"

/* By due, ticket, and the stage's name. */
static int
compare_alarms(const void *a, const void *b)
{
    const struct snapshot_alarm *x = a, *y = b;
    if (x->due_ms != y->due_ms) {
        return x->due_ms < y->due_ms ? -1 : 1;
    }
    int order = str_cmp(x->ticket, y->ticket);
    return order ? order : strcmp(snapshot_stage_name(x->stage), snapshot_stage_name(y->stage));
}

static int
compare_whistles(const void *a, const void *b)
{
    const struct snapshot_whistle *x = a, *y = b;
    if (x->due_ms != y->due_ms) {
        return x->due_ms < y->due_ms ? -1 : 1;
    }
    int order = str_cmp(x->ticket, y->ticket);
    return order ? order : str_cmp(x->unit, y->unit);
}

/* --- counts --- */

static void
count_one(struct snapshot_alarms *counts, const struct snapshot_alarm *alarm, int step)
{
    counts->total += (uint32_t)step; /* unsigned: −1 takes one off */
    counts->unacknowledged += alarm->acknowledged ? 0 : (uint32_t)step;
}

/* Codes are interned: a street's are one string. A street stays though its alarms go. */
static struct snapshot_alarms *
counts_of(struct list_counts *counts, struct str street_code)
{
    for (size_t i = 0; i < counts->count; i++) {
        const struct str *code = &counts->items[i].street_code;
        if (code->ptr == street_code.ptr && code->len == street_code.len) {
            return &counts->items[i];
        }
    }
    if (counts->count == counts->cap) {
        counts->cap = counts->cap * 2 + 16;
        counts->items = arena_regrow(counts->items, counts->cap, sizeof *counts->items);
    }
    counts->items[counts->count] = (struct snapshot_alarms){.street_code = street_code};
    return &counts->items[counts->count++];
}

/* One alarm more or less. counts NULL: of this list nothing is counted. */
static void
count_alarm(struct list_counts *counts, const void *item, int step)
{
    if (counts) {
        const struct snapshot_alarm *alarm = item;
        count_one(counts_of(counts, STR("")), alarm, step);
        if (alarm->street_code.len) {
            count_one(counts_of(counts, alarm->street_code), alarm, step);
        }
    }
}

void
lists_init(struct lists *lists)
{
    *lists = (struct lists){
        .alarms = {.size = sizeof(struct snapshot_alarm), .compare = compare_alarms},
        .whistles = {.size = sizeof(struct snapshot_whistle), .compare = compare_whistles}};
}

static void
list_free(struct list *list)
{
    free(list->items);
    free(list->fresh);
    free(list->tickets);
    free(list->moves);
    free(list->fresh_tickets);
    free(list->fresh_order);
    free(list->fresh_places);
    free(list->runs);
}

void
lists_free(struct lists *lists)
{
    list_free(&lists->alarms);
    list_free(&lists->whistles);
    free(lists->counts.items);
    free(lists->begins);
    lists_init(lists);
}

static void
list_clear(struct list *list)
{
    list->count = list->fresh_count = list->runs_count = list->runs_until = 0;
    list->merging = false;
}

void
lists_clear(struct lists *lists)
{
    list_clear(&lists->alarms);
    list_clear(&lists->whistles);
    lists->counts.count = 0;
    lists->anew = true;
}

static void *
list_add(struct list *list, uint32_t ticket)
{
    if (list->fresh_count == list->fresh_cap) {
        list->fresh_cap = list->fresh_cap * 2 + 64;
        list->fresh = arena_regrow(list->fresh, list->fresh_cap, list->size);
        list->fresh_tickets = arena_regrow(list->fresh_tickets, list->fresh_cap, sizeof(uint32_t));
        list->fresh_order = arena_regrow(list->fresh_order, list->fresh_cap, sizeof(uint32_t));
        list->fresh_places = arena_regrow(list->fresh_places, list->fresh_cap, sizeof(uint32_t));
    }
    list->fresh_tickets[list->fresh_count] = ticket;
    return list->fresh + list->fresh_count++ * list->size;
}

static int
compare_fresh(const void *a, const void *b, void *user)
{
    const struct list *list = user;
    return list->compare(list->fresh + *(const uint32_t *)a * list->size,
                         list->fresh + *(const uint32_t *)b * list->size);
}

/* Which tickets are dirty, by a few bits of their index: most others are told from them without a
 * look at the ticket, which is far away in memory. */
#define FILTER_BITS 13
struct filter {
    uint64_t bits[(1 << FILTER_BITS) / 64];
    const struct mark *marks;
};

static bool
is_dirty(const struct filter *filter, uint32_t ticket)
{
    uint32_t bit = ticket & ((1u << FILTER_BITS) - 1);
    return filter->bits[bit / 64] >> (bit % 64) & 1 &&
           mark_has(&filter->marks[ticket], MARKS_DIRTY);
}

/* The first entry from `from` on that does not come before the fresh one. */
static size_t
place_of(const struct list *list, const void *fresh, size_t from)
{
    size_t until = list->count;
    while (from < until) {
        size_t middle = from + (until - from) / 2;
        if (list->compare(fresh, list->items + middle * list->size) > 0) {
            from = middle + 1;
        } else {
            until = middle;
        }
    }
    return from;
}

static bool
stays(const struct list *list, const struct filter *filter)
{
    for (size_t i = 0; i < list->count; i++) {
        if (is_dirty(filter, list->tickets[i])) {
            return false;
        }
    }
    return list->fresh_count == 0;
}

static void
make_room(struct list *list)
{
    size_t most = list->count + list->fresh_count;
    if (most > list->cap) {
        list->cap = most + most / 2;
        list->items = arena_regrow(list->items, list->cap, list->size);
        list->tickets = arena_regrow(list->tickets, list->cap, sizeof(uint32_t));
    }
}

/* The entries from…until stay, so many places on. */
static void
note_move(struct list *list, size_t from, size_t until, ptrdiff_t by)
{
    if (from == until || by == 0) {
        return;
    }
    if (list->moves_count == list->moves_cap) {
        list->moves_cap = list->moves_cap * 2 + 16;
        list->moves = arena_regrow(list->moves, list->moves_cap, sizeof *list->moves);
    }
    list->moves[list->moves_count++] = (struct list_move){from, until, by};
}

static const char *
fresh_at(const struct list *list, size_t at)
{
    return list->fresh + list->fresh_order[at] * list->size;
}

/* Where every entry goes; returns how many there are then. */
static size_t
plan_moves(struct list *list, struct list_counts *counts, const struct filter *filter)
{
    size_t from = 0, next = 0;
    size_t place = list->fresh_count ? place_of(list, fresh_at(list, 0), 0) : SIZE_MAX;
    ptrdiff_t by = 0;
    list->moves_count = 0;
    for (size_t i = 0; i <= list->count; i++) {
        while (place == i) {
            note_move(list, from, i, by);
            from = i;
            count_alarm(counts, fresh_at(list, next), 1);
            list->fresh_places[next++] = (uint32_t)((ptrdiff_t)i + by++);
            place = next < list->fresh_count ? place_of(list, fresh_at(list, next), i) : SIZE_MAX;
        }
        if (i < list->count && is_dirty(filter, list->tickets[i])) {
            count_alarm(counts, list->items + i * list->size, -1);
            note_move(list, from, i, by--);
            from = i + 1;
        }
    }
    note_move(list, from, list->count, by);
    return (size_t)((ptrdiff_t)list->count + by);
}

static void
move(struct list *list, const struct list_move *run)
{
    size_t to = (size_t)((ptrdiff_t)run->from + run->by), count = run->until - run->from;
    memmove(list->items + to * list->size, list->items + run->from * list->size,
            count * list->size);
    memmove(list->tickets + to, list->tickets + run->from, count * sizeof *list->tickets);
}

/* Runs that go left are moved first, from the left, then the others from the right: none is written
 * over before it has moved. */
static void
list_merge(struct list *list, struct list_counts *counts, const struct filter *filter)
{
    if (stays(list, filter)) {
        return;
    }
    for (size_t i = 0; i < list->fresh_count; i++) {
        list->fresh_order[i] = (uint32_t)i;
    }
    sort_in_place(list->fresh_order, list->fresh_count, sizeof(uint32_t), compare_fresh, list);
    make_room(list);
    size_t count = plan_moves(list, counts, filter);
    for (size_t i = 0; i < list->moves_count; i++) {
        if (list->moves[i].by < 0) {
            move(list, &list->moves[i]);
        }
    }
    for (size_t i = list->moves_count; i-- > 0;) {
        if (list->moves[i].by > 0) {
            move(list, &list->moves[i]);
        }
    }
    for (size_t i = 0; i < list->fresh_count; i++) {
        uint32_t at = list->fresh_order[i], to = list->fresh_places[i];
        memcpy(list->items + to * list->size, list->fresh + at * list->size, list->size);
        list->tickets[to] = list->fresh_tickets[at];
    }
    list->count = count;
    list->fresh_count = 0;
}

void
lists_merge(struct lists *lists, const struct mark *marks, const uint32_t *dirty, size_t count)
{
    struct filter filter = {.marks = marks};
    for (size_t i = 0; i < count; i++) {
        uint32_t bit = dirty[i] & ((1u << FILTER_BITS) - 1);
        filter.bits[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
    list_merge(&lists->alarms, &lists->counts, &filter);
    list_merge(&lists->whistles, NULL, &filter);
}

/* --- entries --- */

static const enum event_stage stage_of[SNAPSHOT_STAGE_COUNT] = {
    [SNAPSHOT_ACCEPT] = EVENT_ACCEPT,
    [SNAPSHOT_RESOLVE] = EVENT_RESOLVE,
    [SNAPSHOT_EXPEDITE] = EVENT_EXPEDITE,
    [SNAPSHOT_REPORT] = EVENT_STAGE_REPORT,
};

static int64_t
limit_of(const struct profile *profile, const struct fold *fold, enum snapshot_stage stage)
{
    switch (stage) {
    case SNAPSHOT_ACCEPT:
        return profile->accept_ms;
    case SNAPSHOT_RESOLVE:
        return fold->clocks[stage].own ? 0 : profile->resolve_ms[fold->urgency];
    case SNAPSHOT_EXPEDITE:
        return profile->expedite_ms;
    default:
        return profile->report_ms;
    }
}

/* An acknowledgement is of the alarm as it stands: one that is older than the alarm (the clock was
 * started again, or due-soon became overdue) acknowledges nothing. While suspended the alarm's
 * beginning moves, and the clock's start stands for it. */
static void
set_acknowledged(struct snapshot_alarm *alarm, const struct lists_names *names, int64_t begin_ms,
                 int64_t at_ms)
{
    const struct event *event = others_alarm(names->others, alarm->ticket, stage_of[alarm->stage]);
    if (event && event->type == EVENT_ALARM_ACKNOWLEDGED && event->time_ms <= at_ms &&
        event->time_ms >= begin_ms) {
        alarm->acknowledged = true;
        alarm->acknowledged_by = event->data.by;
    }
}

static struct str
name_of(const struct lists_names *names, enum directory_kind kind, uint32_t code)
{
    return directory_name(names->directory, names->store->codes, kind, code);
}

static void
add_alarm(struct lists *lists, const struct lists_names *names, uint32_t ticket,
          const struct fold *fold, enum snapshot_stage stage, int64_t at_ms)
{
    const struct fold_clock *clock = &fold->clocks[stage];
    bool overdue = clocks_overdue(clock, at_ms);
    int64_t since = overdue ? clock->due_ms : clock->soon_ms;
    uint32_t parent = directory_parent(names->directory, DIRECTORY_CATEGORIES, fold->category);
    struct snapshot_alarm *alarm = list_add(&lists->alarms, ticket);
    *alarm = (struct snapshot_alarm){
        .ticket = store_number(names->store, ticket),
        .street = name_of(names, DIRECTORY_STREETS, fold->street),
        .community = name_of(names, DIRECTORY_COMMUNITIES, fold->community),
        .category = name_of(names, DIRECTORY_CATEGORIES, fold->category),
        .unit = name_of(names, DIRECTORY_UNITS, fold->unit),
        .category_parent = name_of(names, DIRECTORY_CATEGORIES, parent),
        .street_code = intern_get(names->store->codes, fold->street),
        .acknowledged_by = {"", 0},
        .stage = stage,
        .overdue = overdue,
        .whistled = fold->whistled,
        .external = fold->mode == EVENT_EXTERNAL,
        .due_ms = clock->due_ms,
        .since_ms = since > clock->start_ms ? since : clock->start_ms,
        .limit_ms = limit_of(names->profile, fold, stage),
    };
    int64_t begin_ms = fold->suspended ? clock->start_ms : alarm->since_ms;
    if (!lists->anew) {
        set_acknowledged(alarm, names, begin_ms, at_ms);
        return;
    }
    if (lists->begins_cap < lists->alarms.fresh_count) {
        lists->begins_cap = lists->alarms.fresh_cap;
        lists->begins = arena_regrow(lists->begins, lists->begins_cap, sizeof *lists->begins);
    }
    lists->begins[lists->alarms.fresh_count - 1] = begin_ms;
}

/* A unit named by several open whistles is listed once, under the earliest due. */
static void
add_whistle(struct lists *lists, const struct lists_names *names, uint32_t ticket,
            const struct fold *fold, const struct fold_whistle *whistle, uint32_t unit,
            size_t first)
{
    struct str name = name_of(names, DIRECTORY_UNITS, unit);
    struct snapshot_whistle *items = (struct snapshot_whistle *)(void *)lists->whistles.fresh;
    for (size_t i = first; i < lists->whistles.fresh_count; i++) {
        if (str_eq(items[i].unit, name)) {
            if (whistle->due_ms < items[i].due_ms) {
                items[i].due_ms = whistle->due_ms;
                items[i].whistled_ms = whistle->time_ms;
            }
            return;
        }
    }
    struct snapshot_whistle *item = list_add(&lists->whistles, ticket);
    *item = (struct snapshot_whistle){
        .ticket = store_number(names->store, ticket),
        .unit = name,
        .street = name_of(names, DIRECTORY_STREETS, fold->street),
        .street_code = intern_get(names->store->codes, fold->street),
        .category = name_of(names, DIRECTORY_CATEGORIES, fold->category),
        .whistled_ms = whistle->time_ms,
        .due_ms = whistle->due_ms,
    };
}

bool
lists_add(struct lists *lists, const struct lists_names *names, uint32_t ticket,
          const struct fold *fold, const struct fold_whistles *whistles, int64_t at_ms)
{
    if (!fold->open || fold->confidential) {
        return false;
    }
    size_t before = lists->alarms.fresh_count + lists->whistles.fresh_count;
    for (int stage = 0; stage < SNAPSHOT_STAGE_COUNT; stage++) {
        if (clocks_overdue(&fold->clocks[stage], at_ms) ||
            clocks_due_soon(&fold->clocks[stage], at_ms)) {
            add_alarm(lists, names, ticket, fold, (enum snapshot_stage)stage, at_ms);
        }
    }
    size_t first = lists->whistles.fresh_count;
    for (size_t i = 0; fold->clocks[SNAPSHOT_REPORT].runs && i < whistles->count; i++) {
        struct record named;
        if (!whistles->items[i].pending) {
            continue;
        }
        record_read(&names->store->records, whistles->items[i].record, &named);
        for (int k = 0; k < named.units_count; k++) {
            if (whistles->items[i].pending >> k & 1) {
                add_whistle(lists, names, ticket, fold, &whistles->items[i], named.units[k], first);
            }
        }
    }
    return lists->alarms.fresh_count + lists->whistles.fresh_count > before;
}

/* --- made anew, of runs --- */

/* Both kinds of entries have one. */
static int64_t
due_of(const struct list *list, uint32_t at)
{
    const char *item = list->fresh + at * list->size;
    return list->size == sizeof(struct snapshot_alarm)
               ? ((const struct snapshot_alarm *)(const void *)item)->due_ms
               : ((const struct snapshot_whistle *)(const void *)item)->due_ms;
}

static void
list_end_run(struct list *list)
{
    size_t from = list->runs_until, until = list->fresh_count;
    if (from == until) {
        return;
    }
    for (size_t i = from; i < until; i++) {
        list->fresh_order[i] = (uint32_t)i;
    }
    qsort_r(list->fresh_order + from, until - from, sizeof(uint32_t), compare_fresh, list);
    if (list->runs_count == list->runs_cap) {
        list->runs_cap = list->runs_cap * 2 + 16;
        list->runs = arena_regrow(list->runs, list->runs_cap, sizeof *list->runs);
    }
    list->runs[list->runs_count++] =
        (struct list_run){due_of(list, list->fresh_order[from]), (uint32_t)from, (uint32_t)until};
    list->runs_until = until;
}

void
lists_end_run(struct lists *lists)
{
    list_end_run(&lists->alarms);
    list_end_run(&lists->whistles);
}

static bool
comes_first(struct list *list, const struct list_run *a, const struct list_run *b)
{
    if (a->due_ms != b->due_ms) {
        return a->due_ms < b->due_ms;
    }
    return compare_fresh(&list->fresh_order[a->from], &list->fresh_order[b->from], list) < 0;
}

static void
sink(struct list *list, size_t at)
{
    struct list_run run = list->runs[at];
    for (size_t child; (child = at * 2 + 1) < list->runs_count; at = child) {
        if (child + 1 < list->runs_count &&
            comes_first(list, &list->runs[child + 1], &list->runs[child])) {
            child++;
        }
        if (!comes_first(list, &list->runs[child], &run)) {
            break;
        }
        list->runs[at] = list->runs[child];
    }
    list->runs[at] = run;
}

/* A run's entries lie far from each other: the one behind its first is asked for a turn ahead. */
static void
fetch_second(const struct list *list, const struct list_run *run)
{
    if (run->from + 1 < run->until) {
        fetch_bytes(list->fresh + list->fresh_order[run->from + 1] * list->size, list->size);
    }
}

/* The place of the first entry of all that are left. */
static uint32_t
take_first(struct list *list)
{
    struct list_run *first = &list->runs[0];
    uint32_t at = list->fresh_order[first->from++];
    if (first->from == first->until) {
        *first = list->runs[--list->runs_count];
    } else {
        first->due_ms = due_of(list, list->fresh_order[first->from]);
        fetch_second(list, first);
    }
    if (list->runs_count) {
        sink(list, 0);
    }
    return at;
}

/* What was needed for the runs alone is given back. */
static void
end_runs(struct list *list)
{
    free(list->fresh);
    free(list->fresh_tickets);
    free(list->fresh_order);
    free(list->fresh_places);
    free(list->runs);
    list->fresh = NULL;
    list->fresh_tickets = list->fresh_order = list->fresh_places = NULL;
    list->runs = NULL;
    list->fresh_count = list->fresh_cap = list->runs_cap = list->runs_until = 0;
    list->merging = false;
}

/* Nothing is added while this goes on. true: all entries are in their place. */
static bool
list_merge_runs(struct lists *lists, struct list *list, const struct lists_names *names,
                int64_t at_ms, uint32_t *looks)
{
    bool alarms = list == &lists->alarms;
    if (!list->merging) {
        list->merging = true;
        make_room(list);
        for (size_t i = list->runs_count / 2; i-- > 0;) {
            sink(list, i);
        }
    }
    for (; *looks && list->runs_count; --*looks) {
        uint32_t at = take_first(list);
        char *item = list->items + list->count * list->size;
        memcpy(item, list->fresh + at * list->size, list->size);
        if (alarms) {
            set_acknowledged((struct snapshot_alarm *)(void *)item, names, lists->begins[at],
                             at_ms);
            count_alarm(&lists->counts, item, 1);
        }
        list->tickets[list->count++] = list->fresh_tickets[at];
    }
    if (list->runs_count == 0) {
        end_runs(list);
    }
    return list->runs_count == 0;
}

bool
lists_merge_runs(struct lists *lists, const struct lists_names *names, int64_t at_ms,
                 uint32_t *looks)
{
    if (!list_merge_runs(lists, &lists->alarms, names, at_ms, looks) ||
        !list_merge_runs(lists, &lists->whistles, names, at_ms, looks)) {
        return false;
    }
    free(lists->begins);
    lists->begins = NULL;
    lists->begins_cap = 0;
    lists->anew = false;
    return true;
}

static size_t
list_bytes(const struct list *list)
{
    return list->cap * (list->size + sizeof(uint32_t)) +
           list->fresh_cap * (list->size + 3 * sizeof(uint32_t)) +
           list->moves_cap * sizeof *list->moves;
}

size_t
lists_bytes(const struct lists *lists)
{
    return list_bytes(&lists->alarms) + list_bytes(&lists->whistles) +
           lists->counts.cap * sizeof *lists->counts.items;
}
