#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/map/map.h"
#include "wall/base/geo.h"

static void
load(const char *name, struct scene *scene)
{
    struct yaml_report report = {0};
    if (!scene_load(name, scene, &report)) {
        fail_msg("%s", report.text.ptr);
    }
    scene_solve(scene, scene->canvas_w, scene->canvas_h, NULL);
    yaml_report_free(&report);
}

static int
map_panel(const struct scene *scene)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (scene->panels[i].kind == PANEL_MAP) {
            return i;
        }
    }
    fail_msg("no map");
    return -1;
}

static struct map *
create(const struct scene *scene)
{
    struct yaml_report report = {0};
    struct map *map = map_create(scene, map_panel(scene), &report);
    if (!map) {
        fail_msg("%s", report.text.ptr);
    }
    assert_int_equal(report.count, 0);
    yaml_report_free(&report);
    return map;
}

static const struct map_shape *
shape_of(const struct map *map, enum scene_layer_kind kind)
{
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].kind == kind) {
            return &shapes[i];
        }
    }
    return NULL;
}

static double
area_of(const struct map_shape *shape)
{
    double sum = 0;
    for (int t = 0; t < shape->triangles_count; t++) {
        const float *at = &shape->triangles[6 * t];
        sum += fabs((double)(at[2] - at[0]) * (double)(at[5] - at[1]) -
                    (double)(at[4] - at[0]) * (double)(at[3] - at[1])) /
               2;
    }
    return sum;
}

/* Of closed lines only: the shoelace formula. */
static double
outline_area(const struct map_shape *shape)
{
    double sum = 0;
    for (int l = 0; l < shape->lines_count; l++) {
        const struct map_line *line = &shape->lines[l];
        assert_true(line->closed);
        for (int i = 0, j = line->count - 1; i < line->count; j = i++) {
            sum += (double)line->xy[2 * j] * (double)line->xy[2 * i + 1] -
                   (double)line->xy[2 * i] * (double)line->xy[2 * j + 1];
        }
    }
    return fabs(sum) / 2;
}

static void
the_district_fills_its_free_room(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    const struct map_shape *district = shape_of(map, SCENE_LAYER_DISTRICT);
    struct panel_rect room = map_free(map), panel = scene.panels[map_panel(&scene)].rect;
    assert_true(room.x > panel.x + 400 && room.x + room.w <= panel.x + panel.w);
    assert_true(room.y + room.h <= panel.y + 760); /* above the time bar */
    /* Fitted by height: its top and bottom are the room's. */
    assert_true(fabsf(district->y0 - (float)room.y) < 0.6f);
    assert_true(fabsf(district->y1 - (float)(room.y + room.h)) < 0.6f);
    assert_true(district->x0 > (float)room.x && district->x1 < (float)(room.x + room.w));
    map_destroy(map);
}

static void
streets_are_filled_and_labelled_inside(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    int count, streets = 0;
    const struct map_shape *shapes = map_shapes(map, &count);
    double sum = 0;
    for (int i = 0; i < count; i++) {
        const struct map_shape *s = &shapes[i];
        if (s->kind != SCENE_LAYER_STREETS) {
            continue;
        }
        streets++;
        assert_true(s->code.len == 9 && s->name.len > 0);
        assert_true(fabs(area_of(s) - outline_area(s)) < 0.01 * outline_area(s));
        sum += area_of(s);
        assert_true(s->label_room > 5);
        assert_true(s->label_x > s->x0 && s->label_x < s->x1);
        assert_true(s->label_y > s->y0 && s->label_y < s->y1);
        assert_ptr_equal(map_street(map, s->code), s);
        /* A box around the label's spot is covered by streets, whatever the box's cells are. */
        assert_true(map_cover(map, s->label_x - 2, s->label_y - 2, s->label_x + 2, s->label_y + 2) >
                    0.4f);
    }
    assert_int_equal(streets, 9);
    double whole = area_of(shape_of(map, SCENE_LAYER_DISTRICT));
    assert_true(fabs(sum - whole) < 0.02 * whole); /* the streets part the district */
    assert_null(map_street(map, STR("110107999")));
    struct panel_rect clip = map_clip(map);
    assert_true(map_cover(map, (float)clip.x, (float)clip.y, (float)clip.x + 60,
                          (float)clip.y + 60) < 0.01f);
    map_destroy(map);
}

/* The last street, in the order of drawing, that holds the place. */
static const struct map_shape *
street_at(const struct map *map, float x, float y)
{
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = count; i-- > 0;) {
        if (shapes[i].kind == SCENE_LAYER_STREETS && map_shape_holds(&shapes[i], x, y)) {
            return &shapes[i];
        }
    }
    return NULL;
}

static bool
is_deep_in(const struct map *map, const struct map_shape *street, float x, float y, float by)
{
    for (int i = 0; i < 9; i++) {
        if (street_at(map, x + (float)(i % 3 - 1) * by, y + (float)(i / 3 - 1) * by) != street) {
            return false;
        }
    }
    return true;
}

/* Exactly away from borders, and nearly everywhere. */
static void
land_is_a_streets_own(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    struct panel_rect clip = map_clip(map);
    float cell = (float)(clip.w > clip.h ? clip.w : clip.h) / 256 + 1;
    int places = 0, wrong = 0, of_streets = 0;
    for (float y = (float)clip.y + 0.5f; y < (float)(clip.y + clip.h); y += 7) {
        for (float x = (float)clip.x + 0.5f; x < (float)(clip.x + clip.w); x += 7) {
            const struct map_shape *street = street_at(map, x, y), *owner = map_owner(map, x, y);
            places++;
            of_streets += street != NULL;
            wrong += owner != street;
            assert_true(owner == street || !is_deep_in(map, street, x, y, cell));
        }
    }
    assert_true(of_streets > places / 5 && wrong < places / 20);
    const struct map_shape *any = shape_of(map, SCENE_LAYER_STREETS);
    assert_ptr_equal(map_owner(map, any->label_x, any->label_y), any);
    assert_null(map_owner(map, (float)clip.x - 1, any->label_y));
    assert_null(map_owner(map, any->label_x, (float)clip.y - 1));
    assert_null(map_owner(map, 1e30f, any->label_y));
    assert_null(map_owner(map, any->label_x, -1e30f));
    assert_null(map_owner(map, NAN, any->label_y));
    map_destroy(map);
}

static void
one_street_in_focus_fills_the_panel(void **state)
{
    (void)state;
    struct scene scene;
    load("street-duty", &scene);
    struct map *map = create(&scene);
    const struct map_shape *focus = map_street(map, STR("110107003"));
    struct panel_rect room = map_free(map);
    bool high = fabsf(focus->y1 - focus->y0 - (float)room.h) < 1;
    bool wide = fabsf(focus->x1 - focus->x0 - (float)room.w) < 1;
    assert_true(high || wide);
    int count;
    const struct map_line *border = map_focus_border(map, &count);
    assert_true(count > 0 && border[0].count > 1); /* it lies at the district's edge */
    snprintf(scene.focus_street, sizeof scene.focus_street, "nowhere");
    struct yaml_report report = {0};
    assert_null(map_create(&scene, map_panel(&scene), &report));
    assert_int_equal(report.count, 1);
    assert_non_null(strstr(report.text.ptr, "street-duty.yaml:1:1: focus_street: no street "
                                            "'nowhere' in the map's streets layer\n"));
    yaml_report_free(&report);
    map_destroy(map);
}

/* The exact place of a longitude and latitude, from the fitted district's own box. */
static void
projects_like_mercator(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    float x0, y0, x1, y1;
    const struct geo_point a = {116.11, 39.99}, b = {116.25, 39.88};
    map_project(map, a.lon, a.lat, &x0, &y0);
    map_project(map, b.lon, b.lat, &x1, &y1);
    double ax, ay, bx, by;
    geo_mercator(a, &ax, &ay);
    geo_mercator(b, &bx, &by);
    double scale = ((double)x1 - (double)x0) / (bx - ax);
    for (int i = 0; i <= 20; i++) {
        struct geo_point p = {a.lon + (b.lon - a.lon) * i / 20, a.lat + (b.lat - a.lat) * i / 20};
        double mx, my;
        float x, y;
        geo_mercator(p, &mx, &my);
        map_project(map, p.lon, p.lat, &x, &y);
        assert_true(fabs((double)x0 + (mx - ax) * scale - (double)x) < 0.02);
        assert_true(fabs((double)y0 + (my - ay) * scale - (double)y) < 0.02);
    }
    map_destroy(map);
}

static void
cells_are_those_of_the_grid(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"district-daily", "street-duty"};
    for (size_t n = 0; n < 2; n++) {
        struct scene scene;
        load(NAMES[n], &scene);
        struct map *map = create(&scene);
        uint32_t cells = map_cells_count(map), random = 1;
        struct panel_rect clip = map_clip(map);
        int found = 0;
        assert_true(cells > 100);
        for (int i = 0; i < 20000; i++) {
            random = random * 1664525 + 1013904223;
            double lon = 116.08 + (random >> 8) * (0.2 / (1 << 24));
            random = random * 1664525 + 1013904223;
            double lat = 39.86 + (random >> 8) * (0.16 / (1 << 24));
            struct geo_point snapped = geo_snap((struct geo_point){lon, lat}, 100);
            float x, y;
            map_project(map, snapped.lon, snapped.lat, &x, &y);
            uint32_t cell = map_cell(map, lon, lat);
            if (cell == MAP_NO_CELL) {
                assert_true(x < (float)clip.x || y < (float)clip.y ||
                            x > (float)(clip.x + clip.w) || y > (float)(clip.y + clip.h));
                continue;
            }
            found++;
            assert_true(cell < cells);
            float middle_x, middle_y;
            map_cell_place(map, cell, &middle_x, &middle_y);
            assert_true(fabsf(middle_x - x) < 0.05f && fabsf(middle_y - y) < 0.05f);
        }
        assert_true(found > 500);
        assert_true(map_cell(map, 0, 0) == MAP_NO_CELL);
        assert_true(map_cell(map, 179, -89) == MAP_NO_CELL);
        map_destroy(map);
    }
}

static void
a_shape_holds_what_is_inside(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    const struct map_shape *street = map_street(map, STR("110107003"));
    const struct map_shape *other = map_street(map, STR("110107010"));
    assert_true(map_shape_holds(street, street->label_x, street->label_y));
    assert_false(map_shape_holds(street, other->label_x, other->label_y));
    assert_false(map_shape_holds(street, street->x0 - 1, street->y0));
    map_destroy(map);
}

/* Without a column of lists beside it, the map keeps clear of its own legend. */
static void
the_fit_leaves_the_legend_its_line(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    struct map *map = create(&scene);
    int top = map_free(map).y;
    map_destroy(map);
    for (int i = 0; i < scene.panels_count; i++) { /* the lists and the time bar are left out */
        struct panel *panel = &scene.panels[i];
        if (panel->kind == PANEL_HOT || panel->kind == PANEL_WHISTLES ||
            panel->kind == PANEL_TIMEBAR) {
            panel->rect = (struct panel_rect){0, 0, 0, 0};
        }
    }
    map = create(&scene);
    assert_true(map_free(map).y >= top + 40);
    assert_true(map_free(map).x < scene.panels[map_panel(&scene)].rect.x + 100);
    map_destroy(map);
}

static void
nothing_lies_far_from_the_panel(void **state)
{
    (void)state;
    struct scene scene;
    load("street-duty", &scene);
    struct map *map = create(&scene);
    struct panel_rect clip = map_clip(map);
    int count;
    const struct map_shape *shapes = map_shapes(map, &count);
    assert_true(count > 3);
    for (int i = 0; i < count; i++) {
        for (int c = 0; c < shapes[i].triangles_count * 3; c++) {
            float x = shapes[i].triangles[2 * c], y = shapes[i].triangles[2 * c + 1];
            assert_true(x >= (float)clip.x - 64.1f && x <= (float)(clip.x + clip.w) + 64.1f);
            assert_true(y >= (float)clip.y - 64.1f && y <= (float)(clip.y + clip.h) + 64.1f);
        }
        for (int l = 0; l < shapes[i].lines_count; l++) {
            for (int c = 0; c < shapes[i].lines[l].count; c++) {
                float x = shapes[i].lines[l].xy[2 * c], y = shapes[i].lines[l].xy[2 * c + 1];
                assert_true(x >= (float)clip.x - 64.1f && x <= (float)(clip.x + clip.w) + 64.1f);
                assert_true(y >= (float)clip.y - 64.1f && y <= (float)(clip.y + clip.h) + 64.1f);
            }
        }
    }
    map_destroy(map);
}

static void
a_region_is_what_is_fitted(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    const double region[4] = {116.15, 39.90, 116.17, 39.91};
    memcpy(scene.region, region, sizeof region);
    struct map *map = create(&scene);
    struct panel_rect room = map_free(map);
    float x0, y0, x1, y1;
    map_project(map, 116.15, 39.91, &x0, &y0);
    map_project(map, 116.17, 39.90, &x1, &y1);
    assert_true(x0 >= (float)room.x - 0.1f && x1 <= (float)(room.x + room.w) + 0.1f);
    assert_true(y0 >= (float)room.y - 0.1f && y1 <= (float)(room.y + room.h) + 0.1f);
    assert_true(fabsf((x1 - x0) - (float)room.w) < 0.5f || fabsf((y1 - y0) - (float)room.h) < 0.5f);
    /* Streets that are partly shown have their labels where they are shown. */
    int count, labelled = 0;
    const struct map_shape *shapes = map_shapes(map, &count);
    for (int i = 0; i < count; i++) {
        if (shapes[i].label_room > 0) {
            labelled++;
            assert_true(shapes[i].label_x > (float)room.x && shapes[i].label_y > (float)room.y);
            assert_true(shapes[i].label_x < (float)(room.x + room.w));
            assert_true(shapes[i].label_y < (float)(room.y + room.h));
        }
    }
    assert_true(labelled > 0);
    map_destroy(map);
}

static void
a_map_without_land_needs_a_region(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    scene.layers_count = 0;
    struct yaml_report report = {0};
    assert_null(map_create(&scene, map_panel(&scene), &report));
    assert_non_null(strstr(report.text.ptr, "the map has nothing to fit"));
    yaml_report_free(&report);
    snprintf(scene.layers[0].path, sizeof scene.layers[0].path, "maps/none.geojson");
    scene.layers_count = 1;
    assert_null(map_create(&scene, map_panel(&scene), &report));
    assert_string_equal(report.text.ptr,
                        "maps/none.geojson:1:1: no such map file beside the scene, in "
                        "$WALLBOARD_MAPS or with the assets\n");
    yaml_report_free(&report);
}

static void
cells_end_where_they_are_under_a_pixel(void **state)
{
    (void)state;
    struct scene scene;
    load("district-daily", &scene);
    const double region[4] = {73, 18, 135, 54}; /* a nation */
    memcpy(scene.region, region, sizeof region);
    struct map *map = create(&scene);
    assert_int_equal(map_cells_count(map), 0);
    assert_true(map_cell(map, 116, 39) == MAP_NO_CELL);
    map_destroy(map);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_district_fills_its_free_room),
        cmocka_unit_test(streets_are_filled_and_labelled_inside),
        cmocka_unit_test(land_is_a_streets_own),
        cmocka_unit_test(one_street_in_focus_fills_the_panel),
        cmocka_unit_test(projects_like_mercator),
        cmocka_unit_test(cells_are_those_of_the_grid),
        cmocka_unit_test(a_shape_holds_what_is_inside),
        cmocka_unit_test(the_fit_leaves_the_legend_its_line),
        cmocka_unit_test(nothing_lies_far_from_the_panel),
        cmocka_unit_test(a_region_is_what_is_fitted),
        cmocka_unit_test(a_map_without_land_needs_a_region),
        cmocka_unit_test(cells_end_where_they_are_under_a_pixel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
