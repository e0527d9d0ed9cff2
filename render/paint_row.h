/* paint_row: the rows of a list at an even pitch, which keep off the seams between tiles and move
 * to their new places.
 *
 * Helpers over struct paint; main thread. Used by painters of lists only. */
#ifndef RENDER_PAINT_ROW_H
#define RENDER_PAINT_ROW_H

#include "render/paint.h"

/* First baseline of a dense list, design pixels below the panel's top. */
#define PAINT_ROW_FIRST 86.0f

/* Design pixels from the panel's top; a row's text covers from above its baseline (or whatever line
 * the rows are placed by) to below it. */
struct paint_row {
    float first, pitch;
    float above, below;
};

/* Canvas y of row i: from the first row whose text would lie across a horizontal seam on, rows
 * stand lower by what clears it. */
float paint_row_y(const struct paint *p, const struct paint_row *rows, int i);
/* How many of count rows stand no lower than end, design pixels from the panel's top. */
int paint_row_fit(const struct paint *p, const struct paint_row *rows, int count, float end);
/* The places of a list of one line a row under a title, and how many of at most `most` rows, and of
 * what the panel's file allows, have room. */
int paint_row_dense(const struct paint *p, struct paint_row *rows, int most);
/* Widens the pitch to at most most_pitch, and lowers the first row by at most slack, so that count
 * rows fill the height to end and no seam makes a step among them: it lies in the air between two.
 * false, and rows as they were, where no pitch does that. */
bool paint_row_even(const struct paint *p, struct paint_row *rows, int count, float most_pitch,
                    float slack, float end);

/* Rows in their order, at rest and on their way to where they belong. */
struct paint_row_list {
    struct paint_row places;
    int count;
    int per_column;    /* rows of a column; 0 = all in one */
    float left, width; /* of the first column, design pixels from the panel's left edge */
    float step;        /* from one column to the next, design pixels */
    float middle;      /* a row's middle is so far above its baseline, design pixels */
    const void *user;  /* for the two: */
    struct str (*code)(const void *user, int row); /* whose row it is; its motion goes by that */
    /* x: its column's left edge, y: the baseline now; canvas pixels. */
    void (*draw)(const struct paint *p, const void *user, int row, float x, float y);
};

/* Draws them: those at rest, over them the sinking, over all the rising ones, each of these on a
 * ground of its own, so that no two texts are ever seen through each other. */
void paint_row_draw(const struct paint *p, const struct paint_row_list *list);
/* The top of the row with the baseline y, canvas pixels; it is a pitch high. */
float paint_row_top(const struct paint *p, const struct paint_row_list *list, float y);

#endif
