#include "feeds/hub/areas.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/file.h"

#define FILE_BYTES (64u << 20)

/* One polygon or several; holes are rings like any other (even-odd rule). */
struct area {
    struct str name;
    struct geo_point low, high; /* its box */
    struct geo_point *points;   /* of all rings, one after another */
    size_t *ring_ends;
    size_t points_count, rings_count;
    struct area *next;
};

struct areas {
    struct arena arena;
    struct area *first, **last;
};

static size_t
count_points(const json_t *polygons, size_t *rings)
{
    size_t points = 0, i, k;
    json_t *polygon, *ring;
    *rings = 0;
    json_array_foreach(polygons, i, polygon)
    {
        json_array_foreach(polygon, k, ring)
        {
            points += json_array_size(ring);
            ++*rings;
        }
    }
    return points;
}

static bool
read_ring(const json_t *ring, struct area *area)
{
    size_t i;
    json_t *position;
    json_array_foreach(ring, i, position)
    {
        const json_t *lon = json_array_get(position, 0), *lat = json_array_get(position, 1);
        if (!json_is_number(lon) || !json_is_number(lat)) {
            return false;
        }
        struct geo_point at = {json_number_value(lon), json_number_value(lat)};
        bool begins = area->points_count == 0;
        area->low.lon = begins || at.lon < area->low.lon ? at.lon : area->low.lon;
        area->low.lat = begins || at.lat < area->low.lat ? at.lat : area->low.lat;
        area->high.lon = begins || at.lon > area->high.lon ? at.lon : area->high.lon;
        area->high.lat = begins || at.lat > area->high.lat ? at.lat : area->high.lat;
        area->points[area->points_count++] = at;
    }
    area->ring_ends[area->rings_count++] = area->points_count;
    return true;
}

/* polygons: the coordinates of a MultiPolygon. */
static bool
add_area(struct areas *areas, struct str name, const json_t *polygons)
{
    size_t rings, points = count_points(polygons, &rings), i, k;
    struct area *area = arena_zalloc(&areas->arena, 1, sizeof *area);
    json_t *polygon, *ring;
    area->name = arena_str(&areas->arena, name);
    area->points = arena_zalloc(&areas->arena, points + 1, sizeof *area->points);
    area->ring_ends = arena_zalloc(&areas->arena, rings + 1, sizeof *area->ring_ends);
    json_array_foreach(polygons, i, polygon){
        json_array_foreach(polygon, k, ring){if (!read_ring(ring, area)){return false;
}
}
}
*areas->last = area;
areas->last = &area->next;
return true;
}

/* false: coordinates that are none. A feature without the property or the geometry is passed over.
 */
static bool
add_feature(struct areas *areas, const json_t *feature, const char *property)
{
    const json_t *name = json_object_get(json_object_get(feature, "properties"), property);
    const json_t *geometry = json_object_get(feature, "geometry");
    const char *type = json_string_value(json_object_get(geometry, "type"));
    json_t *coordinates = json_object_get(geometry, "coordinates");
    char number[32];
    struct str text = {json_string_value(name), json_string_length(name)};
    if (json_is_integer(name)) {
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(name));
        text = str_from(number);
    }
    if (text.len == 0 || !type) {
        return true;
    }
    if (strcmp(type, "MultiPolygon") == 0) {
        return add_area(areas, text, coordinates);
    }
    if (strcmp(type, "Polygon") != 0) {
        return true;
    }
    json_t *one = json_pack("[O]", coordinates);
    bool fine = one && add_area(areas, text, one);
    json_decref(one);
    return fine;
}

struct areas *
areas_load(const char *path, const char *property, struct err *err)
{
    struct buf text = {0};
    json_error_t why;
    if (!file_read(path, FILE_BYTES, &text, err)) {
        return NULL;
    }
    json_t *root = json_loadb(text.ptr, text.len, 0, &why);
    buf_free(&text);
    if (!root) {
        err_set(err, "%s:%d:%d: not valid JSON", path, why.line, why.column);
        return NULL;
    }
    struct areas *areas = calloc(1, sizeof *areas);
    if (!areas) {
        abort();
    }
    areas->last = &areas->first;
    size_t i;
    json_t *feature;
    bool fine = true;
    json_array_foreach(json_object_get(root, "features"), i, feature)
    {
        if (fine && !add_feature(areas, feature, property)) {
            fine = err_set(err, "%s: feature %zu has coordinates that are no numbers", path, i + 1);
        }
    }
    json_decref(root);
    if (fine && !areas->first) {
        fine = err_set(err, "%s: no polygon has the property \"%s\"", path, property);
    }
    if (!fine) {
        areas_free(areas);
        return NULL;
    }
    return areas;
}

void
areas_free(struct areas *areas)
{
    if (areas) {
        arena_free(&areas->arena);
        free(areas);
    }
}

/* Even-odd rule: how many edges a ray to the east crosses. An edge has its lower end, not its upper
 * one, so that a shared corner counts once. */
static bool
holds(const struct area *area, struct geo_point p)
{
    bool inside = false;
    size_t from = 0;
    for (size_t ring = 0; ring < area->rings_count; ring++) {
        size_t end = area->ring_ends[ring];
        for (size_t i = from, before = end - 1; i < end; before = i++) {
            struct geo_point a = area->points[i], b = area->points[before];
            if ((a.lat > p.lat) != (b.lat > p.lat) &&
                p.lon < (b.lon - a.lon) * (p.lat - a.lat) / (b.lat - a.lat) + a.lon) {
                inside = !inside;
            }
        }
        from = end;
    }
    return inside;
}

struct str
areas_find(const struct areas *areas, struct geo_point point)
{
    for (const struct area *area = areas->first; area; area = area->next) {
        if (point.lon >= area->low.lon && point.lon <= area->high.lon &&
            point.lat >= area->low.lat && point.lat <= area->high.lat && holds(area, point)) {
            return area->name;
        }
    }
    return (struct str){0};
}
