/* draw: the draw list a painter fills and the GPU replays; also a text dump for goldens.
 *
 * A list holds commands of one kept layer (a panel, the map's ground). Main thread; memory comes
 * from the list itself and is reused, no allocation after warm-up. Coordinates are canvas pixels, y
 * down; colours are sRGB 0xRRGGBBAA, blended in linear light by the GPU. Shapes are anti-aliased
 * analytically in the shader. */
#ifndef RENDER_DRAW_H
#define RENDER_DRAW_H

#include "layouts/panel.h"
#include "render/text/text.h"

struct draw_list;

struct draw_list *draw_create(void);
void draw_destroy(struct draw_list *list); /* NULL-safe */
void draw_clear(struct draw_list *list);

/* Colours are uint32_t, 0xRRGGBBAA, sRGB. */
uint32_t draw_fade(uint32_t colour, float alpha); /* alpha × 0–1 */

/* Clips what follows to the rectangle, until draw_unclip (depth <= 8, intersecting). */
void draw_clip(struct draw_list *list, struct panel_rect rect);
void draw_unclip(struct draw_list *list);

/* Filled box; radius 0 = sharp. */
void draw_rect(struct draw_list *list, float x, float y, float w, float h, float radius,
               uint32_t colour);
/* Only the border, drawn inside the box. */
void draw_frame(struct draw_list *list, float x, float y, float w, float h, float radius,
                float thickness, uint32_t colour);
/* 45° hatch over a box: bars of width px every pitch px. */
void draw_hatch(struct draw_list *list, float x, float y, float w, float h, float pitch,
                float width, uint32_t colour);
/* Part of a ring: radius to the stroke's middle; angles in radians, clockwise from 12 o'clock, from
 * <= to; butt ends. */
void draw_arc(struct draw_list *list, float cx, float cy, float radius, float thickness, float from,
              float to, uint32_t colour);
/* Disc with an optional darker rim (rim 0 = none). */
void draw_disc(struct draw_list *list, float cx, float cy, float radius, uint32_t fill, float rim,
               uint32_t rim_colour);
/* radius to the stroke's middle. */
void draw_ring(struct draw_list *list, float cx, float cy, float radius, float thickness,
               uint32_t colour);
/* Straight stroke with butt ends; horizontal and vertical hairlines land on whole pixels. */
void draw_line(struct draw_list *list, float x0, float y0, float x1, float y1, float thickness,
               uint32_t colour);
/* Joined strokes; xy holds count pairs; dash 0 = solid, else on and off length in px. */
void draw_polyline(struct draw_list *list, const float *xy, int count, bool closed, float thickness,
                   float dash, uint32_t colour);
/* Triangles; xy holds count × 3 corners as pairs. Copied. */
void draw_triangles(struct draw_list *list, const float *xy, int count, uint32_t colour);
/* Filled triangle (▲▼ marks): corners. */
void draw_triangle(struct draw_list *list, float x0, float y0, float x1, float y1, float x2,
                   float y2, uint32_t colour);

enum draw_align { DRAW_LEFT, DRAW_CENTRE, DRAW_RIGHT };
/* One line of text on a baseline (whole pixels); returns its width in pixels. */
float draw_text(struct draw_list *list, struct text *text, struct text_style style, float x,
                float baseline, enum draw_align align, uint32_t colour, struct str s);
/* Cut with … where wider than max_width; returns the width drawn. What was cut is kept, for
 * draw_cut_at. */
float draw_text_fit(struct draw_list *list, struct text *text, struct text_style style, float x,
                    float baseline, float max_width, enum draw_align align, uint32_t colour,
                    struct str s);
/* The same with a halo of width px in the halo colour, for labels on the map. */
float draw_text_halo(struct draw_list *list, struct text *text, struct text_style style, float x,
                     float baseline, enum draw_align align, uint32_t colour, float width,
                     uint32_t halo, struct str s);

/* How many bytes of s, up to a cluster's edge, are at most max_width wide. */
size_t draw_fit(struct text *text, struct text_style style, float max_width, struct str s);

/* A text that was cut: where what is left of it stands, canvas pixels, and all of it, valid until
 * the list is cleared. */
struct draw_cut {
    float x, baseline, width;
    int size_px;
    struct str whole;
};
/* Notes one that a painter cut by its own rule. */
void draw_note_cut(struct draw_list *list, const struct draw_cut *cut);
/* The cut text at a point, or within a few pixels of it; false: there is none. */
bool draw_cut_at(const struct draw_list *list, float x, float y, struct draw_cut *out);

/* Notes what a painter leaves out for want of room, in words for the operator ("target", "column
 * n"); once however often it is said. At most DRAW_LEFT_OUT; more are not kept. */
#define DRAW_LEFT_OUT 24
#define DRAW_LEFT_OUT_WORDS 48
void draw_note_left_out(struct draw_list *list, const char *what);
/* The i-th of them; NULL behind the last. Valid until the list is cleared. */
const char *draw_left_out(const struct draw_list *list, int i);

bool draw_is_empty(const struct draw_list *list);
/* A number that changes when anything drawn would look different: unchanged = nothing to repaint.
 */
uint64_t draw_hash(const struct draw_list *list);
/* One line a command, stable across machines: "rect 24 96 400 300 r6 #101821ff". */
void draw_dump(const struct draw_list *list, struct buf *out);

#endif
