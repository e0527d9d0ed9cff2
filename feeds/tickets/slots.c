#include "feeds/tickets/slots.h"

#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"

void
slots_begin(struct slots *slots)
{
    slots->changed_count = 0;
    slots->all_changed = slots->cleared;
    slots->cleared = false;
}

/* A list longer than a quarter of the points is no longer worth having: all changed. */
static void
note_change(struct slots *slots, uint32_t slot)
{
    slots->version++;
    if (slots->unplaced) {
        return;
    }
    if (slots->changed_count >= 4096 && slots->changed_count > slots->count / 4) {
        slots->all_changed = slots->unplaced = true;
        slots->changed_count = 0;
        return;
    }
    if (slots->changed_count == slots->changed_cap) {
        slots->changed_cap = slots->changed_cap * 2 + 64;
        slots->changed = arena_regrow(slots->changed, slots->changed_cap, sizeof *slots->changed);
    }
    slots->changed[slots->changed_count++] = slot;
}

static uint32_t
take_slot(struct slots *slots)
{
    if (slots->free_count) {
        return slots->free_slots[--slots->free_count];
    }
    if (slots->count == slots->cap) {
        slots->cap = slots->cap + slots->cap / 2 + 256;
        slots->points = arena_regrow(slots->points, slots->cap, sizeof *slots->points);
        slots->streets = arena_regrow(slots->streets, slots->cap, sizeof *slots->streets);
    }
    memset(&slots->points[slots->count], 0, sizeof slots->points[0]);
    return (uint32_t)slots->count++;
}

static void
drop(struct slots *slots, struct mark *mark)
{
    uint32_t slot = mark_slot(mark);
    if (slot == MARKS_NONE) {
        return;
    }
    if (slots->free_count == slots->free_cap) {
        slots->free_cap = slots->free_cap * 2 + 64;
        slots->free_slots =
            arena_regrow(slots->free_slots, slots->free_cap, sizeof *slots->free_slots);
    }
    slots->free_slots[slots->free_count++] = slot;
    memset(&slots->points[slot], 0, sizeof slots->points[0]);
    note_change(slots, slot);
    mark_set_slot(mark, MARKS_NONE);
}

/* A suspended ticket's due times move with the moment, its state does not: it is drawn in that
 * state "since before it arrived", or never. */
static void
set_times(struct snapshot_point *point, const struct fold *fold, int64_t at_ms)
{
    point->soon_ms = point->overdue_ms = INT64_MAX;
    for (int s = 0; s < SNAPSHOT_STAGE_COUNT; s++) {
        const struct fold_clock *c = &fold->clocks[s];
        if (!c->runs) {
            continue;
        }
        int64_t soon = c->soon_ms, overdue = c->due_ms;
        if (fold->suspended) {
            soon = at_ms >= soon ? fold->registered_ms - 1 : INT64_MAX;
            overdue = at_ms > overdue ? fold->registered_ms - 1 : INT64_MAX;
        }
        point->soon_ms = soon < point->soon_ms ? soon : point->soon_ms;
        point->overdue_ms = overdue < point->overdue_ms ? overdue : point->overdue_ms;
    }
}

static bool
is_same(const struct snapshot_point *a, const struct snapshot_point *b)
{
    return a->lon_e7 == b->lon_e7 && a->lat_e7 == b->lat_e7 && a->arrived_ms == b->arrived_ms &&
           a->soon_ms == b->soon_ms && a->overdue_ms == b->overdue_ms && a->street == b->street &&
           a->used == b->used;
}

/* Field by field: a point copied as bytes is read back wider than it was just written, for which
 * the processor waits until all that it has still to write has reached the memory: 65 ns a ticket
 * while a snapshot is counted. Padding stays zero, as take_slot left it. */
static void
put(struct snapshot_point *to, const struct snapshot_point *from)
{
    to->lon_e7 = from->lon_e7;
    to->lat_e7 = from->lat_e7;
    to->arrived_ms = from->arrived_ms;
    to->soon_ms = from->soon_ms;
    to->overdue_ms = from->overdue_ms;
    to->street = from->street;
    to->used = from->used;
}

void
slots_set(struct slots *slots, struct mark *mark, const struct fold *fold, int64_t at_ms)
{
    if (!fold->open || !fold->placed || fold->confidential) {
        drop(slots, mark);
        return;
    }
    uint32_t slot = mark_slot(mark);
    bool fresh = slot == MARKS_NONE;
    if (fresh) {
        slot = take_slot(slots);
        mark_set_slot(mark, slot);
    }
    struct snapshot_point *now = &slots->points[slot];
    struct snapshot_point point = {.lon_e7 = fold->lon_e7,
                                   .lat_e7 = fold->lat_e7,
                                   .arrived_ms = fold->registered_ms,
                                   .street = fresh ? UINT32_MAX : now->street,
                                   .used = true};
    set_times(&point, fold, at_ms);
    if (!fresh && slots->streets[slot] == fold->street && is_same(&point, now)) {
        return;
    }
    slots->streets[slot] = fold->street;
    put(now, &point);
    note_change(slots, slot);
}

static void
place(struct slots *slots, const struct rows *rows, size_t slot)
{
    if (slots->points[slot].used) {
        slots->points[slot].street =
            rows_find(&rows->groups[SNAPSHOT_STREET], slots->streets[slot]);
    }
}

size_t
slots_place(struct slots *slots, const struct rows *rows, size_t from, size_t most)
{
    size_t until = slots->count - from < most ? slots->count : from + most;
    for (size_t i = from; i < until; i++) {
        place(slots, rows, i);
    }
    if (until == slots->count) {
        slots->unplaced = false;
        slots->rows_moved = rows->moved;
    }
    return until;
}

void
slots_finish(struct slots *slots, const struct rows *rows)
{
    if (slots->rows_moved != rows->moved) {
        slots->all_changed = slots->unplaced = true;
        slots->version++;
    }
    if (slots->unplaced) {
        slots_place(slots, rows, 0, slots->count);
    } else {
        for (size_t i = 0; i < slots->changed_count; i++) {
            place(slots, rows, slots->changed[i]);
        }
    }
    if (slots->all_changed) {
        slots->changed_count = 0;
    }
}

void
slots_clear(struct slots *slots)
{
    slots->count = slots->free_count = slots->changed_count = 0;
    slots->all_changed = slots->cleared = slots->unplaced = true;
    slots->version++;
}

size_t
slots_bytes(const struct slots *slots)
{
    return slots->cap * (sizeof *slots->points + sizeof *slots->streets) +
           slots->free_cap * sizeof *slots->free_slots +
           slots->changed_cap * sizeof *slots->changed;
}

void
slots_free(struct slots *slots)
{
    free(slots->points);
    free(slots->streets);
    free(slots->free_slots);
    free(slots->changed);
    *slots = (struct slots){0};
}
