/* Shapefiles, written here with the library that reads them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <shapefil.h>

#include "render/map/load.h"
#include "wall/base/file.h"

static char folder[] = "/tmp/wallboard-shp-XXXXXX";

static const char *
path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void
write_text(const char *name, struct str text)
{
    struct err err = {0};
    assert_true(file_write(path_of(name), text, &err));
}

/* Two squares, the second with a hole, named with these bytes. */
static void
write_layer(double scale, const char *name_bytes, bool closed)
{
    double x[10] = {116, 117, 117, 116, 116, 116.2, 116.4, 116.4, 116.2, 116.2};
    double y[10] = {39, 39, 40, 40, 39, 39.2, 39.2, 39.4, 39.4, 39.2};
    const int parts[2] = {0, 5};
    for (int i = 0; i < 10; i++) {
        x[i] *= scale;
        y[i] *= scale;
    }
    if (!closed) {
        x[4] += 0.1;
    }
    SHPHandle shapes = SHPCreate(path_of("layer.shp"), SHPT_POLYGON);
    DBFHandle table = DBFCreate(path_of("layer.dbf"));
    assert_non_null(shapes);
    assert_non_null(table);
    DBFAddField(table, "CODE", FTString, 12, 0);
    DBFAddField(table, "NAME", FTString, 20, 0);
    for (int i = 0; i < 2; i++) {
        SHPObject *object =
            SHPCreateObject(SHPT_POLYGON, i, i + 1, parts, NULL, i ? 10 : 5, x, y, NULL, NULL);
        SHPWriteObject(shapes, -1, object);
        SHPDestroyObject(object);
        DBFWriteStringAttribute(table, i, 0, i ? "110107002" : "110107001");
        DBFWriteStringAttribute(table, i, 1, name_bytes);
    }
    SHPClose(shapes);
    DBFClose(table);
}

static const struct scene_layer STREETS = {
    .kind = SCENE_LAYER_STREETS, .crs = "cgcs2000", .code_key = "CODE", .name_key = "NAME"};

static bool
load(const struct scene_layer *layer, struct arena *arena, struct load_layer *out,
     struct yaml_report *report)
{
    return load_shapefile(path_of("layer.shp"), layer, arena, out, report);
}

static void
reads_rings_codes_and_names(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"八角", "\xb0\xcb\xbd\xc7"}; /* UTF-8, GB 18030 */
    for (size_t n = 0; n < 2; n++) {
        struct arena arena = {0};
        struct yaml_report report = {0};
        struct load_layer layer;
        write_layer(1, NAMES[n], true);
        if (!load(&STREETS, &arena, &layer, &report)) {
            fail_msg("%s", report.text.ptr);
        }
        assert_int_equal(layer.count, 2);
        assert_true(str_is(layer.shapes[0].code, "110107001"));
        assert_true(str_is(layer.shapes[1].name, "八角"));
        assert_true(layer.shapes[1].area);
        assert_int_equal(layer.shapes[0].rings_count, 1);
        assert_int_equal(layer.shapes[1].rings_count, 2);
        assert_int_equal(layer.shapes[1].rings[1].count, 4);
        double mx, my;
        geo_mercator((struct geo_point){116, 39}, &mx, &my);
        const double *xy = layer.shapes[0].rings[0].xy;
        bool found = false;
        for (int i = 0; i < 4; i++) {
            found |= fabs(xy[2 * i] - mx) < 1e-12 && fabs(xy[2 * i + 1] - my) < 1e-12;
        }
        assert_true(found);
        yaml_report_free(&report);
        arena_free(&arena);
    }
}

static void
assert_refused(const struct scene_layer *streets, const char *why)
{
    struct arena arena = {0};
    struct yaml_report report = {0};
    struct load_layer layer;
    assert_false(load(streets, &arena, &layer, &report));
    if (!strstr(report.text.ptr, why)) {
        fail_msg("%s does not say: %s", report.text.ptr, why);
    }
    yaml_report_free(&report);
    arena_free(&arena);
}

static void
refuses_what_is_wrong(void **state)
{
    (void)state;
    struct scene_layer layer = STREETS;
    write_layer(1, "a", true);
    snprintf(layer.code_key, sizeof layer.code_key, "NONE");
    assert_refused(&layer, "feature 1: no code or name in the columns");
    layer = STREETS;
    layer.crs[0] = '\0';
    assert_refused(&layer, "names no coordinate system");
    write_text("layer.prj", STR("PROJCS[\"CGCS2000_3_Degree_GK_CM_117E\",GEOGCS[]]"));
    assert_refused(&STREETS, "projected coordinates (.prj)");
    unlink(path_of("layer.prj"));
    write_layer(4000, "a", true);
    assert_refused(&STREETS, "feature 1: a coordinate is outside");
    write_layer(1, "a", false);
    assert_refused(&STREETS, "feature 1: a ring is not closed");
    unlink(path_of("layer.shx"));
    assert_refused(&STREETS, "no shapefile, or its .shx is missing");
}

/* Cut at every length, and with bytes overwritten: an error or a layer, never a crash. */
static void
survives_damage(void **state)
{
    (void)state;
    write_layer(1, "a", true);
    struct buf whole = {0};
    struct err err = {0};
    assert_true(file_read(path_of("layer.shp"), 1 << 20, &whole, &err));
    int refused = 0;
    for (size_t at = 0; at < whole.len; at++) {
        struct arena arena = {0};
        struct yaml_report report = {0};
        struct load_layer layer;
        write_text("layer.shp", (struct str){whole.ptr, at});
        refused += !load(&STREETS, &arena, &layer, &report);
        char kept = whole.ptr[at];
        whole.ptr[at] = (char)0x7f;
        write_text("layer.shp", buf_str(&whole));
        whole.ptr[at] = kept;
        refused += !load(&STREETS, &arena, &layer, &report);
        yaml_report_free(&report);
        arena_free(&arena);
    }
    assert_true(refused > (int)whole.len / 2);
    buf_free(&whole);
}

static int
make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int
remove_folder(void **state)
{
    (void)state;
    static const char *const NAMES[] = {"layer.shp", "layer.shx", "layer.dbf", "layer.cpg",
                                        "layer.prj"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        unlink(path_of(NAMES[i]));
    }
    return rmdir(folder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_rings_codes_and_names),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
