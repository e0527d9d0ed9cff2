/* A gauge a metric: a 240° arc over a zoomed, marked range, target tick, figure, change, n/base,
 * target. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"

#define LEAST_ARC 0.05f /* 3° */
#define MOST_SCALE 1.5f
#define SPARE 40.0f      /* design pixels that stay free before a dial grows */
#define SWEEP 2.0943951f /* 120°: the arc runs from −120° to +120° from 12 o'clock */

/* Design pixels; vertical ones are baselines below the arc's centre. */
struct shape {
    float centre; /* below the panel's top */
    float radius, thickness;
    float tick_in,
        tick_out; /* from the arc's inner edge outwards: inside it reads as a minus sign */
    float label, figure, change, mark, marks, base, target;
};

static const struct shape district = {.centre = 210,
                                      .radius = 112,
                                      .thickness = 16,
                                      .tick_in = 104,
                                      .tick_out = 129,
                                      .label = -46,
                                      .figure = 12,
                                      .change = 54,
                                      .mark = 15,
                                      .marks = 80,
                                      .base = 110,
                                      .target = 138};
static const struct shape kiosk = {.centre = 134,
                                   .radius = 96,
                                   .thickness = 14,
                                   .tick_in = 89,
                                   .tick_out = 111,
                                   .label = -34,
                                   .figure = 16,
                                   .change = 52,
                                   .mark = 15,
                                   .marks = 70,
                                   .base = 102,
                                   .target = 102};

struct gauge {
    const struct snapshot_metric *metric;
    const struct snapshot_row *row;
    double value, before; /* NaN where there is none */
    double shown;         /* the value, or on the way to it */
    uint32_t n;
    float cx, cy; /* canvas pixels */
    const struct shape *shape;
    float top;     /* of the dials, design pixels below the panel's top */
    float cell;    /* its width; canvas pixels */
    int figure_px; /* the same for all of the panel */
    int words;     /* enum base_words, too */
    float scale;   /* of the dial: below 1 where the panel is too small for its full size */
};

/* Canvas pixels of a length of the gauge's shape. */
static float
gauge_px(const struct paint *p, const struct gauge *g, float n)
{
    return paint_part_px(p, n * g->scale);
}

/* A role's style, shrunk with the dial but never under the smallest size, nor under what its
 * readers need. */
static struct text_style
gauge_style(const struct paint *p, const struct gauge *g, enum theme_type type, enum text_face face,
            enum text_weight weight)
{
    struct text_style style = paint_style(p, type, face, weight);
    int least = paint_style(p, THEME_SMALL, face, weight).size_px;
    if (type != THEME_CAPTION && type != THEME_SMALL) {
        int read = scene_least_px(p->scene, true, face == TEXT_SANS);
        least = read > least ? read : least;
    }
    int size = (int)lroundf((float)style.size_px * g->scale);
    style.size_px = size > least ? size : style.size_px < least ? style.size_px : least;
    return style;
}

static float
fraction(const struct snapshot_metric *metric, double value)
{
    double span = metric->high - metric->low;
    double part = span > 0 ? (value - metric->low) / span : 0;
    return (float)(part < 0 ? 0 : part > 1 ? 1 : part);
}

static bool
below_target(const struct snapshot_metric *metric, double value)
{
    return !isnan(metric->target) && !isnan(value) && value < metric->target;
}

static void
draw_dial(const struct paint *p, const struct gauge *g)
{
    float radius = gauge_px(p, g, g->shape->radius);
    float thick = gauge_px(p, g, g->shape->thickness);
    draw_arc(p->list, g->cx, g->cy, radius, thick, -SWEEP, SWEEP, paint_colour(p, THEME_LINE));
    if (!isnan(g->value)) {
        /* A value at or below the range's low end still shows its colour. */
        float to = -SWEEP + fmaxf(2 * SWEEP * fraction(g->metric, g->shown), LEAST_ARC);
        draw_arc(p->list, g->cx, g->cy, radius, thick, -SWEEP, to,
                 paint_colour(p, below_target(g->metric, g->value) && !paint_part_stale(p)
                                     ? THEME_AMBER
                                     : THEME_DATA));
    }
    if (!isnan(g->metric->target)) {
        float angle = -SWEEP + 2 * SWEEP * fraction(g->metric, g->metric->target);
        float in = gauge_px(p, g, g->shape->tick_in), out = gauge_px(p, g, g->shape->tick_out);
        draw_line(p->list, g->cx + sinf(angle) * in, g->cy - cosf(angle) * in,
                  g->cx + sinf(angle) * out, g->cy - cosf(angle) * out, paint_part_px(p, 3),
                  paint_colour(p, THEME_INK));
    }
}

/* The ends of the zoomed range, below the arc's ends: a cut scale says so. */
static void
draw_range(const struct paint *p, const struct gauge *g)
{
    struct text_style style = gauge_style(p, g, THEME_SMALL, TEXT_FIGURES, TEXT_REGULAR);
    float x = roundf(gauge_px(p, g, g->shape->radius) * sinf(SWEEP));
    float baseline = g->cy + gauge_px(p, g, g->shape->marks);
    char low[32], high[32];
    snprintf(low, sizeof low, "%.6g", g->metric->low);
    snprintf(high, sizeof high, "%.6g", g->metric->high);
    paint_part_text(p, style, g->cx - x, baseline, DRAW_CENTRE, THEME_DIM, low);
    paint_part_text(p, style, g->cx + x, baseline, DRAW_CENTRE, THEME_DIM, high);
}

/* The size at which the figure, and what it counts through, has room in the dial. */
static int
figure_size(const struct paint *p, const struct gauge *g)
{
    struct text_style style = gauge_style(p, g, THEME_BIG, TEXT_FIGURES, TEXT_SEMIBOLD);
    float room = 2 * gauge_px(p, g, g->shape->tick_in - 17); /* a target may be beside it */
    char value[32], shown[32];
    paint_part_value(value, sizeof value, g->value, g->metric->decimals);
    paint_part_value(shown, sizeof shown, g->shown, g->metric->decimals);
    float width = fmaxf(text_width(p->text, style, str_from(value)),
                        text_width(p->text, style, str_from(shown)));
    if (width <= room) {
        return style.size_px;
    }
    int size = (int)((float)style.size_px * room / width);
    int least = scene_least_px(p->scene, true, false);
    return size > least ? size : least;
}

/* One that is too wide for its dial (100.00) makes all of the panel smaller: they are compared. */
static void
draw_figure(const struct paint *p, const struct gauge *g, const char *value)
{
    struct text_style style = gauge_style(p, g, THEME_BIG, TEXT_FIGURES, TEXT_SEMIBOLD);
    style.size_px = g->figure_px;
    paint_part_text(p, style, g->cx, g->cy + gauge_px(p, g, g->shape->figure), DRAW_CENTRE,
                    isnan(g->value) ? THEME_DIM : THEME_INK, value);
}

/* Whose figures count up, within the panel. */
static struct str
of(const struct gauge *g)
{
    return str_from(g->metric->id);
}

/* Percentage points against the window before: mark and amount, centred together. */
static void
draw_change(const struct paint *p, const struct gauge *g)
{
    if (isnan(g->value) || isnan(g->before)) {
        return;
    }
    double change = g->value - g->before;
    char amount[32], shown[32];
    paint_part_value(amount, sizeof amount, fabs(change), g->metric->decimals);
    paint_part_value(shown, sizeof shown, fabs(paint_part_count(p, "change", of(g), change)),
                     g->metric->decimals);
    bool flat = strspn(amount, "0.") == strlen(amount);
    enum theme_colour colour = flat ? THEME_DIM : change > 0 ? THEME_GREEN : THEME_AMBER;
    struct text_style style = gauge_style(p, g, THEME_CAPTION, TEXT_FIGURES, TEXT_REGULAR);
    float baseline = g->cy + gauge_px(p, g, g->shape->change);
    float mark = flat ? 0 : gauge_px(p, g, g->shape->mark);
    float gap = flat ? 0 : paint_part_px(p, 8);
    float width = text_width(p->text, style, str_from(shown));
    float x = roundf(g->cx - (width + roundf(mark * 1.25f) + gap) / 2);
    if (!flat) {
        x += paint_part_mark(p, x, baseline, mark, change > 0, colour) + gap;
    }
    paint_part_text(p, style, x, baseline, DRAW_LEFT, colour, shown);
    char name[64];
    snprintf(name, sizeof name, "%s:change", g->metric->id);
    char drawn[48];
    snprintf(drawn, sizeof drawn, "%s%s", flat ? "" : change > 0 ? "▲" : "▼", amount);
    paint_figure(p, name, drawn, change, g->n, "difference to the window before", NULL);
}

/* "5,983 / 6,031": what is counted over its base, on their way to it. Weighted counts keep their
 * fraction. */
static void
base_text(const struct paint *p, const struct gauge *g, char *out, size_t size)
{
    double sum = 0;
    for (int i = 0; i < g->metric->over_count; i++) {
        sum += g->metric->over[i].weight *
               snapshot_count(g->row, (enum snapshot_window)p->panel->window,
                              (enum snapshot_by)p->panel->by, g->metric->over[i].measure);
    }
    char base[32], counted[32];
    paint_integer(base, sizeof base, llround(paint_part_count(p, "n", of(g), g->n)));
    if (g->metric->over_count > 2) {
        snprintf(out, size, "n %s", base); /* a sum of shares is no count */
        return;
    }
    bool whole = llround(sum * 10) % 10 == 0;
    double shown = paint_part_count(p, "sum", of(g), sum);
    int64_t tenths = whole ? llround(shown) * 10 : llround(shown * 10);
    paint_integer(counted, sizeof counted, tenths / 10);
    if (whole) {
        snprintf(out, size, "%s / %s", counted, base);
    } else {
        snprintf(out, size, "%s.%d / %s", counted, (int)(tenths % 10), base);
    }
}

/* How much is said of the base and the target, the most first. */
enum base_words {
    WORDS_ALL,     /* 5,979 / 6,031 目标 99.0 */
    WORDS_ROUND,   /* 5,979 / 6,031 目标 99 */
    WORDS_N,       /* n 6,031 目标 99.0 */
    WORDS_N_ROUND, /* n 6,031 目标 99 */
    WORDS_BASE,    /* 5,979 / 6,031: the tick still shows the target */
    WORDS_ONLY_N,  /* n 6,031 */
    WORDS_COUNT
};

struct base {
    char base[80], target[48];
    struct text_style style;
    float base_w, gap, target_w; /* canvas pixels */
};

static void
say_base(const struct paint *p, const struct gauge *g, enum base_words words, struct base *out)
{
    bool kiosk_scale = paint_part_kiosk(p),
         only_n = words != WORDS_ALL && words != WORDS_ROUND && words != WORDS_BASE;
    bool with_target = words < WORDS_BASE && !isnan(g->metric->target);
    bool round = words == WORDS_ROUND || words == WORDS_N_ROUND;
    enum theme_type type = kiosk_scale ? THEME_SMALL : THEME_CAPTION;
    *out = (struct base){.style = gauge_style(p, g, type, TEXT_FIGURES, TEXT_REGULAR)};
    /* Chinese characters in it come from the other face; all figures are of one kind. */
    if (only_n) {
        char n[32];
        paint_integer(n, sizeof n, g->n);
        snprintf(out->base, sizeof out->base, "n %s", n);
    } else {
        base_text(p, g, out->base, sizeof out->base);
    }
    if (with_target) {
        snprintf(out->target, sizeof out->target, round ? "目标 %.4g" : "目标 %.1f",
                 g->metric->target);
        out->gap = paint_part_px(p, 14);
    }
    out->base_w = text_width(p->text, out->style, str_from(out->base));
    out->target_w = text_width(p->text, out->style, str_from(out->target));
}

/* The most that has room at every dial: what one shows, all show. A district's target has a line
 * of its own. */
static enum base_words
choose_words(const struct paint *p, const struct gauge *gauges, int count)
{
    bool one_line = paint_part_kiosk(p);
    int words = WORDS_ALL;
    for (; words < WORDS_COUNT - 1; words++) {
        bool fits = one_line || words == WORDS_ALL || words == WORDS_N;
        for (int i = 0; i < count && fits; i++) {
            struct base base;
            say_base(p, &gauges[i], (enum base_words)words, &base);
            float width = base.base_w + (one_line ? base.gap + base.target_w : 0);
            fits = width <= gauges[i].cell - paint_part_px(p, 8);
        }
        if (fits || (!one_line && words == WORDS_N)) {
            break;
        }
    }
    return (enum base_words)words;
}

static void
draw_base(const struct paint *p, const struct gauge *g)
{
    struct base base;
    say_base(p, g, (enum base_words)g->words, &base);
    float marks = gauge_px(p, g, g->shape->marks); /* text shrinks less than the dial does */
    float line = (float)base.style.size_px * 1.25f;
    float below = fmaxf(gauge_px(p, g, g->shape->base), roundf(marks + line));
    float lowest = fmaxf(gauge_px(p, g, g->shape->target), roundf(below + line));
    float baseline = g->cy + below;
    if (!paint_part_kiosk(p)) {
        paint_part_text(p, base.style, g->cx, baseline, DRAW_CENTRE, THEME_DIM, base.base);
        paint_part_text(p, base.style, g->cx, g->cy + lowest, DRAW_CENTRE, THEME_DIM, base.target);
        return;
    }
    float x = roundf(g->cx - (base.base_w + base.gap + base.target_w) / 2);
    paint_part_text(p, base.style, x, baseline, DRAW_LEFT, THEME_DIM, base.base);
    paint_part_text(p, base.style, x + roundf(base.base_w + base.gap), baseline, DRAW_LEFT,
                    THEME_DIM, base.target);
}

static void
draw_gauge(const struct paint *p, const struct gauge *g)
{
    char value[32], shown[32];
    paint_part_value(value, sizeof value, g->value, g->metric->decimals);
    paint_part_value(shown, sizeof shown, g->shown, g->metric->decimals);
    draw_dial(p, g);
    draw_range(p, g);
    paint_part_fit(
        p,
        gauge_style(p, g, paint_part_kiosk(p) ? THEME_LIST : THEME_NAME, TEXT_SANS, TEXT_REGULAR),
        g->cx, g->cy + gauge_px(p, g, g->shape->label), gauge_px(p, g, g->shape->radius * 1.5f),
        DRAW_CENTRE, THEME_DIM, str_from(g->metric->title));
    draw_figure(p, g, shown);
    draw_change(p, g);
    draw_base(p, g);
    struct snapshot_key key = {
        .group = paint_part_street(p).len ? SNAPSHOT_STREET : SNAPSHOT_DISTRICT,
        .code = g->row->code,
        .window = (enum snapshot_window)p->panel->window,
        .by = (enum snapshot_by)p->panel->by,
        .measure = g->metric->under_count > 0 ? g->metric->under[0].measure : SNAPSHOT_EFFECTIVE};
    paint_figure(p, g->metric->id, value, g->value, g->n, g->metric->formula, &key);
}

/* Window and base: in the title row, or in the corner where there is none. */
static void
draw_window(const struct paint *p, const struct snapshot_metric *metric)
{
    char text[96];
    snprintf(text, sizeof text, "%s · %s", paint_part_window(p->panel->window),
             paint_part_basis(metric, p->panel->by, false));
    if (paint_part_titled(p)) {
        paint_part_base(p, text);
        return;
    }
    paint_part_text(p, paint_part_sans(p, THEME_SMALL, TEXT_REGULAR),
                    paint_part_x(p, paint_part_width(p) - 24), paint_part_y(p, 30), DRAW_RIGHT,
                    THEME_DIM, paint_part_window(p->panel->window));
}

/* A dial's scale and the place of its centre: as designed on a panel of the design's height, in the
 * middle of a higher one and larger on a much higher one, smaller on a lower one. */
static void
place_dial(const struct paint *p, struct gauge *g)
{
    const struct shape *shape = g->shape;
    float height = paint_part_height(p);
    float top = g->top;
    float needs = shape->tick_out + shape->target + 10, room = height - top - 8;
    float dial = 2 * shape->tick_out * p->unit;
    float by_width = fminf(g->cell / (dial + paint_part_px(p, 16)), /* what it needs; grown: air */
                           fmaxf(1, g->cell / (dial + paint_part_px(p, 96))));
    float by_height = room < needs ? room / needs : fmaxf(1, (room - SPARE) / needs);
    g->scale = fminf(fminf(by_width, by_height), MOST_SCALE);
    float spare = fmaxf(0, room - needs * g->scale) / 2;
    float centre = top + spare + shape->tick_out * g->scale;
    bool designed = g->scale == 1 && fabsf(centre - shape->centre) < 16;
    g->cy = paint_part_y(p, designed ? shape->centre : roundf(centre));
}

/* Where the dials stand: evenly, or, where one would lie across a seam between tiles, as many on
 * each tile as it has room for. */
struct cells {
    float x[PANEL_METRICS], width; /* of all: the dials are of one size */
};

static bool
crosses(const struct paint *p, const struct shape *shape, float cell_x, float cell)
{
    float reach = fminf(cell / 2, shape->tick_out * p->unit);
    int left = (int)floorf(cell_x + cell / 2 - reach);
    return scene_seam_shift_x(p->scene, left, (int)ceilf(2 * reach)) != 0;
}

/* The clear stretches of the panel between seams; how many. */
static int
stretches(const struct paint *p, float *from, float *to)
{
    int count = 0, x = p->panel->rect.x, end = x + p->panel->rect.w;
    while (x < end && count < PANEL_METRICS) {
        while (x < end && scene_seam_shift_x(p->scene, x, 1) != 0) {
            x++;
        }
        int start = x;
        while (x < end && scene_seam_shift_x(p->scene, start, x + 1 - start) == 0) {
            x++;
        }
        if (x > start) {
            from[count] = (float)start;
            to[count++] = (float)x;
        }
    }
    return count;
}

static void
place_cells(const struct paint *p, const struct shape *shape, int count, struct cells *cells)
{
    bool across = false;
    cells->width = (float)p->panel->rect.w / (float)count;
    for (int i = 0; i < count; i++) {
        cells->x[i] = (float)p->panel->rect.x + cells->width * (float)i;
        across = across || crosses(p, shape, cells->x[i], cells->width);
    }
    if (!across) {
        return;
    }
    float from[PANEL_METRICS], to[PANEL_METRICS];
    int shares[PANEL_METRICS] = {0}, parts = stretches(p, from, to), at = 0;
    for (int i = 0; i < count; i++) { /* the next dial where it has most room */
        int best = 0;
        for (int k = 1; k < parts; k++) {
            bool wider = (to[k] - from[k]) / (float)(shares[k] + 1) >
                         (to[best] - from[best]) / (float)(shares[best] + 1) + 8;
            best = wider ? k : best;
        }
        shares[best]++;
    }
    for (int k = 0; k < parts; k++) {
        float cell = (to[k] - from[k]) / (float)(shares[k] > 0 ? shares[k] : 1);
        cells->width = shares[k] > 0 ? fminf(cells->width, cell) : cells->width;
    }
    for (int k = 0; k < parts; k++) {
        float cell = (to[k] - from[k]) / (float)(shares[k] > 0 ? shares[k] : 1);
        for (int i = 0; i < shares[k]; i++) {
            cells->x[at++] = from[k] + cell * ((float)i + 0.5f) - cells->width / 2;
        }
    }
}

/* What the gauge shows; it has its place by then. */
static void
fill_gauge(const struct paint *p, struct gauge *g)
{
    enum snapshot_window window = (enum snapshot_window)p->panel->window;
    enum snapshot_by by = (enum snapshot_by)p->panel->by;
    int before = paint_part_before(p->panel->window);
    uint32_t ignored;
    g->value = snapshot_metric_value(g->metric, g->row, window, by, &g->n);
    g->shown = paint_part_count(p, g->metric->id, STR(""), g->value);
    g->before = NAN;
    if (before >= 0) {
        g->before =
            snapshot_metric_value(g->metric, g->row, (enum snapshot_window)before, by, &ignored);
    }
}

/* Whether the window in the corner would lie on the last dial's arc. */
static bool
meets_window(const struct paint *p, const struct gauge *last)
{
    struct text_style style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    const char *window = paint_part_window(p->panel->window);
    float left =
        paint_part_x(p, paint_part_width(p) - 24) - text_width(p->text, style, str_from(window));
    float across = fmaxf(0, left - last->cx), down = last->cy - paint_part_y(p, 34);
    float arc = gauge_px(p, last, last->shape->radius + last->shape->thickness / 2);
    return !paint_part_titled(p) && hypotf(across, down) < arc + paint_part_px(p, 4);
}

/* Where all dials begin: below the title, or, without one, below the window in the corner where
 * that would lie on the last of them. */
static float
top_of(const struct paint *p, const struct shape *shape, const struct cells *cells, int count)
{
    struct gauge last = {.shape = shape, .cell = cells->width, .top = 14};
    if (paint_part_titled(p)) {
        return paint_part_kiosk(p) ? 68 : 64;
    }
    last.cx = roundf(cells->x[count - 1] + cells->width / 2);
    place_dial(p, &last);
    return meets_window(p, &last) ? 36 : 14;
}

void
paint_gauges(const struct paint *p)
{
    const struct snapshot_metric *metrics[PANEL_METRICS];
    int count = paint_part_metrics(p, metrics);
    const struct snapshot_row *row = paint_part_row(p);
    if (count == 0) {
        paint_part_note(p, "口径中无此指标");
        return;
    }
    draw_window(p, metrics[0]);
    if (!row) {
        paint_part_note(p, "暂无数据");
        return;
    }
    const struct shape *shape = paint_part_kiosk(p) ? &kiosk : &district;
    struct gauge gauges[PANEL_METRICS];
    struct cells cells;
    int size = INT_MAX;
    place_cells(p, shape, count, &cells);
    float top = top_of(p, shape, &cells, count);
    for (int i = 0; i < count; i++) {
        struct gauge *g = &gauges[i];
        *g = (struct gauge){
            .metric = metrics[i], .row = row, .shape = shape, .cell = cells.width, .top = top};
        g->cx = roundf(cells.x[i] + cells.width / 2);
        place_dial(p, g);
        fill_gauge(p, g);
        int own = figure_size(p, g);
        size = own < size ? own : size;
    }
    enum base_words words = choose_words(p, gauges, count);
    for (int i = 0; i < count; i++) {
        gauges[i].figure_px = size;
        gauges[i].words = (int)words;
        draw_gauge(p, &gauges[i]);
    }
}
