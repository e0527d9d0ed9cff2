/* A map's dots: painted by the processor as by the GPU, and a large change in several frames as all
 * at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/renderer_inside.h"
#include "tests/gl/context.h"
#include "tests/golden/sample.h"

#include <stdlib.h>
#include <string.h>

enum { W = 1280, H = 720, MOST = 900000 };

/* The GPU rounds to a byte after every disc, the processor once: where many lie over each other
 * they part by a few levels. */
enum { LEVELS = 4 };

static struct sample *sample;
static struct scene scene;
static struct renderer *renderer;
static struct snapshot snapshot;
static struct snapshot_point *points;
static uint32_t changed[64];
static uint8_t *seen, *expected;
static uint64_t random_state;

static uint32_t
pick(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

static struct renderer *
make_renderer(bool slow)
{
    struct err err = {""};
    struct yaml_report report = {0};
    struct renderer *made = renderer_create(RENDERER_GL, &err);
    assert_non_null(made);
    made->gpu->slow = slow;
    assert_true(renderer_set_scene(made, &scene, &report));
    yaml_report_free(&report);
    return made;
}

/* A request in the middle of the district, or of 八角街道 alone. */
static void
throw_point(struct snapshot_point *point, bool district)
{
    uint32_t state = pick(40);
    *point = (struct snapshot_point){
        .lon_e7 = (district ? 1161000000 : 1161950000) + (int32_t)pick(district ? 1400000 : 300000),
        .lat_e7 = (district ? 399000000 : 399050000) + (int32_t)pick(district ? 700000 : 250000),
        .arrived_ms = SAMPLE_MOMENT_MS - 60000,
        .soon_ms = state < 3 ? SAMPLE_MOMENT_MS - 2000 : INT64_MAX,
        .overdue_ms = state < 1 ? SAMPLE_MOMENT_MS - 1000 : INT64_MAX,
        .used = true,
    };
    const struct snapshot_rows *streets = &snapshot.groups[SNAPSHOT_STREET];
    const struct snapshot_row *row =
        snapshot_row(&snapshot, SNAPSHOT_STREET, str_from(scene.focus_street));
    point->street = row ? (uint32_t)(row - streets->rows) : 0;
}

static struct renderer_frame
set_points(const char *name, size_t count)
{
    struct yaml_report report = {0};
    assert_true(scene_load(name, &scene, &report));
    scene_solve(&scene, W, H, NULL);
    yaml_report_free(&report);
    snapshot = *sample_snapshot(sample);
    snapshot.points = points;
    snapshot.points_count = count;
    snapshot.points_version = 100;
    snapshot.points_all_changed = true;
    random_state = 5;
    for (size_t i = 0; i < MOST; i++) {
        throw_point(&points[i], !scene.focus_street[0]);
    }
    struct renderer_frame frame = sample_frame(sample);
    frame.snapshot = &snapshot;
    return frame;
}

static int
set_up(void **state)
{
    (void)state;
    if (!context_create(64, 64)) {
        return -1;
    }
    sample = sample_create();
    points = calloc(MOST, sizeof *points);
    seen = malloc((size_t)W * H * 4);
    expected = malloc((size_t)W * H * 4);
    return points && seen && expected ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    sample_destroy(sample);
    free(points);
    free(seen);
    free(expected);
    context_destroy();
    return 0;
}

static void
read_into(struct renderer *from, uint8_t *pixels)
{
    assert_true(renderer_read(from, pixels, (size_t)W * H * 4));
}

/* How many pixels of a box differ in a channel by more than so many levels. */
static size_t
differing_in(struct panel_rect box, int levels)
{
    size_t count = 0;
    for (int y = box.y; y < box.y + box.h; y++) {
        for (int x = box.x; x < box.x + box.w; x++) {
            size_t at = ((size_t)y * W + (size_t)x) * 4;
            int most = 0;
            for (size_t c = 0; c < 3; c++) {
                int by = abs(seen[at + c] - expected[at + c]);
                most = by > most ? by : most;
            }
            count += most > levels;
        }
    }
    return count;
}

static size_t
differing(int levels)
{
    return differing_in((struct panel_rect){0, 0, W, H}, levels);
}

static void
compare_painters(const char *name, size_t count)
{
    struct renderer_frame frame = set_points(name, count);
    for (int slow = 0; slow < 2; slow++) {
        renderer = make_renderer(slow);
        assert_true(renderer_draw(renderer, &frame));
        assert_true(renderer_is_complete(renderer));
        read_into(renderer, slow ? seen : expected);
        assert_int_equal(renderer_faults(renderer), 0);
        if (slow) { /* it is the dots that were compared */
            frame.snapshot = NULL;
            renderer_draw(renderer, &frame);
            size_t alike = differing(LEVELS);
            read_into(renderer, expected);
            assert_true(differing(LEVELS) > 2000);
            assert_int_equal(alike, 0);
        }
        renderer_destroy(renderer);
    }
}

static void
the_processor_paints_as_the_gpu(void **state)
{
    (void)state;
    compare_painters("district-daily", 600);
    compare_painters("district-daily", 50000);
    compare_painters("street-duty", 400);
    compare_painters("street-duty", 30000);
}

static void
change_some(void)
{
    snapshot.points_all_changed = false;
    snapshot.points_changed = changed;
    snapshot.points_changed_count = 1 + pick(60);
    for (size_t i = 0; i < snapshot.points_changed_count; i++) {
        changed[i] = pick((uint32_t)snapshot.points_count);
        throw_point(&points[changed[i]], !scene.focus_street[0]);
        points[changed[i]].used = pick(3) > 0;
    }
    snapshot.points_version += snapshot.points_changed_count;
    snapshot.version++;
}

static void
assert_like_a_picture(const struct renderer_frame *frame, bool slow)
{
    struct renderer_frame picture = *frame;
    struct renderer *other = make_renderer(slow);
    picture.time_ms = 0;
    renderer_draw(other, &picture);
    read_into(other, expected);
    read_into(renderer, seen);
    assert_int_equal(differing(0), 0);
    renderer_destroy(other);
}

/* A few changes a frame, painted in boxes: the picture painted whole. */
static void
small_changes_end_in_the_same_picture(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct renderer_frame frame = set_points("district-daily", 3000);
        renderer = make_renderer(slow);
        frame.time_ms = 1000000;
        frame.still = true;
        for (int i = 0; i < 12; i++) {
            renderer_draw(renderer, &frame);
            assert_true(renderer_is_complete(renderer));
            change_some();
            frame.time_ms += 5000; /* figures have arrived */
        }
        renderer_draw(renderer, &frame);
        assert_like_a_picture(&frame, slow);
        renderer_destroy(renderer);
    }
}

/* Draws frames with changes between them until all dots are there; returns how many it took. What
 * was seen before stays until then, or until a whole picture is there that is to be painted again,
 * because changes have outdated it. */
static int
draw_on(struct renderer_frame *frame)
{
    int panel = 0;
    while (scene.panels[panel].kind != PANEL_MAP) {
        panel++;
    }
    struct panel_rect map = scene.panels[panel].rect;
    bool outdated = false;
    read_into(renderer, expected);
    for (int frames = 1; frames < 100; frames++) {
        int rows = renderer->layers[panel].next_rows;
        renderer_draw(renderer, frame);
        read_into(renderer, seen);
        if (renderer_is_complete(renderer)) {
            assert_true(outdated || differing_in(map, 0) > 1000);
            return frames;
        }
        if (renderer->layers[panel].next_rows < rows) { /* done, and begun anew */
            outdated = true;
            read_into(renderer, expected);
        }
        assert_int_equal(differing_in(map, 0), 0);
        assert_true(renderer_due_ms(renderer) <= frame->time_ms + 1);
        change_some();
        frame->time_ms += 16;
    }
    return 100;
}

/* More than a frame may count, and more dots than it may paint. */
static void
a_large_change_takes_several_frames(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty"};
    for (int slow = 0; slow < 2; slow++) {
        struct renderer_frame frame = set_points(NAMES[slow], 300);
        renderer = make_renderer(slow);
        frame.time_ms = 1000000;
        frame.still = true;
        renderer_draw(renderer, &frame);
        assert_true(renderer_is_complete(renderer));
        snapshot.points_count = slow ? 100000 : MOST;
        snapshot.points_all_changed = true;
        snapshot.points_version++;
        snapshot.version++;
        frame.time_ms += 16;
        assert_in_range(draw_on(&frame), 2, 40);
        assert_like_a_picture(&frame, slow);
        renderer_destroy(renderer);
    }
}

/* Where nothing was on the glass there is nothing to keep going: all of it in one frame. */
static void
the_first_picture_is_whole(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct renderer_frame frame =
            slow ? set_points("street-duty", 100000) : set_points("district-daily", MOST);
        renderer = make_renderer(slow);
        frame.time_ms = 1000000;
        frame.still = true;
        for (int first = 0; first < 2; first++) {
            frame.first = first;
            snapshot.points_all_changed = true;
            snapshot.points_version++;
            snapshot.version++;
            renderer_draw(renderer, &frame);
            assert_int_equal(renderer_is_complete(renderer), first);
        }
        assert_like_a_picture(&frame, slow);
        renderer_destroy(renderer);
    }
}

/* All of it stale at once: where the GPU is slow over a few frames, if that is allowed. */
static void
a_change_of_all_is_spread(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct renderer_frame frame = set_points("district-daily", 300);
        renderer = make_renderer(slow);
        frame.time_ms = 1000000;
        frame.still = true;
        frame.spread = true;
        renderer_draw(renderer, &frame);
        assert_true(renderer_is_complete(renderer)); /* nothing was there before */
        frame.feed.stale = true;
        int frames = 0;
        do {
            frame.time_ms += 16;
            assert_true(renderer_draw(renderer, &frame));
            assert_true(renderer_is_complete(renderer) ||
                        renderer_due_ms(renderer) <= frame.time_ms + 1);
            assert_in_range(++frames, 1, 10);
        } while (!renderer_is_complete(renderer));
        assert_in_range(frames, slow ? 2 : 1, slow ? 8 : 1);
        assert_like_a_picture(&frame, slow);
        renderer_destroy(renderer);
    }
}

/* What a random frame brings: few changes, another crowd, another look, a moment that jumps back.
 */
static void
upset(struct renderer_frame *frame)
{
    static const size_t CROWDS[] = {200, 20000, 60000, 100000};
    uint32_t event = pick(12);
    change_some();
    if (event == 0) {
        snapshot.points_count = CROWDS[pick(4)];
        snapshot.points_all_changed = true;
        snapshot.points_version++;
    } else if (event == 1) {
        frame->feed.stale = !frame->feed.stale;
    } else if (event == 2) {
        snapshot.points_version += 3; /* a snapshot that was left out */
    } else if (event == 3) {
        frame->moment_ms += pick(2) ? -4000 : 4000;
    }
    frame->time_ms += 16;
}

/* Whatever comes while a picture is on its way, it ends as the one that is painted at once. */
static void
all_ends_in_the_same_picture(void **state)
{
    (void)state;
    for (int slow = 0; slow < 2; slow++) {
        struct renderer_frame frame = set_points("street-duty", 60000);
        renderer = make_renderer(slow);
        frame.time_ms = 1000000;
        frame.still = frame.spread = true;
        random_state = (uint64_t)slow + 11;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 12; i++) {
                renderer_draw(renderer, &frame);
                upset(&frame);
            }
            for (int i = 0; i < 100 && (i == 0 || !renderer_is_complete(renderer)); i++) {
                renderer_draw(renderer, &frame);
                frame.time_ms += 5000;
            }
            assert_true(renderer_is_complete(renderer));
            renderer_draw(renderer, &frame);
            assert_like_a_picture(&frame, slow);
        }
        assert_int_equal(renderer_faults(renderer), 0);
        renderer_destroy(renderer);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_processor_paints_as_the_gpu),
        cmocka_unit_test(small_changes_end_in_the_same_picture),
        cmocka_unit_test(a_large_change_takes_several_frames),
        cmocka_unit_test(the_first_picture_is_whole),
        cmocka_unit_test(a_change_of_all_is_spread),
        cmocka_unit_test(all_ends_in_the_same_picture),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
