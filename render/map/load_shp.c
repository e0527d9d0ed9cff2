/* Shapefiles (.shp with its .shx and .dbf; .prj and .cpg where there are any) through shapelib. */
#include <iconv.h>
#include <shapefil.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "render/map/load.h"
#include "wall/base/file.h"

#define MAX_ENTITIES 100000
#define MAX_POSITIONS 2000000
#define MAX_ERRORS 20

struct shp {
    const char *file;
    const struct scene_layer *layer;
    struct arena *arena;
    struct yaml_report *report;
    enum geo_crs crs;
    SHPHandle shapes;
    DBFHandle table; /* NULL: there is none */
    int code, name;  /* columns; -1: none */
    int feature;     /* its number, from 1 */
    int positions, errors;
};

static bool
fail(struct shp *shp, const char *what)
{
    if (++shp->errors <= MAX_ERRORS) {
        yaml_error_at(shp->report, shp->file, 0, 0, "feature %d: %s", shp->feature, what);
    }
    return false;
}

static bool
refuse(struct shp *shp, const char *what)
{
    shp->errors++;
    yaml_error_at(shp->report, shp->file, 0, 0, "%s", what);
    return false;
}

/* shapelib's own messages would go to standard error, past the report. */
static void
quiet(const char *message)
{
    (void)message;
}

static bool
sibling(const struct shp *shp, const char *extension, char *out, size_t size)
{
    int len = (int)strlen(shp->file) - 4;
    return snprintf(out, size, "%.*s%s", len, shp->file, extension) < (int)size;
}

static bool
is_small(const char *path)
{
    struct stat info;
    return stat(path, &info) != 0 || info.st_size <= LOAD_MAX_BYTES;
}

/* Tables say their encoding in .cpg or not at all; Chinese ones without are GB 18030. */
static struct str
to_utf8(struct shp *shp, const char *text)
{
    struct str in = str_from(text);
    while (in.len && in.ptr[in.len - 1] == ' ') {
        in.len--;
    }
    if (utf8_valid(in)) {
        return arena_str(shp->arena, in);
    }
    iconv_t convert = iconv_open("UTF-8", "GB18030");
    if (convert == (iconv_t)-1) {
        return STR("");
    }
    char *out = arena_zalloc(shp->arena, in.len + 1, 4);
    char *from = (char *)(uintptr_t)in.ptr, *to = out; /* iconv never writes to its input */
    size_t left = in.len, room = 4 * in.len;
    bool ok = iconv(convert, &from, &left, &to, &room) != (size_t)-1;
    iconv_close(convert);
    struct str made = {out, (size_t)(to - out)};
    return ok && utf8_valid(made) ? made : STR("");
}

static struct str
read_column(struct shp *shp, int column)
{
    if (!shp->table || column < 0 || shp->feature > DBFGetRecordCount(shp->table)) {
        return STR("");
    }
    const char *text = DBFReadStringAttribute(shp->table, shp->feature - 1, column);
    return text ? to_utf8(shp, text) : STR("");
}

static bool
read_part(struct shp *shp, const SHPObject *object, int first, int end, bool closed,
          struct load_ring *out)
{
    int count = end - first;
    if (first < 0 || end > object->nVertices || count < (closed ? 4 : 2)) {
        return fail(shp, "a ring or line has too few positions");
    }
    const double *x = object->padfX, *y = object->padfY;
    if (closed && (x[first] < x[end - 1] || x[first] > x[end - 1] || y[first] < y[end - 1] ||
                   y[first] > y[end - 1])) {
        return fail(shp, "a ring is not closed: its last position must be its first");
    }
    count -= closed;
    out->xy = arena_zalloc(shp->arena, (size_t)count, 2 * sizeof *out->xy);
    out->count = count;
    out->closed = closed;
    for (int i = 0; i < count; i++) {
        struct geo_point in = {x[first + i], y[first + i]};
        if (!(in.lon >= -180 && in.lon <= 180 && in.lat >= -90 && in.lat <= 90)) {
            return fail(shp, "a coordinate is outside ±180, ±90 degrees; is the layer projected?");
        }
        struct geo_point wgs84 = geo_to_wgs84(shp->crs, in);
        geo_mercator(wgs84, &out->xy[2 * i], &out->xy[2 * i + 1]);
    }
    return true;
}

static bool
read_object(struct shp *shp, const SHPObject *object, struct load_shape *shape)
{
    int type = object->nSHPType;
    shape->area = type == SHPT_POLYGON || type == SHPT_POLYGONZ || type == SHPT_POLYGONM;
    if (!shape->area && type != SHPT_ARC && type != SHPT_ARCZ && type != SHPT_ARCM) {
        return fail(shp, "only polygons and lines are drawn");
    }
    if (object->nParts < 1 || object->nParts > object->nVertices) {
        return fail(shp, "no geometry");
    }
    if (object->nVertices > MAX_POSITIONS ||
        (shp->positions += object->nVertices) > MAX_POSITIONS) {
        return fail(shp, "more than 2,000,000 positions; simplify the layer");
    }
    shape->rings = arena_zalloc(shp->arena, (size_t)object->nParts, sizeof *shape->rings);
    for (int p = 0; p < object->nParts; p++) {
        int end = p + 1 < object->nParts ? object->panPartStart[p + 1] : object->nVertices;
        if (!read_part(shp, object, object->panPartStart[p], end, shape->area,
                       &shape->rings[shape->rings_count])) {
            return false;
        }
        shape->rings_count++;
    }
    return true;
}

static bool
read_feature(struct shp *shp, struct load_shape *shape)
{
    shape->name = read_column(shp, shp->name);
    shape->code = shp->layer->code_key[0] ? read_column(shp, shp->code) : shape->name;
    if (shp->layer->kind == SCENE_LAYER_STREETS && !shape->code.len) {
        return fail(shp, "no code or name in the columns that the scene names");
    }
    SHPObject *object = SHPReadObject(shp->shapes, shp->feature - 1);
    if (!object) {
        return fail(shp, "cannot be read; the file is damaged");
    }
    bool ok = read_object(shp, object, shape);
    SHPDestroyObject(object);
    return ok;
}

static bool
read_all(struct shp *shp, struct load_layer *out)
{
    int count = 0;
    SHPGetInfo(shp->shapes, &count, NULL, NULL, NULL);
    if (count < 1 || count > MAX_ENTITIES) {
        return refuse(shp, "expected 1 to 100000 shapes");
    }
    shp->code = shp->name = -1;
    if (shp->table) {
        const struct scene_layer *layer = shp->layer;
        shp->code = layer->code_key[0] ? DBFGetFieldIndex(shp->table, layer->code_key) : -1;
        shp->name = layer->name_key[0] ? DBFGetFieldIndex(shp->table, layer->name_key) : -1;
    }
    out->shapes = arena_zalloc(shp->arena, (size_t)count, sizeof *out->shapes);
    for (int i = 0; i < count; i++) {
        shp->feature = i + 1;
        out->count += read_feature(shp, &out->shapes[out->count]);
    }
    return shp->errors == 0;
}

/* The .prj beside it: projected coordinates are refused by name, before their numbers are. */
static bool
check_projection(struct shp *shp)
{
    char path[2100];
    struct buf text = {0};
    bool ok = true;
    if (sibling(shp, ".prj", path, sizeof path) && file_exists(path) &&
        file_read(path, 64u << 10, &text, NULL) && text.ptr && strstr(text.ptr, "PROJCS")) {
        ok = refuse(shp, "projected coordinates (.prj); convert the layer to degrees (EPSG:4326 or "
                         "4490)");
    }
    buf_free(&text);
    return ok;
}

bool
load_shapefile(const char *file, const struct scene_layer *layer, struct arena *arena,
               struct load_layer *out, struct yaml_report *report)
{
    struct shp shp = {.file = file, .layer = layer, .arena = arena, .report = report};
    *out = (struct load_layer){0};
    char index[2100], table[2100];
    if (!geo_crs_parse(str_from(layer->crs), &shp.crs)) {
        return refuse(&shp, LOAD_NO_CRS);
    }
    if (!sibling(&shp, ".shx", index, sizeof index) ||
        !sibling(&shp, ".dbf", table, sizeof table)) {
        return refuse(&shp, "the path is too long");
    }
    if (!is_small(file) || !is_small(index) || !is_small(table)) {
        return refuse(&shp, "larger than 64 MiB");
    }
    if (!check_projection(&shp)) {
        return false;
    }
    SAHooks hooks;
    SASetupDefaultHooks(&hooks);
    hooks.Error = quiet;
    shp.shapes = SHPOpenLL(file, "rb", &hooks);
    if (!shp.shapes) {
        return refuse(&shp, "no shapefile, or its .shx is missing or damaged");
    }
    shp.table = DBFOpenLL(table, "rb", &hooks);
    bool ok = read_all(&shp, out);
    if (shp.table) {
        DBFClose(shp.table);
    }
    SHPClose(shp.shapes);
    return ok;
}
