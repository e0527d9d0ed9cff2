#include "render/paint_part.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/text/line.h"
#include "wall/base/when.h"

#define SILENCE_MS 15000 /* between two messages of a feed that works: at most a third of it */
#define MIN_TITLED_HEIGHT 300.0f /* lower gauge panels have no room for a title row */

/* ---- places ---- */

float
paint_part_px(const struct paint *p, float n)
{
    return roundf(n * p->unit);
}

float
paint_part_x(const struct paint *p, float n)
{
    return (float)p->panel->rect.x + paint_part_px(p, n);
}

float
paint_part_y(const struct paint *p, float n)
{
    return (float)p->panel->rect.y + paint_part_px(p, n);
}

float
paint_part_width(const struct paint *p)
{
    return (float)p->panel->rect.w / p->unit;
}

float
paint_part_height(const struct paint *p)
{
    return (float)p->panel->rect.h / p->unit;
}

bool
paint_part_kiosk(const struct paint *p)
{
    return p->scene->kiosk_scale;
}

bool
paint_part_stale(const struct paint *p)
{
    return renderer_feed_stale(&p->frame->feed) && p->panel->kind != PANEL_HEADER;
}

bool
paint_part_titled(const struct paint *p)
{
    return p->panel->kind != PANEL_GAUGES || paint_part_height(p) >= MIN_TITLED_HEIGHT;
}

/* ---- texts and shapes ---- */

float
paint_part_text(const struct paint *p, struct text_style style, float x, float baseline,
                enum draw_align align, enum theme_colour colour, const char *text)
{
    return draw_text(p->list, p->text, style, x, baseline, align, paint_colour(p, colour),
                     str_from(text));
}

float
paint_part_fit(const struct paint *p, struct text_style style, float x, float baseline,
               float max_width, enum draw_align align, enum theme_colour colour, struct str text)
{
    if (max_width <= 0) {
        return 0;
    }
    return draw_text_fit(p->list, p->text, style, x, baseline, max_width, align,
                         paint_colour(p, colour), text);
}

struct text_style
paint_part_sans(const struct paint *p, enum theme_type type, enum text_weight weight)
{
    return paint_style(p, type, TEXT_SANS, weight);
}

struct text_style
paint_part_figures(const struct paint *p, enum theme_type type, enum text_weight weight)
{
    return paint_style(p, type, TEXT_FIGURES, weight);
}

float
paint_part_bearing(const struct paint *p, struct text_style style, struct str text)
{
    const struct shape_run *run = line_shape(p->text, style, text);
    struct glyphs_picture picture;
    if (run->count == 0) {
        return 0;
    }
    struct glyphs_key key = {.glyph = run->glyphs[0].glyph,
                             .size = (uint16_t)style.size_px,
                             .font = run->glyphs[0].font};
    return glyphs_get(line_glyphs(p->text), key, &picture) && picture.w ? (float)picture.left : 0;
}

void
paint_part_bar(const struct paint *p, float x, float centre, float width, float height,
               enum theme_colour colour)
{
    width = roundf(width);
    if (width < 1) {
        return;
    }
    float radius = fminf(paint_part_px(p, 2), width / 2);
    draw_rect(p->list, x, roundf(centre - height / 2), width, height, radius,
              paint_colour(p, colour));
}

float
paint_part_mark(const struct paint *p, float x, float baseline, float height, bool up,
                enum theme_colour colour)
{
    float width = roundf(height * 1.25f);
    float top = baseline - height;
    uint32_t rgba = paint_colour(p, colour);
    if (up) {
        draw_triangle(p->list, x, baseline, x + width / 2, top, x + width, baseline, rgba);
    } else {
        draw_triangle(p->list, x, top, x + width, top, x + width / 2, baseline, rgba);
    }
    return width;
}

bool
paint_part_silent(const struct renderer_feed *feed)
{
    return !feed->connected || feed->age_ms >= SILENCE_MS;
}

static struct text_style
age_words(const struct paint *p, char *out, size_t size)
{
    const struct renderer_feed *feed = &p->frame->feed;
    char span[32];
    if (paint_part_silent(feed)) {
        paint_part_span(span, sizeof span, feed->age_ms);
        snprintf(out, size, "%s前", span);
    } else {
        paint_part_span(span, sizeof span, feed->unsynced_ms);
        snprintf(out, size, "未同步%s%s", feed->unsynced_ms >= WHEN_SECOND ? " " : "",
                 feed->unsynced_ms >= WHEN_SECOND ? span : "");
    }
    return paint_part_sans(p, THEME_CAPTION, TEXT_MEDIUM);
}

float
paint_part_age_width(const struct paint *p)
{
    char text[64];
    struct text_style style = age_words(p, text, sizeof text);
    return ceilf(text_width(p->text, style, str_from(text))) + 2 * paint_part_px(p, 8);
}

float
paint_part_age(const struct paint *p, float x, float baseline, enum draw_align align)
{
    char text[64];
    struct text_style style = age_words(p, text, sizeof text);
    float pad = paint_part_px(p, 8);
    float width = paint_part_age_width(p);
    float height = (float)style.size_px + pad;
    float middle = baseline - roundf((float)style.size_px * 0.38f);
    x = roundf(align == DRAW_RIGHT ? x - width : align == DRAW_CENTRE ? x - width / 2 : x);
    draw_rect(p->list, x, middle - roundf(height / 2), width, height, paint_part_px(p, 4),
              p->theme->colours[THEME_LINE]);
    draw_text(p->list, p->text, style, x + pad, baseline, DRAW_LEFT, p->theme->colours[THEME_INK],
              str_from(text));
    return width;
}

double
paint_part_count(const struct paint *p, const char *what, struct str code, double value,
                 double step)
{
    return p->motion ? motion_count(p->motion, motion_key(what, code), value, step) : value;
}

double
paint_part_step(int decimals)
{
    return pow(10, -decimals);
}

float
paint_part_place(const struct paint *p, const char *what, struct str code, float y, float *travel)
{
    double way = 0;
    double now = p->motion ? motion_place(p->motion, motion_key(what, code), (double)y, &way) : y;
    *travel = (float)way;
    return roundf((float)now);
}

void
paint_part_note(const struct paint *p, const char *text)
{
    struct panel_rect box = paint_content(p);
    struct text_style style = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    float cap = text_cap_height(p->text, style);
    int width = (int)ceilf(text_width(p->text, style, str_from(text)));
    int centre = box.x + box.w / 2;
    int baseline = (int)floorf((float)box.y + ((float)box.h + cap) / 2);
    int top = baseline - style.size_px, height = style.size_px * 9 / 8;
    centre += scene_seam_shift_x(p->scene, centre - (width + 1) / 2, width + 1);
    baseline += scene_seam_shift(p->scene, top, height);
    paint_part_text(p, style, (float)centre, (float)baseline, DRAW_CENTRE, THEME_DIM, text);
}

/* ---- what a panel is about ---- */

struct str
paint_part_street(const struct paint *p)
{
    return str_from(p->panel->street[0] ? p->panel->street : p->scene->focus_street);
}

const struct snapshot_row *
paint_part_row(const struct paint *p)
{
    struct str street = paint_part_street(p);
    if (!p->frame->snapshot) {
        return NULL;
    }
    return street.len ? snapshot_row(p->frame->snapshot, SNAPSHOT_STREET, street)
                      : snapshot_row(p->frame->snapshot, SNAPSHOT_DISTRICT, STR("all"));
}

int
paint_part_metrics(const struct paint *p, const struct snapshot_metric **out)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    int count = 0;
    for (int i = 0; i < p->panel->metrics_count && count < PANEL_METRICS; i++) {
        const struct snapshot_metric *metric = snapshot_metric(snapshot, p->panel->metrics[i]);
        if (metric) {
            out[count++] = metric;
        }
    }
    if (p->panel->metrics_count > 0) {
        return count;
    }
    for (size_t i = 0; i < snapshot->metrics_count && count < PANEL_METRICS; i++) {
        out[count++] = &snapshot->metrics[i];
    }
    return count;
}

const char *
paint_part_window(int window)
{
    static const char *const names[SNAPSHOT_WINDOW_COUNT] = {
        [SNAPSHOT_TODAY] = "今日",
        [SNAPSHOT_YESTERDAY] = "昨日",
        [SNAPSHOT_WEEK] = "本周",
        [SNAPSHOT_PERIOD] = "当前周期",
        [SNAPSHOT_PREVIOUS_PERIOD] = "上周期同期",
        [SNAPSHOT_YESTERDAY_SO_FAR] = "昨日同时",
    };
    return window >= 0 && window < SNAPSHOT_WINDOW_COUNT ? names[window] : "";
}

const char *
paint_part_by(int by)
{
    return by == SNAPSHOT_CITY ? "市级回访" : "区级回访";
}

const char *
paint_part_basis(const struct snapshot_metric *metric, int by, bool brief)
{
    enum snapshot_measure measure =
        metric->under_count > 0 ? metric->under[0].measure : SNAPSHOT_EFFECTIVE;
    switch (measure) {
    case SNAPSHOT_RECEIVED:
        return "受理";
    case SNAPSHOT_RESOLVED:
    case SNAPSHOT_RESOLVED_LATE:
        return "办结";
    case SNAPSHOT_EFFECTIVE:
    case SNAPSHOT_RESPONDED:
    case SNAPSHOT_SOLVED:
    case SNAPSHOT_SATISFIED:
    case SNAPSHOT_BASIC:
        return brief ? "回访" : paint_part_by(by);
    default:
        return "在办";
    }
}

int
paint_part_before(int window)
{
    switch (window) {
    case SNAPSHOT_TODAY:
        return SNAPSHOT_YESTERDAY_SO_FAR;
    case SNAPSHOT_PERIOD:
        return SNAPSHOT_PREVIOUS_PERIOD;
    default:
        return -1;
    }
}

double
paint_part_round_low(double least, double high)
{
    double low = floor(least / 10) * 10;
    low -= least - low < 0.1 * (high - low) ? 10 : 0;
    return low < 0 ? 0 : low;
}

/* ---- words ---- */

void
paint_part_value(char *out, size_t size, double value, int decimals)
{
    if (isnan(value)) {
        snprintf(out, size, "—");
        return;
    }
    snprintf(out, size, "%.*f", decimals, value);
}

/* By more than what a weighted sum that meets the limit exactly may lack of it. */
static bool
is_less(double value, double limit)
{
    return value < limit - 1e-9 * fmax(1, fabs(limit)); /* NaN: neither is */
}

bool
paint_part_below(const struct snapshot_metric *metric, double value)
{
    return is_less(value, metric->target);
}

void
paint_part_rate(char *out, size_t size, const struct snapshot_metric *metric, double value,
                int decimals)
{
    double unit = paint_part_step(decimals), rounded = round(value / unit) * unit;
    double limits[] = {metric->target, metric->scale};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        if (is_less(value, limits[i]) && rounded >= limits[i] - unit / 4) {
            double units = round(limits[i] / unit);
            units -= is_less(units * unit, limits[i]) ? 0 : 1;
            value = units * unit; /* the last one below it */
        }
    }
    paint_part_value(out, size, value, decimals);
}

void
paint_part_signed(char *out, size_t size, int64_t value)
{
    char digits[32];
    paint_integer(digits, sizeof digits, value < 0 ? -value : value);
    snprintf(out, size, "%s%s", value > 0 ? "+" : value < 0 ? "−" : "", digits);
}

void
paint_part_span(char *out, size_t size, int64_t span_ms)
{
    int64_t ms = span_ms < 0 ? 0 : span_ms;
    if (ms < WHEN_MINUTE) {
        snprintf(out, size, "%" PRId64 " 秒", ms / WHEN_SECOND);
    } else if (ms < WHEN_HOUR) {
        snprintf(out, size, "%" PRId64 " 分", ms / WHEN_MINUTE);
    } else if (ms < WHEN_DAY) {
        snprintf(out, size, "%" PRId64 " 小时", ms / WHEN_HOUR);
    } else {
        snprintf(out, size, "%" PRId64 " 天", ms / WHEN_DAY);
    }
}

/* s without its end, where at least so many characters remain. */
static struct str
without_end(struct str s, const char *end, int least)
{
    struct str rest = s;
    if (!str_ends(s, end)) {
        return s;
    }
    rest.len -= strlen(end);
    size_t at = 0;
    for (int i = 0; i < least; i++) {
        if (at >= rest.len) {
            return s;
        }
        utf8_next(rest, &at);
    }
    return rest;
}

struct str
paint_part_short(const char *title, size_t max_chars)
{
    struct str s = without_end(str_from(title), "率", 1);
    size_t at = 0;
    for (size_t i = 0; i < max_chars && at < s.len; i++) {
        utf8_next(s, &at);
    }
    s.len = at;
    return s;
}

struct str
paint_part_street_name(struct str name)
{
    return without_end(without_end(name, "办事处", 2), "街道", 2);
}

struct str
paint_part_cut(struct str s, size_t max_bytes)
{
    if (s.len > max_bytes) {
        s.len = max_bytes;
        while (s.len > 0 && ((unsigned char)s.ptr[s.len] & 0xc0) == 0x80) {
            s.len--;
        }
    }
    return s;
}

void
paint_integer(char *out, size_t size, int64_t value)
{
    char digits[32];
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    int len = snprintf(digits, sizeof digits, "%" PRIu64, magnitude);
    char grouped[48];
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0) {
            grouped[at++] = ',';
        }
        grouped[at++] = digits[i];
    }
    grouped[at] = '\0';
    snprintf(out, size, "%s%s", value < 0 ? "−" : "", grouped);
}

void
paint_time_left(char *out, size_t size, int64_t left_ms)
{
    bool past = left_ms < 0;
    int64_t ms = past ? -left_ms : left_ms;
    int64_t days = ms / WHEN_DAY;
    int hours = (int)(ms % WHEN_DAY / WHEN_HOUR);
    int minutes = (int)(ms % WHEN_HOUR / WHEN_MINUTE);
    const char *sign = past ? "−" : "";
    if (days > 0) {
        snprintf(out, size, "%s%" PRId64 "d %02d:%02d", sign, days, hours, minutes);
    } else {
        snprintf(out, size, "%s%02d:%02d", sign, hours, minutes);
    }
}
