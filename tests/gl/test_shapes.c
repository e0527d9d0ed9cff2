/* Pixels of single shapes, read back from an own target: exact colours, edges, symmetry, blending.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/brush.h"
#include "tests/gl/context.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 64 };

static struct gpu *gpu;
static struct text *text;
static struct brush *brush;
static struct draw_list *list;
static uint8_t pixels[SIZE * SIZE * 4];

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    if (!context_create(SIZE, SIZE)) {
        return -1;
    }
    gpu = gpu_create_gl(&err);
    text = text_create(&err);
    brush = gpu && text ? brush_create(gpu, text, &err) : NULL;
    list = draw_create();
    if (!brush) {
        print_error("%s\n", err.text);
        return -1;
    }
    print_message("%s\n", gpu->describe);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    draw_destroy(list);
    brush_destroy(brush);
    text_destroy(text);
    gpu->destroy(gpu);
    context_destroy();
    return 0;
}

/* Paints the list on the ground colour, reads it, and begins a new list. */
static void
paint(uint32_t ground)
{
    struct gpu_box all = {0, 0, SIZE, SIZE};
    struct gpu_target target = gpu->target_create(gpu, SIZE, SIZE);
    brush_begin(brush);
    struct brush_span span = brush_add(brush, list, &all, 1);
    brush_upload(brush);
    gpu->clear(gpu, target, all, ground);
    brush_paint(brush, span, target, 0, 0);
    assert_true(gpu->read(gpu, target, all, pixels));
    gpu->target_destroy(gpu, target);
    assert_int_equal(gpu->faults, 0);
    draw_clear(list);
}

static const uint8_t *
pixel(int x, int y)
{
    return pixels + (y * SIZE + x) * 4;
}

static void
assert_colour(int x, int y, uint32_t rgb)
{
    const uint8_t *p = pixel(x, y);
    uint32_t got = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    if (got != rgb) {
        print_error("pixel %d, %d is %06x\n", x, y, got);
    }
    assert_int_equal(got, rgb);
    assert_int_equal(p[3], 255);
}

static double
light(uint8_t byte)
{
    double s = byte / 255.0;
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

/* Sum of linear light over the picture, in whole white pixels; shapes are white on black. */
static double
area(void)
{
    double sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        sum += light(pixels[i * 4]);
    }
    return sum;
}

static void
test_solid_is_exact(void **state)
{
    (void)state;
    static const uint32_t colours[] = {0x0b1016, 0x101821, 0xe8eef4, 0x4fb3d9, 0xff5d55, 0x010203};
    for (size_t i = 0; i < sizeof colours / sizeof colours[0]; i++) {
        draw_rect(list, 8, 4, 20, 10, 0, colours[i] << 8 | 0xff);
        paint(0x13222eff);
        assert_colour(8, 4, colours[i]);
        assert_colour(27, 13, colours[i]);
        assert_colour(7, 4, 0x13222e);
        assert_colour(28, 13, 0x13222e);
        assert_colour(8, 3, 0x13222e);
        assert_colour(8, 14, 0x13222e);
    }
}

static void
test_edges_cover_their_share(void **state)
{
    (void)state;
    draw_rect(list, 8.25f, 8.5f, 20, 10, 0, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(light(pixel(8, 10)[0]) - 0.75) < 0.01);
    assert_true(fabs(light(pixel(28, 10)[0]) - 0.25) < 0.01);
    assert_true(fabs(light(pixel(12, 8)[0]) - 0.5) < 0.01);
    assert_true(fabs(area() - 200) < 1);
}

static void
test_half_white_is_blended_in_light(void **state)
{
    (void)state;
    draw_rect(list, 0, 0, SIZE, SIZE, 0, 0xffffff80);
    paint(0x000000ff);
    /* half the light of white is sRGB 188, not 128 */
    assert_in_range(pixel(5, 5)[0], 187, 189);
}

static void
test_round_shapes_have_their_area(void **state)
{
    (void)state;
    double pi = acos(-1);
    draw_disc(list, 32, 32, 20, 0xffffffff, 0, 0);
    paint(0x000000ff);
    assert_true(fabs(area() - pi * 400) < 4);

    draw_ring(list, 32, 32, 20, 6, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(area() - pi * (23 * 23 - 17 * 17)) < 5);

    draw_arc(list, 32, 32, 20, 6, -2.0943951f, 2.0943951f, 0xffffffff); /* 240°, as a gauge */
    paint(0x000000ff);
    assert_true(fabs(area() - pi * (23 * 23 - 17 * 17) * 240 / 360) < 5);

    draw_rect(list, 8, 8, 40, 30, 6, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(area() - (40 * 30 - (4 - pi) * 36)) < 4);

    draw_frame(list, 8, 8, 40, 30, 6, 2, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(area() - (40 * 30 - 36 * 26 - (4 - pi) * (36 - 16))) < 4);

    draw_triangle(list, 8, 50, 48, 50, 28, 10, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(area() - 800) < 8);

    draw_triangle(list, 28, 10, 48, 50, 8, 50, 0xffffffff); /* the other way round */
    paint(0x000000ff);
    assert_true(fabs(area() - 800) < 8);
}

/* The rings of an arrival at some age, with something else in between or not. */
static void
draw_ripple(float age, bool apart)
{
    const float radius[] = {9, 10 + 10 * age, 10 + 20 * age}, thickness[] = {2, 1.5f, 1.5f};
    const uint32_t alpha[] = {255, 115, 64};
    for (int i = 0; i < 3; i++) {
        draw_ring(list, 31.3f, 32.8f, radius[i], thickness[i], 0xe8eef400 | alpha[i]);
        if (apart) {
            draw_rect(list, 0, 0, 1, 1, 0, 0x101821ff);
        }
    }
}

/* Rings that are drawn as one shape look as each drawn over the others, but for what is rounded in
 * between. */
static void
test_rings_together_look_as_apart(void **state)
{
    (void)state;
    static uint8_t apart[sizeof pixels];
    int lit = 0;
    for (float age = 0; age <= 1; age += 0.125f) {
        draw_ripple(age, true);
        paint(0x101821ff);
        memcpy(apart, pixels, sizeof apart);
        draw_ripple(age, false);
        paint(0x101821ff);
        for (size_t i = 0; i < sizeof pixels; i++) {
            assert_true(abs(pixels[i] - apart[i]) <= 2);
            lit += apart[i] > 0x40;
        }
    }
    assert_true(lit > 1000);
}

static void
test_arc_is_symmetric(void **state)
{
    (void)state;
    draw_arc(list, 32, 32, 20, 7, -2.0943951f, 2.0943951f, 0xffffffff);
    paint(0x000000ff);
    assert_true(area() > 100);
    for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE / 2; x++) {
            assert_true(abs(pixel(x, y)[0] - pixel(SIZE - 1 - x, y)[0]) <= 1);
        }
    }
    assert_colour(32, 51, 0x000000); /* open at the bottom */
    assert_colour(32, 12, 0xffffff);
}

static void
test_hairlines_land_on_pixels(void **state)
{
    (void)state;
    draw_line(list, 4, 10.5f, 60, 10.5f, 1, 0xffffffff);
    draw_line(list, 30.4f, 20, 30.4f, 60, 2, 0xffffffff);
    paint(0x000000ff);
    assert_colour(20, 10, 0xffffff);
    assert_colour(20, 9, 0x000000);
    assert_colour(20, 11, 0x000000);
    assert_colour(29, 40, 0xffffff);
    assert_colour(30, 40, 0xffffff);
    assert_colour(28, 40, 0x000000);
    assert_colour(31, 40, 0x000000);
}

/* A bent stroke of half opacity: nowhere lighter than half, so no pixel was covered twice. */
static void
test_joints_do_not_double(void **state)
{
    (void)state;
    static const float xy[] = {6, 50, 20, 12, 34, 50, 50, 30, 58, 8};
    draw_polyline(list, xy, 5, false, 7, 0, 0xffffff80);
    paint(0x000000ff);
    assert_true(area() > 100);
    for (int i = 0; i < SIZE * SIZE; i++) {
        assert_true(pixels[i * 4] <= 189);
    }
    assert_in_range(pixel(20, 13)[0], 187, 189); /* the joint itself is filled */
    assert_in_range(pixel(34, 49)[0], 187, 189);
}

static void
test_dashes_cover_half(void **state)
{
    (void)state;
    static const float xy[] = {4, 4, 60, 60};
    draw_polyline(list, xy, 2, false, 3, 4, 0xffffffff);
    paint(0x000000ff);
    double length = hypot(56, 56);
    assert_true(fabs(area() - length * 3 / 2) < 12);
}

static void
test_triangles_and_clip(void **state)
{
    (void)state;
    static const float xy[] = {0, 0, 64, 0, 64, 64, 0, 0, 64, 64, 0, 64};
    draw_clip(list, (struct panel_rect){10, 12, 20, 16});
    draw_triangles(list, xy, 2, 0x16222dff);
    draw_disc(list, 30, 28, 10, 0xff5d55ff, 0, 0);
    draw_unclip(list);
    draw_disc(list, 50, 50, 4, 0xf0b44aff, 0, 0); /* drawn with the disc before, not clipped */
    draw_rect(list, 0, 0, 4, 4, 0, 0xffffffff);
    paint(0x000000ff);
    assert_colour(50, 50, 0xf0b44a);
    assert_colour(10, 12, 0x16222d);
    assert_colour(29, 27, 0xff5d55);
    assert_colour(30, 27, 0x000000);
    assert_colour(29, 28, 0x000000);
    assert_colour(9, 12, 0x000000);
    assert_colour(2, 2, 0xffffff);
}

static void
test_hatch_covers_its_share(void **state)
{
    (void)state;
    draw_hatch(list, 0, 0, SIZE, SIZE, 8, 2, 0xffffffff);
    paint(0x000000ff);
    assert_true(fabs(area() - SIZE * SIZE / 4.0) < SIZE * SIZE * 0.02);
}

static void
test_text_is_drawn(void **state)
{
    (void)state;
    struct text_style style = {TEXT_SANS, TEXT_REGULAR, 40, 0};
    float width = draw_text(list, text, style, 4, 50, DRAW_LEFT, 0xffffffff, str_from("国"));
    assert_true(fabsf(width - 40) < 0.01f);
    paint(0x000000ff);
    double plain = area();
    assert_true(plain > 250 && plain < 800);
    int brightest = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        brightest = pixels[i * 4] > brightest ? pixels[i * 4] : brightest;
    }
    assert_int_equal(brightest, 255); /* stems are as light as the colour asked for */

    draw_text_halo(list, text, style, 4, 50, DRAW_LEFT, 0xffffffff, 2, 0xffffffff, str_from("国"));
    paint(0x000000ff);
    assert_true(area() > plain * 1.4); /* the halo widens every stroke */
    assert_int_equal(brush_faults(brush), 0);
}

/* Light text on dark is coverage to the power of 1.3, dark on light of 0.75, as far as a pixel's
 * steps tell it. */
static void
test_text_is_as_heavy_as_its_colour_asks(void **state)
{
    (void)state;
    static uint8_t light_on_dark[sizeof pixels];
    struct text_style style = {TEXT_SANS, TEXT_REGULAR, 40, 0};
    draw_text(list, text, style, 4, 50, DRAW_LEFT, 0xffffffff, str_from("国"));
    paint(0x000000ff);
    memcpy(light_on_dark, pixels, sizeof pixels);
    draw_text(list, text, style, 4, 50, DRAW_LEFT, 0x000000ff, str_from("国"));
    paint(0xffffffff);
    int between = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        double cover = pow(light(light_on_dark[i * 4]), 1 / 1.3);
        double expected = pow(cover, 0.75), got = 1 - light(pixels[i * 4]);
        assert_true(fabs(got - expected) < 0.012);
        between += cover > 0.1 && cover < 0.9;
    }
    assert_true(between > 50);
}

static void
test_text_stands_on_whole_pixels(void **state)
{
    (void)state;
    static uint8_t first[sizeof pixels];
    struct text_style style = {TEXT_FIGURES, TEXT_MEDIUM, 30, 0};
    draw_text(list, text, style, 8, 40, DRAW_LEFT, 0xe8eef4ff, STR("41"));
    paint(0x101821ff);
    memcpy(first, pixels, sizeof pixels);
    draw_text(list, text, style, 8, 40.4f, DRAW_LEFT, 0xe8eef4ff, STR("41"));
    paint(0x101821ff);
    assert_memory_equal(first, pixels, sizeof pixels);
}

/* What is drawn from is replaced before it was drawn, hundreds of times and past the end of its
 * storage: every draw has its own, nothing waits, and the storage grows no more. */
static void
test_contents_follow_each_other(void **state)
{
    (void)state;
    struct gpu_box all = {0, 0, SIZE, SIZE};
    struct gpu_target target = gpu->target_create(gpu, SIZE, SIZE);
    unsigned long grown = 0;
    for (int round = 0; round < 3; round++) {
        gpu->clear(gpu, target, all, 0x000000ff);
        for (int i = 0; i < 1024; i++) {
            int x = i % 32, y = i / 32;
            uint32_t colour = (uint32_t)x << 27 | (uint32_t)y << 19 | 0x0000ffff;
            draw_clear(list);
            for (int k = 0; k < 1 + i % 40; k++) { /* contents of many lengths */
                draw_disc(list, (float)x * 2 + 1, (float)y * 2 + 1, 1, 0xffffffff, 0, colour);
            }
            draw_disc(list, (float)x * 2 + 1, (float)y * 2 + 1, 3, colour, 0, colour);
            brush_begin(brush);
            struct gpu_box box = {x * 2, y * 2, x * 2 + 2, y * 2 + 2};
            struct brush_span span = brush_add(brush, list, &box, 1);
            brush_upload(brush);
            brush_paint(brush, span, target, 0, 0);
        }
        assert_true(gpu->read(gpu, target, all, pixels));
        for (int y = 0; y < SIZE; y++) {
            for (int x = 0; x < SIZE; x++) {
                assert_colour(x, y, (uint32_t)(x / 2) << 19 | (uint32_t)(y / 2) << 11 | 0xff);
            }
        }
        assert_true(round == 0 || gpu->grown == grown);
        grown = gpu->grown;
    }
    draw_clear(list);
    gpu->target_destroy(gpu, target);
    assert_true(grown > 0);
    assert_int_equal(gpu->faults, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_solid_is_exact),
        cmocka_unit_test(test_edges_cover_their_share),
        cmocka_unit_test(test_half_white_is_blended_in_light),
        cmocka_unit_test(test_round_shapes_have_their_area),
        cmocka_unit_test(test_rings_together_look_as_apart),
        cmocka_unit_test(test_arc_is_symmetric),
        cmocka_unit_test(test_hairlines_land_on_pixels),
        cmocka_unit_test(test_joints_do_not_double),
        cmocka_unit_test(test_dashes_cover_half),
        cmocka_unit_test(test_triangles_and_clip),
        cmocka_unit_test(test_hatch_covers_its_share),
        cmocka_unit_test(test_text_is_drawn),
        cmocka_unit_test(test_text_is_as_heavy_as_its_colour_asks),
        cmocka_unit_test(test_text_stands_on_whole_pixels),
        cmocka_unit_test(test_contents_follow_each_other),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
