/* fuzz_tickets: any milestones in any order, snapshots at any moments between them. The store moved
 * along must end as a fresh one with the same events, and as one that loads its rows. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/tickets/figures.h"
#include "feeds/tickets/tickets.h"
#include "wall/base/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define START INT64_C(1794900000000) /* 2026-11-17, two days before a period ends */
#define MOST 300

static const char *const codes[] = {"A", "B", "C", "D"};

/* Eight bytes are one event. */
static struct event
make(const uint8_t *b, struct str units[2])
{
    static const int64_t steps[] = {0, 1, WHEN_SECOND, WHEN_MINUTE, WHEN_HOUR, 6 * WHEN_HOUR};
    struct event e = {.subject = str_from(codes[b[0] & 3]),
                      .type = (enum event_type)(EVENT_REGISTERED + b[1] % EVENT_TICKET_LAST),
                      .time_ms = START + b[2] * steps[b[3] % 6]};
    struct event_data *d = &e.data;
    struct str code = str_from(codes[b[4] & 3]), other = str_from(codes[b[4] >> 2 & 3]);
    d->channel = d->unit = d->property = code;
    d->street = d->category = code;
    d->community = units[0] = other;
    units[1] = code;
    d->units = units;
    d->units_count = 1 + (b[4] >> 7);
    d->kind = (enum event_kind)(1 + b[5] % 5);
    d->urgency = (enum event_urgency)(b[5] % EVENT_URGENCY_COUNT);
    d->confidential = b[5] >> 7;
    d->mode = b[5] & 1 ? EVENT_INTERNAL : EVENT_EXTERNAL;
    d->surveyor = (enum event_surveyor)(b[5] & 1);
    d->reached = (b[5] & 6) != 0;
    d->responded = d->solved = b[5] >> 4 & 1;
    d->satisfied = (enum event_satisfied)(1 + b[6] % 3);
    d->due_ms = e.time_ms + ((int64_t)b[6] - 64) * WHEN_MINUTE * 10;
    d->lon = 116 + b[6] / 1000.0;
    d->lat = 39.9;
    switch (e.type) {
    case EVENT_REGISTERED:
        d->has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET;
        d->has |= (uint32_t)b[7] << 3 & (EVENT_F_COMMUNITY | EVENT_F_KIND | EVENT_F_PLACE |
                                         EVENT_F_URGENCY | EVENT_F_CONFIDENTIAL);
        break;
    case EVENT_AMENDED:
        d->has = b[7] & (EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_COMMUNITY | EVENT_F_PLACE |
                         EVENT_F_URGENCY);
        d->cleared = ~d->has & b[6] & (EVENT_F_COMMUNITY | EVENT_F_PLACE | EVENT_F_URGENCY);
        break;
    case EVENT_DISPATCHED:
        d->has = EVENT_F_UNIT | EVENT_F_MODE | (b[7] & 1 ? EVENT_F_DUE : 0) |
                 (b[7] & 2 ? EVENT_F_PROPERTY : 0);
        break;
    case EVENT_EXTENDED:
        d->has = EVENT_F_DUE;
        break;
    case EVENT_REPORTED:
        d->has = EVENT_F_UNIT;
        break;
    case EVENT_WHISTLED:
        d->has = EVENT_F_UNITS;
        break;
    case EVENT_SURVEYED:
        d->has =
            EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED;
        break;
    default:
        break;
    }
    return e;
}

static bool
copy_row(void *user, const struct event_ticket *row)
{
    struct err err;
    if (!tickets_load_row(user, row, &err)) {
        abort();
    }
    return true;
}

static void
expect_same(struct tickets *a, struct tickets *b, int64_t at_ms)
{
    struct buf x = {0}, y = {0};
    figures_to_json(a, tickets_snapshot(a, at_ms), &x);
    figures_to_json(b, tickets_snapshot(b, at_ms), &y);
    if (!str_eq(buf_str(&x), buf_str(&y))) {
        abort();
    }
    buf_free(&x);
    buf_free(&y);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct profile profile;
    struct str units[2];
    profile_default(&profile);
    profile.min_n = 1;
    struct tickets *moved = tickets_create(&profile), *fresh = tickets_create(&profile);
    struct tickets *loaded = tickets_create(&profile);
    int64_t at_ms = START;
    for (size_t i = 0; i + 8 <= size && i < MOST * 8; i += 8) {
        struct event e = make(data + i, units);
        tickets_apply(moved, &e, false);
        tickets_apply(fresh, &e, false);
        if (data[i + 3] & 0x40) {
            at_ms += (int64_t)data[i + 7] * (data[i + 3] & 0x80 ? WHEN_MINUTE : 100);
            at_ms -= data[i + 1] & 0x80 ? data[i + 2] * WHEN_SECOND : 0;
            tickets_snapshot(moved, at_ms);
        }
        if (data[i] & 0x80) {
            tickets_forget(moved, e.subject);
            tickets_forget(fresh, e.subject);
        }
    }
    expect_same(moved, fresh, at_ms);
    tickets_load_begin(loaded);
    tickets_visit(fresh, STR(""), INT64_MIN, copy_row, loaded);
    tickets_load_end(loaded);
    expect_same(moved, loaded, at_ms + WHEN_HOUR);
    tickets_destroy(moved);
    tickets_destroy(fresh);
    tickets_destroy(loaded);
    return 0;
}
