#include "render/damage.h"

#include <limits.h>

/* Boxes nearer than this are repainted as one: a pass over the lists costs more than the gap. */
#define NEAR_PX 16
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

static struct gpu_box
both(struct gpu_box a, struct gpu_box b)
{
    return (struct gpu_box){lesser(a.x0, b.x0), lesser(a.y0, b.y0), greater(a.x1, b.x1),
                            greater(a.y1, b.y1)};
}

void
damage_add(struct damage *damage, struct gpu_box box)
{
    if (box.x1 <= box.x0 || box.y1 <= box.y0) {
        return;
    }
    for (int i = 0; i < damage->count; i++) {
        struct gpu_box near = {box.x0 - NEAR_PX, box.y0 - NEAR_PX, box.x1 + NEAR_PX,
                               box.y1 + NEAR_PX};
        bool full = damage->count == DAMAGE_BOXES;
        if (full || damage_meet(damage->boxes[i], near)) {
            box = both(damage->boxes[i], box);
            damage->boxes[i] = damage->boxes[--damage->count];
            i = -1; /* the grown box may meet one that was passed */
        }
    }
    damage->boxes[damage->count++] = box;
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
        damage_add(damage, (struct gpu_box){box.x0, box.y0, box.x1, box.y1});
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

/* Any way of pairing equal commands in order is right: a pixel outside all unpaired ones is covered
 * by the same commands in the same order before and after. A better pairing only saves pixels. */
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
        for (size_t end = i + step.shown; i < end && i < shown->count; i++) {
            add_command(damage, shown, i, text, scratch);
        }
        for (size_t end = j + step.next; j < end && j < next->count; j++) {
            add_command(damage, next, j, text, scratch);
        }
    }
}
