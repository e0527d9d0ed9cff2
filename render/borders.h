/* borders: lines that stand over a map's dots, painted by the processor as the GPU paints them.
 *
 * Owns the lines' pieces, by where they lie, so that each small part of the map finds its own.
 * Made once for a scene; main thread. */
#ifndef RENDER_BORDERS_H
#define RENDER_BORDERS_H

#include "render/draw.h"
#include "render/gpu.h"
#include "render/splat.h"

struct borders;

/* Of the list's polylines, as far as they lie in the box (canvas pixels); what else the list has is
 * left out. */
struct borders *borders_create(const struct draw_list *list, struct gpu_box box);
void borders_destroy(struct borders *borders); /* NULL-safe */

/* Whether some may lie in the tile (canvas pixels). */
bool borders_meet(const struct borders *borders, struct gpu_box tile);
/* Paints those of the tile that is loaded, in the list's order. */
void borders_paint(const struct borders *borders, struct splat *splat, struct gpu_box tile);

#endif
