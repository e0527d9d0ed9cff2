/* paint_map: the parts of the map's painter that are files of their own. Main thread; as paint.h.
 */
#ifndef RENDER_PAINT_MAP_H
#define RENDER_PAINT_MAP_H

#include "render/paint.h"
#include "render/points.h"

/* Street names with their counts (not where one street is in focus) and the callout of the greatest
 * burst: nothing over another, all inside the map's free room. points: what the callout keeps off;
 * may be NULL. */
void paint_map_labels(const struct paint *p, const struct points *points);

/* Design pixels from the panel's top to below its title's line. */
#define PAINT_MAP_TITLE 52

/* Where the map's attribution stands: at the map's bottom right; in the title's line where a time
 * bar is in the panel, whose caption it would else read as part of. */
struct paint_map_attribution {
    bool in_title;
    struct text_style style;
    float right, baseline, width; /* canvas pixels; the width at most; none in the title's line */
};
/* false where the scene has none. */
bool paint_map_attribution(const struct paint *p, struct paint_map_attribution *out);

/* Records an open or overdue count of a street as drawn. */
void paint_map_record(const struct paint *p, const struct snapshot_row *row,
                      enum snapshot_measure measure, const char *value);

/* Counts the frame's points as this map shows them: all, or those of the street in focus; anew at
 * most so many slots at a time. */
void paint_map_count(const struct paint *p, struct points *points, size_t most);
/* How dots are drawn: discs as by draw_disc, by state and how many tickets they stand for. */
struct paint_map_look {
    float radius, rim; /* canvas pixels */
    uint32_t fill, edge;
};
struct paint_map_looks {
    struct paint_map_look of[POINTS_STATE_COUNT][POINTS_TALLY + 1];
};
void paint_map_looks(const struct paint *p, const struct points *points,
                     struct paint_map_looks *out);
const struct paint_map_look *paint_map_look(const struct paint_map_looks *looks,
                                            const struct points_dot *dot);
/* Draws dots, in their order, into the paint's list. */
void paint_map_dots(const struct paint *p, const struct points *points,
                    const struct points_dot *dots, size_t count);
/* Whether the dots are so many that they hide the streets' borders. Those then stand over them
 * once more: draws them into the paint's list. */
bool paint_map_is_crowd(const struct points *points);
void paint_map_borders(const struct paint *p, const struct points *points);
/* No dot touches a pixel farther than this from its place (canvas pixels). */
float paint_map_dot_reach(const struct paint *p, const struct points *points);

#endif
