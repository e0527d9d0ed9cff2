/* The callout of the greatest burst: off labels and the attribution, with a line to its circle. */
#include "render/paint_map_callout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/draw_list.h"
#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_part.h"

/* Design pixels: the circle's radius; what the map keeps off its edges; from the panel's corner to
 * the ends of the legend. */
#define RING 46
#define SMALL_RING 30
#define MARGIN 24
#define LEGEND_RIGHT 440
#define LEGEND_BOTTOM 104
#define MOST_WHAT 10 /* characters of names */
#define MOST_WHERE 12
#define FEW_WHAT 6 /* in three lines */
#define FEW_WHERE 8

static void
write_span(char *out, size_t size, int64_t window_ms)
{
    int64_t minutes = window_ms / 60000;
    if (minutes % 60 == 0) {
        snprintf(out, size, "%d 小时", (int)(minutes / 60));
    } else {
        snprintf(out, size, "%d 分", (int)minutes);
    }
}

static const struct snapshot_burst *
burst_shown(const struct paint *p)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    for (size_t i = 0; snapshot && i < snapshot->bursts_count; i++) {
        const struct snapshot_burst *burst = &snapshot->bursts[i];
        if (isfinite(burst->lon) && isfinite(burst->lat) &&
            (!p->scene->focus_street[0] || str_is(burst->street_code, p->scene->focus_street))) {
            return burst;
        }
    }
    return NULL;
}

/* At most so many characters of a name: a callout covers no more of the map than it must. */
static struct str
brief(struct str name, int most)
{
    size_t at = 0;
    for (int i = 0; i < most && at < name.len; i++) {
        utf8_next(name, &at);
    }
    name.len = at;
    return name;
}

/* A callout's two lines, their names of at most so many characters. true: one of them was cut. */
static bool
write_callout(const struct snapshot_burst *burst, int most_what, int most_where, char *head,
              char *body, size_t size)
{
    char span[32];
    write_span(span, sizeof span, burst->window_ms);
    struct str what = brief(burst->category, most_what);
    struct str place = burst->community.len ? burst->community : burst->street;
    struct str where = brief(place, most_where);
    bool what_cut = what.len < burst->category.len, where_cut = where.len < place.len;
    snprintf(head, size, "聚集：%.*s%s %u 件 / %s", STR_ARG(what), what_cut ? "…" : "",
             burst->count, span);
    snprintf(body, size, "%.*s%s一带，平日 %.1f 件", STR_ARG(where), where_cut ? "…" : "",
             burst->usual);
    return what_cut || where_cut;
}

static float
pad_of(const struct paint *p, enum paint_map_callout_form form)
{
    return paint_part_px(p, form == PAINT_MAP_CALLOUT_TAG ? 10 : 18);
}

/* The same in three lines of less width, or in a tag. */
static void
write_narrow(const struct snapshot_burst *burst, struct paint_map_callout_words *out)
{
    char span[32];
    write_span(span, sizeof span, burst->window_ms);
    struct str what = brief(burst->category, FEW_WHAT);
    struct str place = burst->community.len ? burst->community : burst->street;
    struct str where = brief(place, FEW_WHERE);
    snprintf(out->lines[0], sizeof out->lines[0], "聚集：%.*s%s %u 件", STR_ARG(what),
             what.len < burst->category.len ? "…" : "", burst->count);
    snprintf(out->lines[1], sizeof out->lines[1], "%.*s%s一带", STR_ARG(where),
             where.len < place.len ? "…" : "");
    snprintf(out->lines[2], sizeof out->lines[2], "%s，平日 %.1f 件", span, burst->usual);
    out->count = 3;
    out->cut = what.len < burst->category.len || where.len < place.len;
}

/* Design pixels from a box's top to its lines, and its height; kiosks' are a tenth larger. */
static const float BASELINES[PAINT_MAP_CALLOUT_CIRCLE][3] = {
    {38, 71, 0}, {38, 71, 100}, {27, 0, 0}};
static const float HEIGHTS[PAINT_MAP_CALLOUT_CIRCLE] = {92, 121, 40};

static void
measure_callout(const struct paint *p, struct paint_map_callout *out,
                struct paint_map_callout_wish *wish)
{
    const struct snapshot_burst *burst = out->burst;
    struct paint_map_callout_words *words = out->words;
    struct paint_map_callout_words *wide = &words[PAINT_MAP_CALLOUT_WIDE];
    wide->cut = write_callout(burst, MOST_WHAT, MOST_WHERE, wide->lines[0], wide->lines[1],
                              sizeof wide->lines[0]);
    wide->count = 2;
    write_narrow(burst, &words[PAINT_MAP_CALLOUT_NARROW]);
    snprintf(words[PAINT_MAP_CALLOUT_TAG].lines[0], sizeof words->lines[0], "聚集 %u",
             burst->count);
    words[PAINT_MAP_CALLOUT_TAG].count = 1;
    out->head_style = paint_part_sans(p, THEME_CAPTION, TEXT_MEDIUM);
    out->body_style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    out->scale = p->scene->kiosk_scale ? 1.1f : 1;
    for (int form = 0; form < PAINT_MAP_CALLOUT_CIRCLE; form++) {
        float width = 0, pad = pad_of(p, (enum paint_map_callout_form)form);
        for (int i = 0; i < words[form].count; i++) {
            struct text_style style = i ? out->body_style : out->head_style;
            width = fmaxf(width, text_width(p->text, style, str_from(words[form].lines[i])));
        }
        wish->w[form] = ceilf(width) + 2 * pad;
        wish->h[form] = roundf(paint_part_px(p, HEIGHTS[form]) * out->scale);
    }
    wish->goal = (struct paint_map_goal){
        .ring = RING * p->unit, .inset = pad_of(p, PAINT_MAP_CALLOUT_WIDE), .bend = 40 * p->unit};
    wish->small_ring = SMALL_RING * p->unit;
    map_project(p->map, burst->lon, burst->lat, &wish->goal.x, &wish->goal.y);
}

/* A box keeps off what other panels take of this one, and so off their words by those panels'
 * margin: the map's own labels have no frame, and may come nearer. */
static void
keep_off_panels(const struct paint *p, struct paint_map_room *room)
{
    const struct paint_map_box whole = paint_map_room_box(p->panel->rect);
    for (int i = 0; i < p->scene->panels_count; i++) {
        const struct panel *other = &p->scene->panels[i];
        const struct paint_map_box box = paint_map_room_box(other->rect);
        if (other != p->panel && other->rect.w > 0 && paint_map_room_meet(&whole, &box)) {
            paint_map_room_take(room, box);
        }
    }
}

/* The ground around the map's free room, too, but not the title's line and the legend. */
static void
widen(const struct paint *p, const struct paint_map_room *room, struct paint_map_room *out)
{
    struct panel_rect clip = map_clip(p->map);
    float margin = paint_part_px(p, MARGIN), x = (float)clip.x, y = (float)clip.y;
    *out = *room;
    out->whole = (struct paint_map_box){x + margin, fmaxf(y, paint_part_y(p, PAINT_MAP_TITLE)),
                                        x + (float)clip.w - margin, y + (float)clip.h - margin};
    paint_map_room_take(out, (struct paint_map_box){0, 0, paint_part_x(p, LEGEND_RIGHT),
                                                    paint_part_y(p, LEGEND_BOTTOM)});
}

bool
paint_map_callout_prepare(const struct paint *p, const struct points *points,
                          const struct paint_map_room *room, struct paint_map_callout *out)
{
    static struct paint_map_room near, wider;
    struct paint_map_callout_wish wish;
    memset(&wish, 0, sizeof wish); /* it is compared with the last one */
    out->burst = burst_shown(p);
    if (!out->burst) {
        return false;
    }
    wish.map = p->map;
    wish.points = points;
    wish.unit = p->unit;
    wish.dot_reach = points ? paint_map_dot_reach(p, points) : 0;
    measure_callout(p, out, &wish);
    struct panel_rect clip = map_clip(p->map);
    if (wish.goal.x < (float)clip.x || wish.goal.y < (float)clip.y ||
        wish.goal.x > (float)(clip.x + clip.w) || wish.goal.y > (float)(clip.y + clip.h)) {
        return false;
    }
    near = *room;
    keep_off_panels(p, &near);
    widen(p, &near, &wider);
    paint_map_callout_place(&wish, &near, &wider, &out->spot);
    return true;
}

/* A dashed circle, as an outline of short straight edges. */
static void
draw_circle(const struct paint *p, float x, float y, float radius, uint32_t colour)
{
    float xy[2 * 72];
    for (int i = 0; i < 72; i++) {
        float angle = (float)i * (float)(2 * M_PI / 72);
        xy[2 * i] = x + radius * cosf(angle);
        xy[2 * i + 1] = y + radius * sinf(angle);
    }
    draw_polyline(p->list, xy, 72, true, 2 * p->unit, 7 * p->unit, colour);
}

void
paint_map_callout_line(const struct paint *p, const struct paint_map_callout *callout)
{
    uint32_t amber = paint_colour(p, THEME_AMBER);
    const struct paint_map_goal *goal = &callout->spot.goal;
    const struct paint_map_leader *leader = &callout->spot.leader;
    const float *xy = leader->xy;
    draw_circle(p, goal->x, goal->y, goal->ring, amber);
    if (leader->points == 3) {
        draw_polyline(p->list, xy, 3, false, 2 * p->unit, 0, amber);
    } else if (leader->points == 2) { /* on whole pixels where it is upright */
        draw_line(p->list, xy[0], xy[1], xy[2], xy[3], 2 * p->unit, amber);
    }
}

/* An opaque ground with a part of a colour in it, mixed as sRGB: what is under must not show. */
static uint32_t
tinted(uint32_t ground, uint32_t colour, float part)
{
    uint32_t out = 0xff;
    for (int shift = 8; shift < 32; shift += 8) {
        float a = (float)(ground >> shift & 0xff), b = (float)(colour >> shift & 0xff);
        out |= (uint32_t)lroundf(a + (b - a) * part) << shift;
    }
    return out;
}

/* All of it, for a pointer that rests on the callout. */
static void
note_whole(const struct paint *p, const struct paint_map_callout *callout)
{
    char head[320], body[320], both[700];
    const struct paint_map_box *box = &callout->spot.box;
    write_callout(callout->burst, 60, 60, head, body, sizeof head);
    snprintf(both, sizeof both, "%s，%s", head, body);
    struct draw_cut cut = {box->x0, box->y1, box->x1 - box->x0, (int)(box->y1 - box->y0),
                           str_from(both)};
    draw_note_cut(p->list, &cut);
}

static void
draw_words(const struct paint *p, const struct paint_map_callout *callout)
{
    const enum paint_map_callout_form form = callout->spot.form;
    const struct paint_map_callout_words *words = &callout->words[form];
    const struct paint_map_box *box = &callout->spot.box;
    for (int i = 0; i < words->count; i++) {
        float x = box->x0 + pad_of(p, form);
        float y = box->y0 + roundf(BASELINES[form][i] * p->unit * callout->scale);
        paint_part_text(p, i ? callout->body_style : callout->head_style, x, y, DRAW_LEFT,
                        i ? THEME_DIM : THEME_AMBER, words->lines[i]);
    }
}

void
paint_map_callout_box(const struct paint *p, const struct paint_map_callout *callout)
{
    const struct snapshot_burst *burst = callout->burst;
    const struct paint_map_box *box = &callout->spot.box;
    uint32_t amber = paint_colour(p, THEME_AMBER);
    float w = box->x1 - box->x0, h = box->y1 - box->y0;
    float radius = paint_part_px(p, 4), line = fmaxf(1, roundf(1.5f * p->unit));
    bool is_whole = callout->spot.form <= PAINT_MAP_CALLOUT_NARROW;
    if (!is_whole) {
        draw_note_left_out(p->list, "words of a burst");
    }
    if (callout->spot.form == PAINT_MAP_CALLOUT_CIRCLE) {
        return;
    }
    draw_rect(p->list, box->x0, box->y0, w, h, radius,
              tinted(p->theme->colours[THEME_PANEL], amber, 0.045f));
    draw_frame(p->list, box->x0, box->y0, w, h, radius, line, amber);
    draw_words(p, callout);
    if (!is_whole || callout->words[callout->spot.form].cut) {
        note_whole(p, callout);
    }
    char name[64], value[16];
    snprintf(name, sizeof name, "burst:%.*s", STR_ARG(paint_part_cut(burst->street_code, 48)));
    snprintf(value, sizeof value, "%u", burst->count);
    paint_figure(p, name, value, burst->count, burst->count,
                 "requests of one category in one street within the burst's window", NULL);
}
