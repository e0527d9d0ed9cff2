/* Fonts, shaping with its cache, glyph pictures with theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/text/line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct text *text;

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    text = text_create(&err);
    if (!text) {
        print_error("%s\n", err.text);
    }
    return text ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    text_destroy(text);
    return 0;
}

static struct text_style
style(enum text_face face, enum text_weight weight, int size)
{
    return (struct text_style){face, weight, size, 0};
}

static void
test_figures_are_tabular(void **state)
{
    (void)state;
    for (int weight = 0; weight < TEXT_WEIGHT_COUNT; weight++) {
        struct text_style s = style(TEXT_FIGURES, (enum text_weight)weight, 44);
        float ones = text_width(text, s, STR("111111"));
        for (char digit = '0'; digit <= '9'; digit++) {
            char line[7];
            memset(line, digit, 6);
            line[6] = '\0';
            /* the font's own rounding: a 4 of the heavier weights is 0.03 px narrower */
            assert_true(fabsf(text_width(text, s, str_from(line)) - ones) < 0.3f);
        }
    }
}

/* A figure's width does not depend on which digits it has beside its signs. */
static void
test_signs_do_not_kern(void **state)
{
    (void)state;
    struct text_style s = style(TEXT_FIGURES, TEXT_SEMIBOLD, 58);
    float ones = text_width(text, s, STR("11.11"));
    assert_true(fabsf(text_width(text, s, STR("97.79")) - ones) < 0.3f);
    assert_true(fabsf(text_width(text, s, STR("74.47")) - ones) < 0.3f);
    assert_true(fabsf(text_width(text, s, STR("09:41")) - text_width(text, s, STR("11:11"))) <
                0.3f);
}

static void
test_chinese_is_square(void **state)
{
    (void)state;
    assert_true(text_width(text, style(TEXT_SANS, TEXT_REGULAR, 26), STR("石景山区")) == 104);
    assert_true(text_width(text, style(TEXT_SANS, TEXT_SEMIBOLD, 30), STR("告警")) == 60);
    assert_true(text_width(text, style(TEXT_SANS, TEXT_REGULAR, 26), STR("")) == 0);
}

static void
test_width_scales_with_size(void **state)
{
    (void)state;
    struct str line = STR("石景山 12345 Wall");
    float small = text_width(text, style(TEXT_SANS, TEXT_REGULAR, 20), line);
    float large = text_width(text, style(TEXT_SANS, TEXT_REGULAR, 80), line);
    assert_true(fabsf(large - small * 4) < 0.1f); /* exact sizes: advances are not rounded */
}

static void
test_cap_heights(void **state)
{
    (void)state;
    float latin = text_cap_height(text, style(TEXT_FIGURES, TEXT_REGULAR, 100));
    float chinese = text_cap_height(text, style(TEXT_SANS, TEXT_REGULAR, 100));
    assert_in_range((int)latin, 70, 76);
    assert_in_range((int)chinese, 75, 90);
}

static void
test_faces_fall_back_inside_a_line(void **state)
{
    (void)state;
    unsigned long before = text_missing(text);
    struct text_style figures = style(TEXT_FIGURES, TEXT_REGULAR, 30);
    const struct shape_run *run = line_shape(text, figures, STR("12 件"));
    assert_int_equal(run->count, 4);
    assert_int_equal(run->glyphs[0].font, fonts_index(TEXT_FIGURES, TEXT_REGULAR));
    assert_int_equal(run->glyphs[3].font, fonts_index(TEXT_SANS, TEXT_REGULAR));
    assert_true(run->width > run->glyphs[3].x + 29);
    /* Latin inside a Chinese line is drawn with the Chinese face's own letters */
    run = line_shape(text, style(TEXT_SANS, TEXT_SEMIBOLD, 30), STR("满 5 天"));
    for (uint32_t i = 0; i < run->count; i++) {
        assert_int_equal(run->glyphs[i].font, fonts_index(TEXT_SANS, TEXT_SEMIBOLD));
    }
    assert_int_equal(text_missing(text), before);
}

static void
test_missing_is_a_counted_box(void **state)
{
    (void)state;
    struct text_style sans = style(TEXT_SANS, TEXT_REGULAR, 40);
    unsigned long before = text_missing(text);
    const struct shape_run *run = line_shape(text, sans, STR("\xf3\xb0\x80\x80")); /* private use */
    assert_int_equal(run->count, 1);
    assert_int_equal(run->glyphs[0].glyph, 0);
    assert_int_equal(text_missing(text), before + 1);
    struct glyphs_key key = {.glyph = 0, .size = 40, .font = run->glyphs[0].font};
    struct glyphs_picture picture;
    assert_true(glyphs_get(line_glyphs(text), key, &picture));
    assert_true(picture.w > 8 && picture.h > 8); /* something to see */
    line_shape(text, sans, STR("\xf3\xb0\x80\x80"));
    assert_int_equal(text_missing(text), before + 1); /* cached: counted once */
}

/* A character that neither face has, from whatever font of this machine has it; each font is opened
 * once, and a character that none has is asked for once. */
static void
test_rare_characters_come_from_other_fonts(void **state)
{
    (void)state;
    struct fonts fonts;
    struct err err = {""};
    const uint32_t braille = 0x2801, more = 0x2840, none = 0xf0000;
    assert_true(fonts_init(&fonts, &err));
    assert_false(fonts_has(&fonts, 0, braille));
    int found = fonts_rare(&fonts, braille);
    if (found < 0) {
        print_message("no other font here has U+2801\n");
    } else {
        unsigned long before = text_missing(text);
        assert_int_equal(found, FONTS_COUNT);
        assert_int_equal(fonts_rare(&fonts, more), found);
        const struct shape_run *run =
            line_shape(text, style(TEXT_SANS, TEXT_REGULAR, 40), STR("八\xe2\xa0\x81角"));
        assert_int_equal(run->count, 3);
        assert_int_equal(run->glyphs[1].font, FONTS_COUNT);
        assert_int_equal(run->glyphs[2].font, 0);
        assert_true(run->glyphs[1].glyph != 0);
        assert_int_equal(text_missing(text), before);
        struct glyphs_key key = {
            .glyph = run->glyphs[1].glyph, .size = 40, .font = run->glyphs[1].font};
        struct glyphs_picture picture;
        assert_true(glyphs_get(line_glyphs(text), key, &picture) && picture.w > 0);
    }
    int opened = fonts.rare_count;
    assert_int_equal(fonts_rare(&fonts, none), -1);
    assert_int_equal(fonts_rare(&fonts, none), -1);
    assert_int_equal(fonts.unknown_count, found < 0 ? 2 : 1);
    assert_int_equal(fonts.rare_count, opened);
    fonts_finish(&fonts);
}

static void
test_language_is_simplified_chinese(void **state)
{
    (void)state;
    /* U+9AA8 has its Japanese form first in the file; the zh-Hans form is another glyph. Both come
     * out the same whatever the locale says. */
    uint32_t glyph =
        line_shape(text, style(TEXT_SANS, TEXT_REGULAR, 40), STR("骨"))->glyphs[0].glyph;
    setenv("LANG", "ja_JP.UTF-8", 1);
    setenv("LC_ALL", "ja_JP.UTF-8", 1);
    struct err err = {""};
    struct text *other = text_create(&err);
    assert_non_null(other);
    uint32_t again =
        line_shape(other, style(TEXT_SANS, TEXT_REGULAR, 40), STR("骨"))->glyphs[0].glyph;
    text_destroy(other);
    assert_int_equal(glyph, again);
}

static void
test_bad_text_is_replaced(void **state)
{
    (void)state;
    struct text_style sans = style(TEXT_SANS, TEXT_REGULAR, 20);
    const struct shape_run *run = line_shape(text, sans, STR("\xff\xfe"));
    assert_int_equal(run->count, 1);
    char *huge = malloc(20000);
    assert_non_null(huge);
    memset(huge, 'x', 20000);
    run = line_shape(text, sans, (struct str){huge, 20000});
    assert_int_equal(run->count, SHAPE_MAX_BYTES);
    free(huge);
}

static void
test_runs_survive_a_full_cache(void **state)
{
    (void)state;
    struct text_style sans = style(TEXT_SANS, TEXT_REGULAR, 20);
    float first = text_width(text, sans, STR("第 0 行"));
    for (int i = 0; i < SHAPE_RUNS * 3; i++) {
        char line[128];
        int len =
            snprintf(line, sizeof line, "第 %d 行，比一格里留的位置更长的一行字，要另外存放", i);
        float width = text_width(text, sans, (struct str){line, (size_t)len});
        assert_true(width > first);
        assert_true(text_width(text, sans, (struct str){line, (size_t)len}) == width);
    }
    assert_true(text_width(text, sans, STR("第 0 行")) == first);
}

static void
test_pictures_differ_by_step_and_stroke(void **state)
{
    (void)state;
    const struct shape_run *run = line_shape(text, style(TEXT_SANS, TEXT_REGULAR, 40), STR("国"));
    struct glyphs_key key = {
        .glyph = run->glyphs[0].glyph, .size = 40, .font = run->glyphs[0].font};
    struct glyphs_picture plain, shifted, stroked, again;
    assert_true(glyphs_get(line_glyphs(text), key, &plain));
    key.step = 2;
    assert_true(glyphs_get(line_glyphs(text), key, &shifted));
    key.step = 0;
    key.stroke = 12; /* 3 px */
    assert_true(glyphs_get(line_glyphs(text), key, &stroked));
    key.stroke = 0;
    assert_true(glyphs_get(line_glyphs(text), key, &again));
    assert_memory_equal(&plain, &again, sizeof plain);
    assert_true(memcmp(&plain.at, &shifted.at, sizeof plain.at) != 0);
    assert_in_range(stroked.w, plain.w + 5, plain.w + 8);
    assert_in_range(stroked.h, plain.h + 5, plain.h + 8);
    assert_int_equal(stroked.left, plain.left - 3);
}

/* More pictures than the atlas holds, frame by frame: all are had, and those of one frame have
 * places of their own. */
static void
test_atlas_makes_room(void **state)
{
    (void)state;
    struct glyphs *glyphs = line_glyphs(text);
    unsigned long faults = glyphs_faults(glyphs);
    int font = fonts_index(TEXT_SANS, TEXT_REGULAR);
    for (int frame = 0; frame < 40; frame++) {
        glyphs_frame(glyphs);
        struct glyphs_picture seen[60];
        for (int i = 0; i < 60; i++) {
            struct glyphs_key key = {
                .glyph = (uint32_t)(1000 + frame * 60 + i), .size = 120, .font = (uint8_t)font};
            assert_true(glyphs_get(glyphs, key, &seen[i]));
            for (int other = 0; other < i; other++) {
                bool apart = seen[i].at.page != seen[other].at.page ||
                             seen[i].at.u + seen[i].w <= seen[other].at.u ||
                             seen[other].at.u + seen[other].w <= seen[i].at.u ||
                             seen[i].at.v + seen[i].h <= seen[other].at.v ||
                             seen[other].at.v + seen[other].h <= seen[i].at.v;
                assert_true(apart || seen[i].w == 0 || seen[other].w == 0);
            }
        }
    }
    assert_int_equal(glyphs_faults(glyphs), faults);
}

/* One frame that needs more than there is draws what fits and counts the rest. */
static void
test_atlas_refuses_in_one_frame(void **state)
{
    (void)state;
    struct glyphs *glyphs = line_glyphs(text);
    unsigned long faults = glyphs_faults(glyphs);
    glyphs_frame(glyphs);
    int refused = 0;
    for (int i = 0; i < 120; i++) {
        struct glyphs_key key = {.glyph = (uint32_t)(3000 + i), .size = 400};
        struct glyphs_picture picture;
        refused += !glyphs_get(glyphs, key, &picture);
    }
    assert_true(refused > 0);
    assert_int_equal(glyphs_faults(glyphs), faults + (unsigned long)refused);
    glyphs_frame(glyphs);
    struct glyphs_picture picture;
    assert_true(glyphs_get(glyphs, (struct glyphs_key){.glyph = 3119, .size = 400}, &picture));
}

static void
count_rows(void *user, int page, int y, int h, const uint8_t *rows)
{
    (void)page, (void)y, (void)rows;
    *(int *)user += h;
}

static void
test_atlas_uploads_what_changed(void **state)
{
    (void)state;
    static const uint8_t bytes[20 * 10] = {1};
    struct atlas *atlas = atlas_create();
    struct atlas_place place;
    int rows = 0;
    atlas_flush(atlas, count_rows, &rows);
    assert_int_equal(rows, 0);
    assert_true(atlas_add(atlas, 20, 10, bytes, 20, &place));
    atlas_flush(atlas, count_rows, &rows);
    assert_int_equal(rows, 10);
    atlas_flush(atlas, count_rows, &rows);
    assert_int_equal(rows, 10);
    atlas_touch(atlas);
    atlas_flush(atlas, count_rows, &rows);
    assert_int_equal(rows, 10 + ATLAS_SIZE);
    assert_false(atlas_add(atlas, ATLAS_SIZE + 1, 10, bytes, 20, &place));
    atlas_destroy(atlas);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_tabular),
        cmocka_unit_test(test_signs_do_not_kern),
        cmocka_unit_test(test_chinese_is_square),
        cmocka_unit_test(test_width_scales_with_size),
        cmocka_unit_test(test_cap_heights),
        cmocka_unit_test(test_faces_fall_back_inside_a_line),
        cmocka_unit_test(test_missing_is_a_counted_box),
        cmocka_unit_test(test_rare_characters_come_from_other_fonts),
        cmocka_unit_test(test_language_is_simplified_chinese),
        cmocka_unit_test(test_bad_text_is_replaced),
        cmocka_unit_test(test_runs_survive_a_full_cache),
        cmocka_unit_test(test_pictures_differ_by_step_and_stroke),
        cmocka_unit_test(test_atlas_makes_room),
        cmocka_unit_test(test_atlas_refuses_in_one_frame),
        cmocka_unit_test(test_atlas_uploads_what_changed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
