/* renderer: all that wall/ needs to put a scene on the glass.
 *
 * Needs a current GL 3.3 core or GLES 3.0 context on the calling (main) thread, except with
 * RENDERER_NULL, which draws nothing and serves draw-list goldens. Owns its framebuffer, textures,
 * text, map and draw lists. Reads no clock: the moment and the frame's time are handed in. A failed
 * GPU resource draws nothing and is counted; it is never an exit. */
#ifndef RENDER_RENDERER_H
#define RENDER_RENDERER_H

#include "feeds/tickets/snapshot.h"
#include "layouts/scene.h"
#include "wall/base/err.h"
#include "wall/base/helper.h"

struct renderer;

enum renderer_backend { RENDERER_GL, RENDERER_NULL };

struct renderer *renderer_create(enum renderer_backend backend, struct err *err);
void renderer_destroy(struct renderer *renderer); /* NULL-safe; the context must be current */

/* Who helps with what takes long; outlives the renderer. NULL, and at first: nobody. */
void renderer_set_helper(struct renderer *renderer, struct helper *helper);

/* Takes a solved scene (copied) and loads its map; map errors come back in the report. */
bool renderer_set_scene(struct renderer *renderer, const struct scene *scene,
                        struct yaml_report *report);

/* Whether the driver has lost the context (a reset, another machine's GPU). Then: make a new one,
 * current on this thread, and rebuild. */
bool renderer_is_lost(const struct renderer *renderer);
/* The window system says so, which the driver may not tell. Until the next rebuild. */
void renderer_lose(struct renderer *renderer);
/* Makes everything anew in the current context, from what is kept: the next frame is drawn whole.
 * To be tried out again. false and err: still lost. */
bool renderer_rebuild(struct renderer *renderer, struct err *err);

/* How fresh what is shown is; drawn in the header, and as stale panels. */
struct renderer_feed {
    bool connected, in_sync, stale;
    int64_t age_ms;      /* since the last message */
    int64_t unsynced_ms; /* for how long it has not been in sync; 0 while it is */
    int64_t offset_ms;   /* this machine's clock against the hub's; shown over 2 s */
    bool live;           /* false: a moment of the past is shown */
    char reason[96];     /* why it is not live, in Chinese; "" = live */
    uint64_t seq;        /* the cursor drawn */
};

/* A feed that is back in sync sooner is not seen to have been away. */
#define RENDERER_GRACE_MS 1000

/* Whether the figures are drawn stale: the feed is, or it is out of sync for longer than the grace:
 * what has not been checked against the hub must not look live. */
bool renderer_feed_stale(const struct renderer_feed *feed);

/* What a pointer or a finger rests on, canvas pixels: a text there that was cut is shown whole. */
struct renderer_pointer {
    bool there;
    int x, y;
};

struct renderer_frame {
    const struct snapshot *snapshot; /* NULL before the first data */
    struct renderer_feed feed;
    int64_t moment_ms; /* what the clock shows */
    /* The frame's own time, of a clock that runs at the pace of the world, the same on all machines
     * of a wall: the hub's. Figures count, rows move and alarms flash by it. 0: a picture;
     * everything is where it is going, and only then figures are recorded. */
    int64_t time_ms;
    struct renderer_pointer pointer;
    bool still;  /* nothing moves or flashes, whatever the scene says */
    bool wander; /* the picture wanders by ±2 px over minutes: spares screens that burn in */
    bool probe;  /* draw the 34 cells for outside measurement */
    /* Where the GPU is slow, a change of more than a third of the canvas at once (another state,
     * all of it stale) may reach it over several frames, from the top to the bottom, rather than
     * hold one up: some seven, a dozen where the canvas is large, more where frames take long. */
    bool spread;
    /* Nothing is on the glass yet that a long frame could hold up: all dots in this one. */
    bool first;
    /* How long the last frame took, but for waiting for a display; 0: not known. After a long one
     * less of what is spread is done, so that a processor that others use, too, holds no frame up
     * for long. */
    int64_t last_ms;
};

/* Draws what changed into the canvas; true where any pixel changed. */
bool renderer_draw(struct renderer *renderer, const struct renderer_frame *frame);
/* The frame time from which a frame would look different by itself (something moves or flashes);
 * INT64_MAX: only what comes in, or the moment, changes anything. */
int64_t renderer_due_ms(const struct renderer *renderer);
/* False while a map's dots are still counted or painted, or a change is spread: after a large one
 * that takes several frames, and what was there before stays until it is done. A picture (time 0)
 * is always complete.
 */
bool renderer_is_complete(const struct renderer *renderer);
/* Brings the current framebuffer 0, of the given size, up to date with the canvas: as little of it
 * as is known to differ. true: a swap is to follow. false: nothing is left to do, what changed is
 * on the glass; where each pixel costs, a part of the window takes a fraction of a swap. */
bool renderer_present(struct renderer *renderer, int width_px, int height_px);

/* One of several windows that show the canvas together: of all of them, whole_w × whole_h pixels,
 * what begins at x, y. index: from 0, the same for the same window. */
#define RENDERER_WINDOWS 16
struct renderer_window {
    int index;
    int whole_w, whole_h;
    int x, y, w, h;
};
/* The same for one of them, whose framebuffer is the current one. */
bool renderer_present_window(struct renderer *renderer, const struct renderer_window *at);

/* Whether that window has another size than at its last present, after which it was not swapped:
 * then it is to be swapped before this one, for with that some window systems take note of a new
 * size. */
bool renderer_swap_first(const struct renderer *renderer, const struct renderer_window *at);

/* Where on the canvas a pixel of all windows together lies, as at the last present; there is false
 * where it lies beside it. */
struct renderer_pointer renderer_point(const struct renderer *renderer, int x, int y);
/* What the windows hold may be lost: the next present of each is whole. */
void renderer_expose(struct renderer *renderer);

/* Finds out with the next presents, which are whole, how long one takes and, where the window
 * system does not say it, whether the window keeps what was presented: then later ones bring parts
 * only. now_ns: monotonic. Without it the window's age is believed where one is told, else every
 * present is whole. */
void renderer_try_out(struct renderer *renderer, int64_t (*now_ns)(void));
/* What was found, one line for the operator; NULL until it is. */
const char *renderer_tried(const struct renderer *renderer);
/* Reads what is shown, as large as the canvas: RGBA, top row first, w × h × 4 bytes. */
bool renderer_read(struct renderer *renderer, uint8_t *rgba, size_t bytes);
void renderer_size(const struct renderer *renderer, int *width_px, int *height_px);
/* The greatest width and height of a canvas that the GPU draws. */
int renderer_max_size(const struct renderer *renderer);

/* Text of every panel's draw list. */
void renderer_dump_lists(struct renderer *renderer, struct buf *out);
/* What the panels, as shown, leave out for want of room and was not told before, since the scene
 * was set: lines for the operator; none: nothing. */
void renderer_left_out(struct renderer *renderer, struct buf *out);
/* GPU, driver, limits: one line for the operator. */
const char *renderer_describe(const struct renderer *renderer);
unsigned long renderer_faults(const struct renderer *renderer);

/* One figure as drawn on a panel; for --dump. */
struct renderer_figure {
    int panel;                /* index into the scene's panels */
    char name[64], value[32]; /* value as drawn */
    double number;            /* NaN where none */
    uint32_t n;               /* its base */
    char formula[128];
    bool has_key;
    struct snapshot_key key; /* which tickets stand behind it */
};
/* The figures of the last frame, valid until the next one; none of a frame with a time. */
const struct renderer_figure *renderer_figures(const struct renderer *renderer, size_t *count);

#endif
