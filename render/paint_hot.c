/* 高发: the communities with most requests in the window: name, street, bar, count, change. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"

#define MAX_ROWS 16
#define LEAST_BAR 72.0f    /* of the greatest, where names would want all the width */
#define COUNTS_RIGHT 76.0f /* counts end so far before the right margin, less a gap */

struct top {
    const struct snapshot_row *rows[MAX_ROWS];
    int count;
};

/* The greatest first; equal counts keep the order of codes. */
static void
take(struct top *top, int most, const struct snapshot_row *row, enum snapshot_window window)
{
    uint32_t count = row->counts[window].received;
    int at = top->count;
    while (at > 0 && top->rows[at - 1]->counts[window].received < count) {
        at--;
    }
    if (at >= most) {
        return;
    }
    int last = top->count < most ? top->count++ : most - 1;
    for (int i = last; i > at; i--) {
        top->rows[i] = top->rows[i - 1];
    }
    top->rows[at] = row;
}

/* Design pixels from the panel's left edge; street 0: not said, since all are of one. */
struct columns {
    float name_width, street, bar;
};

struct hot {
    struct top top;
    struct columns columns;
    enum snapshot_window window;
    uint32_t greatest; /* fills its bar */
};

static float
counts_width(const struct paint *p, const struct hot *hot)
{
    char count[32];
    paint_integer(count, sizeof count, hot->greatest);
    float width =
        text_width(p->text, paint_part_figures(p, THEME_LIST, TEXT_SEMIBOLD), str_from(count));
    return fmaxf(ceilf(width), paint_part_px(p, 40));
}

/* Names get what they need, as long as the bars still tell something. */
static struct columns
place_columns(const struct paint *p, const struct hot *hot)
{
    bool with_street = paint_part_street(p).len == 0;
    float least = paint_part_width(p) >= 700 ? 176 : 124, widest = least;
    float counts = COUNTS_RIGHT + counts_width(p, hot) / p->unit;
    with_street = with_street && paint_part_width(p) - 48 - 96 - counts >= least;
    float beside = 24 + (with_street ? 96.0f : 20.0f) + LEAST_BAR + counts;
    float most = fmaxf(least, paint_part_width(p) - 24 - beside);
    struct text_style style = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    for (int i = 0; i < hot->top.count; i++) {
        float width = text_width(p->text, style, hot->top.rows[i]->name);
        widest = fmaxf(widest, ceilf(width / p->unit) + 1);
    }
    struct columns c = {.name_width = fminf(widest, most)};
    float end = 24 + c.name_width;
    c.street = with_street ? end + 12 : 0;
    c.bar = with_street ? c.street + 84 : end + 20;
    return c;
}

/* Canvas pixels of the greatest bar; 0: shorter ones would only be specks. */
static float
bar_room(const struct paint *p, const struct hot *hot)
{
    float right = paint_part_width(p) - 24;
    float bar = paint_part_px(p, right - COUNTS_RIGHT - hot->columns.bar) - counts_width(p, hot);
    return bar >= paint_part_px(p, 48) ? bar : 0;
}

static struct str
code_of(const void *user, int row)
{
    const struct hot *hot = user;
    return hot->top.rows[row]->code;
}

static void
draw_names(const struct paint *p, const struct snapshot_row *row, const struct columns *c,
           float baseline)
{
    paint_part_fit(p, paint_part_sans(p, THEME_LIST, TEXT_REGULAR), paint_part_x(p, 24), baseline,
                   paint_part_px(p, c->name_width), DRAW_LEFT, THEME_INK, row->name);
    if (c->street > 0) {
        paint_part_fit(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR),
                       paint_part_x(p, c->street), baseline, paint_part_px(p, 72), DRAW_LEFT,
                       THEME_DIM, paint_part_street_name(row->parent_name));
    }
}

static void
draw_row(const struct paint *p, const void *user, int at, float x, float baseline)
{
    const struct hot *hot = user;
    const struct columns *c = &hot->columns;
    const struct snapshot_row *row = hot->top.rows[at];
    int before = paint_part_before(p->panel->window);
    uint32_t now = row->counts[hot->window].received;
    float right = paint_part_width(p) - 24;
    struct text_style figures = paint_part_figures(p, THEME_LIST, TEXT_SEMIBOLD);
    char count[32], shown[32], change[32];
    (void)x; /* one column */
    draw_names(p, row, c, baseline);
    float width = hot->greatest ? bar_room(p, hot) * (float)now / (float)hot->greatest : 0;
    width = (float)paint_part_count(p, "bar", row->code, (double)width, 1);
    float cap = text_cap_height(p->text, figures);
    paint_part_bar(p, paint_part_x(p, c->bar), baseline - cap / 2, width, paint_part_px(p, 12),
                   THEME_DATA2);
    paint_integer(count, sizeof count, now);
    paint_integer(shown, sizeof shown, llround(paint_part_count(p, "now", row->code, now, 1)));
    paint_part_text(p, figures, paint_part_x(p, right - 62), baseline, DRAW_RIGHT, THEME_INK,
                    shown);
    if (before >= 0) {
        double more = (double)now - (double)row->counts[before].received;
        paint_part_signed(change, sizeof change,
                          llround(paint_part_count(p, "change", row->code, more, 1)));
        paint_part_text(p, paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR),
                        paint_part_x(p, right), baseline, DRAW_RIGHT, THEME_DIM, change);
    }
    struct snapshot_key key = {.group = SNAPSHOT_COMMUNITY,
                               .code = row->code,
                               .window = hot->window,
                               .by = (enum snapshot_by)p->panel->by,
                               .measure = SNAPSHOT_RECEIVED};
    char name[64];
    snprintf(name, sizeof name, "%.*s", STR_ARG(paint_part_cut(row->code, 60)));
    paint_figure(p, name, count, now, now, "received, by community", &key);
}

void
paint_hot(const struct paint *p)
{
    const struct snapshot_rows *rows = &p->frame->snapshot->groups[SNAPSHOT_COMMUNITY];
    struct str street = paint_part_street(p);
    struct paint_row places;
    int most = paint_row_dense(p, &places, MAX_ROWS);
    struct hot hot = {.window = (enum snapshot_window)p->panel->window};
    for (size_t i = 0; i < rows->count; i++) {
        const struct snapshot_row *row = &rows->rows[i];
        if (row->counts[hot.window].received > 0 && (!street.len || str_eq(row->parent, street))) {
            take(&hot.top, most, row, hot.window);
        }
    }
    paint_part_base(p, paint_part_window(p->panel->window));
    if (hot.top.count == 0) {
        paint_part_text(p, paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR), paint_part_x(p, 24),
                        paint_part_y(p, PAINT_ROW_FIRST), DRAW_LEFT, THEME_DIM, "暂无诉求");
        return;
    }
    hot.greatest = hot.top.rows[0]->counts[hot.window].received;
    hot.columns = place_columns(p, &hot);
    if (!street.len && hot.columns.street <= 0) {
        draw_note_left_out(p->list, "streets");
    }
    if (bar_room(p, &hot) <= 0) {
        draw_note_left_out(p->list, "bars");
    }
    struct paint_row_list list = {.places = places,
                                  .count = hot.top.count,
                                  .width = paint_part_width(p),
                                  .middle = 9,
                                  .user = &hot,
                                  .code = code_of,
                                  .draw = draw_row};
    paint_row_draw(p, &list);
}
