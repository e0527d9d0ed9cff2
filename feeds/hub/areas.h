/* areas: which named area of a GeoJSON file a place lies in; for imports whose rows have a place
 * but no district. Owns its polygons until areas_free; read-only after areas_load. WGS 84. */
#ifndef FEEDS_HUB_AREAS_H
#define FEEDS_HUB_AREAS_H

#include "wall/base/err.h"
#include "wall/base/geo.h"

struct areas;

/* The polygons of a FeatureCollection, each called by the property (a text or an integer). NULL and
 * err where the file is none, or no feature has the property. */
struct areas *areas_load(const char *path, const char *property, struct err *err);
void areas_free(struct areas *areas); /* NULL-safe */

/* The name of the area that the point lies in; "" = none. Of areas that lie over each other the
 * first in the file; a point on a border is in at most one of the neighbours. */
struct str areas_find(const struct areas *areas, struct geo_point point);

#endif
