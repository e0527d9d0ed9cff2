/* The ranking board: rank, its change, name, bar, n, the leading figure and the rates beside it. On
 * a kiosk: rank, name, bar of n, and the rates with their names in the row. Rows without a rank
 * stand apart below. A board of more rows than fit turns its pages, and says so. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"

#define MAX_ROWS 1024    /* of a board; ranked ones are taken first */
#define MAX_MEASURED 256 /* names that set the width of their column */
#define PAGE_MS 10000

struct entry {
    const struct snapshot_row *row;
    double lead, resolution, satisfaction; /* NaN without a base */
    uint32_t n;                            /* base of the leading metric */
    int rank;                              /* 0 = not ranked */
};

struct board {
    struct entry entries[MAX_ROWS];
    int count, ranked;
    const struct snapshot_metric *metrics[PANEL_METRICS];
    int metrics_count;
    int first, shown, page, pages; /* entries on this page */
    double bar_low, bar_high;
    enum snapshot_window window;
    enum snapshot_by by;
    int before; /* the window ranks are compared with; -1 = none */
};

/* ---- rows and their order ---- */

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
entry_order(const struct entry *a, const struct entry *b)
{
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

/* Shell's sort: in place, without the C library's hidden allocation. */
static void
sort_entries(struct entry *entries, int count)
{
    for (int gap = count / 2; gap > 0; gap = gap == 2 ? 1 : (int)(gap / 2.2)) {
        for (int i = gap; i < count; i++) {
            struct entry held = entries[i];
            int at = i;
            while (at >= gap && entry_order(&held, &entries[at - gap]) < 0) {
                entries[at] = entries[at - gap];
                at -= gap;
            }
            entries[at] = held;
        }
    }
}

/* A street's room ranks its own communities among themselves. */
static bool
within_street(const struct paint *p)
{
    return p->panel->group == SNAPSHOT_COMMUNITY && paint_part_street(p).len > 0;
}

/* The order among a few follows from the order among all: 1 + how many of them stand before. */
static void
rank_within(struct board *board)
{
    int before = 0, rank = 0;
    for (int i = 0; i < board->ranked; i++) {
        if (board->entries[i].rank != before) {
            before = board->entries[i].rank;
            rank = i + 1;
        }
        board->entries[i].rank = rank;
    }
}

static bool
belongs(const struct paint *p, const struct board *board, const struct snapshot_row *row)
{
    if (within_street(p) && !str_eq(row->parent, paint_part_street(p))) {
        return false;
    }
    const struct snapshot_counts *counts = &row->counts[board->window];
    return p->panel->group == SNAPSHOT_STREET || counts->received > 0 ||
           counts->by[board->by].effective > 0;
}

static double
value_of(const struct board *board, const struct entry *entry, int metric, uint32_t *n)
{
    return snapshot_metric_value(board->metrics[metric], entry->row, board->window, board->by, n);
}

static void
collect(const struct paint *p, struct board *board)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    const struct snapshot_rows *rows = &snapshot->groups[p->panel->group];
    const struct snapshot_metric *resolution = snapshot_metric(snapshot, "resolution");
    const struct snapshot_metric *satisfaction = snapshot_metric(snapshot, "satisfaction");
    board->count = board->ranked = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < rows->count && board->count < MAX_ROWS; i++) {
            const struct snapshot_row *row = &rows->rows[i];
            bool ranked = row->rank[board->window][board->by] > 0;
            if (ranked != (pass == 0) || !belongs(p, board, row)) {
                continue;
            }
            const struct snapshot_counts *counts = &row->counts[board->window];
            uint32_t n = 0;
            struct entry *entry = &board->entries[board->count++];
            *entry = (struct entry){.row = row,
                                    .lead = NAN,
                                    .resolution = NAN,
                                    .satisfaction = NAN,
                                    .rank = row->rank[board->window][board->by],
                                    .n = counts->by[board->by].effective};
            if (board->metrics_count > 0) {
                entry->lead = value_of(board, entry, 0, &entry->n);
            }
            if (resolution) {
                entry->resolution = snapshot_metric_of_counts(resolution, counts, board->by, &n);
            }
            if (satisfaction) {
                entry->satisfaction =
                    snapshot_metric_of_counts(satisfaction, counts, board->by, &n);
            }
            board->ranked += ranked;
        }
    }
    sort_entries(board->entries, board->count);
    if (within_street(p)) {
        rank_within(board);
    }
}

/* One of the `tail` last-ranked: fewer than that stand strictly behind it. A board where all are
 * equal has no last. */
static bool
is_last(const struct paint *p, const struct board *board, int at)
{
    int rank = board->entries[at].rank;
    if (rank <= 1) {
        return false;
    }
    int behind = 0;
    for (int i = board->ranked - 1; i >= 0 && board->entries[i].rank > rank; i--) {
        behind++;
    }
    return (uint32_t)behind < p->frame->snapshot->tail;
}

/* Whether a row takes part: it is ranked, or nobody is. */
static bool
counts(const struct board *board, const struct entry *entry)
{
    return board->ranked == 0 || entry->rank > 0;
}

/* Bars begin at a round value below the least one, which the heading names. */
static void
choose_bars(struct board *board)
{
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < board->count; i++) {
        const struct entry *entry = &board->entries[i];
        if (counts(board, entry) && !isnan(entry->lead)) {
            low = fmin(low, entry->lead);
            high = fmax(high, entry->lead);
        }
    }
    if (low > high) {
        low = high = 0;
    }
    board->bar_high = high;
    board->bar_low = floor(low / 10) * 10;
    if (low - board->bar_low < 0.1 * (high - board->bar_low)) {
        board->bar_low -= 10;
    }
    board->bar_low = board->bar_low < 0 ? 0 : board->bar_low;
}

static void
choose_page(const struct paint *p, struct board *board, int fit)
{
    if (p->panel->rows > 0 && p->panel->rows < fit) {
        fit = p->panel->rows;
    }
    fit = fit > 1 ? fit : 1;
    board->pages = (board->count + fit - 1) / fit;
    board->page = board->pages > 1 ? (int)(p->frame->moment_ms / PAGE_MS % board->pages) : 0;
    board->first = board->page * fit;
    board->shown = board->count - board->first < fit ? board->count - board->first : fit;
}

/* ---- drawing ---- */

static void
draw_base(const struct paint *p, const struct board *board, bool with_lead)
{
    char text[160];
    int len = snprintf(text, sizeof text, "%s", paint_part_window(p->panel->window));
    if (board->metrics_count > 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · %s",
                        paint_part_basis(board->metrics[0], p->panel->by, false));
    }
    if (within_street(p)) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · 街内名次");
    }
    if (with_lead && board->metrics_count > 1) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · %s", board->metrics[0]->title);
    }
    if (board->pages > 1) {
        snprintf(text + len, sizeof text - (size_t)len, " · %d/%d", board->page + 1, board->pages);
    }
    paint_part_base(p, text);
}

static void
draw_last_ground(const struct paint *p, float top, float height, float edge)
{
    struct panel_rect r = p->panel->rect;
    draw_rect(p->list, (float)r.x, top, (float)r.w, height, 0, paint_colour(p, THEME_LAST_ROW));
    draw_rect(p->list, (float)r.x, top, edge, height, 0, paint_colour(p, THEME_RED));
}

static enum theme_colour
rate_colour(const struct snapshot_metric *metric, double value, enum theme_colour otherwise)
{
    bool below = !isnan(value) && !isnan(metric->target) && value < metric->target;
    return below ? THEME_AMBER : otherwise;
}

static void
record(const struct paint *p, const struct board *board, const struct entry *entry, int metric,
       const char *text, double value, uint32_t n)
{
    const struct snapshot_metric *m = board->metrics[metric];
    struct snapshot_key key = {.group = (enum snapshot_group)p->panel->group,
                               .code = entry->row->code,
                               .window = board->window,
                               .by = board->by,
                               .measure =
                                   m->under_count > 0 ? m->under[0].measure : SNAPSHOT_EFFECTIVE};
    char name[64];
    snprintf(name, sizeof name, "%.*s:%s", STR_ARG(paint_part_cut(entry->row->code, 28)), m->id);
    paint_figure(p, name, text, value, n, m->formula, &key);
}

static void
record_rank(const struct paint *p, const struct entry *entry)
{
    char name[64], value[16];
    snprintf(name, sizeof name, "%.*s:rank", STR_ARG(paint_part_cut(entry->row->code, 50)));
    snprintf(value, sizeof value, "%d", entry->rank);
    paint_figure(p, name, entry->rank ? value : "—",
                 entry->rank ? (double)entry->rank : (double)NAN, entry->n,
                 "1 + how many of the ranked are strictly better", NULL);
}

/* ---- the district's board ---- */

static struct str
shown_name(const struct paint *p, const struct entry *entry)
{
    return p->panel->group == SNAPSHOT_STREET ? paint_part_street_name(entry->row->name)
                                              : entry->row->name;
}

/* Design pixels from the panel's left edge; what a narrow board has no room for is not shown. */
struct columns {
    float rank_right, change, name, bar, bar_width, n_right, lead_right;
    float rate_right[PANEL_METRICS];
    bool with_change, with_n, with_bar;
    int metrics; /* the leading one and how many rates */
};

/* Design pixels; the same for every page. */
static float
widest_name(const struct paint *p, const struct board *board)
{
    struct text_style style = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    float widest = 92 * p->unit;
    for (int i = 0; i < board->count && i < MAX_MEASURED; i++) {
        widest = fmaxf(widest, text_width(p->text, style, shown_name(p, &board->entries[i])));
    }
    return widest / p->unit + 12;
}

/* Room for the greatest n, design pixels; the same for every page. */
static float
widest_n(const struct paint *p, const struct board *board, float least)
{
    struct text_style style = paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR);
    uint32_t greatest = 0;
    char text[32];
    for (int i = 0; i < board->count; i++) {
        greatest = board->entries[i].n > greatest ? board->entries[i].n : greatest;
    }
    paint_integer(text, sizeof text, greatest);
    return fmaxf(least, ceilf(text_width(p->text, style, str_from(text)) / p->unit) + 12);
}

/* The leading figure first, then the rates, the change of rank, n, and the bar with what is left.
 */
static void
place_columns(const struct paint *p, const struct board *board, struct columns *c)
{
    const float lead = 112, change = 68, least_rate = 80, least_bar = 60;
    const float n_width = widest_n(p, board, 76), n = n_width + 16;
    char rank[16];
    snprintf(rank, sizeof rank, "%d", board->ranked);
    struct text_style style = paint_part_figures(p, THEME_NAME, TEXT_REGULAR);
    c->rank_right = fmaxf(60, 24 + ceilf(text_width(p->text, style, str_from(rank)) / p->unit));
    float right = paint_part_width(p) - 24, first = board->ranked > 0 ? c->rank_right + 24 : 24;
    float names = fminf(widest_name(p, board), (right - first) * 0.45f);
    float room = right - first - names - lead;
    int rates = board->metrics_count - 1, fit = (int)(room / least_rate);
    rates = rates < 0 ? 0 : rates;
    fit = fit < 0 ? 0 : fit;
    bool wide = room >= 100 * (float)rates + change + n;
    float rate = wide ? 100 : least_rate;
    rates = rates < fit ? rates : fit;
    room -= rate * (float)rates;
    c->metrics = board->metrics_count > 0 ? rates + 1 : 0;
    c->with_change = board->ranked > 0 && board->before >= 0 && !within_street(p) && room >= change;
    room -= c->with_change ? change : 0;
    c->with_n = room >= n;
    room -= c->with_n ? n : 0;
    for (int i = 1; i <= rates; i++) {
        c->rate_right[i] = right - rate * (float)(rates - i);
    }
    c->change = c->rank_right + 20;
    c->name = first + (c->with_change ? change : 0);
    c->lead_right = right - rate * (float)rates;
    c->n_right = c->lead_right - lead;
    bool labelled = p->frame->snapshot->tail > 0 && board->ranked > 1; /* behind the name */
    c->bar = c->name + fmaxf(names + 12, labelled ? 168 : 0);
    float end = c->with_n ? c->n_right - n_width : c->lead_right - lead;
    c->bar_width = end - c->bar;
    c->with_bar = c->bar_width >= least_bar;
    if (!c->with_bar) {
        c->bar = end + 12; /* where names end */
    }
}

static const char *
group_title(int group)
{
    static const char *const titles[SNAPSHOT_GROUP_COUNT] = {
        [SNAPSHOT_DISTRICT] = "全区", [SNAPSHOT_STREET] = "街道", [SNAPSHOT_COMMUNITY] = "社区",
        [SNAPSHOT_CATEGORY] = "分类", [SNAPSHOT_UNIT] = "单位",   [SNAPSHOT_PROPERTY] = "物业",
    };
    return titles[group];
}

static void
draw_heading(const struct paint *p, const struct board *board, const struct columns *c)
{
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    style.size_px = paint_px(p, 20) < style.size_px ? paint_px(p, 20) : style.size_px;
    float y = paint_part_y(p, 76);
    char from[32];
    if (board->ranked > 0) {
        paint_part_text(p, style, paint_part_x(p, c->rank_right - 8), y, DRAW_CENTRE, THEME_DIM,
                        "名次");
    }
    paint_part_text(p, style, paint_part_x(p, c->name), y, DRAW_LEFT, THEME_DIM,
                    board->ranked > 0 ? group_title(p->panel->group) : "名称");
    if (c->with_bar && board->bar_high > board->bar_low) {
        snprintf(from, sizeof from, "%.6g 起", board->bar_low);
        paint_part_text(p, style, paint_part_x(p, c->bar), y, DRAW_LEFT, THEME_DIM, from);
    }
    if (c->with_n && board->metrics_count > 0) {
        paint_part_text(p, style, paint_part_x(p, c->n_right), y, DRAW_RIGHT, THEME_DIM,
                        paint_part_basis(board->metrics[0], p->panel->by, true));
    }
    for (int i = 0; i < c->metrics; i++) {
        struct str title = paint_part_short(board->metrics[i]->title, board->ranked > 0 ? 2 : 4);
        paint_part_fit(p, style, paint_part_x(p, i == 0 ? c->lead_right : c->rate_right[i]), y,
                       paint_part_px(p, 96), DRAW_RIGHT, THEME_DIM, title);
    }
}

static void
draw_rank(const struct paint *p, const struct board *board, const struct entry *entry,
          const struct columns *c, float baseline)
{
    char text[16] = "—";
    record_rank(p, entry);
    if (board->ranked == 0) {
        return;
    }
    if (entry->rank > 0) {
        snprintf(text, sizeof text, "%d", entry->rank);
    }
    bool top = entry->rank >= 1 && entry->rank <= 3;
    paint_part_text(p, paint_part_figures(p, THEME_NAME, top ? TEXT_SEMIBOLD : TEXT_REGULAR),
                    paint_part_x(p, c->rank_right), baseline, DRAW_RIGHT,
                    top ? THEME_INK : THEME_DIM, text);
    if (entry->rank == 0 || !c->with_change) {
        return;
    }
    int before = entry->row->rank[board->before][board->by];
    int change = before ? before - entry->rank : 0;
    float x = paint_part_x(p, c->change);
    if (change == 0) {
        struct text_style style = paint_part_figures(p, THEME_SMALL, TEXT_REGULAR);
        paint_part_text(p, style, x, baseline, DRAW_LEFT, THEME_FAINT, "—");
        return;
    }
    enum theme_colour colour = change > 0 ? THEME_GREEN : THEME_AMBER;
    snprintf(text, sizeof text, "%d", change > 0 ? change : -change);
    float mark = paint_part_mark(p, x, baseline, paint_part_px(p, 13), change > 0, colour);
    paint_part_text(p, paint_part_figures(p, THEME_SMALL, TEXT_REGULAR),
                    x + mark + paint_part_px(p, 3), baseline, DRAW_LEFT, colour, text);
}

/* The label stands behind the name; a bar that it would cover begins behind it and still ends at
 * its value. */
static void
draw_name_and_bar(const struct paint *p, const struct board *board, const struct entry *entry,
                  const struct columns *c, float baseline, bool last)
{
    struct text_style name = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    struct text_style tag = paint_part_sans(p, THEME_SMALL, TEXT_MEDIUM);
    float x = paint_part_x(p, c->name), bar = paint_part_x(p, c->bar);
    float room = bar - x - paint_part_px(p, 12);
    if (last) { /* the shorter label always has its place */
        room -= ceilf(text_width(p->text, tag, STR("末位"))) + paint_part_px(p, 12);
    }
    float end =
        x + paint_part_fit(p, name, x, baseline, room, DRAW_LEFT,
                           counts(board, entry) ? THEME_INK : THEME_DIM, shown_name(p, entry));
    if (last) {
        end = ceilf(end) + paint_part_px(p, 12);
        const char *label = "末位汇报";
        if (end + text_width(p->text, tag, str_from(label)) > bar) {
            label = "末位";
        }
        end += paint_part_text(p, tag, end, baseline, DRAW_LEFT, THEME_RED, label);
        end += paint_part_px(p, 8);
    }
    double value = entry->lead;
    if (!counts(board, entry) || isnan(value) || !c->with_bar ||
        board->bar_high <= board->bar_low) {
        return;
    }
    float part = (float)((value - board->bar_low) / (board->bar_high - board->bar_low));
    part = (float)paint_part_count(p, "bar", entry->row->code, (double)part);
    float stop = bar + roundf(paint_part_px(p, c->bar_width) * part);
    float from = fmaxf(bar, ceilf(end));
    float cap = text_cap_height(p->text, paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD));
    paint_part_bar(p, from, baseline - roundf(cap / 2), stop - from, paint_part_px(p, 12),
                   last ? THEME_LAST_BAR : THEME_DATA2);
}

static void
draw_row(const struct paint *p, const struct board *board, const struct entry *entry,
         const struct columns *c, float baseline, bool last)
{
    char text[32], shown[32];
    draw_rank(p, board, entry, c, baseline);
    draw_name_and_bar(p, board, entry, c, baseline, last);
    if (c->with_n) {
        paint_integer(shown, sizeof shown,
                      llround(paint_part_count(p, "n", entry->row->code, entry->n)));
        paint_part_text(p, paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR),
                        paint_part_x(p, c->n_right), baseline, DRAW_RIGHT, THEME_DIM, shown);
    }
    for (int i = 0; i < c->metrics; i++) {
        uint32_t n = 0;
        double value = value_of(board, entry, i, &n);
        const struct snapshot_metric *metric = board->metrics[i];
        int decimals = metric->decimals - (i > 0 && metric->decimals > 0);
        paint_part_value(text, sizeof text, value, decimals);
        paint_part_value(shown, sizeof shown,
                         paint_part_count(p, metric->id, entry->row->code, value), decimals);
        bool bright = i == 0 && counts(board, entry) && !isnan(value);
        enum theme_colour colour = bright ? THEME_INK : THEME_DIM;
        struct text_style style =
            i == 0 ? paint_part_figures(p, THEME_ROW_FIGURE, bright ? TEXT_SEMIBOLD : TEXT_REGULAR)
                   : paint_part_figures(p, THEME_LIST, TEXT_REGULAR);
        paint_part_text(p, style, paint_part_x(p, i == 0 ? c->lead_right : c->rate_right[i]),
                        baseline, DRAW_RIGHT, rate_colour(metric, value, colour), shown);
        record(p, board, entry, i, text, value, n);
    }
}

/* Rows on their way cover those that rest, and rising ones all others: each crosses on a ground of
 * its own, so that no two texts are ever seen through each other. */
enum layer { RESTING, SINKING, RISING, LAYER_COUNT };

static enum layer
layer_of(float travel)
{
    return travel < 0 ? RISING : travel > 0 ? SINKING : RESTING;
}

/* The ground under a row: its own colour while it moves, that of the last-ranked. */
static void
draw_row_ground(const struct paint *p, float top, float height, enum layer layer, bool last,
                float edge)
{
    if (layer != RESTING) {
        draw_rect(p->list, (float)p->panel->rect.x, top, (float)p->panel->rect.w, height, 0,
                  paint_colour(p, THEME_PANEL));
    }
    if (last) {
        draw_last_ground(p, top, height, edge);
    }
}

static void
draw_rows(const struct paint *p, const struct board *board, const struct columns *c,
          const struct paint_row *rows, enum layer layer)
{
    float pitch = rows->pitch;
    for (int i = 0; i < board->shown; i++) {
        int at = board->first + i;
        float travel;
        float rest = paint_row_y(p, rows, i);
        float baseline = paint_part_place(p, "row", board->entries[at].row->code, rest, &travel);
        if (layer == RESTING && at == board->ranked && i > 0) { /* the unranked stand apart */
            draw_rect(p->list, paint_part_x(p, 24), rest - paint_part_px(p, 9 + pitch / 2),
                      paint_part_px(p, paint_part_width(p) - 48), (float)paint_px(p, 1), 0,
                      paint_colour(p, THEME_LINE));
        }
        if (layer_of(travel) == layer) {
            bool last = is_last(p, board, at);
            draw_row_ground(p, baseline - paint_part_px(p, 9 + pitch / 2), paint_part_px(p, pitch),
                            layer, last, paint_part_px(p, 5));
            draw_row(p, board, &board->entries[at], c, baseline, last);
        }
    }
}

/* Chooses the page for as many rows as fit at the least pitch, and then the pitch that fills the
 * height: the last row stands so far below the first at most. */
static void
fit_rows(const struct paint *p, struct board *board, struct paint_row *rows, float most_pitch,
         float below)
{
    float least_pitch = rows->pitch;
    float end = rows->first + below + 14; /* stepping over a seam may use some of the air below */
    choose_page(p, board, paint_row_fit(p, rows, (int)(below / least_pitch) + 1, end));
    float pitch = board->shown > 1 ? below / (float)(board->shown - 1) : most_pitch;
    rows->pitch = floorf(fminf(pitch, most_pitch));
    while (rows->pitch > least_pitch && paint_row_fit(p, rows, board->shown, end) < board->shown) {
        rows->pitch -= 1;
    }
}

static void
paint_district(const struct paint *p, struct board *board)
{
    struct paint_row rows = {.first = 120, .pitch = 42, .above = 23, .below = 4};
    float below = paint_part_height(p) - rows.first - 32;
    fit_rows(p, board, &rows, 48, below);
    choose_bars(board);
    struct columns c;
    place_columns(p, board, &c);
    draw_base(p, board, true);
    draw_heading(p, board, &c);
    for (int layer = RESTING; layer < LAYER_COUNT; layer++) {
        draw_rows(p, board, &c, &rows, (enum layer)layer);
    }
}

/* ---- a kiosk's board ---- */

static void
draw_kiosk_rates(const struct paint *p, const struct board *board, const struct entry *entry,
                 float baseline)
{
    struct text_style figures = paint_part_figures(p, THEME_NAME, TEXT_SEMIBOLD);
    struct text_style small = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    float right = paint_part_width(p) - 40;
    for (int i = board->metrics_count - 1; i >= 0; i--) {
        const struct snapshot_metric *metric = board->metrics[i];
        uint32_t n = 0;
        double value = value_of(board, entry, i, &n);
        char text[32], shown[32];
        int decimals = metric->decimals > 0 ? metric->decimals - 1 : 0;
        paint_part_value(text, sizeof text, value, decimals);
        paint_part_value(shown, sizeof shown,
                         paint_part_count(p, metric->id, entry->row->code, value), decimals);
        float end = paint_part_x(p, right) - paint_part_px(p, 40);
        paint_part_fit(p, small, end, baseline, paint_part_px(p, 44), DRAW_LEFT, THEME_DIM,
                       paint_part_short(metric->title, 2));
        paint_part_text(p, figures, end - paint_part_px(p, 10), baseline, DRAW_RIGHT,
                        rate_colour(metric, value, entry->rank ? THEME_INK : THEME_DIM), shown);
        record(p, board, entry, i, text, value, n);
        right -= 156;
    }
}

/* Design pixels from the panel's left edge. */
struct kiosk_columns {
    float bar, bar_width, n_right;
    uint32_t greatest; /* n that fills its bar */
};

static struct kiosk_columns
place_kiosk(const struct paint *p, const struct board *board)
{
    struct kiosk_columns c = {.greatest = 0};
    float label = 40; /* 末位, between name and bar */
    c.bar = 80 + fmaxf(164, fminf(widest_name(p, board) + label, 264));
    c.n_right = paint_part_width(p) - 40 - 156 * (float)board->metrics_count - 14;
    c.bar_width = c.n_right - fmaxf(104, widest_n(p, board, 0) + 40) - c.bar; /* with 件 */
    for (int i = 0; i < board->count; i++) {
        c.greatest = board->entries[i].n > c.greatest ? board->entries[i].n : c.greatest;
    }
    return c;
}

static void
draw_kiosk_row(const struct paint *p, const struct board *board, const struct entry *entry,
               float baseline, bool last, const struct kiosk_columns *c)
{
    char text[32], count[48];
    snprintf(text, sizeof text, "%d", entry->rank);
    paint_part_text(p, paint_part_figures(p, THEME_LIST, TEXT_REGULAR), paint_part_x(p, 44),
                    baseline, DRAW_CENTRE, THEME_DIM, entry->rank ? text : "—");
    record_rank(p, entry);
    struct text_style tag = paint_part_sans(p, THEME_SMALL, TEXT_MEDIUM);
    float bar = paint_part_x(p, c->bar);
    float name_room = paint_part_px(p, c->bar - 80 - 12);
    if (last) {
        float width = paint_part_text(p, tag, bar - paint_part_px(p, 8), baseline, DRAW_RIGHT,
                                      THEME_RED, "末位");
        name_room -= ceilf(width);
    }
    paint_part_fit(p, paint_part_sans(p, THEME_NAME, TEXT_REGULAR), paint_part_x(p, 80), baseline,
                   name_room, DRAW_LEFT, entry->rank ? THEME_INK : THEME_DIM, entry->row->name);
    if (c->greatest > 0 && c->bar_width > 40) {
        float cap = text_cap_height(p->text, paint_part_figures(p, THEME_NAME, TEXT_SEMIBOLD));
        double part = paint_part_count(p, "bar", entry->row->code, (double)entry->n / c->greatest);
        paint_part_bar(p, bar, baseline - roundf(cap / 2),
                       paint_part_px(p, c->bar_width) * (float)part, paint_part_px(p, 14),
                       last ? THEME_LAST_BAR : THEME_DATA2);
    }
    paint_integer(text, sizeof text, llround(paint_part_count(p, "n", entry->row->code, entry->n)));
    snprintf(count, sizeof count, "%s 件", text);
    paint_part_text(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR), paint_part_x(p, c->n_right),
                    baseline, DRAW_RIGHT, THEME_DIM, count);
    draw_kiosk_rates(p, board, entry, baseline);
}

static void
draw_kiosk_rows(const struct paint *p, const struct board *board, const struct kiosk_columns *c,
                const struct paint_row *rows, enum layer layer)
{
    float pitch = rows->pitch;
    for (int i = 0; i < board->shown; i++) {
        int at = board->first + i;
        float travel;
        float rest = paint_row_y(p, rows, i);
        float baseline = paint_part_place(p, "row", board->entries[at].row->code, rest, &travel);
        if (layer == RESTING && at == board->ranked && i > 0) {
            draw_rect(p->list, paint_part_x(p, 24), rest - paint_part_px(p, 10 + pitch / 2),
                      paint_part_px(p, paint_part_width(p) - 48), (float)paint_px(p, 1), 0,
                      paint_colour(p, THEME_LINE));
        }
        if (layer_of(travel) == layer) {
            bool last = is_last(p, board, at);
            draw_row_ground(p, baseline - paint_part_px(p, 10 + pitch / 2), paint_part_px(p, pitch),
                            layer, last, paint_part_px(p, 8));
            draw_kiosk_row(p, board, &board->entries[at], baseline, last, c);
        }
    }
}

static void
paint_kiosk(const struct paint *p, struct board *board)
{
    struct paint_row rows = {.first = 94, .pitch = 46, .above = 28, .below = 5};
    float below = paint_part_height(p) - rows.first - 30;
    fit_rows(p, board, &rows, 54, below);
    draw_base(p, board, false);
    if (board->metrics_count > 2) {
        board->metrics_count = 2; /* what a kiosk's row has room for */
    }
    struct kiosk_columns columns = place_kiosk(p, board);
    for (int layer = RESTING; layer < LAYER_COUNT; layer++) {
        draw_kiosk_rows(p, board, &columns, &rows, (enum layer)layer);
    }
}

void
paint_board(const struct paint *p)
{
    struct board board = {.window = (enum snapshot_window)p->panel->window,
                          .by = (enum snapshot_by)p->panel->by,
                          .before = paint_part_before(p->panel->window)};
    board.metrics_count = paint_part_metrics(p, board.metrics);
    collect(p, &board);
    if (board.metrics_count == 0) {
        paint_part_note(p, "口径中无此指标");
        return;
    }
    if (board.count == 0) {
        draw_base(p, &board, false);
        paint_part_note(p, "暂无数据");
        return;
    }
    if (paint_part_kiosk(p)) {
        paint_kiosk(p, &board);
    } else {
        paint_district(p, &board);
    }
}
