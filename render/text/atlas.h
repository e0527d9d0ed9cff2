/* atlas: pages of coverage (one byte a texel) into which glyph pictures are packed on shelves.
 *
 * Owns the pages' bytes; what changed is handed out for upload. At most ATLAS_PAGES pages; a full
 * atlas is the caller's to empty, page by page. Main thread. */
#ifndef RENDER_TEXT_ATLAS_H
#define RENDER_TEXT_ATLAS_H

#include <stdbool.h>
#include <stdint.h>

#define ATLAS_SIZE 1024 /* texels, both ways */
#define ATLAS_PAGES 8

struct atlas;

struct atlas_place {
    uint16_t page, u, v; /* texel of the top left corner */
};

struct atlas *atlas_create(void);
void atlas_destroy(struct atlas *atlas); /* NULL-safe */
/* Copies a w × h picture (rows stride bytes apart); false where no page has room. */
bool atlas_add(struct atlas *atlas, int w, int h, const uint8_t *bytes, int stride,
               struct atlas_place *out);
/* Forgets all that is on the page. */
void atlas_clear_page(struct atlas *atlas, int page);
/* Calls upload for each page's changed rows since the last call (whole width, stride ATLAS_SIZE).
 */
void atlas_flush(struct atlas *atlas,
                 void (*upload)(void *user, int page, int y, int h, const uint8_t *rows),
                 void *user);
/* Pages used so far: 0 … the highest one. */
int atlas_pages(const struct atlas *atlas);
/* Everything counts as changed again: after a lost context. */
void atlas_touch(struct atlas *atlas);

#endif
