/* text: shaping (HarfBuzz), glyphs (FreeType) and their atlas, behind one small interface.
 *
 * Owns fonts, the cache of shaped runs and the glyph atlas. Main thread. Glyphs are rasterised at
 * their exact pixel size, once; horizontal strokes are fitted to whole rows (light hinting), widths
 * and advances are untouched. Font files come from fontconfig: Noto Sans CJK SC for
 * text, Inter with tabular figures for numbers; the family that came back is checked. */
#ifndef RENDER_TEXT_TEXT_H
#define RENDER_TEXT_TEXT_H

#include "wall/base/err.h"
#include "wall/base/str.h"

struct text;

enum text_face {
    TEXT_SANS /* Noto Sans CJK SC */,
    TEXT_FIGURES /* Inter, tabular figures */,
    TEXT_FACE_COUNT
};
enum text_weight {
    TEXT_REGULAR /* 400 */,
    TEXT_MEDIUM /* 500 */,
    TEXT_SEMIBOLD /* 600 */,
    TEXT_WEIGHT_COUNT
};

struct text_style {
    enum text_face face;
    enum text_weight weight;
    int size_px; /* em size, 8–400 */
    /* What the text is to its readers, for whoever checks that they can read it: 1 + enum
     * theme_type, 0 = not said. Looks the same. */
    int role;
};

/* NULL and err where the fonts are missing (names the Debian package). */
struct text *text_create(struct err *err);
void text_destroy(struct text *text); /* NULL-safe */

/* Advance width in pixels of one line. */
float text_width(struct text *text, struct text_style style, struct str s);
/* Height of a capital or of 国 above the baseline, for optical centring, in pixels. */
float text_cap_height(struct text *text, struct text_style style);
/* How many glyphs were shown as a visible box because no font has them. */
unsigned long text_missing(const struct text *text);

#endif
