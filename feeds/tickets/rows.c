#include "feeds/tickets/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/arena.h"
#include "wall/base/sort.h"

__extension__ typedef unsigned __int128 wide; /* products of two 64-bit counts, exact */

static uint64_t
gcd(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

void
rows_init(struct rows *rows, const struct profile *profile)
{
    *rows = (struct rows){.min_n = profile->min_n};
    /* The profile's weights have at most six decimals, the basic weight three. */
    uint64_t w[4] = {(uint64_t)llround(profile->weight_response * 1e9),
                     (uint64_t)llround(profile->weight_resolution * 1e9),
                     (uint64_t)llround(profile->weight_satisfaction * 1e9),
                     (uint64_t)llround(profile->weight_satisfaction * 1e6) *
                         (uint64_t)llround(profile->basic_weight * 1e3)};
    uint64_t common = gcd(gcd(w[0], w[1]), gcd(w[2], w[3]));
    common = common ? common : 1;
    rows->weights =
        (struct rows_weights){w[0] / common, w[1] / common, w[2] / common, w[3] / common};
}

void
rows_free(struct rows *rows)
{
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &rows->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            free(group->histories[i]);
        }
        free(group->rows);
        free(group->codes);
        free(group->uses);
        free(group->histories);
        free(group->row_of);
        *group = (struct rows_group){0};
    }
    free(rows->scores);
    rows->scores = NULL;
    rows->scores_cap = 0;
}

uint32_t
rows_find(const struct rows_group *group, uint32_t code)
{
    return code < group->row_of_cap ? group->row_of[code] : UINT32_MAX;
}

static uint32_t
add_row(struct rows_group *group, bool history, const struct periods *periods, uint32_t code,
        struct str text)
{
    if (group->count == group->cap) {
        group->cap = group->cap * 2 + 8;
        group->rows = arena_regrow(group->rows, group->cap, sizeof *group->rows);
        group->codes = arena_regrow(group->codes, group->cap, sizeof *group->codes);
        group->uses = arena_regrow(group->uses, group->cap, sizeof *group->uses);
        group->histories = arena_regrow(group->histories, group->cap, sizeof *group->histories);
    }
    if (code >= group->row_of_cap) {
        uint32_t cap = code + code / 2 + 64;
        group->row_of = arena_regrow(group->row_of, cap, sizeof *group->row_of);
        memset(group->row_of + group->row_of_cap, 0xff,
               (cap - group->row_of_cap) * sizeof *group->row_of);
        group->row_of_cap = cap;
    }
    uint32_t row = (uint32_t)group->count++;
    struct str none = {"", 0};
    group->rows[row] =
        (struct snapshot_row){.code = text, .name = text, .parent = none, .parent_name = none};
    group->codes[row] = code;
    group->uses[row] = 0;
    group->histories[row] = NULL;
    if (history) {
        struct rows_history *h = calloc(1, sizeof *h);
        if (!h) {
            abort();
        }
        memcpy(h->shown.day_ms, periods->day_ms, sizeof h->shown.day_ms);
        group->histories[row] = h;
        group->rows[row].history = &h->shown;
    }
    group->row_of[code] = row;
    group->unordered = group->unnamed = true;
    return row;
}

static bool
has_history(enum snapshot_group group)
{
    return group == SNAPSHOT_DISTRICT || group == SNAPSHOT_STREET;
}

void
rows_pin(struct rows *rows, enum snapshot_group group, const struct periods *periods, uint32_t code,
         struct str text)
{
    struct rows_group *g = &rows->groups[group];
    uint32_t row = rows_find(g, code);
    if (row == UINT32_MAX) {
        row = add_row(g, has_history(group), periods, code, text);
    }
    g->uses[row]++;
}

void
rows_clear(struct rows *rows, const struct periods *periods, struct intern *codes)
{
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &rows->groups[g];
        for (size_t i = 0; i < group->count; i++) {
            free(group->histories[i]);
        }
        group->count = 0;
        if (group->row_of_cap) {
            memset(group->row_of, 0xff, group->row_of_cap * sizeof *group->row_of);
        }
        memset(group->stale_ranks, 1, sizeof group->stale_ranks);
        group->unordered = true;
    }
    rows_pin(rows, SNAPSHOT_DISTRICT, periods, intern_add(codes, STR("all")), STR("all"));
}

/* --- counting --- */

/* Where one ticket counts: computed once, then added to each of its rows. */
struct tally {
    uint32_t received, resolved; /* windows, as bits */
    uint32_t survey[SNAPSHOT_BY_COUNT];
    int received_day, resolved_day, survey_day[SNAPSHOT_BY_COUNT]; /* of history, or -1 */
    int arrival_bin;                                               /* of today, or -1 */
    int usual_bin; /* of the same weekday of an earlier week, or -1 */
    bool open, due_soon, overdue, stage[SNAPSHOT_STAGE_COUNT];
    bool went_on; /* resolved or surveyed; most tickets that come are neither */
};

static void
make_tally(const struct periods *periods, const struct fold *fold, int64_t at_ms, struct tally *out)
{
    *out = (struct tally){.resolved_day = -1, .arrival_bin = -1, .usual_bin = -1};
    out->received = periods_mask(periods, fold->registered_ms);
    int day = out->received_day = periods_day(periods, fold->registered_ms);
    if (day == SNAPSHOT_DAYS - 1) {
        out->arrival_bin = periods_bin(periods, day, fold->registered_ms);
    } else if (day >= 0 && (SNAPSHOT_DAYS - 1 - day) % 7 == 0) {
        out->usual_bin = periods_bin(periods, day, fold->registered_ms);
    }
    if (fold->resolved) {
        out->resolved = periods_mask(periods, fold->resolved_ms);
        out->resolved_day = periods_day(periods, fold->resolved_ms);
    }
    out->went_on = fold->resolved;
    for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
        bool any = fold->survey[by].any;
        out->went_on |= any;
        out->survey[by] = any ? periods_mask(periods, fold->survey[by].time_ms) : 0;
        out->survey_day[by] = any ? periods_day(periods, fold->survey[by].time_ms) : -1;
    }
    out->open = fold->open;
    for (int s = 0; s < SNAPSHOT_STAGE_COUNT; s++) {
        out->stage[s] = clocks_overdue(&fold->clocks[s], at_ms);
        out->overdue = out->overdue || out->stage[s];
        out->due_soon = out->due_soon || clocks_due_soon(&fold->clocks[s], at_ms);
    }
    out->due_soon = out->due_soon && !out->overdue;
}

static bool
counts_anywhere(const struct tally *t)
{
    return t->open || t->received || t->resolved || t->survey[0] || t->survey[1] ||
           t->received_day >= 0 || t->resolved_day >= 0 || t->survey_day[0] >= 0 ||
           t->survey_day[1] >= 0;
}

static void
count_survey(struct snapshot_survey *to, const struct fold_survey *s, uint32_t sign)
{
    to->effective += sign;
    to->responded += s->responded ? sign : 0;
    to->solved += s->solved ? sign : 0;
    to->satisfied += s->satisfied ? sign : 0;
    to->basic += s->basic ? sign : 0;
}

/* Only the windows in which it counts at all: of most tickets one or two of the six. */
static void
count_windows(struct rows_group *group, struct snapshot_row *row, const struct tally *t,
              const struct fold *fold, uint32_t sign)
{
    for (uint32_t left = t->received; left; left &= left - 1) {
        row->counts[__builtin_ctz(left)].received += sign;
    }
    if (!t->went_on) {
        return;
    }
    for (uint32_t left = t->resolved; left; left &= left - 1) {
        struct snapshot_counts *c = &row->counts[__builtin_ctz(left)];
        c->resolved += sign;
        c->resolved_late += fold->late ? sign : 0;
    }
    for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
        for (uint32_t left = t->survey[by]; left; left &= left - 1) {
            int w = __builtin_ctz(left);
            count_survey(&row->counts[w].by[by], &fold->survey[by], sign);
            group->stale_ranks[w][by] = true;
        }
    }
}

static void
count_history(struct rows_history *h, const struct tally *t, const struct fold *fold, uint32_t sign)
{
    struct snapshot_counts *days = h->shown.days;
    if (t->received_day >= 0) {
        days[t->received_day].received += sign;
    }
    if (t->resolved_day >= 0) {
        days[t->resolved_day].resolved += sign;
        days[t->resolved_day].resolved_late += fold->late ? sign : 0;
    }
    for (int by = 0; by < SNAPSHOT_BY_COUNT && t->went_on; by++) {
        if (t->survey_day[by] >= 0) {
            count_survey(&days[t->survey_day[by]].by[by], &fold->survey[by], sign);
        }
    }
    if (t->arrival_bin >= 0) {
        h->shown.arrivals[t->arrival_bin] += sign;
    }
    if (t->usual_bin >= 0) {
        h->usual_sum[t->usual_bin] += sign;
        h->shown.usual[t->usual_bin] = (float)h->usual_sum[t->usual_bin] / 4.0f;
    }
}

uint32_t
rows_code(const struct fold *fold, enum snapshot_group group)
{
    switch (group) {
    case SNAPSHOT_STREET:
        return fold->street;
    case SNAPSHOT_COMMUNITY:
        return fold->community;
    case SNAPSHOT_CATEGORY:
        return fold->category;
    case SNAPSHOT_UNIT:
        return fold->unit;
    case SNAPSHOT_PROPERTY:
        return fold->property;
    default:
        return INTERN_NONE;
    }
}

bool
rows_count(struct rows *rows, const struct periods *periods, const struct intern *codes,
           const struct fold *fold, int64_t at_ms, int sign)
{
    struct tally t;
    make_tally(periods, fold, at_ms, &t);
    if (!counts_anywhere(&t)) {
        return false;
    }
    uint32_t step = sign > 0 ? 1 : UINT32_MAX; /* modulo 2^32: adding the latter takes one away */
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &rows->groups[g];
        uint32_t at = 0;
        if (g != SNAPSHOT_DISTRICT) {
            uint32_t code = rows_code(fold, (enum snapshot_group)g);
            if (code == INTERN_NONE) {
                continue;
            }
            at = rows_find(group, code);
            if (at == UINT32_MAX) {
                at = add_row(group, g == SNAPSHOT_STREET, periods, code, intern_get(codes, code));
            }
        }
        struct snapshot_row *row = &group->rows[at];
        group->uses[at] += step;
        group->unordered = group->unordered || group->uses[at] == 0;
        count_windows(group, row, &t, fold, step);
        if (group->histories[at]) {
            count_history(group->histories[at], &t, fold, step);
        }
        row->open += t.open ? step : 0;
        row->due_soon += t.due_soon ? step : 0;
        if (t.overdue) { /* of few */
            row->overdue += step;
            for (int s = 0; s < SNAPSHOT_STAGE_COUNT; s++) {
                row->overdue_stage[s] += t.stage[s] ? step : 0;
            }
        }
    }
    return true;
}

/* --- order and ranks --- */

struct place {
    struct str code;
    uint32_t row;
};

static int
by_code(const void *a, const void *b)
{
    return str_cmp(((const struct place *)a)->code, ((const struct place *)b)->code);
}

static bool
order(struct rows_group *group)
{
    struct place *places = arena_regrow(NULL, group->count + 1, sizeof *places);
    size_t kept = 0;
    for (size_t i = 0; i < group->count; i++) {
        group->row_of[group->codes[i]] = UINT32_MAX;
        if (group->uses[i]) {
            places[kept++] = (struct place){group->rows[i].code, (uint32_t)i};
        } else {
            free(group->histories[i]);
        }
    }
    qsort(places, kept, sizeof *places, by_code);
    bool moved = kept != group->count;
    struct rows_group old = *group;
    group->rows = arena_regrow(NULL, group->cap, sizeof *group->rows);
    group->codes = arena_regrow(NULL, group->cap, sizeof *group->codes);
    group->uses = arena_regrow(NULL, group->cap, sizeof *group->uses);
    group->histories = arena_regrow(NULL, group->cap, sizeof *group->histories);
    for (size_t i = 0; i < kept; i++) {
        uint32_t from = places[i].row;
        moved = moved || from != i;
        group->rows[i] = old.rows[from];
        group->codes[i] = old.codes[from];
        group->uses[i] = old.uses[from];
        group->histories[i] = old.histories[from];
        group->row_of[group->codes[i]] = (uint32_t)i;
    }
    group->count = kept;
    free(old.rows);
    free(old.codes);
    free(old.uses);
    free(old.histories);
    free(places);
    group->unordered = false;
    return moved;
}

static int
score_cmp(const void *a, const void *b, void *user)
{
    (void)user;
    const struct rows_score *x = a, *y = b;
    wide left = (wide)x->over * y->under, right = (wide)y->over * x->under;
    return (left < right) - (left > right); /* greatest first */
}

/* Rank: 1 + how many have a strictly greater composite (1, 1, 3), among codes with enough effective
 * surveys. Composites are compared as fractions. */
static void
rank(struct rows *rows, struct rows_group *group, int window, int by)
{
    if (group->count > rows->scores_cap) {
        rows->scores_cap = group->cap;
        rows->scores = arena_regrow(rows->scores, rows->scores_cap, sizeof *rows->scores);
    }
    struct rows_score *scores = rows->scores;
    const struct rows_weights *weight = &rows->weights;
    size_t count = 0;
    for (size_t i = 0; i < group->count; i++) {
        const struct snapshot_survey *s = &group->rows[i].counts[window].by[by];
        group->rows[i].rank[window][by] = 0;
        if (s->effective && s->effective >= rows->min_n) {
            uint64_t over = weight->responded * s->responded + weight->solved * s->solved +
                            weight->satisfied * s->satisfied + weight->basic * s->basic;
            scores[count++] = (struct rows_score){over, s->effective, (uint32_t)i};
        }
    }
    if (count == 0) {
        return;
    }
    sort_in_place(scores, count, sizeof *scores, score_cmp, NULL);
    for (size_t i = 0; i < count; i++) {
        uint16_t place = (uint16_t)(i < UINT16_MAX ? i + 1 : UINT16_MAX);
        if (i && score_cmp(&scores[i - 1], &scores[i], NULL) == 0) {
            place = group->rows[scores[i - 1].row].rank[window][by];
        }
        group->rows[scores[i].row].rank[window][by] = place;
    }
}

bool
rows_finish(struct rows *rows)
{
    bool moved = false;
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        struct rows_group *group = &rows->groups[g];
        if (group->unordered && order(group)) {
            moved = true;
            rows->moved += g == SNAPSHOT_STREET;
        }
        for (int w = 0; w < SNAPSHOT_WINDOW_COUNT; w++) {
            for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
                if (group->stale_ranks[w][by] && g != SNAPSHOT_DISTRICT) {
                    rank(rows, group, w, by);
                }
                group->stale_ranks[w][by] = false;
            }
        }
    }
    return moved;
}

size_t
rows_bytes(const struct rows *rows)
{
    size_t bytes = 0;
    for (int g = 0; g < SNAPSHOT_GROUP_COUNT; g++) {
        const struct rows_group *group = &rows->groups[g];
        bytes += group->cap * (sizeof *group->rows + 3 * sizeof(uint32_t) + sizeof(void *)) +
                 group->row_of_cap * sizeof *group->row_of;
        if (g <= SNAPSHOT_STREET) {
            bytes += group->count * sizeof(struct rows_history);
        }
    }
    return bytes;
}
