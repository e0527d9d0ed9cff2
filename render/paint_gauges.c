/* A gauge a metric: a 240° arc over a zoomed, marked range, target tick, figure, change, n/base,
 * target. */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/extent.h"
#include "render/paint_cells.h"
#include "render/paint_part.h"

#define LEAST_ARC 0.05f /* 3° */
#define MOST_SCALE 1.5f
#define LEAST_SCALE 0.3f
#define WORTH_A_LINE 0.75f
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

/* How much is said below a dial: counts ("5,979 / 6,031") or their base alone ("n 6,031"), or
 * neither, and the target. */
struct words {
    enum { WORDS_NONE, WORDS_N, WORDS_COUNTS } base;
    enum { TARGET_NONE, TARGET_ROUND, TARGET_WHOLE } target;
    bool two_lines; /* the target has one of its own */
};

/* The most first; those of two lines are a district's only. */
static const struct words WORDS[] = {
    {WORDS_COUNTS, TARGET_WHOLE, true},  {WORDS_N, TARGET_WHOLE, true},
    {WORDS_COUNTS, TARGET_WHOLE, false}, {WORDS_COUNTS, TARGET_ROUND, false},
    {WORDS_N, TARGET_WHOLE, false},      {WORDS_N, TARGET_ROUND, false},
    {WORDS_COUNTS, TARGET_NONE, false},  {WORDS_N, TARGET_NONE, false},
    {WORDS_NONE, TARGET_NONE, false},
};
#define WORDS_WAYS ((int)(sizeof WORDS / sizeof *WORDS))

/* What the dials of a panel have in common: they are compared. Canvas pixels but where said. */
struct dial {
    const struct shape *shape;
    float top;   /* design pixels below the panel's top */
    float cell;  /* width for each */
    float scale; /* below 1 where the panel is too small for their full size */
    float cy;    /* of the centres */
    struct words words;
    bool with_change;
    /* Baselines below the centre. */
    float label, figure, change, marks, base, target;
    float label_room; /* between the arc's inner edges */
    int figure_px;
};

struct gauge {
    const struct snapshot_metric *metric;
    const struct snapshot_row *row;
    const struct dial *dial;
    double value, before; /* NaN where there is none */
    double shown;         /* the value, or on the way to it */
    double low, high;     /* of the arc */
    uint32_t n;
    float cx;
};

/* Canvas pixels of a length of the dial's shape. */
static float
dial_px(const struct paint *p, const struct dial *d, float n)
{
    return paint_part_px(p, n * d->scale);
}

/* A role's style, shrunk with the dial but never under the smallest size, nor under what its
 * readers need. */
static struct text_style
dial_style(const struct paint *p, const struct dial *d, enum theme_type type, enum text_face face,
           enum text_weight weight)
{
    struct text_style style = paint_style(p, type, face, weight);
    int least = paint_style(p, THEME_SMALL, face, weight).size_px;
    if (type != THEME_CAPTION && type != THEME_SMALL) {
        int read = scene_least_px(p->scene, true, face == TEXT_SANS);
        least = read > least ? read : least;
    }
    int size = (int)lroundf((float)style.size_px * d->scale);
    style.size_px = size > least ? size : style.size_px < least ? style.size_px : least;
    return style;
}

static struct text_style
label_style(const struct paint *p, const struct dial *d)
{
    return dial_style(p, d, paint_part_kiosk(p) ? THEME_LIST : THEME_NAME, TEXT_SANS, TEXT_REGULAR);
}

static float
fraction(const struct gauge *g, double value)
{
    double span = g->high - g->low;
    double part = span > 0 ? (value - g->low) / span : 0;
    return (float)(part < 0 ? 0 : part > 1 ? 1 : part);
}

static void
draw_dial(const struct paint *p, const struct gauge *g)
{
    float radius = dial_px(p, g->dial, g->dial->shape->radius);
    float thick = dial_px(p, g->dial, g->dial->shape->thickness);
    draw_arc(p->list, g->cx, g->dial->cy, radius, thick, -SWEEP, SWEEP,
             paint_colour(p, THEME_LINE));
    if (!isnan(g->value)) {
        /* A value at or below the range's low end still shows its colour. */
        float to = -SWEEP + fmaxf(2 * SWEEP * fraction(g, g->shown), LEAST_ARC);
        draw_arc(p->list, g->cx, g->dial->cy, radius, thick, -SWEEP, to,
                 paint_colour(p, paint_part_below(g->metric, g->value) && !paint_part_stale(p)
                                     ? THEME_AMBER
                                     : THEME_DATA));
    }
    if (!isnan(g->metric->target)) {
        float angle = -SWEEP + 2 * SWEEP * fraction(g, g->metric->target);
        float in = dial_px(p, g->dial, g->dial->shape->tick_in),
              out = dial_px(p, g->dial, g->dial->shape->tick_out);
        draw_line(p->list, g->cx + sinf(angle) * in, g->dial->cy - cosf(angle) * in,
                  g->cx + sinf(angle) * out, g->dial->cy - cosf(angle) * out, paint_part_px(p, 3),
                  paint_colour(p, THEME_INK));
    }
}

/* The ends of the zoomed range, below the arc's ends: a cut scale says so. */
static void
draw_range(const struct paint *p, const struct gauge *g)
{
    struct text_style style = dial_style(p, g->dial, THEME_SMALL, TEXT_FIGURES, TEXT_REGULAR);
    float x = roundf(dial_px(p, g->dial, g->dial->shape->radius) * sinf(SWEEP));
    float baseline = g->dial->cy + g->dial->marks;
    char low[32], high[32];
    snprintf(low, sizeof low, "%.6g", g->low);
    snprintf(high, sizeof high, "%.6g", g->high);
    paint_part_text(p, style, g->cx - x, baseline, DRAW_CENTRE, THEME_DIM, low);
    paint_part_text(p, style, g->cx + x, baseline, DRAW_CENTRE, THEME_DIM, high);
}

/* The size at which the figure, and what it counts through, has room in the dial. */
static int
figure_size(const struct paint *p, const struct dial *d, const struct gauge *g)
{
    struct text_style style = dial_style(p, d, THEME_BIG, TEXT_FIGURES, TEXT_SEMIBOLD);
    float room = 2 * dial_px(p, d, d->shape->tick_in - 17); /* a target may be beside it */
    char value[32], shown[32];
    paint_part_rate(value, sizeof value, g->metric, g->value, g->metric->decimals);
    paint_part_rate(shown, sizeof shown, g->metric, g->shown, g->metric->decimals);
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
static struct text_style
figure_style(const struct paint *p, const struct dial *d)
{
    struct text_style style = dial_style(p, d, THEME_BIG, TEXT_FIGURES, TEXT_SEMIBOLD);
    style.size_px = d->figure_px;
    return style;
}

/* Whose figures count up, within the panel. */
static struct str
of(const struct gauge *g)
{
    return str_from(g->metric->id);
}

/* Percentage points against the window before, as a gauge draws them. */
struct change {
    double points;
    char amount[32], shown[32]; /* without a sign; shown: on its way to it */
    bool flat;
    struct text_style style;
    float mark, gap, width; /* of the mark, of what is drawn */
};

/* false: there is nothing to compare. */
static bool
say_change(const struct paint *p, const struct dial *d, const struct gauge *g, struct change *out)
{
    if (isnan(g->value) || isnan(g->before)) {
        return false;
    }
    int decimals = g->metric->decimals;
    out->points = g->value - g->before;
    paint_part_value(out->amount, sizeof out->amount, fabs(out->points), decimals);
    paint_part_value(
        out->shown, sizeof out->shown,
        fabs(paint_part_count(p, "change", of(g), out->points, paint_part_step(decimals))),
        decimals);
    out->flat = strspn(out->amount, "0.") == strlen(out->amount);
    out->style = dial_style(p, d, THEME_CAPTION, TEXT_FIGURES, TEXT_REGULAR);
    out->mark = out->flat ? 0 : dial_px(p, d, d->shape->mark);
    out->gap = out->flat ? 0 : paint_part_px(p, 8);
    out->width = text_width(p->text, out->style, str_from(out->shown)) + roundf(out->mark * 1.25f) +
                 out->gap;
    return true;
}

/* Mark and amount, centred together. */
static void
draw_change(const struct paint *p, const struct gauge *g)
{
    struct change change;
    if (!g->dial->with_change || !say_change(p, g->dial, g, &change)) {
        return;
    }
    bool up = change.points > 0, flat = change.flat;
    enum theme_colour colour = flat ? THEME_DIM : up ? THEME_GREEN : THEME_AMBER;
    float baseline = g->dial->cy + g->dial->change;
    float x = roundf(g->cx - change.width / 2);
    if (!flat) {
        x += paint_part_mark(p, x, baseline, change.mark, up, colour) + change.gap;
    }
    paint_part_text(p, change.style, x, baseline, DRAW_LEFT, colour, change.shown);
    char name[64], drawn[48];
    snprintf(name, sizeof name, "%s:change", g->metric->id);
    snprintf(drawn, sizeof drawn, "%s%s", flat ? "" : up ? "▲" : "▼", change.amount);
    paint_figure(p, name, drawn, change.points, g->n, "difference to the window before", NULL);
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
    paint_integer(base, sizeof base, llround(paint_part_count(p, "n", of(g), g->n, 1)));
    if (g->metric->over_count > 2) {
        snprintf(out, size, "n %s", base); /* a sum of shares is no count */
        return;
    }
    bool whole = llround(sum * 10) % 10 == 0;
    double shown = paint_part_count(p, "sum", of(g), sum, whole ? 1 : 0.1);
    int64_t tenths = whole ? llround(shown) * 10 : llround(shown * 10);
    paint_integer(counted, sizeof counted, tenths / 10);
    if (whole) {
        snprintf(out, size, "%s / %s", counted, base);
    } else {
        snprintf(out, size, "%s.%d / %s", counted, (int)(tenths % 10), base);
    }
}

struct base {
    char base[80], target[48];
    struct text_style style;
    float base_w, gap, target_w; /* canvas pixels */
};

static void
say_base(const struct paint *p, const struct dial *d, const struct gauge *g, struct base *out)
{
    enum theme_type type = paint_part_kiosk(p) ? THEME_SMALL : THEME_CAPTION;
    *out = (struct base){.style = dial_style(p, d, type, TEXT_FIGURES, TEXT_REGULAR)};
    /* Chinese characters in it come from the other face; all figures are of one kind. */
    if (d->words.base == WORDS_COUNTS) {
        base_text(p, g, out->base, sizeof out->base);
    } else if (d->words.base == WORDS_N) {
        char n[32];
        paint_integer(n, sizeof n, g->n);
        snprintf(out->base, sizeof out->base, "n %s", n);
    }
    if (d->words.target != TARGET_NONE && !isnan(g->metric->target)) {
        snprintf(out->target, sizeof out->target,
                 d->words.target == TARGET_ROUND ? "目标 %.4g" : "目标 %.1f", g->metric->target);
        out->gap = paint_part_px(p, 14);
    }
    out->base_w = text_width(p->text, out->style, str_from(out->base));
    out->target_w = text_width(p->text, out->style, str_from(out->target));
}

static void
draw_base(const struct paint *p, const struct gauge *g)
{
    const struct dial *d = g->dial;
    struct base base;
    say_base(p, d, g, &base);
    if (d->words.two_lines) {
        paint_part_text(p, base.style, g->cx, d->cy + d->base, DRAW_CENTRE, THEME_DIM, base.base);
        paint_part_text(p, base.style, g->cx, d->cy + d->target, DRAW_CENTRE, THEME_DIM,
                        base.target);
    } else if (base.target_w <= 0) {
        paint_part_text(p, base.style, g->cx, d->cy + d->base, DRAW_CENTRE, THEME_DIM, base.base);
    } else {
        float x = roundf(g->cx - (base.base_w + base.gap + base.target_w) / 2);
        paint_part_text(p, base.style, x, d->cy + d->base, DRAW_LEFT, THEME_DIM, base.base);
        paint_part_text(p, base.style, x + roundf(base.base_w + base.gap), d->cy + d->base,
                        DRAW_LEFT, THEME_DIM, base.target);
    }
}

static void
draw_gauge(const struct paint *p, const struct gauge *g)
{
    const struct dial *d = g->dial;
    char value[32], shown[32];
    paint_part_rate(value, sizeof value, g->metric, g->value, g->metric->decimals);
    paint_part_rate(shown, sizeof shown, g->metric, g->shown, g->metric->decimals);
    draw_dial(p, g);
    draw_range(p, g);
    paint_part_fit(p, label_style(p, d), g->cx, d->cy + d->label, d->label_room, DRAW_CENTRE,
                   THEME_DIM, str_from(g->metric->title));
    paint_part_text(p, figure_style(p, d), g->cx, d->cy + d->figure, DRAW_CENTRE,
                    isnan(g->value) ? THEME_DIM : THEME_INK, shown);
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

/* ---- where all of it has room ---- */

/* The lines of a dial of the scale: where the shape has them, or as far from each other, from the
 * arc and from its ends as text needs that shrinks less than the dial does. Returns how far below
 * the centre they reach. */
static float
stack(const struct paint *p, struct dial *d, const struct gauge *gauges, int count)
{
    struct text_style label = label_style(p, d), change, marks;
    float air = paint_part_px(p, 3), widest = 0;
    float inner = dial_px(p, d, d->shape->radius - d->shape->thickness / 2);
    d->figure_px = INT_MAX;
    for (int i = 0; i < count; i++) {
        int size = figure_size(p, d, &gauges[i]);
        d->figure_px = size < d->figure_px ? size : d->figure_px;
        widest = fmaxf(widest, text_width(p->text, label, str_from(gauges[i].metric->title)));
    }
    change = dial_style(p, d, THEME_CAPTION, TEXT_FIGURES, TEXT_REGULAR);
    marks = dial_style(p, d, THEME_SMALL, TEXT_FIGURES, TEXT_REGULAR);
    float em = (float)label.size_px, cap = (float)d->figure_px * EXTENT_FIGURE_ABOVE;
    float half = fminf(widest, dial_px(p, d, d->shape->radius * 1.5f)) / 2 + air;
    float highest = half < inner ? -sqrtf(inner * inner - half * half) : 0;
    d->label = fmaxf(dial_px(p, d, d->shape->label), ceilf(highest + em * EXTENT_ABOVE));
    d->figure = fmaxf(dial_px(p, d, d->shape->figure), ceilf(d->label + em * EXTENT_BELOW + cap));
    d->change = fmaxf(dial_px(p, d, d->shape->change),
                      ceilf(d->figure + air + (float)change.size_px * EXTENT_FIGURE_ABOVE));
    float end = dial_px(p, d, d->shape->radius + d->shape->thickness / 2) * -cosf(SWEEP);
    d->marks = fmaxf(dial_px(p, d, d->shape->marks),
                     ceilf(end + air + (float)marks.size_px * EXTENT_FIGURE_ABOVE));
    float top = fabsf(d->label - em * EXTENT_ABOVE);
    d->label_room = top < inner ? 2 * (sqrtf(inner * inner - top * top) - air) : 0;
    d->label_room = fminf(d->label_room, dial_px(p, d, d->shape->radius * 1.5f));
    struct base base;
    say_base(p, d, &gauges[0], &base);
    float size = (float)base.style.size_px, line = size * 1.25f;
    d->base = fmaxf(dial_px(p, d, d->shape->base), roundf(d->marks + line));
    d->base = fmaxf(d->base, d->with_change ? roundf(d->change + size) : 0);
    d->target = fmaxf(dial_px(p, d, d->shape->target), roundf(d->base + line));
    bool none = d->words.base == WORDS_NONE;
    float lowest = none ? d->marks : d->words.two_lines ? d->target : d->base;
    float shaped = none ? d->shape->marks : d->words.two_lines ? d->shape->target : d->shape->base;
    return fmaxf(dial_px(p, d, shaped + 10), lowest + size * EXTENT_BELOW + air);
}

/* Whether no line of the dials lies across a seam between tiles. */
static bool
keeps_off_seams(const struct paint *p, const struct dial *d)
{
    const float ends[] = {d->label, d->figure, d->change, d->marks, d->base, d->target};
    const float sizes[] = {(float)label_style(p, d).size_px,
                           (float)d->figure_px,
                           (float)paint_style(p, THEME_CAPTION, TEXT_FIGURES, TEXT_REGULAR).size_px,
                           (float)paint_style(p, THEME_SMALL, TEXT_FIGURES, TEXT_REGULAR).size_px,
                           (float)paint_style(p, THEME_CAPTION, TEXT_SANS, TEXT_REGULAR).size_px,
                           (float)paint_style(p, THEME_CAPTION, TEXT_SANS, TEXT_REGULAR).size_px};
    int lines = d->words.base == WORDS_NONE ? 4 : d->words.two_lines ? 6 : 5;
    for (int i = 0; i < lines && p->scene->tiles_y > 1; i++) {
        int top = (int)floorf(d->cy + ends[i] - sizes[i] * EXTENT_ABOVE);
        int end = (int)ceilf(d->cy + ends[i] + sizes[i] * EXTENT_BELOW);
        if (scene_seam_shift(p->scene, top, end - top) != 0) {
            return false;
        }
    }
    return true;
}

/* Puts the dials' centre as designed, or in the middle of the room, or so far from it that no line
 * lies across a seam; false: there is no such place. */
static bool
settle(const struct paint *p, struct dial *d, float room, float below)
{
    float reach = d->shape->tick_out * d->scale;
    float spare = fmaxf(0, room - reach - below) / 2;
    float centre = d->top + spare + reach;
    bool designed = d->scale == 1 && fabsf(centre - d->shape->centre) < 16;
    float middle = paint_part_y(p, designed ? d->shape->centre : roundf(centre));
    for (float off = 0; off <= paint_part_px(p, spare); off++) {
        for (int side = -1; side <= 1; side += 2) {
            d->cy = middle + off * (float)side;
            if (keeps_off_seams(p, d)) {
                return true;
            }
        }
    }
    d->cy = middle;
    return false;
}

/* A dial's scale for these words, and the place of its centre: as designed on a panel of the
 * design's height, in the middle of a higher one and larger on a much higher one, smaller on a
 * lower one. */
static void
place_dial(const struct paint *p, struct dial *d, const struct gauge *gauges, int count)
{
    const struct shape *shape = d->shape;
    float height = paint_part_height(p), room = height - d->top - 8;
    float lowest = d->words.base == WORDS_NONE ? shape->marks
                   : d->words.two_lines        ? shape->target
                                               : shape->base;
    float needs = shape->tick_out + lowest + 10;
    float across = 2 * shape->tick_out * p->unit;
    float by_width = fminf(d->cell / (across + paint_part_px(p, 16)), /* its need; grown: air */
                           fmaxf(1, d->cell / (across + paint_part_px(p, 96))));
    float by_height = room < needs ? room / needs : fmaxf(1, (room - SPARE) / needs);
    d->scale = fminf(fminf(by_width, by_height), MOST_SCALE);
    float below = stack(p, d, gauges, count) / p->unit;
    while (d->scale > LEAST_SCALE && shape->tick_out * d->scale + below > room + 0.5f) {
        d->scale -= 0.01f;
        below = stack(p, d, gauges, count) / p->unit;
    }
    float least = d->scale * 0.85f;
    while (!settle(p, d, room, below) && d->scale > least) {
        d->scale -= 0.01f;
        below = stack(p, d, gauges, count) / p->unit;
    }
}

/* Whether what stands in a dial and beside its foot keeps off the arc and off each other. */
static bool
has_room_inside(const struct paint *p, const struct dial *d, const struct gauge *g)
{
    struct change change;
    char value[32], high[32];
    float air = paint_part_px(p, 2);
    float inner = dial_px(p, d, d->shape->radius - d->shape->thickness / 2);
    struct text_style label = label_style(p, d), marks;
    float name = text_width(p->text, label, str_from(g->metric->title));
    paint_part_rate(value, sizeof value, g->metric, g->value, g->metric->decimals);
    float figure = text_width(p->text, figure_style(p, d), str_from(value)) / 2;
    float above = fabsf(d->figure - (float)d->figure_px * EXTENT_FIGURE_ABOVE);
    if (fminf(name, 3 * (float)label.size_px) > d->label_room || /* three characters say which */
        hypotf(figure, fmaxf(above, d->figure)) + air > inner) {
        return false;
    }
    if (!d->with_change || !say_change(p, d, g, &change)) {
        return true;
    }
    marks = dial_style(p, d, THEME_SMALL, TEXT_FIGURES, TEXT_REGULAR);
    snprintf(high, sizeof high, "%.6g", g->high);
    float mark = dial_px(p, d, d->shape->radius) * sinf(SWEEP) -
                 text_width(p->text, marks, str_from(high)) / 2 - air;
    bool beside = d->marks - (float)marks.size_px * EXTENT_FIGURE_ABOVE < d->change;
    bool in_arc = d->change < -cosf(SWEEP) * inner;
    return (!beside || change.width / 2 < mark) &&
           (!in_arc || hypotf(change.width / 2, d->change) + air < inner);
}

/* Whether the words and what is in the dials has room, at every one of them. */
static bool
has_room(const struct paint *p, const struct dial *d, const struct gauge *gauges, int count)
{
    for (int i = 0; i < count; i++) {
        struct base base;
        say_base(p, d, &gauges[i], &base);
        float width = d->words.two_lines ? fmaxf(base.base_w, base.target_w)
                                         : base.base_w + base.gap + base.target_w;
        /* A dial's two parts stand closer to each other than to the next dial's. */
        float apart = !d->words.two_lines && base.gap > 0 ? 2 * base.gap : paint_part_px(p, 8);
        if (width > d->cell - apart || !has_room_inside(p, d, &gauges[i])) {
            return false;
        }
    }
    return true;
}

/* The most words with which the dials have room; what one shows, all show. A line more is not worth
 * dials that are much smaller: two lines become one. */
static void
choose_words(const struct paint *p, struct dial *d, const struct gauge *gauges, int count)
{
    d->with_change = true;
    for (int i = paint_part_kiosk(p) ? 2 : 0; i < WORDS_WAYS; i++) {
        struct dial bare = *d;
        bare.words = WORDS[WORDS_WAYS - 1];
        d->words = WORDS[i];
        place_dial(p, d, gauges, count);
        if (d->words.two_lines && d->scale < WORTH_A_LINE) {
            place_dial(p, &bare, gauges, count);
            if (d->scale < bare.scale * 0.95f) {
                continue;
            }
        }
        if (has_room(p, d, gauges, count)) {
            return;
        }
    }
    d->with_change = false;
    place_dial(p, d, gauges, count);
}

static void
note_left_out(const struct paint *p, const struct dial *d, const struct gauge *gauges, int count)
{
    bool target = false, change = false;
    for (int i = 0; i < count; i++) {
        target |= !isnan(gauges[i].metric->target);
        change |= !isnan(gauges[i].before);
    }
    if (target && d->words.target == TARGET_NONE) {
        draw_note_left_out(p->list, "target");
    }
    if (d->words.base != WORDS_COUNTS) {
        draw_note_left_out(p->list, d->words.base == WORDS_N ? "counts" : "base");
    }
    if (change && !d->with_change) {
        draw_note_left_out(p->list, "change");
    }
}

/* ---- window and base ---- */

#define CORNER 30.0f /* baseline, design pixels below the top */

/* What a panel without a title row says at its top. */
struct corner {
    char both[128], basis[64];
    struct text_style style;
};

static struct corner
say_corner(const struct paint *p, const struct snapshot_metric *metric)
{
    struct corner corner = {.style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR)};
    snprintf(corner.basis, sizeof corner.basis, "%s",
             paint_part_basis(metric, p->panel->by, false));
    snprintf(corner.both, sizeof corner.both, "%s · %s", paint_part_window(p->panel->window),
             corner.basis);
    return corner;
}

/* Whether a text at the top, from x0 to x1, would lie on a dial's arc. */
static bool
meets_arc(const struct paint *p, const struct gauge *gauges, int count, float x0, float x1)
{
    const struct dial *d = gauges[0].dial;
    float down = d->cy - paint_part_y(p, CORNER + 4);
    float arc = dial_px(p, d, d->shape->radius + d->shape->thickness / 2) + paint_part_px(p, 4);
    for (int i = 0; i < count; i++) {
        float across = fmaxf(0, fmaxf(x0 - gauges[i].cx, gauges[i].cx - x1));
        if (hypotf(across, down) < arc) {
            return true;
        }
    }
    return false;
}

/* Whether one of the words in each corner keeps off the dials. */
static bool
has_corners(const struct paint *p, const struct corner *corner, const struct gauge *gauges,
            int count)
{
    float left = paint_part_x(p, 24), right = paint_part_x(p, paint_part_width(p) - 24);
    float window =
        text_width(p->text, corner->style, str_from(paint_part_window(p->panel->window)));
    float basis = text_width(p->text, corner->style, str_from(corner->basis));
    return !meets_arc(p, gauges, count, right - window, right) &&
           !meets_arc(p, gauges, count, left, left + basis);
}

/* Before there are dials. */
static void
draw_empty(const struct paint *p, const struct corner *corner)
{
    if (paint_part_titled(p)) {
        paint_part_base(p, corner->both);
    } else {
        paint_part_text(p, corner->style, paint_part_x(p, paint_part_width(p) - 24),
                        paint_part_y(p, CORNER), DRAW_RIGHT, THEME_DIM, corner->both);
    }
}

/* Where the dials have no room for their base, and it is one, it stands beside the window. */
static void
add_base(const struct paint *p, const struct dial *d, const struct gauge *gauges, int count,
         struct corner *corner)
{
    struct corner with = *corner;
    size_t len = strlen(with.both);
    char n[32];
    paint_integer(n, sizeof n, gauges[0].n);
    snprintf(with.both + len, sizeof with.both - len, " · n %s", n);
    bool one = d->words.base == WORDS_NONE;
    for (int i = 1; i < count; i++) {
        one = one && gauges[i].n == gauges[0].n;
    }
    float right = paint_part_x(p, paint_part_width(p) - 24);
    float left = right - text_width(p->text, with.style, str_from(with.both));
    if (one && left > paint_part_x(p, 24) && !meets_arc(p, gauges, count, left, right)) {
        *corner = with;
    }
}

/* Places all dials and draws window and base: in the title row; without one in the right corner,
 * where that touches no dial; else one in each corner; else in a line above the dials. */
static void
draw_window(const struct paint *p, struct dial *d, const struct gauge *gauges, int count)
{
    struct corner corner = say_corner(p, gauges[0].metric);
    if (paint_part_titled(p)) {
        d->top = paint_part_kiosk(p) ? 68 : 64;
        choose_words(p, d, gauges, count);
        paint_part_base(p, corner.both);
        return;
    }
    float left = paint_part_x(p, 24), right = paint_part_x(p, paint_part_width(p) - 24);
    float y = paint_part_y(p, CORNER);
    float width = text_width(p->text, corner.style, str_from(corner.both));
    d->top = 14;
    choose_words(p, d, gauges, count);
    bool one = !meets_arc(p, gauges, count, right - width, right);
    bool two = !one && has_corners(p, &corner, gauges, count);
    if (!one && !two) {
        d->top = 36;
        choose_words(p, d, gauges, count);
    }
    if (!two) {
        add_base(p, d, gauges, count, &corner);
    }
    if (two) {
        paint_part_text(p, corner.style, left, y, DRAW_LEFT, THEME_DIM, corner.basis);
    }
    paint_part_text(p, corner.style, right, y, DRAW_RIGHT, THEME_DIM,
                    two ? paint_part_window(p->panel->window) : corner.both);
}

/* ---- across the panel ---- */

#define DIAL_STEPS 500 /* in a dial's range: a step is half a degree of its arc */

/* What the gauge shows; it has its place by then. */
static void
fill_gauge(const struct paint *p, struct gauge *g)
{
    enum snapshot_window window = (enum snapshot_window)p->panel->window;
    enum snapshot_by by = (enum snapshot_by)p->panel->by;
    int before = paint_part_before(p->panel->window);
    uint32_t ignored;
    g->value = snapshot_metric_value(g->metric, g->row, window, by, &g->n);
    double step =
        fmin(paint_part_step(g->metric->decimals), (g->metric->high - g->metric->low) / DIAL_STEPS);
    g->shown = paint_part_count(p, g->metric->id, STR(""), g->value, step);
    g->before = NAN;
    if (before >= 0) {
        g->before =
            snapshot_metric_value(g->metric, g->row, (enum snapshot_window)before, by, &ignored);
    }
}

/* The metric's own range, or, where a value or a target lies below it, from the next round one:
 * dials that share a range share this one, too. */
static void
choose_ranges(struct gauge *gauges, int count)
{
    for (int i = 0; i < count; i++) {
        double least = gauges[i].metric->low, high = gauges[i].metric->high;
        for (int k = 0; k < count; k++) {
            const struct snapshot_metric *other = gauges[k].metric;
            if (other->low != gauges[i].metric->low || other->high != high) {
                continue;
            }
            least = fmin(least, fmin(gauges[k].value, other->target)); /* a NaN is not less */
        }
        gauges[i].high = high;
        gauges[i].low = least < gauges[i].metric->low ? paint_part_round_low(least, high) : least;
    }
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
    if (!row) {
        struct corner corner = say_corner(p, metrics[0]);
        draw_empty(p, &corner);
        paint_part_note(p, "暂无数据");
        return;
    }
    struct dial dial = {.shape = paint_part_kiosk(p) ? &kiosk : &district};
    struct gauge gauges[PANEL_METRICS];
    struct paint_cells cells;
    paint_cells(p, dial.shape->tick_out * p->unit, count, &cells);
    dial.cell = cells.width;
    for (int i = 0; i < count; i++) {
        struct gauge *g = &gauges[i];
        *g = (struct gauge){.metric = metrics[i], .row = row, .dial = &dial};
        g->cx = roundf(cells.x[i] + cells.width / 2);
        fill_gauge(p, g);
    }
    choose_ranges(gauges, count);
    draw_window(p, &dial, gauges, count);
    note_left_out(p, &dial, gauges, count);
    for (int i = 0; i < count; i++) {
        draw_gauge(p, &gauges[i]);
    }
}
