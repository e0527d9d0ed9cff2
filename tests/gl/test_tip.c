/* The whole of a cut text where a pointer rests: it comes, stays off the seams, and leaves no
 * trace; a pointer that changes nothing costs no frame. */
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

#define WHOLE "网格站" /* how every long name of the state ends */

struct wall {
    struct scene scene;
    struct renderer *renderer;
    struct states *states;
    struct renderer_frame frame;
    size_t bytes;
    uint8_t *pixels;
};

static struct wall *
wall_new(const char *name, const char *theme, int w, int h)
{
    struct wall *wall = calloc(1, sizeof *wall);
    struct yaml_report report = {0};
    struct err err = {""};
    assert_non_null(wall);
    assert_true(scene_load(name, &wall->scene, &report));
    snprintf(wall->scene.theme, sizeof wall->scene.theme, "%s", theme);
    scene_solve(&wall->scene, w, h, NULL);
    wall->renderer = renderer_create(RENDERER_GL, &err);
    assert_non_null(wall->renderer);
    assert_true(renderer_set_scene(wall->renderer, &wall->scene, &report));
    yaml_report_free(&report);
    wall->states = states_create("long-names");
    wall->frame = states_frame(wall->states);
    wall->bytes = (size_t)w * (size_t)h * 4;
    wall->pixels = malloc(wall->bytes);
    assert_non_null(wall->pixels);
    return wall;
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

static bool
draw_at(struct wall *wall, bool there, int x, int y)
{
    wall->frame.pointer = (struct renderer_pointer){there, x, y};
    return renderer_draw(wall->renderer, &wall->frame);
}

static uint8_t *
picture(struct wall *wall)
{
    uint8_t *copy = malloc(wall->bytes);
    assert_non_null(copy);
    assert_true(renderer_read(wall->renderer, copy, wall->bytes));
    return copy;
}

static char *
lists_of(struct wall *wall)
{
    struct buf lists = {0};
    renderer_dump_lists(wall->renderer, &lists);
    buf_add(&lists, "", 1);
    return lists.ptr; /* the caller frees it */
}

/* The tip's box and words; false where there is none. */
static bool
tip_of(struct wall *wall, struct panel_rect *box, char *words, size_t size)
{
    char *lists = lists_of(wall);
    const char *tip = strstr(lists, "# tip ");
    words[0] = '\0';
    for (const char *line = tip; line && *line; line = strchr(line, '\n') + 1) {
        const char *from = strchr(line, '"'), *to = from ? strchr(from + 1, '"') : NULL;
        sscanf(line, "rect %d %d %d %d", &box->x, &box->y, &box->w, &box->h);
        if (strncmp(line, "text ", 5) == 0 && from && to) {
            size_t len = strlen(words);
            snprintf(words + len, size - len, "%.*s", (int)(to - from - 1), from + 1);
        }
    }
    free(lists);
    return tip != NULL;
}

/* A text that was cut: the nth of the dump that ends in dots, but for the map's, which has its own
 * ways. */
static bool
nth_cut(const char *lists, int n, int *x, int *y)
{
    for (const char *line = lists; *line; line = strchr(line, '\n') + 1) {
        char align[16];
        const char *end = strchr(line, '\n');
        const char *dots = strstr(line, "…\"");
        if (strncmp(line, "text ", 5) != 0 || !dots || dots > end || strstr(line, "halo") ||
            n-- > 0) {
            continue;
        }
        assert_int_equal(sscanf(line, "text %d %d %15s", x, y, align), 3);
        *x += strcmp(align, "left") == 0 ? 4 : strcmp(align, "right") == 0 ? -4 : 0;
        *y -= 6;
        return true;
    }
    return false;
}

static void
assert_stays_in_place(const struct wall *wall, struct panel_rect box)
{
    const struct scene *scene = &wall->scene;
    assert_true(box.x >= 0 && box.y >= 0 && box.x + box.w <= scene->solved_w &&
                box.y + box.h <= scene->solved_h);
    assert_int_equal(scene_seam_shift_x(scene, box.x, box.w), 0);
    assert_int_equal(scene_seam_shift(scene, box.y, box.h), 0);
}

/* Pixels that differ outside the box. */
static size_t
changed_outside(const struct wall *wall, const uint8_t *a, const uint8_t *b, struct panel_rect box)
{
    size_t changed = 0;
    for (int y = 0; y < wall->scene.solved_h; y++) {
        for (int x = 0; x < wall->scene.solved_w; x++) {
            size_t at = ((size_t)y * (size_t)wall->scene.solved_w + (size_t)x) * 4;
            bool inside = x >= box.x && x < box.x + box.w && y >= box.y && y < box.y + box.h;
            changed += !inside && memcmp(a + at, b + at, 4) != 0;
        }
    }
    return changed;
}

static void
assert_comes_and_goes(const char *scene, int w, int h, int least)
{
    struct wall *wall = wall_new(scene, "night", w, h);
    assert_true(draw_at(wall, false, 0, 0));
    uint8_t *bare = picture(wall);
    char *lists = lists_of(wall), words[2048];
    int x, y, found = 0;
    for (; nth_cut(lists, found, &x, &y); found++) {
        struct panel_rect box = {0};
        if (!draw_at(wall, true, x, y)) {
            fail_msg("%s: nothing is told of what lies at %d, %d", scene, x, y);
        }
        assert_true(tip_of(wall, &box, words, sizeof words));
        assert_non_null(strstr(words, WHOLE));
        assert_stays_in_place(wall, box);
        assert_false(draw_at(wall, true, x + 1, y + 1)); /* nothing new: no frame */
        if (found % 7 == 0) {
            uint8_t *tipped = picture(wall);
            assert_int_equal(changed_outside(wall, bare, tipped, box), 0);
            free(tipped);
        }
        assert_true(draw_at(wall, false, 0, 0));
        assert_false(tip_of(wall, &box, words, sizeof words));
        assert_false(draw_at(wall, true, 2, h - 2)); /* nothing there */
    }
    uint8_t *after = picture(wall);
    assert_memory_equal(bare, after, wall->bytes);
    assert_true(found >= least);
    free(after);
    free(lists);
    free(bare);
    wall_free(wall);
}

static void
test_district(void **state)
{
    (void)state;
    assert_comes_and_goes("district-daily", 3840, 1080, 30);
}

static void
test_street(void **state)
{
    (void)state;
    assert_comes_and_goes("street-duty", 1920, 1080, 12);
}

static void
test_portrait(void **state)
{
    (void)state;
    assert_comes_and_goes("district-daily", 1080, 1920, 10);
}

/* The text under a pointer that rests may go: its tip goes with it. */
static void
test_text_goes(void **state)
{
    (void)state;
    struct wall *wall = wall_new("district-daily", "night", 3840, 1080);
    char words[2048];
    struct panel_rect box = {0};
    int x, y;
    wall->frame.time_ms = SAMPLE_MOMENT_MS;
    draw_at(wall, false, 0, 0);
    char *lists = lists_of(wall);
    assert_true(nth_cut(lists, 0, &x, &y));
    assert_true(draw_at(wall, true, x, y));
    assert_true(tip_of(wall, &box, words, sizeof words));
    states_destroy(wall->states);
    wall->states = states_create("sample");
    int64_t time_ms = wall->frame.time_ms;
    wall->frame = states_frame(wall->states);
    wall->frame.time_ms = time_ms + 5000;
    wall->frame.moment_ms += 5000;
    assert_true(draw_at(wall, true, x, y));
    assert_false(tip_of(wall, &box, words, sizeof words));
    free(lists);
    wall_free(wall);
}

/* What the window shows scaled, in a letterbox, and wandering, is found on the canvas again. */
static void
test_point(void **state)
{
    (void)state;
    struct wall *wall = wall_new("street-duty", "night", 1920, 1080);
    assert_false(renderer_point(wall->renderer, 5, 5).there); /* nothing was shown yet */
    draw_at(wall, false, 0, 0);
    renderer_present(wall->renderer, 960, 600); /* 960 × 540 of it, 30 px lower */
    struct renderer_pointer at = renderer_point(wall->renderer, 480, 300);
    assert_true(at.there);
    assert_int_equal(at.x, 960);
    assert_int_equal(at.y, 540);
    assert_false(renderer_point(wall->renderer, 480, 29).there);
    assert_false(renderer_point(wall->renderer, 480, 570).there);
    assert_false(renderer_point(wall->renderer, -1, -1).there);
    wall_free(wall);
}

static void
assert_picture(const char *theme, const char *name)
{
    struct wall *wall = wall_new("street-duty", theme, 1920, 1080);
    char words[2048];
    struct panel_rect box = {0};
    draw_at(wall, true, 500, 306); /* the second alarm's matter */
    assert_true(tip_of(wall, &box, words, sizeof words));
    uint8_t *all = picture(wall);
    uint8_t *part = golden_crop(all, 1920, 400, 260, 960, 200);
    bool alike = golden_pixels(name, part, 960, 200);
    free(part);
    free(all);
    wall_free(wall);
    assert_true(alike);
}

static void
test_pictures(void **state)
{
    (void)state;
    assert_picture("night", "pixels/tip-night.png");
    assert_picture("day", "pixels/tip-day.png");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_district), cmocka_unit_test(test_street),
        cmocka_unit_test(test_portrait), cmocka_unit_test(test_text_goes),
        cmocka_unit_test(test_point),    cmocka_unit_test(test_pictures),
    };
    return cmocka_run_group_tests(tests, context_group_set_up, context_group_tear_down);
}
