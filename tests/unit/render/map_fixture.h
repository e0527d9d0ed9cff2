/* map_fixture: a scene's map panel with its own map, for the tests of the map's painter. Header
 * only; one user a program. Main thread. */
#ifndef TESTS_UNIT_RENDER_MAP_FIXTURE_H
#define TESTS_UNIT_RENDER_MAP_FIXTURE_H

#include "tests/unit/render/paint_fixture.h"

#include "render/draw_list.h"
#include "render/map/map.h"

#define POINTS 8

static struct map *map;
static struct snapshot_point points[POINTS];

/* A scene's map panel on a canvas, with its own map, and streets' rows from the map's streets. */
static inline struct fixture *
on_canvas(const char *name, int w, int h)
{
    struct fixture *f = fixture_new(PANEL_MAP, 100, 100);
    struct yaml_report report = {0};
    assert_true(scene_load(name, &f->scene, &report));
    scene_solve(&f->scene, w ? w : f->scene.canvas_w, h ? h : f->scene.canvas_h, NULL);
    for (int i = 0; i < f->scene.panels_count; i++) {
        if (f->scene.panels[i].kind == PANEL_MAP) {
            f->paint.panel = &f->scene.panels[i];
            f->paint.panel_index = i;
            map = map_create(&f->scene, i, &report);
        }
    }
    assert_int_equal(report.count, 0);
    f->paint.map = map;
    f->paint.unit = (float)f->scene.unit;
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

/* On the canvas it is meant for, with type of any size. */
static inline struct fixture *
on_map(const char *name, float unit)
{
    struct fixture *f = on_canvas(name, 0, 0);
    f->paint.unit = unit;
    return f;
}

static inline void
off_map(struct fixture *f)
{
    map_destroy(map);
    map = NULL;
    fixture_free(f);
}

#endif
