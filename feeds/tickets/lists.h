/* lists: the alarms and the whistles not yet reported, in the snapshot's order.
 *
 * Two arrays of one shape: entries in order, each with its ticket, changed in batches (all entries
 * of dirty tickets out, their new ones in, one pass). Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_LISTS_H
#define FEEDS_TICKETS_LISTS_H

#include "feeds/tickets/directory.h"
#include "feeds/tickets/fold.h"
#include "feeds/tickets/others.h"

struct list {
    char *items, *spare, *fresh;
    uint32_t *tickets, *spare_tickets, *fresh_tickets, *fresh_order;
    size_t count, cap, fresh_count, fresh_cap, size;
    int (*compare)(const void *a, const void *b);
};

struct lists {
    struct list alarms, whistles; /* of struct snapshot_alarm, struct snapshot_whistle */
};

/* What names an entry: borrowed while a snapshot is made. */
struct lists_names {
    const struct store *store;
    const struct directory *directory;
    const struct others *others;
    const struct profile *profile;
};

void lists_init(struct lists *lists);
void lists_free(struct lists *lists);
void lists_clear(struct lists *lists);
/* The entries of a ticket as folded at at_ms; false: it has none. */
bool lists_add(struct lists *lists, const struct lists_names *names, uint32_t ticket,
               const struct fold *fold, const struct fold_whistles *whistles, int64_t at_ms);
/* Takes the entries of dirty tickets out and the added ones in. dirty: all that have TICKET_DIRTY.
 */
void lists_merge(struct lists *lists, const struct store *store, const uint32_t *dirty,
                 size_t count);
size_t lists_bytes(const struct lists *lists);

#endif
