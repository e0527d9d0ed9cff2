#include "render/damage.h"

#include <string.h>

#define SQUARE_PX 8
/* How far ahead the lists are searched for where they agree again. */
#define LOOK_AHEAD 64

static int
lesser(int a, int b)
{
    return a < b ? a : b;
}

static int
greater(int a, int b)
{
    return a > b ? a : b;
}

bool
damage_meet(struct gpu_box a, struct gpu_box b)
{
    return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

struct gpu_box
damage_common(struct gpu_box a, struct gpu_box b)
{
    return (struct gpu_box){greater(a.x0, b.x0), greater(a.y0, b.y0), lesser(a.x1, b.x1),
                            lesser(a.y1, b.y1)};
}

void
damage_begin(struct damage *damage, int w, int h)
{
    int most = greater(w, h), square = SQUARE_PX;
    while (most > square * DAMAGE_SIDE) {
        square *= 2;
    }
    if (damage->any) { /* only the rows of the canvas that there was can have bits */
        int rows = (damage->h + damage->square - 1) / damage->square;
        memset(damage->rows, 0, (size_t)rows * sizeof damage->rows[0]);
    }
    damage->w = w;
    damage->h = h;
    damage->square = square;
    damage->any = false;
    damage->count = 0;
}

/* Sets bits from to to of a row. */
static void
set_bits(uint64_t *row, int from, int to)
{
    for (int word = from / 64; word * 64 < to; word++) {
        int low = greater(from - word * 64, 0), high = lesser(to - word * 64, 64);
        row[word] |=
            (high == 64 ? UINT64_MAX : (UINT64_C(1) << high) - 1) & ~((UINT64_C(1) << low) - 1);
    }
}

void
damage_add(struct damage *damage, struct gpu_box box)
{
    box = damage_common(box, (struct gpu_box){0, 0, damage->w, damage->h});
    if (box.x1 <= box.x0 || box.y1 <= box.y0) {
        return;
    }
    int from = box.x0 / damage->square, to = (box.x1 - 1) / damage->square + 1;
    for (int y = box.y0 / damage->square; y * damage->square < box.y1; y++) {
        set_bits(damage->rows[y], from, to);
    }
    damage->any = true;
}

void
damage_add_all(struct damage *damage, const struct damage *other)
{
    for (int y = 0; other->any && y * damage->square < damage->h; y++) {
        for (int word = 0; word < DAMAGE_SIDE / 64; word++) {
            damage->rows[y][word] |= other->rows[y][word];
        }
    }
    damage->any = damage->any || other->any;
}

static int
count_bits(const uint64_t *row)
{
    int count = 0;
    for (int word = 0; word < DAMAGE_SIDE / 64; word++) {
        count += __builtin_popcountll(row[word]);
    }
    return count;
}

int64_t
damage_area(const struct damage *damage)
{
    int rows = (damage->h + damage->square - 1) / damage->square;
    int64_t squares = 0;
    for (int y = 0; y < rows && damage->any; y++) {
        squares += count_bits(damage->rows[y]);
    }
    return squares * damage->square * damage->square;
}

void
damage_leave(struct damage *damage, int64_t most_px, struct damage *rest, int *row)
{
    int rows = (damage->h + damage->square - 1) / damage->square, first = *row < rows ? *row : 0;
    int64_t squares = 0, most = most_px / ((int64_t)damage->square * damage->square);
    for (int i = 0; i < rows && damage->any; i++) {
        int y = (first + i) % rows;
        int here = count_bits(damage->rows[y]);
        if (here == 0 || (!rest->any && (squares == 0 || squares + here <= most))) {
            squares += here;
            continue;
        }
        *row = rest->any ? *row : y;
        memcpy(rest->rows[y], damage->rows[y], sizeof rest->rows[y]);
        memset(damage->rows[y], 0, sizeof damage->rows[y]);
        rest->any = true;
    }
}

/* The first bit at or behind from that is set (or not set); limit where there is none. */
static int
next_bit(const uint64_t *row, int from, int limit, bool set)
{
    while (from < limit) {
        uint64_t word = (set ? row[from / 64] : ~row[from / 64]) >> (from % 64);
        if (word) {
            return lesser(from + __builtin_ctzll(word), limit);
        }
        from = (from / 64 + 1) * 64;
    }
    return limit;
}

/* A box of squares that ends with the row above grows where the run below is as wide. */
static bool
grow(struct damage *damage, int first, struct gpu_box run)
{
    for (int i = first; i < damage->count; i++) {
        struct gpu_box *box = &damage->boxes[i];
        if (box->x0 == run.x0 && box->x1 == run.x1 && box->y1 == run.y0) {
            box->y1 = run.y1;
            return true;
        }
    }
    return false;
}

/* The boxes in squares, of step × step of them; false where they are too many. */
static bool
gather(struct damage *damage, int columns, int rows, int step)
{
    uint64_t merged[DAMAGE_SIDE / 64];
    damage->count = 0;
    int above = 0; /* boxes before this one have ended */
    for (int y = 0; y < rows; y += step) {
        memcpy(merged, damage->rows[y], sizeof merged);
        for (int i = 1; i < step && y + i < rows; i++) {
            for (int word = 0; word < DAMAGE_SIDE / 64; word++) {
                merged[word] |= damage->rows[y + i][word];
            }
        }
        for (int x = next_bit(merged, 0, columns, true); x < columns;
             x = next_bit(merged, x, columns, true)) {
            int end = next_bit(merged, x, columns, false);
            int from = x / step * step, to = lesser((end + step - 1) / step * step, columns);
            for (int next = next_bit(merged, end, columns, true); next < to && next < columns;
                 next = next_bit(merged, end, columns, true)) { /* within the same large square */
                end = next_bit(merged, next, columns, false);
                to = lesser((end + step - 1) / step * step, columns);
            }
            struct gpu_box run = {from, y, to, lesser(y + step, rows)};
            x = to;
            if (grow(damage, above, run)) {
                continue;
            }
            if (damage->count == DAMAGE_BOXES) {
                return false;
            }
            damage->boxes[damage->count++] = run;
        }
        while (above < damage->count && damage->boxes[above].y1 < y) {
            above++;
        }
    }
    return true;
}

void
damage_boxes(struct damage *damage)
{
    int square = damage->square, step = 1;
    int columns = (damage->w + square - 1) / square, rows = (damage->h + square - 1) / square;
    damage->count = 0;
    while (damage->any && !gather(damage, columns, rows, step)) {
        step *= 2;
    }
    for (int i = 0; i < damage->count; i++) {
        struct gpu_box *box = &damage->boxes[i];
        *box = (struct gpu_box){box->x0 * square, box->y0 * square,
                                lesser(box->x1 * square, damage->w),
                                lesser(box->y1 * square, damage->h)};
    }
}

static int64_t
area_of(struct gpu_box box)
{
    return (int64_t)(box.x1 - box.x0) * (box.y1 - box.y0);
}

static struct gpu_box
around_both(struct gpu_box a, struct gpu_box b)
{
    return (struct gpu_box){lesser(a.x0, b.x0), lesser(a.y0, b.y0), greater(a.x1, b.x1),
                            greater(a.y1, b.y1)};
}

int
damage_few(const struct gpu_box *boxes, int count, int64_t spare_px, struct gpu_box *few, int most)
{
    int made = 0;
    for (int i = 0; i < count; i++) {
        int best = -1;
        int64_t least_px = INT64_MAX;
        for (int k = 0; k < made; k++) {
            int64_t more_px =
                area_of(around_both(few[k], boxes[i])) - area_of(few[k]) - area_of(boxes[i]);
            if (more_px < least_px) {
                least_px = more_px;
                best = k;
            }
        }
        if (best >= 0 && (made == most || least_px <= spare_px)) {
            few[best] = around_both(few[best], boxes[i]);
        } else {
            few[made++] = boxes[i];
        }
    }
    return made;
}

static void
add_box(struct damage *damage, struct draw_box box)
{
    damage_add(damage, (struct gpu_box){box.x0, box.y0, box.x1, box.y1});
}

/* Exactly the pixels that painting the command may touch. */
static void
add_command(struct damage *damage, const struct draw_list *list, size_t index, struct text *text,
            struct shapes *scratch)
{
    struct draw_box box;
    shapes_clear(scratch);
    shapes_add_command(scratch, list, index, text);
    if (shapes_bounds(scratch, &box)) {
        add_box(damage, box);
    }
}

/* Whether all that was added is records: no fills, which are batches alone, and no triangles. */
static bool
is_records(const struct shapes *shapes)
{
    for (size_t i = 0; i < shapes->batches_count; i++) {
        enum shapes_pipeline pipeline = shapes->batches[i].pipeline;
        if (pipeline == SHAPES_TRIANGLES || pipeline == SHAPES_FILLS) {
            return false;
        }
    }
    return true;
}

/* A command that became another one. Where both come to as many records, those that stayed are
 * left alone: of a figure that counts the digits that changed are repainted. It is right for the
 * reason that it is right for commands. */
static void
add_changed(struct damage *damage, const struct draw_list *shown, size_t i,
            const struct draw_list *next, size_t j, struct text *text, struct shapes *scratch)
{
    shapes_clear(scratch);
    shapes_add_command(scratch, shown, i, text);
    size_t half = scratch->records_count;
    shapes_add_command(scratch, next, j, text);
    if (scratch->records_count != 2 * half || !is_records(scratch)) {
        add_command(damage, shown, i, text, scratch);
        add_command(damage, next, j, text, scratch);
        return;
    }
    for (size_t k = 0; k < half; k++) {
        const struct shapes_record *before = &scratch->records[k], *after = before + half;
        if (memcmp(before, after, sizeof *before) != 0) {
            add_box(damage, before->box);
            add_box(damage, after->box);
        }
    }
}

struct step {
    size_t shown, next; /* how many commands of each list to give up before they agree again */
};

static bool
agree(const struct draw_list *shown, size_t i, const struct draw_list *next, size_t j)
{
    return i < shown->count && j < next->count && shown->commands[i].seal == next->commands[j].seal;
}

/* The nearest place behind i, j where the lists agree: one changed, went or came. */
static struct step
resume(const struct draw_list *shown, size_t i, const struct draw_list *next, size_t j)
{
    for (size_t far = 1; far <= LOOK_AHEAD; far++) {
        if (agree(shown, i + far, next, j + far)) {
            return (struct step){far, far};
        }
        if (agree(shown, i + far, next, j)) {
            return (struct step){far, 0};
        }
        if (agree(shown, i, next, j + far)) {
            return (struct step){0, far};
        }
    }
    return (struct step){1, 1};
}

/* Any way of pairing equal commands, or their equal records, in order is right: a pixel outside all
 * unpaired ones is covered by the same ones in the same order before and after. A better pairing
 * only saves pixels. */
void
damage_add_difference(struct damage *damage, const struct draw_list *shown,
                      const struct draw_list *next, struct text *text, struct shapes *scratch)
{
    size_t i = 0, j = 0;
    while (i < shown->count || j < next->count) {
        if (agree(shown, i, next, j)) {
            i++;
            j++;
            continue;
        }
        struct step step = resume(shown, i, next, j);
        for (; step.shown > 0 && step.shown == step.next && i < shown->count && j < next->count;
             step.shown--, step.next--) {
            add_changed(damage, shown, i++, next, j++, text, scratch);
        }
        for (size_t end = i + step.shown; i < end && i < shown->count; i++) {
            add_command(damage, shown, i, text, scratch);
        }
        for (size_t end = j + step.next; j < end && j < next->count; j++) {
            add_command(damage, next, j, text, scratch);
        }
    }
}
