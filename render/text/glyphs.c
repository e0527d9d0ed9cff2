#include "render/text/glyphs.h"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_GLYPH_H
#include FT_OUTLINE_H
#include FT_STROKER_H

#include <stdlib.h>
#include <string.h>

#define SLOTS 32768u          /* a power of two */
#define PICTURES (SLOTS / 2u) /* so that the table stays sparse */

struct slot {
    struct glyphs_key key;
    struct glyphs_picture picture;
    bool used;
};

struct glyphs {
    const struct fonts *fonts;
    struct atlas *atlas;
    FT_Stroker stroker;
    uint32_t frame, count;
    uint32_t page_used[ATLAS_PAGES]; /* the last frame that drew from it */
    bool read;                       /* the fonts' files, in this frame */
    unsigned long faults;
    struct slot slots[SLOTS];
};

struct glyphs *
glyphs_create(const struct fonts *fonts)
{
    struct glyphs *glyphs = calloc(1, sizeof *glyphs);
    if (!glyphs) {
        abort();
    }
    glyphs->fonts = fonts;
    glyphs->atlas = atlas_create();
    glyphs->frame = 1;
    if (FT_Stroker_New(fonts->library, &glyphs->stroker) != 0) {
        abort();
    }
    return glyphs;
}

void
glyphs_destroy(struct glyphs *glyphs)
{
    if (!glyphs) {
        return;
    }
    FT_Stroker_Done(glyphs->stroker);
    atlas_destroy(glyphs->atlas);
    free(glyphs);
}

void
glyphs_frame(struct glyphs *glyphs)
{
    glyphs->frame++;
    if (glyphs->read) {
        fonts_rest(glyphs->fonts);
        glyphs->read = false;
    }
}

struct atlas *
glyphs_atlas(struct glyphs *glyphs)
{
    return glyphs->atlas;
}

unsigned long
glyphs_faults(const struct glyphs *glyphs)
{
    return glyphs->faults;
}

static uint32_t
hash_of(struct glyphs_key key)
{
    uint64_t bits = (uint64_t)key.glyph | (uint64_t)key.size << 24 | (uint64_t)key.font << 36 |
                    (uint64_t)key.step << 44 | (uint64_t)key.stroke << 48;
    return (uint32_t)((bits * UINT64_C(0x9e3779b97f4a7c15)) >> 40);
}

static bool
same_key(struct glyphs_key a, struct glyphs_key b)
{
    return a.glyph == b.glyph && a.size == b.size && a.font == b.font && a.step == b.step &&
           a.stroke == b.stroke;
}

/* The key's slot, or the free one where it belongs. */
static struct slot *
find_slot(struct glyphs *glyphs, struct glyphs_key key)
{
    uint32_t i = hash_of(key) & (SLOTS - 1);
    while (glyphs->slots[i].used && !same_key(glyphs->slots[i].key, key)) {
        i = (i + 1) & (SLOTS - 1);
    }
    return &glyphs->slots[i];
}

/* Drops the pictures of one page (and the empty ones) and rebuilds the table, so that no probe
 * sequence is cut. */
static void
drop_page(struct glyphs *glyphs, int page)
{
    struct slot *kept = malloc(PICTURES * sizeof *kept);
    if (!kept) {
        abort();
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < SLOTS; i++) {
        const struct slot *slot = &glyphs->slots[i];
        if (slot->used && slot->picture.w > 0 && slot->picture.at.page != page) {
            kept[count++] = *slot;
        }
    }
    memset(glyphs->slots, 0, sizeof glyphs->slots);
    for (uint32_t i = 0; i < count; i++) {
        *find_slot(glyphs, kept[i].key) = kept[i];
    }
    glyphs->count = count;
    free(kept);
    atlas_clear_page(glyphs->atlas, page);
}

/* Empties the page that was not drawn from for longest; false where this frame used them all. */
static bool
make_room(struct glyphs *glyphs)
{
    int oldest = -1;
    for (int page = 0; page < ATLAS_PAGES; page++) {
        bool idle = glyphs->page_used[page] != glyphs->frame;
        if (idle && (oldest < 0 || glyphs->page_used[page] < glyphs->page_used[oldest])) {
            oldest = page;
        }
    }
    if (oldest < 0) {
        return false;
    }
    drop_page(glyphs, oldest);
    return true;
}

/* The glyph's outline at its size and place inside the pixel; the caller frees *out. */
static bool
load_outline(struct glyphs *glyphs, struct glyphs_key key, FT_Glyph *out)
{
    const struct fonts_font *font = &glyphs->fonts->list[key.font];
    FT_Face face = font->face;
    glyphs->read = true;
    /* Light hinting moves outlines up and down only: strokes are crisp, advances stay exact. */
    if (FT_Set_Pixel_Sizes(face, 0, key.size) != 0 ||
        FT_Load_Glyph(face, key.glyph, FT_LOAD_TARGET_LIGHT | FT_LOAD_NO_BITMAP) != 0 ||
        face->glyph->format != FT_GLYPH_FORMAT_OUTLINE) {
        return false;
    }
    FT_Outline *outline = &face->glyph->outline;
    if (font->embolden) {
        /* Upright strokes only: level ones lie on whole rows and would blur. */
        FT_Pos strength = (FT_Pos)key.size * 64 / 36;
        FT_Outline_EmboldenXY(outline, strength, 0);
        FT_Outline_Translate(outline, -strength / 2, 0); /* it grows to the right */
    }
    FT_Outline_Translate(outline, (FT_Pos)key.step * 64 / GLYPHS_STEPS, 0);
    if (FT_Get_Glyph(face->glyph, out) != 0) {
        return false;
    }
    if (key.stroke > 0) {
        FT_Stroker_Set(glyphs->stroker, (FT_Fixed)key.stroke * 16, FT_STROKER_LINECAP_ROUND,
                       FT_STROKER_LINEJOIN_ROUND, 0);
        if (FT_Glyph_Stroke(out, glyphs->stroker, 1) != 0) {
            FT_Done_Glyph(*out);
            return false;
        }
    }
    return true;
}

static bool
rasterise(struct glyphs *glyphs, struct glyphs_key key, struct glyphs_picture *out)
{
    FT_Glyph glyph = NULL;
    if (!load_outline(glyphs, key, &glyph)) {
        return false;
    }
    if (FT_Glyph_To_Bitmap(&glyph, FT_RENDER_MODE_NORMAL, NULL, 1) != 0) {
        FT_Done_Glyph(glyph);
        return false;
    }
    const FT_BitmapGlyph picture = (FT_BitmapGlyph)glyph;
    const FT_Bitmap *bitmap = &picture->bitmap;
    *out = (struct glyphs_picture){
        .left = (int16_t)picture->left,
        .top = (int16_t)picture->top,
        .w = (uint16_t)bitmap->width,
        .h = (uint16_t)bitmap->rows,
    };
    bool placed = out->w == 0 || out->h == 0;
    if (placed) {
        out->w = out->h = 0;
    }
    while (!placed) {
        placed = atlas_add(glyphs->atlas, out->w, out->h, bitmap->buffer, bitmap->pitch, &out->at);
        if (!placed && (out->w > ATLAS_SIZE || out->h > ATLAS_SIZE || !make_room(glyphs))) {
            break;
        }
    }
    FT_Done_Glyph(glyph);
    return placed;
}

bool
glyphs_get(struct glyphs *glyphs, struct glyphs_key key, struct glyphs_picture *out)
{
    struct slot *slot = find_slot(glyphs, key);
    if (!slot->used) {
        struct glyphs_picture picture;
        bool room = glyphs->count < PICTURES - 1 || make_room(glyphs);
        if (!room || !rasterise(glyphs, key, &picture)) {
            glyphs->faults++;
            return false;
        }
        slot = find_slot(glyphs, key); /* making room moved the slots */
        *slot = (struct slot){.key = key, .picture = picture, .used = true};
        glyphs->count++;
    }
    if (slot->picture.w > 0) {
        glyphs->page_used[slot->picture.at.page] = glyphs->frame;
    }
    *out = slot->picture;
    return true;
}
