/* shot: the canvas as a PNG file. Main thread, with the GL context current. */
#ifndef WALL_SHOT_H
#define WALL_SHOT_H

#include "render/renderer.h"

/* Reads the canvas and writes it beside the target, then renames. */
bool shot_write(struct renderer *renderer, const char *path, struct err *err);
/* The same from pixels: RGBA, top row first; alpha is left out. */
bool shot_write_pixels(const uint8_t *rgba, int w, int h, const char *path, struct err *err);

#endif
