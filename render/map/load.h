/* load: map files (GeoJSON, shapefiles) to shapes in Mercator's unit square, checked.
 *
 * Pure but for reading the file; memory comes from the caller's arena. Any thread. Never trusts the
 * file: at most 64 MiB, 100,000 features, 2,000,000 positions, closed rings, finite numbers in
 * range; an error is reported with the file and the feature's number and nothing is taken. */
#ifndef RENDER_MAP_LOAD_H
#define RENDER_MAP_LOAD_H

#include "layouts/scene.h"
#include "wall/base/arena.h"
#include "wall/base/geo.h"

#define LOAD_MAX_BYTES (64 << 20)
#define LOAD_NO_CRS                                                                                \
    "the scene names no coordinate system for this layer; give it crs: wgs84, cgcs2000, gcj02 or " \
    "bd09"

struct load_ring {
    double *xy; /* count pairs, Mercator's unit square; a closed ring's last is not its first */
    int count;
    bool closed; /* of a polygon; else an open line */
};

struct load_shape {
    struct str code, name;
    struct load_ring *rings;
    int rings_count;
    bool area; /* polygons; else lines */
};

struct load_layer {
    struct load_shape *shapes;
    int count;
};

bool load_geojson(const char *file, struct str text, const struct scene_layer *layer,
                  struct arena *arena, struct load_layer *out, struct yaml_report *report);
/* file ends in .shp; .shx must be beside it, .dbf (UTF-8 or GB 18030) holds codes and names. */
bool load_shapefile(const char *file, const struct scene_layer *layer, struct arena *arena,
                    struct load_layer *out, struct yaml_report *report);
/* Finds the layer's file (beside the scene, in $WALLBOARD_MAPS, in the asset folders) and loads it.
 */
bool load_layer(const struct scene *scene, const struct scene_layer *layer, struct arena *arena,
                struct load_layer *out, struct yaml_report *report);

#endif
