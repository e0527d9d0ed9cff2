/* The map's painter and the time bar: what is drawn for which tickets at which moment. */
#include "tests/unit/render/paint_fixture.h"

#include "render/draw_list.h"
#include "render/map/map.h"

#define POINTS 8

static struct map *map;
static struct snapshot_point points[POINTS];

/* A scene's map panel with its own map, and streets' rows from the map's streets. */
static struct fixture *
on_map(const char *name, float unit)
{
    struct fixture *f = fixture_new(PANEL_MAP, 100, 100);
    struct yaml_report report = {0};
    assert_true(scene_load(name, &f->scene, &report));
    scene_solve(&f->scene, f->scene.canvas_w, f->scene.canvas_h, NULL);
    for (int i = 0; i < f->scene.panels_count; i++) {
        if (f->scene.panels[i].kind == PANEL_MAP) {
            f->paint.panel = &f->scene.panels[i];
            f->paint.panel_index = i;
            map = map_create(&f->scene, i, &report);
        }
    }
    assert_int_equal(report.count, 0);
    f->paint.map = map;
    f->paint.unit = unit;
    int count, rows = 0;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == SCENE_LAYER_STREETS) {
            struct snapshot_row *row = &f->rows[rows++];
            row->code = shapes[i].code;
            row->name = shapes[i].name;
            row->open = 100 + (uint32_t)rows;
            row->overdue = rows % 2 ? (uint32_t)rows : 0;
        }
    }
    f->snapshot.groups[SNAPSHOT_STREET] = (struct snapshot_rows){f->rows, (size_t)rows};
    memset(points, 0, sizeof points);
    f->snapshot.points = points;
    f->snapshot.points_count = POINTS;
    return f;
}

static void
off_map(struct fixture *f)
{
    map_destroy(map);
    map = NULL;
    fixture_free(f);
}

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

struct box {
    float x0, y0, x1, y1;
};

/* The box of a text drawn: its capitals above the baseline, its width. */
static struct box
text_box(const struct fixture *f, const struct draw_command *c)
{
    struct text_style style = {(enum text_face)c->face, (enum text_weight)c->weight, c->size_px, 0};
    struct str s = {f->paint.list->bytes + c->data, c->count};
    float w = text_width(f->paint.text, style, s), cap = text_cap_height(f->paint.text, style);
    float x = c->at[0] - (c->align == DRAW_CENTRE ? w / 2 : c->align == DRAW_RIGHT ? w : 0);
    return (struct box){x, c->at[1] - cap, x + w, c->at[1]};
}

/* Every haloed text, which labels alone have: apart from each other, in the free room. */
static int
check_labels(const struct fixture *f)
{
    struct box boxes[64];
    int count = 0;
    struct panel_rect room = map_free(map);
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0) {
            continue;
        }
        struct box b = text_box(f, c);
        assert_true(b.x0 >= (float)room.x && b.x1 <= (float)(room.x + room.w));
        assert_true(b.y0 >= (float)room.y && b.y1 <= (float)(room.y + room.h));
        assert_true(b.x1 <= 1920 || b.x0 >= 1920); /* the seams of 4 × 2 tiles */
        assert_true(b.y1 <= 540 || b.y0 >= 540);
        for (int j = 0; j < count; j++) {
            assert_true(b.x1 <= boxes[j].x0 || b.x0 >= boxes[j].x1 || b.y1 <= boxes[j].y0 ||
                        b.y0 >= boxes[j].y1);
        }
        boxes[count++] = b;
    }
    return count;
}

static void
labels_say_open_and_overdue(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    fixture_paint(f);
    assert_int_equal(check_labels(f), 9 + 9 + 5); /* names, open, the five with overdue */
    fixture_coloured(f, "八宝山", THEME_INK);
    fixture_coloured(f, "101", THEME_DIM);
    char name[64];
    snprintf(name, sizeof name, "%.*s:overdue", STR_ARG(f->rows[0].code));
    const struct renderer_figure *figure = fixture_figure(f, name);
    assert_true(figure->number > 0.5 && figure->number < 1.5);
    assert_true(figure->has_key && figure->key.measure == SNAPSHOT_OVERDUE);
    f->frame.snapshot = NULL; /* before the first data: the map is there, no figure is */
    fixture_paint(f);
    assert_int_equal(check_labels(f), 9);
    assert_int_equal(f->record.count, 0);
    off_map(f);
}

/* Where the names are, in the shapes' order. */
static int
names_at(const struct fixture *f, float out[32])
{
    int count = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0 && c->align == DRAW_CENTRE) {
            assert_true(count + 2 <= 32);
            out[count++] = c->at[0];
            out[count++] = c->at[1];
        }
    }
    return count;
}

/* Whatever the counts are, and before there are any, every name stays where it is. */
static void
names_do_not_move_with_the_counts(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    float first[32], now[32];
    uint32_t random = 1;
    f->frame.snapshot = NULL;
    fixture_paint(f);
    int count = names_at(f, first);
    assert_int_equal(count, 18);
    f->frame.snapshot = &f->snapshot;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 9; i++) {
            random = random * 1664525 + 1013904223;
            f->rows[i].open = (random >> 8) % (round % 2 ? 1000 : 12);
            f->rows[i].overdue = (random >> 20) % (round % 3 ? 100 : 3);
        }
        fixture_paint(f);
        assert_int_equal(names_at(f, now), count);
        assert_memory_equal(now, first, (size_t)count * sizeof *now);
    }
    off_map(f);
}

static void
counts_go_before_names(void **state)
{
    (void)state;
    int names = 9, labels = 23;
    bool went_first = false;                       /* a name was left without its counts */
    for (float unit = 1; unit < 6; unit += 0.7f) { /* ever larger type on the same map */
        struct fixture *f = on_map("district-daily", unit);
        fixture_paint(f);
        labels = check_labels(f);
        names = 0;
        for (int i = 0; i < 9; i++) {
            char name[64], open[16];
            snprintf(name, sizeof name, "%.*s", STR_ARG(f->rows[i].name));
            snprintf(open, sizeof open, "%u", f->rows[i].open);
            bool named = fixture_draws(f, name), counted = fixture_draws(f, open);
            assert_true(named || !counted);
            went_first |= named && !counted;
            names += named;
        }
        assert_true(names > 0 && labels >= names);
        off_map(f);
    }
    assert_true(went_first);
    assert_true(names < 9 && labels < 23); /* the last ones had no room for everything */
}

static void
a_burst_is_called_out(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct snapshot_burst bursts[2] = {{.category = STR("供水"),
                                        .street = STR("广宁"),
                                        .street_code = STR("110107009"),
                                        .count = 30,
                                        .window_ms = WHEN_HOUR,
                                        .lon = NAN,
                                        .lat = NAN}, /* no place: not on the map */
                                       {.category = STR("供暖"),
                                        .street = STR("八角"),
                                        .street_code = STR("110107003"),
                                        .community = STR("八角北路"),
                                        .count = 17,
                                        .window_ms = 2 * WHEN_HOUR,
                                        .usual = 1.62,
                                        .lon = 116.197,
                                        .lat = 39.91}};
    f->snapshot.bursts = bursts;
    f->snapshot.bursts_count = 2;
    fixture_paint(f);
    fixture_coloured(f, "聚集：供暖 17 件 / 2 小时", THEME_AMBER);
    fixture_line(f, "八角北路一带，平日 1.6 件");
    assert_true(fixture_figure(f, "burst:110107003")->n == 17);
    /* Its box lies over no label and inside the free room. */
    struct panel_rect room = map_free(map);
    struct box frame = {0};
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_FRAME) {
            frame = (struct box){c->at[0], c->at[1], c->at[0] + c->at[2], c->at[1] + c->at[3]};
        }
    }
    assert_true(frame.x0 >= (float)room.x && frame.x1 <= (float)(room.x + room.w));
    assert_true(frame.y0 >= (float)room.y && frame.y1 <= (float)(room.y + room.h));
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind == DRAW_KIND_TEXT && c->at[2] > 0) {
            struct box b = text_box(f, c);
            assert_true(b.x1 <= frame.x0 || b.x0 >= frame.x1 || b.y1 <= frame.y0 ||
                        b.y0 >= frame.y1);
        }
    }
    off_map(f);
    f = on_map("street-duty", 1); /* another street's burst is none of its business */
    f->snapshot.bursts = bursts;
    f->snapshot.bursts_count = 2;
    bursts[1].street_code = STR("110107009");
    fixture_paint(f);
    assert_int_equal(fixture_count(f, "聚集"), 0);
    off_map(f);
}

/* Names and counts that a line from a to b lies behind, by walking it in half pixels. */
static int
behind(const struct fixture *f, const float *a, const float *b)
{
    int struck = 0;
    for (size_t i = 0; i < f->paint.list->count; i++) {
        const struct draw_command *c = &f->paint.list->commands[i];
        if (c->kind != DRAW_KIND_TEXT || c->at[2] <= 0) {
            continue;
        }
        struct box box = text_box(f, c);
        int steps = (int)(2 * hypotf(b[0] - a[0], b[1] - a[1])) + 1;
        bool meets = false;
        for (int step = 0; step <= steps; step++) {
            float t = (float)step / (float)steps;
            float x = a[0] + (b[0] - a[0]) * t, y = a[1] + (b[1] - a[1]) * t;
            meets |= x > box.x0 && x < box.x1 && y > box.y0 && y < box.y1;
        }
        struck += meets;
    }
    return struck;
}

/* Wherever in the district a burst is, there is a place beside it for the callout from which the
 * line to it passes behind no name and no count. */
static void
a_callouts_line_keeps_off_labels(void **state)
{
    (void)state;
    struct fixture *f = on_map("district-daily", 1);
    struct snapshot_burst burst = {.category = STR("供暖"),
                                   .street = STR("八角"),
                                   .street_code = STR("110107003"),
                                   .community = STR("八角北路"),
                                   .count = 17,
                                   .window_ms = 2 * WHEN_HOUR,
                                   .usual = 1.62};
    f->snapshot.bursts = &burst;
    f->snapshot.bursts_count = 1;
    int struck = 0, lines = 0;
    for (int at = 0; at < 81; at++) {
        burst.lon = 116.14 + 0.011 * (at % 9);
        burst.lat = 39.89 + 0.0095 * (at / 9);
        fixture_paint(f);
        for (size_t i = 0; i < f->paint.list->count; i++) {
            const struct draw_command *c = &f->paint.list->commands[i];
            if (c->kind == DRAW_KIND_LINE && c->colour == f->theme.colours[THEME_AMBER]) {
                struck += behind(f, &c->at[0], &c->at[2]);
                lines++;
            } else if (c->kind == DRAW_KIND_POLYLINE && !c->closed && c->count == 3) {
                const float *xy = f->paint.list->floats + c->data;
                struck += behind(f, xy, xy + 2) + behind(f, xy + 2, xy + 4);
                lines++;
            }
        }
    }
    assert_true(lines > 60);
    assert_int_equal(struck, 0);
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
    assert_int_equal(bars_of(f, THEME_DATA), 59); /* 09:41 is in the 59th bin */
    assert_int_equal(bars_of(f, THEME_LINE), 144 - 59);
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
    assert_non_null(strstr(fixture_line(f, "12:00"), "text 958 112 left")); /* 6 behind 952 */
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
        cmocka_unit_test(labels_say_open_and_overdue),
        cmocka_unit_test(names_do_not_move_with_the_counts),
        cmocka_unit_test(counts_go_before_names),
        cmocka_unit_test(a_burst_is_called_out),
        cmocka_unit_test(a_callouts_line_keeps_off_labels),
        cmocka_unit_test(the_ground_changes_with_the_scene_alone),
        cmocka_unit_test(the_play_head_parts_what_came_from_what_usually_comes),
        cmocka_unit_test(no_hour_lies_across_a_seam),
        cmocka_unit_test(a_day_that_begins_at_noon_says_so),
        cmocka_unit_test(without_figures_the_hours_stand_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
