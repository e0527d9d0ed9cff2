/* lists: the alarms and the whistles not yet reported, in the snapshot's order.
 *
 * Two arrays of one shape: entries in order, each with its ticket, changed in batches (all entries
 * of dirty tickets out, their new ones in, one pass; those that keep their place are not moved), or
 * made anew of sorted runs, a part at a time. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_LISTS_H
#define FEEDS_TICKETS_LISTS_H

#include "feeds/tickets/directory.h"
#include "feeds/tickets/fold.h"
#include "feeds/tickets/marks.h"
#include "feeds/tickets/others.h"

/* Entries from…until of the fresh ones' order. */
struct list_run {
    int64_t due_ms; /* of the first */
    uint32_t from, until;
};

/* Entries from…until that go to another place, so many entries on. */
struct list_move {
    size_t from, until;
    ptrdiff_t by;
};

struct list {
    char *items, *fresh;
    uint32_t *tickets, *fresh_tickets, *fresh_order, *fresh_places;
    struct list_move *moves;
    size_t moves_count, moves_cap;
    size_t count, cap, fresh_count, fresh_cap, size;
    struct list_run *runs; /* of the fresh; a heap by their first entries while they are merged */
    size_t runs_count, runs_cap, runs_until;
    bool merging;
    int (*compare)(const void *a, const void *b);
};

/* The alarms counted as they come and go: first all of them, then by street. */
struct list_counts {
    struct snapshot_alarms *items;
    size_t count, cap;
};

struct lists {
    struct list alarms, whistles; /* of struct snapshot_alarm, struct snapshot_whistle */
    struct list_counts counts;
    bool anew;       /* runs are being made: what acknowledges an alarm may not be known yet */
    int64_t *begins; /* then: of each fresh alarm, from when on an acknowledgement is of it */
    size_t begins_cap;
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
/* No entries; they are made anew, of runs. */
void lists_clear(struct lists *lists);
/* The entries of a ticket as folded at at_ms; false: it has none. */
bool lists_add(struct lists *lists, const struct lists_names *names, uint32_t ticket,
               const struct fold *fold, const struct fold_whistles *whistles, int64_t at_ms);
/* Takes the entries of dirty tickets out and the added ones in. dirty: all that have MARKS_DIRTY.
 */
void lists_merge(struct lists *lists, const struct mark *marks, const uint32_t *dirty,
                 size_t count);
/* Making all anew, after lists_clear: what was added since the last run becomes one … */
void lists_end_run(struct lists *lists);
/* … and when all were added up to *looks entries of the runs go where they belong, and are taken
 * off; true: all have. */
bool lists_merge_runs(struct lists *lists, const struct lists_names *names, int64_t at_ms,
                      uint32_t *looks);
size_t lists_bytes(const struct lists *lists);

#endif
