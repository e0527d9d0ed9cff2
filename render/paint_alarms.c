/* Alarms by the time left: edge, stage, time, place, matter, mode, acknowledged by whom. A kiosk
 * has rows of two lines. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/paint_part.h"
#include "render/paint_row.h"
#include "wall/base/when.h"

#define MAX_SHOWN 64
#define NARROW 760.0f /* a panel below this has rows of two lines: a district's, a kiosk's */
#define KIOSK_NARROW 840.0f

struct row {
    const struct snapshot_alarm *alarm;
    int64_t left_ms; /* < 0: past due */
    char stage[64], left[32], matter[512], by[64];
    enum theme_colour colour; /* of the edge and the stage */
    bool odd, flashes, moves;
};

/* ---- words ---- */

/* "30 分", "24 小时", "3 天": the unit a limit is spoken of in. */
static void
limit_words(char *out, size_t size, int64_t ms)
{
    if (ms % WHEN_DAY == 0 && ms >= 2 * WHEN_DAY) {
        snprintf(out, size, "%" PRId64 " 天", ms / WHEN_DAY);
    } else if (ms % WHEN_HOUR == 0) {
        snprintf(out, size, "%" PRId64 " 小时", ms / WHEN_HOUR);
    } else {
        snprintf(out, size, "%" PRId64 " 分", ms / WHEN_MINUTE);
    }
}

/* Names the limit only where the clock runs on it: a ticket's own due time has no round number. */
static void
stage_words(char *out, size_t size, const struct snapshot_alarm *alarm, bool past)
{
    char limit[32] = "";
    if (alarm->limit_ms > 0) {
        limit_words(limit, sizeof limit, alarm->limit_ms);
    }
    switch (alarm->stage) {
    case SNAPSHOT_ACCEPT:
        if (past) {
            snprintf(out, size, "%s未受理", limit[0] ? limit : "超期");
        } else {
            snprintf(out, size, "受理将到期");
        }
        break;
    case SNAPSHOT_RESOLVE:
        if (limit[0]) {
            snprintf(out, size, "%s%s", limit, past ? "未办结" : "将到期");
        } else {
            snprintf(out, size, "%s", past ? "办结超期" : "办结将到期");
        }
        break;
    case SNAPSHOT_EXPEDITE:
        snprintf(out, size, "%s%s催办", limit[0] ? "满 " : "", limit);
        break;
    case SNAPSHOT_REPORT:
        snprintf(out, size, "%s", past ? "报到超时" : "报到将到期");
        break;
    case SNAPSHOT_STAGE_COUNT:
        out[0] = '\0';
        break;
    }
}

static const char *
mode_words(const struct snapshot_alarm *alarm)
{
    return alarm->whistled ? "吹哨报到" : alarm->external ? "街道外派" : "街道内派";
}

/* "王*已确认": the wall shows no whole names. */
static void
acknowledged_words(char *out, size_t size, const struct snapshot_alarm *alarm, bool named)
{
    if (!alarm->acknowledged) {
        snprintf(out, size, "未确认");
        return;
    }
    size_t first = 0;
    if (named && alarm->acknowledged_by.len) {
        utf8_next(alarm->acknowledged_by, &first);
    }
    snprintf(out, size, "%.*s%s已确认", (int)first, first ? alarm->acknowledged_by.ptr : "",
             first ? "*" : "");
}

/* The priorities of the reform's alarms: past due is high, but for a report, which is medium. */
static bool
is_high(const struct snapshot_alarm *alarm, bool past)
{
    return past && alarm->stage != SNAPSHOT_REPORT;
}

static void
fill(const struct paint *p, const struct snapshot_alarm *alarm, int index, struct row *row)
{
    row->alarm = alarm;
    row->odd = index % 2 != 0;
    row->left_ms = alarm->due_ms - p->frame->moment_ms;
    bool past = row->left_ms < 0;
    row->colour = past ? THEME_RED : THEME_AMBER;
    stage_words(row->stage, sizeof row->stage, alarm, past);
    paint_time_left(row->left, sizeof row->left, row->left_ms);
    struct str parent = paint_part_cut(alarm->category_parent, 240);
    struct str child = paint_part_cut(alarm->category, 240);
    bool both = parent.len && child.len && !str_eq(parent, child);
    snprintf(row->matter, sizeof row->matter, "%.*s%s%.*s", STR_ARG(parent), both ? " · " : "",
             both || !parent.len ? (int)child.len : 0, child.ptr ? child.ptr : "");
    row->flashes = p->motion && is_high(alarm, past) && !alarm->acknowledged &&
                   p->frame->feed.live && !paint_part_stale(p);
    acknowledged_words(row->by, sizeof row->by, alarm, paint_part_kiosk(p));
}

static struct str
place_of(const struct paint *p, const struct snapshot_alarm *alarm)
{
    bool inside = paint_part_street(p).len > 0; /* one street's own room: the community says more */
    if (inside && alarm->community.len) {
        return alarm->community;
    }
    return paint_part_street_name(alarm->street);
}

/* ---- rows ---- */

static void
draw_ground(const struct paint *p, const struct row *row, float top, float height, float edge)
{
    struct panel_rect r = p->panel->rect;
    if (!row->odd || row->moves) { /* a row on its way covers those it passes */
        draw_rect(p->list, (float)r.x, top, (float)r.w, height, 0,
                  paint_colour(p, row->odd ? THEME_PANEL : THEME_ROW));
    }
    uint32_t colour = paint_colour(p, row->colour);
    bool bright = !row->flashes || motion_flash(p->motion);
    draw_rect(p->list, (float)r.x, top, edge, height, 0, bright ? colour : draw_fade(colour, 0.2f));
}

/* Where the columns of a list stand, the same for all its rows: design pixels from the panel's left
 * edge but where said. */
struct columns {
    float time_right;         /* where the time left ends */
    float place, place_width; /* a district's */
    float matter, matter_end;
    float mode_right;
    struct text_style stage; /* a kiosk's: one size for all rows */
};

static void
draw_district_row(const struct paint *p, const struct row *row, const struct columns *c, float top,
                  float height)
{
    bool open = !row->alarm->acknowledged;
    float right = paint_part_width(p) - 24;
    struct text_style figures = paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD);
    struct text_style list = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    struct text_style strong = paint_part_sans(p, THEME_LIST, TEXT_SEMIBOLD);
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    float baseline = top + roundf((height + text_cap_height(p->text, figures)) / 2);
    draw_ground(p, row, top, height, paint_part_px(p, 5));
    float width = paint_part_text(p, figures, paint_part_x(p, c->time_right), baseline, DRAW_RIGHT,
                                  row->left_ms < 0 ? THEME_RED : THEME_INK, row->left);
    paint_part_fit(p, strong, paint_part_x(p, 24), baseline,
                   paint_part_px(p, c->time_right - 24 - 12) - width, DRAW_LEFT, row->colour,
                   str_from(row->stage));
    paint_part_fit(p, strong, paint_part_x(p, c->place), baseline, paint_part_px(p, c->place_width),
                   DRAW_LEFT, THEME_INK, place_of(p, row->alarm));
    paint_part_fit(p, list, paint_part_x(p, c->matter), baseline,
                   paint_part_px(p, c->matter_end - c->matter), DRAW_LEFT,
                   open ? THEME_INK : THEME_DIM, str_from(row->matter));
    paint_part_text(p, caption, paint_part_x(p, c->mode_right), baseline, DRAW_RIGHT, THEME_DIM,
                    mode_words(row->alarm));
    caption.weight = open ? TEXT_SEMIBOLD : TEXT_REGULAR;
    paint_part_text(p, caption, paint_part_x(p, right), baseline, DRAW_RIGHT,
                    open ? THEME_INK : THEME_DIM, row->by);
}

/* A narrow panel: stage and time over place, matter and who has it. */
static void
draw_narrow_row(const struct paint *p, const struct row *row, float top, float height)
{
    bool open = !row->alarm->acknowledged;
    float right = paint_part_x(p, paint_part_width(p) - 24), left = paint_part_x(p, 24);
    struct text_style figures = paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD);
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    struct text_style list = paint_part_sans(p, THEME_LIST, TEXT_REGULAR);
    struct text_style strong = paint_part_sans(p, THEME_LIST, TEXT_SEMIBOLD);
    float upper = top + roundf(height * 0.42f), lower = top + roundf(height * 0.84f);
    draw_ground(p, row, top, height, paint_part_px(p, 5));
    float width = paint_part_text(p, figures, right, upper, DRAW_RIGHT,
                                  row->left_ms < 0 ? THEME_RED : THEME_INK, row->left);
    paint_part_fit(p, strong, left, upper, right - left - width - paint_part_px(p, 16), DRAW_LEFT,
                   row->colour, str_from(row->stage));
    caption.weight = open ? TEXT_SEMIBOLD : TEXT_REGULAR;
    width = paint_part_text(p, caption, right, lower, DRAW_RIGHT, open ? THEME_INK : THEME_DIM,
                            row->by);
    float end = right - width - paint_part_px(p, 16);
    left += paint_part_fit(p, strong, left, lower, (end - left) * 0.45f, DRAW_LEFT, THEME_INK,
                           place_of(p, row->alarm));
    left = ceilf(left) + paint_part_px(p, 12);
    paint_part_fit(p, list, left, lower, end - left, DRAW_LEFT, open ? THEME_INK : THEME_DIM,
                   str_from(row->matter));
}

static void
draw_kiosk_row(const struct paint *p, const struct row *row, const struct columns *c, float top,
               float height)
{
    bool open = !row->alarm->acknowledged;
    float right = paint_part_width(p) - 24;
    struct text_style figures = paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD);
    struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_REGULAR);
    float upper = top + roundf(height * 0.44f), lower = top + roundf(height * 0.84f);
    float middle = top + roundf((height + text_cap_height(p->text, figures)) / 2);
    draw_ground(p, row, top, height, paint_part_px(p, 8));
    float width = paint_part_text(p, figures, paint_part_x(p, c->time_right), middle, DRAW_RIGHT,
                                  row->left_ms < 0 ? THEME_RED : THEME_INK, row->left);
    float beside = paint_part_px(p, c->time_right - 28 - 12) - width;
    paint_part_fit(p, c->stage, paint_part_x(p, 28), upper, beside, DRAW_LEFT, row->colour,
                   str_from(row->stage));
    paint_part_fit(p, caption, paint_part_x(p, 28), lower, beside, DRAW_LEFT, THEME_DIM,
                   place_of(p, row->alarm));
    struct text_style by = paint_part_sans(p, THEME_LIST, open ? TEXT_SEMIBOLD : TEXT_REGULAR);
    float by_width = paint_part_text(p, by, paint_part_x(p, right),
                                     top + roundf((height + (float)by.size_px * 0.76f) / 2),
                                     DRAW_RIGHT, open ? THEME_INK : THEME_DIM, row->by);
    float matter = paint_part_x(p, c->matter);
    float room = paint_part_x(p, right) - by_width - paint_part_px(p, 24) - matter;
    paint_part_fit(p, paint_part_sans(p, THEME_NAME, TEXT_REGULAR), matter, upper, room, DRAW_LEFT,
                   open ? THEME_INK : THEME_DIM, str_from(row->matter));
    paint_part_fit(p, caption, matter, lower, room, DRAW_LEFT, THEME_DIM,
                   str_from(mode_words(row->alarm)));
}

/* ---- the panel ---- */

static void
record(const struct paint *p, const struct row *row)
{
    char name[64];
    size_t len = row->alarm->ticket.len; /* never the whole number of a ticket */
    struct str ticket = {row->alarm->ticket.ptr + (len > 6 ? len - 6 : 0), len > 6 ? 6 : len};
    snprintf(name, sizeof name, "%s:%.*s", snapshot_stage_name(row->alarm->stage), STR_ARG(ticket));
    paint_figure(p, name, row->left, (double)row->left_ms, 1, "due time − moment, milliseconds",
                 NULL);
}

static void
draw_base(const struct paint *p, uint32_t open, uint32_t total, int shown)
{
    char text[128], value[16];
    if (paint_part_kiosk(p)) {
        const struct snapshot_row *row = paint_part_row(p);
        int len = snprintf(text, sizeof text, "%u 未确认", open);
        if (total > (uint32_t)shown) {
            len += snprintf(text + len, sizeof text - (size_t)len, " · 前 %d / %u", shown, total);
        }
        snprintf(text + len, sizeof text - (size_t)len, " · %u 在办将超期",
                 row ? row->due_soon : 0);
    } else if (total > (uint32_t)shown) {
        snprintf(text, sizeof text, "%u 未确认 · 前 %d / %u · 按剩余时间", open, shown, total);
    } else {
        snprintf(text, sizeof text, "%u 未确认 · 按剩余时间", open);
    }
    paint_part_base(p, text);
    snprintf(value, sizeof value, "%u", open);
    paint_figure(p, "unacknowledged", value, open, total, "alarms that nobody has acknowledged",
                 NULL);
}

static bool
is_narrow(const struct paint *p)
{
    return paint_part_width(p) < (paint_part_kiosk(p) ? KIOSK_NARROW : NARROW);
}

/* The alarms that fit, and how many there are. */
struct list {
    const struct snapshot_alarm *shown[MAX_SHOWN];
    int count, fit;
    uint32_t total, open; /* open: nobody has acknowledged them */
    float height;         /* of a row; design pixels */
    struct columns columns;
};

/* Looks no further than the last alarm that is shown: there may be tens of thousands. */
static void
collect(const struct paint *p, struct list *list)
{
    const struct snapshot *snapshot = p->frame->snapshot;
    struct str street = paint_part_street(p);
    struct snapshot_alarms counts = snapshot_alarms_of(snapshot, street);
    uint32_t fit = list->fit > 0 ? (uint32_t)list->fit : 0;
    uint32_t wanted = counts.total < fit ? counts.total : fit;
    list->total = counts.total;
    list->open = counts.unacknowledged;
    for (size_t i = 0; i < snapshot->alarms_count && (uint32_t)list->count < wanted; i++) {
        const struct snapshot_alarm *alarm = &snapshot->alarms[i];
        if (street.len == 0 || str_eq(alarm->street_code, street)) {
            list->shown[list->count++] = alarm;
        }
    }
}

/* The widest of each column, canvas pixels. */
struct widths {
    float beside; /* a row's stage, and its time */
    float place, matter, by;
};

static struct widths
measure(const struct paint *p, const struct list *list, struct text_style stage,
        struct text_style matter)
{
    struct widths most = {0};
    struct text_style figures = paint_part_figures(p, THEME_ROW_FIGURE, TEXT_SEMIBOLD);
    struct text_style strong = paint_part_sans(p, THEME_LIST, TEXT_SEMIBOLD);
    struct text_style by = paint_part_sans(p, THEME_CAPTION, TEXT_SEMIBOLD);
    for (int i = 0; i < list->count; i++) {
        struct row row;
        fill(p, list->shown[i], i, &row);
        float stage_w = ceilf(text_width(p->text, stage, str_from(row.stage)));
        float time_w = ceilf(text_width(p->text, figures, str_from(row.left)));
        most.beside = fmaxf(most.beside, stage_w + time_w);
        most.place = fmaxf(most.place, ceilf(text_width(p->text, strong, place_of(p, row.alarm))));
        most.matter = fmaxf(most.matter, ceilf(text_width(p->text, matter, str_from(row.matter))));
        most.by = fmaxf(most.by, ceilf(text_width(p->text, by, str_from(row.by))));
    }
    return most;
}

/* As designed; where a place or a matter would be cut, all columns before and behind them are as
 * narrow as what stands in them. */
static void
place_district(const struct paint *p, const struct list *list, struct columns *c)
{
    struct text_style strong = paint_part_sans(p, THEME_LIST, TEXT_SEMIBOLD);
    struct widths most = measure(p, list, strong, paint_part_sans(p, THEME_LIST, TEXT_REGULAR));
    const float right = paint_part_width(p) - 24, mode = 88, least = 76;
    const float place = fmaxf(least, most.place / p->unit), matter = most.matter / p->unit;
    *c = (struct columns){.time_right = 332, .place_width = fminf(place, 150)};
    c->mode_right = right - 96;
    c->matter_end = c->mode_right - mode - 20;
    c->place = c->time_right + 22;
    if (c->place + place + 12 + matter > c->matter_end) {
        c->time_right = fminf(332, 24 + ceilf(most.beside / p->unit) + 14);
        c->mode_right = right - fminf(96, ceilf(most.by / p->unit) + 20);
        c->matter_end = c->mode_right - mode - 16;
        c->place = c->time_right + 20;
        float room = c->matter_end - 12 - c->place;
        c->place_width = fminf(place, fmaxf(150, room - matter));
    }
    c->matter = c->place + c->place_width + 12;
}

/* The time gives way to the right before any stage is set smaller, and then all are. */
static void
place_kiosk(const struct paint *p, const struct list *list, struct columns *c)
{
    const float usual = 392, most_right = 440, left = 28, gap = 14;
    struct text_style matter = paint_part_sans(p, THEME_NAME, TEXT_REGULAR);
    *c = (struct columns){.stage = paint_part_sans(p, THEME_LIST, TEXT_SEMIBOLD)};
    struct widths most = measure(p, list, c->stage, matter);
    float needs = left + gap + ceilf(most.beside / p->unit);
    if (needs > most_right) {
        struct text_style caption = paint_part_sans(p, THEME_CAPTION, TEXT_SEMIBOLD);
        c->stage.size_px = caption.size_px;
        c->stage.role = caption.role;
        most = measure(p, list, c->stage, matter);
        needs = left + gap + ceilf(most.beside / p->unit);
    }
    c->time_right = fminf(fmaxf(usual, needs), most_right);
    c->matter = c->time_right + 26;
}

/* Those that rest, or those on their way to another place in the list, over them. */
static void
draw_rows(const struct paint *p, const struct list *list, const struct paint_row *rows, bool moving)
{
    float height = paint_part_px(p, list->height);
    for (int i = 0; i < list->count; i++) {
        const struct snapshot_alarm *alarm = list->shown[i];
        struct row row;
        float travel;
        float top = paint_part_place(p, snapshot_stage_name(alarm->stage), alarm->ticket,
                                     paint_row_y(p, rows, i), &travel);
        bool moves = fabsf(travel) > 0;
        if (moves != moving) {
            continue;
        }
        fill(p, alarm, i, &row);
        row.moves = moves;
        if (is_narrow(p)) {
            draw_narrow_row(p, &row, top, height);
        } else if (paint_part_kiosk(p)) {
            draw_kiosk_row(p, &row, &list->columns, top, height);
        } else {
            draw_district_row(p, &row, &list->columns, top, height);
        }
        record(p, &row);
    }
}

void
paint_alarms(const struct paint *p)
{
    bool kiosk = paint_part_kiosk(p);
    bool narrow = is_narrow(p);
    float first = kiosk ? 74 : 60, gap = kiosk ? 6 : 4, least = kiosk ? 84 : narrow ? 72 : 56;
    float most_height = kiosk ? 100 : narrow ? 88 : 66;
    float below = paint_part_height(p) - first - 8;
    struct list list = {.fit = (int)((below + gap) / (least + gap))};
    if (p->panel->rows > 0 && p->panel->rows < list.fit) {
        list.fit = p->panel->rows;
    }
    list.fit = list.fit < MAX_SHOWN ? list.fit : MAX_SHOWN;
    list.height = list.fit > 0 ? floorf((below + gap) / (float)list.fit) - gap : least;
    list.height = fminf(list.height, most_height);
    /* Rows are placed by their tops; what may not lie across a seam is the text in them. */
    float air = kiosk || narrow ? 6 : list.height / 2 - 15;
    struct paint_row rows = {first, list.height + gap, -air, list.height - air};
    list.fit = paint_row_fit(p, &rows, list.fit, paint_part_height(p) - list.height);
    collect(p, &list);
    if (kiosk) {
        place_kiosk(p, &list, &list.columns);
    } else {
        place_district(p, &list, &list.columns);
    }
    if (narrow && list.count > 0) {
        draw_note_left_out(p->list, "mode");
    }
    draw_rows(p, &list, &rows, false);
    draw_rows(p, &list, &rows, true);
    draw_base(p, list.open, list.total, list.count);
    if (list.total == 0) {
        paint_part_note(p, "当前无告警");
    }
}
