#include "tests/golden/states.h"

#include "wall/base/arena.h"
#include "wall/base/when.h"

#include <stdlib.h>
#include <string.h>

#define LONG_NAME                                                                                  \
    "北京市石景山区八角街道办事处八角北路社区居民委员会物业管理服务中心第三责任区网格站"

struct states {
    struct sample *sample;
    struct arena arena;
    struct snapshot snapshot;
    struct snapshot_row *rows[SNAPSHOT_GROUP_COUNT];
    struct renderer_feed feed;
    bool empty;
    uint64_t random;
};

static void *
copy_of(struct states *states, const void *from, size_t count, size_t size)
{
    void *out = arena_zalloc(&states->arena, count ? count : 1, size);
    if (count) {
        memcpy(out, from, count * size);
    }
    return out;
}

static void
set_rows(struct states *states, enum snapshot_group group, struct snapshot_row *rows, size_t count)
{
    states->rows[group] = rows;
    states->snapshot.groups[group] = (struct snapshot_rows){rows, count};
}

static double
composite(const struct states *states, const struct snapshot_row *row, int window, int by)
{
    uint32_t n = 0;
    return snapshot_metric_value(snapshot_metric(&states->snapshot, "composite"), row,
                                 (enum snapshot_window)window, (enum snapshot_by)by, &n);
}

void
states_rank(struct states *states, enum snapshot_group group)
{
    struct snapshot_row *rows = states->rows[group];
    size_t count = states->snapshot.groups[group].count;
    for (int k = 0; k < SNAPSHOT_WINDOW_COUNT * SNAPSHOT_BY_COUNT; k++) {
        int window = k / SNAPSHOT_BY_COUNT, by = k % SNAPSHOT_BY_COUNT;
        for (size_t i = 0; i < count; i++) {
            uint16_t rank = 0;
            if (rows[i].counts[window].by[by].effective >= states->snapshot.min_n) {
                rank = 1;
                for (size_t other = 0; other < count; other++) {
                    rank = (uint16_t)(rank + (composite(states, &rows[other], window, by) >
                                              composite(states, &rows[i], window, by)));
                }
            }
            rows[i].rank[window][by] = rank;
        }
    }
}

static uint32_t
draw_lot(struct states *states, uint32_t below)
{
    states->random = states->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((states->random >> 33) % below);
}

/* ---- the states ---- */

static void
make_empty(struct states *states)
{
    states->empty = true;
    states->feed = (struct renderer_feed){.reason = "连接中"};
}

/* In sync with a hub whose log is empty: a place's first morning. */
static void
make_nothing(struct states *states)
{
    for (int group = 0; group < SNAPSHOT_GROUP_COUNT; group++) {
        set_rows(states, (enum snapshot_group)group, states->rows[group], 0);
    }
    states->snapshot.alarms_count = states->snapshot.whistles_count = 0;
    states->snapshot.bursts_count = states->snapshot.points_count = 0;
    states->snapshot.points_all_changed = true;
}

static void
make_not_in_sync(struct states *states)
{
    states->feed.in_sync = false;
    states->feed.unsynced_ms = 12000;
    strcpy(states->feed.reason, "正在核对数据");
}

/* Out of sync a moment ago: the header says so, the figures keep their colour for a second. */
static void
make_checking(struct states *states)
{
    states->feed.in_sync = false;
    states->feed.unsynced_ms = 400;
    strcpy(states->feed.reason, "正在核对数据");
}

/* The hub is heard and yet what is shown is known to be wrong. */
static void
make_gap(struct states *states)
{
    states->feed.in_sync = false;
    states->feed.stale = true;
    states->feed.unsynced_ms = 3000;
    strcpy(states->feed.reason, "正在补取缺口");
}

static void
make_stale(struct states *states)
{
    states->feed.connected = states->feed.in_sync = false;
    states->feed.stale = true;
    states->feed.age_ms = 245000;
    strcpy(states->feed.reason, "连接中断");
}

/* A moment of the past; nothing there is live, and nothing stale. */
static void
make_past(struct states *states)
{
    states->feed.live = false;
    strcpy(states->feed.reason, "历史时刻");
}

/* solved, satisfied of every survey; effective 0: nobody was surveyed. */
static void
set_surveys(struct states *states, uint32_t per_mille, bool any)
{
    for (int group = 0; group < SNAPSHOT_GROUP_COUNT; group++) {
        for (size_t i = 0; i < states->snapshot.groups[group].count; i++) {
            struct snapshot_row *row = &states->rows[group][i];
            for (int k = 0; k < SNAPSHOT_WINDOW_COUNT * SNAPSHOT_BY_COUNT; k++) {
                struct snapshot_survey *survey =
                    &row->counts[k / SNAPSHOT_BY_COUNT].by[k % SNAPSHOT_BY_COUNT];
                uint32_t n = any ? survey->effective : 0;
                uint32_t good = (uint32_t)((uint64_t)n * per_mille / 1000);
                *survey = (struct snapshot_survey){n, good, good, good, 0};
            }
        }
        states_rank(states, (enum snapshot_group)group);
    }
}

/* Nobody called, and nobody who was asked was content. */
static const struct snapshot_history *
past_zeros(struct states *states, const struct snapshot_history *from)
{
    struct snapshot_history *history = copy_of(states, from, 1, sizeof *history);
    memset(history->arrivals, 0, sizeof history->arrivals);
    for (int k = 0; k < SNAPSHOT_DAYS * SNAPSHOT_BY_COUNT; k++) {
        struct snapshot_survey *survey =
            &history->days[k / SNAPSHOT_BY_COUNT].by[k % SNAPSHOT_BY_COUNT];
        *survey = (struct snapshot_survey){.effective = survey->effective};
    }
    return history;
}

/* Nothing open, nothing registered today, every survey bad: zeros are figures, not gaps. */
static void
make_zero(struct states *states)
{
    set_surveys(states, 0, true);
    for (int group = 0; group < SNAPSHOT_GROUP_COUNT; group++) {
        for (size_t i = 0; i < states->snapshot.groups[group].count; i++) {
            struct snapshot_row *row = &states->rows[group][i];
            row->history = row->history ? past_zeros(states, row->history) : NULL;
            row->open = row->due_soon = row->overdue = 0;
            memset(row->overdue_stage, 0, sizeof row->overdue_stage);
            for (int window = 0; window < SNAPSHOT_WINDOW_COUNT; window++) {
                row->counts[window].received = row->counts[window].resolved = 0;
            }
        }
    }
    states->snapshot.alarms_count = states->snapshot.whistles_count = 0;
    states->snapshot.bursts_count = states->snapshot.points_count = 0;
}

static void
make_full_marks(struct states *states)
{
    set_surveys(states, 1000, true);
}

static void
make_no_surveys(struct states *states)
{
    set_surveys(states, 0, false);
}

static void
make_million(struct states *states)
{
    struct snapshot_row *all = states->rows[SNAPSHOT_DISTRICT];
    all->open = 1234567;
    all->due_soon = 234567;
    all->overdue = 123456;
    all->overdue_stage[SNAPSHOT_EXPEDITE] = 12345;
    for (int window = 0; window < SNAPSHOT_WINDOW_COUNT; window++) {
        struct snapshot_counts *counts = &all->counts[window];
        counts->received = window == SNAPSHOT_YESTERDAY_SO_FAR ? 1111111 : 1234567;
        counts->resolved = window == SNAPSHOT_YESTERDAY_SO_FAR ? 1000000 : 1198765;
        for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
            counts->by[by] = (struct snapshot_survey){1234567, 1222222, 987654, 1012345, 54321};
        }
    }
    for (int group = SNAPSHOT_STREET; group <= SNAPSHOT_CATEGORY; group++) {
        for (size_t i = 0; i < states->snapshot.groups[group].count; i++) {
            struct snapshot_row *row = &states->rows[group][i];
            row->open += 100000;
            row->overdue += 10000;
            for (int k = 0; k < SNAPSHOT_WINDOW_COUNT * SNAPSHOT_BY_COUNT; k++) {
                struct snapshot_counts *counts = &row->counts[k / SNAPSHOT_BY_COUNT];
                struct snapshot_survey *survey = &counts->by[k % SNAPSHOT_BY_COUNT];
                counts->received += k % SNAPSHOT_BY_COUNT ? 0 : 100000;
                survey->effective *= 1000;
                survey->responded *= 1000;
                survey->solved *= 1000;
                survey->satisfied *= 1000;
                survey->basic *= 1000;
            }
        }
    }
}

/* Every name of everything. */
static void
rename_all(struct states *states, struct str name, struct str matter)
{
    for (int group = SNAPSHOT_STREET; group < SNAPSHOT_GROUP_COUNT; group++) {
        for (size_t i = 0; i < states->snapshot.groups[group].count; i++) {
            struct snapshot_row *row = &states->rows[group][i];
            row->name = group == SNAPSHOT_CATEGORY ? matter : name;
            if (row->parent_name.len && group != SNAPSHOT_CATEGORY) {
                row->parent_name = name;
            }
        }
    }
    struct snapshot_alarm *alarms =
        copy_of(states, states->snapshot.alarms, states->snapshot.alarms_count, sizeof *alarms);
    for (size_t i = 0; i < states->snapshot.alarms_count; i++) {
        alarms[i].street = alarms[i].community = alarms[i].unit = name;
        alarms[i].category = alarms[i].category_parent = matter;
    }
    states->snapshot.alarms = alarms;
    struct snapshot_whistle *whistles = copy_of(states, states->snapshot.whistles,
                                                states->snapshot.whistles_count, sizeof *whistles);
    for (size_t i = 0; i < states->snapshot.whistles_count; i++) {
        whistles[i].unit = whistles[i].street = name;
        whistles[i].category = matter;
    }
    states->snapshot.whistles = whistles;
    struct snapshot_burst *bursts =
        copy_of(states, states->snapshot.bursts, states->snapshot.bursts_count, sizeof *bursts);
    for (size_t i = 0; i < states->snapshot.bursts_count; i++) {
        bursts[i].street = bursts[i].community = name;
        bursts[i].category = matter;
    }
    states->snapshot.bursts = bursts;
}

static void
make_long_names(struct states *states)
{
    rename_all(states, STR(LONG_NAME), STR(LONG_NAME));
}

/* 𠮷 U+20BB7, 𡇙 U+211D9, 𦰡 U+26C21 (CJK Extension B) and U+10FFFD, which no font has. */
static void
make_ideographs(struct states *states)
{
    rename_all(states, STR("\xf0\xa0\xae\xb7里\xf0\xa1\x87\x99庄"),
               STR("\xf0\xa6\xb0\xa1草\xf4\x8f\xbf\xbd占道"));
}

static void
make_latin(struct states *states)
{
    rename_all(states, STR("CBD 国贸 SOHO 3Q"), STR("5G 基站 Wi-Fi 6·充电桩"));
}

static void
make_343_streets(struct states *states)
{
    enum { COUNT = 343 };
    size_t own = states->snapshot.groups[SNAPSHOT_STREET].count;
    struct snapshot_row *rows = arena_zalloc(&states->arena, COUNT, sizeof *rows);
    memcpy(rows, states->rows[SNAPSHOT_STREET], own * sizeof *rows);
    for (size_t i = own; i < COUNT; i++) {
        rows[i] = rows[i % own];
        rows[i].code = str_from(arena_printf(&states->arena, "1102%05zu", i));
        rows[i].name = str_from(arena_printf(&states->arena, "第%zu街道", i + 1));
        for (int k = 0; k < SNAPSHOT_WINDOW_COUNT * SNAPSHOT_BY_COUNT; k++) {
            struct snapshot_survey *survey =
                &rows[i].counts[k / SNAPSHOT_BY_COUNT].by[k % SNAPSHOT_BY_COUNT];
            survey->effective = i % 17 == 3 ? 4 : 300 + draw_lot(states, 900);
            survey->responded = survey->effective - draw_lot(states, 5) % survey->effective;
            survey->solved = survey->effective * (700 + draw_lot(states, 250)) / 1000;
            survey->satisfied = survey->effective * (800 + draw_lot(states, 150)) / 1000;
            survey->basic = 0;
        }
    }
    set_rows(states, SNAPSHOT_STREET, rows, COUNT);
    states_rank(states, SNAPSHOT_STREET);
}

static void
make_no_alarms(struct states *states)
{
    states->snapshot.alarms_count = states->snapshot.whistles_count = 0;
    states->snapshot.bursts_count = 0;
}

static void
make_500_alarms(struct states *states)
{
    enum { COUNT = 500 };
    size_t own = states->snapshot.alarms_count;
    struct snapshot_alarm *alarms = arena_zalloc(&states->arena, COUNT, sizeof *alarms);
    for (size_t i = 0; i < COUNT; i++) {
        alarms[i] = states->snapshot.alarms[i % own];
        alarms[i].ticket = str_from(arena_printf(&states->arena, "12345-20261120-%06zu", i));
        alarms[i].due_ms = SAMPLE_MOMENT_MS + ((int64_t)i - 320) * 7 * WHEN_MINUTE;
        alarms[i].overdue = alarms[i].due_ms < SAMPLE_MOMENT_MS;
        alarms[i].acknowledged = i % 3 == 0;
        alarms[i].street_code = STR("110107003");
        alarms[i].street = STR("八角");
    }
    states->snapshot.alarms = alarms;
    states->snapshot.alarms_count = COUNT;
}

static void
set_points(struct states *states, uint32_t count)
{
    struct snapshot_point *points = arena_zalloc(&states->arena, count, sizeof *points);
    for (uint32_t i = 0; i < count; i++) {
        int64_t due = i % 97 == 0   ? SAMPLE_MOMENT_MS - WHEN_HOUR
                      : i % 31 == 0 ? SAMPLE_MOMENT_MS + WHEN_HOUR
                                    : SAMPLE_MOMENT_MS + 2 * WHEN_DAY;
        points[i] = (struct snapshot_point){
            .lon_e7 = 1161056000 + (int32_t)draw_lot(states, 1483000),
            .lat_e7 = 398729000 + (int32_t)draw_lot(states, 1192000),
            .arrived_ms = SAMPLE_MOMENT_MS - WHEN_DAY,
            .soon_ms = due - WHEN_DAY,
            .overdue_ms = due,
            .street = i % 9,
            .used = true,
        };
    }
    states->snapshot.points = points;
    states->snapshot.points_count = count;
    states->snapshot.points_all_changed = true;
}

static void
make_one_point(struct states *states)
{
    set_points(states, 1);
    struct snapshot_point *point = copy_of(states, states->snapshot.points, 1, sizeof *point);
    point->lon_e7 = 1161959000; /* in 八角, which both scenes show */
    point->lat_e7 = 399123000;
    point->street = 2;
    states->snapshot.points = point;
}

static void
make_100k_points(struct states *states)
{
    set_points(states, 100000);
}

static void
make_sample(struct states *states)
{
    (void)states;
}

const char *const states_names[] = {
    "sample", "nothing",     "empty",     "not-in-sync", "checking",  "gap",         "stale",
    "past",   "zero",        "full",      "no-surveys",  "million",   "long-names",  "ideographs",
    "latin",  "343-streets", "no-alarms", "500-alarms",  "one-point", "100k-points", NULL};
static void (*const makers[])(struct states *) = {
    make_sample,      make_nothing,   make_empty,      make_not_in_sync, make_checking,
    make_gap,         make_stale,     make_past,       make_zero,        make_full_marks,
    make_no_surveys,  make_million,   make_long_names, make_ideographs,  make_latin,
    make_343_streets, make_no_alarms, make_500_alarms, make_one_point,   make_100k_points};

_Static_assert(sizeof makers / sizeof *makers + 1 == sizeof states_names / sizeof *states_names,
               "a maker a name");

struct states *
states_create(const char *name)
{
    int at = 0;
    while (states_names[at] && strcmp(states_names[at], name) != 0) {
        at++;
    }
    if (!states_names[at]) {
        return NULL;
    }
    struct states *states = calloc(1, sizeof *states);
    if (!states) {
        abort();
    }
    states->sample = sample_create();
    states->random = 20261123;
    states->snapshot = *sample_snapshot(states->sample);
    states->feed = sample_frame(states->sample).feed;
    for (int group = 0; group < SNAPSHOT_GROUP_COUNT; group++) {
        struct snapshot_rows rows = states->snapshot.groups[group];
        set_rows(states, (enum snapshot_group)group,
                 copy_of(states, rows.rows, rows.count, sizeof *rows.rows), rows.count);
    }
    states->snapshot.points_version += (uint64_t)at; /* one renderer shows several, one by one */
    makers[at](states);
    return states;
}

void
states_destroy(struct states *states)
{
    if (states) {
        sample_destroy(states->sample);
        arena_free(&states->arena);
        free(states);
    }
}

struct renderer_frame
states_frame(const struct states *states)
{
    struct renderer_frame frame = sample_frame(states->sample);
    frame.snapshot = states->empty ? NULL : &states->snapshot;
    frame.feed = states->feed;
    return frame;
}

struct snapshot *
states_snapshot(struct states *states)
{
    return &states->snapshot;
}

struct snapshot_row *
states_rows(struct states *states, enum snapshot_group group)
{
    return states->rows[group];
}
