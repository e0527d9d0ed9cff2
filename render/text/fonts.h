/* fonts: the font files that fontconfig found, opened for shaping and for rasterising.
 *
 * Owns the FreeType and HarfBuzz objects until fonts_finish. Main thread. Only render/text includes
 * this; the library types stay opaque here. */
#ifndef RENDER_TEXT_FONTS_H
#define RENDER_TEXT_FONTS_H

#include "render/text/text.h"

struct FT_LibraryRec_;
struct FT_FaceRec_;
struct hb_font_t;

#define FONTS_COUNT ((int)TEXT_FACE_COUNT * (int)TEXT_WEIGHT_COUNT)

struct fonts_font {
    struct FT_FaceRec_ *face;  /* shared where two weights come from one file */
    struct hb_font_t *shaper;  /* scale = units per em */
    bool owns;                 /* false: another entry closes face and shaper */
    bool embolden;             /* no file has this weight: outlines are thickened a little */
    unsigned int units_per_em; /* 1000 for Noto, 2048 for Inter */
};

struct fonts {
    struct FT_LibraryRec_ *library;
    struct fonts_font list[FONTS_COUNT]; /* [fonts_index(face, weight)] */
};

bool fonts_init(struct fonts *fonts, struct err *err);
void fonts_finish(struct fonts *fonts);
int fonts_index(enum text_face face, enum text_weight weight);
/* False where the font has no glyph for the code point. */
bool fonts_has(const struct fonts *fonts, int index, uint32_t code_point);
/* Height in em of the reference glyph above the baseline: H, or 国 for the sans face. */
float fonts_cap_height(const struct fonts *fonts, int index);

#endif
