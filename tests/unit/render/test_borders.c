/* Lines that the processor paints over dots: how much they cover, and that it does not matter in
 * which tiles they are painted. Against the GPU: gl/test_dots.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/borders.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT = 30, TOP = 17, W = 200, H = 150, RIGHT = LEFT + W, BOTTOM = TOP + H };

static struct splat *splat;
static struct draw_list *list;
static uint8_t black[W * H * 4], first[W * H * 4], second[W * H * 4];

static int
set_up(void **state)
{
    (void)state;
    splat = splat_create();
    list = draw_create();
    for (size_t i = 3; i < sizeof black; i += 4) {
        black[i] = 255;
    }
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    splat_destroy(splat);
    draw_destroy(list);
    borders_destroy(NULL);
    return 0;
}

static uint8_t *
at(uint8_t *picture, int x, int y)
{
    return picture + ((size_t)(y - TOP) * W + (size_t)(x - LEFT)) * 4;
}

/* The list over black, in tiles of that size at most. */
static void
paint(uint8_t *picture, int side)
{
    struct borders *borders = borders_create(list, (struct gpu_box){LEFT, TOP, RIGHT, BOTTOM});
    memcpy(picture, black, sizeof black);
    for (int y = TOP; y < BOTTOM; y += side) {
        for (int x = LEFT; x < RIGHT; x += side) {
            struct gpu_box tile = {x, y, x + side < RIGHT ? x + side : RIGHT,
                                   y + side < BOTTOM ? y + side : BOTTOM};
            uint8_t *there = at(picture, x, y);
            splat_load(splat, there, W * 4, tile.x1 - tile.x0, tile.y1 - tile.y0);
            borders_paint(borders, splat, tile);
            splat_store(splat, there, W * 4);
            if (memcmp(there, at(black, x, y), 4) != 0) {
                assert_true(borders_meet(borders, tile));
            }
        }
    }
    borders_destroy(borders);
}

static void
a_line_is_as_wide_as_it_is(void **state)
{
    (void)state;
    const float level[] = {50, 60, 120, 60};
    draw_clear(list);
    draw_polyline(list, level, 2, false, 4, 0, 0xffffffff);
    paint(first, SPLAT_SIDE);
    for (int y = TOP; y < BOTTOM; y++) {
        for (int x = LEFT; x < RIGHT; x++) {
            bool on = x >= 50 && x < 120 && y >= 58 && y < 62;
            assert_int_equal(at(first, x, y)[0], on ? 255 : 0);
        }
    }
}

/* A border of a hundred pieces is one line: no pixel of it is covered twice where they meet. */
static void
pieces_cover_once(void **state)
{
    (void)state;
    float pieces[101 * 2];
    for (int i = 0; i <= 100; i++) {
        pieces[2 * i] = 40.3f + 1.6f * (float)i;
        pieces[2 * i + 1] = 30.7f + 1.1f * (float)i;
    }
    const float whole[] = {pieces[0], pieces[1], pieces[200], pieces[201]};
    draw_clear(list);
    draw_polyline(list, whole, 2, false, 2.5f, 0, 0xffffff80);
    paint(first, SPLAT_SIDE);
    draw_clear(list);
    draw_polyline(list, pieces, 101, false, 2.5f, 0, 0xffffff80);
    paint(second, SPLAT_SIDE);
    size_t lit = 0;
    for (size_t i = 0; i < sizeof first; i += 4) {
        assert_in_range(second[i] + 2, first[i], first[i] + 4);
        lit += first[i] > 0;
    }
    assert_true(lit > 400);
}

static void
tiles_make_no_difference(void **state)
{
    (void)state;
    float ring[90 * 2];
    for (int i = 0; i < 90; i++) {
        float turn = (float)(i * 7 % 90) / 90 * 6.2831853f, reach = 30 + (float)(i * 13 % 40);
        ring[2 * i] = 130 + reach * __builtin_cosf(turn);
        ring[2 * i + 1] = 90 + reach * __builtin_sinf(turn);
    }
    draw_clear(list);
    draw_rect(list, 40, 40, 100, 100, 0, 0x00ff00ff); /* no line: left out */
    draw_polyline(list, ring, 90, true, 5, 0, 0x203040ff);
    draw_polyline(list, ring, 90, true, 1.5f, 0, 0xffffffff);
    paint(first, SPLAT_SIDE);
    static const int SIDES[] = {1, 7, 37, 63};
    for (size_t i = 0; i < sizeof SIDES / sizeof *SIDES; i++) {
        paint(second, SIDES[i]);
        size_t lit = 0;
        for (size_t k = 0; k < sizeof first; k++) { /* what lies before is rounded once a tile */
            assert_in_range(second[k] + 1, first[k], first[k] + 2);
            lit += first[k] > 0;
        }
        assert_true(lit > 5000);
    }
}

static void
where_no_line_is_none_is_met(void **state)
{
    (void)state;
    const float level[] = {50, 60, 80, 60};
    draw_clear(list);
    struct borders *none = borders_create(list, (struct gpu_box){LEFT, TOP, RIGHT, BOTTOM});
    assert_false(borders_meet(none, (struct gpu_box){LEFT, TOP, RIGHT, BOTTOM}));
    borders_destroy(none);
    draw_polyline(list, level, 2, false, 2, 0, 0xffffffff);
    struct borders *one = borders_create(list, (struct gpu_box){LEFT, TOP, RIGHT, BOTTOM});
    assert_true(borders_meet(one, (struct gpu_box){60, 55, 70, 65}));
    assert_false(borders_meet(one, (struct gpu_box){180, 120, RIGHT, BOTTOM}));
    borders_destroy(one);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_as_wide_as_it_is),
        cmocka_unit_test(pieces_cover_once),
        cmocka_unit_test(tiles_make_no_difference),
        cmocka_unit_test(where_no_line_is_none_is_met),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
