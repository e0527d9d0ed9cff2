#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/map/fill.h"
#include "render/map/load.h"
#include "render/map/place.h"
#include "render/map/trim.h"

static const struct scene_layer STREETS = {
    .kind = SCENE_LAYER_STREETS, .crs = "wgs84", .code_key = "code", .name_key = "name"};

#define SQUARE "[[[116,39],[117,39],[117,40],[116,40],[116,39]]]"
#define WITH(properties, geometry)                                                                 \
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","                         \
    "\"properties\":" properties ",\"geometry\":" geometry "}]}"
#define GOOD "{\"code\":\"1\",\"name\":\"甲\"}"
#define POLYGON(rings) "{\"type\":\"Polygon\",\"coordinates\":" rings "}"

static void
assert_refused(const char *json, const char *why)
{
    struct arena arena = {0};
    struct yaml_report report = {0};
    struct load_layer layer;
    assert_false(load_geojson("m.geojson", str_from(json), &STREETS, &arena, &layer, &report));
    if (!strstr(report.text.ptr, why)) {
        fail_msg("%s does not say: %s", report.text.ptr, why);
    }
    assert_true(str_starts(buf_str(&report.text), "m.geojson:"));
    yaml_report_free(&report);
    arena_free(&arena);
}

static void
takes_polygons_and_lines(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct yaml_report report = {0};
    struct load_layer layer;
    const char *json =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"properties\":" GOOD ",\"geometry\":" POLYGON(
            SQUARE) "},"
                    "{\"type\":\"Feature\",\"properties\":{\"code\":42},\"geometry\":{\"type\":"
                    "\"MultiPolygon\",\"coordinates\":[" SQUARE "," SQUARE "]}},"
                    "{\"type\":\"Feature\",\"properties\":{\"code\":\"3\"},\"geometry\":{\"type\":"
                    "\"LineString\",\"coordinates\":[[116,39,12.5],[117,40]]}},"
                    "{\"type\":\"Feature\",\"properties\":{\"code\":\"4\"},\"geometry\":{\"type\":"
                    "\"MultiLineString\",\"coordinates\":[[[116,39],[117,40]],[[1,2],[3,4],[5,6]]]}"
                    "}]}";
    bool ok = load_geojson("m", str_from(json), &STREETS, &arena, &layer, &report);
    if (!ok) {
        fail_msg("%s", report.text.ptr);
    }
    assert_int_equal(layer.count, 4);
    assert_true(str_is(layer.shapes[0].code, "1") && str_is(layer.shapes[0].name, "甲"));
    assert_true(layer.shapes[0].area);
    assert_int_equal(layer.shapes[0].rings[0].count, 4); /* the repeated end is dropped */
    assert_true(str_is(layer.shapes[1].code, "42"));
    assert_int_equal(layer.shapes[1].rings_count, 2);
    assert_false(layer.shapes[2].area);
    assert_int_equal(layer.shapes[2].rings[0].count, 2);
    assert_int_equal(layer.shapes[3].rings_count, 2);
    assert_int_equal(layer.shapes[3].rings[1].count, 3);
    double x, y;
    geo_mercator((struct geo_point){116, 39}, &x, &y);
    assert_true(fabs(layer.shapes[0].rings[0].xy[0] - x) < 1e-12);
    assert_true(fabs(layer.shapes[0].rings[0].xy[1] - y) < 1e-12);
    yaml_report_free(&report);
    arena_free(&arena);
}

static void
converts_from_the_layers_coordinates(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct yaml_report report = {0};
    struct scene_layer gcj = STREETS;
    snprintf(gcj.crs, sizeof gcj.crs, "gcj02");
    struct load_layer layer;
    const char *json = WITH(GOOD, POLYGON("[[[116.15312,39.925657],[116.2,39.9],[116.2,40],"
                                          "[116.15312,39.925657]]]"));
    assert_true(load_geojson("m", str_from(json), &gcj, &arena, &layer, &report));
    double x, y;
    geo_mercator((struct geo_point){116.1468723563, 39.9243034505}, &x, &y);
    assert_true(fabs(layer.shapes[0].rings[0].xy[0] - x) < 1e-11);
    assert_true(fabs(layer.shapes[0].rings[0].xy[1] - y) < 1e-11);
    struct scene_layer untagged = STREETS;
    untagged.crs[0] = '\0';
    assert_false(load_geojson("m", str_from(json), &untagged, &arena, &layer, &report));
    assert_non_null(strstr(report.text.ptr, "names no coordinate system"));
    yaml_report_free(&report);
    arena_free(&arena);
}

static void
refuses_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("{\"type\":", "m.geojson:1:8: no JSON:");
    assert_refused("[]", "not a GeoJSON FeatureCollection");
    assert_refused("{\"type\":\"FeatureCollection\",\"features\":[]}", "0 features");
    assert_refused(WITH("{}", POLYGON(SQUARE)),
                   "feature 1: no property 'code', which the scene names");
    assert_refused(WITH(GOOD, "null"), "feature 1: no geometry");
    assert_refused(WITH(GOOD, "{\"type\":\"Point\",\"coordinates\":[1,2]}"), "only Polygon");
    assert_refused(WITH(GOOD, POLYGON("[[[1,2],[3,4],[1,2]]]")), "fewer than 4 positions");
    assert_refused(WITH(GOOD, POLYGON("[[[1,2],[3,4],[5,6],[7,8]]]")), "a ring is not closed");
    assert_refused(WITH(GOOD, POLYGON("[[[1,2],[3,4],[5],[1,2]]]")), "a position is not");
    assert_refused(WITH(GOOD, POLYGON("[[[1,2],[3,4],[5,\"6\"],[1,2]]]")), "is no number");
    assert_refused(WITH(GOOD, POLYGON("[[[1,2],[3,4],[441234.5,4420000.1],[1,2]]]")),
                   "is the layer projected?");
    assert_refused(WITH(GOOD, POLYGON("{}")), "coordinates are no list");
    assert_refused(WITH(GOOD, POLYGON("[]")), "coordinates are no list");
    assert_refused("{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{"
                   "\"name\":\"urn:ogc:def:crs:EPSG::4526\"}},\"features\":[{}]}",
                   "coordinates in 'urn:ogc:def:crs:EPSG::4526'; convert the layer");
    struct buf deep = {0};
    for (int i = 0; i < 100000; i++) {
        buf_add_str(&deep, STR("["));
    }
    assert_refused(deep.ptr, "no JSON");
    buf_free(&deep);
}

static void
names_every_wrong_feature_up_to_a_limit(void **state)
{
    (void)state;
    struct buf json = {0};
    buf_printf(&json, "{\"type\":\"FeatureCollection\",\"features\":[");
    for (int i = 0; i < 50; i++) {
        buf_printf(&json, "%s{}", i ? "," : "");
    }
    buf_printf(&json, "]}");
    struct arena arena = {0};
    struct yaml_report report = {0};
    struct load_layer layer;
    assert_false(load_geojson("m", buf_str(&json), &STREETS, &arena, &layer, &report));
    assert_int_equal(report.count, 20);
    assert_non_null(strstr(report.text.ptr, "m:1:1: feature 20: "));
    yaml_report_free(&report);
    arena_free(&arena);
    buf_free(&json);
}

static void
simplifying_moves_nothing_far(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    static double xy[2 * COUNT], before[2 * COUNT];
    for (int i = 0; i < COUNT; i++) {
        double angle = i * 2 * M_PI / COUNT;
        xy[2 * i] = 500 + 300 * cos(angle);
        xy[2 * i + 1] = 500 + 300 * sin(angle);
    }
    memcpy(before, xy, sizeof xy);
    int count = trim_simplify(xy, COUNT, true, 0.35);
    assert_true(count > 20 && count < 200);
    for (int i = 0; i < COUNT; i++) { /* every old corner is near the new outline */
        double best = 1e9;
        for (int a = 0, b = count - 1; a < count; b = a++) {
            double dx = xy[2 * a] - xy[2 * b], dy = xy[2 * a + 1] - xy[2 * b + 1];
            double px = before[2 * i] - xy[2 * b], py = before[2 * i + 1] - xy[2 * b + 1];
            double t = fmin(fmax((px * dx + py * dy) / (dx * dx + dy * dy), 0), 1);
            best = fmin(best, hypot(px - t * dx, py - t * dy));
        }
        assert_true(best <= 0.36);
    }
    double line[] = {0, 0, 1, 0.1, 2, -0.1, 3, 0, 3, 5};
    assert_int_equal(trim_simplify(line, 5, false, 0.35), 3);
    assert_true(line[2] > 2.9 && line[3] < 0.1 && line[5] > 4.9);
}

static void
a_ring_is_cut_to_the_box(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct trim_box box = {0, 0, 10, 10};
    const double ring[] = {-5, 5, 5, -5, 15, 5, 5, 15}; /* a diamond whose tips are outside */
    double *out;
    int count = trim_ring(ring, 4, box, &arena, &out);
    double area = 0;
    assert_in_range(count, 4, 8); /* the diamond's edges pass through the box's corners */
    for (int i = 0, j = count - 1; i < count; j = i++) {
        assert_true(out[2 * i] >= -1e-9 && out[2 * i] <= 10 + 1e-9);
        area += out[2 * j] * out[2 * i + 1] - out[2 * i] * out[2 * j + 1];
    }
    assert_true(fabs(fabs(area) / 2 - 100) < 1e-6);
    const double away[] = {20, 20, 30, 20, 30, 30};
    assert_int_equal(trim_ring(away, 3, box, &arena, &out), 0);
    arena_free(&arena);
}

static void
a_line_is_cut_into_runs(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct map_line lines[8];
    int count = 0;
    const struct trim_box box = {0, 0, 10, 10};
    const double zigzag[] = {-5, 2, 15, 2, 15, 8, -5, 8}; /* through, round outside, back */
    trim_line(zigzag, 4, false, box, &arena, lines, &count, 8);
    assert_int_equal(count, 2);
    assert_int_equal(lines[0].count, 2);
    assert_false(lines[0].closed);
    assert_true(fabsf(lines[0].xy[0]) < 1e-6f && fabsf(lines[0].xy[2] - 10) < 1e-6f);
    assert_true(fabsf(lines[1].xy[0] - 10) < 1e-6f && fabsf(lines[1].xy[2]) < 1e-6f);
    count = 0;
    const double inside[] = {1, 1, 9, 1, 9, 9};
    trim_line(inside, 3, true, box, &arena, lines, &count, 8);
    assert_int_equal(count, 1);
    assert_true(lines[0].closed);
    assert_int_equal(lines[0].count, 3);
    count = 0;
    trim_line(zigzag, 4, true, box, &arena, lines, &count, 1); /* the capacity holds */
    assert_int_equal(count, 1);
    arena_free(&arena);
}

static double
filled(const struct fill_ring *rings, int count)
{
    struct arena arena = {0};
    struct fill_result result;
    assert_true(fill_polygon(rings, count, &arena, &result));
    double sum = 0;
    for (int t = 0; t < result.count; t++) {
        const float *at = &result.triangles[6 * t];
        sum += fabs((double)(at[2] - at[0]) * (double)(at[5] - at[1]) -
                    (double)(at[4] - at[0]) * (double)(at[3] - at[1])) /
               2;
    }
    arena_free(&arena);
    return sum;
}

static void
fills_holes_and_crossings(void **state)
{
    (void)state;
    const double outer[] = {0, 0, 10, 0, 10, 10, 0, 10}, hole[] = {2, 2, 4, 2, 4, 4, 2, 4};
    const double bow[] = {0, 0, 10, 10, 10, 0, 0, 10}; /* crosses itself in the middle */
    const struct fill_ring both[] = {{outer, 4}, {hole, 4}}, one[] = {{bow, 4}};
    assert_true(fabs(filled(both, 2) - 96) < 1e-3);
    assert_true(fabs(filled(one, 1) - 50) < 1e-3);
    assert_true(filled(NULL, 0) < 1e-9);
    static double scribble[2 * 2000]; /* a million crossings */
    uint32_t random = 1;
    for (size_t i = 0; i < sizeof scribble / sizeof *scribble; i++) {
        random = random * 1664525 + 1013904223;
        scribble[i] = (double)(random >> 8) * 1500 / (1 << 24);
    }
    struct arena arena = {0};
    struct fill_result result;
    assert_false(fill_polygon(&(struct fill_ring){scribble, 2000}, 1, &arena, &result));
    assert_int_equal(result.count, 0);
    arena_free(&arena);
}

static void
a_label_goes_where_there_is_room(void **state)
{
    (void)state;
    /* An L: its box's centre is outside, the room is in the broad foot. */
    const double l[] = {0, 0, 20, 0, 20, 70, 120, 70, 120, 120, 0, 120};
    const struct fill_ring ring = {l, 6};
    float x, y, room;
    place_label(&ring, 1, &x, &y, &room);
    assert_true(y > 80 && y < 112);
    assert_true(x > 20 && x < 100);
    assert_true(room > 24);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_polygons_and_lines),
        cmocka_unit_test(converts_from_the_layers_coordinates),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(names_every_wrong_feature_up_to_a_limit),
        cmocka_unit_test(simplifying_moves_nothing_far),
        cmocka_unit_test(a_ring_is_cut_to_the_box),
        cmocka_unit_test(a_line_is_cut_into_runs),
        cmocka_unit_test(fills_holes_and_crossings),
        cmocka_unit_test(a_label_goes_where_there_is_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
