#include "render/paint_seams.h"

#include <math.h>
#include <string.h>

#include "render/draw_list.h"
#include "render/extent.h"
#include "render/paint_part.h"

#define MAX_TEXTS 768
#define AIR 6.0f        /* between a glyph and a seam; design pixels */
#define TITLE_ROW 58.0f /* titles, windows and ages stand above; design pixels below the top */
#define SIDE 24.0f      /* a panel's inner margin */
#define LEAST_KEPT 0.7f /* of the width of columns that are pressed */

/* One text of the list, with the box that its glyphs may cover. */
struct item {
    size_t command;
    float x0, y0, x1, y1;
    bool title; /* in the title row */
    size_t cut; /* its record, where the painter cut it; else SIZE_MAX */
};

struct seams {
    const struct paint *p;
    struct item items[MAX_TEXTS];
    int count;
    float air;
};

/* ---- what there is ---- */

static struct draw_command *
command_of(const struct seams *s, const struct item *item)
{
    return &s->p->list->commands[item->command];
}

static struct str
words_of(const struct seams *s, const struct draw_command *command)
{
    return (struct str){s->p->list->bytes + command->data, command->count};
}

static struct text_style
style_of(const struct draw_command *command)
{
    return (struct text_style){(enum text_face)command->face, (enum text_weight)command->weight,
                               command->size_px, command->role};
}

static void
measure(const struct seams *s, struct item *item)
{
    const struct draw_command *c = command_of(s, item);
    struct extent box = extent_of_text(s->p->text, style_of(c), c->at[0], c->at[1],
                                       (enum draw_align)c->align, words_of(s, c));
    item->x0 = box.x0;
    item->y0 = box.y0;
    item->x1 = box.x1;
    item->y1 = box.y1;
}

/* The record of the text as it was cut, or SIZE_MAX. */
static size_t
find_cut(const struct seams *s, const struct item *item)
{
    const struct draw_list *list = s->p->list;
    size_t i = 0;
    while (i < list->cuts_count && (fabsf(list->cuts[i].x - item->x0) > 1.5f ||
                                    list->cuts[i].baseline != command_of(s, item)->at[1])) {
        i++;
    }
    return i < list->cuts_count ? i : SIZE_MAX;
}

static void
collect(struct seams *s)
{
    const struct draw_list *list = s->p->list;
    float title = paint_part_y(s->p, TITLE_ROW);
    s->count = 0;
    for (size_t i = 0; i < list->count && s->count < MAX_TEXTS; i++) {
        /* Texts with a halo are the map's, which places its names itself. */
        if (list->commands[i].kind == DRAW_KIND_TEXT && list->commands[i].at[2] <= 0) {
            struct item *item = &s->items[s->count++];
            item->command = i;
            measure(s, item);
            item->title = list->commands[i].at[1] <= title;
            item->cut = find_cut(s, item);
        }
    }
}

static int
shift_x(const struct seams *s, const struct item *item)
{
    int x = (int)floorf(item->x0);
    return scene_seam_shift_x(s->p->scene, x, (int)ceilf(item->x1) - x);
}

static int
shift_y(const struct seams *s, const struct item *item)
{
    int y = (int)floorf(item->y0);
    return scene_seam_shift(s->p->scene, y, (int)ceilf(item->y1) - y);
}

/* ---- columns ---- */

/* A piece of the panel that is pressed together: what was at `from` comes to lie at `to`, what is
 * at `rest` stays, and what is between moves in proportion. */
struct press {
    float from, to, rest;
};

static float
pressed(const struct press *press, float x)
{
    bool beyond = press->rest < press->from ? x <= press->rest : x >= press->rest;
    bool outside = press->rest < press->from ? x > press->from : x < press->from;
    if (beyond || outside) {
        return x;
    }
    return x + (press->to - press->from) * (press->rest - x) / (press->rest - press->from);
}

/* Bars keep their proportions, grounds their whole width, thin marks their thickness. */
static void
press_shape(const struct seams *s, const struct press *press, struct draw_command *c)
{
    float *at = c->at;
    float thin = paint_part_px(s->p, 10), x;
    switch (c->kind) {
    case DRAW_KIND_RECT:
        x = roundf(pressed(press, at[0]));
        at[2] = at[2] <= thin ? at[2] : roundf(pressed(press, at[0] + at[2])) - x;
        at[0] = x;
        break;
    case DRAW_KIND_TRIANGLE:
        x = roundf(pressed(press, at[0])) - at[0];
        at[0] += x;
        at[2] += x;
        at[4] += x;
        break;
    case DRAW_KIND_DISC:
    case DRAW_KIND_RING:
        at[0] = roundf(pressed(press, at[0]));
        break;
    default:
        break;
    }
}

static void
press_all(struct seams *s, const struct press *press)
{
    struct draw_list *list = s->p->list;
    float title = paint_part_y(s->p, TITLE_ROW);
    for (size_t i = 0; i < list->count; i++) {
        struct draw_command *c = &list->commands[i];
        bool in_title = c->kind == DRAW_KIND_RECT && c->at[1] + c->at[3] <= title;
        if (c->kind != DRAW_KIND_TEXT && !in_title) {
            press_shape(s, press, c);
        }
    }
    for (int i = 0; i < s->count; i++) {
        struct draw_command *c = command_of(s, &s->items[i]);
        if (!s->items[i].title) {
            c->at[0] = roundf(pressed(press, c->at[0]));
            measure(s, &s->items[i]);
        }
    }
}

/* Cuts a text to so many pixels, with an ellipsis; false: too little for anything. What was cut
 * before is cut from its whole. */
static bool
cut(struct seams *s, struct item *item, float room)
{
    struct draw_command *c = command_of(s, item), before = *c;
    struct draw_list *list = s->p->list;
    size_t index = item->command, count = list->count, cuts = list->cuts_count;
    bool again = item->cut < cuts;
    if (room < 2.2f * (float)c->size_px) {
        return false;
    }
    /* The words are copied: the list's own bytes may move while the new ones are added. */
    char words[512];
    struct str whole =
        again ? (struct str){list->bytes + list->cuts[item->cut].data, list->cuts[item->cut].count}
              : words_of(s, c);
    if (whole.len > sizeof words) {
        return false;
    }
    memcpy(words, whole.ptr, whole.len);
    draw_text_fit(list, s->p->text, style_of(&before), before.at[0], before.at[1], room,
                  (enum draw_align)before.align, before.colour, (struct str){words, whole.len});
    if (list->count > count) {
        list->commands[index].data = list->commands[count].data;
        list->commands[index].count = list->commands[count].count;
    }
    list->count = count;
    if (list->cuts_count > cuts) {
        list->cuts[cuts].clip = before.clip;
        if (again) {
            list->cuts[item->cut] = list->cuts[cuts];
            list->cuts_count = cuts;
        } else {
            item->cut = cuts;
        }
    }
    measure(s, item);
    return true;
}

static bool
side_by_side(const struct item *a, const struct item *b)
{
    return a->y0 < b->y1 - 2 && b->y0 < a->y1 - 2;
}

/* How much of a text remains when it ends before b begins. */
static float
room_before(const struct seams *s, const struct item *a, const struct item *b)
{
    return b->x0 - paint_part_px(s->p, 8) - a->x0;
}

/* Whether a, as it stands, runs into b beside it. */
static bool
runs_into(const struct item *a, const struct item *b)
{
    return a != b && !a->title && !b->title && side_by_side(a, b) && a->x0 <= b->x0 &&
           a->x1 + 1 > b->x0;
}

static struct item
pressed_item(const struct seams *s, const struct item *item, const struct press *press)
{
    const struct draw_command *c = command_of(s, item);
    float by = item->title ? 0 : roundf(pressed(press, c->at[0])) - c->at[0];
    struct item moved = *item;
    moved.x0 += by;
    moved.x1 += by;
    return moved;
}

/* Whether texts would run into each other so far that cutting a name does not help. */
static bool
would_collide(const struct seams *s, const struct press *press)
{
    for (int i = 0; i < s->count; i++) {
        struct item a = pressed_item(s, &s->items[i], press);
        for (int j = 0; j < s->count; j++) {
            struct item b = pressed_item(s, &s->items[j], press);
            if (i == j || runs_into(&s->items[i], &s->items[j]) || !runs_into(&a, &b)) {
                continue;
            }
            const struct draw_command *c = command_of(s, &a);
            float room = room_before(s, &a, &b);
            if (c->align != DRAW_LEFT || c->face == TEXT_FIGURES || room < 0.5f * (a.x1 - a.x0) ||
                room < 3 * (float)c->size_px) {
                return true;
            }
        }
    }
    return false;
}

/* Names that now run into the next text of their row are cut. */
static void
cut_colliding(struct seams *s)
{
    for (int i = 0; i < s->count; i++) {
        struct item *a = &s->items[i];
        for (int j = 0; j < s->count; j++) {
            if (runs_into(a, &s->items[j]) && command_of(s, a)->align == DRAW_LEFT) {
                cut(s, a, room_before(s, a, &s->items[j]));
            }
        }
    }
}

/* The widest free stretch between columns nearest to a seam: nothing of any row lies in it. */
struct gap {
    float from, to;
};

static bool
is_free(const struct seams *s, float x)
{
    for (int i = 0; i < s->count; i++) {
        const struct item *item = &s->items[i];
        if (!item->title && item->x0 < x && item->x1 > x) {
            return false;
        }
    }
    return true;
}

/* The stretch around x, which is free; ends at the panel's inner margins. */
static struct gap
gap_at(const struct seams *s, float x, float left, float right)
{
    struct gap gap = {left, right};
    for (int i = 0; i < s->count; i++) {
        const struct item *item = &s->items[i];
        if (!item->title && item->x1 <= x) {
            gap.from = fmaxf(gap.from, item->x1);
        }
        if (!item->title && item->x0 >= x) {
            gap.to = fminf(gap.to, item->x0);
        }
    }
    return gap;
}

/* Presses the columns on both sides of [low, high), as far as they lie over it. */
static bool
part_columns(struct seams *s, float low, float high, float x)
{
    const struct panel_rect r = s->p->panel->rect;
    float side = paint_part_px(s->p, SIDE);
    float left = (float)r.x + side, right = (float)(r.x + r.w) - side;
    if (!is_free(s, x)) {
        return false;
    }
    struct gap gap = gap_at(s, x, left, right);
    struct press first = {.from = gap.from, .to = low - s->air, .rest = left};
    struct press second = {.from = gap.to, .to = high + s->air, .rest = right};
    bool press_first = first.from > first.to, press_second = second.from < second.to;
    float kept_first = (first.to - left) / fmaxf(first.from - left, 1);
    float kept_second = (right - second.to) / fmaxf(right - second.from, 1);
    if ((press_first && (kept_first < LEAST_KEPT || would_collide(s, &first))) ||
        (press_second && (kept_second < LEAST_KEPT || would_collide(s, &second)))) {
        return false;
    }
    if (press_first) {
        press_all(s, &first);
    }
    if (press_second) {
        press_all(s, &second);
    }
    return true;
}

static bool
is_list(enum panel_kind kind)
{
    return kind == PANEL_BOARD || kind == PANEL_ALARMS || kind == PANEL_HOT ||
           kind == PANEL_WHISTLES || kind == PANEL_CATEGORIES;
}

/* A seam that rows of the list lie across: the free stretch nearest to it becomes its place. */
static void
part_at(struct seams *s, float low, float high)
{
    const struct panel_rect r = s->p->panel->rect;
    bool crossed = false;
    for (int i = 0; i < s->count; i++) {
        const struct item *item = &s->items[i];
        crossed = crossed || (!item->title && item->x0 < high && item->x1 > low);
    }
    float middle = (low + high) / 2;
    for (float away = 0; crossed && away < (float)r.w; away += 2) {
        if (part_columns(s, low, high, middle - away) ||
            part_columns(s, low, high, middle + away)) {
            cut_colliding(s);
            return;
        }
    }
}

/* ---- single words ---- */

static bool
stands_free(const struct seams *s, const struct item *moved, const struct item *own)
{
    const struct panel_rect r = s->p->panel->rect;
    if (moved->x0 < (float)r.x || moved->x1 > (float)(r.x + r.w) || moved->y0 < (float)r.y ||
        moved->y1 > (float)(r.y + r.h)) {
        return false;
    }
    float air = s->air / 2;
    for (int i = 0; i < s->count; i++) {
        const struct item *other = &s->items[i];
        if (other != own && moved->x0 - air < other->x1 && moved->x1 + air > other->x0 &&
            side_by_side(moved, other)) {
            return false;
        }
    }
    return shift_x(s, moved) == 0 && shift_y(s, moved) == 0;
}

/* The mark before a word, and the tag that it stands on. */
static bool
belongs(const struct seams *s, const struct item *item, size_t index)
{
    const struct draw_command *c = &s->p->list->commands[index];
    float reach = 1.6f * (float)command_of(s, item)->size_px;
    if (c->kind == DRAW_KIND_DISC || c->kind == DRAW_KIND_TRIANGLE) {
        return c->at[0] >= item->x0 - reach && c->at[0] <= item->x0 &&
               fabsf(c->at[1] - (item->y0 + item->y1) / 2) < reach / 2;
    }
    return c->kind == DRAW_KIND_RECT && index + 1 == item->command && c->at[0] <= item->x0 &&
           c->at[0] + c->at[2] >= item->x1 && c->at[2] < item->x1 - item->x0 + reach * 2;
}

static void
move_by(const struct seams *s, struct item *item, float dx, float dy)
{
    struct draw_list *list = s->p->list;
    for (size_t i = 0; i < list->count; i++) {
        struct draw_command *c = &list->commands[i];
        if (belongs(s, item, i)) {
            for (int k = 0; k < (c->kind == DRAW_KIND_TRIANGLE ? 6 : 2); k++) {
                c->at[k] += k % 2 ? dy : dx;
            }
        }
    }
    command_of(s, item)->at[0] += dx;
    command_of(s, item)->at[1] += dy;
    measure(s, item);
}

/* The nearest free place sideways or up and down, in whole pixels. */
static bool
step_aside(const struct seams *s, struct item *item)
{
    struct item before = *item;
    if (shift_x(s, item) != 0 && shift_y(s, item) != 0) { /* where seams meet: both ways */
        move_by(s, item, 0, (float)shift_y(s, item));
    }
    float most_x = item->x1 - item->x0 + paint_part_px(s->p, 64);
    float most_y = item->y1 - item->y0 + paint_part_px(s->p, 24);
    bool rows = is_list(s->p->panel->kind) && !item->title;
    for (float d = 1; d < fmaxf(most_x, most_y); d++) {
        for (int way = 0; way < 4; way++) {
            bool across = way < 2;
            float by = way % 2 ? d : -d;
            if (by * by > (across ? most_x * most_x : most_y * most_y) || (!across && rows)) {
                continue;
            }
            struct item moved = *item;
            moved.x0 += across ? by - s->air : 0;
            moved.x1 += across ? by + s->air : 0;
            moved.y0 += across ? 0 : by;
            moved.y1 += across ? 0 : by;
            if (stands_free(s, &moved, item)) {
                move_by(s, item, across ? by : 0, across ? 0 : by);
                return true;
            }
        }
    }
    move_by(s, item, 0, before.y0 - item->y0);
    return false;
}

/* What is left of a text on the side of the seam where it begins, or ends. */
static bool
cut_at_seam(struct seams *s, struct item *item)
{
    bool right = command_of(s, item)->align == DRAW_RIGHT;
    float room = item->x1 - item->x0;
    while (room > 0) {
        struct item part = *item;
        part.x0 = right ? item->x1 - room - s->air : item->x0;
        part.x1 = right ? item->x1 : item->x0 + room + s->air;
        if (shift_x(s, &part) == 0) {
            break;
        }
        room -= 1;
    }
    bool centred = command_of(s, item)->align == DRAW_CENTRE;
    return !centred && room >= 0.4f * (item->x1 - item->x0) && cut(s, item, room);
}

static void
drop(struct seams *s, struct item *item)
{
    for (size_t i = 0; i < s->p->list->count; i++) {
        if (belongs(s, item, i)) {
            s->p->list->commands[i].colour = s->p->list->commands[i].colour2 = 0;
        }
    }
    command_of(s, item)->count = 0; /* a text that cannot be read would be worse than none */
    item->x1 = item->x0;
    item->y1 = item->y0;
    s->p->list->dropped++;
}

static void
clear_words(struct seams *s)
{
    for (int i = 0; i < s->count; i++) {
        struct item *item = &s->items[i];
        /* A row on its way to another place passes under the seam as it passes over others. */
        bool passes = s->p->motion && is_list(s->p->panel->kind) && !item->title;
        bool across = shift_x(s, item) != 0, down = shift_y(s, item) != 0 && !passes;
        if ((!across && !down) || step_aside(s, item)) {
            continue;
        }
        if (!across || down || !cut_at_seam(s, item)) {
            drop(s, item);
        }
    }
}

/* Whole texts are shown where what is left of them stands now. */
static void
move_cuts(const struct seams *s)
{
    struct draw_list *list = s->p->list;
    for (int i = 0; i < s->count; i++) {
        const struct item *item = &s->items[i];
        if (item->cut < list->cuts_count) {
            list->cuts[item->cut].x = item->x0;
            list->cuts[item->cut].baseline = command_of(s, item)->at[1];
            list->cuts[item->cut].width = item->x1 - item->x0;
        }
    }
}

static bool
is_cut(const struct paint *p)
{
    const struct panel_rect r = p->panel->rect;
    return scene_seam_shift_x(p->scene, r.x, r.w) != 0 || scene_seam_shift(p->scene, r.y, r.h) != 0;
}

void
paint_seams(const struct paint *p)
{
    static struct seams seams; /* main thread only: too large for the stack of small machines */
    enum panel_kind kind = p->panel->kind;
    if (kind == PANEL_HEADER || kind == PANEL_KPI || p->panel->rect.w <= 0 || !is_cut(p)) {
        return; /* those two place every word by the seams themselves */
    }
    seams.p = p;
    seams.air = paint_part_px(p, AIR);
    collect(&seams);
    for (int i = 1; i < p->scene->tiles_x && is_list(kind); i++) {
        float seam = roundf((float)p->scene->solved_w * (float)i / (float)p->scene->tiles_x);
        float half = (float)p->scene->bezel / 2;
        if (seam + half > (float)p->panel->rect.x &&
            seam - half < (float)(p->panel->rect.x + p->panel->rect.w)) {
            part_at(&seams, floorf(seam - half), ceilf(seam + half));
        }
    }
    clear_words(&seams);
    move_cuts(&seams);
    draw_seal(p->list);
}
