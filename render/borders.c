#include "render/borders.h"

#include <stdlib.h>
#include <string.h>

#include "render/damage.h"
#include "render/shapes.h"
#include "wall/base/arena.h"

#define SIDE 64 /* of a cell, pixels */

struct piece {
    struct gpu_box box;
    struct splat_segment segment; /* canvas pixels */
};

struct borders {
    struct gpu_box box;
    int across, down;
    struct piece *pieces;
    size_t count;
    uint32_t *firsts; /* of each cell, in `within`; one more: where the last one ends */
    uint32_t *within; /* pieces, cell by cell */
};

static void
take_pieces(struct borders *borders, const struct shapes *shapes)
{
    borders->pieces = arena_table(shapes->records_count, sizeof *borders->pieces);
    for (size_t i = 0; i < shapes->records_count; i++) {
        const struct shapes_record *from = &shapes->records[i];
        struct gpu_box box = {from->box.x0, from->box.y0, from->box.x1, from->box.y1};
        box = damage_common(box, borders->box);
        if (from->kind != SHAPES_SEGMENT || box.x1 <= box.x0 || box.y1 <= box.y0) {
            continue;
        }
        const uint8_t *c = from->colour;
        struct piece *piece = &borders->pieces[borders->count++];
        *piece = (struct piece){.box = box,
                                .segment = {.colour = (uint32_t)c[0] << 24 | (uint32_t)c[1] << 16 |
                                                      (uint32_t)c[2] << 8 | (uint32_t)c[3],
                                            .half_width = from->q[0],
                                            .ends = {from->q[1], from->q[2]}}};
        memcpy(piece->segment.from_to, from->p, sizeof from->p);
    }
}

/* The cells that a box meets; none where it lies outside. */
static struct gpu_box
cells_of(const struct borders *borders, struct gpu_box box)
{
    box = damage_common(box, borders->box);
    if (box.x1 <= box.x0 || box.y1 <= box.y0) {
        return (struct gpu_box){0, 0, 0, 0};
    }
    return (struct gpu_box){(box.x0 - borders->box.x0) / SIDE, (box.y0 - borders->box.y0) / SIDE,
                            (box.x1 - 1 - borders->box.x0) / SIDE + 1,
                            (box.y1 - 1 - borders->box.y0) / SIDE + 1};
}

/* Counts the pieces of each cell, or with `fill` puts them in, in their order. */
static void
sort_in(struct borders *borders, bool fill)
{
    for (size_t i = 0; i < borders->count; i++) {
        struct gpu_box cells = cells_of(borders, borders->pieces[i].box);
        for (int y = cells.y0; y < cells.y1; y++) {
            for (int x = cells.x0; x < cells.x1; x++) {
                uint32_t *first = &borders->firsts[y * borders->across + x];
                if (fill) {
                    borders->within[*first] = (uint32_t)i;
                }
                ++*first;
            }
        }
    }
}

struct borders *
borders_create(const struct draw_list *list, struct gpu_box box)
{
    struct borders *borders = arena_table(1, sizeof *borders);
    struct shapes shapes = {.pending = {.kind = SHAPES_KIND_COUNT}};
    shapes_clear(&shapes);
    for (size_t i = 0; i < list->count; i++) {
        if (list->commands[i].kind == DRAW_KIND_POLYLINE) {
            shapes_add_command(&shapes, list, i, NULL);
        }
    }
    borders->box = box;
    borders->across = (box.x1 - box.x0 + SIDE - 1) / SIDE;
    borders->down = (box.y1 - box.y0 + SIDE - 1) / SIDE;
    take_pieces(borders, &shapes);
    shapes_free(&shapes);
    size_t cells = (size_t)borders->across * (size_t)borders->down;
    borders->firsts = arena_table(cells + 1, sizeof *borders->firsts);
    sort_in(borders, false);
    uint32_t all = 0;
    for (size_t i = 0; i <= cells; i++) {
        uint32_t here = borders->firsts[i];
        borders->firsts[i] = all;
        all += here;
    }
    borders->within = arena_table(all, sizeof *borders->within);
    sort_in(borders, true); /* which leaves each first at the next one's */
    memmove(borders->firsts + 1, borders->firsts, cells * sizeof *borders->firsts);
    borders->firsts[0] = 0;
    return borders;
}

void
borders_destroy(struct borders *borders)
{
    if (borders) {
        free(borders->pieces);
        free(borders->firsts);
        free(borders->within);
        free(borders);
    }
}

bool
borders_meet(const struct borders *borders, struct gpu_box tile)
{
    struct gpu_box cells = cells_of(borders, tile);
    for (int y = cells.y0; y < cells.y1; y++) {
        const uint32_t *row = borders->firsts + (size_t)y * (size_t)borders->across;
        if (row[cells.x0] != row[cells.x1]) {
            return true;
        }
    }
    return false;
}

void
borders_paint(const struct borders *borders, struct splat *splat, struct gpu_box tile)
{
    struct gpu_box cells = cells_of(borders, tile);
    for (int y = cells.y0; y < cells.y1; y++) {
        for (int x = cells.x0; x < cells.x1; x++) {
            size_t cell = (size_t)y * (size_t)borders->across + (size_t)x;
            int left = borders->box.x0 + x * SIDE, top = borders->box.y0 + y * SIDE;
            struct gpu_box here =
                damage_common(tile, (struct gpu_box){left, top, left + SIDE, top + SIDE});
            for (uint32_t i = borders->firsts[cell]; i < borders->firsts[cell + 1]; i++) {
                const struct piece *piece = &borders->pieces[borders->within[i]];
                struct gpu_box part = damage_common(piece->box, here);
                if (part.x1 <= part.x0 || part.y1 <= part.y0) {
                    continue;
                }
                struct splat_segment segment = piece->segment;
                for (int k = 0; k < 4; k++) {
                    segment.from_to[k] -= (float)(k % 2 ? tile.y0 : tile.x0);
                }
                splat_segment(splat, &segment, part.x0 - tile.x0, part.y0 - tile.y0,
                              part.x1 - tile.x0, part.y1 - tile.y0);
            }
        }
    }
}
