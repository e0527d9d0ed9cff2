#include "render/paint_tip.h"

#include <math.h>

#include "render/paint_part.h"

#define MAX_LINES 8
#define MOST_WIDTH 900.0f /* design pixels: a line that the eye finds back from */
#define PAD_X 16.0f
#define PAD_Y 12.0f
#define AIR 10.0f /* from the text it is of, and from the edges */

struct tip {
    struct text_style style;
    struct str lines[MAX_LINES];
    int count;
    float width, lead; /* of the widest line, from line to line; canvas pixels */
};

/* Ideographs, kana and full-width forms: a line may break on either side of them. */
static bool
breaks(uint32_t c)
{
    return (c >= 0x2e80 && c < 0xe000) || (c >= 0xf900 && c < 0xfb00) ||
           (c >= 0xff00 && c < 0xfff0) || c >= 0x20000;
}

/* What may not begin a line. */
static bool
closes(uint32_t c)
{
    static const uint32_t closing[] = {0xb7,   0x2026, 0x3001, 0x3002, 0x3009, 0x300b, 0x300d,
                                       0x3011, 0xff01, 0xff09, 0xff0c, 0xff1a, 0xff1b, 0xff1f,
                                       ')',    ',',    '.',    ':',    ';',    '/',    '%'};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        if (closing[i] == c) {
            return true;
        }
    }
    return false;
}

/* What may not end one. */
static bool
opens(uint32_t c)
{
    return c == '(' || c == 0x3008 || c == 0x300a || c == 0x300c || c == 0x3010 || c == 0xff08;
}

/* The bytes of the first line of s, of which fit bytes have room: to the last place where a line
 * may end, or all that fits where there is none. */
static size_t
line_end(struct str s, size_t fit)
{
    size_t at = 0, best = 0;
    uint32_t before = 0;
    while (at < s.len && at <= fit) {
        size_t next = at;
        uint32_t c = utf8_next(s, &next);
        bool may = at > 0 && (before == ' ' || breaks(before) || breaks(c)) && !closes(c) &&
                   c != ' ' && !opens(before);
        best = may ? at : best;
        before = c;
        at = next;
    }
    return best > 0 ? best : fit;
}

static struct str
trimmed(struct str s)
{
    while (s.len > 0 && s.ptr[s.len - 1] == ' ') {
        s.len--;
    }
    while (s.len > 0 && s.ptr[0] == ' ') {
        s.ptr++;
        s.len--;
    }
    return s;
}

static void
break_lines(const struct paint *p, struct str text, float room, struct tip *tip)
{
    struct str rest = trimmed(text);
    while (rest.len > 0 && tip->count < MAX_LINES) {
        size_t fit = draw_fit(p->text, tip->style, room, rest);
        size_t end = fit < rest.len ? line_end(rest, fit) : rest.len;
        if (end == 0 || tip->count == MAX_LINES - 1) {
            end = rest.len; /* no room for a character, or for a line: cut again */
        }
        struct str line = trimmed((struct str){rest.ptr, end});
        tip->lines[tip->count++] = line;
        tip->width = fmaxf(tip->width, fminf(text_width(p->text, tip->style, line), room));
        rest = trimmed((struct str){rest.ptr + end, rest.len - end});
    }
}

/* As few lines as the room allows, and these about equally long: a last line of two characters
 * would look like a mistake. */
static void
fill_lines(const struct paint *p, struct str text, float room, struct tip *tip)
{
    break_lines(p, text, room, tip);
    int count = tip->count;
    float em = (float)tip->style.size_px;
    float even = text_width(p->text, tip->style, text) / (float)(count > 0 ? count : 1);
    for (float width = even; count > 1 && width < room; width += em / 2) {
        struct tip tried = {.style = tip->style, .lead = tip->lead};
        break_lines(p, text, width, &tried);
        if (tried.count == count && tried.width <= width &&
            text_width(p->text, tip->style, tried.lines[count - 1]) <= width) {
            *tip = tried;
            return;
        }
    }
}

/* The tile that a point lies in, less what its bezels cover. */
static struct panel_rect
tile_at(const struct scene *scene, float x, float y)
{
    int across = scene->tiles_x > 1 ? scene->tiles_x : 1,
        down = scene->tiles_y > 1 ? scene->tiles_y : 1;
    int column = (int)(x * (float)across / (float)scene->solved_w);
    int row = (int)(y * (float)down / (float)scene->solved_h);
    column = column < 0 ? 0 : column < across ? column : across - 1;
    row = row < 0 ? 0 : row < down ? row : down - 1;
    int x0 = scene->solved_w * column / across, x1 = scene->solved_w * (column + 1) / across;
    int y0 = scene->solved_h * row / down, y1 = scene->solved_h * (row + 1) / down;
    int covered = (int)ceil(scene->bezel / 2);
    x0 += column > 0 ? covered : 0;
    x1 -= column < across - 1 ? covered : 0;
    y0 += row > 0 ? covered : 0;
    y1 -= row < down - 1 ? covered : 0;
    return (struct panel_rect){x0, y0, x1 - x0, y1 - y0};
}

void
paint_tip(const struct paint *p, const struct draw_cut *cut)
{
    const uint32_t *colours = p->theme->colours;
    float pad_x = paint_part_px(p, PAD_X), pad_y = paint_part_px(p, PAD_Y);
    float air = paint_part_px(p, AIR), size = (float)cut->size_px;
    struct panel_rect tile = tile_at(p->scene, cut->x + cut->width / 2, cut->baseline);
    float left = (float)tile.x + air, right = (float)(tile.x + tile.w) - air;
    float top = (float)tile.y + air, bottom = (float)(tile.y + tile.h) - air;
    struct tip tip = {.style = paint_part_sans(p, THEME_NAME, TEXT_REGULAR)};
    tip.lead = roundf((float)tip.style.size_px * 1.4f);
    float room = fminf(right - left - 2 * pad_x, paint_part_px(p, MOST_WIDTH));
    fill_lines(p, cut->whole, room, &tip);
    if (tip.count == 0 || room <= 0) {
        return;
    }
    float w = ceilf(tip.width) + 2 * pad_x;
    float h = tip.lead * (float)(tip.count - 1) + (float)tip.style.size_px + 2 * pad_y;
    float x = roundf(fmaxf(left, fminf(cut->x - pad_x, right - w)));
    float y = cut->baseline + roundf(size * 0.25f) + air;
    if (y + h > bottom) {
        y = fmaxf(top, cut->baseline - size - air - h);
    }
    draw_rect(p->list, x, y, w, h, paint_part_px(p, 6), colours[THEME_ROW]);
    draw_frame(p->list, x, y, w, h, paint_part_px(p, 6), (float)paint_px(p, 1),
               colours[THEME_FAINT]);
    /* A Chinese character stands from 0.86 em above its baseline to 0.12 em below. */
    float baseline = y + pad_y + roundf((float)tip.style.size_px * 0.87f);
    for (int i = 0; i < tip.count; i++) {
        draw_text_fit(p->list, p->text, tip.style, x + pad_x, baseline + tip.lead * (float)i,
                      ceilf(tip.width), DRAW_LEFT, colours[THEME_INK], tip.lines[i]);
    }
}
