/* ranking: which rows a ranking board shows, in which order, and on which page.
 *
 * Plain data filled from the snapshot; main thread. Draws nothing. The order is that of the
 * reform's tables: by rank, equal ranks by resolution, satisfaction, effective surveys (more
 * first), code; rows without a rank behind. */
#ifndef RENDER_RANKING_H
#define RENDER_RANKING_H

#include "render/paint.h"

#define RANKING_ROWS 1024 /* of a board; ranked ones are taken first */

struct ranking_entry {
    const struct snapshot_row *row;
    double lead, resolution, satisfaction; /* NaN without a base */
    uint32_t n;                            /* base of the leading metric */
    int rank;                              /* 0 = not ranked */
};

struct ranking {
    struct ranking_entry entries[RANKING_ROWS];
    int count, ranked;
    const struct snapshot_metric *metrics[PANEL_METRICS]; /* the leading one first */
    int metrics_count;
    int first, shown, page, pages; /* entries on this page */
    int fit;                       /* rows of a full page */
    double bar_low, bar_high;      /* the leading figures of an empty and of a full bar */
    enum snapshot_window window;
    enum snapshot_by by;
    int before; /* the window ranks are compared with; -1 = none */
};

/* The panel's rows in order; the frame has a snapshot. Pages come with ranking_page. */
void ranking_collect(const struct paint *p, struct ranking *ranking);
/* Turns to the page of the moment where as many rows fit on one; all pages but the last have the
 * same number of rows, and the last hardly fewer. */
void ranking_page(const struct paint *p, struct ranking *ranking, int fit);

/* A street's room ranks its own communities among themselves. */
bool ranking_within_street(const struct paint *p);
/* Whether the entry is one of the `tail` last-ranked. A board where all are equal has no last. */
bool ranking_is_last(const struct paint *p, const struct ranking *ranking, int at);
/* Whether a row takes part: it is ranked, or nobody is. */
bool ranking_takes_part(const struct ranking *ranking, const struct ranking_entry *entry);
/* One of the ranking's metrics for an entry; NaN without a base, which *n gets. */
double ranking_value(const struct ranking *ranking, const struct ranking_entry *entry, int metric,
                     uint32_t *n);

#endif
