/* motion: values on their way from what the glass showed to what it is to show.
 *
 * Owns, for each value that may move, where it came from, where it goes and when that began: what
 * is shown follows from these and the frame's time alone, whatever the frame rate. A new target
 * begins at what is on the glass. A value nobody asked for in its panel's last round is forgotten
 * and appears in its place the next time. Main thread. Never reads a clock, never draws; at most
 * MOTION_VALUES values move, others are shown as they are. No allocation after motion_create. */
#ifndef RENDER_MOTION_H
#define RENDER_MOTION_H

#include "wall/base/str.h"

#define MOTION_VALUES 4096
#define MOTION_PANELS 32

/* How long things take, milliseconds. */
#define MOTION_COUNT_MS 300 /* a figure counts to its new value */
#define MOTION_ROW_MS 400   /* a row moves to its new rank */
#define MOTION_SCENE_MS 500 /* a scene crosses into another */
#define MOTION_FLASH_MS 500 /* half of the flash's period: 1 Hz */
#define MOTION_NEVER INT64_MAX

struct motion;

struct motion *motion_create(void);
void motion_destroy(struct motion *motion); /* NULL-safe */
/* Another scene: nothing moves to its places there. */
void motion_forget(struct motion *motion);

/* What follows belongs to this panel (0 – MOTION_PANELS − 1) and this time, milliseconds of a clock
 * that runs at the pace of the world; where it jumped back, what moved has arrived. */
void motion_begin(struct motion *motion, int panel, int64_t time_ms);

/* A key of what moves, within its panel. */
uint64_t motion_key(const char *what, struct str code);
/* What to show now for a value that is to be target: counts slow down towards it. A value that is
 * new, or to or from NaN, is shown at once; so is one that rested and goes no further than a step:
 * there is nothing between the two to be shown. */
double motion_count(struct motion *motion, uint64_t key, double target, double step);
/* The same for a place: it starts and stops gently. *travel gets how far it still has to go, with
 * its sign; 0 where it rests. */
double motion_place(struct motion *motion, uint64_t key, double target, double *travel);
/* Whether a flash that begins with each whole second is in its bright half. */
bool motion_flash(struct motion *motion);
/* The panel moves on its own: draw it again with the next frame. */
void motion_stir(struct motion *motion);

/* The time from which the panel, or any of them, looks different though no value changed: 1 ms past
 * the panel's last round where something moves, MOTION_NEVER where nothing will. */
int64_t motion_due_ms(const struct motion *motion, int panel);
int64_t motion_next_ms(const struct motion *motion);

/* The way done after a part t (0 – 1) of the time: out (slowing down) and in and out. Cubic. */
double motion_ease_out(double t);
double motion_ease_both(double t);

#endif
