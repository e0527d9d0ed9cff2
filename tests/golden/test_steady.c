/* A wall that runs allocates nothing: malloc is counted over frames after the first hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/golden/sample.h"

#include <stdlib.h>
#include <string.h>

/* A sanitizer has its own malloc; the count is made in the plain builds. */
#if defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif
#if !SANITIZED && defined(__GLIBC__)
#define COUNTED 1
static size_t allocations;

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *
malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    allocations++;
    return __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
    allocations++;
    return __libc_realloc(old, size);
}
#else
#define COUNTED 0
static const size_t allocations = 0;
#endif

static void
run_seconds(struct renderer *renderer, struct renderer_frame *frame, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        frame->moment_ms += 1000;
        frame->feed.age_ms = 100 + i % 10 * 100;
        frame->feed.seq++;
        renderer_draw(renderer, frame);
    }
}

static void
assert_steady(const char *name)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    struct sample *sample = sample_create();
    struct renderer_frame frame = sample_frame(sample);
    assert_true(scene_load(name, &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    struct renderer *renderer = renderer_create(RENDERER_NULL, &err);
    assert_non_null(renderer);
    assert_true(renderer_set_scene(renderer, &scene, &report));
    run_seconds(renderer, &frame, 3600); /* by then every digit was drawn everywhere */
    size_t before = allocations;
    run_seconds(renderer, &frame, 300);
    size_t made = allocations - before;
    renderer_destroy(renderer);
    sample_destroy(sample);
    yaml_report_free(&report);
    if (made > 0) {
        print_error("%zu allocations in 300 frames\n", made);
    }
    assert_int_equal(made, 0);
}

static void
test_district(void **state)
{
    (void)state;
    assert_steady("district-daily");
}

static void
test_street(void **state)
{
    (void)state;
    assert_steady("street-duty");
}

int
main(void)
{
    if (!COUNTED) {
        print_message("a sanitizer counts its own way: frames are run, not counted\n");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district),
        cmocka_unit_test(test_street),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
