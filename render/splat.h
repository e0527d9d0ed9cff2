/* splat: discs and lines painted by the processor, as the GPU's shader paints them.
 *
 * For machines whose GPU is slow, or is the processor itself: thousands of small shapes cost it a
 * fraction of what a software renderer takes for them. Works on one tile at a time, in linear
 * light; who asks keeps the pictures. Any thread, one at a time for each struct splat. */
#ifndef RENDER_SPLAT_H
#define RENDER_SPLAT_H

#include <stddef.h>
#include <stdint.h>

#define SPLAT_SIDE 64 /* of a tile at most, pixels */

struct splat;

struct splat *splat_create(void);
void splat_destroy(struct splat *splat); /* NULL-safe */

/* Takes a tile of w × h pixels from a picture: RGBA, sRGB, opaque; stride: bytes from a row to the
 * one below it. */
void splat_load(struct splat *splat, const uint8_t *rgba, ptrdiff_t stride, int w, int h);
/* As draw_disc, pixels from the tile's top left; colours are sRGB 0xRRGGBBAA. */
void splat_disc(struct splat *splat, float x, float y, float radius, uint32_t fill, float rim,
                uint32_t edge);
/* A straight piece of a line, as shapes.h's segment. */
struct splat_segment {
    float from_to[4]; /* x y x y, pixels from the tile's top left */
    float half_width;
    float ends[2]; /* angles of the bisectors at its ends; -10: cut square */
    uint32_t colour;
};
/* Only what of it lies in the box, which is cut to the tile. */
void splat_segment(struct splat *splat, const struct splat_segment *segment, int x0, int y0, int x1,
                   int y1);
/* Puts the tile into a picture; it stays loaded. */
void splat_store(const struct splat *splat, uint8_t *rgba, ptrdiff_t stride);

#endif
