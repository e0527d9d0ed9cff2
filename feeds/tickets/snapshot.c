#include "feeds/tickets/snapshot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/tickets/inside.h"

const char *
snapshot_window_name(enum snapshot_window window)
{
    static const char *const names[SNAPSHOT_WINDOW_COUNT] = {
        "today", "yesterday", "week", "period", "previous_period", "yesterday_so_far"};
    return names[window];
}

const char *
snapshot_group_name(enum snapshot_group group)
{
    static const char *const names[SNAPSHOT_GROUP_COUNT] = {"district", "street", "community",
                                                            "category", "unit",   "property"};
    return names[group];
}

const char *
snapshot_by_name(enum snapshot_by by)
{
    return by == SNAPSHOT_CITY ? "city" : "district";
}

const char *
snapshot_stage_name(enum snapshot_stage stage)
{
    static const char *const names[SNAPSHOT_STAGE_COUNT] = {"accept", "resolve", "expedite",
                                                            "report"};
    return names[stage];
}

const char *
snapshot_measure_name(enum snapshot_measure measure)
{
    static const char *const names[SNAPSHOT_MEASURE_COUNT] = {"received",
                                                              "resolved",
                                                              "resolved_late",
                                                              "effective",
                                                              "responded",
                                                              "solved",
                                                              "satisfied",
                                                              "basic",
                                                              "open",
                                                              "due_soon",
                                                              "overdue",
                                                              "overdue_accept",
                                                              "overdue_resolve",
                                                              "overdue_expedite",
                                                              "overdue_report"};
    return names[measure];
}

/* A count of a window's; the measures from SNAPSHOT_OPEN on are of the moment and give 0. */
static uint32_t
count_of(const struct snapshot_counts *counts, enum snapshot_by by, enum snapshot_measure measure)
{
    const struct snapshot_survey *s = &counts->by[by];
    switch (measure) {
    case SNAPSHOT_RECEIVED:
        return counts->received;
    case SNAPSHOT_RESOLVED:
        return counts->resolved;
    case SNAPSHOT_RESOLVED_LATE:
        return counts->resolved_late;
    case SNAPSHOT_EFFECTIVE:
        return s->effective;
    case SNAPSHOT_RESPONDED:
        return s->responded;
    case SNAPSHOT_SOLVED:
        return s->solved;
    case SNAPSHOT_SATISFIED:
        return s->satisfied;
    case SNAPSHOT_BASIC:
        return s->basic;
    default:
        return 0;
    }
}

uint32_t
snapshot_count(const struct snapshot_row *row, enum snapshot_window window, enum snapshot_by by,
               enum snapshot_measure measure)
{
    switch (measure) {
    case SNAPSHOT_OPEN:
        return row->open;
    case SNAPSHOT_DUE_SOON:
        return row->due_soon;
    case SNAPSHOT_OVERDUE:
        return row->overdue;
    case SNAPSHOT_OVERDUE_ACCEPT:
    case SNAPSHOT_OVERDUE_RESOLVE:
    case SNAPSHOT_OVERDUE_EXPEDITE:
    case SNAPSHOT_OVERDUE_REPORT:
        return row->overdue_stage[measure - SNAPSHOT_OVERDUE_ACCEPT];
    default:
        return count_of(&row->counts[window], by, measure);
    }
}

/* n is the plain sum of the denominator's counts. */
static double
divide(const struct snapshot_metric *metric, double over, double under, uint64_t n, uint32_t *n_out)
{
    if (n_out) {
        *n_out = n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
    }
    return under != 0 ? metric->scale * over / under : NAN;
}

double
snapshot_metric_value(const struct snapshot_metric *metric, const struct snapshot_row *row,
                      enum snapshot_window window, enum snapshot_by by, uint32_t *n)
{
    double over = 0, under = 0;
    uint64_t sum = 0;
    for (int i = 0; i < metric->over_count; i++) {
        over += metric->over[i].weight * snapshot_count(row, window, by, metric->over[i].measure);
    }
    for (int i = 0; i < metric->under_count; i++) {
        uint32_t count = snapshot_count(row, window, by, metric->under[i].measure);
        under += metric->under[i].weight * count;
        sum += count;
    }
    return divide(metric, over, under, sum, n);
}

double
snapshot_metric_of_counts(const struct snapshot_metric *metric,
                          const struct snapshot_counts *counts, enum snapshot_by by, uint32_t *n)
{
    double over = 0, under = 0;
    uint64_t sum = 0;
    for (int i = 0; i < metric->over_count; i++) {
        over += metric->over[i].weight * count_of(counts, by, metric->over[i].measure);
    }
    for (int i = 0; i < metric->under_count; i++) {
        uint32_t count = count_of(counts, by, metric->under[i].measure);
        under += metric->under[i].weight * count;
        sum += count;
    }
    return divide(metric, over, under, sum, n);
}

static int
by_code(const void *key, const void *row)
{
    return str_cmp(*(const struct str *)key, ((const struct snapshot_row *)row)->code);
}

const struct snapshot_row *
snapshot_row(const struct snapshot *snapshot, enum snapshot_group group, struct str code)
{
    const struct snapshot_rows *rows = &snapshot->groups[group];
    return rows->count ? bsearch(&code, rows->rows, rows->count, sizeof *rows->rows, by_code)
                       : NULL;
}

struct snapshot_alarms
snapshot_alarms_of(const struct snapshot *snapshot, struct str street_code)
{
    struct snapshot_alarms out = {.street_code = street_code};
    for (size_t i = 0; i < snapshot->alarms_by_street_count; i++) {
        if (str_eq(snapshot->alarms_by_street[i].street_code, street_code)) {
            return snapshot->alarms_by_street[i];
        }
    }
    for (size_t i = 0; !snapshot->alarms_by_street && i < snapshot->alarms_count; i++) {
        const struct snapshot_alarm *alarm = &snapshot->alarms[i];
        if (street_code.len == 0 || str_eq(alarm->street_code, street_code)) {
            out.total++;
            out.unacknowledged += !alarm->acknowledged;
        }
    }
    return out;
}

const struct snapshot_metric *
snapshot_metric(const struct snapshot *snapshot, const char *id)
{
    for (size_t i = 0; i < snapshot->metrics_count; i++) {
        if (strcmp(snapshot->metrics[i].id, id) == 0) {
            return &snapshot->metrics[i];
        }
    }
    return NULL;
}

/* --- the order of a board --- */

struct board {
    enum snapshot_window window;
    enum snapshot_by by;
    uint64_t basic; /* thousandths */
};

/* Fractions a/m and b/n, greater first. */
static int
greater_first(uint64_t a, uint64_t m, uint64_t b, uint64_t n)
{
    uint64_t left = a * n, right = b * m; /* counts of 32 bits, times 1000 at most */
    return (left < right) - (left > right);
}

static int
board_cmp(const void *a, const void *b, void *user)
{
    const struct snapshot_row *x = *(const struct snapshot_row *const *)a;
    const struct snapshot_row *y = *(const struct snapshot_row *const *)b;
    const struct board *board = user;
    uint32_t p = x->rank[board->window][board->by], q = y->rank[board->window][board->by];
    if (p != q) {
        return p - 1 < q - 1 ? -1 : 1; /* 0, not ranked, becomes the greatest */
    }
    const struct snapshot_survey *s = &x->counts[board->window].by[board->by];
    const struct snapshot_survey *t = &y->counts[board->window].by[board->by];
    if (p) {
        int order = greater_first(s->solved, s->effective, t->solved, t->effective);
        if (!order) {
            order = greater_first(
                UINT64_C(1000) * s->satisfied + board->basic * s->basic, s->effective,
                UINT64_C(1000) * t->satisfied + board->basic * t->basic, t->effective);
        }
        if (!order) {
            order = (s->effective < t->effective) - (s->effective > t->effective);
        }
        if (order) {
            return order;
        }
    }
    return str_cmp(x->code, y->code);
}

size_t
snapshot_ranking(const struct snapshot *snapshot, enum snapshot_group group,
                 enum snapshot_window window, enum snapshot_by by, const struct snapshot_row **out,
                 size_t max, size_t *ranked)
{
    const struct snapshot_rows *rows = &snapshot->groups[group];
    struct board board = {window, by, (uint64_t)llround(snapshot->basic_weight * 1000)};
    const struct snapshot_row **all = malloc((rows->count + 1) * sizeof *all);
    if (!all) {
        abort();
    }
    for (size_t i = 0; i < rows->count; i++) {
        all[i] = &rows->rows[i];
    }
    if (rows->count) {
        qsort_r(all, rows->count, sizeof *all, board_cmp, &board);
    }
    size_t count = rows->count < max ? rows->count : max, places = 0;
    for (size_t i = 0; i < count; i++) {
        out[i] = all[i];
        places += all[i]->rank[window][by] > 0;
    }
    free(all);
    if (ranked) {
        *ranked = places;
    }
    return count;
}

/* --- made from the book --- */

static void
set_limits(struct snapshot *s, const struct profile *p)
{
    memset(s->limit_ms, 0, sizeof s->limit_ms);
    memset(s->warn_ms, 0, sizeof s->warn_ms);
    if (p->stage_runs[SNAPSHOT_ACCEPT]) {
        s->limit_ms[SNAPSHOT_ACCEPT] = p->accept_ms;
        s->warn_ms[SNAPSHOT_ACCEPT] = p->accept_warn_ms;
    }
    if (p->stage_runs[SNAPSHOT_RESOLVE]) {
        s->limit_ms[SNAPSHOT_RESOLVE] = p->own_due_only ? 0 : p->resolve_ms[EVENT_NORMAL];
        s->warn_ms[SNAPSHOT_RESOLVE] = p->resolve_warn_ms[EVENT_NORMAL];
    }
    if (p->stage_runs[SNAPSHOT_EXPEDITE]) {
        s->limit_ms[SNAPSHOT_EXPEDITE] = p->expedite_ms;
    }
    if (p->stage_runs[SNAPSHOT_REPORT]) {
        s->limit_ms[SNAPSHOT_REPORT] = p->report_ms;
        s->warn_ms[SNAPSHOT_REPORT] = p->report_warn_ms;
    }
}

const struct snapshot *
snapshot_make(struct tickets *tickets)
{
    const struct book *book = tickets->book;
    struct snapshot *s = &tickets->snapshot;
    const struct profile *p = tickets->profile;
    *s = (struct snapshot){
        .at_ms = book->at_ms,
        .version = book->version,
        .profile = str_from(p->name),
        .period_day = book->periods.period_day,
        .alarms = (const struct snapshot_alarm *)(void *)book->lists.alarms.items,
        .alarms_count = book->lists.alarms.count,
        .alarms_by_street = book->lists.counts.items,
        .alarms_by_street_count = book->lists.counts.count,
        .whistles = (const struct snapshot_whistle *)(void *)book->lists.whistles.items,
        .whistles_count = book->lists.whistles.count,
        .bursts = book->bursts.found,
        .bursts_count = book->bursts.found_count,
        .points = book->slots.points,
        .points_count = book->slots.count,
        .points_version = book->slots.version,
        .points_changed = book->slots.changed,
        .points_changed_count = book->slots.changed_count,
        .points_all_changed = book->slots.all_changed,
        .metrics = p->metrics,
        .metrics_count = (size_t)p->metrics_count,
        .weight_response = p->weight_response,
        .weight_resolution = p->weight_resolution,
        .weight_satisfaction = p->weight_satisfaction,
        .basic_weight = p->basic_weight,
        .min_n = p->min_n,
        .tail = p->tail,
        .tickets = book->state->store.all.count,
        .digest = book->state->store.all.digest,
    };
    for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
        s->windows[w].from_ms = book->periods.from_ms[w];
        s->windows[w].to_ms = book->periods.to_ms[w];
    }
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        s->groups[g].rows = book->rows.groups[g].rows;
        s->groups[g].count = book->rows.groups[g].count;
    }
    set_limits(s, p);
    return s;
}
