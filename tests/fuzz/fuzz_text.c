/* Any bytes as a line of text: shaped, cut to a width, rasterised with and without a halo, and any
 * four numbers as the place of shapes. Names come from files and feeds that others write. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/shapes.h"
#include "render/text/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct text *text;
static struct draw_list *list;
static struct shapes shapes;

static void
draw_shapes(const uint8_t *data)
{
    float at[4];
    memcpy(at, data, sizeof at);
    for (int i = 0; i < 4; i++) {
        if (!isfinite(at[i])) {
            return; /* painters compute places from checked numbers */
        }
    }
    draw_rect(list, at[0], at[1], at[2], at[3], 6, 0x4fb3d9ff);
    draw_disc(list, at[0], at[1], at[2], 0xff5d55ff, 1, 0x0b1016ff);
    draw_arc(list, at[0], at[1], at[2], 8, at[3], at[0], 0xf0b44aff);
    draw_line(list, at[0], at[1], at[2], at[3], 1, 0x1d2935ff);
    draw_polyline(list, at, 2, false, 2, 0, 0x8fa1b3ff);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEAD = 20 };
    if (size < HEAD) {
        return 0;
    }
    if (!text) {
        struct err err = {""};
        text = text_create(&err);
        list = draw_create();
        if (!text) {
            abort();
        }
    }
    struct text_style style = {(enum text_face)(data[0] % TEXT_FACE_COUNT),
                               (enum text_weight)(data[1] % TEXT_WEIGHT_COUNT), 8 + data[2] % 60,
                               0};
    struct str line = {(const char *)data + HEAD, size - HEAD};
    float width = (float)data[3] * 8;
    draw_clear(list);
    shapes_clear(&shapes);
    glyphs_frame(line_glyphs(text));
    draw_shapes(data + 4);
    draw_text_halo(list, text, style, 20, 40, DRAW_LEFT, 0xe8eef4ff, data[3] % 5, 0x0b1016ff, line);
    if (utf8_valid(line)) {
        float drawn = draw_text_fit(list, text, style, 20, 40, width, DRAW_RIGHT, 0xe8eef4ff, line);
        if (drawn > width) {
            abort();
        }
    }
    shapes_add(&shapes, list, text);
    return 0;
}
