/* A wall that runs allocates nothing: malloc is counted over frames after the first hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "feeds/tickets/tickets.h"
#include "tests/gl/context.h"
#include "tests/golden/states.h"

#include <stdio.h>
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
static bool ours_alone; /* drivers allocate as they please */

extern const char __executable_start[], etext[];

static void
count_one(const void *from)
{
    const char *at = from;
    allocations += !ours_alone || (at >= __executable_start && at < etext);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *
malloc(size_t size)
{
    count_one(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *
calloc(size_t count, size_t size)
{
    count_one(__builtin_return_address(0));
    return __libc_calloc(count, size);
}

void *
realloc(void *old, size_t size)
{
    count_one(__builtin_return_address(0));
    return __libc_realloc(old, size);
}

/* The library's own goes around realloc's name. */
void *
reallocarray(void *old, size_t count, size_t size)
{
    size_t bytes;
    count_one(__builtin_return_address(0));
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : __libc_realloc(old, bytes);
}
#else
#define COUNTED 0
static const size_t allocations = 0;
static bool ours_alone;
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
    int w, h; /* of the window that it is presented in; 0: in none */
};

/* w: 0 = its own canvas. */
static struct wall
show(const char *state, enum renderer_backend backend, int w, int h)
{
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    struct wall wall = {renderer_create(backend, &err), states_create(state), {0}, w, h};
    assert_true(scene_load("district-daily", &scene, &report));
    scene_solve(&scene, w ? w : scene.canvas_w, h ? h : scene.canvas_h, NULL);
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
            if (wall->w && renderer_present(wall->renderer, wall->w, wall->h)) {
                context_swap();
            }
            frame->time_ms += 24;
        }
    }
}

/* The wall in that state allocates nothing once a first run has been everywhere. */
static void
assert_run_steady(const char *name, void (*run)(struct wall *, int), int first, int counted)
{
    struct wall wall = show(name, RENDERER_NULL, 0, 0);
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

/* Nor does what stands between the lists and the window: uploads, draws, parts presented. */
static void
test_on_the_glass(void **state)
{
    (void)state;
    enum { W = 960, H = 540 };
    if (!COUNTED) {
        skip(); /* other tests draw the same */
    }
    assert_true(context_create(W, H));
    ours_alone = true;
    size_t before = allocations;
    struct wall wall = show("sample", RENDERER_GL, W, H);
    assert_true(allocations > before); /* ours are told from the driver's */
    run_moving(&wall, 60);
    before = allocations;
    run_moving(&wall, 10);
    size_t made = allocations - before;
    ours_alone = false;
    assert_int_equal(renderer_faults(wall.renderer), 0);
    close_down(&wall);
    context_destroy();
    assert_int_equal(made, 0);
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

/* A district whose tickets go on with every frame: folded, counted, ranked, listed, drawn. */
#define LIVE_TICKETS 4000
#define LIVE_COMMUNITIES 151 /* a ranking of more than a kilobyte, for which qsort takes memory */
#define LIVE_FIRST_MS INT64_C(1795395600000) /* 2026-11-23 09:00 */

struct live {
    struct tickets *tickets;
    struct renderer *renderer;
    struct renderer_frame frame;
    uint32_t steps;
};

static void
apply_step(struct live *live, uint32_t ticket, enum event_type type, struct event_data data)
{
    static const char *const streets[] = {"110107001", "110107002", "110107003", "110107004"};
    char id[32], subject[32], community[32];
    snprintf(id, sizeof id, "e-%u", live->steps++);
    snprintf(subject, sizeof subject, "SJS-%u", ticket);
    snprintf(community, sizeof community, "C%03u", ticket % LIVE_COMMUNITIES);
    if (type == EVENT_REGISTERED) {
        data = (struct event_data){
            .has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY |
                   EVENT_F_PLACE,
            .channel = STR("12345"),
            .category = ticket % 2 ? STR("heating") : STR("parking"),
            .street = str_from(streets[ticket % 4]),
            .community = str_from(community),
            .lon = 116.15 + ticket % 70 * 0.001,
            .lat = 39.90 + ticket % 50 * 0.001,
        };
    }
    struct event event = {.id = str_from(id),
                          .source = STR("/test"),
                          .subject = str_from(subject),
                          .type = type,
                          .time_ms = live->frame.moment_ms,
                          .data = data};
    tickets_apply(live->tickets, &event, false);
}

/* Each ticket is accepted, resolved, answered for and reopened, again and again. */
static void
go_on(struct live *live, uint32_t ticket, uint32_t round)
{
    struct event_data answer = {.has = EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED |
                                       EVENT_F_SOLVED | EVENT_F_SATISFIED,
                                .surveyor = EVENT_BY_DISTRICT,
                                .reached = true,
                                .responded = true,
                                .solved = (ticket + round) % 3 > 0,
                                .satisfied = ticket % 2 ? EVENT_SATISFIED_YES : EVENT_SATISFIED_NO};
    static const enum event_type steps[] = {EVENT_ACCEPTED, EVENT_RESOLVED, EVENT_SURVEYED,
                                            EVENT_REOPENED};
    enum event_type type = steps[round % 4];
    apply_step(live, ticket, type, type == EVENT_SURVEYED ? answer : (struct event_data){.has = 0});
}

static void
run_live(struct live *live, uint32_t frames)
{
    for (uint32_t f = 0; f < frames; f++) {
        live->frame.moment_ms += 16;
        live->frame.time_ms = live->frame.moment_ms;
        for (uint32_t i = 0; i < 16; i++) {
            uint32_t at = live->steps - LIVE_TICKETS;
            go_on(live, at % LIVE_TICKETS, at / LIVE_TICKETS);
        }
        while (!tickets_prepare(live->tickets, live->frame.moment_ms, 4096)) {
        }
        live->frame.snapshot = tickets_glance(live->tickets, live->frame.moment_ms);
        live->frame.feed.seq += 16;
        renderer_draw(live->renderer, &live->frame);
    }
}

/* What comes has to be kept, so arrays grow now and then, by a sixteenth of what they hold; with a
 * frame as such nothing is allocated. */
static void
test_live(void **state)
{
    (void)state;
    static struct profile profile;
    static struct scene scene;
    struct yaml_report report = {0};
    struct err err = {""};
    profile_default(&profile);
    struct live live = {.tickets = tickets_create(&profile),
                        .renderer = renderer_create(RENDERER_NULL, &err)};
    live.frame.moment_ms = LIVE_FIRST_MS;
    live.frame.feed =
        (struct renderer_feed){.connected = true, .in_sync = true, .live = true, .age_ms = 100};
    assert_true(scene_load("district-daily", &scene, &report));
    scene_solve(&scene, scene.canvas_w, scene.canvas_h, NULL);
    assert_true(renderer_set_scene(live.renderer, &scene, &report));
    for (uint32_t i = 0; i < LIVE_TICKETS; i++) {
        apply_step(&live, i, EVENT_REGISTERED, (struct event_data){.has = 0});
    }
    run_live(&live, 4000);
    size_t before = allocations;
    run_live(&live, 1000);
    size_t made = allocations - before;
    assert_true(live.frame.snapshot && live.frame.snapshot->groups[SNAPSHOT_COMMUNITY].count > 150);
    renderer_destroy(live.renderer);
    tickets_destroy(live.tickets);
    yaml_report_free(&report);
    print_message("%zu allocations in 1,000 frames of 16 events\n", made);
    assert_true(made < 50);
}

int
main(void)
{
    if (!COUNTED) {
        print_message("a sanitizer counts its own way: frames are run, not counted\n");
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district), cmocka_unit_test(test_street),
        cmocka_unit_test(test_moving),   cmocka_unit_test(test_pointing),
        cmocka_unit_test(test_live),     cmocka_unit_test(test_on_the_glass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
