/* Bursts against a plain list of tickets: whatever comes, goes or is amended between evaluations,
 * and however often, each burst counts and describes what the list says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "feeds/tickets/bursts.h"
#include "tests/unit/tickets/make.h"

#define TICKETS 240
#define ROUNDS 400

static const char *const streets[] = {"S01", "S02"};
static const char *const communities[] = {"C3", "C1", "C2", NULL};

/* A ticket as plainly as can be. */
struct plain {
    bool there, gone, placed, confidential;
    int64_t ms;
    unsigned street, community;
    double lon, lat;
};

struct world {
    struct tickets *tickets;
    struct plain list[TICKETS];
    uint64_t random;
    int64_t now_ms;
    struct profile profile;
};

/* xorshift64 (Marsaglia 2003). */
static unsigned
draw(struct world *world, unsigned bound)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (unsigned)((world->random >> 11) % bound);
}

/* Some on the equator and in the west, so that values lie on both sides of 0; some equal. */
static void
draw_place(struct world *world, struct plain *plain)
{
    plain->lon = ((double)draw(world, 7) - 3) * 0.5;
    plain->lat = ((double)draw(world, 2001) - 1000) * 0.01;
}

static void
draw_data(struct world *world, struct plain *plain, struct event *event)
{
    struct event_data *d = &event->data;
    plain->community = draw(world, 4);
    if (communities[plain->community]) {
        d->has |= EVENT_F_COMMUNITY;
        d->community = str_from(communities[plain->community]);
    } else {
        d->cleared |= EVENT_F_COMMUNITY;
    }
    plain->placed = draw(world, 3) > 0;
    if (plain->placed) {
        draw_place(world, plain);
        d->has |= EVENT_F_PLACE;
        d->crs = GEO_WGS84;
        d->lon = plain->lon;
        d->lat = plain->lat;
    } else {
        d->cleared |= EVENT_F_PLACE;
    }
    plain->confidential = draw(world, 8) == 0;
    d->has |= EVENT_F_CONFIDENTIAL;
    d->confidential = plain->confidential;
}

/* Something happens to a ticket now: it is registered (a while ago), amended, moved to the other
 * street, handed on or removed. */
static void
happen(struct world *world, unsigned index)
{
    struct plain *plain = &world->list[index];
    char number[16];
    snprintf(number, sizeof number, "T-%u", index);
    struct event event = make_event(number, EVENT_DISPATCHED, world->now_ms);
    if (plain->gone) {
        return;
    }
    if (!plain->there) {
        unsigned day = draw(world, 4) ? 0 : 1 + draw(world, 30);
        plain->there = true;
        plain->ms = world->now_ms - day * WHEN_DAY - draw(world, 9000) * WHEN_SECOND;
        plain->street = draw(world, 2);
        event = make_registered(number, plain->ms, streets[plain->street], "heating");
        draw_data(world, plain, &event);
        event.data.cleared = 0; /* a registration clears nothing */
    } else if (draw(world, 3) == 0) {
        event = make_event(number, EVENT_AMENDED, world->now_ms);
        draw_data(world, plain, &event);
        if (draw(world, 3) == 0) {
            plain->street = draw(world, 2);
            event.data.has |= EVENT_F_STREET;
            event.data.street = str_from(streets[plain->street]);
        }
    } else if (draw(world, 30) == 0) {
        event = make_event(number, EVENT_REMOVED, world->now_ms);
        plain->gone = true;
    } else {
        event.data.has = EVENT_F_UNIT | EVENT_F_MODE;
        event.data.unit = STR("U1");
        event.data.mode = EVENT_EXTERNAL;
    }
    tickets_apply(world->tickets, &event, false);
}

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double
median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return count ? values[(count - 1) / 2] : NAN;
}

static void
same_degrees(double a, double b)
{
    assert_true(isnan(a) == isnan(b));
    assert_true(isnan(a) || fabs(a - b) < 1e-7);
}

static const struct snapshot_burst *
find_burst(const struct snapshot *s, const char *street)
{
    for (size_t i = 0; i < s->bursts_count; i++) {
        if (str_is(s->bursts[i].street_code, street)) {
            return &s->bursts[i];
        }
    }
    return NULL;
}

static void
check_street(const struct world *world, const struct snapshot *s, unsigned street)
{
    int64_t as_of_ms = world->now_ms - world->now_ms % 10000;
    int64_t window_ms = world->profile.burst_window_ms;
    double lons[TICKETS], lats[TICKETS];
    size_t now = 0, before = 0, places = 0, named[4] = {0};
    int64_t newest_ms = 0;
    for (int i = 0; i < TICKETS; i++) {
        const struct plain *p = &world->list[i];
        if (!p->there || p->gone || p->street != street || p->ms > as_of_ms) {
            continue;
        }
        for (int day = 1; day <= 28; day++) {
            int64_t then_ms = as_of_ms - day * WHEN_DAY;
            before += p->ms > then_ms - window_ms && p->ms <= then_ms;
        }
        if (p->ms <= as_of_ms - window_ms) {
            continue;
        }
        now++;
        newest_ms = p->ms > newest_ms ? p->ms : newest_ms;
        named[p->community]++;
        if (p->placed && !p->confidential) {
            lons[places] = p->lon;
            lats[places++] = p->lat;
        }
    }
    const struct snapshot_burst *burst = find_burst(s, streets[street]);
    if (now < (size_t)world->profile.burst_min_count) {
        assert_null(burst);
        return;
    }
    assert_non_null(burst);
    assert_int_equal(burst->count, now);
    assert_int_equal(burst->newest_ms, newest_ms);
    assert_true(fabs(burst->usual - (double)before / 28) < 1e-9);
    same_degrees(burst->lon, median(lons, places));
    same_degrees(burst->lat, median(lats, places));
    size_t most = named[1]; /* C1, C2, C3: the first of equally many */
    const char *community = communities[1];
    for (int k = 0; k < 2; k++) {
        int at = k == 0 ? 2 : 0;
        community = named[at] > most ? communities[at] : community;
        most = named[at] > most ? named[at] : most;
    }
    assert_true(most ? str_is(burst->community, community) : burst->community.len == 0);
}

static void
check_seed(uint64_t seed)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->random = seed * UINT64_C(0x9e3779b97f4a7c15);
    world->now_ms = MAKE_NOW;
    profile_default(&world->profile);
    world->profile.burst_min_count = 3;
    world->profile.burst_ratio = 0;
    world->tickets = tickets_create(&world->profile);
    for (int round = 0; round < ROUNDS; round++) {
        static const int64_t steps[] = {0, 0, 1, 16, 900, 4000, 60000};
        unsigned most = draw(world, 12);
        for (unsigned i = 0; i < most; i++) {
            happen(world, draw(world, TICKETS));
        }
        world->now_ms += steps[draw(world, 7)];
        const struct snapshot *s = tickets_snapshot(world->tickets, world->now_ms);
        check_street(world, s, 0);
        check_street(world, s, 1);
    }
    tickets_destroy(world->tickets);
    free(world);
}

static void
test_bursts_are_what_a_list_says(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        check_seed(seed);
    }
}

/* When a ticket was registered: spread over the days, in a rush, all at once, in steps, or by far
 * most of them at one time and a few long before. */
static int64_t
draw_time(struct world *world, int shape, int64_t least_ms)
{
    switch (shape) {
    case 0:
        return least_ms + (int64_t)draw(world, 27 * 24 * 3600) * 1000;
    case 1:
        return least_ms + draw(world, 50000);
    case 2:
        return least_ms;
    case 3:
        return least_ms + (int64_t)draw(world, 20) * WHEN_DAY;
    default:
        return least_ms + (draw(world, 100) == 0 ? 0 : 26 * WHEN_DAY + draw(world, 4000));
    }
}

/* A snapshot's registrations come in no order: by time, and by ticket where that is equal, they lie
 * then, however they are spread and however many there are. */
static void
test_cells_are_sorted(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 2, 63, 64, 65, 300, 5000, 9000};
    struct world world = {.random = 88172645463325252u};
    struct periods periods = {.from_ms = {[SNAPSHOT_TODAY] = MAKE_NOW}};
    profile_default(&world.profile);
    for (int shape = 0; shape < 5; shape++) {
        for (size_t c = 0; c < sizeof counts / sizeof *counts; c++) {
            struct bursts bursts = {0};
            uint64_t sum = 0;
            bursts_clear(&bursts);
            for (unsigned i = 0; i < counts[c]; i++) {
                struct fold fold = {.street = 1, .category = 2, .community = INTERN_NONE};
                unsigned ticket = (i * 7919u) % counts[c];
                fold.registered_ms = draw_time(&world, shape, MAKE_NOW - 27 * WHEN_DAY);
                sum += ticket * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)fold.registered_ms;
                bursts_count(&bursts, &world.profile, &periods, ticket, &fold, 1);
            }
            for (uint32_t looks = 1; !bursts_sort_part(&bursts, &looks); looks = 1) {
            }
            assert_int_equal(bursts.count, 1);
            assert_int_equal(bursts.cells[0].count, counts[c]);
            const struct bursts_entry *e = bursts.cells[0].entries;
            for (unsigned i = 0; i < counts[c]; i++) {
                bool before = i > 0 && (e[i - 1].ms > e[i].ms ||
                                        (e[i - 1].ms == e[i].ms && e[i - 1].ticket > e[i].ticket));
                assert_false(before);
                sum -= e[i].ticket * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)e[i].ms;
            }
            assert_true(sum == 0); /* they are those that came */
            bursts_free(&bursts);
        }
    }
}

/* Many cells, while the helper sorts, too; some of it before the work is ended for a change. */
static void
test_sorting_may_be_shared(void **state)
{
    (void)state;
    enum { CELLS = 400, EACH = 150 };
    struct world world = {.random = 88172645463325252u};
    struct periods periods = {.from_ms = {[SNAPSHOT_TODAY] = MAKE_NOW}};
    struct helper *helper = helper_create();
    profile_default(&world.profile);
    for (int round = 0; round < 10; round++) {
        struct bursts bursts = {0};
        struct fold first = {0};
        bursts_clear(&bursts);
        for (unsigned i = 0; i < CELLS * EACH; i++) {
            struct fold fold = {.street = 1, .category = i % CELLS, .community = INTERN_NONE};
            fold.registered_ms = draw_time(&world, round % 5, MAKE_NOW - 27 * WHEN_DAY);
            bursts_count(&bursts, &world.profile, &periods, i, &fold, 1);
            first = i == 0 ? fold : first;
        }
        uint32_t looks = 20;
        bursts_sort_begin(&bursts, helper);
        bool sorted = bursts_sort_part(&bursts, &looks);
        bursts_sort_rest(&bursts);
        bursts_count(&bursts, &world.profile, &periods, 0, &first, -1);
        bursts_sort_begin(&bursts, helper);
        for (looks = 3; !sorted && !bursts_sort_part(&bursts, &looks); looks = 3) {
        }
        assert_int_equal(bursts.count, CELLS);
        size_t there = 0;
        for (size_t c = 0; c < CELLS; c++) {
            const struct bursts_cell *cell = &bursts.cells[c];
            for (size_t i = 0; i < cell->count; i++) {
                const struct bursts_entry *e = &cell->entries[i];
                assert_int_equal(e->ticket % CELLS, c);
                assert_true(i == 0 || e[-1].ms < e->ms ||
                            (e[-1].ms == e->ms && e[-1].ticket < e->ticket));
                there += !e->out;
            }
        }
        assert_int_equal(there, CELLS * EACH - 1);
        bursts_free(&bursts);
    }
    helper_destroy(helper);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cells_are_sorted),
                                       cmocka_unit_test(test_sorting_may_be_shared),
                                       cmocka_unit_test(test_bursts_are_what_a_list_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
