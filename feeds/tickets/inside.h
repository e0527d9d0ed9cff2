/* inside: how the parts of feeds/tickets hang together. Private to feeds/tickets; one thread.
 *
 * store      milestones of every ticket; the truth
 * book       the figures of the store as at one moment: what every ticket's fold adds up to
 * A change takes the ticket's old contribution out of the book and marks it dirty; the next
 * snapshot puts the new one in. A ticket's contribution is a pure function of its milestones and
 * the moment, so the old one need not be kept: it is folded again. */
#ifndef FEEDS_TICKETS_INSIDE_H
#define FEEDS_TICKETS_INSIDE_H

#include "feeds/tickets/bursts.h"
#include "feeds/tickets/deadlines.h"
#include "feeds/tickets/directory.h"
#include "feeds/tickets/lists.h"
#include "feeds/tickets/others.h"
#include "feeds/tickets/periods.h"
#include "feeds/tickets/rows.h"
#include "feeds/tickets/slots.h"
#include "feeds/tickets/store.h"
#include "feeds/tickets/tickets.h"

struct book {
    bool valid; /* else the next snapshot computes all anew */
    int64_t at_ms;
    uint64_t version;
    struct periods periods;
    int64_t oldest_ms; /* earlier events are in no window and no day of history */
    struct rows rows;
    struct lists lists;
    struct slots slots;
    struct bursts bursts;
    struct deadlines deadlines;
    uint32_t *dirty;
    size_t dirty_count, dirty_cap;
    uint32_t *creeping; /* suspended and listed: their due times move with the moment */
    size_t creeping_count, creeping_cap;
    struct deadlines_item *recent; /* tickets by when they last changed, of the last minute */
    size_t recent_count, recent_cap;
    int64_t recent_from_ms; /* the book can be moved back to here */
    bool lists_stale;       /* an entry of the lists is of a dirty ticket */
    bool lists_crept;       /* only times of suspended clocks moved in them */
    bool rows_stale;
    struct fold_whistles whistles; /* scratch */
};

struct tickets {
    const struct profile *profile;
    struct intern codes; /* codes and names; grows only, so that they stay valid */
    struct directory directory;
    struct store store;
    struct others others;
    struct book book;
    struct {
        bool open;
        struct store store;
        struct others others;
    } loading;
    uint64_t held_dropped; /* by stores that were replaced */
    struct snapshot snapshot;
};

void book_init(struct book *book, const struct profile *profile);
void book_free(struct book *book);
/* Before a ticket changes: takes it out of the figures. */
void book_touch(struct tickets *tickets, uint32_t ticket);
/* All figures are to be computed anew. */
void book_invalidate(struct tickets *tickets);
/* The store is about to be replaced: nothing of its tickets is kept. */
void book_abandon(struct tickets *tickets);
/* Whether a ticket counts nowhere: it is closed, and all of it is older than book.oldest_ms. */
bool book_is_past(const struct tickets *tickets, uint32_t ticket);
/* Brings the figures to the moment. */
void book_bring_to(struct tickets *tickets, int64_t at_ms);

#endif
