#include "tests/golden/sample.h"

#include "wall/base/arena.h"
#include "wall/base/when.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREETS = 9, COMMUNITIES = 14, CATEGORIES = 14, METRICS = 4, DAY_BINS = SNAPSHOT_BINS };

struct sample {
    struct arena arena;
    struct snapshot snapshot;
    struct snapshot_row district, streets[STREETS], communities[COMMUNITIES];
    struct snapshot_row categories[CATEGORIES];
    struct snapshot_metric metrics[METRICS];
    uint64_t random;
};

/* Rates in per mille of the effective surveys; satisfaction counts 30 of 1000 as basic. */
struct street {
    const char *code, *name;
    unsigned today, open, soon, overdue, effective;
    unsigned responded, solved, satisfied; /* this period */
    unsigned previous_solved;              /* the period before: moves the ranks */
    double lon, lat, spread_lon, spread_lat;
};

static const struct street streets[STREETS] = {
    {"110107001", "八宝山", 52, 188, 4, 1, 812, 991, 804, 896, 820, 116.23805, 39.91185, .0033,
     .0021},
    {"110107002", "老山", 44, 141, 3, 0, 534, 994, 833, 911, 828, 116.21993, 39.91080, .0040,
     .0019},
    {"110107003", "八角", 79, 312, 7, 3, 1103, 988, 703, 831, 712, 116.19591, 39.91236, .0075,
     .0085},
    {"110107004", "古城", 51, 204, 5, 0, 741, 989, 770, 868, 772, 116.17803, 39.89698, .0070,
     .0050},
    {"110107005", "苹果园", 66, 261, 6, 2, 902, 992, 782, 883, 779, 116.18856, 39.94346, .0070,
     .0060},
    {"110107006", "金顶街", 38, 197, 4, 1, 655, 995, 816, 902, 801, 116.15820, 39.93187, .0045,
     .0042},
    {"110107009", "广宁", 11, 77, 1, 0, 214, 998, 881, 930, 866, 116.13202, 39.93096, .0030, .0030},
    {"110107010", "五里坨", 24, 102, 2, 1, 401, 996, 859, 917, 842, 116.13606, 39.96448, .0080,
     .0060},
    {"110107011", "鲁谷", 47, 288, 5, 4, 669, 987, 725, 844, 741, 116.22886, 39.89847, .0060,
     .0030},
};

struct place {
    const char *code, *name, *street;
    unsigned today, yesterday, period, solved, satisfied;
};

static const struct place communities[COMMUNITIES] = {
    {"110107003001", "八角北路", "110107003", 7, 6, 61, 751, 858},
    {"110107003002", "八角南路", "110107003", 23, 18, 152, 615, 769},
    {"110107003003", "八角北里", "110107003", 9, 8, 120, 725, 850},
    {"110107003005", "八角中里", "110107003", 5, 6, 90, 889, 944},
    {"110107003008", "杨庄北区", "110107003", 6, 4, 93, 806, 903},
    {"110107003012", "古城南路", "110107003", 8, 7, 81, 778, 889},
    {"110107004001", "西路北", "110107004", 14, 14, 77, 760, 850},
    {"110107002006", "玉泉西路", "110107002", 12, 9, 66, 820, 905},
    {"110107005002", "下庄", "110107005", 19, 17, 88, 770, 880},
    {"110107006003", "模式口南里", "110107006", 7, 9, 59, 800, 890},
    {"110107009002", "麻峪", "110107009", 9, 8, 41, 870, 930},
    {"110107011001", "双锦园", "110107011", 17, 18, 93, 720, 840},
    {"110107011005", "重聚园", "110107011", 6, 5, 52, 740, 851},
    {"110107001003", "远洋山水", "110107001", 8, 10, 64, 810, 899},
};

/* Requests under the code itself; a parent's do not include its children's. */
struct topic {
    const char *code, *name, *parent, *parent_name;
    unsigned today, yesterday;
};

static const struct topic topics[CATEGORIES] = {
    {"GN", "供暖", "", "", 13, 5},
    {"GN01", "室温不达标", "GN", "供暖", 31, 8},
    {"HW", "市容环卫", "", "", 26, 28},
    {"HW01", "垃圾清运", "HW", "市容环卫", 21, 25},
    {"TC", "停车管理", "", "", 44, 43},
    {"TC01", "占消防通道", "TC", "停车管理", 17, 14},
    {"WJ", "违法建设", "", "", 29, 31},
    {"WY", "物业管理", "", "", 67, 59},
    {"WY01", "电梯停运", "WY", "物业管理", 19, 15},
    {"XF", "预付费退费", "", "", 14, 14},
    {"XF01", "闭店", "XF", "预付费退费", 9, 11},
    {"ZS", "噪声扰民", "", "", 14, 15},
    {"ZS01", "夜间施工", "ZS", "噪声扰民", 13, 9},
    {"QT", "其他", "", "", 22, 27},
};

/* xorshift64*: the same stream everywhere. */
static double
uniform(struct sample *sample)
{
    sample->random ^= sample->random >> 12;
    sample->random ^= sample->random << 25;
    sample->random ^= sample->random >> 27;
    return (double)((sample->random * UINT64_C(0x2545f4914f6cdd1d)) >> 11) / 9007199254740992.0;
}

/* Denser in the middle, within ±2. */
static double
around(struct sample *sample)
{
    return (uniform(sample) + uniform(sample) - 1) * 2;
}

static uint32_t
mille(uint32_t n, unsigned rate)
{
    return (uint32_t)lround((double)n * rate / 1000.0);
}

static struct snapshot_counts
counts_of(uint32_t received, uint32_t effective, unsigned responded, unsigned solved,
          unsigned satisfied)
{
    struct snapshot_counts counts = {.received = received, .resolved = received * 15 / 16};
    counts.resolved_late = counts.resolved / 40;
    for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
        struct snapshot_survey *survey = &counts.by[by];
        survey->effective = by == SNAPSHOT_CITY ? effective / 4 : effective;
        survey->responded = mille(survey->effective, responded);
        survey->solved = mille(survey->effective, solved);
        survey->basic = mille(survey->effective, 30);
        survey->satisfied = mille(survey->effective, satisfied - 27); /* 0.9 × 30 */
    }
    return counts;
}

static void
add_counts(struct snapshot_counts *sum, const struct snapshot_counts *counts)
{
    sum->received += counts->received;
    sum->resolved += counts->resolved;
    sum->resolved_late += counts->resolved_late;
    for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
        sum->by[by].effective += counts->by[by].effective;
        sum->by[by].responded += counts->by[by].responded;
        sum->by[by].solved += counts->by[by].solved;
        sum->by[by].satisfied += counts->by[by].satisfied;
        sum->by[by].basic += counts->by[by].basic;
    }
}

static void
fill_metrics(struct sample *sample)
{
    static const struct {
        const char *id, *title, *formula;
        double weights[4]; /* responded, solved, satisfied, basic */
        double target, low;
    } metrics[METRICS] = {
        {"response", "响应率", "responded / effective", {1, 0, 0, 0}, 99, 90},
        {"resolution", "解决率", "solved / effective", {0, 1, 0, 0}, 80, 60},
        {"satisfaction", "满意率", "(satisfied + 0.9 basic) / effective", {0, 0, 1, .9}, 88, 60},
        {"composite",
         "综合",
         "0.10 response + 0.50 resolution + 0.40 satisfaction",
         {.1, .5, .4, .36},
         NAN,
         60},
    };
    static const enum snapshot_measure measures[4] = {SNAPSHOT_RESPONDED, SNAPSHOT_SOLVED,
                                                      SNAPSHOT_SATISFIED, SNAPSHOT_BASIC};
    for (int i = 0; i < METRICS; i++) {
        struct snapshot_metric *metric = &sample->metrics[i];
        strcpy(metric->id, metrics[i].id);
        strcpy(metric->title, metrics[i].title);
        strcpy(metric->formula, metrics[i].formula);
        for (int term = 0; term < 4; term++) {
            if (metrics[i].weights[term] > 0) {
                metric->over[metric->over_count].weight = metrics[i].weights[term];
                metric->over[metric->over_count++].measure = measures[term];
            }
        }
        metric->under[0].weight = 1;
        metric->under[0].measure = SNAPSHOT_EFFECTIVE;
        metric->under_count = 1;
        metric->scale = 100;
        metric->target = metrics[i].target;
        metric->low = metrics[i].low;
        metric->high = 100;
        metric->decimals = 2;
    }
}

/* Thirty days before today and the arrivals of today, in the shape of a day (per mille an hour). */
static const struct snapshot_history *
make_history(struct sample *sample, const struct snapshot_counts *period, unsigned today,
             unsigned solved)
{
    static const unsigned hours[24] = {21, 13, 2,  3,  1,  4,  7,  14, 42, 61, 111, 87,
                                       52, 50, 67, 92, 71, 71, 51, 39, 33, 39, 40,  28};
    struct snapshot_history *history = arena_zalloc(&sample->arena, 1, sizeof *history);
    int64_t midnight = when_day(SAMPLE_MOMENT_MS, 0);
    uint32_t a_day = period->by[SNAPSHOT_BY_DISTRICT].effective / 12 + 4;
    for (int i = 0; i < SNAPSHOT_DAYS; i++) {
        unsigned wave = (unsigned)(i * 7 % 11);
        history->day_ms[i] = when_day(midnight, i + 1 - SNAPSHOT_DAYS);
        history->days[i] = counts_of(today + (unsigned)(i * 5 % 13), a_day, 988 + wave / 2,
                                     solved - 12 + wave * 2 + (unsigned)i / 3, 862 + wave * 2);
    }
    double so_far = 0, whole = 0;
    int now_bin = (int)((SAMPLE_MOMENT_MS - midnight) / (10 * WHEN_MINUTE));
    for (int bin = 0; bin < DAY_BINS; bin++) {
        so_far += bin <= now_bin ? hours[bin / 6] : 0;
        whole += hours[bin / 6];
    }
    double carried = 0;
    for (int bin = 0; bin < DAY_BINS; bin++) {
        double share = hours[bin / 6] * (0.85 + 0.3 * (bin * 5 % 7) / 6.0);
        history->usual[bin] = (float)(share * today * 2.6 / whole);
        carried += bin <= now_bin ? hours[bin / 6] * (double)today / so_far : 0;
        history->arrivals[bin] = (uint32_t)carried;
        carried -= history->arrivals[bin];
    }
    return history;
}

static void
fill_windows(struct snapshot *snapshot)
{
    int64_t day = when_day(SAMPLE_MOMENT_MS, 0);
    int64_t period = when_instant(2026, 11, 19, 0, 0, 0);
    const int64_t bounds[SNAPSHOT_WINDOW_COUNT][2] = {
        [SNAPSHOT_TODAY] = {day, when_day(day, 1)},
        [SNAPSHOT_YESTERDAY] = {when_day(day, -1), day},
        [SNAPSHOT_WEEK] = {day, when_day(day, 7)},
        [SNAPSHOT_PERIOD] = {period, when_instant(2026, 12, 19, 0, 0, 0)},
        [SNAPSHOT_PREVIOUS_PERIOD] = {when_instant(2026, 10, 19, 0, 0, 0),
                                      when_instant(2026, 10, 19, 0, 0, 0) + SAMPLE_MOMENT_MS -
                                          period},
        [SNAPSHOT_YESTERDAY_SO_FAR] = {when_day(day, -1), SAMPLE_MOMENT_MS - WHEN_DAY},
    };
    for (int i = 0; i < SNAPSHOT_WINDOW_COUNT; i++) {
        snapshot->windows[i].from_ms = bounds[i][0];
        snapshot->windows[i].to_ms = bounds[i][1];
    }
    snapshot->period_day = 5;
}

static void
fill_street(struct sample *sample, int i)
{
    const struct street *from = &streets[i];
    struct snapshot_row *row = &sample->streets[i];
    row->code = str_from(from->code);
    row->name = str_from(from->name);
    row->open = from->open;
    row->due_soon = from->soon;
    row->overdue = from->overdue;
    row->overdue_stage[SNAPSHOT_RESOLVE] = from->overdue;
    row->overdue_stage[SNAPSHOT_EXPEDITE] = from->overdue > 2 ? 2 : 0;
    struct snapshot_counts period = counts_of(from->effective + 60, from->effective,
                                              from->responded, from->solved, from->satisfied);
    struct snapshot_counts previous =
        counts_of(from->effective + 55, from->effective - 9, from->responded - 1,
                  from->previous_solved, from->satisfied - 4);
    row->counts[SNAPSHOT_TODAY] =
        counts_of(from->today, from->today / 2, from->responded, from->solved, from->satisfied);
    row->counts[SNAPSHOT_YESTERDAY] = counts_of(from->today * 2 + 7, from->today, from->responded,
                                                from->solved + 3, from->satisfied);
    row->counts[SNAPSHOT_WEEK] = row->counts[SNAPSHOT_TODAY];
    row->counts[SNAPSHOT_PERIOD] = period;
    row->counts[SNAPSHOT_PREVIOUS_PERIOD] = previous;
    row->counts[SNAPSHOT_YESTERDAY_SO_FAR] = counts_of(
        from->today * 15 / 16, from->today / 2, from->responded, from->solved, from->satisfied);
    row->history = make_history(sample, &period, from->today, from->solved);
}

static double
composite_of(const struct sample *sample, const struct snapshot_row *row,
             enum snapshot_window window, enum snapshot_by by)
{
    uint32_t n = 0;
    return snapshot_metric_value(&sample->metrics[3], row, window, by, &n);
}

static void
fill_ranks(struct sample *sample, struct snapshot_row *rows, int count)
{
    for (int window = 0; window < SNAPSHOT_WINDOW_COUNT; window++) {
        for (int by = 0; by < SNAPSHOT_BY_COUNT; by++) {
            for (int i = 0; i < count; i++) {
                double own = composite_of(sample, &rows[i], (enum snapshot_window)window,
                                          (enum snapshot_by)by);
                uint16_t rank = 1;
                for (int other = 0; other < count; other++) {
                    rank = (uint16_t)(rank + (composite_of(sample, &rows[other],
                                                           (enum snapshot_window)window,
                                                           (enum snapshot_by)by) > own));
                }
                bool ranked = rows[i].counts[window].by[by].effective >= sample->snapshot.min_n;
                rows[i].rank[window][by] = ranked ? rank : 0;
            }
        }
    }
}

static int
by_code(const void *a, const void *b)
{
    return str_cmp(((const struct snapshot_row *)a)->code, ((const struct snapshot_row *)b)->code);
}

static void
fill_communities(struct sample *sample)
{
    for (int i = 0; i < COMMUNITIES; i++) {
        const struct place *from = &communities[i];
        struct snapshot_row *row = &sample->communities[i];
        row->code = str_from(from->code);
        row->name = str_from(from->name);
        row->parent = str_from(from->street);
        for (int street = 0; street < STREETS; street++) {
            if (strcmp(streets[street].code, from->street) == 0) {
                row->parent_name = str_from(streets[street].name);
            }
        }
        row->counts[SNAPSHOT_TODAY] =
            counts_of(from->today, from->today / 2, 980, from->solved, from->satisfied);
        row->counts[SNAPSHOT_WEEK] = row->counts[SNAPSHOT_TODAY];
        row->counts[SNAPSHOT_YESTERDAY] =
            counts_of(from->yesterday * 2, from->yesterday, 980, from->solved, from->satisfied);
        row->counts[SNAPSHOT_YESTERDAY_SO_FAR] =
            counts_of(from->yesterday, from->yesterday / 2, 980, from->solved, from->satisfied);
        row->counts[SNAPSHOT_PERIOD] =
            counts_of(from->period + 4, from->period / 2, 985, from->solved, from->satisfied);
        row->counts[SNAPSHOT_PREVIOUS_PERIOD] =
            counts_of(from->period, from->period / 2, 985, from->solved - 5, from->satisfied - 3);
        row->open = from->period / 3;
        row->due_soon = from->today / 8;
        row->overdue = from->today / 20;
    }
    qsort(sample->communities, COMMUNITIES, sizeof sample->communities[0], by_code);
}

static void
fill_categories(struct sample *sample)
{
    for (int i = 0; i < CATEGORIES; i++) {
        const struct topic *from = &topics[i];
        struct snapshot_row *row = &sample->categories[i];
        row->code = str_from(from->code);
        row->name = str_from(from->name);
        row->parent = str_from(from->parent);
        row->parent_name = str_from(from->parent_name);
        row->counts[SNAPSHOT_TODAY] = counts_of(from->today, from->today / 2, 985, 780, 870);
        row->counts[SNAPSHOT_YESTERDAY] =
            counts_of(from->yesterday * 2, from->yesterday, 985, 780, 870);
        row->counts[SNAPSHOT_YESTERDAY_SO_FAR] =
            counts_of(from->yesterday, from->yesterday / 2, 985, 780, 870);
        row->open = from->today * 4;
    }
    qsort(sample->categories, CATEGORIES, sizeof sample->categories[0], by_code);
}

static void
fill_district(struct sample *sample)
{
    struct snapshot_row *all = &sample->district;
    unsigned today = 0;
    all->code = STR("all");
    all->name = STR("石景山区");
    for (int i = 0; i < STREETS; i++) {
        const struct snapshot_row *row = &sample->streets[i];
        for (int window = 0; window < SNAPSHOT_WINDOW_COUNT; window++) {
            add_counts(&all->counts[window], &row->counts[window]);
        }
        for (int stage = 0; stage < SNAPSHOT_STAGE_COUNT; stage++) {
            all->overdue_stage[stage] += row->overdue_stage[stage];
        }
        all->open += row->open;
        all->due_soon += row->due_soon;
        all->overdue += row->overdue;
        today += streets[i].today;
    }
    all->history = make_history(sample, &all->counts[SNAPSHOT_PERIOD], today, 783);
}

/* Minutes are to the due moment: negative = past it. */
struct late {
    const char *ticket;
    int street, community; /* indexes */
    const char *parent, *category, *unit, *by;
    enum snapshot_stage stage;
    int minutes, limit_minutes;
    bool whistled, external;
};

static const struct late lates[] = {
    {"12345-20261118-000871", 2, 1, "物业管理", "电梯停运", "八角街道办", "", SNAPSHOT_EXPEDITE,
     -3132, 7200, false, false},
    {"12345-20261120-000313", 8, 11, "停车管理", "占消防通道", "鲁谷街道办", "", SNAPSHOT_RESOLVE,
     -458, 4320, false, true},
    {"12345-20261120-000420", 2, 4, "停车管理", "占消防通道", "八角街道办", "", SNAPSHOT_RESOLVE,
     -301, 4320, false, true},
    {"12345-20261123-000377", 4, 8, "供暖", "室温不达标", "苹果园街道办", "", SNAPSHOT_ACCEPT, -6,
     30, false, false},
    {"12345-20261123-000381", 2, 2, "供暖", "室温不达标", "八角街道办", "", SNAPSHOT_ACCEPT, -2, 30,
     false, false},
    {"12345-20261120-000642", 3, 6, "市容环卫", "垃圾清运", "古城街道办", "王*", SNAPSHOT_RESOLVE,
     72, 4320, false, false},
    {"12345-20261120-000688", 2, 3, "市容环卫", "垃圾清运", "八角街道办", "王*", SNAPSHOT_RESOLVE,
     131, 4320, false, false},
    {"12345-20261120-000700", 5, 9, "预付费退费", "闭店", "区市场监管局", "李*", SNAPSHOT_RESOLVE,
     220, 4320, true, false},
    {"12345-20261120-000712", 2, 5, "预付费退费", "闭店", "区市场监管局", "李*", SNAPSHOT_RESOLVE,
     355, 4320, true, false},
    {"12345-20261120-000733", 2, 0, "噪声扰民", "夜间施工", "八角街道办", "李*", SNAPSHOT_RESOLVE,
     410, 4320, false, true},
    {"12345-20261120-000735", 0, 13, "物业管理", "电梯停运", "八宝山街道办", "", SNAPSHOT_RESOLVE,
     505, 4320, false, false},
};
enum { LATES = sizeof lates / sizeof lates[0] };

static void
fill_alarms(struct sample *sample)
{
    struct snapshot_alarm *alarms = arena_zalloc(&sample->arena, LATES, sizeof *alarms);
    for (int i = 0; i < LATES; i++) {
        const struct late *from = &lates[i];
        int64_t due = SAMPLE_MOMENT_MS + from->minutes * WHEN_MINUTE;
        alarms[i] = (struct snapshot_alarm){
            .ticket = str_from(from->ticket),
            .street = str_from(streets[from->street].name),
            .street_code = str_from(streets[from->street].code),
            .community = str_from(communities[from->community].name),
            .category = str_from(from->category),
            .category_parent = str_from(from->parent),
            .unit = str_from(from->unit),
            .stage = from->stage,
            .overdue = from->minutes < 0,
            .whistled = from->whistled,
            .external = from->external,
            .acknowledged = from->by[0] != '\0',
            .acknowledged_by = str_from(from->by),
            .due_ms = due,
            .since_ms = from->minutes < 0 ? due : due - WHEN_DAY,
            .limit_ms = from->limit_minutes * WHEN_MINUTE,
        };
    }
    sample->snapshot.alarms = alarms;
    sample->snapshot.alarms_count = LATES;
}

static void
fill_whistles(struct sample *sample)
{
    static const struct {
        const char *ticket, *unit, *category;
        int street, waited_minutes;
    } from[] = {
        {"12345-20261123-000102", "区住建委", "电梯停运", 2, 222},
        {"12345-20261123-000133", "区消防救援支队", "消防通道", 8, 175},
        {"12345-20261123-000201", "区市场监管局", "预付费", 5, 102},
        {"12345-20261123-000219", "区城管执法局", "违法建设", 4, 88},
        {"12345-20261123-000240", "区生态环境局", "夜间施工", 2, 71},
        {"12345-20261123-000251", "区城市管理委", "供暖", 2, 64},
        {"12345-20261123-000266", "区交通支队", "占消防通道", 0, 40},
        {"12345-20261123-000290", "区园林绿化局", "保洁绿化", 7, 25},
        {"12345-20261123-000303", "区水务局", "房屋漏水", 3, 9},
    };
    enum { COUNT = sizeof from / sizeof from[0] };
    struct snapshot_whistle *whistles = arena_zalloc(&sample->arena, COUNT, sizeof *whistles);
    for (int i = 0; i < COUNT; i++) {
        int64_t since = SAMPLE_MOMENT_MS - from[i].waited_minutes * WHEN_MINUTE;
        whistles[i] = (struct snapshot_whistle){
            .ticket = str_from(from[i].ticket),
            .unit = str_from(from[i].unit),
            .category = str_from(from[i].category),
            .street = str_from(streets[from[i].street].name),
            .street_code = str_from(streets[from[i].street].code),
            .whistled_ms = since,
            .due_ms = since + 2 * WHEN_HOUR,
        };
    }
    sample->snapshot.whistles = whistles;
    sample->snapshot.whistles_count = COUNT;
}

static void
fill_points(struct sample *sample)
{
    size_t count = 0, at = 0;
    for (int i = 0; i < STREETS; i++) {
        count += streets[i].open;
    }
    struct snapshot_point *points = arena_zalloc(&sample->arena, count, sizeof *points);
    for (int i = 0; i < STREETS; i++) {
        const struct street *street = &streets[i];
        for (unsigned ticket = 0; ticket < street->open; ticket++) {
            double lon = street->lon + around(sample) * street->spread_lon;
            double lat = street->lat + around(sample) * street->spread_lat;
            int64_t arrived =
                SAMPLE_MOMENT_MS - (int64_t)(uniform(sample) * 40) * WHEN_HOUR - 20 * WHEN_MINUTE;
            int64_t due = SAMPLE_MOMENT_MS + 2 * WHEN_DAY;
            if (ticket < street->overdue) {
                due = SAMPLE_MOMENT_MS - WHEN_HOUR;
            } else if (ticket < street->overdue + street->soon) {
                due = SAMPLE_MOMENT_MS + 3 * WHEN_HOUR;
            }
            points[at++] = (struct snapshot_point){
                .lon_e7 = (int32_t)lround(lon * 1e7),
                .lat_e7 = (int32_t)lround(lat * 1e7),
                .arrived_ms = arrived,
                .soon_ms = due - WHEN_DAY,
                .overdue_ms = due,
                .street = (uint32_t)i,
                .used = true,
            };
        }
    }
    points[streets[0].open + streets[1].open + 40].arrived_ms = SAMPLE_MOMENT_MS - 400;
    sample->snapshot.points = points;
    sample->snapshot.points_count = count;
    sample->snapshot.points_version = 1;
}

static void
fill_bursts(struct sample *sample)
{
    struct snapshot_burst *burst = arena_zalloc(&sample->arena, 1, sizeof *burst);
    *burst = (struct snapshot_burst){
        .street = STR("八角"),
        .street_code = STR("110107003"),
        .category = STR("供暖"),
        .community = STR("八角北路"),
        .count = 17,
        .window_ms = 2 * WHEN_HOUR,
        .newest_ms = SAMPLE_MOMENT_MS - 3 * WHEN_MINUTE,
        .usual = 1.6,
        .lon = 116.196,
        .lat = 39.909,
    };
    sample->snapshot.bursts = burst;
    sample->snapshot.bursts_count = 1;
}

struct sample *
sample_create(void)
{
    struct sample *sample = calloc(1, sizeof *sample);
    if (!sample) {
        abort();
    }
    struct snapshot *snapshot = &sample->snapshot;
    sample->random = UINT64_C(0x9e3779b97f4a7c15);
    snapshot->at_ms = SAMPLE_MOMENT_MS;
    snapshot->version = 1;
    snapshot->profile = STR("default");
    snapshot->min_n = 10;
    snapshot->tail = 1;
    const int64_t limits[SNAPSHOT_STAGE_COUNT] = {30 * WHEN_MINUTE, 3 * WHEN_DAY, 5 * WHEN_DAY,
                                                  2 * WHEN_HOUR};
    const int64_t warns[SNAPSHOT_STAGE_COUNT] = {10 * WHEN_MINUTE, WHEN_DAY, 0, 30 * WHEN_MINUTE};
    memcpy(snapshot->limit_ms, limits, sizeof limits);
    memcpy(snapshot->warn_ms, warns, sizeof warns);
    fill_windows(snapshot);
    fill_metrics(sample);
    for (int i = 0; i < STREETS; i++) {
        fill_street(sample, i);
    }
    fill_ranks(sample, sample->streets, STREETS);
    fill_communities(sample);
    fill_ranks(sample, sample->communities, COMMUNITIES);
    fill_categories(sample);
    fill_district(sample);
    fill_alarms(sample);
    fill_whistles(sample);
    fill_points(sample);
    fill_bursts(sample);
    snapshot->metrics = sample->metrics;
    snapshot->metrics_count = METRICS;
    snapshot->groups[SNAPSHOT_DISTRICT] = (struct snapshot_rows){&sample->district, 1};
    snapshot->groups[SNAPSHOT_STREET] = (struct snapshot_rows){sample->streets, STREETS};
    snapshot->groups[SNAPSHOT_COMMUNITY] = (struct snapshot_rows){sample->communities, COMMUNITIES};
    snapshot->groups[SNAPSHOT_CATEGORY] = (struct snapshot_rows){sample->categories, CATEGORIES};
    snapshot->tickets = 21873;
    snapshot->digest = UINT64_C(0x3f1c9b8ad2e47765);
    return sample;
}

void
sample_destroy(struct sample *sample)
{
    if (sample) {
        arena_free(&sample->arena);
        free(sample);
    }
}

const struct snapshot *
sample_snapshot(const struct sample *sample)
{
    return &sample->snapshot;
}

struct renderer_frame
sample_frame(const struct sample *sample)
{
    return (struct renderer_frame){
        .snapshot = &sample->snapshot,
        .moment_ms = SAMPLE_MOMENT_MS,
        .feed = {.connected = true, .in_sync = true, .age_ms = 400, .live = true, .seq = 48213},
    };
}
