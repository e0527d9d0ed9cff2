/* rows: the counts of each group's codes, kept up to date by adding and taking away tickets.
 *
 * Owns the rows a snapshot shows. A row lives while a ticket counts in it (in a window, a day of
 * history or as open) or while it is pinned (a street of the directory). Rows are appended while
 * tickets are added and put in order by rows_finish. Private to feeds/tickets; one thread. */
#ifndef FEEDS_TICKETS_ROWS_H
#define FEEDS_TICKETS_ROWS_H

#include "feeds/tickets/fold.h"
#include "feeds/tickets/periods.h"

struct rows_history {
    struct snapshot_history shown;
    uint32_t usual_sum[SNAPSHOT_BINS]; /* over the four weeks */
};

struct rows_group {
    struct snapshot_row *rows;
    uint32_t *codes;                 /* number of each row's code */
    uint32_t *uses;                  /* tickets that count in it, and 1 where pinned */
    struct rows_history **histories; /* NULL where the group has none */
    size_t count, cap;
    uint32_t *row_of; /* by code number; UINT32_MAX none */
    uint32_t row_of_cap;
    bool unnamed;   /* rows were added that have no name yet */
    bool unordered; /* rows were added, or have no use left */
    bool stale_ranks[SNAPSHOT_WINDOW_COUNT][SNAPSHOT_BY_COUNT];
};

/* Weights of the composite as integers without a common factor: exact fractions. */
struct rows_weights {
    uint64_t responded, solved, satisfied, basic;
};

/* A composite as a fraction, for ranking. */
struct rows_score {
    uint64_t over;
    uint32_t under, row;
};

struct rows {
    struct rows_group groups[SNAPSHOT_GROUP_COUNT];
    struct rows_weights weights;
    uint32_t min_n;
    struct rows_score *scores; /* scratch */
    size_t scores_cap;
    uint64_t moved; /* grows when rows of streets changed their places */
};

void rows_init(struct rows *rows, const struct profile *profile);
void rows_free(struct rows *rows);
/* Back to no rows but the district's. */
void rows_clear(struct rows *rows, const struct periods *periods, struct intern *codes);
void rows_pin(struct rows *rows, enum snapshot_group group, const struct periods *periods,
              uint32_t code, struct str text);

/* Adds (sign 1) or takes away (-1) a registered ticket as folded at at_ms; false: it counts
 * nowhere. Taking away needs the very fold, moment and periods of adding. */
bool rows_count(struct rows *rows, const struct periods *periods, const struct intern *codes,
                const struct fold *fold, int64_t at_ms, int sign);
/* Orders rows, drops those without use, ranks. true when rows changed places. */
bool rows_finish(struct rows *rows);
/* UINT32_MAX where the code has no row. */
uint32_t rows_find(const struct rows_group *group, uint32_t code);
/* The code by which a folded ticket counts in a group; INTERN_NONE for the district. */
uint32_t rows_code(const struct fold *fold, enum snapshot_group group);
size_t rows_bytes(const struct rows *rows);

#endif
