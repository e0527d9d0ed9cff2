/* golden: comparing a text or a picture with the one that was looked at and kept.
 *
 * Names are paths below tests/golden (the tests run in tests/). With WALLBOARD_GOLDEN_WRITE=1 in
 * the environment what came is written over what was kept, and the comparison passes. */
#ifndef TESTS_GOLDEN_GOLDEN_H
#define TESTS_GOLDEN_GOLDEN_H

#include "wall/base/str.h"

/* Byte for byte; prints the first lines that differ. */
bool golden_text(const char *name, struct str got);

/* Two pixels differ visibly where their distance in Oklab is over 0.04 (about twice what the eye
 * can tell side by side). Pictures are alike when at most 1 pixel in 1,000 differs visibly and the
 * mean distance is at most 0.005 (one level of 255 on the dark ground): another version of FreeType
 * or of the GPU's driver passes, a glyph moved by a pixel or another colour does not. Writes what
 * came beside $TMPDIR when they are not. */
#define GOLDEN_VISIBLE 0.04
#define GOLDEN_SHARE 0.001
#define GOLDEN_MEAN 0.005
bool golden_pixels(const char *name, const uint8_t *rgba, int w, int h);

/* The part of a picture at x, y of w × h pixels, stride pixels a row; the caller frees it. */
uint8_t *golden_crop(const uint8_t *rgba, int stride, int x, int y, int w, int h);

/* The figures golden_pixels judges by. */
struct golden_distance {
    double share, mean;
};
struct golden_distance golden_compare(const uint8_t *a, const uint8_t *b, size_t pixels);

bool golden_write_png(const char *path, const uint8_t *rgba, int w, int h);

#endif
