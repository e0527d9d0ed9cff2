#include "feeds/tickets/deadlines.h"

#include <stdlib.h>

static void
put(struct deadlines *heap, struct mark *marks, size_t at, struct deadlines_item item)
{
    heap->items[at] = item;
    mark_set_place(&marks[item.ticket], (uint32_t)at);
}

static void
rise(struct deadlines *heap, struct mark *marks, size_t at, struct deadlines_item item)
{
    while (at && heap->items[(at - 1) / 2].at_ms > item.at_ms) {
        put(heap, marks, at, heap->items[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(heap, marks, at, item);
}

static void
sink(struct deadlines *heap, struct mark *marks, size_t at, struct deadlines_item item)
{
    for (;;) {
        size_t child = at * 2 + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && heap->items[child + 1].at_ms < heap->items[child].at_ms) {
            child++;
        }
        if (heap->items[child].at_ms >= item.at_ms) {
            break;
        }
        put(heap, marks, at, heap->items[child]);
        at = child;
    }
    put(heap, marks, at, item);
}

void
deadlines_set(struct deadlines *heap, struct mark *marks, uint32_t ticket, int64_t at_ms)
{
    struct deadlines_item item = {at_ms, ticket};
    uint32_t at = mark_place(&marks[ticket]);
    if (at != MARKS_NONE) {
        if (at_ms < heap->items[at].at_ms) {
            rise(heap, marks, at, item);
        } else {
            sink(heap, marks, at, item);
        }
        return;
    }
    if (heap->count == heap->cap) {
        heap->cap = heap->cap + heap->cap / 2 + 256;
        heap->items = reallocarray(heap->items, heap->cap, sizeof *heap->items);
        if (!heap->items) {
            abort();
        }
    }
    rise(heap, marks, heap->count++, item);
}

void
deadlines_drop(struct deadlines *heap, struct mark *marks, uint32_t ticket)
{
    uint32_t at = mark_place(&marks[ticket]);
    if (at == MARKS_NONE) {
        return;
    }
    mark_set_place(&marks[ticket], MARKS_NONE);
    struct deadlines_item last = heap->items[--heap->count];
    if (at == heap->count) {
        return;
    }
    if (at && heap->items[(at - 1) / 2].at_ms > last.at_ms) {
        rise(heap, marks, at, last);
    } else {
        sink(heap, marks, at, last);
    }
}

uint32_t
deadlines_pop(struct deadlines *heap, struct mark *marks, int64_t at_ms)
{
    if (heap->count == 0 || heap->items[0].at_ms > at_ms) {
        return STORE_NONE;
    }
    uint32_t ticket = heap->items[0].ticket;
    deadlines_drop(heap, marks, ticket);
    return ticket;
}

/* Those due are a part of the heap's tree that begins at its root: from parent to child, and back
 * where nothing due lies below. */
bool
deadlines_exceed(const struct deadlines *heap, int64_t at_ms, size_t most)
{
    size_t due = 0;
    for (size_t at = 0;;) {
        if (at < heap->count && heap->items[at].at_ms <= at_ms) {
            if (++due > most) {
                return true;
            }
            at = at * 2 + 1;
            continue;
        }
        while (at && at % 2 == 0) { /* a second child: its parent is done */
            at = (at - 1) / 2;
        }
        if (at == 0) {
            return false;
        }
        at++;
    }
}
