/* legible: whether a scene's text can be read by its farthest viewer, with a theme's sizes.
 *
 * Knows which roles of text each kind of panel is read by; owns nothing. Any thread. Never changes
 * a size: it reports what is too small. */
#ifndef RENDER_LEGIBLE_H
#define RENDER_LEGIBLE_H

#include "layouts/scene.h"
#include "render/theme.h"

/* Reports every panel and role under ISO 9241-303's minutes of arc (scene_check_legibility) for
 * the scene's `viewing`; returns how many. */
int legible_check(const struct scene *scene, const struct theme *theme, struct yaml_report *report);

#endif
