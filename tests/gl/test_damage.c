/* Repainting only the damage gives the very pixels of repainting everything: random lists of every
 * kind of command, changed at random, a fixed seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/brush.h"
#include "render/damage.h"
#include "tests/gl/context.h"

#include <stdio.h>
#include <string.h>

enum { SIZE = 192, COMMANDS = 40, ROUNDS = 150 };

static const struct gpu_box all = {0, 0, SIZE, SIZE};
static struct gpu *gpu;
static struct text *text;
static struct brush *brush;
static struct shapes scratch;
static struct damage damage;
static uint8_t kept[SIZE * SIZE * 4], fresh[SIZE * SIZE * 4];
static uint64_t state_of_random = 88172645463325252u;

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
    if (!brush) {
        print_error("%s\n", err.text);
    }
    return brush ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    shapes_free(&scratch);
    brush_destroy(brush);
    text_destroy(text);
    gpu->destroy(gpu);
    context_destroy();
    return 0;
}

static uint32_t
pick(uint32_t below)
{
    state_of_random ^= state_of_random << 13;
    state_of_random ^= state_of_random >> 7;
    state_of_random ^= state_of_random << 17;
    return (uint32_t)(state_of_random >> 33) % below;
}

static float
place(void)
{
    return (float)pick(SIZE * 4 + 160) / 4 - 20; /* quarters of a pixel, also outside */
}

static void
draw_one(struct draw_list *list, uint32_t seed)
{
    state_of_random = UINT64_C(0x9e3779b97f4a7c15) * (seed + 1);
    float x = place(), y = place(), w = (float)pick(300) / 4 + 1, h = (float)pick(300) / 4 + 1;
    uint32_t colour = pick(0xffffff) << 8 | (pick(2) ? 0xff : pick(255));
    float xy[] = {x, y, place(), place(), place(), place(), place(), place()};
    struct text_style style = {(enum text_face)pick(2), (enum text_weight)pick(3),
                               (int)(10 + pick(20)), 0};
    char line[32];
    snprintf(line, sizeof line, "%u 件 古城", pick(1000));
    bool clips = pick(4) == 0;
    if (clips) {
        draw_clip(list, (struct panel_rect){(int)pick(150), (int)pick(150), 60, 50});
    }
    switch (pick(11)) {
    case 0:
        draw_rect(list, x, y, w, h, 0, colour);
        break;
    case 1:
        draw_rect(list, (float)(int)x, (float)(int)y, 100, 90, 6, colour);
        break;
    case 2:
        draw_frame(list, x, y, w, h, 4, 2, colour);
        break;
    case 3:
        draw_hatch(list, x, y, w, h, 8, 2, colour);
        break;
    case 4:
        draw_arc(list, x, y, w / 2, 6, -2, (float)pick(20) / 10, colour);
        break;
    case 5:
        draw_disc(list, x, y, w / 4, colour, 1, 0x0b1016ff);
        break;
    case 6:
        draw_ring(list, x, y, w / 2, 1.5f, colour);
        break;
    case 7:
        draw_polyline(list, xy, 4, pick(2), (float)pick(12) / 4 + 0.5f, (float)(pick(2) * 5),
                      colour);
        break;
    case 8:
        draw_triangles(list, xy, 1, colour);
        break;
    case 9:
        draw_triangle(list, xy[0], xy[1], xy[2], xy[3], xy[4], xy[5], colour);
        break;
    default:
        draw_text_halo(list, text, style, x, y, (enum draw_align)pick(3), colour,
                       (float)pick(2) * 2, 0x0b1016ff, str_from(line));
        break;
    }
    if (clips) {
        draw_unclip(list);
    }
}

static void
paint(struct gpu_target target, const struct draw_list *list, const struct gpu_box *boxes,
      int count)
{
    brush_begin(brush);
    struct brush_span span = brush_add(brush, list, boxes, count);
    brush_upload(brush);
    for (int i = 0; i < count; i++) {
        gpu->clear(gpu, target, boxes[i], 0x0b1016ff);
    }
    brush_paint(brush, span, target, 0, 0);
}

/* One to three commands change, go or come. */
static int
mutate(uint32_t *seeds, int count, uint32_t round)
{
    state_of_random = UINT64_C(0xbf58476d1ce4e5b9) * (round + 7);
    for (uint32_t changes = 1 + pick(3); changes > 0; changes--) {
        int at = (int)pick((uint32_t)count);
        uint32_t kind = pick(3);
        if (kind == 0 || (kind == 2 && count == COMMANDS + 20)) {
            seeds[at] = round * 1000 + changes;
        } else if (kind == 1 && count > 8) {
            memmove(seeds + at, seeds + at + 1, (size_t)(count - at - 1) * sizeof *seeds);
            count--;
        } else {
            memmove(seeds + at + 1, seeds + at, (size_t)(count - at) * sizeof *seeds);
            seeds[at] = round * 1000 + 500 + changes;
            count++;
        }
    }
    return count;
}

static void
test_damage_is_enough(void **state)
{
    (void)state;
    uint32_t seeds[COMMANDS + 24];
    int count = COMMANDS;
    struct draw_list *shown = draw_create(), *next = draw_create();
    struct gpu_target canvas = gpu->target_create(gpu, SIZE, SIZE);
    struct gpu_target whole = gpu->target_create(gpu, SIZE, SIZE);
    for (int i = 0; i < count; i++) {
        seeds[i] = (uint32_t)i;
        draw_one(shown, seeds[i]);
    }
    paint(canvas, shown, &all, 1);
    double share = 0;
    for (uint32_t round = 1; round <= ROUNDS; round++) {
        count = mutate(seeds, count, round);
        draw_clear(next);
        for (int i = 0; i < count; i++) {
            draw_one(next, seeds[i]);
        }
        damage_begin(&damage, SIZE, SIZE);
        damage_add_difference(&damage, shown, next, text, &scratch);
        damage_boxes(&damage);
        for (int i = 0; i < damage.count; i++) {
            share += (double)(damage.boxes[i].x1 - damage.boxes[i].x0) *
                     (damage.boxes[i].y1 - damage.boxes[i].y0) / (SIZE * SIZE) / ROUNDS;
        }
        paint(canvas, next, damage.boxes, damage.count);
        paint(whole, next, &all, 1);
        assert_true(gpu->read(gpu, canvas, all, kept));
        assert_true(gpu->read(gpu, whole, all, fresh));
        assert_memory_equal(kept, fresh, sizeof kept);
        struct draw_list *swap = shown;
        shown = next;
        next = swap;
    }
    print_message("repainted on average: %.0f %%\n", share * 100);
    assert_true(share < 0.7); /* and it is less than everything */
    assert_int_equal(gpu->faults, 0);
    gpu->target_destroy(gpu, canvas);
    gpu->target_destroy(gpu, whole);
    draw_destroy(shown);
    draw_destroy(next);
}

static void
test_equal_lists_have_none(void **state)
{
    (void)state;
    struct draw_list *a = draw_create(), *b = draw_create();
    for (uint32_t i = 0; i < COMMANDS; i++) {
        draw_one(a, i);
        draw_one(b, i);
    }
    damage_begin(&damage, SIZE, SIZE);
    damage_add_difference(&damage, a, b, text, &scratch);
    assert_false(damage.any);
    draw_clear(b);
    damage_add_difference(&damage, b, b, text, &scratch);
    damage_boxes(&damage);
    assert_int_equal(damage.count, 0);
    draw_destroy(a);
    draw_destroy(b);
}

/* Random boxes on canvases of any size: every pixel of them is in one box, no pixel in two, and
 * nothing far from them is. */
static void
test_boxes_cover_without_meeting(void **state)
{
    (void)state;
    static uint8_t wanted[700][2100], found[700][2100];
    for (uint32_t round = 0; round < 40; round++) {
        state_of_random = UINT64_C(0x94d049bb133111eb) * (round + 1);
        int w = 1 + (int)pick(2100), h = 1 + (int)pick(700),
            count = (int)pick(round < 30 ? 80 : 900);
        memset(wanted, 0, sizeof wanted);
        memset(found, 0, sizeof found);
        damage_begin(&damage, w, h);
        for (int i = 0; i < count; i++) {
            int x = (int)pick(2200) - 50, y = (int)pick(800) - 50;
            struct gpu_box box = {x, y, x + (int)pick(30), y + (int)pick(30)};
            damage_add(&damage, box);
            box = damage_common(box, (struct gpu_box){0, 0, w, h});
            for (int row = box.y0; row < box.y1 && box.x1 > box.x0; row++) {
                memset(&wanted[row][box.x0], 1, (size_t)(box.x1 - box.x0));
            }
        }
        damage_boxes(&damage);
        assert_in_range(damage.count, 0, DAMAGE_BOXES);
        for (int i = 0; i < damage.count; i++) {
            struct gpu_box box = damage.boxes[i];
            assert_true(box.x0 >= 0 && box.y0 >= 0 && box.x1 <= w && box.y1 <= h);
            for (int y = box.y0; y < box.y1; y++) {
                for (int x = box.x0; x < box.x1; x++) {
                    found[y][x]++;
                }
            }
        }
        for (int y = 0; y < 700; y++) {
            for (int x = 0; x < 2100; x++) {
                assert_true(found[y][x] <= 1 && found[y][x] >= wanted[y][x]);
            }
        }
    }
}

static void
test_far_boxes_stay_apart(void **state)
{
    (void)state;
    damage_begin(&damage, 7680, 2160);
    for (int i = 0; i < 200; i++) {
        damage_add(&damage, (struct gpu_box){i % 20 * 380, i / 20 * 200, i % 20 * 380 + 12,
                                             i / 20 * 200 + 12});
    }
    damage_boxes(&damage);
    assert_int_equal(damage.count, 200);
    int area = 0;
    for (int i = 0; i < damage.count; i++) {
        struct gpu_box box = damage.boxes[i];
        area += (box.x1 - box.x0) * (box.y1 - box.y0);
    }
    assert_true(area <= 200 * 32 * 32);
    damage_begin(&damage, 7680, 2160); /* and all of it is one */
    damage_add(&damage, (struct gpu_box){0, 0, 7680, 2160});
    damage_boxes(&damage);
    assert_int_equal(damage.count, 1);
    assert_int_equal(damage.boxes[0].x1, 7680);
    assert_int_equal(damage.boxes[0].y1, 2160);
}

/* What is left of it comes in parts, each no more than was asked for, and nothing twice. */
static void
test_a_change_comes_in_parts(void **state)
{
    (void)state;
    static struct damage rest;
    damage_begin(&damage, 1920, 1080);
    assert_true(damage_area(&damage) == 0);
    damage_add(&damage, (struct gpu_box){0, 0, 1920, 1080});
    int64_t all_px = damage_area(&damage), painted = 0;
    assert_true(all_px >= 1920 * 1080);
    int parts = 0, row = 0;
    do {
        damage_begin(&rest, 1920, 1080);
        damage_leave(&damage, 300000, &rest, &row);
        assert_in_range(damage_area(&damage), 1, 300000);
        painted += damage_area(&damage);
        damage = rest;
        parts++;
    } while (rest.any);
    assert_true(painted == all_px);
    assert_in_range(parts, 7, 8);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_is_enough),
        cmocka_unit_test(test_a_change_comes_in_parts),
        cmocka_unit_test(test_equal_lists_have_none),
        cmocka_unit_test(test_boxes_cover_without_meeting),
        cmocka_unit_test(test_far_boxes_stay_apart),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
