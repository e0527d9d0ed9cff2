/* snapshot: all that anything downstream may see of the tickets, as at one moment.
 *
 * Plain data, owned by struct tickets and valid until its next call; nobody else writes it. Main
 * thread. Every rate is kept as counts: who draws it divides (snapshot_metric) and shows n. Codes
 * and names stay valid while the tickets live. Formulas: the reform's documented default profile,
 * or the profile loaded. */
#ifndef FEEDS_TICKETS_SNAPSHOT_H
#define FEEDS_TICKETS_SNAPSHOT_H

#include "wall/base/str.h"

enum snapshot_window {
    SNAPSHOT_TODAY,
    SNAPSHOT_YESTERDAY,
    SNAPSHOT_WEEK,
    SNAPSHOT_PERIOD,
    SNAPSHOT_PREVIOUS_PERIOD,
    /* Yesterday up to the same time of day; for comparison, not exported. */
    SNAPSHOT_YESTERDAY_SO_FAR,
    SNAPSHOT_WINDOW_COUNT
};
#define SNAPSHOT_WINDOW_EXPORTED SNAPSHOT_YESTERDAY_SO_FAR
const char *snapshot_window_name(enum snapshot_window window); /* "today" … */

enum snapshot_group {
    SNAPSHOT_DISTRICT, /* one row, code "all" */
    SNAPSHOT_STREET,
    SNAPSHOT_COMMUNITY,
    SNAPSHOT_CATEGORY,
    SNAPSHOT_UNIT,
    SNAPSHOT_PROPERTY,
    SNAPSHOT_GROUP_COUNT
};
const char *snapshot_group_name(enum snapshot_group group); /* "district" … */

enum snapshot_by { SNAPSHOT_CITY, SNAPSHOT_BY_DISTRICT, SNAPSHOT_BY_COUNT };
const char *snapshot_by_name(enum snapshot_by by); /* "city", "district" */

enum snapshot_stage {
    SNAPSHOT_ACCEPT,
    SNAPSHOT_RESOLVE,
    SNAPSHOT_EXPEDITE,
    SNAPSHOT_REPORT,
    SNAPSHOT_STAGE_COUNT
};
const char *snapshot_stage_name(enum snapshot_stage stage); /* "accept" … */

struct snapshot_survey {
    uint32_t effective, responded, solved, satisfied, basic;
};

struct snapshot_counts {
    uint32_t received, resolved, resolved_late;
    struct snapshot_survey by[SNAPSHOT_BY_COUNT];
};

#define SNAPSHOT_DAYS 31  /* days of history of a row; the last is today so far */
#define SNAPSHOT_BINS 144 /* ten-minute bins of a day */

struct snapshot_history {
    int64_t day_ms[SNAPSHOT_DAYS]; /* where each day begins */
    struct snapshot_counts days[SNAPSHOT_DAYS];
    uint32_t arrivals[SNAPSHOT_BINS]; /* registered today, by the time of day */
    float usual[SNAPSHOT_BINS];       /* mean of the same weekday of the four weeks before */
};

struct snapshot_row {
    struct str code, name;  /* name: of the directory, else the code */
    struct str parent;      /* community: its street's code; category: its parent's code; else "" */
    struct str parent_name; /* "" where there is none */
    struct snapshot_counts counts[SNAPSHOT_WINDOW_COUNT];
    uint16_t rank[SNAPSHOT_WINDOW_COUNT][SNAPSHOT_BY_COUNT]; /* 0 = not ranked */
    uint32_t open, due_soon, overdue, overdue_stage[SNAPSHOT_STAGE_COUNT];
    const struct snapshot_history *history; /* district and streets; else NULL */
};

struct snapshot_rows {
    const struct snapshot_row *rows; /* sorted by code */
    size_t count;
};

struct snapshot_alarm {
    struct str ticket;
    struct str street, community, category, unit; /* names as shown */
    struct str category_parent;                   /* name, "" where none */
    struct str street_code;
    enum snapshot_stage stage;
    bool overdue;            /* else due soon */
    bool whistled, external; /* 吹哨报到; 街道外派 */
    bool acknowledged;       /* the newest alarm event of this ticket and stage says so */
    struct str acknowledged_by;
    int64_t due_ms, since_ms;
    int64_t limit_ms; /* the rule's limit this clock runs on; 0 = the ticket's own due time */
};

/* How many alarms a street has. */
struct snapshot_alarms {
    struct str street_code; /* "" = all of them */
    uint32_t total, unacknowledged;
};

/* A unit that was whistled for and has not reported. */
struct snapshot_whistle {
    struct str ticket, unit, street, street_code, category;
    int64_t whistled_ms, due_ms;
};

/* 聚集: more requests of one category in one street than its own baseline explains; as at the last
 * full ten seconds before the snapshot's moment. */
struct snapshot_burst {
    struct str street, street_code, category, community; /* names; community with most of them */
    uint32_t count;
    int64_t window_ms, newest_ms;
    double usual;    /* mean count of the same hours of the 28 days before */
    double lon, lat; /* median of its points, WGS 84; NaN where none has a place */
};

/* A point of the map. An open, placed, not confidential ticket; its state at moment T follows from
 * the times alone: overdue when T > overdue_ms, due soon when T >= soon_ms, else open. A suspended
 * ticket's clocks stand still: its times are INT64_MAX or just before arrived_ms. */
struct snapshot_point {
    int32_t lon_e7, lat_e7;      /* WGS 84 degrees × 10^7 */
    int64_t arrived_ms;          /* registration */
    int64_t soon_ms, overdue_ms; /* INT64_MAX = never */
    uint32_t street;             /* index into groups[SNAPSHOT_STREET].rows; UINT32_MAX = none */
    bool used;                   /* false: the slot is free */
};

/* A metric of the profile: 100 or 1 × Σ weight·count / Σ weight·count. */
#define SNAPSHOT_TERMS 8
enum snapshot_measure {
    SNAPSHOT_RECEIVED,
    SNAPSHOT_RESOLVED,
    SNAPSHOT_RESOLVED_LATE,
    SNAPSHOT_EFFECTIVE,
    SNAPSHOT_RESPONDED,
    SNAPSHOT_SOLVED,
    SNAPSHOT_SATISFIED,
    SNAPSHOT_BASIC,
    SNAPSHOT_OPEN,
    SNAPSHOT_DUE_SOON,
    SNAPSHOT_OVERDUE,
    SNAPSHOT_OVERDUE_ACCEPT,
    SNAPSHOT_OVERDUE_RESOLVE,
    SNAPSHOT_OVERDUE_EXPEDITE,
    SNAPSHOT_OVERDUE_REPORT,
    SNAPSHOT_MEASURE_COUNT
};
const char *snapshot_measure_name(enum snapshot_measure measure); /* "received" … */

struct snapshot_metric {
    char id[32];       /* "response", "composite", "on_time" */
    char title[48];    /* as shown: 响应率 */
    char formula[128]; /* as written in the profile: for the dump */
    struct {
        double weight;
        enum snapshot_measure measure;
    } over[SNAPSHOT_TERMS], under[SNAPSHOT_TERMS];
    int over_count, under_count;
    double scale;     /* shown value = scale × over / under: 100 for percent */
    double target;    /* in shown units; NaN where there is none */
    double low, high; /* the gauge's range in shown units */
    int decimals;
};
/* The shown value, NaN where the denominator is 0; *n gets the denominator's count. */
double snapshot_metric_value(const struct snapshot_metric *metric, const struct snapshot_row *row,
                             enum snapshot_window window, enum snapshot_by by, uint32_t *n);
uint32_t snapshot_count(const struct snapshot_row *row, enum snapshot_window window,
                        enum snapshot_by by, enum snapshot_measure measure);
/* The rate of one day of a history. */
double snapshot_metric_of_counts(const struct snapshot_metric *metric,
                                 const struct snapshot_counts *counts, enum snapshot_by by,
                                 uint32_t *n);

struct snapshot {
    int64_t at_ms;
    uint64_t version; /* grows whenever anything changed but at_ms and, with it, the ends of
                         windows and the times of suspended clocks */
    struct str profile;
    struct {
        int64_t from_ms, to_ms;
    } windows[SNAPSHOT_WINDOW_COUNT];
    int period_day; /* today is day N of the period, from 1 */
    struct snapshot_rows groups[SNAPSHOT_GROUP_COUNT];
    const struct snapshot_alarm *alarms; /* by due, ticket, stage; confidential ones left out */
    size_t alarms_count;
    /* Counted: first all of them, then streets in no order; NULL: nobody did. */
    const struct snapshot_alarms *alarms_by_street;
    size_t alarms_by_street_count;
    const struct snapshot_whistle *whistles; /* by due */
    size_t whistles_count;
    const struct snapshot_burst *bursts; /* by count, greatest first */
    size_t bursts_count;
    const struct snapshot_point *points; /* slots; skip those not used */
    size_t points_count;
    uint64_t points_version; /* grows whenever a slot changed */
    /* Slots that changed since the snapshot before, each at least once, in no order; where
     * points_all_changed is set there is no list and every slot is to be taken anew. */
    const uint32_t *points_changed;
    size_t points_changed_count;
    bool points_all_changed;
    const struct snapshot_metric *metrics;
    size_t metrics_count;
    /* The profile's plain limits, and how long before them it warns; 0 = none. */
    int64_t limit_ms[SNAPSHOT_STAGE_COUNT], warn_ms[SNAPSHOT_STAGE_COUNT];
    /* The composite is 100 × Σ weight × rate; a survey that is satisfied `basic` counts as
     * basic_weight. */
    double weight_response, weight_resolution, weight_satisfaction, basic_weight;
    uint32_t min_n, tail; /* least n to be ranked; how many last-ranked units report */
    uint64_t tickets;     /* registered, not removed: over all moments, as in the heartbeat */
    uint64_t digest;      /* the heartbeat's digest */
};

/* NULL where the group has no such code. */
const struct snapshot_row *snapshot_row(const struct snapshot *snapshot, enum snapshot_group group,
                                        struct str code);
/* The alarms of a street by its code, "" = all; where they are counted, without a look at them. */
struct snapshot_alarms snapshot_alarms_of(const struct snapshot *snapshot, struct str street_code);
/* Up to max rows of a group as a board shows them: ranked ones by rank (equal ones by resolution,
 * satisfaction, effective surveys, code), then those without a rank by code. Returns how many;
 * *ranked gets how many of those have a rank. The district's group has no ranks. */
size_t snapshot_ranking(const struct snapshot *snapshot, enum snapshot_group group,
                        enum snapshot_window window, enum snapshot_by by,
                        const struct snapshot_row **out, size_t max, size_t *ranked);
/* NULL where the profile has no such metric. */
const struct snapshot_metric *snapshot_metric(const struct snapshot *snapshot, const char *id);

/* Which tickets stand behind a drawn figure; wall/ resolves it for the dump. */
struct snapshot_key {
    enum snapshot_group group;
    struct str code;
    enum snapshot_window window;
    enum snapshot_by by;
    enum snapshot_measure measure;
};

#endif
