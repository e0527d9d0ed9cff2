#include "feeds/tickets/waste.h"

#include <stdlib.h>

#include "wall/base/arena.h"

static void
add(struct waste *waste, void *memory, size_t count, size_t size)
{
    if (!memory) {
        return;
    }
    if (waste->count == waste->cap) {
        waste->cap = waste->cap * 2 + 64;
        waste->blocks = arena_regrow(waste->blocks, waste->cap, sizeof *waste->blocks);
    }
    waste->blocks[waste->count++] = (struct waste_block){memory, count * size};
}

/* The large blocks; store_finish has the others. */
static void
add_store(struct waste *waste, struct store *store)
{
    add(waste, store->records.bytes, store->records.cap, 1);
    add(waste, store->records.slots, store->records.slots_count, sizeof *store->records.slots);
    add(waste, store->tickets, store->cap, sizeof *store->tickets);
    add(waste, store->milestones, store->milestones_cap, sizeof *store->milestones);
    add(waste, store->index, store->index_size, sizeof *store->index);
    add(waste, store->marks, store->marks_size, sizeof *store->marks);
    for (uint32_t i = 0; i < store->texts_count; i++) {
        add(waste, store->texts[i], (size_t)1 << STORE_TEXT_BITS, 1);
    }
    store->records.bytes = NULL;
    store->records.slots = NULL;
    store->tickets = NULL;
    store->milestones = NULL;
    store->index = NULL;
    store->marks = NULL;
    store->texts_count = 0;
    store_finish(store);
}

void
waste_state(struct waste *waste, struct book_state *state)
{
    if (!state) {
        return;
    }
    add_store(waste, &state->store);
    for (size_t i = 0; i < state->others.count; i++) {
        add(waste, state->others.items[i].bytes, 256, 1); /* about as much */
    }
    state->others.count = 0;
    others_free(&state->others);
    free(state);
}

static void
add_list(struct waste *waste, struct list *list)
{
    add(waste, list->items, list->cap, list->size);
    add(waste, list->fresh, list->fresh_cap, list->size);
    list->items = list->fresh = NULL;
}

void
waste_book(struct waste *waste, struct book *book)
{
    if (!book) {
        return;
    }
    bursts_sort_rest(&book->bursts);
    add_list(waste, &book->lists.alarms);
    add_list(waste, &book->lists.whistles);
    add(waste, book->slots.points, book->slots.cap, sizeof *book->slots.points);
    add(waste, book->slots.streets, book->slots.cap, sizeof *book->slots.streets);
    add(waste, book->deadlines.items, book->deadlines.cap, sizeof *book->deadlines.items);
    add(waste, book->marks, book->marks_cap, sizeof *book->marks);
    for (size_t i = 0; i < book->bursts.count; i++) {
        struct bursts_cell *cell = &book->bursts.cells[i];
        add(waste, cell->entries, cell->cap, sizeof *cell->entries);
    }
    book->slots.points = NULL;
    book->slots.streets = NULL;
    book->deadlines.items = NULL;
    book->marks = NULL;
    book->bursts.count = 0;
    book_destroy(book);
}

bool
waste_free_part(struct waste *waste, size_t bytes)
{
    while (waste->count && bytes) {
        struct waste_block *block = &waste->blocks[waste->count - 1];
        if (block->bytes > bytes) {
            block->bytes -= bytes;
            block->memory = arena_regrow(block->memory, block->bytes, 1);
            return false;
        }
        bytes -= block->bytes;
        free(block->memory);
        waste->count--;
    }
    if (waste->count) {
        return false;
    }
    free(waste->blocks);
    *waste = (struct waste){0};
    return true;
}
