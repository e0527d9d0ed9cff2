/* paint_map_place: where the streets' names and counts go on the map, and the thin lines of those
 * that lie beside it.
 *
 * Pure geometry; draws nothing. Main thread. Where a label goes depends on the map, on the names
 * and on how wide counts may be, not on the counts themselves: a name does not move because a
 * request came in. No label lies over another or over a line, no line crosses another or passes
 * behind a label, and none leads through another street but where the name had no other place. A
 * line that leaves its label's top or bottom may as well leave it at the name's corner. */
#ifndef RENDER_PAINT_MAP_PLACE_H
#define RENDER_PAINT_MAP_PLACE_H

#include "render/paint_map_room.h"

struct map_shape;

struct paint_map_label {
    const struct map_shape *shape;
    const struct snapshot_row *row; /* NULL: no figures yet; placed the same */
    float name_w;                   /* canvas pixels */
    struct paint_map_box box;       /* where it goes, if it is placed */
    bool placed, with_counts;
    bool abroad; /* its line leads through other streets: no other way was left */
    bool plain;  /* goes without its counts, for the sake of a name beside it */
    int id;      /* its place in the list as it was handed in */
    int slot;    /* of its box among what is taken */
    int leader;  /* of its line; −1: it lies in its street */
};

/* The counts as they are meant to be, or small and short where that leaves fewer of them out: one
 * for the whole map. */
enum paint_map_form { PAINT_MAP_FULL, PAINT_MAP_SMALL, PAINT_MAP_FORM_COUNT };

struct paint_map_names {
    const struct map *map;
    float unit, gap, name_cap;            /* canvas pixels */
    float counts_w[PAINT_MAP_FORM_COUNT]; /* what a label's counts may take */
    float count_cap[PAINT_MAP_FORM_COUNT];
    enum paint_map_form form;   /* placed in */
    struct paint_map_room room; /* what is taken; then the labels and their lines, too */
};

/* Puts the labels into the order in which they are placed, and places those that have a place. */
void paint_map_place(struct paint_map_names *names, struct paint_map_label *list, int count);

#endif
