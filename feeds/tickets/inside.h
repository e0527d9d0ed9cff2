/* inside: how the parts of feeds/tickets hang together. Private to feeds/tickets; one thread.
 *
 * state      milestones of every ticket, and alarms and commitments; the truth
 * book       the figures of a state as at one moment: what every ticket's fold adds up to
 * A change takes the ticket's old contribution out of the books and marks it dirty; the next
 * snapshot puts the new one in. A ticket's contribution is a pure function of its milestones and
 * the moment, so the old one need not be kept: it is folded again.
 *
 * A book is made anew in parts of a few thousand tickets (book.h) beside the one that is shown,
 * which goes on meanwhile; only a whole one takes its place. What was replaced is given back to the
 * system in parts, too. */
#ifndef FEEDS_TICKETS_INSIDE_H
#define FEEDS_TICKETS_INSIDE_H

#include "feeds/tickets/book.h"
#include "feeds/tickets/tickets.h"
#include "feeds/tickets/waste.h"

struct tickets {
    const struct profile *profile;
    struct helper *helper;
    struct intern codes; /* codes and names; grows only, so that they stay valid */
    struct directory directory;
    struct book_state *state;
    struct book_state *loading; /* NULL: no snapshot of the protocol is coming in */
    struct book_state
        *shown;            /* what the book is of where that is not the state any more; else NULL */
    struct book *book;     /* the last one that was whole, as last shown */
    struct book *next;     /* what takes its place once it is whole, of the state or the loading
                              one; NULL */
    bool stale;            /* the book's names are not the directory's, or too much changed */
    bool in_parts;         /* tickets_prepare is used: nothing may cost much at once */
    struct waste waste;    /* what was replaced and is not yet given back */
    uint64_t held_dropped; /* by stores that were replaced */
    struct fold_whistles scratch; /* of walks */
    struct snapshot snapshot;
};

/* snapshot.c: the snapshot of the book as it stands. */
const struct snapshot *snapshot_make(struct tickets *tickets);
/* prepare.c: before a ticket of the state changes: takes it out of the figures. */
void prepare_touch(struct tickets *tickets, uint32_t ticket);
/* A state is about to come in. */
void prepare_load(struct tickets *tickets);
/* Before an alarm event or a commitment is added to the loading state. */
void prepare_load_other(struct tickets *tickets, const struct event *event);
/* The loading state becomes the state. */
void prepare_replace(struct tickets *tickets);
/* The loading state is dropped. */
void prepare_drop_loading(struct tickets *tickets);

/* The names are others. */
void prepare_rename(struct tickets *tickets);

#endif
