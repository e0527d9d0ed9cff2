#include "render/paint.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_seams.h"
#include "wall/base/when.h"

#define MARGIN 24.0f

/* ---- the panel around its painter ---- */

static const char *
kind_title(enum panel_kind kind)
{
    switch (kind) {
    case PANEL_GAUGES:
        return "三率";
    case PANEL_TREND:
        return "三率走势";
    case PANEL_CATEGORIES:
        return "诉求分类";
    case PANEL_MAP:
        return "实时点位";
    case PANEL_HOT:
        return "高发社区";
    case PANEL_WHISTLES:
        return "吹哨未报到";
    case PANEL_BOARD:
        return "街道排名";
    case PANEL_ALARMS:
        return "超期告警";
    case PANEL_HEADER:
    case PANEL_KPI:
    case PANEL_TIMEBAR:
    case PANEL_KIND_COUNT:
        break;
    }
    return "";
}

static const char *
panel_title(const struct paint *p)
{
    if (!paint_part_titled(p)) {
        return "";
    }
    return p->panel->title[0] ? p->panel->title : kind_title(p->panel->kind);
}

/* Baseline of the title line, design pixels below the panel's top. */
static float
title_baseline(const struct paint *p)
{
    if (!p->panel->framed) {
        return 44;
    }
    return paint_part_kiosk(p) ? 48 : 42;
}

/* A kiosk's alarms are what its room works from: their title leads. */
static struct text_style
title_style(const struct paint *p)
{
    bool leads = paint_part_kiosk(p) && p->panel->kind == PANEL_ALARMS;
    struct text_style style = paint_part_sans(p, p->panel->framed ? THEME_TITLE : THEME_LIST,
                                              leads ? TEXT_SEMIBOLD : TEXT_REGULAR);
    if (leads) {
        style.size_px = style.size_px * 8 / 7;
    }
    return style;
}

/* A panel that lies on a framed one shows that one's hatch and age. */
static bool
lies_on_another(const struct paint *p)
{
    struct panel_rect own = p->panel->rect;
    for (int i = 0; i < p->scene->panels_count && !p->panel->framed; i++) {
        const struct panel *other = &p->scene->panels[i];
        struct panel_rect r = other->rect;
        if (other->framed && r.x <= own.x && r.y <= own.y && r.x + r.w >= own.x + own.w &&
            r.y + r.h >= own.y + own.h) {
            return true;
        }
    }
    return false;
}

/* The hatch has the colour that every stale figure has: it marks the ground and leaves the strokes
 * of the figures whole, since a half-read figure would be worse than an old one. */
static void
draw_stale(const struct paint *p, float title_end)
{
    if (lies_on_another(p)) {
        return;
    }
    struct panel_rect r = p->panel->rect;
    /* Dark strokes on a light ground lose more of what they cover when light is what is mixed. */
    bool light = p->theme->colours[THEME_PANEL] >> 24 > 0x80;
    draw_hatch(p->list, (float)r.x, (float)r.y, (float)r.w, (float)r.h, paint_part_px(p, 16),
               paint_part_px(p, 2), draw_fade(p->theme->colours[THEME_DIM], light ? 0.2f : 0.1f));
    if (title_end > 0) {
        paint_part_age(p, title_end + paint_part_px(p, 16), paint_part_y(p, title_baseline(p)),
                       DRAW_LEFT);
    } else if (p->panel->kind != PANEL_KPI) { /* the strip finds a place of its own */
        int cells = p->panel->metrics_count > 1 ? p->panel->metrics_count : 2;
        paint_part_age(p, (float)p->panel->rect.x + (float)(p->panel->rect.w / cells),
                       paint_part_y(p, 34), DRAW_CENTRE); /* between the first two dials */
    }
}

static float
draw_title(const struct paint *p)
{
    const char *title = panel_title(p);
    if (!title[0]) {
        return 0;
    }
    float x = paint_part_x(p, MARGIN);
    float room = (float)p->panel->rect.w * 0.5f;
    return x + draw_text_fit(p->list, p->text, title_style(p), x,
                             paint_part_y(p, title_baseline(p)), room, DRAW_LEFT,
                             p->theme->colours[THEME_INK], str_from(title));
}

static bool
needs_data(enum panel_kind kind)
{
    return kind != PANEL_HEADER && kind != PANEL_MAP && kind != PANEL_TIMEBAR;
}

void
paint_panel(const struct paint *p)
{
    static void (*const painters[PANEL_KIND_COUNT])(const struct paint *) = {
        [PANEL_HEADER] = paint_header,
        [PANEL_KPI] = paint_kpi,
        [PANEL_GAUGES] = paint_gauges,
        [PANEL_TREND] = paint_trend,
        [PANEL_CATEGORIES] = paint_categories,
        [PANEL_MAP] = paint_map,
        [PANEL_HOT] = paint_hot,
        [PANEL_WHISTLES] = paint_whistles,
        [PANEL_TIMEBAR] = paint_timebar,
        [PANEL_BOARD] = paint_board,
        [PANEL_ALARMS] = paint_alarms,
    };
    const struct panel *panel = p->panel;
    struct panel_rect r = panel->rect;
    if (r.w <= 0 || r.h <= 0) {
        return;
    }
    draw_clip(p->list, r);
    if (panel->framed && panel->kind != PANEL_MAP) { /* the map's ground is a layer of its own */
        draw_rect(p->list, (float)r.x, (float)r.y, (float)r.w, (float)r.h, paint_part_px(p, 6),
                  p->theme->colours[THEME_PANEL]);
    }
    float title_end = draw_title(p);
    if (!p->frame->snapshot && needs_data(panel->kind)) {
        paint_part_note(p, "等待数据"); /* the place is kept, nothing is made up */
    } else {
        painters[panel->kind](p);
    }
    if (p->frame->snapshot && paint_part_stale(p)) {
        draw_stale(p, title_end);
    }
    draw_unclip(p->list);
    paint_seams(p);
}

struct panel_rect
paint_content(const struct paint *p)
{
    struct panel_rect r = p->panel->rect;
    int side = (int)paint_part_px(p, MARGIN);
    bool titled = panel_title(p)[0] != '\0';
    float above = titled ? title_baseline(p) + 18 : MARGIN;
    int top = (int)paint_part_px(p, above);
    struct panel_rect box = {r.x + side, r.y + top, r.w - 2 * side, r.h - top - side};
    box.w = box.w > 0 ? box.w : 0;
    box.h = box.h > 0 ? box.h : 0;
    return box;
}

/* As many of the parts, between dots, as are no wider than room: half a word would say nothing. All
 * where not even the first is. */
static struct str
whole_parts(const struct paint *p, struct text_style style, struct str text, float room)
{
    static const char dot[] = " · ";
    const size_t dot_len = sizeof dot - 1;
    struct str kept = text;
    while (text_width(p->text, style, kept) > room) {
        size_t at = kept.len;
        while (at > 0 && (at + dot_len > kept.len || memcmp(kept.ptr + at, dot, dot_len) != 0)) {
            at--;
        }
        if (at == 0) {
            return text;
        }
        kept.len = at;
    }
    return kept;
}

void
paint_part_base(const struct paint *p, const char *text)
{
    float room = paint_part_px(p, paint_part_width(p) - 2 * MARGIN);
    const char *title = panel_title(p);
    if (title[0]) {
        float width = text_width(p->text, title_style(p), str_from(title));
        room -= fminf(width, (float)p->panel->rect.w * 0.5f) + paint_part_px(p, 24);
    }
    if (paint_part_stale(p)) {
        room -= paint_part_age_width(p) + paint_part_px(p, 16); /* it stands between */
    }
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    struct str whole = str_from(text), said = whole_parts(p, style, whole, room);
    float right = paint_part_x(p, paint_part_width(p) - MARGIN);
    float baseline = paint_part_y(p, title_baseline(p));
    float width = paint_part_fit(p, style, right, baseline, room, DRAW_RIGHT, THEME_DIM, said);
    if (said.len < whole.len) {
        struct draw_cut cut = {right - width, baseline, width, style.size_px, whole};
        draw_note_cut(p->list, &cut);
    }
}

/* ---- the record ---- */

/* Whole characters only: the dump is JSON. */
static void
copy_text(char *out, size_t size, const char *text)
{
    struct str cut = paint_part_cut(str_from(text), size - 1);
    memcpy(out, cut.ptr, cut.len);
    out[cut.len] = '\0';
}

void
paint_figure(const struct paint *p, const char *name, const char *value, double number, uint32_t n,
             const char *formula, const struct snapshot_key *key)
{
    struct paint_record *record = p->record;
    if (!record) {
        return;
    }
    if (record->count == record->cap) {
        size_t cap = record->cap ? record->cap * 2 : 256;
        struct renderer_figure *grown = realloc(record->figures, cap * sizeof *grown);
        if (!grown) {
            abort(); /* as everywhere: a wall without memory leaves it to its watchdog */
        }
        record->figures = grown;
        record->cap = cap;
    }
    struct renderer_figure *figure = &record->figures[record->count++];
    memset(figure, 0, sizeof *figure);
    figure->panel = p->panel_index;
    copy_text(figure->name, sizeof figure->name, name);
    copy_text(figure->value, sizeof figure->value, value);
    copy_text(figure->formula, sizeof figure->formula, formula);
    figure->number = number;
    figure->n = n;
    figure->has_key = key != NULL;
    if (key) {
        figure->key = *key;
    }
}

/* ---- sizes and colours ---- */

int
paint_px(const struct paint *p, float n)
{
    int px = (int)lroundf(n * p->unit);
    return px > 1 ? px : 1;
}

struct text_style
paint_style(const struct paint *p, enum theme_type type, enum text_face face,
            enum text_weight weight)
{
    int size = paint_px(p, (float)p->theme->sizes[type][p->scene->kiosk_scale ? 1 : 0]);
    size = size < 8 ? 8 : size > 400 ? 400 : size; /* what the rasteriser takes */
    return (struct text_style){face, weight, size, 1 + (int)type};
}

uint32_t
paint_colour(const struct paint *p, enum theme_colour colour)
{
    if (!paint_part_stale(p)) {
        return p->theme->colours[colour];
    }
    enum theme_colour grey = colour;
    switch (colour) {
    case THEME_INK:
    case THEME_AMBER:
    case THEME_RED:
    case THEME_GREEN:
        grey = THEME_DIM;
        break;
    case THEME_DATA:
    case THEME_DATA2:
    case THEME_LAST_BAR:
        grey = THEME_FAINT;
        break;
    case THEME_LAST_ROW:
        grey = THEME_ROW;
        break;
    default: /* grounds, hairlines and captions have no colour to lose */
        break;
    }
    return p->theme->colours[grey];
}
