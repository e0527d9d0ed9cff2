/* legible: whether what is drawn can be read by the farthest viewer, told from the draw lists; and
 * whether every figure has the words within reach that say which window and moment it is of.
 *
 * Looks at what a renderer has put on its panels, text by text and mark by mark, with the size, the
 * colour and the ground that they really have; owns nothing. Main thread. Never changes a size: it
 * reports what is too small, too pale or too alike. */
#ifndef RENDER_LEGIBLE_H
#define RENDER_LEGIBLE_H

#include "render/left_out.h"
#include "render/renderer.h"
#include "render/theme.h"

/* The worst of all texts of one role on one panel. */
struct legible_text {
    int count; /* how many were seen; 0 = none */
    int px;    /* of the smallest for its kind */
    double minutes, least_minutes;
    char words[64];                  /* that text */
    double contrast, least_contrast; /* of the palest for its size */
    uint32_t ink, ground;            /* that one's */
};

/* The palest of all marks of one colour that carries meaning. */
struct legible_mark {
    int count;
    double contrast;
    uint32_t ground;
};

/* Texts that have not the room they need. */
enum legible_crowd {
    LEGIBLE_OUTSIDE, /* of its panel: it is cut at the edge */
    LEGIBLE_ON_TEXT, /* on another text */
    LEGIBLE_ON_ARC,  /* on a gauge's arc */
    LEGIBLE_CROWD_COUNT
};
struct legible_crowded {
    int count;
    char words[64], other[64]; /* the first one, and the text that it meets */
};

#define LEGIBLE_ROLES (THEME_TYPE_COUNT + 1) /* role 0: a painter that does not say */
enum legible_colour {
    LEGIBLE_DATA,
    LEGIBLE_DATA2,
    LEGIBLE_AMBER,
    LEGIBLE_RED,
    LEGIBLE_GREEN,
    LEGIBLE_COLOUR_COUNT
};

struct legible {
    struct left_out left_out[SCENE_PANELS];
    /* Bit 1 << window: a panel has figures of that window; its words name it, in every frame. */
    unsigned has_window[SCENE_PANELS], lacks_window[SCENE_PANELS];
    /* Bit 1 << by: the same for whose surveys they are (市级回访, 区级回访). */
    unsigned has_by[SCENE_PANELS], lacks_by[SCENE_PANELS];
    bool has_figures, lacks_time; /* a frame with figures and without a clock to read them by */
    struct legible_crowded crowded[SCENE_PANELS][LEGIBLE_CROWD_COUNT];
    struct legible_text texts[SCENE_PANELS][LEGIBLE_ROLES];
    struct legible_mark marks[SCENE_PANELS][LEGIBLE_COLOUR_COUNT];
};

/* Takes in what the renderer's last frame shows; again for other states of the same scene. Begins
 * with a struct of zeros. */
void legible_look(struct legible *legible, struct renderer *renderer);

/* Reports, for every panel of the solved scene, each role whose characters are under their minutes
 * of arc (scene_least_minutes; ISO 9241-303), or whose contrast is under WCAG 2.2's (4.5; large
 * text and marks 3), at the line of the scene's `viewing`; and pairs of the colours for data, amber
 * and red that come too close for a viewer with or without full colour vision. Reports panels whose
 * figures are of a window (今日, 当前周期 …) or of surveys (市级回访, 区级回访) that no word on the
 * panel names, and a scene that shows figures and no clock; and, for every panel, texts that lie
 * outside it, on each other or on an arc. Returns how many. */
int legible_check(const struct legible *legible, const struct scene *scene,
                  const struct theme *theme, struct yaml_report *report);

/* The same figures as a table for people: a line a panel and role, a line a panel's marks, a line a
 * pair of colours with what carries the difference. */
void legible_table(const struct legible *legible, const struct scene *scene,
                   const struct theme *theme, struct buf *out);

/* What panels left out for want of room, a line a panel. */
void legible_left_out(const struct legible *legible, const struct scene *scene, struct buf *out);

#endif
