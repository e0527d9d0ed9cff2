/* bursts: 聚集, more requests of one category in one street than the same hours of the last four
 * weeks explain.
 *
 * Owns, per street and category, the registrations of the last 28 days, each with what a burst's
 * description takes of it: a burst of any size is described without looking at its tickets.
 * Evaluated as at the last full ten seconds before the moment, so that a quiet wall has nothing to
 * do between them, and a busy one only where something came or went that counts then. Private to
 * feeds/tickets; one thread, but that a helper may sort with it. */
#ifndef FEEDS_TICKETS_BURSTS_H
#define FEEDS_TICKETS_BURSTS_H

#include "feeds/tickets/directory.h"
#include "feeds/tickets/fold.h"
#include "feeds/tickets/periods.h"
#include "wall/base/helper.h"

#define BURSTS_DAYS 28
#define BURSTS_STEP_MS 10000

#define BURSTS_NOWHERE INT32_MIN /* no degrees */

struct bursts_entry { /* bursts.c sets each field */
    int64_t ms;
    uint32_t ticket : 31;
    uint32_t out : 1;   /* taken away since the last evaluation: it often comes back as it was */
    uint32_t community; /* INTERN_NONE = not known */
    int32_t lon_e7, lat_e7; /* BURSTS_NOWHERE: not to be drawn */
};

struct bursts_cell {
    uint32_t street, category;
    struct bursts_entry *entries; /* by (ms, ticket) */
    size_t count, cap;
    uint32_t out;  /* entries that are */
    bool touched;  /* in the list of those */
    bool stale;    /* changed, since it was last looked at, in what is looked at */
    bool unsorted; /* while all are added anew */
};

struct bursts {
    struct bursts_cell *cells;
    size_t count, cap;
    uint32_t *slots; /* cell + 1; 0 = empty */
    size_t slots_count;
    uint32_t *touched; /* cells with entries that came or went since the last evaluation */
    size_t touched_count, touched_cap;
    bool anew;             /* look at every cell */
    bool sorting;          /* all are being added anew */
    struct helper *helper; /* sorts, too, or did; NULL: none was asked */
    _Atomic size_t next;   /* the first cell that nobody has begun to sort */
    int64_t as_of_ms;      /* the last evaluation's */
    struct snapshot_burst *found;
    uint32_t *found_cells; /* of each found */
    size_t found_count, found_cap;
    uint32_t *tally; /* scratch, by code: 0 */
    size_t tally_cap;
};

void bursts_clear(struct bursts *bursts);
void bursts_free(struct bursts *bursts);
/* Adds (sign 1) or takes away (-1) a registration. From bursts_clear on until bursts_sort_part is
 * through, what does not come in order waits for that. */
void bursts_count(struct bursts *bursts, const struct profile *profile,
                  const struct periods *periods, uint32_t ticket, const struct fold *fold,
                  int sign);
/* Asks for the memory that adding the fold's registration will read and write. */
void bursts_fetch(const struct bursts *bursts, const struct fold *fold);
/* Lets the helper (NULL: nobody) sort beside whatever else is done, until bursts_sort_part is
 * through, or bursts_sort_rest: before those nothing may be counted, fetched or found. No
 * registration is added any more. */
void bursts_sort_begin(struct bursts *bursts, struct helper *helper);
/* Sorts cells, as many as *looks entries allow but at least one, and takes those off; true: all are
 * in order. */
bool bursts_sort_part(struct bursts *bursts, uint32_t *looks);
/* The helper sorts no more. */
void bursts_sort_rest(struct bursts *bursts);
/* Finds the bursts as at the moment; true when they may have changed. */
bool bursts_find(struct bursts *bursts, const struct intern *codes, const struct profile *profile,
                 const struct directory *directory, int64_t at_ms);
size_t bursts_bytes(const struct bursts *bursts);

#endif
