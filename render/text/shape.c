#include "render/text/shape.h"

#include "wall/base/hash.h"

#include <hb.h>

#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX
#define BUCKETS 4096u

/* Short lines (nearly all) live inside their slot: a new one costs no malloc. */
enum { SHORT_GLYPHS = 32, SHORT_TEXT = 64 };

struct entry {
    struct shape_run run;
    struct shape_glyph *glyphs; /* short_glyphs, or malloc'ed and kept */
    uint32_t glyphs_cap;
    char *text; /* short_text, or malloc'ed and kept */
    uint32_t text_len, text_cap;
    uint64_t hash;
    struct text_style style;
    uint32_t next_in_bucket;
    uint32_t newer, older; /* use order */
    struct shape_glyph short_glyphs[SHORT_GLYPHS];
    char short_text[SHORT_TEXT];
};

struct shape {
    struct fonts *fonts;
    hb_buffer_t *buffer;
    hb_language_t language;
    unsigned long missing;
    int32_t digit[FONTS_COUNT +
                  FONTS_RARE]; /* advance of every digit in font units; 0 = each its own */
    uint32_t count, newest, oldest;
    uint32_t buckets[BUCKETS];
    struct entry entries[SHAPE_RUNS];
};

/* Digits never jump: tabular, and not kerned against the signs between them. */
static const hb_feature_t figure_features[] = {
    {HB_TAG('t', 'n', 'u', 'm'), 1, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
    {HB_TAG('k', 'e', 'r', 'n'), 0, HB_FEATURE_GLOBAL_START, HB_FEATURE_GLOBAL_END},
};
enum { FIGURE_FEATURES = sizeof figure_features / sizeof figure_features[0] };

/* A variable font's weights between its masters may leave a tabular digit some units off the
 * others: all get the advance of 0. */
static void
measure_digits(struct shape *shape)
{
    for (int font = fonts_index(TEXT_FIGURES, TEXT_REGULAR); font < FONTS_COUNT; font++) {
        unsigned int count = 0;
        hb_buffer_clear_contents(shape->buffer);
        hb_buffer_add_utf8(shape->buffer, "0", 1, 0, 1);
        hb_buffer_guess_segment_properties(shape->buffer);
        hb_shape(shape->fonts->list[font].shaper, shape->buffer, figure_features, FIGURE_FEATURES);
        const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(shape->buffer, &count);
        shape->digit[font] = count == 1 ? at[0].x_advance : 0;
    }
}

struct shape *
shape_create(struct fonts *fonts)
{
    struct shape *shape = calloc(1, sizeof *shape);
    if (!shape) {
        abort();
    }
    shape->fonts = fonts;
    shape->buffer = hb_buffer_create();
    /* 员, 骨, 直 differ between zh-Hans, zh-Hant and ja in the same file: never from the locale. */
    shape->language = hb_language_from_string("zh-Hans", -1);
    shape->newest = shape->oldest = NONE;
    measure_digits(shape);
    memset(shape->buckets, 0xff, sizeof shape->buckets);
    return shape;
}

void
shape_destroy(struct shape *shape)
{
    if (!shape) {
        return;
    }
    for (uint32_t i = 0; i < shape->count; i++) {
        struct entry *e = &shape->entries[i];
        if (e->glyphs != e->short_glyphs) {
            free(e->glyphs);
        }
        if (e->text != e->short_text) {
            free(e->text);
        }
    }
    hb_buffer_destroy(shape->buffer);
    free(shape);
}

unsigned long
shape_missing(const struct shape *shape)
{
    return shape->missing;
}

static void
unlink_use(struct shape *shape, uint32_t i)
{
    struct entry *e = &shape->entries[i];
    if (e->newer != NONE) {
        shape->entries[e->newer].older = e->older;
    } else {
        shape->newest = e->older;
    }
    if (e->older != NONE) {
        shape->entries[e->older].newer = e->newer;
    } else {
        shape->oldest = e->newer;
    }
}

static void
link_newest(struct shape *shape, uint32_t i)
{
    struct entry *e = &shape->entries[i];
    e->newer = NONE;
    e->older = shape->newest;
    if (shape->newest != NONE) {
        shape->entries[shape->newest].newer = i;
    } else {
        shape->oldest = i;
    }
    shape->newest = i;
}

static void
unlink_bucket(struct shape *shape, uint32_t i)
{
    uint32_t *at = &shape->buckets[shape->entries[i].hash % BUCKETS];
    while (*at != i) {
        at = &shape->entries[*at].next_in_bucket;
    }
    *at = shape->entries[i].next_in_bucket;
}

static bool
same_style(struct text_style a, struct text_style b)
{
    return a.face == b.face && a.weight == b.weight && a.size_px == b.size_px;
}

static uint64_t
key_of(struct text_style style, struct str s)
{
    uint64_t h = hash_keyed(s);
    uint64_t style_bits =
        (uint64_t)style.face | (uint64_t)style.weight << 4 | (uint64_t)(uint32_t)style.size_px << 8;
    return (h ^ style_bits) * UINT64_C(0x9e3779b97f4a7c15) >> 16;
}

/* The font a code point is drawn with; previous for marks that belong to the one before. */
static int
font_for(struct shape *shape, struct text_style style, uint32_t code_point, int previous)
{
    int own = fonts_index(style.face, style.weight);
    hb_unicode_funcs_t *unicode = hb_unicode_funcs_get_default();
    hb_unicode_general_category_t category = hb_unicode_general_category(unicode, code_point);
    bool joins = category == HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK ||
                 category == HB_UNICODE_GENERAL_CATEGORY_FORMAT;
    if (joins && previous >= 0) {
        return previous;
    }
    if (fonts_has(shape->fonts, own, code_point)) {
        return own;
    }
    enum text_face other = style.face == TEXT_SANS ? TEXT_FIGURES : TEXT_SANS;
    int fallback = fonts_index(other, style.weight);
    if (fonts_has(shape->fonts, fallback, code_point)) {
        return fallback;
    }
    int rare = joins ? -1 : fonts_rare(shape->fonts, code_point);
    if (rare >= 0) {
        return rare;
    }
    shape->missing += !joins;
    return own; /* its glyph 0 is a visible box */
}

static hb_script_t
script_for(uint32_t code_point, hb_script_t previous)
{
    hb_script_t script = hb_unicode_script(hb_unicode_funcs_get_default(), code_point);
    bool neutral =
        script == HB_SCRIPT_COMMON || script == HB_SCRIPT_INHERITED || script == HB_SCRIPT_UNKNOWN;
    return neutral ? previous : script;
}

static void
add_glyphs(struct shape *shape, struct entry *e, int font, float px_per_unit)
{
    unsigned int count = 0;
    const hb_glyph_info_t *infos = hb_buffer_get_glyph_infos(shape->buffer, &count);
    const hb_glyph_position_t *at = hb_buffer_get_glyph_positions(shape->buffer, &count);
    if (e->run.count + count > e->glyphs_cap) {
        bool was_short = e->glyphs == e->short_glyphs;
        e->glyphs_cap = (e->run.count + count) * 2;
        struct shape_glyph *more =
            realloc(was_short ? NULL : e->glyphs, e->glyphs_cap * sizeof *more);
        if (!more) {
            abort();
        }
        if (was_short) {
            memcpy(more, e->short_glyphs, e->run.count * sizeof *more);
        }
        e->glyphs = more;
    }
    for (unsigned int i = 0; i < count; i++) {
        e->glyphs[e->run.count++] = (struct shape_glyph){
            .glyph = infos[i].codepoint,
            .cluster = infos[i].cluster,
            .x = e->run.width + (float)at[i].x_offset * px_per_unit,
            .y = -(float)at[i].y_offset * px_per_unit,
            .font = (uint8_t)font,
        };
        char byte = e->text[infos[i].cluster];
        bool digit = byte >= '0' && byte <= '9' && at[i].x_advance > 0 && shape->digit[font] > 0;
        e->run.width += (float)(digit ? shape->digit[font] : at[i].x_advance) * px_per_unit;
    }
}

/* Shapes bytes from…to of the line; the rest is context for the shaper. */
static void
shape_piece(struct shape *shape, struct entry *e, size_t from, size_t to, int font,
            hb_script_t script)
{
    if (from == to) {
        return;
    }
    const struct fonts_font *with = &shape->fonts->list[font];
    hb_buffer_clear_contents(shape->buffer);
    hb_buffer_add_utf8(shape->buffer, e->text, (int)e->text_len, (unsigned int)from,
                       (int)(to - from));
    hb_buffer_set_direction(shape->buffer, HB_DIRECTION_LTR);
    hb_buffer_set_script(shape->buffer, script);
    hb_buffer_set_language(shape->buffer, shape->language);
    bool figures = font >= fonts_index(TEXT_FIGURES, TEXT_REGULAR) && font < FONTS_COUNT;
    hb_shape(with->shaper, shape->buffer, figure_features, figures ? FIGURE_FEATURES : 0);
    add_glyphs(shape, e, font, (float)e->style.size_px / (float)with->units_per_em);
}

static void
shape_line(struct shape *shape, struct entry *e)
{
    struct str line = {e->text, e->text_len};
    int font = -1;
    hb_script_t script = HB_SCRIPT_HAN;
    size_t from = 0, at = 0;
    e->run.width = 0;
    e->run.count = 0;
    while (at < line.len) {
        size_t here = at;
        uint32_t code_point = utf8_next(line, &at);
        int now_font = font_for(shape, e->style, code_point, font);
        hb_script_t now_script = script_for(code_point, script);
        if (here > 0 && (now_font != font || now_script != script)) {
            shape_piece(shape, e, from, here, font, script);
            from = here;
        }
        font = now_font;
        script = now_script;
    }
    shape_piece(shape, e, from, line.len, font, script);
    e->run.glyphs = e->glyphs;
}

static uint32_t
take_slot(struct shape *shape)
{
    if (shape->count < SHAPE_RUNS) {
        struct entry *e = &shape->entries[shape->count];
        e->glyphs = e->short_glyphs;
        e->glyphs_cap = SHORT_GLYPHS;
        e->text = e->short_text;
        e->text_cap = SHORT_TEXT;
        return shape->count++;
    }
    uint32_t i = shape->oldest;
    unlink_bucket(shape, i);
    unlink_use(shape, i);
    return i;
}

static struct str
bounded(struct str s)
{
    if (!utf8_valid(s)) {
        return STR("\xef\xbf\xbd");
    }
    if (s.len > SHAPE_MAX_BYTES) {
        s.len = SHAPE_MAX_BYTES;
        while (s.len > 0 && ((unsigned char)s.ptr[s.len] & 0xc0) == 0x80) {
            s.len--;
        }
    }
    return s;
}

static void
keep_text(struct entry *e, struct str s)
{
    if (s.len > e->text_cap) {
        e->text = realloc(e->text == e->short_text ? NULL : e->text, s.len);
        if (!e->text) {
            abort();
        }
        e->text_cap = (uint32_t)s.len;
    }
    if (s.len > 0) {
        memcpy(e->text, s.ptr, s.len);
    }
    e->text_len = (uint32_t)s.len;
}

const struct shape_run *
shape_get(struct shape *shape, struct text_style style, struct str s)
{
    s = bounded(s);
    uint64_t hash = key_of(style, s);
    for (uint32_t i = shape->buckets[hash % BUCKETS]; i != NONE;
         i = shape->entries[i].next_in_bucket) {
        struct entry *e = &shape->entries[i];
        if (e->hash == hash && same_style(e->style, style) &&
            str_eq((struct str){e->text, e->text_len}, s)) {
            if (shape->newest != i) {
                unlink_use(shape, i);
                link_newest(shape, i);
            }
            return &e->run;
        }
    }
    uint32_t i = take_slot(shape);
    struct entry *e = &shape->entries[i];
    keep_text(e, s);
    e->style = style;
    e->hash = hash;
    e->next_in_bucket = shape->buckets[hash % BUCKETS];
    shape->buckets[hash % BUCKETS] = i;
    link_newest(shape, i);
    shape_line(shape, e);
    return &e->run;
}
