/* line: what the renderer needs of struct text beyond its public face: a line's glyphs, their
 * pictures, and the atlas to upload. Main thread; includes no foreign library. */
#ifndef RENDER_TEXT_LINE_H
#define RENDER_TEXT_LINE_H

#include "render/text/glyphs.h"
#include "render/text/shape.h"

/* The shaped line; valid until many other lines were asked for. */
const struct shape_run *line_shape(struct text *text, struct text_style style, struct str s);
struct glyphs *line_glyphs(struct text *text);

#endif
