#include "render/text/fonts.h"

#include <fontconfig/fontconfig.h>
#include <ft2build.h>
#include FT_FREETYPE_H
#include <hb.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
    const char *family, *package;
    int fc_weight[TEXT_WEIGHT_COUNT];
};

static const struct wanted wanted[TEXT_FACE_COUNT] = {
    [TEXT_SANS] = {"Noto Sans CJK SC",
                   "fonts-noto-cjk",
                   {FC_WEIGHT_REGULAR, FC_WEIGHT_MEDIUM, FC_WEIGHT_BOLD}},
    [TEXT_FIGURES] = {"Inter",
                      "fonts-inter",
                      {FC_WEIGHT_REGULAR, FC_WEIGHT_MEDIUM, FC_WEIGHT_DEMIBOLD}},
};

struct found {
    char path[512];
    int index;  /* FreeType's face index */
    int weight; /* fontconfig's scale */
};

int
fonts_index(enum text_face face, enum text_weight weight)
{
    return (int)face * (int)TEXT_WEIGHT_COUNT + (int)weight;
}

/* fontconfig answers a missing family with any other font, so the family that came back decides. */
static bool
is_family(FcPattern *pattern, const char *family)
{
    FcChar8 *name = NULL;
    for (int i = 0; FcPatternGetString(pattern, FC_FAMILY, i, &name) == FcResultMatch; i++) {
        if (strcasecmp((const char *)name, family) == 0) {
            return true;
        }
    }
    return false;
}

static bool
find(const struct wanted *want, int weight, struct found *out)
{
    FcPattern *query = FcPatternCreate();
    if (!query) {
        return false;
    }
    FcPatternAddString(query, FC_FAMILY, (const FcChar8 *)want->family);
    FcPatternAddInteger(query, FC_WEIGHT, weight);
    FcPatternAddInteger(query, FC_SLANT, FC_SLANT_ROMAN);
    FcConfigSubstitute(NULL, query, FcMatchPattern);
    FcDefaultSubstitute(query);
    FcResult result = FcResultNoMatch;
    FcPattern *match = FcFontMatch(NULL, query, &result);
    FcChar8 *file = NULL;
    double got = 0;
    bool ok = match && is_family(match, want->family) &&
              FcPatternGetString(match, FC_FILE, 0, &file) == FcResultMatch &&
              strlen((const char *)file) < sizeof out->path;
    if (ok) {
        snprintf(out->path, sizeof out->path, "%s", (const char *)file);
        out->index = 0;
        FcPatternGetInteger(match, FC_INDEX, 0, &out->index);
        out->weight =
            FcPatternGetDouble(match, FC_WEIGHT, 0, &got) == FcResultMatch ? (int)got : weight;
    }
    if (match) {
        FcPatternDestroy(match);
    }
    FcPatternDestroy(query);
    return ok;
}

static bool
open_font(struct fonts *fonts, struct fonts_font *font, const struct found *found, struct err *err)
{
    if (!fontfile_open(&font->file, found->path) ||
        FT_New_Memory_Face(fonts->library, font->file.bytes, (FT_Long)font->file.size, found->index,
                           &font->face) != 0) {
        fontfile_close(&font->file);
        return err_set(err, "font file %s cannot be opened: reinstall its package", found->path);
    }
    font->owns = true;
    font->units_per_em = font->face->units_per_EM;
    hb_blob_t *blob = hb_blob_create((const char *)font->file.bytes, (unsigned)font->file.size,
                                     HB_MEMORY_MODE_READONLY, NULL, NULL);
    hb_face_t *face = hb_face_create(blob, (unsigned int)found->index & 0xffff);
    hb_blob_destroy(blob);
    font->shaper = hb_font_create(face);
    hb_face_destroy(face);
    int scale = (int)font->units_per_em;
    hb_font_set_scale(font->shaper, scale, scale);
    return true;
}

static void
close_font(struct fonts_font *font)
{
    if (font->owns) {
        FT_Done_Face(font->face);
        hb_font_destroy(font->shaper);
        fontfile_close(&font->file);
    }
    *font = (struct fonts_font){.owns = false};
}

static bool
open_face(struct fonts *fonts, enum text_face face, struct err *err)
{
    const struct wanted *want = &wanted[face];
    struct found found[TEXT_WEIGHT_COUNT];
    for (int weight = 0; weight < TEXT_WEIGHT_COUNT; weight++) {
        struct fonts_font *font = &fonts->list[fonts_index(face, (enum text_weight)weight)];
        if (!find(want, want->fc_weight[weight], &found[weight])) {
            return err_set(err, "font \"%s\" is not installed: apt-get install %s", want->family,
                           want->package);
        }
        /* Debian has no Medium of Noto Sans CJK: it gets Regular's outlines, thickened. */
        const struct fonts_font *lighter = font - 1;
        if (weight > 0 && found[weight].index == found[weight - 1].index &&
            strcmp(found[weight].path, found[weight - 1].path) == 0) {
            *font = *lighter;
            font->owns = false;
            font->embolden = found[weight].weight < want->fc_weight[weight];
            continue;
        }
        if (!open_font(fonts, font, &found[weight], err)) {
            return false;
        }
        /* A heavier file than asked (Bold for Medium) would shout: stay with the lighter one. */
        if (weight == TEXT_MEDIUM && found[weight].weight > want->fc_weight[weight]) {
            close_font(font);
            *font = *lighter;
            font->owns = false;
            font->embolden = true;
        }
    }
    return true;
}

bool
fonts_init(struct fonts *fonts, struct err *err)
{
    memset(fonts, 0, sizeof *fonts);
    if (!FcInit()) {
        return err_set(err, "fontconfig does not start: check /etc/fonts/fonts.conf");
    }
    if (FT_Init_FreeType(&fonts->library) != 0) {
        fonts->library = NULL;
        return err_set(err, "FreeType does not start: out of memory?");
    }
    for (int face = 0; face < TEXT_FACE_COUNT; face++) {
        if (!open_face(fonts, (enum text_face)face, err)) {
            fonts_finish(fonts);
            return false;
        }
    }
    return true;
}

void
fonts_finish(struct fonts *fonts)
{
    for (int i = 0; i < FONTS_COUNT + FONTS_RARE; i++) {
        close_font(&fonts->list[i]);
    }
    if (fonts->library) {
        FT_Done_FreeType(fonts->library);
    }
    memset(fonts, 0, sizeof *fonts);
}

void
fonts_rest(const struct fonts *fonts)
{
    for (int i = 0; i < FONTS_COUNT + FONTS_RARE; i++) {
        if (fonts->list[i].owns) {
            fontfile_rest(&fonts->list[i].file);
        }
    }
}

bool
fonts_has(const struct fonts *fonts, int index, uint32_t code_point)
{
    hb_codepoint_t glyph = 0;
    return hb_font_get_nominal_glyph(fonts->list[index].shaper, code_point, &glyph) != 0;
}

/* The scalable font without colours that fontconfig prefers for the character. */
static bool
find_rare(uint32_t code_point, struct found *out)
{
    FcPattern *query = FcPatternCreate();
    FcCharSet *set = FcCharSetCreate();
    if (!query || !set) {
        abort();
    }
    FcCharSetAddChar(set, code_point);
    FcPatternAddCharSet(query, FC_CHARSET, set);
    FcPatternAddString(query, FC_FAMILY, (const FcChar8 *)wanted[TEXT_SANS].family);
    FcPatternAddString(query, FC_LANG, (const FcChar8 *)"zh-cn");
    FcPatternAddBool(query, FC_SCALABLE, FcTrue);
    FcPatternAddBool(query, FC_COLOR, FcFalse);
    FcConfigSubstitute(NULL, query, FcMatchPattern);
    FcDefaultSubstitute(query);
    FcResult result = FcResultNoMatch;
    FcFontSet *all = FcFontSort(NULL, query, FcTrue, NULL, &result);
    bool ok = false;
    for (int i = 0; all && i < all->nfont && !ok; i++) {
        FcChar8 *file = NULL;
        FcCharSet *has = NULL;
        FcBool colour = FcFalse, scalable = FcTrue;
        FcPatternGetBool(all->fonts[i], FC_COLOR, 0, &colour);
        FcPatternGetBool(all->fonts[i], FC_SCALABLE, 0, &scalable);
        ok = !colour && scalable &&
             FcPatternGetCharSet(all->fonts[i], FC_CHARSET, 0, &has) == FcResultMatch &&
             FcCharSetHasChar(has, code_point) &&
             FcPatternGetString(all->fonts[i], FC_FILE, 0, &file) == FcResultMatch &&
             strlen((const char *)file) < sizeof out->path;
        if (ok) {
            snprintf(out->path, sizeof out->path, "%s", (const char *)file);
            out->index = 0;
            FcPatternGetInteger(all->fonts[i], FC_INDEX, 0, &out->index);
        }
    }
    if (all) {
        FcFontSetDestroy(all);
    }
    FcCharSetDestroy(set);
    FcPatternDestroy(query);
    return ok;
}

int
fonts_rare(struct fonts *fonts, uint32_t code_point)
{
    for (int i = 0; i < fonts->rare_count; i++) {
        if (fonts_has(fonts, FONTS_COUNT + i, code_point)) {
            return FONTS_COUNT + i;
        }
    }
    for (int i = 0; i < fonts->unknown_count; i++) {
        if (fonts->unknown[i] == code_point) {
            return -1;
        }
    }
    struct found found;
    struct err err;
    if (fonts->rare_count == FONTS_RARE || fonts->unknown_count == FONTS_UNKNOWN) {
        return -1; /* a frame does not ask fontconfig for ever */
    }
    int at = FONTS_COUNT + fonts->rare_count;
    if (find_rare(code_point, &found) && open_font(fonts, &fonts->list[at], &found, &err)) {
        if (fonts_has(fonts, at, code_point)) {
            fonts->rare_count++;
            return at;
        }
        close_font(&fonts->list[at]);
    }
    fonts->unknown[fonts->unknown_count++] = code_point;
    return -1;
}

float
fonts_cap_height(const struct fonts *fonts, int index)
{
    const struct fonts_font *font = &fonts->list[index];
    hb_codepoint_t reference = index < (int)TEXT_WEIGHT_COUNT ? 0x56fd : 'H';
    hb_codepoint_t glyph = 0;
    hb_glyph_extents_t extents;
    if (!hb_font_get_nominal_glyph(font->shaper, reference, &glyph) ||
        !hb_font_get_glyph_extents(font->shaper, glyph, &extents)) {
        return 0.72f;
    }
    return (float)extents.y_bearing / (float)font->units_per_em;
}
