/* A wall that runs allocates nothing: malloc is counted over frames after the first hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/golden/states.h"

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

/* The wide wall, in a state. */
struct wall {
    struct renderer *renderer;
    struct states *states;
    struct renderer_frame frame;
};

static struct wall
show(const char *state)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    struct wall wall = {renderer_create(RENDERER_NULL, &err), states_create(state), {0}};
    assert_true(scene_load("district-daily", &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    assert_non_null(wall.renderer);
    assert_true(renderer_set_scene(wall.renderer, &scene, &report));
    yaml_report_free(&report);
    wall.frame = states_frame(wall.states);
    wall.frame.time_ms = wall.frame.moment_ms;
    return wall;
}

static void
close_down(struct wall *wall)
{
    renderer_destroy(wall->renderer);
    states_destroy(wall->states);
}

/* Other communities and categories lead. */
static void
stir_lists(struct states *states, int s)
{
    static const enum snapshot_group groups[] = {SNAPSHOT_COMMUNITY, SNAPSHOT_CATEGORY};
    for (int g = 0; g < 2; g++) {
        struct snapshot_row *rows = states_rows(states, groups[g]);
        size_t count = states_snapshot(states)->groups[groups[g]].count;
        for (size_t i = 0; i < count; i++) {
            rows[i].counts[SNAPSHOT_TODAY].received = 5 + ((uint32_t)i * 31 + (uint32_t)s * 7) % 40;
        }
    }
}

/* Every second other figures and ranks come in, and 20 frames carry them there. */
static void
run_moving(struct wall *wall, int seconds)
{
    struct states *states = wall->states;
    struct renderer_frame *frame = &wall->frame;
    struct snapshot_row *streets = states_rows(states, SNAPSHOT_STREET);
    struct snapshot_row *all = states_rows(states, SNAPSHOT_DISTRICT);
    for (int s = 0; s < seconds; s++) {
        frame->moment_ms += 1000;
        frame->time_ms = frame->moment_ms;
        for (int i = 0; i < 9; i++) {
            struct snapshot_counts *counts = &streets[i].counts[SNAPSHOT_PERIOD];
            struct snapshot_survey *survey = &counts->by[SNAPSHOT_BY_DISTRICT];
            survey->solved = survey->effective * (uint32_t)(700 + (i * 31 + s * 17) % 200) / 1000;
        }
        states_rank(states, SNAPSHOT_STREET);
        stir_lists(states, s);
        all->counts[SNAPSHOT_TODAY].received = 400 + (uint32_t)(s * 7 % 50);
        all->open = 1700 + (uint32_t)(s * 13 % 90);
        states_snapshot(states)->version++;
        for (int i = 0; i < 20; i++) {
            renderer_draw(wall->renderer, frame);
            frame->time_ms += 24;
        }
    }
}

/* The wall in that state allocates nothing once a first run has been everywhere. */
static void
assert_run_steady(const char *name, void (*run)(struct wall *, int), int first, int counted)
{
    struct wall wall = show(name);
    run(&wall, first);
    size_t before = allocations;
    run(&wall, counted);
    size_t made = allocations - before;
    close_down(&wall);
    assert_int_equal(made, 0);
}

static void
test_moving(void **state)
{
    (void)state;
    assert_run_steady("sample", run_moving, 240, 30);
}

/* A pointer goes over a wall full of cut names, there and back again. */
static void
run_pointing(struct wall *wall, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        for (int y = 200; y < 1080; y += 37) {
            for (int x = 40; x < 3840; x += 61) {
                wall->frame.pointer = (struct renderer_pointer){i % 2 == 0, x, y};
                renderer_draw(wall->renderer, &wall->frame);
            }
        }
    }
}

static void
test_pointing(void **state)
{
    (void)state;
    assert_run_steady("long-names", run_pointing, 2, 2);
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
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_pointing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
