/* paint: one function a panel kind fills a draw list from the snapshot.
 *
 * Painters are pure but for the draw list, the text cache and the figure record they write: same
 * inputs, same list. Main thread. Every figure drawn is reported through paint_figure, so that the
 * dump can answer for it. Sizes: `px(n)` of a design pixel at 1080 high is paint_px(). */
#ifndef RENDER_PAINT_H
#define RENDER_PAINT_H

#include "render/draw.h"
#include "render/renderer.h"
#include "render/theme.h"

struct map;    /* render/map/map.h */
struct points; /* render/points.h */

/* Where painters record the figures they draw; grows, reused every frame. */
struct paint_record {
    struct renderer_figure *figures;
    size_t count, cap;
};

struct paint {
    struct draw_list *list;
    struct text *text;
    const struct theme *theme;
    const struct scene *scene;
    const struct panel *panel;
    int panel_index;
    const struct renderer_frame *frame; /* frame->snapshot may be NULL: draw the empty state */
    const struct map *map;              /* the map panels' loaded layers; NULL elsewhere */
    /* The map panels' dots where they are kept in a picture of their own, under the list; NULL: the
     * painter draws them. */
    const struct points *points;
    struct paint_record *record; /* NULL: record nothing */
    struct motion *motion;       /* NULL: nothing moves; render/motion.h */
    float unit;                  /* canvas pixels of one design pixel (scene->unit) */
};

void paint_header(const struct paint *p);
void paint_kpi(const struct paint *p);
void paint_gauges(const struct paint *p);
void paint_trend(const struct paint *p);
void paint_categories(const struct paint *p);
void paint_hot(const struct paint *p);
void paint_whistles(const struct paint *p);
void paint_board(const struct paint *p);
void paint_alarms(const struct paint *p);
void paint_timebar(const struct paint *p);
void paint_map_ground(const struct paint *p); /* changes only with scene and canvas: kept */
void paint_map(const struct paint *p);        /* points, labels, callouts, over the ground */

/* Dispatches on p->panel->kind (for PANEL_MAP: paint_map only), with the frame (panel ground,
 * title left, window and base right) and the stale hatch with its age around it. */
void paint_panel(const struct paint *p);

/* Records one drawn figure. number NaN = none. key may be NULL. */
void paint_figure(const struct paint *p, const char *name, const char *value, double number,
                  uint32_t n, const char *formula, const struct snapshot_key *key);

/* Whole canvas pixels of n design pixels, at least 1. */
int paint_px(const struct paint *p, float n);
/* The style of a role at this scene's scale. */
struct text_style paint_style(const struct paint *p, enum theme_type type, enum text_face face,
                              enum text_weight weight);
uint32_t paint_colour(const struct paint *p, enum theme_colour colour);
/* The panel's inner box: below the title line, inside the margins. */
struct panel_rect paint_content(const struct paint *p);

/* "1,234,567" */
void paint_integer(char *out, size_t size, int64_t value);
/* "−2d 04:12" past due, "01:12" left (h:mm, under a day), "00:06" for minutes; see the design. */
void paint_time_left(char *out, size_t size, int64_t left_ms);

#endif
