#include "layouts/scene_grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct raw_viewing {
    double wall_height_mm, farthest_m;
};

struct raw_grid {
    struct scene_grid_plan plan;
    int64_t margin, gap;
    const struct yaml_node *viewing, *boxes, *columns, *rows, *areas;
};

#define AT(type, name) offsetof(struct type, name)
#define TRACKS                                                                                     \
    {.key = "margin", .kind = YAML_INT, .offset = AT(raw_grid, margin), .max = 200},               \
        {.key = "gap", .kind = YAML_INT, .offset = AT(raw_grid, gap), .max = 200},                 \
        {.key = "columns",                                                                         \
         .kind = YAML_NODE,                                                                        \
         .offset = AT(raw_grid, columns),                                                          \
         .required = true,                                                                         \
         .help = "shares of the width, such as [1, 2, 1]"},                                        \
        {.key = "rows",                                                                            \
         .kind = YAML_NODE,                                                                        \
         .offset = AT(raw_grid, rows),                                                             \
         .required = true,                                                                         \
         .help = "shares of the height"},                                                          \
    {                                                                                              \
        .key = "areas", .kind = YAML_NODE, .offset = AT(raw_grid, areas), .required = true,        \
        .help = "a line a row, a word a column"                                                    \
    }

static const struct yaml_field VIEWING[] = {{.key = "wall_height_mm",
                                             .kind = YAML_REAL,
                                             .offset = AT(raw_viewing, wall_height_mm),
                                             .min = 100,
                                             .max = 50000,
                                             .required = true},
                                            {.key = "farthest_m",
                                             .kind = YAML_REAL,
                                             .offset = AT(raw_viewing, farthest_m),
                                             .min = 0.2,
                                             .max = 200,
                                             .required = true},
                                            {0}};

/* The scene's own grid: its canvas, tiles and viewing are given at the top of the file. */
static const struct yaml_field OWN[] = {TRACKS, {0}};

static const struct yaml_field OTHER[] = {
    TRACKS,
    {.key = "canvas", .kind = YAML_SIZE, .offset = AT(raw_grid, plan.canvas), .required = true},
    {.key = "tiles", .kind = YAML_SIZE, .offset = AT(raw_grid, plan.tiles)},
    {.key = "bezels", .kind = YAML_STR, .offset = AT(raw_grid, plan.bezels)},
    {.key = "viewing",
     .kind = YAML_NODE,
     .offset = AT(raw_grid, viewing),
     .help = "{wall_height_mm: 1218, farthest_m: 2}"},
    {.key = "boxes",
     .kind = YAML_NODE,
     .offset = AT(raw_grid, boxes),
     .help = "panel ids and their boxes: {hot: [0, 0, 520, 336]}"},
    {0}};

/* The words of one line of areas, row by row. */
static void
read_area_row(struct scene_read *load, struct scene_grid *grid, int *cells,
              const struct yaml_node *line, int row)
{
    struct str text = yaml_scalar(line);
    int column = 0;
    for (size_t at = 0; at < text.len; column++) {
        size_t end = at;
        while (end < text.len && text.ptr[end] != ' ') {
            end++;
        }
        struct str word = {text.ptr + at, end - at};
        while (end < text.len && text.ptr[end] == ' ') {
            end++;
        }
        at = end;
        if (str_is(word, ".") || column >= grid->columns_count) {
            continue;
        }
        int found = scene_read_find(load->scene, word);
        if (found < 0) {
            yaml_error(load->report, line, "areas: there is no panel '%.*s'", STR_ARG(word));
            continue;
        }
        struct scene_place *place = &grid->places[found];
        if (!place->in_grid) {
            place->in_grid = place->shown = true;
            place->framed = load->framed[found] || load->boxes[found];
            place->column[0] = place->column[1] = column;
            place->row[0] = place->row[1] = row;
        }
        place->column[0] = column < place->column[0] ? column : place->column[0];
        place->column[1] = column > place->column[1] ? column : place->column[1];
        place->row[1] = row;
        cells[found]++;
    }
    if (column != grid->columns_count) {
        yaml_error(load->report, line, "areas: %d words in a grid of %d columns", column,
                   grid->columns_count);
    }
}

/* A panel whose words do not fill the box around them is no rectangle. */
static void
check_areas(struct scene_read *load, const struct scene_grid *grid, const int *cells,
            const struct yaml_node *areas)
{
    for (int i = 0; i < load->scene->panels_count; i++) {
        const struct scene_place *place = &grid->places[i];
        int fills = (place->column[1] - place->column[0] + 1) * (place->row[1] - place->row[0] + 1);
        if (place->in_grid && fills != cells[i]) {
            yaml_error(load->report, areas, "areas: '%s' does not fill one rectangle",
                       load->scene->panels[i].id);
        }
    }
}

static void
read_areas(struct scene_read *load, struct scene_grid *grid, const struct raw_grid *raw)
{
    int cells[SCENE_PANELS] = {0};
    grid->margin = (int)raw->margin;
    grid->gap = (int)raw->gap;
    grid->columns_count = scene_read_numbers(load, raw->columns, "columns", 1, SCENE_TRACKS, 0.01,
                                             65535, grid->columns);
    grid->rows_count =
        scene_read_numbers(load, raw->rows, "rows", 1, SCENE_TRACKS, 0.01, 65535, grid->rows);
    if (grid->columns_count < 0 || grid->rows_count < 0) {
        return;
    }
    if (yaml_shape(raw->areas) != YAML_LIST || yaml_count(raw->areas) != (size_t)grid->rows_count) {
        yaml_error(load->report, raw->areas, "areas: expected a list of %d lines, one a row",
                   grid->rows_count);
        return;
    }
    int before = load->report->count;
    for (int row = 0; row < grid->rows_count; row++) {
        read_area_row(load, grid, cells, yaml_item(raw->areas, (size_t)row), row);
    }
    if (load->report->count == before) {
        check_areas(load, grid, cells, raw->areas);
    }
}

/* A panel's box; the panel it is inside must have an area in this arrangement. */
static void
read_box(struct scene_read *load, struct scene_grid *grid, int panel, const struct yaml_node *box)
{
    struct scene_place *place = &grid->places[panel];
    const struct yaml_node *node = load->nodes[panel];
    const char *id = load->scene->panels[panel].id;
    if (place->in_grid) {
        yaml_error(load->report, grid == load->scene->grids ? node : box,
                   "'%s' is in areas and has a box; remove one of them", id);
        return;
    }
    if (scene_read_numbers(load, box, "box", 4, 4, 0, 65535, place->box) != 4) {
        return;
    }
    place->shown = true;
    place->framed = load->framed[panel];
    if (!load->inside[panel].len) {
        return;
    }
    place->inside = scene_read_find(load->scene, load->inside[panel]);
    if (place->inside < 0 || !grid->places[place->inside].in_grid) {
        yaml_error(load->report, yaml_get(node, "inside"),
                   "inside: there is no panel '%.*s' in areas", STR_ARG(load->inside[panel]));
        place->inside = -1;
    }
}

static void
read_own_boxes(struct scene_read *load, struct scene_grid *grid)
{
    for (int i = 0; i < load->scene->panels_count; i++) {
        if (load->boxes[i]) {
            read_box(load, grid, i, load->boxes[i]);
        } else if (grid->places[i].in_grid && load->inside[i].len) {
            yaml_error(load->report, load->nodes[i],
                       "'%s' is in areas and has a box; remove one of them",
                       load->scene->panels[i].id);
        }
    }
}

static void
read_other_boxes(struct scene_read *load, struct scene_grid *grid, const struct yaml_node *boxes)
{
    if (!boxes) {
        return;
    }
    if (yaml_shape(boxes) != YAML_MAP) {
        yaml_error(load->report, boxes, "boxes: expected {panel: [x, y, w, h]}");
        return;
    }
    for (size_t i = 0; i < yaml_count(boxes); i++) {
        int found = scene_read_find(load->scene, yaml_key(boxes, i));
        if (found < 0) {
            yaml_error_key(load->report, boxes, i, "boxes: there is no panel '%.*s'",
                           STR_ARG(yaml_key(boxes, i)));
        } else {
            read_box(load, grid, found, yaml_item(boxes, i));
        }
    }
}

bool
scene_bezel_parse(struct str text, double *value, bool *mm)
{
    *mm = str_ends(text, "mm");
    text.len -= *mm || str_ends(text, "px") ? 2 : 0;
    while (text.len > 0 && text.ptr[text.len - 1] == ' ') {
        text.len--;
    }
    return str_to_double(text, value) && *value >= 0 && *value <= 200;
}

/* Pixels are those of the arrangement's canvas, millimetres the wall's. */
static void
read_bezels(struct scene_read *load, struct scene_grid *grid, const struct scene_grid_plan *plan)
{
    if (!plan->bezels.len) {
        return;
    }
    bool mm;
    double value = 0;
    bool good = scene_bezel_parse(plan->bezels, &value, &mm);
    double px = mm && grid->wall_height_mm > 0 ? grid->canvas_h / grid->wall_height_mm : 1;
    if (!good || value * px > 200) {
        yaml_error(load->report, yaml_get(plan->node, "bezels"),
                   "bezels: expected what the frame between two tiles covers, such as '4 px' or "
                   "'3.5 mm', at most 200 pixels");
        return;
    }
    grid->bezel = value * px;
}

static void
read_plan(struct scene_read *load, struct scene_grid *grid, const struct scene_grid_plan *plan,
          const struct yaml_node *viewing)
{
    struct raw_viewing raw = {0};
    grid->canvas_w = plan->canvas[0];
    grid->canvas_h = plan->canvas[1];
    grid->tiles_x = plan->tiles[0];
    grid->tiles_y = plan->tiles[1];
    if (grid->canvas_w < 320 || grid->canvas_h < 240 || grid->canvas_w > 16384 ||
        grid->canvas_h > 16384) {
        yaml_error(load->report, yaml_get(plan->node, "canvas"),
                   "canvas: expected 320x240 to 16384x16384");
    }
    if (grid->tiles_x > 64 || grid->tiles_y > 64) {
        yaml_error(load->report, yaml_get(plan->node, "tiles"), "tiles: more than 64x64");
    }
    yaml_read(viewing, VIEWING, &raw, load->report);
    grid->wall_height_mm = raw.wall_height_mm;
    grid->farthest_m = raw.farthest_m;
    grid->viewing_line = yaml_line(viewing);
    grid->viewing_column = yaml_column(viewing);
    read_bezels(load, grid, plan);
}

/* ---- what an arrangement looks like on its own canvas ---- */

/* Glyphs must not cross a seam: a panel over a vertical seam has to span whole tiles. (A horizontal
 * seam is left to the painters, which move the line of text: scene_seam_shift.) */
static void
check_seams(struct scene_read *load, const struct scene_grid *grid)
{
    struct scene *scene = load->scene;
    double tile = (double)grid->canvas_w / grid->tiles_x;
    double air = grid->margin + ceil(grid->bezel / 2) + 0.5;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel_rect *rect = &scene->panels[i].rect;
        if (!grid->places[i].in_grid || rect->w == 0) {
            continue; /* drawn on a panel that spans the seam already */
        }
        int first = (int)(rect->x / tile), last = (int)((rect->x + rect->w - 1) / tile);
        bool starts = rect->x - first * tile <= air;
        bool ends = (last + 1) * tile - (rect->x + rect->w) <= air;
        if (first != last && !(starts && ends)) {
            yaml_error(load->report, load->nodes[i],
                       "'%s' crosses the seam at x = %.0f; put its edges on seams",
                       scene->panels[i].id, (first + 1) * tile);
        }
    }
}

static void
check_boxes_fit(struct scene_read *load, const struct scene_grid *grid,
                const struct yaml_node *boxes)
{
    const struct scene *scene = load->scene;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &grid->places[i];
        if (place->in_grid || !place->shown) {
            continue;
        }
        double w = grid->canvas_w, h = grid->canvas_h;
        if (place->inside >= 0) {
            w = scene->panels[place->inside].rect.w;
            h = scene->panels[place->inside].rect.h;
        }
        if (place->box[2] < 1 || place->box[3] < 1 || place->box[0] + place->box[2] > w + 0.5 ||
            place->box[1] + place->box[3] > h + 0.5) {
            yaml_error(load->report, boxes ? yaml_get(boxes, scene->panels[i].id) : load->boxes[i],
                       "box: must lie inside %.0f × %.0f pixels", w, h);
        }
    }
}

/* Of two arrangements of one shape the second would never be taken. */
static bool
has_own_shape(struct scene_read *load, const struct scene_grid *grid,
              const struct scene_grid_plan *plan)
{
    for (const struct scene_grid *other = load->scene->grids; other < grid; other++) {
        double ratio = (double)grid->canvas_w / grid->canvas_h * other->canvas_h / other->canvas_w;
        if (fabs(ratio - 1) < 0.01) {
            yaml_error(load->report, yaml_get(plan->node, "canvas"),
                       "canvas: there is an arrangement of this shape already (%dx%d)",
                       other->canvas_w, other->canvas_h);
            return false;
        }
    }
    return true;
}

static void
read_one(struct scene_read *load, const struct scene_grid_plan *plan, const struct raw_grid *raw,
         const struct yaml_node *viewing)
{
    struct scene *scene = load->scene;
    struct scene_grid *grid = &scene->grids[scene->grids_count];
    int before = load->report->count;
    for (int i = 0; i < SCENE_PANELS; i++) {
        grid->places[i] = (struct scene_place){.flush = load->flush[i], .inside = -1};
    }
    read_plan(load, grid, plan, viewing);
    read_areas(load, grid, raw);
    if (load->report->count == before) {
        if (grid == scene->grids) {
            read_own_boxes(load, grid);
        } else {
            read_other_boxes(load, grid, raw->boxes);
        }
    }
    if (load->report->count == before && has_own_shape(load, grid, plan)) {
        double farthest_m = grid->farthest_m;
        scene->grids_count++;
        grid->farthest_m = 0; /* as written, without growth for viewers far away */
        scene_solve(scene, grid->canvas_w, grid->canvas_h, NULL);
        grid->farthest_m = farthest_m;
        check_seams(load, grid);
        check_boxes_fit(load, grid, raw->boxes);
    }
}

/* Every panel has a place in some arrangement. */
static void
check_places(struct scene_read *load)
{
    const struct scene *scene = load->scene;
    for (int i = 0; i < scene->panels_count; i++) {
        bool shown = false;
        for (int g = 0; g < scene->grids_count; g++) {
            shown = shown || scene->grids[g].places[i].shown;
        }
        if (!shown) {
            yaml_error(load->report, load->nodes[i], "'%s' is in no area and has no box",
                       scene->panels[i].id);
        }
    }
}

void
scene_grid_read(struct scene_read *load, const struct scene_grid_plan *plan,
                const struct yaml_node *grid, const struct yaml_node *viewing,
                const struct yaml_node *grids)
{
    struct raw_grid raw = {.margin = 16, .gap = 16};
    int before = load->report->count;
    if (yaml_read(grid, OWN, &raw, load->report)) {
        read_one(load, plan, &raw, viewing);
    }
    bool others = grids && scene_read_list(load, grids, "grids", SCENE_GRIDS - 1);
    if (load->report->count != before) {
        return;
    }
    for (size_t i = 0; others && i < yaml_count(grids); i++) {
        const struct yaml_node *node = yaml_item(grids, i);
        struct raw_grid other = {
            .plan = {.tiles = {1, 1}, .node = node}, .margin = raw.margin, .gap = raw.gap};
        if (yaml_read(node, OTHER, &other, load->report)) {
            read_one(load, &other.plan, &other, other.viewing ? other.viewing : viewing);
        }
    }
    if (load->report->count != before) {
        return; /* a place that is missing would only echo it */
    }
    check_places(load);
    /* Whoever looks at the scene before solving it sees it on its own canvas. */
    scene_solve(load->scene, load->scene->canvas_w, load->scene->canvas_h, NULL);
}
