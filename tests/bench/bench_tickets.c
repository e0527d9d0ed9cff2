/* bench_tickets: what an event, a snapshot and a ticket cost in feeds/tickets. Not a test.
 *
 *     bench_tickets [TICKETS]      default 1,000,000 over five years, six events each
 *
 * Events are made in batches outside of the measured time, as decoded structs: decoding is not
 * measured. One thread. Prints one line a measurement. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "feeds/tickets/tickets.h"
#include "wall/base/clock.h"
#include "wall/base/when.h"

#define EVENTS_EACH 6
#define BATCH 4096
#define STREETS 9
#define COMMUNITIES 151
#define CATEGORIES 120
#define UNITS 200
#define PROPERTIES 60
#define END INT64_C(1795398087000) /* 2026-11-23T09:41:27+08:00 */

struct moment {
    int64_t ms;
    uint32_t ticket;
    uint8_t step; /* 0 registered … 5 archived */
};

static char streets[STREETS][8], communities[COMMUNITIES][16], categories[CATEGORIES][24];
static char units[UNITS][16], properties[PROPERTIES][16];
static const char *const channels[] = {"12345", "wechat", "app", "mailbox", "qr", "grid"};

static uint64_t
mix(uint64_t x)
{
    x ^= x >> 31;
    x *= UINT64_C(0x7fb5d329728ea185);
    x ^= x >> 27;
    x *= UINT64_C(0x81dadef4bc2dd44d);
    return x ^ x >> 33;
}

static void
make_codes(void)
{
    for (int i = 0; i < STREETS; i++) {
        snprintf(streets[i], sizeof streets[i], "S%02d", i + 1);
    }
    for (int i = 0; i < COMMUNITIES; i++) {
        snprintf(communities[i], sizeof communities[i], "S%02d-C%02d", i % STREETS + 1, i / 9 + 1);
    }
    for (int i = 0; i < CATEGORIES; i++) {
        snprintf(categories[i], sizeof categories[i], "category-%02d.%d", i / 10, i % 10);
    }
    for (int i = 0; i < UNITS; i++) {
        snprintf(units[i], sizeof units[i], "U%03d", i);
    }
    for (int i = 0; i < PROPERTIES; i++) {
        snprintf(properties[i], sizeof properties[i], "PM%03d", i);
    }
}

static int
by_time(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->ms != y->ms) {
        return x->ms < y->ms ? -1 : 1;
    }
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* Six moments a ticket, registrations evenly over `days` before END, in order of time. */
static struct moment *
make_moments(uint32_t tickets, int days)
{
    struct moment *all = malloc((size_t)tickets * EVENTS_EACH * sizeof *all);
    if (!all) {
        abort();
    }
    int64_t span = days * WHEN_DAY;
    for (uint32_t t = 0; t < tickets; t++) {
        int64_t ms = END - span + (int64_t)((double)span * t / tickets);
        uint64_t r = mix(t + 1);
        const int64_t after[EVENTS_EACH] = {0,
                                            (int64_t)(r % 1800) * 1000,
                                            (int64_t)(r >> 12 & 0x7ff) * 1000,
                                            (int64_t)((r >> 23) % 345600) * 1000,
                                            WHEN_DAY + (int64_t)(r >> 40) % 172800 * 1000,
                                            WHEN_DAY};
        for (int step = 0; step < EVENTS_EACH; step++) {
            ms += after[step];
            all[(size_t)t * EVENTS_EACH + (size_t)step] = (struct moment){ms, t, (uint8_t)step};
        }
    }
    qsort(all, (size_t)tickets * EVENTS_EACH, sizeof *all, by_time);
    return all;
}

static struct str
of(const char *text)
{
    return (struct str){text, strlen(text)};
}

static void
make_registration(struct event_data *d, uint64_t r, bool summary)
{
    unsigned community = (unsigned)(r % COMMUNITIES);
    d->has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY |
             EVENT_F_KIND | EVENT_F_PLACE;
    d->channel = of(channels[r >> 8 & 3]);
    d->category = of(categories[(r >> 12) % CATEGORIES]);
    d->street = of(streets[community % STREETS]);
    d->community = of(communities[community]);
    d->kind = (enum event_kind)(1 + (r >> 24) % 5);
    d->lon = 116.11 + (double)(r >> 32 & 0xfffff) / 0xfffff * 0.14;
    d->lat = 39.88 + (double)(r >> 42 & 0xfffff) / 0xfffff * 0.11;
    if ((r >> 50) % 16 == 0) {
        d->has |= EVENT_F_URGENCY;
        d->urgency = EVENT_URGENT;
    }
    if (summary) {
        d->has |= EVENT_F_SUMMARY;
        d->summary = STR("小区三号楼暖气不热,室内温度不足十六度,请尽快处理");
    }
}

struct batch {
    struct event events[BATCH];
    char numbers[BATCH][24], ids[BATCH][24];
};

static void
make_event(struct batch *b, int i, const struct moment *m, bool summary)
{
    static const enum event_type types[EVENTS_EACH] = {EVENT_REGISTERED, EVENT_DISPATCHED,
                                                       EVENT_ACCEPTED,   EVENT_RESOLVED,
                                                       EVENT_SURVEYED,   EVENT_ARCHIVED};
    uint64_t r = mix(m->ticket * UINT64_C(3) + 7);
    struct event *e = &b->events[i];
    *e = (struct event){.type = types[m->step], .time_ms = m->ms};
    int len = snprintf(b->numbers[i], sizeof b->numbers[i], "SJS-20261123-%06u", m->ticket);
    e->subject = (struct str){b->numbers[i], (size_t)len};
    len = snprintf(b->ids[i], sizeof b->ids[i], "e-%08u-%u", m->ticket, m->step);
    e->id = (struct str){b->ids[i], (size_t)len};
    e->source = STR("/bj/shijingshan/12345");
    struct event_data *d = &e->data;
    const char *unit = units[(r >> 20) % UNITS];
    if (m->step == 0) {
        make_registration(d, r, summary);
    } else if (m->step == 1) {
        d->has = EVENT_F_UNIT | EVENT_F_MODE | EVENT_F_ROUTE;
        d->unit = of(unit);
        d->mode = r >> 30 & 1 ? EVENT_INTERNAL : EVENT_EXTERNAL;
        d->route = EVENT_DIRECT;
        if ((r >> 33) % 10 < 3) {
            d->has |= EVENT_F_DUE;
            d->due_ms = m->ms + 2 * WHEN_DAY;
        }
        if ((r >> 37) % 10 < 3) {
            d->has |= EVENT_F_PROPERTY;
            d->property = of(properties[(r >> 41) % PROPERTIES]);
        }
    } else if (m->step == 2 || m->step == 3) {
        d->has = EVENT_F_UNIT;
        d->unit = of(unit);
    } else if (m->step == 4) {
        d->has =
            EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED;
        d->surveyor = r >> 45 & 1 ? EVENT_BY_CITY : EVENT_BY_DISTRICT;
        d->reached = (r >> 46) % 8 != 0;
        d->responded = (r >> 49) % 32 != 0;
        d->solved = (r >> 54) % 8 != 0;
        d->satisfied = (r >> 57) % 6 ? EVENT_SATISFIED_YES : EVENT_SATISFIED_BASIC;
    }
}

static size_t
resident(void)
{
    unsigned long pages = 0, rss = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (f) {
        if (fscanf(f, "%lu %lu", &pages, &rss) != 2) {
            rss = 0;
        }
        fclose(f);
    }
    return rss * (size_t)sysconf(_SC_PAGESIZE);
}

static double
seconds(int64_t ns)
{
    return (double)ns / 1e9;
}

/* Applies the moments [from, to); returns nanoseconds spent in tickets_apply alone. */
static int64_t
apply(struct tickets *t, const struct moment *all, size_t from, size_t to, bool dedup, bool summary)
{
    static struct batch batch;
    int64_t spent = 0;
    for (size_t at = from; at < to; at += BATCH) {
        int count = (int)(to - at < BATCH ? to - at : BATCH);
        for (int i = 0; i < count; i++) {
            make_event(&batch, i, &all[at + (size_t)i], summary);
        }
        int64_t start = clock_mono_ns();
        for (int i = 0; i < count; i++) {
            tickets_apply(t, &batch.events[i], dedup);
        }
        spent += clock_mono_ns() - start;
    }
    return spent;
}

static void
print_memory(const char *what, const struct tickets *t, size_t rss)
{
    struct tickets_memory m = tickets_memory(t);
    double n = (double)m.tickets;
    printf("memory, %s: %.1f bytes a ticket held (%.1f by RSS): columns %.1f, milestones and "
           "records %.1f, numbers and codes %.1f, index %.1f, figures %.1f; marks %.1f more\n",
           what, (double)m.total / n, (double)rss / n, (double)m.columns / n,
           (double)m.milestones / n, (double)m.strings / n, (double)m.index / n,
           (double)m.figures / n, (double)m.marks / n);
}

static void
bench_apply(const struct profile *profile, const struct moment *all, size_t events,
            const char *order, bool summary)
{
    size_t before = resident();
    struct tickets *t = tickets_create(profile);
    tickets_set_held_max(t, SIZE_MAX);
    int64_t spent = apply(t, all, 0, events, false, summary);
    printf("apply, %s: %.2f M events/s\n", order, (double)events / seconds(spent) / 1e6);
    tickets_snapshot(t, END);
    char what[64];
    snprintf(what, sizeof what, "%s, %s", order, summary ? "with summary" : "no summary");
    print_memory(what, t, resident() - before);
    tickets_destroy(t);
}

static void
bench_snapshots(const struct profile *profile, const struct moment *all, size_t events,
                const char *what)
{
    struct tickets *t = tickets_create(profile);
    size_t live = events > 160000 ? 160000 : events / 2;
    apply(t, all, 0, events - live, true, false);
    int64_t start = clock_mono_ns();
    const struct snapshot *s = tickets_snapshot(t, END);
    int64_t first = clock_mono_ns() - start;
    start = clock_mono_ns();
    s = tickets_snapshot(t, END - 2 * WHEN_DAY);
    int64_t again = clock_mono_ns() - start;
    s = tickets_snapshot(t, END);
    printf("snapshot, %s (%zu alarms, %zu points): first %.1f ms, another moment %.1f ms\n", what,
           s->alarms_count, s->points_count, (double)first / 1e6, (double)again / 1e6);
    int64_t spent = 0, most = 0, applied = 0;
    int frames = 0;
    for (size_t at = events - live; at + 16 <= events; at += 16, frames++) {
        applied += apply(t, all, at, at + 16, true, false);
        start = clock_mono_ns();
        tickets_snapshot(t, END + (frames + 1) * INT64_C(16));
        int64_t now = clock_mono_ns() - start;
        spent += now;
        most = now > most ? now : most;
    }
    printf("snapshot, %s, 16 events a frame: mean %.3f ms, worst %.3f ms (%d frames); apply with "
           "figures and marks %.2f M events/s\n",
           what, (double)spent / frames / 1e6, (double)most / 1e6, frames,
           (double)frames * 16 / seconds(applied) / 1e6);
    int64_t now_ms = END + (frames + 1) * INT64_C(16);
    start = clock_mono_ns();
    for (int i = 0; i < 1000; i++) {
        tickets_snapshot(t, now_ms += 16);
    }
    int64_t idle = clock_mono_ns() - start;
    start = clock_mono_ns();
    for (int i = 0; i < 1000; i++) {
        tickets_snapshot(t, now_ms - i % 2 * 40);
    }
    printf("snapshot, %s, nothing new: %.4f ms; the clock put back and forth by 40 ms: %.4f ms\n",
           what, (double)idle / 1e9, (double)(clock_mono_ns() - start) / 1e9);
    tickets_destroy(t);
}

struct copying {
    struct tickets *to;
    int64_t spent;
    size_t rows;
};

static bool
copy_row(void *user, const struct event_ticket *row)
{
    struct copying *c = user;
    struct err err;
    int64_t start = clock_mono_ns();
    bool taken = tickets_load_row(c->to, row, &err);
    c->spent += clock_mono_ns() - start;
    c->rows++;
    return taken;
}

static void
bench_load(const struct profile *profile, const struct moment *all, size_t events)
{
    struct tickets *from = tickets_create(profile), *to = tickets_create(profile);
    apply(from, all, 0, events, false, false);
    struct copying c = {.to = to};
    tickets_load_begin(to);
    int64_t start = clock_mono_ns();
    tickets_visit(from, STR(""), INT64_MIN, copy_row, &c);
    int64_t all_ns = clock_mono_ns() - start;
    tickets_load_end(to);
    printf("load: %.2f M rows/s; visit: %.2f M rows/s\n", (double)c.rows / seconds(c.spent) / 1e6,
           (double)c.rows / seconds(all_ns - c.spent) / 1e6);
    tickets_destroy(from);
    tickets_destroy(to);
}

int
main(int argc, char **argv)
{
    long tickets = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    if (tickets < 1000 || tickets > 10000000) {
        fprintf(stderr, "usage: bench_tickets [TICKETS from 1000 to 10000000]\n");
        return 2;
    }
    static struct profile profile;
    profile_default(&profile);
    make_codes();
    size_t events = (size_t)tickets * EVENTS_EACH;
    struct moment *all = make_moments((uint32_t)tickets, 5 * 365);
    printf("%ld tickets over five years, %zu events\n", tickets, events);
    bench_apply(&profile, all, events, "in order", false);
    bench_apply(&profile, all, events, "in order", true);
    bench_snapshots(&profile, all, events, "five years");
    bench_load(&profile, all, events);
    for (size_t i = events; i-- > 1;) {
        size_t k = mix(i) % (i + 1);
        struct moment swap = all[i];
        all[i] = all[k];
        all[k] = swap;
    }
    bench_apply(&profile, all, events, "shuffled", false);
    free(all);
    /* All of them recent: every ticket counts in some window. */
    all = make_moments(100000, 30);
    bench_snapshots(&profile, all, 100000 * EVENTS_EACH, "100,000 in 30 days");
    free(all);
    return 0;
}
