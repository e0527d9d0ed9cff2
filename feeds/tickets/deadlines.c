#include "feeds/tickets/deadlines.h"

#include <stdlib.h>

static void
put(struct deadlines *heap, struct ticket *tickets, size_t at, struct deadlines_item item)
{
    heap->items[at] = item;
    tickets[item.ticket].heap = (uint32_t)at;
}

static void
rise(struct deadlines *heap, struct ticket *tickets, size_t at, struct deadlines_item item)
{
    while (at && heap->items[(at - 1) / 2].at_ms > item.at_ms) {
        put(heap, tickets, at, heap->items[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put(heap, tickets, at, item);
}

static void
sink(struct deadlines *heap, struct ticket *tickets, size_t at, struct deadlines_item item)
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
        put(heap, tickets, at, heap->items[child]);
        at = child;
    }
    put(heap, tickets, at, item);
}

void
deadlines_set(struct deadlines *heap, struct ticket *tickets, uint32_t ticket, int64_t at_ms)
{
    struct deadlines_item item = {at_ms, ticket};
    size_t at = tickets[ticket].heap;
    if (at != STORE_NONE) {
        if (at_ms < heap->items[at].at_ms) {
            rise(heap, tickets, at, item);
        } else {
            sink(heap, tickets, at, item);
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
    rise(heap, tickets, heap->count++, item);
}

void
deadlines_drop(struct deadlines *heap, struct ticket *tickets, uint32_t ticket)
{
    size_t at = tickets[ticket].heap;
    if (at == STORE_NONE) {
        return;
    }
    tickets[ticket].heap = STORE_NONE;
    struct deadlines_item last = heap->items[--heap->count];
    if (at == heap->count) {
        return;
    }
    if (at && heap->items[(at - 1) / 2].at_ms > last.at_ms) {
        rise(heap, tickets, at, last);
    } else {
        sink(heap, tickets, at, last);
    }
}

uint32_t
deadlines_pop(struct deadlines *heap, struct ticket *tickets, int64_t at_ms)
{
    if (heap->count == 0 || heap->items[0].at_ms > at_ms) {
        return STORE_NONE;
    }
    uint32_t ticket = heap->items[0].ticket;
    deadlines_drop(heap, tickets, ticket);
    return ticket;
}

void
deadlines_clear(struct deadlines *heap, struct ticket *tickets)
{
    for (size_t i = 0; i < heap->count; i++) {
        tickets[heap->items[i].ticket].heap = STORE_NONE;
    }
    heap->count = 0;
}
