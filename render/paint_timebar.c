/* Arrivals over the day: bright bars for what came, the play-head, faint bars for what usually
 * comes at this hour of this weekday. */
#include <math.h>
#include <stdio.h>

#include "render/paint_part.h"
#include "wall/base/when.h"

#define MARGIN 24.0f
#define CAPTION 16.0f /* baseline below the panel's top; design pixels */
#define BARS_TOP 24.0f
#define KIOSK_LOWER 5.0f   /* both stand lower under a kiosk's larger text */
#define BARS_LOWER 44.0f   /* the bars stand this far above its bottom */
#define LABELS_LOWER 16.0f /* baseline of the hours */
#define TICK_BELOW 3.0f    /* an hour's tick below the bars, and how high it is */
#define TICK 6.0f

struct bar_area {
    float x, top, bottom, width; /* canvas pixels */
    double greatest;             /* a full bar's count */
};

static float
lower(const struct paint *p)
{
    return paint_part_kiosk(p) ? KIOSK_LOWER : 0;
}

static struct bar_area
area_of(const struct paint *p, const struct snapshot_history *history)
{
    struct bar_area area = {.x = paint_part_x(p, MARGIN),
                            .top = paint_part_y(p, BARS_TOP + lower(p)),
                            .bottom = paint_part_y(p, paint_part_height(p) - BARS_LOWER),
                            .width = (float)p->panel->rect.w - 2 * paint_part_px(p, MARGIN),
                            .greatest = 1};
    for (int i = 0; history && i < SNAPSHOT_BINS; i++) {
        area.greatest = fmax(area.greatest, fmax(history->arrivals[i], (double)history->usual[i]));
    }
    return area;
}

struct bar {
    float left, right, height; /* canvas pixels */
    float radius;
};

/* A bin's bar from its line to the next one's, a gap less; never wider than to limit. false: there
 * is nothing of it. */
static bool
bar_of(const struct paint *p, const struct bar_area *area, int bin, double height, float limit,
       struct bar *out)
{
    float left = area->x + roundf(area->width * (float)bin / SNAPSHOT_BINS);
    float right = area->x + roundf(area->width * (float)(bin + 1) / SNAPSHOT_BINS);
    out->left = left;
    out->right = fminf(right - fmaxf(1, roundf((right - left) * 0.22f)), limit);
    out->height = roundf((float)height);
    out->radius = out->right - left > 6 ? fminf(2 * p->unit, out->height / 2) : 0;
    return out->right > left && out->height > 0;
}

static double
height_of(const struct bar_area *area, double count, int least)
{
    return fmax(count / area->greatest * (double)(area->bottom - area->top), least);
}

static void
draw_came(const struct paint *p, const struct bar_area *area, int bin, uint32_t count, float now)
{
    char code[8];
    struct bar bar;
    snprintf(code, sizeof code, "%d", bin);
    double height = height_of(area, count, paint_px(p, 2));
    height = paint_part_count(p, "came", str_from(code), height, 1);
    if (bar_of(p, area, bin, height, now, &bar)) {
        draw_rect(p->list, bar.left, area->bottom - bar.height, bar.right - bar.left, bar.height,
                  bar.radius, paint_colour(p, THEME_DATA));
    }
}

/* What usually comes recedes, but for its edge: the profile is read, not the bars. Of the bin that
 * the play-head is in, what is ahead of it. */
static void
draw_usual(const struct paint *p, const struct bar_area *area, int bin, double count, float ahead)
{
    struct bar bar;
    float edge = (float)paint_px(p, 2);
    if (!bar_of(p, area, bin, height_of(area, count, 1), INFINITY, &bar)) {
        return;
    }
    if (bar.left < ahead) {
        bar.left = ahead;
        if (bar.right - ahead < edge) {
            return; /* a splinter beside the play-head would look like its shadow */
        }
    }
    float top = area->bottom - bar.height, width = bar.right - bar.left;
    draw_rect(p->list, bar.left, top, width, fminf(bar.height, 3 * edge), bar.radius,
              paint_colour(p, THEME_FAINT));
    if (bar.height > edge) {
        draw_rect(p->list, bar.left, top + edge, width, bar.height - edge, 0,
                  paint_colour(p, THEME_LINE));
    }
}

static bool
is_clear(const struct paint *p, float x, float width)
{
    int left = (int)floorf(x);
    return scene_seam_shift_x(p->scene, left, (int)ceilf(x + width) - left) == 0;
}

/* Where the text of the hour at x may begin: under its tick; where it would lie across a seam, on
 * the tick's own side of it, beside the tick. */
static float
place_of_hour(const struct paint *p, float x, float width, float part)
{
    float gap = paint_part_px(p, 6), centred = roundf(x - width * part);
    const float places[] = {centred, x + gap, x - gap - width};
    for (int i = 0; i < 3; i++) {
        if (is_clear(p, places[i], width)) {
            return places[i];
        }
    }
    int left = (int)floorf(centred); /* what is beside the tick is covered, too: behind that */
    int shift = scene_seam_shift_x(p->scene, left, (int)ceilf(centred + width) - left);
    while (shift < 0) {
        left++;
        shift = scene_seam_shift_x(p->scene, left, (int)ceilf(width));
    }
    return (float)(left + shift) + gap;
}

static void
draw_hours(const struct paint *p, const struct bar_area *area, int64_t day_ms)
{
    struct text_style style = paint_part_figures(p, THEME_SMALL, TEXT_REGULAR);
    float baseline = paint_part_y(p, paint_part_height(p) - LABELS_LOWER);
    float tick = (float)paint_px(p, 1);
    int first = when_civil(day_ms).hour;
    int step = area->width < 900 * p->unit ? 6 : 3;
    for (int hour = 0; hour <= 24; hour += step) {
        char text[16];
        int shown = first + hour <= 24 ? first + hour : first + hour - 24;
        snprintf(text, sizeof text, "%02d:00", shown);
        float width = ceilf(text_width(p->text, style, str_from(text)));
        float part = hour == 0 ? 0 : hour == 24 ? 1 : 0.5f; /* the ends stay inside */
        float x = area->x + roundf(area->width * (float)hour / 24);
        draw_rect(p->list, hour == 24 ? x - tick : x, area->bottom + paint_part_px(p, TICK_BELOW),
                  tick, paint_part_px(p, TICK), 0, paint_colour(p, THEME_DIM));
        paint_part_text(p, style, place_of_hour(p, x, width, part), baseline, DRAW_LEFT, THEME_DIM,
                        text);
    }
}

static void
record(const struct paint *p, const struct snapshot_row *row, int bins)
{
    uint32_t came = 0;
    double usual = 0;
    for (int i = 0; i < SNAPSHOT_BINS; i++) {
        came += row->history->arrivals[i];
        usual += i < bins ? (double)row->history->usual[i] : 0;
    }
    char value[32];
    struct str street = paint_part_street(p);
    struct snapshot_key key = {.group = street.len ? SNAPSHOT_STREET : SNAPSHOT_DISTRICT,
                               .code = row->code,
                               .window = SNAPSHOT_TODAY,
                               .by = SNAPSHOT_BY_DISTRICT,
                               .measure = SNAPSHOT_RECEIVED};
    paint_integer(value, sizeof value, came);
    paint_figure(p, "arrivals", value, came, came, "received today, in ten-minute bins", &key);
    snprintf(value, sizeof value, "%.1f", usual);
    paint_figure(p, "usual", value, usual, 4,
                 "mean of the same weekday of the four weeks before, up to the moment", NULL);
}

/* Ten-minute bins that have begun at the moment. */
static int
bins_begun(double part)
{
    int bins = (int)ceil(part * SNAPSHOT_BINS);
    return bins < 0 ? 0 : bins > SNAPSHOT_BINS ? SNAPSHOT_BINS : bins;
}

void
paint_timebar(const struct paint *p)
{
    const struct snapshot_row *row = paint_part_row(p);
    const struct snapshot_history *history = row ? row->history : NULL;
    struct bar_area area = area_of(p, history);
    int64_t day_ms =
        history ? history->day_ms[SNAPSHOT_DAYS - 1] : when_day(p->frame->moment_ms, 0);
    draw_hours(p, &area, day_ms);
    if (!history) {
        return;
    }
    double part = (double)(p->frame->moment_ms - day_ms) / (double)WHEN_DAY;
    part = part < 0 ? 0 : part > 1 ? 1 : part;
    float now = area.x + roundf(area.width * (float)part);
    int begun = bins_begun(part);
    float width = fmaxf(2, roundf(3 * p->unit));
    for (int i = begun > 0 ? begun - 1 : 0; i < SNAPSHOT_BINS; i++) {
        draw_usual(p, &area, i, (double)history->usual[i], roundf(now - width / 2) + 2 * width);
    }
    for (int i = 0; i < begun; i++) {
        draw_came(p, &area, i, history->arrivals[i], now);
    }
    struct str caption = STR("今日每 10 分钟受理 · 灰条为近四周同日均值");
    struct text_style small = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    /* In the evening it would strike the caption through: there it ends with the bars. */
    float clear = area.x + area.width - text_width(p->text, small, caption) - paint_part_px(p, 8);
    float above = now > clear ? 0 : paint_part_px(p, 14), below = paint_part_px(p, 4);
    draw_rect(p->list, roundf(now - width / 2), area.top - above, width,
              area.bottom - area.top + above + below, 0, paint_colour(p, THEME_INK));
    paint_part_fit(p, small, area.x + area.width, paint_part_y(p, CAPTION + lower(p)), area.width,
                   DRAW_RIGHT, THEME_DIM, caption);
    record(p, row, begun);
}
