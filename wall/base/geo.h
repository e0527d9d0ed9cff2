/* geo: coordinate systems and the map's projection. Pure functions, any thread.
 *
 * Degrees are WGS 84 (CGCS2000 is equal for us) unless named otherwise; lon before lat. */
#ifndef WALL_BASE_GEO_H
#define WALL_BASE_GEO_H

#include "wall/base/str.h"

enum geo_crs { GEO_WGS84, GEO_CGCS2000, GEO_GCJ02, GEO_BD09, GEO_CRS_COUNT };

struct geo_point {
    double lon, lat; /* degrees, ±180, ±90 */
};

/* "wgs84", "cgcs2000", "gcj02", "bd09"; false: none of them. */
bool geo_crs_parse(struct str name, enum geo_crs *out);
const char *geo_crs_name(enum geo_crs crs);

/* To WGS 84. GCJ-02 with a = 6378245, ee = 0.00669342162296594323, its inverse iterated until the
 * change is under 1e-9 degrees; outside China's box (72.004–137.8347 E, 0.8293–55.8271 N) GCJ-02
 * and BD-09's offset of it are the identity. */
struct geo_point geo_to_wgs84(enum geo_crs crs, struct geo_point in);
struct geo_point geo_from_wgs84(enum geo_crs crs, struct geo_point in); /* for tests and export */

/* Spherical Mercator on the unit square: x, y in 0–1, y grows to the south; lat is cut at ±85.0511.
 */
void geo_mercator(struct geo_point in, double *x, double *y);
struct geo_point geo_unmercator(double x, double y);
/* Metres on the ground for one unit of the square at that latitude. */
double geo_mercator_metres(double lat);
/* The centre of the point's cell in a grid of about cell_m metres, fixed to the ground. */
struct geo_point geo_snap(struct geo_point in, double cell_m);

#endif
