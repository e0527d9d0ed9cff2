#include "render/map/fill.h"

#include <GL/glu.h>
#include <math.h>
#include <string.h>

#define MAX_TRIANGLES 4000000
#define MAX_LENGTH 500000.0

struct fill {
    struct arena *arena;
    float *xy;
    int corners, cap;
    bool failed;
};

static void
on_vertex(void *vertex, void *context)
{
    struct fill *fill = context;
    const double *at = vertex;
    if (fill->failed || fill->corners >= 3 * MAX_TRIANGLES) {
        fill->failed = true;
        return;
    }
    if (fill->corners == fill->cap) {
        int cap = fill->cap ? fill->cap * 2 : 96;
        float *grown = arena_zalloc(fill->arena, (size_t)cap, 2 * sizeof *grown);
        if (fill->corners) {
            memcpy(grown, fill->xy, (size_t)fill->corners * 2 * sizeof *grown);
        }
        fill->xy = grown;
        fill->cap = cap;
    }
    fill->xy[2 * fill->corners] = (float)at[0];
    fill->xy[2 * fill->corners + 1] = (float)at[1];
    fill->corners++;
}

/* Where edges cross the tessellator makes a corner of its own; it must outlive the polygon. */
static void
on_combine(GLdouble at[3], void *corners[4], GLfloat weights[4], void **out, void *context)
{
    (void)corners;
    (void)weights;
    struct fill *fill = context;
    double *made = arena_zalloc(fill->arena, 3, sizeof *made);
    memcpy(made, at, 3 * sizeof *made);
    *out = made;
}

/* Asking for edge flags makes the tessellator give single triangles, no fans or strips. */
static void
on_edge(GLboolean flag, void *context)
{
    (void)flag;
    (void)context;
}

static void
on_error(GLenum code, void *context)
{
    (void)code;
    ((struct fill *)context)->failed = true;
}

/* Outlines cross each other about length² / (π · area) times where they run at random (Buffon), and
 * the tessellator's time grows with that: one of 500,000 px in a panel is no place's border. */
static bool
is_short(const struct fill_ring *rings, int rings_count)
{
    double length = 0;
    for (int r = 0; r < rings_count; r++) {
        for (int i = 0, j = rings[r].count - 1; i < rings[r].count; j = i++) {
            const double *a = &rings[r].xy[2 * j], *b = &rings[r].xy[2 * i];
            length += hypot(b[0] - a[0], b[1] - a[1]);
        }
    }
    return length <= MAX_LENGTH;
}

bool
fill_polygon(const struct fill_ring *rings, int rings_count, struct arena *arena,
             struct fill_result *out)
{
    *out = (struct fill_result){0};
    if (!is_short(rings, rings_count)) {
        return false;
    }
    struct fill fill = {.arena = arena};
    GLUtesselator *tess = gluNewTess();
    if (!tess) {
        return false;
    }
    gluTessCallback(tess, GLU_TESS_VERTEX_DATA, (_GLUfuncptr)on_vertex);
    gluTessCallback(tess, GLU_TESS_COMBINE_DATA, (_GLUfuncptr)on_combine);
    gluTessCallback(tess, GLU_TESS_EDGE_FLAG_DATA, (_GLUfuncptr)on_edge);
    gluTessCallback(tess, GLU_TESS_ERROR_DATA, (_GLUfuncptr)on_error);
    gluTessProperty(tess, GLU_TESS_WINDING_RULE, GLU_TESS_WINDING_ODD);
    gluTessNormal(tess, 0, 0, 1);
    gluTessBeginPolygon(tess, &fill);
    for (int r = 0; r < rings_count; r++) {
        gluTessBeginContour(tess);
        for (int i = 0; i < rings[r].count; i++) {
            double *at = arena_zalloc(arena, 3, sizeof *at);
            at[0] = rings[r].xy[2 * i];
            at[1] = rings[r].xy[2 * i + 1];
            gluTessVertex(tess, at, at);
        }
        gluTessEndContour(tess);
    }
    gluTessEndPolygon(tess);
    gluDeleteTess(tess);
    if (fill.failed || fill.corners % 3 != 0) {
        return false;
    }
    out->triangles = fill.xy;
    out->count = fill.corners / 3;
    return true;
}
