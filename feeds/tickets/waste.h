/* waste: memory of states and books that were replaced, given back in parts. A million tickets
 * weigh some 200 MB, and to hand that to the system takes tens of milliseconds.
 *
 * Owns the blocks that were put in. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_WASTE_H
#define FEEDS_TICKETS_WASTE_H

#include "feeds/tickets/book.h"

struct waste {
    struct waste_block {
        void *memory; /* of malloc */
        size_t bytes;
    } * blocks;
    size_t count, cap;
};

/* Takes the state, or the book, with all that it owns; NULL-safe. */
void waste_state(struct waste *waste, struct book_state *state);
void waste_book(struct waste *waste, struct book *book);
/* Gives up to about so many bytes back; true: there is no more. */
bool waste_free_part(struct waste *waste, size_t bytes);

#endif
