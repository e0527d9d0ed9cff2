/* deadlines: which ticket's contribution to the figures changes next, a binary heap by time that
 * knows each ticket's place (struct mark), so that a ticket is in it once at most.
 * Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_DEADLINES_H
#define FEEDS_TICKETS_DEADLINES_H

#include "feeds/tickets/marks.h"
#include "feeds/tickets/store.h"

struct deadlines_item {
    int64_t at_ms;
    uint32_t ticket;
};

struct deadlines {
    struct deadlines_item *items;
    size_t count, cap;
};

/* Puts the ticket in at that time, or moves it there. */
void deadlines_set(struct deadlines *heap, struct mark *marks, uint32_t ticket, int64_t at_ms);
void deadlines_drop(struct deadlines *heap, struct mark *marks, uint32_t ticket);
/* Takes out and returns a ticket whose time is at_ms or earlier; STORE_NONE: there is none. */
uint32_t deadlines_pop(struct deadlines *heap, struct mark *marks, int64_t at_ms);
/* Whether more than so many have a time that is at_ms or earlier; looks at no more than those and
 * as many again. */
bool deadlines_exceed(const struct deadlines *heap, int64_t at_ms, size_t most);

#endif
