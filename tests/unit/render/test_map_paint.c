/* The map's painter and the time bar: what is drawn for which tickets at which moment. */
#include "tests/unit/render/map_fixture.h"

/* A point in 八角, open for an hour and never late. */
static struct snapshot_point *
add_point(int at, double lon, double lat, uint32_t street)
{
    points[at] = (struct snapshot_point){.lon_e7 = (int32_t)(lon * 1e7),
                                         .lat_e7 = (int32_t)(lat * 1e7),
                                         .arrived_ms = MOMENT - WHEN_HOUR,
                                         .soon_ms = INT64_MAX,
                                         .overdue_ms = INT64_MAX,
                                         .street = street,
                                         .used = true};
    return &points[at];
}

/* Discs in the order drawn, without the legend's (which are all left of the free room). */
static int
discs(const struct fixture *f, struct draw_command *out, int most)
{
    int count = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_DISC && c->at[0] > (float)map_free(map).x && count < most) {
            out[count++] = *c;
        }
    }
    return count;
}

static int
rings(const struct fixture *f)
{
    int count = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        count += f->paint.list->commands[i].kind == DRAW_KIND_RING;
    }
    return count;
}

static void
a_points_state_is_that_of_the_moment(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct draw_command out[POINTS];
    add_point(0, 116.19, 39.91, 0)->overdue_ms = MOMENT; /* at its due time: not past it */
    points[0].soon_ms = MOMENT - 1;
    add_point(1, 116.20, 39.91, 0)->overdue_ms = MOMENT - 1;
    add_point(2, 116.21, 39.91, 0)->soon_ms = MOMENT;
    add_point(3, 116.22, 39.91, 0);
    add_point(4, 116.18, 39.91, 0)->arrived_ms = MOMENT + 1; /* not yet there */
    add_point(5, 116.17, 39.91, 0)->used = false;
    add_point(6, 100, 10, 0); /* far away */
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 4);
    uint32_t data = f->theme.colours[THEME_DATA], amber = f->theme.colours[THEME_AMBER];
    assert_int_equal(out[0].colour >> 8, data >> 8);
    assert_int_equal(out[1].colour, amber);
    assert_int_equal(out[2].colour, amber);
    assert_int_equal(out[3].colour, f->theme.colours[THEME_RED]); /* over all others */
    assert_true(out[3].at[2] > out[1].at[2] && out[1].at[2] > out[0].at[2]);
    f->frame.moment_ms = MOMENT + 1; /* two more are late, one more has arrived */
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 5);
    int red = 0;
    for (int i = 0; i < 5; i++) {
        red += out[i].colour == f->theme.colours[THEME_RED];
    }
    assert_int_equal(red, 2);
    off_map(f);
}

static void
places_are_snapped_unless_the_scene_says_exactly(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct draw_command out[POINTS];
    add_point(0, 116.19500, 39.9120, 0);
    add_point(1, 116.19501, 39.91201, 0); /* a metre away */
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 1); /* one cell, a little larger */
    float radius = out[0].at[2], x, y;
    map_project(map, 116.195, 39.912, &x, &y);
    assert_true(hypotf(out[0].at[0] - x, out[0].at[1] - y) < 5); /* half a cell's diagonal */
    points[1].used = false;
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 1);
    assert_true(out[0].at[2] < radius);
    points[1].used = true;
    f->scene.exact_points = true;
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 2);
    assert_true(fabsf(out[0].at[0] - x) < 0.01f && fabsf(out[0].at[1] - y) < 0.01f);
    off_map(f);
}

static void
a_street_sees_its_own_points_alone(void **state)
{
    (void)state;
    struct fixture *f = on_map("street-duty", 1);
    struct draw_command out[POINTS];
    uint32_t own = UINT32_MAX;
    for (uint32_t i = 0; i < 9; i++) {
        own = str_is(f->rows[i].code, f->scene.focus_street) ? i : own;
    }
    add_point(0, 116.195, 39.912, own);
    add_point(1, 116.196, 39.912, own ? 0 : 1);
    add_point(2, 116.197, 39.912, UINT32_MAX);
    f->rows[own].open = 312;
    f->rows[own].overdue = 3;
    fixture_paint(f);
    assert_int_equal(discs(f, out, POINTS), 1);
    fixture_line(f, "在办 312 · 超期 3");
    assert_false(fixture_draws(f, "老山")); /* nothing of other streets */
    assert_false(fixture_draws(f, "将超期"));
    assert_true(fixture_figure(f, "110107003:open")->number > 311.5);
    off_map(f);
}

static void
an_arrival_ripples_for_a_moment(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct snapshot_point *point = add_point(0, 116.195, 39.912, 0);
    point->arrived_ms = MOMENT - 1200;
    fixture_paint(f);
    assert_int_equal(rings(f), 0);
    point->arrived_ms = MOMENT - 600;
    fixture_paint(f);
    uint64_t hash = draw_hash(f->paint.list);
    assert_int_equal(rings(f), 3);
    fixture_paint(f);
    assert_true(draw_hash(f->paint.list) == hash); /* the moment alone decides */
    f->frame.moment_ms += 16;
    fixture_paint(f);
    assert_true(draw_hash(f->paint.list) != hash);
    off_map(f);
}

static void
the_ground_changes_with_the_scene_alone(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    draw_clear(f->paint.list);
    paint_map_ground(&f->paint);
    uint64_t hash = draw_hash(f->paint.list);
    size_t triangles = 0, lines = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        triangles += f->paint.list->commands[i].kind == DRAW_KIND_TRIANGLES;
        lines += f->paint.list->commands[i].kind == DRAW_KIND_POLYLINE;
    }
    assert_true(triangles >= 11 && lines >= 11); /* nine streets, the district, water */
    f->frame.moment_ms += WHEN_DAY;
    f->frame.snapshot = NULL;
    f->frame.feed.stale = true;
    draw_clear(f->paint.list);
    paint_map_ground(&f->paint);
    assert_true(draw_hash(f->paint.list) == hash);
    off_map(f);
}

/* How much of a place on the ground the panel's own colour covers, by the strips drawn there. */
static float
faded(const struct fixture *f, float x, float y)
{
    uint32_t panel = f->theme.colours[THEME_PANEL];
    float seen = 1;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_RECT && c->colour >> 8 == panel >> 8 && x >= c->at[0] &&
            x < c->at[0] + c->at[2] && y >= c->at[1] && y < c->at[1] + c->at[3]) {
            seen *= 1 - (float)(c->colour & 0xff) / 255;
        }
    }
    return 1 - seen;
}

/* Beside a list, over a time bar, under a title of its own line; not where its panel ends. */
static void
the_map_fades_out_inside_its_panel(void **state)
{
    (void)state;
    static const struct {
        const char *scene;
        int w, h;
        bool left, bottom, top;
    } cases[] = {{"district-daily", 1080, 1920, true, true, false},
                 {"district-daily", 3840, 1080, true, true, false},
                 {"street-duty", 3840, 1080, false, true, true},
                 {"street-duty", 1920, 1080, false, false, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = on_canvas(cases[i].scene, cases[i].w, cases[i].h);
        draw_clear(f->paint.list);
        paint_map_ground(&f->paint);
        struct panel_rect clip = map_clip(map);
        float x = (float)clip.x, y = (float)clip.y, w = (float)clip.w, h = (float)clip.h;
        float cx = x + w / 2, cy = y + h / 2, before_left = 2, before_bottom = 2;
        for (int at = 0; at < 40; at++) {
            float left = faded(f, x + (float)at + 0.5f, cy);
            float bottom = faded(f, cx, y + h - (float)at - 0.5f);
            assert_true(cases[i].left ? left < before_left : left == 0);
            assert_true(cases[i].bottom ? bottom < before_bottom : bottom == 0);
            before_left = left > 0 ? left : before_left;
            before_bottom = bottom > 0 ? bottom : before_bottom;
        }
        assert_true(!cases[i].left || faded(f, x + 0.5f, cy) > 0.95f);
        assert_true(!cases[i].bottom || faded(f, cx, y + h - 0.5f) > 0.95f);
        assert_true(cases[i].top ? faded(f, cx, y + 0.5f) > 0.95f : faded(f, cx, y + 0.5f) == 0);
        assert_true(faded(f, cx, cy) == 0 && faded(f, x + w - 0.5f, cy) == 0);
        off_map(f);
    }
}

/* ---- time bar ---- */

static struct fixture *
bar(void)
{
    struct fixture *f = fixture_new(PANEL_TIMEBAR, 1904, 128);
    f->scene.panels[0].framed = false;
    f->history.day_ms[SNAPSHOT_DAYS - 1] = when_day(MOMENT, 0);
    for (int i = 0; i < SNAPSHOT_BINS; i++) {
        f->history.usual[i] = 5;
    }
    return f;
}

static int
bars_of(const struct fixture *f, enum theme_colour colour)
{
    int count = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        count += c->kind == DRAW_KIND_RECT && c->colour == f->theme.colours[colour];
    }
    return count;
}

static void
the_play_head_parts_what_came_from_what_usually_comes(void **state)
{
    (void)state;
    struct fixture *f = bar();
    f->history.arrivals[57] = 12; /* 09:30 */
    f->history.arrivals[20] = 3;
    fixture_paint(f);
    assert_int_equal(bars_of(f, THEME_DATA), 59);       /* 09:41 is in the 59th bin */
    assert_int_equal(bars_of(f, THEME_LINE), 144 - 58); /* what is left of that bin, too */
    /* Its middle at 24 + 1856 × 09:41:27 / 24 h = 773. */
    assert_non_null(strstr(f->dump.ptr, "rect 772 10 3 78 #e8eef4ff"));
    fixture_line(f, "00:00");
    fixture_line(f, "21:00");
    assert_non_null(strstr(fixture_line(f, "24:00"), "text 18"));
    assert_true(fixture_figure(f, "arrivals")->n == 15);
    assert_true(fabs(fixture_figure(f, "usual")->number - 59 * 5) < 0.01);
    f->frame.moment_ms = when_day(MOMENT, 0);
    fixture_paint(f);
    assert_int_equal(bars_of(f, THEME_DATA), 0);
    assert_int_equal(bars_of(f, THEME_LINE), 144);
    f->frame.moment_ms = when_day(MOMENT, 1) - 1;
    fixture_paint(f);
    assert_int_equal(bars_of(f, THEME_DATA), 144);
    fixture_free(f);
}

static void
no_hour_lies_across_a_seam(void **state)
{
    (void)state;
    struct fixture *f = bar();
    f->scene.solved_w = 1904;
    f->scene.solved_h = 1080;
    f->scene.tiles_x = 2;
    fixture_paint(f);
    assert_non_null(strstr(fixture_line(f, "12:00"), "text 958 112 left")); /* 6 behind its tick */
    fixture_free(f);
}

static void
a_day_that_begins_at_noon_says_so(void **state)
{
    (void)state;
    struct fixture *f = bar();
    f->history.day_ms[SNAPSHOT_DAYS - 1] = when_day(MOMENT, -1) + 12 * WHEN_HOUR;
    fixture_paint(f);
    assert_non_null(strstr(fixture_line(f, "15:00"), "text 23")); /* centred at 256 */
    assert_int_equal(fixture_count(f, "\"12:00\""), 2);           /* both ends */
    assert_true(fixture_draws(f, "24:00"));
    fixture_free(f);
}

static void
without_figures_the_hours_stand_alone(void **state)
{
    (void)state;
    struct fixture *f = bar();
    f->frame.snapshot = NULL;
    fixture_paint(f);
    assert_int_equal(bars_of(f, THEME_DATA) + bars_of(f, THEME_LINE), 0);
    fixture_line(f, "12:00");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_points_state_is_that_of_the_moment),
        cmocka_unit_test(places_are_snapped_unless_the_scene_says_exactly),
        cmocka_unit_test(a_street_sees_its_own_points_alone),
        cmocka_unit_test(an_arrival_ripples_for_a_moment),
        cmocka_unit_test(the_ground_changes_with_the_scene_alone),
        cmocka_unit_test(the_map_fades_out_inside_its_panel),
        cmocka_unit_test(the_play_head_parts_what_came_from_what_usually_comes),
        cmocka_unit_test(no_hour_lies_across_a_seam),
        cmocka_unit_test(a_day_that_begins_at_noon_says_so),
        cmocka_unit_test(without_figures_the_hours_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
