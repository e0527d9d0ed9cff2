/* shape: lines of text to glyphs and positions (HarfBuzz), cached by style and string.
 *
 * Owns the cache: at most SHAPE_RUNS runs, the least recently used goes first. A line is split
 * where the script changes or where the style's own face lacks a glyph that another font has.
 * Main thread. */
#ifndef RENDER_TEXT_SHAPE_H
#define RENDER_TEXT_SHAPE_H

#include "render/text/fonts.h"

/* The fullest frame has some 350 lines, two scenes that cross 700; figures that count bring others
 * all the time, so that the cache is soon full: what it takes then, it takes for good. */
#define SHAPE_RUNS 1024
#define SHAPE_MAX_BYTES 4096 /* longer strings are cut at a code point */

struct shape_glyph {
    uint32_t glyph;   /* id in the font */
    uint32_t cluster; /* byte of the string it belongs to */
    float x, y;       /* pen position in pixels from the line's origin, y down */
    uint8_t font;     /* fonts_index */
};

struct shape_run {
    float width; /* pixels */
    uint32_t count;
    const struct shape_glyph *glyphs;
};

struct shape;

struct shape *shape_create(struct fonts *fonts);
void shape_destroy(struct shape *shape); /* NULL-safe */
/* Valid until SHAPE_RUNS other lines were asked for. */
const struct shape_run *shape_get(struct shape *shape, struct text_style style, struct str s);
/* Code points that no font has, counted each time such a line is shaped. */
unsigned long shape_missing(const struct shape *shape);

#endif
