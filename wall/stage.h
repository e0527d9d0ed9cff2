/* stage: which scene is on, and the renderer that shows it.
 *
 * Owns the scene and the renderer. Main thread, with the GL context current. Reads no clock. */
#ifndef WALL_STAGE_H
#define WALL_STAGE_H

#include "render/renderer.h"

struct stage;

/* Loads the scene (an asset's name, or a path that ends in .yaml), solves it for a canvas of w × h
 * pixels (0 × 0: the scene's own) on the wall (copied; NULL: as the scenes say, for this one and
 * all that follow) and loads its map. NULL: the report or err says why. */
struct stage *stage_create(enum renderer_backend backend, const char *scene, int w, int h,
                           const struct scene_wall *wall, struct yaml_report *report,
                           struct err *err);
void stage_destroy(struct stage *stage); /* NULL-safe */

/* Shows the scene behind a tab (from 0). A scene that cannot be loaded leaves the one that is on,
 * with a line in the log: a running wall is not ended by a file. false: nothing changed. */
bool stage_show_tab(struct stage *stage, int tab);
/* A scene by its name; one of the tabs where there is such a one. focus: a street's code, "" = the
 * scene's own. true where nothing had to change, too. */
bool stage_show(struct stage *stage, const char *scene, const char *focus);
/* Solves the scene anew for another canvas. Here and above: one that is larger than the GPU draws
 * is solved as large as it can be, in the same proportions, and the present enlarges it. */
bool stage_resize(struct stage *stage, int w, int h);

/* To be called when figures were drawn: logs what the scene's panels leave out for want of room on
 * this canvas: each thing once, and a number of texts again where it grows. */
void stage_tell_left_out(struct stage *stage);

int stage_tabs(const struct stage *stage);
int stage_tab_now(const struct stage *stage); /* -1: none of them */
const struct scene *stage_scene(const struct stage *stage);
struct renderer *stage_renderer(struct stage *stage);

/* Makes a canvas no wider or higher than most, in its proportions as nearly as whole pixels allow;
 * true where it was. */
bool stage_fit(int most, int *w, int *h);

/* The scene alone, for its canvas size before there is a window. */
bool stage_load_scene(const char *name, struct scene *out, struct yaml_report *report);

#endif
