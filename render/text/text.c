#include "render/text/text.h"

#include "render/text/line.h"

#include <stdlib.h>

struct text {
    struct fonts fonts;
    struct shape *shape;
    struct glyphs *glyphs;
    float cap_heights[FONTS_COUNT]; /* em */
};

struct text *
text_create(struct err *err)
{
    struct text *text = calloc(1, sizeof *text);
    if (!text) {
        abort();
    }
    if (!fonts_init(&text->fonts, err)) {
        free(text);
        return NULL;
    }
    text->shape = shape_create(&text->fonts);
    text->glyphs = glyphs_create(&text->fonts);
    for (int i = 0; i < FONTS_COUNT; i++) {
        text->cap_heights[i] = fonts_cap_height(&text->fonts, i);
    }
    return text;
}

void
text_destroy(struct text *text)
{
    if (!text) {
        return;
    }
    glyphs_destroy(text->glyphs);
    shape_destroy(text->shape);
    fonts_finish(&text->fonts);
    free(text);
}

float
text_width(struct text *text, struct text_style style, struct str s)
{
    return shape_get(text->shape, style, s)->width;
}

float
text_cap_height(struct text *text, struct text_style style)
{
    return text->cap_heights[fonts_index(style.face, style.weight)] * (float)style.size_px;
}

unsigned long
text_missing(const struct text *text)
{
    return shape_missing(text->shape);
}

const struct shape_run *
line_shape(struct text *text, struct text_style style, struct str s)
{
    return shape_get(text->shape, style, s);
}

struct glyphs *
line_glyphs(struct text *text)
{
    return text->glyphs;
}
