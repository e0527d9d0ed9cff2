/* Discs painted by the processor: what they leave alone, how they cover, and that tiles fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/splat.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = SPLAT_SIDE, STRIDE = SIDE * 4 };

static struct splat *splat;
static uint8_t ground[SIDE * STRIDE], out[SIDE * STRIDE];

static int
set_up(void **state)
{
    (void)state;
    splat = splat_create();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    splat_destroy(splat);
    splat_destroy(NULL);
    return 0;
}

static void
fill_ground(uint8_t level)
{
    memset(ground, level, sizeof ground);
    for (size_t i = 3; i < sizeof ground; i += 4) {
        ground[i] = 255;
    }
}

static const uint8_t *
pixel(int x, int y)
{
    return out + y * STRIDE + x * 4;
}

/* Every level of every channel comes back as it was. */
static void
without_discs_nothing_changes(void **state)
{
    (void)state;
    for (int i = 0; i < SIDE * SIDE; i++) {
        ground[i * 4] = (uint8_t)i;
        ground[i * 4 + 1] = (uint8_t)(255 - i);
        ground[i * 4 + 2] = (uint8_t)(i * 7);
        ground[i * 4 + 3] = 255;
    }
    splat_load(splat, ground, STRIDE, SIDE, SIDE);
    splat_disc(splat, -20, 30, 10, 0xffffffff, 0, 0); /* beside the tile */
    splat_disc(splat, 30, 90, 10, 0xffffffff, 2, 0xff);
    splat_store(splat, out, STRIDE);
    assert_memory_equal(out, ground, sizeof out);
}

static void
discs_cover_by_distance(void **state)
{
    (void)state;
    fill_ground(0);
    splat_load(splat, ground, STRIDE, SIDE, SIDE);
    splat_disc(splat, 20.5f, 20.5f, 6, 0x40ff80ff, 0, 0);
    splat_store(splat, out, STRIDE);
    assert_int_equal(pixel(20, 20)[0], 0x40);
    assert_int_equal(pixel(20, 20)[1], 0xff);
    assert_int_equal(pixel(20, 20)[2], 0x80);
    assert_int_equal(pixel(25, 20)[1], 0xff);
    assert_int_equal(pixel(26, 20)[1], 188); /* half of the light */
    assert_int_equal(pixel(27, 20)[1], 0);
    assert_int_equal(pixel(20, 14)[1], 188);
    assert_int_equal(pixel(20, 13)[1], 0);
}

static void
rims_and_alpha_blend_in_linear_light(void **state)
{
    (void)state;
    fill_ground(255);
    splat_load(splat, ground, STRIDE, SIDE, SIDE);
    splat_disc(splat, 20.5f, 20.5f, 8, 0xff0000ff, 2, 0x000000ff);
    splat_disc(splat, 50.5f, 20.5f, 8, 0x00000080, 0, 0);
    splat_store(splat, out, STRIDE);
    assert_int_equal(pixel(20, 20)[0], 255);
    assert_int_equal(pixel(20, 20)[1], 0);
    assert_int_equal(pixel(27, 20)[0], 0); /* the rim */
    assert_int_equal(pixel(26, 20)[0], 188);
    assert_in_range(pixel(50, 20)[0], 187, 188); /* half of white is left */
}

/* One disc over the border of two tiles is the disc in one. */
static void
tiles_fit(void **state)
{
    (void)state;
    static uint8_t whole[SIDE * STRIDE];
    fill_ground(30);
    splat_load(splat, ground, STRIDE, SIDE, SIDE);
    splat_disc(splat, 31.3f, 29.8f, 9.4f, 0x3987e585, 0, 0);
    splat_disc(splat, 35.9f, 33.1f, 7.7f, 0xd03b3bff, 2, 0x0b1015ff);
    splat_store(splat, whole, STRIDE);
    for (int tile = 0; tile < 4; tile++) {
        int x = tile % 2 * 32, y = tile / 2 * 32;
        splat_load(splat, ground + y * STRIDE + x * 4, STRIDE, 32, 32);
        splat_disc(splat, 31.3f - (float)x, 29.8f - (float)y, 9.4f, 0x3987e585, 0, 0);
        splat_disc(splat, 35.9f - (float)x, 33.1f - (float)y, 7.7f, 0xd03b3bff, 2, 0x0b1015ff);
        splat_store(splat, out + y * STRIDE + x * 4, STRIDE);
    }
    for (size_t i = 0; i < sizeof whole; i++) { /* places are floats: they round on their way */
        assert_in_range(whole[i] - out[i] + 1, 0, 2);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_discs_nothing_changes),
        cmocka_unit_test(discs_cover_by_distance),
        cmocka_unit_test(rims_and_alpha_blend_in_linear_light),
        cmocka_unit_test(tiles_fit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
