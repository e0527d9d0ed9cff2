#include "wall/check_sample.h"

#include <stdlib.h>

#include "feeds/hub/names.h"
#include "feeds/hub/simulate.h"
#include "feeds/tickets/tickets.h"
#include "wall/base/file.h"
#include "wall/naming.h"

#define MOMENT_MS INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */
#define DAYS 64                          /* this assessment period and the one before */
#define PER_DAY 160
#define SEED 20211124
#define STAND_IN "110107003" /* the district's street with most tickets */

struct check_sample {
    struct tickets *tickets;
    const struct snapshot *snapshot;
};

/* The street that stands in has the focus' code. */
static bool
name_codes(struct tickets *tickets, struct str focus, struct yaml_report *report)
{
    char path[1024];
    if (!file_find_asset("directories/shijingshan.yaml", path, sizeof path)) {
        yaml_error_at(report, "directories/shijingshan.yaml", 0, 0,
                      "is missing from the assets; set WALLBOARD_ASSETS to their folder");
        return false;
    }
    struct names *names = names_load(path, report);
    if (!names) {
        return false;
    }
    struct naming_alias alias = {STR(STAND_IN), focus};
    naming_set(tickets, &names->message, &alias);
    names_free(names);
    return true;
}

static bool
simulate(struct tickets *tickets, struct str focus, struct yaml_report *report)
{
    struct err err = {""};
    struct simulate_config config = {
        .days = DAYS, .per_day = PER_DAY, .seed = SEED, .until_ms = MOMENT_MS};
    struct simulate *district = simulate_create(&config, &err);
    struct event event;
    if (!district) {
        yaml_error_at(report, "simulation/shijingshan.yaml", 0, 0, "%s", err.text);
        return false;
    }
    while (simulate_next(district, MOMENT_MS, &event, NULL)) {
        if (str_is(event.data.street, STAND_IN)) {
            event.data.street = focus;
        }
        tickets_apply(tickets, &event, false);
    }
    simulate_destroy(district);
    return true;
}

struct check_sample *
check_sample_create(const struct profile *profile, const char *focus, struct yaml_report *report)
{
    struct check_sample *sample = calloc(1, sizeof *sample);
    if (!sample) {
        abort();
    }
    struct str street = *focus ? str_from(focus) : STR(STAND_IN);
    sample->tickets = tickets_create(profile);
    if (!name_codes(sample->tickets, street, report) ||
        !simulate(sample->tickets, street, report)) {
        check_sample_destroy(sample);
        return NULL;
    }
    sample->snapshot = tickets_snapshot(sample->tickets, MOMENT_MS);
    return sample;
}

void
check_sample_destroy(struct check_sample *sample)
{
    if (sample) {
        tickets_destroy(sample->tickets);
        free(sample);
    }
}

const struct snapshot *
check_sample_snapshot(const struct check_sample *sample)
{
    return sample->snapshot;
}
