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
#define OFFSET_SHOWN_MS 2000 /* a clock offset up to this is no news */

static float
baseline_of(const struct paint *p)
{
    return paint_part_y(p, paint_part_kiosk(p) ? 64 : 60);
}

/* Place and caption; returns where they end. */
static float
draw_place(const struct paint *p, float room)
{
    float baseline = baseline_of(p);
    float x = paint_part_x(p, MARGIN);
    struct text_style place = paint_part_sans(p, THEME_HEADLINE, TEXT_SEMIBOLD);
    struct text_style caption = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    caption.size_px += paint_part_kiosk(p) ? (int)paint_part_px(p, 2) : 0;
    float full = text_width(p->text, place, str_from(p->scene->place));
    if (full > room) { /* smaller rather than cut, as long as it leads */
        int least = paint_style(p, THEME_TITLE, TEXT_SANS, TEXT_SEMIBOLD).size_px;
        int fits = (int)floorf((float)place.size_px * room / full);
        place.size_px = fits > least ? fits : least;
    }
    float end = x + paint_part_fit(p, place, x, baseline, room, DRAW_LEFT, THEME_INK,
                                   str_from(p->scene->place));
    float at = ceilf(end) + paint_part_px(p, paint_part_kiosk(p) ? 24 : 20);
    float least = 3 * (float)caption.size_px; /* less would be no more than an ellipsis */
    float caption_width = text_width(p->text, caption, str_from(p->scene->caption));
    if (p->scene->caption[0] && fminf(caption_width, least) <= x + room - at) {
        end = at + paint_part_fit(p, caption, at, baseline, x + room - at, DRAW_LEFT, THEME_DIM,
                                  str_from(p->scene->caption));
    }
    return end;
}

/* ---- the scenes' names ---- */

struct tabs {
    float widths[SCENE_TABS]; /* canvas pixels */
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

/* True where a name would lie across a seam between two tiles, or nearer to it than clear. */
static bool
tabs_cross(const struct paint *p, const struct tabs *tabs, float start, float clear)
{
    float tile = (float)p->panel->rect.w / (float)p->scene->tiles_x;
    for (int i = 0; i < tabs->count; i++) {
        for (int seam = 1; seam < p->scene->tiles_x; seam++) {
            float x = (float)p->panel->rect.x + tile * (float)seam;
            if (start - clear < x && start + tabs->widths[i] + clear > x) {
                return true;
            }
        }
        start += tabs->widths[i] + tabs->gap;
    }
    return false;
}

/* Centred, moved by as little as keeps every name off the seams. */
static float
tabs_start(const struct paint *p, const struct tabs *tabs)
{
    float centred = floorf((float)p->panel->rect.x + ((float)p->panel->rect.w - tabs->total) / 2);
    float clear = paint_part_px(p, 12);
    float step = paint_part_px(p, 8);
    for (int k = 0; k <= 40; k++) {
        for (int side = -1; side <= 1; side += 2) {
            float start = centred + step * (float)(k * side);
            if (!tabs_cross(p, tabs, start, clear)) {
                return start;
            }
        }
    }
    return centred;
}

static void
draw_tabs(const struct paint *p, float from, float to)
{
    struct tabs tabs;
    measure_tabs(p, &tabs);
    float x = tabs_start(p, &tabs);
    if (tabs.count < 2 || x < from || x + tabs.total > to) {
        return; /* one scene needs no choice; names never run into the place or the clock */
    }
    float baseline = baseline_of(p);
    for (int i = 0; i < tabs.count; i++) {
        bool now = i == p->scene->tab_now;
        paint_part_text(p, tab_style(p, i), x, baseline, DRAW_LEFT, now ? THEME_INK : THEME_DIM,
                        p->scene->tabs[i]);
        if (now) {
            draw_rect(p->list, x, paint_part_y(p, 74), tabs.widths[i], paint_part_px(p, 3), 0,
                      paint_colour(p, THEME_DATA));
        }
        x += tabs.widths[i] + tabs.gap;
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
    if (!frame->snapshot) {
        out->colour = feed->connected ? THEME_AMBER : THEME_RED;
        snprintf(out->text, sizeof out->text, "%s", reason[0] ? reason : "等待数据");
    } else if (feed->stale) {
        out->colour = THEME_RED;
        snprintf(out->text, sizeof out->text, "数据停于 %s前%s%s", span, dot, reason);
    } else if (!feed->connected) {
        out->colour = THEME_RED;
        snprintf(out->text, sizeof out->text, "%s", reason[0] ? reason : "未连接");
    } else if (!feed->in_sync) {
        out->colour = THEME_AMBER;
        snprintf(out->text, sizeof out->text, "未同步%s%s", dot, reason);
    } else if (!feed->live) {
        out->colour = THEME_AMBER;
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
    float baseline = baseline_of(p);
    struct text_style style = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    float room = (float)p->panel->rect.w * 0.3f;
    float width =
        paint_part_fit(p, style, x, baseline, room, DRAW_RIGHT,
                       fresh.colour == THEME_GREEN ? THEME_DIM : THEME_INK, str_from(fresh.text));
    float radius = paint_part_px(p, paint_part_kiosk(p) ? 8 : 7);
    float cx = floorf(x - width - paint_part_px(p, 13)) - radius;
    float cy = baseline - floorf((float)style.size_px * 0.37f);
    draw_disc(p->list, cx, cy, radius, paint_colour(p, fresh.colour), 0, 0);
    paint_figure(p, "freshness", fresh.text, (double)p->frame->feed.age_ms, 0,
                 "since the last message of the feed", NULL);
    return cx - radius;
}

/* ---- date and clock ---- */

static const char *const weekdays[] = {"周一", "周二", "周三", "周四", "周五", "周六", "周日"};

/* Returns where the date begins. */
static float
draw_clock(const struct paint *p)
{
    struct when_civil now = when_civil(p->frame->moment_ms);
    char clock[16], date[48];
    snprintf(clock, sizeof clock, "%02d:%02d:%02d", now.hour, now.minute, now.second);
    snprintf(date, sizeof date, "%d月%d日 %s", now.month, now.day, weekdays[now.weekday]);
    float baseline = baseline_of(p);
    float right = paint_part_x(p, paint_part_width(p) - MARGIN);
    struct text_style figures = paint_part_figures(p, THEME_CLOCK, TEXT_MEDIUM);
    struct text_style caption = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    float width = paint_part_text(p, figures, right, baseline, DRAW_RIGHT, THEME_INK, clock);
    float x = floorf(right - width) - paint_part_px(p, 24);
    x -= paint_part_text(p, caption, x, baseline, DRAW_RIGHT, THEME_DIM, date);
    paint_figure(p, "clock", clock, (double)p->frame->moment_ms, 0, "the moment drawn", NULL);
    return floorf(x);
}

void
paint_header(const struct paint *p)
{
    float width = (float)p->panel->rect.w;
    float clock_x = draw_clock(p);
    bool narrow = paint_part_width(p) < NARROW;
    float air = narrow ? 28 : paint_part_kiosk(p) ? 56 : 88;
    float fresh_x = draw_freshness(p, clock_x - paint_part_px(p, air));
    float gap = paint_part_px(p, narrow ? 20 : 32);
    float place_room = fresh_x - gap - paint_part_x(p, MARGIN);
    float place_end = draw_place(p, place_room);
    draw_tabs(p, place_end + gap, fresh_x - gap);
    float hairline = paint_part_y(p, paint_part_height(p)) - (float)paint_px(p, 1);
    draw_rect(p->list, (float)p->panel->rect.x, hairline, width, (float)paint_px(p, 1), 0,
              paint_colour(p, THEME_LINE));
}
