/* simulate_plan: how a simulated district behaves, from assets/simulation/NAME.yaml.
 *
 * Plain data, read once and never written after; owned by the caller until simulate_plan_free.
 * Strings live in the parsed files, which the plan keeps. Any thread may read. It draws no numbers:
 * simulate.c and simulate_life.c do. */
#ifndef FEEDS_HUB_SIMULATE_PLAN_H
#define FEEDS_HUB_SIMULATE_PLAN_H

#include "feeds/event.h"
#include "wall/base/yaml.h"

#define SIMULATE_UNITS 4 /* most units of a category */

struct simulate_street {
    struct str code, office, station; /* units' codes */
    double weight;
    double response, solved, satisfied, late; /* percent */
};

struct simulate_place {
    struct str code, street_code;
    double lon, lat; /* WGS 84 degrees */
    double spread_m;
    double weight;           /* its share of its street, times the street's weight */
    size_t street, property; /* indexes */
};

struct simulate_category {
    struct str code, words;
    double weight, heating, summer;
    double urgent, external, department, property; /* shares */
    struct str units[SIMULATE_UNITS];
    size_t units_count;
};

struct simulate_channel {
    struct str code;
    double weight;
};

enum simulate_season { SIMULATE_HEATING, SIMULATE_SUMMER, SIMULATE_NONE, SIMULATE_SEASON_COUNT };

struct simulate_burst {
    int season; /* enum simulate_season */
    struct str category_code, community_code;
    size_t category, place; /* indexes */
    int64_t count, span_ms;
    double day_share;
};

/* Month and day as month × 100 + day. */
struct simulate_span {
    int from, to;
    int64_t first_days;
    double first_factor;
};

struct simulate_life {
    double urgent_share, emergency_of_urgent, confidential_share, summary_share;
    double no_community_share, no_place_share, gcj02_share;
    int64_t dispatch_ms, accept_ms, report_ms, resolve_ms, urgent_resolve_ms, emergency_resolve_ms;
    int64_t late_ms, suspend_ms, late_arrival_ms; /* medians */
    double resolve_spread;
    double district_route_share, accept_late_share, return_share, whistle_share;
    double report_late_share, report_never_share, extend_share, suspend_share;
    double survey_city_share, survey_district_share, reached_share, basic_share;
    double reopen_share, exclude_share, include_share, amend_share, remove_share, supervise_share;
    double acknowledge_share, archive_share, late_arrival_share;
};

struct simulate_plan {
    struct yaml_doc *doc, *places_doc;
    struct str source, number;
    double hours[24], weekdays[7], kinds[EVENT_KIND_COUNT];
    struct simulate_span seasons[SIMULATE_NONE];
    struct simulate_life life;
    struct simulate_street *streets;
    struct simulate_place *places;
    struct simulate_category *categories;
    struct simulate_channel *channels;
    struct simulate_burst *bursts;
    struct str *properties;
    size_t streets_count, places_count, categories_count, channels_count, bursts_count,
        properties_count;
};

/* Reads the file and the places file it names (relative to its own folder). false: every error is
 * in the report; the plan is empty then. */
bool simulate_plan_load(const char *path, struct simulate_plan *out, struct yaml_report *report);
void simulate_plan_free(struct simulate_plan *plan);

#endif
