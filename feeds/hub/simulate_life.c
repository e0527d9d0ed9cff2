#include "feeds/hub/simulate_life.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall/base/geo.h"
#include "wall/base/hash.h"
#include "wall/base/when.h"

struct life {
    const struct simulate_plan *plan;
    const struct simulate_life *is;
    const struct simulate_street *street;
    struct simulate_ticket *ticket;
    struct simulate_rng rng;
    int64_t registered_ms, accepted_ms, due_ms, resolved_ms, last_ms;
    struct str unit;
    bool external, department, suspended;
    struct simulate_item spill; /* written, never read: what a ticket past its bound would get */
};

static uint64_t
mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

double
simulate_uniform(struct simulate_rng *rng)
{
    rng->state += UINT64_C(0x9e3779b97f4a7c15);
    return (double)(mix(rng->state) >> 11) * 0x1p-53;
}

double
simulate_normal(struct simulate_rng *rng)
{
    double radius = sqrt(-2 * log(1 - simulate_uniform(rng)));
    return radius * cos(6.283185307179586 * simulate_uniform(rng));
}

bool
simulate_chance(struct simulate_rng *rng, double share)
{
    return simulate_uniform(rng) < share;
}

struct simulate_rng
simulate_rng(uint64_t seed, uint64_t a, uint64_t b)
{
    return (struct simulate_rng){mix(mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) ^ a) ^ b)};
}

static int64_t
between(struct life *life, int64_t low, int64_t high)
{
    return low + (int64_t)(simulate_uniform(&life->rng) * (double)(high - low));
}

/* A lognormal delay. */
static int64_t
delay(struct life *life, int64_t median_ms, double spread)
{
    return (int64_t)((double)median_ms * exp(spread * simulate_normal(&life->rng)));
}

/* Moves a moment outside the hours of the day into the next ones, more towards their beginning. */
static int64_t
office_hours(struct life *life, int64_t ms, int from, int to)
{
    int64_t midnight = when_day(ms, 0), of_day = ms - midnight;
    if (of_day >= from * WHEN_HOUR && of_day < to * WHEN_HOUR) {
        return ms;
    }
    if (of_day >= to * WHEN_HOUR) {
        midnight = when_day(ms, 1);
    }
    double early = pow(simulate_uniform(&life->rng), 1.3);
    return midnight + (int64_t)((from + early * (to - from)) * (double)WHEN_HOUR);
}

static struct simulate_item *
put(struct life *life, enum event_type type, int64_t time_ms)
{
    struct simulate_ticket *ticket = life->ticket;
    struct simulate_item *item =
        ticket->count < SIMULATE_ITEMS ? &ticket->items[ticket->count++] : &life->spill;
    memset(item, 0, sizeof *item);
    item->type = (uint8_t)type;
    item->time_ms = time_ms;
    item->category = item->place = UINT16_MAX;
    item->arrival_ms = time_ms + between(life, 300, 4000);
    if (simulate_chance(&life->rng, life->is->late_arrival_share)) {
        int64_t late = delay(life, life->is->late_arrival_ms, 1.1);
        item->arrival_ms = time_ms + (late < 12 * WHEN_HOUR ? late : 12 * WHEN_HOUR);
    }
    life->last_ms = time_ms > life->last_ms ? time_ms : life->last_ms;
    return item;
}

static void
place_ticket(struct life *life)
{
    struct simulate_ticket *ticket = life->ticket;
    const struct simulate_place *place = ticket->place;
    double angle = 6.283185307179586 * simulate_uniform(&life->rng);
    double reach = place->spread_m * sqrt(simulate_uniform(&life->rng)); /* even over the disc */
    const double metres = 111195; /* of a degree of latitude on a sphere of 6,371 km */
    struct geo_point at = {place->lon +
                               reach * cos(angle) / metres / cos(place->lat * 0.017453292519943295),
                           place->lat + reach * sin(angle) / metres};
    ticket->crs = GEO_WGS84;
    if (simulate_chance(&life->rng, life->is->gcj02_share)) {
        ticket->crs = GEO_GCJ02;
        at = geo_from_wgs84(GEO_GCJ02, at);
    }
    ticket->lon = round(at.lon * 1e6) / 1e6;
    ticket->lat = round(at.lat * 1e6) / 1e6;
    ticket->has_place = !simulate_chance(&life->rng, life->is->no_place_share);
    ticket->has_community = !simulate_chance(&life->rng, life->is->no_community_share);
}

static void
register_ticket(struct life *life)
{
    const struct simulate_plan *plan = life->plan;
    struct simulate_ticket *ticket = life->ticket;
    double sum = 0, draw;
    for (size_t i = 0; i < plan->channels_count; i++) {
        sum += plan->channels[i].weight;
    }
    draw = simulate_uniform(&life->rng) * sum;
    size_t channel = 0;
    while (channel + 1 < plan->channels_count && (draw -= plan->channels[channel].weight) >= 0) {
        channel++;
    }
    ticket->channel = plan->channels[channel].code;
    sum = 0;
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        sum += plan->kinds[i];
    }
    draw = simulate_uniform(&life->rng) * sum;
    int kind = EVENT_CONSULT;
    while (kind + 1 < EVENT_KIND_COUNT && (draw -= plan->kinds[kind]) >= 0) {
        kind++;
    }
    ticket->kind = (uint8_t)kind;
    if (simulate_chance(&life->rng, life->is->urgent_share + ticket->category->urgent)) {
        bool emergency = simulate_chance(&life->rng, life->is->emergency_of_urgent);
        ticket->urgency = emergency ? EVENT_EMERGENCY : EVENT_URGENT;
    }
    double confidential = life->is->confidential_share * (kind == EVENT_REPORT ? 5 : 1);
    ticket->confidential = simulate_chance(&life->rng, confidential);
    ticket->has_summary = simulate_chance(&life->rng, life->is->summary_share);
    place_ticket(life);
    put(life, EVENT_REGISTERED, life->registered_ms);
}

static struct simulate_item *
dispatch(struct life *life, int64_t time_ms)
{
    struct simulate_ticket *ticket = life->ticket;
    const struct simulate_category *category = ticket->category;
    bool by_district = simulate_chance(&life->rng, life->is->district_route_share);
    if (by_district) {
        time_ms += between(life, 5 * WHEN_MINUTE, 25 * WHEN_MINUTE);
    }
    struct simulate_item *item = put(life, EVENT_DISPATCHED, time_ms);
    item->mode = life->external ? EVENT_EXTERNAL : EVENT_INTERNAL;
    item->route = by_district ? EVENT_DISTRICT : EVENT_DIRECT;
    item->unit = life->unit;
    if (!life->department && simulate_chance(&life->rng, category->property)) {
        item->text = life->plan->properties[ticket->place->property];
    }
    return item;
}

static int64_t
accept(struct life *life, int64_t dispatched_ms)
{
    double night = dispatched_ms - when_day(dispatched_ms, 0) < 7 * WHEN_HOUR ? 2.5 : 1;
    int64_t took = delay(life, life->is->accept_ms, 0.55);
    if (simulate_chance(&life->rng, life->is->accept_late_share * night)) {
        took = 30 * WHEN_MINUTE + delay(life, 12 * WHEN_MINUTE, 0.9);
    } else if (took > 29 * WHEN_MINUTE) {
        took = between(life, 10 * WHEN_MINUTE, 29 * WHEN_MINUTE);
    }
    put(life, EVENT_ACCEPTED, dispatched_ms + took)->unit = life->unit;
    return dispatched_ms + took;
}

/* Who gets the ticket, and until it is in hand. */
static void
route(struct life *life)
{
    const struct simulate_category *category = life->ticket->category;
    life->external = simulate_chance(&life->rng, category->external);
    life->department = simulate_chance(&life->rng, category->department);
    bool station = !life->external && simulate_chance(&life->rng, 0.12);
    life->unit = life->department ? category->units[0]
                 : station        ? life->street->station
                                  : life->street->office;
    int64_t at = life->registered_ms + delay(life, life->is->dispatch_ms, 0.7);
    at = dispatch(life, at)->time_ms;
    if (simulate_chance(&life->rng, life->is->return_share)) {
        int64_t back = at + between(life, 8 * WHEN_MINUTE, 28 * WHEN_MINUTE);
        struct simulate_item *item = put(life, EVENT_RETURNED, back);
        item->unit = life->unit;
        item->text = STR("不属本单位职责");
        life->department = !life->department;
        life->unit = life->department ? category->units[0] : life->street->office;
        at = dispatch(life, back + between(life, 5 * WHEN_MINUTE, 20 * WHEN_MINUTE))->time_ms;
    }
    life->accepted_ms = accept(life, at);
}

static int64_t
limit_ms(const struct life *life)
{
    return life->ticket->urgency == EVENT_EMERGENCY ? 2 * WHEN_HOUR
           : life->ticket->urgency == EVENT_URGENT  ? 24 * WHEN_HOUR
                                                    : 72 * WHEN_HOUR;
}

/* Settles when the ticket is resolved, from base (its registration or reopening) on: mostly well
 * within the limit, some late. */
static int64_t
handle(struct life *life, int64_t base_ms, int64_t due_ms)
{
    const struct simulate_life *is = life->is;
    int urgency = life->ticket->urgency;
    int64_t median = urgency == EVENT_EMERGENCY ? is->emergency_resolve_ms
                     : urgency == EVENT_URGENT  ? is->urgent_resolve_ms
                                                : is->resolve_ms;
    double late = life->street->late / 100 * (life->external ? 1.5 : 0.8);
    if (simulate_chance(&life->rng, late)) {
        int64_t past = delay(life, urgency == EVENT_NORMAL ? is->late_ms : is->late_ms / 4, 0.9);
        return due_ms + (past < 12 * WHEN_DAY ? past : 12 * WHEN_DAY);
    }
    double spread = urgency == EVENT_NORMAL ? is->resolve_spread : 0.6;
    int64_t allowed = due_ms - base_ms;
    int64_t took = delay(life, life->external ? median * 3 / 2 : median, spread);
    if (took > allowed / 100 * 92) {
        took = between(life, allowed / 100 * 40, allowed / 100 * 88);
    }
    int64_t at = base_ms + took;
    if (urgency == EVENT_NORMAL && !simulate_chance(&life->rng, 0.08)) {
        int64_t daytime = office_hours(life, at, 8, 20);
        at = daytime < due_ms - 30 * WHEN_MINUTE ? daytime : at;
    }
    return at;
}

/* 挂账: a hard case is set aside; its clocks stand still. */
static void
suspend(struct life *life)
{
    int64_t from =
        office_hours(life, life->accepted_ms + between(life, 2 * WHEN_HOUR, 26 * WHEN_HOUR), 8, 18);
    int64_t lasts = delay(life, life->is->suspend_ms, 0.7);
    int64_t to = office_hours(life, from + (lasts < 45 * WHEN_DAY ? lasts : 45 * WHEN_DAY), 8, 18);
    put(life, EVENT_SUSPENDED, from)->text = STR("历史遗留问题，纳入专项台账");
    life->suspended = true;
    life->due_ms += to - from;
    int64_t rest = life->due_ms - to;
    life->resolved_ms = to + between(life, rest / 10, rest / 10 * 8);
    if (simulate_chance(&life->rng, 0.8)) {
        put(life, EVENT_RESUMED, to)->text = STR("具备办理条件");
    } else {
        life->resolved_ms = to; /* settled while set aside */
    }
}

/* 延期: asked for while there is time, for one or two days more. */
static void
extend(struct life *life)
{
    int64_t asked = office_hours(
        life, life->registered_ms + between(life, 26 * WHEN_HOUR, 58 * WHEN_HOUR), 9, 18);
    if (asked >= life->due_ms - WHEN_HOUR) {
        return;
    }
    life->due_ms += between(life, 30, 44) * WHEN_HOUR;
    put(life, EVENT_EXTENDED, asked)->due_ms = life->due_ms;
    int64_t until = life->due_ms - 2 * WHEN_HOUR;
    int64_t at = office_hours(life, between(life, asked + 2 * WHEN_HOUR, until), 8, 20);
    life->resolved_ms = at < until ? at : until;
}

/* 吹哨报到: the street calls departments, each of which has to come. */
static void
whistle(struct life *life)
{
    const struct simulate_category *category = life->ticket->category;
    int64_t at = office_hours(life, life->accepted_ms + delay(life, 70 * WHEN_MINUTE, 0.9), 8, 18);
    if (at > life->resolved_ms - WHEN_HOUR) {
        return;
    }
    uint8_t units = 1;
    for (size_t i = 1; i < category->units_count; i++) {
        units |= (uint8_t)(simulate_chance(&life->rng, 0.45) << i);
    }
    put(life, EVENT_WHISTLED, at)->units = units;
    for (size_t i = 0; i < category->units_count; i++) {
        int64_t took = delay(life, life->is->report_ms, 0.6);
        if (simulate_chance(&life->rng, life->is->report_late_share)) {
            took = 2 * WHEN_HOUR + delay(life, 50 * WHEN_MINUTE, 0.8);
        } else if (took > 115 * WHEN_MINUTE) {
            took = between(life, 60 * WHEN_MINUTE, 115 * WHEN_MINUTE);
        }
        bool never = simulate_chance(&life->rng, life->is->report_never_share);
        if ((units >> i & 1) && !never) {
            put(life, EVENT_REPORTED, at + took)->unit = category->units[i];
        }
    }
}

/* What the district's centre and the duty officers do about a ticket that drags on. */
static void
press(struct life *life)
{
    if (simulate_chance(&life->rng, life->is->supervise_share)) {
        put(life, EVENT_SUPERVISED, life->accepted_ms + between(life, WHEN_HOUR, 20 * WHEN_HOUR))
            ->text = STR("区政府督查室");
    }
    if (life->suspended) {
        return;
    }
    int64_t five_days = life->registered_ms + 5 * WHEN_DAY;
    if (life->resolved_ms > five_days) {
        put(life, EVENT_EXPEDITED, five_days + between(life, 0, WHEN_HOUR))->text =
            STR("区接诉即办中心");
    }
    /* Seats of the duty room, told apart by a character as shifts are; nobody's names. */
    static const char *const DESKS[] = {"甲班", "乙班", "丙班", "丁班"};
    int64_t warned = life->due_ms - limit_ms(life) / 3;
    int64_t seen = warned + between(life, 5 * WHEN_MINUTE, 90 * WHEN_MINUTE);
    int64_t missed = life->due_ms + between(life, 3 * WHEN_MINUTE, 80 * WHEN_MINUTE);
    for (int i = 0; i < 2; i++) {
        int64_t at = i == 0 ? seen : missed;
        if (at < life->resolved_ms && simulate_chance(&life->rng, life->is->acknowledge_share)) {
            struct simulate_item *item = put(life, EVENT_ALARM_ACKNOWLEDGED, at);
            item->stage = EVENT_RESOLVE;
            item->text = str_from(DESKS[(size_t)between(life, 0, sizeof DESKS / sizeof *DESKS)]);
        }
    }
}

/* A number in [-1, 1] that belongs to a code, and to a week where one is given. */
static double
taste(struct str code, uint64_t week)
{
    struct simulate_rng rng = simulate_rng(hash_fnv1a64(code), week, 7);
    return 2 * simulate_uniform(&rng) - 1;
}

static double
share(double percent)
{
    return percent < 1 ? 0.01 : percent > 99.9 ? 0.999 : percent / 100;
}

/* What a caller says; the street's quality drifts by the week, communities and companies differ. */
static void
answer(struct life *life, struct simulate_item *item)
{
    const struct simulate_street *street = life->street;
    struct str company = life->plan->properties[life->ticket->place->property];
    uint64_t week = (uint64_t)(item->time_ms / (7 * WHEN_DAY));
    double local = taste(life->ticket->place->code, 0) * 5 + taste(company, 0) * 3 +
                   taste(street->code, week) * 1.2;
    double city = item->surveyor == EVENT_BY_CITY ? 1 : 0;
    double response = share(street->response - 0.15 * city + taste(street->code, week + 1) * 0.1);
    double solved = share(street->solved + 0.6 + local - 1.2 * city);
    double content = share(street->satisfied + 0.4 + local * 0.5 - 0.8 * city);
    content = share(100 * content / (1 - 0.1 * life->is->basic_share));
    item->responded = simulate_chance(&life->rng, response);
    double chance = solved / response;
    if (life->resolved_ms > item->time_ms) {
        chance *= 0.25;
    } else if (life->resolved_ms > life->due_ms) {
        chance *= 0.7;
    }
    item->solved = item->responded && simulate_chance(&life->rng, chance);
    const double if_solved = 0.975;
    double if_not = (content - if_solved * solved) / (1 - solved);
    bool is_content = simulate_chance(&life->rng, item->solved ? if_solved : if_not);
    bool basic = simulate_chance(&life->rng, life->is->basic_share);
    item->satisfied = !is_content ? EVENT_SATISFIED_NO
                      : basic     ? EVENT_SATISFIED_BASIC
                                  : EVENT_SATISFIED_YES;
}

/* Up to two attempts; returns the effective one, or NULL. */
static struct simulate_item *
survey(struct life *life, enum event_surveyor by, int64_t from_ms)
{
    int64_t at = office_hours(life, from_ms + between(life, WHEN_HOUR, 20 * WHEN_HOUR), 9, 19);
    for (int round = 0; round < 2; round++) {
        struct simulate_item *item = put(life, EVENT_SURVEYED, at);
        item->surveyor = (uint8_t)by;
        item->reached = simulate_chance(&life->rng, life->is->reached_share);
        if (item->reached) {
            answer(life, item);
            return item;
        }
        at = office_hours(life, at + between(life, 4 * WHEN_HOUR, 30 * WHEN_HOUR), 9, 19);
    }
    return NULL;
}

static void
reopen(struct life *life, int64_t surveyed_ms)
{
    int64_t at = office_hours(life, surveyed_ms + between(life, WHEN_HOUR, 20 * WHEN_HOUR), 8, 18);
    if (at <= life->resolved_ms) {
        return; /* the survey found it still open */
    }
    put(life, EVENT_REOPENED, at)->text = STR("诉求人反映未解决");
    life->due_ms = at + limit_ms(life);
    life->resolved_ms = handle(life, at, life->due_ms);
    put(life, EVENT_RESOLVED, life->resolved_ms)->unit = life->unit;
    int64_t from = life->due_ms > life->resolved_ms ? life->due_ms : life->resolved_ms;
    if (simulate_chance(&life->rng, 0.8)) {
        survey(life, EVENT_BY_DISTRICT, from);
    }
}

static void
assess(struct life *life)
{
    const struct simulate_life *is = life->is;
    if (simulate_chance(&life->rng, is->survey_city_share)) {
        survey(life, EVENT_BY_CITY, life->due_ms);
    }
    if (simulate_chance(&life->rng, is->survey_district_share)) {
        struct simulate_item *item = survey(life, EVENT_BY_DISTRICT, life->due_ms);
        if (item && !item->solved && simulate_chance(&life->rng, is->reopen_share)) {
            reopen(life, item->time_ms);
        }
    }
    if (simulate_chance(&life->rng, is->exclude_share)) {
        int64_t at = office_hours(
            life, life->resolved_ms + between(life, 2 * WHEN_HOUR, 60 * WHEN_HOUR), 9, 18);
        put(life, EVENT_EXCLUDED, at)->text = STR("非本区权属");
        if (simulate_chance(&life->rng, is->include_share)) {
            at = office_hours(life, at + between(life, WHEN_DAY, 4 * WHEN_DAY), 9, 18);
            put(life, EVENT_INCLUDED, at)->text = STR("复核后恢复考核");
        }
    }
    if (simulate_chance(&life->rng, is->archive_share)) {
        put(life, EVENT_ARCHIVED, life->last_ms + between(life, WHEN_DAY, 4 * WHEN_DAY));
    }
}

/* A wrong category (of the same parent: the same two letters) or community, put right. */
static void
amend(struct life *life)
{
    const struct simulate_plan *plan = life->plan;
    const struct simulate_ticket *ticket = life->ticket;
    int64_t at = life->registered_ms + between(life, 5 * WHEN_MINUTE, 120 * WHEN_MINUTE);
    size_t category = (size_t)(ticket->category - plan->categories);
    size_t place = (size_t)(ticket->place - plan->places);
    struct simulate_item *item = put(life, EVENT_AMENDED, at);
    size_t other = category > 0 ? category - 1 : category + 1;
    struct str code = ticket->category->code;
    code.len = code.len < 2 ? code.len : 2;
    char start[3] = "";
    memcpy(start, code.ptr, code.len);
    if (simulate_chance(&life->rng, 0.5) && other < plan->categories_count &&
        str_starts(plan->categories[other].code, start)) {
        item->category = (uint16_t)other;
        return;
    }
    other = place > 0 ? place - 1 : place + 1;
    bool same = other < plan->places_count && plan->places[other].street == ticket->place->street;
    item->place = (uint16_t)(same ? other : place);
}

struct simulate_ticket *
simulate_life(const struct simulate_plan *plan, const struct simulate_birth *birth)
{
    struct simulate_ticket *ticket =
        calloc(1, sizeof *ticket + SIMULATE_ITEMS * sizeof *ticket->items);
    if (!ticket) {
        abort();
    }
    struct when_civil day = when_civil(birth->day_ms);
    snprintf(ticket->number, sizeof ticket->number, "%.*s-%04d%02d%02d-%06llu",
             STR_ARG(plan->number), day.year, day.month, day.day,
             (unsigned long long)birth->serial);
    ticket->category = birth->category;
    ticket->place = birth->place;
    struct life life = {.plan = plan,
                        .is = &plan->life,
                        .street = &plan->streets[birth->place->street],
                        .ticket = ticket,
                        .rng = simulate_rng(birth->seed, (uint64_t)birth->day_ms, birth->serial),
                        .registered_ms = birth->time_ms};
    register_ticket(&life);
    if (simulate_chance(&life.rng, life.is->remove_share)) {
        put(&life, EVENT_REMOVED, birth->time_ms + between(&life, WHEN_MINUTE, WHEN_DAY))->text =
            STR("重复登记");
    }
    route(&life);
    life.due_ms = birth->time_ms + limit_ms(&life);
    life.resolved_ms = handle(&life, birth->time_ms, life.due_ms);
    int64_t soonest = life.accepted_ms + between(&life, 6 * WHEN_MINUTE, 25 * WHEN_MINUTE);
    life.resolved_ms = life.resolved_ms > soonest ? life.resolved_ms : soonest;
    bool normal = ticket->urgency == EVENT_NORMAL;
    if (normal && simulate_chance(&life.rng, life.is->suspend_share)) {
        suspend(&life);
    } else if (normal && simulate_chance(&life.rng, life.is->extend_share)) {
        extend(&life);
    }
    if (life.external && simulate_chance(&life.rng, life.is->whistle_share)) {
        whistle(&life);
    }
    press(&life);
    put(&life, EVENT_RESOLVED, life.resolved_ms)->unit = life.unit;
    if (simulate_chance(&life.rng, life.is->amend_share)) {
        amend(&life);
    }
    assess(&life);
    size_t items = (size_t)ticket->count * sizeof *ticket->items;
    struct simulate_ticket *fitted = realloc(ticket, sizeof *ticket + items);
    return fitted ? fitted : ticket;
}
