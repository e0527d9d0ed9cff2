/* sight: how far apart two colours are, for full colour vision and for those who lack a cone.
 *
 * Pure functions of colours 0xRRGGBBAA in sRGB (alpha is not looked at). Any thread. */
#ifndef RENDER_SIGHT_H
#define RENDER_SIGHT_H

#include <stdint.h>

enum sight { SIGHT_FULL, SIGHT_DEUTERANOPE, SIGHT_PROTANOPE, SIGHT_COUNT };

/* "full", "deuteranope", "protanope" */
const char *sight_name(enum sight sight);
/* Contrast ratio of WCAG 2.2, 1 to 21. */
double sight_contrast(uint32_t a, uint32_t b, enum sight sight);
/* Colour difference ΔE*ab (CIE 1976, D65); 2.3 is just noticeable side by side. */
double sight_difference(uint32_t a, uint32_t b, enum sight sight);

#endif
