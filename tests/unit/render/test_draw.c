/* The draw list: what is dumped, what changes its hash, how lines are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/draw_list.h"
#include "render/left_out.h"

#include <stdio.h>
#include <string.h>

static struct text *text;
static struct draw_list *list;

static const struct text_style name = {TEXT_SANS, TEXT_REGULAR, 26, 0};

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    text = text_create(&err);
    list = draw_create();
    if (!text) {
        print_error("%s\n", err.text);
    }
    return text ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    draw_destroy(list);
    text_destroy(text);
    return 0;
}

static void
assert_dump(const char *expected)
{
    struct buf out = {0};
    draw_dump(list, &out);
    assert_string_equal(out.len ? out.ptr : "", expected);
    buf_free(&out);
    draw_clear(list);
}

static void
test_dump_of_shapes(void **state)
{
    (void)state;
    static const float path[] = {1, 2, 3.25f, 4, 5, 6.04f};
    static const float areas[] = {0, 0, 10, 0, 0, 10, 10, 0, 10, 10, 0, 10};
    draw_rect(list, 24, 96, 400, 300, 6, 0x101821ff);
    draw_rect(list, -0.04f, 0.25f, 1, 1, 0, 0xffffffff);
    draw_frame(list, 1, 2, 3, 4, 5, 2, 0x0a0b0cff);
    draw_hatch(list, 0, 0, 50, 60, 16, 2, 0x1d2935ff);
    draw_arc(list, 100, 100, 40, 8, -2.0943951f, 1.5707963f, 0x4fb3d9ff);
    draw_disc(list, 5, 6, 3, 0xff5d55ff, 1, 0x000000ff);
    draw_disc(list, 5, 6, 3, 0xff5d55ff, 0, 0x000000ff);
    draw_ring(list, 5, 6, 3, 1.5f, 0x6fcf97ff);
    draw_line(list, 0, 1, 2, 3, 1, 0x1d2935ff);
    draw_polyline(list, path, 3, true, 2, 4, 0x8fa1b3ff);
    draw_triangles(list, areas, 2, 0x16222dff);
    draw_triangle(list, 0, 0, 1, 0, 0, 1, 0xf0b44a80);
    assert_dump("rect 24 96 400 300 r6 #101821ff\n"
                "rect 0 0.2 1 1 #ffffffff\n"
                "frame 1 2 3 4 t2 r5 #0a0b0cff\n"
                "hatch 0 0 50 60 16 2 #1d2935ff\n"
                "arc 100 100 40 8 -120 90 #4fb3d9ff\n"
                "disc 5 6 3 rim 1 #000000ff #ff5d55ff\n"
                "disc 5 6 3 #ff5d55ff\n"
                "ring 5 6 3 1.5 #6fcf97ff\n"
                "line 0 1 2 3 1 #1d2935ff\n"
                "polyline 2 closed dash 4 1 2 3.2 4 5 6 #8fa1b3ff\n"
                "triangles 0 0 10 10 area 100 #16222dff\n"
                "triangle 0 0 1 0 0 1 #f0b44a80\n");
}

static void
test_dump_of_text(void **state)
{
    (void)state;
    struct text_style figure = {TEXT_FIGURES, TEXT_SEMIBOLD, 44, 0};
    draw_text(list, text, name, 24, 60.4f, DRAW_LEFT, 0xe8eef4ff, STR("街道排名"));
    draw_text(list, text, figure, 900, 60, DRAW_RIGHT, 0xf0b44aff, STR("99.21"));
    draw_text_halo(list, text, name, 9, 9, DRAW_CENTRE, 0xffffffff, 3, 0x0b1016ff, STR("八角"));
    draw_text(list, text, name, 0, 0, DRAW_LEFT, 0xffffffff, STR(""));
    assert_dump("text 24 60 left sans 400 26 \"街道排名\" #e8eef4ff\n"
                "text 900 60 right figures 600 44 \"99.21\" #f0b44aff\n"
                "text 9 9 centre sans 400 26 \"八角\" halo 3 #0b1016ff #ffffffff\n");
}

static void
test_clips_intersect_and_nest(void **state)
{
    (void)state;
    draw_clip(list, (struct panel_rect){10, 10, 100, 100});
    draw_rect(list, 0, 0, 1, 1, 0, 1);
    draw_clip(list, (struct panel_rect){50, 0, 100, 40});
    draw_rect(list, 0, 0, 1, 1, 0, 2);
    draw_unclip(list);
    draw_rect(list, 0, 0, 1, 1, 0, 3);
    draw_unclip(list);
    draw_rect(list, 0, 0, 1, 1, 0, 4);
    assert_dump("clip 10 10 100 100\n"
                "rect 0 0 1 1 #00000001\n"
                "clip 50 10 60 30\n"
                "rect 0 0 1 1 #00000002\n"
                "clip 10 10 100 100\n"
                "rect 0 0 1 1 #00000003\n"
                "unclip\n"
                "rect 0 0 1 1 #00000004\n");
}

static uint64_t
hash_of(void (*draw)(int), int variant)
{
    draw_clear(list);
    draw(variant);
    return draw_hash(list);
}

static void
draw_variant(int variant)
{
    float xy[] = {0, 0, 10, variant == 1 ? 11.0f : 10.0f, 20, 0};
    draw_clip(list, (struct panel_rect){0, 0, variant == 2 ? 99 : 100, 100});
    draw_rect(list, variant == 3 ? 0.5f : 0, 0, 10, 10, 0, variant == 4 ? 0xff0000ff : 0xff);
    draw_polyline(list, xy, 3, variant == 5, 1, 0, 0xff);
    draw_text(list, text, name, 0, 0, variant == 6 ? DRAW_RIGHT : DRAW_LEFT, 0xff,
              variant == 7 ? STR("412") : STR("413"));
    draw_disc(list, 0, 0, 3, 0xff, 1, variant == 8 ? 0x1ff : 0xff);
    draw_unclip(list);
}

static void
test_hash_follows_the_look(void **state)
{
    (void)state;
    uint64_t plain = hash_of(draw_variant, 0);
    assert_true(plain == hash_of(draw_variant, 0));
    for (int variant = 1; variant <= 8; variant++) {
        assert_true(plain != hash_of(draw_variant, variant));
    }
    draw_clear(list);
    assert_true(draw_hash(list) != plain);
}

static void
test_fit_cuts_with_dots(void **state)
{
    (void)state;
    struct str long_name = STR("区消防救援支队");
    float whole = text_width(text, name, long_name);
    assert_true(draw_text_fit(list, text, name, 0, 0, whole, DRAW_LEFT, 0xff, long_name) == whole);
    float cut = draw_text_fit(list, text, name, 0, 0, 26 * 5, DRAW_LEFT, 0xff, long_name);
    assert_true(cut <= 26 * 5 && cut > 26 * 4);
    assert_true(draw_text_fit(list, text, name, 0, 0, 5, DRAW_LEFT, 0xff, long_name) == 0);
    assert_dump("text 0 0 left sans 400 26 \"区消防救援支队\" #000000ff\n"
                "text 0 0 left sans 400 26 \"区消防救…\" #000000ff\n");
}

static void
test_fade(void **state)
{
    (void)state;
    assert_int_equal(draw_fade(0x112233ff, 0.5f), 0x11223380);
    assert_int_equal(draw_fade(0x11223380, 0), 0x11223300);
    assert_int_equal(draw_fade(0x11223380, 7), 0x11223380);
}

/* Once each, as many as there is room for, until the list is cleared; it looks no different. */
static void
what_is_left_out_is_noted(void **state)
{
    (void)state;
    struct draw_list *noted = draw_create();
    uint64_t hash = draw_hash(noted);
    assert_null(draw_left_out(noted, 0));
    draw_note_left_out(noted, "target");
    draw_note_left_out(noted, "base");
    draw_note_left_out(noted, "target");
    assert_string_equal(draw_left_out(noted, 0), "target");
    assert_string_equal(draw_left_out(noted, 1), "base");
    assert_null(draw_left_out(noted, 2));
    for (int i = 0; i < 2 * DRAW_LEFT_OUT; i++) {
        char what[16];
        snprintf(what, sizeof what, "figure %d", i);
        draw_note_left_out(noted, what);
    }
    assert_non_null(draw_left_out(noted, DRAW_LEFT_OUT - 1));
    assert_null(draw_left_out(noted, DRAW_LEFT_OUT));
    assert_true(draw_hash(noted) == hash);
    draw_clear(noted);
    assert_null(draw_left_out(noted, 0));
    draw_destroy(noted);
}

/* What comes to be left out later is told then, and nothing twice. */
static void
what_is_left_out_is_told_once(void **state)
{
    (void)state;
    struct draw_list *noted = draw_create();
    struct left_out all = {.dropped = 0}, news;
    assert_false(left_out_add(&all, noted, &news));
    draw_note_left_out(noted, "target");
    assert_true(left_out_add(&all, noted, &news));
    assert_string_equal(news.what[0], "target");
    assert_false(left_out_add(&all, noted, &news));
    assert_string_equal(news.what[0], "");
    draw_clear(noted);
    draw_note_left_out(noted, "base");
    draw_note_left_out(noted, "target");
    noted->dropped = 2;
    assert_true(left_out_add(&all, noted, &news));
    assert_string_equal(news.what[0], "base");
    assert_string_equal(news.what[1], "");
    assert_int_equal(news.dropped, 2);
    noted->dropped = 1; /* fewer than were told */
    assert_false(left_out_add(&all, noted, &news));
    noted->dropped = 3;
    assert_true(left_out_add(&all, noted, NULL));
    assert_int_equal(all.dropped, 3);
    draw_destroy(noted);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_left_out_is_noted),
        cmocka_unit_test(what_is_left_out_is_told_once),
        cmocka_unit_test(test_dump_of_shapes),
        cmocka_unit_test(test_dump_of_text),
        cmocka_unit_test(test_clips_intersect_and_nest),
        cmocka_unit_test(test_hash_follows_the_look),
        cmocka_unit_test(test_fit_cuts_with_dots),
        cmocka_unit_test(test_fade),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
