/* The GPU layer itself: what fails draws nothing, is counted and never stops the program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/gpu.h"
#include "tests/gl/context.h"

#include <epoxy/gl.h>
#include <stdio.h>
#include <string.h>

enum { SIZE = 32 };

static struct gpu *gpu;
static uint8_t pixels[SIZE * SIZE * 4];
static const struct gpu_box all = {0, 0, SIZE, SIZE};

static int
set_up(void **state)
{
    (void)state;
    struct err err = {""};
    if (!context_create(SIZE, SIZE)) {
        return -1;
    }
    gpu = gpu_create_gl(&err);
    if (!gpu) {
        print_error("%s\n", err.text);
    }
    return gpu ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    gpu->destroy(gpu);
    context_destroy();
    return 0;
}

static uint32_t
pixel(int x, int y)
{
    const uint8_t *p = pixels + (y * SIZE + x) * 4;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void
test_clear_is_exact_and_boxed(void **state)
{
    (void)state;
    struct gpu_target target = gpu->target_create(gpu, SIZE, SIZE);
    for (uint32_t level = 0; level < 256; level++) { /* every level survives linear light */
        uint32_t colour = level << 24 | (255 - level) << 16 | (level ^ 0x55) << 8 | 0xff;
        gpu->clear(gpu, target, all, 0x000000ff);
        gpu->clear(gpu, target, (struct gpu_box){2, 3, 5, 4}, colour);
        assert_true(gpu->read(gpu, target, all, pixels));
        assert_int_equal(pixel(2, 3), colour);
        assert_int_equal(pixel(4, 3), colour);
        assert_int_equal(pixel(5, 3), 0x000000ff);
        assert_int_equal(pixel(2, 2), 0x000000ff);
        assert_int_equal(pixel(2, 4), 0x000000ff);
    }
    gpu->target_destroy(gpu, target);
    assert_int_equal(gpu->faults, 0);
}

/* slow: where a processor draws, it copies as memory is copied. */
static void
copy_keeps_every_level(bool slow)
{
    gpu->slow = slow;
    struct gpu_target from = gpu->target_create(gpu, SIZE, SIZE);
    struct gpu_target to = gpu->target_create(gpu, SIZE, SIZE);
    for (int i = 0; i < 256; i++) {
        int x = i % 16, y = i / 16;
        gpu->clear(gpu, from, (struct gpu_box){x, y, x + 1, y + 1},
                   (uint32_t)i << 24 | (uint32_t)i << 16 | (uint32_t)i << 8 | 0xff);
    }
    gpu->clear(gpu, to, all, 0x123456ff);
    struct gpu_box levels = {0, 0, 16, 16};
    gpu->copy(gpu, from, &levels, 1, to, 10, 12);
    assert_true(gpu->read(gpu, to, all, pixels));
    for (int i = 0; i < 256; i++) {
        assert_int_equal(pixel(10 + i % 16, 12 + i / 16) >> 24, i);
    }
    assert_int_equal(pixel(9, 12), 0x123456ff);
    assert_int_equal(pixel(10, 11), 0x123456ff);

    /* In parts, and to the window. */
    struct gpu_box quarters[] = {{0, 0, 5, 9}, {5, 0, 16, 9}, {0, 9, 1, 16}, {1, 9, 16, 16}};
    gpu->clear(gpu, to, all, 0x123456ff);
    gpu->copy(gpu, from, quarters, 4, to, 3, 2);
    gpu->window_size(gpu, SIZE, SIZE);
    gpu->clear(gpu, (struct gpu_target){GPU_WINDOW}, all, 0x123456ff);
    gpu->copy(gpu, from, quarters, 4, (struct gpu_target){GPU_WINDOW}, 3, 2);
    for (int window = 0; window < 2; window++) {
        struct gpu_target seen = window ? (struct gpu_target){GPU_WINDOW} : to;
        assert_true(gpu->read(gpu, seen, all, pixels));
        for (int i = 0; i < 256; i++) {
            assert_int_equal(pixel(3 + i % 16, 2 + i / 16) >> 24, i);
        }
        assert_int_equal(pixel(2, 2) >> 8, 0x123456);
        assert_int_equal(pixel(19, 2) >> 8, 0x123456);
        assert_int_equal(pixel(3, 18) >> 8, 0x123456);
    }
    gpu->target_destroy(gpu, from);
    gpu->target_destroy(gpu, to);
    gpu->slow = false;
    assert_int_equal(gpu->faults, 0);
}

static void
test_copy_keeps_every_level(void **state)
{
    (void)state;
    copy_keeps_every_level(false);
    copy_keeps_every_level(true);
}

static void
test_a_part_can_be_read(void **state)
{
    (void)state;
    struct gpu_target target = gpu->target_create(gpu, SIZE, SIZE);
    gpu->clear(gpu, target, all, 0x000000ff);
    gpu->clear(gpu, target, (struct gpu_box){8, 1, 9, 2}, 0xff0080ff);
    assert_true(gpu->read(gpu, target, (struct gpu_box){8, 0, 10, 2}, pixels));
    static const uint8_t expected[16] = {0,    0, 0,    255, 0, 0, 0, 255,
                                         0xff, 0, 0x80, 255, 0, 0, 0, 255};
    assert_memory_equal(pixels, expected, sizeof expected);
    assert_false(gpu->read(gpu, target, (struct gpu_box){0, 0, SIZE + 1, 1}, pixels));
    assert_false(gpu->read(gpu, target, (struct gpu_box){-1, 0, 1, 1}, pixels));
    assert_false(gpu->read(gpu, (struct gpu_target){0}, all, pixels));
    gpu->target_destroy(gpu, target);
}

/* What the driver complains of through KHR_debug is a fault, though nobody asked: tests that end
 * with none would see it. */
static void
test_a_complaint_is_a_fault(void **state)
{
    (void)state;
    if (!epoxy_has_gl_extension("GL_KHR_debug")) {
        skip();
    }
    unsigned long faults = gpu->faults;
    glBindBuffer(GL_TEXTURE_2D, 0); /* no such target */
    assert_int_equal(gpu->faults, faults + 1);
    assert_int_equal(glGetError(), GL_INVALID_ENUM);
    gpu->faults = faults;
}

/* Its line names the driver and its limits, and says where a processor draws. */
static void
test_the_driver_is_named(void **state)
{
    (void)state;
    const char *name = (const char *)glGetString(GL_RENDERER);
    char limit[32];
    assert_non_null(name);
    snprintf(limit, sizeof limit, "up to %d px", gpu->max_size);
    assert_non_null(strstr(gpu->describe, name));
    assert_non_null(strstr(gpu->describe, limit));
    bool processor = strstr(name, "llvmpipe") || strstr(name, "softpipe") ||
                     strstr(name, "SwiftShader") || strstr(name, "swrast");
    assert_int_equal(gpu->software, processor);
    assert_int_equal(strstr(gpu->describe, "the processor draws") != NULL, processor);
}

static void
test_failed_things_draw_nothing(void **state)
{
    (void)state;
    unsigned long faults = gpu->faults;
    struct gpu_target none = gpu->target_create(gpu, gpu->max_size + 1, 16);
    assert_int_equal(none.id, 0);
    assert_true(gpu->faults > faults);
    faults = gpu->faults;
    gpu->clear(gpu, none, all, 0xffffffff);
    gpu->present(gpu, none, all);
    gpu->target_destroy(gpu, none);

    static const struct gpu_attribute attributes[] = {{GPU_FLOAT, 2, 0}};
    struct gpu_program_desc desc = {
        .name = "broken on purpose",
        .vertex = STR("layout(location = 0) in vec2 at; void main() { gl_Position = no_such; }"),
        .fragment = STR("out vec4 c; void main() { c = vec4(1.0); }"),
        .attributes = attributes,
        .attributes_count = 1,
        .stride = 8,
    };
    struct gpu_program program = gpu->program_create(gpu, &desc);
    assert_int_equal(program.id, 0);
    assert_true(gpu->faults > faults);

    struct gpu_target target = gpu->target_create(gpu, SIZE, SIZE);
    struct gpu_buffer buffer = gpu->buffer_create(gpu);
    static const float corners[] = {-1, -1, 3, -1, -1, 3};
    gpu->buffer_upload(gpu, buffer, corners, sizeof corners);
    gpu->clear(gpu, target, all, 0x102030ff);
    faults = gpu->faults;
    struct gpu_draw draw = {
        .target = target, .program = program, .buffer = buffer, .count = 3, .scissor = all};
    gpu->draw(gpu, &draw);
    assert_true(gpu->read(gpu, target, all, pixels));
    assert_int_equal(pixel(5, 5), 0x102030ff);
    assert_int_equal(gpu->faults, faults);

    /* the same with a program that works draws: so the target was not what kept it dark */
    desc.vertex = STR("layout(location = 0) in vec2 at; void main() "
                      "{ gl_Position = vec4(at, 0.0, 1.0); }");
    draw.program = gpu->program_create(gpu, &desc);
    gpu->draw(gpu, &draw);
    assert_true(gpu->read(gpu, target, all, pixels));
    assert_int_equal(pixel(5, 5), 0xffffffff);
    gpu->program_destroy(gpu, draw.program);
    gpu->buffer_destroy(gpu, buffer);
    gpu->target_destroy(gpu, target);
}

static void
test_there_is_an_end_to_targets(void **state)
{
    (void)state;
    struct gpu_target targets[40];
    int made = 0;
    for (int i = 0; i < 40; i++) {
        targets[i] = gpu->target_create(gpu, 8, 8);
        made += targets[i].id != 0;
    }
    assert_in_range(made, 8, 39);
    for (int i = 0; i < 40; i++) {
        gpu->target_destroy(gpu, targets[i]);
    }
    struct gpu_target again = gpu->target_create(gpu, 8, 8);
    assert_true(again.id != 0);
    gpu->target_destroy(gpu, again);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clear_is_exact_and_boxed),
        cmocka_unit_test(test_copy_keeps_every_level),
        cmocka_unit_test(test_a_part_can_be_read),
        cmocka_unit_test(test_a_complaint_is_a_fault),
        cmocka_unit_test(test_the_driver_is_named),
        cmocka_unit_test(test_failed_things_draw_nothing),
        cmocka_unit_test(test_there_is_an_end_to_targets),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
