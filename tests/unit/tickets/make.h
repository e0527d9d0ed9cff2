/* make: events for the tests, in one line each. Tests only. */
#ifndef TESTS_UNIT_TICKETS_MAKE_H
#define TESTS_UNIT_TICKETS_MAKE_H

#include "feeds/tickets/tickets.h"
#include "wall/base/when.h"

#define MAKE_NOW INT64_C(1795398087000) /* Monday 2026-11-23T09:41:27+08:00 */

static inline struct event
make_event(const char *ticket, enum event_type type, int64_t ms)
{
    return (struct event){.subject = str_from(ticket), .type = type, .time_ms = ms};
}

static inline struct event
make_registered(const char *ticket, int64_t ms, const char *street, const char *category)
{
    struct event e = make_event(ticket, EVENT_REGISTERED, ms);
    e.data.has = EVENT_F_CHANNEL | EVENT_F_STREET | EVENT_F_CATEGORY;
    e.data.channel = STR("12345");
    e.data.street = str_from(street);
    e.data.category = str_from(category);
    return e;
}

static inline enum tickets_outcome
make_apply(struct tickets *tickets, const char *ticket, enum event_type type, int64_t ms)
{
    struct event e = make_event(ticket, type, ms);
    return tickets_apply(tickets, &e, false);
}

static inline void
make_register(struct tickets *tickets, const char *ticket, int64_t ms)
{
    struct event e = make_registered(ticket, ms, "S01", "noise");
    tickets_apply(tickets, &e, false);
}

static inline void
make_dispatch(struct tickets *tickets, const char *ticket, int64_t ms, const char *unit,
              int64_t due_ms)
{
    struct event e = make_event(ticket, EVENT_DISPATCHED, ms);
    e.data.has = EVENT_F_UNIT | EVENT_F_MODE | (due_ms ? EVENT_F_DUE : 0);
    e.data.unit = str_from(unit);
    e.data.mode = EVENT_EXTERNAL;
    e.data.due_ms = due_ms;
    tickets_apply(tickets, &e, false);
}

static inline void
make_survey(struct tickets *tickets, const char *ticket, int64_t ms, enum event_surveyor by,
            bool solved, enum event_satisfied satisfied)
{
    struct event e = make_event(ticket, EVENT_SURVEYED, ms);
    e.data.has =
        EVENT_F_BY | EVENT_F_REACHED | EVENT_F_RESPONDED | EVENT_F_SOLVED | EVENT_F_SATISFIED;
    e.data.surveyor = by;
    e.data.reached = e.data.responded = true;
    e.data.solved = solved;
    e.data.satisfied = satisfied;
    tickets_apply(tickets, &e, false);
}

/* The alarm of a ticket's stage, or NULL. */
static inline const struct snapshot_alarm *
make_find_alarm(const struct snapshot *s, const char *ticket, enum snapshot_stage stage)
{
    for (size_t i = 0; i < s->alarms_count; i++) {
        if (s->alarms[i].stage == stage && str_is(s->alarms[i].ticket, ticket)) {
            return &s->alarms[i];
        }
    }
    return NULL;
}

#endif
