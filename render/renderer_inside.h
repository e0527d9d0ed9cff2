/* renderer_inside: the renderer's inside, for its own files: renderer.c (scenes and lists),
 * renderer_dots.c (the maps' dots), renderer_paint.c (the canvas), renderer_glass.c (what else is
 * on it) and renderer_present.c (the windows). Main thread. */
#ifndef RENDER_RENDERER_INSIDE_H
#define RENDER_RENDERER_INSIDE_H

#include "render/brush.h"
#include "render/damage.h"
#include "render/left_out.h"
#include "render/motion.h"
#include "render/paint.h"
#include "render/points.h"
#include "render/splat.h"

#define PRESENTS 2 /* how many are looked back on: framebuffers of up to one more are made good */

/* One scene going over into another. */
struct crossing {
    struct gpu_target from, glass; /* what was left; both as they are shown now. 0 = none */
    int64_t begun_ms;              /* 0 = with the next frame */
    bool shown;                    /* the glass holds what is to be presented */
};

/* How a window behaves, found out with the first presents: each of two leaves a mark that the
 * next one looks for. */
struct trial {
    int64_t (*now_ns)(void); /* NULL: not asked for, or over */
    int presents, held;      /* since it began; marks that were still there */
    bool keeps;              /* found: the window keeps what was presented */
    bool misled;             /* found: what the window system says of that is wrong */
    double whole_ms;         /* found: what a whole present takes */
};

/* What one of the windows shows of the canvas. */
struct pane {
    struct renderer_window at;     /* at the last present */
    struct damage unshown;         /* what was repainted since then */
    struct damage shown[PRESENTS]; /* and before each of the last presents, the last one first */
    bool lost;                     /* the window may hold anything */
    bool in_parts;                 /* the last present was shown in parts, without a swap */
    int settling;                  /* presents that are swapped yet, after another size */
    struct trial trial;
};

/* What panels look different for, but for motion. */
struct inputs {
    bool snapshot, connected, in_sync, stale, live;
    uint64_t version;
    int64_t second, age_s, unsynced_s, offset_ms;
    char reason[sizeof((struct renderer_feed *)0)->reason];
};

/* One kept layer: what a panel shows, and for a map the ground under it. */
struct layer {
    struct draw_list *shown;  /* what the canvas shows, after this frame's drawing */
    struct draw_list *before; /* what it showed before that */
    struct map *map;
    struct draw_list *ground_list;
    struct gpu_target ground; /* the panel's rectangle; painted once a scene */
    struct brush_span span;   /* in this frame's round */
    bool bottom;              /* a map that lies on no other panel */
    struct points *points;
    struct gpu_target dotted; /* the ground with its dots; none: the list has them */
    struct gpu_target next;   /* the same anew, where it takes several frames; else none */
    int next_rows;            /* of it that are painted, from the top */
    bool next_again;          /* what it shows is outdated before it is done: then anew */
    bool dots_lost, dots_due; /* the kept picture is new; it shows the ground alone */
    uint32_t dot_look;        /* what all dots' looks depend on */
    float dot_scale;
    uint8_t
        *ground_pixels; /* the ground where the processor paints the dots; RGBA, top row first */
    struct draw_list *border_list; /* over a crowd's dots; NULL until there was one */
    struct borders *borders;       /* the same; NULL until the processor paints them */
    struct left_out left_out;      /* what was told of it */
};

#define PARTS (DAMAGE_BOXES * 3)

struct part {
    struct gpu_box box;
    int map; /* panel of the map that is at the bottom of it; -1 = the ground's colour */
};

struct parts {
    struct part at[PARTS];
    int count;
};

struct renderer {
    struct gpu *gpu;
    struct text *text;
    struct brush *brush;
    struct helper *helper; /* NULL: none */
    struct theme theme;
    struct scene scene;
    bool has_scene;
    bool context_gone; /* as renderer_lose was told */
    struct gpu_target canvas;
    struct layer layers[SCENE_PANELS];
    struct paint_record record;
    struct damage damage;        /* what the last draw repainted */
    struct damage rest;          /* what is left of a change that is spread */
    int rest_row;                /* of its squares: where the next frame goes on */
    struct damage dots;          /* what of one map's dots is drawn anew; scratch */
    struct draw_list *dots_list; /* those dots; scratch */
    struct splat *splat;         /* NULL until the processor paints dots */
    uint8_t *strip;              /* some rows of a kept picture; scratch */
    size_t strip_cap;
    struct renderer_feed feed;            /* of the last frame */
    struct pane *panes[RENDERER_WINDOWS]; /* NULL from the first that was not presented yet */
    int64_t (*trial_ns)(void);            /* what those are tried out with */
    struct damage present;                /* scratch */
    struct parts parts; /* what the last draw repainted, in parts that lie on one map or on none */
    struct draw_list *under;            /* the ground's colour under those on none */
    struct draw_list *tip, *tip_before; /* over all panels: the whole of a cut text */
    struct brush_span tip_span;
    struct draw_list *cells; /* the probe's, over all */
    struct brush_span cells_span;
    struct shapes scratch; /* for finding it */
    bool all_damaged;
    struct motion *motion;
    struct crossing crossing;
    struct inputs inputs;
    int64_t time_ms;        /* of the last frame */
    int64_t last_ms;        /* what that one took; 0 = not known */
    bool still;             /* that one, or the scene */
    int wander_x, wander_y; /* of the last frame; canvas pixels */
    uint64_t frames;        /* drawn with a change, so: to be presented */
    bool probe_shown;
    uint64_t probe_bits;
    double px_per_ms; /* a whole present's, found by the trial; 0 = not yet */
    char tried[160];  /* "" = not yet */
};

/* renderer_paint.c */
struct gpu_box renderer_box_of(struct panel_rect rect);
struct gpu_box renderer_canvas_box(const struct renderer *renderer);
struct paint renderer_paint_for(struct renderer *renderer, int index, struct draw_list *list,
                                const struct renderer_frame *frame);
/* Repaints the damage, whose boxes are known, from the lists and kept pictures. */
void renderer_repaint(struct renderer *renderer);

/* renderer_dots.c */
/* The map's dots as the frame has them, into their kept picture; what of it changed is damage. */
void renderer_paint_dots(struct renderer *renderer, int index, const struct renderer_frame *frame);
/* Fills the list with all of a map's dots, as they are in the kept picture. */
void renderer_list_dots(struct renderer *renderer, int index, struct draw_list *list);

/* renderer_glass.c */
extern const struct gpu_box renderer_probe_box;
uint64_t renderer_probe_bits(const struct renderer *renderer, const struct renderer_frame *frame);
/* The cells as a list: with all else that is drawn onto the canvas they cost next to nothing. */
void renderer_list_probe(const struct renderer *renderer, struct draw_list *list);
/* The same onto another picture or the window, at once. */
void renderer_draw_probe(struct renderer *renderer, struct gpu_target target);
bool renderer_probe_differs(const struct renderer *renderer, const struct renderer_frame *frame);
/* True where the picture's place changed. */
bool renderer_wander(struct renderer *renderer, const struct renderer_frame *frame);
/* Lays what is left of the scene before over this one; true where the glass changed. */
bool renderer_cross(struct renderer *renderer, const struct renderer_frame *frame);
void renderer_end_crossing(struct renderer *renderer);
/* The canvas, or while scenes cross what is shown of both. */
struct gpu_target renderer_shown(const struct renderer *renderer);

/* renderer_present.c */
/* Of what a frame may do where a processor of two cores draws (RENDERER_USUAL_PX_PER_MS), what one
 * may here: less where it is slower, never more. */
#define RENDERER_USUAL_PX_PER_MS 400000.0
size_t renderer_share(const struct renderer *renderer, size_t most);
/* The same of what is done in portions: less after a frame that took long, too. */
size_t renderer_portion(const struct renderer *renderer, size_t most);
/* A canvas of that size is new: no window shows any of it. */
void renderer_panes_begin(struct renderer *renderer, int w, int h);
/* The canvas was repainted there. */
void renderer_panes_add(struct renderer *renderer, const struct damage *damage);
void renderer_panes_free(struct renderer *renderer);

#endif
