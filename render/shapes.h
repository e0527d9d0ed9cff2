/* shapes: draw commands to the records that the GPU draws, for lists that have to be painted again.
 *
 * Owns the record arrays, reused every frame. A record's box is in whole pixels and already
 * clipped; p and q depend on its kind, as in assets/shaders/shape.frag.glsl:
 *
 *   flat      all of its box
 *   rect      p: x0 y0 x1 y1
 *   round     p: x0 y0 x1 y1     q: radius, border thickness (0 = filled)
 *   hatch     p: x0 y0 x1 y1     q: pitch, width
 *   arc       p: cx cy radius half-width    q: unit vector to its middle, sin and cos of half of it
 *   disc      p: cx cy radius rim
 *   ring      p: cx cy radius half-width    q: radii and half-width of two further ones, and how
 *             opaque the three are: a + 256 b + 65536 c, 0 – 255 each; the colour is opaque
 *   segment   p: x0 y0 x1 y1     q: half-width, angles of the bisectors at its ends (-10 = square)
 *   triangle  p: x0 y0 x1 y1     q: x2 y2
 *   glyph     p: x y of the picture, u v in the atlas    q: shares of coverage to
 *             the power of 3/4, 1 and 5/4
 *
 * Main thread. */
#ifndef RENDER_SHAPES_H
#define RENDER_SHAPES_H

#include "render/draw_list.h"

enum shapes_kind {
    SHAPES_FLAT,
    SHAPES_RECT,
    SHAPES_ROUND,
    SHAPES_HATCH,
    SHAPES_ARC,
    SHAPES_DISC,
    SHAPES_RING,
    SHAPES_SEGMENT,
    SHAPES_TRIANGLE,
    SHAPES_GLYPH,
    SHAPES_KIND_COUNT
};

struct shapes_record {
    struct draw_box box;
    float p[4], q[4];
    uint8_t colour[4], colour2[4]; /* R G B A, sRGB, straight alpha */
    uint16_t kind, page;
};

struct shapes_vertex {
    float x, y;
    uint8_t colour[4];
};

/* What draws a batch. Kinds are spread over several small shaders, because a software renderer runs
 * all of a shader's branches for every pixel; opaque boxes on whole pixels need none. */
enum shapes_pipeline {
    SHAPES_FILLS,  /* large opaque rects on whole pixels: cleared, one batch each */
    SHAPES_FLATS,  /* flat */
    SHAPES_BOXES,  /* rect, round, hatch */
    SHAPES_CURVES, /* arc, segment, triangle */
    SHAPES_DISCS,  /* disc, ring: there are many, and nearly all that moves on a map */
    SHAPES_GLYPHS,
    SHAPES_TRIANGLES, /* vertices, not records */
    SHAPES_PIPELINE_COUNT
};

/* Records or vertices that follow each other and are drawn with one call. */
struct shapes_batch {
    enum shapes_pipeline pipeline;
    uint32_t first, count; /* records, or vertices */
    struct draw_box clip;  /* of triangles; the box of a fill; unused else: records are clipped */
    uint32_t colour;       /* of a fill */
};

struct shapes {
    struct shapes_record *records;
    size_t records_count, records_cap;
    struct shapes_vertex *vertices;
    size_t vertices_count, vertices_cap;
    struct shapes_batch *batches;
    size_t batches_count, batches_cap;
    size_t fence; /* batches of earlier lists, which take no more */
    /* Where what is added is wanted: boxes that do not meet, of whoever adds; none = everywhere.
     * Records are cut to them, so that few draws paint any number of small parts. */
    const struct draw_box *regions;
    size_t regions_count;
    struct shapes_record pending; /* the last record, not yet cut; kind COUNT = none */
};

void shapes_clear(struct shapes *shapes); /* regions too */
void shapes_free(struct shapes *shapes);
/* Appends the list; its batches are the last ones, in painter's order. */
void shapes_add(struct shapes *shapes, const struct draw_list *list, struct text *text);
/* Appends one command of the list. */
void shapes_add_command(struct shapes *shapes, const struct draw_list *list, size_t index,
                        struct text *text);
/* The box of all that was added: no pixel outside it is touched. False where there is nothing. */
bool shapes_bounds(const struct shapes *shapes, struct draw_box *out);

#endif
