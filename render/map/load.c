#include "render/map/load.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/file.h"

#define MAX_FEATURES 100000
#define MAX_POSITIONS 2000000
#define MAX_ERRORS 20 /* a file; more say nothing new */

struct load {
    const char *file;
    const struct scene_layer *layer;
    struct arena *arena;
    struct yaml_report *report;
    enum geo_crs crs;
    size_t feature; /* its number, from 1 */
    int positions, errors;
};

static bool
fail(struct load *load, const char *what)
{
    if (++load->errors <= MAX_ERRORS) {
        yaml_error_at(load->report, load->file, 0, 0, "feature %zu: %s", load->feature, what);
    }
    return false;
}

static bool
read_position(struct load *load, const json_t *at, double *xy)
{
    size_t size = json_array_size(at);
    if (size < 2 || size > 4) {
        return fail(load, "a position is not [longitude, latitude]");
    }
    const json_t *lon = json_array_get(at, 0), *lat = json_array_get(at, 1);
    if (!json_is_number(lon) || !json_is_number(lat)) {
        return fail(load, "a coordinate is no number");
    }
    struct geo_point in = {json_number_value(lon), json_number_value(lat)};
    if (!(in.lon >= -180 && in.lon <= 180 && in.lat >= -90 && in.lat <= 90)) {
        return fail(load, "a coordinate is outside ±180, ±90 degrees; is the layer projected?");
    }
    struct geo_point out = geo_to_wgs84(load->crs, in);
    geo_mercator(out, &xy[0], &xy[1]);
    return true;
}

/* A list of positions; of a polygon it must be closed, and the repeated end is dropped. */
static bool
read_ring(struct load *load, const json_t *list, bool closed, struct load_ring *out)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count < (closed ? 4u : 2u)) {
        return fail(load, closed ? "a ring has fewer than 4 positions"
                                 : "a line has fewer than 2 positions");
    }
    if (count > MAX_POSITIONS || (load->positions += (int)count) > MAX_POSITIONS) {
        return fail(load, "more than 2,000,000 positions; simplify the layer");
    }
    if (closed && !json_equal(json_array_get(list, 0), json_array_get(list, count - 1))) {
        return fail(load, "a ring is not closed: its last position must be its first");
    }
    count -= closed;
    out->xy = arena_zalloc(load->arena, count, 2 * sizeof *out->xy);
    out->count = (int)count;
    out->closed = closed;
    for (size_t i = 0; i < count; i++) {
        if (!read_position(load, json_array_get(list, i), &out->xy[2 * i])) {
            return false;
        }
    }
    return true;
}

/* Rings of a polygon, or lines of a multi-line, added to the shape. */
static bool
read_rings(struct load *load, const json_t *list, bool closed, struct load_shape *shape)
{
    if (!json_is_array(list) || json_array_size(list) == 0) {
        return fail(load, "coordinates are no list, or an empty one");
    }
    size_t more = json_array_size(list), had = (size_t)shape->rings_count;
    if (more > MAX_POSITIONS) {
        return fail(load, "too many rings");
    }
    struct load_ring *rings = arena_zalloc(load->arena, had + more, sizeof *rings);
    if (had) {
        memcpy(rings, shape->rings, had * sizeof *rings);
    }
    shape->rings = rings;
    for (size_t i = 0; i < more; i++) {
        if (!read_ring(load, json_array_get(list, i), closed, &rings[had + i])) {
            return false;
        }
        shape->rings_count++;
    }
    return true;
}

/* Grows one list for all polygons at once: read_rings copies what was there before. */
static bool
read_polygons(struct load *load, const json_t *list, struct load_shape *shape)
{
    if (!json_is_array(list) || json_array_size(list) == 0) {
        return fail(load, "coordinates are no list, or an empty one");
    }
    if (json_array_size(list) > 10000) {
        return fail(load, "more than 10,000 polygons in one feature");
    }
    size_t i;
    json_t *polygon;
    json_array_foreach(list, i, polygon)
    {
        if (!read_rings(load, polygon, true, shape)) {
            return false;
        }
    }
    return true;
}

static bool
read_geometry(struct load *load, const json_t *geometry, struct load_shape *shape)
{
    const char *type = json_string_value(json_object_get(geometry, "type"));
    const json_t *at = json_object_get(geometry, "coordinates");
    if (!type) {
        return fail(load, "the geometry has no type");
    }
    if (strcmp(type, "Polygon") == 0) {
        shape->area = true;
        return read_rings(load, at, true, shape);
    }
    if (strcmp(type, "MultiPolygon") == 0) {
        shape->area = true;
        return read_polygons(load, at, shape);
    }
    if (strcmp(type, "LineString") == 0) {
        shape->rings = arena_zalloc(load->arena, 1, sizeof *shape->rings);
        shape->rings_count = 1;
        return read_ring(load, at, false, &shape->rings[0]);
    }
    if (strcmp(type, "MultiLineString") == 0) {
        return read_rings(load, at, false, shape);
    }
    return fail(load, "only Polygon, MultiPolygon, LineString and MultiLineString are drawn");
}

/* A property as text: a string, or an integer (codes are often written so). */
static struct str
read_property(struct load *load, const json_t *properties, const char *key)
{
    const json_t *value = key[0] ? json_object_get(properties, key) : NULL;
    if (json_is_string(value) && json_string_length(value) <= 256) {
        return arena_str(load->arena,
                         (struct str){json_string_value(value), json_string_length(value)});
    }
    if (json_is_integer(value)) {
        return str_from(
            arena_printf(load->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    }
    return STR("");
}

static bool
read_feature(struct load *load, const json_t *feature, struct load_shape *shape)
{
    const json_t *properties = json_object_get(feature, "properties");
    shape->name = read_property(load, properties, load->layer->name_key);
    shape->code = load->layer->code_key[0] ? read_property(load, properties, load->layer->code_key)
                                           : shape->name;
    if (load->layer->kind == SCENE_LAYER_STREETS && !shape->code.len) {
        const struct scene_layer *layer = load->layer;
        char what[160];
        snprintf(what, sizeof what, "no property '%s', which the scene names as the street's %s",
                 layer->code_key[0] ? layer->code_key : layer->name_key,
                 layer->code_key[0] ? "code" : "name");
        return fail(load, what);
    }
    const json_t *geometry = json_object_get(feature, "geometry");
    if (!json_is_object(geometry)) {
        return fail(load, "no geometry");
    }
    return read_geometry(load, geometry, shape);
}

/* A coordinate system that the file names must be one of degrees: the scene says which. */
static bool
check_crs(struct load *load, const json_t *root)
{
    const json_t *properties = json_object_get(json_object_get(root, "crs"), "properties");
    const char *name = json_string_value(json_object_get(properties, "name"));
    if (name && !strstr(name, "CRS84") && !strstr(name, "4326") && !strstr(name, "4490")) {
        yaml_error_at(load->report, load->file, 0, 0,
                      "coordinates in '%.60s'; convert the layer to degrees (EPSG:4326 or 4490)",
                      name);
        return false;
    }
    return true;
}

static bool
read_root(struct load *load, const json_t *root, struct load_layer *out)
{
    const char *type = json_string_value(json_object_get(root, "type"));
    const json_t *features = json_object_get(root, "features");
    if (!type || strcmp(type, "FeatureCollection") != 0 || !json_is_array(features)) {
        yaml_error_at(load->report, load->file, 0, 0, "not a GeoJSON FeatureCollection");
        return false;
    }
    size_t count = json_array_size(features);
    if (count == 0 || count > MAX_FEATURES) {
        yaml_error_at(load->report, load->file, 0, 0, "%zu features; expected 1 to %d", count,
                      MAX_FEATURES);
        return false;
    }
    if (!check_crs(load, root)) {
        return false;
    }
    out->shapes = arena_zalloc(load->arena, count, sizeof *out->shapes);
    for (size_t i = 0; i < count; i++) {
        load->feature = i + 1;
        if (read_feature(load, json_array_get(features, i), &out->shapes[out->count])) {
            out->count++;
        }
    }
    return load->errors == 0;
}

bool
load_geojson(const char *file, struct str text, const struct scene_layer *layer,
             struct arena *arena, struct load_layer *out, struct yaml_report *report)
{
    struct load load = {.file = file, .layer = layer, .arena = arena, .report = report};
    *out = (struct load_layer){0};
    if (!geo_crs_parse(str_from(layer->crs), &load.crs)) {
        yaml_error_at(report, file, 0, 0, LOAD_NO_CRS);
        return false;
    }
    json_error_t error;
    json_t *root = json_loadb(text.ptr ? text.ptr : "", text.len, JSON_REJECT_DUPLICATES, &error);
    if (!root) {
        yaml_error_at(report, file, error.line, error.column, "no JSON: %s", error.text);
        return false;
    }
    bool ok = read_root(&load, root, out);
    json_decref(root);
    return ok;
}

static bool
find(const char *folder, const char *slash, const char *path, char *out, size_t size)
{
    int len = snprintf(out, size, "%s%s%s", folder, slash, path);
    return len > 0 && (size_t)len < size && file_exists(out);
}

bool
load_layer(const struct scene *scene, const struct scene_layer *layer, struct arena *arena,
           struct load_layer *out, struct yaml_report *report)
{
    char path[2048];
    const char *maps = getenv("WALLBOARD_MAPS");
    bool absolute = layer->path[0] == '/';
    if (!(absolute && find("", "", layer->path, path, sizeof path)) &&
        !(!absolute && find(scene->folder, "", layer->path, path, sizeof path)) &&
        !(!absolute && maps && maps[0] && find(maps, "/", layer->path, path, sizeof path)) &&
        !(!absolute && file_find_asset(layer->path, path, sizeof path))) {
        yaml_error_at(report, layer->path, 0, 0,
                      "no such map file beside the scene, in $WALLBOARD_MAPS or with the assets");
        return false;
    }
    if (str_ends(str_from(path), ".shp")) {
        return load_shapefile(path, layer, arena, out, report);
    }
    struct buf bytes = {0};
    struct err err = {0};
    bool ok = file_read(path, LOAD_MAX_BYTES, &bytes, &err);
    if (ok) {
        ok = load_geojson(path, buf_str(&bytes), layer, arena, out, report);
    } else {
        yaml_error_at(report, path, 0, 0, "%s", err.text);
    }
    buf_free(&bytes);
    return ok;
}
