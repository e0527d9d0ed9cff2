/* bursts: 聚集, more requests of one category in one street than the same hours of the last four
 * weeks explain.
 *
 * Owns, per street and category, the registrations of the last 28 days. Evaluated as at the last
 * full ten seconds before the moment, so that a quiet wall has nothing to do between them. Private
 * to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_BURSTS_H
#define FEEDS_TICKETS_BURSTS_H

#include "feeds/tickets/directory.h"
#include "feeds/tickets/fold.h"
#include "feeds/tickets/periods.h"

#define BURSTS_DAYS 28
#define BURSTS_STEP_MS 10000

struct bursts_entry {
    int64_t ms;
    uint32_t ticket;
};

struct bursts_cell {
    uint32_t street, category;
    struct bursts_entry *entries; /* by (ms, ticket) once sorted */
    size_t count, cap;
    bool stale; /* changed since it was last looked at */
};

struct bursts {
    struct bursts_cell *cells;
    size_t count, cap;
    uint32_t *slots; /* cell + 1; 0 = empty */
    size_t slots_count;
    uint32_t *stale; /* cells that changed since the last evaluation */
    size_t stale_count, stale_cap;
    bool anew;        /* look at every cell */
    int64_t as_of_ms; /* the last evaluation's */
    struct snapshot_burst *found;
    uint32_t *found_cells; /* of each found */
    size_t found_count, found_cap;
};

void bursts_clear(struct bursts *bursts);
void bursts_free(struct bursts *bursts);
/* Adds (sign 1) or takes away (-1) a registration; sorted false: while all are added anew, then
 * bursts_sort. */
void bursts_count(struct bursts *bursts, const struct profile *profile,
                  const struct periods *periods, uint32_t ticket, const struct fold *fold, int sign,
                  bool sorted);
void bursts_sort(struct bursts *bursts);
/* Finds the bursts as at the moment; true when they may have changed. */
bool bursts_find(struct bursts *bursts, const struct store *store, const struct profile *profile,
                 const struct directory *directory, int64_t at_ms, struct fold_whistles *scratch);
size_t bursts_bytes(const struct bursts *bursts);

#endif
