/* book: the figures of a state as at a moment.
 *
 * Owns its figures and what it knows of each ticket; borrows the state, the profile, the directory,
 * the codes and the helper. Private to feeds/tickets; one thread, and the helper's; reads no clock.
 *
 * A book is begun, built until it is whole (enum book_phase), and from then on brought from moment
 * to moment. Building is done in parts that each look at a bounded number of tickets. In all of its
 * phases a ticket may change: book_touch before it does. */
#ifndef FEEDS_TICKETS_BOOK_H
#define FEEDS_TICKETS_BOOK_H

#include "feeds/tickets/bursts.h"
#include "feeds/tickets/deadlines.h"
#include "feeds/tickets/directory.h"
#include "feeds/tickets/lists.h"
#include "feeds/tickets/marks.h"
#include "feeds/tickets/others.h"
#include "feeds/tickets/periods.h"
#include "feeds/tickets/rows.h"
#include "feeds/tickets/slots.h"
#include "feeds/tickets/store.h"

/* The truth: what events and snapshots of the protocol said. */
struct book_state {
    struct store store;
    struct others others;
};

enum book_phase {
    BOOK_BLANK,
    BOOK_COUNTING, /* every ticket is folded and counted; some may still be added to the state */
    BOOK_MERGING,  /* alarms and whistles, sorted by part of the counting, become the lists */
    BOOK_SORTING,  /* registrations of the bursts, where they did not come in order; a helper has
                      begun with them while the lists were made */
    BOOK_PLACING,  /* rows are ordered and ranked, points get the index of their street's row */
    BOOK_WHOLE
};

struct book {
    const struct profile *profile;
    const struct directory *directory;
    struct intern *codes;
    struct helper *helper; /* of the building; NULL: none */
    struct book_state *state;
    enum book_phase phase;
    bool fresh; /* since it is whole it was not brought anywhere */
    size_t at;  /* how far the phase has come */
    int64_t at_ms;
    uint64_t version;
    struct periods periods;
    int64_t oldest_ms; /* earlier events are in no window and no day of history */
    struct rows rows;
    struct lists lists;
    struct slots slots;
    struct bursts bursts;
    struct deadlines deadlines;
    struct mark *marks; /* by ticket */
    uint32_t marks_cap;
    uint32_t *dirty;
    size_t dirty_count, dirty_cap;
    size_t put_back;    /* of the dirty ones, while counting: the first so many stay dirty */
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

struct book *book_create(const struct profile *profile, const struct directory *directory,
                         struct intern *codes, struct helper *helper);
void book_destroy(struct book *book); /* NULL-safe */

struct book_state *book_state_create(struct intern *codes);
void book_state_destroy(struct book_state *state); /* NULL-safe */

/* Forgets all and begins anew. */
void book_begin(struct book *book, struct book_state *state, int64_t at_ms);
/* Builds on, looking at up to *looks tickets, and takes them off; it never leaves COUNTING while
 * `open`: tickets are still being added. true: there is nothing more to do now. */
bool book_build(struct book *book, bool open, uint32_t *looks);
/* Before a ticket changes: takes it out of the figures. */
void book_touch(struct book *book, uint32_t ticket);
/* Whether the figures of a whole book can be brought to the moment without being computed anew, and
 * without much being done at once. */
bool book_reaches(const struct book *book, int64_t at_ms);
/* Brings a whole book to a moment it reaches. */
void book_bring_to(struct book *book, int64_t at_ms);
/* Whether a ticket counts nowhere: it is closed, and all of it is older than oldest_ms. */
bool book_is_past(const struct book *book, uint32_t ticket);
size_t book_bytes(const struct book *book);

#endif
