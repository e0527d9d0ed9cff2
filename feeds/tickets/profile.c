#include "feeds/tickets/profile.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "feeds/tickets/formula.h"
#include "wall/base/when.h"

/* --- defaults --- */

/* One of the metrics that every profile has; four of their formulas follow the weights. */
static void
set_metric(struct snapshot_metric *metric, const char *id, const char *formula)
{
    int at;
    snprintf(metric->id, sizeof metric->id, "%s", id);
    if (!formula_parse(str_from(formula), metric, &at, NULL)) {
        metric->over_count = metric->under_count = 0; /* a weight that prints as no number */
    }
}

static void
set_formulas(struct profile *p)
{
    char text[192];
    set_metric(&p->metrics[0], "response", "100 * responded / effective");
    set_metric(&p->metrics[1], "resolution", "100 * solved / effective");
    snprintf(text, sizeof text, "100 * (satisfied + %.8g * basic) / effective", p->basic_weight);
    set_metric(&p->metrics[2], "satisfaction", text);
    snprintf(text, sizeof text,
             "100 * (%.8g * responded + %.8g * solved + %.8g * satisfied + %.8g * basic) / "
             "effective",
             p->weight_response, p->weight_resolution, p->weight_satisfaction,
             p->weight_satisfaction * p->basic_weight);
    set_metric(&p->metrics[3], "composite", text);
    set_metric(&p->metrics[4], "on_time", "100 * (resolved - resolved_late) / resolved");
}

static const struct {
    const char *title;
    double target, low;
} built_in[] = {{"响应率", 99, 90},
                {"解决率", 80, 60},
                {"满意率", 88, 60},
                {"综合成绩", (double)NAN, 60},
                {"按时办结率", 95, 60}};
#define BUILT_IN (int)(sizeof built_in / sizeof built_in[0])

void
profile_default(struct profile *out)
{
    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "default");
    snprintf(out->zone, sizeof out->zone, "Asia/Shanghai");
    out->period_starts_on = 19;
    out->accept_ms = 30 * WHEN_MINUTE;
    out->accept_warn_ms = 10 * WHEN_MINUTE;
    out->resolve_ms[EVENT_NORMAL] = 3 * WHEN_DAY;
    out->resolve_ms[EVENT_URGENT] = 24 * WHEN_HOUR;
    out->resolve_ms[EVENT_EMERGENCY] = 2 * WHEN_HOUR;
    out->resolve_warn_ms[EVENT_NORMAL] = 24 * WHEN_HOUR;
    out->resolve_warn_ms[EVENT_URGENT] = 4 * WHEN_HOUR;
    out->resolve_warn_ms[EVENT_EMERGENCY] = 30 * WHEN_MINUTE;
    out->expedite_ms = 5 * WHEN_DAY;
    out->report_ms = 2 * WHEN_HOUR;
    out->report_warn_ms = 30 * WHEN_MINUTE;
    for (int stage = 0; stage < SNAPSHOT_STAGE_COUNT; stage++) {
        out->stage_runs[stage] = true;
    }
    out->min_n = 10;
    out->tail = 1;
    out->weight_response = 0.10;
    out->weight_resolution = 0.50;
    out->weight_satisfaction = 0.40;
    out->basic_weight = 0.9;
    out->burst_min_count = 8;
    out->burst_window_ms = 2 * WHEN_HOUR;
    out->burst_ratio = 3;
    out->metrics_count = BUILT_IN;
    for (int i = 0; i < BUILT_IN; i++) {
        struct snapshot_metric *metric = &out->metrics[i];
        snprintf(metric->title, sizeof metric->title, "%s", built_in[i].title);
        metric->target = built_in[i].target;
        metric->low = built_in[i].low;
        metric->high = 100;
        metric->decimals = 2;
    }
    set_formulas(out);
}

/* --- the file --- */

/* What yaml_read fills: the profile, and what needs another step to become part of it. */
struct reading {
    struct profile p;
    struct str name, zone, day_starts;
    int week_starts;
    int64_t period_starts_on, min_n, tail, burst_min_count;
    const struct yaml_node *metrics;
};

#define AT(member) offsetof(struct reading, member)
#define IN(member) (offsetof(struct profile, member))
/* Where a table of a nested map counts from: the sub-tables below use the profile's own offsets. */
#define SPAN_MIN 1000.0
#define SPAN_MAX (3660.0 * 86400000.0)

static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday",    NULL};

static const struct yaml_field urgency_limits[] = {
    {"normal", YAML_SPAN, IN(resolve_ms[EVENT_NORMAL]), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "limit of a ticket without urgency"},
    {"urgent", YAML_SPAN, IN(resolve_ms[EVENT_URGENT]), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "limit of an urgent ticket"},
    {"emergency", YAML_SPAN, IN(resolve_ms[EVENT_EMERGENCY]), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "limit of an emergency"},
    {0}};
static const struct yaml_field urgency_warnings[] = {
    {"normal", YAML_SPAN, IN(resolve_warn_ms[EVENT_NORMAL]), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "how long before the limit a ticket is due soon"},
    {"urgent", YAML_SPAN, IN(resolve_warn_ms[EVENT_URGENT]), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "the same for an urgent ticket"},
    {"emergency", YAML_SPAN, IN(resolve_warn_ms[EVENT_EMERGENCY]), false, SPAN_MIN, SPAN_MAX, NULL,
     NULL, "the same for an emergency"},
    {0}};
static const struct yaml_field accept_fields[] = {
    {"runs", YAML_BOOL, IN(stage_runs[SNAPSHOT_ACCEPT]), false, 0, 0, NULL, NULL,
     "false: the city has no such stage"},
    {"limit", YAML_SPAN, IN(accept_ms), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "from the last dispatch (else the registration) to the acceptance"},
    {"warn", YAML_SPAN, IN(accept_warn_ms), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "how long before the limit a ticket is due soon"},
    {0}};
static const struct yaml_field resolve_fields[] = {
    {"runs", YAML_BOOL, IN(stage_runs[SNAPSHOT_RESOLVE]), false, 0, 0, NULL, NULL,
     "false: the city has no such stage"},
    {"own_due_only", YAML_BOOL, IN(own_due_only), false, 0, 0, NULL, NULL,
     "true: only a ticket's own due time limits it"},
    {"limit", YAML_SUB, 0, false, 0, 0, NULL, urgency_limits,
     "from the registration or reopening to the resolution"},
    {"warn", YAML_SUB, 0, false, 0, 0, NULL, urgency_warnings, "how long before it warns"},
    {0}};
static const struct yaml_field expedite_fields[] = {
    {"runs", YAML_BOOL, IN(stage_runs[SNAPSHOT_EXPEDITE]), false, 0, 0, NULL, NULL,
     "false: the city has no such stage"},
    {"limit", YAML_SPAN, IN(expedite_ms), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "from the registration or reopening to the resolution"},
    {0}};
static const struct yaml_field report_fields[] = {
    {"runs", YAML_BOOL, IN(stage_runs[SNAPSHOT_REPORT]), false, 0, 0, NULL, NULL,
     "false: the city has no such stage"},
    {"limit", YAML_SPAN, IN(report_ms), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "from a whistle until every unit it named has reported"},
    {"warn", YAML_SPAN, IN(report_warn_ms), false, SPAN_MIN, SPAN_MAX, NULL, NULL,
     "how long before the limit a whistle is due soon"},
    {0}};
static const struct yaml_field clock_fields[] = {
    {"accept", YAML_SUB, 0, false, 0, 0, NULL, accept_fields, "签收"},
    {"resolve", YAML_SUB, 0, false, 0, 0, NULL, resolve_fields, "办结"},
    {"expedite", YAML_SUB, 0, false, 0, 0, NULL, expedite_fields, "催办"},
    {"report", YAML_SUB, 0, false, 0, 0, NULL, report_fields, "报到"},
    {0}};
static const struct yaml_field composite_fields[] = {
    {"response", YAML_REAL, IN(weight_response), false, 0, 1, NULL, NULL, "weight of the rate"},
    {"resolution", YAML_REAL, IN(weight_resolution), false, 0, 1, NULL, NULL, "weight of the rate"},
    {"satisfaction", YAML_REAL, IN(weight_satisfaction), false, 0, 1, NULL, NULL,
     "weight of the rate"},
    {"basic", YAML_REAL, IN(basic_weight), false, 0, 1, NULL, NULL,
     "what a survey that is satisfied 'basic' counts"},
    {0}};
static const struct yaml_field ranking_fields[] = {
    {"min_n", YAML_INT, AT(min_n), false, 1, 1e6, NULL, NULL,
     "least effective surveys to be ranked"},
    {"tail", YAML_INT, AT(tail), false, 0, 100, NULL, NULL, "how many last-ranked units report"},
    {0}};
static const struct yaml_field burst_fields[] = {
    {"min_count", YAML_INT, AT(burst_min_count), false, 2, 1e6, NULL, NULL,
     "least requests of a burst"},
    {"window", YAML_SPAN, AT(p.burst_window_ms), false, 60000, 86400000, NULL, NULL,
     "how long a burst may last"},
    {"ratio", YAML_REAL, AT(p.burst_ratio), false, 1, 1000, NULL, NULL,
     "at least so many times the usual"},
    {0}};
static const struct yaml_field file_fields[] = {
    {"name", YAML_STR, AT(name), true, 0, 0, NULL, NULL, "the profile's name"},
    {"zone", YAML_STR, AT(zone), false, 0, 0, NULL, NULL, "time zone: IANA name or +08:00"},
    {"day_starts", YAML_STR, AT(day_starts), false, 0, 0, NULL, NULL, "hh:mm"},
    {"week_starts", YAML_CHOICE, AT(week_starts), false, 0, 0, weekdays, NULL, "first day"},
    {"period_starts_on", YAML_INT, AT(period_starts_on), false, 1, 28, NULL, NULL,
     "day of the month that begins an assessment period"},
    {"clocks", YAML_SUB, AT(p), false, 0, 0, NULL, clock_fields, "limits and warnings"},
    {"ranking", YAML_SUB, 0, false, 0, 0, NULL, ranking_fields, "who is ranked"},
    {"composite", YAML_SUB, AT(p), false, 0, 0, NULL, composite_fields, "weights"},
    {"burst", YAML_SUB, 0, false, 0, 0, NULL, burst_fields, "when requests are a burst"},
    {"metrics", YAML_NODE, AT(metrics), false, 0, 0, NULL, NULL, "the figures' formulas"},
    {0}};

/* A text into a fixed array of the profile. */
static void
copy_text(char *to, size_t size, struct str text, const struct yaml_node *map, const char *key,
          struct yaml_report *report)
{
    if (text.len == 0 || text.len >= size) {
        yaml_error(report, yaml_get(map, key), "%s: 1 to %zu bytes are expected", key, size - 1);
        return;
    }
    memcpy(to, text.ptr, text.len);
    to[text.len] = '\0';
}

static void
read_day_starts(struct reading *r, const struct yaml_node *map, struct yaml_report *report)
{
    struct str s = r->day_starts;
    int64_t hour = 0, minute = 0;
    if (s.len == 5 && s.ptr[2] == ':' && str_to_i64((struct str){s.ptr, 2}, &hour) &&
        str_to_i64((struct str){s.ptr + 3, 2}, &minute) && hour >= 0 && hour < 24 && minute >= 0 &&
        minute < 60) {
        r->p.day_starts_ms = hour * WHEN_HOUR + minute * WHEN_MINUTE;
    } else {
        yaml_error(report, yaml_get(map, "day_starts"),
                   "day_starts: expected a time of day such as \"00:00\" or \"12:00\"");
    }
}

/* Composites are ranked as exact fractions, so weights have few decimals (rows.c). */
static bool
has_decimals(double value, double scale)
{
    return fabs(value * scale - nearbyint(value * scale)) < 1e-6;
}

static void
check_weights(const struct profile *p, const struct yaml_node *map, struct yaml_report *report)
{
    const struct yaml_node *at = yaml_get(map, "composite");
    if (!has_decimals(p->weight_response, 1e6) || !has_decimals(p->weight_resolution, 1e6) ||
        !has_decimals(p->weight_satisfaction, 1e6) || !has_decimals(p->basic_weight, 1e3)) {
        yaml_error(report, at, "composite: weights have at most six decimals, basic at most three");
    } else if (p->weight_response + p->weight_resolution + p->weight_satisfaction > 1 + 1e-9) {
        yaml_error(report, at, "composite: the weights' sum is more than 1");
    }
}

struct metric_entry {
    struct str id, title, formula;
    double target, low, high;
    int64_t decimals;
};

static const struct yaml_field metric_fields[] = {
    {"id", YAML_STR, offsetof(struct metric_entry, id), true, 0, 0, NULL, NULL,
     "what scenes name it by"},
    {"title", YAML_STR, offsetof(struct metric_entry, title), false, 0, 0, NULL, NULL, "as shown"},
    {"formula", YAML_STR, offsetof(struct metric_entry, formula), false, 0, 0, NULL, NULL,
     "such as 100 * (resolved - resolved_late) / resolved"},
    {"target", YAML_REAL, offsetof(struct metric_entry, target), false, -1e12, 1e12, NULL, NULL,
     "in the unit shown"},
    {"low", YAML_REAL, offsetof(struct metric_entry, low), false, -1e12, 1e12, NULL, NULL,
     "where a gauge begins"},
    {"high", YAML_REAL, offsetof(struct metric_entry, high), false, -1e12, 1e12, NULL, NULL,
     "where a gauge ends"},
    {"decimals", YAML_INT, offsetof(struct metric_entry, decimals), false, 0, 6, NULL, NULL,
     "shown behind the point"},
    {0}};

/* The metric of an id: one that is there, or a new one; NULL where there is no room. */
static struct snapshot_metric *
metric_of(struct profile *p, struct str id, bool *fresh)
{
    for (int i = 0; i < p->metrics_count; i++) {
        if (str_is(id, p->metrics[i].id)) {
            *fresh = false;
            return &p->metrics[i];
        }
    }
    *fresh = true;
    if (p->metrics_count == PROFILE_METRICS) {
        return NULL;
    }
    struct snapshot_metric *metric = &p->metrics[p->metrics_count++];
    metric->target = (double)NAN;
    metric->high = 100;
    metric->decimals = 2;
    return metric;
}

static void
read_formula(struct snapshot_metric *metric, struct str text, const struct yaml_node *node,
             struct yaml_report *report)
{
    struct err err = {0};
    int at;
    if (!formula_parse(text, metric, &at, &err)) {
        yaml_error(report, yaml_get(node, "formula"), "formula: %s (at character %d)", err.text,
                   at);
    }
}

static void
read_metric(struct profile *p, const struct yaml_node *node, struct yaml_report *report)
{
    const struct yaml_node *id = yaml_get(node, "id");
    bool fresh = true;
    struct str name = id ? yaml_scalar(id) : (struct str){"", 0};
    struct snapshot_metric *metric = metric_of(p, name, &fresh);
    if (!metric) {
        yaml_error(report, node, "metrics: at most %d", PROFILE_METRICS);
        return;
    }
    struct metric_entry entry = {.title = str_from(fresh ? "" : metric->title),
                                 .target = metric->target,
                                 .low = metric->low,
                                 .high = metric->high,
                                 .decimals = metric->decimals};
    if (!yaml_read(node, metric_fields, &entry, report)) {
        return;
    }
    if (fresh) {
        copy_text(metric->id, sizeof metric->id, entry.id, node, "id", report);
        entry.title = entry.title.len ? entry.title : entry.id;
    }
    if (entry.title.ptr != metric->title) {
        copy_text(metric->title, sizeof metric->title, entry.title, node, "title", report);
    }
    if (entry.formula.len) {
        read_formula(metric, entry.formula, node, report);
    } else if (fresh) {
        yaml_error(report, node, "metrics: a new metric needs a formula");
    }
    if (!(entry.low < entry.high)) {
        yaml_error(report, node, "metrics: low must be below high");
    }
    metric->target = entry.target;
    metric->low = entry.low;
    metric->high = entry.high;
    metric->decimals = (int)entry.decimals;
}

static void
read_metrics(struct profile *p, const struct yaml_node *list, struct yaml_report *report)
{
    if (yaml_shape(list) != YAML_LIST) {
        yaml_error(report, list, "metrics: expected a list (- id: …)");
        return;
    }
    for (size_t i = 0; i < yaml_count(list); i++) {
        const struct yaml_node *node = yaml_item(list, i);
        const struct yaml_node *id = yaml_get(node, "id");
        for (size_t k = 0; id && k < i; k++) {
            const struct yaml_node *other = yaml_get(yaml_item(list, k), "id");
            if (other && str_eq(yaml_scalar(other), yaml_scalar(id))) {
                yaml_error(report, id, "metrics: '%.*s' is there twice", STR_ARG(yaml_scalar(id)));
            }
        }
        read_metric(p, node, report);
    }
}

static void
read_map(struct reading *r, const struct yaml_node *map, struct yaml_report *report)
{
    struct profile *p = &r->p;
    if (!yaml_read(map, file_fields, r, report)) {
        return;
    }
    copy_text(p->name, sizeof p->name, r->name, map, "name", report);
    if (r->zone.ptr) {
        copy_text(p->zone, sizeof p->zone, r->zone, map, "zone", report);
    }
    if (r->day_starts.ptr) {
        read_day_starts(r, map, report);
    }
    p->week_starts = r->week_starts;
    p->period_starts_on = (int)r->period_starts_on;
    p->min_n = (uint32_t)r->min_n;
    p->tail = (uint32_t)r->tail;
    p->burst_min_count = (int)r->burst_min_count;
    check_weights(p, map, report);
    set_formulas(p);
    if (r->metrics) {
        read_metrics(p, r->metrics, report);
    }
}

/* Takes doc, NULL where it could not be read. */
static bool
read_doc(struct yaml_doc *doc, struct profile *out, struct yaml_report *report, int before)
{
    struct reading r = {0};
    profile_default(&r.p);
    r.period_starts_on = r.p.period_starts_on;
    r.min_n = r.p.min_n;
    r.tail = r.p.tail;
    r.burst_min_count = r.p.burst_min_count;
    if (!doc) {
        return false;
    }
    read_map(&r, yaml_root(doc), report);
    yaml_free(doc);
    if (report->count == before) {
        *out = r.p;
    }
    return report->count == before;
}

bool
profile_load(const char *path, struct profile *out, struct yaml_report *report)
{
    int before = report->count;
    return read_doc(yaml_load(path, report), out, report, before);
}

bool
profile_parse(const char *name, struct str text, struct profile *out, struct yaml_report *report)
{
    int before = report->count;
    return read_doc(yaml_parse(name, text, report), out, report, before);
}
