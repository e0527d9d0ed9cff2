/* profile: a city's clocks, windows, formulas and targets, from a YAML file.
 *
 * Plain data, read once at start; owned by the caller until profile_free. Defaults are the reform's
 * documented ones (30 min, 3 d, 5 d, 2 h; 0.10/0.50/0.40; period from the 19th). */
#ifndef FEEDS_TICKETS_PROFILE_H
#define FEEDS_TICKETS_PROFILE_H

#include "feeds/event.h"
#include "feeds/tickets/snapshot.h"
#include "wall/base/yaml.h"

#define PROFILE_METRICS 24

struct profile {
    char name[64];         /* "default" */
    char zone[64];         /* IANA name or fixed offset */
    int64_t day_starts_ms; /* 0–24 h after midnight */
    int week_starts;       /* 0 = Monday */
    int period_starts_on;  /* day of the month, 1–28 */
    int64_t accept_ms, accept_warn_ms;
    int64_t resolve_ms[EVENT_URGENCY_COUNT], resolve_warn_ms[EVENT_URGENCY_COUNT];
    int64_t expedite_ms; /* no warning */
    int64_t report_ms, report_warn_ms;
    bool stage_runs[SNAPSHOT_STAGE_COUNT]; /* a city without a stage switches it off */
    bool own_due_only; /* resolve: only a ticket's own due_ms limits it, resolve_ms does not */
    uint32_t min_n, tail;
    double weight_response, weight_resolution, weight_satisfaction; /* composite = 100 × Σ */
    double basic_weight;                                            /* 0.9 */
    struct snapshot_metric metrics[PROFILE_METRICS];
    int metrics_count;
    int burst_min_count;     /* least requests of a burst */
    int64_t burst_window_ms; /* 2 h */
    double burst_ratio;      /* at least so many times the usual */
};

/* The documented defaults, named "default"; same as assets/profiles/default.yaml (a test holds them
 * together). */
void profile_default(struct profile *out);
/* Reads a file over the defaults; every error is reported; false when any was. */
bool profile_load(const char *path, struct profile *out, struct yaml_report *report);
/* The same from memory; name is used in messages. */
bool profile_parse(const char *name, struct str text, struct profile *out,
                   struct yaml_report *report);

#endif
