/* The ranking board: rank, its change, name, bar, n, the leading figure and the rates beside it. On
 * a kiosk: rank, name, bar of n, and the rates with their names in the row. Rows without a rank
 * stand apart below. A board of more rows than fit turns its pages, and says so. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"
#include "render/ranking.h"

#define MAX_MEASURED 256 /* names that set the width of their column */

static void
draw_base(const struct paint *p, const struct ranking *ranking, bool with_lead)
{
    char text[160];
    int len = snprintf(text, sizeof text, "%s", paint_part_window(p->panel->window));
    if (ranking->metrics_count > 0) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · %s",
                        paint_part_basis(ranking->metrics[0], p->panel->by, false));
    }
    if (ranking_within_street(p)) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · 街内名次");
    }
    if (with_lead && ranking->metrics_count > 1) {
        len += snprintf(text + len, sizeof text - (size_t)len, " · %s", ranking->metrics[0]->title);
    }
    if (ranking->pages > 1) {
        snprintf(text + len, sizeof text - (size_t)len, " · %d/%d", ranking->page + 1,
                 ranking->pages);
    }
    paint_part_base(p, text);
}

/* A rate that ends at right; below its target it is amber and heavier: colour is never alone. */
static void
draw_rate(const struct paint *p, const struct snapshot_metric *metric, double value,
          struct text_style style, float right, float baseline, enum theme_colour otherwise,
          const char *shown)
{
    bool below = paint_part_below(metric, value);
    if (below) {
        style.weight = TEXT_SEMIBOLD;
    }
    paint_part_text(p, style, right, baseline, DRAW_RIGHT, below ? THEME_AMBER : otherwise, shown);
}

static void
record(const struct paint *p, const struct ranking *ranking, const struct ranking_entry *entry,
       int metric, const char *text, double value, uint32_t n)
{
    const struct snapshot_metric *m = ranking->metrics[metric];
    struct snapshot_key key = {.group = (enum snapshot_group)p->panel->group,
                               .code = entry->row->code,
                               .window = ranking->window,
                               .by = ranking->by,
                               .measure =
                                   m->under_count > 0 ? m->under[0].measure : SNAPSHOT_EFFECTIVE};
    char name[64];
    snprintf(name, sizeof name, "%.*s:%s", STR_ARG(paint_part_cut(entry->row->code, 28)), m->id);
    paint_figure(p, name, text, value, n, m->formula, &key);
}

static void
record_rank(const struct paint *p, const struct ranking_entry *entry)
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
shown_name(const struct paint *p, const struct ranking_entry *entry)
{
    return p->panel->group == SNAPSHOT_STREET ? paint_part_street_name(entry->row->name)
                                              : entry->row->name;
}

/* Design pixels from the panel's left edge; what a narrow board has no room for is not shown. */
struct columns {
    float rank_right, change, name, bar, bar_width, n_right, lead_right;
    float rate_right[PANEL_METRICS];
    bool with_rank, with_change, with_n, with_bar;
    uint32_t most_n; /* fills a kiosk's bar */
    int metrics;     /* the leading one and how many rates */
};

/* Design pixels; the same for every page. */
static float
widest_name(const struct paint *p, const struct ranking *ranking)
{
    struct text_style style = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    float widest = 92 * p->unit;
    for (int i = 0; i < ranking->count && i < MAX_MEASURED; i++) {
        widest = fmaxf(widest, text_width(p->text, style, shown_name(p, &ranking->entries[i])));
    }
    return widest / p->unit + 12;
}

/* Room for the greatest n, design pixels; the same for every page. */
static float
widest_n(const struct paint *p, const struct ranking *ranking, float least)
{
    struct text_style style = paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR);
    uint32_t greatest = 0;
    char text[32];
    for (int i = 0; i < ranking->count; i++) {
        greatest = ranking->entries[i].n > greatest ? ranking->entries[i].n : greatest;
    }
    paint_integer(text, sizeof text, greatest);
    return fmaxf(least, ceilf(text_width(p->text, style, str_from(text)) / p->unit) + 12);
}

/* Nobody is asked yet, but what leads is a share of those asked: the ranks will come, and names and
 * figures stay where they are. */
static bool
waits_for_ranks(const struct ranking *ranking)
{
    const struct snapshot_metric *lead = ranking->metrics_count > 0 ? ranking->metrics[0] : NULL;
    if (!lead || lead->under_count == 0) {
        return lead != NULL;
    }
    enum snapshot_measure base = lead->under[0].measure;
    return base >= SNAPSHOT_EFFECTIVE && base <= SNAPSHOT_BASIC;
}

/* The leading figure first, then n, the rates, the change of rank, and the bar with what is left.
 */
static void
place_columns(const struct paint *p, const struct ranking *ranking, struct columns *c)
{
    const float lead = 112, change = 68, least_rate = 88, least_bar = 60, least_name = 160;
    const float n_width = widest_n(p, ranking, 76), n = n_width + 16;
    char rank[16];
    c->with_rank = ranking->ranked > 0 || waits_for_ranks(ranking);
    snprintf(rank, sizeof rank, "%d", ranking->ranked > 0 ? ranking->ranked : ranking->count);
    struct text_style style = paint_part_figures(p, THEME_NAME, TEXT_REGULAR);
    c->rank_right = fmaxf(60, 24 + ceilf(text_width(p->text, style, str_from(rank)) / p->unit));
    float right = paint_part_width(p) - 24, first = c->with_rank ? c->rank_right + 24 : 24;
    int rates = ranking->metrics_count > 1 ? ranking->metrics_count - 1 : 0;
    float names = fminf(widest_name(p, ranking), (right - first) * 0.45f);
    /* A name is cut rather than a rate shown without its base. */
    float base = right - first - lead - least_rate * (float)rates - n;
    names = fminf(names, fmaxf(least_name, base));
    float room = right - first - names - lead;
    int fit = (int)((room >= n ? room - n : room) / least_rate); /* no rates without their base */
    fit = fit < 0 ? 0 : fit;
    bool wide = room >= 100 * (float)rates + change + n;
    float rate = wide ? 100 : least_rate;
    rates = rates < fit ? rates : fit;
    room -= rate * (float)rates;
    c->metrics = ranking->metrics_count > 0 ? rates + 1 : 0;
    c->with_n = room >= n;
    room -= c->with_n ? n : 0;
    c->with_change =
        c->with_rank && ranking->before >= 0 && !ranking_within_street(p) && room >= change;
    for (int i = 1; i <= rates; i++) {
        c->rate_right[i] = right - rate * (float)(rates - i);
    }
    c->change = c->rank_right + 20;
    c->name = first + (c->with_change ? change : 0);
    c->lead_right = right - rate * (float)rates;
    c->n_right = c->lead_right - lead;
    bool labelled = p->frame->snapshot->tail > 0 && ranking->ranked > 1; /* behind the name */
    c->bar = c->name + fmaxf(names + 12, labelled ? 168 : 0);
    float end = c->with_n ? c->n_right - n_width : c->lead_right - lead;
    c->bar_width = end - c->bar;
    c->with_bar = c->bar_width >= least_bar;
    if (!c->with_bar) {
        c->bar = end + 12; /* where names end */
    }
}

/* What the columns lack of what the board would show. */
static void
note_left_out(const struct paint *p, const struct ranking *ranking, const struct columns *c)
{
    for (int i = c->metrics; i < ranking->metrics_count; i++) {
        char what[DRAW_LEFT_OUT_WORDS];
        snprintf(what, sizeof what, "column %s", ranking->metrics[i]->id);
        draw_note_left_out(p->list, what);
    }
    if (!c->with_n) {
        draw_note_left_out(p->list, "column n");
    }
    bool has_change =
        !paint_part_kiosk(p) && c->with_rank && ranking->before >= 0 && !ranking_within_street(p);
    if (has_change && !c->with_change) {
        draw_note_left_out(p->list, "rank change");
    }
    bool has_bar = paint_part_kiosk(p) ? c->most_n > 0 : ranking->bar_high > ranking->bar_low;
    if (has_bar && !c->with_bar) {
        draw_note_left_out(p->list, "bars");
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

/* The ends of the bars' scale, which does not begin at 0, over the bars' ends. */
static void
draw_axis(const struct paint *p, const struct ranking *ranking, const struct columns *c,
          struct text_style style, float y)
{
    char low[32], high[32];
    snprintf(low, sizeof low, "%.6g", ranking->bar_low);
    snprintf(high, sizeof high, "%.6g", ranking->bar_high);
    style.face = TEXT_FIGURES;
    float left = paint_part_x(p, c->bar), width = paint_part_px(p, c->bar_width);
    paint_part_text(p, style, left, y, DRAW_LEFT, THEME_DIM, low);
    if (text_width(p->text, style, str_from(low)) + text_width(p->text, style, str_from(high)) +
            paint_part_px(p, 16) <=
        width) {
        paint_part_text(p, style, left + width, y, DRAW_RIGHT, THEME_DIM, high);
    }
}

static void
draw_heading(const struct paint *p, const struct ranking *ranking, const struct columns *c)
{
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    style.size_px = paint_px(p, 20) < style.size_px ? paint_px(p, 20) : style.size_px;
    float y = paint_part_y(p, 76);
    if (c->with_rank) {
        paint_part_text(p, style, paint_part_x(p, c->rank_right - 8), y, DRAW_CENTRE, THEME_DIM,
                        "名次");
    }
    paint_part_text(p, style, paint_part_x(p, c->name), y, DRAW_LEFT, THEME_DIM,
                    group_title(p->panel->group));
    if (c->with_bar && ranking->bar_high > ranking->bar_low) {
        draw_axis(p, ranking, c, style, y);
    }
    if (c->with_n && ranking->metrics_count > 0) {
        paint_part_text(p, style, paint_part_x(p, c->n_right), y, DRAW_RIGHT, THEME_DIM,
                        paint_part_basis(ranking->metrics[0], p->panel->by, true));
    }
    for (int i = 0; i < c->metrics; i++) {
        struct str title = paint_part_short(ranking->metrics[i]->title, c->with_rank ? 2 : 4);
        paint_part_fit(p, style, paint_part_x(p, i == 0 ? c->lead_right : c->rate_right[i]), y,
                       paint_part_px(p, 96), DRAW_RIGHT, THEME_DIM, title);
    }
}

static void
draw_rank(const struct paint *p, const struct ranking *ranking, const struct ranking_entry *entry,
          const struct columns *c, float baseline)
{
    char text[16] = "—";
    record_rank(p, entry);
    if (!c->with_rank) {
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
    int before = entry->row->rank[ranking->before][ranking->by];
    int change = before ? before - entry->rank : 0;
    float x = paint_part_x(p, c->change);
    if (change == 0) { /* a stroke in the middle of where mark and number would stand */
        draw_rect(p->list, x + paint_part_px(p, 9), baseline - paint_part_px(p, 8),
                  paint_part_px(p, 12), (float)paint_px(p, 2), 0, paint_colour(p, THEME_FAINT));
        return;
    }
    enum theme_colour colour = change > 0 ? THEME_GREEN : THEME_AMBER;
    snprintf(text, sizeof text, "%d", change > 0 ? change : -change);
    float mark = paint_part_mark(p, x, baseline, paint_part_px(p, 13), change > 0, colour);
    paint_part_text(p, paint_part_figures(p, THEME_SMALL, TEXT_REGULAR),
                    x + mark + paint_part_px(p, 3), baseline, DRAW_LEFT, colour, text);
}

/* Where a row's name and bar stand. */
struct bar_place {
    float name, bar, width; /* left edges and full width; canvas pixels */
    float height, above;    /* of the bar, of its middle above the baseline; canvas pixels */
};

/* The name, and behind it the label of the last-ranked. Returns where they end. */
static float
draw_name(const struct paint *p, const struct ranking *ranking, const struct ranking_entry *entry,
          const struct bar_place *place, float baseline, bool last)
{
    struct text_style name = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    struct text_style tag = paint_part_sans(p, THEME_SMALL, TEXT_MEDIUM);
    float gap = paint_part_px(p, 12), room = place->bar - place->name - gap;
    float label = ceilf(text_width(p->text, tag, STR("末位"))) + gap;
    last = last && room - label >= 2.5f * (float)name.size_px; /* who it is says more */
    room -= last ? label : 0;                                  /* the shorter one has its place */
    bool bright = ranking_takes_part(ranking, entry);
    float end = place->name + paint_part_fit(p, name, place->name, baseline, room, DRAW_LEFT,
                                             bright ? THEME_INK : THEME_DIM, shown_name(p, entry));
    if (!last) {
        return ceilf(end);
    }
    end = ceilf(end) + gap;
    bool fits = end + text_width(p->text, tag, STR("末位汇报")) <= place->bar - gap;
    return ceilf(end + paint_part_text(p, tag, end, baseline, DRAW_LEFT, THEME_RED,
                                       fits ? "末位汇报" : "末位"));
}

/* part: how much of the bar's full width; NaN: no bar. A bar that the label would touch begins
 * behind it and still ends at its value. */
static void
draw_name_and_bar(const struct paint *p, const struct ranking *ranking,
                  const struct ranking_entry *entry, const struct bar_place *place, float baseline,
                  bool last, double part)
{
    float end = draw_name(p, ranking, entry, place, baseline, last);
    if (isnan(part)) {
        return;
    }
    part = paint_part_count(p, "bar", entry->row->code, part, 1 / fmax((double)place->width, 1));
    float from = fmaxf(place->bar, end + paint_part_px(p, 12));
    float stop = place->bar + roundf(place->width * (float)part);
    paint_part_bar(p, from, baseline - place->above, stop - from, place->height,
                   last ? THEME_LAST_BAR : THEME_DATA2);
}

static void
draw_last_ground(const struct paint *p, float top, float height)
{
    struct panel_rect r = p->panel->rect;
    float edge = paint_part_px(p, paint_part_kiosk(p) ? 8 : 5);
    draw_rect(p->list, (float)r.x, top, (float)r.w, height, 0, paint_colour(p, THEME_LAST_ROW));
    draw_rect(p->list, (float)r.x, top, edge, height, 0, paint_colour(p, THEME_RED));
}

static void
draw_figures(const struct paint *p, const struct ranking *ranking,
             const struct ranking_entry *entry, const struct columns *c, float baseline)
{
    char text[32], shown[32];
    if (c->with_n) {
        paint_integer(shown, sizeof shown,
                      llround(paint_part_count(p, "n", entry->row->code, entry->n, 1)));
        paint_part_text(p, paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR),
                        paint_part_x(p, c->n_right), baseline, DRAW_RIGHT, THEME_DIM, shown);
    }
    for (int i = 0; i < c->metrics; i++) {
        uint32_t n = 0;
        double value = ranking_value(ranking, entry, i, &n);
        const struct snapshot_metric *metric = ranking->metrics[i];
        int decimals = metric->decimals - (i > 0 && metric->decimals > 0);
        paint_part_rate(text, sizeof text, metric, value, decimals);
        paint_part_rate(
            shown, sizeof shown, metric,
            paint_part_count(p, metric->id, entry->row->code, value, paint_part_step(decimals)),
            decimals);
        bool bright = i == 0 && ranking_takes_part(ranking, entry) && !isnan(value);
        enum theme_colour colour = bright ? THEME_INK : THEME_DIM;
        struct text_style style =
            i == 0 ? paint_part_figures(p, THEME_ROW_FIGURE, bright ? TEXT_SEMIBOLD : TEXT_REGULAR)
                   : paint_part_figures(p, THEME_LIST, TEXT_REGULAR);
        draw_rate(p, metric, value, style,
                  paint_part_x(p, i == 0 ? c->lead_right : c->rate_right[i]), baseline, colour,
                  shown);
        record(p, ranking, entry, i, text, value, n);
    }
}

static void
draw_district_row(const struct paint *p, const struct ranking *ranking,
                  const struct ranking_entry *entry, const struct columns *c, float baseline,
                  bool last)
{
    draw_rank(p, ranking, entry, c, baseline);
    double span = ranking->bar_high - ranking->bar_low;
    bool with_bar = c->with_bar && span > 0 && ranking_takes_part(ranking, entry);
    float cap = text_cap_height(p->text, paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD));
    struct bar_place place = {paint_part_x(p, c->name), paint_part_x(p, c->bar),
                              paint_part_px(p, c->bar_width), paint_part_px(p, 12),
                              roundf(cap / 2)};
    draw_name_and_bar(p, ranking, entry, &place, baseline, last,
                      with_bar ? (entry->lead - ranking->bar_low) / span : (double)NAN);
    draw_figures(p, ranking, entry, c, baseline);
}

/* ---- a kiosk's board ---- */

static void
draw_kiosk_rates(const struct paint *p, const struct ranking *ranking,
                 const struct ranking_entry *entry, int metrics, float baseline)
{
    struct text_style figures = paint_part_figures(p, THEME_NAME, TEXT_MEDIUM);
    struct text_style small = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    float right = paint_part_width(p) - 40;
    for (int i = metrics - 1; i >= 0; i--) {
        const struct snapshot_metric *metric = ranking->metrics[i];
        uint32_t n = 0;
        double value = ranking_value(ranking, entry, i, &n);
        char text[32], shown[32];
        int decimals = metric->decimals > 0 ? metric->decimals - 1 : 0;
        paint_part_rate(text, sizeof text, metric, value, decimals);
        paint_part_rate(
            shown, sizeof shown, metric,
            paint_part_count(p, metric->id, entry->row->code, value, paint_part_step(decimals)),
            decimals);
        float end = paint_part_x(p, right) - paint_part_px(p, 40);
        paint_part_fit(p, small, end, baseline, paint_part_px(p, 44), DRAW_LEFT, THEME_DIM,
                       paint_part_short(metric->title, 2));
        draw_rate(p, metric, value, figures, end - paint_part_px(p, 10), baseline,
                  entry->rank ? THEME_INK : THEME_DIM, shown);
        record(p, ranking, entry, i, text, value, n);
        right -= 156;
    }
}

#define KIOSK_NAME 80.0f

static void
place_kiosk(const struct paint *p, const struct ranking *ranking, struct columns *c)
{
    *c = (struct columns){.name = KIOSK_NAME, .metrics = ranking->metrics_count};
    bool labelled = p->frame->snapshot->tail > 0 && ranking->ranked > 1;
    float label = labelled ? 64 : 0; /* 末位, between name and bar: no name is cut for it */
    float n = fmaxf(104, widest_n(p, ranking, 0) + 40), end; /* with 件 */
    for (;; c->metrics--) { /* the last rates go where names would have no room */
        c->n_right = paint_part_width(p) - 40 - 156 * (float)c->metrics - 14;
        end = c->n_right - n;
        if (end - c->name >= 150 || c->metrics <= 1) {
            break;
        }
    }
    c->with_n = end - c->name >= 150;
    end = c->with_n ? end : c->n_right;
    c->bar = c->name + fmaxf(164, fminf(widest_name(p, ranking) + label, 264));
    c->bar = fminf(c->bar, end - 12);
    c->bar_width = end - c->bar;
    for (int i = 0; i < ranking->count; i++) {
        c->most_n = ranking->entries[i].n > c->most_n ? ranking->entries[i].n : c->most_n;
    }
    c->with_bar = c->most_n > 0 && c->bar_width > 40;
}

static void
draw_kiosk_row(const struct paint *p, const struct ranking *ranking,
               const struct ranking_entry *entry, const struct columns *c, float baseline,
               bool last)
{
    char text[32], count[48];
    snprintf(text, sizeof text, "%d", entry->rank);
    paint_part_text(p, paint_part_figures(p, THEME_LIST, TEXT_REGULAR), paint_part_x(p, 62),
                    baseline, DRAW_RIGHT, THEME_DIM, entry->rank ? text : "—");
    record_rank(p, entry);
    float cap = text_cap_height(p->text, paint_part_figures(p, THEME_NAME, TEXT_SEMIBOLD));
    struct bar_place place = {paint_part_x(p, c->name), paint_part_x(p, c->bar),
                              paint_part_px(p, c->bar_width), paint_part_px(p, 14),
                              roundf(cap / 2)};
    draw_name_and_bar(p, ranking, entry, &place, baseline, last,
                      c->with_bar ? (double)entry->n / c->most_n : (double)NAN);
    paint_integer(text, sizeof text,
                  llround(paint_part_count(p, "n", entry->row->code, entry->n, 1)));
    snprintf(count, sizeof count, "%s 件", text);
    if (c->with_n) {
        paint_part_text(p, paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR),
                        paint_part_x(p, c->n_right), baseline, DRAW_RIGHT, THEME_DIM, count);
    }
    draw_kiosk_rates(p, ranking, entry, c->metrics, baseline);
}

/* ---- the rows of either ---- */

struct board {
    struct ranking ranking;
    struct columns columns;
    struct paint_row_list list;
};

static struct str
code_of(const void *user, int row)
{
    const struct board *board = user;
    return board->ranking.entries[board->ranking.first + row].row->code;
}

static void
draw_row(const struct paint *p, const void *user, int row, float x, float baseline)
{
    const struct board *board = user;
    const struct ranking *ranking = &board->ranking;
    int at = ranking->first + row;
    bool last = ranking_is_last(p, ranking, at);
    (void)x; /* one column */
    if (last) {
        draw_last_ground(p, paint_row_top(p, &board->list, baseline),
                         paint_part_px(p, board->list.places.pitch));
    }
    if (paint_part_kiosk(p)) {
        draw_kiosk_row(p, ranking, &ranking->entries[at], &board->columns, baseline, last);
    } else {
        draw_district_row(p, ranking, &ranking->entries[at], &board->columns, baseline, last);
    }
}

/* The unranked stand apart. */
static void
draw_parting(const struct paint *p, const struct board *board)
{
    const struct ranking *ranking = &board->ranking;
    int row = ranking->ranked - ranking->first;
    if (row > 0 && row < ranking->shown) {
        float y = paint_row_y(p, &board->list.places, row);
        draw_rect(p->list, paint_part_x(p, 24), paint_row_top(p, &board->list, y),
                  paint_part_px(p, paint_part_width(p) - 48), (float)paint_px(p, 1), 0,
                  paint_colour(p, THEME_LINE));
    }
}

/* Chooses the page for as many rows as fit at the least pitch, and then the pitch that fills the
 * height, the same on every page: the last row stands so far below the first at most. */
static void
fit_rows(const struct paint *p, struct ranking *ranking, struct paint_row *rows, float most_pitch,
         float below)
{
    float end = rows->first + below + 14; /* keeping off a seam may use some of the air below */
    int fit = paint_row_fit(p, rows, (int)(below / rows->pitch) + 1, end);
    struct paint_row tight = *rows;
    float gaps = (float)(ranking->count > 1 ? ranking->count - 1 : 1);
    float closest = ceilf(rows->pitch * 0.88f); /* and the last row not at the panel's very edge */
    tight.pitch = fminf(floorf((end - rows->first) / gaps), fmaxf(closest, floorf(below / gaps)));
    if (ranking->count > fit && tight.pitch >= closest &&
        paint_row_fit(p, &tight, ranking->count, end) == ranking->count) {
        rows->pitch = tight.pitch; /* a little closer rather than a row or two on a page alone */
        fit = ranking->count;
    }
    ranking_page(p, ranking, fit);
    int lines = ranking->pages > 1 ? ranking->fit : ranking->shown;
    int steps = lines > 1 ? lines - 1 : 1;
    float filling = floorf(fminf(below / (float)steps, most_pitch));
    float widest = floorf(fminf((end - rows->first) / (float)steps, most_pitch));
    filling = fmaxf(filling, rows->pitch);
    /* Where a seam sets the pitch, what is left over goes above the first row before it goes below
     * the last. */
    if (paint_row_even(p, rows, lines, filling, 12, end - 14) ||
        paint_row_even(p, rows, lines, filling, 12, end - 7) ||
        paint_row_even(p, rows, lines, filling, 8, end) ||
        paint_row_even(p, rows, lines, widest, 8, end)) {
        return;
    }
    float least_pitch = rows->pitch;
    rows->pitch = filling;
    while (rows->pitch > least_pitch && paint_row_fit(p, rows, lines, end) < lines) {
        rows->pitch -= 1;
    }
}

/* Few rows far apart begin lower, too: as airy below the title as among themselves. */
static void
lower_rows(const struct paint *p, const struct ranking *ranking, struct paint_row *rows, float foot)
{
    int lines = ranking->pages > 1 ? ranking->fit : ranking->shown;
    float last = rows->first + rows->pitch * (float)(lines - 1);
    float spare = paint_part_height(p) - foot - last;
    float usual = paint_part_kiosk(p) ? 54 : 48;
    if (p->scene->tiles_y <= 1) { /* where there are seams they have set the first one */
        rows->first += floorf(fmaxf(0, fminf(spare / 2, (rows->pitch - usual) * 1.5f)));
    }
}

static void
paint_rows(const struct paint *p, struct board *board)
{
    struct ranking *ranking = &board->ranking;
    bool kiosk = paint_part_kiosk(p);
    struct paint_row rows =
        kiosk ? (struct paint_row){94, 46, 28, 5} : (struct paint_row){120, 42, 23, 4};
    fit_rows(p, ranking, &rows, kiosk ? 62 : 54,
             paint_part_height(p) - rows.first - (kiosk ? 30 : 32));
    lower_rows(p, ranking, &rows, kiosk ? 30 : 32);
    draw_base(p, ranking, !kiosk);
    if (kiosk) {
        int room = 2; /* for so many rates */
        ranking->metrics_count = ranking->metrics_count < room ? ranking->metrics_count : room;
        place_kiosk(p, ranking, &board->columns);
        note_left_out(p, ranking, &board->columns);
    } else {
        place_columns(p, ranking, &board->columns);
        note_left_out(p, ranking, &board->columns);
        draw_heading(p, ranking, &board->columns);
    }
    board->list = (struct paint_row_list){.places = rows,
                                          .count = ranking->shown,
                                          .width = paint_part_width(p),
                                          .middle = kiosk ? 10 : 9,
                                          .user = board,
                                          .code = code_of,
                                          .draw = draw_row};
    draw_parting(p, board);
    paint_row_draw(p, &board->list);
}

void
paint_board(const struct paint *p)
{
    struct board board = {.ranking = {.window = (enum snapshot_window)p->panel->window,
                                      .by = (enum snapshot_by)p->panel->by,
                                      .before = paint_part_before(p->panel->window)}};
    struct ranking *ranking = &board.ranking;
    ranking->metrics_count = paint_part_metrics(p, ranking->metrics);
    ranking_collect(p, ranking);
    if (ranking->metrics_count == 0) {
        paint_part_note(p, "口径中无此指标");
    } else if (ranking->count == 0) {
        draw_base(p, ranking, false);
        paint_part_note(p, "暂无数据");
    } else {
        paint_rows(p, &board);
    }
}
