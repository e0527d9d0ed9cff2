#include "wall/base/geo.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846
#define RADIANS (PI / 180.0)

/* GCJ-02's ellipsoid (Krasovsky 1940). */
#define GCJ_A 6378245.0
#define GCJ_EE 0.00669342162296594323
/* BD-09's angle unit: 3000 waves a full turn of degrees. */
#define BD_X (PI * 3000.0 / 180.0)

#define EARTH_RADIUS_M 6378137.0 /* of spherical Mercator, EPSG:3857 */
#define MERCATOR_LAT 85.05112877980659

static const char *const names[GEO_CRS_COUNT] = {"wgs84", "cgcs2000", "gcj02", "bd09"};

bool
geo_crs_parse(struct str name, enum geo_crs *out)
{
    for (int i = 0; i < GEO_CRS_COUNT; i++) {
        if (str_is(name, names[i])) {
            *out = (enum geo_crs)i;
            return true;
        }
    }
    return false;
}

const char *
geo_crs_name(enum geo_crs crs)
{
    return names[crs];
}

static bool
in_china(struct geo_point p)
{
    return p.lon >= 72.004 && p.lon <= 137.8347 && p.lat >= 0.8293 && p.lat <= 55.8271;
}

/* The two sine series that GCJ-02's shifts share but for their last terms. */
static double
gcj_waves(double x)
{
    return (20.0 * sin(6.0 * x * PI) + 20.0 * sin(2.0 * x * PI)) * 2.0 / 3.0;
}

/* The shift from WGS 84 to GCJ-02 at a WGS 84 place, in degrees. Source: the published
 * reimplementations of the 2002 algorithm, with the constants named in the header. */
static struct geo_point
gcj_shift(struct geo_point p)
{
    double x = p.lon - 105.0, y = p.lat - 35.0;
    double north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
                   gcj_waves(x) + (20.0 * sin(y * PI) + 40.0 * sin(y / 3.0 * PI)) * 2.0 / 3.0 +
                   (160.0 * sin(y / 12.0 * PI) + 320.0 * sin(y * PI / 30.0)) * 2.0 / 3.0;
    double east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
                  gcj_waves(x) + (20.0 * sin(x * PI) + 40.0 * sin(x / 3.0 * PI)) * 2.0 / 3.0 +
                  (150.0 * sin(x / 12.0 * PI) + 300.0 * sin(x / 30.0 * PI)) * 2.0 / 3.0;
    double lat = p.lat * RADIANS;
    double magic = 1.0 - GCJ_EE * sin(lat) * sin(lat);
    double root = sqrt(magic);
    return (struct geo_point){
        .lon = east * 180.0 / (GCJ_A / root * cos(lat) * PI),
        .lat = north * 180.0 / (GCJ_A * (1.0 - GCJ_EE) / (magic * root) * PI),
    };
}

static struct geo_point
gcj_from_wgs84(struct geo_point in)
{
    if (!in_china(in)) {
        return in;
    }
    struct geo_point shift = gcj_shift(in);
    return (struct geo_point){in.lon + shift.lon, in.lat + shift.lat};
}

/* Fixed-point iteration; the shift changes by under 1e-3 of a step, so it gains three digits each
 * time round and ends long before the bound. */
static struct geo_point
gcj_to_wgs84(struct geo_point in)
{
    if (!in_china(in)) {
        return in;
    }
    struct geo_point at = in;
    for (int i = 0; i < 32; i++) {
        struct geo_point shift = gcj_shift(at);
        struct geo_point next = {in.lon - shift.lon, in.lat - shift.lat};
        bool settled = fabs(next.lon - at.lon) < 1e-11 && fabs(next.lat - at.lat) < 1e-11;
        at = next;
        if (settled) {
            break;
        }
    }
    return at;
}

/* BD-09's published offset of GCJ-02. */
static struct geo_point
bd_from_gcj(struct geo_point in)
{
    double away = hypot(in.lon, in.lat) + 0.00002 * sin(in.lat * BD_X);
    double angle = atan2(in.lat, in.lon) + 0.000003 * cos(in.lon * BD_X);
    return (struct geo_point){away * cos(angle) + 0.0065, away * sin(angle) + 0.006};
}

/* Baidu's own way back is one step and errs by up to a metre; iterated like GCJ-02's. */
static struct geo_point
bd_to_gcj(struct geo_point in)
{
    struct geo_point at = {in.lon - 0.0065, in.lat - 0.006};
    for (int i = 0; i < 32; i++) {
        struct geo_point there = bd_from_gcj(at);
        double lon = in.lon - there.lon, lat = in.lat - there.lat;
        at.lon += lon;
        at.lat += lat;
        if (fabs(lon) < 1e-11 && fabs(lat) < 1e-11) {
            break;
        }
    }
    return at;
}

struct geo_point
geo_to_wgs84(enum geo_crs crs, struct geo_point in)
{
    if (crs == GEO_BD09 && in_china(in)) {
        in = bd_to_gcj(in);
        crs = GEO_GCJ02;
    }
    return crs == GEO_GCJ02 ? gcj_to_wgs84(in) : in;
}

struct geo_point
geo_from_wgs84(enum geo_crs crs, struct geo_point in)
{
    if ((crs != GEO_GCJ02 && crs != GEO_BD09) || !in_china(in)) {
        return in;
    }
    in = gcj_from_wgs84(in);
    return crs == GEO_BD09 ? bd_from_gcj(in) : in;
}

void
geo_mercator(struct geo_point in, double *x, double *y)
{
    double lat = fmin(fmax(in.lat, -MERCATOR_LAT), MERCATOR_LAT) * RADIANS;
    *x = (in.lon + 180.0) / 360.0;
    *y = (1.0 - asinh(tan(lat)) / PI) / 2.0;
}

struct geo_point
geo_unmercator(double x, double y)
{
    return (struct geo_point){x * 360.0 - 180.0, atan(sinh(PI * (1.0 - 2.0 * y))) / RADIANS};
}

double
geo_mercator_metres(double lat)
{
    double cut = fmin(fmax(lat, -MERCATOR_LAT), MERCATOR_LAT);
    return 2.0 * PI * EARTH_RADIUS_M * cos(cut * RADIANS);
}

/* Rows are of equal height; a row's columns are as wide as its own latitude makes them, so that
 * every point of a row shares one grid. */
struct geo_point
geo_snap(struct geo_point in, double cell_m)
{
    double metre_deg = 360.0 / (2.0 * PI * EARTH_RADIUS_M);
    double high = cell_m * metre_deg;
    double lat = (floor(in.lat / high) + 0.5) * high;
    lat = fmin(fmax(lat, -90.0), 90.0);
    double narrow = fmax(cos(lat * RADIANS), 1e-6);
    double wide = high / narrow;
    double lon = (floor(in.lon / wide) + 0.5) * wide;
    return (struct geo_point){fmin(fmax(lon, -180.0), 180.0), lat};
}
