#include "layouts/scene.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "layouts/scene_grid.h"
#include "layouts/scene_read.h"
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
    struct scene_grid_plan plan;
    int scale, motion;
    bool exact_points;
    const struct yaml_node *grid, *grids, *viewing;
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

static const struct yaml_field SCENE[] = {
    {.key = "name", .kind = YAML_STR, .offset = AT(raw_scene, name), .required = true},
    {.key = "place", .kind = YAML_STR, .offset = AT(raw_scene, place), .required = true},
    {.key = "caption", .kind = YAML_STR, .offset = AT(raw_scene, caption)},
    {.key = "tabs", .kind = YAML_NODE, .offset = AT(raw_scene, tabs)},
    {.key = "canvas", .kind = YAML_SIZE, .offset = AT(raw_scene, plan.canvas), .required = true},
    {.key = "tiles", .kind = YAML_SIZE, .offset = AT(raw_scene, plan.tiles)},
    {.key = "bezels", .kind = YAML_STR, .offset = AT(raw_scene, plan.bezels)},
    {.key = "viewing",
     .kind = YAML_NODE,
     .offset = AT(raw_scene, viewing),
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
    {.key = "grid", .kind = YAML_NODE, .offset = AT(raw_scene, grid), .required = true},
    {.key = "grids", .kind = YAML_NODE, .offset = AT(raw_scene, grids)},
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

/* Copies text into an array of the scene; too long is an error at node. */
static void
copy_text(struct scene_read *load, const struct yaml_node *node, const char *key, char *out,
          size_t size, struct str text)
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
check_word(struct scene_read *load, const struct yaml_node *map, const char *key, struct str text)
{
    const struct yaml_node *value = yaml_get(map, key);
    if (value && !is_word(text)) {
        yaml_error(load->report, value, "%s: only small letters, digits and '-' (not '%.*s')", key,
                   STR_ARG(text));
    }
}

int
scene_read_numbers(struct scene_read *load, const struct yaml_node *list, const char *key,
                   int least, int most, double low, double high, double *out)
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

bool
scene_read_list(struct scene_read *load, const struct yaml_node *list, const char *key, size_t most)
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
read_region(struct scene_read *load, const struct yaml_node *node)
{
    double box[4];
    if (scene_read_numbers(load, node, "region", 4, 4, -180, 180, box) < 0) {
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
read_layers(struct scene_read *load, const struct yaml_node *list)
{
    if (!scene_read_list(load, list, "layers", SCENE_LAYERS)) {
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
read_tabs(struct scene_read *load, const struct yaml_node *list)
{
    if (!scene_read_list(load, list, "tabs", SCENE_TABS)) {
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
read_metrics(struct scene_read *load, struct panel *panel, const struct yaml_node *list)
{
    panel->metrics_line = yaml_line(list);
    panel->metrics_column = yaml_column(list);
    if (!scene_read_list(load, list, "metrics", PANEL_METRICS)) {
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
read_figures(struct scene_read *load, struct panel *panel, const struct yaml_node *list)
{
    if (!scene_read_list(load, list, "figures", PANEL_KPIS)) {
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

int
scene_read_find(const struct scene *scene, struct str id)
{
    for (int i = 0; i < scene->panels_count; i++) {
        if (str_is(id, scene->panels[i].id)) {
            return i;
        }
    }
    return -1;
}

static void
read_panel(struct scene_read *load, const struct yaml_node *node)
{
    struct scene *scene = load->scene;
    struct raw_panel raw = {.framed = true};
    if (!yaml_read(node, PANEL, &raw, load->report)) {
        return;
    }
    check_word(load, node, "id", raw.id);
    if (scene_read_find(scene, raw.id) >= 0) {
        yaml_error(load->report, yaml_get(node, "id"), "id: there is another panel '%.*s'",
                   STR_ARG(raw.id));
        return;
    }
    int at = scene->panels_count++;
    struct panel *panel = &scene->panels[at];
    *panel = (struct panel){.kind = (enum panel_kind)raw.kind,
                            .framed = raw.framed,
                            .window = raw.window,
                            .by = raw.by,
                            .group = raw.group,
                            .rows = (int)raw.rows,
                            .priority = (int)raw.priority};
    copy_text(load, node, "id", panel->id, sizeof panel->id, raw.id);
    copy_text(load, node, "title", panel->title, sizeof panel->title, raw.title);
    copy_text(load, node, "street", panel->street, sizeof panel->street, raw.street);
    if (raw.metrics) {
        read_metrics(load, panel, raw.metrics);
    }
    if (raw.figures) {
        read_figures(load, panel, raw.figures);
    }
    load->flush[at] = raw.flush;
    load->framed[at] = raw.framed;
    load->boxes[at] = raw.box;
    load->nodes[at] = node;
    load->inside[at] = raw.inside;
}

static void
read_plain(struct scene_read *load, const struct raw_scene *raw)
{
    struct scene *scene = load->scene;
    const struct yaml_node *root = load->root;
    scene->canvas_w = raw->plan.canvas[0];
    scene->canvas_h = raw->plan.canvas[1];
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
}

static void
read_root(struct scene_read *load)
{
    struct raw_scene raw = {.theme = STR("night"), .plan = {.tiles = {1, 1}, .node = load->root}};
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
    if (raw.panels && scene_read_list(load, raw.panels, "panels", SCENE_PANELS)) {
        for (size_t i = 0; i < yaml_count(raw.panels); i++) {
            read_panel(load, yaml_item(raw.panels, i));
        }
    }
    /* Errors so far would only echo as missing panels and wrong places. */
    if (load->report->count != before) {
        return;
    }
    scene_grid_read(load, &raw.plan, raw.grid, raw.viewing, raw.grids);
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
    snprintf(out->file, sizeof out->file, "%s", file);
    struct yaml_doc *doc = yaml_parse(file, text, report);
    if (doc) {
        struct scene_read load = {.scene = out, .report = report, .root = yaml_root(doc)};
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

bool
scene_theme_valid(struct str name)
{
    return is_word(name) && name.len < sizeof((struct scene *)0)->theme;
}

void
scene_hang(struct scene *scene, const struct scene_wall *wall)
{
    scene->wall = *wall;
    if (wall->theme[0]) {
        memcpy(scene->theme, wall->theme, sizeof scene->theme);
    }
}
