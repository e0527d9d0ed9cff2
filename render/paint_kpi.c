/* The strip of totals: label over figure, change beside it; the periods at the right end. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "wall/base/when.h"

#define MARGIN 32.0f
#define LABEL 31.0f  /* baselines below the strip's top */
#define FIGURE 72.0f /* what hangs below it, a comma, just fits */
#define PITCH 320.0f
#define LEAST_PITCH 170.0f /* narrower, and the periods make room */
#define PERIODS 400.0f

struct kpi {
    enum panel_kpi which;
    char label[64];
    const char *name, *formula; /* of the figure record */
    uint32_t value;
    enum theme_colour colour;
    bool has_change, has_key;
    bool unknown; /* nobody has told yet: "—" */
    uint32_t before;
    enum snapshot_measure measure;
};

/* What has no room goes in this order: how much came and went can be read elsewhere, what is late
 * must be seen. */
static const enum panel_kpi GOES_FIRST[PANEL_KPI_COUNT] = {
    PANEL_KPI_RESOLVED, PANEL_KPI_OPEN,     PANEL_KPI_RECEIVED, PANEL_KPI_WHISTLES,
    PANEL_KPI_DUE_SOON, PANEL_KPI_EXPEDITE, PANEL_KPI_OVERDUE,
};

/* A span of a limit: "24 h", "30 min", "3 d"; "" for none. */
static void
limit_text(char *out, size_t size, int64_t ms)
{
    if (ms <= 0) {
        snprintf(out, size, "%s", "");
    } else if (ms % WHEN_HOUR == 0) {
        snprintf(out, size, " %d h", (int)(ms / WHEN_HOUR));
    } else {
        snprintf(out, size, " %d min", (int)(ms / WHEN_MINUTE));
    }
}

static uint32_t
waiting_whistles(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    struct str street = paint_part_street(p);
    uint32_t count = 0;
    for (size_t i = 0; i < snapshot->whistles_count; i++) {
        count += street.len == 0 || str_eq(snapshot->whistles[i].street_code, street);
    }
    return count;
}

static void
fill_flow(const struct paint *p, struct kpi *kpi, const struct snapshot_row *row,
          enum snapshot_measure measure, const char *what)
{
    int before = paint_part_before(p->panel->window);
    kpi->has_key = true;
    kpi->has_change = before >= 0;
    kpi->measure = measure;
    kpi->value =
        snapshot_count(row, (enum snapshot_window)p->panel->window, SNAPSHOT_CITY, measure);
    if (before >= 0) {
        kpi->before = snapshot_count(row, (enum snapshot_window)before, SNAPSHOT_CITY, measure);
    }
    snprintf(kpi->label, sizeof kpi->label, "%s%s", paint_part_window(p->panel->window), what);
}

static void
fill_stock(struct kpi *kpi, const struct snapshot_row *row, enum snapshot_measure measure,
           enum theme_colour colour)
{
    kpi->has_key = true;
    kpi->measure = measure;
    kpi->value = snapshot_count(row, SNAPSHOT_TODAY, SNAPSHOT_CITY, measure);
    kpi->colour = kpi->value > 0 ? colour : THEME_INK; /* nothing late is nothing to warn of */
}

static void
fill(const struct paint *p, enum panel_kpi which, const struct snapshot_row *row, struct kpi *kpi)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    char hint[32];
    *kpi = (struct kpi){.which = which, .colour = THEME_INK, .name = "", .formula = ""};
    const char *label = "";
    switch (which) {
    case PANEL_KPI_RECEIVED:
        kpi->name = "received";
        kpi->formula = "registered in the window";
        fill_flow(p, kpi, row, SNAPSHOT_RECEIVED, "受理");
        break;
    case PANEL_KPI_OPEN:
        label = "在办";
        kpi->name = "open";
        kpi->formula = "registered, not resolved or archived since the last reopening";
        fill_stock(kpi, row, SNAPSHOT_OPEN, THEME_INK);
        break;
    case PANEL_KPI_RESOLVED:
        kpi->name = "resolved";
        kpi->formula = "resolved in the window";
        fill_flow(p, kpi, row, SNAPSHOT_RESOLVED, "办结");
        break;
    case PANEL_KPI_WHISTLES:
        label = "吹哨未报到";
        kpi->name = "whistles";
        kpi->formula = "units whistled for that have not reported";
        kpi->value = waiting_whistles(p);
        break;
    case PANEL_KPI_DUE_SOON:
        limit_text(hint, sizeof hint, snapshot->warn_ms[SNAPSHOT_RESOLVE]);
        snprintf(kpi->label, sizeof kpi->label, "将超期%s", hint);
        kpi->name = "due_soon";
        kpi->formula = "open, a clock due soon and none overdue";
        fill_stock(kpi, row, SNAPSHOT_DUE_SOON, THEME_AMBER);
        break;
    case PANEL_KPI_OVERDUE:
        label = "已超期";
        kpi->name = "overdue";
        kpi->formula = "open, a clock past its due time";
        fill_stock(kpi, row, SNAPSHOT_OVERDUE, THEME_RED);
        break;
    case PANEL_KPI_EXPEDITE:
        if (snapshot->limit_ms[SNAPSHOT_EXPEDITE] > 0) {
            paint_part_span(hint, sizeof hint, snapshot->limit_ms[SNAPSHOT_EXPEDITE]);
            snprintf(kpi->label, sizeof kpi->label, "催办（满 %s）", hint);
        }
        label = "催办";
        kpi->name = "expedite";
        kpi->formula = "open, past the expedite clock's due time";
        fill_stock(kpi, row, SNAPSHOT_OVERDUE_EXPEDITE, THEME_RED);
        break;
    case PANEL_KPI_COUNT:
        break;
    }
    if (!kpi->label[0]) {
        snprintf(kpi->label, sizeof kpi->label, "%s", label);
    }
}

static void
draw_change(const struct paint *p, const struct kpi *kpi, float x, float room)
{
    if (!kpi->has_change || kpi->before == 0) {
        return;
    }
    char change[48], name[64];
    double percent = 100.0 * ((double)kpi->value - kpi->before) / kpi->before;
    const char *sign = fabs(percent) < 0.05 ? "" : percent > 0 ? "+" : "−";
    snprintf(change, sizeof change, "%s%.1f%%", sign, fabs(percent));
    struct text_style style = paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR);
    if (text_width(p->text, style, str_from(change)) > room) {
        char what[DRAW_LEFT_OUT_WORDS];
        snprintf(what, sizeof what, "change of %s", kpi->name);
        draw_note_left_out(p->list, what);
        return; /* never into the next figure */
    }
    paint_part_text(p, style, x, paint_part_y(p, FIGURE), DRAW_LEFT, THEME_DIM, change);
    snprintf(name, sizeof name, "%s:change", kpi->name);
    paint_figure(
        p, name, change, percent, kpi->before,
        "100 × (now − before) / before; before: up to the same moment of the window before", NULL);
}

static void
draw_one(const struct paint *p, const struct kpi *kpi, struct text_style style, float x, float room)
{
    char value[32], shown[32];
    float gap = paint_part_px(p, 8);
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    struct str label = str_from(kpi->label);
    const char *more = strstr(kpi->label, "（");
    if (more && text_width(p->text, caption, label) > room) {
        label.len = (size_t)(more - kpi->label);
    }
    paint_part_fit(p, caption, x, paint_part_y(p, LABEL), room, DRAW_LEFT, THEME_DIM, label);
    if (kpi->unknown) {
        paint_part_text(p, style, x, paint_part_y(p, FIGURE), DRAW_LEFT, THEME_DIM, "—");
        paint_figure(p, kpi->name, "—", (double)NAN, 0, kpi->formula, NULL);
        return;
    }
    paint_integer(value, sizeof value, kpi->value);
    paint_integer(shown, sizeof shown,
                  llround(paint_part_count(p, kpi->name, STR(""), kpi->value, 1)));
    /* By the value, not by what is shown on the way to it: the figure stays while it counts. */
    x += paint_part_bearing(p, caption, label) -
         paint_part_bearing(p, style, (struct str){value, 1});
    paint_part_text(p, style, x, paint_part_y(p, FIGURE), DRAW_LEFT, kpi->colour, shown);
    float width = ceilf(text_width(p->text, style, str_from(value))) + gap;
    draw_change(p, kpi, x + width, room - width);
    struct snapshot_key key = {.group =
                                   paint_part_street(p).len ? SNAPSHOT_STREET : SNAPSHOT_DISTRICT,
                               .code = paint_part_row(p)->code,
                               .window = (enum snapshot_window)p->panel->window,
                               .by = SNAPSHOT_CITY,
                               .measure = kpi->measure};
    paint_figure(p, kpi->name, value, kpi->value, kpi->value, kpi->formula,
                 kpi->has_key ? &key : NULL);
}

/* ---- the periods ---- */

static void
day_text(char *out, size_t size, int64_t ms)
{
    struct when_civil day = when_civil(ms);
    snprintf(out, size, "%d月%d日", day.month, day.day);
}

/* The right end of width that ends at right, or left of the seam that it would lie across. */
static float
clear_right(const struct paint *p, float right, float width)
{
    int size = (int)ceilf(width) + 1;
    for (int shift; right > 0 &&
                    (shift = scene_seam_shift_x(p->scene, (int)floorf(right) - size, size)) != 0;) {
        right += shift < 0 ? (float)shift : -1;
    }
    return right;
}

/* Returns where the tag of a stopped feed begins that ends at right. */
static float
draw_age(const struct paint *p, float right)
{
    float widest = paint_part_px(p, 112);
    right = clear_right(p, right, widest);
    return right - paint_part_age(p, right, paint_part_y(p, FIGURE), DRAW_RIGHT);
}

/* Both lines end at the strip's right margin; returns where the longer one begins. */
static float
draw_periods(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    int64_t from = snapshot->windows[SNAPSHOT_PERIOD].from_ms;
    int64_t to = snapshot->windows[SNAPSHOT_PERIOD].to_ms;
    int64_t before = snapshot->windows[SNAPSHOT_PREVIOUS_PERIOD].from_ms;
    float right = paint_part_x(p, paint_part_width(p) - MARGIN);
    if (to <= from || before >= from) {
        return right;
    }
    char first[24], last[24], upper[128], lower[128];
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    day_text(first, sizeof first, before);
    day_text(last, sizeof last, from - 1); /* windows are half-open */
    snprintf(upper, sizeof upper, "考核周期 %s – %s", first, last);
    day_text(first, sizeof first, from);
    day_text(last, sizeof last, to - 1);
    snprintf(lower, sizeof lower, "当前周期第 %d 天 %s – %s", snapshot->period_day, first, last);
    float width = fmaxf(text_width(p->text, style, str_from(upper)),
                        text_width(p->text, style, str_from(lower)));
    right = clear_right(p, right, width);
    paint_part_text(p, style, right, paint_part_y(p, LABEL), DRAW_RIGHT, THEME_DIM, upper);
    paint_part_text(p, style, right, paint_part_y(p, FIGURE), DRAW_RIGHT, THEME_DIM, lower);
    return right - width;
}

/* ---- the row of figures ---- */

struct strip {
    struct kpi figures[PANEL_KPIS];
    float x[PANEL_KPIS], room[PANEL_KPIS]; /* canvas pixels */
    struct text_style style;               /* of all figures: none is smaller than the others */
    int count;
};

/* A whole number of figures a tile, where that leaves them room. */
static float
pitch_of(const struct paint *p, int count, float room)
{
    float even = floorf(room / (float)(count > 0 ? count : 1));
    float pitch = fminf(fmaxf(paint_part_px(p, PITCH), floorf(even * 0.65f)), even);
    if (p->scene->tiles_x > 1) {
        float tile = (float)p->panel->rect.w / (float)p->scene->tiles_x;
        float per_tile = ceilf(tile / pitch - 0.01f);
        float fitted = tile / per_tile;
        if (fitted >= paint_part_px(p, 200)) {
            pitch = fitted;
        }
    }
    return pitch;
}

/* The size at which the figure is no wider than room, as far as its readers allow. */
static struct text_style
fit_figure(const struct paint *p, struct text_style style, const struct kpi *kpi, float room)
{
    char value[32];
    paint_integer(value, sizeof value, kpi->value);
    float width = text_width(p->text, style, str_from(value));
    if (width > room && room > 0) {
        int size = (int)((float)style.size_px * room / width);
        int least = scene_least_px(p->scene, true, false);
        style.size_px = size > least ? size : least < style.size_px ? least : style.size_px;
    }
    return style;
}

/* A figure that is a little too wide makes all of them smaller; one that is much too wide only
 * itself. */
static struct text_style
common_style(const struct paint *p, const struct strip *strip, float room)
{
    struct text_style full = paint_part_figures(p, THEME_KPI, TEXT_SEMIBOLD), style = full;
    for (int i = 0; i < strip->count; i++) {
        int size = fit_figure(p, full, &strip->figures[i], room).size_px;
        bool little = (float)size >= 0.7f * (float)full.size_px;
        style.size_px = little && size < style.size_px ? size : style.size_px;
    }
    return style;
}

/* Canvas pixels that the figure and its label want at least. */
static float
least_room(const struct paint *p, const struct strip *strip, int i, float room)
{
    const struct kpi *kpi = &strip->figures[i];
    char value[32];
    paint_integer(value, sizeof value, kpi->value);
    struct str label = str_from(kpi->label);
    const char *more = strstr(kpi->label, "（");
    label.len = more ? (size_t)(more - kpi->label) : label.len;
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    struct text_style figure = fit_figure(p, strip->style, kpi, room);
    return ceilf(
        fmaxf(text_width(p->text, caption, label), text_width(p->text, figure, str_from(value))));
}

/* Figures a pitch apart; one that would lie across a seam begins behind it, and none has room
 * beyond the next seam. Returns where the last one's least room ends. */
static float
place(const struct paint *p, struct strip *strip, float left, float pitch)
{
    float air = paint_part_px(p, 16), end = left, x = left;
    int bearing = (int)paint_part_px(p, 4); /* figures stand by their ink, not by their pen */
    for (int i = 0; i < strip->count; i++) {
        float least = least_room(p, strip, i, pitch - air);
        x = roundf(fmaxf(left + pitch * (float)i, end));
        for (int shift; (shift = scene_seam_shift_x(p->scene, (int)x - bearing,
                                                    (int)least + 2 * bearing)) != 0;) {
            x += shift > 0 ? (float)shift + air : 1;
        }
        float room = fmaxf(pitch - air, least);
        while (room > least && scene_seam_shift_x(p->scene, (int)x, (int)ceilf(room)) != 0) {
            room -= 1;
        }
        strip->x[i] = x;
        strip->room[i] = room;
        end = x + least + air;
    }
    return strip->count > 0 ? end - air : left;
}

static void
leave_one_out(struct strip *strip)
{
    for (int k = 0; k < PANEL_KPI_COUNT; k++) {
        for (int i = 0; i < strip->count; i++) {
            if (strip->figures[i].which == GOES_FIRST[k]) {
                strip->count--;
                memmove(&strip->figures[i], &strip->figures[i + 1],
                        (size_t)(strip->count - i) * sizeof *strip->figures);
                return;
            }
        }
    }
}

/* The widest pitch at which all stand left of right; where there is none, with one less. */
static void
arrange(const struct paint *p, struct strip *strip, float left, float right)
{
    float least = paint_part_px(p, 60);
    for (; strip->count > 0; leave_one_out(strip)) {
        float pitch = pitch_of(p, strip->count, right - left);
        strip->style = common_style(p, strip, pitch - paint_part_px(p, 30));
        while (place(p, strip, left, pitch) > right && pitch > least) {
            pitch -= paint_part_px(p, 4);
        }
        if (place(p, strip, left, pitch) <= right) {
            break;
        }
    }
    for (int i = 0; i < strip->count; i++) {
        float next = i + 1 < strip->count ? strip->x[i + 1] - paint_part_px(p, 16) : right;
        strip->room[i] = fminf(strip->room[i], next - strip->x[i]);
    }
    int full = strip->style.size_px;
    for (int i = 0; i < strip->count; i++) { /* what pressing made a little too wide, too */
        struct text_style style = strip->style;
        style.size_px = full;
        int size = fit_figure(p, style, &strip->figures[i], strip->room[i]).size_px;
        bool little = (float)size >= 0.7f * (float)full;
        strip->style.size_px = little && size < strip->style.size_px ? size : strip->style.size_px;
    }
}

static void
note_left_out(const struct paint *p, const struct strip *all, const struct strip *shown)
{
    for (int i = 0; i < all->count; i++) {
        int at = 0;
        while (at < shown->count && shown->figures[at].which != all->figures[i].which) {
            at++;
        }
        if (at == shown->count) {
            char what[DRAW_LEFT_OUT_WORDS];
            snprintf(what, sizeof what, "figure %s", all->figures[i].name);
            draw_note_left_out(p->list, what);
        }
    }
}

/* Where the last figure and its label end, without what they can do without. */
static float
end_of(const struct paint *p, const struct strip *strip)
{
    int last = strip->count - 1;
    float room = last < 0 ? 0 : strip->room[last];
    return last < 0 ? paint_part_x(p, MARGIN)
                    : strip->x[last] + fminf(room, least_room(p, strip, last, room));
}

void
paint_kpi(const struct paint *p)
{
    static const struct snapshot_row nobody; /* whom nobody has told of yet */
    const struct snapshot_row *row = paint_part_row(p);
    float left = paint_part_x(p, MARGIN), air = paint_part_px(p, 32);
    float right = paint_part_x(p, paint_part_width(p) - MARGIN / 2);
    if (paint_part_width(p) - 2 * MARGIN - PERIODS >= LEAST_PITCH * (float)p->panel->kpis_count) {
        right = draw_periods(p) - air;
    } else {
        draw_note_left_out(p->list, "periods");
    }
    struct strip strip = {.count = 0};
    for (int i = 0; i < p->panel->kpis_count && i < PANEL_KPIS; i++) {
        struct kpi *kpi = &strip.figures[strip.count++];
        fill(p, p->panel->kpis[i], row ? row : &nobody, kpi);
        kpi->unknown = !row;
    }
    struct strip all = strip;
    arrange(p, &strip, left, right);
    if (paint_part_stale(
            p)) { /* the figures stay where they were, if the tag has room beside them */
        right = fminf(right, paint_part_x(p, paint_part_width(p) - MARGIN));
        right = draw_age(p, right) - air;
        if (end_of(p, &strip) > right + air / 2) {
            strip = all;
            arrange(p, &strip, left, right);
        }
        int last = strip.count - 1;
        if (last >= 0 && strip.figures[last].has_change) {
            strip.room[last] = fminf(strip.room[last], right - strip.x[last]);
        }
    }
    note_left_out(p, &all, &strip);
    for (int i = 0; i < strip.count; i++) {
        const struct kpi *kpi = &strip.figures[i];
        draw_one(p, kpi, fit_figure(p, strip.style, kpi, strip.room[i]), strip.x[i], strip.room[i]);
    }
}
