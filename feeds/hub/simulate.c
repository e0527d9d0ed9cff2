#include "feeds/hub/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/hub/simulate_life.h"
#include "wall/base/file.h"
#include "wall/base/when.h"

#define BURST_SERIAL 900000 /* a day's burst tickets are numbered from here */

/* An event that has not arrived yet. */
struct pending {
    int64_t arrival_ms;
    uint64_t order; /* in which it was drawn: decides between equal arrivals */
    struct simulate_ticket *ticket;
    int item;
};

struct simulate {
    struct simulate_plan plan;
    struct simulate_config config;
    int64_t next_day_ms; /* the first day not drawn yet */
    uint64_t order;
    double weekday_mean;
    struct pending *heap; /* binary, the earliest at 0 */
    size_t heap_count, heap_cap;
    double *category_sums[SIMULATE_SEASON_COUNT + 1]; /* running sums; the last: heating begins */
    double *place_sums;
    struct simulate_ticket *spent; /* handed out whole: freed at the next call */
    char id[96], type[40], summary[192];
    struct str units[SIMULATE_UNITS];
};

static bool
earlier(const struct pending *a, const struct pending *b)
{
    return a->arrival_ms != b->arrival_ms ? a->arrival_ms < b->arrival_ms : a->order < b->order;
}

static void
heap_push(struct simulate *sim, struct pending entry)
{
    if (sim->heap_count == sim->heap_cap) {
        sim->heap_cap = sim->heap_cap ? sim->heap_cap * 2 : 4096;
        sim->heap = realloc(sim->heap, sim->heap_cap * sizeof *sim->heap);
        if (!sim->heap) {
            abort();
        }
    }
    size_t i = sim->heap_count++;
    while (i > 0 && earlier(&entry, &sim->heap[(i - 1) / 2])) {
        sim->heap[i] = sim->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    sim->heap[i] = entry;
}

static struct pending
heap_pop(struct simulate *sim)
{
    struct pending top = sim->heap[0], last = sim->heap[--sim->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= sim->heap_count) {
            break;
        }
        if (child + 1 < sim->heap_count && earlier(&sim->heap[child + 1], &sim->heap[child])) {
            child++;
        }
        if (!earlier(&sim->heap[child], &last)) {
            break;
        }
        sim->heap[i] = sim->heap[child];
        i = child;
    }
    sim->heap[i] = last;
    return top;
}

/* In running sums, the first index whose sum is above share × the whole. */
static size_t
pick(const double *sums, size_t count, double share)
{
    double at = share * sums[count - 1];
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sums[middle] > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool
in_span(const struct simulate_span *span, int month_day)
{
    return span->from <= span->to ? month_day >= span->from && month_day <= span->to
                                  : month_day >= span->from || month_day <= span->to;
}

static enum simulate_season
season_of(const struct simulate *sim, int64_t day_ms, bool *first_days)
{
    struct when_civil day = when_civil(day_ms);
    int month_day = day.month * 100 + day.day;
    *first_days = false;
    for (int i = 0; i < SIMULATE_NONE; i++) {
        const struct simulate_span *span = &sim->plan.seasons[i];
        if (in_span(span, month_day)) {
            int64_t began = when_instant(day.year, span->from / 100, span->from % 100, 0, 0, 0);
            *first_days = day_ms >= began && day_ms < when_day(began, (int)span->first_days);
            return (enum simulate_season)i;
        }
    }
    return SIMULATE_NONE;
}

/* A factor above 1 grows in the season's first days; one below stays. */
static void
sum_categories(struct simulate *sim)
{
    const struct simulate_plan *plan = &sim->plan;
    for (int s = 0; s <= SIMULATE_SEASON_COUNT; s++) {
        double sum = 0;
        sim->category_sums[s] = calloc(plan->categories_count, sizeof(double));
        if (!sim->category_sums[s]) {
            abort();
        }
        for (size_t i = 0; i < plan->categories_count; i++) {
            const struct simulate_category *category = &plan->categories[i];
            double factor = s == SIMULATE_SUMMER ? category->summer
                            : s == SIMULATE_HEATING || s == SIMULATE_SEASON_COUNT
                                ? category->heating
                                : 1;
            if (s == SIMULATE_SEASON_COUNT && factor > 1) {
                factor *= plan->seasons[SIMULATE_HEATING].first_factor;
            }
            sum += category->weight * factor;
            sim->category_sums[s][i] = sum;
        }
    }
    sim->place_sums = calloc(plan->places_count, sizeof(double));
    if (!sim->place_sums) {
        abort();
    }
    double sum = 0;
    for (size_t i = 0; i < plan->places_count; i++) {
        sim->place_sums[i] = sum += plan->places[i].weight;
    }
    for (int i = 0; i < 7; i++) {
        sim->weekday_mean += plan->weekdays[i] / 7;
    }
}

static void
give_birth(struct simulate *sim, const struct simulate_birth *birth)
{
    struct simulate_ticket *ticket = simulate_life(&sim->plan, birth);
    ticket->pending = ticket->count;
    for (int i = 0; i < ticket->count; i++) {
        heap_push(sim, (struct pending){ticket->items[i].arrival_ms, sim->order++, ticket, i});
    }
}

static int
compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t *
times_new(size_t count)
{
    int64_t *times = calloc(count + 1, sizeof *times);
    if (!times) {
        abort();
    }
    return times;
}

static void
draw_burst(struct simulate *sim, const struct simulate_burst *burst, int64_t day_ms,
           struct simulate_rng *rng)
{
    const struct simulate_plan *plan = &sim->plan;
    int64_t until = sim->config.until_ms, from, span = burst->span_ms, count = burst->count;
    size_t place = burst->place;
    if (day_ms == when_day(until, 0)) {
        from = until - span - 2 * WHEN_MINUTE;
        if (from < day_ms) {
            from = day_ms;
            span = until - day_ms;
        }
    } else if (simulate_chance(rng, burst->day_share)) {
        from = day_ms + (int64_t)((6 + 12 * simulate_uniform(rng)) * (double)WHEN_HOUR);
        count = 1 + (int64_t)((0.6 + simulate_uniform(rng)) * (double)count);
        place = pick(sim->place_sums, plan->places_count, simulate_uniform(rng));
    } else {
        return;
    }
    int64_t *times = times_new((size_t)count);
    for (int64_t i = 0; i < count; i++) {
        times[i] = from + (int64_t)(simulate_uniform(rng) * (double)span);
    }
    qsort(times, (size_t)count, sizeof *times, compare_times);
    for (int64_t i = 0; i < count; i++) {
        size_t at = place;
        /* Some of it spills over to the communities next to it in the same street. */
        if (simulate_chance(rng, 0.25) && place + 1 < plan->places_count &&
            plan->places[place + 1].street == plan->places[place].street) {
            at = place + 1;
        }
        give_birth(sim, &(struct simulate_birth){
                            sim->config.seed, (uint64_t)(BURST_SERIAL + 1 + i), day_ms, times[i],
                            &plan->categories[burst->category], &plan->places[at]});
    }
    free(times);
}

static void
draw_day(struct simulate *sim, int64_t day_ms)
{
    const struct simulate_plan *plan = &sim->plan;
    struct simulate_rng rng = simulate_rng(sim->config.seed, (uint64_t)day_ms, 0);
    bool first_days;
    enum simulate_season season = season_of(sim, day_ms, &first_days);
    const double *categories =
        sim->category_sums[season == SIMULATE_HEATING && first_days ? SIMULATE_SEASON_COUNT
                                                                    : (int)season];
    double hours[24], sum = 0;
    for (int i = 0; i < 24; i++) {
        hours[i] = sum += plan->hours[i];
    }
    double mean = sim->config.per_day * plan->weekdays[when_civil(day_ms).weekday] /
                  sim->weekday_mean * (1 + 0.03 * simulate_normal(&rng));
    double drawn = round(mean + sqrt(mean > 0 ? mean : 0) * simulate_normal(&rng));
    size_t count = drawn > 0 ? (size_t)drawn : 0;
    int64_t *times = times_new(count);
    for (size_t i = 0; i < count; i++) {
        int64_t hour = (int64_t)pick(hours, 24, simulate_uniform(&rng));
        times[i] = day_ms + hour * WHEN_HOUR + (int64_t)(simulate_uniform(&rng) * 3600e3);
    }
    qsort(times, count, sizeof *times, compare_times);
    for (size_t i = 0; i < count; i++) {
        size_t category = pick(categories, plan->categories_count, simulate_uniform(&rng));
        size_t place = pick(sim->place_sums, plan->places_count, simulate_uniform(&rng));
        give_birth(sim,
                   &(struct simulate_birth){sim->config.seed, i + 1, day_ms, times[i],
                                            &plan->categories[category], &plan->places[place]});
    }
    free(times);
    for (size_t i = 0; i < plan->bursts_count; i++) {
        if (plan->bursts[i].season == (int)season) {
            draw_burst(sim, &plan->bursts[i], day_ms, &rng);
        }
    }
}

struct simulate *
simulate_create(const struct simulate_config *config, struct err *err)
{
    if (config->days < 1 || config->days > 3660) {
        err_set(err, "days: %d is outside 1 to 3660", config->days);
        return NULL;
    }
    if (!(config->per_day >= 1 && config->per_day <= 200000)) {
        err_set(err, "per-day: %g is outside 1 to 200000", config->per_day);
        return NULL;
    }
    char path[1024];
    if (config->plan) {
        snprintf(path, sizeof path, "%s", config->plan);
    } else if (!file_find_asset("simulation/shijingshan.yaml", path, sizeof path)) {
        err_set(err, "simulation/shijingshan.yaml is not among the assets: set WALLBOARD_ASSETS");
        return NULL;
    }
    struct simulate *sim = calloc(1, sizeof *sim);
    if (!sim) {
        abort();
    }
    struct yaml_report report = {0};
    if (!simulate_plan_load(path, &sim->plan, &report)) {
        err_set(err, "%.*s", (int)strcspn(report.text.ptr, "\n"), report.text.ptr);
        yaml_report_free(&report);
        free(sim);
        return NULL;
    }
    yaml_report_free(&report);
    sim->config = *config;
    sim->next_day_ms = when_day(config->until_ms, 1 - config->days);
    sum_categories(sim);
    return sim;
}

void
simulate_destroy(struct simulate *sim)
{
    if (!sim) {
        return;
    }
    for (size_t i = 0; i < sim->heap_count; i++) {
        if (--sim->heap[i].ticket->pending == 0) {
            free(sim->heap[i].ticket);
        }
    }
    free(sim->heap);
    free(sim->spent);
    for (int i = 0; i <= SIMULATE_SEASON_COUNT; i++) {
        free(sim->category_sums[i]);
    }
    free(sim->place_sums);
    simulate_plan_free(&sim->plan);
    free(sim);
}

static void
fill_registered(struct simulate *sim, const struct simulate_ticket *ticket, struct event_data *data)
{
    data->has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_KIND;
    data->channel = ticket->channel;
    data->category = ticket->category->code;
    data->street = ticket->place->street_code;
    data->kind = (enum event_kind)ticket->kind;
    if (ticket->has_community) {
        data->has |= EVENT_F_COMMUNITY;
        data->community = ticket->place->code;
    }
    if (ticket->has_place) {
        data->has |= EVENT_F_PLACE;
        data->lon = ticket->lon;
        data->lat = ticket->lat;
        data->crs = (enum geo_crs)ticket->crs;
    }
    if (ticket->urgency != EVENT_NORMAL) {
        data->has |= EVENT_F_URGENCY;
        data->urgency = (enum event_urgency)ticket->urgency;
    }
    if (ticket->confidential) {
        data->has |= EVENT_F_CONFIDENTIAL;
        data->confidential = true;
    } else if (ticket->has_summary) {
        snprintf(sim->summary, sizeof sim->summary, "反映%.*s问题",
                 STR_ARG(ticket->category->words));
        data->has |= EVENT_F_SUMMARY;
        data->summary = str_from(sim->summary);
    }
}

static void
fill_text(struct event_data *data, enum event_field field, struct str *member, struct str text)
{
    if (text.len) {
        data->has |= (uint32_t)field;
        *member = text;
    }
}

static void
fill_survey(const struct simulate_item *item, struct event_data *data)
{
    data->has |= EVENT_F_BY | EVENT_F_REACHED;
    data->surveyor = (enum event_surveyor)item->surveyor;
    data->reached = item->reached;
    if (item->reached) {
        data->has |= EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED;
        data->responded = item->responded;
        data->solved = item->solved;
        data->satisfied = (enum event_satisfied)item->satisfied;
    }
}

static void
fill_amended(const struct simulate *sim, const struct simulate_item *item, struct event_data *data)
{
    if (item->category != UINT16_MAX) {
        data->has |= EVENT_F_CATEGORY;
        data->category = sim->plan.categories[item->category].code;
    } else {
        data->has |= EVENT_F_COMMUNITY;
        data->community = sim->plan.places[item->place].code;
    }
}

static void
fill_dispatched(const struct simulate_item *item, struct event_data *data)
{
    data->has |= EVENT_F_MODE | EVENT_F_ROUTE;
    data->mode = (enum event_mode)item->mode;
    data->route = (enum event_route)item->route;
    fill_text(data, EVENT_F_PROPERTY, &data->property, item->text);
}

static void
fill_data(struct simulate *sim, const struct simulate_ticket *ticket,
          const struct simulate_item *item, struct event_data *data)
{
    fill_text(data, EVENT_F_UNIT, &data->unit, item->unit);
    switch ((enum event_type)item->type) {
    case EVENT_REGISTERED:
        fill_registered(sim, ticket, data);
        break;
    case EVENT_DISPATCHED:
        fill_dispatched(item, data);
        break;
    case EVENT_WHISTLED:
        data->has |= EVENT_F_UNITS;
        data->units = sim->units;
        for (size_t i = 0; i < ticket->category->units_count; i++) {
            if (item->units >> i & 1) {
                sim->units[data->units_count++] = ticket->category->units[i];
            }
        }
        break;
    case EVENT_EXTENDED:
        data->has |= EVENT_F_DUE;
        data->due_ms = item->due_ms;
        break;
    case EVENT_EXPEDITED:
    case EVENT_SUPERVISED:
        fill_text(data, EVENT_F_BY, &data->by, item->text);
        break;
    case EVENT_ALARM_ACKNOWLEDGED:
        data->has |= EVENT_F_STAGE;
        data->stage = (enum event_stage)item->stage;
        fill_text(data, EVENT_F_BY, &data->by, item->text);
        break;
    case EVENT_SURVEYED:
        fill_survey(item, data);
        break;
    case EVENT_AMENDED:
        fill_amended(sim, item, data);
        break;
    default:
        fill_text(data, EVENT_F_REASON, &data->reason, item->text);
        break;
    }
}

bool
simulate_next(struct simulate *sim, int64_t limit_ms, struct event *event, int64_t *arrival_ms)
{
    free(sim->spent);
    sim->spent = NULL;
    while (sim->next_day_ms <= limit_ms &&
           (sim->heap_count == 0 || sim->next_day_ms <= sim->heap[0].arrival_ms)) {
        draw_day(sim, sim->next_day_ms);
        sim->next_day_ms = when_day(sim->next_day_ms, 1);
    }
    if (sim->heap_count == 0 || sim->heap[0].arrival_ms > limit_ms) {
        return false;
    }
    struct pending top = heap_pop(sim);
    struct simulate_ticket *ticket = top.ticket;
    const struct simulate_item *item = &ticket->items[top.item];
    memset(event, 0, sizeof *event);
    snprintf(sim->id, sizeof sim->id, "sim%llu-%s-%02d", (unsigned long long)sim->config.seed,
             ticket->number, top.item);
    event->id = str_from(sim->id);
    event->source = sim->plan.source;
    event->subject = str_from(ticket->number);
    event->type = (enum event_type)item->type;
    const char *name = event_type_name(event->type);
    snprintf(sim->type, sizeof sim->type, "%s%s", strchr(name, '.') ? "" : "ticket.", name);
    event->type_name = str_from(sim->type);
    event->time_ms = item->time_ms;
    fill_data(sim, ticket, item, &event->data);
    if (arrival_ms) {
        *arrival_ms = top.arrival_ms;
    }
    if (--ticket->pending == 0) {
        sim->spent = ticket;
    }
    return true;
}
