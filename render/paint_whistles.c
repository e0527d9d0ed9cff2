/* 吹哨未报到: units that were whistled for and have not reported, by the time that is left. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"
#include "wall/base/when.h"

#define FIRST 86.0f /* first baseline below the panel's top */
#define PITCH 42.0f

/* h:mm, past due with a minus sign; days where there are any. */
static void
countdown(char *out, size_t size, int64_t left_ms)
{
    int64_t ms = left_ms < 0 ? -left_ms : left_ms;
    if (ms >= WHEN_DAY) {
        paint_time_left(out, size, left_ms);
        return;
    }
    snprintf(out, size, "%s%d:%02d", left_ms < 0 ? "−" : "", (int)(ms / WHEN_HOUR),
             (int)(ms % WHEN_HOUR / WHEN_MINUTE));
}

static void
draw_whistle(const struct paint *p, const struct snapshot_whistle *whistle, float baseline)
{
    char left[32], where[256];
    int64_t left_ms = whistle->due_ms - p->frame->moment_ms;
    bool late = left_ms < 0;
    countdown(left, sizeof left, left_ms);
    float right = paint_part_width(p) - 24;
    float width = paint_part_text(
        p, paint_part_figures(p, THEME_LIST, late ? TEXT_SEMIBOLD : TEXT_REGULAR),
        paint_part_x(p, right), baseline, DRAW_RIGHT, late ? THEME_RED : THEME_DIM, left);
    paint_figure(p, "report", left, (double)left_ms, 1,
                 "time left of the report clock, milliseconds", NULL);

    struct text_style name = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    float unit = paint_part_fit(p, name, paint_part_x(p, 24), baseline, paint_part_px(p, 212),
                                DRAW_LEFT, THEME_INK, whistle->unit);
    float column = fmaxf(width + paint_part_px(p, 16), paint_part_px(p, 96));
    float end = floorf(paint_part_x(p, right) - column);
    float room = end - paint_part_x(p, 24) - unit - paint_part_px(p, 12);
    struct str street = paint_part_cut(paint_part_street_name(whistle->street), 90);
    struct str category = paint_part_cut(whistle->category, 90);
    snprintf(where, sizeof where, "%.*s%s%.*s", STR_ARG(street),
             street.len && category.len ? " · " : "", STR_ARG(category));
    paint_part_fit(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR), end, baseline, room,
                   DRAW_RIGHT, THEME_DIM, str_from(where));
}

void
paint_whistles(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    struct str street = paint_part_street(p);
    float more = paint_part_kiosk(p) ? 6 : 0; /* of its larger text */
    struct paint_row places = {FIRST + 2 * more, PITCH + more, 21 + more / 2, 3};
    float end = paint_part_height(p) - 8;
    int most = paint_row_fit(p, &places, (int)((end - places.first) / places.pitch) + 1, end);
    if (p->panel->rows > 0 && p->panel->rows < most) {
        most = p->panel->rows;
    }
    uint32_t count = 0, late = 0;
    for (size_t i = 0; i < snapshot->whistles_count; i++) {
        const struct snapshot_whistle *whistle = &snapshot->whistles[i];
        if (street.len && !str_eq(whistle->street_code, street)) {
            continue;
        }
        if ((int)count < most) {
            draw_whistle(p, whistle, paint_row_y(p, &places, (int)count));
        }
        count++;
        late += whistle->due_ms < p->frame->moment_ms;
    }
    char base[64], value[16];
    snprintf(base, sizeof base, "%u 哨 · %u 超时", count, late);
    paint_part_base(p, base);
    snprintf(value, sizeof value, "%u", count);
    paint_figure(p, "whistles", value, count, count, "units whistled for that have not reported",
                 NULL);
    snprintf(value, sizeof value, "%u", late);
    paint_figure(p, "late", value, late, count, "of them past the report clock's due time", NULL);
    if (count == 0) {
        paint_part_text(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR), paint_part_x(p, 24),
                        paint_part_y(p, FIRST), DRAW_LEFT, THEME_DIM, "全部已报到");
    }
}
