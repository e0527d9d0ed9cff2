/* fontfile: the bytes of a font's file, mapped, and let go of when they have been read.
 *
 * With every glyph that is read the kernel keeps the 16 pages around it, and a glyph is read once:
 * some hundred characters left 10 MB of the Chinese fonts resident. Owns the mapping. Main thread.
 * Never copies the file: what is read again comes from the system's file cache. */
#ifndef RENDER_TEXT_FONTFILE_H
#define RENDER_TEXT_FONTFILE_H

#include <stdbool.h>
#include <stddef.h>

struct fontfile {
    const unsigned char *bytes; /* NULL: not open */
    size_t size;
};

/* false where the file cannot be read or is empty. */
bool fontfile_open(struct fontfile *file, const char *path);
/* After everything that reads from it; of one that is not open: nothing. */
void fontfile_close(struct fontfile *file);
/* Lets go of all pages. The bytes stay what they are and can be read as before. */
void fontfile_rest(const struct fontfile *file);

#endif
