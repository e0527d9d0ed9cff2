/* draw_list: the inside of a draw list, for the GPU's shapes and for tests. Painters use draw.h.
 *
 * Commands keep what the painter said; turning them into GPU shapes (shapes.h) happens only for the
 * lists that changed. Main thread. */
#ifndef RENDER_DRAW_LIST_H
#define RENDER_DRAW_LIST_H

#include "render/draw.h"

enum draw_kind {
    DRAW_KIND_RECT,      /* x y w h radius */
    DRAW_KIND_FRAME,     /* x y w h radius thickness */
    DRAW_KIND_HATCH,     /* x y w h pitch width */
    DRAW_KIND_ARC,       /* cx cy radius thickness from to */
    DRAW_KIND_DISC,      /* cx cy radius rim */
    DRAW_KIND_RING,      /* cx cy radius thickness */
    DRAW_KIND_LINE,      /* x0 y0 x1 y1 thickness */
    DRAW_KIND_POLYLINE,  /* thickness dash; floats: count pairs */
    DRAW_KIND_TRIANGLES, /* floats: count × 3 pairs */
    DRAW_KIND_TRIANGLE,  /* x0 y0 x1 y1 x2 y2 */
    DRAW_KIND_TEXT,      /* x baseline halo-width; bytes: count */
    DRAW_KIND_COUNT
};

struct draw_box {
    int16_t x0, y0, x1, y1; /* pixels, half-open */
};

struct draw_command {
    struct draw_box clip;
    uint32_t colour, colour2; /* colour2: rim or halo */
    float at[6];              /* see enum draw_kind */
    uint32_t data, count;     /* first float or byte, and how many pairs, triangles or bytes */
    uint16_t size_px;         /* text */
    uint8_t face, weight;     /* text */
    uint8_t kind, align;
    bool closed;   /* polyline */
    uint8_t role;  /* text: of its style; commands are hashed as bytes, up to here */
    uint64_t seal; /* hash of all of the command: equal = looks the same */
};

/* A text that was cut, and all of it. */
struct draw_cut_record {
    struct draw_box clip;
    float x, baseline, width;
    int size_px;
    uint32_t data, count; /* first byte, and how many */
};

struct draw_list {
    struct draw_command *commands;
    size_t count, cap;
    float *floats;
    size_t floats_count, floats_cap;
    char *bytes;
    size_t bytes_count, bytes_cap;
    struct draw_cut_record *cuts; /* not part of the look */
    size_t cuts_count, cuts_cap;
    uint64_t hash;
    int dropped; /* texts that had no place: beside a seam, on the map; not part of the look */
    struct draw_box clips[8];
    int depth; /* clips in force; those deeper than the array are counted only */
};

/* To be called when commands were changed in place: seals them anew. Texts without bytes go. */
void draw_seal(struct draw_list *list);

/* The malloc'ed array with room for need elements, at least doubled where it was too small. */
void *draw_grown(void *array, size_t *cap, size_t need, size_t size);

#endif
