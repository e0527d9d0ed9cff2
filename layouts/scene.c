#include "layouts/scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wall/base/file.h"
#include "wall/base/geo.h"

const char *const scene_windows[] = {"today",           "yesterday",        "week", "period",
                                     "previous_period", "yesterday_so_far", NULL};
const char *const scene_bys[] = {"city", "district", NULL};
const char *const scene_groups[] = {"district", "street",   "community", "category",
                                    "unit",     "property", NULL};
const char *const scene_kinds[] = {"header", "kpi",      "gauges",  "trend", "categories", "map",
                                   "hot",    "whistles", "timebar", "board", "alarms",     NULL};
const char *const scene_kpi_figures[] = {"received", "open",    "resolved", "whistles",
                                         "due_soon", "overdue", "expedite", NULL};
static const char *const LAYER_KINDS[] = {"context", "water", "streets", "district", NULL};
static const char *const SCALES[] = {"district", "kiosk", NULL};
static const char *const MOTIONS[] = {"full", "none", NULL};

_Static_assert(sizeof LAYER_KINDS / sizeof *LAYER_KINDS == SCENE_LAYER_KIND_COUNT + 1, "names");

/* What the tables fill; text stays in the document until it is copied. */
struct raw_scene {
    struct str name, place, caption, theme, focus_street, attribution;
    int canvas[2], tiles[2], scale, motion;
    bool exact_points;
    struct {
        double wall_height_mm, farthest_m;
    } viewing;
    struct {
        int64_t margin, gap;
        const struct yaml_node *columns, *rows, *areas;
    } grid;
    const struct yaml_node *tabs, *region, *layers, *panels;
};

struct raw_layer {
    int kind;
    struct str file, crs, code, name;
};

struct raw_tab {
    struct str scene, label;
};

struct raw_panel {
    struct str id, title, street;
    int kind, window, by, group;
    bool framed, flush;
    int64_t rows, priority;
    struct str inside;
    const struct yaml_node *metrics, *figures, *box;
};

#define AT(type, name) offsetof(struct type, name)

static const struct yaml_field VIEWING[] = {
    {.key = "wall_height_mm", .kind = YAML_REAL, .min = 100, .max = 50000, .required = true},
    {.key = "farthest_m",
     .kind = YAML_REAL,
     .offset = AT(raw_scene, viewing.farthest_m) - AT(raw_scene, viewing),
     .min = 0.2,
     .max = 200,
     .required = true},
    {0}};

static const struct yaml_field GRID[] = {
    {.key = "margin",
     .kind = YAML_INT,
     .offset = AT(raw_scene, grid.margin) - AT(raw_scene, grid),
     .max = 200},
    {.key = "gap",
     .kind = YAML_INT,
     .offset = AT(raw_scene, grid.gap) - AT(raw_scene, grid),
     .max = 200},
    {.key = "columns",
     .kind = YAML_NODE,
     .offset = AT(raw_scene, grid.columns) - AT(raw_scene, grid),
     .required = true,
     .help = "shares of the width, such as [1, 2, 1]"},
    {.key = "rows",
     .kind = YAML_NODE,
     .offset = AT(raw_scene, grid.rows) - AT(raw_scene, grid),
     .required = true,
     .help = "shares of the height"},
    {.key = "areas",
     .kind = YAML_NODE,
     .offset = AT(raw_scene, grid.areas) - AT(raw_scene, grid),
     .required = true,
     .help = "a line a row, a word a column"},
    {0}};

static const struct yaml_field SCENE[] = {
    {.key = "name", .kind = YAML_STR, .offset = AT(raw_scene, name), .required = true},
    {.key = "place", .kind = YAML_STR, .offset = AT(raw_scene, place), .required = true},
    {.key = "caption", .kind = YAML_STR, .offset = AT(raw_scene, caption)},
    {.key = "tabs", .kind = YAML_NODE, .offset = AT(raw_scene, tabs)},
    {.key = "canvas", .kind = YAML_SIZE, .offset = AT(raw_scene, canvas), .required = true},
    {.key = "tiles", .kind = YAML_SIZE, .offset = AT(raw_scene, tiles)},
    {.key = "viewing",
     .kind = YAML_SUB,
     .offset = AT(raw_scene, viewing),
     .fields = VIEWING,
     .required = true,
     .help = "{wall_height_mm: 2000, farthest_m: 6}"},
    {.key = "theme", .kind = YAML_STR, .offset = AT(raw_scene, theme)},
    {.key = "scale", .kind = YAML_CHOICE, .offset = AT(raw_scene, scale), .choices = SCALES},
    {.key = "motion", .kind = YAML_CHOICE, .offset = AT(raw_scene, motion), .choices = MOTIONS},
    {.key = "exact_points", .kind = YAML_BOOL, .offset = AT(raw_scene, exact_points)},
    {.key = "focus_street", .kind = YAML_STR, .offset = AT(raw_scene, focus_street)},
    {.key = "attribution", .kind = YAML_STR, .offset = AT(raw_scene, attribution)},
    {.key = "region", .kind = YAML_NODE, .offset = AT(raw_scene, region)},
    {.key = "layers", .kind = YAML_NODE, .offset = AT(raw_scene, layers)},
    {.key = "grid",
     .kind = YAML_SUB,
     .offset = AT(raw_scene, grid),
     .fields = GRID,
     .required = true},
    {.key = "panels", .kind = YAML_NODE, .offset = AT(raw_scene, panels), .required = true},
    {0}};

static const struct yaml_field LAYER[] = {
    {.key = "kind",
     .kind = YAML_CHOICE,
     .offset = AT(raw_layer, kind),
     .choices = LAYER_KINDS,
     .required = true},
    {.key = "file", .kind = YAML_STR, .offset = AT(raw_layer, file), .required = true},
    {.key = "crs",
     .kind = YAML_STR,
     .offset = AT(raw_layer, crs),
     .required = true,
     .help = "a map layer must name its coordinate system: wgs84, cgcs2000, gcj02 or bd09"},
    {.key = "code", .kind = YAML_STR, .offset = AT(raw_layer, code)},
    {.key = "name", .kind = YAML_STR, .offset = AT(raw_layer, name)},
    {0}};

static const struct yaml_field TAB[] = {
    {.key = "scene", .kind = YAML_STR, .offset = AT(raw_tab, scene), .required = true},
    {.key = "label", .kind = YAML_STR, .offset = AT(raw_tab, label), .required = true},
    {0}};

static const struct yaml_field PANEL[] = {
    {.key = "id", .kind = YAML_STR, .offset = AT(raw_panel, id), .required = true},
    {.key = "kind",
     .kind = YAML_CHOICE,
     .offset = AT(raw_panel, kind),
     .choices = scene_kinds,
     .required = true},
    {.key = "title", .kind = YAML_STR, .offset = AT(raw_panel, title)},
    {.key = "framed", .kind = YAML_BOOL, .offset = AT(raw_panel, framed)},
    {.key = "flush", .kind = YAML_BOOL, .offset = AT(raw_panel, flush)},
    {.key = "window",
     .kind = YAML_CHOICE,
     .offset = AT(raw_panel, window),
     .choices = scene_windows},
    {.key = "by", .kind = YAML_CHOICE, .offset = AT(raw_panel, by), .choices = scene_bys},
    {.key = "group", .kind = YAML_CHOICE, .offset = AT(raw_panel, group), .choices = scene_groups},
    {.key = "street", .kind = YAML_STR, .offset = AT(raw_panel, street)},
    {.key = "metrics", .kind = YAML_NODE, .offset = AT(raw_panel, metrics)},
    {.key = "figures", .kind = YAML_NODE, .offset = AT(raw_panel, figures)},
    {.key = "rows", .kind = YAML_INT, .offset = AT(raw_panel, rows), .max = 200},
    {.key = "priority", .kind = YAML_INT, .offset = AT(raw_panel, priority), .max = 100},
    {.key = "inside", .kind = YAML_STR, .offset = AT(raw_panel, inside)},
    {.key = "box", .kind = YAML_NODE, .offset = AT(raw_panel, box)},
    {0}};

/* What one pass over a file carries along. */
struct load {
    struct scene *scene;
    struct yaml_report *report;
    const struct yaml_node *root;
    const struct yaml_node *nodes[SCENE_PANELS]; /* where each panel is written */
    struct str inside[SCENE_PANELS];
    bool has_box[SCENE_PANELS];
    int cells[SCENE_PANELS]; /* words of areas that name the panel */
};

/* Copies text into an array of the scene; too long is an error at node. */
static void
copy_text(struct load *load, const struct yaml_node *node, const char *key, char *out, size_t size,
          struct str text)
{
    if (text.len >= size) {
        const struct yaml_node *value = yaml_get(node, key);
        yaml_error(load->report, value ? value : node, "%s: longer than %zu bytes", key, size - 1);
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f) {
            yaml_error(load->report, node, "%s: must not hold control characters", key);
            return;
        }
    }
    if (text.len) {
        memcpy(out, text.ptr, text.len);
    }
    out[text.len] = '\0';
}

/* Small letters, digits and inner '-': safe as a file's name and as a word of areas. */
static bool
is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i > 0))) {
            return false;
        }
    }
    return s.len > 0;
}

static void
check_word(struct load *load, const struct yaml_node *map, const char *key, struct str text)
{
    const struct yaml_node *value = yaml_get(map, key);
    if (value && !is_word(text)) {
        yaml_error(load->report, value, "%s: only small letters, digits and '-' (not '%.*s')", key,
                   STR_ARG(text));
    }
}

/* Numbers of a list into out; how many there were, -1 when something was reported. */
static int
read_numbers(struct load *load, const struct yaml_node *list, const char *key, int least, int most,
             double low, double high, double *out)
{
    if (yaml_shape(list) != YAML_LIST || yaml_count(list) < (size_t)least ||
        yaml_count(list) > (size_t)most) {
        if (least == most) {
            yaml_error(load->report, list, "%s: expected a list of %d numbers", key, least);
        } else {
            yaml_error(load->report, list, "%s: expected a list of %d to %d numbers", key, least,
                       most);
        }
        return -1;
    }
    int count = (int)yaml_count(list);
    for (int i = 0; i < count; i++) {
        const struct yaml_node *item = yaml_item(list, (size_t)i);
        if (!str_to_double(yaml_scalar(item), &out[i]) || out[i] < low || out[i] > high) {
            yaml_error(load->report, item, "%s: expected a number from %.6g to %.6g", key, low,
                       high);
            return -1;
        }
    }
    return count;
}

static bool
check_list(struct load *load, const struct yaml_node *list, const char *key, size_t most)
{
    if (yaml_shape(list) != YAML_LIST) {
        yaml_error(load->report, list, "%s: expected a list", key);
        return false;
    }
    if (yaml_count(list) > most) {
        yaml_error(load->report, list, "%s: more than %zu", key, most);
        return false;
    }
    return true;
}

static void
read_region(struct load *load, const struct yaml_node *node)
{
    double box[4];
    if (read_numbers(load, node, "region", 4, 4, -180, 180, box) < 0) {
        return;
    }
    if (box[0] >= box[2] || box[1] >= box[3] || box[1] < -85 || box[3] > 85) {
        yaml_error(
            load->report, node,
            "region: expected [west, south, east, north] in degrees, within ±85 of latitude");
        return;
    }
    memcpy(load->scene->region, box, sizeof box);
}

static void
read_layers(struct load *load, const struct yaml_node *list)
{
    if (!check_list(load, list, "layers", SCENE_LAYERS)) {
        return;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *node = yaml_item(list, i);
        struct raw_layer raw = {0};
        if (!yaml_read(node, LAYER, &raw, load->report)) {
            continue;
        }
        struct scene_layer *layer = &load->scene->layers[load->scene->layers_count++];
        layer->kind = (enum scene_layer_kind)raw.kind;
        enum geo_crs crs;
        if (!geo_crs_parse(raw.crs, &crs)) {
            yaml_error(load->report, yaml_get(node, "crs"),
                       "crs: expected wgs84, cgcs2000, gcj02 or bd09, not '%.*s'",
                       STR_ARG(raw.crs));
        }
        copy_text(load, node, "crs", layer->crs, sizeof layer->crs, raw.crs);
        copy_text(load, node, "file", layer->path, sizeof layer->path, raw.file);
        copy_text(load, node, "code", layer->code_key, sizeof layer->code_key, raw.code);
        copy_text(load, node, "name", layer->name_key, sizeof layer->name_key, raw.name);
    }
}

/* The file of a scene's name: beside this scene, or an asset. */
static bool
find_scene(const char *folder, const char *name, char *out, size_t size)
{
    int len = snprintf(out, size, "%s%s.yaml", folder, name);
    if (folder[0] && len > 0 && (size_t)len < size && file_exists(out)) {
        return true;
    }
    char asset[128];
    snprintf(asset, sizeof asset, "scenes/%s.yaml", name);
    return file_find_asset(asset, out, size);
}

static void
read_tabs(struct load *load, const struct yaml_node *list)
{
    if (!check_list(load, list, "tabs", SCENE_TABS)) {
        return;
    }
    struct scene *scene = load->scene;
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *node = yaml_item(list, i);
        struct raw_tab raw = {0};
        if (!yaml_read(node, TAB, &raw, load->report)) {
            continue;
        }
        int at = scene->tabs_count++;
        check_word(load, node, "scene", raw.scene);
        copy_text(load, node, "scene", scene->tab_scenes[at], sizeof scene->tab_scenes[at],
                  raw.scene);
        copy_text(load, node, "label", scene->tabs[at], sizeof scene->tabs[at], raw.label);
        if (str_is(raw.scene, scene->name)) {
            scene->tab_now = at;
            continue;
        }
        char path[1024];
        if (is_word(raw.scene) &&
            !find_scene(scene->folder, scene->tab_scenes[at], path, sizeof path)) {
            yaml_error(load->report, yaml_get(node, "scene"),
                       "tabs: there is no scene '%.*s'; a tab must stand for one that exists",
                       STR_ARG(raw.scene));
        }
    }
}

static void
read_metrics(struct load *load, struct panel *panel, const struct yaml_node *list)
{
    if (!check_list(load, list, "metrics", PANEL_METRICS)) {
        return;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_item(list, i);
        struct str id = yaml_scalar(item);
        if (!id.len || id.len >= sizeof panel->metrics[0]) {
            yaml_error(load->report, item, "metrics: expected a metric's id of the profile");
            continue;
        }
        memcpy(panel->metrics[panel->metrics_count], id.ptr, id.len);
        panel->metrics[panel->metrics_count++][id.len] = '\0';
    }
}

static void
read_figures(struct load *load, struct panel *panel, const struct yaml_node *list)
{
    if (!check_list(load, list, "figures", PANEL_KPIS)) {
        return;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *item = yaml_item(list, i);
        int found = 0;
        while (scene_kpi_figures[found] && !str_is(yaml_scalar(item), scene_kpi_figures[found])) {
            found++;
        }
        if (scene_kpi_figures[found]) {
            panel->kpis[panel->kpis_count++] = (enum panel_kpi)found;
            continue;
        }
        const char *near = yaml_near(yaml_scalar(item), scene_kpi_figures);
        yaml_error(load->report, item, "figures: there is no '%.*s'%s%s%s",
                   STR_ARG(yaml_scalar(item)), near ? "; did you mean '" : "", near ? near : "",
                   near ? "'?" : "");
    }
}

static int
find_panel(const struct scene *scene, struct str id)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (str_is(id, scene->panels[i].id)) {
            return i;
        }
    }
    return -1;
}

static void
read_panel(struct load *load, const struct yaml_node *node)
{
    struct scene *scene = load->scene;
    struct raw_panel raw = {.framed = true};
    if (!yaml_read(node, PANEL, &raw, load->report)) {
        return;
    }
    check_word(load, node, "id", raw.id);
    if (find_panel(scene, raw.id) >= 0) {
        yaml_error(load->report, yaml_get(node, "id"), "id: there is another panel '%.*s'",
                   STR_ARG(raw.id));
        return;
    }
    int at = scene->panels_count++;
    struct panel *panel = &scene->panels[at];
    struct scene_place *place = &scene->places[at];
    *panel = (struct panel){.kind = (enum panel_kind)raw.kind,
                            .framed = raw.framed,
                            .window = raw.window,
                            .by = raw.by,
                            .group = raw.group,
                            .rows = (int)raw.rows,
                            .priority = (int)raw.priority};
    *place = (struct scene_place){.flush = raw.flush, .inside = -1};
    copy_text(load, node, "id", panel->id, sizeof panel->id, raw.id);
    copy_text(load, node, "title", panel->title, sizeof panel->title, raw.title);
    copy_text(load, node, "street", panel->street, sizeof panel->street, raw.street);
    if (raw.metrics) {
        read_metrics(load, panel, raw.metrics);
    }
    if (raw.figures) {
        read_figures(load, panel, raw.figures);
    }
    if (raw.box) {
        load->has_box[at] = read_numbers(load, raw.box, "box", 4, 4, 0, 65535, place->box) == 4;
    }
    load->nodes[at] = node;
    load->inside[at] = raw.inside;
}

/* The words of one line of areas, row by row. */
static void
read_area_row(struct load *load, const struct yaml_node *line, int row)
{
    struct scene *scene = load->scene;
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
        if (str_is(word, ".") || column >= scene->grid.columns_count) {
            continue;
        }
        int found = find_panel(scene, word);
        if (found < 0) {
            yaml_error(load->report, line, "areas: there is no panel '%.*s'", STR_ARG(word));
            continue;
        }
        struct scene_place *place = &scene->places[found];
        if (!place->in_grid) {
            *place = (struct scene_place){.in_grid = true,
                                          .flush = place->flush,
                                          .column = {column, column},
                                          .row = {row, row},
                                          .inside = -1};
        }
        place->column[0] = column < place->column[0] ? column : place->column[0];
        place->column[1] = column > place->column[1] ? column : place->column[1];
        place->row[1] = row;
        load->cells[found]++;
    }
    if (column != scene->grid.columns_count) {
        yaml_error(load->report, line, "areas: %d words in a grid of %d columns", column,
                   scene->grid.columns_count);
    }
}

/* A panel whose words do not fill the box around them is no rectangle. */
static void
check_areas(struct load *load, const struct yaml_node *areas)
{
    const struct scene *scene = load->scene;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &scene->places[i];
        int cells = (place->column[1] - place->column[0] + 1) * (place->row[1] - place->row[0] + 1);
        if (place->in_grid && cells != load->cells[i]) {
            yaml_error(load->report, areas, "areas: '%s' does not fill one rectangle",
                       scene->panels[i].id);
        }
    }
}

static void
read_grid(struct load *load, const struct raw_scene *raw)
{
    struct scene_grid *grid = &load->scene->grid;
    grid->margin = (int)raw->grid.margin;
    grid->gap = (int)raw->grid.gap;
    const struct yaml_node *areas = raw->grid.areas;
    grid->columns_count = read_numbers(load, raw->grid.columns, "columns", 1, SCENE_TRACKS, 0.01,
                                       65535, grid->columns);
    grid->rows_count =
        read_numbers(load, raw->grid.rows, "rows", 1, SCENE_TRACKS, 0.01, 65535, grid->rows);
    if (grid->columns_count < 0 || grid->rows_count < 0) {
        return;
    }
    if (yaml_shape(areas) != YAML_LIST || yaml_count(areas) != (size_t)grid->rows_count) {
        yaml_error(load->report, areas, "areas: expected a list of %d lines, one a row",
                   grid->rows_count);
        return;
    }
    int before = load->report->count;
    for (int row = 0; row < grid->rows_count; row++) {
        read_area_row(load, yaml_item(areas, (size_t)row), row);
    }
    if (load->report->count == before) {
        check_areas(load, areas);
    }
}

/* Every panel is in an area or has a box; a box may be inside a panel of the grid. */
static void
check_places(struct load *load)
{
    struct scene *scene = load->scene;
    for (int i = 0; i < scene->panels_count; i++) {
        struct scene_place *place = &scene->places[i];
        const struct yaml_node *node = load->nodes[i];
        if (place->in_grid && (load->has_box[i] || load->inside[i].len)) {
            yaml_error(load->report, node, "'%s' is in areas and has a box; remove one of them",
                       scene->panels[i].id);
        } else if (!place->in_grid && !load->has_box[i]) {
            yaml_error(load->report, node, "'%s' is in no area and has no box",
                       scene->panels[i].id);
        }
        if (!load->inside[i].len || place->in_grid) {
            continue;
        }
        place->inside = find_panel(scene, load->inside[i]);
        if (place->inside < 0 || !scene->places[place->inside].in_grid) {
            yaml_error(load->report, yaml_get(node, "inside"),
                       "inside: there is no panel '%.*s' in areas", STR_ARG(load->inside[i]));
            place->inside = -1;
        }
    }
}

/* Glyphs must not cross a seam: a panel over a vertical seam has to span whole tiles. (A horizontal
 * seam is left to the painters, which move the line of text: scene_seam_shift.) */
static void
check_seams(struct load *load)
{
    struct scene *scene = load->scene;
    scene_solve(scene, scene->canvas_w, scene->canvas_h, NULL);
    double tile = (double)scene->canvas_w / scene->tiles_x;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct panel_rect *rect = &scene->panels[i].rect;
        if (!scene->places[i].in_grid) {
            continue; /* drawn on a panel that spans the seam already */
        }
        int first = (int)(rect->x / tile), last = (int)((rect->x + rect->w - 1) / tile);
        bool starts = rect->x - first * tile <= scene->grid.margin + 0.5;
        bool ends = (last + 1) * tile - (rect->x + rect->w) <= scene->grid.margin + 0.5;
        if (first != last && !(starts && ends)) {
            yaml_error(load->report, load->nodes[i],
                       "'%s' crosses the seam at x = %.0f; put its edges on seams",
                       scene->panels[i].id, (first + 1) * tile);
        }
    }
}

static void
check_box_fits(struct load *load)
{
    const struct scene *scene = load->scene;
    for (int i = 0; i < scene->panels_count; i++) {
        const struct scene_place *place = &scene->places[i];
        if (place->in_grid || !load->has_box[i]) {
            continue;
        }
        double w = scene->canvas_w, h = scene->canvas_h;
        if (place->inside >= 0) {
            w = scene->panels[place->inside].rect.w;
            h = scene->panels[place->inside].rect.h;
        }
        if (place->box[2] < 1 || place->box[3] < 1 || place->box[0] + place->box[2] > w + 0.5 ||
            place->box[1] + place->box[3] > h + 0.5) {
            yaml_error(load->report, yaml_get(load->nodes[i], "box"),
                       "box: must lie inside %.0f × %.0f pixels", w, h);
        }
    }
}

static void
read_plain(struct load *load, const struct raw_scene *raw)
{
    struct scene *scene = load->scene;
    const struct yaml_node *root = load->root;
    scene->canvas_w = raw->canvas[0];
    scene->canvas_h = raw->canvas[1];
    scene->tiles_x = raw->tiles[0];
    scene->tiles_y = raw->tiles[1];
    scene->wall_height_mm = raw->viewing.wall_height_mm;
    scene->farthest_m = raw->viewing.farthest_m;
    scene->kiosk_scale = raw->scale == 1;
    scene->exact_points = raw->exact_points;
    scene->still = raw->motion == 1;
    scene->tab_now = -1;
    check_word(load, root, "name", raw->name);
    check_word(load, root, "theme", raw->theme);
    copy_text(load, root, "name", scene->name, sizeof scene->name, raw->name);
    copy_text(load, root, "place", scene->place, sizeof scene->place, raw->place);
    copy_text(load, root, "caption", scene->caption, sizeof scene->caption, raw->caption);
    copy_text(load, root, "theme", scene->theme, sizeof scene->theme, raw->theme);
    copy_text(load, root, "focus_street", scene->focus_street, sizeof scene->focus_street,
              raw->focus_street);
    copy_text(load, root, "attribution", scene->attribution, sizeof scene->attribution,
              raw->attribution);
    const struct yaml_node *canvas = yaml_get(root, "canvas"); /* missing is reported already */
    if (canvas && (scene->canvas_w < 320 || scene->canvas_h < 240 || scene->canvas_w > 16384 ||
                   scene->canvas_h > 16384)) {
        yaml_error(load->report, canvas, "canvas: expected 320x240 to 16384x16384");
    }
    if (scene->tiles_x > 64 || scene->tiles_y > 64) {
        yaml_error(load->report, yaml_get(root, "tiles"), "tiles: more than 64x64");
    }
}

static void
read_root(struct load *load)
{
    struct raw_scene raw = {
        .theme = STR("night"), .tiles = {1, 1}, .grid = {.margin = 16, .gap = 16}};
    int before = load->report->count;
    if (!yaml_read(load->root, SCENE, &raw, load->report) && yaml_shape(load->root) != YAML_MAP) {
        return;
    }
    read_plain(load, &raw);
    if (raw.region) {
        read_region(load, raw.region);
    }
    if (raw.layers) {
        read_layers(load, raw.layers);
    }
    if (raw.tabs) {
        read_tabs(load, raw.tabs);
    }
    if (raw.panels && check_list(load, raw.panels, "panels", SCENE_PANELS)) {
        for (size_t i = 0; i < yaml_count(raw.panels); i++) {
            read_panel(load, yaml_item(raw.panels, i));
        }
    }
    /* Errors so far would only echo as missing panels and wrong places. */
    if (load->report->count != before) {
        return;
    }
    read_grid(load, &raw);
    if (load->report->count == before) {
        check_places(load);
    }
    if (load->report->count == before) {
        check_seams(load);
        check_box_fits(load);
    }
}

bool
scene_parse(const char *file, struct str text, struct scene *out, struct yaml_report *report)
{
    int before = report->count;
    memset(out, 0, sizeof *out);
    struct str folder = file_folder(file);
    if (folder.len >= sizeof out->folder) {
        yaml_error_at(report, file, 0, 0, "the path is too long");
        return false;
    }
    if (folder.len) {
        memcpy(out->folder, folder.ptr, folder.len);
    }
    struct yaml_doc *doc = yaml_parse(file, text, report);
    if (doc) {
        struct load load = {.scene = out, .report = report, .root = yaml_root(doc)};
        read_root(&load);
        yaml_free(doc);
    }
    return report->count == before;
}

bool
scene_load(const char *name, struct scene *out, struct yaml_report *report)
{
    char path[1024];
    if (str_ends(str_from(name), ".yaml")) {
        if (snprintf(path, sizeof path, "%s", name) >= (int)sizeof path) {
            yaml_error_at(report, name, 0, 0, "the path is too long");
            return false;
        }
    } else if (!is_word(str_from(name)) || !find_scene("", name, path, sizeof path)) {
        yaml_error_at(report, name, 0, 0,
                      "no such scene; give one of the asset folder scenes/ or a path in .yaml");
        return false;
    }
    struct buf bytes = {0};
    struct err err = {0};
    bool ok = file_read(path, 1u << 20, &bytes, &err);
    if (ok) {
        ok = scene_parse(path, buf_str(&bytes), out, report);
    } else {
        buf_printf(&report->text, "%s\n", err.text);
        report->count++;
    }
    buf_free(&bytes);
    return ok;
}
