/* A line a metric over the last 30 whole days, on a zoomed axis. A day without a survey breaks the
 * line; nothing is smoothed. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/sight.h"
#include "wall/base/when.h"

#define DAYS (SNAPSHOT_DAYS - 1) /* the last entry is today, which is not over */
#define MAX_GRID 6

static const enum theme_colour line_colours[PANEL_METRICS] = {THEME_INK,   THEME_AMBER, THEME_DATA,
                                                              THEME_GREEN, THEME_DATA2, THEME_DIM};

struct line {
    const struct snapshot_metric *metric;
    double values[DAYS]; /* NaN where the day has no base */
    uint32_t n;          /* of the last day shown */
    int last;            /* last day with a value, -1 = none */
};

struct axis {
    double low, high, step;
};

static void
fill_line(const struct paint *p, const struct snapshot_history *history, struct line *line)
{
    line->last = -1;
    for (int i = 0; i < DAYS; i++) {
        uint32_t n = 0;
        line->values[i] = snapshot_metric_of_counts(line->metric, &history->days[i],
                                                    (enum snapshot_by)p->panel->by, &n);
        if (!isnan(line->values[i])) {
            line->last = i;
            line->n = n;
        }
    }
}

/* The smallest round range of at most four steps that holds every value. */
static bool
choose_axis(const struct line *lines, int count, struct axis *axis)
{
    static const double steps[] = {0.5, 1, 2, 5, 10, 20, 25, 50, 100};
    double low = INFINITY, high = -INFINITY;
    for (int i = 0; i < count; i++) {
        for (int day = 0; day < DAYS; day++) {
            if (!isnan(lines[i].values[day])) {
                low = fmin(low, lines[i].values[day]);
                high = fmax(high, lines[i].values[day]);
            }
        }
    }
    if (low > high) {
        return false;
    }
    if (low >= high) { /* a day like every other: no change is to look like one */
        low = fmax(0, low - 5);
        high = low + 10;
    }
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        axis->step = steps[i];
        axis->low = floor(low / axis->step) * axis->step;
        axis->high = ceil(high / axis->step) * axis->step;
        if (axis->high <= axis->low) {
            axis->high = axis->low + axis->step;
        }
        if (axis->high - axis->low <= axis->step * 4.001) {
            return true;
        }
    }
    axis->step = (axis->high - axis->low) / 4;
    return true;
}

static float
value_y(const struct axis *axis, struct panel_rect plot, double value)
{
    double part = (value - axis->low) / (axis->high - axis->low);
    return (float)(plot.y + plot.h) - (float)part * (float)plot.h;
}

static float
day_x(struct panel_rect plot, int day)
{
    return (float)plot.x + (float)plot.w * (float)day / (float)(DAYS - 1);
}

static void
draw_grid(const struct paint *p, const struct axis *axis, struct panel_rect plot)
{
    struct text_style style = paint_part_figures(p, THEME_SMALL, TEXT_REGULAR);
    float cap = text_cap_height(p->text, style);
    int lines = (int)lround((axis->high - axis->low) / axis->step);
    for (int i = 0; i <= lines && i < MAX_GRID; i++) {
        double value = axis->low + axis->step * i;
        float y = roundf(value_y(axis, plot, value));
        char text[32];
        snprintf(text, sizeof text, "%.6g", value);
        draw_rect(p->list, (float)plot.x, y, (float)plot.w, (float)paint_px(p, 1), 0,
                  paint_colour(p, THEME_LINE));
        paint_part_text(p, style, (float)plot.x - paint_part_px(p, 14), roundf(y + cap / 2),
                        DRAW_RIGHT, THEME_DIM, text);
    }
}

static void
draw_dates(const struct paint *p, const struct snapshot_history *history, struct panel_rect plot,
           float baseline)
{
    struct text_style style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    static const int shown[] = {0, DAYS / 2, DAYS - 1};
    for (int i = 0; i < 3; i++) {
        struct when_civil day = when_civil(history->day_ms[shown[i]]);
        char text[32];
        snprintf(text, sizeof text, "%d月%d日", day.month, day.day);
        enum draw_align align = i == 0 ? DRAW_LEFT : i == 1 ? DRAW_CENTRE : DRAW_RIGHT;
        paint_part_text(p, style, roundf(day_x(plot, shown[i])), baseline, align, THEME_DIM, text);
    }
}

static void
draw_line_of(const struct paint *p, const struct axis *axis, const struct line *line,
             struct panel_rect plot, enum theme_colour colour)
{
    float xy[DAYS * 2];
    int count = 0;
    float thick = 2.5f * p->unit;
    uint32_t rgba = paint_colour(p, colour);
    for (int day = 0; day <= DAYS; day++) {
        if (day < DAYS && !isnan(line->values[day])) {
            xy[count * 2] = day_x(plot, day);
            xy[count * 2 + 1] = value_y(axis, plot, line->values[day]);
            count++;
            continue;
        }
        if (count > 1) {
            draw_polyline(p->list, xy, count, false, thick, 0, rgba);
        } else if (count == 1) { /* a lone day between two without a base */
            draw_disc(p->list, xy[0], xy[1], thick, rgba, 0, 0);
        }
        count = 0;
    }
}

/* A line's name has the line's colour where that can be read as text; it stands at the line's end
 * in any case. */
static enum theme_colour
name_colour(const struct paint *p, enum theme_colour line)
{
    uint32_t ground = p->theme->colours[THEME_PANEL];
    return sight_contrast(p->theme->colours[line], ground, SIGHT_FULL) >= 4.5 ? line : THEME_INK;
}

/* Heights of the names at the lines' right ends: pushed apart from the top down so that none covers
 * another, and up again where the lowest would leave the plot. */
static void
spread(float *ys, int count, float pitch, float bottom)
{
    for (int k = 1; k < count; k++) {
        ys[k] = fmaxf(ys[k], ys[k - 1] + pitch);
    }
    for (int k = count - 1; k >= 0 && ys[k] > bottom; k--) {
        ys[k] = bottom;
        bottom -= pitch;
    }
}

static void
draw_names(const struct paint *p, const struct axis *axis, const struct line *lines, int count,
           struct panel_rect plot)
{
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    style.size_px = paint_px(p, 20) > style.size_px ? style.size_px : paint_px(p, 20);
    float half = roundf((float)style.size_px * 0.38f); /* a Chinese character's middle */
    float pitch = (float)style.size_px + paint_part_px(p, 2);
    int order[PANEL_METRICS];
    int n = 0;
    for (int i = 0; i < count; i++) {
        if (lines[i].last < 0) {
            continue;
        }
        int at = n++;
        while (at > 0 && lines[order[at - 1]].values[lines[order[at - 1]].last] <
                             lines[i].values[lines[i].last]) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
    }
    float ys[PANEL_METRICS];
    for (int k = 0; k < n; k++) {
        ys[k] = value_y(axis, plot, lines[order[k]].values[lines[order[k]].last]);
    }
    spread(ys, n, pitch, (float)(plot.y + plot.h));
    for (int k = 0; k < n; k++) {
        struct str name = paint_part_short(lines[order[k]].metric->title, 2);
        paint_part_fit(p, style, (float)(plot.x + plot.w) + paint_part_px(p, 12),
                       roundf(ys[k] + half), paint_part_px(p, 56), DRAW_LEFT,
                       paint_part_stale(p) ? THEME_DIM : name_colour(p, line_colours[order[k]]),
                       name);
    }
}

static void
record(const struct paint *p, const struct line *line)
{
    char value[32], name[64];
    double number = line->last < 0 ? NAN : line->values[line->last];
    paint_part_rate(value, sizeof value, line->metric, number, line->metric->decimals);
    snprintf(name, sizeof name, "%s:day", line->metric->id);
    paint_figure(p, name, value, number, line->n, line->metric->formula, NULL);
}

void
paint_trend(const struct paint *p)
{
    const struct snapshot_metric *metrics[PANEL_METRICS];
    struct line lines[PANEL_METRICS];
    struct axis axis;
    int count = paint_part_metrics(p, metrics);
    const struct snapshot_row *row = paint_part_row(p);
    char base[64];
    if (count == 0) {
        paint_part_note(p, "口径中无此指标");
        return;
    }
    snprintf(base, sizeof base, "近 %d 天 · %s", DAYS,
             paint_part_basis(metrics[0], p->panel->by, false));
    paint_part_base(p, base);
    if (!row || !row->history) {
        paint_part_note(p, "暂无历史");
        return;
    }
    for (int i = 0; i < count; i++) {
        lines[i].metric = metrics[i];
        fill_line(p, row->history, &lines[i]);
        record(p, &lines[i]);
    }
    float bottom = paint_part_height(p) - 48;
    float top = paint_part_kiosk(p) ? 82 : 68; /* below its title's larger text */
    struct panel_rect plot = {(int)paint_part_x(p, 76), (int)paint_part_y(p, top),
                              (int)paint_part_px(p, paint_part_width(p) - 76 - 80),
                              (int)paint_part_px(p, bottom - top)};
    if (plot.w < 2 || plot.h < 2) {
        return;
    }
    draw_dates(p, row->history, plot, paint_part_y(p, paint_part_height(p) - 18));
    if (!choose_axis(lines, count, &axis)) {
        paint_part_note(p, "—");
        return;
    }
    draw_grid(p, &axis, plot);
    for (int i = count - 1; i >= 0; i--) {
        draw_line_of(p, &axis, &lines[i], plot, line_colours[i]);
    }
    draw_names(p, &axis, lines, count, plot);
}
