/* splat: discs painted by the processor, as the GPU's shader paints them.
 *
 * For machines whose GPU is slow, or is the processor itself: thousands of small discs cost it a
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
/* Puts the tile into a picture; it stays loaded. */
void splat_store(const struct splat *splat, uint8_t *rgba, ptrdiff_t stride);

#endif
