#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "layouts/scene.h"

/* A whole small scene; the tests change lines of it. */
static const char BASE[] = "name: small\n"
                           "place: 某区\n"
                           "canvas: 1920x1080\n"
                           "viewing: {wall_height_mm: 1000, farthest_m: 3}\n"
                           "grid:\n"
                           "  columns: [1, 1]\n"
                           "  rows: [100, 980]\n"
                           "  areas:\n"
                           "    - top  top\n"
                           "    - left right\n"
                           "panels:\n"
                           "  - {id: top, kind: header, flush: true, framed: false}\n"
                           "  - {id: left, kind: board, metrics: [composite], rows: 9}\n"
                           "  - {id: right, kind: map}\n"
                           "  - {id: hot, kind: hot, inside: right, box: [0, 100, 400, 300]}\n";

static char *
changed_in(const char *whole, const char *from, const char *to)
{
    const char *at = strstr(whole, from);
    assert_non_null(at);
    struct buf out = {0};
    buf_add(&out, whole, (size_t)(at - whole));
    buf_printf(&out, "%s%s", to, at + strlen(from));
    return out.ptr;
}

/* BASE with one piece replaced. */
static char *
changed(const char *from, const char *to)
{
    return changed_in(BASE, from, to);
}

static void
assert_errors(const char *from, const char *to, const char *expected)
{
    char *text = changed(from, to);
    struct scene scene;
    struct yaml_report report = {0};
    bool ok = scene_parse("s.yaml", str_from(text), &scene, &report);
    assert_string_equal(report.text.ptr ? report.text.ptr : "", expected);
    assert_true(ok == !*expected);
    yaml_report_free(&report);
    free(text);
}

static void
assert_rect(const struct scene *scene, const char *id, int x, int y, int w, int h)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (strcmp(scene->panels[i].id, id) == 0) {
            const struct panel_rect *r = &scene->panels[i].rect;
            if (r->x != x || r->y != y || r->w != w || r->h != h) {
                fail_msg("%s: %d %d %d %d, expected %d %d %d %d", id, r->x, r->y, r->w, r->h, x, y,
                         w, h);
            }
            return;
        }
    }
    fail_msg("no panel %s", id);
}

static void
reads_a_scene(void **state)
{
    (void)state;
    struct scene scene;
    struct yaml_report report = {0};
    assert_true(scene_parse("dir/s.yaml", STR(BASE), &scene, &report));
    assert_string_equal(scene.name, "small");
    assert_string_equal(scene.place, "某区");
    assert_string_equal(scene.theme, "night");
    assert_string_equal(scene.folder, "dir/");
    assert_int_equal(scene.tiles_x, 1);
    assert_int_equal(scene.tab_now, -1);
    assert_int_equal(scene.panels_count, 4);
    assert_int_equal(scene.panels[1].kind, PANEL_BOARD);
    assert_int_equal(scene.panels[1].rows, 9);
    assert_string_equal(scene.panels[1].metrics[0], "composite");
    scene_solve(&scene, 1920, 1080, NULL);
    assert_rect(&scene, "top", 0, 0, 1920, 100);
    assert_rect(&scene, "left", 16, 108, 936, 956);
    assert_rect(&scene, "right", 968, 108, 936, 956);
    assert_rect(&scene, "hot", 968, 208, 400, 300);
    yaml_report_free(&report);
}

static void
motion_may_be_none(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool still;
    } cases[] = {{"", false}, {"motion: full\n", false}, {"motion: none\n", true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char to[64];
        struct scene scene;
        struct yaml_report report = {0};
        snprintf(to, sizeof to, "%sgrid:", cases[i].line);
        char *text = changed("grid:", to);
        assert_true(scene_parse("s.yaml", str_from(text), &scene, &report));
        assert_int_equal(scene.still, cases[i].still);
        yaml_report_free(&report);
        free(text);
    }
    assert_errors(
        "grid:", "motion: some\ngrid:",
        "s.yaml:5:9: motion: expected one of full, none (did you mean 'none'?), not 'some'\n");
}

static void
reports_what_is_wrong(void **state)
{
    (void)state;
    assert_errors("name: small", "name: Small",
                  "s.yaml:1:7: name: only small letters, digits and "
                  "'-' (not 'Small')\n");
    assert_errors("kind: board", "kind: bord",
                  "s.yaml:13:22: kind: expected one of header, kpi, gauges, trend, categories, "
                  "map, hot, whistles, timebar, board, alarms (did you mean 'board'?), not "
                  "'bord'\n");
    assert_errors("rows: 9}", "rws: 9}", "s.yaml:13:51: unknown key 'rws'; did you mean 'rows'?\n");
    assert_errors("id: left", "id: top", "s.yaml:13:10: id: there is another panel 'top'\n");
    assert_errors("left right", "left rigth", "s.yaml:10:7: areas: there is no panel 'rigth'\n");
    assert_errors("left right", "left", "s.yaml:10:7: areas: 1 words in a grid of 2 columns\n");
    assert_errors("top  top", "top left",
                  "s.yaml:9:5: areas: 'left' does not fill one rectangle\n");
    assert_errors("top  top", ".  .", "s.yaml:12:5: 'top' is in no area and has no box\n");
    assert_errors("left right", "left .",
                  "s.yaml:15:34: inside: there is no panel 'right' in areas\n");
    assert_errors("inside: right", "inside: hot",
                  "s.yaml:15:34: inside: there is no panel 'hot' in areas\n");
    assert_errors("[0, 100, 400, 300]", "[0, 100, 400, 900]",
                  "s.yaml:15:46: box: must lie inside 936 × 956 pixels\n");
    assert_errors("[1, 1]", "[1, 0]",
                  "s.yaml:6:16: columns: expected a number from 0.01 to 65535\n");
    assert_errors("place: 某区\n", "", "s.yaml:1:1: 'place' is missing\n");
    assert_errors("place: 某区", "place: \"a\\nb\"",
                  "s.yaml:1:1: place: must not hold control characters\n");
    assert_errors("canvas: 1920x1080\n", "", "s.yaml:1:1: 'canvas' is missing\n");
    assert_errors("canvas: 1920x1080", "canvas: 100x100",
                  "s.yaml:3:9: canvas: expected 320x240 to 16384x16384\n");
    assert_errors("place: 某区", "place: 某区\nregion: [10, 20, 5, 30]",
                  "s.yaml:3:9: region: expected [west, south, east, north] in degrees, within ±85 "
                  "of latitude\n");
}

static void
a_layer_names_its_coordinates(void **state)
{
    (void)state;
    assert_errors("grid:", "layers:\n  - {kind: streets, file: a.geojson}\ngrid:",
                  "s.yaml:6:5: 'crs' is missing: a map layer must name its coordinate system: "
                  "wgs84, cgcs2000, gcj02 or bd09\n");
    assert_errors("grid:", "layers:\n  - {kind: streets, file: a.geojson, crs: epsg4326}\ngrid:",
                  "s.yaml:6:43: crs: expected wgs84, cgcs2000, gcj02 or bd09, not 'epsg4326'\n");
    assert_errors("grid:", "layers:\n  - {kind: streets, file: a.geojson, crs: gcj02}\ngrid:", "");
}

static void
a_tab_stands_for_a_scene_that_exists(void **state)
{
    (void)state;
    assert_errors("grid:", "tabs:\n  - {scene: weekly, label: 周调度}\ngrid:",
                  "s.yaml:6:13: tabs: there is no scene 'weekly'; a tab must stand for one that "
                  "exists\n");
    assert_errors("grid:", "tabs:\n  - {scene: small, label: 小}\ngrid:", "");
}

static void
no_panel_lies_across_a_seam(void **state)
{
    (void)state;
    assert_errors("grid:", "tiles: 2x1\ngrid:", "");
    assert_errors("  columns: [1, 1]", "  columns: [3, 2]", "");
    char *text = changed("grid:\n  columns: [1, 1]", "tiles: 2x1\ngrid:\n  columns: [3, 2]");
    struct scene scene;
    struct yaml_report report = {0};
    assert_false(scene_parse("s.yaml", str_from(text), &scene, &report));
    assert_string_equal(report.text.ptr, "s.yaml:14:5: 'left' crosses the seam at x = 960; put its "
                                         "edges on seams\n");
    yaml_report_free(&report);
    free(text);
}

static void
every_kind_has_a_word(void **state)
{
    (void)state;
    for (int i = 0; i < PANEL_KIND_COUNT; i++) {
        assert_non_null(scene_kinds[i]);
    }
    assert_null(scene_kinds[PANEL_KIND_COUNT]);
    assert_string_equal(scene_kinds[PANEL_TIMEBAR], "timebar");
    assert_string_equal(scene_kinds[PANEL_ALARMS], "alarms");
    for (int i = 0; i < PANEL_KPI_COUNT; i++) {
        assert_non_null(scene_kpi_figures[i]);
    }
    assert_null(scene_kpi_figures[PANEL_KPI_COUNT]);
    assert_string_equal(scene_kpi_figures[PANEL_KPI_EXPEDITE], "expedite");
}

static void
an_unknown_scene_says_so(void **state)
{
    (void)state;
    struct scene scene;
    struct yaml_report report = {0};
    assert_false(scene_load("no-such-scene", &scene, &report));
    assert_non_null(strstr(report.text.ptr, "no such scene"));
    assert_false(scene_load("../../etc/passwd", &scene, &report));
    assert_false(scene_load("/no/such/file.yaml", &scene, &report));
    assert_int_equal(report.count, 3);
    yaml_report_free(&report);
}

#define OTHER                                                                                      \
    "grids:\n"                                                                                     \
    "  - canvas: 1080x1920\n"                                                                      \
    "    bezels: 10.8 mm\n"                                                                        \
    "    columns: [1]\n"                                                                           \
    "    rows: [125, 980, 815]\n"                                                                  \
    "    areas: [top, right, hot]\n"                                                               \
    "    viewing: {wall_height_mm: 2000, farthest_m: 3}\n"                                         \
    "panels:\n"

static void
other_arrangements_are_read(void **state)
{
    (void)state;
    char *with_grids = changed("panels:\n", OTHER);
    char *text = changed_in(with_grids, "box: [", "framed: false, box: [");
    free(with_grids);
    struct scene scene;
    struct yaml_report report = {0};
    struct buf notes = {0};
    assert_true(scene_parse("s.yaml", str_from(text), &scene, &report));
    assert_int_equal(scene.grids_count, 2);
    assert_int_equal(scene.grid_now, 0); /* solved for the scene's own canvas */
    assert_float_equal(scene.grids[1].bezel, 10.368, 1e-9);
    assert_float_equal(scene.grids[1].wall_height_mm, 2000, 1e-9);
    assert_int_equal(scene.grids[1].viewing_line, 17);
    assert_false(scene.panels[3].framed || !scene.panels[1].framed);
    scene_solve(&scene, 1080, 1920, &notes);
    assert_rect(&scene, "hot", 16, 1113, 1048, 791);
    assert_rect(&scene, "left", 0, 0, 0, 0);
    assert_true(scene.panels[3].framed); /* it lies on no other panel there */
    assert_string_equal(notes.ptr, "small: on a canvas of 1080x1920 there is no place for "
                                   "'left'\n");
    buf_free(&notes);
    yaml_report_free(&report);
    free(text);
}

static void
assert_other_errors(const char *from, const char *to, const char *expected)
{
    char grids[1024];
    const char *at = strstr(OTHER, from);
    assert_non_null(at);
    snprintf(grids, sizeof grids, "%.*s%s%s", (int)(at - OTHER), OTHER, to, at + strlen(from));
    assert_errors("panels:\n", grids, expected);
}

static void
reports_what_is_wrong_in_other_arrangements(void **state)
{
    (void)state;
    assert_other_errors("canvas: 1080x1920", "canvas: 960x540",
                        "s.yaml:12:13: canvas: there is an arrangement of this shape already "
                        "(1920x1080)\n");
    assert_other_errors("canvas: 1080x1920", "canvas: 100x100",
                        "s.yaml:12:13: canvas: expected 320x240 to 16384x16384\n");
    assert_other_errors("10.8 mm", "wide",
                        "s.yaml:13:13: bezels: expected what the frame between two tiles covers, "
                        "such as '4 px' or '3.5 mm', at most 200 pixels\n");
    assert_other_errors("right, hot", "rihgt, hot",
                        "s.yaml:16:18: areas: there is no panel 'rihgt'\n");
    assert_other_errors("[top, right, hot]",
                        "[top, left, right]\n    boxes: {hot: [0, 0, 400, 3000]}",
                        "s.yaml:17:18: box: must lie inside 1048 × 791 pixels\n");
    assert_other_errors("[top, right, hot]", "[top, left, .]\n    boxes: {hot: [0, 0, 400, 300]}",
                        "s.yaml:23:34: inside: there is no panel 'right' in areas\n");
    assert_other_errors("[top, right, hot]", "[top, right, hot]\n    boxes: {cold: [0, 0, 1, 1]}",
                        "s.yaml:17:13: boxes: there is no panel 'cold'\n");
    assert_other_errors("wall_height_mm: 2000, farthest_m: 3", "wall_height_mm: 3",
                        "s.yaml:17:31: wall_height_mm: 3 is outside 100 to 50000\n"
                        "s.yaml:17:14: 'farthest_m' is missing\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_scene),
        cmocka_unit_test(motion_may_be_none),
        cmocka_unit_test(reports_what_is_wrong),
        cmocka_unit_test(a_layer_names_its_coordinates),
        cmocka_unit_test(a_tab_stands_for_a_scene_that_exists),
        cmocka_unit_test(no_panel_lies_across_a_seam),
        cmocka_unit_test(every_kind_has_a_word),
        cmocka_unit_test(an_unknown_scene_says_so),
        cmocka_unit_test(other_arrangements_are_read),
        cmocka_unit_test(reports_what_is_wrong_in_other_arrangements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
