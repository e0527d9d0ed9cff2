/* The wall in motion: pictures at given instants, whatever frames were drawn between them, and
 * nothing drawn where nothing moves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/gl/context.h"
#include "tests/golden/golden.h"
#include "tests/golden/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W 1920
#define H 1080
#define BYTES ((size_t)W * H * 4)
#define START SAMPLE_MOMENT_MS

struct wall {
    struct scene scene;
    struct renderer *renderer;
    struct states *states;
    struct renderer_frame frame;
    int w, h;
    uint8_t *pixels;
};

static void
show(struct wall *wall, const char *name)
{
    struct yaml_report report = {0};
    assert_true(scene_load(name, &wall->scene, &report));
    scene_solve(&wall->scene, wall->w, wall->h, NULL);
    assert_true(renderer_set_scene(wall->renderer, &wall->scene, &report));
    yaml_report_free(&report);
}

static struct wall *
wall_sized(const char *name, int w, int h)
{
    struct wall *wall = calloc(1, sizeof *wall);
    struct err err = {""};
    assert_non_null(wall);
    wall->w = w;
    wall->h = h;
    wall->pixels = malloc((size_t)w * (size_t)h * 4);
    assert_non_null(wall->pixels);
    wall->renderer = renderer_create(RENDERER_GL, &err);
    assert_non_null(wall->renderer);
    wall->states = states_create("no-alarms"); /* no edge flashes */
    wall->frame = states_frame(wall->states);
    wall->frame.moment_ms += 5000; /* the sample's arrival has rippled */
    show(wall, name);
    return wall;
}

static struct wall *
wall_new(const char *name)
{
    return wall_sized(name, W, H);
}

static void
wall_free(struct wall *wall)
{
    assert_int_equal(renderer_faults(wall->renderer), 0);
    renderer_destroy(wall->renderer);
    states_destroy(wall->states);
    free(wall->pixels);
    free(wall);
}

/* The frame so many milliseconds after the start; the clock shows the start's second. */
static bool
draw_at(struct wall *wall, int64_t ms)
{
    wall->frame.time_ms = START + ms;
    return renderer_draw(wall->renderer, &wall->frame);
}

static const uint8_t *
read_back(struct wall *wall)
{
    size_t bytes = (size_t)wall->w * (size_t)wall->h * 4;
    assert_true(renderer_read(wall->renderer, wall->pixels, bytes));
    return wall->pixels;
}

/* Other figures, other ranks: 鲁谷 gains seven points and with them five places. */
static void
change(struct wall *wall)
{
    struct snapshot_row *streets = states_rows(wall->states, SNAPSHOT_STREET);
    for (size_t i = 0; i < states_snapshot(wall->states)->groups[SNAPSHOT_STREET].count; i++) {
        struct snapshot_survey *survey =
            &streets[i].counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT];
        if (str_is(streets[i].code, "110107011")) {
            survey->solved += survey->effective / 7;
        }
    }
    states_rank(wall->states, SNAPSHOT_STREET);
    struct snapshot_row *all = states_rows(wall->states, SNAPSHOT_DISTRICT);
    all->counts[SNAPSHOT_TODAY].received += 25;
    all->counts[SNAPSHOT_PERIOD].by[SNAPSHOT_BY_DISTRICT].solved -= 300;
    all->open -= 170;
    states_snapshot(wall->states)->version++;
}

static bool
crop_is_alike(struct wall *wall, const char *panel_id, int x, int y, int w, int h, const char *name)
{
    const struct panel *panel = NULL;
    for (int i = 0; i < wall->scene.panels_count; i++) {
        panel = strcmp(wall->scene.panels[i].id, panel_id) == 0 ? &wall->scene.panels[i] : panel;
    }
    assert_non_null(panel);
    uint8_t *part =
        golden_crop(read_back(wall), wall->w, panel->rect.x + x, panel->rect.y + y, w, h);
    bool alike = golden_pixels(name, part, w, h);
    free(part);
    return alike;
}

/* 40 ms a frame, or one frame: the same picture. */
static void
test_instants(void **state)
{
    (void)state;
    struct wall *wall = wall_new("district-daily");
    draw_at(wall, 0);
    change(wall);
    for (int ms = 40; ms <= 160; ms += 40) {
        draw_at(wall, ms);
    }
    bool alike = crop_is_alike(wall, "board", 0, 0, 460, 470, "pixels/motion-board-120.png");
    alike = crop_is_alike(wall, "gauges", 0, 0, 460, 260, "pixels/motion-gauges-120.png") && alike;
    alike = crop_is_alike(wall, "kpi", 0, 0, 400, 80, "pixels/motion-kpi-120.png") && alike;
    draw_at(wall, 240);
    alike = crop_is_alike(wall, "board", 0, 0, 460, 470, "pixels/motion-board-200.png") && alike;
    struct wall *other = wall_new("district-daily");
    draw_at(other, 0);
    change(other);
    draw_at(other, 40);
    draw_at(other, 240);
    assert_memory_equal(read_back(wall), read_back(other), BYTES);
    assert_true(alike);
    wall_free(other);
    wall_free(wall);
}

/* Other lists: a community overtakes four, a category comes into the other column, a whistle is
 * answered. Half-way each is on its way, and none is seen through another. */
static void
change_lists(struct wall *wall)
{
    struct snapshot *snapshot = states_snapshot(wall->states);
    struct snapshot_row *communities = states_rows(wall->states, SNAPSHOT_COMMUNITY);
    for (size_t i = 0; i < snapshot->groups[SNAPSHOT_COMMUNITY].count; i++) {
        if (str_is(communities[i].name, "玉泉西路")) {
            communities[i].counts[SNAPSHOT_TODAY].received += 10;
        }
    }
    struct snapshot_row *categories = states_rows(wall->states, SNAPSHOT_CATEGORY);
    for (size_t i = 0; i < snapshot->groups[SNAPSHOT_CATEGORY].count; i++) {
        if (str_is(categories[i].parent_name, "供暖") || str_is(categories[i].name, "供暖")) {
            categories[i].counts[SNAPSHOT_TODAY].received += 9;
        }
    }
    snapshot->whistles++;
    snapshot->whistles_count--;
    snapshot->version++;
}

/* Another state, its first arrival's ripple over. */
static void
put_state(struct wall *wall, const char *name)
{
    states_destroy(wall->states);
    wall->states = states_create(name);
    wall->frame = states_frame(wall->states);
    wall->frame.moment_ms += 5000;
}

/* The wide wall, which has room for all lists, with everything the sample has. */
static struct wall *
wall_wide(void)
{
    struct wall *wall = wall_sized("district-daily", 3840, 1080);
    put_state(wall, "sample");
    wall->frame.feed.live = false; /* nothing flashes */
    return wall;
}

static void
test_lists(void **state)
{
    (void)state;
    struct wall *wall = wall_wide();
    draw_at(wall, 0);
    change_lists(wall);
    draw_at(wall, 40);
    draw_at(wall, 220);
    bool alike = crop_is_alike(wall, "hot", 0, 0, 560, 300, "pixels/motion-hot-180.png");
    alike = crop_is_alike(wall, "categories", 0, 0, 936, 230, "pixels/motion-categories-180.png") &&
            alike;
    alike =
        crop_is_alike(wall, "whistles", 0, 0, 560, 200, "pixels/motion-whistles-180.png") && alike;
    draw_at(wall, 500);
    struct wall *other = wall_wide();
    change_lists(other);
    other->frame.time_ms = 0;
    renderer_draw(other->renderer, &other->frame);
    assert_memory_equal(read_back(wall), read_back(other), (size_t)3840 * 1080 * 4);
    assert_true(alike);
    wall_free(other);
    wall_free(wall);
}

/* When all has arrived the glass is that of a picture, nothing is due and nothing is drawn. */
static void
test_arrives(void **state)
{
    (void)state;
    struct wall *wall = wall_new("district-daily");
    draw_at(wall, 0);
    change(wall);
    assert_true(draw_at(wall, 20));
    assert_true(renderer_due_ms(wall->renderer) == START + 21);
    size_t figures = 0;
    renderer_figures(wall->renderer, &figures);
    assert_int_equal(figures, 0);
    for (int ms = 37; ms < 440; ms += 17) {
        draw_at(wall, ms);
    }
    draw_at(wall, 440);
    assert_true(renderer_due_ms(wall->renderer) == INT64_MAX);
    assert_false(draw_at(wall, 460));
    assert_false(draw_at(wall, 476));
    struct wall *other = wall_new("district-daily");
    change(other);
    other->frame.time_ms = 0;
    renderer_draw(other->renderer, &other->frame);
    renderer_figures(other->renderer, &figures);
    assert_true(figures > 50);
    assert_memory_equal(read_back(wall), read_back(other), BYTES);
    wall_free(other);
    wall_free(wall);
}

static void
assert_moves_at_once(struct wall *wall, struct wall *other)
{
    draw_at(wall, 0);
    change(wall);
    assert_true(draw_at(wall, 20));
    assert_true(renderer_due_ms(wall->renderer) == INT64_MAX);
    change(other);
    other->frame.time_ms = 0;
    renderer_draw(other->renderer, &other->frame);
    assert_memory_equal(read_back(wall), read_back(other), BYTES);
}

/* motion: none, of the scene or of the settings. */
static void
test_none(void **state)
{
    (void)state;
    struct wall *wall = wall_new("district-daily"), *other = wall_new("district-daily");
    wall->frame.still = other->frame.still = true;
    assert_moves_at_once(wall, other);
    show(wall, "street-duty");
    draw_at(wall, 60);
    assert_true(renderer_due_ms(wall->renderer) == INT64_MAX); /* no crossing either */
    wall_free(other);
    wall_free(wall);
}

/* An arrival's rings: out from where it is, and gone after 1.2 s. */
static void
test_ripple(void **state)
{
    (void)state;
    struct wall *wall = wall_new("street-duty");
    put_state(wall, "sample");
    const struct snapshot *snapshot = states_snapshot(wall->states);
    int64_t arrived = 0;
    for (size_t i = 0; i < snapshot->points_count; i++) {
        int64_t then = snapshot->points[i].arrived_ms;
        arrived = then > arrived ? then : arrived;
    }
    wall->frame.moment_ms = arrived + 200;
    draw_at(wall, 0);
    assert_true(renderer_due_ms(wall->renderer) == START + 1); /* it goes on */
    bool alike = crop_is_alike(wall, "map", 348, 388, 140, 140, "pixels/motion-ripple-200.png");
    wall->frame.moment_ms = arrived + 800;
    draw_at(wall, 600);
    alike = crop_is_alike(wall, "map", 348, 388, 140, 140, "pixels/motion-ripple-800.png") && alike;
    wall->frame.moment_ms = arrived + 1200;
    draw_at(wall, 1000);
    assert_true(renderer_due_ms(wall->renderer) > START + 1001); /* but for the flash */
    assert_true(alike);
    wall_free(wall);
}

/* The map's counts on their way, in the title and under a name. */
static void
test_map_counts(void **state)
{
    (void)state;
    static const char *const scenes[] = {"district-daily", "street-duty"};
    static const struct panel_rect crops[] = {{1210, 520, 200, 100}, {600, 0, 272, 60}};
    bool alike = true;
    for (int i = 0; i < 2; i++) {
        char name[64];
        struct wall *wall = wall_sized(scenes[i], i ? W : 3840, H);
        struct snapshot_row *streets = states_rows(wall->states, SNAPSHOT_STREET);
        draw_at(wall, 0);
        for (size_t k = 0; k < states_snapshot(wall->states)->groups[SNAPSHOT_STREET].count; k++) {
            streets[k].open += 120;
            streets[k].overdue += 5;
        }
        states_snapshot(wall->states)->version++;
        draw_at(wall, 20);
        draw_at(wall, 140);
        snprintf(name, sizeof name, "pixels/motion-counts-%s-120.png", i ? "street" : "district");
        alike = crop_is_alike(wall, "map", crops[i].x, crops[i].y, crops[i].w, crops[i].h, name) &&
                alike;
        draw_at(wall, 320);
        draw_at(wall, 340);
        assert_true(renderer_due_ms(wall->renderer) == INT64_MAX);
        wall_free(wall);
    }
    assert_true(alike);
}

/* Half-way each of the two is seen by its part; at the end only the new one. */
static void
test_crossing(void **state)
{
    (void)state;
    struct wall *wall = wall_new("district-daily");
    draw_at(wall, 0);
    draw_at(wall, 1000);
    show(wall, "street-duty");
    assert_true(renderer_due_ms(wall->renderer) <= START + 1001);
    draw_at(wall, 1010);
    draw_at(wall, 1177);
    bool alike = crop_is_alike(wall, "alarms", 500, 40, 500, 300, "pixels/motion-crossing-167.png");
    /* Interrupted: what is on the glass is what the next crossing begins with. */
    uint8_t *kept = malloc(BYTES);
    assert_non_null(kept);
    memcpy(kept, read_back(wall), BYTES);
    show(wall, "district-daily");
    draw_at(wall, 1190);
    struct golden_distance jump = golden_compare(kept, read_back(wall), (size_t)W * H);
    assert_true(jump.share < 0.002); /* the clock and what the header says */
    draw_at(wall, 1500);
    assert_true(draw_at(wall, 1690));
    assert_true(renderer_due_ms(wall->renderer) == INT64_MAX);
    assert_false(draw_at(wall, 1710));
    struct wall *other = wall_new("district-daily");
    renderer_draw(other->renderer, &other->frame);
    assert_memory_equal(read_back(wall), read_back(other), BYTES);
    assert_true(alike);
    free(kept);
    wall_free(other);
    wall_free(wall);
}

/* Pixels of a part of the picture that are about this red. */
static size_t
count_red(const uint8_t *pixels, struct panel_rect r)
{
    size_t count = 0;
    for (int y = r.y; y < r.y + r.h; y++) {
        for (int x = r.x; x < r.x + r.w; x++) {
            const uint8_t *p = pixels + ((size_t)y * W + (size_t)x) * 4;
            count += p[0] == 0xff && p[1] == 0x5d && p[2] == 0x55;
        }
    }
    return count;
}

/* Only the edges of the late alarms nobody has taken, once a second; the words stay. */
static void
test_flash(void **state)
{
    (void)state;
    struct wall *wall = wall_new("street-duty");
    put_state(wall, "sample");
    struct panel_rect alarms = {0};
    for (int i = 0; i < wall->scene.panels_count; i++) {
        if (wall->scene.panels[i].kind == PANEL_ALARMS) {
            alarms = wall->scene.panels[i].rect;
        }
    }
    struct panel_rect edge = {alarms.x, alarms.y, 8, alarms.h};
    struct panel_rect words = {alarms.x + 8, alarms.y, alarms.w - 8, alarms.h};
    draw_at(wall, 0);
    size_t bright = count_red(read_back(wall), edge);
    size_t read = count_red(wall->pixels, words);
    assert_true(bright > 3 * 8 * 60);
    assert_true(renderer_due_ms(wall->renderer) == START + 500);
    assert_true(draw_at(wall, 500));
    assert_int_equal(count_red(read_back(wall), edge), 0);
    assert_int_equal(count_red(wall->pixels, words), read);
    assert_false(draw_at(wall, 900));
    assert_true(draw_at(wall, 1000));
    assert_int_equal(count_red(read_back(wall), edge), bright);
    wall->frame.feed.live = false; /* of the past: nobody can acknowledge it now */
    assert_false(draw_at(wall, 1500) && renderer_due_ms(wall->renderer) != INT64_MAX);
    assert_int_equal(count_red(read_back(wall), edge), bright);
    wall_free(wall);
}

/* OpenGL ES encodes sRGB itself on the way to the window: off by one level at most. */
static bool
is_alike(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (abs(a[i] - b[i]) > 1) {
            return false;
        }
    }
    return true;
}

/* The third alarm is settled: those below it rise, and none is seen through another. */
static void
test_alarms(void **state)
{
    (void)state;
    struct wall *wall = wall_new("street-duty");
    put_state(wall, "sample");
    draw_at(wall, 0);
    struct snapshot *snapshot = states_snapshot(wall->states);
    struct snapshot_alarm *left = malloc(snapshot->alarms_count * sizeof *left);
    assert_non_null(left);
    size_t count = 0;
    for (size_t i = 0; i < snapshot->alarms_count; i++) {
        if (!str_is(snapshot->alarms[i].ticket, "12345-20261123-000381")) {
            left[count++] = snapshot->alarms[i];
        }
    }
    assert_int_equal(count + 1, snapshot->alarms_count);
    snapshot->alarms = left;
    snapshot->alarms_count = count;
    snapshot->version++;
    draw_at(wall, 40);
    draw_at(wall, 200);
    assert_true(crop_is_alike(wall, "alarms", 0, 180, 460, 300, "pixels/motion-alarms-160.png"));
    draw_at(wall, 440);
    assert_true(renderer_due_ms(wall->renderer) == START + 500); /* but for the flash */
    wall_free(wall);
    free(left);
}

/* By at most 2 px, a pixel at a time, each place for more than ten seconds. */
static void
test_wander(void **state)
{
    (void)state;
    struct wall *wall = wall_new("street-duty");
    static uint8_t window[BYTES];
    wall->frame.wander = true;
    int last_x = 0, last_y = 0, least = 0, most = 0, moves = 0;
    for (int s = 0; s < 7200; s += 10) {
        bool changed = draw_at(wall, (int64_t)s * 1000);
        if (s > 0 && !changed) {
            continue;
        }
        renderer_present(wall->renderer, W, H);
        context_read(window, W, H);
        const uint8_t *canvas = read_back(wall);
        int found_x = 9, found_y = 9;
        for (int y = -2; y <= 2; y++) {
            for (int x = -2; x <= 2; x++) {
                bool same = true;
                for (int row = 40; row < 60 && same; row++) { /* the header's words */
                    same = is_alike(window + ((size_t)(row + y) * W + (size_t)(20 + x)) * 4,
                                    canvas + ((size_t)row * W + 20) * 4, (size_t)4 * 600);
                }
                found_x = same ? x : found_x;
                found_y = same ? y : found_y;
            }
        }
        assert_true(found_x < 9);
        if (s > 0) {
            assert_true(abs(found_x - last_x) <= 1 && abs(found_y - last_y) <= 1);
            moves += found_x != last_x || found_y != last_y;
        }
        last_x = found_x;
        last_y = found_y;
        least = found_x < least ? found_x : least;
        most = found_x > most ? found_x : most;
    }
    assert_int_equal(least, -2);
    assert_int_equal(most, 2);
    assert_in_range(moves, 20, 80);
    wall_free(wall);
}

static int
set_up(void **state)
{
    (void)state;
    return context_create(W, H) ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    context_destroy();
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_instants), cmocka_unit_test(test_lists),
        cmocka_unit_test(test_arrives),  cmocka_unit_test(test_none),
        cmocka_unit_test(test_ripple),   cmocka_unit_test(test_map_counts),
        cmocka_unit_test(test_crossing), cmocka_unit_test(test_flash),
        cmocka_unit_test(test_alarms),   cmocka_unit_test(test_wander),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
