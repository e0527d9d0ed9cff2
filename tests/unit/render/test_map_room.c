/* Lines on the map from a box to a place: straight where nothing is in the way, else around it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "render/paint_map_room.h"

static const struct scene scene;
static const struct paint_map_box box = {100, 20, 300, 80};

static struct paint_map_room
empty_room(void)
{
    return (struct paint_map_room){.scene = &scene, .whole = {0, 0, 400, 400}};
}

static void
nothing_in_the_way(void **state)
{
    (void)state;
    struct paint_map_room room = empty_room();
    struct paint_map_goal goal = {.x = 200, .y = 300, .ring = 40, .inset = 10, .bend = 40};
    struct paint_map_leader lead = paint_map_room_lead(&room, &box, &goal);
    assert_int_equal(lead.points, 2);
    assert_float_equal(lead.xy[0], 200, 0);
    assert_float_equal(lead.xy[1], 80, 0);
    assert_float_equal(lead.xy[2], 200, 0);
    assert_float_equal(lead.xy[3], 260, 1e-3);
}

/* A name below the box's middle, with room beside it: the line passes there, upright first, and
 * ends on the circle. */
static void
around_a_name(void **state)
{
    (void)state;
    struct paint_map_room room = empty_room();
    struct paint_map_goal goal = {.x = 200, .y = 300, .ring = 40, .inset = 10, .bend = 40};
    paint_map_room_take(&room, (struct paint_map_box){160, 140, 230, 190});
    struct paint_map_leader plain = paint_map_room_route(&box, &goal);
    assert_int_equal(paint_map_room_struck(&room, &plain), 1);
    struct paint_map_leader lead = paint_map_room_lead(&room, &box, &goal);
    assert_int_equal(paint_map_room_struck(&room, &lead), 0);
    assert_int_equal(lead.points, 3);
    assert_float_equal(lead.xy[1], 80, 0);
    assert_float_equal(lead.xy[0], lead.xy[2], 0);
    assert_true(lead.xy[0] >= 230 && lead.xy[0] <= 290);
    assert_float_equal(hypotf(lead.xy[4] - goal.x, lead.xy[5] - goal.y), goal.ring, 1e-3);
}

/* Where every way is behind something the least hidden one is taken: a corner of the name at the
 * circle in place of the whole height of another. */
static void
the_least_hidden(void **state)
{
    (void)state;
    struct paint_map_room room = empty_room();
    struct paint_map_goal goal = {.x = 200, .y = 300, .ring = 40, .inset = 10, .bend = 40};
    paint_map_room_take(&room, (struct paint_map_box){0, 120, 260, 190});
    paint_map_room_take(&room, (struct paint_map_box){275, 120, 400, 190});
    paint_map_room_take(&room, (struct paint_map_box){150, 262, 238, 340});
    struct paint_map_leader lead = paint_map_room_lead(&room, &box, &goal);
    assert_int_equal(lead.points, 3);
    assert_true(lead.xy[0] >= 260 && lead.xy[0] <= 275 && lead.xy[3] >= 190);
}

/* It never leaves the box to come back through it. */
static void
not_through_its_own_box(void **state)
{
    (void)state;
    struct paint_map_room room = empty_room();
    paint_map_room_take(&room, (struct paint_map_box){310, 0, 340, 380});
    struct paint_map_goal goal = {.x = 380, .y = 50, .ring = 10, .inset = 10, .bend = 20};
    struct paint_map_leader lead = paint_map_room_lead(&room, &box, &goal);
    struct paint_map_room own = empty_room();
    paint_map_room_take(&own, box);
    assert_true(lead.points >= 2);
    assert_int_equal(paint_map_room_struck(&own, &lead), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_in_the_way),
        cmocka_unit_test(around_a_name),
        cmocka_unit_test(the_least_hidden),
        cmocka_unit_test(not_through_its_own_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
