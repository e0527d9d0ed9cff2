/* The header: place and scene, the scenes' names, freshness, date, clock. It is the one panel that
 * never goes stale: it says why the others did. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "wall/base/when.h"

#define MARGIN 32.0f
#define NARROW 1400.0f       /* a screen on its end: the place needs what air there is */
#define MOST_STACKED 1200.0f /* one narrower than this, and at least so high, has two lines */
#define LEAST_STACKED 84.0f
#define OFFSET_SHOWN_MS 2000 /* a clock offset up to this is no news */

static float
baseline_of(const struct paint *p)
{
    return paint_part_y(p, paint_part_kiosk(p) ? 64 : 60);
}

/* A screen on its end: two lines, so that neither the scene nor whole words go. */
static bool
is_stacked(const struct paint *p)
{
    return paint_part_width(p) < MOST_STACKED && paint_part_height(p) >= LEAST_STACKED;
}

static float
upper_of(const struct paint *p)
{
    return is_stacked(p) ? paint_part_y(p, paint_part_kiosk(p) ? 41 : 39) : baseline_of(p);
}

static float
lower_of(const struct paint *p)
{
    return is_stacked(p) ? paint_part_y(p, paint_part_kiosk(p) ? 77 : 74) : baseline_of(p);
}

/* How far right [x, x + width) must move to keep clear of the seams between tiles and of what their
 * bezels cover, by a little air; negative: left. */
static float
seam_shift(const struct paint *p, float x, float width)
{
    int air = (int)paint_part_px(p, 12);
    int left = (int)floorf(x) - air, right = (int)ceilf(x + width) + air;
    return (float)scene_seam_shift_x(p->scene, left, right - left);
}

/* The first place from x on, to the right, or to the left, where width keeps clear. */
static float
clear_from(const struct paint *p, float x, float width, bool rightwards)
{
    float left = (float)p->panel->rect.x, right = left + (float)p->panel->rect.w;
    for (float shift; x > left - width && x < right && (shift = seam_shift(p, x, width)) != 0;) {
        /* The other way round a seam: on until it is behind. */
        bool wrong_way = rightwards ? shift < 0 : shift > 0;
        x += wrong_way ? (rightwards ? 1.0f : -1.0f) : shift;
    }
    return x;
}

/* The end of the clear span that x lies in: the next seam, or the panel's edge. */
static float
clear_end(const struct paint *p, float x)
{
    const struct scene *scene = p->scene;
    float end = (float)(p->panel->rect.x + p->panel->rect.w);
    float before = (float)ceil(scene->bezel / 2) + paint_part_px(p, 12) + 1;
    for (int i = 1; i < scene->tiles_x; i++) {
        float seam = (float)scene->solved_w * (float)i / (float)scene->tiles_x;
        if (seam - before > x) {
            return fminf(end, floorf(seam - before));
        }
    }
    return end;
}

/* The place's style and where it begins: smaller rather than cut, as long as it leads; behind a
 * seam that it would lie across. */
static struct text_style
fit_place(const struct paint *p, float *x, float *room)
{
    struct text_style style = paint_part_sans(p, THEME_HEADLINE, TEXT_SEMIBOLD);
    struct str words = str_from(p->scene->place);
    float full = text_width(p->text, style, words), end = *x + *room;
    int least = paint_style(p, THEME_TITLE, TEXT_SANS, TEXT_SEMIBOLD).size_px;
    float here = clear_end(p, *x) - *x;
    float next = clear_from(p, *x, fminf(full, *room), true);
    if (here < fminf(full, *room) && full * (float)least / (float)style.size_px > here &&
        end - next > full * 0.8f) {
        *x = next;
        here = clear_end(p, next) - next;
    }
    *room = fminf(end - *x, here);
    if (full > *room) {
        int fits = (int)floorf((float)style.size_px * *room / full);
        style.size_px = fits > least ? fits : least;
    }
    return style;
}

/* The caption under the place, where beside it there is none for it: a screen on its end still says
 * which scene it shows. Returns where the two end. */
static float
draw_stacked(const struct paint *p, struct text_style place, float x, float room)
{
    struct text_style caption = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    int most = (int)paint_part_px(p, paint_part_kiosk(p) ? 36 : 32);
    place.size_px = place.size_px < most ? place.size_px : most;
    float upper = paint_part_fit(p, place, x, upper_of(p), room, DRAW_LEFT, THEME_INK,
                                 str_from(p->scene->place));
    float lower = paint_part_fit(p, caption, x, lower_of(p), room, DRAW_LEFT, THEME_DIM,
                                 str_from(p->scene->caption));
    return x + fmaxf(upper, lower);
}

/* Place and caption; returns where they end. */
static float
draw_place(const struct paint *p, float room)
{
    float baseline = baseline_of(p);
    float x = paint_part_x(p, MARGIN), limit = x + room;
    struct text_style place = fit_place(p, &x, &room);
    struct text_style caption = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    caption.size_px += paint_part_kiosk(p) ? (int)paint_part_px(p, 2) : 0;
    float end = x + fminf(room, text_width(p->text, place, str_from(p->scene->place)));
    float at = ceilf(end) + paint_part_px(p, paint_part_kiosk(p) ? 24 : 20);
    float least = 3 * (float)caption.size_px; /* less would be no more than an ellipsis */
    float width = text_width(p->text, caption, str_from(p->scene->caption));
    float whole = clear_from(p, at, width, true); /* rather behind a seam than cut at it */
    at = whole + width <= limit ? whole : clear_from(p, at, fminf(width, least), true);
    float rest = fminf(limit, clear_end(p, at)) - at;
    bool beside = p->scene->caption[0] && fminf(width, least) <= rest;
    if (p->scene->caption[0] && is_stacked(p)) {
        return draw_stacked(p, place, x, room);
    }
    end = x + paint_part_fit(p, place, x, baseline, room, DRAW_LEFT, THEME_INK,
                             str_from(p->scene->place));
    if (beside) {
        end = at + paint_part_fit(p, caption, at, baseline, rest, DRAW_LEFT, THEME_DIM,
                                  str_from(p->scene->caption));
    } else if (p->scene->caption[0]) {
        draw_note_left_out(p->list, "caption");
    }
    return end;
}

/* ---- the scenes' names ---- */

struct tabs {
    float x[SCENE_TABS], widths[SCENE_TABS]; /* canvas pixels */
    float total, gap;
    int count;
};

static struct text_style
tab_style(const struct paint *p, int tab)
{
    return paint_part_sans(p, THEME_NAME, tab == p->scene->tab_now ? TEXT_MEDIUM : TEXT_REGULAR);
}

static void
measure_tabs(const struct paint *p, struct tabs *tabs)
{
    tabs->gap = paint_part_px(p, 48);
    tabs->count = p->scene->tabs_count < SCENE_TABS ? p->scene->tabs_count : SCENE_TABS;
    tabs->total = 0;
    for (int i = 0; i < tabs->count; i++) {
        tabs->widths[i] = ceilf(text_width(p->text, tab_style(p, i), str_from(p->scene->tabs[i])));
        tabs->total += tabs->widths[i] + (i > 0 ? tabs->gap : 0);
    }
}

/* Places them from x on, a gap apart; one that would lie across a seam begins behind it. Returns
 * how much wider the row became by that. */
static float
place_tabs(const struct paint *p, struct tabs *tabs, float x)
{
    float start = x;
    for (int i = 0; i < tabs->count; i++) {
        tabs->x[i] = clear_from(p, x, tabs->widths[i], true);
        x = tabs->x[i] + tabs->widths[i] + tabs->gap;
    }
    return x - tabs->gap - start - tabs->total;
}

/* Centred, moved by as little as keeps the row together and every name off the seams; where that
 * is too far, the names part. false: no room between from and to. */
static bool
arrange_tabs(const struct paint *p, struct tabs *tabs, float from, float to)
{
    float centred = floorf((float)p->panel->rect.x + ((float)p->panel->rect.w - tabs->total) / 2);
    float step = paint_part_px(p, 8);
    for (int k = 0; k <= 40; k++) {
        for (int side = -1; side <= 1; side += 2) {
            float start = centred + step * (float)(k * side);
            if (place_tabs(p, tabs, start) <= 0) {
                return start >= from && start + tabs->total <= to;
            }
        }
    }
    float start = fmaxf(centred, from), wider = place_tabs(p, tabs, start);
    return tabs->x[0] >= from && start + tabs->total + wider <= to;
}

static void
draw_tabs(const struct paint *p, float from, float to)
{
    struct tabs tabs;
    measure_tabs(p, &tabs);
    if (tabs.count < 2) {
        return; /* one scene needs no choice */
    }
    if (!arrange_tabs(p, &tabs, from, to)) {
        draw_note_left_out(p->list, "tabs"); /* names never run into the place or the clock */
        return;
    }
    float baseline = baseline_of(p);
    for (int i = 0; i < tabs.count; i++) {
        bool now = i == p->scene->tab_now;
        paint_part_text(p, tab_style(p, i), tabs.x[i], baseline, DRAW_LEFT,
                        now ? THEME_INK : THEME_DIM, p->scene->tabs[i]);
        if (now) {
            draw_rect(p->list, tabs.x[i], paint_part_y(p, 74), tabs.widths[i], paint_part_px(p, 3),
                      0, paint_colour(p, THEME_DATA));
        }
    }
}

/* ---- freshness ---- */

struct freshness {
    enum theme_colour colour;
    char text[192];
};

/* Tenths under ten seconds, then whole units: the text keeps its width and does not flicker. */
static void
live_text(char *out, size_t size, int64_t age_ms)
{
    int64_t tenths = age_ms < 0 ? 0 : age_ms / 100;
    if (tenths < 100) {
        snprintf(out, size, "实时 %" PRId64 ".%" PRId64 " 秒", tenths / 10, tenths % 10);
        return;
    }
    char span[32];
    paint_part_span(span, sizeof span, age_ms);
    snprintf(out, size, "实时 %s", span);
}

static void
judge(const struct renderer_frame *frame, struct freshness *out)
{
    const struct renderer_feed *feed = &frame->feed;
    char span[32];
    paint_part_span(span, sizeof span, feed->age_ms);
    const char *reason = feed->reason;
    const char *dot = reason[0] ? " · " : "";
    out->colour = THEME_AMBER; /* red is for what is past a limit */
    if (!frame->snapshot) {
        snprintf(out->text, sizeof out->text, "%s", reason[0] ? reason : "等待数据");
    } else if (renderer_feed_stale(feed) && paint_part_silent(feed)) {
        snprintf(out->text, sizeof out->text, "数据停于 %s前%s%s", span, dot, reason);
    } else if (!feed->connected) {
        snprintf(out->text, sizeof out->text, "%s", reason[0] ? reason : "未连接");
    } else if (!feed->in_sync || feed->stale) {
        snprintf(out->text, sizeof out->text, "未同步%s%s", dot, reason);
    } else if (!feed->live) {
        snprintf(out->text, sizeof out->text, "%s", reason[0] ? reason : "回看");
    } else {
        out->colour = THEME_GREEN;
        live_text(out->text, sizeof out->text, feed->age_ms);
    }
    int64_t offset = feed->offset_ms < 0 ? -feed->offset_ms : feed->offset_ms;
    if (offset > OFFSET_SHOWN_MS) {
        if (out->colour == THEME_GREEN) {
            out->colour = THEME_AMBER;
        }
        size_t len = strlen(out->text);
        snprintf(out->text + len, sizeof out->text - len, " · 时钟差 %s%" PRId64 ".%" PRId64 " 秒",
                 feed->offset_ms < 0 ? "−" : "+", offset / 1000, offset % 1000 / 100);
    }
}

/* Right-aligned at x; returns where it begins. */
static float
draw_freshness(const struct paint *p, float x)
{
    struct freshness fresh;
    judge(p->frame, &fresh);
    float baseline = upper_of(p);
    struct text_style style = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    float radius = paint_part_px(p, paint_part_kiosk(p) ? 8 : 7);
    float dot = paint_part_px(p, 13) + 2 * radius + 1;
    float room = (float)p->panel->rect.w * (is_stacked(p) ? 0.36f : 0.3f);
    float all = fminf(text_width(p->text, style, str_from(fresh.text)), room) + dot;
    x = clear_from(p, x - all, all, false) + all; /* the dot stays with its words */
    float width =
        paint_part_fit(p, style, x, baseline, room, DRAW_RIGHT,
                       fresh.colour == THEME_GREEN ? THEME_DIM : THEME_INK, str_from(fresh.text));
    float cx = floorf(x - width - paint_part_px(p, 13)) - radius;
    float cy = baseline - floorf((float)style.size_px * 0.37f);
    draw_disc(p->list, cx, cy, radius, paint_colour(p, fresh.colour), 0, 0);
    paint_figure(p, "freshness", fresh.text, (double)p->frame->feed.age_ms, 0,
                 "since the last message of the feed", NULL);
    return cx - radius;
}

/* ---- date and clock ---- */

static const char *const weekdays[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

/* Amber where it is another moment than now. Returns where the date begins; *clock_x gets where the
 * clock does. */
static float
draw_clock(const struct paint *p, float *clock_x)
{
    struct when_civil now = when_civil(p->frame->moment_ms);
    bool past = p->frame->snapshot && !p->frame->feed.live;
    char clock[16], date[48];
    snprintf(clock, sizeof clock, "%02d:%02d:%02d", now.hour, now.minute, now.second);
    snprintf(date, sizeof date, "%d月%d日 %s", now.month, now.day, weekdays[now.weekday]);
    float baseline = baseline_of(p);
    float right = paint_part_x(p, paint_part_width(p) - MARGIN);
    struct text_style figures = paint_part_figures(p, THEME_CLOCK, TEXT_MEDIUM);
    enum theme_type type = is_stacked(p) ? THEME_LIST : THEME_NAME;
    struct text_style caption = paint_part_sans(p, type, TEXT_REGULAR);
    float width = text_width(p->text, figures, str_from(clock));
    right = clear_from(p, right - width, width, false) + width;
    paint_part_text(p, figures, right, baseline, DRAW_RIGHT, past ? THEME_AMBER : THEME_INK, clock);
    *clock_x = floorf(right - width);
    float x = *clock_x - paint_part_px(p, 24);
    width = text_width(p->text, caption, str_from(date));
    x = clear_from(p, x - width, width, false) + width;
    x -= paint_part_text(p, caption, x, lower_of(p), DRAW_RIGHT, past ? THEME_AMBER : THEME_DIM,
                         date);
    paint_figure(p, "clock", clock, (double)p->frame->moment_ms, 0, "the moment drawn", NULL);
    return floorf(x);
}

void
paint_header(const struct paint *p)
{
    float width = (float)p->panel->rect.w;
    float clock_x, date_x = draw_clock(p, &clock_x);
    bool narrow = paint_part_width(p) < NARROW;
    float air = narrow ? 28 : paint_part_kiosk(p) ? 56 : 88;
    float fresh_x = is_stacked(p) ? draw_freshness(p, clock_x - paint_part_px(p, 24))
                                  : draw_freshness(p, date_x - paint_part_px(p, air));
    fresh_x = fminf(fresh_x, date_x);
    float gap = paint_part_px(p, narrow ? 20 : 32);
    float place_room = fresh_x - gap - paint_part_x(p, MARGIN);
    float place_end = draw_place(p, place_room);
    draw_tabs(p, place_end + gap, fresh_x - gap);
    float hairline = paint_part_y(p, paint_part_height(p)) - (float)paint_px(p, 1);
    draw_rect(p->list, (float)p->panel->rect.x, hairline, width, (float)paint_px(p, 1), 0,
              paint_colour(p, THEME_LINE));
}
