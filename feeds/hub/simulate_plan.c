#include "feeds/hub/simulate_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/file.h"

#define AT(type, member) offsetof(struct type, member)
#define SHARE(key, member)                                                                         \
    {                                                                                              \
        key, YAML_REAL, AT(simulate_life, member), true, 0, 1, NULL, NULL, NULL                    \
    }
#define SPAN(key, member)                                                                          \
    {                                                                                              \
        key, YAML_SPAN, AT(simulate_life, member), true, 1, 90 * 86400e3, NULL, NULL, NULL         \
    }
#define LIMIT 1e6 /* greatest weight */

static const struct yaml_field life_fields[] = {
    SHARE("urgent_share", urgent_share),
    SHARE("emergency_of_urgent", emergency_of_urgent),
    SHARE("confidential_share", confidential_share),
    SHARE("summary_share", summary_share),
    SHARE("no_community_share", no_community_share),
    SHARE("no_place_share", no_place_share),
    SHARE("gcj02_share", gcj02_share),
    SPAN("dispatch", dispatch_ms),
    SHARE("district_route_share", district_route_share),
    SPAN("accept", accept_ms),
    SHARE("accept_late_share", accept_late_share),
    SHARE("return_share", return_share),
    SHARE("whistle_share", whistle_share),
    SPAN("report", report_ms),
    SHARE("report_late_share", report_late_share),
    SHARE("report_never_share", report_never_share),
    SPAN("resolve", resolve_ms),
    {"resolve_spread", YAML_REAL, AT(simulate_life, resolve_spread), true, 0.01, 3, NULL, NULL,
     NULL},
    SPAN("urgent_resolve", urgent_resolve_ms),
    SPAN("emergency_resolve", emergency_resolve_ms),
    SPAN("late", late_ms),
    SHARE("extend_share", extend_share),
    SHARE("suspend_share", suspend_share),
    SPAN("suspend", suspend_ms),
    SHARE("survey_city_share", survey_city_share),
    SHARE("survey_district_share", survey_district_share),
    SHARE("reached_share", reached_share),
    SHARE("basic_share", basic_share),
    SHARE("reopen_share", reopen_share),
    SHARE("exclude_share", exclude_share),
    SHARE("include_share", include_share),
    SHARE("amend_share", amend_share),
    SHARE("remove_share", remove_share),
    SHARE("supervise_share", supervise_share),
    SHARE("acknowledge_share", acknowledge_share),
    SHARE("archive_share", archive_share),
    SHARE("late_arrival_share", late_arrival_share),
    SPAN("late_arrival", late_arrival_ms),
    {0},
};

#define PERCENT(key, member)                                                                       \
    {                                                                                              \
        key, YAML_REAL, AT(simulate_street, member), true, 0, 100, NULL, NULL, NULL                \
    }
static const struct yaml_field street_fields[] = {
    {"code", YAML_STR, AT(simulate_street, code), true, 0, 0, NULL, NULL, NULL},
    {"office", YAML_STR, AT(simulate_street, office), true, 0, 0, NULL, NULL, NULL},
    {"station", YAML_STR, AT(simulate_street, station), true, 0, 0, NULL, NULL, NULL},
    {"weight", YAML_REAL, AT(simulate_street, weight), true, 0.001, LIMIT, NULL, NULL, NULL},
    PERCENT("response", response),
    PERCENT("solved", solved),
    PERCENT("satisfied", satisfied),
    PERCENT("late", late),
    {0},
};

static const struct yaml_field place_fields[] = {
    {"code", YAML_STR, AT(simulate_place, code), true, 0, 0, NULL, NULL, NULL},
    {"street", YAML_STR, AT(simulate_place, street_code), true, 0, 0, NULL, NULL, NULL},
    {"lon", YAML_REAL, AT(simulate_place, lon), true, -180, 180, NULL, NULL, NULL},
    {"lat", YAML_REAL, AT(simulate_place, lat), true, -80, 80, NULL, NULL, NULL},
    {"spread_m", YAML_REAL, AT(simulate_place, spread_m), true, 0, 50000, NULL, NULL, NULL},
    {"weight", YAML_REAL, AT(simulate_place, weight), true, 0.001, LIMIT, NULL, NULL, NULL},
    {0},
};

struct category_file {
    struct simulate_category category;
    const struct yaml_node *units;
};
#define CATEGORY_SHARE(key, member)                                                                \
    {                                                                                              \
        key, YAML_REAL, AT(category_file, category.member), true, 0, 1, NULL, NULL, NULL           \
    }
#define CATEGORY_FACTOR(key, member)                                                               \
    {                                                                                              \
        key, YAML_REAL, AT(category_file, category.member), true, 0, LIMIT, NULL, NULL, NULL       \
    }
static const struct yaml_field category_fields[] = {
    {"code", YAML_STR, AT(category_file, category.code), true, 0, 0, NULL, NULL, NULL},
    {"words", YAML_STR, AT(category_file, category.words), true, 0, 0, NULL, NULL, NULL},
    CATEGORY_FACTOR("weight", weight),
    CATEGORY_FACTOR("heating", heating),
    CATEGORY_FACTOR("summer", summer),
    CATEGORY_SHARE("urgent", urgent),
    CATEGORY_SHARE("external", external),
    CATEGORY_SHARE("department", department),
    CATEGORY_SHARE("property", property),
    {"units", YAML_NODE, AT(category_file, units), true, 0, 0, NULL, NULL, NULL},
    {0},
};

static const struct yaml_field channel_fields[] = {
    {"code", YAML_STR, AT(simulate_channel, code), true, 0, 0, NULL, NULL, NULL},
    {"weight", YAML_REAL, AT(simulate_channel, weight), true, 0.001, LIMIT, NULL, NULL, NULL},
    {0},
};

static const char *const season_names[] = {"heating", "summer", "none", NULL};
static const struct yaml_field burst_fields[] = {
    {"season", YAML_CHOICE, AT(simulate_burst, season), true, 0, 0, season_names, NULL, NULL},
    {"category", YAML_STR, AT(simulate_burst, category_code), true, 0, 0, NULL, NULL, NULL},
    {"community", YAML_STR, AT(simulate_burst, community_code), true, 0, 0, NULL, NULL, NULL},
    {"count", YAML_INT, AT(simulate_burst, count), true, 1, 10000, NULL, NULL, NULL},
    {"span", YAML_SPAN, AT(simulate_burst, span_ms), true, 60e3, 86400e3, NULL, NULL, NULL},
    {"day_share", YAML_REAL, AT(simulate_burst, day_share), true, 0, 1, NULL, NULL, NULL},
    {0},
};

struct season_file {
    struct str from, to;
    struct simulate_span span;
};
static const struct yaml_field season_fields[] = {
    {"from", YAML_STR, AT(season_file, from), true, 0, 0, NULL, NULL, NULL},
    {"to", YAML_STR, AT(season_file, to), true, 0, 0, NULL, NULL, NULL},
    {"first_days", YAML_INT, AT(season_file, span.first_days), false, 0, 365, NULL, NULL, NULL},
    {"first_factor", YAML_REAL, AT(season_file, span.first_factor), false, 0, 100, NULL, NULL,
     NULL},
    {0},
};

struct plan_file {
    struct str name, source, number, places;
    struct simulate_life life;
    const struct yaml_node *hours, *weekdays, *seasons, *bursts, *channels, *kinds, *streets,
        *properties, *categories;
};
#define NODE(key)                                                                                  \
    {                                                                                              \
#key, YAML_NODE, AT(plan_file, key), true, 0, 0, NULL, NULL, NULL                          \
    }
static const struct yaml_field plan_fields[] = {
    {"name", YAML_STR, AT(plan_file, name), true, 0, 0, NULL, NULL, NULL},
    {"source", YAML_STR, AT(plan_file, source), true, 0, 0, NULL, NULL, NULL},
    {"number", YAML_STR, AT(plan_file, number), true, 0, 0, NULL, NULL, NULL},
    {"places", YAML_STR, AT(plan_file, places), true, 0, 0, NULL, NULL, NULL},
    {"life", YAML_SUB, AT(plan_file, life), true, 0, 0, NULL, life_fields, NULL},
    NODE(hours),
    NODE(weekdays),
    NODE(seasons),
    NODE(bursts),
    NODE(channels),
    NODE(kinds),
    NODE(streets),
    NODE(properties),
    NODE(categories),
    {0},
};

/* A list of maps read by one table into an array of structs, each zeroed before. */
static void *
read_list(const struct yaml_node *list, const struct yaml_field *fields, size_t size, size_t *count,
          struct yaml_report *report)
{
    *count = yaml_shape(list) == YAML_LIST ? yaml_count(list) : 0;
    if (*count == 0) {
        yaml_error(report, list, "a list with at least one entry is needed here");
    }
    char *items = calloc(*count + 1, size);
    for (size_t i = 0; items && i < *count; i++) {
        yaml_read(yaml_item(list, i), fields, items + i * size, report);
    }
    if (!items) {
        abort();
    }
    return items;
}

static void
read_numbers(const struct yaml_node *list, double *out, size_t count, struct yaml_report *report)
{
    if (yaml_shape(list) != YAML_LIST || yaml_count(list) != count) {
        yaml_error(report, list, "a list of %zu numbers is needed here", count);
        return;
    }
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *item = yaml_item(list, i);
        if (!str_to_double(yaml_scalar(item), &out[i]) || !(out[i] >= 0 && out[i] <= LIMIT)) {
            yaml_error(report, item, "not a number from 0 to %.0f", LIMIT);
            return;
        }
        sum += out[i];
    }
    if (sum <= 0) {
        yaml_error(report, list, "at least one of the numbers must be above 0");
    }
}

static void
check_code(struct str code, const struct yaml_node *at, struct yaml_report *report)
{
    if (code.len == 0 || code.len > 64) {
        yaml_error(report, at, "a code has 1 to 64 bytes");
    }
}

static void
read_strings(const struct yaml_node *list, struct str *out, size_t *count, size_t max,
             struct yaml_report *report)
{
    size_t found = yaml_shape(list) == YAML_LIST ? yaml_count(list) : 0;
    if (found == 0 || found > max) {
        yaml_error(report, list, "a list of 1 to %zu codes is needed here", max);
        return;
    }
    *count = found;
    for (size_t i = 0; i < found; i++) {
        out[i] = yaml_scalar(yaml_item(list, i));
        check_code(out[i], yaml_item(list, i), report);
    }
}

static void
read_categories(struct simulate_plan *plan, const struct yaml_node *list,
                struct yaml_report *report)
{
    struct category_file *files =
        read_list(list, category_fields, sizeof *files, &plan->categories_count, report);
    plan->categories = calloc(plan->categories_count + 1, sizeof *plan->categories);
    if (!plan->categories) {
        abort();
    }
    double sum = 0;
    for (size_t i = 0; i < plan->categories_count; i++) {
        struct simulate_category *category = &plan->categories[i];
        *category = files[i].category;
        sum += category->weight;
        check_code(category->code, yaml_item(list, i), report);
        if (files[i].units) {
            read_strings(files[i].units, category->units, &category->units_count, SIMULATE_UNITS,
                         report);
        }
    }
    if (sum <= 0) {
        yaml_error(report, list, "at least one category needs a weight above 0");
    }
    free(files);
}

static void
read_kinds(struct simulate_plan *plan, const struct yaml_node *map, struct yaml_report *report)
{
    struct kinds {
        double of[EVENT_KIND_COUNT];
    };
#define KIND(key, kind)                                                                            \
    {                                                                                              \
        key, YAML_REAL, (kind) * sizeof(double), true, 0, LIMIT, NULL, NULL, NULL                  \
    }
    static const struct yaml_field fields[] = {
        KIND("consult", EVENT_CONSULT),       KIND("help", EVENT_HELP),
        KIND("complaint", EVENT_COMPLAINT),   KIND("report", EVENT_REPORT),
        KIND("suggestion", EVENT_SUGGESTION), {0},
    };
    struct kinds kinds = {{0}};
    yaml_read(map, fields, &kinds, report);
    double sum = 0;
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        sum += plan->kinds[i] = kinds.of[i];
    }
    if (sum <= 0) {
        yaml_error(report, map, "at least one kind needs a weight above 0");
    }
}

/* "11-15" → 1115; 0 where it is no day of a year. */
static int
month_day(struct str text)
{
    int64_t month, day;
    if (text.len != 5 || text.ptr[2] != '-' || !str_to_i64((struct str){text.ptr, 2}, &month) ||
        !str_to_i64((struct str){text.ptr + 3, 2}, &day) || month < 1 || month > 12 || day < 1 ||
        day > 31) {
        return 0;
    }
    return (int)(month * 100 + day);
}

static void
read_seasons(struct simulate_plan *plan, const struct yaml_node *map, struct yaml_report *report)
{
    struct seasons {
        struct season_file of[SIMULATE_NONE];
    } seasons;
    static const struct yaml_field fields[] = {
        {"heating", YAML_SUB, 0, true, 0, 0, NULL, season_fields, NULL},
        {"summer", YAML_SUB, sizeof(struct season_file), true, 0, 0, NULL, season_fields, NULL},
        {0},
    };
    memset(&seasons, 0, sizeof seasons);
    for (int i = 0; i < SIMULATE_NONE; i++) {
        seasons.of[i].span.first_factor = 1;
    }
    if (!yaml_read(map, fields, &seasons, report)) {
        return;
    }
    for (int i = 0; i < SIMULATE_NONE; i++) {
        struct simulate_span *span = &seasons.of[i].span;
        span->from = month_day(seasons.of[i].from);
        span->to = month_day(seasons.of[i].to);
        if (!span->from || !span->to) {
            yaml_error(report, map, "from and to of %s are a month and a day, such as '11-15'",
                       season_names[i]);
        }
        plan->seasons[i] = *span;
    }
}

/* Gives places their streets and property companies, bursts their indexes. */
static void
link_codes(struct simulate_plan *plan, const struct yaml_node *places,
           const struct yaml_node *bursts, struct yaml_report *report)
{
    int before = report->count;
    double *sums = calloc(plan->streets_count + 1, sizeof *sums);
    if (!sums) {
        abort();
    }
    for (size_t i = 0; i < plan->places_count; i++) {
        struct simulate_place *place = &plan->places[i];
        check_code(place->code, yaml_item(places, i), report);
        size_t k = 0;
        while (k < plan->streets_count && !str_eq(plan->streets[k].code, place->street_code)) {
            k++;
        }
        if (k == plan->streets_count) {
            yaml_error(report, yaml_item(places, i), "no street has the code \"%.*s\"",
                       STR_ARG(place->street_code));
        }
        place->street = k;
        sums[k] += place->weight;
        place->property = i * 7 / 11 % plan->properties_count; /* a company keeps two or three */
    }
    for (size_t i = 0; i < plan->places_count && report->count == before; i++) {
        struct simulate_place *place = &plan->places[i];
        place->weight *= plan->streets[place->street].weight / sums[place->street];
    }
    free(sums);
    for (size_t i = 0; i < plan->bursts_count; i++) {
        struct simulate_burst *burst = &plan->bursts[i];
        size_t c = 0, p = 0;
        while (c < plan->categories_count &&
               !str_eq(plan->categories[c].code, burst->category_code)) {
            c++;
        }
        while (p < plan->places_count && !str_eq(plan->places[p].code, burst->community_code)) {
            p++;
        }
        if (c == plan->categories_count || p == plan->places_count) {
            yaml_error(report, yaml_item(bursts, i), "no such %s",
                       c == plan->categories_count ? "category" : "community");
        }
        burst->category = c;
        burst->place = p;
    }
}

static void
load_places(struct simulate_plan *plan, const char *path, struct str name,
            const struct yaml_node **list, struct yaml_report *report)
{
    char file[1024];
    struct str folder = file_folder(path);
    snprintf(file, sizeof file, "%.*s%.*s", STR_ARG(folder), STR_ARG(name));
    struct places_file {
        const struct yaml_node *places;
    } places = {NULL};
    static const struct yaml_field fields[] = {
        {"places", YAML_NODE, 0, true, 0, 0, NULL, NULL, NULL},
        {0},
    };
    plan->places_doc = yaml_load(file, report);
    if (plan->places_doc && yaml_read(yaml_root(plan->places_doc), fields, &places, report)) {
        plan->places = read_list(places.places, place_fields, sizeof *plan->places,
                                 &plan->places_count, report);
        *list = places.places;
    }
}

bool
simulate_plan_load(const char *path, struct simulate_plan *out, struct yaml_report *report)
{
    memset(out, 0, sizeof *out);
    int before = report->count;
    struct plan_file file;
    memset(&file, 0, sizeof file);
    out->doc = yaml_load(path, report);
    if (!out->doc || !yaml_read(yaml_root(out->doc), plan_fields, &file, report)) {
        simulate_plan_free(out);
        return false;
    }
    out->source = file.source;
    out->number = file.number;
    out->life = file.life;
    if (file.source.len == 0 || file.source.len > 128 || file.number.len == 0 ||
        file.number.len > 16) {
        yaml_error(report, yaml_root(out->doc), "source has 1 to 128 bytes, number 1 to 16");
    }
    read_numbers(file.hours, out->hours, 24, report);
    read_numbers(file.weekdays, out->weekdays, 7, report);
    read_kinds(out, file.kinds, report);
    read_seasons(out, file.seasons, report);
    out->streets =
        read_list(file.streets, street_fields, sizeof *out->streets, &out->streets_count, report);
    out->channels = read_list(file.channels, channel_fields, sizeof *out->channels,
                              &out->channels_count, report);
    out->bursts =
        read_list(file.bursts, burst_fields, sizeof *out->bursts, &out->bursts_count, report);
    read_categories(out, file.categories, report);
    out->properties = calloc(1000, sizeof *out->properties);
    if (!out->properties) {
        abort();
    }
    read_strings(file.properties, out->properties, &out->properties_count, 1000, report);
    const struct yaml_node *places = NULL;
    load_places(out, path, file.places, &places, report);
    if (report->count == before) {
        link_codes(out, places, file.bursts, report);
    }
    if (report->count != before) {
        simulate_plan_free(out);
        return false;
    }
    return true;
}

void
simulate_plan_free(struct simulate_plan *plan)
{
    free(plan->streets);
    free(plan->places);
    free(plan->categories);
    free(plan->channels);
    free(plan->bursts);
    free(plan->properties);
    yaml_free(plan->doc);
    yaml_free(plan->places_doc);
    memset(plan, 0, sizeof *plan);
}
