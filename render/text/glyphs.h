/* glyphs: glyph pictures at their exact size, rasterised once (FreeType) into the atlas.
 *
 * Owns the table of pictures and the atlas; both are bounded: when all pages are full, the page
 * that was not used for longest is emptied. A picture asked for in this frame is never thrown out
 * in it: glyphs_frame begins the next one. Main thread. */
#ifndef RENDER_TEXT_GLYPHS_H
#define RENDER_TEXT_GLYPHS_H

#include "render/text/atlas.h"
#include "render/text/fonts.h"

#define GLYPHS_STEPS 4 /* horizontal positions inside a pixel */

struct glyphs;

struct glyphs_key {
    uint32_t glyph;  /* id in the font */
    uint16_t size;   /* pixels an em */
    uint8_t font;    /* fonts_index */
    uint8_t step;    /* 0 … GLYPHS_STEPS - 1 quarters of a pixel to the right */
    uint16_t stroke; /* 0: the glyph itself; else its outline, that many quarters of a pixel to each
                        side: the halo under it */
};

struct glyphs_picture {
    int16_t left, top; /* from the pen position to the picture's top left; top counts upwards */
    uint16_t w, h;     /* 0: nothing to draw */
    struct atlas_place at;
};

struct glyphs *glyphs_create(const struct fonts *fonts);
void glyphs_destroy(struct glyphs *glyphs); /* NULL-safe */
void glyphs_frame(struct glyphs *glyphs);
/* False where it cannot be had (no room in this frame, a broken outline): draw nothing; counted. */
bool glyphs_get(struct glyphs *glyphs, struct glyphs_key key, struct glyphs_picture *out);
struct atlas *glyphs_atlas(struct glyphs *glyphs);
unsigned long glyphs_faults(const struct glyphs *glyphs);

#endif
