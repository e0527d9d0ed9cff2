/* The categories with most requests, children counted with their parent: name, bar, count, change.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"

#define MAX_SUMS 512 /* categories; further ones are left out, never mixed in */
#define FIRST 92.0f  /* first baseline below the panel's top */
#define PITCH 54.0f
#define GUTTER 32.0f

struct sum {
    struct str name;
    const struct snapshot_row *row; /* the first of its rows */
    uint32_t now, before;
    int rows;
};

static void
add(struct sum *sums, int *count, const struct snapshot_row *row, uint32_t now, uint32_t before)
{
    struct str name = row->parent_name.len ? row->parent_name : row->name;
    int at = 0;
    while (at < *count && !str_eq(sums[at].name, name)) {
        at++;
    }
    if (at == *count) {
        if (*count == MAX_SUMS) {
            return;
        }
        sums[(*count)++] = (struct sum){.name = name, .row = row};
    }
    sums[at].now += now;
    sums[at].before += before;
    sums[at].rows++;
}

/* Greater counts first, equal ones by name; only the first `most` places are put in order. */
static void
bring_up(struct sum *sums, int count, int most)
{
    for (int i = 0; i < count && i < most; i++) {
        int best = i;
        for (int k = i + 1; k < count; k++) {
            if (sums[k].now > sums[best].now ||
                (sums[k].now == sums[best].now && str_cmp(sums[k].name, sums[best].name) < 0)) {
                best = k;
            }
        }
        struct sum held = sums[i];
        sums[i] = sums[best];
        sums[best] = held;
    }
}

/* Twice the usual and at least ten more. */
static bool
jumped(const struct sum *sum)
{
    return sum->now >= sum->before + 10 && sum->now >= 2 * sum->before;
}

struct columns {
    float width, name, bar, change; /* design pixels from a column's left edge */
};

struct categories {
    struct sum sums[MAX_SUMS];
    int count;
    struct columns columns;
};

static struct str
code_of(const void *user, int row)
{
    const struct categories *categories = user;
    return categories->sums[row].name;
}

static void
record(const struct paint *p, const struct sum *sum)
{
    struct snapshot_key key = {.group = SNAPSHOT_CATEGORY,
                               .code = sum->row->code,
                               .window = (enum snapshot_window)p->panel->window,
                               .by = (enum snapshot_by)p->panel->by,
                               .measure = SNAPSHOT_RECEIVED};
    char name[64], count[32];
    paint_integer(count, sizeof count, sum->now);
    snprintf(name, sizeof name, "%.*s", STR_ARG(paint_part_cut(sum->name, 60)));
    paint_figure(p, name, count, sum->now, sum->now, "received, all categories under this one",
                 sum->rows == 1 ? &key : NULL);
}

static void
draw_sum(const struct paint *p, const void *user, int at, float x, float baseline)
{
    const struct categories *categories = user;
    const struct sum *sum = &categories->sums[at];
    const struct columns *c = &categories->columns;
    uint32_t greatest = categories->sums[0].now;
    char shown[32], change[32];
    struct text_style figures = paint_part_figures(p, THEME_CAPTION, TEXT_MEDIUM);
    paint_part_fit(p, paint_part_sans(p, THEME_LIST, TEXT_REGULAR), x, baseline,
                   paint_part_px(p, c->name), DRAW_LEFT, THEME_INK, sum->name);
    float bar_x = x + paint_part_px(p, c->name + 24);
    float cap = text_cap_height(p->text, figures);
    float width =
        greatest && c->bar > 0 ? paint_part_px(p, c->bar) * (float)sum->now / (float)greatest : 0;
    width = (float)paint_part_count(p, "bar", sum->name, (double)width, 1);
    paint_integer(shown, sizeof shown, llround(paint_part_count(p, "now", sum->name, sum->now, 1)));
    paint_part_bar(p, bar_x, baseline - cap / 2, width, paint_part_px(p, 16), THEME_DATA2);
    paint_part_text(p, figures, bar_x + roundf(width) + paint_part_px(p, 12), baseline, DRAW_LEFT,
                    THEME_INK, shown);
    record(p, sum);
    if (paint_part_before(p->panel->window) < 0) {
        return;
    }
    double more = (double)sum->now - (double)sum->before;
    paint_part_signed(change, sizeof change,
                      llround(paint_part_count(p, "change", sum->name, more, 1)));
    bool much = jumped(sum); /* bolder too: colour is never alone */
    paint_part_text(p, paint_part_figures(p, THEME_CAPTION, much ? TEXT_SEMIBOLD : TEXT_REGULAR),
                    x + paint_part_px(p, c->width), baseline, DRAW_RIGHT,
                    much ? THEME_AMBER : THEME_DIM, change);
}

/* Design pixels. */
static float
widest_name(const struct paint *p, const struct sum *sums, int count)
{
    struct text_style style = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    float widest = 0;
    for (int i = 0; i < count; i++) {
        widest = fmaxf(widest, text_width(p->text, style, sums[i].name));
    }
    return ceilf(widest / p->unit);
}

/* Count and change side by side, with the gap between them. Design pixels. */
static float
widest_counts(const struct paint *p, const struct sum *sums, int count)
{
    struct text_style now = paint_part_figures(p, THEME_CAPTION, TEXT_MEDIUM);
    struct text_style then = paint_part_figures(p, THEME_CAPTION, TEXT_REGULAR);
    float widest = 0;
    for (int i = 0; i < count; i++) {
        char a[32], b[32];
        paint_integer(a, sizeof a, sums[i].now);
        paint_part_signed(b, sizeof b, (int64_t)sums[i].now - sums[i].before);
        widest = fmaxf(widest, text_width(p->text, now, str_from(a)) +
                                   text_width(p->text, then, str_from(b)));
    }
    return ceilf(widest / p->unit) + 20;
}

static void
collect(const struct paint *p, struct categories *categories)
{
    const struct snapshot_rows *rows = &p->frame->snapshot->groups[SNAPSHOT_CATEGORY];
    enum snapshot_window window = (enum snapshot_window)p->panel->window;
    int before = paint_part_before(p->panel->window);
    for (size_t i = 0; i < rows->count; i++) {
        const struct snapshot_row *row = &rows->rows[i];
        uint32_t then = before < 0 ? 0 : row->counts[before].received;
        if (row->counts[window].received || then) {
            add(categories->sums, &categories->count, row, row->counts[window].received, then);
        }
    }
}

static void
draw_base(const struct paint *p)
{
    int before = paint_part_before(p->panel->window);
    char base[96];
    snprintf(base, sizeof base, "%s%s%s", paint_part_window(p->panel->window),
             before >= 0 ? " · 较" : "", before >= 0 ? paint_part_window(before) : "");
    paint_part_base(p, base);
}

/* Design pixels; counts and the bar share what the names leave. */
static struct columns
place_columns(const struct paint *p, const struct categories *categories, int shown, float width)
{
    float names = fmaxf(widest_name(p, categories->sums, shown), 104);
    names = fminf(names, width * 0.45f);
    float counts = fmaxf(widest_counts(p, categories->sums, shown), 104);
    return (struct columns){.width = width, .name = names, .bar = width - names - 24 - 12 - counts};
}

void
paint_categories(const struct paint *p)
{
    struct categories categories = {.count = 0};
    collect(p, &categories);
    draw_base(p);
    if (categories.count == 0) {
        paint_part_note(p, "暂无诉求");
        return;
    }
    float more = paint_part_kiosk(p) ? 8 : 0; /* of its larger text */
    struct paint_row places = {FIRST + more, PITCH, 21 + more * 0.6f, 4};
    float end = paint_part_height(p) - 24;
    int fit = paint_row_fit(p, &places, (int)((end - places.first) / PITCH) + 1, end);
    int columns_count = paint_part_width(p) >= 640 ? 2 : 1;
    int most = fit * columns_count;
    most = p->panel->rows > 0 && p->panel->rows < most ? p->panel->rows : most;
    bring_up(categories.sums, categories.count, most);
    float gutters = GUTTER * (float)(columns_count - 1);
    float width = (paint_part_width(p) - 48 - gutters) / (float)columns_count;
    int shown = categories.count < most ? categories.count : most;
    categories.columns = place_columns(p, &categories, shown, width);
    struct paint_row_list list = {.places = places,
                                  .count = shown,
                                  .per_column = (shown + columns_count - 1) / columns_count,
                                  .left = 24,
                                  .width = width,
                                  .step = width + GUTTER,
                                  .middle = 9,
                                  .user = &categories,
                                  .code = code_of,
                                  .draw = draw_sum};
    paint_row_draw(p, &list);
}
