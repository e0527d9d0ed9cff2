#include "render/motion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REACH 16 /* slots a key may lie in */

_Static_assert((MOTION_VALUES & (MOTION_VALUES - 1)) == 0, "slots are found by masking");

struct value {
    uint64_t key; /* with its panel; 0 = never used */
    double from, to;
    int64_t begun_ms;
    uint32_t round; /* of its panel, when it was last asked for */
    int32_t lasts_ms;
    int32_t panel;
};

struct motion {
    struct value values[MOTION_VALUES];
    uint32_t rounds[MOTION_PANELS];
    int64_t due_ms[MOTION_PANELS];
    int panel;
    int64_t time_ms;
};

struct motion *
motion_create(void)
{
    struct motion *motion = calloc(1, sizeof *motion);
    if (!motion) {
        abort(); /* as everywhere: a wall without memory leaves it to its watchdog */
    }
    motion_forget(motion);
    return motion;
}

void
motion_destroy(struct motion *motion)
{
    free(motion);
}

void
motion_forget(struct motion *motion)
{
    memset(motion->values, 0, sizeof motion->values);
    for (int i = 0; i < MOTION_PANELS; i++) {
        motion->rounds[i] = 1;
        motion->due_ms[i] = MOTION_NEVER;
    }
}

void
motion_begin(struct motion *motion, int panel, int64_t time_ms)
{
    motion->panel = panel;
    motion->time_ms = time_ms;
    motion->rounds[panel]++;
    motion->due_ms[panel] = MOTION_NEVER;
}

/* FNV-1a. */
static uint64_t
hash(uint64_t h, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char)bytes[i]) * UINT64_C(0x100000001b3);
    }
    return h;
}

uint64_t
motion_key(const char *what, struct str code)
{
    uint64_t h = hash(UINT64_C(0xcbf29ce484222325), what, strlen(what) + 1);
    return hash(h, code.ptr, code.len);
}

double
motion_ease_out(double t)
{
    double rest = 1 - t;
    return 1 - rest * rest * rest;
}

double
motion_ease_both(double t)
{
    double rest = 1 - t;
    return t < 0.5 ? 4 * t * t * t : 1 - 4 * rest * rest * rest;
}

/* Part of the way's time that has passed; 1 = there. A clock that went back has no past to show. */
static double
part_done(const struct value *value, int64_t time_ms)
{
    int64_t passed = time_ms - value->begun_ms;
    return passed < 0 || passed >= value->lasts_ms ? 1 : (double)passed / value->lasts_ms;
}

static double
shown(const struct value *value, int64_t time_ms, double (*ease)(double))
{
    double t = part_done(value, time_ms);
    return t >= 1 ? value->to : value->from + (value->to - value->from) * ease(t);
}

/* Its slot, or one that nobody needs; NULL where all in reach are needed. */
static struct value *
find(struct motion *motion, uint64_t key)
{
    struct value *free_one = NULL;
    for (size_t i = 0; i < REACH; i++) {
        struct value *value = &motion->values[(key + i) & (MOTION_VALUES - 1)];
        if (value->key == key) {
            return value;
        }
        bool idle = value->key == 0 || value->round + 1 < motion->rounds[value->panel];
        if (idle && !free_one) {
            free_one = value;
        }
    }
    return free_one;
}

static double
move(struct motion *motion, uint64_t key, double target, double step, int lasts_ms,
     double (*ease)(double), double *travel)
{
    *travel = 0;
    key = (key ^ (uint64_t)motion->panel) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    key ^= key >> 32;
    struct value *value = find(motion, key);
    if (!value) {
        return target;
    }
    uint32_t round = motion->rounds[motion->panel];
    bool known = value->key == key && value->round + 1 >= round;
    if (!known || isnan(target) || isnan(value->to)) {
        *value = (struct value){.key = key, .from = target, .to = target, .panel = motion->panel};
    } else if (part_done(value, motion->time_ms) >= 1 && fabs(target - value->to) <= step) {
        value->from = value->to = target;
    } else if (target < value->to || target > value->to) {
        value->from = shown(value, motion->time_ms, ease);
        value->to = target;
        value->begun_ms = motion->time_ms;
        value->lasts_ms = lasts_ms;
    }
    value->round = round;
    if (part_done(value, motion->time_ms) >= 1) {
        value->lasts_ms = 0;
        return target;
    }
    motion_stir(motion);
    double now = shown(value, motion->time_ms, ease);
    *travel = target - now;
    return now;
}

double
motion_count(struct motion *motion, uint64_t key, double target, double step)
{
    double travel;
    return move(motion, key, target, step, MOTION_COUNT_MS, motion_ease_out, &travel);
}

double
motion_place(struct motion *motion, uint64_t key, double target, double *travel)
{
    return move(motion, key, target, 0, MOTION_ROW_MS, motion_ease_both, travel);
}

static void
due(struct motion *motion, int64_t time_ms)
{
    int64_t *least = &motion->due_ms[motion->panel];
    *least = time_ms < *least ? time_ms : *least;
}

bool
motion_flash(struct motion *motion)
{
    int64_t half = motion->time_ms / MOTION_FLASH_MS;
    due(motion, (half + 1) * MOTION_FLASH_MS);
    return half % 2 == 0;
}

void
motion_stir(struct motion *motion)
{
    due(motion, motion->time_ms + 1);
}

int64_t
motion_due_ms(const struct motion *motion, int panel)
{
    return motion->due_ms[panel];
}

int64_t
motion_next_ms(const struct motion *motion)
{
    int64_t least = MOTION_NEVER;
    for (int i = 0; i < MOTION_PANELS; i++) {
        least = motion->due_ms[i] < least ? motion->due_ms[i] : least;
    }
    return least;
}
