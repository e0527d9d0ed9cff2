/* fonts: the font files that fontconfig found, opened for shaping and for rasterising.
 *
 * Owns the FreeType and HarfBuzz objects until fonts_finish. Main thread. Only render/text includes
 * this; the library types stay opaque here. */
#ifndef RENDER_TEXT_FONTS_H
#define RENDER_TEXT_FONTS_H

#include "render/text/fontfile.h"
#include "render/text/text.h"

struct FT_LibraryRec_;
struct FT_FaceRec_;
struct hb_font_t;

#define FONTS_COUNT ((int)TEXT_FACE_COUNT * (int)TEXT_WEIGHT_COUNT)
#define FONTS_RARE 4     /* other fonts, for characters that the faces lack */
#define FONTS_UNKNOWN 64 /* characters that fontconfig is asked for in vain, at most */

struct fonts_font {
    struct FT_FaceRec_ *face;  /* shared where two weights come from one file */
    struct hb_font_t *shaper;  /* scale = units per em */
    struct fontfile file;      /* that both read from */
    bool owns;                 /* false: another entry closes all three */
    bool embolden;             /* no file has this weight: outlines are thickened a little */
    unsigned int units_per_em; /* 1000 for Noto, 2048 for Inter */
};

struct fonts {
    struct FT_LibraryRec_ *library;
    /* [fonts_index(face, weight)], then those found for rare characters, as they came up. */
    struct fonts_font list[FONTS_COUNT + FONTS_RARE];
    int rare_count;
    uint32_t unknown[FONTS_UNKNOWN];
    int unknown_count;
};

bool fonts_init(struct fonts *fonts, struct err *err);
void fonts_finish(struct fonts *fonts);
int fonts_index(enum text_face face, enum text_weight weight);
/* Lets go of what was read of the files; for behind the glyphs of a frame. */
void fonts_rest(const struct fonts *fonts);
/* False where the font has no glyph for the code point. */
bool fonts_has(const struct fonts *fonts, int index, uint32_t code_point);
/* Index of another font that has the character (rare ideographs of place names, CJK Extension B and
 * later): one opened before, or the one fontconfig names. -1 where there is none. */
int fonts_rare(struct fonts *fonts, uint32_t code_point);
/* Height in em of the reference glyph above the baseline: H, or 国 for the sans face. */
float fonts_cap_height(const struct fonts *fonts, int index);

#endif
