/* The callout of the greatest burst: off labels and the attribution, with a line to its circle. */
#include "render/paint_map_callout.h"

#include <math.h>
#include <stdio.h>

#include "render/map/map.h"
#include "render/paint_map.h"
#include "render/paint_part.h"

/* Design pixels: between the places that are tried; the circle's radius; what the map keeps off its
 * edges; from the panel's corner to the ends of the legend. */
#define STEP 16
#define RING 46
#define SMALL_RING 30
#define MARGIN 24
#define LEGEND_RIGHT 440
#define LEGEND_BOTTOM 104

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

static void
measure_callout(const struct paint *p, const struct snapshot_burst *burst,
                struct paint_map_callout *out)
{
    out->cut = write_callout(burst, 10, 12, out->head, out->body, sizeof out->head);
    out->head_style = paint_part_sans(p, THEME_CAPTION, TEXT_MEDIUM);
    out->body_style = paint_part_sans(p, THEME_SMALL, TEXT_REGULAR);
    out->pad = paint_part_px(p, 18);
    float head = text_width(p->text, out->head_style, str_from(out->head));
    float body = text_width(p->text, out->body_style, str_from(out->body));
    out->w = ceilf(fmaxf(head, body)) + 2 * out->pad;
    out->h = roundf(paint_part_px(p, 92) * (p->scene->kiosk_scale ? 1.1f : 1));
    out->goal =
        (struct paint_map_goal){.ring = RING * p->unit, .inset = out->pad, .bend = 40 * p->unit};
    map_project(p->map, burst->lon, burst->lat, &out->goal.x, &out->goal.y);
}

/* What a place for the callout costs, in pixels that it may be farther off for: as little of the
 * streets and of other leaders under it, and as few labels over its line, as can be. least: what
 * is dearer need not be told exactly. */
static float
cost_of(const struct paint *p, const struct paint_map_room *room,
        const struct paint_map_callout *callout, const struct paint_map_box *box, float least)
{
    float cost = paint_map_room_distance(box, callout->goal.x, callout->goal.y) +
                 map_cover(p->map, box->x0, box->y0, box->x1, box->y1) * 900 * p->unit;
    if (cost >= least) {
        return cost;
    }
    struct paint_map_leader leader = paint_map_room_route(box, &callout->goal);
    return cost + (float)paint_map_room_struck(room, &leader) * 300 * p->unit +
           (float)paint_map_room_covers(room, box) * 2000 * p->unit;
}

/* The callout's best box: off labels and the burst itself. */
static bool
place_callout(const struct paint *p, const struct paint_map_room *room,
              const struct paint_map_callout *callout, struct paint_map_box *best)
{
    const struct paint_map_goal *goal = &callout->goal;
    const struct paint_map_box circle = {goal->x - goal->ring, goal->y - goal->ring,
                                         goal->x + goal->ring, goal->y + goal->ring};
    float least = INFINITY, step = STEP * p->unit;
    for (float y = room->whole.y0; y + callout->h <= room->whole.y1; y += step) {
        for (float x = room->whole.x0; x + callout->w <= room->whole.x1; x += step) {
            struct paint_map_box box = {roundf(x), roundf(y), roundf(x) + callout->w,
                                        roundf(y) + callout->h};
            if (paint_map_room_distance(&box, goal->x, goal->y) >= least ||
                paint_map_room_meet(&box, &circle) || !paint_map_room_free(room, &box)) {
                continue;
            }
            float cost = cost_of(p, room, callout, &box, least);
            if (cost < least) {
                least = cost;
                *best = box;
            }
        }
    }
    return isfinite(least);
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

/* Where the names leave no place in the map's free room: the ground around it, too, but not the
 * title's line and the legend; then nearer, with a smaller circle. */
static bool
place_anywhere(const struct paint *p, const struct paint_map_room *room,
               struct paint_map_callout *callout)
{
    struct paint_map_room wider = *room;
    struct panel_rect clip = map_clip(p->map);
    float margin = paint_part_px(p, MARGIN), x = (float)clip.x, y = (float)clip.y;
    wider.whole = (struct paint_map_box){x + margin, fmaxf(y, paint_part_y(p, PAINT_MAP_TITLE)),
                                         x + (float)clip.w - margin, y + (float)clip.h - margin};
    paint_map_room_take(&wider, (struct paint_map_box){0, 0, paint_part_x(p, LEGEND_RIGHT),
                                                       paint_part_y(p, LEGEND_BOTTOM)});
    if (place_callout(p, &wider, callout, &callout->box)) {
        return true;
    }
    callout->goal.ring = SMALL_RING * p->unit;
    return place_callout(p, &wider, callout, &callout->box);
}

bool
paint_map_callout_prepare(const struct paint *p, const struct paint_map_room *room,
                          struct paint_map_callout *out)
{
    const struct snapshot_burst *burst = burst_shown(p);
    if (!burst) {
        return false;
    }
    *out = (struct paint_map_callout){.burst = burst};
    measure_callout(p, burst, out);
    struct panel_rect clip = map_clip(p->map);
    if (out->goal.x < (float)clip.x || out->goal.y < (float)clip.y ||
        out->goal.x > (float)(clip.x + clip.w) || out->goal.y > (float)(clip.y + clip.h) ||
        (!place_callout(p, room, out, &out->box) && !place_anywhere(p, room, out))) {
        return false;
    }
    out->leader = paint_map_room_lead(room, &out->box, &out->goal);
    return true;
}

void
paint_map_callout_line(const struct paint *p, const struct paint_map_callout *callout)
{
    uint32_t amber = paint_colour(p, THEME_AMBER);
    const float *xy = callout->leader.xy;
    draw_circle(p, callout->goal.x, callout->goal.y, callout->goal.ring, amber);
    if (callout->leader.points == 3) {
        draw_polyline(p->list, xy, 3, false, 2 * p->unit, 0, amber);
    } else if (callout->leader.points == 2) { /* on whole pixels where it is upright */
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
note_whole(const struct paint *p, const struct snapshot_burst *burst,
           const struct paint_map_callout *callout)
{
    char head[320], body[320], both[700];
    write_callout(burst, 60, 60, head, body, sizeof head);
    snprintf(both, sizeof both, "%s，%s", head, body);
    struct draw_cut cut = {callout->box.x0 + callout->pad, callout->box.y0 + callout->h,
                           callout->w - 2 * callout->pad, (int)callout->h, str_from(both)};
    draw_note_cut(p->list, &cut);
}

void
paint_map_callout_box(const struct paint *p, const struct paint_map_callout *callout)
{
    const struct snapshot_burst *burst = callout->burst;
    const struct paint_map_box *box = &callout->box;
    uint32_t amber = paint_colour(p, THEME_AMBER);
    float radius = paint_part_px(p, 4), line = fmaxf(1, roundf(1.5f * p->unit));
    draw_rect(p->list, box->x0, box->y0, callout->w, callout->h, radius,
              tinted(p->theme->colours[THEME_PANEL], amber, 0.045f));
    draw_frame(p->list, box->x0, box->y0, callout->w, callout->h, radius, line, amber);
    float text = box->x0 + callout->pad;
    draw_text(p->list, p->text, callout->head_style, text, box->y0 + roundf(callout->h * 0.41f),
              DRAW_LEFT, amber, str_from(callout->head));
    paint_part_text(p, callout->body_style, text, box->y0 + roundf(callout->h * 0.77f), DRAW_LEFT,
                    THEME_DIM, callout->body);
    if (callout->cut) {
        note_whole(p, burst, callout);
    }
    char name[64], value[16];
    snprintf(name, sizeof name, "burst:%.*s", STR_ARG(paint_part_cut(burst->street_code, 48)));
    snprintf(value, sizeof value, "%u", burst->count);
    paint_figure(p, name, value, burst->count, burst->count,
                 "requests of one category in one street within the burst's window", NULL);
}
