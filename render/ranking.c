#include "render/ranking.h"

#include <math.h>

#include "render/paint_part.h"
#include "wall/base/sort.h"

#define PAGE_MS 10000

static int
greater_first(double a, double b)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) - isnan(b);
    }
    return fabs(a - b) < 1e-9 ? 0 : a > b ? -1 : 1;
}

/* By rank; equal ranks by resolution, satisfaction, n, code, as the reform's tables are. A metric
 * that nobody is surveyed for has no ranks: then by the leading figure. */
static int
entry_order(const void *left, const void *right, void *user)
{
    const struct ranking_entry *a = left, *b = right;
    (void)user;
    if ((a->rank == 0) != (b->rank == 0)) {
        return a->rank == 0 ? 1 : -1;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    int order = greater_first(a->resolution, b->resolution);
    order = order ? order : greater_first(a->satisfaction, b->satisfaction);
    order = order ? order : greater_first(a->lead, b->lead);
    if (order == 0 && a->n != b->n) {
        order = a->n > b->n ? -1 : 1;
    }
    return order ? order : str_cmp(a->row->code, b->row->code);
}

bool
ranking_within_street(const struct paint *p)
{
    return p->panel->group == SNAPSHOT_COMMUNITY && paint_part_street(p).len > 0;
}

/* The order among a few follows from the order among all: 1 + how many of them stand before. */
static void
rank_within(struct ranking *ranking)
{
    int before = 0, rank = 0;
    for (int i = 0; i < ranking->ranked; i++) {
        if (ranking->entries[i].rank != before) {
            before = ranking->entries[i].rank;
            rank = i + 1;
        }
        ranking->entries[i].rank = rank;
    }
}

static bool
belongs(const struct paint *p, const struct ranking *ranking, const struct snapshot_row *row)
{
    if (ranking_within_street(p) && !str_eq(row->parent, paint_part_street(p))) {
        return false;
    }
    const struct snapshot_counts *counts = &row->counts[ranking->window];
    return p->panel->group == SNAPSHOT_STREET || counts->received > 0 ||
           counts->by[ranking->by].effective > 0;
}

double
ranking_value(const struct ranking *ranking, const struct ranking_entry *entry, int metric,
              uint32_t *n)
{
    return snapshot_metric_value(ranking->metrics[metric], entry->row, ranking->window, ranking->by,
                                 n);
}

bool
ranking_takes_part(const struct ranking *ranking, const struct ranking_entry *entry)
{
    return ranking->ranked == 0 || entry->rank > 0;
}

/* Bars lie between round values below the least and above the greatest, which the heading names. */
static void
choose_bars(struct ranking *ranking)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < ranking->count; i++) {
        const struct ranking_entry *entry = &ranking->entries[i];
        if (ranking_takes_part(ranking, entry) && !isnan(entry->lead)) {
            low = fmin(low, entry->lead);
            high = fmax(high, entry->lead);
        }
    }
    if (low > high) {
        low = high = 0;
    }
    ranking->bar_high = ceil(high / 10) * 10;
    ranking->bar_low = paint_part_round_low(low, ranking->bar_high);
}

void
ranking_collect(const struct paint *p, struct ranking *ranking)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    const struct snapshot_rows *rows = &snapshot->groups[p->panel->group];
    const struct snapshot_metric *resolution = snapshot_metric(snapshot, "resolution");
    const struct snapshot_metric *satisfaction = snapshot_metric(snapshot, "satisfaction");
    ranking->count = ranking->ranked = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < rows->count && ranking->count < RANKING_ROWS; i++) {
            const struct snapshot_row *row = &rows->rows[i];
            bool ranked = row->rank[ranking->window][ranking->by] > 0;
            if (ranked != (pass == 0) || !belongs(p, ranking, row)) {
                continue;
            }
            const struct snapshot_counts *counts = &row->counts[ranking->window];
            uint32_t n = 0;
            struct ranking_entry *entry = &ranking->entries[ranking->count++];
            *entry = (struct ranking_entry){.row = row,
                                            .lead = NAN,
                                            .resolution = NAN,
                                            .satisfaction = NAN,
                                            .rank = row->rank[ranking->window][ranking->by],
                                            .n = counts->by[ranking->by].effective};
            if (ranking->metrics_count > 0) {
                entry->lead = ranking_value(ranking, entry, 0, &entry->n);
            }
            if (resolution) {
                entry->resolution = snapshot_metric_of_counts(resolution, counts, ranking->by, &n);
            }
            if (satisfaction) {
                entry->satisfaction =
                    snapshot_metric_of_counts(satisfaction, counts, ranking->by, &n);
            }
            ranking->ranked += ranked;
        }
    }
    sort_in_place(ranking->entries, (size_t)ranking->count, sizeof *ranking->entries, entry_order,
                  NULL);
    if (ranking_within_street(p)) {
        rank_within(ranking);
    }
    choose_bars(ranking);
}

bool
ranking_is_last(const struct paint *p, const struct ranking *ranking, int at)
{
    int rank = ranking->entries[at].rank;
    if (rank <= 1) {
        return false;
    }
    int behind = 0;
    for (int i = ranking->ranked - 1; i >= 0 && ranking->entries[i].rank > rank; i--) {
        behind++;
    }
    return (uint32_t)behind < p->frame->snapshot->tail;
}

void
ranking_page(const struct paint *p, struct ranking *ranking, int fit)
{
    if (p->panel->rows > 0 && p->panel->rows < fit) {
        fit = p->panel->rows;
    }
    fit = fit > 1 ? fit : 1;
    ranking->pages = (ranking->count + fit - 1) / fit;
    /* Even pages: a last one of a row or two would be an empty panel for its ten seconds. */
    fit = ranking->pages > 1 ? (ranking->count + ranking->pages - 1) / ranking->pages : fit;
    ranking->fit = fit;
    ranking->page = ranking->pages > 1 ? (int)(p->frame->moment_ms / PAGE_MS % ranking->pages) : 0;
    ranking->first = ranking->page * fit;
    ranking->shown = ranking->count - ranking->first < fit ? ranking->count - ranking->first : fit;
}
