/* The dots of a map, kept from snapshot to snapshot: the same as counted anew, and what changed is
 * told; tickets come, go, move, fall due, at random. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "layouts/scene.h"
#include "render/map/map.h"
#include "render/points.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 3000, STREETS = 3, ROUNDS = 250, START_MS = 1000000 };

static struct scene scene;
static struct map *map;
static struct snapshot_point slots[SLOTS];
static uint32_t changed[SLOTS];
static struct snapshot snapshot;
static uint64_t random_state;

static uint32_t
pick(uint32_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % below;
}

static int
set_up(void **state)
{
    (void)state;
    struct yaml_report report = {0};
    if (!scene_load("district-daily", &scene, &report)) {
        return -1;
    }
    scene_solve(&scene, 1920, 1080, NULL);
    for (int i = 0; i < scene.panels_count && !map; i++) {
        if (scene.panels[i].kind == PANEL_MAP) {
            map = map_create(&scene, i, &report);
        }
    }
    yaml_report_free(&report);
    return map ? 0 : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    map_destroy(map);
    return 0;
}

static int64_t
some_time(int64_t moment_ms)
{
    return pick(4) ? moment_ms + (int64_t)pick(20000) - 4000 : INT64_MAX;
}

/* A ticket in or around the district, or none. */
static void
throw_slot(uint32_t at, int64_t moment_ms)
{
    slots[at] = (struct snapshot_point){
        .lon_e7 = 1160500000 + (int32_t)pick(3000000),
        .lat_e7 = 398500000 + (int32_t)pick(1800000),
        .arrived_ms = moment_ms - (int64_t)pick(3000) + (pick(8) ? 0 : 4000),
        .soon_ms = some_time(moment_ms),
        .overdue_ms = some_time(moment_ms),
        .street = pick(STREETS),
        .used = pick(6) != 0,
    };
}

static void
change_some(int64_t moment_ms)
{
    snapshot.points_changed_count = pick(4) ? pick(40) : 0;
    for (size_t i = 0; i < snapshot.points_changed_count; i++) {
        if (snapshot.points_count < SLOTS && pick(3) == 0) {
            snapshot.points_count++;
        }
        changed[i] =
            pick(2) ? (uint32_t)snapshot.points_count - 1 : pick((uint32_t)snapshot.points_count);
        throw_slot(changed[i], moment_ms);
        snapshot.points_version++;
    }
}

static bool
is_near_change(const struct points *points, const struct points_dot *dot)
{
    size_t count;
    bool all;
    const struct points_dot *told = points_changed(points, &count, &all);
    for (size_t i = 0; i < count && !all; i++) {
        if (told[i].x == dot->x && told[i].y == dot->y) {
            return true;
        }
    }
    return all;
}

static bool
same_dot(const struct points_dot *a, const struct points_dot *b)
{
    return a->x == b->x && a->y == b->y && a->state == b->state && a->tickets == b->tickets;
}

/* From POINTS_TALLY tickets on a dot looks the same. */
static bool
looks_the_same(const struct points_dot *a, const struct points_dot *b)
{
    return a->x == b->x && a->y == b->y && a->state == b->state &&
           (a->tickets == b->tickets || (a->tickets >= POINTS_TALLY && b->tickets >= POINTS_TALLY));
}

static bool
has_dot(const struct points_dot *dots, size_t count, const struct points_dot *dot)
{
    for (size_t i = 0; i < count; i++) {
        if (looks_the_same(&dots[i], dot)) {
            return true;
        }
    }
    return false;
}

static void
assert_told(const struct points *points, const struct points_dot *a, size_t a_count,
            const struct points_dot *b, size_t b_count)
{
    for (size_t i = 0; i < a_count; i++) {
        if (!has_dot(b, b_count, &a[i])) {
            assert_true(is_near_change(points, &a[i]));
        }
    }
}

/* The grid's cells hold all dots, each state's where they are. */
static void
assert_grid(const struct points *points, const struct points_dot *dots, size_t count)
{
    static uint32_t want[POINTS_CELLS * POINTS_CELLS][POINTS_STATE_COUNT];
    struct points_grid grid = points_grid(points);
    struct panel_rect clip = map_clip(map);
    memset(want, 0, sizeof want);
    assert_true(grid.across <= POINTS_CELLS && grid.down <= POINTS_CELLS);
    for (size_t i = 0; i < count; i++) {
        int column = ((int)dots[i].x - clip.x) / grid.cell_px;
        int row = ((int)dots[i].y - clip.y) / grid.cell_px;
        column = column < 0 ? 0 : column >= grid.across ? grid.across - 1 : column;
        row = row < 0 ? 0 : row >= grid.down ? grid.down - 1 : row;
        want[row * grid.across + column][dots[i].state]++;
    }
    size_t cells = (size_t)grid.across * (size_t)grid.down;
    assert_memory_equal(grid.cells, want, cells * sizeof *want);
}

static void
assert_like_anew(struct points *points, bool exact, int64_t moment_ms, uint32_t street)
{
    struct points *anew = points_create(map, exact);
    struct points_arrival here[30], there[30];
    size_t count, expected_count;
    uint32_t tally = 0;
    points_update(anew, &snapshot, moment_ms, street, SIZE_MAX);
    const struct points_dot *dots = points_all(points, &count);
    const struct points_dot *expected = points_all(anew, &expected_count);
    assert_int_equal(count, expected_count);
    for (size_t i = 0; i < count; i++) {
        assert_true(same_dot(&dots[i], &expected[i]));
    }
    for (int state = 0; state < POINTS_STATE_COUNT; state++) {
        for (uint32_t tickets = 1; tickets <= POINTS_TALLY; tickets++) {
            uint32_t has = points_tally(points, (enum points_state)state, tickets);
            assert_int_equal(has, points_tally(anew, (enum points_state)state, tickets));
            tally += has;
        }
    }
    assert_int_equal(tally, count);
    int arrivals = points_arrivals(points, here, 30);
    assert_int_equal(arrivals, points_arrivals(anew, there, 30));
    for (int i = 0; i < arrivals; i++) {
        assert_true(here[i].arrived_ms == there[i].arrived_ms && here[i].x == there[i].x);
    }
    points_destroy(anew);
}

static void
run(bool exact, uint64_t seed)
{
    static struct points_dot before[SLOTS * 3];
    size_t before_count = 0, count;
    int64_t moment_ms = START_MS;
    uint32_t street = UINT32_MAX;
    struct points *points = points_create(map, exact);
    random_state = seed;
    memset(slots, 0, sizeof slots);
    snapshot = (struct snapshot){.points = slots, .points_changed = changed, .points_version = 7};
    snapshot.points_count = 1500;
    for (uint32_t i = 0; i < snapshot.points_count; i++) {
        throw_slot(i, moment_ms);
    }
    for (int round = 0; round < ROUNDS; round++) {
        uint32_t event = pick(40);
        change_some(moment_ms);
        if (event == 0) {
            street = pick(2) ? pick(STREETS) : UINT32_MAX;
        } else if (event == 1) {
            change_some(moment_ms); /* a snapshot that was never handed in */
        }
        moment_ms += event == 2 ? -3000 : (int64_t)pick(300);
        snapshot.points_all_changed = event == 3;
        points_update(points, &snapshot, moment_ms, street, SIZE_MAX);
        const struct points_dot *dots = points_all(points, &count);
        assert_told(points, before, before_count, dots, count);
        assert_told(points, dots, count, before, before_count);
        if (count > 0) {
            memcpy(before, dots, count * sizeof *dots);
        }
        before_count = count;
        assert_grid(points, dots, count);
        assert_like_anew(points, exact, moment_ms, street);
    }
    assert_true(count > 100);
    points_update(points, NULL, moment_ms, street, SIZE_MAX);
    points_all(points, &count);
    assert_int_equal(count, 0);
    points_destroy(points);
}

static void
kept_dots_equal_those_counted_anew(void **state)
{
    (void)state;
    assert_true(map_cells_count(map) > 0);
    run(false, 1);
    run(true, 2);
}

/* A part of the map holds the dots that lie in it, once each, in the order of all of them. */
static void
parts_hold_what_lies_in_them(void **state)
{
    (void)state;
    struct points *points = points_create(map, false);
    size_t count, all_count;
    random_state = 3;
    snapshot = (struct snapshot){.points = slots, .points_count = SLOTS};
    for (uint32_t i = 0; i < SLOTS; i++) {
        throw_slot(i, START_MS);
    }
    points_update(points, &snapshot, START_MS, UINT32_MAX, SIZE_MAX);
    static struct points_dot all[SLOTS];
    const struct points_dot *dots = points_all(points, &all_count);
    memcpy(all, dots, all_count * sizeof *dots);
    struct panel_rect clip = map_clip(map);
    for (int round = 0; round < 100; round++) {
        struct panel_rect boxes[2];
        for (int i = 0; i < 2; i++) { /* they may overlap */
            boxes[i] = (struct panel_rect){clip.x + (int)pick((uint32_t)clip.w),
                                           clip.y + (int)pick((uint32_t)clip.h), (int)pick(200),
                                           (int)pick(200)};
        }
        dots = points_in(points, boxes, 2, &count);
        size_t found = 0;
        for (size_t i = 0; i < all_count; i++) {
            bool inside = false;
            for (int k = 0; k < 2; k++) {
                inside =
                    inside || (all[i].x >= (float)boxes[k].x && all[i].y >= (float)boxes[k].y &&
                               all[i].x < (float)(boxes[k].x + boxes[k].w) &&
                               all[i].y < (float)(boxes[k].y + boxes[k].h));
            }
            if (inside) {
                assert_true(found < count && same_dot(&dots[found], &all[i]));
                found++;
            }
        }
        assert_int_equal(found, count);
    }
    points_destroy(points);
}

static void
assert_told_places(const struct points *points, size_t expected)
{
    size_t count;
    bool all;
    points_changed(points, &count, &all);
    assert_false(all);
    assert_int_equal(count, expected);
}

static void
take_away(struct points *points, uint32_t slot)
{
    slots[slot].used = false;
    changed[0] = slot;
    snapshot.points_changed = changed;
    snapshot.points_changed_count = 1;
    snapshot.points_version++;
    points_update(points, &snapshot, START_MS + 2, UINT32_MAX, SIZE_MAX);
    points_set_scale(points, 1);
}

/* A changed ticket tells its place where that looks different, however many there are; one among
 * a crowd tells nothing. */
static void
a_change_costs_a_place_or_nothing(void **state)
{
    (void)state;
    struct points *points = points_create(map, false);
    size_t count;
    bool all;
    snapshot = (struct snapshot){.points = slots, .points_count = SLOTS, .points_version = 5};
    for (uint32_t i = 0; i < SLOTS; i++) {
        slots[i] = (struct snapshot_point){.lon_e7 = 1162000000,
                                           .lat_e7 = 399000000,
                                           .soon_ms = INT64_MAX,
                                           .overdue_ms = INT64_MAX,
                                           .used = true};
    }
    points_update(points, &snapshot, START_MS, UINT32_MAX, SIZE_MAX);
    points_changed(points, &count, &all);
    assert_true(all);
    points_set_scale(points, 1);
    points_update(points, &snapshot, START_MS + 1, UINT32_MAX, SIZE_MAX);
    assert_told_places(points, 0);
    take_away(points, 10);
    assert_told_places(points, 0);
    for (uint32_t i = 20; i < SLOTS - POINTS_TALLY; i++) {
        slots[i].used = false;
    }
    snapshot.points_all_changed = true;
    snapshot.points_version++;
    points_update(points, &snapshot, START_MS + 2, UINT32_MAX, SIZE_MAX);
    snapshot.points_all_changed = false;
    for (uint32_t i = 0, left = 19 + POINTS_TALLY; i < 20; i++) {
        if (slots[i].used) {
            take_away(points, i);
            assert_told_places(points, --left < POINTS_TALLY);
        }
    }
    take_away(points, SLOTS - 1);
    assert_told_places(points, 1);
    points_set_scale(points, 0.9f);
    points_changed(points, &count, &all);
    assert_true(all);
    points_destroy(points);
}

/* However many arrive, each that is shown stays until its time is over, and no more than asked for
 * are shown at once. */
static void
arrivals_show_to_their_end(void **state)
{
    (void)state;
    enum { SHOWN = 24, STEPS = 300, STEP_MS = 7 };
    static int64_t begun[STEPS * SHOWN];
    size_t begun_count = 0;
    struct points *points = points_create(map, true);
    snapshot = (struct snapshot){.points = slots, .points_changed = changed};
    random_state = 6;
    for (int step = 0; step < STEPS; step++) {
        struct points_arrival shown[SHOWN];
        int64_t moment_ms = START_MS + step * STEP_MS;
        snapshot.points_changed_count = step % 100 < 80 ? 5 : 0;
        for (size_t i = 0; i < snapshot.points_changed_count; i++) {
            changed[i] = (uint32_t)snapshot.points_count++;
            slots[changed[i]] = (struct snapshot_point){.lon_e7 = 1162000000,
                                                        .lat_e7 = 399000000 + (int32_t)pick(999),
                                                        .arrived_ms = moment_ms,
                                                        .soon_ms = INT64_MAX,
                                                        .overdue_ms = INT64_MAX,
                                                        .used = true};
            snapshot.points_version++;
        }
        points_update(points, &snapshot, moment_ms, UINT32_MAX, SIZE_MAX);
        int count = points_arrivals(points, shown, SHOWN);
        assert_true(step % 100 > 0 || count > 0);
        for (int i = 0; i < count; i++) {
            assert_true(i == 0 || shown[i].arrived_ms < shown[i - 1].arrived_ms);
            if (begun_count == 0 || shown[i].arrived_ms > begun[begun_count - 1]) {
                begun[begun_count++] = shown[i].arrived_ms;
            }
        }
        for (size_t i = 0; i < begun_count; i++) {
            bool seen = false;
            for (int k = 0; k < count; k++) {
                seen |= shown[k].arrived_ms == begun[i];
            }
            /* The last of its shares may share the window with one more than are shown. */
            assert_true(seen || moment_ms - begun[i] >= POINTS_ARRIVAL_MS - 50);
        }
    }
    assert_true(begun_count > SHOWN);
    points_destroy(points);
}

/* Counted a part at a time while tickets come and go, the points end as those counted at once; till
 * then nothing changes, then everything. */
static void
a_count_in_parts_is_the_whole(void **state)
{
    (void)state;
    random_state = 4;
    for (int exact = 0; exact < 2; exact++) {
        struct points *points = points_create(map, exact);
        size_t count;
        bool all = false;
        int updates = 0;
        snapshot = (struct snapshot){.points = slots, .points_changed = changed};
        snapshot.points_version = 1;
        snapshot.points_count = SLOTS - 500;
        for (uint32_t i = 0; i < SLOTS; i++) {
            throw_slot(i, START_MS);
        }
        int64_t moment_ms = START_MS;
        for (;;) {
            points_update(points, &snapshot, moment_ms, UINT32_MAX, 100);
            points_changed(points, &count, &all);
            updates++;
            assert_int_equal(count, 0);
            assert_true(all == points_are_whole(points));
            if (all) {
                break;
            }
            change_some(moment_ms);
            moment_ms += 50;
        }
        assert_in_range(updates, (SLOTS - 500) / 100, SLOTS / 100);
        assert_like_anew(points, exact, moment_ms, UINT32_MAX);
        points_update(points, &snapshot, moment_ms, UINT32_MAX, 100);
        points_changed(points, &count, &all);
        assert_true(!all && count == 0);
        points_update(points, &snapshot, moment_ms, 1, 100); /* another street: begun again */
        points_update(points, &snapshot, moment_ms, UINT32_MAX, 100);
        assert_false(points_are_whole(points));
        points_update(points, NULL, moment_ms, UINT32_MAX, 100);
        assert_true(points_are_whole(points));
        points_changed(points, &count, &all);
        assert_true(all);
        points_destroy(points);
    }
}

/* Many at once, some of them late, some arriving, some to fall due: with a helper as without. */
static void
a_count_may_be_shared(void **state)
{
    (void)state;
    enum { MANY = 60000 };
    struct helper *helper = helper_create();
    struct snapshot_point *many = calloc(MANY, sizeof *many);
    assert_non_null(many);
    random_state = 5;
    for (size_t i = 0; i < MANY; i++) {
        throw_slot((uint32_t)(i % SLOTS), START_MS);
        many[i] = slots[i % SLOTS];
    }
    for (int round = 0; round < 60; round++) {
        struct points *points = points_create(map, false);
        points_set_helper(points, helper);
        snapshot = (struct snapshot){.points = many, .points_changed = changed};
        snapshot.points_version = 1;
        snapshot.points_count = MANY - (size_t)round * 7;
        int64_t moment_ms = START_MS + round;
        size_t most = round % 2 ? SIZE_MAX : 20000 + (size_t)round; /* not of whole blocks */
        do {
            points_update(points, &snapshot, moment_ms, UINT32_MAX, most);
        } while (!points_are_whole(points));
        assert_like_anew(points, false, moment_ms, UINT32_MAX);
        moment_ms += 2500; /* to those that fell due meanwhile */
        points_update(points, &snapshot, moment_ms, UINT32_MAX, most);
        assert_like_anew(points, false, moment_ms, UINT32_MAX);
        points_destroy(points);
    }
    free(many);
    helper_destroy(helper);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_count_may_be_shared),
        cmocka_unit_test(kept_dots_equal_those_counted_anew),
        cmocka_unit_test(parts_hold_what_lies_in_them),
        cmocka_unit_test(a_change_costs_a_place_or_nothing),
        cmocka_unit_test(a_count_in_parts_is_the_whole),
        cmocka_unit_test(arrivals_show_to_their_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
