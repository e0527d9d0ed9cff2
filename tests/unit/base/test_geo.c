/* Coordinate systems against published vectors, and the projection against its own inverse. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wall/base/geo.h"

static void
check_near(struct geo_point got, double lon, double lat, double tolerance)
{
    if (!(fabs(got.lon - lon) <= tolerance && fabs(got.lat - lat) <= tolerance)) {
        fail_msg("%.10f, %.10f is not %.10f, %.10f", got.lon, got.lat, lon, lat);
    }
}

static void
test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"wgs84", "cgcs2000", "gcj02", "bd09"};
    enum geo_crs crs;
    for (int i = 0; i < GEO_CRS_COUNT; i++) {
        assert_true(geo_crs_parse(str_from(names[i]), &crs));
        assert_int_equal(crs, i);
        assert_string_equal(geo_crs_name(crs), names[i]);
    }
    assert_false(geo_crs_parse(STR("utm"), &crs));
    assert_false(geo_crs_parse(STR("WGS84"), &crs));
    assert_false(geo_crs_parse(STR(""), &crs));
}

/* The vector: GCJ 116.15312, 39.925657 = WGS 116.1468723563, 39.9243034505 = BD-09 116.1594895,
 * 39.93197676 (given to 7 and 8 decimals). */
static void
test_vector(void **state)
{
    (void)state;
    struct geo_point wgs = {116.1468723563, 39.9243034505}, gcj = {116.15312, 39.925657};
    struct geo_point bd = {116.1594895, 39.93197676};
    check_near(geo_to_wgs84(GEO_GCJ02, gcj), wgs.lon, wgs.lat, 1e-9);
    check_near(geo_from_wgs84(GEO_GCJ02, wgs), gcj.lon, gcj.lat, 1e-9);
    check_near(geo_from_wgs84(GEO_BD09, wgs), bd.lon, bd.lat, 5e-8);
    check_near(geo_to_wgs84(GEO_BD09, bd), wgs.lon, wgs.lat, 5e-8);
    check_near(geo_to_wgs84(GEO_WGS84, gcj), gcj.lon, gcj.lat, 0.0);
    check_near(geo_to_wgs84(GEO_CGCS2000, gcj), gcj.lon, gcj.lat, 0.0);
}

/* There and back within a billionth of a degree, over the whole box. */
static void
test_inverse(void **state)
{
    (void)state;
    for (double lon = 73.0; lon < 137.0; lon += 1.37) {
        for (double lat = 2.0; lat < 55.0; lat += 1.13) {
            struct geo_point at = {lon, lat};
            check_near(geo_to_wgs84(GEO_GCJ02, geo_from_wgs84(GEO_GCJ02, at)), lon, lat, 1e-9);
            check_near(geo_to_wgs84(GEO_BD09, geo_from_wgs84(GEO_BD09, at)), lon, lat, 1e-9);
        }
    }
}

static void
test_outside_china(void **state)
{
    (void)state;
    struct geo_point boston = {-71.05, 42.35};
    check_near(geo_to_wgs84(GEO_GCJ02, boston), boston.lon, boston.lat, 0.0);
    check_near(geo_to_wgs84(GEO_BD09, boston), boston.lon, boston.lat, 0.0);
    check_near(geo_from_wgs84(GEO_BD09, boston), boston.lon, boston.lat, 0.0);
}

static void
test_mercator(void **state)
{
    (void)state;
    double x, y;
    geo_mercator((struct geo_point){0, 0}, &x, &y);
    assert_true(fabs(x - 0.5) < 1e-15 && fabs(y - 0.5) < 1e-15);
    geo_mercator((struct geo_point){-180, 85.05112877980659}, &x, &y);
    assert_true(fabs(x) < 1e-15 && fabs(y) < 1e-12);
    geo_mercator((struct geo_point){180, -90}, &x, &y); /* the pole is cut, not infinite */
    assert_true(fabs(x - 1) < 1e-15 && fabs(y - 1) < 1e-12);
    /* EPSG:3857 of 116.1468723563, 39.9243034505 by its formulas: metres over the circumference */
    geo_mercator((struct geo_point){116.1468723563, 39.9243034505}, &x, &y);
    double lat = 39.9243034505 * M_PI / 180;
    double north_m = 6378137.0 * log(tan(M_PI / 4 + lat / 2));
    assert_true(fabs((0.5 - y) * 2 * M_PI * 6378137.0 - north_m) < 1e-6);
    for (double at = -85; at < 85; at += 3.3) {
        geo_mercator((struct geo_point){at * 2, at}, &x, &y);
        check_near(geo_unmercator(x, y), at * 2, at, 1e-10);
    }
    assert_true(fabs(geo_mercator_metres(0) - 40075016.6856) < 1e-3);
    assert_true(fabs(geo_mercator_metres(60) / geo_mercator_metres(0) - 0.5) < 1e-12);
}

/* A point snaps to its own cell, all points of a cell to one place, never farther than half a
 * diagonal. */
static void
test_snap(void **state)
{
    (void)state;
    for (int i = 0; i < 400; i++) {
        struct geo_point at = {116.10 + i * 0.000371, 39.87 + i * 0.000299};
        struct geo_point cell = geo_snap(at, 100.0);
        double metre = M_PI * 6378137.0 / 180.0;
        double east = (cell.lon - at.lon) * metre * cos(at.lat * M_PI / 180.0);
        double north = (cell.lat - at.lat) * metre;
        assert_true(fabs(east) < 50.2 && fabs(north) < 50.01);
        check_near(geo_snap(cell, 100.0), cell.lon, cell.lat, 1e-12);
    }
    struct geo_point pole = geo_snap((struct geo_point){179.99, 89.9999}, 100.0);
    assert_true(pole.lat <= 90.0 && pole.lon <= 180.0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),    cmocka_unit_test(test_vector),
        cmocka_unit_test(test_inverse),  cmocka_unit_test(test_outside_china),
        cmocka_unit_test(test_mercator), cmocka_unit_test(test_snap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
