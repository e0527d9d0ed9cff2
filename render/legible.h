/* legible: whether the text of a solved scene can be read by its farthest viewer, in its theme.
 *
 * Knows which roles and colours of text each kind of panel is read by; owns nothing. Any thread.
 * Never changes a size: it reports what is too small, too pale or too alike. */
#ifndef RENDER_LEGIBLE_H
#define RENDER_LEGIBLE_H

#include "layouts/scene.h"
#include "render/theme.h"

/* Reports, for every panel that has a place on the solved canvas, each role under its minutes of
 * arc (scene_least_minutes; ISO 9241-303) and each of its colours under WCAG 2.2's contrast (4.5,
 * large text 3), at the line of the scene's `viewing`; and pairs of the colours for data, amber and
 * red that come too close for a viewer with or without full colour vision. Returns how many. */
int legible_check(const struct scene *scene, const struct theme *theme, struct yaml_report *report);

/* The same figures as a table for people: a line a panel and role, a line a pair of colours. */
void legible_table(const struct scene *scene, const struct theme *theme, struct buf *out);

#endif
