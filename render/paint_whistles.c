/* 吹哨未报到: units that were whistled for and have not reported, by the time that is left. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"
#include "wall/base/when.h"

#define MAX_ROWS 16

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

/* Those that fit, and how many there are. */
struct whistles {
    const struct snapshot_whistle *shown[MAX_ROWS];
    char codes[MAX_ROWS][160]; /* a ticket may have whistled for several units */
    int count;
    uint32_t total, late;
    float column; /* of the times, with the gap before it; canvas pixels */
};

static struct str
code_of(const void *user, int row)
{
    const struct whistles *whistles = user;
    return str_from(whistles->codes[row]);
}

static struct text_style
time_style(const struct paint *p, bool late)
{
    return paint_part_figures(p, THEME_LIST, late ? TEXT_SEMIBOLD : TEXT_REGULAR);
}

static void
draw_whistle(const struct paint *p, const void *user, int row, float x, float baseline)
{
    const struct whistles *whistles = user;
    const struct snapshot_whistle *whistle = whistles->shown[row];
    char left[32], where[512];
    int64_t left_ms = whistle->due_ms - p->frame->moment_ms;
    bool late = left_ms < 0;
    countdown(left, sizeof left, left_ms);
    x += paint_part_px(p, 24);
    float right = paint_part_x(p, paint_part_width(p) - 24);
    paint_part_text(p, time_style(p, late), right, baseline, DRAW_RIGHT,
                    late ? THEME_RED : THEME_DIM, left);
    paint_figure(p, "report", left, (double)left_ms, 1,
                 "time left of the report clock, milliseconds", NULL);

    float end = floorf(right - whistles->column);
    float unit =
        paint_part_fit(p, paint_part_sans(p, THEME_LIST, TEXT_REGULAR), x, baseline,
                       fminf(paint_part_px(p, 212), end - x), DRAW_LEFT, THEME_INK, whistle->unit);
    struct str street = paint_part_cut(paint_part_street_name(whistle->street), 240);
    struct str category = paint_part_cut(whistle->category, 240);
    snprintf(where, sizeof where, "%.*s%s%.*s", STR_ARG(street),
             street.len && category.len ? " · " : "", STR_ARG(category));
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    struct str words = str_from(where);
    float room = end - x - unit - paint_part_px(p, 12);
    float least = text_width(p->text, caption, street) + 4 * (float)caption.size_px;
    if (street.len && text_width(p->text, caption, words) > room && room < least) {
        words = street; /* a character of the matter would tell nothing */
    }
    paint_part_fit(p, caption, end, baseline, room, DRAW_RIGHT, THEME_DIM, words);
}

static void
collect(const struct paint *p, int most, struct whistles *whistles)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    struct str street = paint_part_street(p);
    whistles->column = paint_part_px(p, 96);
    for (size_t i = 0; i < snapshot->whistles_count; i++) {
        const struct snapshot_whistle *whistle = &snapshot->whistles[i];
        if (street.len && !str_eq(whistle->street_code, street)) {
            continue;
        }
        bool late = whistle->due_ms < p->frame->moment_ms;
        whistles->total++;
        whistles->late += late;
        if (whistles->count >= most) {
            continue;
        }
        char left[32];
        char *code = whistles->codes[whistles->count];
        countdown(left, sizeof left, whistle->due_ms - p->frame->moment_ms);
        float width = text_width(p->text, time_style(p, late), str_from(left));
        whistles->column = fmaxf(whistles->column, ceilf(width) + paint_part_px(p, 16));
        snprintf(code, sizeof whistles->codes[0], "%.*s %.*s",
                 STR_ARG(paint_part_cut(whistle->ticket, 64)),
                 STR_ARG(paint_part_cut(whistle->unit, 90)));
        whistles->shown[whistles->count++] = whistle;
    }
}

static void
draw_base(const struct paint *p, const struct whistles *whistles)
{
    char base[64], value[16];
    snprintf(base, sizeof base, "%lld 哨 · %lld 超时",
             llround(paint_part_count(p, "total", STR(""), whistles->total, 1)),
             llround(paint_part_count(p, "late", STR(""), whistles->late, 1)));
    paint_part_base(p, base);
    snprintf(value, sizeof value, "%u", whistles->total);
    paint_figure(p, "whistles", value, whistles->total, whistles->total,
                 "units whistled for that have not reported", NULL);
    snprintf(value, sizeof value, "%u", whistles->late);
    paint_figure(p, "late", value, whistles->late, whistles->total,
                 "of them past the report clock's due time", NULL);
}

void
paint_whistles(const struct paint *p)
{
    struct paint_row places;
    int most = paint_row_dense(p, &places, MAX_ROWS);
    struct whistles whistles = {.count = 0};
    collect(p, most, &whistles);
    struct paint_row_list list = {.places = places,
                                  .count = whistles.count,
                                  .width = paint_part_width(p),
                                  .middle = 9,
                                  .user = &whistles,
                                  .code = code_of,
                                  .draw = draw_whistle};
    paint_row_draw(p, &list);
    draw_base(p, &whistles);
    if (whistles.total == 0) {
        /* The snapshot lists whom is waited for, not who came: that all came it cannot tell. */
        bool none = p->frame->snapshot->tickets == 0;
        paint_part_text(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR), paint_part_x(p, 24),
                        paint_part_y(p, PAINT_ROW_FIRST), DRAW_LEFT, THEME_DIM,
                        none ? "暂无吹哨" : "暂无未报到");
    }
}
