/* visit: tickets read back as rows of the protocol's snapshot. */
#include "feeds/tickets/inside.h"

#include <stdlib.h>

#include "wall/base/when.h"

/* Rows are built in memory that grows to the longest ticket and is used again for the next. */
struct visiting {
    struct event_milestone *milestones;
    struct event_data *data;           /* of each */
    struct str (*units)[RECORD_UNITS]; /* of each whistle */
    size_t milestones_cap, units_cap;
};

static void
make_room(struct visiting *v, size_t milestones, size_t whistles)
{
    if (milestones > v->milestones_cap) {
        v->milestones_cap = milestones * 2;
        v->milestones = reallocarray(v->milestones, v->milestones_cap, sizeof *v->milestones);
        v->data = reallocarray(v->data, v->milestones_cap, sizeof *v->data);
    }
    if (whistles > v->units_cap) {
        v->units_cap = whistles * 2;
        v->units = reallocarray(v->units, v->units_cap, sizeof *v->units);
    }
    if (!v->milestones || !v->data || (whistles && !v->units)) {
        abort();
    }
}

static size_t
count_type(const struct store *store, const struct ticket *t, enum event_type type)
{
    size_t count = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        count += store->milestones[t->first + i].type == type;
    }
    return count;
}

/* The values of all fields over all milestones, future ones too. */
static void
make_fields(struct tickets *tickets, uint32_t ticket, struct event_data *out)
{
    const struct store *store = &tickets->state->store;
    struct fold f;
    fold_ticket(store, tickets->profile, ticket, WHEN_MAX, &tickets->scratch, &f);
    *out = (struct event_data){
        .has = EVENT_F_CHANNEL | EVENT_F_CATEGORY | EVENT_F_STREET | EVENT_F_URGENCY |
               EVENT_F_CONFIDENTIAL,
        .channel = intern_get(store->codes, f.channel),
        .category = intern_get(store->codes, f.category),
        .street = intern_get(store->codes, f.street),
        .community = intern_get(store->codes, f.community),
        .kind = f.kind,
        .urgency = f.urgency,
        .confidential = f.confidential,
        .crs = GEO_WGS84,
    };
    out->has |= f.community != INTERN_NONE ? EVENT_F_COMMUNITY : 0;
    out->has |= f.kind != EVENT_KIND_NONE ? EVENT_F_KIND : 0;
    if (f.placed) {
        out->has |= EVENT_F_PLACE;
        out->lon = (double)f.lon_e7 / 1e7;
        out->lat = (double)f.lat_e7 / 1e7;
    }
    if (f.summary_record) {
        struct record r;
        record_read(&store->records, f.summary_record, &r);
        out->has |= EVENT_F_SUMMARY;
        out->summary = r.summary;
    }
}

/* Whether a registration's data can be left out: it was never amended, and it names no field that
 * is at its default. Else, should an earlier registration come in later, it would no longer be
 * known which fields this one, an amendment from then on, sets. */
static bool
is_said_by_fields(const struct store *store, const struct ticket *t, uint32_t record)
{
    struct record r;
    if (count_type(store, t, EVENT_REGISTERED) > 1 || count_type(store, t, EVENT_AMENDED) > 0) {
        return false;
    }
    record_read(&store->records, record, &r);
    return !r.cleared && !(r.has & EVENT_F_URGENCY && r.urgency == EVENT_NORMAL) &&
           !(r.has & EVENT_F_CONFIDENTIAL && !r.confidential);
}

static bool
visit_ticket(struct tickets *tickets, struct visiting *v, uint32_t ticket,
             bool (*visit)(void *user, const struct event_ticket *row), void *user)
{
    const struct store *store = &tickets->state->store;
    const struct ticket *t = &store->tickets[ticket];
    make_room(v, t->count, count_type(store, t, EVENT_WHISTLED));
    struct event_ticket row = {.ticket = store_number(store, ticket),
                               .milestones = v->milestones,
                               .milestones_count = t->count};
    make_fields(tickets, ticket, &row.fields);
    size_t whistles = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        const struct milestone *m = &store->milestones[t->first + i];
        struct event_data *data = &v->data[i];
        v->milestones[i] =
            (struct event_milestone){milestone_time(m), (enum event_type)m->type, data, 0};
        if (m->type == EVENT_WHISTLED) {
            record_to_data(&store->records, store->codes, m->record, v->units[whistles++], data);
        } else if (m->type != EVENT_REGISTERED || !is_said_by_fields(store, t, m->record)) {
            record_to_data(&store->records, store->codes, m->record, NULL, data);
        } else {
            *data = (struct event_data){0};
        }
    }
    return visit(user, &row);
}

/* Whether a ticket belongs to the walk: registered, of the street (INTERN_NONE = any), not too old.
 */
static bool
is_visited(const struct store *store, uint32_t ticket, uint32_t street, int64_t since_ms)
{
    const struct ticket *t = &store->tickets[ticket];
    return t->flags & TICKET_REGISTERED && (street == INTERN_NONE || t->street == street) &&
           milestone_time(&store->milestones[t->first + t->count - 1]) >= since_ms;
}

bool
tickets_visit_part(struct tickets *tickets, uint32_t *at, uint32_t looks, struct str street,
                   int64_t since_ms, bool (*visit)(void *user, const struct event_ticket *row),
                   void *user)
{
    const struct store *store = &tickets->state->store;
    uint32_t code = street.len ? intern_find(&tickets->codes, street) : INTERN_NONE;
    if (street.len && code == INTERN_NONE) {
        return false;
    }
    struct visiting v = {0};
    bool goes_on = true;
    for (; goes_on && looks && *at < store->count; looks--, ++*at) {
        if (is_visited(store, *at, code, since_ms)) {
            goes_on = visit_ticket(tickets, &v, *at, visit, user);
        }
    }
    free(v.milestones);
    free(v.data);
    free(v.units);
    return goes_on && *at < store->count;
}

void
tickets_visit(struct tickets *tickets, struct str street, int64_t since_ms,
              bool (*visit)(void *user, const struct event_ticket *row), void *user)
{
    uint32_t at = 0;
    tickets_visit_part(tickets, &at, UINT32_MAX, street, since_ms, visit, user);
}

uint32_t
tickets_place_of(const struct tickets *tickets, struct str number)
{
    return store_find(&tickets->state->store, number);
}

void
tickets_digest_since(const struct tickets *tickets, struct str street, int64_t since_ms,
                     uint64_t *count, uint64_t *digest)
{
    const struct store *store = &tickets->state->store;
    uint32_t code = street.len ? intern_find(&tickets->codes, street) : INTERN_NONE;
    *count = *digest = 0;
    for (uint32_t i = 0; (!street.len || code != INTERN_NONE) && i < store->count; i++) {
        if (is_visited(store, i, code, since_ms)) {
            const struct ticket *t = &store->tickets[i];
            const struct milestone *last = &store->milestones[t->first + t->count - 1];
            *digest += event_digest_term(store_number(store, i), t->count, milestone_time(last));
            ++*count;
        }
    }
}

bool
tickets_visit_one(struct tickets *tickets, struct str number,
                  bool (*visit)(void *user, const struct event_ticket *row), void *user)
{
    uint32_t ticket = store_find(&tickets->state->store, number);
    if (ticket == STORE_NONE ||
        !(tickets->state->store.tickets[ticket].flags & TICKET_REGISTERED)) {
        return false;
    }
    struct visiting v = {0};
    visit_ticket(tickets, &v, ticket, visit, user);
    free(v.milestones);
    free(v.data);
    free(v.units);
    return true;
}

void
tickets_visit_other(struct tickets *tickets, bool (*visit)(void *user, const struct event *event),
                    void *user)
{
    for (size_t i = 0; i < tickets->state->others.count; i++) {
        const struct event *event = &tickets->state->others.items[i].event;
        bool of_ticket = event->type <= EVENT_ALARM_UNSHELVED && event->data.stage != EVENT_BURST;
        uint32_t ticket =
            of_ticket ? store_find(&tickets->state->store, event->subject) : STORE_NONE;
        if (ticket != STORE_NONE && tickets->state->store.tickets[ticket].flags & TICKET_REMOVED) {
            continue;
        }
        if (!visit(user, event)) {
            return;
        }
    }
}
